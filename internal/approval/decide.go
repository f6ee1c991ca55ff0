package approval

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Verdict is what a reader answered. Stored; never renamed.
type Verdict string

const (
	Approve Verdict = "approve"
	Change  Verdict = "changes" // with words, or another hour, or both
	Refuse  Verdict = "refuse"
	Tacit   Verdict = "tacit" // nobody answered in time, and the policy says it leaves
)

// Decision is one reader's answer about one exact content at one hour.
type Decision struct {
	ID      string     `json:"id"`
	Post    id.Post    `json:"post"`
	Round   RoundID    `json:"round"`
	Gesture string     `json:"gesture"` // the same for all channels of one answer
	Channel id.Channel `json:"channel"`
	Hash    string     `json:"hash"`
	Planned clock.Wall `json:"planned"`
	At      time.Time  `json:"at"` // the hour that was shown
	Verdict Verdict    `json:"verdict"`
	Words   string     `json:"words,omitempty"`
	// Other is the hour that the reader proposes; Local is empty without one.
	Other  clock.Wall `json:"other,omitzero"`
	Person id.Person  `json:"person,omitempty"`
	Link   LinkID     `json:"link,omitempty"`
	Client bool       `json:"client"`
	// Own says that the reader had written what she decided on.
	Own bool `json:"own,omitempty"`
	// Dropped says that another version was chosen since: it counts no more.
	Dropped bool      `json:"dropped,omitempty"`
	Given   time.Time `json:"given"`
}

// Reader is who answers: somebody signed in, or who holds a private link.
type Reader struct {
	Actor team.Actor
	Link  *Link
}

func (r Reader) key() string {
	if r.Link != nil {
		return "link:" + string(r.Link.ID)
	}
	return string(r.Actor.Person)
}

func (r Reader) signs() logbook.Actor {
	if r.Link != nil {
		return logbook.Actor{Kind: logbook.Outside, ID: "approval_link:" + string(r.Link.ID)}
	}
	return r.Actor.Signs()
}

// actor is who publishing sees acting: a link acts through the program.
func (r Reader) actor() team.Actor {
	if r.Link != nil {
		return team.Program("approval")
	}
	return r.Actor
}

// client tells whether the reader is the client's.
func (r Reader) client(b id.Brand) bool {
	return r.Link != nil || r.Actor.Roles[b] == team.Client
}

// Say is an answer about a round. The round names the exact contents and hour.
type Say struct {
	Post    id.Post
	Round   RoundID
	Verdict Verdict
	Words   string
	// Other is another hour, "2026-11-20T09:00" on the brand's wall; empty: none.
	Other string
	// Channels bounds the answer; none: all that are asked about.
	Channels []id.Channel
}

var (
	errVerdict = fault.New(fault.Invalid, "approval.verdict").At("verdict")
	errWords   = fault.New(fault.Invalid, "approval.words_needed").At("words")
	errLong    = fault.New(fault.Invalid, "approval.too_long").At("words")
	errOther   = fault.New(fault.Invalid, "approval.other").At("other")
	errVoid    = fault.New(fault.Conflict, "approval.void").Numbered(3101)
	errLeft    = fault.New(fault.Conflict, "approval.left").Numbered(3102)
	errTurn    = fault.New(fault.Conflict, "approval.turn").Numbered(3103)
	errOwn     = fault.New(fault.Conflict, "approval.own").Numbered(3104)
)

// maxWords bounds what a reader writes, in bytes.
const maxWords = 10_000

// Decide writes an answer down and lets what it clears go to its hour, in one
// transaction. Errors: conflict (that version is no longer the post's, or has
// left; it is not this reader's turn; the post is her own), invalid, not_found.
func (s *Service) Decide(ctx context.Context, r Reader, b id.Brand, say Say) (err error) {
	defer fault.Wrap(&err, "decide")
	if err := s.mayRead(ctx, r, b); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error { return s.decide(ctx, tx, r, b, say) })
}

// mayRead tells whether a reader may review in a brand at all. A link is looked
// at again in the transaction that writes.
func (s *Service) mayRead(_ context.Context, r Reader, b id.Brand) error {
	if r.Link != nil {
		if r.Link.Brand != b {
			return fault.New(fault.NotFound, "")
		}
		return nil
	}
	return r.Actor.Require(b, team.Review)
}

