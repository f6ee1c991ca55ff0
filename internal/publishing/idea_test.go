package publishing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

func (s *stage) idea(words string) Idea {
	s.Helper()
	i, err := s.room.AddIdea(s.Context(), s.claire, s.brand, "", IdeaEdit{Words: &words})
	if err != nil {
		s.Fatal(err)
	}
	return i
}

// board is the words of every idea of a column, in their order.
func (s *stage) board(state IdeaState) string {
	s.Helper()
	all, err := s.room.Ideas(s.Context(), s.claire, s.brand, IdeaFilter{State: state})
	if err != nil {
		s.Fatal(err)
	}
	var out []string
	for _, i := range all {
		out = append(out, i.Words)
	}
	return strings.Join(out, ", ")
}

func (s *stage) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// P3: ideas stand in columns in an order of their own, are found again whatever
// the accents, and one removed can be taken back.
func TestIdeasStandInTheirColumnsInOrder(t *testing.T) {
	each(t, func(s *stage) {
		a, b, c := s.idea("Sablés"), s.idea("Kouign-amann"), s.idea("  Été   à la  ferme ")
		if got := s.board(IdeaNew); got != "Été à la ferme, Kouign-amann, Sablés" {
			t.Fatal(got)
		}
		_, err := s.room.MoveIdea(s.Context(), s.claire, s.brand, c.ID, IdeaNew, "")
		s.ok(err)
		_, err = s.room.MoveIdea(s.Context(), s.claire, s.brand, a.ID, IdeaNew, b.ID)
		s.ok(err)
		if got := s.board(IdeaNew); got != "Sablés, Kouign-amann, Été à la ferme" {
			t.Fatal(got)
		}
		was, err := s.room.MoveIdea(s.Context(), s.claire, s.brand, b.ID, IdeaToWrite, "")
		if err != nil || was.State != IdeaNew {
			t.Fatal(was, err)
		}
		if got := s.board(IdeaToWrite); got != "Kouign-amann" {
			t.Error(got)
		}
		found, err := s.room.Ideas(s.Context(), s.claire, s.brand, IdeaFilter{Text: "ETE A"})
		if err != nil || len(found) != 1 || found[0].ID != c.ID {
			t.Error(found, err)
		}
		s.ok(s.room.RemoveIdea(s.Context(), s.claire, s.brand, a.ID))
		s.ok(s.room.RemoveIdea(s.Context(), s.claire, s.brand, a.ID))
		if got := s.board(IdeaNew); got != "Été à la ferme" {
			t.Error(got)
		}
		s.ok(s.room.RestoreIdea(s.Context(), s.claire, s.brand, a.ID))
		if got := s.board(IdeaNew); got != "Sablés, Été à la ferme" {
			t.Error(got)
		}
		words, link, labels := "Sablés d’été", "https://kerlann.example/sables", []string{"recette", "Recette"}
		v, err := s.room.Idea(s.Context(), s.claire, s.brand, a.ID)
		s.ok(err)
		v, err = s.room.ChangeIdea(s.Context(), s.claire, s.brand, a.ID, v.Version, IdeaEdit{Words: &words, Link: &link, Labels: &labels})
		if err != nil || v.Words != words || !slices.Equal(v.Labels, []string{"recette"}) {
			t.Error(v, err)
		}
		if _, err := s.room.ChangeIdea(s.Context(), s.claire, s.brand, a.ID, v.Version-1, IdeaEdit{Words: &words}); fault.Of(err) != fault.Conflict {
			t.Error("a later change silently won", err)
		}
		nothing, bad := " ", "javascript:alert(1)"
		for _, e := range []IdeaEdit{{Words: &nothing}, {Words: &words, Link: &bad}} {
			if _, err := s.room.AddIdea(s.Context(), s.claire, s.brand, "", e); fault.Of(err) != fault.Invalid {
				t.Errorf("taken: %v", err)
			}
		}
		client := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.brand: team.Client}}
		if _, err := s.room.Ideas(s.Context(), client, s.brand, IdeaFilter{}); fault.Of(err) != fault.Forbidden {
			t.Error("a client reads ideas", err)
		}
		stranger := team.Actor{Person: id.New[id.Person]()}
		if err := s.room.RemoveIdea(s.Context(), stranger, s.brand, a.ID); fault.Of(err) != fault.NotFound {
			t.Error(err)
		}
	})
}

