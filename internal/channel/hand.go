package channel

import (
	"context"
	"slices"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// maxPeople bounds who is told: a letter to everybody is a letter to nobody.
const maxPeople = 20

var (
	errNoHand     = fault.New(fault.Conflict, "channel.not_by_hand")
	errManyPeople = fault.New(fault.Invalid, "channel.many_people").At("people").With("max", maxPeople)
)

// SetPeople says who is told when a post is to be published by hand on a
// channel; nobody: those who answer for the brand. Whether they still have a
// role is asked when they are told. Safe to repeat. Errors: conflict (the
// network is published to by itself), invalid, not_found.
func (s *Service) SetPeople(ctx context.Context, a team.Actor, b id.Brand, c id.Channel, people []id.Person) (err error) {
	defer fault.Wrap(&err, "set who publishes by hand")
	if err := a.Require(b, team.ManageChannels); err != nil {
		return err
	}
	people = slices.Clone(people)
	slices.Sort(people)
	people = slices.Compact(people)
	if len(people) > maxPeople {
		return errManyPeople
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		ch, _, err := s.one(ctx, tx, b, c)
		switch {
		case err != nil:
			return err
		case !ch.Removed.IsZero():
			return errRemoved.With("handle", ch.Handle)
		case !ch.ByHand():
			return errNoHand
		case slices.Equal(ch.People, people):
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE channel SET people = ? WHERE brand = ? AND id = ?`, sqldb.JSON[[]id.Person]{V: list(people)}, b, c); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.tell(b) })
		e := s.entry(a.Signs(), ch, ActTold)
		e.Data = map[string]any{"network": ch.Network, "handle": ch.Handle, "people": people}
		return s.Book.Record(ctx, tx, e)
	})
}
