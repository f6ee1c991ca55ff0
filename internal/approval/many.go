package approval

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// One names a version to say yes to.
type One struct {
	Post  id.Post
	Round RoundID
}

// Outcome is what became of one of many.
type Outcome struct {
	One
	// Err is nil when it is approved: conflict or not_found otherwise.
	Err error
}

// ApproveAll says yes to many versions. Each is its own decision in its own
// transaction: one that is over, or not this reader's turn, leaves the others
// approved and is named in the answer.
func (s *Service) ApproveAll(ctx context.Context, r Reader, b id.Brand, list []One) (_ []Outcome, err error) {
	defer fault.Wrap(&err, "approve many")
	if err := s.mayRead(ctx, r, b); err != nil {
		return nil, err
	}
	out := make([]Outcome, 0, len(list))
	for _, x := range list[:min(len(list), MaxQueue)] {
		err := s.DB.Write(ctx, func(tx *sqldb.Tx) error {
			return s.decide(ctx, tx, r, b, Say{Post: x.Post, Round: x.Round, Verdict: Approve})
		})
		if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
			return out, err
		}
		out = append(out, Outcome{x, err})
	}
	return out, nil
}
