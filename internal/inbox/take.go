package inbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Way is how a page of items came.
type Way string

const (
	Live   Way = "live"   // what is said now, read on from the kept place
	Hint   Way = "hint"   // pushed by the network; the place does not move
	Past   Way = "past"   // what was said before the connection
	Around Way = "around" // the thread around an item
)

// MaxBatch is how many items are kept in one transaction; longer pages are cut.
const MaxBatch = 100

// Freshly is how old something may be, in what was said before the connection,
// to be shown as still to be answered.
const Freshly = 7 * 24 * time.Hour

// Hold is a reader's right to a channel: what it reads is kept only while it
// still has it.
type Hold struct{ Node string }

// Take keeps a page of what a network told a channel: new items, edits,
// deletions and counts, in their conversations. Live and Past pages move the
// kept place to the page's Next, in the same transaction as their last items.
// It may be called again with any page, in any order: nothing is doubled. It
// returns how many messages were new. Errors: conflict (another node reads the
// channel now), not_found (the channel is no longer read).
func (s *Service) Take(ctx context.Context, ch channel.Channel, page network.Batch, way Way, hold Hold) (came int, err error) {
	defer fault.Wrap(&err, "take items")
	items := page.Items
	for first := true; first || len(items) > 0; first = false {
		part := items[:min(len(items), MaxBatch)]
		items = items[len(part):]
		last := len(items) == 0
		t := &taking{Service: s, ch: ch, way: way}
		err := s.DB.Write(ctx, func(tx *sqldb.Tx) error {
			t.tx, t.came, t.now = tx, 0, tx.Now
			if err := t.keep(ctx, part); err != nil {
				return err
			}
			if !last {
				return t.held(ctx, hold)
			}
			if err := t.counts(ctx, page.Counts); err != nil {
				return err
			}
			return t.move(ctx, page, hold)
		})
		if err != nil {
			return came, err
		}
		came += t.came
	}
	return came, nil
}

// row is a message as it is known.
type row struct {
	id           MessageID
	conversation ConversationID
	version      string
	changed      time.Time // edited, or said
	gone, own    bool
	held, words  string
}

// taking is one transaction of Take.
type taking struct {
	*Service
	tx  *sqldb.Tx
	ch  channel.Channel
	way Way
	now time.Time

	rows     map[network.Ref]*row
	of       map[network.Ref]ConversationID // by reference
	talks    map[ConversationID]*talk
	speakers map[network.Ref]*voice
	spoken   map[network.Ref]bool
	fresh    []fresh
	refs     []network.Ref // newly named
	docs     []search.Doc
	acts     []logbook.Entry
	lost     []network.Ref // refs of new messages whose parent is nowhere
	came     int
}

// fresh is a message to be written.
type fresh struct {
	id   MessageID
	talk *talk
	it   network.Item
	who  SpeakerID
	html string
}

func (t *taking) keep(ctx context.Context, items []network.Item) error {
	var clean []network.Item
	for _, it := range items {
		if it, ok := cleaned(it, t.now); ok {
			clean = append(clean, it)
		}
	}
	t.rows, t.of, t.talks, t.speakers, t.spoken = map[network.Ref]*row{}, map[network.Ref]ConversationID{}, map[ConversationID]*talk{}, map[network.Ref]*voice{}, map[network.Ref]bool{}
	t.fresh, t.refs, t.docs, t.acts, t.lost = nil, nil, nil, nil, nil
	if len(clean) == 0 {
		return nil
	}
	if err := t.load(ctx, clean); err != nil {
		return err
	}
	for _, it := range clean {
		if err := t.one(ctx, it); err != nil {
			return err
		}
	}
	return t.write(ctx)
}

