package publishing

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

// eachGarden is a queue on a clock that a test moves.
func eachGarden(t *testing.T, fn func(s *stage, now *atomic.Int64)) {
	var now atomic.Int64 // in milliseconds: jobs of other goroutines read it
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		now.Store(queueNow.UnixMilli())
		fn(newStage(t, db), &now)
	}, sqldbtest.Now(func() time.Time { return time.UnixMilli(now.Load()).UTC() }))
}

func days(n int) int64 { return (time.Duration(n) * 24 * time.Hour).Milliseconds() }

// past records a post of a category that left some days ago.
func (s *stage) past(c CategoryID, text string, days int, channels ...id.Channel) Post {
	s.Helper()
	if len(channels) == 0 {
		channels = s.chans[:1]
	}
	at := s.db.Now().AddDate(0, 0, -days)
	var places []Place
	for i, ch := range channels {
		places = append(places, Place{Channel: ch, Sent: []SentPart{{Ref: network.Ref(text + string('0'+rune(i))), URL: "https://net.example/a", At: at}}})
	}
	owner := team.Actor{Person: s.claire.Person, Roles: map[id.Brand]team.Role{s.brand: team.Owner}}
	all, err := s.room.Record(s.Context(), owner, s.brand, Past{Edit: Edit{Text: &text, Category: &c}, At: at, Places: places})
	if err != nil {
		s.Fatal(err)
	}
	return all[0]
}

func (s *stage) evergreen(c CategoryID, after, times int) {
	s.Helper()
	if _, err := s.room.SetEvergreen(s.Context(), s.claire, s.brand, c, Evergreen{On: true, After: after, Times: times}); err != nil {
		s.Fatal(err)
	}
}

// made lists what is planned, by hour, with how manieth a time it is said.
func (s *stage) made() (out []string) {
	s.Helper()
	if err := s.room.RunEvergreen(s.Context()); err != nil {
		s.Fatal(err)
	}
	rows, _, err := s.room.Calendar(s.Context(), s.claire, s.brand, s.db.Now(), s.db.Now().AddDate(0, 2, 0), Filter{})
	if err != nil {
		s.Fatal(err)
	}
	for _, r := range rows {
		out = append(out, r.Planned.Local[5:]+" "+r.Title+" "+string('0'+rune(r.Again)))
	}
	return out
}

