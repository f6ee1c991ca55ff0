package publishing

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Examiner looks at what would leave on one channel and says what is wrong with
// it: the charter, the spelling, the rights of a picture. It reads through q
// and calls no network. It is asked while one writes, when the post is
// scheduled, and again before the call: it answers within a millisecond or so
// from what it keeps in memory. An error stops a departure until it is gone.
type Examiner interface {
	Examine(ctx context.Context, q sqldb.Q, s Subject) ([]Finding, error)
}

// Subject is what would leave on one channel, and when.
type Subject struct {
	Brand   id.Brand
	Post    id.Post
	Channel channel.Channel
	Content Content
	// At is the hour it would leave; zero: it has none yet.
	At   time.Time
	Zone string // of the brand's calendar
	// Labels and Campaign are the post's.
	Labels   []string
	Campaign id.Campaign
	// Sees are the brands in which whoever asks has a role: nothing may be said
	// of any other. It is empty when nobody asks.
	Sees []id.Brand
	// Leaving says that it is asked before the call: only what blocks is of any
	// use then, and an examiner may leave the rest out.
	Leaving bool
}

// Finding is what an examiner has to say about a place, or about the whole.
type Finding struct {
	// Rule names who says it: "charter.avoid", "spelling", "rights.expired".
	Rule     string           `json:"rule"`
	Severity network.Severity `json:"severity"` // a blocking one stops the post
	// Part is the part's index; Start and End are bytes in its text, End
	// excluded; both the same: no place in the words.
	Part  int `json:"part"`
	Start int `json:"start"`
	End   int `json:"end"`
	// Media is the picture it is about.
	Media  id.Media       `json:"media,omitempty"`
	Key    string         `json:"key"` // of the sentence
	Values map[string]any `json:"values,omitempty"`
	// Why is the reason that the brand's people wrote, as they wrote it.
	Why    string  `json:"why,omitempty"`
	Remedy *Remedy `json:"remedy,omitempty"`
}

// Mark says what it is about: the rule, and the words as they stand or, without
// a place, the sentence. What is let stand in a post is known by it.
func (f Finding) Mark(c Content) (rule, words string) {
	if f.Start < f.End && f.Part < len(c.Parts) && f.End <= len(c.Parts[f.Part].Text) {
		return f.Rule, c.Parts[f.Part].Text[f.Start:f.End]
	}
	if f.Media != "" {
		return f.Rule, string(f.Media)
	}
	return f.Rule, f.Key
}

// Remedy is what a button beside a finding does.
type Remedy struct {
	// Do is one of "replace" (With stands in the place of the words), "insert"
	// (With is added at the end), "field" (the field named Field is shown),
	// "link" (the page Href opens).
	Do     string         `json:"do"`
	Key    string         `json:"key"` // of the label
	Values map[string]any `json:"values,omitempty"`
	// With are the texts to choose from, best first.
	With  []string `json:"with,omitempty"`
	Field string   `json:"field,omitempty"`
	Href  string   `json:"href,omitempty"`
	// Learn says that the word can be added to the brand's dictionary.
	Learn bool `json:"learn,omitempty"`
}

// Examined is what the examiners say of a post on one channel.
type Examined struct {
	Channel  channel.Channel `json:"-"`
	ID       id.Channel      `json:"channel"`
	Content  Content         `json:"content"`
	Hash     string          `json:"hash"`
	Findings []Finding       `json:"findings"`
}

// Examine has every examiner look at what would leave of a post on each of its
// channels, at the post's own hour. Nothing is kept. Safe to repeat.
func (s *Service) Examine(ctx context.Context, a team.Actor, p Post) (_ []Examined, err error) {
	defer fault.Wrap(&err, "examine")
	rendered, err := s.Preview(ctx, a, p)
	if err != nil {
		return nil, err
	}
	out := make([]Examined, 0, len(rendered))
	for _, r := range rendered {
		found, err := s.examine(ctx, s.subject(p, r.Channel, r.Content, a.Brands()))
		if err != nil {
			return nil, err
		}
		out = append(out, Examined{Channel: r.Channel, ID: r.Channel.ID, Content: r.Content, Hash: r.Hash, Findings: found})
	}
	return out, nil
}

