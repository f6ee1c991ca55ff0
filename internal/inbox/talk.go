package inbox

import (
	"context"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
)

// talk is a conversation while items are being taken.
type talk struct {
	Conversation
	isNew   bool
	named   bool // something of it is to be written
	recount bool // what it sums up is to be read anew from its messages
	called  bool // somebody asked something of us
	said    bool // we said something
}

// voice is a speaker while items are being taken.
type voice struct {
	Speaker
	network.Author
	named, dirty bool
}

// talkOf finds the conversation of an item by its references, opens one, or
// joins those that the item shows to be one.
func (t *taking) talkOf(ctx context.Context, it network.Item, p place) (*talk, error) {
	var found []*talk
	for _, r := range p.refs {
		c := t.of[r]
		if c == "" {
			continue
		}
		k := t.talks[c]
		dup := false
		for _, f := range found {
			dup = dup || f == k
		}
		if !dup {
			found = append(found, k)
		}
	}
	var k *talk
	switch len(found) {
	case 0:
		k = &talk{isNew: true, named: true, Conversation: Conversation{ID: id.New[ConversationID](), Brand: t.ch.Brand, Channel: t.ch.ID, Network: t.ch.Network, Kind: it.Kind,
			Subject: it.Subject, Private: it.Private, State: Done, LastAt: it.At, Made: t.now, Version: 1, under: p.under}}
		t.talks[k.ID] = k
	default:
		k = found[0]
		for _, f := range found[1:] {
			if f.ID < k.ID {
				k = f
			}
		}
		for _, f := range found {
			if f != k {
				if err := t.join(ctx, f, k); err != nil {
					return nil, err
				}
			}
		}
	}
	if k.under == "" && p.under != "" {
		k.under, k.named = p.under, true
	}
	for _, r := range p.refs {
		if t.of[r] == "" {
			t.refs = append(t.refs, r)
		}
		t.of[r] = k.ID
	}
	return k, nil
}

// join makes one conversation of two. The older keeps its name; both names find
// it from now on.
func (t *taking) join(ctx context.Context, from, into *talk) error {
	if err := t.writeMessages(ctx); err != nil {
		return err
	}
	if err := t.writeRefs(ctx); err != nil {
		return err
	}
	b := t.ch.Brand
	if !from.isNew {
		for _, table := range []string{"message", "conversation_ref", "conversation_note", "conversation_answer"} {
			if _, err := t.tx.Exec(ctx, `UPDATE `+table+` SET conversation = ? WHERE brand = ? AND conversation = ?`, into.ID, b, from.ID); err != nil {
				return err
			}
		}
		for _, q := range []string{
			`INSERT INTO conversation_read (person, conversation, brand, at) SELECT person, ?, brand, at FROM conversation_read WHERE brand = ? AND conversation = ? ON CONFLICT (person, conversation) DO NOTHING`,
			`INSERT INTO conversation_draft (person, conversation, brand, words, at) SELECT person, ?, brand, words, at FROM conversation_draft WHERE brand = ? AND conversation = ? ON CONFLICT (person, conversation) DO NOTHING`,
			`UPDATE conversation_joined SET into_one = ? WHERE brand = ? AND into_one = ?`,
		} {
			if _, err := t.tx.Exec(ctx, q, into.ID, b, from.ID); err != nil {
				return err
			}
		}
		for _, q := range []string{`DELETE FROM conversation_read WHERE brand = ? AND conversation = ?`, `DELETE FROM conversation_draft WHERE brand = ? AND conversation = ?`, `DELETE FROM conversation WHERE brand = ? AND id = ?`} {
			if _, err := t.tx.Exec(ctx, q, b, from.ID); err != nil {
				return err
			}
		}
		if _, err := t.tx.Exec(ctx, `INSERT INTO conversation_joined (conversation, brand, into_one) VALUES (?, ?, ?)`, from.ID, b, into.ID); err != nil {
			return err
		}
		t.acts = append(t.acts, logbook.Entry{Brand: b, Actor: program.Signs(), Act: ActJoined, Subject: logbook.Subject{Kind: "conversation", ID: string(into.ID)},
			Data: map[string]any{"from": from.ID, "into": into.ID}})
	} else {
		// It was opened by this very page: nobody knows its name.
		for _, table := range []string{"message", "conversation_ref"} {
			if _, err := t.tx.Exec(ctx, `UPDATE `+table+` SET conversation = ? WHERE brand = ? AND conversation = ?`, into.ID, b, from.ID); err != nil {
				return err
			}
		}
	}
	if from.State == Open || from.State == Snoozed && into.State != Open {
		into.State, into.Until = from.State, from.Until
	}
	if into.Assignee == "" {
		into.Assignee = from.Assignee
	}
	if into.under == "" {
		into.under = from.under
	}
	into.called, into.said = into.called || from.called, into.said || from.said || !from.LastOut.IsZero() || !into.LastOut.IsZero()
	into.recount, into.named = true, true
	for r, c := range t.of {
		if c == from.ID {
			t.of[r] = into.ID
		}
	}
	for _, r := range t.rows {
		if r.conversation == from.ID {
			r.conversation = into.ID
		}
	}
	for i := range t.fresh {
		if t.fresh[i].talk == from {
			t.fresh[i].talk = into
		}
	}
	delete(t.talks, from.ID)
	return nil
}

