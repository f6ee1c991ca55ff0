package assets

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/team"
)

const (
	bluesky  = network.Kind("bluesky")
	mastodon = network.Kind("mastodon")
	quay     = id.Channel("01931c1e-0000-7000-8000-0000000000c1")
)

// under puts a media under a licence.
func (st *stage) under(m id.Media, l Licence) Licence {
	st.Helper()
	old, err := loadLicence(st.Context(), st.db, kerlann, m)
	st.ok(err)
	got, err := st.s.SaveLicence(st.Context(), ines, kerlann, m, old.Version, l)
	st.ok(err)
	return got
}

// against lists what the rights say against a departure: "!" before what stops
// it.
func (st *stage) against(d Departure) (out []string) {
	st.Helper()
	d.Brand = kerlann
	if d.Network == "" {
		d.Network = bluesky
	}
	if d.Channel == "" {
		d.Channel = quay
	}
	list, err := st.s.Examine(st.Context(), st.db, d)
	st.ok(err)
	for _, o := range list {
		rule := strings.TrimPrefix(o.Rule, "rights.")
		if o.Block {
			rule = "!" + rule
		}
		out = append(out, rule)
	}
	return out
}

func at(t *testing.T, wall, zone string) time.Time {
	t.Helper()
	i, _, err := clock.Wall{Local: wall, Zone: zone}.Instant()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// A1: a licence holds through the end of its last day on its own clock, which
// is the brand's unless the contract names another: its midnight is nobody
// else's.
func TestALicenceEndsAtTheMidnightOfItsZone(t *testing.T) {
	for _, c := range []struct {
		to, zone  string
		last, end string // on the wall of that zone
	}{
		{"2026-12-31", "Europe/Paris", "2026-12-31T23:59", "2027-01-01T00:00"},
		{"2026-12-31", "America/New_York", "2026-12-31T23:59", "2027-01-01T00:00"},
		{"2026-12-31", "Asia/Tokyo", "2026-12-31T23:59", "2027-01-01T00:00"},
		{"2027-03-28", "Europe/Paris", "2027-03-28T23:59", "2027-03-29T00:00"}, // a day of 23 hours
		{"2026-10-25", "Europe/Paris", "2026-10-25T23:59", "2026-10-26T00:00"}, // a day of 25 hours
		{"2028-02-29", "Europe/Paris", "2028-02-29T23:59", "2028-03-01T00:00"},
		{"2022-09-10", "America/Santiago", "2022-09-10T23:59", "2022-09-11T01:00"}, // no midnight that night
	} {
		l := Licence{Kind: Stock, To: c.to, Zone: c.zone}
		if err := l.check(); err != nil {
			t.Fatal(err)
		}
		if !l.Ends.Equal(at(t, c.end, c.zone)) || !at(t, c.last, c.zone).Before(l.Ends) {
			t.Errorf("until %s in %s ends at %s", c.to, c.zone, l.Ends)
		}
	}
	l := Licence{Kind: Own, From: "2026-12-31", To: "2026-12-31", Zone: "Europe/Paris"}
	if err := l.check(); err != nil || !l.Begins.Equal(at(t, "2026-12-31T00:00", "Europe/Paris")) || l.Ends.Sub(l.Begins) != 24*time.Hour {
		t.Errorf("a right of one day: %+v %v", l, err)
	}
}

func TestAPictureWhoseRightEndsBeforeTheHourIsStopped(t *testing.T) { // A1
	each(t, func(st *stage, c *hands) {
		c.at = at(st.T, "2026-12-01T10:00", "Europe/Paris")
		m := st.add("quai.jpg", jpegOf(photo(60, 40)))
		d := Departure{Media: []id.Media{m.ID}, At: at(st.T, "2026-12-20T09:00", "Europe/Paris"), Zone: "Europe/Paris"}
		want := func(why string, rules ...string) {
			st.Helper()
			if got := st.against(d); !slices.Equal(got, rules) {
				st.Errorf("%s: %v, want %v", why, got, rules)
			}
		}
		want("nothing said of one's own picture")
		st.under(m.ID, Licence{Kind: Own})
		want("one's own")
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", To: "2026-12-19"})
		want("ended the evening before", "!ended")
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", To: "2026-12-20"})
		want("the last day is included, and the end is near", "soon")
		d.At = at(st.T, "2026-12-21T00:00", "Europe/Paris")
		want("midnight in Paris", "!ended")
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", To: "2026-12-20", Zone: "America/New_York"})
		want("midnight has not come in New York", "soon")
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", From: "2026-12-22", To: "2030-01-01"})
		want("not begun", "!later")
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", To: "2030-01-01"})
		want("extended")
		d.At = time.Time{}
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", To: "2026-11-30"})
		want("no hour yet: now counts", "!ended")
		d.Leaving = true
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", To: "2026-12-02"})
		want("what only warns is not asked for at the hour")
	})
}

func TestALicenceHoldsOnlyWhereItSays(t *testing.T) { // A1
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		m := st.add("quai.jpg", jpegOf(photo(60, 40)))
		d := Departure{Media: []id.Media{m.ID}, Network: mastodon, Title: "Mastodon"}
		want := func(why string, rules ...string) {
			st.Helper()
			if got := st.against(d); !slices.Equal(got, rules) {
				st.Errorf("%s: %v, want %v", why, got, rules)
			}
		}
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", Networks: []network.Kind{bluesky}})
		want("another network", "!network")
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", Networks: []network.Kind{bluesky, mastodon}, Territories: []string{"France", "be"}})
		want("a channel that is read everywhere", "!territory")
		st.ok(st.s.SetAudience(ctx, ines, kerlann, "", "France", false))
		want("the brand is read in France")
		st.ok(st.s.SetAudience(ctx, ines, kerlann, quay, "France, Suisse", false))
		want("this channel also in Switzerland", "!territory")
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", Territories: []string{"EU", "Suisse"}})
		want("the Union and Switzerland hold both")
		st.ok(st.s.SetAudience(ctx, ines, kerlann, quay, "", true))
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", Territories: []string{"Belgique"}})
		want("like the brand again", "!territory")
		if err := st.s.SetAudience(ctx, ines, kerlann, "", "Atlantide", false); fault.As(err).Values["land"] != "Atlantide" {
			st.Errorf("an unknown land: %v", err)
		}
	})
}

