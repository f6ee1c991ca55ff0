package publishing

import (
	"context"
	"slices"
	"testing"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Two brands of the house on one account: what one of them sent is no proof for
// the other's publication in the same words.
func TestAnotherBrandsPostOnTheSameAccountProvesNothing(t *testing.T) {
	each(t, func(s *stage) {
		there := channel.Channel{ID: id.New[id.Channel](), Brand: id.New[id.Brand](), Network: "wire", Handle: "kerlann0", Health: channel.Working, Capabilities: s.wire.caps}
		s.door.channels[there.ID] = there
		s.claire.Roles[there.Brand] = team.Community
		s.room.Twins = func(context.Context, sqldb.Q, id.Brand, id.Channel) ([]id.Channel, error) {
			return []id.Channel{s.chans[0], there.ID}, nil
		}
		first := s.schedule(s.draft("mêmes mots"), When{Now: true})
		s.ledger(LedgerConfig{Settle: time.Millisecond})
		s.untilState(first, Sent)
		s.wire.mu.Lock()
		s.wire.fate = func(int, network.Intent) (bool, error) { return false, unknown() }
		s.wire.alike = s.pubs(first)[0].Sent[0].Ref
		s.wire.mu.Unlock()
		s.brand = there.Brand
		second := s.schedule(s.draft("mêmes mots", there.ID), When{Now: true})
		s.until("a look was made", func() bool { return slices.Contains(s.steps(second), StepDoubt) })
		if got := s.state(second); got != Unknown {
			s.Errorf("the other brand's post was taken for its own: %s", got)
		}
	})
}
