package brand_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

type house struct {
	*testing.T
	db     *sqldb.DB
	brands *brand.Service
	owner  team.Actor
	reload func()
}

func each(t *testing.T, test func(h *house)) {
	t.Helper()
	sqldbtest.Each(t, []sqldb.Schema{logbook.Schema, brand.Schema, team.Schema}, func(t *testing.T, db *sqldb.DB) {
		book := logbook.New(db)
		people := team.New(team.Config{DB: db, Book: book, Box: secret.New(), Cost: team.Cost{Memory: 64, Passes: 1, Lanes: 1}})
		p, err := people.AddPerson(t.Context(), team.Program("test"), team.NewPerson{Name: "Claire", Email: "claire@x.test", Password: "trois goélands au large"}, true)
		if err != nil {
			t.Fatal(err)
		}
		h := &house{T: t, db: db, brands: brand.New(brand.Config{DB: db, Book: book, People: people})}
		h.reload = func() {
			if h.owner, err = people.ActorOf(t.Context(), p.ID); err != nil {
				t.Fatal(err)
			}
		}
		h.reload()
		test(h)
	})
}

func (h *house) make(in brand.Input) brand.Brand {
	h.Helper()
	b, err := h.brands.Make(h.Context(), h.owner, in)
	if err != nil {
		h.Fatal(err)
	}
	h.reload()
	return b
}

func TestABrandIsMadeWithWhatItsNameSuggestsAndReadBackWhole(t *testing.T) {
	each(t, func(h *house) {
		b := h.make(brand.Input{Name: "  Maison\u00a0 Legrand ", About: "biscuiterie", Week: time.Monday})
		if b.Name != "Maison Legrand" || b.Monogram != "ML" || b.Zone != "Europe/Paris" || b.Language != "fr" || b.Version != 1 || h.owner.Roles[b.ID] != team.Owner {
			h.Errorf("%+v", b)
		}
		read, err := h.brands.Get(h.Context(), h.owner, b.ID)
		if d := cmp.Diff(b, read); d != "" || err != nil {
			h.Error(d, err)
		}
		h.make(brand.Input{Name: "atelier"})
		list, err := h.brands.List(h.Context(), h.owner)
		if err != nil || len(list) != 2 || list[0].Name != "atelier" {
			h.Errorf("%v %v", list, err)
		}
	})
}

func TestNonsenseIsRefusedByField(t *testing.T) {
	each(t, func(h *house) {
		for field, in := range map[string]brand.Input{"name": {Name: " \u202e\n"}, "colour": {Name: "x", Colour: "red"}, "language": {Name: "x", Language: "??"},
			"zone": {Name: "x", Zone: "Local"}, "monogram": {Name: "x", Monogram: "ABCD"}, "week": {Name: "x", Week: 9}, "about": {Name: "x", About: strings.Repeat("a", 81)}} {
			if _, err := h.brands.Make(h.Context(), h.owner, in); !fault.Is(err, fault.Invalid) || fault.As(err).Field != field {
				h.Errorf("%s: %v", field, err)
			}
		}
		for _, faint := range []string{"#fff", "#fffffe", "#000", "#010101"} {
			if _, err := h.brands.Make(h.Context(), h.owner, brand.Input{Name: "x", Colour: faint}); !fault.Is(err, fault.Invalid) {
				h.Errorf("%s: %v", faint, err)
			}
		}
	})
}

