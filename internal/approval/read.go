package approval

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Entry is one line of a reader's list.
type Entry struct {
	Round
	// Mine says that this reader may say yes to something of it now.
	Mine bool `json:"mine"`
	// Said is what this reader last answered about this round; empty: nothing.
	Said Verdict `json:"said,omitempty"`
	// Again says that it was changed since it was read and waits for its author
	// to submit it again: nobody is asked about it now.
	Again bool `json:"again,omitempty"`
	// Sum is the first words, for a list.
	Sum string `json:"sum"`
}

// MaxQueue bounds a reader's list.
const MaxQueue = 500

// Queue lists what somebody is asked about in a brand, by hour: what waits, and
// with all what is decided and still to leave. A client sees what is hers.
func (s *Service) Queue(ctx context.Context, r Reader, b id.Brand, all bool) (_ []Entry, err error) {
	defer fault.Wrap(&err, "read review queue")
	if err := s.mayRead(ctx, r, b); err != nil {
		return nil, err
	}
	where, args := `closed_at IS NULL AND state <> 'approved'`, []any{b}
	if all {
		where, args = `closed_at IS NULL AND planned_at >= ?`, append(args, sqldb.At(s.DB.Now().Add(-7*24*time.Hour)))
	}
	list, err := sqldb.List(ctx, s.DB, scanRound, `SELECT `+roundColumns+` FROM approval_round WHERE brand = ? AND `+where+` ORDER BY planned_at, id LIMIT ?`, append(args, MaxQueue)...)
	if err != nil {
		return nil, err
	}
	if err := withItems(ctx, s.DB, list); err != nil {
		return nil, err
	}
	policies, err := loadPolicies(ctx, s.DB, b)
	if err != nil {
		return nil, err
	}
	byPost := map[id.Post][]Decision{}
	for part := range sqldb.Chunks(list, 500) {
		args := []any{b}
		for _, x := range part {
			args = append(args, x.Post)
		}
		ds, err := sqldb.List(ctx, s.DB, scanDecision, `SELECT `+decisionColumns+` FROM approval_decision WHERE brand = ? AND post IN `+sqldb.Marks(len(part))+` ORDER BY id`, args...)
		if err != nil {
			return nil, err
		}
		for _, d := range ds {
			byPost[d.Post] = append(byPost[d.Post], d)
		}
	}
	out := []Entry{}
	for _, x := range list {
		if ds := byPost[x.Post]; r.sees(x, policies, ds) {
			out = append(out, r.entry(x, policies, ds))
		}
	}
	if r.client(b) || !r.Actor.May(b, team.WritePosts) {
		return out, nil
	}
	again, err := s.outdated(ctx, b)
	return append(out, again...), err
}

// outdated are the posts to be submitted again, as they were last read.
func (s *Service) outdated(ctx context.Context, b id.Brand) ([]Entry, error) {
	list, err := sqldb.List(ctx, s.DB, scanRound, `SELECT `+roundColumns+` FROM approval_round WHERE brand = ? AND why IN ('edited', 'picture')
		AND NOT EXISTS (SELECT 1 FROM approval_round later WHERE later.brand = approval_round.brand AND later.post = approval_round.post AND later.n > approval_round.n) ORDER BY planned_at, id LIMIT ?`, b, MaxQueue)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	posts := make([]id.Post, len(list))
	for i := range list {
		posts[i] = list[i].Post
	}
	if posts, err = s.Posts.Outdated(ctx, s.DB, b, posts); err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(x Round) bool { return !slices.Contains(posts, x.Post) })
	if err := withItems(ctx, s.DB, list); err != nil {
		return nil, err
	}
	var out []Entry
	for _, x := range list {
		e := Entry{Round: x, Again: true}
		e.State = Stale
		for _, it := range x.Items {
			if e.Sum == "" {
				e.Sum = it.Content.text()
			}
		}
		out = append(out, e)
	}
	return out, nil
}

func (r Reader) entry(x Round, policies map[id.Channel]Policy, ds []Decision) Entry {
	e := Entry{Round: x}
	for _, d := range ds {
		if d.Round == x.ID && d.reader() == r.key() {
			e.Said = d.Verdict
		}
	}
	for _, it := range x.Items {
		if e.Sum == "" {
			e.Sum = it.Content.text()
		}
		if it.Asked && x.State != Approved && r.may(x.rule(policies, it.Channel), ds, x, it, Approve) == nil {
			e.Mine = true
		}
	}
	return e
}

// Waits counts what this reader is asked about now.
func (s *Service) Waits(ctx context.Context, a team.Actor, b id.Brand) int {
	if !a.May(b, team.Review) {
		return 0
	}
	list, err := s.Queue(ctx, Reader{Actor: a}, b, false)
	if err != nil {
		return 0
	}
	n := 0
	for _, e := range list {
		if e.Mine && e.Said == "" {
			n++
		}
	}
	return n
}

