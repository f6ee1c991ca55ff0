package publishing

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// IdeaID names an idea.
type IdeaID string

// IdeaState is the column of the board an idea stands in. Stored; never renamed.
type IdeaState string

const (
	IdeaNew     IdeaState = "idea"    // dropped as it came
	IdeaToWrite IdeaState = "write"   // somebody means to write it
	IdeaAside   IdeaState = "aside"   // not now
	IdeaWritten IdeaState = "written" // a post was made of it: off the board
)

// IdeaStates lists the states in the order of the board, IdeaWritten last.
func IdeaStates() []IdeaState { return []IdeaState{IdeaNew, IdeaToWrite, IdeaAside, IdeaWritten} }

// Idea is what might become a post. It is no post: it stands on no calendar and
// nothing of it can leave before somebody makes a post of it.
type Idea struct {
	ID       IdeaID      `json:"id"`
	Brand    id.Brand    `json:"brand"`
	State    IdeaState   `json:"state"`
	Words    string      `json:"words"` // one line
	Note     string      `json:"note"`  // for the team; goes into no post
	Link     string      `json:"link"`
	Labels   []string    `json:"labels"`
	Campaign id.Campaign `json:"campaign,omitempty"`
	Person   id.Person   `json:"person"`
	Made     time.Time   `json:"made"`
	Editor   id.Person   `json:"editor"`
	Edited   time.Time   `json:"edited"`
	Version  int64       `json:"version"`
	Removed  time.Time   `json:"removed,omitzero"`
	Posts    []IdeaPost  `json:"posts"`

	place int64
}

// IdeaPost is a post that was made of an idea.
type IdeaPost struct {
	ID    id.Post `json:"id"`
	Title string  `json:"title"`
	Badge Badge   `json:"badge"`
}

// IdeaEdit is what a change gives an idea; nil fields stay as they are.
type IdeaEdit struct {
	Words    *string
	Note     *string
	Link     *string
	Labels   *[]string
	Campaign *id.Campaign
}

// Limits of ideas.
const (
	MaxIdeas     = 1000 // of a brand, those that were removed aside
	MaxIdeaWords = 500  // bytes
	MaxIdeaNote  = 10_000
	// RemovedKept is how long a removed idea or template can be taken back.
	RemovedKept = BinKept
)

// Acts of ideas; subject "idea".
const (
	ActIdeaAdded    = "idea.added"
	ActIdeaChanged  = "idea.changed"
	ActIdeaMoved    = "idea.moved" // {state}
	ActIdeaRemoved  = "idea.removed"
	ActIdeaRestored = "idea.restored"
	ActIdeaWritten  = "idea.written"   // {post}
	ActIdeaTakenUp  = "idea.unwritten" // {post}: the post is in the bin, the idea back on the board
)

var (
	errIdeaWords = fault.New(fault.Invalid, "ideas.empty").At("words")
	errIdeaLink  = fault.New(fault.Invalid, "ideas.link").At("link")
	errIdeaState = fault.New(fault.Invalid, "").At("state")
	errIdeaMany  = fault.New(fault.Invalid, "ideas.too_many").With("max", MaxIdeas)
)

// IdeaFilter chooses ideas. Zero fields do not filter.
type IdeaFilter struct {
	State    IdeaState
	Label    string
	Campaign id.Campaign
	// Text is looked for in words, note and link, accents and case folded.
	Text string
}

// Ideas lists a brand's ideas in the order of their columns; those of which a
// post was made stand last, the latest first.
func (s *Service) Ideas(ctx context.Context, a team.Actor, b id.Brand, f IdeaFilter) (_ []Idea, err error) {
	defer fault.Wrap(&err, "list ideas")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return nil, err
	}
	all, err := sqldb.List(ctx, s.DB, scanIdea, `SELECT `+ideaColumns+` FROM idea WHERE brand = ? AND removed_at IS NULL
		ORDER BY CASE state WHEN 'idea' THEN 0 WHEN 'write' THEN 1 WHEN 'aside' THEN 2 ELSE 3 END, place, id LIMIT ?`, b, MaxIdeas)
	if err != nil {
		return nil, err
	}
	want := textkit.Fold(f.Text)
	out := all[:0]
	for _, i := range all {
		if f.State != "" && i.State != f.State || f.Campaign != "" && i.Campaign != f.Campaign || f.Label != "" && !slices.Contains(i.Labels, f.Label) ||
			want != "" && !strings.Contains(textkit.Fold(i.Words+"\n"+i.Note+"\n"+i.Link+"\n"+strings.Join(i.Labels, "\n")), want) {
			continue
		}
		out = append(out, i)
	}
	return out, withPosts(ctx, s.DB, b, out)
}

