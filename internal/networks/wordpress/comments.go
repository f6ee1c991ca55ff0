package wordpress

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/markup"
)

// comment is a comment as the API shows it to who may moderate it.
type comment struct {
	ID      int             `json:"id"`
	Post    int             `json:"post"`
	Parent  int             `json:"parent"`
	Author  int             `json:"author"`
	Name    string          `json:"author_name"`
	Email   string          `json:"author_email"`
	URL     string          `json:"author_url"`
	Date    string          `json:"date_gmt"`
	Content raw             `json:"content"`
	Link    string          `json:"link"`
	Status  string          `json:"status"`
	Avatars json.RawMessage `json:"author_avatar_urls"`

	Embedded struct {
		Up []struct {
			Title raw `json:"title"`
		} `json:"up"`
	} `json:"_embedded"`
}

// WordPress 6.1 gives the raw words of a comment only for the whole "content".
const commentFields = "id,post,parent,author,author_name,author_email,author_url,date_gmt,content,link,status,author_avatar_urls,_links,_embedded"

// version tells two states of a comment apart: they carry no time of change.
func (c comment) version() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", c.Content.Raw, c.Status, c.Name))
	return hex.EncodeToString(sum[:5])
}

// held is the site's moderation word; empty when readers see the comment.
func (c comment) held() string {
	if c.Status == "approved" || c.Status == "approve" {
		return ""
	}
	return c.Status // hold, spam, trash
}

func (c comment) receipt() network.Receipt {
	if c.ID == 0 {
		return network.Receipt{}
	}
	return network.Receipt{Ref: ref("comment", c.ID), URL: c.Link, At: stamp(c.Date), Final: true, Root: ref("post", c.Post), Version: c.version()}
}

// item is a comment as the inbox reads it. A guest is known again by her mail
// address, of which only a print leaves the driver.
func (c comment) item(me int) network.Item {
	it := network.Item{
		Ref: ref("comment", c.ID), Kind: network.Comment, Parent: ref("post", c.Post), Root: ref("post", c.Post),
		Version: c.version(), Held: c.held(), Own: c.Author != 0 && c.Author == me,
		Text: markup.Text(c.Content.Raw), URL: c.Link, At: stamp(c.Date),
		Author: network.Author{Name: markup.Plain(c.Name), Handle: markup.Plain(c.Name), Avatar: avatar(c.Avatars)},
	}
	if c.Parent != 0 {
		it.Parent = ref("comment", c.Parent)
	}
	if len(c.Embedded.Up) > 0 {
		it.Subject = markup.Plain(markup.Text(c.Embedded.Up[0].Title.Rendered))
	}
	if u, err := url.Parse(c.URL); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		it.Author.URL = c.URL
	}
	switch mail := strings.ToLower(strings.TrimSpace(c.Email)); {
	case c.Author != 0:
		it.Author.Ref = ref("user", c.Author)
	case mail != "":
		sum := sha256.Sum256([]byte("wordpress guest " + mail))
		it.Author.Ref = network.Ref("guest/" + hex.EncodeToString(sum[:10]))
	default:
		it.Author.Ref = network.Ref("name/" + strings.ToLower(it.Author.Name))
	}
	return it
}

// comments reads one page; total is how many there are in all.
func (a *account) comments(ctx context.Context, q url.Values) (all []comment, total int, err error) {
	set := url.Values{"context": {"edit"}, "status": {"any"}, "_embed": {"up"}, "_fields": {commentFields}}
	for k, v := range q {
		set[k] = v
	}
	res, err := a.call(ctx, http.MethodGet, "/wp/v2/comments", set, nil, &all)
	if e := fault.As(err); err != nil && e.Kind == fault.Forbidden && e.Key == errRole.Key {
		var known *network.Error
		if known = asError(err); known != nil {
			c := *known
			c.Fault = errModerate.Because(e)
			err = &c
		}
	}
	total, _ = strconv.Atoi(res.Header.Get("X-WP-Total"))
	return all, total, err
}

