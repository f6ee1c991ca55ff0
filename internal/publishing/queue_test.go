package publishing

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

// anyCategories draws categories; at least one can have open hours.
func anyCategories(t *rapid.T) (cats []Category, sum int) {
	for i := range rapid.IntRange(1, 6).Draw(t, "categories") {
		c := Category{ID: CategoryID(fmt.Sprint("c", i)), Weight: rapid.IntRange(0, 7).Draw(t, "weight"), Paused: rapid.Bool().Draw(t, "paused")}
		if i == 0 {
			c.Weight, c.Paused = max(c.Weight, 1), false
		}
		cats = append(cats, c)
		if !c.Paused {
			sum += c.Weight
		}
	}
	return cats, sum
}

var queueZero = time.Date(2026, 9, 1, 6, 0, 0, 0, time.UTC)

// anyWeek draws slots of one channel, in the order of their hours.
func anyWeek(t *rapid.T, cats []Category) []Slot {
	var out []Slot
	for i := range rapid.IntRange(1, 8).Draw(t, "slots") {
		s := Slot{ID: fmt.Sprint(i), Channel: "ch", Weekday: time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")), Local: fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "h"), 30*rapid.IntRange(0, 1).Draw(t, "m"))}
		if rapid.IntRange(0, 3).Draw(t, "own") == 0 && len(cats) > 0 {
			s.Category = rapid.SampledFrom(cats).Draw(t, "of").ID
		}
		if !slices.ContainsFunc(out, func(o Slot) bool { return o.Weekday == s.Weekday && o.Local == s.Local }) {
			out = append(out, s)
		}
	}
	if !slices.ContainsFunc(out, func(s Slot) bool { return s.Category == "" }) {
		out[0].Category = ""
	}
	return out
}

// P3: over any run of N times the sum of the weights, each category has its
// share of the open hours, give or take one; a paused one has none; and which
// hours hold a post of the category whose turn they are changes nothing.
func TestOpenHoursAreSharedByWeight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cats, sum := anyCategories(t)
		hours, err := hoursOf(anyWeek(t, cats), "Europe/Paris", queueZero, queueZero.AddDate(0, 0, 400))
		if err != nil {
			t.Fatal(err)
		}
		used := map[hourOf]hold{}
		before := turnsOf(cats, hours, used, queueZero, queueZero)
		for _, x := range before {
			if rapid.IntRange(0, 2).Draw(t, "filled") == 0 && x.For != "" {
				used[hourOf{"ch", x.At.UnixMilli()}] = hold{x.For}
			}
		}
		all := turnsOf(cats, hours, used, queueZero, queueZero)
		var open []CategoryID
		for i, x := range all {
			if x.For != before[i].For {
				t.Fatalf("filled in its turn, and %s went from %s to %s", x.Wall.Local, before[i].For, x.For)
			}
			if x.Slot.Category == "" {
				open = append(open, x.For)
			} else if x.For != x.Slot.Category && x.For != "" {
				t.Fatalf("an hour of %s is given to %s", x.Slot.Category, x.For)
			}
		}
		if len(open) < sum {
			return
		}
		n := rapid.IntRange(1, len(open)/sum).Draw(t, "rounds")
		from := rapid.IntRange(0, len(open)-n*sum).Draw(t, "from")
		got := map[CategoryID]int{}
		for _, c := range open[from : from+n*sum] {
			got[c]++
		}
		for _, c := range cats {
			want := n * c.Weight
			if c.Paused {
				want = 0
			}
			if d := got[c.ID] - want; d < -1 || d > 1 || want == 0 && d != 0 {
				t.Errorf("%s (weight %d, paused %v): %d of %d hours, wanted %d", c.ID, c.Weight, c.Paused, got[c.ID], n*sum, want)
			}
		}
	})
}

