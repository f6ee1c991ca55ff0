package publishing

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Get returns a post with its variants, in the bin or not. A draft is not
// found by somebody who may not see drafts. Errors: not_found.
func (s *Service) Get(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (_ Post, err error) {
	defer fault.Wrap(&err, "read post")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Post{}, err
	}
	p, err := loadPost(ctx, s.DB, b, post)
	if err == nil && p.Validation == Draft && !a.May(b, team.SeeDrafts) {
		return Post{}, fault.New(fault.NotFound, "")
	}
	return p, err
}

// Publications returns a post's publications, one per channel it goes to.
func (s *Service) Publications(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (_ []Publication, err error) {
	defer fault.Wrap(&err, "read publications")
	if _, err := s.Get(ctx, a, b, post); err != nil {
		return nil, err
	}
	return loadPublications(ctx, s.DB, b, post)
}

// Publication returns one publication with its whole story.
func (s *Service) Publication(ctx context.Context, a team.Actor, b id.Brand, p id.Publication) (_ Publication, _ []Step, err error) {
	defer fault.Wrap(&err, "read publication")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Publication{}, nil, err
	}
	pub, err := loadPublication(ctx, s.DB, b, p)
	if err != nil {
		return pub, nil, err
	}
	steps, err := loadSteps(ctx, s.DB, pub.ID)
	return pub, steps, err
}

// Filter chooses posts. Zero fields do not filter.
type Filter struct {
	Badges     []Badge
	Validation []Validation
	Channel    id.Channel
	Campaign   id.Campaign
	Category   CategoryID
	Label      string
	Author     id.Person
	// Text is looked for in titles and words, accents and case folded.
	Text string
	// Unplanned: only posts without an hour.
	Unplanned bool
	Binned    bool
}

func (f Filter) where(b id.Brand, a team.Actor) (string, []any) {
	w, args := []string{"brand = ?", "about = ''"}, []any{b} // answers are the inbox's to list
	add := func(cond string, more ...any) { w, args = append(w, cond), append(args, more...) }
	if f.Binned {
		add("binned_at IS NOT NULL")
	} else {
		add("binned_at IS NULL")
	}
	if !a.May(b, team.SeeDrafts) {
		add("validation <> 'draft'")
	}
	if len(f.Badges) > 0 {
		add("badge IN "+sqldb.Marks(len(f.Badges)), sqldb.Args(f.Badges)...)
	}
	if len(f.Validation) == 1 && f.Validation[0] == Draft {
		add("validation = 'draft'") // in the words of the index post_draft
	} else if len(f.Validation) > 0 {
		add("validation IN "+sqldb.Marks(len(f.Validation)), sqldb.Args(f.Validation)...)
	}
	if f.Channel != "" {
		add("EXISTS (SELECT 1 FROM variant v WHERE v.post = post.id AND v.channel = ?)", f.Channel)
	}
	if f.Campaign != "" {
		add("campaign = ?", f.Campaign)
	}
	if f.Category != "" {
		add("category = ?", f.Category)
	}
	if f.Label != "" {
		add("EXISTS (SELECT 1 FROM post_label l WHERE l.post = post.id AND l.brand = post.brand AND l.label = ?)", f.Label)
	}
	if f.Author != "" {
		add("author = ?", f.Author)
	}
	if f.Unplanned {
		add("at IS NULL")
	}
	return strings.Join(w, " AND "), args
}

// matches is the part of a filter that no index serves.
func (f Filter) matches(title, body string) bool {
	return f.Text == "" || strings.Contains(textkit.Fold(title+"\n"+body), textkit.Fold(f.Text))
}

// MaxCalendar bounds the posts of one calendar view.
const MaxCalendar = 5000

// Calendar returns the posts whose hour lies in [from, to), in the order of
// their hours, at most MaxCalendar of them; more tells whether there were more.
func (s *Service) Calendar(ctx context.Context, a team.Actor, b id.Brand, from, to time.Time, f Filter) (_ []Row, more bool, err error) {
	defer fault.Wrap(&err, "read calendar")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, false, err
	}
	where, args := f.where(b, a)
	args = append(args, sqldb.At(from), sqldb.At(to), MaxCalendar+1)
	rows, err := s.rows(ctx, f, `SELECT `+rowColumns+` FROM post WHERE `+where+` AND at >= ? AND at < ? ORDER BY at, id LIMIT ?`, args...)
	if len(rows) > MaxCalendar {
		return rows[:MaxCalendar], true, err
	}
	return rows, false, err
}

