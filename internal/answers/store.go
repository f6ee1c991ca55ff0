package answers

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

const answerColumns = `id, title, question, folder, labels, texts, media, position, rests_on, uses, used_at, reviewed_at, archived_at, made_at, author, changed_at, version`

func scanAnswer(r sqldb.Scanner) (a Answer, err error) {
	var labels sqldb.JSON[[]string]
	var texts sqldb.JSON[[]Text]
	var media sqldb.JSON[[]id.Media]
	var used, reviewed, archived, made, changed sqldb.Time
	err = r.Scan(&a.ID, &a.Title, &a.Question, &a.Folder, &labels, &texts, &media, &a.Position, &a.RestsOn, &a.Uses, &used, &reviewed, &archived, &made, &a.Author, &changed, &a.Version)
	a.Labels, a.Texts, a.Media = labels.V, texts.V, media.V
	a.Used, a.Reviewed, a.Archived, a.Made, a.Changed = used.Time, reviewed.Time, archived.Time, made.Time, changed.Time
	return a, err
}

func loadAnswers(ctx context.Context, q sqldb.Q, b id.Brand) ([]Answer, error) {
	return sqldb.List(ctx, q, scanAnswer, `SELECT `+answerColumns+` FROM answer WHERE brand = ? ORDER BY id`, b)
}

// loadAnswer errors: not_found.
func loadAnswer(ctx context.Context, q sqldb.Q, b id.Brand, a AnswerID) (Answer, error) {
	return sqldb.One(ctx, q, scanAnswer, `SELECT `+answerColumns+` FROM answer WHERE brand = ? AND id = ?`, b, a)
}

func (a Answer) body() []any {
	return []any{a.Title, a.Question, a.Folder, sqldb.JSON[[]string]{V: a.Labels}, sqldb.JSON[[]Text]{V: a.Texts}, sqldb.JSON[[]id.Media]{V: a.Media}, a.Position, a.RestsOn}
}

