package mailbox

import (
	"slices"
	"strings"
	"time"

	imap "github.com/emersion/go-imap/v2"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

var errNoMail = fault.New(fault.NotFound, "network.mailbox.no_mail")

// located is a mail that was found again.
type located struct {
	folder string
	uid    imap.UID
	header header
	sent   bool
}

// locate finds the mail of a reference again: in INBOX, among what was sent, and
// where people put what they have read. Its folder is open afterwards. Errors:
// not_found.
func (s *session) locate(ref network.Ref) (located, error) {
	f, err := s.folders()
	if err != nil {
		return located{}, err
	}
	for _, folder := range append([]string{inbox, f.sent}, f.others...) {
		if folder == "" {
			continue
		}
		at, err := s.locateIn(folder, ref)
		if err != nil {
			if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
				continue // a folder that is listed and cannot be opened
			}
			return located{}, err
		}
		if at.uid != 0 {
			at.sent = folder == f.sent
			return at, nil
		}
	}
	return located{}, refusal(errNoMail, "")
}

func (s *session) locateIn(folder string, ref network.Ref) (located, error) {
	var c imap.SearchCriteria
	var is func(header) bool
	if id := refID(ref); id != "" {
		_, print, twin := strings.Cut(string(ref), ">#")
		c = byID(id)
		is = func(h header) bool { return h.id() == id && (!twin || h.print() == print) }
	} else if day, print, ok := cutDay(ref); ok {
		c = imap.SearchCriteria{Since: day.Add(-24 * time.Hour), Before: day.Add(48 * time.Hour)}
		is = func(h header) bool { return h.whole() == print }
	} else {
		return located{}, refusal(errNoMail, "")
	}
	found, err := s.search(folder, c)
	if err != nil {
		return located{}, err
	}
	for _, uid := range found[:min(len(found), 3000)] {
		h, err := s.header(uid)
		if err != nil {
			return located{}, said(s.box.imap, err)
		}
		if is(h) {
			return located{folder: folder, uid: uid, header: slices.Clone(h)}, nil
		}
	}
	return located{}, nil
}

func cutDay(ref network.Ref) (day time.Time, print string, ok bool) {
	rest, ok := strings.CutPrefix(string(ref), "day:")
	if !ok {
		return day, "", false
	}
	date, print, _ := strings.Cut(rest, ":")
	day, err := time.Parse(time.DateOnly, date)
	return day, print, err == nil && print != ""
}