func (s *Service) rows(ctx context.Context, f Filter, query string, args ...any) ([]Row, error) {
	var out []Row
	err := sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var body string
		row, err := scanRowBody(r, &body)
		if err == nil && f.matches(row.Title, body) {
			out = append(out, row)
		}
		return err
	}, query, args...)
	return out, err
}

// Page is one page of a list and the way to the next.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"` // cursor; empty at the end
}

// MaxPage is the most a page of a list holds.
const MaxPage = 200

var errCursor = fault.New(fault.Invalid, "api.cursor").At("cursor")

// A cursor is the key of the last row of a page, opaque to its holder.
func cursor(at time.Time, key string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", at.UnixMilli(), key))
}

func parseCursor(c string) (sqldb.Time, string, error) {
	b, err := base64.RawURLEncoding.DecodeString(c)
	ms, key, ok := strings.Cut(string(b), ".")
	n, perr := strconv.ParseInt(ms, 10, 64)
	if err != nil || perr != nil || !ok || !id.Valid(key) {
		return sqldb.Time{}, "", errCursor
	}
	return sqldb.At(time.UnixMilli(n)), key, nil
}

// Posts lists posts, last edited first. Errors: invalid (a cursor of another
// list).
func (s *Service) Posts(ctx context.Context, a team.Actor, b id.Brand, f Filter, from string, limit int) (_ Page[Row], err error) {
	defer fault.Wrap(&err, "list posts")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Page[Row]{}, err
	}
	limit = min(max(1, limit), MaxPage)
	if f.Text != "" {
		return s.found(ctx, a, b, f, from, limit)
	}
	where, args := f.where(b, a)
	if from != "" {
		at, key, err := parseCursor(from)
		if err != nil {
			return Page[Row]{}, err
		}
		where += " AND (edited_at, id) < (?, ?)"
		args = append(args, at, key)
	}
	items, err := s.rows(ctx, Filter{}, `SELECT `+rowColumns+` FROM post WHERE `+where+` ORDER BY edited_at DESC, id DESC LIMIT ?`, append(args, limit+1)...)
	out := Page[Row]{Items: items}
	if len(items) > limit {
		out.Items = items[:limit]
		last := out.Items[limit-1]
		out.Next = cursor(last.Edited, string(last.ID))
	}
	return out, err
}

// foundAtOnce is how many documents a search looks at for one page. Where a
// filter lets few of them by, the page comes short, with the way to go on.
const foundAtOnce = 2000

// found lists the posts that hold the words, those indexed last first.
func (s *Service) found(ctx context.Context, a team.Actor, b id.Brand, f Filter, from string, limit int) (out Page[Row], err error) {
	where, args := f.where(b, a)
	looked := 0
	for chunk := limit + 1; ; chunk = min(4*chunk, 500) {
		hits, err := search.Find(ctx, s.DB, b, searchKind, f.Text, from, chunk)
		if err != nil || len(hits) == 0 {
			return out, err
		}
		ids := make([]any, len(hits))
		for i, h := range hits {
			ids[i] = h.ID
		}
		// The inner statement is by the key alone: left to choose, SQLite takes
		// an index of the brand and reads all its posts.
		rows, err := s.rows(ctx, Filter{}, `SELECT `+rowColumns+` FROM (SELECT * FROM post WHERE id IN `+sqldb.Marks(len(ids))+` LIMIT 1000) AS post WHERE `+where, append(ids, args...)...)
		if err != nil {
			return out, err
		}
		byID := make(map[string]Row, len(rows))
		for _, r := range rows {
			byID[string(r.ID)] = r
		}
		for i, h := range hits {
			r, ok := byID[h.ID]
			if !ok {
				continue // of another list: in the bin, not for a client
			}
			if len(out.Items) == limit {
				out.Next = hits[i-1].Cursor()
				if i == 0 {
					out.Next = from
				}
				return out, nil
			}
			out.Items = append(out.Items, r)
		}
		if len(hits) < chunk {
			return out, nil
		}
		from = hits[len(hits)-1].Cursor()
		if looked += len(hits); looked >= foundAtOnce {
			out.Next = from
			return out, nil
		}
	}
}

// searchKind names posts to the search.
const searchKind = "post"

