package mailbox

import (
	"context"
	"fmt"
	"slices"
	"time"

	imap "github.com/emersion/go-imap/v2"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

const (
	// pageSize is how many mails one reading tells at most, and
	pageBytes = 6 << 20 // how much of them is fetched
	pageSize  = 40
)

var errCursor = fault.New(fault.Invalid, "network.cursor").At("cursor")

// place is where the reading of a folder stands: its UIDVALIDITY, and the first
// UID that was not read yet (the last one that was, in History).
type place struct {
	validity uint32
	uid      imap.UID
}

// places are those of INBOX and of the folder of sent mail.
type places struct{ in, sent place }

func (p places) cursor(letter string) network.Cursor {
	return network.Cursor(fmt.Sprintf("%s1.%d.%d.%d.%d", letter, p.in.validity, p.in.uid, p.sent.validity, p.sent.uid))
}

func readCursor(letter string, c network.Cursor) (p places, err error) {
	if _, err := fmt.Sscanf(string(c), letter+"1.%d.%d.%d.%d", &p.in.validity, &p.in.uid, &p.sent.validity, &p.sent.uid); err != nil || p.cursor(letter) != c {
		return p, refusal(errCursor, "")
	}
	return p, nil
}

// meta is what is known of a mail before it is read.
type meta struct {
	uid  imap.UID
	when time.Time // when it came
	size int64
	sent bool
}

// Receive tells the mails that came, and those that were sent, since from. A
// folder that was made anew (another UIDVALIDITY) makes the cursor a forgotten
// one: items keep their references, so nothing is doubled by reading it again.
func (a *account) Receive(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "receive")
	var p places
	if from != "" {
		if p, err = readCursor("r", from); err != nil {
			return b, err
		}
	}
	err = a.within(ctx, func(s *session) error {
		b, err = a.forward(ctx, s, p, from == "")
		return err
	})
	return b, err
}

func (a *account) forward(ctx context.Context, s *session, p places, now bool) (b network.Batch, err error) {
	f, err := s.folders()
	if err != nil {
		return b, err
	}
	var all []meta
	next := p
	more := false
	for _, one := range []struct {
		folder string
		at     *place
		sent   bool
	}{{inbox, &next.in, false}, {f.sent, &next.sent, true}} {
		if one.folder == "" {
			continue
		}
		data, err := s.examine(one.folder)
		if err != nil {
			return b, err
		}
		switch {
		case now:
			*one.at = place{data.UIDValidity, data.UIDNext}
			continue
		case one.sent && one.at.validity == 0: // it was not there before: all of it is new
			*one.at = place{data.UIDValidity, 1}
		case one.at.validity != data.UIDValidity:
			return b, refusal(errCursor, "")
		}
		found, end, err := s.up(one.at.uid, data.UIDNext, one.sent)
		if err != nil {
			return b, err
		}
		all = append(all, found...)
		more = more || end < data.UIDNext
		one.at.uid = max(end, one.at.uid)
	}
	slices.SortStableFunc(all, func(x, y meta) int { return x.when.Compare(y.when) })
	taken := all[:fits(all)]
	for _, m := range all[len(taken):] { // the first of each folder that was left
		at := &next.in
		if m.sent {
			at = &next.sent
		}
		at.uid = min(at.uid, m.uid)
		more = true
	}
	b.Next, b.More = next.cursor("r"), more
	b.Items, err = a.items(ctx, s, taken, true)
	return b, err
}

// fits is how many mails make a page.
func fits(all []meta) int {
	var sum int64
	for i, m := range all {
		if sum += min(m.size, maxWhole); i == pageSize || i > 0 && sum > pageBytes {
			return i
		}
	}
	return len(all)
}

// up lists mails from a UID on, the oldest first, and tells from where to go on.
func (s *session) up(from, next imap.UID, sent bool) (found []meta, end imap.UID, err error) {
	from = max(from, 1)
	for width := imap.UID(2 * pageSize); from < next && len(found) < pageSize; width *= 4 {
		to := min(next-1, from+width-1)
		got, err := s.metas(from, to, sent)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, got...)
		from = to + 1
	}
	if len(found) > pageSize {
		return found[:pageSize], found[pageSize].uid, nil
	}
	return found, from, nil
}

// down lists mails below a UID, the newest first, and tells below what to go on.
func (s *session) down(below imap.UID, sent bool) (found []meta, end imap.UID, err error) {
	for width := imap.UID(2 * pageSize); below > 1 && len(found) < pageSize; width *= 4 {
		from := imap.UID(1)
		if below > width {
			from = below - width
		}
		got, err := s.metas(from, below-1, sent)
		if err != nil {
			return nil, 0, err
		}
		slices.Reverse(got)
		found = append(found, got...)
		below = from
	}
	if len(found) > pageSize {
		return found[:pageSize], found[pageSize].uid + 1, nil
	}
	return found, below, nil
}

// metas asks for what stands between two UIDs, in their order.
func (s *session) metas(from, to imap.UID, sent bool) ([]meta, error) {
	var set imap.UIDSet
	set.AddRange(from, to)
	got, err := s.c.Fetch(set, &imap.FetchOptions{UID: true, InternalDate: true, RFC822Size: true}).Collect()
	if err != nil {
		return nil, said(s.box.imap, err)
	}
	var out []meta
	for _, m := range got {
		if m.UID >= from && m.UID <= to {
			out = append(out, meta{m.UID, m.InternalDate.UTC(), m.RFC822Size, sent})
		}
	}
	slices.SortFunc(out, func(x, y meta) int { return int(int64(x.uid) - int64(y.uid)) })
	return slices.CompactFunc(out, func(x, y meta) bool { return x.uid == y.uid }), nil
}

// History tells what was there before, the newest first.
func (a *account) History(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "read history")
	var p places
	if from != "" {
		if p, err = readCursor("h", from); err != nil {
			return b, err
		}
	}
	err = a.within(ctx, func(s *session) error {
		b, err = a.backward(ctx, s, p, from == "")
		return err
	})
	return b, err
}

func (a *account) backward(ctx context.Context, s *session, p places, top bool) (b network.Batch, err error) {
	f, err := s.folders()
	if err != nil {
		return b, err
	}
	var all []meta
	next := p
	for _, one := range []struct {
		folder string
		at     *place
		sent   bool
	}{{inbox, &next.in, false}, {f.sent, &next.sent, true}} {
		if one.folder == "" {
			continue
		}
		data, err := s.examine(one.folder)
		if err != nil {
			return b, err
		}
		switch {
		case top:
			*one.at = place{data.UIDValidity, data.UIDNext}
		case one.sent && one.at.validity == 0:
			*one.at = place{data.UIDValidity, 1} // it came later: Receive tells it
		case one.at.validity != data.UIDValidity:
			return b, refusal(errCursor, "")
		}
		found, end, err := s.down(one.at.uid, one.sent)
		if err != nil {
			return b, err
		}
		all = append(all, found...)
		one.at.uid = end
	}
	slices.SortStableFunc(all, func(x, y meta) int { return y.when.Compare(x.when) })
	taken := all[:fits(all)]
	for _, m := range all[len(taken):] {
		at := &next.in
		if m.sent {
			at = &next.sent
		}
		at.uid = max(at.uid, m.uid+1)
	}
	b.Next, b.More = next.cursor("h"), next.in.uid > 1 || next.sent.uid > 1
	b.Items, err = a.items(ctx, s, taken, false)
	return b, err
}
