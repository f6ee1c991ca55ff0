package wordpress

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/markup"
	"vigie/internal/network/wire"
)

// account is one person of one site. Safe for use by several goroutines.
type account struct {
	d          *driver
	home, root string
	wire       *wire.Client

	mu sync.Mutex
	id int // of the person; 0: not asked yet
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

// call makes one call to a route of the API ("/wp/v2/posts").
func (a *account) call(ctx context.Context, method, route string, q url.Values, body map[string]any, into any) (wire.Answer, error) {
	path, query := under(a.root, route)
	for k, v := range q {
		query[k] = v
	}
	c := wire.Call{Method: method, Path: path, Query: query, Into: into, Writes: method != http.MethodGet}
	if body != nil {
		c.JSON = body
	}
	return a.wire.Do(ctx, c)
}

type person struct {
	ID           int             `json:"id"`
	Name         string          `json:"name"`
	Username     string          `json:"username"`
	Link         string          `json:"link"`
	Avatars      json.RawMessage `json:"avatar_urls"`
	Capabilities map[string]bool `json:"capabilities"`
}

func (a *account) me(ctx context.Context) (me person, err error) {
	_, err = a.call(ctx, http.MethodGet, "/wp/v2/users/me", url.Values{
		"context": {"edit"}, "_fields": {"id,name,username,link,avatar_urls,capabilities"},
	}, nil, &me)
	if err == nil && me.ID == 0 {
		err = &network.Error{Fault: fault.New(fault.Transient, "network.nonsense").Becausef("a person without an id"), Outcome: network.NotSent}
	}
	if err == nil {
		a.mu.Lock()
		a.id = me.ID
		a.mu.Unlock()
	}
	return me, err
}

// self is the id of the person, asked once.
func (a *account) self(ctx context.Context) (int, error) {
	a.mu.Lock()
	id := a.id
	a.mu.Unlock()
	if id != 0 {
		return id, nil
	}
	me, err := a.me(ctx)
	return me.ID, err
}

// WhoAmI asks the site whose password this is.
func (a *account) WhoAmI(ctx context.Context) (p network.Profile, err error) {
	defer fault.Wrap(&err, "wordpress: who am I")
	me, err := a.me(ctx)
	if err != nil {
		return p, err
	}
	return a.profile(me), nil
}

// profile names the person at the blog: the two together are the account.
func (a *account) profile(me person) network.Profile {
	blog := a.home
	if _, rest, ok := strings.Cut(blog, "://"); ok {
		blog = rest
	}
	return network.Profile{
		Ref:    network.Ref(a.home + "#" + strconv.Itoa(me.ID)),
		Handle: me.Username + "@" + blog, Name: markup.Plain(me.Name),
		Avatar: avatar(me.Avatars), URL: a.home + "/", Server: a.home,
	}
}

// avatar is the largest picture of a person; PHP writes an empty object as a list.
func avatar(raw json.RawMessage) string {
	var all map[string]string
	if json.Unmarshal(raw, &all) != nil {
		return ""
	}
	return all["96"]
}

// Capabilities are what the person's role lets her do there, with the
// categories, tags and authors of the site.
func (a *account) Capabilities(ctx context.Context) (c network.Capabilities, err error) {
	defer fault.Wrap(&err, "wordpress: capabilities")
	me, err := a.me(ctx)
	if err != nil {
		return c, err
	}
	c = typical
	c.Article.MakesCategories = me.Capabilities["manage_categories"]
	if !me.Capabilities["upload_files"] {
		c.Images = network.ImageRule{}
		c.Article.Lacks = append([]string{"cover"}, typical.Article.Lacks...)
	}
	var found []term
	for route, into := range map[string]*[]network.Term{"/wp/v2/categories": &c.Article.Categories, "/wp/v2/tags": &c.Article.Tags} {
		_, err := a.call(ctx, http.MethodGet, route, url.Values{
			"per_page": {"100"}, "orderby": {"count"}, "order": {"desc"}, "_fields": {"id,name"},
		}, nil, &found)
		if err != nil {
			return c, err
		}
		*into, found = terms(found), nil
	}
	c.Article.Authors = []network.Term{{ID: strconv.Itoa(me.ID), Name: markup.Plain(me.Name)}}
	if me.Capabilities["edit_others_posts"] {
		_, err := a.call(ctx, http.MethodGet, "/wp/v2/users", url.Values{
			"per_page": {"100"}, "orderby": {"name"}, "who": {"authors"}, "_fields": {"id,name"},
		}, nil, &found)
		if err != nil {
			return c, err
		}
		if all := terms(found); len(all) > 0 {
			c.Article.Authors = all
		}
	}
	c.Read, c.AsOf = "live", a.d.Now().UTC()
	return c, nil
}

type term struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

func terms(all []term) (out []network.Term) {
	for _, t := range all {
		out = append(out, network.Term{ID: strconv.Itoa(t.ID), Name: markup.Plain(t.Name)})
	}
	return out
}

// stamp reads the *_gmt times of the API; zero where there is none.
func stamp(s string) time.Time {
	t, _ := time.Parse("2006-01-02T15:04:05", s)
	return t
}
