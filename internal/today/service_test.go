package today_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/platform/logbook"
	"vigie/internal/team"
	"vigie/internal/today"
)

// stage is two brands and what the other rooms say of them.
type stage struct {
	*testing.T
	posts    map[id.Brand][]today.Post
	drafts   map[id.Brand][]today.Post
	troubles map[id.Brand][]today.Trouble
	sent     map[id.Brand][]today.Sent
	freezes  map[id.Brand][]today.Freeze
	hands    map[id.Brand][]today.Hand
	channels map[id.Brand][]channel.Channel
	acts     map[id.Brand][]logbook.Record
	kerlann  brand.Brand
	rives    brand.Brand
	claire   team.Actor
	yann     id.Person
	now      time.Time
}

func newStage(t *testing.T) *stage {
	s := &stage{T: t, posts: map[id.Brand][]today.Post{}, drafts: map[id.Brand][]today.Post{}, troubles: map[id.Brand][]today.Trouble{}, sent: map[id.Brand][]today.Sent{},
		freezes: map[id.Brand][]today.Freeze{}, channels: map[id.Brand][]channel.Channel{}, acts: map[id.Brand][]logbook.Record{},
		kerlann: brand.Brand{ID: id.New[id.Brand](), Name: "Kerlann", Zone: "Europe/Paris"}, rives: brand.Brand{ID: id.New[id.Brand](), Name: "Rives", Zone: "Europe/Paris"},
		yann: id.New[id.Person](), now: time.Date(2026, 11, 10, 9, 42, 0, 0, time.UTC)} // 10:42 in Paris
	s.claire = team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.kerlann.ID: team.Owner, s.rives.ID: team.Community}}
	return s
}

func (s *stage) room() *today.Service {
	return today.New(today.Needs{Posts: s, Channels: desk{s}, Logbook: s, Now: func() time.Time { return s.now },
		Brands: func(_ context.Context, a team.Actor) (out []brand.Brand, _ error) {
			for _, b := range []brand.Brand{s.kerlann, s.rives} {
				if a.May(b.ID, team.SeeBrand) {
					out = append(out, b)
				}
			}
			return out, nil
		},
		Names: func(context.Context, team.Actor, id.Brand) (map[id.Person]string, error) {
			return map[id.Person]string{s.claire.Person: "Claire", s.yann: "Yann"}, nil
		}})
}

func (s *stage) of(b brand.Brand, a team.Actor) today.Day {
	s.Helper()
	d, err := s.room().Of(s.Context(), a, b)
	if err != nil {
		s.Fatal(err)
	}
	return d
}

func (s *stage) Between(_ context.Context, _ team.Actor, b id.Brand, from, to time.Time, _ int) (out []today.Post, _ error) {
	for _, p := range s.posts[b] {
		if !p.At.Before(from) && p.At.Before(to) {
			out = append(out, p)
		}
	}
	return out, nil
}
func (s *stage) Drafts(_ context.Context, _ team.Actor, b id.Brand, _ int) ([]today.Post, error) {
	return s.drafts[b], nil
}
func (s *stage) Any(_ context.Context, _ team.Actor, b id.Brand) (bool, error) {
	return len(s.posts[b])+len(s.drafts[b]) > 0, nil
}
func (s *stage) Troubles(_ context.Context, _ team.Actor, b id.Brand, _ time.Time, _ int) ([]today.Trouble, error) {
	return s.troubles[b], nil
}
func (s *stage) Hands(_ context.Context, _ team.Actor, b id.Brand, _ int) ([]today.Hand, error) {
	return s.hands[b], nil
}
func (s *stage) Sent(_ context.Context, _ team.Actor, b id.Brand, from, to time.Time, _ int) (out []today.Sent, _ error) {
	for _, x := range s.sent[b] {
		if !x.At.Before(from) && x.At.Before(to) {
			out = append(out, x)
		}
	}
	return out, nil
}
func (s *stage) Freezes(_ context.Context, _ team.Actor, b id.Brand) ([]today.Freeze, error) {
	return s.freezes[b], nil
}
func (s *stage) Acts(_ context.Context, b id.Brand, from, to time.Time, _ []string, _ int) (out []logbook.Record, _ error) {
	for _, r := range s.acts[b] {
		if !r.At.Before(from) && r.At.Before(to) {
			out = append(out, r)
		}
	}
	return out, nil
}

type desk struct{ s *stage }

