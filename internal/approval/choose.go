package approval

import (
	"context"
	"slices"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Pick is a reader's choice of one version. The round names what she had before
// her: the versions and the hour.
type Pick struct {
	Post      id.Post
	Round     RoundID
	Candidate int // its N
	Words     string
}

// choosing is what a pick rests on, as it was read.
type choosing struct {
	round  Round
	choice *Choice
	picked Candidate
	// mine are the channels on which the reader's choice is her yes too.
	mine []id.Channel
	all  []Decision

	policies map[id.Channel]Policy
}

// Choose makes one version the post's content and says yes to it, for the same
// reader, in one transaction: the words are saved, planned at the hour that was
// shown, and what was agreed about all versions by earlier readers holds for
// the one chosen. Later readers are then asked about it alone. What was
// approved of the others before counts no more. Who may choose is who may
// approve now. Errors: conflict (that choice is over, not this reader's turn,
// her own words, something has begun to leave, a version would no longer leave
// as shown), invalid, not_found.
func (s *Service) Choose(ctx context.Context, r Reader, b id.Brand, pick Pick) (err error) {
	defer fault.Wrap(&err, "choose a version")
	if err := s.mayRead(ctx, r, b); err != nil {
		return err
	}
	say := Say{Post: pick.Post, Round: pick.Round, Verdict: Approve, Words: pick.Words}
	if err := clean(&say); err != nil {
		return err
	}
	seen, err := s.choosing(ctx, s.DB, &r, b, pick) // before anything is said of the post to who may not see it
	if err != nil {
		return err
	}
	var now choosing
	return s.Posts.Adopt(ctx, team.Program("approval"), b, Adoption{Post: pick.Post, Saying: &seen.picked.saying, Editor: seen.choice.By, Want: seen.picked.hashes(),
		Before: func(tx *sqldb.Tx) error {
			if now, err = s.choosing(ctx, tx, &r, b, pick); err != nil {
				return err
			}
			return s.close(ctx, tx, r, b, pick, now)
		},
		After: func(tx *sqldb.Tx) error { return s.chosen(ctx, tx, r, b, say, now) }})
}

// choosing reads what a pick rests on and refuses who may not make it.
func (s *Service) choosing(ctx context.Context, q sqldb.Q, r *Reader, b id.Brand, pick Pick) (out choosing, err error) {
	if tx, ok := q.(*sqldb.Tx); ok && r.Link != nil {
		// Revoked a second ago is revoked.
		now, err := liveLink(ctx, tx, b, r.Link.ID)
		if err != nil {
			return out, err
		}
		r.Link = &now
	}
	round, err := openRound(ctx, q, b, pick.Post)
	if err != nil {
		return out, err
	}
	if round == nil || round.ID != pick.Round {
		return out, s.gone(ctx, q, *r, b, Say{Post: pick.Post, Round: pick.Round}, round)
	}
	out.round = *round
	if out.policies, err = loadPolicies(ctx, q, b); err != nil {
		return out, err
	}
	if out.all, err = loadDecisions(ctx, q, b, pick.Post); err != nil {
		return out, err
	}
	if !r.sees(*round, out.policies, out.all) {
		return out, fault.New(fault.NotFound, "")
	}
	if out.choice, err = openChoice(ctx, q, b, pick.Post); err != nil {
		return out, err
	}
	if out.choice == nil || round.Choice != out.choice.ID {
		return out, errNoChoice
	}
	var known bool
	if out.picked, known = out.choice.Candidate(pick.Candidate); !known {
		return out, fault.New(fault.NotFound, "")
	}
	var refused error = errTurn
	for _, it := range round.Items {
		if err := r.may(round.rule(out.policies, it.Channel), out.all, *round, it, Approve); err != nil {
			refused = err
			continue
		}
		out.mine = append(out.mine, it.Channel)
	}
	if len(out.mine) == 0 {
		return out, refused
	}
	return out, nil
}

// close ends the choice, before the words change hands.
func (s *Service) close(ctx context.Context, tx *sqldb.Tx, r Reader, b id.Brand, pick Pick, now choosing) error {
	open, err := closeChoice(ctx, tx, b, now.choice.ID, ChoiceMade, pick.Candidate, r)
	if err != nil {
		return err
	}
	if !open {
		return errNoChoice
	}
	// A yes to another version, given whenever, must not let that one leave.
	var keep []any
	for _, h := range now.picked.hashes() {
		keep = append(keep, h)
	}
	_, err = tx.Exec(ctx, `UPDATE approval_decision SET dropped = ? WHERE brand = ? AND post = ? AND verdict IN ('approve', 'tacit') AND hash NOT IN `+sqldb.Marks(len(keep)),
		append([]any{true, b, pick.Post}, keep...)...)
	return err
}

// chosen writes down who said yes to what was chosen: its chooser, and those
// who had agreed to all versions. It comes once the post says it.
func (s *Service) chosen(ctx context.Context, tx *sqldb.Tx, r Reader, b id.Brand, say Say, was choosing) error {
	key := was.round.ID
	open, err := openRound(ctx, tx, b, say.Post)
	if err != nil {
		return err
	}
	if open != nil {
		key = open.ID
	}
	hash := was.picked.hashes()
	for _, d := range was.agreed(r) {
		d.ID, d.Round, d.Hash, d.Given = string(id.New[id.Token]()), key, hash[d.Channel], tx.Now
		if err := insertDecision(ctx, tx, b, d); err != nil {
			return err
		}
	}
	var named []map[string]any
	gesture := string(id.New[id.Token]())
	for _, c := range was.mine {
		d := Decision{ID: string(id.New[id.Token]()), Post: say.Post, Round: key, Gesture: gesture, Channel: c, Hash: hash[c],
			Planned: was.round.Planned, At: was.round.At, Verdict: Approve, Words: say.Words, Given: tx.Now}
		d.sign(r, was.round)
		if err := insertDecision(ctx, tx, b, d); err != nil {
			return err
		}
		named = append(named, map[string]any{"channel": c, "hash": hash[c]})
	}
	if err := s.record(ctx, tx, r.signs(), b, ActChosen, say.Post, map[string]any{"choice": was.choice.ID, "n": was.picked.N, "of": len(was.choice.Candidates), "round": key, "channels": named,
		"local": was.round.Planned.Local, "zone": was.round.Planned.Zone, "client": r.client(b)}, beside(say.Words)); err != nil {
		return err
	}
	s.changed(tx, b, say.Post)
	return s.Posts.Recheck(ctx, tx, team.Program("approval"), b, say.Post)
}

// agreed are the standing answers of other readers who let the next one choose.
func (c choosing) agreed(r Reader) (out []Decision) {
	type of struct {
		who string
		ch  id.Channel
	}
	last := map[of]int{}
	for _, d := range c.all {
		if d.Hash != c.choice.ID.hash() || d.reader() == r.key() {
			continue
		}
		k := of{d.reader(), d.Channel}
		if i, ok := last[k]; ok {
			out[i] = d
			continue
		}
		last[k] = len(out)
		out = append(out, d)
	}
	return slices.DeleteFunc(out, func(d Decision) bool { return d.Verdict != Approve })
}

// sign says whose answer it is.
func (d *Decision) sign(r Reader, round Round) {
	d.Client = r.client(round.Brand)
	if r.Link != nil {
		d.Link = r.Link.ID
		return
	}
	d.Person = r.Actor.Person
	d.Own = slices.Contains(round.writers(), d.Person)
}
