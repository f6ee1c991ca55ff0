package approval

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Step is one reading: any one of its readers is enough.
type Step struct {
	// People may decide here; none: whoever of the brand may review.
	People []id.Person `json:"people,omitempty"`
	// Client says that the client decides here: by a private link, or with the
	// client's role.
	Client bool `json:"client,omitempty"`
}

// Past says what happens to what nobody has decided on by its deadline.
type Past string

const (
	Hold   Past = "hold"   // it waits; nothing leaves
	Remind Past = "remind" // it waits, and its readers are written to again
	Leave  Past = "leave"  // it leaves: who says nothing agrees
)

// Policy is who reads what before it leaves. Without steps it is carte blanche.
type Policy struct {
	Brand   id.Brand   `json:"brand"`
	Channel id.Channel `json:"channel,omitempty"` // empty: the brand's own
	Steps   []Step     `json:"steps"`
	// Own lets somebody approve what she wrote.
	Own bool `json:"own"`
	// Tolerance is how far the hour may move before a decision is void.
	Tolerance time.Duration `json:"tolerance"`
	// Deadline is how long before its hour a decision is due.
	Deadline time.Duration `json:"deadline"`
	Past     Past          `json:"past"`
	// QuietFrom and QuietTo are hours of the brand's wall, "20:00" and "08:00",
	// between which no letter is sent.
	QuietFrom string    `json:"quiet_from"`
	QuietTo   string    `json:"quiet_to"`
	Changed   time.Time `json:"changed,omitzero"`
	ChangedBy id.Person `json:"changed_by,omitempty"`
}

// Free tells whether nobody is asked.
func (p Policy) Free() bool { return len(p.Steps) == 0 }

// Default is the policy of a brand that has said nothing: as before there was
// one, what is planned leaves.
func Default(b id.Brand) Policy {
	return Policy{Brand: b, Tolerance: 24 * time.Hour, Deadline: 0, Past: Hold, QuietFrom: "20:00", QuietTo: "08:00"}
}

var (
	errSteps  = fault.New(fault.Invalid, "approval.steps").At("steps")
	errPeople = fault.New(fault.Invalid, "approval.people").At("steps")
	errPast   = fault.New(fault.Invalid, "approval.past").At("past")
	errSpan   = fault.New(fault.Invalid, "approval.span").At("tolerance")
	errQuiet  = fault.New(fault.Invalid, "approval.quiet").At("quiet_from")
)

const maxSteps = 8

func (p Policy) check(people []team.Member) error {
	if len(p.Steps) > maxSteps {
		return errSteps.With("max", maxSteps)
	}
	for _, st := range p.Steps {
		if st.Client && len(st.People) > 0 {
			return errSteps.With("max", maxSteps)
		}
		for _, who := range st.People {
			if !slices.ContainsFunc(people, func(m team.Member) bool { return m.Person == who && !m.Disabled && m.Role.May(team.Review) }) {
				return errPeople
			}
		}
	}
	if p.Past != Hold && p.Past != Remind && p.Past != Leave {
		return errPast
	}
	if p.Tolerance < 0 || p.Tolerance > 366*24*time.Hour || p.Deadline < 0 || p.Deadline > 60*24*time.Hour {
		return errSpan
	}
	for _, h := range []string{p.QuietFrom, p.QuietTo} {
		if _, err := time.Parse("15:04", h); err != nil {
			return errQuiet
		}
	}
	return nil
}

// Policies returns the brand's policy, and those of channels that have one of
// their own.
func (s *Service) Policies(ctx context.Context, a team.Actor, b id.Brand) (_ Policy, _ map[id.Channel]Policy, err error) {
	defer fault.Wrap(&err, "read approval policies")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Policy{}, nil, err
	}
	all, err := loadPolicies(ctx, s.DB, b)
	if err != nil {
		return Policy{}, nil, err
	}
	own := all[""]
	delete(all, "")
	return own, all, nil
}

