package search

import (
	"context"
	"strings"
	"unicode/utf8"

	"vigie/internal/base/fault"
	"vigie/internal/platform/sqldb"
)

// maxTerms is for how many words a beginning is spelled out. One that stands for
// more is asked for as it is: its words are rare, or there would be no such many.
const maxTerms = 128

// known keeps the words of a document for the beginnings of words (SQLite).
func known(ctx context.Context, tx *sqldb.Tx, words []string) error {
	for part := range sqldb.Chunks(words, 500) {
		if _, err := tx.Exec(ctx, `INSERT INTO search_term (term) VALUES `+strings.Repeat("(?),", len(part)-1)+`(?) ON CONFLICT DO NOTHING`, sqldb.Args(part)...); err != nil {
			return err
		}
	}
	return nil
}

// beginning asks FTS5 for what begins like the word. Two and three letters have
// an index of their own there; one letter that begins too many words is a word.
func beginning(ctx context.Context, q sqldb.Q, word string) (string, error) {
	whole := `"` + word + `"*`
	switch utf8.RuneCountInString(word) {
	case 1:
		whole = `"` + word + `"`
	case 2, 3:
		return whole, nil
	}
	terms, err := sqldb.Values[string](ctx, q, `SELECT term FROM search_term WHERE term >= ? AND term < ? LIMIT ?`, word, word+string(utf8.MaxRune), maxTerms+1)
	switch {
	case err != nil:
		return "", err
	case len(terms) > maxTerms:
		return whole, nil
	case len(terms) == 0:
		return `"` + word + `"`, nil
	}
	return `("` + strings.Join(terms, `" OR "`) + `")`, nil
}

// Sweep forgets words that no document holds any more, so that what was erased
// is not kept as a word either: it looks at the n words after one, and returns
// the word to go on after, empty at the end. Safe to repeat.
func Sweep(ctx context.Context, db *sqldb.DB, after string, n int) (next string, err error) {
	defer fault.Wrap(&err, "sweep words")
	if db.Dialect() == sqldb.Postgres {
		return "", nil // its index holds no word of its own
	}
	for n > 0 {
		terms, err := sqldb.Values[string](ctx, db, `SELECT term FROM search_term WHERE term > ? ORDER BY term LIMIT ?`, after, min(n, 500))
		if err != nil || len(terms) == 0 {
			return "", err
		}
		n, after = n-len(terms), terms[len(terms)-1]
		var gone []string
		for _, t := range terms {
			held, err := sqldb.Values[int64](ctx, db, `SELECT rowid FROM search_words WHERE search_words MATCH ? LIMIT 1`, `"`+t+`"`)
			if err != nil {
				return after, err
			}
			if len(held) == 0 {
				gone = append(gone, t)
			}
		}
		err = db.Write(ctx, func(tx *sqldb.Tx) error {
			for _, t := range gone {
				// Again: a document may have come meanwhile.
				_, err := tx.Exec(ctx, `DELETE FROM search_term WHERE term = ? AND NOT EXISTS (SELECT 1 FROM search_words WHERE search_words MATCH ?)`, t, `"`+t+`"`)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return after, err
		}
	}
	return after, nil
}
