package publishing

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

func TestRulesAreReadAndWrittenAsTheStandardHasThem(t *testing.T) {
	for rule, want := range map[string]string{
		"FREQ=DAILY":                                 "2026-10-20 2026-10-21 2026-10-22 2026-10-23",
		"FREQ=DAILY;INTERVAL=3;COUNT=3":              "2026-10-20 2026-10-23 2026-10-26",
		"FREQ=DAILY;BYDAY=MO,FR":                     "2026-10-20 2026-10-23 2026-10-26 2026-10-30",
		"RRULE:FREQ=WEEKLY;UNTIL=20261104T000000Z":   "2026-10-20 2026-10-27 2026-11-03",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO": "2026-10-20 2026-10-25 2026-11-03 2026-11-08",
		"FREQ=MONTHLY":                               "2026-10-20 2026-11-20 2026-12-20 2027-01-20",
		"FREQ=MONTHLY;BYDAY=1MO":                     "2026-10-20 2026-11-02 2026-12-07 2027-01-04",
		"FREQ=MONTHLY;BYDAY=-1FR":                    "2026-10-20 2026-10-30 2026-11-27 2026-12-25",
		"FREQ=MONTHLY;BYMONTHDAY=-1":                 "2026-10-20 2026-10-31 2026-11-30 2026-12-31",
		"FREQ=MONTHLY;BYMONTHDAY=31":                 "2026-10-20 2026-10-31 2026-12-31 2027-01-31",
		"freq=monthly;bymonthday=1,15;interval=2":    "2026-10-20 2026-12-01 2026-12-15 2027-02-01",
	} {
		r, err := ParseRule(rule)
		if err != nil {
			t.Errorf("%s: %v", rule, err)
			continue
		}
		all, err := r.Occurrences("2026-10-20T18:30", "2027-12-31", 4)
		if got := strings.ReplaceAll(strings.Join(all, " "), "T18:30", ""); err != nil || got != want {
			t.Errorf("%s: %s %v", rule, got, err)
		}
		again, err := ParseRule(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("%s became %s", rule, r)
		}
	}
	for _, bad := range []string{"", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;BYSETPOS=1", "FREQ=DAILY;COUNT=2;UNTIL=20270101", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=WEEKLY;BYDAY=2MO", "FREQ=DAILY;COUNT=0"} {
		if _, err := ParseRule(bad); fault.Of(err) != fault.Invalid {
			t.Errorf("%q was taken: %v", bad, err)
		}
	}
}

