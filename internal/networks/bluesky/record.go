package bluesky

import (
	"context"
	"errors"
	"net/url"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// post is an app.bsky.feed.post record.
type post struct {
	Type      string   `json:"$type"`
	Text      string   `json:"text"`
	CreatedAt string   `json:"createdAt"`
	Langs     []string `json:"langs,omitempty"`
	Facets    []facet  `json:"facets,omitempty"`
	Embed     *images  `json:"embed,omitempty"`
	Reply     *reply   `json:"reply,omitempty"`
	Labels    *labels  `json:"labels,omitempty"`
}

type images struct {
	Type   string  `json:"$type"`
	Images []image `json:"images"`
}

type image struct {
	Image       blob         `json:"image"`
	Alt         string       `json:"alt"` // required, may be empty
	AspectRatio *aspectRatio `json:"aspectRatio,omitempty"`
}

type aspectRatio struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type reply struct {
	Root   strong `json:"root"`
	Parent strong `json:"parent"`
}

type labels struct {
	Type   string  `json:"$type"`
	Values []label `json:"values"`
}

type label struct {
	Val string `json:"val"`
}

// sensitive is the label an author puts on her own pictures when they may hurt.
// Bluesky has four (sexual, nudity, porn, graphic-media); "sensitive" elsewhere
// says no more than the last, which hides the picture behind a warning.
const sensitive = "graphic-media"

// createdAt is the intent's own time, so that every attempt writes the same
// bytes.
func createdAt(in network.Intent) string {
	return in.Made.UTC().Format("2006-01-02T15:04:05.000Z")
}

// record makes the post of an intent. It asks the network who the mentioned
// people are and, for an answer to somebody, where the thread begins; it writes
// nothing.
func (a *account) record(ctx context.Context, in network.Intent) (post, error) {
	if in.Options.ContentWarning != "" {
		return post{}, fault.New(fault.Unsupported, "network.check.no_warning")
	}
	facets, err := a.facets(ctx, in.Text)
	if err != nil {
		return post{}, err
	}
	p := post{
		Type: postCollection, Text: in.Text, CreatedAt: createdAt(in),
		Langs: in.Options.Languages, Facets: facets,
	}
	if len(in.Media) > 0 {
		p.Embed = &images{Type: "app.bsky.embed.images"}
	}
	for _, m := range in.Media {
		b, err := blobOf(m.Ref)
		if err != nil {
			return post{}, err
		}
		i := image{Image: b, Alt: m.Alt}
		if m.Width > 0 && m.Height > 0 {
			i.AspectRatio = &aspectRatio{m.Width, m.Height}
		}
		p.Embed.Images = append(p.Embed.Images, i)
	}
	if in.Options.Sensitive && len(in.Media) > 0 {
		p.Labels = &labels{Type: "com.atproto.label.defs#selfLabels", Values: []label{{sensitive}}}
	}
	if in.Parent != "" {
		if p.Reply, err = a.reply(ctx, in); err != nil {
			return post{}, err
		}
	}
	return p, nil
}

// reply names the post that is answered and the first one of its thread. What
// somebody else said is read first: it says where its thread begins, and an
// answer to what is gone meanwhile does not leave.
func (a *account) reply(ctx context.Context, in network.Intent) (*reply, error) {
	parent, err := strongOf(in.Parent)
	if err != nil {
		return nil, err
	}
	repo, collection, rkey := parent.parts()
	if in.Root != "" && repo == a.did() {
		root, err := strongOf(in.Root)
		return &reply{Root: root, Parent: parent}, err
	}
	got, err := a.read(ctx, repo, collection, rkey)
	if errors.Is(err, errNoRecord) {
		return nil, &network.Error{Fault: errAnsweredGone.Because(err), Outcome: network.Refused}
	}
	if err != nil {
		return nil, err
	}
	if got.Value.Reply != nil && got.Value.Reply.Root.URI != "" {
		return &reply{Root: got.Value.Reply.Root, Parent: parent}, nil
	}
	return &reply{Root: parent, Parent: parent}, nil
}

// stored is a record as a repository gives it.
type stored struct {
	strong
	Value post `json:"value"`
}

func (a *account) read(ctx context.Context, repo, collection, rkey string) (stored, error) {
	var got stored
	_, err := a.get(ctx, "com.atproto.repo.getRecord",
		url.Values{"repo": {repo}, "collection": {collection}, "rkey": {rkey}}, &got)
	return got, err
}

// made reads createdAt back; a time that cannot be read is the zero one.
func (p post) made() time.Time {
	t, _ := time.Parse(time.RFC3339Nano, p.CreatedAt)
	return t
}
