package charter

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/spell"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// shelf is a brand's charter made ready, with its words and days; what it was
// made from is asked again after a moment, so that another node's change counts
// within it.
type shelf struct {
	at      time.Time
	is      versions
	charter *Charter
	words   map[string]bool
	spelled *spell.Words // the same, as the spelling reads them
	days    []Day
}

// holds is how long a shelf is believed without asking the database. Ten
// thousand posts of one second ask for it.
const holds = 200 * time.Millisecond

// maxShelves bounds how many brands' charters stand ready.
const maxShelves = 200

func (s *Service) drop(b id.Brand) {
	s.mu.Lock()
	delete(s.made, b)
	s.mu.Unlock()
}

func (s *Service) shelf(ctx context.Context, q sqldb.Q, b id.Brand) (*shelf, error) {
	s.mu.Lock()
	had := s.made[b]
	s.mu.Unlock()
	if had != nil && time.Since(had.at) < holds {
		return had, nil
	}
	began := time.Now()
	is, err := loadVersions(ctx, q, b)
	if err != nil {
		return nil, err
	}
	next := &shelf{at: began, is: is}
	if had != nil && had.is == is {
		next.charter, next.words, next.spelled, next.days = had.charter, had.words, had.spelled, had.days
	} else if err := next.read(ctx, q, b); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if len(s.made) >= maxShelves {
		clear(s.made)
	}
	s.made[b] = next
	s.mu.Unlock()
	return next, nil
}

func (h *shelf) read(ctx context.Context, q sqldb.Q, b id.Brand) error {
	rules, err := loadRules(ctx, q, b)
	if err != nil {
		return err
	}
	h.charter = Compile(h.is.rules, rules)
	words, err := sqldb.Values[string](ctx, q, `SELECT word FROM charter_word WHERE brand = ?`, b)
	if err != nil {
		return err
	}
	h.words = make(map[string]bool, len(words))
	for _, w := range words {
		h.words[w] = true
	}
	h.spelled = spell.NewWords(words)
	h.days, err = loadDays(ctx, q, b)
	return err
}

// Look checks a text against a brand's charter. It asks no one who may: the
// rooms that call it do. onlyBlocking leaves out what only warns.
func (s *Service) Look(ctx context.Context, q sqldb.Q, b id.Brand, t Text, onlyBlocking bool) ([]Finding, error) {
	h, err := s.shelf(ctx, q, b)
	if err != nil || onlyBlocking && !h.charter.Blocks() {
		return nil, err
	}
	return h.charter.Check(t, onlyBlocking), nil
}

// Known tells which words are in a brand's dictionary.
func (s *Service) Known(ctx context.Context, q sqldb.Q, b id.Brand) (func(word string) bool, error) {
	h, err := s.shelf(ctx, q, b)
	if err != nil {
		return nil, err
	}
	return func(w string) bool { return h.words[w] || h.words[strings.ToLower(w)] }, nil
}

// Dictionary is a brand's dictionary as the spelling reads it.
func (s *Service) Dictionary(ctx context.Context, q sqldb.Q, b id.Brand) (*spell.Words, error) {
	h, err := s.shelf(ctx, q, b)
	if err != nil {
		return nil, err
	}
	return h.spelled, nil
}

// Try checks a text with the brand's charter as it is, and with the rules of
// more besides (one being written, say). The whole of the text is one post.
// Errors: invalid (a rule that is not fit).
func (s *Service) Try(ctx context.Context, a team.Actor, b id.Brand, t Text, more ...Rule) (_ []Finding, err error) {
	defer fault.Wrap(&err, "try a text")
	rules, version, err := s.Rules(ctx, a, b)
	if err != nil {
		return nil, err
	}
	if len(more) > 0 {
		rules = nil
	}
	for _, r := range more {
		if r, err = r.Check(); err != nil {
			return nil, err
		}
		r.On = true
		rules = append(rules, r)
	}
	total := 0
	for _, p := range t.Parts {
		if total += len(p); total > maxRead || !utf8.ValidString(p) {
			return nil, invalid("text_long", "text").With("max", maxRead)
		}
	}
	return Compile(version, rules).Check(t, false), nil
}

// Fired is a post of the past in which a rule finds something.
type Fired struct {
	Said     Said      `json:"-"`
	Post     id.Post   `json:"post"`
	Title    string    `json:"title"`
	Channel  string    `json:"channel"`
	At       time.Time `json:"at"`
	Findings []Finding `json:"findings"`
}

// maxPast is how many posts a rule is run over.
const maxPast = 2000

