package publishing

import (
	"context"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Thread is whom a post answers: the conversation as the room that keeps it
// names it, and the place in the network's own references.
type Thread struct {
	About  string      `json:"about"`
	Parent network.Ref `json:"parent"`
	Root   network.Ref `json:"root,omitempty"`
}

// to is the place as the content names it; nil for a post that speaks by itself.
func (t Thread) to() *To {
	if t.About == "" {
		return nil
	}
	return &To{Parent: t.Parent, Root: t.Root}
}

// Reply is an answer to somebody. It goes the way of every post: the same
// ledger, charter, rights, gate and freeze.
type Reply struct {
	// ID is chosen by who asks, so that a second press of the button, or a
	// request told twice, is the same answer. Empty: a new one.
	ID      id.Post
	Channel id.Channel
	Thread  Thread
	// Title is for the team: "Réponse à @maelle.k".
	Title string
	// Mention is the handle of who is answered, without @; it is put before the
	// words where the network tells nobody otherwise.
	Mention string
	Text    string
	Media   []MediaRef
	Options network.Options
	// After is how long it can be taken back before it leaves: the undo window.
	After time.Duration
	Took  time.Duration
	// Still is asked in the transaction that plans the answer, with what it is
	// about to be: its error stops it, and what it writes stands or falls with it.
	Still func(ctx context.Context, tx *sqldb.Tx, post id.Post) error
}

// MaxUndo bounds the undo window: longer is a plan, and has its own verb.
const MaxUndo = 5 * time.Minute

var (
	errNoWords    = fault.New(fault.Invalid, "publishing.answer_empty").At("text")
	errNoThread   = fault.New(fault.Invalid, "publishing.answer_thread").At("parent")
	errAnswerLeft = fault.New(fault.Conflict, "publishing.answer_left")
	errNoAnswer   = fault.New(fault.NotFound, "")
)

// Answered is an answer on its way.
type Answered struct {
	Post        Post        `json:"post"`
	Publication Publication `json:"publication"`
	// Until is when it stops being possible to take it back.
	Until time.Time `json:"until,omitzero"`
}

// draft is the post that a reply is, before it is written down.
func (s *Service) draft(a team.Actor, b id.Brand, r Reply) (Post, error) {
	p := Post{ID: r.ID, Brand: b, Validation: Approved, Author: a.Person, Editor: a.Person, Version: 1, Answers: r.Thread, Options: r.Options}
	if p.ID == "" {
		p.ID = id.New[id.Post]()
	}
	if r.Thread.About == "" || r.Thread.Parent == "" {
		return p, errNoThread
	}
	var err error
	if p.Title, err = clean(r.Title, MaxTitle, "title"); err != nil {
		return p, err
	}
	if p.Text, err = clean(r.Text, MaxText, "text"); err != nil {
		return p, err
	}
	p.Text = strings.TrimSpace(p.Text)
	if p.Media, err = cleanMedia(r.Media); err != nil {
		return p, err
	}
	if p.Text == "" && len(p.Media) == 0 {
		return p, errNoWords
	}
	p.Variants = []Variant{{ID: id.New[id.Variant](), Channel: r.Channel}}
	return p, nil
}

// addressed puts the name of who is answered before the words, where the
// network tells her only then.
func addressed(p *Post, mention string, rule network.AnswerRule) {
	at := "@" + strings.TrimPrefix(mention, "@")
	if !rule.Mention || at == "@" || strings.Contains(strings.ToLower(p.Text), strings.ToLower(at)) {
		return
	}
	p.Text = strings.TrimSpace(at + " " + p.Text)
}

// PreviewReply renders an answer as it would leave now, with what stands in its
// way: the live counter, the charter, the spelling. Nothing is kept.
func (s *Service) PreviewReply(ctx context.Context, a team.Actor, b id.Brand, r Reply) (_ Rendered, _ []Finding, err error) {
	defer fault.Wrap(&err, "preview answer")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return Rendered{}, nil, err
	}
	p, err := s.draft(a, b, r)
	if err != nil {
		return Rendered{}, nil, err
	}
	return s.render(ctx, a, p, r.Mention)
}

// render is Preview and Examine of an answer to one person.
func (s *Service) render(ctx context.Context, a team.Actor, p Post, mention string) (Rendered, []Finding, error) {
	ch, err := s.Channels.Get(ctx, a, p.Brand, p.Variants[0].Channel)
	if err != nil {
		return Rendered{}, nil, err
	}
	addressed(&p, mention, ch.Capabilities.Answer)
	all, err := s.Preview(ctx, a, p)
	if err != nil {
		return Rendered{}, nil, err
	}
	if p.At = s.DB.Now(); p.Planned.Zone == "" {
		if p.Planned.Zone, err = s.Zone(ctx, s.DB, p.Brand); err != nil {
			return Rendered{}, nil, err
		}
	}
	found, err := s.examine(ctx, s.subject(p, all[0].Channel, all[0].Content, a.Brands()))
	return all[0], found, err
}