// ExamineContents has every examiner look at what waits of a post, or would,
// at an hour: exactly what its readers have before them, with what stands
// against it by the network's limits. Channels that are gone are left out.
// Nothing is kept. Errors: not_found.
func (s *Service) ExamineContents(ctx context.Context, a team.Actor, b id.Brand, post id.Post, at time.Time, contents map[id.Channel]Content) (_ []Examined, err error) {
	defer fault.Wrap(&err, "examine contents")
	p, err := s.Get(ctx, a, b, post)
	if err != nil {
		return nil, err
	}
	p.At = at
	known, err := s.Channels.List(ctx, a, b)
	if err != nil {
		return nil, err
	}
	var out []Examined
	for _, ch := range known {
		c, ok := contents[ch.ID]
		if !ok {
			continue
		}
		var wanted []id.Media
		for _, m := range c.Media() {
			wanted = append(wanted, m.ID)
		}
		media, err := s.Media.Describe(ctx, b, wanted)
		if err != nil {
			return nil, err
		}
		found := []Finding{}
		for _, x := range check(c, Variant{Channel: ch.ID}, ch, media).Problems {
			found = append(found, Finding{Rule: "limits", Severity: x.Severity, Key: x.Key, Values: x.Values})
		}
		more, err := s.examine(ctx, s.subject(p, ch, c, a.Brands()))
		if err != nil {
			return nil, err
		}
		out = append(out, Examined{Channel: ch, ID: ch.ID, Content: c, Hash: c.Hash(), Findings: append(found, more...)})
	}
	return out, nil
}

func (s *Service) subject(p Post, ch channel.Channel, c Content, sees []id.Brand) Subject {
	return Subject{Brand: p.Brand, Post: p.ID, Channel: ch, Content: c, At: p.At, Zone: p.Planned.Zone, Labels: p.Labels, Campaign: p.Campaign, Sees: sees}
}

