package inbox

import (
	"context"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
)

const (
	messageColumns = `id, brand, conversation, channel, ref, version, kind, parent, root, speaker, subject, words, html, media, language, url, at, edited_at, gone_at, held, own, private, automatic, received_at`
	messageMarks   = `?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?`

	conversationColumns = `id, brand, channel, network, kind, subject, under, speaker, name, excerpt, language, private, state, until, assignee, desk, messages, last_at, last_in_at, last_out_at, unanswered_at, done_by, done_at, made_at, version`
	conversationMarks   = `?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?`
)

func scanConversation(r sqldb.Scanner, more ...any) (c Conversation, err error) {
	var until, last, in, out, unanswered, done, made sqldb.Time
	err = r.Scan(append([]any{&c.ID, &c.Brand, &c.Channel, &c.Network, &c.Kind, &c.Subject, &c.under, &c.Speaker, &c.Name, &c.Excerpt, &c.Language, &c.Private, &c.State, &until,
		&c.Assignee, &c.Desk, &c.Messages, &last, &in, &out, &unanswered, &c.DoneBy, &done, &made, &c.Version}, more...)...)
	c.Until, c.LastAt, c.LastIn, c.LastOut, c.Unanswered, c.DoneAt, c.Made = until.Time, last.Time, in.Time, out.Time, unanswered.Time, done.Time, made.Time
	return c, err
}

// prefixed are the columns of a table that has another name in a statement.
func prefixed(as, columns string) string {
	return as + "." + strings.ReplaceAll(columns, ", ", ", "+as+".")
}

// list keeps an empty list out of JSON as null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// load reads what is known of the items of a page, in a few statements.
func (t *taking) load(ctx context.Context, items []network.Item) error {
	seen := map[network.Ref]bool{}
	own := map[network.Ref]bool{}
	authors := map[network.Ref]bool{}
	for _, it := range items {
		own[it.Ref], authors[it.Author.Ref] = true, true
		for _, r := range some(it.Ref, it.Parent, it.Root) {
			seen[r] = true
		}
	}
	at := func(keys map[network.Ref]bool) []any {
		args := []any{t.ch.ID}
		for r := range keys {
			args = append(args, r)
		}
		return args
	}
	if err := sqldb.Each(ctx, t.tx, func(r sqldb.Scanner) error {
		var ref network.Ref
		var k row
		var edited, said, gone sqldb.Time
		err := r.Scan(&ref, &k.id, &k.conversation, &k.version, &said, &edited, &gone, &k.own, &k.held, &k.words)
		if k.changed = edited.Time; edited.IsZero() {
			k.changed = said.Time
		}
		k.gone = !gone.IsZero()
		t.rows[ref] = &k
		return err
	}, `SELECT ref, id, conversation, version, at, edited_at, gone_at, own, held, words FROM message WHERE channel = ? AND ref IN `+sqldb.Marks(len(own)), at(own)...); err != nil {
		return err
	}
	talks := map[ConversationID]bool{}
	for _, k := range t.rows {
		talks[k.conversation] = true
	}
	if err := sqldb.Each(ctx, t.tx, func(r sqldb.Scanner) error {
		var ref network.Ref
		var c ConversationID
		err := r.Scan(&ref, &c)
		t.of[ref], talks[c] = c, true
		return err
	}, `SELECT ref, conversation FROM conversation_ref WHERE channel = ? AND ref IN `+sqldb.Marks(len(seen)), at(seen)...); err != nil {
		return err
	}
	if err := sqldb.Each(ctx, t.tx, func(r sqldb.Scanner) error {
		var ref network.Ref
		err := r.Scan(&ref)
		t.spoken[ref] = true
		return err
	}, `SELECT ref FROM spoken WHERE channel = ? AND at IS NOT NULL AND ref IN `+sqldb.Marks(len(seen)), at(seen)...); err != nil {
		return err
	}
	delete(talks, "")
	args := []any{t.ch.Brand}
	for c := range talks {
		args = append(args, c)
	}
	if err := sqldb.Each(ctx, t.tx, func(r sqldb.Scanner) error {
		c, err := scanConversation(r)
		t.talks[c.ID] = &talk{Conversation: c}
		return err
	}, `SELECT `+conversationColumns+` FROM conversation WHERE brand = ? AND id IN `+sqldb.Marks(len(talks)), args...); err != nil {
		return err
	}
	args = []any{t.ch.Brand, t.ch.Network}
	for a := range authors {
		args = append(args, a)
	}
	return sqldb.Each(ctx, t.tx, func(r sqldb.Scanner) error {
		var v voice
		var first, last sqldb.Time
		err := r.Scan(&v.ID, &v.Author.Ref, &v.Author.Handle, &v.Author.Name, &v.Author.URL, &v.Author.Avatar, &v.Author.Bot, &first, &last)
		v.First, v.Last = first.Time, last.Time
		t.speakers[v.Author.Ref] = &v
		return err
	}, `SELECT id, ref, handle, name, url, avatar, bot, first_at, last_at FROM speaker WHERE brand = ? AND network = ? AND ref IN `+sqldb.Marks(len(authors)), args...)
}

