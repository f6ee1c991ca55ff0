package answers

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// MaxFile bounds a file of saved answers.
const MaxFile = 8 << 20

// columns are those of a file, one text of an answer a row.
var columns = []string{"title", "question", "folder", "labels", "language", "network", "text"}

// Those who write files by hand name columns as they speak.
var columnNames = map[string]string{
	"titre": "title", "nom": "title", "name": "title", "demande": "question", "faq": "question", "dossier": "folder", "categorie": "folder", "category": "folder", "etiquettes": "labels", "tags": "labels",
	"langue": "language", "lang": "language", "reseau": "network", "texte": "text", "reponse": "text", "answer": "text", "content": "text", "message": "text",
}

// Export writes saved answers as CSV, a row a text. No cell of it is run by a
// spreadsheet.
func Export(all []Saved) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff") // spreadsheets read UTF-8 by it
	w := csv.NewWriter(&b)
	if err := w.Write(columns); err != nil {
		return nil, err
	}
	for _, a := range all {
		for _, t := range a.Texts {
			row := []string{a.Title, a.Question, a.Folder, strings.Join(a.Labels, ", "), t.Language, string(t.Network), t.Text}
			for i := range row {
				row[i] = guard(row[i])
			}
			if err := w.Write(row); err != nil {
				return nil, err
			}
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// A spreadsheet runs a cell that begins with one of these, wide forms included.
const runs = "=+-@\t\r＝＋－＠"

// guard puts an apostrophe before what would be run; unguard takes it away.
func guard(s string) string {
	if starts(s) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && starts(rest) {
		return rest
	}
	return s
}

func starts(s string) bool {
	r, n := utf8.DecodeRuneInString(strings.TrimLeft(s, "'"))
	return n > 0 && strings.ContainsRune(runs, r)
}

// Brought is what a file brings in.
type Brought struct {
	Made    int `json:"made"`
	Changed int `json:"changed"`
}

func bad(row int, key string) *fault.Error {
	return fault.New(fault.Invalid, "answers.file_row").At("file").With("row", row).With("why", "answers."+key)
}

// Read makes answers of a file, in its order: rows with one title are one
// answer. language is that of a text whose row says none. Errors: invalid
// (Values "row", "why").
func Read(file []byte, language string) ([]Answer, error) {
	file = bytes.TrimPrefix(file, []byte("\ufeff"))
	if len(file) > MaxFile || !utf8.Valid(file) {
		return nil, bad(1, "file_form")
	}
	head, _, _ := bytes.Cut(file, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(file))
	r.FieldsPerRecord = -1
	for _, sep := range []rune{';', '\t'} {
		if bytes.Count(head, []byte(string(sep))) > bytes.Count(head, []byte(string(r.Comma))) {
			r.Comma = sep
		}
	}
	names, err := r.Read()
	if err != nil {
		return nil, bad(1, "file_form")
	}
	at := map[string]int{}
	for i, n := range names {
		n = textkit.Fold(strings.TrimSpace(n))
		if own := columnNames[n]; own != "" {
			n = own
		}
		if _, twice := at[n]; !twice {
			at[n] = i
		}
	}
	if _, ok := at["title"]; !ok {
		return nil, bad(1, "file_columns")
	}
	if _, ok := at["text"]; !ok {
		return nil, bad(1, "file_columns")
	}
	var out []Answer
	by := map[string]int{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		n, _ := r.FieldPos(0)
		if err != nil {
			return nil, bad(n, "file_form")
		}
		cell := func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return unguard(strings.TrimSpace(row[i]))
			}
			return ""
		}
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		t := Text{Language: cell("language"), Network: network.Kind(strings.ToLower(cell("network"))), Text: cell("text")}
		if t.Language == "" {
			t.Language = language
		}
		key := textkit.Fold(line(cell("title")))
		i, ok := by[key]
		if !ok {
			if len(out) == MaxAnswers {
				return nil, bad(n, "file_many")
			}
			i = len(out)
			by[key] = i
			out = append(out, Answer{Title: cell("title"), Question: cell("question"), Folder: cell("folder"), Labels: split(cell("labels"))})
		}
		out[i].Texts = append(out[i].Texts, t)
		if _, err := out[i].Check(); err != nil {
			f := fault.As(err)
			return nil, bad(n, strings.TrimPrefix(f.Key, "answers.")).Because(err)
		}
	}
	if len(out) == 0 {
		return nil, bad(1, "file_empty")
	}
	return out, nil
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '|' })
}

// BringFile reads a file and puts its answers in, as Bring does; a text whose
// row says no language is in the brand's.
func (s *Service) BringFile(ctx context.Context, a team.Actor, b id.Brand, file []byte, dry bool) (out Brought, err error) {
	defer fault.Wrap(&err, "bring file")
	if err := a.Require(b, team.WritePosts); err != nil {
		return out, err
	}
	br, err := s.Brand(ctx, s.DB, b)
	if err != nil {
		return out, err
	}
	all, err := Read(file, br.Language)
	if err != nil {
		return out, err
	}
	return s.Bring(ctx, a, b, all, dry)
}

// Bring puts the answers of a file in, all or none: one whose title is there
// already is changed. dry says what it would do, and does nothing. Errors:
// invalid.
func (s *Service) Bring(ctx context.Context, a team.Actor, b id.Brand, all []Answer, dry bool) (out Brought, err error) {
	defer fault.Wrap(&err, "bring answers")
	if err := a.Require(b, team.WritePosts); err != nil {
		return out, err
	}
	day, err := s.day(ctx, s.DB, b, s.DB.Now())
	if err != nil {
		return out, err
	}
	undo := errors.New("dry")
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		out = Brought{}
		have, err := loadAnswers(ctx, tx, b)
		if err != nil {
			return err
		}
		by := map[string]Answer{}
		for _, h := range have {
			if h.Archived.IsZero() {
				by[textkit.Fold(h.Title)] = h
			}
		}
		for _, one := range all {
			if one, err = one.Check(); err != nil {
				return err
			}
			if was, ok := by[textkit.Fold(one.Title)]; ok {
				one.ID, one.Version, one.Position, one.Media = was.ID, was.Version, was.Position, was.Media
				out.Changed++
			} else {
				one.ID = ""
				out.Made++
			}
			if dry {
				continue
			}
			if _, err := s.save(ctx, tx, a, b, one, day); err != nil {
				return err
			}
		}
		if dry {
			return undo
		}
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActImported, Subject: logbook.Subject{Kind: "brand", ID: string(b)}, Data: map[string]any{"made": out.Made, "changed": out.Changed}})
	})
	if errors.Is(err, undo) {
		err = nil
	}
	return out, err
}
