package inbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Thread is a conversation with all that is shown beside it.
type Thread struct {
	Conversation
	Under *Under `json:"under,omitempty"`
	// Messages are in the order of the tree of answers where the network has
	// one, else of time. Earlier says that there are more before them.
	Messages []Message `json:"messages"`
	Earlier  bool      `json:"earlier,omitempty"`
	Said     []Said    `json:"answers"` // on their way
	Notes    []Note    `json:"notes"`
	Who      *Speaker  `json:"speaker_known,omitempty"`
	// Others are the latest conversations with the same person, on all channels.
	Others []Conversation `json:"others"`
	// Read is how far the person who asks has read.
	Read time.Time `json:"read,omitzero"`
	// Draft is what she was writing.
	Draft string `json:"draft,omitempty"`
}

const (
	// MaxMessages is how many messages of a conversation are shown at once.
	MaxMessages = 200
	maxOthers   = 8
	maxNotes    = 100
)

// Read returns a conversation whole; before pages back from an hour (zero: the
// end). The name of one that was joined to another finds it. Errors: not_found.
func (s *Service) Read(ctx context.Context, a team.Actor, b id.Brand, c ConversationID, until time.Time) (t Thread, err error) {
	defer fault.Wrap(&err, "read conversation")
	if err := a.Require(b, team.SeeInbox); err != nil {
		return t, err
	}
	if t.Conversation, err = conversationOf(ctx, s.DB, b, c); err != nil {
		return t, err
	}
	if err := s.messages(ctx, &t, until); err != nil {
		return t, err
	}
	if t.under != "" {
		if err := s.underOf(ctx, &t); err != nil {
			return t, err
		}
	}
	if t.Notes, err = s.notesOf(ctx, t.Conversation); err != nil {
		return t, err
	}
	if t.Speaker != "" {
		if err := s.whoOf(ctx, &t); err != nil {
			return t, err
		}
	}
	err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var at sqldb.Time
		err := r.Scan(&at)
		t.Read = at.Time
		return err
	}, `SELECT at FROM conversation_read WHERE brand = ? AND person = ? AND conversation = ?`, b, a.Person, t.ID)
	if err != nil {
		return t, err
	}
	t.Unread = !t.LastIn.IsZero() && t.Read.Before(t.LastIn)
	if err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error { return r.Scan(&t.Draft) }, `SELECT words FROM conversation_draft WHERE brand = ? AND person = ? AND conversation = ?`, b, a.Person, t.ID); err != nil {
		return t, err
	}
	if s.Answers != nil {
		if t.Said, err = s.Answers.Answers(ctx, a, b, t.ID); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (s *Service) messages(ctx context.Context, t *Thread, until time.Time) error {
	cond, args := ``, []any{t.Brand, t.ID}
	if !until.IsZero() {
		cond, args = ` AND m.at < ?`, append(args, sqldb.At(until))
	}
	all, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (m Message, err error) {
		var media sqldb.JSON[[]network.Attachment]
		var at, edited, gone sqldb.Time
		err = r.Scan(&m.ID, &m.Ref, &m.Kind, &m.parent, &m.Root, &m.Speaker, &m.Name, &m.Handle, &m.Bot, &m.Subject, &m.Text, &media, &m.Language, &m.URL, &at, &edited, &gone, &m.Held, &m.Own, &m.Private, &m.Automatic)
		m.Conversation, m.Media, m.At, m.Edited, m.Gone = t.ID, media.V, at.Time, edited.Time, gone.Time
		return m, err
	}, `SELECT m.id, m.ref, m.kind, m.parent, m.root, m.speaker, COALESCE(p.name, ''), COALESCE(p.handle, ''), COALESCE(p.bot, FALSE), m.subject, m.words, m.media, m.language, m.url, m.at, m.edited_at, m.gone_at, m.held, m.own, m.private, m.automatic
		FROM message m LEFT JOIN speaker p ON p.id = m.speaker WHERE m.brand = ? AND m.conversation = ?`+cond+` ORDER BY m.at DESC, m.id DESC LIMIT ?`, append(args, MaxMessages+1)...)
	if err != nil {
		return err
	}
	if len(all) > MaxMessages {
		all, t.Earlier = all[:MaxMessages], true
	}
	slices.Reverse(all)
	if err := s.earlierOf(ctx, t.Brand, all); err != nil {
		return err
	}
	t.Messages = tree(all, public(t.Kind))
	return nil
}

