package publishing

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// readers is a gate that clears what it was told to, by hash.
type readers struct{ agreed map[string]bool }

func (r *readers) Ask(_ context.Context, _ *sqldb.Tx, _ team.Actor, q Question) (Answer, error) {
	out := Answer{Cleared: map[id.Channel]bool{}, Validation: ToReview}
	all := len(q.Items) > 0
	for _, it := range q.Items {
		out.Cleared[it.Channel] = r.agreed[it.Hash] && !it.Stale
		all = all && out.Cleared[it.Channel]
	}
	if all {
		out.Validation = Approved
	}
	return out, nil
}

func (s *stage) many(c Bulk, posts ...Post) BulkDone {
	s.Helper()
	done, err := s.room.EditMany(s.Context(), s.claire, s.brand, ids(posts), c, nil)
	if err != nil {
		s.Fatal(err)
	}
	return done
}

func ids(posts []Post) (out []id.Post) {
	for _, p := range posts {
		out = append(out, p.ID)
	}
	return out
}

func (s *stage) reread(p Post) Post {
	s.Helper()
	p, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
	if err != nil {
		s.Fatal(err)
	}
	return p
}

func why(list []BulkSpare, p Post) string {
	for _, l := range list {
		if l.Post == p.ID {
			return l.Why
		}
	}
	return ""
}

// P3: what is scheduled leaves with the new words; drafts say them; what has
// left is named and left; one undo gives all back what they said.
func TestManyPostsAreChangedAndGivenBack(t *testing.T) {
	each(t, func(s *stage) {
		draft := s.draft("Foire de printemps à Quimper")
		own := "La FOIRE DE PRINTEMPS !"
		planned := s.draft("Foire de printemps, jour 1", s.chans...)
		variants := []Variant{{Channel: s.chans[0]}, {Channel: s.chans[1], Text: &own}}
		planned, err := s.room.Save(s.Context(), s.claire, s.brand, planned.ID, planned.Version, Edit{Variants: &variants})
		s.ok(err)
		planned = s.schedule(planned, s.in(48*time.Hour))
		other := s.draft("Rien à voir")
		manager := team.Actor{Person: s.claire.Person, Roles: map[id.Brand]team.Role{s.brand: team.Manager}}
		past := "Foire de printemps d’hier"
		sent, err := s.room.Record(s.Context(), manager, s.brand, Past{Edit: Edit{Text: &past}, At: s.db.Now().Add(-26 * time.Hour),
			Places: []Place{{Channel: s.chans[0], Sent: []SentPart{{Ref: "r", URL: "https://net.example/r"}}}}})
		s.ok(err)
		c := Bulk{Find: "foire de printemps", With: "Fête des galettes", AddLabels: []string{"fête"}}
		plan, err := s.room.PlanBulk(s.Context(), s.claire, s.brand, ids([]Post{draft, planned, other, sent[0]}), Bulk{Find: c.Find, With: c.With})
		if err != nil || len(plan) != 4 || plan[0].Renews || !plan[1].Renews || len(plan[1].Texts) != 2 || plan[2].Left != leftSame || plan[3].Left != leftGone {
			t.Fatalf("%+v %v", plan, err)
		}
		if got := s.reread(planned); got.Version != planned.Version {
			t.Fatal("a look changed a post")
		}
		done := s.many(c, draft, planned, other, sent[0])
		if len(done.Posts) != 3 || why(done.Left, sent[0]) != leftGone {
			t.Fatalf("%+v", done)
		}
		if got := s.reread(draft); got.Text != "Fête des galettes à Quimper" || !slices.Equal(got.Labels, []string{"fête"}) || got.Version != draft.Version+1 {
			t.Errorf("%+v", got)
		}
		got := s.reread(planned)
		if got.Badge != Scheduled || got.Changed || got.Planned != planned.Planned {
			t.Errorf("%+v", got)
		}
		var said []string
		for _, o := range s.pubs(planned) {
			said = append(said, o.Content.Text())
		}
		slices.Sort(said)
		if strings.Join(said, " | ") != "Fête des galettes, jour 1 | La Fête des galettes !" {
			t.Error("what would leave: ", said)
		}
		if got := s.reread(other); got.Text != "Rien à voir" || len(got.Labels) != 1 {
			t.Errorf("%+v", got)
		}
		back, err := s.room.UndoBulk(s.Context(), s.claire, s.brand, done.ID)
		if err != nil || len(back.Kept) != 0 {
			t.Fatal(back, err)
		}
		for _, p := range []Post{draft, planned, other} {
			got := s.reread(p)
			if got.Text != p.Text || len(got.Labels) != 0 || got.Badge != p.Badge || got.Changed || saysElse(p, got) {
				t.Errorf("%+v is not %+v", got, p)
			}
		}
		for _, o := range s.pubs(planned) {
			if strings.Contains(o.Content.Text(), "galettes") {
				t.Error("the new words would leave after the undo")
			}
		}
		if _, err := s.room.UndoBulk(s.Context(), s.claire, s.brand, done.ID); fault.Of(err) != fault.Conflict {
			t.Error("undone twice", err)
		}
	})
}