// index makes a post findable by all its words: title, text, labels, what its
// variants say, and the alternative texts.
func index(ctx context.Context, tx *sqldb.Tx, p Post) error {
	if p.Answers.About != "" {
		return nil // found with its conversation
	}
	words := []string{p.Title, p.Text, strings.Join(p.Labels, " ")}
	for _, m := range p.Media {
		words = append(words, m.Alt)
	}
	for _, v := range p.Variants {
		if v.Text != nil {
			words = append(words, *v.Text)
		}
	}
	return search.Put(ctx, tx, search.Doc{Brand: p.Brand, Kind: searchKind, ID: string(p.ID), Text: strings.Join(words, " ")})
}

// PublicationFilter chooses publications. Zero fields do not filter.
type PublicationFilter struct {
	States  []State
	Channel id.Channel
	From    time.Time
	To      time.Time
}

// Ledger lists publications by their hour, latest first.
func (s *Service) Ledger(ctx context.Context, a team.Actor, b id.Brand, f PublicationFilter, from string, limit int) (_ Page[PublicationRow], err error) {
	defer fault.Wrap(&err, "list publications")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Page[PublicationRow]{}, err
	}
	limit = min(max(1, limit), MaxPage)
	if f.From.IsZero() && len(f.States) > 0 && !slices.ContainsFunc(f.States, func(st State) bool { return st != Planned && st != Due && st != Sending }) {
		// What is on its way is due soon or was due lately: no need to read the
		// years of what has left to find that nothing is.
		f.From = s.DB.Now().Add(-31 * 24 * time.Hour)
	}
	query, args, err := ledgerPage(b, f, from, limit+1)
	if err != nil {
		return Page[PublicationRow]{}, err
	}
	items, err := sqldb.List(ctx, s.DB, scanPublicationRow, query, args...)
	out := Page[PublicationRow]{Items: items}
	if len(items) > limit {
		out.Items = items[:limit]
		last := out.Items[limit-1]
		out.Next = cursor(last.DueAt, string(last.ID))
	}
	return out, err
}

// indexed are the states that have an index of their own. Few rows are in them,
// and the index serves only where the statement names the state in its words.
func indexed(s State) bool {
	return s == Failed || s == Unknown || s == Frozen || s == Pending || s == Handed
}

func ledgerPage(b id.Brand, f PublicationFilter, from string, limit int) (string, []any, error) {
	where, args := []string{"p.brand = ?"}, []any{b}
	add := func(cond string, more ...any) { where, args = append(where, cond), append(args, more...) }
	if len(f.States) == 1 && indexed(f.States[0]) {
		add("p.state = '" + string(f.States[0]) + "'")
	} else if len(f.States) > 0 {
		add("p.state IN "+sqldb.Marks(len(f.States)), sqldb.Args(f.States)...)
	}
	if f.Channel != "" {
		add("p.channel = ?", f.Channel)
	}
	if !f.From.IsZero() {
		add("p.due_at >= ?", sqldb.At(f.From))
	}
	if !f.To.IsZero() {
		add("p.due_at < ?", sqldb.At(f.To))
	}
	if from != "" {
		at, key, err := parseCursor(from)
		if err != nil {
			return "", nil, err
		}
		add("(p.due_at, p.id) < (?, ?)", at, key)
	}
	return `SELECT ` + publicationRowColumns + `
		FROM publication p JOIN post t ON t.id = p.post WHERE ` + strings.Join(where, " AND ") + ` ORDER BY p.due_at DESC, p.id DESC LIMIT ?`, append(args, limit), nil
}

const publicationRowColumns = `p.id, p.brand, p.post, p.channel, p.state, p.local_time, p.zone, p.due_at, p.sent_at, p.url, p.problem, p.detail, p.attempts, t.title, substr(t.body, 1, 160)`

func scanPublicationRow(r sqldb.Scanner) (p PublicationRow, err error) {
	var due, sent sqldb.Time
	var detail sqldb.JSON[map[string]any]
	var body string
	err = r.Scan(&p.ID, &p.Brand, &p.Post, &p.Channel, &p.State, &p.Planned.Local, &p.Planned.Zone, &due, &sent, &p.URL, &p.Problem, &detail, &p.Attempts, &p.Title, &body)
	p.DueAt, p.SentAt, p.Detail = due.Time, sent.Time, detail.V
	p.Title = titleOf(p.Title, body)
	return p, err
}