// P3: a category whose queue is empty says its oldest posts again, at its own
// hours: each a new post, with its mark, so many times and no more.
func TestAnEmptyQueueBeginsAgainWithItsOldestPosts(t *testing.T) {
	eachGarden(t, func(s *stage, now *atomic.Int64) {
		tips, news := s.category(Category{Name: "Conseils", Weight: 1}), s.category(Category{Name: "Actualités", Weight: 0})
		for _, day := range []time.Weekday{time.Monday, time.Wednesday, time.Friday, time.Sunday} {
			s.slot(s.chans[0], day, "09:00", tips)
		}
		s.slot(s.chans[0], time.Thursday, "18:00", news)
		old := s.past(tips, "vieux", 200)
		s.past(tips, "moyen", 120)
		s.past(tips, "récent", 20)
		s.past(news, "nouvelle", 300)
		if got := s.made(); len(got) != 0 {
			s.Fatalf("nobody asked for it: %v", got)
		}
		s.evergreen(tips, 90, 2)
		want := []string{"10-21T09:00 vieux 1", "10-23T09:00 moyen 1"}
		for range 2 { // again changes nothing
			if got := s.made(); !slices.Equal(got, want) {
				s.Fatalf("\n%v, wanted\n%v", got, want)
			}
		}
		p := s.all()[0]
		for _, r := range s.all() {
			if r.Title == "vieux" && r.Again == 1 {
				p = r
			}
		}
		got, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
		if err != nil || got.Origin != old.ID || got.Category != tips || got.Author != s.claire.Person || got.Badge != Scheduled {
			s.Errorf("%+v %v", got, err)
		}
		// They leave; nothing is old enough, then all of it is, and then it was
		// said twice.
		leave := func() {
			if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'sent', sent_at = due_at, next_at = NULL WHERE brand = ? AND state = 'planned'`, s.brand); err != nil {
				s.Fatal(err)
			}
			if _, err := s.db.Exec(s.Context(), `UPDATE post SET badge = 'sent' WHERE brand = ? AND badge = 'scheduled'`, s.brand); err != nil {
				s.Fatal(err)
			}
		}
		leave()
		now.Add(days(7))
		if got := s.made(); len(got) != 0 {
			s.Fatalf("too soon: %v", got)
		}
		now.Add(days(90))
		if got := s.made(); len(got) != 3 || got[0][12:] != "récent 1" || got[1][12:] != "vieux 2" || got[2][12:] != "moyen 2" {
			s.Fatalf("%v", got)
		}
		leave()
		now.Add(days(120))
		if got := s.made(); len(got) != 1 || got[0][12:] != "récent 2" {
			s.Fatalf("more often than twice: %v", got)
		}
	})
}

// P3: what somebody plans, bins, takes back or pauses is respected, and a text of
// days that are over is not said again.
func TestAnEvergreenRespectsWhatPeopleDid(t *testing.T) {
	eachGarden(t, func(s *stage, now *atomic.Int64) {
		tips := s.category(Category{Name: "Conseils", Weight: 1})
		for day := time.Sunday; day <= time.Saturday; day++ {
			s.slot(s.chans[0], day, "09:00", tips)
		}
		s.room.Examiners = []Examiner{pastLook{}}
		taken, offer := s.past(tips, "repris", 300), s.past(tips, "offre passée", 290)
		s.past(tips, "droit fini", 280)
		s.past(tips, "bon", 100)
		if _, err := s.db.Exec(s.Context(), `UPDATE post SET badge = 'withdrawn' WHERE id = ?`, taken.ID); err != nil {
			s.Fatal(err)
		}
		s.evergreen(tips, 30, 5)
		mine := s.schedule(s.of(tips, "de ma main"), When{Wall: s.in(50 * time.Hour).Wall})
		if got := s.made(); len(got) != 1 {
			s.Fatalf("the queue was not empty: %v", got)
		}
		s.ok(s.room.Bin(s.Context(), s.claire, s.brand, mine.ID))
		if _, err := s.room.PauseCategory(s.Context(), s.claire, s.brand, tips, true); err != nil {
			s.Fatal(err)
		}
		if got := s.made(); len(got) != 0 {
			s.Fatalf("it is paused: %v", got)
		}
		if _, err := s.room.ResumeCategory(s.Context(), s.claire, s.brand, tips, ""); err != nil {
			s.Fatal(err)
		}
		if got := s.made(); len(got) != 1 || got[0] != "10-22T09:00 bon 1" {
			s.Fatalf("%v, and not %s", got, offer.Text)
		}
		for _, r := range s.all() {
			if r.Again == 1 {
				s.ok(s.room.Bin(s.Context(), s.claire, s.brand, r.ID))
			}
		}
		if got := s.made(); len(got) != 0 {
			s.Errorf("somebody binned it and it comes back: %v", got)
		}
		if _, err := s.room.SetEvergreen(s.Context(), s.claire, s.brand, tips, Evergreen{On: true, After: 0, Times: 1}); fault.Of(err) != fault.Invalid {
			s.Error(err)
		}
		stranger := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{id.New[id.Brand](): team.Community}}
		if _, err := s.room.SetEvergreen(s.Context(), stranger, s.brand, tips, Evergreen{On: true, After: 1, Times: 1}); fault.Of(err) != fault.NotFound {
			s.Error(err)
		}
	})
}

// pastLook finds what the pre-flight finds of days that are over.
type pastLook struct{}

func (pastLook) Examine(_ context.Context, _ sqldb.Q, s Subject) ([]Finding, error) {
	switch text := s.Content.Text(); {
	case text == "offre passée":
		return []Finding{{Rule: RulePast, Severity: network.Warn, Key: "preflight.past"}}, nil
	case text == "droit fini":
		return []Finding{{Rule: "rights.expired", Severity: network.Block, Key: "rights.expired"}}, nil
	case s.At.Day() == 21 && s.At.Month() == 10: // a silent day
		return []Finding{{Rule: "preflight.silent", Severity: network.Block, Key: "preflight.silent", Remedy: &Remedy{Do: "field", Field: "date"}}}, nil
	}
	return nil, nil
}

// Two nodes fill the same queue at once: each post once.
func TestTwoNodesFillAQueueOnce(t *testing.T) {
	eachGarden(t, func(s *stage, _ *atomic.Int64) {
		tips := s.category(Category{Name: "Conseils", Weight: 1})
		s.slot(s.chans[0], time.Wednesday, "09:00", tips)
		s.slot(s.chans[0], time.Friday, "09:00", tips)
		for _, text := range []string{"un", "deux", "trois"} {
			s.past(tips, text, 200)
		}
		s.evergreen(tips, 30, 5)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := s.room.RunEvergreen(s.Context()); err != nil {
					s.Error(err)
				}
			})
		}
		all.Wait()
		seen := map[string]int{}
		for _, r := range s.all() {
			if r.Again > 0 {
				seen[r.Title]++
				seen[r.Planned.Local]++
			}
		}
		for what, n := range seen {
			if n != 1 {
				s.Errorf("%s: %d times", what, n)
			}
		}
		if len(seen) == 0 {
			s.Error("nothing was made")
		}
	})
}

// P3: a pause holds what is planned, and says how much; what is to come leaves
// again at its hour, and what missed it is asked about.
func TestThePauseOfACategoryHoldsItsPosts(t *testing.T) {
	eachGarden(t, func(s *stage, now *atomic.Int64) {
		tips := s.category(Category{Name: "Conseils", Weight: 1})
		for day := time.Sunday; day <= time.Saturday; day++ {
			s.slot(s.chans[0], day, "09:00", tips)
		}
		early, later, other := s.enqueue(s.of(tips, "tôt")), s.schedule(s.of(tips, "tard", s.chans...), When{Wall: s.in(20 * 24 * time.Hour).Wall}), s.schedule(s.draft("autre"), When{Wall: s.in(30 * time.Hour).Wall})
		hold := func() Hold {
			h, err := s.room.HoldOf(s.Context(), s.claire, s.brand, tips)
			s.ok(err)
			return h
		}
		if h := hold(); h != (Hold{Planned: 2}) {
			s.Errorf("%+v", h)
		}
		pause := func() int {
			n, err := s.room.PauseCategory(s.Context(), s.claire, s.brand, tips, true)
			s.ok(err)
			return n
		}
		if n := pause(); n != 2 || s.state(early) != Frozen || s.state(later) != Frozen || s.state(other) != Planned {
			s.Errorf("%d held, %s, %s, %s", n, s.state(early), s.state(later), s.state(other))
		}
		if n := pause(); n != 0 {
			s.Errorf("the second time %d", n)
		}
		if h := hold(); h != (Hold{Held: 2}) {
			s.Errorf("%+v", h)
		}
		// A freeze that ends meanwhile frees nothing of it, and moving one keeps it.
		owner := s.claire
		owner.Roles = map[id.Brand]team.Role{s.brand: team.Owner}
		if _, err := s.room.Freeze(s.Context(), owner, s.brand, "x"); err != nil {
			s.Fatal(err)
		}
		if _, err := s.room.Thaw(s.Context(), owner, s.brand); err != nil {
			s.Fatal(err)
		}
		if _, err := s.room.MoveTo(s.Context(), s.claire, s.brand, Move{Post: later.ID, To: s.in(21 * 24 * time.Hour).Wall}); err != nil || s.state(later) != Frozen {
			s.Errorf("%v, it is %s", err, s.state(later))
		}
		// Neither the ordinary save nor the end of the category forgets them.
		if _, err := s.room.SaveCategory(s.Context(), s.claire, s.brand, Category{ID: tips, Name: "Conseils", Weight: 1}); fault.Of(err) != fault.Conflict {
			s.Error(err)
		}
		if err := s.room.RemoveCategory(s.Context(), s.claire, s.brand, tips); fault.Of(err) != fault.Conflict {
			s.Error(err)
		}
		now.Add(days(3))
		if h := hold(); h != (Hold{Held: 2, Late: 1}) {
			s.Errorf("%+v", h)
		}
		if _, err := s.room.ResumeCategory(s.Context(), s.claire, s.brand, tips, ""); fault.Of(err) != fault.Invalid || s.state(later) != Frozen {
			s.Errorf("%v: it went on without an answer", err)
		}
		r, err := s.room.ResumeCategory(s.Context(), s.claire, s.brand, tips, LateSlots)
		if err != nil || r.Freed != 1 || r.Moved != 1 || r.Drafts != 0 || r.Category.Paused {
			s.Fatalf("%+v %v", r, err)
		}
		if p := s.reread(early); s.state(early) != Planned || p.Planned.Local != "2026-10-24T09:00" || s.state(later) != Planned {
			s.Errorf("%s at %s, %s", s.state(early), p.Planned.Local, s.state(later))
		}
		for _, pub := range s.pubs(later) {
			if pub.State != Planned || pub.Problem != "" || !pub.NextAt.Equal(pub.DueAt) {
				s.Errorf("%+v", pub)
			}
		}
		// Again, and late ones become drafts.
		pause()
		now.Add(days(5))
		if r, err = s.room.ResumeCategory(s.Context(), s.claire, s.brand, tips, LateDrafts); err != nil || r.Drafts != 1 || r.Freed != 1 {
			s.Fatalf("%+v %v", r, err)
		}
		if p := s.reread(early); p.Badge != NoBadge {
			s.Errorf("%s", p.Badge)
		}
		if h := hold(); h.Held != 0 || h.Planned != 1 {
			s.Errorf("%+v", h)
		}
	})
}

// What waits for its readers waits for them again after a pause; nothing leaves
// that nobody approved.
func TestAPauseGivesNobodysApproval(t *testing.T) {
	eachGarden(t, func(s *stage, _ *atomic.Int64) {
		gate := &toldGate{clear: false}
		s.room.Gate = gate
		tips := s.category(Category{Name: "Conseils", Weight: 1})
		p := s.schedule(s.of(tips, "à lire"), When{Wall: s.in(80 * time.Hour).Wall})
		if s.state(p) != Pending {
			s.Fatal(s.state(p))
		}
		if n, err := s.room.PauseCategory(s.Context(), s.claire, s.brand, tips, true); err != nil || n != 1 || s.state(p) != Frozen {
			s.Fatal(n, err, s.state(p))
		}
		if _, err := s.room.ResumeCategory(s.Context(), s.claire, s.brand, tips, ""); err != nil || s.state(p) != Pending {
			s.Fatal(err, s.state(p))
		}
		if _, err := s.room.PauseCategory(s.Context(), s.claire, s.brand, tips, true); err != nil {
			s.Fatal(err)
		}
		gate.clear = true // she reads it while it is held
		s.ok(s.db.Write(s.Context(), func(tx *sqldb.Tx) error { return s.room.Recheck(s.Context(), tx, s.claire, s.brand, p.ID) }))
		if s.state(p) != Frozen {
			s.Fatalf("an approval let go what is held: %s", s.state(p))
		}
		if _, err := s.room.ResumeCategory(s.Context(), s.claire, s.brand, tips, ""); err != nil || s.state(p) != Planned {
			s.Error(err, s.state(p))
		}
	})
}

// toldGate clears what it is told to.
type toldGate struct{ clear bool }

func (g *toldGate) Ask(_ context.Context, _ *sqldb.Tx, _ team.Actor, q Question) (Answer, error) {
	out := Answer{Cleared: map[id.Channel]bool{}}
	for _, i := range q.Items {
		out.Cleared[i.Channel] = g.clear
	}
	return out, nil
}