func (d desk) List(_ context.Context, _ team.Actor, b id.Brand) ([]channel.Channel, error) {
	return d.s.channels[b], nil
}

// at is an hour of the day in Paris; -1 is the day before.
func at(day, hour, minute int) time.Time {
	return time.Date(2026, 11, 10+day, hour-1, minute, 0, 0, time.UTC)
}

func post(title string, at time.Time, badge string) today.Post {
	return today.Post{ID: id.New[id.Post](), Title: title, At: at, Badge: badge, Validation: "approved"}
}

func titles[T any](list []T, of func(T) string) (out []string) {
	for _, x := range list {
		out = append(out, of(x))
	}
	return out
}

func of(p today.Post) string { return p.Title }

// T1: one page says what leaves, over one brand or all, in the order of the day.
func TestTheDayIsInOneOrderOverAllBrands(t *testing.T) {
	s := newStage(t)
	s.posts[s.kerlann.ID] = []today.Post{post("midi", at(0, 12, 15), "scheduled"), post("brouillon", at(0, 13, 0), ""), post("demain", at(1, 9, 0), "scheduled")}
	s.posts[s.rives.ID] = []today.Post{post("une", at(0, 7, 30), "sent"), post("hier", at(-1, 23, 59), "sent"), post("minuit", at(0, 0, 0), "sent")}
	d := s.of(s.kerlann, s.claire)
	if got := titles(d.Leaves, of); !slices.Equal(got, []string{"midi"}) || d.Coming() != 1 {
		t.Errorf("%v, %d coming", got, d.Coming())
	}
	d, err := s.room().All(t.Context(), s.claire, "Europe/Paris")
	if diff := cmp.Diff([]string{"minuit", "une", "midi"}, titles(d.Leaves, of)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestWhatWaitsForSomebodyIsCountedOnce(t *testing.T) {
	s := newStage(t)
	b := s.kerlann.ID
	failed := post("ratée", at(0, 8, 0), "partial")
	s.posts[b] = []today.Post{failed}
	for range 2 { // on two channels: one post to mend
		s.troubles[b] = append(s.troubles[b], today.Trouble{Publication: id.New[id.Publication](), Brand: b, Post: failed.ID, State: "failed", DueAt: failed.At})
	}
	s.channels[b] = []channel.Channel{
		{ID: id.New[id.Channel](), Brand: b, Handle: "bientôt", Health: channel.Expiring, Expires: at(3, 9, 0)},
		{ID: id.New[id.Channel](), Brand: b, Handle: "fini", Health: channel.SignedOut},
		{ID: id.New[id.Channel](), Brand: b, Handle: "bien", Health: channel.Working},
	}
	s.drafts[b] = []today.Post{{Title: "vieux", Edited: at(-9, 9, 0)}, {Title: "oublié", Edited: at(-20, 9, 0)}, {Title: "ce soir", At: at(0, 18, 0)}, {Title: "demain", At: at(1, 9, 0)}}
	d := s.of(s.kerlann, s.claire)
	if d.Needs != 4 || d.Waiting != 4 {
		t.Errorf("%d needs, %d drafts", d.Needs, d.Waiting)
	}
	if d.Leaves[0].Trouble == nil {
		t.Error("the post does not say what is wrong with it")
	}
	if diff := cmp.Diff([]string{"fini", "bientôt"}, titles(d.Accesses, func(c channel.Channel) string { return c.Handle })); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"ce soir", "demain", "oublié", "vieux"}, titles(d.Drafts, of)); diff != "" {
		t.Error(diff)
	}
	if n, err := s.room().Count(t.Context(), s.claire, s.kerlann); n != d.Needs || err != nil {
		t.Errorf("the rail says %d: %v", n, err)
	}
}

// A client reads what is planned; she is asked to mend nothing and sees no
// draft and no logbook.
func TestAClientIsShownHerDayAndNoMore(t *testing.T) {
	s := newStage(t)
	b := s.kerlann.ID
	client := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{b: team.Client}}
	s.posts[b] = []today.Post{post("midi", at(0, 12, 15), "scheduled")}
	s.drafts[b] = []today.Post{{Title: "secret"}}
	s.troubles[b] = []today.Trouble{{State: "failed", DueAt: at(0, 8, 0)}}
	s.acts[b] = []logbook.Record{act("freeze.opened", at(-1, 22, 40), s.yann, nil)}
	d := s.of(s.kerlann, client)
	if len(d.Leaves) != 1 || len(d.Drafts)+len(d.Troubles)+len(d.Night)+d.Needs != 0 || d.First != nil || len(d.Names) != 0 {
		t.Errorf("%+v", d)
	}
	if _, err := s.room().Of(t.Context(), client, s.rives); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger: %v", err)
	}
}