// OverPast runs one rule over what the brand said in a stretch of time, latest
// first, and says how many it read. Nothing changes. Errors: invalid.
func (s *Service) OverPast(ctx context.Context, a team.Actor, b id.Brand, r Rule, from, to time.Time) (_ []Fired, read int, err error) {
	defer fault.Wrap(&err, "run over the past")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, 0, err
	}
	if r, err = r.Check(); err != nil {
		return nil, 0, err
	}
	r.On = true
	c := Compile(0, []Rule{r})
	all, err := s.Past.Said(ctx, a, b, from, to, maxPast)
	if err != nil {
		return nil, 0, err
	}
	zone, err := s.Zone(ctx, s.DB, b)
	if err != nil {
		return nil, 0, err
	}
	loc, err := clock.Zone(zone)
	if err != nil {
		return nil, 0, err
	}
	var out []Fired
	for _, p := range all {
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		found := c.Check(Text{Parts: p.Parts, Network: p.Network, Labels: p.Labels, Campaign: p.Campaign, Local: p.At.In(loc)}, false)
		if len(found) > 0 {
			out = append(out, Fired{p, p.Post, p.Title, p.Channel, p.At, found})
		}
	}
	return out, len(all), nil
}

// MaxWords is how many words a brand's dictionary holds.
const MaxWords = 10_000

// Words lists a brand's dictionary, alphabetically.
func (s *Service) Words(ctx context.Context, a team.Actor, b id.Brand) (_ []string, err error) {
	defer fault.Wrap(&err, "list words")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	return sqldb.Values[string](ctx, s.DB, `SELECT word FROM charter_word WHERE brand = ? ORDER BY word LIMIT ?`, b, MaxWords)
}

// Learn adds words to a brand's dictionary; whoever writes may. Words that are
// there stay. Safe to repeat. Errors: invalid.
func (s *Service) Learn(ctx context.Context, a team.Actor, b id.Brand, words ...string) (err error) {
	defer fault.Wrap(&err, "learn")
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := bump(ctx, tx, b, 0, 1, 0); err != nil {
			return err
		}
		for _, w := range words {
			if w = line(w); w == "" || len(w) > MaxTerm {
				return invalid("word", "word")
			}
			n, err := tx.Exec(ctx, `INSERT INTO charter_word (brand, word, person, at) VALUES (?,?,?,?) ON CONFLICT DO NOTHING`, b, w, a.Person, sqldb.At(tx.Now))
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			if err := s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActWordAdded, Subject: logbook.Subject{Kind: "word", ID: w}}); err != nil {
				return err
			}
		}
		n, err := sqldb.Value[int](ctx, tx, `SELECT COUNT(*) FROM charter_word WHERE brand = ?`, b)
		if err == nil && n > MaxWords {
			return invalid("words_full", "word").With("max", MaxWords)
		}
		s.changed(tx, b)
		return err
	})
}

// Unlearn takes a word out of the dictionary. Safe to repeat.
func (s *Service) Unlearn(ctx context.Context, a team.Actor, b id.Brand, word string) (err error) {
	defer fault.Wrap(&err, "unlearn")
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM charter_word WHERE brand = ? AND word = ?`, b, line(word))
		if err != nil || n == 0 {
			return err
		}
		if _, err := bump(ctx, tx, b, 0, 1, 0); err != nil {
			return err
		}
		s.changed(tx, b)
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActWordRemoved, Subject: logbook.Subject{Kind: "word", ID: line(word)}})
	})
}

// Mark names what is ignored on a post: a rule and the words it is about.
func Mark(rule, words string) string {
	return rule + "|" + textkit.Excerpt(textkit.Fold(words), 120)
}

// Ignored lists the marks that somebody let stand in a post.
func (s *Service) Ignored(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) (map[string]bool, error) {
	if post == "" {
		return nil, nil
	}
	all, err := sqldb.Values[string](ctx, q, `SELECT mark FROM charter_ignored WHERE brand = ? AND post = ?`, b, post)
	out := make(map[string]bool, len(all))
	for _, m := range all {
		out[m] = true
	}
	return out, err
}

// maxIgnored bounds what is let stand in one post.
const maxIgnored = 500

// Ignore lets something stand in one post; off takes that back. What blocks is
// never let stand: whoever examines keeps it. The post is the caller's to have
// read. Safe to repeat.
func (s *Service) Ignore(ctx context.Context, a team.Actor, b id.Brand, post id.Post, rule, words string, off bool) (err error) {
	defer fault.Wrap(&err, "ignore")
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	if rule = line(rule); rule == "" || len(rule) > MaxTerm || post == "" {
		return invalid("word", "rule")
	}
	mark := Mark(rule, line(words))
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if off {
			_, err := tx.Exec(ctx, `DELETE FROM charter_ignored WHERE brand = ? AND post = ? AND mark = ?`, b, post, mark)
			return err
		}
		has, err := sqldb.Value[int](ctx, tx, `SELECT COUNT(*) FROM charter_ignored WHERE brand = ? AND post = ?`, b, post)
		if err != nil {
			return err
		}
		if has >= maxIgnored {
			return invalid("words_full", "word").With("max", maxIgnored)
		}
		n, err := tx.Exec(ctx, `INSERT INTO charter_ignored (brand, post, mark, person, at) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING`, b, post, mark, a.Person, sqldb.At(tx.Now))
		if err != nil || n == 0 {
			return err
		}
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActIgnored, Subject: logbook.Subject{Kind: "post", ID: string(post)},
			Data: map[string]any{"rule": rule, "words": textkit.Excerpt(line(words), 120)}})
	})
}