func clean(say *Say) error {
	if !slices.Contains([]Verdict{Approve, Change, Refuse}, say.Verdict) {
		return errVerdict
	}
	if len(say.Words) > 4*maxWords {
		return errLong
	}
	say.Words, _ = textkit.Clean(say.Words)
	say.Words = strings.TrimSpace(say.Words)
	if len(say.Words) > maxWords {
		return errLong
	}
	if say.Other != "" {
		if _, err := time.Parse("2006-01-02T15:04", say.Other); err != nil {
			return errOther
		}
	}
	if say.Verdict == Change && say.Words == "" && say.Other == "" {
		return errWords
	}
	return nil
}

func (s *Service) decide(ctx context.Context, tx *sqldb.Tx, r Reader, b id.Brand, say Say) error {
	if err := s.Posts.HoldPost(ctx, tx, b, say.Post); err != nil {
		return err
	}
	if r.Link != nil {
		// Revoked a second ago is revoked.
		now, err := liveLink(ctx, tx, b, r.Link.ID)
		if err != nil {
			return err
		}
		r.Link = &now
	}
	round, err := openRound(ctx, tx, b, say.Post)
	if err != nil {
		return err
	}
	if round == nil || round.ID != say.Round {
		return s.gone(ctx, tx, r, b, say, round)
	}
	if err := clean(&say); err != nil {
		return err
	}
	waiting, err := s.Posts.Waiting(ctx, tx, b, say.Post)
	if err != nil {
		return err
	}
	policies, err := loadPolicies(ctx, tx, b)
	if err != nil {
		return err
	}
	before, err := loadDecisions(ctx, tx, b, say.Post)
	if err != nil {
		return err
	}
	if !r.sees(*round, policies, before) {
		return fault.New(fault.NotFound, "")
	}
	choice, err := openChoice(ctx, tx, b, say.Post)
	if err != nil {
		return err
	}
	if round.Choice != "" && (choice == nil || choice.ID != round.Choice) {
		return errNoChoice
	}
	var named []map[string]any
	var refused error = errLeft
	gesture := string(id.New[id.Token]())
	for _, it := range round.Items {
		if !it.Asked || !slices.Contains(waiting, it.Channel) || len(say.Channels) > 0 && !slices.Contains(say.Channels, it.Channel) {
			continue
		}
		rule := round.rule(policies, it.Channel)
		if err := r.may(rule, before, *round, it, say.Verdict); err != nil {
			refused = err
			continue
		}
		if round.Choice != "" && say.Verdict == Approve && r.last(rule, before, *round, it) {
			refused = errChoose
			continue
		}
		d := Decision{ID: string(id.New[id.Token]()), Post: say.Post, Round: round.ID, Gesture: gesture, Channel: it.Channel, Hash: it.Hash,
			Planned: round.Planned, At: round.At, Verdict: say.Verdict, Words: say.Words, Other: clock.Wall{Local: say.Other}, Client: r.client(b), Given: tx.Now}
		d.sign(r, *round)
		if err := insertDecision(ctx, tx, b, d); err != nil {
			return err
		}
		if round.Choice != "" && say.Verdict != Approve {
			if err := refuseAll(ctx, tx, b, *choice, d); err != nil {
				return err
			}
		}
		named = append(named, map[string]any{"channel": it.Channel, "hash": it.Hash})
	}
	if len(named) == 0 {
		return refused
	}
	var beside any
	if say.Words != "" {
		beside = map[string]any{"words": say.Words}
	}
	if err := s.record(ctx, tx, r.signs(), b, ActDecided, say.Post, map[string]any{"round": round.ID, "n": round.N, "verdict": say.Verdict, "channels": named,
		"local": round.Planned.Local, "zone": round.Planned.Zone, "client": r.client(b)}, beside); err != nil {
		return err
	}
	s.changed(tx, b, say.Post)
	return s.Posts.Recheck(ctx, tx, r.actor(), b, say.Post)
}

// refuseAll writes a no to a choice down for each of its versions: withdrawing
// the choice must not let one leave that was refused.
func refuseAll(ctx context.Context, tx *sqldb.Tx, b id.Brand, c Choice, d Decision) error {
	for _, x := range c.Candidates {
		d.ID, d.Hash = string(id.New[id.Token]()), x.hashes()[d.Channel]
		if err := insertDecision(ctx, tx, b, d); err != nil {
			return err
		}
	}
	return nil
}

// last tells whether nobody reads after this reader: a choice then is hers to
// make, and there is nobody to leave it to.
func (r Reader) last(p Policy, all []Decision, round Round, it Item) bool {
	me := Decision{}
	me.sign(r, round)
	st := p.judge(withoutReader(all, me, it), Asked{Channel: it.Channel, Hash: it.Hash, Planned: round.Planned, At: round.At})
	return st.step >= len(p.Steps)-1
}