func act(name string, at time.Time, who id.Person, data map[string]any) logbook.Record {
	b, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	r := logbook.Record{Act: name, At: at, Data: b, Actor: logbook.Actor{Kind: logbook.Program, ID: "clock"}}
	if who != "" {
		r.Actor = logbook.Actor{Kind: logbook.Person, ID: string(who)}
	}
	return r
}

func TestTheNightTellsWhatOthersAndTheProgramDid(t *testing.T) {
	s := newStage(t)
	b := s.kerlann.ID
	tokyo, late := id.New[id.Post](), id.New[id.Post]()
	one, two := id.New[id.Channel](), id.New[id.Channel]()
	s.sent[b] = []today.Sent{
		{Post: tokyo, Title: "Tokyo", Channel: one, DueAt: at(0, 2, 30), At: at(0, 2, 30)}, {Post: tokyo, Title: "Tokyo", Channel: two, DueAt: at(0, 2, 30), At: at(0, 2, 31)},
		{Post: late, Title: "Retard", Channel: one, DueAt: at(0, 4, 0), At: at(0, 4, 12)}, {Post: id.New[id.Post](), Title: "Matin", Channel: one, DueAt: at(0, 8, 0), At: at(0, 8, 0)},
	}
	s.acts[b] = []logbook.Record{
		act("freeze.opened", at(-1, 22, 40), s.yann, map[string]any{"reason": "x"}),
		act("post.scheduled", at(-1, 21, 0), s.yann, map[string]any{"version": 2}),
		act("post.scheduled", at(-1, 21, 5), s.yann, map[string]any{"version": 2}),
		act("post.scheduled", at(-1, 21, 6), s.claire.Person, map[string]any{"version": 2}),
		act("publication.failed", at(0, 3, 0), "", map[string]any{"imported": true, "post": tokyo}),
		act("publication.unknown", at(0, 3, 5), "", map[string]any{"post": tokyo, "channel": one}),
	}
	d := s.of(s.kerlann, s.claire)
	want := []today.Happening{
		{At: at(-1, 21, 0), Brand: b, What: today.Planned, Who: s.yann, N: 2},
		{At: at(-1, 22, 40), Brand: b, What: today.Froze, Who: s.yann},
		{At: at(0, 2, 30), Brand: b, What: today.Left, Title: "Tokyo", Post: tokyo, Channels: []id.Channel{one, two}},
		{At: at(0, 3, 5), Brand: b, What: today.Doubt, Title: "Tokyo", Post: tokyo, Channels: []id.Channel{one}},
		{At: at(0, 4, 12), Brand: b, What: today.LeftLate, Title: "Retard", Post: late, Channels: []id.Channel{one}, Late: 12 * time.Minute},
	}
	if diff := cmp.Diff(want, d.Night); diff != "" {
		t.Error(diff)
	}
}

func TestANewBrandIsShownItsFirstStepsUntilTheyAreDone(t *testing.T) {
	s := newStage(t)
	b := s.kerlann.ID
	if f := s.of(s.kerlann, s.claire).First; f == nil || f.Channel || f.Post || !f.Team {
		t.Errorf("%+v", f)
	}
	s.channels[b] = []channel.Channel{{ID: id.New[id.Channel](), Brand: b, Health: channel.Working}}
	if f := s.of(s.kerlann, s.claire).First; f == nil || !f.Channel || f.Post {
		t.Errorf("%+v", f)
	}
	s.drafts[b] = []today.Post{{Title: "un"}}
	if f := s.of(s.kerlann, s.claire).First; f != nil {
		t.Errorf("%+v", f)
	}
}

// The two days of the year that are not 24 hours long are whole all the same.
func TestADayOfTwentyThreeHoursIsADay(t *testing.T) {
	s := newStage(t)
	s.now = time.Date(2026, 3, 29, 9, 0, 0, 0, time.UTC)
	d := s.of(s.kerlann, s.claire)
	if d.To.Sub(d.From) != 23*time.Hour || d.NightTo.Sub(d.NightFrom) != 10*time.Hour {
		t.Errorf("%v to %v, night %v to %v", d.From, d.To, d.NightFrom, d.NightTo)
	}
}
