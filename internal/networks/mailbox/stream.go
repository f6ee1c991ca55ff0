package mailbox

import (
	"context"
	"time"

	imap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

type (
	imapFetchUID  = imapclient.FetchItemDataUID
	imapFetchBody = imapclient.FetchItemDataBodySection
)

var errNoIdle = fault.New(fault.Unsupported, "network.mailbox.no_idle")

// renew is how often IDLE is asked for anew. Servers may end it after half an
// hour (RFC 2177), and routers forget a silent line long before.
const renew = 9 * time.Minute

// Stream waits for new mail by IDLE. What it delivers is empty: that there is
// something to receive. Errors: unsupported where the server knows no IDLE,
// transient when the line breaks.
func (a *account) Stream(ctx context.Context, deliver func(network.Batch) error) (err error) {
	defer fault.Wrap(&err, "listen")
	told := make(chan struct{}, 1)
	s, err := a.d.enter(ctx, a.box, &imapclient.UnilateralDataHandler{Mailbox: func(data *imapclient.UnilateralDataMailbox) {
		if data.NumMessages == nil {
			return
		}
		select {
		case told <- struct{}{}:
		default:
		}
	}})
	if err != nil {
		return err
	}
	defer s.drop()
	if !s.c.Caps().Has(imap.CapIdle) {
		return refusal(errNoIdle.With("host", a.box.imap.host), "")
	}
	if _, err := s.examine(inbox); err != nil {
		return err
	}
	select {
	case <-told: // how many there are, when it was opened
	default:
	}
	for {
		if err := a.idle(ctx, s, told, deliver); err != nil {
			if ctx.Err() != nil {
				return &network.Error{Fault: fault.As(ctx.Err()), Outcome: network.NotSent}
			}
			return said(a.box.imap, err)
		}
	}
}

// idle is one IDLE; nil: it is time for the next.
func (a *account) idle(ctx context.Context, s *session, told <-chan struct{}, deliver func(network.Batch) error) error {
	cmd, err := s.c.Idle()
	if err != nil {
		return ended(ctx, err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	end := func() error {
		if err := cmd.Close(); err != nil {
			s.drop()
		}
		return <-over
	}
	again := time.NewTimer(a.d.renewal())
	defer again.Stop()
	// What came before the server began to listen, it does not tell.
	if err := deliver(network.Batch{}); err != nil {
		s.drop()
		_ = end()
		return err
	}
	for {
		select {
		case err := <-over:
			return ended(ctx, err)
		case <-told:
			if err := deliver(network.Batch{}); err != nil {
				s.drop()
				_ = end()
				return err
			}
		case <-again.C:
			return end()
		}
	}
}