// File is everything about the reading of one post.
type File struct {
	Entry
	// Open is false when the round is over and nothing is asked any more.
	Open bool `json:"open"`
	// Rounds are all of the post's, the first first, without those the reader
	// may not see.
	Rounds    []Round    `json:"rounds"`
	Decisions []Decision `json:"decisions"`
	Remarks   []Remark   `json:"remarks"`
	// Since is the version that this reader looked at before this one; nil:
	// none, or this is the first.
	Since *Round `json:"since,omitempty"`
	// Choice is what is to be chosen from, when the round asks for that; Chosen
	// are the choices that are over.
	Choice *Choice  `json:"offered,omitempty"`
	Chosen []Choice `json:"choices,omitempty"`
	// Last says that, of a choice, nobody reads after this reader.
	Last bool `json:"last,omitempty"`
	// Reads say who reads, step by step, on each channel asked.
	Reads []Read `json:"reads"`
}

// Read is one step of a channel's reading.
type Read struct {
	Channel id.Channel `json:"channel"`
	Step    Step       `json:"step"`
	Index   int        `json:"index"`
	Done    bool       `json:"done"`
	Open    bool       `json:"open"`
}

// Stands is where the post stands: a choice under carte blanche leaves no round
// to be read, and is settled.
func (f File) Stands() State {
	if !f.Open && f.Why == ChoiceMade {
		return Approved
	}
	return f.State
}

// Diff compares what is said on a channel with the version the reader knew.
func (f File) Diff(c id.Channel) []Diff {
	if f.Since == nil || f.Since.Choice != "" || f.Round.Choice != "" {
		return nil
	}
	var was, is string
	for _, it := range f.Since.Items {
		if it.Channel == c {
			was = it.Content.text()
		}
	}
	for _, it := range f.Items {
		if it.Channel == c {
			is = it.Content.text()
		}
	}
	if was == is {
		return nil
	}
	return Compare(was, is)
}

// Pictured says what became, on a channel, of the pictures of the version the
// reader knew: "same" (or there is no such version), "cut" (the same ones,
// another part of one), "other".
func (f File) Pictured(c id.Channel) string {
	if f.Since == nil || f.Since.Choice != "" || f.Round.Choice != "" {
		return "same"
	}
	of := func(items []Item) (all, bare []Media) {
		for _, it := range items {
			if it.Channel == c {
				all = it.Content.Pictures()
			}
		}
		for _, m := range all {
			bare = append(bare, Media{ID: m.ID})
		}
		return all, bare
	}
	was, bareWas := of(f.Since.Items)
	is, bareIs := of(f.Items)
	switch {
	case !slices.Equal(bareWas, bareIs):
		return "other"
	case !slices.EqualFunc(was, is, func(a, b Media) bool { return a.Cut == b.Cut }):
		return "cut"
	}
	return "same"
}

// Cut is the part of a picture that a version shows on a channel; no channel:
// on the first that has it.
func (f File) Cut(r RoundID, c id.Channel, m id.Media) network.Cut {
	for _, x := range append([]Round{f.Round}, f.Rounds...) {
		for _, it := range x.Items {
			if x.ID != r || c != "" && it.Channel != c {
				continue
			}
			for _, p := range it.Content.Pictures() {
				if p.ID == m {
					return p.Cut
				}
			}
		}
	}
	return ""
}

// Read returns the file of a post. looking writes down that the reader has now
// seen this version. Errors: not_found (nothing was ever submitted, or it is
// not this reader's).
func (s *Service) Read(ctx context.Context, r Reader, b id.Brand, post id.Post, looking bool) (_ File, err error) {
	defer fault.Wrap(&err, "read review")
	if err := s.mayRead(ctx, r, b); err != nil {
		return File{}, err
	}
	all, err := rounds(ctx, s.DB, b, post)
	if err != nil {
		return File{}, err
	}
	if len(all) == 0 {
		return File{}, fault.New(fault.NotFound, "")
	}
	policies, err := loadPolicies(ctx, s.DB, b)
	if err != nil {
		return File{}, err
	}
	ds, err := loadDecisions(ctx, s.DB, b, post)
	if err != nil {
		return File{}, err
	}
	remarks, err := loadRemarks(ctx, s.DB, b, post)
	if err != nil {
		return File{}, err
	}
	last := all[len(all)-1]
	if !r.sees(last, policies, ds) {
		return File{}, fault.New(fault.NotFound, "")
	}
	out := File{Entry: r.entry(last, policies, ds), Open: last.Closed.IsZero(), Decisions: ds, Rounds: all}
	seen := map[RoundID]bool{}
	if r.client(b) {
		out.Rounds, out.Decisions = nil, nil
		for _, x := range all {
			if r.sees(x, policies, ds) {
				out.Rounds = append(out.Rounds, x)
				seen[x.ID] = true
			}
		}
		for _, d := range ds {
			if d.Client && seen[d.Round] {
				out.Decisions = append(out.Decisions, d)
			}
		}
	}
	for _, m := range remarks {
		if !r.client(b) || !m.Internal && seen[m.Round] {
			out.Remarks = append(out.Remarks, m)
		}
	}
	for _, it := range last.Items {
		if !it.Asked {
			continue
		}
		p := last.rule(policies, it.Channel)
		st := p.judge(onlyYes(ds), Asked{Channel: it.Channel, Hash: it.Hash, Planned: last.Planned, At: last.At})
		for i, step := range p.Steps {
			out.Reads = append(out.Reads, Read{Channel: it.Channel, Step: step, Index: i, Done: i < st.step, Open: i == st.step && out.Open})
		}
	}
	if err := s.withChoices(ctx, r, b, &out, policies, ds); err != nil {
		return out, err
	}
	out.Since, err = s.look(ctx, r, b, post, last, out.Rounds, looking)
	return out, err
}

