package ghost

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/markup"
)

// post is a post as the Admin API shows it.
type post struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	HTML      string    `json:"html"`
	Slug      string    `json:"slug"`
	Status    string    `json:"status"`
	URL       string    `json:"url"`
	Updated   string    `json:"updated_at"`
	Published time.Time `json:"published_at"`
	Created   time.Time `json:"created_at"`
	Excerpt   string    `json:"custom_excerpt"`
	Cover     string    `json:"feature_image"`
	Canonical string    `json:"canonical_url"`
	MetaTitle string    `json:"meta_title"`
	MetaWords string    `json:"meta_description"`
	Foot      string    `json:"codeinjection_foot"`
	Tags      []named   `json:"tags"`
	Authors   []named   `json:"authors"`
}

type posts struct {
	Posts []post `json:"posts"`
	Meta  meta   `json:"meta"`
}

type meta struct {
	Pagination struct {
		Pages, Total int
	} `json:"pagination"`
}

var (
	asHTML  = url.Values{"formats": {"html"}}
	outHTML = url.Values{"source": {"html"}, "formats": {"html"}}
)

// mark is what a look knows the post by: a comment at the foot of its page,
// which Ghost keeps in the post's own "code injection", unseen by readers, and
// which no edit of the text takes away.
func mark(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "vigie:" + hex.EncodeToString(sum[:12])
}

func ref(kind, id string) network.Ref { return network.Ref(kind + "/" + id) }

var objectID = regexp.MustCompile(`^[0-9a-f]{24}$`)

func number(r network.Ref, kind string) (string, bool) {
	id, ok := strings.CutPrefix(string(r), kind+"/")
	return id, ok && objectID.MatchString(id)
}

func foreign(r network.Ref) error {
	return &network.Error{Fault: fault.New(fault.Invalid, "network.ghost.ref").Becausef("%q", r), Outcome: network.NotSent}
}

// Publish puts an article, a short text, or an answer under a comment on the
// blog. No newsletter is sent.
func (a *account) Publish(ctx context.Context, in network.Intent) (r network.Receipt, err error) {
	defer fault.Wrap(&err, "ghost: publish")
	if in.Answer {
		return a.answer(ctx, in)
	}
	body, err := a.body(in, nil)
	if err != nil {
		return r, err
	}
	body["codeinjection_foot"] = "<!-- " + mark(in.Key) + " -->"
	var got posts
	if _, err := a.write(ctx, http.MethodPost, "/posts/", outHTML, map[string]any{"posts": []any{body}}, &got); err != nil {
		return r, err
	}
	return first(got).receipt(), nil
}

func first(p posts) post {
	if len(p.Posts) == 0 {
		return post{}
	}
	return p.Posts[0]
}

func (p post) receipt() network.Receipt {
	if p.ID == "" {
		return network.Receipt{} // Presence calls it nonsense, and looks
	}
	at := p.Published
	if at.IsZero() {
		at = p.Created
	}
	return network.Receipt{Ref: ref("post", p.ID), URL: p.URL, At: at, Final: true, Version: p.version()}
}

// version tells two states of a post apart. The time of a change counts in
// seconds there, so what was changed is in it too.
func (p post) version() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %q %q %q %q %v %v",
		p.Title, p.HTML, p.Excerpt, p.Slug, p.Status, p.Cover, p.Canonical, p.MetaTitle, p.MetaWords, p.Tags, p.Authors))
	return p.Updated + "/" + hex.EncodeToString(sum[:8])
}

// body is what a post is made of. old is what stands, in an edit.
func (a *account) body(in network.Intent, old *post) (map[string]any, error) {
	if in.Article != nil {
		return article(*in.Article, old != nil)
	}
	var b strings.Builder
	for _, p := range markup.Paragraphs(in.Text) {
		b.WriteString("<p>" + p + "</p>\n")
	}
	if old != nil {
		// Pictures stay as they are.
		b.WriteString(strings.Join(figureRE.FindAllString(old.HTML, -1), "\n"))
		return map[string]any{"title": markup.Title(in.Text), "html": b.String()}, nil
	}
	for _, m := range in.Media {
		if err := picture(m.Ref); err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "<figure><img src=\"%s\" alt=\"%s\"></figure>\n", markup.Escape(string(m.Ref)), markup.Escape(m.Alt))
	}
	return map[string]any{"title": markup.Title(in.Text), "html": b.String(), "status": "published"}, nil
}

var (
	figureRE = regexp.MustCompile(`(?s)<figure[^>]*>.*?</figure>`)
	tableRE  = regexp.MustCompile(`(?s)<table[ >].*?</table>`)
)

// article is the body of a long form. Ghost reads the HTML into its own
// editor's form; what that cannot hold (a table) goes into a block of HTML.
func article(art network.Article, edit bool) (map[string]any, error) {
	out := map[string]any{
		"title": strings.TrimSpace(art.Title),
		"html":  tableRE.ReplaceAllString(art.HTML, "<!--kg-card-begin: html-->$0<!--kg-card-end: html-->"),
	}
	switch {
	case art.Status == network.StatusDraft:
		out["status"] = "draft"
	case !edit || art.Status == network.StatusPublished:
		out["status"] = "published"
	}
	for field, value := range map[string]string{
		"custom_excerpt": art.Excerpt, "canonical_url": art.Canonical, "meta_title": art.SEOTitle, "meta_description": art.SEODescription,
	} {
		if value != "" {
			out[field] = value
		} else if edit {
			out[field] = nil
		}
	}
	if art.Slug != "" {
		out["slug"] = art.Slug
	}
	if art.Author != "" {
		out["authors"] = []any{map[string]any{"id": art.Author}}
	}
	if art.Cover != nil {
		if err := picture(art.Cover.Ref); err != nil {
			return nil, err
		}
		out["feature_image"], out["feature_image_alt"] = string(art.Cover.Ref), art.Cover.Alt
	}
	tags := []any{}
	for _, name := range art.Tags {
		if name = strings.TrimSpace(name); name != "" {
			tags = append(tags, map[string]any{"name": name})
		}
	}
	if len(tags) > 0 || edit {
		out["tags"] = tags
	}
	return out, nil
}

// Find looks for the post that carries the intent's mark, in any state.
//
// Not finding it is Sure once Config.Settle has passed since the intent: until
// then a request may still be on its way. Safe is never true. Safe to repeat.
func (a *account) Find(ctx context.Context, in network.Intent) (f network.Finding, err error) {
	defer fault.Wrap(&err, "ghost: find")
	if in.Answer {
		return a.findAnswer(ctx, in)
	}
	var got posts
	_, err = a.get(ctx, "/posts/", url.Values{
		"filter": {"codeinjection_foot:~'" + mark(in.Key) + "'+status:[draft,published,scheduled,sent]"}, "limit": {"5"}, "formats": {"html"}, "order": {"created_at asc"},
	}, &got)
	if err != nil {
		return f, err
	}
	for _, p := range got.Posts {
		if strings.Contains(p.Foot, mark(in.Key)) {
			return network.Finding{Taken: true, Receipt: p.receipt()}, nil
		}
	}
	f.Sure = a.settled(in)
	return f, nil
}

// settled tells whether a request of the intent can no longer be on its way.
// An intent from the future: a clock went back, and nobody is sure.
func (a *account) settled(in network.Intent) bool {
	now := a.d.Now()
	return !in.Made.After(now.Add(time.Minute)) && (a.d.Settle < 0 || now.Sub(in.Made) >= a.d.Settle)
}
