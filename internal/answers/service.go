package answers

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Filter narrows the list of saved answers.
type Filter struct {
	// Text is looked for in everything, accents and case folded: each word of
	// it, as a part of a word.
	Text     string
	Folder   string
	Label    string
	Language string
	Position PositionID
	// Only is "", "archived", "stale" (rests on what is over) or "review"
	// (nobody read it again for long).
	Only string
}

// Saved is a saved answer in a list.
type Saved struct {
	Answer
	Stale *Stale `json:"stale,omitempty"`
	// Due: nobody said for long that it is still right.
	Due bool `json:"due"`
}

func sortKept(all []*kept) {
	slices.SortFunc(all, func(a, b *kept) int { return strings.Compare(a.sort, b.sort) })
}

// List lists saved answers by title, after one of them. Errors: not_found for
// strangers.
func (s *Service) List(ctx context.Context, a team.Actor, b id.Brand, f Filter, after AnswerID, limit int) (_ []Saved, more bool, err error) {
	defer fault.Wrap(&err, "list answers")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return nil, false, err
	}
	h, err := s.shelf(ctx, s.DB, b)
	if err != nil {
		return nil, false, err
	}
	now := s.DB.Now()
	day, err := s.day(ctx, s.DB, b, now)
	if err != nil {
		return nil, false, err
	}
	words := strings.Fields(textkit.Fold(f.Text))
	from := ""
	if k := h.by[after]; k != nil {
		from = k.sort
	}
	var out []Saved
	for _, k := range h.answers {
		if k.sort <= from || !k.fits(f, words) {
			continue
		}
		r := Saved{Answer: k.Answer, Stale: h.staleOf(k, day), Due: h.setting.due(k.Answer, now)}
		if f.Only == "stale" && r.Stale == nil || f.Only == "review" && !r.Due {
			continue
		}
		if len(out) == limit {
			return out, true, s.count(ctx, b, out)
		}
		out = append(out, r)
	}
	return out, false, s.count(ctx, b, out)
}

func (k *kept) fits(f Filter, words []string) bool {
	if k.Archived.IsZero() == (f.Only == "archived") || f.Folder != "" && k.Folder != f.Folder || f.Position != "" && k.Position != f.Position {
		return false
	}
	if f.Label != "" && !slices.ContainsFunc(k.Labels, func(l string) bool { return textkit.Fold(l) == textkit.Fold(f.Label) }) {
		return false
	}
	if f.Language != "" && !slices.ContainsFunc(k.Texts, func(t Text) bool { return primary(t.Language) == primary(f.Language) }) {
		return false
	}
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(k.hay, w) })
}

// due tells whether it is to be read again.
func (s AnswerSetting) due(a Answer, now time.Time) bool {
	return s.Months > 0 && a.Archived.IsZero() && a.Reviewed.AddDate(0, s.Months, 0).Before(now)
}

