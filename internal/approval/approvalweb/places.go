package approvalweb

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/approval"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/ui"
)

// numbered is a remark with the number it bears on the page.
type numbered struct {
	N int
	approval.Remark
}

func (n numbered) anchor() string { return "remarque-" + string(n.ID) }

// numbers gives the remarks of a post their numbers, in the order they came.
func numbers(f approval.File) []numbered {
	out := make([]numbered, len(f.Remarks))
	for i, m := range f.Remarks {
		out[i] = numbered{i + 1, m}
	}
	return out
}

// on tells whether a remark is about what a group of channels says, and open.
func (n numbered) on(g group) bool {
	return n.Settled.IsZero() && (n.Channel == "" || slices.ContainsFunc(g.Items, func(c id.Channel) bool { return c == n.Channel }))
}

// passages lists the remarks on passages of a part that still stand where they were
// made, in the order of the words; one that lies over another is left to the
// list.
func (g group) passages(all []numbered, part int) []numbered {
	text := g.Content.Parts[part].Text
	var out []numbered
	for _, n := range all {
		if n.Quote != "" && n.on(g) && n.Part == part && n.Start >= 0 && n.Start < n.End && n.End <= len(text) && text[n.Start:n.End] == n.Quote {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b numbered) int { return cmp.Compare(a.Start, b.Start) })
	end := 0
	return slices.DeleteFunc(out, func(n numbered) bool {
		over := n.Start < end
		if !over {
			end = n.End
		}
		return over
	})
}

// words are a part's words with the passages that remarks are about. Nothing is
// added to the text itself: places in it are counted by the page's script.
func (g group) words(all []numbered, part int) templ.Component {
	return g.wordsIn(all, part, paragraph{0, len(g.Content.Parts[part].Text), ""})
}

// wordsIn is a stretch of words. A passage that goes beyond it is left to the
// list.
func (g group) wordsIn(all []numbered, part int, p paragraph) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		text := g.Content.Parts[part].Text
		var b strings.Builder
		at := p.From
		for _, n := range g.passages(all, part) {
			if n.Start < p.From || n.End > p.To {
				continue
			}
			fmt.Fprintf(&b, `%s<mark data-n="%d">%s</mark>`, html.EscapeString(text[at:n.Start]), n.N, html.EscapeString(text[n.Start:n.End]))
			at = n.End
		}
		b.WriteString(html.EscapeString(text[at:p.To]))
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// points are the remarks on a picture as it is shown.
func (g group) points(all []numbered, m approval.Media, f approval.File) []numbered {
	var out []numbered
	for _, n := range all {
		if n.Media == m.ID && n.on(g) && f.Cut(n.Round, n.Channel, m.ID) == m.Cut {
			out = append(out, n)
		}
	}
	return out
}

// only names the channel a place is bound to: none when all say the same.
func only(all []group, g group) string {
	if len(all) < 2 || len(g.Items) == 0 {
		return ""
	}
	return string(g.Items[0])
}

func at(n numbered) templ.Attributes {
	return ui.Style(fmt.Sprintf("--x:%.1f%%;--y:%.1f%%", 100*n.X, 100*n.Y))
}

// cutStyle shows the part of a picture that leaves.
func cutStyle(c network.Cut) templ.Attributes {
	_, part, w, h, ok := c.Part()
	if !ok {
		return templ.Attributes{}
	}
	pw, ph := float64(part.Dx()), float64(part.Dy())
	return templ.Attributes{"data-cut": "", "style": fmt.Sprintf("--r:%d/%d;--w:%.4f%%;--h:%.4f%%;--x:%.4f%%;--y:%.4f%%", part.Dx(), part.Dy(),
		100*float64(w)/pw, 100*float64(h)/ph, -100*float64(part.Min.X)/pw, -100*float64(part.Min.Y)/ph)}
}

// ratio is what a cut is called: "4:5".
func ratio(c network.Cut) string {
	r, _, _, _, _ := c.Part()
	return r
}

// pointable lets a point of a picture be chosen.
func pointable(s sheet, m approval.Media) templ.Attributes {
	if !s.open {
		return templ.Attributes{}
	}
	return templ.Attributes{"data-point": string(m.ID), "data-channel": s.bound}
}
