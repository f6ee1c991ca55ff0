package publishing

import (
	"testing"

	"vigie/internal/base/id"
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
