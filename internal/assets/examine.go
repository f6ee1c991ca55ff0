package assets

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

// Departure is what would leave with media, and when.
type Departure struct {
	Brand   id.Brand
	Post    id.Post
	Channel id.Channel
	Network network.Kind
	// Title is the network's name.
	Title string
	Text  string // all of its words
	Media []id.Media
	// At is its hour; zero: it has none yet, and now counts.
	At   time.Time
	Zone string
	// Sees are the brands in which whoever asks has a role: no other is named.
	Sees []id.Brand
	// Leaving says that it is about to: only what stops it is asked for.
	Leaving bool
}

// Obstacle is what the rights of a media say against a departure.
type Obstacle struct {
	Rule  string // "rights.ended"; never renamed
	Block bool   // it may not leave; otherwise somebody should know
	Media id.Media
	// Key is of the sentence; Values its places. Days are written 2006-01-02.
	Key    string
	Values map[string]any
	// Add is the credit line that is missing from the words.
	Add string
}

// Examine says what the rights of the media have against a departure: a right
// that ended or has not begun at its hour, on the clock of the licence; another
// network or country than those allowed; a number of uses that is used up;
// an agreement taken back; a credit line that is owed and missing. It asks no
// actor: the caller already acts for somebody who may. Media of other brands
// are passed over.
func (s *Service) Examine(ctx context.Context, q sqldb.Q, d Departure) (_ []Obstacle, err error) {
	defer fault.Wrap(&err, "examine rights")
	if len(d.Media) == 0 {
		return nil, nil
	}
	if d.At.IsZero() {
		d.At = s.DB.Now()
	}
	known, err := loadMany(ctx, q, d.Brand, d.Media)
	if err != nil {
		return nil, err
	}
	licences, err := loadLicences(ctx, q, d.Brand, d.Media)
	if err != nil {
		return nil, err
	}
	consents, err := loadConsents(ctx, q, d.Brand, d.Media...)
	if err != nil {
		return nil, err
	}
	e := exam{Departure: d}
	if len(licences) > 0 {
		if err := s.readBounds(ctx, q, &e, licences); err != nil {
			return nil, err
		}
	}
	var out []Obstacle
	for _, m := range d.Media {
		i := slices.IndexFunc(known, func(k Media) bool { return k.ID == m })
		if i < 0 {
			continue // publishing says that it is gone
		}
		out = append(out, e.one(known[i], licences[m], ofMedia(consents, m))...)
		if d.Leaving {
			continue // it stops nothing
		}
		clashes, err := s.clashes(ctx, q, known[i], licences[m], d.Sees, d.At)
		if err != nil {
			return nil, err
		}
		if len(clashes) > 0 && e.audience == nil {
			if err := s.readAudience(ctx, q, &e); err != nil {
				return nil, err
			}
		}
		out = append(out, e.against(known[i], clashes)...)
	}
	if d.Leaving {
		out = slices.DeleteFunc(out, func(o Obstacle) bool { return !o.Block })
	}
	return out, nil
}

func ofMedia(all []Consent, m id.Media) (out []Consent) {
	for _, c := range all {
		if c.Media == m {
			out = append(out, c)
		}
	}
	return out
}

// exam is a departure with what its media are held to.
type exam struct {
	Departure
	audience []string
	taken    map[id.Media]int64
}

// readBounds reads what only some licences ask for.
func (s *Service) readBounds(ctx context.Context, q sqldb.Q, e *exam, licences map[id.Media]Licence) error {
	var counted []id.Media
	var bounded bool
	for _, l := range licences {
		if l.Uses > 0 {
			counted = append(counted, l.Media)
		}
		bounded = bounded || len(l.Territories) > 0
	}
	if bounded {
		if err := s.readAudience(ctx, q, e); err != nil {
			return err
		}
	}
	if len(counted) > 0 && s.Posts != nil {
		var err error
		if e.taken, err = s.Posts.Taken(ctx, q, e.Brand, e.Post, e.Channel, counted, e.Leaving); err != nil {
			return err
		}
	}
	return nil
}

