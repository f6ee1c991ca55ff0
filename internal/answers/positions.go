package answers

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Stood is a position with how it stands today.
type Stood struct {
	Position
	Standing Standing `json:"standing"`
	// Now is the wording in force, Then the one that comes next; null: none.
	Now  *Wording `json:"now"`
	Then *Wording `json:"next"`
	// Until is the last day of one that ended; empty otherwise.
	Until string `json:"until,omitempty"`
}

func stand(p *Position, day string) Stood {
	out := Stood{Position: *p, Standing: p.Standing(day), Now: p.On(day), Then: p.Next(day)}
	if w := p.begun(day); out.Standing == Ended && w != nil && p.Withdrawn.IsZero() {
		out.Until = p.ended(w)
	}
	return out
}

// Positions lists a brand's positions by subject: those in force first, then
// what comes, the drafts, what ended. text narrows them. Errors: not_found for
// strangers.
func (s *Service) Positions(ctx context.Context, a team.Actor, b id.Brand, text string) (_ []Stood, err error) {
	defer fault.Wrap(&err, "list positions")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return nil, err
	}
	h, err := s.shelf(ctx, s.DB, b)
	if err != nil {
		return nil, err
	}
	day, err := s.day(ctx, s.DB, b, s.DB.Now())
	if err != nil {
		return nil, err
	}
	words := strings.Fields(textkit.Fold(text))
	var out []Stood
	for _, p := range h.positions {
		if p.holds(words) {
			out = append(out, stand(p, day))
		}
	}
	slices.SortStableFunc(out, func(a, b Stood) int {
		if d := slices.Index(Standings(), a.Standing) - slices.Index(Standings(), b.Standing); d != 0 {
			return d
		}
		return strings.Compare(textkit.Fold(a.Subject), textkit.Fold(b.Subject))
	})
	return out, nil
}

func (p *Position) holds(words []string) bool {
	if len(words) == 0 {
		return true
	}
	hay := []string{p.Subject}
	for _, w := range p.Wordings {
		for _, t := range w.Texts {
			hay = append(hay, t.Say, t.Avoid)
		}
	}
	all := textkit.Fold(strings.Join(hay, "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) })
}

// Position returns one position with all its wordings. Errors: not_found.
func (s *Service) Position(ctx context.Context, a team.Actor, b id.Brand, key PositionID) (_ Stood, err error) {
	defer fault.Wrap(&err, "read position")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return Stood{}, err
	}
	p, err := loadPosition(ctx, s.DB, b, key)
	if err != nil {
		return Stood{}, err
	}
	return s.stood(ctx, b, p)
}

func (s *Service) stood(ctx context.Context, b id.Brand, p *Position) (Stood, error) {
	day, err := s.day(ctx, s.DB, b, s.DB.Now())
	if err != nil {
		return Stood{}, err
	}
	return stand(p, day), nil
}

// Write makes a position, or writes its next wording: over the draft there is,
// or as a new version that takes the place of the old one at its date once it
// is approved. version is the position's, 0 for a new one. Errors: invalid
// (fields of NewWording), not_found, conflict.
func (s *Service) Write(ctx context.Context, a team.Actor, b id.Brand, key PositionID, version int64, d NewWording) (_ Stood, err error) {
	defer fault.Wrap(&err, "write position")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Stood{}, err
	}
	if key != "" {
		if _, err := loadPosition(ctx, s.DB, b, key); err != nil {
			return Stood{}, err
		}
	}
	if d, err = d.Check(); err != nil {
		return Stood{}, err
	}
	var p *Position
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := bump(ctx, tx, b); err != nil {
			return err
		}
		w := Wording{Number: 1, Texts: d.Texts, Phrases: d.Phrases, From: d.From, Until: d.Until, Made: tx.Now, Writers: []id.Person{a.Person}}
		if key == "" {
			n, err := sqldb.Value[int](ctx, tx, `SELECT COUNT(*) FROM position WHERE brand = ?`, b)
			if err != nil {
				return err
			}
			if n >= MaxPositions {
				return errFull.At("subject").With("max", MaxPositions)
			}
			key = id.New[PositionID]()
			if _, err := tx.Exec(ctx, `INSERT INTO position (id, brand, subject, withdrawn_at, made_at, version) VALUES (?,?,?,NULL,?,1)`, key, b, d.Subject, sqldb.At(tx.Now)); err != nil {
				return err
			}
		} else {
			now, err := s.lock(ctx, tx, b, key, version)
			if err != nil {
				return err
			}
			if w.Number = now.Last().Number + 1; now.Last().Draft() {
				w.Number = now.Last().Number
				w.Writers = now.Last().Writers
				if !slices.Contains(w.Writers, a.Person) {
					w.Writers = append(slices.Clone(w.Writers), a.Person)
				}
			}
			if w.Number > maxWordings {
				return errFull.At("texts").With("max", maxWordings)
			}
			if _, err := tx.Exec(ctx, `UPDATE position SET subject = ?, version = version + 1 WHERE brand = ? AND id = ?`, d.Subject, b, key); err != nil {
				return err
			}
		}
		if err := putWording(ctx, tx, b, key, w); err != nil {
			return err
		}
		if p, err = loadPosition(ctx, tx, b, key); err != nil {
			return err
		}
		s.changed(tx, b)
		return s.recordPosition(ctx, tx, a, b, ActWritten, key, map[string]any{"subject": d.Subject, "number": w.Number})
	})
	if err != nil {
		return Stood{}, err
	}
	return s.stood(ctx, b, p)
}

