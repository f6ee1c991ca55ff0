package bluesky

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"vigie/internal/network"
)

// postView is a post as the network shows it (app.bsky.feed.defs#postView), and
// a notification as far as they are alike.
type postView struct {
	strong
	Author    actor    `json:"author"`
	Record    said     `json:"record"`
	Embed     shown    `json:"embed"`
	IndexedAt string   `json:"indexedAt"`
	Likes     int      `json:"likeCount"`
	Reposts   int      `json:"repostCount"`
	Replies   int      `json:"replyCount"`
	Quotes    int      `json:"quoteCount"`
	Viewer    struct { // what the signed-in account did with it
		Like string `json:"like"`
	} `json:"viewer"`
}

type actor struct {
	DID, Handle, DisplayName, Avatar string
	Labels                           []struct{ Src, Val string }
}

// said is the record of somebody's post, read with patience: what cannot be
// read is left empty, the words are what counts.
type said struct {
	Text      string
	CreatedAt string
	Langs     []string
	Facets    []facet
	Reply     *reply
	Embed     json.RawMessage
}

func (s *said) UnmarshalJSON(b []byte) error {
	var fields map[string]json.RawMessage
	if json.Unmarshal(b, &fields) != nil {
		return nil
	}
	for name, into := range map[string]any{"text": &s.Text, "createdAt": &s.CreatedAt, "langs": &s.Langs, "facets": &s.Facets, "reply": &s.Reply} {
		if raw, ok := fields[name]; ok {
			_ = json.Unmarshal(raw, into)
		}
	}
	s.Embed = fields["embed"]
	return nil
}

// shown is what a post shows, resolved to addresses by the network.
type shown struct {
	Images []struct {
		Thumb, Fullsize, Alt string
		AspectRatio          aspectRatio
	} `json:"images"`
	External struct{ URI, Title string } `json:"external"`
	// Thumbnail and Alt are of a video.
	Thumbnail string          `json:"thumbnail"`
	Playlist  string          `json:"playlist"`
	Alt       string          `json:"alt"`
	Media     *shown          `json:"media"`  // of a quote with media
	Record    json.RawMessage `json:"record"` // of a quote: in one of two depths
}

func (e *shown) UnmarshalJSON(b []byte) error {
	type plain shown
	_ = json.Unmarshal(b, (*plain)(e)) // an embed of tomorrow is no reason to lose the words
	return nil
}

func (e shown) media() (out []network.Attachment) {
	for _, i := range e.Images {
		out = append(out, network.Attachment{Type: "image", URL: i.Fullsize, Alt: i.Alt, Width: i.AspectRatio.Width, Height: i.AspectRatio.Height})
	}
	if e.Playlist != "" {
		out = append(out, network.Attachment{Type: "video", URL: e.Thumbnail, Alt: e.Alt})
	}
	if e.External.URI != "" {
		out = append(out, network.Attachment{Type: "text/html", URL: e.External.URI, Name: e.External.Title})
	}
	if e.Media != nil {
		out = append(out, e.Media.media()...)
	}
	return out
}

// quoted is the post that a record shows inside itself.
func (s said) quoted() strong {
	var e struct{ Record json.RawMessage }
	var one strong
	var two struct{ Record strong }
	if json.Unmarshal(s.Embed, &e) != nil || len(e.Record) == 0 {
		return one
	}
	_ = json.Unmarshal(e.Record, &one)
	if one.URI == "" { // app.bsky.embed.recordWithMedia
		_ = json.Unmarshal(e.Record, &two)
		one = two.Record
	}
	return one
}

func (s said) mentions(did string) bool {
	return slices.ContainsFunc(s.Facets, func(f facet) bool {
		return slices.ContainsFunc(f.Features, func(x feature) bool { return x.DID == did })
	})
}

// words is the text with the links that apps show shortened written out.
func (s said) words() string {
	text := s.Text
	facets := slices.Clone(s.Facets)
	slices.SortFunc(facets, func(a, b facet) int { return b.Index.Start - a.Index.Start })
	end := len(text)
	for _, f := range facets {
		a, b := f.Index.Start, f.Index.End
		if a < 0 || b <= a || b > end {
			continue // facets that overlap, or stand outside
		}
		for _, x := range f.Features {
			if shown := text[a:b]; x.URI != "" && shown != x.URI && strings.TrimSuffix(x.URI, "/") != "https://"+strings.TrimSuffix(shown, "/") {
				if cut := strings.TrimRight(strings.TrimSuffix(shown, "..."), "…"); cut != shown && strings.Contains(x.URI, cut) {
					text = text[:a] + x.URI + text[b:]
				} else {
					text = text[:b] + " (" + x.URI + ")" + text[b:]
				}
				break
			}
		}
		end = a
	}
	return text
}

// ours tells whether a record is of this account.
func (a *account) ours(s strong) bool { return strings.HasPrefix(s.URI, "at://"+a.did()+"/") }

// item is a post as the inbox reads it.
func (a *account) item(v postView) network.Item {
	it := network.Item{
		Ref: v.ref(), Version: v.CID, Own: v.Author.DID == a.did(), Kind: network.Context, Root: v.ref(),
		Author: network.Author{Ref: network.Ref(v.Author.DID), Handle: v.Author.Handle, Name: v.Author.DisplayName, Avatar: v.Author.Avatar,
			URL: profileURL(v.Author.DID, v.Author.Handle)},
		Text: v.Record.words(), Media: v.Embed.media(), At: v.at(),
	}
	if it.Author.Name == "" {
		it.Author.Name = v.Author.Handle
	}
	if i := strings.LastIndexByte(v.URI, '/'); i >= 0 {
		it.URL = it.Author.URL + "/post/" + v.URI[i+1:]
	}
	if len(v.Record.Langs) > 0 {
		it.Language = v.Record.Langs[0]
	}
	for _, l := range v.Author.Labels {
		if l.Val == "bot" && l.Src == v.Author.DID { // says so herself
			it.Author.Bot, it.Automatic = true, true
		}
	}
	q := v.Record.quoted()
	if r := v.Record.Reply; r != nil && r.Parent.URI != "" {
		it.Parent, it.Root = r.Parent.ref(), r.Root.ref()
		if it.Own || a.ours(r.Parent) || a.ours(r.Root) {
			it.Kind = network.Reply
		}
	}
	switch {
	case it.Own || it.Kind == network.Reply:
	case a.ours(q):
		it.Kind, it.Quoted = network.Quote, q.ref()
	case v.Record.mentions(a.did()):
		it.Kind = network.Mention
	}
	return it
}

// at is when it was written, which nobody may put after the network had it.
func (v postView) at() time.Time {
	had, _ := time.Parse(time.RFC3339Nano, v.IndexedAt)
	wrote, err := time.Parse(time.RFC3339Nano, v.Record.CreatedAt)
	if err != nil || wrote.After(had) && !had.IsZero() || wrote.Year() < 2000 {
		return had.UTC()
	}
	return wrote.UTC()
}

// views reads posts as they stand; those that are gone are not among them.
func (a *account) views(ctx context.Context, uris []string) (map[string]postView, error) {
	out := map[string]postView{}
	for some := range slices.Chunk(uris, 25) { // what app.bsky.feed.getPosts takes
		var got struct{ Posts []postView }
		if _, err := a.get(ctx, "app.bsky.feed.getPosts", url.Values{"uris": some}, &got); err != nil {
			return nil, signedOut(err)
		}
		for _, v := range got.Posts {
			out[v.URI] = v
		}
	}
	return out, nil
}