// one keeps one item.
func (t *taking) one(ctx context.Context, it network.Item) error {
	p := placeOf(it, func(r network.Ref) bool { return r != "" && t.spoken[r] })
	if p.spoken {
		return t.speak(ctx, it)
	}
	known := t.rows[it.Ref]
	if it.Gone {
		return t.goneItem(ctx, it, known)
	}
	if known != nil && known.conversation != "" {
		return t.again(ctx, it, known)
	}
	k, err := t.talkOf(ctx, it, p)
	if err != nil {
		return err
	}
	who := t.voiceOf(it)
	if known != nil { // its deletion was told first: the thread is whole, the words are not kept
		known.conversation = k.ID
		k.named, k.recount = true, true
		_, err := t.tx.Exec(ctx, `UPDATE message SET conversation = ?, kind = ?, parent = ?, root = ?, speaker = ?, at = ?, own = ?, private = ? WHERE brand = ? AND id = ?`,
			k.ID, it.Kind, it.Parent, it.Root, who.ID, sqldb.At(it.At), it.Own, it.Private, t.ch.Brand, known.id)
		return err
	}
	m := fresh{id: id.New[MessageID](), talk: k, it: it, who: who.ID}
	if it.HTML != "" {
		if m.html, err = t.Seal.Seal("inbox.html", string(m.id), []byte(it.HTML)); err != nil {
			return err
		}
	}
	t.fresh = append(t.fresh, m)
	t.rows[it.Ref] = &row{id: m.id, conversation: k.ID, version: it.Version, changed: changedAt(it), own: it.Own, held: it.Held, words: it.Text}
	k.add(it, who, t)
	if it.Parent != "" && t.of[it.Parent] != "" && t.rows[it.Parent] == nil && t.way == Live && !slices.Contains(t.lost, it.Ref) {
		t.lost = append(t.lost, it.Ref)
	}
	if it.Kind != network.Context {
		t.docs = append(t.docs, search.Doc{Brand: t.ch.Brand, Kind: searchKind, ID: string(m.id), Text: findable(it)})
	}
	if calls(it) {
		t.came++
		if t.way != Past {
			t.act(ActReceived, m.id, k.ID, map[string]any{"kind": it.Kind, "private": it.Private, "automatic": it.Automatic})
		}
	}
	return nil
}

// searchKind is what messages are called in the index of words.
const searchKind = "message"

func findable(it network.Item) string {
	return strings.Join([]string{it.Author.Name, it.Author.Handle, it.Subject, it.Text}, "\n")
}

func changedAt(it network.Item) time.Time {
	if it.Edited.IsZero() {
		return it.At
	}
	return it.Edited
}

func (t *taking) act(act string, m MessageID, c ConversationID, data map[string]any) {
	data["conversation"], data["channel"] = c, t.ch.ID
	t.acts = append(t.acts, logbook.Entry{Brand: t.ch.Brand, Actor: logbook.Actor{Kind: logbook.Outside, ID: string(t.ch.Network)}, Act: act,
		Subject: logbook.Subject{Kind: "message", ID: string(m)}, Data: data})
}

