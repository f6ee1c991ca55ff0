package mailbox

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	imap "github.com/emersion/go-imap/v2"

	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

// version is that of the reader: mails do not change, what is read of them may.
const version = "1"

// items reads the mails of a page, in its order.
func (a *account) items(ctx context.Context, s *session, page []meta, live bool) ([]network.Item, error) {
	f, err := s.folders()
	if err != nil || len(page) == 0 {
		return nil, err
	}
	read := map[bool]map[imap.UID]letter{}
	twins := map[bool]map[imap.UID]bool{}
	for _, sent := range []bool{true, false} {
		var of []meta
		for _, m := range page {
			if m.sent == sent {
				of = append(of, m)
			}
		}
		if len(of) == 0 {
			continue
		}
		folder := inbox
		if sent {
			folder = f.sent
		}
		if read[sent], err = s.letters(ctx, folder, of); err != nil {
			return nil, err
		}
		if twins[sent], err = s.twins(folder, of, read[sent]); err != nil {
			return nil, err
		}
	}
	var out []network.Item
	for _, m := range page {
		l, ok := read[m.sent][m.uid]
		if !ok {
			continue
		}
		it, err := a.item(s, m, l, twins[m.sent][m.uid], live)
		if err != nil {
			return nil, err
		}
		out = append(out, it)
	}
	return out, nil
}

// item is a mail as the door tells it.
func (a *account) item(s *session, m meta, l letter, twin, live bool) (network.Item, error) {
	h := l.header
	it := network.Item{
		Kind: network.Mail, Version: version, Private: true, Own: m.sent,
		Subject: textkit.Excerpt(h.words("subject"), 500), HTML: l.html, Media: l.attachments,
		At: m.when, Broken: l.broken, Automatic: !m.sent && automatic(l),
	}
	it.Text, it.Repeated, it.Signature = fold(l.text, h.has("in-reply-to") || h.has("references"))
	if id := h.id(); id == "" {
		print := h.whole()
		if h == nil {
			print = digest(time.Duration(m.uid).String(), m.when.String())[:24]
		}
		it.Ref = dayRef(m.when, print)
	} else if it.Ref = network.Ref(id); twin {
		it.Ref += network.Ref("#" + h.print())
	}
	// What a mail says of its age is believed when it can be true.
	if d := h.date(); !d.IsZero() && d.Before(m.when.Add(10*time.Minute)) && (!live || m.when.Sub(d) < 7*24*time.Hour) && d.Year() > 1970 {
		it.At = d
	}
	if lang, _ := textkit.Clean(h.get("content-language")); len(lang) <= 35 {
		it.Language = lang
	}
	from := person{}
	if all := people(h.get("from")); len(all) > 0 {
		from = all[0]
	}
	if !m.sent && from.email != "" && from.email == a.box.address {
		own, err := s.sentAlready(h.id())
		if brokenLine(err) {
			return it, err
		}
		it.Own = own // a copy to oneself; else somebody says to be us
	}
	if it.Own {
		it.Author = network.Author{Ref: network.Ref(a.box.address), Handle: a.box.address, Name: cmp.Or(a.box.name, a.box.address)}
	} else {
		it.Author = network.Author{Ref: network.Ref(lowered(from.email)), Handle: from.email, Name: cmp.Or(from.name, from.email), Bot: it.Automatic}
		if reply := people(h.get("reply-to")); len(reply) > 0 && lowered(reply[0].email) != lowered(from.email) {
			it.ReplyTo, it.Elsewhere = reply[0].email, from.email == "" || !kin(from.email, reply[0].email)
		}
	}
	var err error
	if it.Parent, it.Root, err = a.thread(s, m, h, from); !brokenLine(err) {
		err = nil // a question that a server refuses has no answer
	}
	if it.Root == "" {
		it.Root = it.Ref
	}
	return it, err
}

func lowered(email string) string { return strings.ToLower(email) }

// twins are the mails of a page whose Message-ID an earlier mail had already,
// with another author, date or subject: a stranger who answers with the number
// of a mail that he read must not take its place. Among the last thousands of
// mails only: what is older is not searched.
func (s *session) twins(folder string, page []meta, read map[imap.UID]letter) (map[imap.UID]bool, error) {
	page = slices.Clone(page)
	slices.SortFunc(page, func(x, y meta) int { return int(int64(x.uid) - int64(y.uid)) })
	first := map[string]string{}
	out := map[imap.UID]bool{}
	var any []imap.SearchCriteria
	for _, m := range page {
		id := read[m.uid].header.id()
		if id == "" {
			continue
		}
		print := read[m.uid].header.print()
		if had, ok := first[id]; !ok {
			first[id] = print
			any = append(any, byID(id))
		} else if had != print {
			out[m.uid] = true
		}
	}
	if len(any) == 0 || page[0].uid == 1 {
		return out, nil
	}
	const back = 3000
	var before imap.UIDSet
	from := imap.UID(1)
	if page[0].uid > back {
		from = page[0].uid - back
	}
	before.AddRange(from, page[0].uid-1)
	if _, err := s.examine(folder); err != nil {
		return nil, err
	}
	c := either(any)
	c.UID = []imap.UIDSet{before}
	got, err := s.c.UIDSearch(&c, nil).Wait()
	var no *imap.Error
	if asNo(err, &no) {
		return out, nil // too long a question for this server
	}
	if err != nil {
		return nil, said(s.box.imap, err)
	}
	had := map[string]string{}
	for i, uid := range got.AllUIDs() {
		if i == 200 {
			break
		}
		h, err := s.header(uid)
		if err != nil {
			return nil, said(s.box.imap, err)
		}
		if id := h.id(); id != "" && had[id] == "" {
			had[id] = h.print()
		}
	}
	for _, m := range page {
		h := read[m.uid].header
		if p := had[h.id()]; p != "" && p != h.print() {
			out[m.uid] = true
		} else if p != "" {
			delete(out, m.uid)
		}
	}
	return out, nil
}

func byID(id string) imap.SearchCriteria {
	return imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: id}}}
}

// either is any of many questions.
func either(all []imap.SearchCriteria) imap.SearchCriteria {
	for len(all) > 1 {
		var next []imap.SearchCriteria
		for i := 0; i+1 < len(all); i += 2 {
			next = append(next, imap.SearchCriteria{Or: [][2]imap.SearchCriteria{{all[i], all[i+1]}}})
		}
		if len(all)%2 == 1 {
			next = append(next, all[len(all)-1])
		}
		all = next
	}
	return all[0]
}