// gone is the error for an answer to a round that is over. It only says so to
// who could see it.
func (s *Service) gone(ctx context.Context, tx sqldb.Q, r Reader, b id.Brand, say Say, now *Round) error {
	n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM approval_round WHERE brand = ? AND post = ? AND id = ?`, b, say.Post, say.Round)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "")
	}
	if now == nil {
		return errVoid
	}
	return errVoid.With("n", now.N)
}

// may tells whether a reader may give this answer about a content now.
func (r Reader) may(p Policy, all []Decision, round Round, it Item, v Verdict) error {
	if v != Approve {
		return nil // who may read may always say no
	}
	me := Decision{}
	me.sign(r, round)
	st := p.judge(withoutReader(all, me, it), Asked{Channel: it.Channel, Hash: it.Hash, Planned: round.Planned, At: round.At})
	if st.step >= len(p.Steps) {
		return nil // all have read it: one more yes changes nothing
	}
	for i := 0; i <= st.step; i++ { // a reader of an earlier step may say yes again
		if p.counts(p.Steps[i], me) {
			return nil
		}
	}
	free := p
	free.Own = true
	if slices.ContainsFunc(p.Steps, func(s Step) bool { return free.counts(s, me) && !p.counts(s, me) }) {
		return errOwn
	}
	return errTurn
}

// withoutReader leaves out what a reader herself asked for before, and what is
// a no: neither says whose turn it is.
func withoutReader(all []Decision, me Decision, it Item) (out []Decision) {
	for _, d := range all {
		if d.Channel == it.Channel && d.Hash == it.Hash && (d.Verdict == Approve || d.Verdict == Tacit) && d.reader() != me.reader() {
			out = append(out, d)
		}
	}
	return out
}

// sees tells whether a round is this reader's business. The client sees what has
// come to its step, not what the house still works on.
func (r Reader) sees(round Round, policies map[id.Channel]Policy, all []Decision) bool {
	if !r.client(round.Brand) {
		return true
	}
	if r.Link != nil && !r.Link.covers(round) {
		return false
	}
	for _, it := range round.Items {
		p := round.rule(policies, it.Channel)
		at := slices.IndexFunc(p.Steps, func(s Step) bool { return s.Client })
		if at < 0 || !it.Asked {
			continue
		}
		st := p.judge(onlyYes(all), Asked{Channel: it.Channel, Hash: it.Hash, Planned: round.Planned, At: round.At})
		if st.step >= at {
			return true
		}
		if slices.ContainsFunc(all, func(d Decision) bool { return d.Round == round.ID && d.reader() == r.key() }) {
			return true // she has answered: she sees what she answered to
		}
	}
	return false
}

func onlyYes(all []Decision) (out []Decision) {
	for _, d := range all {
		if d.Verdict == Approve || d.Verdict == Tacit {
			out = append(out, d)
		}
	}
	return out
}

const decisionColumns = `id, post, round, gesture, channel, hash, local_time, zone, planned_at, verdict, words, other_local, person, link, client, own, dropped, at`

func scanDecision(r sqldb.Scanner) (d Decision, err error) {
	var planned, at sqldb.Time
	err = r.Scan(&d.ID, &d.Post, &d.Round, &d.Gesture, &d.Channel, &d.Hash, &d.Planned.Local, &d.Planned.Zone, &planned, &d.Verdict, &d.Words, &d.Other.Local, &d.Person, &d.Link, &d.Client, &d.Own, &d.Dropped, &at)
	d.At, d.Given = planned.Time, at.Time
	if d.Other.Local != "" {
		d.Other.Zone = d.Planned.Zone
	}
	return d, err
}

func insertDecision(ctx context.Context, tx *sqldb.Tx, b id.Brand, d Decision) error {
	_, err := tx.Exec(ctx, `INSERT INTO approval_decision (brand, `+decisionColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		b, d.ID, d.Post, d.Round, d.Gesture, d.Channel, d.Hash, d.Planned.Local, d.Planned.Zone, sqldb.At(d.At), d.Verdict, d.Words, d.Other.Local, d.Person, d.Link, d.Client, d.Own, d.Dropped, sqldb.At(d.Given))
	return err
}

// loadDecisions are all those of a post, in the order they were given.
func loadDecisions(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) ([]Decision, error) {
	return sqldb.List(ctx, q, scanDecision, `SELECT `+decisionColumns+` FROM approval_decision WHERE brand = ? AND post = ? ORDER BY id`, b, post)
}