// lock reads a position that is about to change, if it still has that version;
// 0 takes any.
func (s *Service) lock(ctx context.Context, tx *sqldb.Tx, b id.Brand, key PositionID, version int64) (*Position, error) {
	now, err := loadPosition(ctx, tx, b, key)
	if err != nil {
		return nil, err
	}
	if version != 0 && version != now.Version {
		return nil, errChanged.With("version", now.Version)
	}
	return now, nil
}

func (s *Service) recordPosition(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, act string, key PositionID, data map[string]any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: "position", ID: string(key)}, Data: data})
}

// Approve says yes to the wording with this number, as it was read at this
// version. Nobody approves words of her own, unless nobody else of the brand
// could. Errors: not_found, conflict (changed since, approved already, one's
// own).
func (s *Service) Approve(ctx context.Context, a team.Actor, b id.Brand, key PositionID, number, version int64) (_ Stood, err error) {
	defer fault.Wrap(&err, "approve position")
	for _, p := range []team.Permission{team.AnswerPeople, team.Review} {
		if err := a.Require(b, p); err != nil {
			return Stood{}, err
		}
	}
	people, err := s.People(ctx, b)
	if err != nil {
		return Stood{}, err
	}
	var p *Position
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := bump(ctx, tx, b); err != nil {
			return err
		}
		now, err := s.lock(ctx, tx, b, key, version)
		if err != nil {
			return err
		}
		w := now.wording(number)
		if w == nil {
			return fault.New(fault.NotFound, "")
		}
		if !w.Draft() {
			return errApproved
		}
		own := slices.Contains(w.Writers, a.Person)
		if own && a.Person != "" && others(people, w.Writers) {
			return errOwn
		}
		if _, err := tx.Exec(ctx, `UPDATE position_wording SET approved_by = ?, approved_at = ? WHERE brand = ? AND position = ? AND number = ?`, a.Person, sqldb.At(tx.Now), b, key, number); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE position SET version = version + 1 WHERE brand = ? AND id = ?`, b, key); err != nil {
			return err
		}
		if p, err = loadPosition(ctx, tx, b, key); err != nil {
			return err
		}
		s.changed(tx, b)
		return s.recordPosition(ctx, tx, a, b, ActApproved, key, map[string]any{"subject": now.Subject, "number": number, "from": w.From, "until": w.Until, "own": own})
	})
	if err != nil {
		return Stood{}, err
	}
	return s.stood(ctx, b, p)
}

// others tells whether somebody who did not write it could approve it.
func others(people []team.Member, writers []id.Person) bool {
	return slices.ContainsFunc(people, func(m team.Member) bool {
		return !m.Disabled && m.Role.May(team.Review) && m.Role.May(team.AnswerPeople) && !slices.Contains(writers, m.Person)
	})
}

// Withdraw ends a position at once, whatever its days; Reopen takes that back.
// Safe to repeat. Errors: not_found.
func (s *Service) Withdraw(ctx context.Context, a team.Actor, b id.Brand, key PositionID) error {
	return s.withdraw(ctx, a, b, key, true)
}

// Reopen takes the withdrawal of a position back: it stands again as its days
// say. Safe to repeat. Errors: not_found.
func (s *Service) Reopen(ctx context.Context, a team.Actor, b id.Brand, key PositionID) error {
	return s.withdraw(ctx, a, b, key, false)
}

func (s *Service) withdraw(ctx context.Context, a team.Actor, b id.Brand, key PositionID, away bool) (err error) {
	defer fault.Wrap(&err, "withdraw position")
	if err := a.Require(b, team.EditBrand); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		now, err := loadPosition(ctx, tx, b, key)
		if err != nil || !now.Withdrawn.IsZero() == away {
			return err
		}
		act, at := ActReopened, sqldb.Time{}
		if away {
			act, at = ActWithdrawn, sqldb.At(tx.Now)
		}
		if err := bump(ctx, tx, b); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE position SET withdrawn_at = ?, version = version + 1 WHERE brand = ? AND id = ?`, at, b, key); err != nil {
			return err
		}
		s.changed(tx, b)
		return s.recordPosition(ctx, tx, a, b, act, key, map[string]any{"subject": now.Subject})
	})
}