// Idea reads one idea, removed or not. Errors: not_found.
func (s *Service) Idea(ctx context.Context, a team.Actor, b id.Brand, i IdeaID) (_ Idea, err error) {
	defer fault.Wrap(&err, "read idea")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return Idea{}, err
	}
	v, err := loadIdea(ctx, s.DB, b, i)
	if err != nil {
		return v, err
	}
	one := []Idea{v}
	err = withPosts(ctx, s.DB, b, one)
	return one[0], err
}

// IdeaOf is the idea that a post was made of; nil when it was made of none.
func (s *Service) IdeaOf(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (_ *Idea, err error) {
	defer fault.Wrap(&err, "idea of a post")
	if !a.May(b, team.SeeDrafts) {
		return nil, nil
	}
	all, err := sqldb.List(ctx, s.DB, scanIdea, `SELECT `+ideaColumns+` FROM idea WHERE brand = ? AND removed_at IS NULL AND id IN (SELECT idea FROM idea_post WHERE brand = ? AND post = ?) ORDER BY id LIMIT 1`, b, b, post)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// AddIdea drops an idea on top of a column; an empty state is IdeaNew. Errors:
// invalid.
func (s *Service) AddIdea(ctx context.Context, a team.Actor, b id.Brand, state IdeaState, e IdeaEdit) (_ Idea, err error) {
	defer fault.Wrap(&err, "add idea")
	if state == "" {
		state = IdeaNew
	}
	if !slices.Contains(IdeaStates(), state) || state == IdeaWritten {
		return Idea{}, errIdeaState
	}
	v := Idea{ID: id.New[IdeaID](), Brand: b, State: state, Person: a.Person, Editor: a.Person, Version: 1}
	err = s.ideas(ctx, a, b, func(tx *sqldb.Tx) error {
		n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM idea WHERE brand = ? AND removed_at IS NULL`, b)
		if err != nil {
			return err
		}
		if n >= MaxIdeas {
			return errIdeaMany
		}
		if err := s.applyIdea(ctx, tx, &v, e); err != nil {
			return err
		}
		if v.Words == "" {
			return errIdeaWords
		}
		v.Made, v.Edited = tx.Now, tx.Now
		if v.place, err = placeIn(ctx, tx, b, state, ""); err != nil {
			return err
		}
		if err := insertIdea(ctx, tx, v); err != nil {
			return err
		}
		return s.recordIdea(ctx, tx, a, v, ActIdeaAdded, nil)
	})
	v.Posts = list(v.Posts)
	return v, err
}

// ChangeIdea gives an idea other words. version guards against a change in
// between. Errors: invalid, not_found, conflict.
func (s *Service) ChangeIdea(ctx context.Context, a team.Actor, b id.Brand, i IdeaID, version int64, e IdeaEdit) (_ Idea, err error) {
	defer fault.Wrap(&err, "change idea")
	var v Idea
	err = s.ideas(ctx, a, b, func(tx *sqldb.Tx) error {
		if v, err = liveIdea(ctx, tx, b, i); err != nil {
			return err
		}
		if v.Version != version {
			return errChanged.With("version", v.Version).With("who", string(v.Editor))
		}
		if err := s.applyIdea(ctx, tx, &v, e); err != nil {
			return err
		}
		if v.Words == "" {
			return errIdeaWords
		}
		v.Editor, v.Edited = a.Person, tx.Now
		if err := updateIdea(ctx, tx, &v); err != nil {
			return err
		}
		return s.recordIdea(ctx, tx, a, v, ActIdeaChanged, nil)
	})
	return v, err
}

// MoveIdea puts an idea into a column, above another idea of that column or, without
// one, at its end. Errors: invalid, not_found. Safe to repeat.
func (s *Service) MoveIdea(ctx context.Context, a team.Actor, b id.Brand, i IdeaID, to IdeaState, above IdeaID) (was Idea, err error) {
	defer fault.Wrap(&err, "move idea")
	if !slices.Contains(IdeaStates(), to) {
		return was, errIdeaState
	}
	return was, s.ideas(ctx, a, b, func(tx *sqldb.Tx) error {
		if was, err = liveIdea(ctx, tx, b, i); err != nil {
			return err
		}
		order, err := sqldb.Values[IdeaID](ctx, tx, `SELECT id FROM idea WHERE brand = ? AND state = ? AND removed_at IS NULL AND id <> ? ORDER BY place, id`, b, to, i)
		if err != nil {
			return err
		}
		at := slices.Index(order, above)
		if at < 0 {
			at = len(order)
		}
		for n, one := range slices.Insert(order, at, i) {
			if _, err := tx.Exec(ctx, `UPDATE idea SET place = ? WHERE brand = ? AND id = ? AND place <> ?`, n, b, one, n); err != nil {
				return err
			}
		}
		if was.State == to {
			return nil // the order of a column is nobody's record
		}
		if _, err := tx.Exec(ctx, `UPDATE idea SET state = ?, version = version + 1 WHERE brand = ? AND id = ?`, to, b, i); err != nil {
			return err
		}
		return s.recordIdea(ctx, tx, a, was, ActIdeaMoved, map[string]any{"state": to})
	})
}

// RemoveIdea takes an idea off the board; it can be taken back for
// RemovedKept. Errors: not_found. Safe to repeat.
func (s *Service) RemoveIdea(ctx context.Context, a team.Actor, b id.Brand, i IdeaID) (err error) {
	defer fault.Wrap(&err, "remove idea")
	return s.setRemoved(ctx, a, b, i, true)
}

// RestoreIdea takes a removed idea back, where it stood. Errors: not_found. Safe
// to repeat.
func (s *Service) RestoreIdea(ctx context.Context, a team.Actor, b id.Brand, i IdeaID) (err error) {
	defer fault.Wrap(&err, "restore idea")
	return s.setRemoved(ctx, a, b, i, false)
}

func (s *Service) setRemoved(ctx context.Context, a team.Actor, b id.Brand, i IdeaID, removed bool) error {
	return s.ideas(ctx, a, b, func(tx *sqldb.Tx) error {
		v, err := loadIdea(ctx, tx, b, i)
		if err != nil || v.Removed.IsZero() != removed {
			return err
		}
		act, at := ActIdeaRestored, sqldb.Time{}
		if removed {
			act, at = ActIdeaRemoved, sqldb.At(tx.Now)
		}
		if _, err := tx.Exec(ctx, `UPDATE idea SET removed_at = ?, version = version + 1 WHERE brand = ? AND id = ?`, at, b, i); err != nil {
			return err
		}
		return s.recordIdea(ctx, tx, a, v, act, nil)
	})
}

// ideas runs a change of the board in one transaction and tells open pages.
func (s *Service) ideas(ctx context.Context, a team.Actor, b id.Brand, fn func(tx *sqldb.Tx) error) error {
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		tx.AfterCommit(func() { s.Tell("brand:"+string(b), "ideas", nil) })
		return fn(tx)
	})
}

func (s *Service) recordIdea(ctx context.Context, tx *sqldb.Tx, a team.Actor, v Idea, act string, data map[string]any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: v.Brand, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: "idea", ID: string(v.ID)}, Data: data})
}

func (s *Service) applyIdea(ctx context.Context, tx *sqldb.Tx, v *Idea, e IdeaEdit) (err error) {
	if e.Words != nil {
		if v.Words, err = clean(*e.Words, MaxIdeaWords, "words"); err != nil {
			return err
		}
		v.Words = strings.Join(strings.Fields(v.Words), " ")
	}
	if e.Note != nil {
		if v.Note, err = clean(*e.Note, MaxIdeaNote, "note"); err != nil {
			return err
		}
		v.Note = strings.TrimSpace(v.Note)
	}
	if e.Link != nil {
		v.Link = strings.TrimSpace(*e.Link)
		if u, err := url.Parse(v.Link); v.Link != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(v.Link) > 2000) {
			return errIdeaLink
		}
	}
	if e.Labels != nil {
		if v.Labels, err = cleanLabels(*e.Labels); err != nil {
			return err
		}
	}
	if e.Campaign != nil {
		if err := campaignStands(ctx, tx, v.Brand, *e.Campaign); err != nil {
			return err
		}
		v.Campaign = *e.Campaign
	}
	return nil
}

// placeIn is the place on top of a column.
func placeIn(ctx context.Context, tx *sqldb.Tx, b id.Brand, state IdeaState, but IdeaID) (int64, error) {
	return sqldb.Value[int64](ctx, tx, `SELECT COALESCE(MIN(place), 0) - 1 FROM idea WHERE brand = ? AND state = ? AND id <> ?`, b, state, but)
}