// withChoices adds what is, or was, to be chosen from, as far as the reader may
// see the rounds that asked for it.
func (s *Service) withChoices(ctx context.Context, r Reader, b id.Brand, f *File, policies map[id.Channel]Policy, ds []Decision) error {
	all, err := choices(ctx, s.DB, b, f.Post)
	if err != nil {
		return err
	}
	for _, c := range all {
		if !slices.ContainsFunc(f.Rounds, func(x Round) bool { return x.Choice == c.ID }) {
			continue
		}
		if c.State == ChoiceOpen && c.ID == f.Round.Choice {
			f.Choice = &c
			f.Last = slices.ContainsFunc(f.Items, func(it Item) bool { return r.last(f.Round.rule(policies, it.Channel), ds, f.Round, it) })
			continue
		}
		f.Chosen = append(f.Chosen, c)
	}
	return nil
}

// look finds the version this reader knew, and with keep moves her mark on. Her
// own answer is a look too, so that the version she answered to is the one she
// compares with.
func (s *Service) look(ctx context.Context, r Reader, b id.Brand, post id.Post, last Round, known []Round, keep bool) (*Round, error) {
	type mark struct{ now, before RoundID }
	m, err := sqldb.One(ctx, s.DB, func(row sqldb.Scanner) (m mark, err error) { return m, row.Scan(&m.now, &m.before) },
		`SELECT round, before_round FROM approval_look WHERE brand = ? AND post = ? AND reader = ?`, b, post, r.key())
	if err != nil && !sqldb.IsNoRow(err) {
		return nil, err
	}
	since := m.now
	if m.now == last.ID {
		since = m.before
	} else if keep {
		if _, err := s.DB.Exec(ctx, `INSERT INTO approval_look (brand, post, reader, round, before_round, at) VALUES (?,?,?,?,?,?)
			ON CONFLICT (brand, post, reader) DO UPDATE SET round = excluded.round, before_round = excluded.before_round, at = excluded.at`,
			b, post, r.key(), last.ID, m.now, sqldb.At(s.DB.Now())); err != nil {
			return nil, err
		}
	}
	if i := slices.IndexFunc(known, func(x Round) bool { return x.ID == since }); since != "" && i >= 0 {
		return &known[i], nil
	}
	return nil, nil
}

// Asked tells whether anybody was ever asked to read a post.
func (s *Service) Asked(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (_ bool, err error) {
	defer fault.Wrap(&err, "ask for a reading")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return false, err
	}
	n, err := sqldb.Value[int64](ctx, s.DB, `SELECT COUNT(*) FROM approval_round WHERE brand = ? AND post = ?`, b, post)
	return n > 0, err
}

// Holds tells whether a picture stands in a round that this reader may see: the
// link's page shows those and no other.
func (s *Service) Holds(ctx context.Context, r Reader, b id.Brand, post id.Post, m id.Media) (bool, error) {
	f, err := s.Read(ctx, r, b, post, false)
	if err != nil {
		return false, err
	}
	for _, it := range f.Items {
		if slices.ContainsFunc(it.Content.Pictures(), func(p Media) bool { return p.ID == m }) {
			return true, nil
		}
	}
	if f.Choice != nil {
		for _, x := range f.Choice.Candidates {
			for _, it := range x.Items {
				if slices.ContainsFunc(it.Content.Pictures(), func(p Media) bool { return p.ID == m }) {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// LinkNames says who the links are, for the record of who decided.
func (s *Service) LinkNames(ctx context.Context, b id.Brand) (map[LinkID]string, error) {
	out := map[LinkID]string{}
	return out, sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var key LinkID
		var name string
		err := r.Scan(&key, &name)
		out[key] = name
		return err
	}, `SELECT id, name FROM approval_link WHERE brand = ?`, b)
}