// examine asks every examiner. One that breaks is an internal error, never a
// post that leaves unexamined.
func (s *Service) examine(ctx context.Context, sub Subject) (out []Finding, err error) {
	out = []Finding{}
	for _, e := range s.Examiners {
		found, err := ask(ctx, s.DB, s.Log, e, sub)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func ask(ctx context.Context, q sqldb.Q, log *slog.Logger, e Examiner, sub Subject) (_ []Finding, err error) {
	defer func() {
		if v := recover(); v != nil {
			log.Error("an examiner broke", "post", sub.Post, "panic", v)
			err = fault.New(fault.Internal, "publishing.examiner").Becausef("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return e.Examine(ctx, q, sub)
}

// Stopping returns the first finding that blocks, nil when there is none.
func Stopping(all []Finding) *Finding {
	for i := range all {
		if all[i].Severity == network.Block {
			return &all[i]
		}
	}
	return nil
}

// mayLeave refuses to plan what an examiner blocks at that hour.
func (s *Service) mayLeave(ctx context.Context, a team.Actor, p Post, all []Rendered, when When) error {
	if len(s.Examiners) == 0 {
		return nil
	}
	p.At = s.DB.Now()
	if !when.Now {
		w, err := s.wallIn(ctx, s.DB, p.Brand, when.Wall)
		if err != nil {
			return err
		}
		if p.At, _, err = w.Instant(); err != nil {
			return err
		}
		p.Planned = w
	}
	for _, r := range all {
		found, err := s.examine(ctx, s.subject(p, r.Channel, r.Content, a.Brands()))
		if err != nil {
			return err
		}
		if f := Stopping(found); f != nil {
			return errBlocked.At("variants").With("channel", r.Channel.Handle).With("problem", f.Key).With("values", f.Values).With("why", f.Why).With("hour", f.otherHour())
		}
	}
	return nil
}

// otherHour tells whether what stops a post is its hour alone: the queue then
// looks at the next day.
func (f *Finding) otherHour() bool { return f.Remedy != nil && f.Remedy.Field == "date" }

// mayMove refuses to give what is scheduled an hour at which an examiner blocks
// it. What cannot be read, or is no hour, is for the move itself to refuse.
func (s *Service) mayMove(ctx context.Context, a team.Actor, b id.Brand, all []Move) error {
	if len(s.Examiners) == 0 {
		return nil
	}
	for _, m := range all {
		p, err := s.Get(ctx, a, b, m.Post)
		if err != nil || p.Badge == NoBadge {
			continue // a draft's wish: the composer says what stands against it
		}
		w, err := s.wallIn(ctx, s.DB, b, m.To)
		if err != nil {
			continue
		}
		at, _, err := w.Instant()
		if err != nil {
			continue
		}
		p.At, p.Planned = at, w
		pubs, err := loadPublications(ctx, s.DB, b, p.ID)
		if err != nil {
			return err
		}
		for _, o := range pubs {
			if !o.State.Waiting() {
				continue
			}
			ch, err := s.Channels.Get(ctx, a, b, o.Channel)
			if err != nil {
				continue // its channel was removed
			}
			found, err := s.examine(ctx, s.subject(p, ch, o.Content, a.Brands()))
			if err != nil {
				return err
			}
			if f := Stopping(found); f != nil {
				return errBlocked.At("when").With("channel", ch.Handle).With("problem", f.Key).With("values", f.Values).With("why", f.Why).With("title", titleOf(p.Title, p.Text))
			}
		}
	}
	return nil
}

// verdict is what the examiners said of a claim before its hour; it holds for
// the version of the row it was given for.
type verdict struct {
	given bool
	stop  *Finding
}

// sides are what an examiner asks of a post beside its words.
type sides struct {
	labels   []string
	campaign id.Campaign
}

// examineSoon gives what is due within seconds its verdict, so that the hour
// itself has only the calls to make. What cannot be asked is asked at the hour.
func (l *Ledger) examineSoon(ctx context.Context, soon []claimed) {
	if len(l.Examiners) == 0 {
		return
	}
	posts := make([]id.Post, len(soon))
	for i := range soon {
		posts[i] = soon[i].Post
	}
	known, err := sidesOf(ctx, l.DB, posts)
	if err != nil {
		return
	}
	for i := range soon {
		if c := &soon[i]; c.way != nil {
			if stop, err := l.judge(ctx, c, known[c.Post]); err == nil {
				c.verdict = verdict{true, stop}
			}
		}
	}
}

// examined is the last look of the examiners, outside of any transaction: what
// they said at most armAhead before, or what they say now.
func (l *Ledger) examined(ctx context.Context, c *claimed) (*Finding, error) {
	if len(l.Examiners) == 0 {
		return nil, nil
	}
	if c.verdict.given {
		return c.verdict.stop, nil
	}
	known, err := sidesOf(ctx, l.DB, []id.Post{c.Post})
	if err != nil {
		return nil, err
	}
	return l.judge(ctx, c, known[c.Post])
}

func (l *Ledger) judge(ctx context.Context, c *claimed, more sides) (*Finding, error) {
	sub := Subject{Brand: c.Brand, Post: c.Post, Channel: c.way.channel, Content: c.Content, At: c.DueAt, Zone: c.Planned.Zone,
		Labels: more.labels, Campaign: more.campaign, Leaving: true}
	if now := l.DB.Now(); now.Sub(sub.At) > time.Minute {
		sub.At = now // late: what counts is the hour it really leaves
	}
	found, err := l.examine(ctx, sub)
	if err != nil {
		return nil, err
	}
	return Stopping(found), nil
}

func sidesOf(ctx context.Context, q sqldb.Q, posts []id.Post) (map[id.Post]sides, error) {
	out := make(map[id.Post]sides, len(posts))
	for part := range sqldb.Chunks(posts, 500) {
		err := sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
			var p id.Post
			var s sides
			var labels sqldb.JSON[[]string]
			err := r.Scan(&p, &labels, &s.campaign)
			s.labels = labels.V
			out[p] = s
			return err
		}, `SELECT id, labels, campaign FROM post WHERE id IN `+sqldb.Marks(len(part)), sqldb.Args(part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// stopped ends a publication that an examiner blocks, before its call: it says
// why, and leaves only when somebody tries it again.
func (l *Ledger) stopped(ctx context.Context, c *claimed, f *Finding) {
	detail := map[string]any{"rule": f.Rule, "why": f.Why}
	for k, v := range f.Values {
		detail[k] = v
	}
	o := outcome{problem: f.Key, detail: detail, act: ActFailed, uncounted: true,
		step: Step{What: StepBlocked, Part: f.Part, Problem: f.Key, Detail: detail}}
	l.Log.Info("publication", "brand", c.Brand, "publication", c.ID, "channel", c.Channel, "state", Failed, "rule", f.Rule)
	err := l.write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return l.settle(ctx, tx, c.Publication, Failed, o)
	})
	if err != nil {
		l.Log.Error("stopped, not written", "publication", c.ID, "error", err)
	}
}
