package publishing

import (
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/team"
)

// P1: an hour can be taken away as it was given: the draft leaves the calendar,
// what is scheduled becomes a draft.
func TestAnHourCanBeTakenAway(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("Bonjour"), s.in(time.Hour))
		reader := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.brand: team.Analyst}}
		if err := s.room.ClearHour(s.Context(), reader, s.brand, p.ID); fault.Of(err) != fault.Forbidden {
			s.Errorf("somebody who only reads: %v", err)
		}
		for range 2 { // safe to repeat
			if err := s.room.ClearHour(s.Context(), s.claire, s.brand, p.ID); err != nil {
				s.Fatal(err)
			}
		}
		got, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
		if err != nil || got.Planned.Local != "" || !got.At.IsZero() || got.Badge != NoBadge || got.Validation != Draft || got.Version != p.Version+1 {
			s.Errorf("%+v %v", got, err)
		}
		if left := s.pubs(p); len(left) != 0 {
			s.Errorf("%+v", left)
		}
	})
}

// What has left keeps its hour.
func TestTheHourOfWhatHasLeftStays(t *testing.T) {
	each(t, func(s *stage) {
		s.ledger(LedgerConfig{Alone: true})
		p := s.schedule(s.draft("Bonjour"), When{Now: true})
		s.untilState(p, Sent)
		if err := s.room.ClearHour(s.Context(), s.claire, s.brand, p.ID); fault.Of(err) != fault.Conflict {
			s.Errorf("%v", err)
		}
	})
}
