package preflight

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
)

const warn = network.Warn

// House is a brand as the look for a wrong account needs it.
type House struct {
	ID       id.Brand
	Name     string
	Language string
	Handles  []string
}

// Looks are the looks that read a text and the tables of publishing.
type Looks struct {
	// Houses reads brands with their accounts.
	Houses func(ctx context.Context, q sqldb.Q, brands []id.Brand) ([]House, error)
}

// Examine implements publishing.Examiner.
func (l Looks) Examine(ctx context.Context, q sqldb.Q, s publishing.Subject) ([]publishing.Finding, error) {
	if s.Leaving {
		return nil, nil
	}
	var out []publishing.Finding
	for i, m := range s.Content.Media() {
		if strings.TrimSpace(m.Alt) == "" && s.Channel.Capabilities.Images.AltMax > 0 {
			out = append(out, publishing.Finding{Rule: "preflight.alt", Severity: warn, Media: m.ID, Key: "preflight.alt", Values: map[string]any{"n": i + 1},
				Remedy: &publishing.Remedy{Do: "field", Key: "preflight.do.alt", Field: "alt." + string(m.ID)}})
		}
	}
	frozen, err := sqldb.Value[int64](ctx, q, `SELECT COUNT(*) FROM brand_freeze WHERE lifted_at IS NULL AND (brand = '' OR brand = ?)`, s.Brand)
	if err != nil {
		return nil, err
	}
	if frozen > 0 {
		out = append(out, publishing.Finding{Rule: "preflight.freeze", Severity: warn, Key: "preflight.freeze",
			Remedy: &publishing.Remedy{Do: "link", Key: "preflight.do.freeze", Href: "/b/" + string(s.Brand) + "/settings/freeze"}})
	}
	out = append(out, passed(s)...)
	if s.Content.To != nil {
		return out, nil // one answers in the other person's language and words
	}
	more, err := l.account(ctx, q, s)
	return append(out, more...), err
}

// account finds what belongs on another account: another language, the name,
// handle or site of another brand. Only brands that whoever asks works for are
// named.
func (l Looks) account(ctx context.Context, q sqldb.Q, s publishing.Subject) ([]publishing.Finding, error) {
	if l.Houses == nil {
		return nil, nil
	}
	all, err := l.Houses(ctx, q, append([]id.Brand{s.Brand}, s.Sees...))
	if err != nil {
		return nil, err
	}
	var mine House
	for _, h := range all {
		if h.ID == s.Brand {
			mine = h
		}
	}
	var out []publishing.Finding
	declared := mine.Language
	if langs := s.Content.Options.Languages; len(langs) > 0 {
		declared = langs[0]
	}
	if seems := Language(s.Content.Text()); seems != "" && declared != "" && !strings.HasPrefix(declared, seems) {
		out = append(out, publishing.Finding{Rule: "preflight.language", Severity: warn, Key: "preflight.language." + seems, Values: map[string]any{"brand": mine.Name}})
	}
	for i, p := range s.Content.Parts {
		entities := textkit.Entities(p.Text)
		for _, h := range all {
			if h.ID == s.Brand {
				continue
			}
			for _, e := range entities {
				other := e.Kind == textkit.Mention && slices.ContainsFunc(h.Handles, func(o string) bool { return strings.EqualFold(strings.TrimPrefix(e.Text, "@"), o) }) &&
					!slices.ContainsFunc(mine.Handles, func(o string) bool { return strings.EqualFold(strings.TrimPrefix(e.Text, "@"), o) })
				if other {
					out = append(out, publishing.Finding{Rule: "preflight.account", Severity: warn, Part: i, Start: e.Start, End: e.End, Key: "preflight.account", Values: map[string]any{"other": h.Name, "brand": mine.Name}})
				}
			}
			if at, end := named(p.Text, h.Name); end > 0 && !strings.Contains(textkit.Fold(mine.Name), textkit.Fold(h.Name)) {
				out = append(out, publishing.Finding{Rule: "preflight.account", Severity: warn, Part: i, Start: at, End: end, Key: "preflight.account", Values: map[string]any{"other": h.Name, "brand": mine.Name}})
			}
		}
	}
	return out, nil
}

// named finds a brand's name as a whole word; a name of one or two letters, or
// a common word in small letters, names nobody.
func named(text, name string) (start, end int) {
	if len([]rune(name)) < 3 {
		return 0, 0
	}
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return 0, 0
		}
		start, end = at+i, at+i+len(name)
		before, after := lastRune(text[:start]), firstRune(text[end:])
		if !unicode.IsLetter(before) && !unicode.IsDigit(before) && !unicode.IsLetter(after) && !unicode.IsDigit(after) && before != '@' && before != '#' {
			return start, end
		}
		at = end
	}
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

func lastRune(s string) (last rune) {
	r := []rune(s[max(0, len(s)-4):])
	if len(r) == 0 {
		return 0
	}
	return r[len(r)-1]
}

var (
	french  = words("le la les des une est pas pour dans avec vous nous sur qui que sont votre notre cette aux du au ce ces et ou mais où chez très plus tout tous toute être avoir fait")
	english = words("the and for with you your our this that are was is have has from not but they will can all new what when who how to of in it we")
)

func words(s string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		out[w] = true
	}
	return out
}

// Language guesses whether a text is French or English by its small words;
// empty when it is too short or neither surely.
func Language(text string) string {
	fr, en, n := 0, 0, 0
	last := 0
	count := func(s string) {
		for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }) {
			n++
			if french[w] {
				fr++
			}
			if english[w] {
				en++
			}
		}
	}
	for _, e := range textkit.Entities(text) {
		count(text[last:e.Start])
		last = e.End
	}
	count(text[last:])
	switch {
	case n < 6:
		return ""
	case fr >= 3 && fr >= 3*en:
		return "fr"
	case en >= 3 && en >= 3*fr:
		return "en"
	}
	return ""
}

// passed finds days in the words that are over when the post leaves, and those
// that are no such day of the week.
func passed(s publishing.Subject) []publishing.Finding {
	if s.At.IsZero() {
		return nil
	}
	zone, err := clock.Zone(s.Zone)
	if err != nil {
		return nil
	}
	local := s.At.In(zone)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	var out []publishing.Finding
	for i, p := range s.Content.Parts {
		for _, d := range Dates(p.Text, today) {
			if d.Wrong {
				out = append(out, publishing.Finding{Rule: "preflight.weekday", Severity: warn, Part: i, Start: d.Start, End: d.End, Key: "preflight.weekday." + strings.ToLower(d.Day.Weekday().String())})
			}
			if d.Day.Before(today) {
				out = append(out, publishing.Finding{Rule: "preflight.past", Severity: warn, Part: i, Start: d.Start, End: d.End, Key: "preflight.past",
					Values: map[string]any{"leaves": s.At}, Remedy: &publishing.Remedy{Do: "field", Key: "preflight.do.hour", Field: "date"}})
			}
		}
	}
	return out
}
