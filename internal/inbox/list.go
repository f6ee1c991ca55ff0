package inbox

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
	"vigie/internal/network"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Nobody is the assignee of what is given to nobody, in a filter.
const Nobody id.Person = "none"

// Filter chooses conversations; zero fields choose all.
type Filter struct {
	State    State
	Channel  id.Channel
	Kind     network.ItemKind
	Assignee id.Person // Nobody: given to nobody
	Unread   bool      // for the person who asks
	Language string    // "en" finds "en-GB" too
	Text     string    // words in any message of it
}

// check refuses words that are none of ours. Errors: invalid.
func (f Filter) check() error {
	if f.State != "" && !slices.Contains(States(), f.State) {
		return fault.New(fault.Invalid, "inbox.state_unknown").At("state")
	}
	if f.Kind != "" && !known(f.Kind) {
		return fault.New(fault.Invalid, "inbox.kind_unknown").At("kind")
	}
	return nil
}

// Page is part of a list; Next goes on after it.
type Page[T any] struct {
	Items []T
	Next  string
}

// MaxPage is the longest page.
const MaxPage = 200

const unreadOf = `(c.last_in_at IS NOT NULL AND (r.at IS NULL OR r.at < c.last_in_at))`

// question is the statement of a list in one state ("": all), in the order of
// an index.
func (f Filter) question(b id.Brand, who id.Person, state State, after *place0, limit int) (string, []any) {
	var w strings.Builder
	args := []any{who, b}
	w.WriteString(`c.brand = ?`)
	and := func(cond string, more ...any) { w.WriteString(" AND " + cond); args = append(args, more...) }
	if f.Channel != "" {
		and(`c.channel = ?`, f.Channel)
	}
	if f.Kind != "" {
		and(`c.kind = ?`, f.Kind)
	}
	if f.Assignee == Nobody {
		and(`c.assignee = ''`)
	} else if f.Assignee != "" {
		and(`c.assignee = ?`, f.Assignee)
	}
	if state != "" {
		and(`c.state = ?`, state)
	}
	if f.Language != "" {
		and(`(c.language = ? OR c.language LIKE ?)`, f.Language, strings.NewReplacer("%", "", "_", "").Replace(f.Language)+"-%")
	}
	if f.Unread {
		and(unreadOf)
	}
	if after != nil {
		and(`(c.last_at, c.id) < (?, ?)`, sqldb.At(after.at), after.key)
	}
	return `SELECT ` + prefixed("c", conversationColumns) + `, ` + unreadOf + ` FROM conversation c LEFT JOIN conversation_read r ON r.person = ? AND r.conversation = c.id
		WHERE ` + w.String() + ` ORDER BY c.last_at DESC, c.id DESC LIMIT ?`, append(args, limit)
}

// place0 is a place in a list.
type place0 struct {
	at  time.Time
	key string
}

var errCursor = fault.New(fault.Invalid, "api.cursor").At("cursor")

func cursorOf(at time.Time, key string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", at.UnixMilli(), key))
}

func parseCursor(c string) (*place0, error) {
	if c == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(c)
	ms, key, ok := strings.Cut(string(raw), ".")
	n, perr := strconv.ParseInt(ms, 10, 64)
	if err != nil || perr != nil || !ok || !id.Valid(key) {
		return nil, errCursor
	}
	return &place0{time.UnixMilli(n), key}, nil
}

// List returns conversations, the latest first. Errors: invalid (a cursor of
// another list, a state that is none).
func (s *Service) List(ctx context.Context, a team.Actor, b id.Brand, f Filter, cursor string, limit int) (_ Page[Conversation], err error) {
	defer fault.Wrap(&err, "list conversations")
	var page Page[Conversation]
	if err := a.Require(b, team.SeeInbox); err != nil {
		return page, err
	}
	if err := f.check(); err != nil {
		return page, err
	}
	limit = min(max(1, limit), MaxPage)
	if strings.TrimSpace(f.Text) != "" {
		return s.found(ctx, a, b, f, cursor, limit)
	}
	after, err := parseCursor(cursor)
	if err != nil {
		return page, err
	}
	states := []State{f.State}
	if f.State == "" && (f.Channel != "" || f.Kind != "" || f.Assignee != "") {
		states = States() // each in the order of its index, then merged
	}
	for _, st := range states {
		q, args := f.question(b, a.Person, st, after, limit+1)
		part, err := sqldb.List(ctx, s.DB, scanListed, q, args...)
		if err != nil {
			return page, err
		}
		page.Items = append(page.Items, part...)
	}
	if len(states) > 1 {
		slices.SortFunc(page.Items, func(x, y Conversation) int {
			if c := y.LastAt.Compare(x.LastAt); c != 0 {
				return c
			}
			return strings.Compare(string(y.ID), string(x.ID))
		})
	}
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		last := page.Items[limit-1]
		page.Next = cursorOf(last.LastAt, string(last.ID))
	}
	return page, nil
}

