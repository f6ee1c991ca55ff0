// Package search finds things by their words, newest first, with accents and
// case folded, the last word taken as a beginning: what a person types while
// she still types it.
//
// It owns one table of documents with an index of words: FTS5 on SQLite, a
// tsvector on PostgreSQL, and it is the one place where the texts of the two
// engines differ. Words are folded and cut here, in Go, so that both find the
// same. It keeps no text that can be read back, knows no room, and never
// answers across brands: the brand is a word of every document and of every
// question.
package search

import (
	"context"
	"embed"
	"encoding/base64"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/sqldb"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of this machine.
var Schema = sqldb.Schema{Room: "search", Files: sub()}

func sub() fs.FS {
	f, err := fs.Sub(files, "schema")
	if err != nil {
		panic(err)
	}
	return f
}

// Doc is one thing that can be found.
type Doc struct {
	Brand id.Brand
	Kind  string // "post"
	ID    string
	Text  string
}

// maxWords bounds the distinct words kept of one document.
const maxWords = 5000

// Put makes a document findable by its present words; the words it had before
// are forgotten. It becomes the newest. Safe to repeat.
func Put(ctx context.Context, tx *sqldb.Tx, d Doc) (err error) {
	defer fault.Wrap(&err, "index")
	terms := distinct(Words(d.Text))
	words := strings.Join(append(terms, brandWord(d.Brand), kindWord(d.Kind)), " ")
	if err := Remove(ctx, tx, d.Kind, d.ID); err != nil {
		return err
	}
	if tx.Dialect() == sqldb.Postgres {
		_, err := tx.Exec(ctx, `INSERT INTO search_doc (brand, kind, id, words) VALUES (?, ?, ?, array_to_tsvector(string_to_array(?, ' ')))`, d.Brand, d.Kind, d.ID, words)
		return err
	}
	seq, err := sqldb.Value[int64](ctx, tx, `INSERT INTO search_doc (brand, kind, id) VALUES (?, ?, ?) RETURNING seq`, d.Brand, d.Kind, d.ID)
	if err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `INSERT INTO search_words (rowid, words) VALUES (?, ?)`, seq, words); err != nil {
		return err
	}
	return known(ctx, tx, terms)
}

// Remove forgets a document. Safe to repeat.
func Remove(ctx context.Context, tx *sqldb.Tx, kind, docID string) (err error) {
	defer fault.Wrap(&err, "forget")
	if tx.Dialect() == sqldb.Postgres {
		_, err := tx.Exec(ctx, `DELETE FROM search_doc WHERE kind = ? AND id = ?`, kind, docID)
		return err
	}
	seqs, err := sqldb.Values[int64](ctx, tx, `DELETE FROM search_doc WHERE kind = ? AND id = ? RETURNING seq`, kind, docID)
	if err != nil {
		return err
	}
	for _, s := range seqs {
		if _, err := tx.Exec(ctx, `DELETE FROM search_words WHERE rowid = ?`, s); err != nil {
			return err
		}
	}
	return nil
}

// Hit is a document that was found.
type Hit struct {
	Kind string
	ID   string
	seq  int64
}

// Cursor goes on after this hit.
func (h Hit) Cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(h.seq, 10)))
}

var errCursor = fault.New(fault.Invalid, "api.cursor").At("cursor")

// recent is how many of a brand's newest documents are looked at first on
// PostgreSQL: a common word is found there at once, without sorting a million
// matches; a rare one falls through to the index.
const recent = 3000

// Find returns the documents of a brand and kind that hold every word of text
// (the last one as a beginning), newest first, after a cursor. A text without
// any word finds nothing. Errors: invalid (a cursor of another list).
func Find(ctx context.Context, q sqldb.Q, b id.Brand, kind, text, cursor string, limit int) (_ []Hit, err error) {
	defer fault.Wrap(&err, "search")
	words := Words(text)
	if len(words) == 0 {
		return nil, nil
	}
	if len(words) > 12 {
		words = words[:12]
	}
	before := int64(1) << 62
	if cursor != "" {
		raw, e := base64.RawURLEncoding.DecodeString(cursor)
		n, e2 := strconv.ParseInt(string(raw), 10, 64)
		if e != nil || e2 != nil || n <= 0 {
			return nil, errCursor
		}
		before = n
	}
	scan := func(r sqldb.Scanner) (h Hit, err error) { return h, r.Scan(&h.Kind, &h.ID, &h.seq) }
	if q.Dialect() == sqldb.Postgres {
		ask := tsquery(b, kind, words)
		floor, err := sqldb.Value[int64](ctx, q, `SELECT COALESCE(MIN(seq), 0) FROM (SELECT seq FROM search_doc WHERE brand = ? AND seq < ? ORDER BY seq DESC LIMIT ?) AS newest`, b, before, recent)
		if err != nil {
			return nil, err
		}
		hits, err := sqldb.List(ctx, q, scan, `SELECT kind, id, seq FROM (SELECT kind, id, seq, words FROM search_doc WHERE brand = ? AND seq < ? AND seq >= ? ORDER BY seq DESC OFFSET 0) AS newest
			WHERE words @@ ?::tsquery LIMIT ?`, b, before, floor, ask, limit)
		if err != nil || len(hits) == limit {
			return hits, err
		}
		return sqldb.List(ctx, q, scan, `SELECT kind, id, seq FROM search_doc WHERE words @@ ?::tsquery AND seq < ? ORDER BY seq DESC LIMIT ?`, ask, before, limit)
	}
	last, err := beginning(ctx, q, words[len(words)-1])
	if err != nil {
		return nil, err
	}
	return sqldb.List(ctx, q, scan, `SELECT d.kind, d.id, d.seq FROM search_words w JOIN search_doc d ON d.seq = w.rowid WHERE w.search_words MATCH ? AND w.rowid < ? ORDER BY w.rowid DESC LIMIT ?`,
		match(b, kind, words[:len(words)-1], last), before, limit)
}