func TestUsesAgreementsAndCreditsAreHeldTo(t *testing.T) { // A1
	each(t, func(st *stage, c *hands) {
		ctx := st.Context()
		c.at = at(st.T, "2026-12-01T10:00", "Europe/Paris")
		m := st.add("quai.jpg", jpegOf(photo(60, 40)))
		d := Departure{Media: []id.Media{m.ID}, Text: "Le quai, ce matin."}
		want := func(why string, rules ...string) {
			st.Helper()
			if got := st.against(d); !slices.Equal(got, rules) {
				st.Errorf("%s: %v, want %v", why, got, rules)
			}
		}
		st.under(m.ID, Licence{Kind: Commissioned, Uses: 2})
		st.posts.taken = map[id.Media]int64{m.ID: 1}
		want("one of two")
		st.posts.taken[m.ID] = 2
		want("none is left", "!used_up")
		st.posts.taken = nil

		st.under(m.ID, Licence{Kind: Commissioned, CreditNeeded: true, Credit: "© Maël Kerouédan / Agence Ouest"})
		want("no credit", "!credit")
		list, err := st.s.Examine(ctx, st.db, Departure{Brand: kerlann, Media: d.Media, Text: d.Text})
		st.ok(err)
		if list[0].Add != "© Maël Kerouédan / Agence Ouest" || list[0].Values["name"] != "quai.jpg" {
			st.Errorf("the credit is not offered: %+v", list[0])
		}
		d.Text = "Le quai, ce matin.\n\n©\u00a0MAEL KEROUEDAN – Agence\u00a0Ouest"
		want("said in other signs")
		d.Text = "Le quai. © Maël Kerouédan / Agence Ouestienne"
		want("another agency", "!credit")
		d.Text = "© Maël Kerouédan / Agence Ouest"
		st.under(m.ID, Licence{Kind: Commissioned})

		model, err := st.s.SaveConsent(ctx, ines, kerlann, m.ID, Consent{Kind: Model, Who: "Nolwenn Abgrall", Until: "2026-12-30"})
		st.ok(err)
		want("agreed until the end of the year, which is near", "consent_soon")
		d.At = at(st.T, "2026-12-31T00:00", "Europe/Paris")
		want("the agreement ended at midnight", "!consent_ended")
		d.At = at(st.T, "2026-12-10T09:00", "Europe/Paris")
		model.Until, model.Withdrawn = "", "2026-12-10"
		_, err = st.s.SaveConsent(ctx, ines, kerlann, m.ID, model)
		st.ok(err)
		want("taken back from that morning on", "!withdrawn")
		d.At = at(st.T, "2026-12-09T23:59", "Europe/Paris")
		want("the day before it still holds")
		st.ok(st.s.RemoveConsent(ctx, ines, kerlann, m.ID, model.ID))
		d.At = at(st.T, "2026-12-10T09:00", "Europe/Paris")
		want("entered by mistake")

		wall, err := st.s.SaveConsent(ctx, ines, kerlann, m.ID, Consent{Kind: Property, Who: "La fresque du port"})
		st.ok(err)
		for range 2 {
			if wall, err = st.s.WithdrawConsent(ctx, ines, kerlann, m.ID, wall.ID, ""); err != nil || wall.Withdrawn != "2026-12-01" {
				st.Errorf("%+v %v", wall, err)
			}
		}
		d.At = time.Time{}
		want("taken back today", "!withdrawn")
		if got := st.acts(m.ID); !slices.Contains(got, ActWithdrawn) || !slices.Contains(got, ActUnconsented) || !slices.Contains(got, ActLicensed) {
			st.Errorf("the logbook does not say it: %v", got)
		}
	})
}

