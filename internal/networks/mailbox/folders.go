package mailbox

import (
	"slices"
	"strings"

	imap "github.com/emersion/go-imap/v2"

	"vigie/internal/base/textkit"
)

// folders are the ones that matter; empty: there is none.
type folders struct {
	sent, drafts string
	others       []string // where a mail that was read may have been put
	delim        string
	all          []string
}

// usual are the names of folders on servers that do not say what they are for,
// folded, longest ago first seen in the wild.
var usual = map[string][]string{
	"sent":    {"sent", "sent items", "sent mail", "sent messages", "elements envoyes", "envoyes", "messages envoyes", "objets envoyes", "courrier envoye", "gesendet", "gesendete elemente", "enviados", "inviata"},
	"drafts":  {"drafts", "draft", "brouillons", "brouillon", "entwurfe", "borradores", "bozze"},
	"archive": {"archive", "archives", "all mail", "tous les messages"},
	"trash":   {"trash", "deleted items", "deleted messages", "corbeille", "elements supprimes", "papierkorb"},
	"junk":    {"junk", "spam", "junk e-mail", "junk email", "indesirables", "courrier indesirable", "pourriel"},
}

// folders asks once what folders there are.
func (s *session) folders() (*folders, error) {
	if s.known != nil {
		return s.known, nil
	}
	var options *imap.ListOptions
	if caps := s.c.Caps(); caps.Has(imap.CapSpecialUse) && caps.Has(imap.CapListExtended) {
		options = &imap.ListOptions{ReturnSpecialUse: true}
	}
	list, err := s.c.List("", "*", options).Collect()
	if err != nil {
		return nil, said(s.box.imap, err)
	}
	f := &folders{}
	use := func(attr imap.MailboxAttr, names []string) string {
		for _, m := range list {
			if slices.Contains(m.Attrs, attr) {
				return m.Mailbox
			}
		}
		for _, name := range names {
			for _, m := range list {
				last := m.Mailbox
				if m.Delim != 0 {
					last = last[strings.LastIndex(last, string(m.Delim))+1:]
				}
				if textkit.Fold(last) == name && !slices.Contains(m.Attrs, imap.MailboxAttrNoSelect) {
					return m.Mailbox
				}
			}
		}
		return ""
	}
	for _, m := range list {
		if m.Delim != 0 {
			f.delim = string(m.Delim)
		}
		f.all = append(f.all, m.Mailbox)
	}
	f.sent, f.drafts = use(imap.MailboxAttrSent, usual["sent"]), use(imap.MailboxAttrDrafts, usual["drafts"])
	for _, o := range []string{use(imap.MailboxAttrArchive, usual["archive"]), use(imap.MailboxAttrAll, nil), use(imap.MailboxAttrTrash, usual["trash"]), use(imap.MailboxAttrJunk, usual["junk"])} {
		if o != "" && !slices.Contains(f.others, o) {
			f.others = append(f.others, o)
		}
	}
	s.known = f
	return f, nil
}

// make creates a folder that is missing, beside the others: some servers keep
// everything below INBOX.
func (s *session) make(name string) (string, error) {
	f, err := s.folders()
	if err != nil {
		return "", err
	}
	below := inbox + f.delim
	if f.delim != "" && len(f.all) > 1 && !slices.ContainsFunc(f.all, func(n string) bool { return n != inbox && !strings.HasPrefix(n, below) }) {
		name = below + name
	}
	if err := s.c.Create(name, nil).Wait(); err != nil {
		var no *imap.Error
		if below := inbox + f.delim + name; asNo(err, &no) && f.delim != "" && !strings.HasPrefix(name, inbox+f.delim) {
			if s.c.Create(below, nil).Wait() == nil {
				s.known = nil
				return below, nil
			}
		}
		return "", said(s.box.imap, err)
	}
	s.known = nil
	return name, nil
}