// loadPolicies always has the brand's own, under "".
func loadPolicies(ctx context.Context, q sqldb.Q, b id.Brand) (map[id.Channel]Policy, error) {
	out := map[id.Channel]Policy{"": Default(b)}
	err := sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
		p := Policy{Brand: b}
		var steps sqldb.JSON[[]Step]
		var tolerance, deadline int64
		var changed sqldb.Time
		if err := r.Scan(&p.Channel, &steps, &p.Own, &tolerance, &deadline, &p.Past, &p.QuietFrom, &p.QuietTo, &changed, &p.ChangedBy); err != nil {
			return err
		}
		p.Steps, p.Changed = steps.V, changed.Time
		p.Tolerance, p.Deadline = time.Duration(tolerance)*time.Minute, time.Duration(deadline)*time.Minute
		out[p.Channel] = p
		return nil
	}, `SELECT channel, steps, own, tolerance, deadline, past, quiet_from, quiet_to, changed_at, changed_by FROM approval_policy WHERE brand = ?`, b)
	return out, err
}

func of(all map[id.Channel]Policy, c id.Channel) Policy {
	if p, ok := all[c]; ok {
		return p
	}
	return all[""]
}

// SetPolicy changes who reads. What waits or is planned is asked about again in
// the same transaction: a stricter rule holds at once. Errors: invalid.
func (s *Service) SetPolicy(ctx context.Context, a team.Actor, p Policy) (err error) {
	defer fault.Wrap(&err, "set approval policy")
	if err := a.Require(p.Brand, team.EditBrand); err != nil {
		return err
	}
	people, err := s.People(ctx, p.Brand)
	if err != nil {
		return err
	}
	if err := p.check(people); err != nil {
		return err
	}
	if p.Channel != "" && s.Channel != nil {
		if err := s.Channel(ctx, p.Brand, p.Channel); err != nil {
			return err
		}
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.Posts.HoldBrand(ctx, tx, p.Brand); err != nil {
			return err
		}
		if p.Steps == nil {
			p.Steps = []Step{}
		}
		_, err := tx.Exec(ctx, `INSERT INTO approval_policy (brand, channel, steps, own, tolerance, deadline, past, quiet_from, quiet_to, changed_at, changed_by)
			VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (brand, channel) DO UPDATE SET steps = excluded.steps, own = excluded.own, tolerance = excluded.tolerance,
			deadline = excluded.deadline, past = excluded.past, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
			changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
			p.Brand, p.Channel, sqldb.JSON[[]Step]{V: p.Steps}, p.Own, int64(p.Tolerance/time.Minute), int64(p.Deadline/time.Minute), p.Past,
			p.QuietFrom, p.QuietTo, sqldb.At(tx.Now), a.Person)
		if err != nil {
			return err
		}
		return s.ruled(ctx, tx, a, p.Brand, map[string]any{"channel": p.Channel, "steps": p.Steps, "own": p.Own,
			"tolerance_min": int64(p.Tolerance / time.Minute), "deadline_min": int64(p.Deadline / time.Minute), "past": p.Past})
	})
}

// DropPolicy lets a channel follow the brand's policy again. Safe to repeat.
func (s *Service) DropPolicy(ctx context.Context, a team.Actor, b id.Brand, c id.Channel) (err error) {
	defer fault.Wrap(&err, "drop approval policy")
	if err := a.Require(b, team.EditBrand); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.Posts.HoldBrand(ctx, tx, b); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM approval_policy WHERE brand = ? AND channel = ? AND channel <> ''`, b, c)
		if err != nil || n == 0 {
			return err
		}
		return s.ruled(ctx, tx, a, b, map[string]any{"channel": c, "steps": nil})
	})
}

func (s *Service) ruled(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, data map[string]any) error {
	if err := s.Posts.Recheck(ctx, tx, a, b); err != nil {
		return err
	}
	tx.AfterCommit(func() { s.Tell("brand:"+string(b), "approval", nil) })
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActPolicy, Subject: logbook.Subject{Kind: "brand", ID: string(b)}, Data: data})
}
