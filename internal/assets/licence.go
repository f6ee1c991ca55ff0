package assets

import (
	"slices"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
)

// LicenceKind is by which title the brand has a media. Stored, never renamed.
type LicenceKind string

const (
	Own          LicenceKind = "own"          // made by the brand's own people
	Commissioned LicenceKind = "commissioned" // ordered from somebody, under a contract
	Stock        LicenceKind = "stock"        // bought from a picture library
	UserContent  LicenceKind = "user"         // of a member of the community, with her leave
	Press        LicenceKind = "press"        // of an agency or a press kit
	Free         LicenceKind = "free"         // under a free licence (Creative Commons…)
)

// LicenceKinds lists the kinds in the order in which pages show them.
func LicenceKinds() []LicenceKind {
	return []LicenceKind{Own, Commissioned, Stock, UserContent, Press, Free}
}

// AIOrigin says what machines had to do with a media. Stored, never renamed.
type AIOrigin string

const (
	AIUnsaid AIOrigin = ""       // nobody has said
	AINone   AIOrigin = "none"   // made without
	AIEdited AIOrigin = "edited" // retouched by a model
	AIMade   AIOrigin = "made"   // made by a model
)

// Licence is under what right a brand shows a media. Its zero value, with a
// zero Version, is a media of which nothing was said.
type Licence struct {
	Media id.Media
	Kind  LicenceKind
	// Holder is who grants it: a photographer, an agency.
	Holder string
	// Territories are countries or groups of them; empty: everywhere.
	Territories []string
	// Networks are those on which it may stand; empty: all.
	Networks []network.Kind
	// From and To are days (2006-01-02) in Zone; empty: open. The licence holds
	// from the first moment of From through the end of the day To, in Zone:
	// "until the 31st" includes the 31st to its last second, on the clock of
	// the brand, or of whoever granted it when the contract says so.
	From, To, Zone string
	// Begins and Ends are the instants of these; Ends is the first one at which
	// it no longer holds. Zero: open.
	Begins, Ends time.Time
	// Uses is how many publications it allows, each channel counting for one;
	// 0: as many as one likes.
	Uses     int64
	Price    int64 // in hundredths of Currency; 0: not said
	Currency string
	Invoice  string // its reference
	Note     string
	// CreditNeeded says that the words of Credit must stand in the post.
	CreditNeeded bool
	Credit       string
	AI           AIOrigin
	// Exclusive says that, in ExclusiveLands (none: everywhere) and through the
	// end of the day ExclusiveDay in Zone (empty: as long as the licence), nobody
	// but ExclusiveFor (empty: the brand itself) may show it.
	Exclusive      bool
	ExclusiveFor   string
	ExclusiveLands []string
	ExclusiveDay   string
	// ExclusiveEnds is the first instant at which it is so no longer; zero: open.
	ExclusiveEnds time.Time

	Editor  id.Person
	Edited  time.Time
	Version int64 // 0: nothing was said
}

// Known tells whether somebody said under what right the media stands.
func (l Licence) Known() bool { return l.Version > 0 }

// Bounds of what is written in a licence.
const (
	maxHolder  = 200
	maxCredit  = 200
	maxNote    = 4000
	maxUses    = 1_000_000
	maxPrice   = 1_000_000_000_00
	maxNetwork = 20
)

var (
	errKind     = fault.New(fault.Invalid, "assets.licence_kind").At("kind")
	errDay      = fault.New(fault.Invalid, "assets.licence_day")
	errPeriod   = fault.New(fault.Invalid, "assets.licence_period").At("to")
	errCredit   = fault.New(fault.Invalid, "assets.licence_credit").At("credit")
	errUses     = fault.New(fault.Invalid, "assets.licence_uses").At("uses")
	errPrice    = fault.New(fault.Invalid, "assets.licence_price").At("price")
	errCurrency = fault.New(fault.Invalid, "assets.licence_currency").At("currency")
	errAI       = fault.New(fault.Invalid, "assets.licence_ai").At("ai")
	errNetworks = fault.New(fault.Invalid, "assets.licence_networks").At("networks")
)