func TestTheLaterEditNeverSilentlyWins(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		b := h.make(brand.Input{Name: "Maison Legrand", Colour: "#123456"})
		in := brand.Input{Name: b.Name, Colour: "#654321", Language: "en", Zone: "Europe/London", Week: time.Sunday, Monogram: "LG"}
		e, err := h.brands.Edit(ctx, h.owner, b.ID, b.Version, in)
		if err != nil || e.Version != 2 {
			h.Fatal(e, err)
		}
		read, err := h.brands.Get(ctx, h.owner, b.ID)
		if d := cmp.Diff(e, read); d != "" || err != nil {
			h.Error(d, err)
		}
		if _, err := h.brands.Edit(ctx, h.owner, b.ID, b.Version, in); err != nil {
			h.Errorf("the same again is no quarrel: %v", err)
		}
		in.Colour, in.Name = "#00aa55", "Legrand"
		_, err = h.brands.Edit(ctx, h.owner, b.ID, b.Version, in)
		if !fault.Is(err, fault.Conflict) {
			h.Fatal(err)
		}
		if d := cmp.Diff([]string{"name", "colour"}, fault.As(err).Values["changed"]); d != "" || fault.As(err).Values["version"] != int64(2) {
			h.Error(d)
		}
		if n, err := h.brands.Edit(ctx, h.owner, b.ID, 2, brand.Input{Name: "Legrand"}); err != nil || n.Colour != e.Colour || n.Monogram != "LG" || n.Zone != "Europe/London" {
			h.Errorf("what is left empty stays: %+v %v", n, err)
		}
		var wg sync.WaitGroup
		errs := make([]error, 5)
		for i := range errs {
			wg.Go(func() {
				in := in
				in.About = string(rune('a' + i))
				_, errs[i] = h.brands.Edit(ctx, h.owner, b.ID, 3, in)
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !fault.Is(err, fault.Conflict) {
				h.Error(err)
			}
		}
		if won != 1 {
			h.Errorf("%d of five won", won)
		}
	})
}

func TestWhatARoomRefusesIsNotArchived(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		b := h.make(brand.Input{Name: "X"})
		seen := id.Brand("")
		h.brands.OnArchive(func(_ context.Context, _ *sqldb.Tx, b id.Brand) error {
			seen = b
			return fault.New(fault.Conflict, "test.busy")
		})
		if err := h.brands.Archive(ctx, h.owner, b.ID, "X"); !fault.Is(err, fault.Conflict) || seen != b.ID {
			h.Error(err, seen)
		}
		if _, err := h.brands.Get(ctx, h.owner, b.ID); err != nil {
			h.Error(err)
		}
	})
}

func TestOnlyTheProgramMakesExamples(t *testing.T) {
	each(t, func(h *house) {
		if _, err := h.brands.MakeExample(h.Context(), h.owner, h.owner.Person, brand.Input{Name: "X"}); !fault.Is(err, fault.Forbidden) {
			h.Error(err)
		}
		b, err := h.brands.MakeExample(h.Context(), team.Program("example"), h.owner.Person, brand.Input{Name: "X"})
		if err != nil || !b.Example {
			h.Error(b, err)
		}
		h.reload()
		if h.owner.Roles[b.ID] != team.Owner {
			h.Error("not hers")
		}
	})
}

func TestMonogramsAreShortAndTelling(t *testing.T) {
	for name, want := range map[string]string{"Maison Legrand": "ML", "Les Échos du Port": "ÉP", "Hublot": "HU", "Le Phare de l’Ouest": "PO", "42": "42", "é": "É", "🦀": "🦀", "l'oiseau": "OI", "La Poste": "PO"} {
		if got := brand.Monogram(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if m := brand.Monogram(name); strings.TrimSpace(name) != "" && len([]rune(m)) > 8 {
			t.Fatalf("%q → %q", name, m)
		}
	})
}

// The palette's colours carry white letters: 4.5:1 (WCAG 2.2, 1.4.3).
func TestThePaletteCarriesWhiteLetters(t *testing.T) {
	for _, c := range brand.Palette() {
		if r := 1.05 / (brand.Luminance(c) + .05); r < 4.5 {
			t.Errorf("%s: %.2f", c, r)
		}
	}
	if r := 1.05 / (brand.Luminance("#ffffff") + .05); r != 1 {
		t.Errorf("white on white is %v", r)
	}
}
