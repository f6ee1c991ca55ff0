package mailbox

import (
	"context"
	"errors"

	imap "github.com/emersion/go-imap/v2"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// account is one mailbox. Every call is a connection of its own, so that it is
// safe for use from several goroutines and leaves nothing open.
type account struct {
	d   *driver
	box box
}

// WhoAmI signs in to both servers: a mailbox that can be read and not answered
// from is half a channel.
func (a *account) WhoAmI(ctx context.Context) (p network.Profile, err error) {
	defer fault.Wrap(&err, "who am I")
	if err := a.d.try(ctx, a.box); err != nil {
		return p, err
	}
	return a.box.profile(), nil
}

// Capabilities makes no call: mail has no limits that a server publishes.
func (a *account) Capabilities(context.Context) (network.Capabilities, error) {
	c := typical()
	c.AsOf = a.d.Now()
	return c, nil
}

// within runs what needs the IMAP server.
func (a *account) within(ctx context.Context, do func(*session) error) error {
	s, err := a.d.enter(ctx, a.box, nil)
	if err != nil {
		return err
	}
	defer func() { s.leave() }() // s may be another one by then
	if err := do(s); err != nil {
		if ctx.Err() != nil {
			return &network.Error{Fault: fault.As(ctx.Err()), Outcome: network.NotSent}
		}
		return said(a.box.imap, err)
	}
	return nil
}

// again gives the session a new line, after an answer that nobody could read.
func (s *session) again(ctx context.Context) error {
	s.drop()
	fresh, err := s.d.enter(ctx, s.box, nil)
	if err != nil {
		return err
	}
	known := s.known
	*s = *fresh
	s.known = known
	return nil
}

func asNo(err error, no **imap.Error) bool { return errors.As(err, no) }

// What an account of this network can do beyond network.Account.
var (
	_ network.Publisher = (*account)(nil)
	_ network.Finder    = (*account)(nil)
	_ network.Receiver  = (*account)(nil)
	_ network.Historian = (*account)(nil)
	_ network.Streamer  = (*account)(nil)
	_ network.Loader    = (*account)(nil)
)