// P5: who approved words is asked again about the new ones, and nothing of them
// leaves before; given back, the approval stands again.
func TestAChangeOfManyPostsVoidsTheirApprovals(t *testing.T) {
	each(t, func(s *stage) {
		gate := &readers{agreed: map[string]bool{}}
		s.room.Gate = gate
		p := s.schedule(s.draft("Nos sablés"), s.in(48*time.Hour))
		gate.agreed[s.pubs(p)[0].Hash] = true
		s.ok(s.db.Write(s.Context(), func(tx *sqldb.Tx) error { return s.room.Recheck(s.Context(), tx, s.claire, s.brand) }))
		if p = s.reread(p); p.Validation != Approved || s.state(p) != Planned {
			t.Fatal(p.Validation, s.state(p))
		}
		labelled := s.many(Bulk{AddLabels: []string{"biscuits"}}, p)
		if got := s.reread(p); got.Validation != Approved || got.Changed || s.state(p) != Planned {
			t.Error("a label voided an approval", got.Validation)
		}
		done := s.many(Bulk{Find: "sablés", With: "palets"}, p)
		if got := s.reread(p); got.Validation != ToReview || s.state(p) != Pending || s.pubs(p)[0].Cleared != "" {
			t.Error(got.Validation, s.state(p))
		}
		if _, err := s.room.UndoBulk(s.Context(), s.claire, s.brand, done.ID); err != nil {
			t.Fatal(err)
		}
		if got := s.reread(p); got.Validation != Approved || s.state(p) != Planned || got.Text != "Nos sablés" {
			t.Error(got.Validation, s.state(p), got.Text)
		}
		if kept, err := s.room.UndoBulk(s.Context(), s.claire, s.brand, labelled.ID); err != nil || why(kept.Kept, p) != leftChanged {
			t.Error("an older change was undone over a newer one", kept, err)
		}
	})
}

// What was edited since it was scheduled stays so: the words that leave are
// those that somebody scheduled, until somebody does it again. What was saved since it was looked at, what
// would not fit and what would go nowhere are left.
func TestWhatMayNotChangeIsLeftAndNamed(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("Court"), s.in(48*time.Hour))
		edited := "Court, remanié"
		p, err := s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Text: &edited})
		s.ok(err)
		done := s.many(Bulk{Find: "court", With: "Bref"}, p)
		if len(done.Posts) != 1 || done.Posts[0].Renewed {
			t.Fatal(done)
		}
		if got := s.reread(p); !got.Changed || got.Text != "Bref, remanié" || s.pubs(p)[0].Content.Text() != "Court" {
			t.Error("an edit that nobody scheduled is scheduled", got.Changed, s.pubs(p)[0].Content.Text())
		}
		_, err = s.room.UndoBulk(s.Context(), s.claire, s.brand, done.ID)
		s.ok(err)
		if got := s.reread(p); !got.Changed || got.Text != edited {
			t.Error(got)
		}
		p = s.schedule(s.reread(p), s.in(48*time.Hour))
		if done := s.many(Bulk{Find: "court", With: strings.Repeat("long ", 100)}, p); why(done.Left, p) != leftBlocked || done.ID != "" {
			t.Errorf("%+v", done)
		}
		if done := s.many(Bulk{DropChannels: s.chans}, p); why(done.Left, p) != leftNowhere {
			t.Errorf("%+v", done)
		}
		seen, err := s.room.EditMany(s.Context(), s.claire, s.brand, []id.Post{p.ID}, Bulk{AddLabels: []string{"x"}}, map[id.Post]int64{p.ID: 1})
		if err != nil || why(seen.Left, p) != leftChanged {
			t.Error(seen, err)
		}
		if done := s.many(Bulk{AddChannels: s.chans}, p); len(done.Posts) != 1 || len(s.pubs(p)) != 2 {
			t.Errorf("%+v", done)
		}
		s.ok(s.room.Bin(s.Context(), s.claire, s.brand, p.ID))
		if done := s.many(Bulk{AddLabels: []string{"x"}}, p); why(done.Left, p) != leftBinned {
			t.Errorf("%+v", done)
		}
		for _, c := range []Bulk{{}, {Campaign: new(id.New[id.Campaign]())}} {
			if _, err := s.room.PlanBulk(s.Context(), s.claire, s.brand, []id.Post{p.ID}, c); fault.Of(err) != fault.Invalid {
				t.Error(err)
			}
		}
		if _, err := s.room.PlanBulk(s.Context(), s.claire, s.brand, []id.Post{id.New[id.Post]()}, Bulk{Find: "x"}); fault.Of(err) != fault.NotFound {
			t.Error(err)
		}
	})
}