// again is an item told once more: the same, edited, or as it was before it was
// edited.
func (t *taking) again(ctx context.Context, it network.Item, known *row) error {
	if known.gone {
		return nil
	}
	if i := slices.IndexFunc(t.fresh, func(f fresh) bool { return f.id == known.id }); i >= 0 {
		// Twice in one page: written first, then compared.
		if it.Version == known.version && it.Held == known.held {
			return nil
		}
		if err := t.writeMessages(ctx); err != nil {
			return err
		}
	}
	k := t.talks[known.conversation]
	if it.Held != known.held && it.Version == known.version {
		known.held, k.recount = it.Held, true
		_, err := t.tx.Exec(ctx, `UPDATE message SET held = ? WHERE brand = ? AND id = ?`, it.Held, t.ch.Brand, known.id)
		return err
	}
	if it.Version == known.version {
		return nil
	}
	was, err := sqldb.Value[int64](ctx, t.tx, `SELECT COUNT(*) FROM message_version WHERE brand = ? AND message = ? AND version = ?`, t.ch.Brand, known.id, it.Version)
	if err != nil || was > 0 {
		return err // an earlier one, known already
	}
	if changedAt(it).Before(known.changed) { // an earlier one, told late
		return t.earlier(ctx, known.id, it.Version, it.Text, changedAt(it))
	}
	if err := t.earlier(ctx, known.id, known.version, known.words, changedAt(it)); err != nil {
		return err
	}
	sealed := ""
	if it.HTML != "" {
		if sealed, err = t.Seal.Seal("inbox.html", string(known.id), []byte(it.HTML)); err != nil {
			return err
		}
	}
	edited := it.Edited
	if edited.IsZero() {
		edited = t.now
	}
	_, err = t.tx.Exec(ctx, `UPDATE message SET version = ?, subject = ?, words = ?, html = ?, media = ?, language = ?, edited_at = ?, held = ? WHERE brand = ? AND id = ?`,
		it.Version, it.Subject, it.Text, sealed, sqldb.JSON[[]network.Attachment]{V: list(it.Media)}, it.Language, sqldb.At(edited), it.Held, t.ch.Brand, known.id)
	if err != nil {
		return err
	}
	known.version, known.words, known.changed, known.held = it.Version, it.Text, changedAt(it), it.Held
	k.recount = true
	t.act(ActEdited, known.id, k.ID, map[string]any{})
	if it.Kind == network.Context {
		return nil
	}
	if i := slices.IndexFunc(t.docs, func(d search.Doc) bool { return d.ID == string(known.id) }); i >= 0 {
		t.docs[i].Text = findable(it) // not written yet
		return nil
	}
	return search.Put(ctx, t.tx, search.Doc{Brand: t.ch.Brand, Kind: searchKind, ID: string(known.id), Text: findable(it)})
}

func (t *taking) earlier(ctx context.Context, m MessageID, version, words string, until time.Time) error {
	_, err := t.tx.Exec(ctx, `INSERT INTO message_version (message, brand, version, words, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (message, version) DO NOTHING`,
		m, t.ch.Brand, version, words, sqldb.At(until))
	return err
}

// goneItem forgets the words of what was deleted. The fact stays, so that the
// thread is whole and a page read again does not bring it back.
func (t *taking) goneItem(ctx context.Context, it network.Item, known *row) error {
	if known == nil {
		known = &row{id: id.New[MessageID](), gone: true}
		t.rows[it.Ref] = known
		_, err := t.tx.Exec(ctx, `INSERT INTO message (`+messageColumns+`) VALUES (`+messageMarks+`)`,
			known.id, t.ch.Brand, "", t.ch.ID, it.Ref, "", network.Context, "", "", "", "", "", "", "[]", "", "", sqldb.At(t.now), nil, sqldb.At(t.now), "", false, false, false, sqldb.At(t.now))
		return err
	}
	if known.gone {
		return nil
	}
	if err := t.writeMessages(ctx); err != nil {
		return err
	}
	known.gone = true
	if _, err := t.tx.Exec(ctx, `UPDATE message SET gone_at = ?, words = '', subject = '', html = '', media = '[]' WHERE brand = ? AND id = ?`, sqldb.At(t.now), t.ch.Brand, known.id); err != nil {
		return err
	}
	if _, err := t.tx.Exec(ctx, `DELETE FROM message_version WHERE brand = ? AND message = ?`, t.ch.Brand, known.id); err != nil {
		return err
	}
	t.docs = slices.DeleteFunc(t.docs, func(d search.Doc) bool { return d.ID == string(known.id) })
	if k := t.talks[known.conversation]; k != nil {
		k.recount = true
		t.act(ActGone, known.id, k.ID, map[string]any{})
	}
	return search.Remove(ctx, t.tx, searchKind, string(known.id))
}

// program is who acts when nobody does.
var program = team.Program("inbox")
