package approval

import (
	"cmp"
	"context"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// RoundID names a round.
type RoundID string

// Round is one submission of a post: exactly what its readers are asked about.
// It never changes; whatever changes the post ends it, and another one follows.
type Round struct {
	ID      RoundID    `json:"id"`
	Brand   id.Brand   `json:"-"`
	Post    id.Post    `json:"post"`
	N       int        `json:"n"`
	Title   string     `json:"title"`
	Author  id.Person  `json:"author"`
	Editor  id.Person  `json:"editor"`
	By      id.Person  `json:"by,omitempty"` // who submitted it
	Made    time.Time  `json:"made"`
	Planned clock.Wall `json:"planned"`
	At      time.Time  `json:"at"`
	State   State      `json:"state"`
	// Step is the index of the reading that is open.
	Step int `json:"step"`
	// Due is by when somebody should have decided; zero: before its hour.
	Due    time.Time `json:"due,omitzero"`
	Closed time.Time `json:"closed,omitzero"`
	// Why says what ended it: "edited", "picture", "changed", "moved", "unscheduled",
	// "free", "left" (it is leaving, or has missed its hour), "offered" (several
	// versions to choose from), "chosen", "withdrawn" (a choice), "replaced".
	Why string `json:"why,omitempty"`
	// Choice is set when it asks to choose a version; its items then carry the
	// first one, under a hash that stands for all.
	Choice ChoiceID `json:"choice,omitempty"`
	Items  []Item   `json:"items,omitempty"`
}

// Item is what a round says on one channel.
type Item struct {
	Channel id.Channel `json:"channel"`
	Hash    string     `json:"hash"`
	Content Content    `json:"content"`
	// Asked is false for a channel that leaves without anybody's reading.
	Asked bool `json:"asked"`
}

func (r Round) writers() []id.Person { return []id.Person{r.Author, r.Editor} }

// Ask answers publishing, inside its transaction: what of a post may leave. It
// keeps what is not cleared as a round, and ends the round that no longer says
// what the post says.
func (s *Service) Ask(ctx context.Context, tx *sqldb.Tx, a team.Actor, q Question) (_ Answer, err error) {
	defer fault.Wrap(&err, "ask for approval")
	out := Answer{Cleared: map[id.Channel]bool{}}
	policies, err := loadPolicies(ctx, tx, q.Brand)
	if err != nil {
		return out, err
	}
	decisions, err := loadDecisions(ctx, tx, q.Brand, q.Post)
	if err != nil {
		return out, err
	}
	choice, err := openChoice(ctx, tx, q.Brand, q.Post)
	if err != nil {
		return out, err
	}
	next := Round{Brand: q.Brand, Post: q.Post, Title: q.Title, Author: q.Author, Editor: q.Editor, By: q.Editor, Step: 1 << 20}
	var states []State
	waits, leaving, stale, picture := 0, 0, false, false
	if choice != nil {
		next.Choice = choice.ID
	}
	for _, it := range q.Items {
		p := next.rule(policies, it.Channel)
		if choice != nil {
			it.Stale = it.Stale || !choice.says(it)
			it.Hash = choice.ID.hash()
		}
		st := p.judge(decisions, it)
		if choice != nil {
			st = p.chooses(st)
		}
		out.Cleared[it.Channel] = st.cleared
		if it.Leaving {
			leaving++
			continue
		}
		waits++
		asked := st.state != ""
		if asked {
			states = append(states, st.state)
			if st.state == Waiting || st.state == AtClient {
				next.Step = min(next.Step, st.step)
			}
			if due := it.At.Add(-p.Deadline); (p.Deadline > 0 || p.Past == Leave) && (next.Due.IsZero() || due.Before(next.Due)) {
				next.Due = due
			}
			if next.At.IsZero() {
				next.Planned, next.At = it.Planned, it.At
			}
		}
		stale = stale || st.state == Stale
		picture = picture || it.Picture
		next.Items = append(next.Items, Item{Channel: it.Channel, Hash: it.Hash, Content: it.Content, Asked: asked})
	}
	if out.State = worstOf(states); out.State == "" && waits > 0 {
		out.State = Approved
	}
	if next.Step == 1<<20 {
		next.Step = 0
	}
	next.State = out.State
	open, err := openRound(ctx, tx, q.Brand, q.Post)
	if err != nil {
		return out, err
	}
	if choice != nil && waits == 0 && leaving == 0 {
		// Its hour was taken away, and the versions with it.
		if _, err := closeChoice(ctx, tx, q.Brand, choice.ID, ChoiceWithdrawn, 0, Reader{Actor: a}); err != nil {
			return out, err
		}
		if err := s.record(ctx, tx, a.Signs(), q.Brand, ActUnoffered, q.Post, map[string]any{"choice": choice.ID, "why": "unscheduled"}, nil); err != nil {
			return out, err
		}
	}
	over, err := whyOver(ctx, tx, q.Brand, open, next)
	if err != nil {
		return out, err
	}
	switch {
	case waits == 0 && leaving > 0:
		return out, s.end(ctx, tx, a, open, "left")
	case waits == 0:
		return out, s.end(ctx, tx, a, open, "unscheduled")
	case stale && picture:
		return out, s.end(ctx, tx, a, open, "picture")
	case stale:
		return out, s.end(ctx, tx, a, open, "edited")
	case len(states) == 0:
		return out, s.end(ctx, tx, a, open, cmp.Or(over, "free"))
	case open != nil && open.says(next):
		_, err := tx.Exec(ctx, `UPDATE approval_round SET state = ?, step = ?, due_at = ? WHERE id = ?`, next.State, next.Step, sqldb.At(next.Due), open.ID)
		return out, err
	}
	why := cmp.Or(over, "changed")
	if open != nil && open.sameWords(next) {
		why = "moved"
	}
	if err := s.end(ctx, tx, a, open, why); err != nil {
		return out, err
	}
	return out, s.begin(ctx, tx, a, next)
}

// whyOver says what became of the choice of an open round, or that one begins;
// empty: neither.
func whyOver(ctx context.Context, q sqldb.Q, b id.Brand, open *Round, next Round) (string, error) {
	switch {
	case open == nil || open.Choice == next.Choice:
		return "", nil
	case open.Choice == "":
		return "offered", nil
	}
	return sqldb.Value[string](ctx, q, `SELECT state FROM approval_choice WHERE brand = ? AND id = ?`, b, open.Choice)
}

// says tells whether a round still asks about what the next one would.
func (r Round) says(next Round) bool {
	return r.Planned == next.Planned && r.At.Equal(next.At) && r.sameWords(next)
}

func (r Round) sameWords(next Round) bool {
	for _, it := range next.Items {
		if !slices.ContainsFunc(r.Items, func(o Item) bool { return o.Channel == it.Channel && o.Hash == it.Hash && o.Asked == it.Asked }) {
			return false
		}
	}
	return true
}

func (s *Service) begin(ctx context.Context, tx *sqldb.Tx, a team.Actor, r Round) error {
	n, err := sqldb.Value[int64](ctx, tx, `SELECT COALESCE(MAX(n), 0) FROM approval_round WHERE brand = ? AND post = ?`, r.Brand, r.Post)
	if err != nil {
		return err
	}
	r.ID, r.N, r.Made = id.New[RoundID](), int(n)+1, tx.Now
	if _, err := tx.Exec(ctx, `INSERT INTO approval_round (id, brand, post, n, title, author, editor, by_person, made_at, local_time, zone, planned_at, state, step, due_at, why, choice)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,'',?)`, r.ID, r.Brand, r.Post, r.N, r.Title, r.Author, r.Editor, r.By, sqldb.At(r.Made),
		r.Planned.Local, r.Planned.Zone, sqldb.At(r.At), r.State, r.Step, sqldb.At(r.Due), r.Choice); err != nil {
		return err
	}
	var named []map[string]any
	for i, it := range r.Items {
		if _, err := tx.Exec(ctx, `INSERT INTO approval_item (round, brand, channel, place, hash, content, asked) VALUES (?,?,?,?,?,?,?)`,
			r.ID, r.Brand, it.Channel, i, it.Hash, sqldb.JSON[Content]{V: it.Content}, it.Asked); err != nil {
			return err
		}
		named = append(named, map[string]any{"channel": it.Channel, "hash": it.Hash})
	}
	s.changed(tx, r.Brand, r.Post)
	return s.record(ctx, tx, a.Signs(), r.Brand, ActSubmitted, r.Post, map[string]any{"round": r.ID, "n": r.N, "channels": named, "local": r.Planned.Local, "zone": r.Planned.Zone}, nil)
}

// end closes a round; nil has none to close.
func (s *Service) end(ctx context.Context, tx *sqldb.Tx, a team.Actor, r *Round, why string) error {
	if r == nil {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE approval_round SET closed_at = ?, why = ? WHERE id = ? AND closed_at IS NULL`, sqldb.At(tx.Now), why, r.ID); err != nil {
		return err
	}
	s.changed(tx, r.Brand, r.Post)
	return s.record(ctx, tx, a.Signs(), r.Brand, ActVoided, r.Post, map[string]any{"round": r.ID, "n": r.N, "why": why}, nil)
}

const roundColumns = `id, brand, post, n, title, author, editor, by_person, made_at, local_time, zone, planned_at, state, step, due_at, closed_at, why, choice`

func scanRound(r sqldb.Scanner) (x Round, err error) {
	var made, at, due, closed sqldb.Time
	err = r.Scan(&x.ID, &x.Brand, &x.Post, &x.N, &x.Title, &x.Author, &x.Editor, &x.By, &made, &x.Planned.Local, &x.Planned.Zone, &at, &x.State, &x.Step, &due, &closed, &x.Why, &x.Choice)
	x.Made, x.At, x.Due, x.Closed = made.Time, at.Time, due.Time, closed.Time
	return x, err
}

// openRound is what a post's readers are asked about now; nil: nothing.
func openRound(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) (*Round, error) {
	r, err := sqldb.One(ctx, q, scanRound, `SELECT `+roundColumns+` FROM approval_round WHERE brand = ? AND post = ? AND closed_at IS NULL`, b, post)
	if sqldb.IsNoRow(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	one := []Round{r}
	err = withItems(ctx, q, one)
	return &one[0], err
}

// rounds are all those of a post, the first first.
func rounds(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) ([]Round, error) {
	out, err := sqldb.List(ctx, q, scanRound, `SELECT `+roundColumns+` FROM approval_round WHERE brand = ? AND post = ? ORDER BY n`, b, post)
	if err != nil {
		return nil, err
	}
	return out, withItems(ctx, q, out)
}

func withItems(ctx context.Context, q sqldb.Q, list []Round) error {
	at := map[RoundID]int{}
	for i := range list {
		at[list[i].ID] = i
	}
	for part := range sqldb.Chunks(list, 500) {
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i].ID
		}
		err := sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
			var key RoundID
			var it Item
			var c sqldb.JSON[Content]
			if err := r.Scan(&key, &it.Channel, &it.Hash, &c, &it.Asked); err != nil {
				return err
			}
			it.Content = c.V
			list[at[key]].Items = append(list[at[key]].Items, it)
			return nil
		}, `SELECT round, channel, hash, content, asked FROM approval_item WHERE round IN `+sqldb.Marks(len(part))+` ORDER BY round, place`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}