// What one types finds what typography made of it; links keep their letters.
func TestWordsAreFoundAsTypedAndLinksKeepTheirs(t *testing.T) {
	for _, c := range []struct {
		c        Bulk
		in, want string
	}{
		{Bulk{Find: "l'atelier", With: "la fabrique"}, "Visitez L’Atelier !", "Visitez la fabrique !"},
		{Bulk{Find: "l'atelier", With: "la fabrique", Exact: true}, "Visitez L’Atelier !", "Visitez L’Atelier !"},
		{Bulk{Find: "Noël !", With: "Pâques !"}, "Joyeux Noël\u202f! Noël\u00a0!", "Joyeux Pâques ! Pâques !"},
		{Bulk{Find: "an", With: "mois", Whole: true}, "un an, mille ans, Jan", "un mois, mille ans, Jan"},
		{Bulk{Find: "kerlann", With: "Roz"}, "Kerlann : https://kerlann.example/a @kerlann contact@kerlann.example\nKerlann", "Roz : https://kerlann.example/a @kerlann contact@kerlann.example\nRoz"},
		{Bulk{Find: "kerlann.example/a", With: "roz.example"}, "voir https://kerlann.example/a", "voir https://roz.example"},
		{Bulk{Find: "aa", With: "a"}, "aaaa aaa", "aa aa"},
		{Bulk{Find: " bis", With: ""}, "un bis deux", "un deux"},
	} {
		if got, _ := c.c.replace(c.in); got != c.want {
			t.Errorf("%+v in %q: %q", c.c, c.in, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("abAB ’'é!\u202f\n😀@:/."))).Draw(t, "text")
		c := Bulk{Find: rapid.StringOfN(rapid.SampledFrom([]rune("abA 'é")), 1, 3, -1).Draw(t, "find"), With: rapid.SampledFrom([]string{"", "x", "ab"}).Draw(t, "with"), Exact: rapid.Bool().Draw(t, "exact"), Whole: rapid.Bool().Draw(t, "whole")}
		after, cuts := c.replace(text)
		var was, is strings.Builder
		for _, k := range cuts {
			was.WriteString(k.Same + k.Old)
			is.WriteString(k.Same + k.New)
		}
		if len(cuts) > 0 && (was.String() != text || is.String() != after) || len(cuts) == 0 && after != text {
			t.Fatalf("%q became %q by %+v", text, after, cuts)
		}
	})
}

// P3: find-and-replace reaches the alternative texts when it is asked to, those of
// a channel's own pictures too, and the undo gives them back.
func TestWordsAreReplacedInAlternativeTexts(t *testing.T) {
	each(t, func(s *stage) {
		m := id.New[id.Media]()
		s.media[m] = MediaInfo{ID: m, Ready: true}
		text, own := "Le pain du marché", []MediaRef{{ID: m, Alt: "Un étal du marché, de près"}}
		p, err := s.room.Create(s.Context(), s.claire, s.brand, Edit{Text: &text, Media: &[]MediaRef{{ID: m, Alt: "Un étal du marché"}}, Variants: &[]Variant{{Channel: s.chans[0]}, {Channel: s.chans[1], Media: &own}}})
		s.ok(err)
		p = s.schedule(p, s.in(50*time.Hour))
		done := s.many(Bulk{Find: "marché", With: "jeudi"}, p)
		if q := s.reread(p); len(done.Posts) != 1 || q.Text != "Le pain du jeudi" || q.Media[0].Alt != "Un étal du marché" {
			s.Fatalf("%+v", q)
		}
		plan, err := s.room.PlanBulk(s.Context(), s.claire, s.brand, []id.Post{p.ID}, Bulk{Find: "marché", With: "jeudi", Alts: true})
		s.ok(err)
		if t := plan[0].Texts; len(t) != 2 || t[0].Place != "alt" || t[0].Media != m || t[1].Channel != s.chans[1] || !plan[0].Renews {
			s.Fatalf("%+v", plan[0])
		}
		done = s.many(Bulk{Find: "marché", With: "jeudi", Alts: true}, p)
		if q := s.reread(p); q.Media[0].Alt != "Un étal du jeudi" || (*q.Variants[1].Media)[0].Alt != "Un étal du jeudi, de près" {
			s.Fatalf("%+v", q)
		}
		for _, pub := range s.pubs(p) {
			if alt := pub.Content.Media()[0].Alt; !strings.Contains(alt, "jeudi") || pub.State != Planned {
				s.Errorf("what leaves says %q, %s", alt, pub.State)
			}
		}
		if _, err := s.room.UndoBulk(s.Context(), s.claire, s.brand, done.ID); err != nil {
			s.Fatal(err)
		}
		if q := s.reread(p); q.Media[0].Alt != "Un étal du marché" || (*q.Variants[1].Media)[0].Alt != "Un étal du marché, de près" {
			s.Errorf("%+v", q)
		}
	})
}