// Resting is what rests on a position.
type Resting struct {
	Answers []Saved `json:"answers"`
	Posts   []Used  `json:"posts"`
}

// Used is a post that is not sent yet and says words of a position. Old: the
// wording they are of cannot be used on the day it leaves.
type Used struct {
	Post
	Words string `json:"words"`
	Old   bool   `json:"old"`
}

// RestsOn lists the saved answers that rest on a position, and the drafts and
// scheduled posts whose text says one of its phrases. Errors: not_found.
func (s *Service) RestsOn(ctx context.Context, a team.Actor, b id.Brand, key PositionID) (out Resting, err error) {
	defer fault.Wrap(&err, "list what rests on a position")
	p, err := s.Position(ctx, a, b, key)
	if err != nil {
		return out, err
	}
	out = Resting{Answers: []Saved{}, Posts: []Used{}}
	if out.Answers, _, err = s.List(ctx, a, b, Filter{Position: key}, "", 500); err != nil {
		return out, err
	}
	br, err := s.Brand(ctx, s.DB, b)
	if err != nil {
		return out, err
	}
	h, err := s.shelf(ctx, s.DB, b)
	if err != nil {
		return out, err
	}
	for _, words := range p.phrases() {
		posts, err := s.Posts(ctx, a, b, words)
		if fault.Is(err, fault.Forbidden) {
			return out, nil // who answers people and sees no draft
		}
		if err != nil {
			return out, err
		}
		want := phraseOf(words)
		for _, o := range posts {
			if slices.ContainsFunc(out.Posts, func(u Used) bool { return u.ID == o.ID }) || !slices.ContainsFunc(o.Texts, func(t string) bool { return holds(t, want) }) {
				continue
			}
			at := o.At
			if at.IsZero() {
				at = s.DB.Now()
			}
			day, err := dayIn(br.Zone, at)
			if err != nil {
				return out, err
			}
			old := slices.ContainsFunc(h.look(day, br.Language, o.Texts), func(f Finding) bool { return f.Position == key })
			out.Posts = append(out.Posts, Used{o, words, old})
		}
	}
	return out, nil
}

// phrases are those of all its approved wordings, each once.
func (p *Position) phrases() []string {
	var out []string
	for _, w := range p.Wordings {
		for _, words := range w.Phrases {
			if !w.Draft() && !slices.Contains(out, words) {
				out = append(out, words)
			}
		}
	}
	return out
}