// putAnswer inserts, or writes over the row of the same id; then its version is
// kept.
func putAnswer(ctx context.Context, tx *sqldb.Tx, b id.Brand, a Answer, who id.Person, fresh bool) error {
	var err error
	if fresh {
		args := append([]any{b, a.ID}, a.body()...)
		_, err = tx.Exec(ctx, `INSERT INTO answer (brand, id, title, question, folder, labels, texts, media, position, rests_on, uses, used_at, reviewed_at, archived_at, made_at, author, changed_at, version)
			VALUES (?,?,?,?,?,?,?,?,?,?,0,NULL,?,NULL,?,?,?,?)`, append(args, sqldb.At(tx.Now), sqldb.At(tx.Now), a.Author, sqldb.At(tx.Now), a.Version)...)
	} else {
		args := append(a.body(), sqldb.At(a.Reviewed), sqldb.At(tx.Now), a.Version, b, a.ID)
		_, err = tx.Exec(ctx, `UPDATE answer SET title = ?, question = ?, folder = ?, labels = ?, texts = ?, media = ?, position = ?, rests_on = ?, reviewed_at = ?, changed_at = ?, version = ? WHERE brand = ? AND id = ?`, args...)
	}
	if err != nil {
		return err
	}
	kept := Kept{Title: a.Title, Question: a.Question, Folder: a.Folder, Labels: a.Labels, Texts: a.Texts}
	if _, err := tx.Exec(ctx, `INSERT INTO answer_version (brand, answer, version, at, person, body) VALUES (?,?,?,?,?,?)`, b, a.ID, a.Version, sqldb.At(tx.Now), who, sqldb.JSON[Kept]{V: kept}); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM answer_version WHERE brand = ? AND answer = ? AND version <= ?`, b, a.ID, a.Version-keptVersions)
	return err
}

// keptVersions is how many versions of a saved answer are kept.
const keptVersions = 50

func loadPositions(ctx context.Context, q sqldb.Q, b id.Brand) ([]*Position, error) {
	all, err := sqldb.List(ctx, q, scanPosition, `SELECT id, subject, withdrawn_at, made_at, version FROM position WHERE brand = ? ORDER BY id`, b)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	by := make(map[PositionID]*Position, len(all))
	for _, p := range all {
		by[p.ID] = p
	}
	err = sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
		var p PositionID
		w, err := scanWording(r, &p)
		if err != nil {
			return err
		}
		if o := by[p]; o != nil {
			o.Wordings = append(o.Wordings, w)
		}
		return nil
	}, `SELECT position, `+wordingColumns+` FROM position_wording WHERE brand = ? ORDER BY position, number DESC`, b)
	return all, err
}

func scanPosition(r sqldb.Scanner) (*Position, error) {
	var p Position
	var withdrawn, made sqldb.Time
	err := r.Scan(&p.ID, &p.Subject, &withdrawn, &made, &p.Version)
	p.Withdrawn, p.Made = withdrawn.Time, made.Time
	return &p, err
}

const wordingColumns = `number, texts, phrases, from_day, until_day, writers, made_at, approved_by, approved_at`

func scanWording(r sqldb.Scanner, before ...any) (w Wording, err error) {
	var texts sqldb.JSON[[]Saying]
	var phrases sqldb.JSON[[]string]
	var writers sqldb.JSON[[]id.Person]
	var made, approved sqldb.Time
	err = r.Scan(append(before, &w.Number, &texts, &phrases, &w.From, &w.Until, &writers, &made, &w.Approver, &approved)...)
	w.Texts, w.Phrases, w.Writers, w.Made, w.Approved = texts.V, phrases.V, writers.V, made.Time, approved.Time
	return w, err
}

// loadPosition errors: not_found.
func loadPosition(ctx context.Context, q sqldb.Q, b id.Brand, p PositionID) (*Position, error) {
	one, err := sqldb.One(ctx, q, scanPosition, `SELECT id, subject, withdrawn_at, made_at, version FROM position WHERE brand = ? AND id = ?`, b, p)
	if err != nil {
		return nil, err
	}
	one.Wordings, err = sqldb.List(ctx, q, func(r sqldb.Scanner) (Wording, error) { return scanWording(r) },
		`SELECT `+wordingColumns+` FROM position_wording WHERE brand = ? AND position = ? ORDER BY number DESC`, b, p)
	return one, err
}

func putWording(ctx context.Context, tx *sqldb.Tx, b id.Brand, p PositionID, w Wording) error {
	_, err := tx.Exec(ctx, `INSERT INTO position_wording (brand, position, number, texts, phrases, from_day, until_day, writers, made_at, approved_by, approved_at) VALUES (?,?,?,?,?,?,?,?,?,?,?)
		ON CONFLICT (position, number) DO UPDATE SET texts = excluded.texts, phrases = excluded.phrases, from_day = excluded.from_day, until_day = excluded.until_day, writers = excluded.writers, made_at = excluded.made_at`,
		b, p, w.Number, sqldb.JSON[[]Saying]{V: w.Texts}, sqldb.JSON[[]string]{V: w.Phrases}, w.From, w.Until, sqldb.JSON[[]id.Person]{V: w.Writers}, sqldb.At(w.Made), w.Approver, sqldb.At(w.Approved))
	return err
}

// AnswerSetting is how a brand keeps its saved answers.
type AnswerSetting struct {
	// Months after which an answer that nobody read again is to be read; 0:
	// never.
	Months int `json:"months"`
	// Stale is what is done with what rests on a position that is over.
	Stale network.Severity `json:"stale"`
	// Variables are the brand's own blanks.
	Variables []Variable `json:"variables"`
}

// Variable is a blank that the brand fills itself: {heure d’ouverture}.
type Variable struct {
	Name     string `json:"name"`
	Language string `json:"language,omitempty" doc:"Empty: in every language"`
	Value    string `json:"value"`
}

func defaults() AnswerSetting {
	return AnswerSetting{Months: 6, Stale: network.Warn, Variables: []Variable{}}
}

func loadShelf(ctx context.Context, q sqldb.Q, b id.Brand) (version int64, s AnswerSetting, err error) {
	var vars sqldb.JSON[[]Variable]
	version, err = sqldb.One(ctx, q, func(r sqldb.Scanner) (v int64, err error) { return v, r.Scan(&v, &s.Months, &s.Stale, &vars) },
		`SELECT version, months, stale, variables FROM answer_shelf WHERE brand = ?`, b)
	if fault.Is(err, fault.NotFound) {
		return 0, defaults(), nil
	}
	s.Variables = vars.V
	return version, s, err
}

// bump moves a brand's shelf on, and makes it if need be. Two who change at
// once wait for each other here.
func bump(ctx context.Context, tx *sqldb.Tx, b id.Brand) error {
	d := defaults()
	_, err := tx.Exec(ctx, `INSERT INTO answer_shelf (brand, version, months, stale, variables) VALUES (?,1,?,?,?) ON CONFLICT (brand) DO UPDATE SET version = answer_shelf.version + 1`,
		b, d.Months, d.Stale, sqldb.JSON[[]Variable]{V: d.Variables})
	return err
}

// Forget deletes all that this room keeps of a brand. Safe to repeat.
func (s *Service) Forget(ctx context.Context, tx *sqldb.Tx, b id.Brand) (err error) {
	defer fault.Wrap(&err, "forget answers")
	for _, table := range []string{"answer_shelf", "answer", "answer_version", "position", "position_wording"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE brand = ?`, b); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() { s.drop(b) })
	return nil
}
