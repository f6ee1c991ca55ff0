package mailbox

import (
	"context"
	"io"
	"strconv"
	"strings"

	imap "github.com/emersion/go-imap/v2"

	"vigie/internal/network"
)

// maxWhole is up to which size a mail is fetched as a whole; of a greater one
// only the words are.
const maxWhole = 1 << 20

// letters reads mails of one folder, by UID. What is gone by now is not there.
// A mail that the server, or the client, cannot take does not stand in the way
// of the others: it comes as one that is broken and says nothing.
func (s *session) letters(ctx context.Context, folder string, all []meta) (map[imap.UID]letter, error) {
	out := map[imap.UID]letter{}
	var small []meta
	for _, m := range all {
		if m.size <= maxWhole {
			small = append(small, m)
		}
	}
	err := s.wholes(folder, small, out)
	if brokenLine(err) && ctx.Err() == nil {
		for _, m := range small { // one of them breaks the line: which?
			if _, done := out[m.uid]; done {
				continue
			}
			if err = s.again(ctx); err != nil {
				return nil, err
			}
			if err = s.wholes(folder, []meta{m}, out); brokenLine(err) && ctx.Err() == nil {
				out[m.uid] = letter{broken: true}
				err = nil
			}
			if err != nil {
				break
			}
		}
	}
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if m.size <= maxWhole {
			continue
		}
		l, ok, err := s.great(ctx, folder, m)
		if err != nil {
			return nil, err
		}
		if ok {
			out[m.uid] = l
		}
	}
	return out, nil
}

var whole = &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: maxWhole + 64<<10}}

// wholes reads mails of which everything is fetched, one at a time in memory.
func (s *session) wholes(folder string, all []meta, out map[imap.UID]letter) error {
	if len(all) == 0 {
		return nil
	}
	if _, err := s.examine(folder); err != nil {
		return err
	}
	var set imap.UIDSet
	for _, m := range all {
		set.AddNum(m.uid)
	}
	return s.bodies(set, whole, func(uid imap.UID, raw []byte) { out[uid] = readLetter(raw, false) })
}

// bodies fetches one section of some mails, as much as it says.
func (s *session) bodies(set imap.UIDSet, section *imap.FetchItemBodySection, each func(imap.UID, []byte)) error {
	cmd := s.c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	for m := cmd.Next(); m != nil; m = cmd.Next() {
		var uid imap.UID
		var raw []byte
		var failed error
		for item := m.Next(); item != nil; item = m.Next() {
			switch item := item.(type) {
			case imapFetchUID:
				uid = item.UID
			case imapFetchBody:
				if item.Literal == nil {
					continue
				}
				limit := int64(maxWhole + 64<<10)
				if raw, failed = io.ReadAll(io.LimitReader(item.Literal, limit)); failed == nil {
					_, failed = io.Copy(io.Discard, item.Literal)
				}
			}
		}
		if failed == nil && raw != nil && set.Contains(uid) {
			each(uid, raw)
		}
	}
	return cmd.Close()
}

// great reads the words of a great mail and lists what it carries, without
// fetching that.
func (s *session) great(ctx context.Context, folder string, m meta) (l letter, ok bool, err error) {
	root, h, err := s.structure(folder, m.uid)
	if err == nil && root != nil {
		r := reading{}
		left := maxWords * 2
		root.leaves(func(n *node) {
			if err != nil || !n.said() || left <= 0 {
				return
			}
			var b []byte
			if b, err = s.part(m.uid, n.path, left); err == nil {
				n.body, n.cut = b, int64(len(b)) < n.size
				left -= len(b)
			}
		})
		if err == nil {
			l = compose(h, root)
			l.broken = l.broken || r.broken
			return l, true, nil
		}
	}
	if err == nil {
		return l, false, nil // it is gone
	}
	if ctx.Err() != nil {
		return l, false, err
	}
	// The server describes it in a way that cannot be read: its first megabyte.
	if brokenLine(err) {
		if err := s.again(ctx); err != nil {
			return l, false, err
		}
	}
	if _, err := s.examine(folder); err != nil {
		return l, false, err
	}
	err = s.bodies(imap.UIDSetNum(m.uid), whole, func(_ imap.UID, raw []byte) { l, ok = readLetter(raw, true), true })
	if err != nil && brokenLine(err) && ctx.Err() == nil {
		return letter{broken: true}, true, s.again(ctx)
	}
	l.broken = true
	return l, ok, err
}