// startOf is the first moment of a day in a zone; on the rare day whose
// midnight the clocks skip, the moment after the jump.
func startOf(day, zone string, after int) (time.Time, error) {
	loc, err := clock.Zone(zone)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil || t.Year() < 1900 || t.Year() > 9000 {
		return time.Time{}, errDay.With("day", cut(day, 40))
	}
	y, m, d := t.AddDate(0, 0, after).Date()
	first := time.Date(y, m, d, 0, 0, 0, 0, loc)
	if first.Day() != d { // 23:30 of the day before: midnight does not exist
		first = first.Add(time.Hour)
	}
	return first.UTC(), nil
}

// period turns days into instants.
func period(from, to, zone, fromField, toField string) (begins, ends time.Time, err error) {
	if from != "" {
		if begins, err = startOf(from, zone, 0); err != nil {
			return begins, ends, fault.As(err).At(fromField)
		}
	}
	if to != "" {
		if ends, err = startOf(to, zone, 1); err != nil {
			return begins, ends, fault.As(err).At(toField)
		}
	}
	return begins, ends, nil
}

// check cleans what a person wrote and computes the instants. Errors: invalid,
// at the field.
func (l *Licence) check() (err error) {
	if !slices.Contains(LicenceKinds(), l.Kind) {
		return errKind
	}
	if !slices.Contains([]AIOrigin{AIUnsaid, AINone, AIEdited, AIMade}, l.AI) {
		return errAI
	}
	l.Holder, l.Credit, l.Invoice, l.Note = oneLine(l.Holder, maxHolder), oneLine(l.Credit, maxCredit), oneLine(l.Invoice, maxHolder), lines(l.Note, maxNote)
	l.From, l.To, l.Zone = strings.TrimSpace(l.From), strings.TrimSpace(l.To), strings.TrimSpace(l.Zone)
	if l.Begins, l.Ends, err = period(l.From, l.To, l.Zone, "from", "to"); err != nil {
		return err
	}
	if l.Zone == "" && l.From+l.To == "" {
		return fault.New(fault.Invalid, "clock.zone").At("zone").With("zone", "")
	}
	if _, err := clock.Zone(l.Zone); err != nil {
		return fault.As(err).At("zone")
	}
	if !l.Ends.IsZero() && !l.Ends.After(l.Begins) {
		return errPeriod
	}
	if err := l.checkExclusive(); err != nil {
		return err
	}
	if l.CreditNeeded && bare(l.Credit) == "" {
		return errCredit
	}
	if l.Uses < 0 || l.Uses > maxUses {
		return errUses
	}
	if l.Price < 0 || l.Price > maxPrice {
		return errPrice
	}
	l.Currency = strings.ToUpper(strings.TrimSpace(l.Currency))
	if l.Currency == "" && l.Price > 0 {
		l.Currency = "EUR"
	}
	if l.Currency != "" && (len(l.Currency) != 3 || strings.Trim(l.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		return errCurrency
	}
	if len(l.Networks) > maxNetwork {
		return errNetworks
	}
	var kinds []network.Kind
	for _, k := range l.Networks {
		if k = network.Kind(oneLine(string(k), 40)); k != "" && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	slices.Sort(kinds)
	l.Networks = kinds
	l.Territories, err = ReadLands(strings.Join(l.Territories, ","))
	return err
}

// differs names what changed from an earlier licence, for the logbook.
func (l Licence) differs(old Licence) (what []string) {
	for _, c := range []struct {
		name string
		same bool
	}{
		{"kind", l.Kind == old.Kind}, {"holder", l.Holder == old.Holder}, {"territories", slices.Equal(l.Territories, old.Territories)},
		{"networks", slices.Equal(l.Networks, old.Networks)}, {"from", l.From == old.From}, {"to", l.To == old.To}, {"zone", l.Zone == old.Zone},
		{"uses", l.Uses == old.Uses}, {"price", l.Price == old.Price && l.Currency == old.Currency}, {"invoice", l.Invoice == old.Invoice},
		{"note", l.Note == old.Note}, {"credit", l.Credit == old.Credit && l.CreditNeeded == old.CreditNeeded}, {"ai", l.AI == old.AI},
		{"exclusive", l.Exclusive == old.Exclusive && l.ExclusiveFor == old.ExclusiveFor && l.ExclusiveDay == old.ExclusiveDay && slices.Equal(l.ExclusiveLands, old.ExclusiveLands)},
	} {
		if !c.same {
			what = append(what, c.name)
		}
	}
	return what
}
