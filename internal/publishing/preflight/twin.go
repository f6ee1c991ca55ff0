package preflight

import (
	"context"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
)

// Window is how long a text is remembered.
const Window = 90 * 24 * time.Hour

const (
	sketch   = 48              // hashes kept of a text
	alike    = 0.7             // the share of runs of words that two texts have in common to be nearly the same
	fewWords = 6               // below, only the very same text is the same
	keep     = 5 * time.Minute // how long a channel's prints are believed
	channels = 64              // how many channels' prints are kept
	most     = 2000            // publications read of one channel
)

// print is what is kept of a text: a hash of its words, and the smallest hashes
// of its runs of three words.
type print struct {
	whole uint64
	runs  []uint64
}

// printOf reads a text without case, accents, punctuation and the query of its
// links: what a reader would call the same.
func printOf(text string) (p print, ok bool) {
	var words []string
	last := 0
	add := func(s string) {
		words = append(words, strings.FieldsFunc(textkit.Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	}
	for _, e := range textkit.Of(textkit.Link, textkit.Entities(text)) {
		add(text[last:e.Start])
		link, _, _ := strings.Cut(e.URL, "?")
		words = append(words, link)
		last = e.End
	}
	add(text[last:])
	if len(words) == 0 {
		return p, false
	}
	p.whole = hash(strings.Join(words, " "))
	if len(words) < fewWords {
		return p, true
	}
	for i := 0; i+3 <= len(words); i++ {
		p.runs = append(p.runs, hash(strings.Join(words[i:i+3], " ")))
	}
	slices.Sort(p.runs)
	p.runs = slices.Compact(p.runs)
	p.runs = slices.Clone(p.runs[:min(len(p.runs), sketch)])
	return p, true
}

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

// like is the share of runs that two texts have in common, estimated from the
// smallest hashes of their union (bottom-k sketches).
func (p print) like(o print) float64 {
	if p.whole == o.whole {
		return 1
	}
	if len(p.runs) == 0 || len(o.runs) == 0 {
		return 0
	}
	both, seen, i, j := 0, 0, 0, 0
	for seen < sketch && i < len(p.runs) && j < len(o.runs) {
		switch {
		case p.runs[i] == o.runs[j]:
			both, i, j = both+1, i+1, j+1
		case p.runs[i] < o.runs[j]:
			i++
		default:
			j++
		}
		seen++
	}
	if seen < sketch { // one is exhausted: the rest of the other is in the union too
		seen += min(sketch-seen, len(p.runs)-i+len(o.runs)-j)
	}
	return float64(both) / float64(seen)
}

// said is a publication's print.
type said struct {
	print
	post id.Post
	at   time.Time
	sent bool
}

type shelf struct {
	at  time.Time
	all []said
}

// Twins finds texts that a channel said already, or is about to.
type Twins struct {
	mu   sync.Mutex
	kept map[id.Channel]*shelf
}

// NewTwins returns it, remembering nothing yet.
func NewTwins() *Twins { return &Twins{kept: map[id.Channel]*shelf{}} }

// Examine implements publishing.Examiner.
func (t *Twins) Examine(ctx context.Context, q sqldb.Q, s publishing.Subject) ([]publishing.Finding, error) {
	if s.Leaving || s.Content.To != nil { // one thanks many people in the same words
		return nil, nil
	}
	mine, ok := printOf(s.Content.Text())
	if !ok {
		return nil, nil
	}
	at := s.At
	if at.IsZero() {
		at = time.Now()
	}
	all, err := t.of(ctx, q, s.Brand, s.Channel.ID)
	if err != nil {
		return nil, err
	}
	best, which := 0.0, said{}
	var kin said // kin: what this post says again on purpose
	family, known := map[id.Post]bool{}, false
	for _, o := range all {
		if o.post == s.Post || at.Sub(o.at) > Window || o.at.Sub(at) > Window {
			continue
		}
		l := mine.like(o.print)
		if l < alike {
			continue
		}
		if !known { // asked only when something is alike
			if family, err = familyOf(ctx, q, s.Brand, s.Post); err != nil {
				return nil, err
			}
			known = true
		}
		if family[o.post] {
			if kin.post == "" || o.at.After(kin.at) {
				kin = o
			}
		} else if l > best {
			best, which = l, o
		}
	}
	if best == 0 && kin.post == "" {
		return nil, nil
	}
	if best == 0 {
		return []publishing.Finding{{Rule: "preflight.evergreen", Severity: warn, Key: "preflight.evergreen", Values: map[string]any{"day": kin.at},
			Remedy: &publishing.Remedy{Do: "link", Key: "preflight.do.twin", Href: "/b/" + string(s.Brand) + "/posts/" + string(kin.post)}}}, nil
	}
	key := "preflight.twin_near"
	switch {
	case best == 1 && which.sent:
		key = "preflight.twin"
	case best == 1:
		key = "preflight.twin_planned"
	case !which.sent:
		key = "preflight.twin_near_planned"
	}
	return []publishing.Finding{{Rule: "preflight.twin", Severity: warn, Key: key, Values: map[string]any{"day": which.at},
		Remedy: &publishing.Remedy{Do: "link", Key: "preflight.do.twin", Href: "/b/" + string(s.Brand) + "/posts/" + string(which.post)}}}, nil
}

// familyOf are the posts that say the same again because the queue of their
// category was empty: no mistake, but said.
func familyOf(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) (map[id.Post]bool, error) {
	out := map[id.Post]bool{}
	root, err := sqldb.Value[id.Post](ctx, q, `SELECT CASE WHEN origin = '' THEN id ELSE origin END FROM post WHERE brand = ? AND id = ?`, b, post)
	if sqldb.IsNoRow(err) {
		return out, nil // not saved yet
	}
	if err != nil {
		return nil, err
	}
	all, err := sqldb.Values[id.Post](ctx, q, `SELECT id FROM post WHERE brand = ? AND origin = ? AND origin <> ''`, b, root)
	for _, p := range append(all, root) {
		out[p] = true
	}
	return out, err
}

func (t *Twins) of(ctx context.Context, q sqldb.Q, b id.Brand, c id.Channel) ([]said, error) {
	t.mu.Lock()
	had := t.kept[c]
	t.mu.Unlock()
	if had != nil && time.Since(had.at) < keep {
		return had.all, nil
	}
	next := &shelf{at: time.Now()}
	now := time.Now()
	err := sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
		var one said
		var due sqldb.Time
		var state publishing.State
		var content sqldb.JSON[publishing.Content]
		if err := r.Scan(&one.post, &due, &state, &content); err != nil {
			return err
		}
		p, ok := printOf(content.V.Text())
		one.print, one.at, one.sent = p, due.Time, state == publishing.Sent
		if ok {
			next.all = append(next.all, one)
		}
		return nil
	}, `SELECT p.post, p.due_at, p.state, c.content FROM publication p JOIN publication_content c ON c.publication = p.id
		JOIN post t ON t.id = p.post
		WHERE p.brand = ? AND p.channel = ? AND t.about = '' AND p.due_at >= ? AND p.due_at < ? AND p.state NOT IN ('failed', 'withdrawn') ORDER BY p.due_at DESC LIMIT ?`,
		b, c, sqldb.At(now.Add(-Window)), sqldb.At(now.Add(Window)), most)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	if len(t.kept) >= channels {
		clear(t.kept)
	}
	t.kept[c] = next
	t.mu.Unlock()
	return next.all, nil
}