func (s *Service) earlierOf(ctx context.Context, b id.Brand, all []Message) error {
	at := map[MessageID]int{}
	var edited []MessageID
	for i, m := range all {
		if !m.Edited.IsZero() && m.Gone.IsZero() {
			at[m.ID] = i
			edited = append(edited, m.ID)
		}
	}
	if len(edited) == 0 {
		return nil
	}
	return sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var m MessageID
		var e Earlier
		var when sqldb.Time
		err := r.Scan(&m, &e.Text, &when)
		e.At = when.Time
		if i := at[m]; len(all[i].Earlier) < maxEarlier {
			all[i].Earlier = append(all[i].Earlier, e)
		}
		return err
	}, `SELECT message, words, at FROM message_version WHERE brand = ? AND message IN `+sqldb.Marks(len(edited))+` ORDER BY at, version`, append([]any{b}, sqldb.Args(edited)...)...)
}

// tree puts messages below what they answer, brothers by time; without trees,
// all by time.
func tree(all []Message, trees bool) []Message {
	at := map[network.Ref]int{}
	for i, m := range all {
		at[m.Ref] = i
	}
	below := map[int][]int{}
	var roots []int
	for i := range all {
		p, ok := at[all[i].parent]
		if ok && p != i {
			all[i].Parent = all[p].ID
		}
		if !ok || p >= i || !trees { // what claims to answer the future stands by itself
			roots = append(roots, i)
			continue
		}
		below[p] = append(below[p], i)
	}
	out := make([]Message, 0, len(all))
	var walk func(i, depth int)
	walk = func(i, depth int) {
		m := all[i]
		m.Depth = depth
		out = append(out, m)
		for _, c := range below[i] {
			walk(c, depth+1)
		}
	}
	for _, i := range roots {
		walk(i, 0)
	}
	return out
}

func (s *Service) underOf(ctx context.Context, t *Thread) error {
	return sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var u Under
		var at sqldb.Time
		err := r.Scan(&u.Post, &u.Text, &u.URL, &u.Media, &u.Alt, &at, &u.Likes, &u.Shares, &u.Replies, &u.Quotes)
		u.At, t.Under = at.Time, &u
		return err
	}, `SELECT post, words, url, media, alt, at, likes, shares, replies, quotes FROM spoken WHERE brand = ? AND channel = ? AND ref = ?`, t.Brand, t.Channel, t.under)
}

func (s *Service) whoOf(ctx context.Context, t *Thread) error {
	err := sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var w Speaker
		var first, last sqldb.Time
		err := r.Scan(&w.ID, &w.Network, &w.Handle, &w.Name, &w.URL, &w.Bot, &first, &last)
		w.First, w.Last, t.Who = first.Time, last.Time, &w
		return err
	}, `SELECT id, network, handle, name, url, bot, first_at, last_at FROM speaker WHERE brand = ? AND id = ?`, t.Brand, t.Speaker)
	if err != nil {
		return err
	}
	// Her latest messages, whatever conversation they are in.
	said, err := sqldb.Values[ConversationID](ctx, s.DB, `SELECT conversation FROM message WHERE brand = ? AND speaker = ? AND conversation <> '' ORDER BY at DESC LIMIT 200`, t.Brand, t.Speaker)
	if err != nil {
		return err
	}
	var others []ConversationID
	for _, c := range said {
		if c != t.ID && !slices.Contains(others, c) && len(others) < maxOthers {
			others = append(others, c)
		}
	}
	if len(others) == 0 {
		return nil
	}
	t.Others, err = sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (Conversation, error) { return scanConversation(r) },
		`SELECT `+conversationColumns+` FROM conversation WHERE brand = ? AND id IN `+sqldb.Marks(len(others))+` ORDER BY last_at DESC`, append([]any{t.Brand}, sqldb.Args(others)...)...)
	return err
}

// There tells whether the brand has a conversation, for who listens to it.
// Errors: not_found.
func (s *Service) There(ctx context.Context, a team.Actor, b id.Brand, c ConversationID) (err error) {
	defer fault.Wrap(&err, "find conversation")
	if err := a.Require(b, team.SeeInbox); err != nil {
		return err
	}
	_, err = conversationOf(ctx, s.DB, b, c)
	return err
}

// Original is the markup of a mail as it came: dangerous, only for a sanitizer.
// Errors: not_found (none).
func (s *Service) Original(ctx context.Context, a team.Actor, b id.Brand, m MessageID) (_ string, err error) {
	defer fault.Wrap(&err, "read original")
	if err := a.Require(b, team.SeeInbox); err != nil {
		return "", err
	}
	sealed, err := sqldb.Value[string](ctx, s.DB, `SELECT html FROM message WHERE brand = ? AND id = ?`, b, m)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(sealed) == "" {
		return "", fault.New(fault.NotFound, "")
	}
	plain, err := s.Seal.Open("inbox.html", string(m), sealed)
	return string(plain), err
}