// P3: a post made of an idea says its words, carries its labels, and names it;
// nothing leaves before somebody schedules it. Undone, the idea is to write.
func TestAnIdeaBecomesAPostAndBack(t *testing.T) {
	each(t, func(s *stage) {
		i := s.idea("Le beurre salé, pourquoi ?")
		link, labels, note := "https://kerlann.example", []string{"coulisses"}, "demander à Yann"
		i, err := s.room.ChangeIdea(s.Context(), s.claire, s.brand, i.ID, i.Version, IdeaEdit{Link: &link, Labels: &labels, Note: &note})
		s.ok(err)
		p, err := s.room.WriteIdea(s.Context(), s.claire, s.brand, i.ID, "")
		s.ok(err)
		p, err = s.room.Get(s.Context(), s.claire, s.brand, p.ID)
		s.ok(err)
		if p.Text != "Le beurre salé, pourquoi ?\n\nhttps://kerlann.example" || len(p.Variants) != 2 || p.Badge != NoBadge || !slices.Equal(p.Labels, labels) || strings.Contains(p.Text, "Yann") {
			t.Errorf("%+v", p)
		}
		if n, _ := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM publication`); n != 0 {
			t.Error("an idea is in the ledger")
		}
		of, err := s.room.IdeaOf(s.Context(), s.claire, s.brand, p.ID)
		if err != nil || of == nil || of.ID != i.ID || of.State != IdeaWritten {
			t.Error(of, err)
		}
		if v, err := s.room.Idea(s.Context(), s.claire, s.brand, i.ID); err != nil || len(v.Posts) != 1 || v.Posts[0].ID != p.ID {
			t.Error(v, err)
		}
		s.ok(s.room.UnwriteIdea(s.Context(), s.claire, s.brand, i.ID, p.ID))
		s.ok(s.room.UnwriteIdea(s.Context(), s.claire, s.brand, i.ID, p.ID))
		if got := s.board(IdeaToWrite); got != "Le beurre salé, pourquoi ?" {
			t.Error(got)
		}
		if p, _ = s.room.Get(s.Context(), s.claire, s.brand, p.ID); p.Binned.IsZero() {
			t.Error("its post stands")
		}
	})
}

// P3: a template keeps what a post says, makes others, and is no post's master.
func TestATemplateBeginsOtherPosts(t *testing.T) {
	each(t, func(s *stage) {
		p := s.draft("Le mot du lundi", s.chans...)
		own, labels := "Le mot du lundi, en bref", []string{"rendez-vous"}
		variants := []Variant{{Channel: s.chans[0]}, {Channel: s.chans[1], Text: &own}}
		p, err := s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Variants: &variants, Labels: &labels})
		s.ok(err)
		v, err := s.room.MakeTemplate(s.Context(), s.claire, s.brand, p.ID, "  Lundi ")
		if err != nil || v.Name != "Lundi" {
			t.Fatal(v, err)
		}
		if _, err := s.room.MakeTemplate(s.Context(), s.claire, s.brand, p.ID, " "); fault.Of(err) != fault.Invalid {
			t.Error(err)
		}
		made, err := s.room.UseTemplate(s.Context(), s.claire, s.brand, v.ID)
		s.ok(err)
		made, err = s.room.Get(s.Context(), s.claire, s.brand, made.ID)
		s.ok(err)
		if made.Text != p.Text || *made.Variants[1].Text != own || !slices.Equal(made.Labels, labels) || made.Variants[0].ID == p.Variants[0].ID || !made.At.IsZero() {
			t.Errorf("%+v", made)
		}
		text := "Le mot du mardi"
		v, err = s.room.ChangeTemplate(s.Context(), s.claire, s.brand, v.ID, v.Version, "Mardi", Edit{Text: &text})
		s.ok(err)
		if again, _ := s.room.Get(s.Context(), s.claire, s.brand, made.ID); again.Text != p.Text {
			t.Error("a change of the template changed a post")
		}
		if _, err := s.room.ChangeTemplate(s.Context(), s.claire, s.brand, v.ID, v.Version-1, "Jeudi", Edit{}); fault.Of(err) != fault.Conflict {
			t.Error(err)
		}
		// A channel that is gone is left out.
		delete(s.door.channels, s.chans[0])
		i := s.idea("Une idée")
		made, err = s.room.WriteIdea(s.Context(), s.claire, s.brand, i.ID, v.ID)
		if err != nil || made.Text != "Une idée\n\nLe mot du mardi" || len(made.Variants) != 1 {
			t.Error(made, err)
		}
		s.ok(s.room.RemoveTemplate(s.Context(), s.claire, s.brand, v.ID))
		if all, err := s.room.Templates(s.Context(), s.claire, s.brand); err != nil || len(all) != 0 {
			t.Error(all, err)
		}
		if _, err := s.room.UseTemplate(s.Context(), s.claire, s.brand, v.ID); fault.Of(err) != fault.NotFound {
			t.Error(err)
		}
		s.ok(s.room.RestoreTemplate(s.Context(), s.claire, s.brand, v.ID))
		if all, err := s.room.Templates(s.Context(), s.claire, s.brand); err != nil || len(all) != 1 || all[0].Name != "Mardi" {
			t.Error(all, err)
		}
	})
}

// What was removed is erased when it can no more be taken back.
func TestTheBinOfIdeasIsEmptied(t *testing.T) {
	each(t, func(s *stage) {
		kept, old := s.idea("Reste"), s.idea("Part")
		s.ok(s.room.RemoveIdea(s.Context(), s.claire, s.brand, kept.ID))
		s.ok(s.room.RemoveIdea(s.Context(), s.claire, s.brand, old.ID))
		_, err := s.db.Exec(s.Context(), `UPDATE idea SET removed_at = ? WHERE id = ?`, sqldb.At(s.db.Now().Add(-RemovedKept-time.Minute)), old.ID)
		s.ok(err)
		s.ok(s.room.EmptyBin(s.Context()))
		if _, err := s.room.Idea(s.Context(), s.claire, s.brand, old.ID); fault.Of(err) != fault.NotFound {
			t.Error(err)
		}
		if _, err := s.room.Idea(s.Context(), s.claire, s.brand, kept.ID); err != nil {
			t.Error(err)
		}
	})
}
