package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"time"

	imap "github.com/emersion/go-imap/v2"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
	"vigie/internal/platform/fetch"
)

var (
	errPrivate   = fault.New(fault.Invalid, "network.mailbox.private")
	errUnknown   = fault.New(fault.Invalid, "network.mailbox.unknown_host")
	errCert      = fault.New(fault.Invalid, "network.mailbox.certificate")
	errNotTLS    = fault.New(fault.Invalid, "network.mailbox.not_tls")
	errNoTLS     = fault.New(fault.Invalid, "network.mailbox.no_starttls")
	errInTheOpen = fault.New(fault.Invalid, "network.mailbox.in_the_open")
	errAway      = fault.New(fault.Transient, "network.mailbox.away")
	errBusy      = fault.New(fault.Transient, "network.mailbox.busy").After(5 * time.Minute)
	errCut       = fault.New(fault.Transient, "network.cut")
	errPassword  = fault.New(fault.SignedOut, "network.mailbox.password_refused")
	errFull      = fault.New(fault.Invalid, "network.mailbox.full")
	errRefused   = fault.New(fault.Invalid, "network.mailbox.refused")
	errNoFolder  = fault.New(fault.NotFound, "network.mailbox.no_folder")
)

// unreached explains why no connection to a server came about.
func unreached(s server, err error) error {
	f := errAway
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var header tls.RecordHeaderError
	var alert tls.AlertError
	var known *fault.Error
	switch {
	case fetch.Refused(err):
		f = errPrivate
	case errors.As(err, &known):
		f = known
	case errors.As(err, &dns) && dns.IsNotFound:
		f = errUnknown
	case errors.As(err, &cert):
		f = errCert
	case errors.As(err, &header), errors.As(err, &alert):
		f = errNotTLS
	}
	return &network.Error{Fault: f.With("host", s.host).With("port", s.port).Because(err), Outcome: network.NotSent}
}

// signIn explains why a server did not let us in. What it says may name the
// account, never the password.
func signIn(s server, err error) error {
	var no *imap.Error
	if !errors.As(err, &no) {
		var reply *textproto.Error
		if errors.As(err, &reply) {
			if reply.Code < 500 {
				return refusal(errBusy.With("host", s.host).Because(err), reply.Msg)
			}
			return refusal(errPassword.At(fieldPassword).With("host", s.host).Because(err), reply.Msg)
		}
		return unreached(s, err)
	}
	low := strings.ToLower(no.Text)
	switch {
	case no.Code == imap.ResponseCodeUnavailable, no.Code == imap.ResponseCodeInUse, no.Code == imap.ResponseCodeLimit, strings.Contains(low, "too many"), strings.Contains(low, "temporar"), strings.Contains(low, "try again"):
		return refusal(errBusy.With("host", s.host).Because(err), no.Text)
	}
	return refusal(errPassword.At(fieldPassword).With("host", s.host).Because(err), no.Text)
}

// said explains an error of a command that reads.
func said(s server, err error) error {
	if err == nil {
		return nil
	}
	var done *network.Error
	var known *fault.Error
	if errors.As(err, &done) {
		return err
	}
	if errors.As(err, &known) {
		return &network.Error{Fault: known, Outcome: network.NotSent}
	}
	var no *imap.Error
	if errors.As(err, &no) {
		switch no.Code {
		case imap.ResponseCodeNonExistent, imap.ResponseCodeTryCreate:
			return refusal(errNoFolder.Because(err), no.Text)
		case imap.ResponseCodeOverQuota:
			return refusal(errFull.Because(err), no.Text)
		case imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit, imap.ResponseCodeServerBug:
			return refusal(errBusy.With("host", s.host).Because(err), no.Text)
		}
		if no.Type == imap.StatusResponseTypeBye {
			return refusal(errBusy.With("host", s.host).Because(err), no.Text)
		}
		return refusal(errRefused.With("said", textkit.Excerpt(no.Text, 200)).Because(err), no.Text)
	}
	return &network.Error{Fault: errCut.Because(err), Outcome: network.NotSent}
}

func refusal(f *fault.Error, said string) error {
	s, _ := textkit.Clean(said)
	return &network.Error{Fault: f, Outcome: network.Refused, Answer: textkit.Excerpt(s, 500)}
}

// broken tells an error of the line from an answer.
func brokenLine(err error) bool {
	var no *imap.Error
	return err != nil && (!errors.As(err, &no) || no.Type == imap.StatusResponseTypeBye)
}

var errEnded = fmt.Errorf("the server ended the connection: %w", io.ErrUnexpectedEOF)

func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		return errEnded
	}
	return err
}