// speak keeps a post of ours. Its words are those of the network, unless Vigie
// published it and knows better.
func (t *taking) speak(ctx context.Context, it network.Item) error {
	if it.Gone {
		_, err := t.tx.Exec(ctx, `UPDATE spoken SET words = '', media = '' WHERE brand = ? AND channel = ? AND ref = ? AND post = ''`, t.ch.Brand, t.ch.ID, it.Ref)
		return err
	}
	t.spoken[it.Ref] = true
	_, err := t.tx.Exec(ctx, `INSERT INTO spoken (channel, ref, brand, post, words, url, media, alt, at, likes, shares, replies, quotes, counted_at) VALUES (?,?,?,'',?,?,'','',?,0,0,0,0,NULL)
		ON CONFLICT (channel, ref) DO UPDATE SET words = excluded.words, url = excluded.url, at = excluded.at WHERE spoken.post = ''`,
		t.ch.ID, it.Ref, t.ch.Brand, it.Text, it.URL, sqldb.At(it.At))
	return err
}

// counts replaces what is known of the reactions to our posts.
func (t *taking) counts(ctx context.Context, all []network.Counts) error {
	for _, c := range all {
		ref := network.Ref(plain(string(c.Ref), maxRef))
		if ref == "" {
			continue
		}
		_, err := t.tx.Exec(ctx, `INSERT INTO spoken (channel, ref, brand, post, words, url, media, alt, at, likes, shares, replies, quotes, counted_at) VALUES (?,?,?,'','','','','',NULL,?,?,?,?,?)
			ON CONFLICT (channel, ref) DO UPDATE SET likes = excluded.likes, shares = excluded.shares, replies = excluded.replies, quotes = excluded.quotes, counted_at = excluded.counted_at`,
			t.ch.ID, ref, t.ch.Brand, max(0, c.Likes), max(0, c.Shares), max(0, c.Replies), max(0, c.Quotes), sqldb.At(t.tx.Now))
		if err != nil {
			return err
		}
	}
	return nil
}

