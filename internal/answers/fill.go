package answers

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// blankRE is a blank in a text: {prénom}.
var (
	blankRE = regexp.MustCompile(`\{([\p{L}][\p{L}\p{M}\p{N} _'’.-]{0,39})\}`)
	nameRE  = regexp.MustCompile(`^[\p{L}][\p{L}\p{M}\p{N} _'’.-]{0,39}$`)
)

// The blanks that whoever fills knows, under the names people give them.
const (
	FirstName = "first_name" // of the person who is answered
	Name      = "name"       // of the person who is answered
	BrandName = "brand"
	Signature = "signature" // of whoever answers
)

var builtIns = map[string]string{
	"first_name": FirstName, "firstname": FirstName, "prenom": FirstName,
	"name": Name, "nom": Name,
	"brand": BrandName, "marque": BrandName,
	"signature": Signature, "moi": Signature, "me": Signature,
}

// canonical is a blank's name as it is compared: {Heure d’ouverture} and
// {heure_d'ouverture} are the same.
func canonical(name string) string {
	return strings.Join(strings.FieldsFunc(textkit.Fold(name), func(r rune) bool { return strings.ContainsRune(" _'.-", r) }), "_")
}

// builtIn is the blank of the program that goes by this name; empty: none.
func builtIn(name string) string { return builtIns[canonical(name)] }

// Blanks lists the blanks of a text, each once, as they are written.
func Blanks(text string) []string {
	var out []string
	for _, m := range blankRE.FindAllStringSubmatch(text, -1) {
		if !slices.ContainsFunc(out, func(o string) bool { return canonical(o) == canonical(m[1]) }) {
			out = append(out, m[1])
		}
	}
	return out
}

// BlanksAt lists where the blanks of a text stand, in bytes, braces included.
func BlanksAt(text string) [][2]int {
	var out [][2]int
	for _, m := range blankRE.FindAllStringIndex(text, -1) {
		out = append(out, [2]int{m[0], m[1]})
	}
	return out
}

// Ready refuses to send a text in which a blank is left: invalid, with the
// blanks.
func Ready(text string) error {
	if left := Blanks(text); len(left) > 0 {
		return invalid("blanks", "text").With("blanks", "{"+strings.Join(left, "}, {")+"}").With("n", len(left))
	}
	return nil
}

// Want is for whom an answer is filled.
type Want struct {
	Language string
	Network  network.Kind
	// Values fill blanks by their names; FirstName and the like, under any of
	// their names, and others that the caller knows.
	Values map[string]string
	// For is the conversation, for the logbook; may be empty.
	For string
}

// Filled is an answer with its blanks filled, as far as they are known.
type Filled struct {
	Answer   AnswerID     `json:"answer"`
	Language string       `json:"language"`
	Network  network.Kind `json:"network,omitempty"`
	Text     string       `json:"text"`
	// Other: it is not written in the language that was asked for.
	Other bool `json:"other_language"`
	// Missing are the blanks left, as they stand in the text: they are filled
	// by hand, and nothing is sent with one (Ready).
	Missing []string   `json:"missing"`
	Media   []id.Media `json:"media"`
	Stale   *Stale     `json:"stale,omitempty"`
	Uses    int64      `json:"uses"`
}

var errStale = fault.New(fault.Conflict, "answers.blocked")

// Fill fills a saved answer for somebody, and changes nothing. Errors:
// not_found.
func (s *Service) Fill(ctx context.Context, a team.Actor, b id.Brand, key AnswerID, w Want) (_ Filled, err error) {
	defer fault.Wrap(&err, "fill answer")
	r, err := s.Get(ctx, a, b, key)
	if err != nil {
		return Filled{}, err
	}
	return s.fill(ctx, b, r, w)
}

