package ghost

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/markup"
)

// comment is a comment as the Admin API shows it.
type comment struct {
	ID      string    `json:"id"`
	Parent  string    `json:"parent_id"`
	Answers string    `json:"in_reply_to_id"` // where it answers another answer
	Status  string    `json:"status"`
	HTML    string    `json:"html"`
	Created time.Time `json:"created_at"`
	Edited  time.Time `json:"edited_at"`
	Member  struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Avatar string `json:"avatar_image"`
	} `json:"member"`
	Post struct {
		ID    string `json:"id"`
		Title string `json:"title"`
		URL   string `json:"url"`
	} `json:"post"`
	Count struct {
		Likes int `json:"likes"`
	} `json:"count"`
}

type comments struct {
	Comments []comment `json:"comments"`
	Meta     meta      `json:"meta"`
}

func (c comment) version() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", c.HTML, c.Status, c.Member.Name))
	return hex.EncodeToString(sum[:5])
}

func (c comment) receipt(post network.Ref) network.Receipt {
	if c.ID == "" {
		return network.Receipt{}
	}
	return network.Receipt{Ref: ref("comment", c.ID), URL: c.link(), At: c.Created, Final: true, Root: post, Version: c.version()}
}

// link is the page of a comment: that of its post, which shows it.
func (c comment) link() string {
	if c.Post.URL == "" {
		return ""
	}
	return c.Post.URL + "#ghost-comments-" + c.ID
}

func (a *account) item(c comment) network.Item {
	it := network.Item{
		Ref: ref("comment", c.ID), Kind: network.Comment, Version: c.version(), Own: a.member != "" && c.Member.ID == a.member,
		Text: markup.Text(c.HTML), Subject: c.Post.Title, URL: c.link(), At: c.Created, Edited: c.Edited,
		Author: network.Author{Ref: ref("member", c.Member.ID), Handle: c.Member.Name, Name: c.Member.Name, Avatar: c.Member.Avatar},
	}
	if c.Post.ID != "" {
		it.Root, it.Parent = ref("post", c.Post.ID), ref("post", c.Post.ID)
	}
	switch {
	case c.Answers != "":
		it.Parent = ref("comment", c.Answers)
	case c.Parent != "":
		it.Parent = ref("comment", c.Parent)
	}
	switch c.Status {
	case "hidden":
		it.Held = "hold" // kept from the readers by the blog's people
	case "deleted":
		it.Gone, it.Text = true, ""
	}
	return it
}

func (a *account) comments(ctx context.Context, filter, order string, limit, page int) (comments, time.Time, error) {
	q := url.Values{"include_nested": {"true"}, "order": {order}, "limit": {strconv.Itoa(limit)}, "page": {strconv.Itoa(page)}}
	if filter != "" {
		q.Set("filter", filter)
	}
	var got comments
	res, err := a.get(ctx, "/comments/", q, &got)
	at, bad := http.ParseTime(res.Header.Get("Date"))
	if bad != nil {
		at = a.d.Now()
	}
	return got, at, err
}

// one reads a comment by itself, the deleted included; its post is not told.
func (a *account) one(ctx context.Context, id string) (comment, error) {
	var got comments
	if _, err := a.get(ctx, "/comments/"+id+"/", nil, &got); err != nil {
		return comment{}, err
	}
	if len(got.Comments) == 0 {
		return comment{}, &network.Error{Fault: errGone, Outcome: network.Refused}
	}
	return got.Comments[0], nil
}

// spoken is a text as a comment carries it.
func spoken(text string) string {
	return "<p>" + strings.Join(markup.Paragraphs(text), "</p><p>") + "</p>"
}