// Reply sends an answer: it leaves through the ledger, once, when the undo
// window has passed and the gate lets it. Repeating it with the same ID gives
// the same answer back. Errors: invalid (empty, too long, what blocks: field
// "variants", Values "problem"), conflict (Still's), not_found.
func (s *Service) Reply(ctx context.Context, a team.Actor, b id.Brand, r Reply) (_ Answered, err error) {
	defer fault.Wrap(&err, "answer")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return Answered{}, err
	}
	p, err := s.draft(a, b, r)
	if err != nil {
		return Answered{}, err
	}
	if had, err := s.answered(ctx, s.DB, b, p.ID); err == nil || !fault.Is(err, fault.NotFound) {
		return had, err
	}
	ch, err := s.Channels.Get(ctx, a, b, r.Channel)
	if err != nil {
		return Answered{}, err
	}
	addressed(&p, r.Mention, ch.Capabilities.Answer)
	rendered, found, err := s.render(ctx, a, p, "")
	if err != nil {
		return Answered{}, err
	}
	if f := network.Blocking(rendered.Problems); f != nil {
		return Answered{}, errBlocked.At("variants").With("channel", ch.Handle).With("problem", f.Key).With("values", f.Values)
	}
	if f := Stopping(found); f != nil {
		return Answered{}, errBlocked.At("variants").With("channel", ch.Handle).With("problem", f.Key).With("values", f.Values).With("why", f.Why)
	}
	wait := min(max(0, r.After), MaxUndo)
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if had, err := s.answered(ctx, tx, b, p.ID); err == nil || !fault.Is(err, fault.NotFound) {
			_ = had
			return err // told twice at the same moment
		}
		if r.Still != nil {
			if err := r.Still(ctx, tx, p.ID); err != nil {
				return err
			}
		}
		p.Made, p.Edited = tx.Now, tx.Now
		if err := insertPost(ctx, tx, p); err != nil {
			return err
		}
		return s.planReply(ctx, tx, a, &p, rendered, tx.Now.Add(wait), r.Took)
	})
	if err != nil {
		return Answered{}, err
	}
	s.wake()
	out, err := s.answered(ctx, s.DB, b, p.ID)
	if out.Publication.State.Waiting() {
		out.Until = out.Publication.DueAt
	}
	return out, err
}

// planReply puts an answer on the ledger at an instant.
func (s *Service) planReply(ctx context.Context, tx *sqldb.Tx, a team.Actor, p *Post, r Rendered, at time.Time, took time.Duration) error {
	zone, err := s.Zone(ctx, tx, p.Brand)
	if err != nil {
		return err
	}
	if p.Planned, err = clock.At(at, zone); err != nil {
		return err
	}
	p.At = at
	frozen, err := frozenNow(ctx, tx, p.Brand)
	if err != nil {
		return err
	}
	if _, err := s.plan(ctx, tx, a, *p, []Rendered{r}, frozen); err != nil {
		return err
	}
	if err := s.regate(ctx, tx, a, p); err != nil {
		return err
	}
	p.Version++
	if err := updatePost(ctx, tx, *p, p.Version-1); err != nil {
		return err
	}
	if err := refreshBadge(ctx, tx, p.Brand, p.ID); err != nil {
		return err
	}
	s.changed(tx, p.Brand, p.ID)
	return s.record(ctx, tx, a, *p, ActAnswered, map[string]any{"about": p.Answers.About, "channel": r.Channel.ID, "hash": r.Hash, "at": at}, took)
}

// TakeBack stops an answer that has not begun to leave, and gives it back so
// that nothing written is lost. Errors: conflict (it is on its way, or there),
// not_found.
func (s *Service) TakeBack(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (p Post, err error) {
	defer fault.Wrap(&err, "take answer back")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return Post{}, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := enter(ctx, tx, b, post); err != nil {
			return err
		}
		if p, err = loadPost(ctx, tx, b, post); err != nil {
			return err
		}
		if p.Answers.About == "" {
			return errNoAnswer
		}
		if !p.Binned.IsZero() {
			return nil // taken back already
		}
		states, err := sqldb.Values[State](ctx, tx, `SELECT state FROM publication WHERE brand = ? AND post = ?`, b, post)
		if err != nil {
			return err
		}
		for _, st := range states {
			if !st.Waiting() {
				return errAnswerLeft
			}
		}
		if err := s.takeOff(ctx, tx, a, &p); err != nil {
			return err
		}
		p.Binned = tx.Now
		return s.put(ctx, tx, a, p, ActTakenBack)
	})
	return p, err
}

// Replies lists what was answered in a conversation, oldest first, at most
// MaxPage, those taken back left out.
func (s *Service) Replies(ctx context.Context, a team.Actor, b id.Brand, about string) (_ []Answered, err error) {
	defer fault.Wrap(&err, "list answers")
	if err := a.Require(b, team.SeeInbox); err != nil {
		return nil, err
	}
	posts, err := sqldb.Values[id.Post](ctx, s.DB, `SELECT id FROM post WHERE brand = ? AND about = ? AND about <> '' AND binned_at IS NULL ORDER BY made_at DESC, id DESC LIMIT ?`, b, about, MaxPage)
	if err != nil {
		return nil, err
	}
	out := make([]Answered, len(posts))
	for i, p := range posts {
		if out[len(posts)-1-i], err = s.answered(ctx, s.DB, b, p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// answered reads an answer with its one publication.
func (s *Service) answered(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) (out Answered, err error) {
	if out.Post, err = loadPost(ctx, q, b, post); err != nil {
		return out, err
	}
	if out.Post.Answers.About == "" {
		return out, errNoAnswer
	}
	pubs, err := loadPublications(ctx, q, b, post)
	if len(pubs) > 0 {
		out.Publication = pubs[0]
	}
	return out, err
}