// What a person put out of turn is made up for, and never by more than a round.
func TestWhatIsPlannedOutOfTurnIsMadeUpFor(t *testing.T) {
	cats := []Category{{ID: "a", Weight: 2}, {ID: "b", Weight: 1}}
	hours, err := hoursOf([]Slot{{Channel: "ch", Weekday: 1, Local: "09:00"}}, "Europe/Paris", queueZero, queueZero.AddDate(0, 0, 7*60))
	if err != nil {
		t.Fatal(err)
	}
	used := map[hourOf]hold{}
	for _, h := range hours[:20] { // by hand, twenty times the same
		used[hourOf{"ch", h.At.UnixMilli()}] = hold{"a"}
	}
	n := map[CategoryID]int{}
	run, longest := 0, 0
	for _, x := range turnsOf(cats, hours, used, queueZero, queueZero)[20:] {
		if n[x.For]++; x.For == "b" {
			run++
		} else {
			run = 0
		}
		longest = max(longest, run)
	}
	if n["b"] <= n["a"]/2 || longest > 3 {
		t.Errorf("%v, and %d hours in a row for the one that was forgotten", n, longest)
	}
	// Posts of no category count for nobody.
	for h := range used {
		used[h] = hold{""}
	}
	var got string
	for _, x := range turnsOf(cats, hours, used, queueZero, queueZero)[20:26] {
		got += string(x.For)
	}
	if got != "abaaba" {
		t.Errorf("%q", got)
	}
}

func TestTheNightTheClocksChangeInAQueue(t *testing.T) {
	cats := []Category{{ID: "a", Weight: 1}, {ID: "b", Weight: 1}}
	slots := []Slot{{Channel: "ch", Weekday: time.Sunday, Local: "01:30"}, {Channel: "ch", Weekday: time.Sunday, Local: "02:30"}, {Channel: "ch", Weekday: time.Sunday, Local: "03:30"}}
	// 29 March 2026: 02:30 does not exist. 25 October: it is there twice, and used once.
	for from, want := range map[string]int{"2026-03-28T12:00:00Z": 2, "2026-10-24T12:00:00Z": 3} {
		at, _ := time.Parse(time.RFC3339, from)
		hours, err := hoursOf(slots, "Europe/Paris", at, at.AddDate(0, 0, 1))
		if err != nil {
			t.Fatal(err)
		}
		turns := turnsOf(cats, hours, map[hourOf]hold{}, at, at)
		if len(turns) != want {
			t.Errorf("%s: %d hours", from, len(turns))
		}
		for i, x := range turns {
			if _, fit, _ := x.Wall.Instant(); fit == clock.Gap {
				t.Errorf("%s is skipped that night", x.Wall.Local)
			}
			if x.For != cats[i%2].ID {
				t.Errorf("%s is the turn of %s", x.Wall.Local, x.For)
			}
		}
	}
}

var queueNow = time.Date(2026, 10, 20, 8, 0, 0, 0, time.UTC) // a Tuesday, 10:00 in Paris

func eachQueue(t *testing.T, fn func(s *stage)) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) { fn(newStage(t, db)) }, sqldbtest.Now(func() time.Time { return queueNow }))
}

func (s *stage) category(c Category) CategoryID {
	s.Helper()
	out, err := s.room.SaveCategory(s.Context(), s.claire, s.brand, c)
	if err != nil {
		s.Fatal(err)
	}
	return out.ID
}

func (s *stage) slot(c id.Channel, day time.Weekday, local string, of CategoryID) Slot {
	s.Helper()
	v, err := s.room.AddSlot(s.Context(), s.claire, s.brand, c, day, local)
	if err == nil && of != "" {
		v, err = s.room.GiveSlot(s.Context(), s.claire, s.brand, v.ID, of)
	}
	if err != nil {
		s.Fatal(err)
	}
	return v
}

func (s *stage) of(c CategoryID, text string, channels ...id.Channel) Post {
	s.Helper()
	p := s.draft(text, channels...)
	p, err := s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Category: &c})
	if err != nil {
		s.Fatal(err)
	}
	return p
}

func (s *stage) enqueue(p Post) Post {
	s.Helper()
	out, err := s.room.Enqueue(s.Context(), s.claire, s.brand, p.ID, p.Version)
	if err != nil {
		s.Fatal(err)
	}
	return out.Post
}