// count reads how often answers were used by now: another node may have used
// them.
func (s *Service) count(ctx context.Context, b id.Brand, rows []Saved) error {
	at := make(map[AnswerID]*Answer, len(rows))
	ids := make([]AnswerID, len(rows))
	for i := range rows {
		at[rows[i].ID], ids[i] = &rows[i].Answer, rows[i].ID
	}
	for part := range sqldb.Chunks(ids, 500) {
		err := sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
			var k AnswerID
			var n int64
			var used sqldb.Time
			if err := r.Scan(&k, &n, &used); err != nil {
				return err
			}
			at[k].Uses, at[k].Used = n, used.Time
			return nil
		}, `SELECT id, uses, used_at FROM answer WHERE brand = ? AND id IN `+sqldb.Marks(len(part)), append([]any{b}, sqldb.Args(part)...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// Folder is a folder with how many answers it holds.
type Folder struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// Shelf says what there is to filter by.
type Shelf struct {
	Folders   []Folder      `json:"folders"`
	Labels    []string      `json:"labels"`
	Languages []string      `json:"languages"`
	All       int           `json:"all"`
	Archived  int           `json:"archived"`
	Stale     int           `json:"stale"`
	Due       int           `json:"due"`
	Setting   AnswerSetting `json:"setting"`
}

// Shelf counts a brand's saved answers.
func (s *Service) Shelf(ctx context.Context, a team.Actor, b id.Brand) (out Shelf, err error) {
	defer fault.Wrap(&err, "read shelf")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return out, err
	}
	h, err := s.shelf(ctx, s.DB, b)
	if err != nil {
		return out, err
	}
	now := s.DB.Now()
	day, err := s.day(ctx, s.DB, b, now)
	if err != nil {
		return out, err
	}
	folders := map[string]int{}
	out.Setting = h.setting
	for _, k := range h.answers {
		if !k.Archived.IsZero() {
			out.Archived++
			continue
		}
		out.All++
		if h.staleOf(k, day) != nil {
			out.Stale++
		}
		if h.setting.due(k.Answer, now) {
			out.Due++
		}
		folders[k.Folder]++
		out.Labels = append(out.Labels, k.Labels...)
		out.Languages = append(out.Languages, k.Languages()...)
	}
	for name, n := range folders {
		if name != "" {
			out.Folders = append(out.Folders, Folder{name, n})
		}
	}
	slices.SortFunc(out.Folders, func(a, b Folder) int { return strings.Compare(textkit.Fold(a.Name), textkit.Fold(b.Name)) })
	slices.Sort(out.Labels)
	slices.Sort(out.Languages)
	out.Labels, out.Languages = slices.Compact(out.Labels), slices.Compact(out.Languages)
	return out, nil
}

// Get returns one saved answer. Errors: not_found.
func (s *Service) Get(ctx context.Context, a team.Actor, b id.Brand, key AnswerID) (_ Saved, err error) {
	defer fault.Wrap(&err, "read answer")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return Saved{}, err
	}
	one, err := loadAnswer(ctx, s.DB, b, key)
	if err != nil {
		return Saved{}, err
	}
	return s.row(ctx, b, one)
}

func (s *Service) row(ctx context.Context, b id.Brand, one Answer) (Saved, error) {
	h, err := s.shelf(ctx, s.DB, b)
	if err != nil {
		return Saved{}, err
	}
	now := s.DB.Now()
	day, err := s.day(ctx, s.DB, b, now)
	return Saved{Answer: one, Stale: h.stale(&one, day), Due: h.setting.due(one, now)}, err
}

// Save makes a saved answer, or changes the one with the same ID if it still
// has in.Version. Its use, its age and its archive are kept; who changes it has
// read it. Errors: invalid (fields of Answer), not_found, conflict.
func (s *Service) Save(ctx context.Context, a team.Actor, b id.Brand, in Answer) (_ Answer, err error) {
	defer fault.Wrap(&err, "save answer")
	if err := a.Require(b, team.WritePosts); err != nil {
		return in, err
	}
	if in.ID != "" { // what is not there is not there, whatever else is wrong
		if _, err := loadAnswer(ctx, s.DB, b, in.ID); err != nil {
			return in, err
		}
	}
	if in, err = in.Check(); err != nil {
		return in, err
	}
	for _, m := range in.Media {
		if err := s.Media(ctx, a, b, m); err != nil {
			if fault.Is(err, fault.NotFound) {
				err = invalid("media", "media").With("max", maxMedia)
			}
			return in, err
		}
	}
	day, err := s.day(ctx, s.DB, b, s.DB.Now())
	if err != nil {
		return in, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		in, err = s.save(ctx, tx, a, b, in, day)
		return err
	})
	return in, err
}

