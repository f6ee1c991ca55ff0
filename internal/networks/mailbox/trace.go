package mailbox

import (
	"context"
	"slices"
	"time"

	imap "github.com/emersion/go-imap/v2"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// drafted makes sure that the answer stands in Drafts before it is sent, and
// that there is a folder for its copy. done: it is among what was sent already.
func (s *session) drafted(o outgoing) (f folders, done bool, err error) {
	known, err := s.folders()
	if err != nil {
		return f, false, err
	}
	f = *known
	if f.sent == "" {
		if f.sent, err = s.make("Sent"); err != nil {
			return f, false, err
		}
	} else if done, err = s.has(f.sent, o.id); err != nil || done {
		return f, done, err
	}
	if f.drafts == "" {
		if f.drafts, err = s.make("Drafts"); err != nil {
			return f, false, err
		}
	} else if there, err := s.has(f.drafts, o.id); err != nil || there {
		return f, false, err
	}
	return f, false, s.append(f.drafts, o.mail, imap.FlagDraft, imap.FlagSeen)
}

func (s *session) append(folder string, mail []byte, flags ...imap.Flag) error {
	cmd := s.c.Append(folder, int64(len(mail)), &imap.AppendOptions{Flags: flags})
	_, err := cmd.Write(mail)
	if err2 := cmd.Close(); err == nil {
		err = err2
	}
	if _, err2 := cmd.Wait(); err2 != nil { // what the server says is worth more
		err = err2
	}
	return err
}

// discard takes a draft of ours away. Other mails that are marked as deleted
// stay where they are.
func (s *session) discard(drafts, id string) error {
	uid, err := s.numbered(drafts, id)
	if err != nil || uid == 0 {
		return err
	}
	if _, err := s.sel(drafts, true); err != nil {
		return err
	}
	set := imap.UIDSetNum(uid)
	if err := s.c.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		return err
	}
	if s.c.Caps().Has(imap.CapUIDPlus) {
		return s.c.UIDExpunge(set).Close()
	}
	return nil // marked, and passed over by a look
}

// Find looks whether an answer was taken: see Publish.
func (a *account) Find(ctx context.Context, in network.Intent) (f network.Finding, err error) {
	defer fault.Wrap(&err, "look")
	err = a.within(ctx, func(s *session) error {
		f, err = a.find(s, in)
		return err
	})
	return f, err
}

func (a *account) find(s *session, in network.Intent) (network.Finding, error) {
	id := a.number(in)
	taken := network.Finding{Taken: true, Receipt: network.Receipt{Ref: network.Ref(id), At: in.Made.UTC(), Final: true}}
	known, err := s.folders()
	if err != nil {
		return network.Finding{}, err
	}
	doubt := false
	for _, folder := range append([]string{known.sent, known.drafts}, known.others...) {
		if folder == "" {
			continue
		}
		sent, draft, err := s.stands(folder, id, folder == known.drafts)
		if err != nil {
			return network.Finding{}, err
		}
		if sent {
			return taken, nil
		}
		doubt = doubt || draft
	}
	// Whoever answers it has it; a bounce names it too.
	found, err := s.search(inbox, either([]imap.SearchCriteria{
		{Header: []imap.SearchCriteriaHeaderField{{Key: "In-Reply-To", Value: id}}},
		{Header: []imap.SearchCriteriaHeaderField{{Key: "References", Value: id}}},
	}))
	if err != nil {
		return network.Finding{}, err
	}
	if len(found) > 0 {
		return taken, nil
	}
	if doubt {
		return network.Finding{}, nil
	}
	now := a.d.Now()
	steady := !in.Made.After(now.Add(time.Minute))
	return network.Finding{Sure: steady && (a.d.Settle < 0 || now.Sub(in.Made) >= a.d.Settle)}, nil
}

// stands tells whether a mail of this number stands in a folder, as one that was
// sent or as a draft.
func (s *session) stands(folder, id string, drafts bool) (sent, draft bool, err error) {
	found, err := s.search(folder, byID(id))
	if err != nil || len(found) == 0 {
		return false, false, err
	}
	var set imap.UIDSet
	set.AddNum(found...)
	got, err := s.c.Fetch(set, &imap.FetchOptions{UID: true, Flags: true}).Collect()
	if err != nil {
		return false, false, err
	}
	for _, m := range got {
		switch {
		case slices.Contains(m.Flags, imap.FlagDeleted) && drafts:
		case drafts || slices.Contains(m.Flags, imap.FlagDraft):
			draft = true
		default:
			sent = true
		}
	}
	return sent, draft, nil
}