func TestALicenceThatMakesNoSenseIsRefusedAtItsField(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		m := st.add("quai.jpg", jpegOf(photo(60, 40)))
		for field, l := range map[string]Licence{
			"kind": {Kind: "stolen"}, "from": {Kind: Own, From: "31/12/2026"}, "to": {Kind: Own, From: "2027-01-02", To: "2027-01-01"}, "zone": {Kind: Own, Zone: "Mars/Olympus"},
			"credit": {Kind: Own, CreditNeeded: true, Credit: " © "}, "uses": {Kind: Own, Uses: -1}, "price": {Kind: Own, Price: -1}, "currency": {Kind: Own, Price: 1, Currency: "EUROS"},
			"ai": {Kind: Own, AI: "perhaps"}, "territories": {Kind: Own, Territories: []string{"Atlantide"}}, "networks": {Kind: Own, Networks: make([]network.Kind, 21)},
		} {
			_, err := st.s.SaveLicence(ctx, ines, kerlann, m.ID, 0, l)
			if e := fault.As(err); e == nil || e.Kind != fault.Invalid || e.Field != field {
				st.Errorf("%s: %v", field, err)
			}
		}
		first := st.under(m.ID, Licence{Kind: Own, Note: "a"})
		if _, err := st.s.SaveLicence(ctx, yann, kerlann, m.ID, 0, Licence{Kind: Press}); !fault.Is(err, fault.Conflict) {
			st.Errorf("a save over another's: %v", err)
		}
		if again, err := st.s.SaveLicence(ctx, yann, kerlann, m.ID, 0, Licence{Kind: Own, Note: "a"}); err != nil || again.Version != first.Version {
			st.Errorf("saying the same twice: %+v %v", again, err)
		}
	})
}