// readAudience reads where the channel is read.
func (s *Service) readAudience(ctx context.Context, q sqldb.Q, e *exam) error {
	all, err := loadAudience(ctx, q, e.Brand)
	own, ok := all[e.Channel]
	if e.audience = own; !ok {
		e.audience = all[""]
	}
	return err
}

// one says what stands against one media.
func (e exam) one(m Media, l Licence, consents []Consent) (out []Obstacle) {
	say := func(block bool, rule string, values ...any) {
		o := Obstacle{Rule: "rights." + rule, Block: block, Media: m.ID, Key: "assets.rights." + rule, Values: map[string]any{"name": m.Name}}
		for i := 0; i+1 < len(values); i += 2 {
			o.Values[values[i].(string)] = values[i+1]
		}
		out = append(out, o)
	}
	if m.Newer != "" {
		say(false, "newer")
	}
	for _, c := range consents {
		switch {
		case c.Ends.IsZero():
		case !e.At.Before(c.Ends) && c.Withdrawn != "":
			say(true, "withdrawn", "day", c.Withdrawn)
		case !e.At.Before(c.Ends):
			say(true, "consent_ended", "day", c.Until, "zone", c.Zone)
		case c.Ends.Sub(e.At) <= Soon && c.Withdrawn == "":
			say(false, "consent_soon", "day", c.Until)
		}
	}
	if !l.Known() {
		if _, until, err := period("", m.Facts.Expires, orZone(e.Zone), "", ""); err == nil && !until.IsZero() && !e.At.Before(until) {
			say(true, "file_ended", "day", m.Facts.Expires)
		} else if m.Facts.Sold() {
			say(false, "unknown", "who", m.Facts.Owner())
		}
		return out
	}
	switch {
	case !l.Ends.IsZero() && !e.At.Before(l.Ends):
		say(true, "ended", "day", l.To, "zone", l.Zone)
	case !l.Begins.IsZero() && e.At.Before(l.Begins):
		say(true, "later", "day", l.From, "zone", l.Zone)
	case !l.Ends.IsZero() && l.Ends.Sub(e.At) <= Soon:
		say(false, "soon", "day", l.To, "zone", l.Zone)
	}
	if len(l.Networks) > 0 && !slices.Contains(l.Networks, e.Network) {
		say(true, "network", "network", e.Title)
	}
	if !covers(l.Territories, e.audience) {
		say(true, "territory", "network", e.Title)
	}
	if l.Uses > 0 && e.taken[m.ID] >= l.Uses {
		say(true, "used_up", "n", l.Uses)
	}
	if l.CreditNeeded && !credits(e.Text, l.Credit) {
		say(true, "credit", "credit", l.Credit)
		out[len(out)-1].Add = l.Credit
	}
	if (l.Kind == Stock || l.Kind == Press) && l.From == "" && l.To == "" && l.Holder == "" && l.Invoice == "" {
		say(false, "unknown", "who", "")
	}
	return out
}

// against says of each brand that has the same picture where one has it alone:
// once a brand, and of those that only keep ours, nothing.
func (e exam) against(m Media, clashes []Clash) (out []Obstacle) {
	said := map[string]bool{}
	for _, c := range clashes {
		if !meet(c.Lands, e.audience) {
			continue // it is alone elsewhere
		}
		key := "assets.rights.shared"
		if c.Theirs {
			key = "assets.rights.exclusive"
		} else if c.Shown == 0 {
			continue
		}
		if c.Day != "" {
			key += "_until"
		}
		if mark := key + " " + string(c.Brand); !said[mark] {
			said[mark] = true
			out = append(out, Obstacle{Rule: "rights.exclusive", Media: m.ID, Key: key, Values: map[string]any{"name": m.Name, "brand": c.Name, "day": c.Day}})
		}
	}
	return out
}

func orZone(zone string) string {
	if _, err := clock.Zone(zone); err != nil {
		return "UTC"
	}
	return zone
}

// credits tells whether the words hold a credit line, case, accents, spaces and
// the kind of dashes and apostrophes aside.
func credits(text, credit string) bool {
	return strings.Contains(" "+bare(text)+" ", " "+bare(credit)+" ")
}

// bare is a text as its words, one space between them.
func bare(s string) string {
	return strings.Join(strings.FieldsFunc(textkit.Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}