// add counts a new message in.
func (k *talk) add(it network.Item, who *voice, t *taking) {
	k.named = true
	if k.Kind == network.Context && it.Kind != network.Context {
		k.Kind = it.Kind
	}
	if k.Subject == "" {
		k.Subject = it.Subject
	}
	k.Private = k.Private || it.Private
	if it.Kind == network.Context && !it.Own {
		if k.Messages == 0 && k.Excerpt == "" {
			k.Excerpt, k.Name = excerpt(it), called(it.Author)
		}
		return
	}
	k.Messages++
	if k.Messages == 1 || it.At.After(k.LastAt) {
		k.LastAt = it.At
	}
	switch {
	case it.Own:
		k.said = true
		if it.At.After(k.LastOut) {
			k.LastOut = it.At
			if !k.Unanswered.IsZero() && !k.Unanswered.After(it.At) {
				k.recount = true
			}
		}
		if k.Excerpt == "" {
			k.Excerpt, k.Name = excerpt(it), called(it.Author)
		}
	case calls(it):
		if !it.At.Before(k.LastIn) {
			k.LastIn, k.Speaker, k.Name, k.Excerpt = it.At, who.ID, called(it.Author), excerpt(it)
			if it.Language != "" {
				k.Language = it.Language
			}
		}
		if it.At.After(k.LastOut) && (k.Unanswered.IsZero() || it.At.Before(k.Unanswered)) {
			k.Unanswered = it.At
		}
		// What was said long before the account was connected is nobody's to do,
		// though a network may tell it only now.
		old := it.At.Before(t.ch.Made.Add(-Freshly)) || t.way == Past && t.now.Sub(it.At) >= Freshly
		if !old && it.At.After(k.DoneAt) {
			k.called = true
		}
	}
}

// settle says what became of a conversation by what was said in this page: who
// asks opens it again, what we answered elsewhere ends it.
func (k *talk) settle() {
	switch {
	case k.called && !k.Unanswered.IsZero():
		k.State, k.Until = Open, time.Time{}
	case k.said && k.Unanswered.IsZero() && (k.State == Open || k.State == Snoozed):
		k.State, k.Until = Done, time.Time{}
	}
}

// voiceOf is who wrote an item.
func (t *taking) voiceOf(it network.Item) *voice {
	ref := it.Author.Ref
	v := t.speakers[ref]
	if v == nil {
		v = &voice{Speaker: Speaker{ID: id.New[SpeakerID](), Network: t.ch.Network, First: it.At, Last: it.At}, named: true, dirty: true}
		t.speakers[ref] = v
	}
	if it.At.Before(v.First) {
		v.First, v.dirty = it.At, true
	}
	if it.At.After(v.Last) {
		v.Last, v.dirty = it.At, true
	}
	if v.Author.Ref == "" || v.Author != it.Author && !it.At.Before(v.Last) {
		v.Author, v.dirty = it.Author, true
	}
	v.Author.Ref = ref
	return v
}

// recounted reads what a conversation sums up from its messages.
func (t *taking) recounted(ctx context.Context, k *talk) error {
	b := t.ch.Brand
	const asks = ` AND NOT own AND gone_at IS NULL AND kind <> 'context' AND NOT automatic AND held NOT IN ('spam', 'trash')`
	var last, out sqldb.Time
	err := sqldb.Each(ctx, t.tx, func(r sqldb.Scanner) error { return r.Scan(&k.Messages, &last, &out) },
		`SELECT COUNT(*), MAX(at), MAX(CASE WHEN own THEN at END) FROM message WHERE brand = ? AND conversation = ? AND gone_at IS NULL AND (kind <> 'context' OR own)`, b, k.ID)
	if err != nil {
		return err
	}
	if !last.IsZero() {
		k.LastAt = last.Time
	}
	k.LastOut, k.LastIn, k.Unanswered = out.Time, time.Time{}, time.Time{}
	err = sqldb.Each(ctx, t.tx, func(r sqldb.Scanner) error {
		var at sqldb.Time
		var it network.Item
		if err := r.Scan(&at, &k.Speaker, &it.Author.Name, &it.Author.Handle, &it.Text, &it.Subject, &it.Language); err != nil {
			return err
		}
		k.LastIn, k.Name, k.Excerpt = at.Time, called(it.Author), excerpt(it)
		if it.Language != "" {
			k.Language = it.Language
		}
		return nil
	}, `SELECT m.at, m.speaker, s.name, s.handle, m.words, m.subject, m.language FROM message m JOIN speaker s ON s.id = m.speaker
		WHERE m.brand = ? AND m.conversation = ?`+asks+` ORDER BY m.at DESC, m.id DESC LIMIT 1`, b, k.ID)
	if err != nil {
		return err
	}
	return sqldb.Each(ctx, t.tx, func(r sqldb.Scanner) error {
		var at sqldb.Time
		err := r.Scan(&at)
		k.Unanswered = at.Time
		return err
	}, `SELECT at FROM message WHERE brand = ? AND conversation = ? AND at > ?`+asks+` ORDER BY at LIMIT 1`, b, k.ID, k.LastOut.UnixMilli())
}