// structure asks how a mail is made, and for its header.
func (s *session) structure(folder string, uid imap.UID) (*node, header, error) {
	if _, err := s.examine(folder); err != nil {
		return nil, nil, err
	}
	h, err := s.header(uid)
	if err != nil || h == nil {
		return nil, nil, err
	}
	got, err := s.c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodyStructure: &imap.FetchItemBodyStructure{Extended: true}}).Collect()
	if err != nil {
		return nil, h, err
	}
	for _, m := range got {
		if m.UID == uid && m.BodyStructure != nil {
			count := 0
			return described(m.BodyStructure, "", 0, &count), h, nil
		}
	}
	return nil, nil, nil
}

// header reads a mail's header; nil: it is gone.
func (s *session) header(uid imap.UID) (h header, err error) {
	section := &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Peek: true, Partial: &imap.SectionPartial{Size: maxHeader}}
	err = s.bodies(imap.UIDSetNum(uid), section, func(_ imap.UID, raw []byte) {
		h, _, _ = readHeader(raw)
		if h == nil {
			h = header{}
		}
	})
	return h, err
}

// part reads the beginning of a part.
func (s *session) part(uid imap.UID, path string, most int) (b []byte, err error) {
	section := &imap.FetchItemBodySection{Part: numbers(path), Peek: true, Partial: &imap.SectionPartial{Size: int64(min(most, maxWords+maxWords/2))}}
	err = s.bodies(imap.UIDSetNum(uid), section, func(_ imap.UID, raw []byte) { b = raw })
	return b, err
}

func numbers(path string) []int {
	var out []int
	for _, s := range strings.Split(path, ".") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return nil
		}
		out = append(out, n)
	}
	return out
}

// Load writes an attachment to to, undone from what it travelled in, as it
// comes: nothing of it is kept in memory.
func (a *account) Load(ctx context.Context, item, attachment network.Ref, to io.Writer) error {
	path := numbers(string(attachment))
	if path == nil {
		return refusal(errNoMail, "")
	}
	return a.within(ctx, func(s *session) error {
		at, err := s.locate(item)
		if err != nil {
			return err
		}
		head := &imap.FetchItemBodySection{Part: path, Specifier: imap.PartSpecifierMIME, Peek: true, Partial: &imap.SectionPartial{Size: maxHeader}}
		h := header{}
		err = s.bodies(imap.UIDSetNum(at.uid), head, func(_ imap.UID, raw []byte) { h, _, _ = readHeader(raw) })
		if err != nil {
			return err
		}
		named := len(h) > 0
		if !named && len(path) == 1 {
			h = at.header
		}
		return s.pour(at.uid, &imap.FetchItemBodySection{Part: path, Peek: true}, h.get("content-transfer-encoding"), named, to)
	})
}

// pour copies a part from the line to to. One that is not named and has nothing
// in it is not there.
func (s *session) pour(uid imap.UID, section *imap.FetchItemBodySection, encoding string, named bool, to io.Writer) error {
	cmd := s.c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	found := false
	var failed error
	for m := cmd.Next(); m != nil; m = cmd.Next() {
		for item := m.Next(); item != nil; item = m.Next() {
			body, ok := item.(imapFetchBody)
			if !ok || body.Literal == nil {
				continue
			}
			if !found {
				var n int64
				n, failed = io.Copy(to, transfer(body.Literal, encoding))
				found = n > 0 || named
			}
			_, _ = io.Copy(io.Discard, body.Literal)
		}
	}
	if err := cmd.Close(); err != nil {
		return err
	}
	if !found {
		return refusal(errNoMail, "")
	}
	return failed
}