// P3: whatever the rule, the zone and the night the clocks change, two
// occurrences are never closer than the gap, and each is at the hour meant.
func TestNoCalendarBringsTwoOccurrencesTogether(t *testing.T) {
	zones := []string{"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns"}
	days := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	rapid.Check(t, func(t *rapid.T) {
		r := Rule{Freq: rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY"}).Draw(t, "freq"), Interval: rapid.IntRange(1, 4).Draw(t, "interval")}
		switch {
		case r.Freq == "MONTHLY" && rapid.Bool().Draw(t, "nth"):
			r.Nth, r.Days = rapid.SampledFrom([]int{-1, 1, 2, 3, 4}).Draw(t, "n"), []time.Weekday{rapid.SampledFrom(days).Draw(t, "day")}
		case r.Freq == "MONTHLY":
			r.MonthDays = rapid.SliceOfNDistinct(rapid.SampledFrom([]int{-1, 1, 2, 15, 28, 29, 30, 31}), 0, 4, rapid.ID).Draw(t, "month days")
		default:
			r.Days = rapid.SliceOfNDistinct(rapid.SampledFrom(days), 0, 7, rapid.ID).Draw(t, "days")
		}
		if err := r.Valid(); err != nil {
			t.Fatal(err)
		}
		start := time.Date(2026, 1, 1, 0, rapid.IntRange(0, 600_000).Draw(t, "minute"), 0, 0, time.UTC)
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		all, err := r.Occurrences(start.Format(clock.WallLayout), start.AddDate(1, 0, 0).Format(time.DateOnly), 1000)
		if err != nil || all[0] != start.Format(clock.WallLayout) {
			t.Fatal(all, err)
		}
		var last time.Time
		for _, local := range all {
			if local[10:] != all[0][10:] {
				t.Fatalf("%s is not at %s", local, all[0][10:])
			}
			at, _, err := clock.Wall{Local: local, Zone: zone}.Instant()
			if err != nil {
				t.Fatal(err)
			}
			if !last.IsZero() && at.Sub(last) < MinGap {
				t.Fatalf("%s comes %v after the one before", local, at.Sub(last))
			}
			last = at
		}
	})
}

// P3: each occurrence is a post of its own, made eight weeks ahead, once.
func TestAPostThatComesBackIsMadeAheadAndOnce(t *testing.T) {
	each(t, func(s *stage) {
		first := s.schedule(s.draft("Bonne semaine", s.chans...), s.in(26*time.Hour))
		v, err := s.room.MakeSeries(s.Context(), s.claire, s.brand, first.ID, "FREQ=WEEKLY", true)
		if err != nil {
			s.Fatal(err)
		}
		for range 3 {
			if err := s.room.RunSeries(s.Context()); err != nil {
				s.Fatal(err)
			}
		}
		all, err := s.room.Occurrences(s.Context(), s.claire, s.brand, v.ID)
		if err != nil || len(all) != 8 || all[0].Post != first.ID {
			s.Fatalf("%d occurrences, %v", len(all), err)
		}
		var last time.Time
		for i, o := range all {
			p, err := s.room.Get(s.Context(), s.claire, s.brand, o.Post)
			if err != nil || p.Badge != Scheduled || p.Text != "Bonne semaine" || len(s.pubs(p)) != 2 || p.Planned.Local[10:] != first.Planned.Local[10:] {
				s.Fatalf("%+v %v", p, err)
			}
			if i > 0 && p.At.Sub(last) < 6*24*time.Hour {
				s.Errorf("two within %v", p.At.Sub(last))
			}
			last = p.At
		}
		if _, err := s.room.MakeSeries(s.Context(), s.claire, s.brand, first.ID, "FREQ=DAILY", true); fault.Of(err) != fault.Conflict {
			s.Errorf("a second series: %v", err)
		}
		// The program was away for weeks: what passed is not caught up with.
		if _, err := s.db.Exec(s.Context(), `DELETE FROM series_post WHERE occurrence > ?`, all[1].Local); err != nil {
			s.Fatal(err)
		}
		if _, err := s.db.Exec(s.Context(), `UPDATE series SET start_local = ?, made_until = ?`, s.in(-21*24*time.Hour).Wall.Local, sqldb.At(s.db.Now().Add(-15*24*time.Hour))); err != nil {
			s.Fatal(err)
		}
		if _, err := s.db.Exec(s.Context(), `UPDATE post SET binned_at = 1`); err != nil {
			s.Fatal(err)
		}
		if err := s.room.RunSeries(s.Context()); err != nil {
			s.Fatal(err)
		}
		for _, r := range s.all() {
			if r.At.Before(s.db.Now()) {
				s.Errorf("%s was caught up with", r.Planned.Local)
			}
		}
	})
}

// P3: a mistake never floods: the guard stops a series and says why.
func TestTheGuardStopsWhatWouldFlood(t *testing.T) {
	each(t, func(s *stage) {
		day := s.in(48 * time.Hour).Wall.Local[:10]
		tomorrow, _ := time.Parse(time.DateOnly, day)
		next := tomorrow.AddDate(0, 0, 1).Format(time.DateOnly)
		for i := range MostADay {
			p := s.draft("Autre " + string(rune('a'+i)))
			s.schedule(p, When{Wall: clock.Wall{Local: next + "T" + time.Date(0, 1, 1, 8, i*20, 0, 0, time.UTC).Format("15:04")}})
		}
		p := s.schedule(s.draft("Chaque jour"), When{Wall: clock.Wall{Local: day + "T19:00"}})
		v, err := s.room.MakeSeries(s.Context(), s.claire, s.brand, p.ID, "FREQ=DAILY", true)
		if err != nil || v.State != SeriesStopped || v.Problem != "recur.flood" {
			s.Errorf("%+v %v", v, err)
		}
		// The same words a moment later on the same channel.
		q := s.schedule(s.draft("Deux fois"), When{Wall: clock.Wall{Local: day + "T07:00"}})
		s.schedule(s.draft("Deux fois"), When{Wall: clock.Wall{Local: tomorrow.AddDate(0, 0, 7).Format(time.DateOnly) + "T09:00"}})
		w, err := s.room.MakeSeries(s.Context(), s.claire, s.brand, q.ID, "FREQ=WEEKLY", true)
		if err != nil || w.State != SeriesStopped || w.Problem != "recur.too_close" {
			s.Errorf("%+v %v", w, err)
		}
	})
}

func TestThisOneThisAndFollowingAndTheEnd(t *testing.T) {
	each(t, func(s *stage) {
		first := s.schedule(s.draft("Un", s.chans[0]), s.in(26*time.Hour))
		v, err := s.room.MakeSeries(s.Context(), s.claire, s.brand, first.ID, "FREQ=WEEKLY;COUNT=6", true)
		if err != nil {
			s.Fatal(err)
		}
		all, _ := s.room.Occurrences(s.Context(), s.claire, s.brand, v.ID)
		if len(all) != 6 {
			s.Fatal(len(all))
		}
		edit := func(o Occurrence, text string) Post {
			p, err := s.room.Get(s.Context(), s.claire, s.brand, o.Post)
			if err != nil {
				s.Fatal(err)
			}
			p, err = s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Text: &text})
			if err != nil {
				s.Fatal(err)
			}
			return p
		}
		alone := edit(all[3], "Celle-ci seule")
		p := edit(all[1], "Deux")
		p = s.schedule(p, When{Wall: clock.Wall{Local: p.Planned.Local[:10] + "T11:11"}})
		n, err := s.room.ChangeFollowing(s.Context(), s.claire, s.brand, p.ID)
		if err != nil || n != 3 {
			s.Fatal(n, err)
		}
		for i, o := range all {
			got, _ := s.room.Get(s.Context(), s.claire, s.brand, o.Post)
			want, hour := "Deux", "T11:11"
			if i == 0 {
				want, hour = "Un", first.Planned.Local[10:]
			}
			if o.Post == alone.ID {
				want, hour = "Celle-ci seule", first.Planned.Local[10:]
			}
			if got.Text != want || got.Planned.Local != o.Local[:10]+hour || got.Badge != Scheduled || i != 3 && s.pubs(got)[0].Content.Text() != want {
				s.Errorf("%d: %q at %s, %s", i, got.Text, got.Planned.Local, got.Badge)
			}
		}
		binned, err := s.room.EndSeries(s.Context(), s.claire, s.brand, v.ID, true)
		if err != nil || binned != 4 { // the first, and the one that went its own way, stay
			s.Errorf("%d binned, %v", binned, err)
		}
		if err := s.room.RunSeries(s.Context()); err != nil {
			s.Fatal(err)
		}
		if got := len(s.all()); got != 2 {
			s.Errorf("%d posts stay", got)
		}
		if _, err := s.room.EndSeries(s.Context(), s.claire, id.New[id.Brand](), v.ID, false); fault.Of(err) != fault.NotFound {
			s.Errorf("another brand's: %v", err)
		}
	})
}
