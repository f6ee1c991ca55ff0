package publishing

import (
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/team"
)

func TestTheLibraryKnowsHowOftenAMediaIsShown(t *testing.T) {
	each(t, func(s *stage) {
		twice, binned, never := id.New[id.Media](), id.New[id.Media](), id.New[id.Media]()
		show := func(m id.Media) Post {
			p := s.draft("x")
			refs := []MediaRef{{ID: m}}
			p, err := s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Media: &refs})
			if err != nil {
				s.Fatal(err)
			}
			return p
		}
		show(twice)
		show(twice)
		if err := s.room.Bin(s.Context(), s.claire, s.brand, show(binned).ID); err != nil {
			s.Fatal(err)
		}
		got, err := s.room.CountUses(s.Context(), s.brand, []id.Media{twice, binned, never})
		if err != nil || len(got) != 2 || got[twice] != 2 || got[binned] != 1 {
			s.Errorf("%v %v", got, err)
		}
		if got, err = s.room.CountUses(s.Context(), id.New[id.Brand](), []id.Media{twice}); err != nil || len(got) != 0 {
			s.Errorf("another brand's: %v %v", got, err) // P1
		}
	})
}

// A picture that only a template shows is used: the library must not erase it,
// and says by which.
func TestATemplateUsesItsPictures(t *testing.T) {
	each(t, func(s *stage) {
		one, two := id.New[id.Media](), id.New[id.Media]()
		s.media[one], s.media[two] = MediaInfo{ID: one, Ready: true}, MediaInfo{ID: two, Ready: true}
		text := "Menu du jour"
		p, err := s.room.Create(s.Context(), s.claire, s.brand, Edit{Text: &text, Media: &[]MediaRef{{ID: one}}, Variants: &[]Variant{{Channel: s.chans[0], Media: &[]MediaRef{{ID: one}, {ID: two}}}}})
		s.ok(err)
		tpl, err := s.room.MakeTemplate(s.Context(), s.claire, s.brand, p.ID, "Menu")
		s.ok(err)
		none := []MediaRef{}
		p, err = s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Media: &none, Variants: &[]Variant{{Channel: s.chans[0]}}})
		s.ok(err)
		count := func() map[id.Media]int {
			n, err := s.room.CountUses(s.Context(), s.brand, []id.Media{one, two})
			s.ok(err)
			return n
		}
		if n := count(); n[one] != 1 || n[two] != 1 {
			s.Errorf("%v", n)
		}
		if got, err := s.room.TemplatesWith(s.Context(), s.claire, s.brand, two); err != nil || len(got) != 1 || got[0].ID != tpl.ID {
			s.Errorf("%v %v", got, err)
		}
		s.ok(s.room.RemoveTemplate(s.Context(), s.claire, s.brand, tpl.ID))
		if n := count(); n[one] != 1 { // it can be taken back
			s.Errorf("%v", n)
		}
		if got, err := s.room.TemplatesWith(s.Context(), s.claire, s.brand, two); err != nil || len(got) != 0 {
			s.Errorf("%v %v", got, err)
		}
		other := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{id.New[id.Brand](): team.Owner}}
		if _, err := s.room.TemplatesWith(s.Context(), other, s.brand, two); fault.Of(err) != fault.NotFound {
			s.Error(err)
		}
	})
}