// P1: another brand reads and changes nothing of it; a client reads the terms,
// and neither prices nor papers nor names of people.
func TestRightsAreBehindTheWallOfTheirBrand(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		m := st.add("quai.jpg", jpegOf(photo(60, 40)))
		st.under(m.ID, Licence{Kind: Stock, Holder: "Banque", Price: 12050, Invoice: "F-2026-17", Note: "négocié"})
		c, err := st.s.SaveConsent(ctx, ines, kerlann, m.ID, Consent{Kind: Model, Who: "Nolwenn Abgrall", Scope: "réseaux"})
		st.ok(err)
		p, err := st.s.AddDocument(ctx, ines, kerlann, m.ID, c.ID, "accord.pdf", strings.NewReader("%PDF-1.7 signé"))
		st.ok(err)
		if _, err := st.s.AddDocument(ctx, ines, kerlann, m.ID, "", "page.html", strings.NewReader("<script>alert(1)</script>")); !errors.Is(err, errDocumentType) {
			st.Errorf("a page was kept as a paper: %v", err)
		}
		if _, err := st.s.AddDocument(ctx, ines, kerlann, m.ID, "", "x.pdf", bytes.NewReader(append([]byte("%PDF-"), make([]byte, MaxDocument)...))); !errors.Is(err, errDocumentSize) {
			st.Errorf("a paper over the limit: %v", err)
		}
		for name, f := range map[string]func(a team.Actor, b id.Brand) error{
			"rights": func(a team.Actor, b id.Brand) error { _, err := st.s.Rights(ctx, a, b, m.ID); return err },
			"licence": func(a team.Actor, b id.Brand) error {
				_, err := st.s.SaveLicence(ctx, a, b, m.ID, 1, Licence{Kind: Own})
				return err
			},
			"consent": func(a team.Actor, b id.Brand) error { _, err := st.s.SaveConsent(ctx, a, b, m.ID, c); return err },
			"withdraw": func(a team.Actor, b id.Brand) error {
				_, err := st.s.WithdrawConsent(ctx, a, b, m.ID, c.ID, "")
				return err
			},
			"remove":   func(a team.Actor, b id.Brand) error { return st.s.RemoveConsent(ctx, a, b, m.ID, c.ID) },
			"paper":    func(a team.Actor, b id.Brand) error { _, err := st.s.OpenDocument(ctx, a, b, m.ID, p.ID); return err },
			"no paper": func(a team.Actor, b id.Brand) error { return st.s.RemoveDocument(ctx, a, b, m.ID, p.ID) },
			"add paper": func(a team.Actor, b id.Brand) error {
				_, err := st.s.AddDocument(ctx, a, b, m.ID, "", "x", strings.NewReader("%PDF-"))
				return err
			},
			"many": func(a team.Actor, b id.Brand) error {
				return st.s.License(ctx, a, b, []id.Media{m.ID}, Licence{Kind: Own})
			},
			"file": func(a team.Actor, b id.Brand) error {
				return st.s.File(ctx, a, b, []id.Media{m.ID}, Filing{Add: []string{"x"}})
			},
			"bin":      func(a team.Actor, b id.Brand) error { return st.s.BinMany(ctx, a, b, []id.Media{m.ID}) },
			"crop":     func(a team.Actor, b id.Brand) error { return st.s.SetCrop(ctx, a, b, m.ID, Crop{bluesky, "1:1"}) },
			"versions": func(a team.Actor, b id.Brand) error { _, err := st.s.Versions(ctx, a, b, m.ID); return err },
			"renew": func(a team.Actor, b id.Brand) error {
				_, err := st.s.Renew(ctx, a, b, m.ID, "x", bytes.NewReader(jpegOf(photo(9, 9))))
				return err
			},
			"apart": func(a team.Actor, b id.Brand) error { return st.s.TellApart(ctx, a, b, m.ID, m.ID) },
		} {
			for who, err := range map[string]error{"stranger": f(stranger, kerlann), "other brand": f(yann, sobo)} {
				if fault.Of(err) != fault.NotFound {
					st.Errorf("%s by %s: %v", name, who, err)
				}
			}
		}
		if got := st.against(Departure{Media: []id.Media{m.ID}}); len(got) > 0 {
			st.Errorf("something changed: %v", got)
		}
		if list, err := st.s.Examine(ctx, st.db, Departure{Brand: sobo, Media: []id.Media{m.ID}}); err != nil || len(list) > 0 {
			st.Errorf("another brand's media is examined: %v %v", list, err)
		}
		seen, err := st.s.Rights(ctx, client, kerlann, m.ID)
		st.ok(err)
		if seen.Licence.Holder != "Banque" || seen.Licence.Price != 0 || seen.Licence.Invoice+seen.Licence.Note != "" || len(seen.Documents) != 0 || seen.Consents[0].Who+seen.Consents[0].Scope != "" {
			st.Errorf("the client reads %+v", seen)
		}
		if _, err := st.s.OpenDocument(ctx, client, kerlann, m.ID, p.ID); !fault.Is(err, fault.Forbidden) {
			st.Errorf("the client opens a paper: %v", err)
		}
		mine, err := st.s.Rights(ctx, ines, kerlann, m.ID)
		st.ok(err)
		if mine.Licence.Price != 12050 || mine.Consents[0].Who != "Nolwenn Abgrall" || len(mine.Documents) != 1 {
			st.Errorf("%+v", mine)
		}
	})
}