func (s *Service) fill(ctx context.Context, b id.Brand, r Saved, w Want) (Filled, error) {
	br, err := s.Brand(ctx, s.DB, b)
	if err != nil {
		return Filled{}, err
	}
	h, err := s.shelf(ctx, s.DB, b)
	if err != nil {
		return Filled{}, err
	}
	if w.Language == "" {
		w.Language = br.Language
	}
	t, ok := r.In(w.Language, w.Network)
	known := map[string]string{BrandName: br.Name}
	for _, v := range h.setting.Variables {
		if v.Language == "" && known[canonical(v.Name)] == "" || v.Language != "" && primary(v.Language) == primary(t.Language) {
			known[canonical(v.Name)] = v.Value
		}
	}
	for name, v := range w.Values {
		key := canonical(name)
		if own := builtIns[key]; own != "" {
			key = own
		}
		if v = strings.TrimSpace(v); v != "" {
			known[key] = v
		}
	}
	out := Filled{Answer: r.ID, Language: t.Language, Network: t.Network, Other: !ok, Media: r.Media, Stale: r.Stale, Uses: r.Uses, Missing: []string{}}
	out.Text = blankRE.ReplaceAllStringFunc(t.Text, func(m string) string {
		name := m[1 : len(m)-1]
		key := canonical(name)
		if own := builtIns[key]; own != "" {
			key = own
		}
		if v, ok := known[key]; ok {
			return v
		}
		if !slices.ContainsFunc(out.Missing, func(o string) bool { return canonical(o) == canonical(name) }) {
			out.Missing = append(out.Missing, name)
		}
		return m
	})
	return out, nil
}

// Use fills a saved answer for somebody and counts it. Errors: not_found,
// conflict (it rests on a position that is over, where the brand blocks that;
// or it is archived).
func (s *Service) Use(ctx context.Context, a team.Actor, b id.Brand, key AnswerID, w Want) (_ Filled, err error) {
	defer fault.Wrap(&err, "use answer")
	r, err := s.Get(ctx, a, b, key)
	if err != nil {
		return Filled{}, err
	}
	if !r.Archived.IsZero() {
		return Filled{}, fault.New(fault.Conflict, "answers.is_archived")
	}
	if r.Stale != nil && r.Stale.Severity == network.Block {
		return Filled{}, errStale.With("subject", r.Stale.Subject)
	}
	out, err := s.fill(ctx, b, r, w)
	if err != nil {
		return out, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		out.Uses, err = s.Used(ctx, tx, a, b, key, w.For)
		return err
	})
	return out, err
}

// Used counts, in the caller's transaction, that an answer was used in a
// conversation, and returns how often it was by now. Errors: not_found.
func (s *Service) Used(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, key AnswerID, conversation string) (n int64, err error) {
	defer fault.Wrap(&err, "count use")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return 0, err
	}
	n, err = sqldb.Value[int64](ctx, tx, `UPDATE answer SET uses = uses + 1, used_at = ? WHERE brand = ? AND id = ? RETURNING uses`, sqldb.At(tx.Now), b, key)
	if err != nil {
		return 0, err
	}
	now := tx.Now
	tx.AfterCommit(func() { s.counted(b, key, n, now) })
	return n, s.record(ctx, tx, a, b, ActUsed, key, map[string]any{"count": n, "for": conversation})
}

// counted keeps what Suggest breaks ties by, without making the shelf anew.
func (s *Service) counted(b id.Brand, key AnswerID, n int64, at time.Time) {
	s.mu.Lock()
	h := s.made[b]
	s.mu.Unlock()
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.index != nil {
		h.index.used[key] = n
	}
}

// Fit is how long a text of an answer is on a channel.
type Fit struct {
	Channel  id.Channel   `json:"channel"`
	Network  network.Kind `json:"network"`
	Title    string       `json:"title"`
	Handle   string       `json:"handle"`
	Language string       `json:"language"`
	network.Tally
}

// Lengths counts the texts of an answer on each of the brand's channels as its
// network counts, the brand's own blanks filled. Errors: not_found for
// strangers.
func (s *Service) Lengths(ctx context.Context, a team.Actor, b id.Brand, one Answer) (_ []Fit, err error) {
	defer fault.Wrap(&err, "count answer")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return nil, err
	}
	all, err := s.Channels(ctx, b)
	if err != nil {
		return nil, err
	}
	out := []Fit{}
	for _, c := range all {
		if !c.Removed.IsZero() {
			continue
		}
		for _, l := range one.Languages() {
			f, err := s.fill(ctx, b, Saved{Answer: one}, Want{Language: l, Network: c.Network})
			if err != nil {
				return nil, err
			}
			if f.Language != l {
				continue // that language has texts for other networks alone
			}
			out = append(out, Fit{c.ID, c.Network, c.Title, c.Handle, l, network.Count(f.Text, "", rule(c))})
		}
	}
	return out, nil
}

func rule(c channel.Channel) network.TextRule { return c.Capabilities.Text }