// write keeps everything that the page brought.
func (t *taking) write(ctx context.Context) error {
	if err := t.writeMessages(ctx); err != nil {
		return err
	}
	if err := t.writeRefs(ctx); err != nil {
		return err
	}
	if err := t.writeSpeakers(ctx); err != nil {
		return err
	}
	var touched []ConversationID
	for _, k := range t.talks {
		if !k.named && !k.recount {
			continue
		}
		if k.recount {
			if err := t.recounted(ctx, k); err != nil {
				return err
			}
		}
		k.settle()
		if err := t.writeTalk(ctx, k); err != nil {
			return err
		}
		touched = append(touched, k.ID)
	}
	if err := search.Add(ctx, t.tx, t.docs); err != nil {
		return err
	}
	if t.way == Past && t.came > 0 {
		t.acts = append(t.acts, logbook.Entry{Brand: t.ch.Brand, Actor: program.Signs(), Act: ActRecalled, Subject: logbook.Subject{Kind: "channel", ID: string(t.ch.ID)}, Data: map[string]any{"items": t.came}})
	}
	for _, e := range t.acts {
		if err := t.Book.Record(ctx, t.tx, e); err != nil {
			return err
		}
	}
	if t.Later != nil {
		for _, r := range t.lost {
			if err := t.Later(ctx, t.tx, ThreadKind, ThreadArgs{Brand: t.ch.Brand, Message: t.rows[r].id}); err != nil {
				return err
			}
		}
	}
	came := t.came
	if t.way == Past {
		came = 0 // an old letter does not ring
	}
	t.changed(t.tx, t.ch.Brand, came, touched)
	return nil
}

// many writes rows in few statements.
func (t *taking) many(ctx context.Context, head, marks, tail string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	per := max(1, 900/len(rows[0])) // SQLite's own limit is far above; statements stay short
	for part := range sqldb.Chunks(rows, per) {
		var args []any
		for _, r := range part {
			args = append(args, r...)
		}
		if _, err := t.tx.Exec(ctx, head+` VALUES `+strings.Repeat("("+marks+"),", len(part)-1)+"("+marks+")"+tail, args...); err != nil {
			return err
		}
	}
	return nil
}

func (t *taking) writeMessages(ctx context.Context) error {
	var rows [][]any
	for _, f := range t.fresh {
		it := f.it
		rows = append(rows, []any{f.id, t.ch.Brand, f.talk.ID, t.ch.ID, it.Ref, it.Version, it.Kind, it.Parent, it.Root, f.who, it.Subject, it.Text, f.html,
			sqldb.JSON[[]network.Attachment]{V: list(it.Media)}, it.Language, it.URL, sqldb.At(it.At), sqldb.At(it.Edited), nil, it.Held, it.Own, it.Private, it.Automatic, sqldb.At(t.now)})
	}
	t.fresh = nil
	return t.many(ctx, `INSERT INTO message (`+messageColumns+`)`, messageMarks, ``, rows)
}

func (t *taking) writeRefs(ctx context.Context) error {
	var rows [][]any
	for _, r := range t.refs {
		rows = append(rows, []any{t.ch.ID, r, t.ch.Brand, t.of[r]})
	}
	t.refs = nil
	return t.many(ctx, `INSERT INTO conversation_ref (channel, ref, brand, conversation)`, `?,?,?,?`, ` ON CONFLICT (channel, ref) DO UPDATE SET conversation = excluded.conversation`, rows)
}

func (t *taking) writeSpeakers(ctx context.Context) error {
	var rows [][]any
	for _, v := range t.speakers {
		if v.dirty {
			a := v.Author
			rows = append(rows, []any{v.ID, t.ch.Brand, t.ch.Network, a.Ref, a.Handle, a.Name, a.URL, a.Avatar, a.Bot, sqldb.At(v.First), sqldb.At(v.Last)})
		}
	}
	return t.many(ctx, `INSERT INTO speaker (id, brand, network, ref, handle, name, url, avatar, bot, first_at, last_at)`, `?,?,?,?,?,?,?,?,?,?,?`,
		` ON CONFLICT (brand, network, ref) DO UPDATE SET handle = excluded.handle, name = excluded.name, url = excluded.url, avatar = excluded.avatar, bot = excluded.bot, first_at = excluded.first_at, last_at = excluded.last_at`, rows)
}

