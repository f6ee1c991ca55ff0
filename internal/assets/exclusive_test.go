package assets

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// A1: where two brands of the instance have the same picture and one has it
// alone, those who work for both are told, and nobody else hears of the other.
func TestAnExclusivePictureOfAnotherBrandIsToldToThoseWhoSeeBoth(t *testing.T) {
	each(t, func(t *stage, c *hands) {
		t.s.Name = func(_ context.Context, _ sqldb.Q, b id.Brand) (string, error) {
			return map[id.Brand]string{kerlann: "Kerlann", sobo: "Sobo"}[b], nil
		}
		mine := t.add("quai.jpg", jpegOf(scene(400, 300, 0)))
		// The same picture, saved anew by somebody else: other bytes.
		added, err := t.s.Add(t.Context(), yann, sobo, "plage.png", bytes.NewReader(pngOf(scene(400, 300, 0))))
		t.ok(err)
		other, err := t.s.Add(t.Context(), yann, sobo, "autre.png", bytes.NewReader(pngOf(scene(400, 300, 2))))
		t.ok(err)
		t.ok(t.q.Drain(t.Context()))
		day := c.now().AddDate(0, 0, 10).Format(time.DateOnly)
		l, err := t.s.SaveLicence(t.Context(), yann, sobo, added.Media.ID, 0, Licence{Kind: Commissioned, Exclusive: true, ExclusiveDay: day, ExclusiveLands: []string{"FR"}})
		t.ok(err)
		said := func(sees []id.Brand, b id.Brand, m id.Media, at time.Time) (out []string) {
			t.Helper()
			list, err := t.s.Examine(t.Context(), t.db, Departure{Brand: b, Channel: "c", Network: "practice", Media: []id.Media{m}, At: at, Zone: "Europe/Paris", Sees: sees})
			t.ok(err)
			for _, o := range list {
				if o.Rule == "rights.exclusive" {
					if o.Block {
						t.Error("it stops the post")
					}
					out = append(out, o.Key+" "+o.Values["brand"].(string))
				}
			}
			return out
		}
		both := []id.Brand{kerlann, sobo}
		if got := said(both, kerlann, mine.ID, c.now()); strings.Join(got, ",") != "assets.rights.exclusive_until Sobo" {
			t.Errorf("who works for both hears %q", got)
		}
		for _, sees := range [][]id.Brand{nil, {kerlann}} {
			if got := said(sees, kerlann, mine.ID, c.now()); got != nil {
				t.Errorf("who works for %v hears of another brand: %q", sees, got)
			}
		}
		if got := said(both, kerlann, mine.ID, c.now().AddDate(0, 0, 12)); got != nil {
			t.Errorf("past its day: %q", got)
		}
		// From the brand that has it: only once the other shows it.
		if got := said(both, sobo, added.Media.ID, c.now()); got != nil {
			t.Errorf("the other shows it nowhere: %q", got)
		}
		t.posts.shown = map[id.Media]int64{mine.ID: 2}
		if got := said(both, sobo, added.Media.ID, c.now()); strings.Join(got, ",") != "assets.rights.shared_until Kerlann" {
			t.Errorf("the brand that has it alone hears %q", got)
		}
		if got := said(both, sobo, other.Media.ID, c.now()); got != nil {
			t.Errorf("another picture: %q", got)
		}
		// Elsewhere it is nobody's alone.
		t.ok(t.s.SetAudience(t.Context(), ines, kerlann, "", "Belgique", false))
		if got := said(both, kerlann, mine.ID, c.now()); got != nil {
			t.Errorf("read in another country: %q", got)
		}
		t.ok(t.s.SetAudience(t.Context(), ines, kerlann, "", "UE", false))
		if got := said(both, kerlann, mine.ID, c.now()); got == nil {
			t.Error("the country is of the group")
		}
		// The page asks with a person.
		for who, want := range map[*team.Actor]int{&yann: 1, &ines: 0, &client: 0} {
			got, err := t.s.Clashes(t.Context(), *who, kerlann, mine.ID)
			if err != nil || len(got) != want {
				t.Errorf("%v: %v %v", who.Roles, got, err)
			}
		}
		if _, err := t.s.Clashes(t.Context(), stranger, kerlann, mine.ID); err == nil {
			t.Error("a stranger reads")
		}
		// A licence that says otherwise frees it.
		l.Exclusive = false
		l, err = t.s.SaveLicence(t.Context(), yann, sobo, added.Media.ID, l.Version, l)
		t.ok(err)
		if got := said(both, kerlann, mine.ID, c.now()); got != nil || l.ExclusiveDay != "" {
			t.Errorf("not exclusive any more: %q", got)
		}
	})
}

// A1: an exclusivity does not outlast its licence, and stands in the record as
// it was written.
func TestAnExclusivityIsKeptAndBounded(t *testing.T) {
	each(t, func(t *stage, c *hands) {
		m := t.add("quai.png", pngOf(photo(64, 48)))
		if _, err := t.s.SaveLicence(t.Context(), ines, kerlann, m.ID, 0, Licence{Kind: Stock, To: "2027-03-31", Exclusive: true, ExclusiveDay: "2027-04-01"}); err == nil {
			t.Error("it outlasts the licence")
		}
		_, err := t.s.SaveLicence(t.Context(), ines, kerlann, m.ID, 0, Licence{Kind: Stock, To: "2027-03-31", Exclusive: true, ExclusiveDay: "2027-03-31", ExclusiveFor: " Groupe  Kerlann ", ExclusiveLands: []string{"Belgique", "France"}})
		t.ok(err)
		r, err := t.s.Rights(t.Context(), ines, kerlann, m.ID)
		t.ok(err)
		l := r.Licence
		if !l.Exclusive || l.ExclusiveFor != "Groupe Kerlann" || strings.Join(l.ExclusiveLands, " ") != "BE FR" || !l.ExclusiveEnds.Equal(l.Ends) {
			t.Errorf("%+v", l)
		}
	})
}