func TestWhatIsOnLinePastItsRightIsListed(t *testing.T) { // A1
	each(t, func(st *stage, c *hands) {
		ctx := st.Context()
		c.at = at(st.T, "2026-12-01T10:00", "Europe/Paris")
		old, model, fine := st.add("a.jpg", jpegOf(photo(60, 40))), st.add("b.jpg", jpegOf(photo(61, 40))), st.add("c.jpg", jpegOf(photo(62, 40)))
		st.under(old.ID, Licence{Kind: Stock, Holder: "Banque", To: "2026-12-10"})
		st.under(fine.ID, Licence{Kind: Stock, Holder: "Banque", To: "2027-02-20"})
		agreed, err := st.s.SaveConsent(ctx, ines, kerlann, model.ID, Consent{Kind: Model, Who: "Nolwenn"})
		st.ok(err)
		for i, m := range []Media{old, model, fine} {
			st.posts.onLine = append(st.posts.onLine, Standing{Media: m.ID, Publication: id.New[id.Publication](), Title: m.Name, Sent: c.at.Add(time.Duration(i) * time.Minute)})
		}
		names := func() (out []string) {
			st.Helper()
			list, err := st.s.OnLinePastRight(ctx, ines, kerlann)
			st.ok(err)
			for _, p := range list {
				out = append(out, p.Name+" "+string(p.Why))
			}
			return out
		}
		ending := func(days int) (out []string) {
			st.Helper()
			list, err := st.s.EndingWithin(ctx, ines, kerlann, days)
			st.ok(err)
			for _, e := range list {
				out = append(out, e.Name+" "+e.Day)
			}
			return out
		}
		if got := names(); len(got) > 0 {
			st.Errorf("nothing has ended yet: %v", got)
		}
		if d := cmp.Diff([]string{"a.jpg 2026-12-10"}, ending(30)); d != "" {
			st.Error(d)
		}
		if d := cmp.Diff([]string{"a.jpg 2026-12-10", "c.jpg 2027-02-20"}, ending(90)); d != "" {
			st.Error(d)
		}
		_, err = st.s.WithdrawConsent(ctx, ines, kerlann, model.ID, agreed.ID, "")
		st.ok(err)
		c.add(10 * 24 * time.Hour) // the 11th
		if d := cmp.Diff([]string{"a.jpg ended", "b.jpg withdrawn"}, names()); d != "" {
			st.Error(d)
		}
		for state, want := range map[RightState][]string{RightEnded: {"a.jpg"}, RightWithdrawn: {"b.jpg"}, RightSoon: nil, RightOpen: {"c.jpg"}, RightUnknown: nil, RightLater: nil} {
			p, err := st.s.List(ctx, ines, kerlann, Filter{Right: state}, "", 10)
			st.ok(err)
			var got []string
			for _, m := range p.Media {
				got = append(got, m.Name)
			}
			if !slices.Equal(got, want) {
				st.Errorf("%s: %v, want %v", state, got, want)
			}
		}
		if _, err := st.s.OnLinePastRight(ctx, client, kerlann); !fault.Is(err, fault.Forbidden) {
			st.Errorf("the client: %v", err)
		}
		rows := 0
		st.ok(st.s.Register(ctx, ines, kerlann, func(h Held) error {
			rows++
			if h.Media.ID == old.ID && (h.State != RightEnded || h.Licence.Holder != "Banque") {
				st.Errorf("%+v", h)
			}
			return nil
		}))
		if rows != 3 {
			st.Errorf("the register has %d lines", rows)
		}
	})
}

// What covers what, on random lists: more allowed never covers less, and
// everywhere covers all.
func TestTerritoriesAreCoveredAsSetsAre(t *testing.T) {
	codes := []string{"EU", "EEA", "FR", "BE", "CH", "NO", "US", "DE"}
	lists := rapid.SliceOfNDistinct(rapid.SampledFrom(codes), 0, 5, rapid.ID[string])
	open := func(list []string) map[string]bool {
		out := map[string]bool{}
		for _, c := range list {
			if members := groups[c]; members != nil {
				for _, m := range members {
					out[m] = true
				}
			} else {
				out[c] = true
			}
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		allowed, wanted := lists.Draw(t, "allowed"), lists.Draw(t, "wanted")
		want := len(allowed) == 0 || len(wanted) > 0
		if len(allowed) > 0 {
			for c := range open(wanted) {
				want = want && open(allowed)[c]
			}
		}
		if got := covers(allowed, wanted); got != want {
			t.Errorf("%v covers %v: %v", allowed, wanted, got)
		}
	})
}