func scanListed(r sqldb.Scanner) (Conversation, error) {
	var unread bool
	c, err := scanConversation(r, &unread)
	c.Unread = unread
	return c, err
}

// keeps tells whether a conversation is one that the filter chooses, its words
// aside.
func (f Filter) keeps(c Conversation) bool {
	return (f.State == "" || c.State == f.State) && (f.Channel == "" || c.Channel == f.Channel) && (f.Kind == "" || c.Kind == f.Kind) &&
		(f.Assignee == "" || c.Assignee == f.Assignee || f.Assignee == Nobody && c.Assignee == "") && (!f.Unread || c.Unread) &&
		(f.Language == "" || c.Language == f.Language || strings.HasPrefix(c.Language, f.Language+"-"))
}

// looks is how many pages of hits are read for one page of conversations.
const looks = 5

// found lists the conversations in which words stand, the latest heard first,
// each with the words around.
func (s *Service) found(ctx context.Context, a team.Actor, b id.Brand, f Filter, cursor string, limit int) (page Page[Conversation], err error) {
	seen := map[ConversationID]bool{}
	for range looks {
		hits, err := search.Find(ctx, s.DB, b, searchKind, f.Text, cursor, 2*limit)
		if err != nil || len(hits) == 0 {
			return page, err
		}
		ids := make([]MessageID, len(hits))
		for i, h := range hits {
			ids[i] = MessageID(h.ID)
		}
		type said struct {
			Conversation
			words string
		}
		of := map[MessageID]said{}
		err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
			var x said
			var m MessageID
			var unread bool
			c, err := scanConversation(r, &unread, &m, &x.words)
			x.Conversation, x.Unread = c, unread
			of[m] = x
			return err
		}, `SELECT `+prefixed("c", conversationColumns)+`, `+unreadOf+`, m.id, substr(m.words, 1, 2000) FROM message m JOIN conversation c ON c.id = m.conversation
			LEFT JOIN conversation_read r ON r.person = ? AND r.conversation = c.id WHERE m.brand = ? AND m.id IN `+sqldb.Marks(len(ids)), append([]any{a.Person, b}, sqldb.Args(ids)...)...)
		if err != nil {
			return page, err
		}
		for i := range hits {
			x, ok := of[ids[i]]
			if !ok || seen[x.ID] || !f.keeps(x.Conversation) {
				continue
			}
			if len(page.Items) == limit {
				page.Next = hits[i-1].Cursor()
				return page, nil
			}
			seen[x.ID] = true
			x.Excerpt = around(x.words, f.Text)
			page.Items = append(page.Items, x.Conversation)
		}
		cursor = hits[len(hits)-1].Cursor()
		if len(hits) < 2*limit {
			return page, nil
		}
	}
	page.Next = cursor
	return page, nil
}

// Count tells how many conversations are open, up to most: a number for the
// rail, not a statistic.
func (s *Service) Count(ctx context.Context, a team.Actor, b id.Brand, most int) (_ int, err error) {
	defer fault.Wrap(&err, "count conversations")
	if err := a.Require(b, team.SeeInbox); err != nil {
		return 0, err
	}
	n, err := sqldb.Value[int64](ctx, s.DB, `SELECT COUNT(*) FROM (SELECT id FROM conversation WHERE brand = ? AND state = 'open' ORDER BY last_at DESC, id DESC LIMIT ?) AS newest`, b, most)
	return int(n), err
}

// Due lists what waits longest for an answer, the longest first.
func (s *Service) Due(ctx context.Context, a team.Actor, b id.Brand, limit int) (_ []Conversation, err error) {
	defer fault.Wrap(&err, "list what waits")
	if err := a.Require(b, team.SeeInbox); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (Conversation, error) { return scanConversation(r) },
		`SELECT `+conversationColumns+` FROM conversation WHERE brand = ? AND state = 'open' AND unanswered_at IS NOT NULL ORDER BY unanswered_at, id LIMIT ?`, b, min(max(1, limit), MaxPage))
}