// brandWord and kindWord begin with a sign that no word of a text holds: nobody
// finds them by typing.
func brandWord(b id.Brand) string { return "_" + strings.ReplaceAll(string(b), "-", "") }

func kindWord(kind string) string { return "_k" + kind }

// match asks FTS5: words are quoted, so that none of them is an operator. last
// is the last word, asked as a beginning.
func match(b id.Brand, kind string, words []string, last string) string {
	var s strings.Builder
	for _, w := range words {
		s.WriteString(`"` + w + `" AND `)
	}
	return s.String() + last + ` AND "` + brandWord(b) + `" AND "` + kindWord(kind) + `"`
}

// tsquery asks PostgreSQL in its own quoting.
func tsquery(b id.Brand, kind string, words []string) string {
	var s strings.Builder
	for i, w := range words {
		s.WriteString("'" + w + "'")
		if i == len(words)-1 {
			s.WriteString(":*")
		}
		s.WriteString(" & ")
	}
	return s.String() + "'" + brandWord(b) + "' & '" + kindWord(kind) + "'"
}

// Words cuts a text into its words as they are kept: folded, letters and digits
// only, of at most 40 letters.
func Words(text string) []string {
	return words(textkit.Fold(text))
}

func words(folded string) []string {
	out := strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range out {
		if r := []rune(w); len(r) > 40 {
			out[i] = string(r[:40])
		}
	}
	return out
}

func distinct(words []string) []string {
	seen := make(map[string]bool, len(words))
	out := words[:0]
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
		if len(out) == maxWords {
			break
		}
	}
	return out
}

// Add makes documents findable that never were: many of them in a few
// statements. A document that is known already is conflict; Put is for those.
func Add(ctx context.Context, tx *sqldb.Tx, docs []Doc) (err error) {
	defer fault.Wrap(&err, "index")
	for part := range sqldb.Chunks(docs, 100) {
		words := make([]string, len(part))
		var all []string
		for i, d := range part {
			terms := distinct(Words(d.Text))
			all = append(all, terms...)
			words[i] = strings.Join(append(slices.Clone(terms), brandWord(d.Brand), kindWord(d.Kind)), " ")
		}
		if err := add(ctx, tx, part, words, all); err != nil {
			return err
		}
	}
	return nil
}

func add(ctx context.Context, tx *sqldb.Tx, docs []Doc, words, terms []string) error {
	var args []any
	if tx.Dialect() == sqldb.Postgres {
		for i, d := range docs {
			args = append(args, d.Brand, d.Kind, d.ID, words[i])
		}
		one := "(?, ?, ?, array_to_tsvector(string_to_array(?, ' ')))"
		_, err := tx.Exec(ctx, `INSERT INTO search_doc (brand, kind, id, words) VALUES `+strings.Repeat(one+", ", len(docs)-1)+one, args...)
		return err
	}
	at := map[string]int{}
	for i, d := range docs {
		at[d.ID] = i
		args = append(args, d.Brand, d.Kind, d.ID)
	}
	var rows []any
	err := sqldb.Each(ctx, tx, func(r sqldb.Scanner) error {
		var seq int64
		var doc string
		err := r.Scan(&seq, &doc)
		rows = append(rows, seq, words[at[doc]])
		return err
	}, `INSERT INTO search_doc (brand, kind, id) VALUES `+strings.Repeat("(?, ?, ?), ", len(docs)-1)+`(?, ?, ?) RETURNING seq, id`, args...)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO search_words (rowid, words) VALUES `+strings.Repeat("(?, ?), ", len(docs)-1)+`(?, ?)`, rows...); err != nil {
		return err
	}
	slices.Sort(terms)
	return known(ctx, tx, slices.Compact(terms))
}