func (s *Service) save(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, in Answer, day string) (Answer, error) {
	if err := bump(ctx, tx, b); err != nil {
		return in, err
	}
	if in.RestsOn = 0; in.Position != "" {
		p, err := loadPosition(ctx, tx, b, in.Position)
		if err != nil {
			if fault.Is(err, fault.NotFound) {
				err = invalid("position_none", "position")
			}
			return in, err
		}
		in.RestsOn = p.against(day)
	}
	fresh := in.ID == ""
	if fresh {
		n, err := sqldb.Value[int](ctx, tx, `SELECT COUNT(*) FROM answer WHERE brand = ?`, b)
		if err != nil {
			return in, err
		}
		if n >= MaxAnswers {
			return in, errFull.At("title").With("max", MaxAnswers)
		}
		in.ID, in.Made, in.Author, in.Version = id.New[AnswerID](), tx.Now, a.Person, 1
		in.Uses, in.Used, in.Archived = 0, time.Time{}, time.Time{}
	} else {
		now, err := loadAnswer(ctx, tx, b, in.ID)
		if err != nil {
			return in, err
		}
		if now.Version != in.Version {
			return in, errChanged.With("version", now.Version)
		}
		in.Made, in.Author, in.Uses, in.Used, in.Archived = now.Made, now.Author, now.Uses, now.Used, now.Archived
		in.Version++
	}
	in.Reviewed, in.Changed = tx.Now, tx.Now
	if err := putAnswer(ctx, tx, b, in, a.Person, fresh); err != nil {
		return in, err
	}
	s.changed(tx, b)
	return in, s.record(ctx, tx, a, b, ActSaved, in.ID, map[string]any{"title": in.Title, "version": in.Version})
}

// against is the number of the wording that a text written on a day rests on:
// the one in force, or the one to come.
func (p *Position) against(day string) int64 {
	if w := p.On(day); w != nil {
		return w.Number
	}
	if w := p.Next(day); w != nil {
		return w.Number
	}
	return p.Last().Number
}

func (s *Service) record(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, act string, key AnswerID, data map[string]any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: "answer", ID: string(key)}, Data: data})
}

// Archive puts a saved answer away: nobody is offered it any more. Restore
// brings it back. Safe to repeat. Errors: not_found.
func (s *Service) Archive(ctx context.Context, a team.Actor, b id.Brand, key AnswerID) error {
	return s.archive(ctx, a, b, key, true)
}

// Restore brings an archived answer back. Safe to repeat. Errors: not_found.
func (s *Service) Restore(ctx context.Context, a team.Actor, b id.Brand, key AnswerID) error {
	return s.archive(ctx, a, b, key, false)
}

func (s *Service) archive(ctx context.Context, a team.Actor, b id.Brand, key AnswerID, away bool) (err error) {
	defer fault.Wrap(&err, "archive answer")
	if err := a.Require(b, team.EditBrand); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		now, err := loadAnswer(ctx, tx, b, key)
		if err != nil || !now.Archived.IsZero() == away {
			return err
		}
		act, at := ActRestored, sqldb.Time{}
		if away {
			act, at = ActArchived, sqldb.At(tx.Now)
		}
		if err := bump(ctx, tx, b); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE answer SET archived_at = ? WHERE brand = ? AND id = ?`, at, b, key); err != nil {
			return err
		}
		s.changed(tx, b)
		return s.record(ctx, tx, a, b, act, key, map[string]any{"title": now.Title})
	})
}

// Reviewed says that an answer was read again and is still right, against the
// wording of its position that is in force. Safe to repeat. Errors: not_found.
func (s *Service) Reviewed(ctx context.Context, a team.Actor, b id.Brand, key AnswerID) (err error) {
	defer fault.Wrap(&err, "review answer")
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	day, err := s.day(ctx, s.DB, b, s.DB.Now())
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		now, err := loadAnswer(ctx, tx, b, key)
		if err != nil {
			return err
		}
		if now.Position != "" {
			p, err := loadPosition(ctx, tx, b, now.Position)
			if err != nil {
				return err
			}
			now.RestsOn = p.against(day)
		}
		if err := bump(ctx, tx, b); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE answer SET reviewed_at = ?, rests_on = ? WHERE brand = ? AND id = ?`, sqldb.At(tx.Now), now.RestsOn, b, key); err != nil {
			return err
		}
		s.changed(tx, b)
		return s.record(ctx, tx, a, b, ActReviewed, key, map[string]any{"title": now.Title})
	})
}

