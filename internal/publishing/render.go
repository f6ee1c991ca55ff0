package publishing

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// PartLine, alone on a line, cuts a text into the parts of a thread.
const PartLine = "---"

// Render makes what would leave on a channel: the variant's own words or the
// post's, cut into parts, with the options the network has. It decides nothing
// a person must decide: what does not fit is for Check to say.
func Render(p Post, v Variant, caps network.Capabilities) Content {
	text, media, options := p.Text, p.Media, p.Options
	if v.Text != nil {
		text = *v.Text
	}
	if v.Media != nil {
		media = *v.Media
	}
	if v.Options != nil {
		options = *v.Options
	} else {
		options = within(options, caps)
	}
	c := Content{Options: options, To: p.Answers.to()}
	for _, part := range parts(text, v, caps, options) {
		c.Parts = append(c.Parts, Part{Text: part})
	}
	if len(c.Parts) == 0 {
		c.Parts = []Part{{}}
	}
	c.Parts[0].Media = slices.Clone(media)
	return c
}

// show is Render with the part of each picture that the network is shown: what
// is planned, decided on and sent.
func (s *Service) show(ctx context.Context, q sqldb.Q, p Post, v Variant, ch channel.Channel) (Content, error) {
	c := Render(p, v, ch.Capabilities)
	if s.Cuts == nil || len(c.Media()) == 0 {
		return c, nil
	}
	var list []id.Media
	for _, m := range c.Media() {
		list = append(list, m.ID)
	}
	cuts, err := s.Cuts(ctx, q, p.Brand, list)
	for i := range c.Parts {
		for k, m := range c.Parts[i].Media {
			c.Parts[i].Media[k].Cut = cuts[m.ID][ch.Network]
		}
	}
	return c, err
}

// within drops, of options meant for all channels, what a network has no word
// for. A content warning stays: leaving without it is worse than not leaving.
func within(o network.Options, caps network.Capabilities) network.Options {
	if !slices.Contains(caps.Visibilities, o.Visibility) {
		o.Visibility = ""
	}
	if !caps.Sensitive {
		o.Sensitive = false
	}
	if len(o.Languages) > caps.Languages {
		o.Languages = slices.Clone(o.Languages[:caps.Languages])
	}
	return o
}

func parts(text string, v Variant, caps network.Capabilities, o network.Options) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if t := strings.TrimSpace(b.String()); t != "" {
			out = append(out, t)
		}
		b.Reset()
	}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == PartLine && caps.Thread.Max > 1 {
			flush()
			continue
		}
		b.WriteString(line)
	}
	flush()
	if !v.Split || caps.Thread.Max <= 1 {
		return out
	}
	var cut []string
	for _, part := range out {
		pieces, err := textkit.Split(part, caps.Text.SplitRule(o.ContentWarning, false, caps.Thread.Max))
		if err != nil { // a word alone is too long, or too many parts: shown whole, and refused by Check
			pieces = []string{part}
		}
		cut = append(cut, pieces...)
	}
	return cut
}

// Rendered is a variant as it would leave, with what stands in its way.
type Rendered struct {
	Variant  Variant           `json:"variant"`
	Channel  channel.Channel   `json:"channel"`
	Content  Content           `json:"content"`
	Hash     string            `json:"hash"`
	Counts   []network.Tally   `json:"counts"` // one a part
	Problems []network.Problem `json:"problems"`
	Media    []MediaInfo       `json:"media"`
}

// Blocked tells whether something must change before it can leave.
func (r Rendered) Blocked() bool {
	return slices.ContainsFunc(r.Problems, func(p network.Problem) bool { return p.Severity == network.Block })
}

// Preview renders every variant of a post and checks it against its network's
// limits and the library. It calls no network: limits are those last read.
func (s *Service) Preview(ctx context.Context, a team.Actor, p Post) (_ []Rendered, err error) {
	defer fault.Wrap(&err, "preview")
	if err := a.Require(p.Brand, team.SeePlanning); err != nil {
		return nil, err
	}
	channels := map[id.Channel]channel.Channel{}
	for _, v := range p.Variants {
		c, err := s.Channels.Get(ctx, a, p.Brand, v.Channel)
		if err != nil {
			return nil, err
		}
		channels[v.Channel] = c
	}
	var wanted []id.Media
	for _, m := range p.Media {
		wanted = append(wanted, m.ID)
	}
	for _, v := range p.Variants {
		if v.Media != nil {
			for _, m := range *v.Media {
				wanted = append(wanted, m.ID)
			}
		}
	}
	known, err := s.Media.Describe(ctx, p.Brand, wanted)
	if err != nil {
		return nil, err
	}
	coming, err := s.pictureProblems(ctx, p)
	if err != nil {
		return nil, err
	}
	out := make([]Rendered, 0, len(p.Variants))
	for _, v := range p.Variants {
		content, err := s.show(ctx, s.DB, p, v, channels[v.Channel])
		if err != nil {
			return nil, err
		}
		r := check(content, v, channels[v.Channel], known)
		r.Problems = append(r.Problems, coming...)
		out = append(out, r)
	}
	return out, nil
}

func check(c Content, v Variant, ch channel.Channel, known map[id.Media]MediaInfo) Rendered {
	r := Rendered{Variant: v, Channel: ch, Content: c, Hash: c.Hash()}
	draft := network.Draft{Options: c.Options, Answer: c.To != nil}
	for _, part := range c.Parts {
		draft.Parts = append(draft.Parts, part.Text)
		r.Counts = append(r.Counts, network.Count(part.Text, c.Options.ContentWarning, ch.Capabilities.Text))
	}
	for i, m := range c.Media() {
		info, ok := known[m.ID]
		switch {
		case !ok:
			r.Problems = append(r.Problems, mediaProblem("publishing.media_gone", i))
		case info.Problem != "":
			r.Problems = append(r.Problems, mediaProblem(info.Problem, i))
		case !info.Ready:
			r.Problems = append(r.Problems, mediaProblem("publishing.media_working", i))
		}
		r.Media = append(r.Media, info)
		// Size and type are not passed on: the library re-encodes to fit.
		draft.Media = append(draft.Media, network.DraftMedia{Alt: m.Alt})
	}
	r.Problems = append(r.Problems, network.Check(draft, ch.Capabilities)...)
	switch {
	case !ch.Removed.IsZero():
		r.Problems = append(r.Problems, network.Problem{Severity: network.Block, Key: "publishing.channel_removed", Field: "channel", Values: map[string]any{"handle": ch.Handle}})
	case ch.Health == channel.SignedOut:
		r.Problems = append(r.Problems, network.Problem{Severity: network.Warn, Key: "publishing.channel_signed_out", Field: "channel", Values: map[string]any{"handle": ch.Handle}})
	}
	return r
}

func mediaProblem(key string, i int) network.Problem {
	return network.Problem{Severity: network.Block, Key: key, Field: "media", Values: map[string]any{"n": i + 1}}
}