// P3: what is added takes the hours of its category and its share of the open
// ones, through the ordinary schedule.
func TestAPostTakesTheNextHourOfItsCategory(t *testing.T) {
	eachQueue(t, func(s *stage) {
		tips, news := s.category(Category{Name: "Conseils", Weight: 2}), s.category(Category{Name: "Actualités", Weight: 1})
		for day := time.Monday; day <= time.Friday; day++ {
			s.slot(s.chans[0], day, "09:00", "")
		}
		s.slot(s.chans[0], time.Wednesday, "18:00", news)
		var got []string
		for i, c := range []CategoryID{tips, tips, tips, news, news, news, ""} {
			got = append(got, s.enqueue(s.of(c, fmt.Sprint("n° ", i))).Planned.Local)
		}
		// Open: We tips, Th news, Fr tips, Mo tips, Tu news, We tips…
		want := []string{"2026-10-21T09:00", "2026-10-23T09:00", "2026-10-26T09:00", "2026-10-21T18:00", "2026-10-22T09:00", "2026-10-27T09:00", "2026-10-28T09:00"}
		if !slices.Equal(got, want) {
			s.Errorf("\n%v, wanted\n%v", got, want)
		}
		if p := s.enqueue(s.of(tips, "encore")); s.state(p) != Planned {
			s.Errorf("it is %q", s.state(p))
		}
	})
}

func TestAPausedCategoryTakesNothingAndItsShareGoesToTheOthers(t *testing.T) {
	eachQueue(t, func(s *stage) {
		tips, news := s.category(Category{Name: "Conseils", Weight: 1}), s.category(Category{Name: "Actualités", Weight: 5})
		s.slot(s.chans[0], time.Friday, "09:00", "")
		s.slot(s.chans[0], time.Thursday, "09:00", news)
		s.category(Category{ID: news, Name: "Actualités", Weight: 5, Paused: true})
		p := s.of(news, "une nouvelle")
		if _, err := s.room.Enqueue(s.Context(), s.claire, s.brand, p.ID, p.Version); !fault.Is(err, fault.Invalid) {
			s.Errorf("paused: %v", err)
		}
		if got := s.enqueue(s.of(tips, "un conseil")).Planned.Local; got != "2026-10-23T09:00" {
			s.Errorf("%s", got)
		}
		if got := s.enqueue(s.of("", "sans catégorie")).Planned.Local; got != "2026-10-30T09:00" {
			s.Errorf("an hour of a category that is paused was taken, or another: %s", got)
		}
		if err := s.room.RemoveCategory(s.Context(), s.claire, s.brand, news); err != nil {
			s.Fatal(err)
		}
		if got := s.enqueue(s.of("", "sans catégorie")).Planned.Local; got != "2026-10-22T09:00" {
			s.Errorf("the slot of a category that is no more is open to all: %s", got)
		}
	})
}

func TestNothingIsPutOnATakenHour(t *testing.T) {
	eachQueue(t, func(s *stage) {
		tips := s.category(Category{Name: "Conseils", Weight: 1})
		s.slot(s.chans[0], time.Wednesday, "09:00", tips)
		// The other channel of the post has no slot, and a post at that hour.
		s.schedule(s.draft("là avant", s.chans[1]), When{Wall: clock.Wall{Local: "2026-10-21T09:00"}})
		if got := s.enqueue(s.of(tips, "les deux", s.chans...)).Planned.Local; got != "2026-10-28T09:00" {
			s.Errorf("%s", got)
		}
		// Asked again, it keeps the hour it has, or an earlier one: never another's.
		if got := s.enqueue(s.of(tips, "un seul")).Planned.Local; got != "2026-10-21T09:00" {
			s.Errorf("%s", got)
		}
	})
}