// answer puts a comment of the member's under a comment or a post. It carries
// the second of its intent as its time, by which a look knows it.
func (a *account) answer(ctx context.Context, in network.Intent) (r network.Receipt, err error) {
	if a.member == "" {
		return r, &network.Error{Fault: fault.New(fault.Unsupported, "network.ghost.no_member"), Outcome: network.NotSent}
	}
	body := map[string]any{"member_id": a.member, "html": spoken(in.Text), "created_at": in.Made.UTC().Truncate(time.Second).Format(time.RFC3339)}
	if id, ok := number(in.Parent, "post"); ok {
		body["post_id"] = id
	} else if id, ok := number(in.Parent, "comment"); ok {
		over, err := a.one(ctx, id)
		if err == nil && over.Status == "deleted" {
			err = errGone
		}
		if err != nil {
			o := network.NotSent
			if fault.Is(err, fault.NotFound) {
				o = network.Refused
			}
			return r, left(err, o)
		}
		body["parent_id"] = id
		if over.Parent != "" { // two levels only: the answer to an answer says so
			body["parent_id"], body["in_reply_to_id"] = over.Parent, id
		}
	} else {
		return r, foreign(in.Parent)
	}
	var got comments
	if _, err := a.write(ctx, http.MethodPost, "/comments/", url.Values{"include": {"post"}}, map[string]any{"comments": []any{body}}, &got); err != nil {
		return r, err
	}
	if len(got.Comments) == 0 {
		return r, nil
	}
	c := got.Comments[0]
	return a.placed(ctx, c, in.Root), nil
}

// placed completes a receipt with the post that the comment stands under.
func (a *account) placed(ctx context.Context, c comment, root network.Ref) network.Receipt {
	if c.Post.ID == "" {
		if got, _, err := a.comments(ctx, "id:"+c.ID, "created_at desc", 1, 1); err == nil && len(got.Comments) == 1 {
			c.Post = got.Comments[0].Post
		}
	}
	if c.Post.ID != "" {
		root = ref("post", c.Post.ID)
	}
	return c.receipt(root)
}

// findAnswer looks for the answer under what it answers: the member's, of the
// second of the intent, with its words.
func (a *account) findAnswer(ctx context.Context, in network.Intent) (f network.Finding, err error) {
	at := in.Made.UTC().Truncate(time.Second).Format("2006-01-02 15:04:05")
	got, _, err := a.comments(ctx, "member_id:'"+a.member+"'+created_at:'"+at+"'", "created_at asc", 100, 1)
	if err != nil {
		return f, err
	}
	for _, c := range got.Comments {
		if a.item(c).Parent == in.Parent && same(markup.Text(c.HTML), in.Text) {
			return network.Finding{Taken: true, Receipt: a.placed(ctx, c, in.Root)}, nil
		}
	}
	f.Sure = got.Meta.Pagination.Total <= len(got.Comments) && a.settled(in)
	return f, nil
}

func same(a, b string) bool {
	return slices.Equal(strings.Fields(a), strings.Fields(markup.Text(spoken(b))))
}

// Thread reads a post and what stands under it: above the item first, then the
// item, then the rest by time.
func (a *account) Thread(ctx context.Context, target network.Ref, most int) (items []network.Item, err error) {
	defer fault.Wrap(&err, "ghost: thread")
	on, ok := number(target, "post")
	if !ok {
		id, ok := number(target, "comment")
		if !ok {
			return nil, foreign(target)
		}
		got, _, err := a.comments(ctx, "id:"+id, "created_at desc", 1, 1)
		if err != nil {
			return nil, err
		}
		if len(got.Comments) == 0 {
			return nil, &network.Error{Fault: errGone, Outcome: network.Refused}
		}
		on = got.Comments[0].Post.ID
	}
	p, err := a.post(ctx, on)
	if err != nil {
		return nil, err
	}
	words := p.Excerpt
	if words == "" {
		words = markup.Text(p.HTML)
	}
	all := []network.Item{{
		Ref: ref("post", p.ID), Root: ref("post", p.ID), Kind: network.Context, Version: p.version(), Own: true,
		Subject: p.Title, Text: words, URL: p.URL, At: p.receipt().At,
	}}
	for page := 1; len(all) < max(most, 1)+100; page++ {
		got, _, err := a.comments(ctx, "post_id:"+on, "created_at asc,id asc", 100, page)
		if err != nil {
			return nil, err
		}
		for _, c := range got.Comments {
			all = append(all, a.item(c))
		}
		if page >= got.Meta.Pagination.Pages {
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
		if !slices.Contains(line, it.Ref) && !it.Gone {
			out = append(out, it)
		}
	}
	return out[:min(len(out), max(most, 1))]
}
