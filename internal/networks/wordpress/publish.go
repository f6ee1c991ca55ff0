package wordpress

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/markup"
)

// post is a post as the API shows it to who may edit it.
type post struct {
	ID       int    `json:"id"`
	Date     string `json:"date_gmt"`
	Modified string `json:"modified_gmt"`
	Slug     string `json:"slug"`
	Status   string `json:"status"`
	Link     string `json:"link"`
	Author   int    `json:"author"`
	Title    raw    `json:"title"`
	Content  raw    `json:"content"`
	Excerpt  raw    `json:"excerpt"`
	Cover    int    `json:"featured_media"`

	Categories []int `json:"categories"`
	Tags       []int `json:"tags"`
}

type raw struct {
	Raw      string `json:"raw"`
	Rendered string `json:"rendered"`
}

const postFields = "id,date_gmt,modified_gmt,slug,status,link,author,title.raw,content.raw,excerpt.raw,featured_media,categories,tags"

// marker stands at the end of the content, unseen by readers: what a look knows
// the post by. It is the same at every attempt.
func marker(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "<!-- vigie:" + hex.EncodeToString(sum[:12]) + " -->"
}

var markerRE = regexp.MustCompile(`<!-- vigie:[0-9a-f]{24} -->`)

// The references of this network: post/12, comment/34; of a picture, its number
// and its address.
func ref(kind string, n int) network.Ref { return network.Ref(kind + "/" + strconv.Itoa(n)) }

func number(r network.Ref, kind string) (int, bool) {
	rest, ok := strings.CutPrefix(string(r), kind+"/")
	n, err := strconv.Atoi(rest)
	return n, ok && err == nil && n > 0
}

func foreign(r network.Ref) error {
	return &network.Error{Fault: fault.New(fault.Invalid, "network.wordpress.ref").Becausef("%q", r), Outcome: network.NotSent}
}

// Publish puts an article, a short text, or an answer under a comment on the
// site. Categories and tags that are missing are made first: if that fails,
// nothing was published.
func (a *account) Publish(ctx context.Context, in network.Intent) (r network.Receipt, err error) {
	defer fault.Wrap(&err, "wordpress: publish")
	if in.Answer {
		return a.answer(ctx, in)
	}
	body, err := a.body(ctx, in, nil)
	if err != nil {
		return r, left(err, network.NotSent)
	}
	var p post
	if _, err := a.call(ctx, http.MethodPost, "/wp/v2/posts", url.Values{"_fields": {postFields}}, body, &p); err != nil {
		return r, err
	}
	return receipt(p), nil
}

func receipt(p post) network.Receipt {
	if p.ID == 0 {
		return network.Receipt{} // Presence calls it nonsense, and looks
	}
	at := stamp(p.Date)
	if at.IsZero() {
		at = stamp(p.Modified)
	}
	return network.Receipt{Ref: ref("post", p.ID), URL: p.Link, At: at, Final: true, Version: p.version()}
}

// version tells two states of a post apart. The time of a change counts in
// seconds there, so what was changed is in it too.
func (p post) version() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %d %v %v", p.Title.Raw, p.Content.Raw, p.Excerpt.Raw, p.Slug, p.Status, p.Cover, p.Categories, p.Tags))
	return p.Modified + "/" + hex.EncodeToString(sum[:8])
}

// body is what a post is made of. old is what stands, in an edit.
func (a *account) body(ctx context.Context, in network.Intent, old *post) (map[string]any, error) {
	mark, pictures := marker(in.Key), ""
	if old != nil {
		if m := markerRE.FindString(old.Content.Raw); m != "" {
			mark = m
		}
		pictures = strings.Join(pictureRE.FindAllString(old.Content.Raw, -1), "\n\n")
	}
	if in.Article != nil {
		return a.article(ctx, *in.Article, mark, old != nil)
	}
	var b strings.Builder
	for _, p := range markup.Paragraphs(in.Text) {
		b.WriteString("<!-- wp:paragraph -->\n<p>" + p + "</p>\n<!-- /wp:paragraph -->\n\n")
	}
	for _, m := range in.Media {
		if old != nil {
			break // pictures stay as they are
		}
		id, src, err := picture(m.Ref)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "<!-- wp:image {\"id\":%d} -->\n<figure class=\"wp-block-image\"><img src=\"%s\" alt=\"%s\" class=\"wp-image-%d\"/></figure>\n<!-- /wp:image -->\n\n",
			id, markup.Escape(src), markup.Escape(m.Alt), id)
	}
	if pictures != "" {
		b.WriteString(pictures + "\n\n")
	}
	out := map[string]any{"title": markup.Escape(markup.Title(in.Text)), "content": b.String() + mark}
	if old == nil {
		out["status"] = "publish"
	}
	return out, nil
}

var pictureRE = regexp.MustCompile(`(?s)<!-- wp:image .*?<!-- /wp:image -->`)

// article is the body of a long form. Its HTML goes into one block that
// WordPress neither rewrites nor breaks into paragraphs.
func (a *account) article(ctx context.Context, art network.Article, mark string, edit bool) (map[string]any, error) {
	out := map[string]any{
		"title":   markup.Escape(strings.TrimSpace(art.Title)),
		"content": openHTML + strings.TrimSpace(art.HTML) + closeHTML + mark,
	}
	switch {
	case art.Status == network.StatusDraft:
		out["status"] = "draft"
	case !edit || art.Status == network.StatusPublished:
		out["status"] = "publish"
	}
	if art.Excerpt != "" || edit {
		out["excerpt"] = markup.Escape(art.Excerpt)
	}
	if art.Slug != "" {
		out["slug"] = art.Slug
	}
	if art.Author != "" {
		id, err := strconv.Atoi(art.Author)
		if err != nil {
			return nil, foreign(network.Ref(art.Author))
		}
		out["author"] = id
	}
	if art.Cover != nil {
		id, _, err := picture(art.Cover.Ref)
		if err != nil {
			return nil, err
		}
		out["featured_media"] = id
	}
	for field, names := range map[string][]string{"categories": art.Categories, "tags": art.Tags} {
		if len(names) == 0 && !edit {
			continue
		}
		ids, err := a.termIDs(ctx, field, names)
		if err != nil {
			return nil, err
		}
		out[field] = ids
	}
	return out, nil
}

const (
	openHTML  = "<!-- wp:html -->\n"
	closeHTML = "\n<!-- /wp:html -->\n\n"
)