// P3: two people at once never get the same slot.
func TestManyAtOnceGetAnHourEach(t *testing.T) {
	eachQueue(t, func(s *stage) {
		tips := s.category(Category{Name: "Conseils", Weight: 1})
		for day := range time.Weekday(7) {
			s.slot(s.chans[0], day, "09:00", "")
		}
		var posts []Post
		for i := range 6 {
			posts = append(posts, s.of(tips, fmt.Sprint("n° ", i)))
		}
		var wg sync.WaitGroup
		errs := make([]error, len(posts))
		for i, p := range posts {
			wg.Go(func() { _, errs[i] = s.room.Enqueue(s.Context(), s.claire, s.brand, p.ID, p.Version) })
		}
		wg.Wait()
		seen := map[string]bool{}
		for i, p := range posts {
			if errs[i] != nil {
				s.Fatal(errs[i])
			}
			got, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
			if err != nil || seen[got.Planned.Local] {
				s.Errorf("%s twice (%v)", got.Planned.Local, err)
			}
			seen[got.Planned.Local] = true
		}
	})
}

// silent stops everything on one day of the brand's.
type silent string

func (d silent) Examine(_ context.Context, _ sqldb.Q, s Subject) ([]Finding, error) {
	if w, err := clock.At(s.At, "Europe/Paris"); err != nil || w.Local[:10] != string(d) {
		return nil, err
	}
	return []Finding{{Rule: "day", Severity: network.Block, Key: "day", Remedy: &Remedy{Do: "field", Field: "date"}}}, nil
}

func TestTheQueuePassesOverADayOfSilence(t *testing.T) {
	eachQueue(t, func(s *stage) {
		s.room.Examiners = []Examiner{silent("2026-10-21")}
		s.slot(s.chans[0], time.Wednesday, "09:00", "")
		s.slot(s.chans[0], time.Wednesday, "18:00", "")
		s.slot(s.chans[0], time.Thursday, "09:00", "")
		if got := s.enqueue(s.draft("après le silence")).Planned.Local; got != "2026-10-22T09:00" {
			s.Errorf("%s", got)
		}
	})
}

func TestAQueueShowsItsPostsAndItsGapsAndIsReordered(t *testing.T) {
	eachQueue(t, func(s *stage) {
		tips, news := s.category(Category{Name: "Conseils", Weight: 1}), s.category(Category{Name: "Actualités", Weight: 1})
		for day := time.Monday; day <= time.Friday; day++ {
			s.slot(s.chans[0], day, "09:00", "")
		}
		one, two := s.enqueue(s.of(tips, "un")), s.enqueue(s.of(tips, "deux"))
		other := s.enqueue(s.of(news, "nouvelle"))
		all, err := s.room.Queues(s.Context(), s.claire, s.brand, 14)
		if err != nil || len(all) != 3 {
			s.Fatalf("%d queues, %v", len(all), err)
		}
		q := all[0]
		if q.Category.ID != tips || q.Planned != 2 || q.Gaps != 3 || q.Share != .5 || q.Entries[0].Post.ID != one.ID || q.Entries[0].Down != two.ID || q.Entries[1].Up != one.ID || q.Entries[2].Post != nil {
			s.Errorf("%+v", q)
		}
		moved, err := s.room.Reorder(s.Context(), s.claire, s.brand, []id.Post{two.ID, one.ID})
		if err != nil || len(moved) != 2 {
			s.Fatalf("%v %v", moved, err)
		}
		a, _ := s.room.Get(s.Context(), s.claire, s.brand, one.ID)
		b, _ := s.room.Get(s.Context(), s.claire, s.brand, two.ID)
		if a.Planned != two.Planned || b.Planned != one.Planned || s.pubs(a)[0].Planned != two.Planned {
			s.Errorf("%v %v", a.Planned, b.Planned)
		}
		both := s.schedule(s.of(tips, "les deux", s.chans...), When{Wall: clock.Wall{Local: "2026-11-20T09:00"}})
		for _, bad := range [][]id.Post{{one.ID}, {one.ID, one.ID}, {one.ID, other.ID}, {one.ID, both.ID}} {
			if _, err := s.room.Reorder(s.Context(), s.claire, s.brand, bad); !fault.Is(err, fault.Invalid) {
				s.Errorf("%v: %v", bad, err)
			}
		}
	})
}