func (t *taking) writeTalk(ctx context.Context, k *talk) error {
	if k.isNew {
		_, err := t.tx.Exec(ctx, `INSERT INTO conversation (`+conversationColumns+`) VALUES (`+conversationMarks+`)`,
			k.ID, k.Brand, k.Channel, k.Network, k.Kind, k.Subject, k.under, k.Speaker, k.Name, k.Excerpt, k.Language, k.Private, k.State, sqldb.At(k.Until), k.Assignee, k.Desk,
			k.Messages, sqldb.At(k.LastAt), sqldb.At(k.LastIn), sqldb.At(k.LastOut), sqldb.At(k.Unanswered), k.DoneBy, sqldb.At(k.DoneAt), sqldb.At(k.Made), k.Version)
		return err
	}
	_, err := t.tx.Exec(ctx, `UPDATE conversation SET kind = ?, subject = ?, under = ?, speaker = ?, name = ?, excerpt = ?, language = ?, private = ?, state = ?, until = ?, assignee = ?, messages = ?,
		last_at = ?, last_in_at = ?, last_out_at = ?, unanswered_at = ?, version = version + 1 WHERE brand = ? AND id = ?`,
		k.Kind, k.Subject, k.under, k.Speaker, k.Name, k.Excerpt, k.Language, k.Private, k.State, sqldb.At(k.Until), k.Assignee, k.Messages,
		sqldb.At(k.LastAt), sqldb.At(k.LastIn), sqldb.At(k.LastOut), sqldb.At(k.Unanswered), k.Brand, k.ID)
	return err
}

// errTaken says that another node reads this channel by now.
var errTaken = fault.New(fault.Conflict, "inbox.taken")

// held refuses a page that another node reads by now.
func (t *taking) held(ctx context.Context, h Hold) error {
	if h.Node == "" {
		return nil
	}
	n, err := t.tx.Exec(ctx, `UPDATE inbox_reader SET node = node WHERE channel = ? AND node = ? AND until > ?`, t.ch.ID, h.Node, sqldb.At(t.tx.Now))
	if err == nil && n == 0 {
		return errTaken
	}
	return err
}

// move keeps the place after a page.
func (t *taking) move(ctx context.Context, page network.Batch, h Hold) error {
	if err := t.held(ctx, h); err != nil {
		return err
	}
	switch t.way {
	case Live:
		_, err := t.tx.Exec(ctx, `UPDATE inbox_reader SET place = ?, read_at = ?, failures = 0, problem = '' WHERE brand = ? AND channel = ?`, page.Next, sqldb.At(t.tx.Now), t.ch.Brand, t.ch.ID)
		return err
	case Past:
		past := pastReading
		if !page.More {
			past = pastWhole
		}
		if _, err := t.tx.Exec(ctx, `UPDATE inbox_reader SET past = ?, past_place = ?, past_items = past_items + ?, past_at = ? WHERE brand = ? AND channel = ?`, past, page.Next, len(page.Items), sqldb.At(t.tx.Now), t.ch.Brand, t.ch.ID); err != nil {
			return err
		}
		t.tx.AfterCommit(func() { t.Tell("brand:"+string(t.ch.Brand), "inbox-past", nil) })
	}
	return nil
}

// conversationOf finds a conversation, also by the name of one that was joined
// to it. Errors: not_found.
func conversationOf(ctx context.Context, q sqldb.Q, b id.Brand, c ConversationID) (Conversation, error) {
	find := func(c ConversationID) (Conversation, error) {
		return sqldb.One(ctx, q, func(r sqldb.Scanner) (Conversation, error) { return scanConversation(r) },
			`SELECT `+conversationColumns+` FROM conversation WHERE brand = ? AND id = ?`, b, c)
	}
	out, err := find(c)
	if !sqldb.IsNoRow(err) {
		return out, err
	}
	into, err := sqldb.Value[ConversationID](ctx, q, `SELECT into_one FROM conversation_joined WHERE brand = ? AND conversation = ?`, b, c)
	if err != nil {
		return out, err
	}
	return find(into)
}
