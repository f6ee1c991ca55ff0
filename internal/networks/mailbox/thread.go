package mailbox

import (
	"regexp"
	"slices"
	"strings"
	"time"

	imap "github.com/emersion/go-imap/v2"

	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

// thread finds what a mail answers, and the first of its thread: by References
// and In-Reply-To; where a program left them out, by a subject that says "Re:"
// together with who writes to whom. Nothing is guessed from a subject alone.
func (a *account) thread(s *session, m meta, h header, from person) (parent, root network.Ref, err error) {
	own := h.id()
	refs := slices.DeleteFunc(ids(h.get("references")), func(id string) bool { return id == own })
	answers := slices.DeleteFunc(ids(h.get("in-reply-to")), func(id string) bool { return id == own })
	switch {
	case len(answers) > 0 && len(refs) > 0:
		return network.Ref(answers[len(answers)-1]), network.Ref(refs[0]), nil
	case len(refs) > 0:
		return network.Ref(refs[len(refs)-1]), network.Ref(refs[0]), nil
	case len(answers) > 0:
		above, err := s.above(answers[0])
		if err != nil {
			return "", "", err
		}
		parent, root = network.Ref(answers[0]), network.Ref(answers[0])
		if first := ids(above.get("references")); len(first) > 0 {
			root = network.Ref(first[0])
		} else if first := ids(above.get("in-reply-to")); len(first) > 0 {
			root = network.Ref(first[0])
		}
		return parent, root, nil
	}
	with := from.email
	if m.sent {
		with = ""
		if to := people(h.get("to")); len(to) == 1 {
			with = to[0].email
		}
	}
	subject, answered := bare(h.words("subject"))
	if !answered || with == "" || len(subject) < 4 || automatic(letter{header: h}) && !m.sent {
		return "", "", nil
	}
	above, err := s.bySubject(m, subject, with)
	if err != nil || above == nil {
		return "", "", err
	}
	parent = network.Ref(above.id())
	root = parent
	if first := ids(above.get("references")); len(first) > 0 {
		root = network.Ref(first[0])
	}
	return parent, root, nil
}

var prefix = regexp.MustCompile(`(?i)^\s*(re|ré|rép|aw|sv|antw|odp|vs|rif|res)(\[\d+\]|\(\d+\))?\s*:\s*`)

// bare takes "Re:" away, and tells whether it was there.
func bare(subject string) (string, bool) {
	s := strings.ReplaceAll(subject, "\u00a0", " ")
	for n := 0; n < 10; n++ {
		at := prefix.FindString(s)
		if at == "" {
			return strings.TrimSpace(s), n > 0
		}
		s = s[len(at):]
	}
	return strings.TrimSpace(s), true
}

// above reads the header of a mail by its number, in INBOX or among what was
// sent; nil: it is in neither.
func (s *session) above(id string) (header, error) {
	f, err := s.folders()
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{f.sent, inbox} {
		if folder == "" {
			continue
		}
		found, err := s.search(folder, byID(id))
		if err != nil {
			return nil, err
		}
		for _, uid := range found[:min(len(found), 5)] {
			if h, err := s.header(uid); err != nil || h.id() == id {
				return h, err
			}
		}
	}
	return nil, nil
}

// bySubject finds the newest mail of the last month before m that has this
// subject and was written by with, or to her.
func (s *session) bySubject(m meta, subject, with string) (header, error) {
	f, err := s.folders()
	if err != nil {
		return nil, err
	}
	var best header
	var when time.Time
	for _, one := range []struct{ folder, key string }{{inbox, "From"}, {f.sent, "To"}} {
		if one.folder == "" {
			continue
		}
		c := imap.SearchCriteria{Since: m.when.Add(-30 * 24 * time.Hour), Before: m.when.Add(24 * time.Hour),
			Header: []imap.SearchCriteriaHeaderField{{Key: one.key, Value: with}, {Key: "Subject", Value: subject}}}
		found, err := s.search(one.folder, c)
		if err != nil {
			return nil, err
		}
		for _, uid := range found[max(0, len(found)-20):] {
			if one.folder == inbox && !m.sent && uid >= m.uid || one.folder == f.sent && m.sent && uid >= m.uid {
				continue
			}
			h, err := s.header(uid)
			if err != nil {
				return nil, err
			}
			same, _ := bare(h.words("subject"))
			named := people(h.get(strings.ToLower(one.key)))
			if h.id() == "" || textkit.Fold(same) != textkit.Fold(subject) || !slices.ContainsFunc(named, func(p person) bool { return lowered(p.email) == lowered(with) }) {
				continue
			}
			if d := h.date(); best == nil || d.After(when) {
				best, when = h, d
			}
		}
	}
	return best, nil
}

// search lists the mails of a folder for which a question is true, in order.
func (s *session) search(folder string, c imap.SearchCriteria) ([]imap.UID, error) {
	if _, err := s.examine(folder); err != nil {
		return nil, err
	}
	got, err := s.c.UIDSearch(&c, nil).Wait()
	if err != nil {
		return nil, said(s.box.imap, err)
	}
	all := got.AllUIDs()
	slices.Sort(all)
	return all, nil
}

// sentAlready tells whether a mail with this number is among what was sent.
func (s *session) sentAlready(id string) (bool, error) {
	f, err := s.folders()
	if err != nil || f.sent == "" || id == "" {
		return false, err
	}
	return s.has(f.sent, id)
}

// has tells whether a mail with exactly this number is in a folder.
func (s *session) has(folder, id string) (bool, error) {
	uid, err := s.numbered(folder, id)
	return uid != 0, err
}

// numbered is the first mail of a folder with exactly this number; 0: none.
func (s *session) numbered(folder, id string) (imap.UID, error) {
	found, err := s.search(folder, byID(id))
	if err != nil {
		return 0, err
	}
	for _, uid := range found[:min(len(found), 50)] { // a search looks for what contains it
		h, err := s.header(uid)
		if err != nil {
			return 0, said(s.box.imap, err)
		}
		if h.id() == id {
			return uid, nil
		}
	}
	return 0, nil
}