// place is where an answer goes: the post, and the comment under which (0: none).
// WordPress takes an answer to what is gone, so it is asked first.
func (a *account) place(ctx context.Context, in network.Intent) (on, under int, err error) {
	if n, ok := number(in.Parent, "post"); ok {
		return n, 0, nil
	}
	under, ok := number(in.Parent, "comment")
	if !ok {
		return 0, 0, foreign(in.Parent)
	}
	var c comment
	_, err = a.call(ctx, http.MethodGet, "/wp/v2/comments/"+strconv.Itoa(under), url.Values{"_fields": {"id,post,status"}}, nil, &c)
	if err == nil && (c.Post == 0 || c.Status == "trash") {
		err = errGone
	}
	return c.Post, under, err
}

// spoken is a text as a comment carries it: escaped, lines kept; WordPress makes
// the links.
func spoken(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// answer puts a comment of the person's under a comment or a post.
func (a *account) answer(ctx context.Context, in network.Intent) (r network.Receipt, err error) {
	on, under, err := a.place(ctx, in)
	if err != nil {
		o := network.NotSent
		if fault.Is(err, fault.NotFound) {
			o = network.Refused
		}
		return r, left(err, o)
	}
	body := map[string]any{"post": on, "content": spoken(in.Text)}
	if under != 0 {
		body["parent"] = under
	}
	var c comment
	if _, err := a.call(ctx, http.MethodPost, "/wp/v2/comments", url.Values{"_fields": {commentFields}}, body, &c); err != nil {
		return r, err
	}
	return c.receipt(), nil
}

// Thread reads a post and what stands under it: above the item first, then the
// item, then the rest as WordPress shows it, by time.
func (a *account) Thread(ctx context.Context, target network.Ref, most int) (items []network.Item, err error) {
	defer fault.Wrap(&err, "wordpress: thread")
	me, err := a.self(ctx)
	if err != nil {
		return nil, err
	}
	on, _, err := a.place(ctx, network.Intent{Parent: target})
	if err != nil {
		return nil, err
	}
	var p post
	if _, err := a.call(ctx, http.MethodGet, "/wp/v2/posts/"+strconv.Itoa(on), url.Values{"context": {"edit"}, "_fields": {postFields}}, nil, &p); err != nil {
		return nil, err
	}
	all := []network.Item{p.item(me)}
	for page := 1; len(all) < max(most, 1)+100; page++ {
		some, total, err := a.comments(ctx, url.Values{
			"post": {strconv.Itoa(on)}, "orderby": {"id"}, "order": {"asc"}, "per_page": {"100"}, "page": {strconv.Itoa(page)},
		})
		if err != nil {
			return nil, err
		}
		for _, c := range some {
			all = append(all, c.item(me))
		}
		if page*100 >= total || len(some) == 0 {
			break
		}
	}
	return around(all, target, most), nil
}

// around puts the line of parents first.
func around(all []network.Item, target network.Ref, most int) []network.Item {
	byRef := map[network.Ref]network.Item{}
	for _, it := range all {
		byRef[it.Ref] = it
	}
	var line []network.Ref
	for at := target; at != "" && !slices.Contains(line, at); at = byRef[at].Parent {
		if _, ok := byRef[at]; ok {
			line = append(line, at)
		}
	}
	slices.Reverse(line)
	var out []network.Item
	for _, r := range line {
		out = append(out, byRef[r])
	}
	for _, it := range all {
		if !slices.Contains(line, it.Ref) {
			out = append(out, it)
		}
	}
	return out[:min(len(out), max(most, 1))]
}

// item is the post over a thread.
func (p post) item(me int) network.Item {
	words := p.Excerpt.Raw
	if words == "" {
		words = p.Content.Raw
	}
	return network.Item{
		Ref: ref("post", p.ID), Root: ref("post", p.ID), Kind: network.Context, Version: p.version(), Own: p.Author == me,
		Subject: markup.Plain(p.Title.Raw), Text: markup.Text(words), URL: p.Link, At: stamp(p.Date),
		Author: network.Author{Ref: ref("user", p.Author)},
	}
}