// ReviewedAt says when an answer that comes from elsewhere was last read, no
// later than now. Errors: not_found.
func (s *Service) ReviewedAt(ctx context.Context, a team.Actor, b id.Brand, key AnswerID, at time.Time) (err error) {
	defer fault.Wrap(&err, "date review")
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if at.After(tx.Now) {
			at = tx.Now
		}
		if err := bump(ctx, tx, b); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE answer SET reviewed_at = ? WHERE brand = ? AND id = ?`, sqldb.At(at), b, key)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "")
		}
		s.changed(tx, b)
		return err
	})
}

// Kept is what a version of an answer said.
type Kept struct {
	Title    string   `json:"title"`
	Question string   `json:"question"`
	Folder   string   `json:"folder"`
	Labels   []string `json:"labels"`
	Texts    []Text   `json:"texts"`
}

// Edition is an answer as a change left it.
type Edition struct {
	Number int64     `json:"version"`
	At     time.Time `json:"at"`
	Person id.Person `json:"person"`
	Kept
}

// Versions lists an answer's last versions, latest first. Errors: not_found.
func (s *Service) Versions(ctx context.Context, a team.Actor, b id.Brand, key AnswerID) (_ []Edition, err error) {
	defer fault.Wrap(&err, "list versions")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return nil, err
	}
	if _, err := loadAnswer(ctx, s.DB, b, key); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (v Edition, err error) {
		var at sqldb.Time
		var body sqldb.JSON[Kept]
		err = r.Scan(&v.Number, &at, &v.Person, &body)
		v.At, v.Kept = at.Time, body.V
		return v, err
	}, `SELECT version, at, person, body FROM answer_version WHERE brand = ? AND answer = ? ORDER BY version DESC LIMIT ?`, b, key, keptVersions)
}

// Setting returns how a brand keeps its answers.
func (s *Service) Setting(ctx context.Context, a team.Actor, b id.Brand) (_ AnswerSetting, err error) {
	defer fault.Wrap(&err, "read setting")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return AnswerSetting{}, err
	}
	_, set, err := loadShelf(ctx, s.DB, b)
	return set, err
}

const maxVariables = 100

// Set says how a brand keeps its answers. Errors: invalid (months, stale,
// variables).
func (s *Service) Set(ctx context.Context, a team.Actor, b id.Brand, in AnswerSetting) (_ AnswerSetting, err error) {
	defer fault.Wrap(&err, "set answers")
	if err := a.Require(b, team.EditBrand); err != nil {
		return in, err
	}
	if in.Months < 0 || in.Months > 60 {
		return in, invalid("months", "months")
	}
	if in.Stale != network.Warn && in.Stale != network.Block {
		return in, invalid("stale", "stale")
	}
	vars := []Variable{}
	for _, v := range in.Variables {
		v.Name, v.Value, v.Language = line(v.Name), clean(v.Value), strings.TrimSpace(v.Language)
		switch {
		case v.Name == "" && v.Value == "":
			continue
		case !nameRE.MatchString(v.Name):
			return in, invalid("variable_name", "variables").With("name", v.Name)
		case builtIn(v.Name) != "":
			return in, invalid("variable_taken", "variables").With("name", v.Name)
		case v.Value == "" || len(v.Value) > 1000 || strings.ContainsAny(v.Value, "{}"):
			return in, invalid("variable_value", "variables").With("name", v.Name)
		case v.Language != "" && !languageRE.MatchString(v.Language):
			return in, invalid("language", "variables")
		case slices.ContainsFunc(vars, func(o Variable) bool { return canonical(o.Name) == canonical(v.Name) && o.Language == v.Language }):
			return in, invalid("variable_twice", "variables").With("name", v.Name)
		}
		vars = append(vars, v)
	}
	if len(vars) > maxVariables {
		return in, invalid("many", "variables").With("max", maxVariables)
	}
	in.Variables = vars
	return in, s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := bump(ctx, tx, b); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE answer_shelf SET months = ?, stale = ?, variables = ? WHERE brand = ?`, in.Months, in.Stale, sqldb.JSON[[]Variable]{V: in.Variables}, b); err != nil {
			return err
		}
		s.changed(tx, b)
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActSettings, Subject: logbook.Subject{Kind: "brand", ID: string(b)},
			Data: map[string]any{"months": in.Months, "stale": in.Stale, "variables": len(in.Variables)}})
	})
}