// The walls of a brand hold for its categories too.
func TestCategoriesAreOfTheirBrand(t *testing.T) {
	eachQueue(t, func(s *stage) {
		tips := s.category(Category{Name: "Conseils", Weight: 1})
		v := s.slot(s.chans[0], time.Friday, "09:00", "")
		other := id.New[id.Brand]()
		s.claire.Roles[other] = team.Owner
		if _, err := s.room.SaveCategory(s.Context(), s.claire, other, Category{ID: tips, Name: "x", Weight: 1}); !fault.Is(err, fault.NotFound) {
			s.Errorf("changed from another brand: %v", err)
		}
		if err := s.room.RemoveCategory(s.Context(), s.claire, other, tips); !fault.Is(err, fault.NotFound) {
			s.Errorf("removed: %v", err)
		}
		if _, err := s.room.GiveSlot(s.Context(), s.claire, other, v.ID, ""); !fault.Is(err, fault.NotFound) {
			s.Errorf("a slot given: %v", err)
		}
		theirs, err := s.room.SaveCategory(s.Context(), s.claire, other, Category{Name: "x", Weight: 1})
		if err != nil {
			s.Fatal(err)
		}
		if _, err := s.room.GiveSlot(s.Context(), s.claire, s.brand, v.ID, theirs.ID); !fault.Is(err, fault.Invalid) {
			s.Errorf("to the category of another: %v", err)
		}
		p := s.draft("à moi")
		if err := s.room.Categorise(s.Context(), s.claire, s.brand, theirs.ID, p.ID); !fault.Is(err, fault.Invalid) {
			s.Errorf("a post in the category of another: %v", err)
		}
		for name, bad := range map[string]Category{"no name": {Weight: 1}, "weight": {Name: "y", Weight: 21}, "colour": {Name: "y", Colour: "red"}, "twice": {Name: "conseils"}} {
			if _, err := s.room.SaveCategory(s.Context(), s.claire, s.brand, bad); !fault.Is(err, fault.Invalid) {
				s.Errorf("%s: %v", name, err)
			}
		}
		if err := s.db.Write(s.Context(), func(tx *sqldb.Tx) error { return s.room.Forget(s.Context(), tx, s.brand) }); err != nil {
			s.Fatal(err)
		}
		if left, err := s.room.Categories(s.Context(), s.claire, s.brand); err != nil || len(left) != 0 {
			s.Errorf("%v %v", left, err)
		}
	})
}

func TestTheMarksOfACalendarAreKept(t *testing.T) {
	eachQueue(t, func(s *stage) {
		m, err := s.room.CalendarMarks(s.Context(), s.claire, s.brand)
		if err != nil || !m.Public || !m.Sensitive || !m.Own || m.Local || len(m.Zones) != 3 {
			s.Errorf("on French time: %+v %v", m, err)
		}
		if _, err := s.room.SetMarks(s.Context(), s.claire, s.brand, Marks{Zones: []string{"D"}}); !fault.Is(err, fault.Invalid) {
			s.Errorf("zone D: %v", err)
		}
		for _, want := range []Marks{{Own: true, Zones: []string{"B"}}, {Public: true, Local: true, Zones: []string{}}} {
			if _, err := s.room.SetMarks(s.Context(), s.claire, s.brand, want); err != nil {
				s.Fatal(err)
			}
			if m, err := s.room.CalendarMarks(s.Context(), s.claire, s.brand); err != nil || fmt.Sprint(m) != fmt.Sprint(want) {
				s.Errorf("%+v, %v", m, err)
			}
		}
		s.room.Zone = func(context.Context, sqldb.Q, id.Brand) (string, error) { return "America/Montreal", nil }
		s.claire.Roles["b"] = team.Owner
		if m, err := s.room.CalendarMarks(s.Context(), s.claire, "b"); err != nil || m.Public || len(m.Zones) > 0 || !m.Own {
			s.Errorf("elsewhere: %+v %v", m, err)
		}
	})
}
