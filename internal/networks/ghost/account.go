package ghost

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// account is one integration of one blog. Safe for use by several goroutines.
type account struct {
	d      *driver
	home   string
	id     string // of the key
	secret []byte
	member string // who signs answers; empty: nobody
	wire   wire.Client
}

var (
	_ network.Account   = (*account)(nil)
	_ network.Publisher = (*account)(nil)
	_ network.Uploader  = (*account)(nil)
	_ network.Finder    = (*account)(nil)
	_ network.Editor    = (*account)(nil)
	_ network.Deleter   = (*account)(nil)
	_ network.Receiver  = (*account)(nil)
	_ network.Historian = (*account)(nil)
	_ network.Threader  = (*account)(nil)
)

// token signs one call; Ghost believes it for five minutes.
// Source: docs.ghost.org/admin-api/#token-authentication.
func (a *account) token() string {
	b64 := base64.RawURLEncoding.EncodeToString
	now := a.d.Now().Unix()
	head, _ := json.Marshal(map[string]string{"alg": "HS256", "typ": "JWT", "kid": a.id})
	body, _ := json.Marshal(map[string]any{"iat": now, "exp": now + 290, "aud": "/admin/"})
	said := b64(head) + "." + b64(body)
	mac := hmac.New(sha256.New, a.secret)
	mac.Write([]byte(said))
	return said + "." + b64(mac.Sum(nil))
}

// do makes one call, signed anew.
func (a *account) do(ctx context.Context, c wire.Call) (wire.Answer, error) {
	w := a.wire
	w.Header = w.Header.Clone()
	w.Header.Set("Authorization", "Ghost "+a.token())
	return w.Do(ctx, c)
}

func (a *account) get(ctx context.Context, path string, q url.Values, into any) (wire.Answer, error) {
	return a.do(ctx, wire.Call{Method: http.MethodGet, Path: path, Query: q, Into: into})
}

func (a *account) write(ctx context.Context, method, path string, q url.Values, body, into any) (wire.Answer, error) {
	return a.do(ctx, wire.Call{Method: method, Path: path, Query: q, JSON: body, Writes: true, Into: into})
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (a *account) authors(ctx context.Context) ([]network.Term, error) {
	var got struct{ Users []named }
	if _, err := a.get(ctx, "/users/", url.Values{"limit": {"100"}, "fields": {"id,name"}}, &got); err != nil {
		return nil, err
	}
	return terms(got.Users), nil
}

func terms(all []named) (out []network.Term) {
	for _, n := range all {
		out = append(out, network.Term(n))
	}
	return out
}

// WhoAmI asks the blog its name, and whether it knows the key.
func (a *account) WhoAmI(ctx context.Context) (p network.Profile, err error) {
	defer fault.Wrap(&err, "ghost: who am I")
	var got struct {
		Site struct {
			Title, Logo, Icon, URL, Version string
		}
	}
	if _, err := a.get(ctx, "/site/", nil, &got); err != nil {
		return p, err
	}
	if got.Site.Version == "" || got.Site.URL == "" {
		return p, &network.Error{Fault: fault.New(fault.NotFound, "network.ghost.not_ghost"), Outcome: network.NotSent}
	}
	// The page of the site is public; the authors are not.
	if _, err := a.authors(ctx); err != nil {
		return p, err
	}
	home := strings.TrimRight(got.Site.URL, "/")
	p = network.Profile{Ref: network.Ref(home), Handle: home, Name: got.Site.Title, Avatar: got.Site.Icon, URL: got.Site.URL, Server: a.home}
	if p.Avatar == "" {
		p.Avatar = got.Site.Logo
	}
	if _, rest, ok := strings.Cut(home, "://"); ok {
		p.Handle = rest
	}
	return p, nil
}

// Capabilities are what the blog's schema holds, with its tags and authors.
func (a *account) Capabilities(ctx context.Context) (c network.Capabilities, err error) {
	defer fault.Wrap(&err, "ghost: capabilities")
	c = typical
	c.Answer.Able = a.member != ""
	if c.Article.Authors, err = a.authors(ctx); err != nil {
		return c, err
	}
	var got struct{ Tags []named }
	if _, err := a.get(ctx, "/tags/", url.Values{"limit": {"100"}, "fields": {"id,name"}, "filter": {"visibility:public"}}, &got); err != nil {
		return c, err
	}
	c.Article.Tags = terms(got.Tags)
	c.Read, c.AsOf = "live", a.d.Now().UTC()
	return c, nil
}

// memberOf is the number of a member by her mail address.
func (a *account) memberOf(ctx context.Context, mail string) (string, error) {
	var got struct {
		Members []struct{ ID, Email string }
	}
	if strings.ContainsAny(mail, `'"\`) {
		return "", fault.New(fault.Invalid, "network.ghost.member.unknown").At(fieldMember).With("mail", mail)
	}
	if _, err := a.get(ctx, "/members/", url.Values{"limit": {"5"}, "filter": {"email:'" + mail + "'"}}, &got); err != nil {
		return "", err
	}
	for _, m := range got.Members {
		if strings.EqualFold(m.Email, mail) && m.ID != "" {
			return m.ID, nil
		}
	}
	return "", fault.New(fault.Invalid, "network.ghost.member.unknown").At(fieldMember).With("mail", mail)
}
