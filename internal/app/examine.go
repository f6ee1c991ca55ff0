package app

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/holidays"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/charter"
	"vigie/internal/network"
	"vigie/internal/platform/spell"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/publishing/preflight"
	"vigie/internal/team"
)

// examiners lists who looks at what would leave, in the order in which their
// findings are shown.
func (a *App) examiners() []publishing.Examiner {
	return []publishing.Examiner{ignoring{a, []publishing.Examiner{charterEyes{a}, positionEyes{a}, rights{a}, dayEyes{a}, preflight.Looks{Houses: a.houses}, preflight.NewTwins(), linkEyes{a}, spellEyes{a}}}}
}

// ignoring asks all the others and leaves out what somebody let stand in the
// post. What blocks is never let stand.
type ignoring struct {
	*App
	all []publishing.Examiner
}

// Examine implements publishing.Examiner.
func (g ignoring) Examine(ctx context.Context, q sqldb.Q, s publishing.Subject) ([]publishing.Finding, error) {
	var out []publishing.Finding
	for _, e := range g.all {
		found, err := e.Examine(ctx, q, s)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	if s.Leaving || len(out) == 0 {
		return out, nil
	}
	marks, err := g.Charter.Ignored(ctx, q, s.Brand, s.Post)
	if err != nil || len(marks) == 0 {
		return out, err
	}
	kept := out[:0]
	for _, f := range out {
		if f.Severity == network.Block || !marks[charter.Mark(f.Mark(s.Content))] {
			kept = append(kept, f)
		}
	}
	return kept, nil
}

// charterEyes is the charter as publishing asks it.
type charterEyes struct{ *App }

// Examine implements publishing.Examiner.
func (c charterEyes) Examine(ctx context.Context, q sqldb.Q, s publishing.Subject) ([]publishing.Finding, error) {
	t := charter.Text{Network: s.Channel.Network, Labels: s.Labels, Campaign: s.Campaign, Answer: s.Content.To != nil}
	for _, p := range s.Content.Parts {
		t.Parts = append(t.Parts, p.Text)
	}
	if !s.At.IsZero() {
		zone, err := clock.Zone(s.Zone)
		if err != nil {
			return nil, err
		}
		t.Local = s.At.In(zone)
	}
	found, err := c.Charter.Look(ctx, q, s.Brand, t, s.Leaving)
	out := make([]publishing.Finding, 0, len(found))
	for _, f := range found {
		out = append(out, charterFinding(s.Brand, f))
	}
	return out, err
}

func charterFinding(b id.Brand, f charter.Finding) publishing.Finding {
	out := publishing.Finding{Rule: "charter." + string(f.Kind), Severity: f.Severity, Part: f.Part, Start: f.Start, End: f.End, Key: f.Key, Values: f.Value, Why: f.Why}
	switch {
	case len(f.Say) > 0:
		out.Remedy = &publishing.Remedy{Do: "replace", Key: "charter.do.replace", With: f.Say}
	case len(f.Add) > 0:
		out.Remedy = &publishing.Remedy{Do: "insert", Key: "charter.do.add", With: f.Add}
	case f.Kind == charter.Hours:
		out.Remedy = &publishing.Remedy{Do: "field", Key: "charter.do.hour", Field: "date"}
	default:
		out.Remedy = &publishing.Remedy{Do: "link", Key: "charter.do.rule", Href: "/b/" + string(b) + "/charter/" + string(f.Rule)}
	}
	return out
}

// said is publishing as the charter asks it.
type said struct{ *App }

// Said implements charter.Past.
func (s said) Said(ctx context.Context, actor team.Actor, b id.Brand, from, to time.Time, limit int) ([]charter.Said, error) {
	all, err := s.Publishing.Said(ctx, actor, b, "", from, to, limit)
	if err != nil {
		return nil, err
	}
	channels, err := s.Channels.List(ctx, actor, b)
	if err != nil {
		return nil, err
	}
	out := make([]charter.Said, 0, len(all))
	for _, p := range all {
		one := charter.Said{Post: p.Post, Title: p.Title, At: p.DueAt, Sent: p.State == publishing.Sent, Labels: p.Labels, Campaign: p.Campaign}
		for _, c := range channels {
			if c.ID == p.Channel {
				one.Channel, one.Network = c.Title, c.Network
			}
		}
		for _, part := range p.Content.Parts {
			one.Parts = append(one.Parts, part.Text)
		}
		out = append(out, one)
	}
	return out, nil
}

// spellEyes is the spelling as publishing asks it: it never stops anything.
type spellEyes struct{ *App }

// maxSpelled is the longest text that is read for its spelling as one types.
const maxSpelled = 50_000 // bytes

// Examine implements publishing.Examiner.
func (e spellEyes) Examine(ctx context.Context, q sqldb.Q, s publishing.Subject) ([]publishing.Finding, error) {
	if s.Leaving {
		return nil, nil
	}
	b, err := brand.Load(ctx, q, s.Brand)
	if err != nil || spell.Lang(b.Language) == "" {
		return nil, err
	}
	if l := s.Content.Options.Languages; len(l) > 0 && spell.Lang(l[0]) != spell.Lang(b.Language) {
		return nil, nil // said to be in another language
	}
	words, err := e.Charter.Dictionary(ctx, q, s.Brand)
	if err != nil {
		return nil, err
	}
	var out []publishing.Finding
	for i, p := range s.Content.Parts {
		if len(p.Text) > maxSpelled {
			continue
		}
		found := spell.Check(b.Language, p.Text, spell.Options{Words: words})
		for _, m := range spell.Merge(found, e.Grammar.Ahead(b.Language, p.Text)) {
			f := publishing.Finding{Rule: "spell." + string(m.Kind), Severity: network.Warn, Part: i, Start: m.Start, End: m.End, Key: m.Key, Values: m.Values}
			if len(m.Suggestions) > 0 || m.Kind == spell.Spelling {
				f.Remedy = &publishing.Remedy{Do: "replace", Key: "charter.do.replace", With: m.Suggestions, Learn: m.Kind == spell.Spelling}
			}
			out = append(out, f)
			if len(out) == 100 {
				return out, nil
			}
		}
	}
	return out, nil
}

// dayEyes are the days on which a brand keeps silent or minds what it says: its
// own, the commemorations, the public holidays.
type dayEyes struct{ *App }

// Examine implements publishing.Examiner.
func (e dayEyes) Examine(ctx context.Context, q sqldb.Q, s publishing.Subject) ([]publishing.Finding, error) {
	if s.At.IsZero() {
		return nil, nil
	}
	zone, err := clock.Zone(s.Zone)
	if err != nil {
		return nil, err
	}
	day := s.At.In(zone)
	own, err := e.Charter.DaysOn(ctx, q, s.Brand, day.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	hour := &publishing.Remedy{Do: "field", Key: "charter.do.hour", Field: "date"}
	var out []publishing.Finding
	for _, d := range own {
		out = append(out, publishing.Finding{Rule: "preflight.silent", Severity: d.Severity, Key: "preflight.silent", Values: map[string]any{"name": d.Name}, Why: d.Why, Remedy: hour})
	}
	if s.Leaving {
		return out, nil
	}
	for _, d := range holidays.Sensitive(day) {
		out = append(out, publishing.Finding{Rule: "preflight.sensitive", Severity: network.Warn, Key: "preflight.day." + d.Key, Remedy: hour})
	}
	// Only where the calendar is French.
	if zone.String() == "Europe/Paris" {
		if d, ok := holidays.PublicOn(day); ok && len(out) == 0 {
			out = append(out, publishing.Finding{Rule: "preflight.holiday", Severity: network.Warn, Key: "preflight.holiday." + d.Key, Remedy: hour})
		}
	}
	return out, nil
}

// houses are brands with their accounts, for the look for a wrong one.
func (a *App) houses(ctx context.Context, q sqldb.Q, brands []id.Brand) ([]preflight.House, error) {
	var out []preflight.House
	for _, key := range brands {
		if slices.ContainsFunc(out, func(h preflight.House) bool { return h.ID == key }) || len(out) == 50 {
			continue
		}
		b, err := brand.Load(ctx, q, key)
		if fault.Is(err, fault.NotFound) {
			continue // archived meanwhile
		}
		if err != nil {
			return nil, err
		}
		h := preflight.House{ID: key, Name: b.Name, Language: b.Language}
		accounts, err := a.Channels.List(ctx, team.Program("preflight"), key)
		if err != nil {
			return nil, err
		}
		for _, c := range accounts {
			h.Handles = append(h.Handles, c.Handle)
		}
		out = append(out, h)
	}
	return out, nil
}
