package mailbox

import (
	"context"
	"errors"
	"net"
	"net/textproto"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

var (
	errSender    = fault.New(fault.Invalid, "network.mailbox.sender_refused")
	errRecipient = fault.New(fault.Invalid, "network.mailbox.recipient_refused")
	errLater     = fault.New(fault.Transient, "network.mailbox.later")
)

// post is one connection to the SMTP server, signed in.
type post struct {
	c       *smtp.Client
	conn    net.Conn
	release func() bool
}

// submit connects and signs in to send.
func (d *driver) submit(ctx context.Context, b box) (*post, error) {
	conn, err := d.connect(ctx, b.smtp)
	if err != nil {
		return nil, unreached(b.smtp, err)
	}
	p := &post{conn: conn, release: context.AfterFunc(ctx, func() { conn.Close() })}
	if at, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(at)
	}
	fail := func(err error) (*post, error) {
		p.drop()
		return nil, err
	}
	if p.c, err = smtp.NewClient(conn, b.smtp.host); err != nil {
		return fail(unreached(b.smtp, ended(ctx, err)))
	}
	if err := p.c.Hello(domain(b.address)); err != nil {
		return fail(signIn(b.smtp, err))
	}
	if b.smtp.tls == bySTARTTLS {
		if ok, _ := p.c.Extension("STARTTLS"); !ok {
			return fail(unreached(b.smtp, errNoTLS))
		}
		if err := p.c.StartTLS(d.tls(b.smtp)); err != nil {
			return fail(unreached(b.smtp, err))
		}
	}
	if ok, offered := p.c.Extension("AUTH"); ok {
		if err := p.c.Auth(authentication(offered, b)); err != nil {
			return fail(signIn(b.smtp, err))
		}
	}
	return p, nil
}

// authentication picks the way to sign in. The line is closed by then, or goes to
// this machine or a private network: connect saw to it.
func authentication(offered string, b box) smtp.Auth {
	has := func(name string) bool { return strings.Contains(" "+strings.ToUpper(offered)+" ", " "+name+" ") }
	switch {
	case has("PLAIN"):
		return smtp.PlainAuth("", b.user, b.password, b.smtp.host, true)
	case has("SCRAM-SHA-256"):
		return smtp.ScramSHA256Auth(b.user, b.password)
	case has("LOGIN"):
		return smtp.LoginAuth(b.user, b.password, b.smtp.host, true)
	case has("CRAM-MD5"):
		return smtp.CRAMMD5Auth(b.user, b.password)
	}
	return smtp.PlainAuth("", b.user, b.password, b.smtp.host, true)
}

func (p *post) drop() {
	p.release()
	_ = p.conn.Close()
}

func (p *post) leave() {
	_ = p.c.Quit()
	p.drop()
}

// trySMTP signs in and leaves: nothing is sent.
func (d *driver) trySMTP(ctx context.Context, b box) error {
	p, err := d.submit(ctx, b)
	if err == nil {
		p.leave()
	}
	return err
}

// deliver hands one mail over, once, and returns what the server says of it.
// Until the dot that ends it nothing was taken; after the dot, silence is
// unknown.
func (p *post) deliver(s server, from, to string, mail []byte) (answer string, err error) {
	if err := p.c.Mail("<" + from + ">"); err != nil {
		return "", declined(s, err, errSender)
	}
	if err := p.c.Rcpt("<" + to + ">"); err != nil {
		return "", declined(s, err, errRecipient.With("address", to))
	}
	w, err := p.c.Data()
	if err != nil {
		return "", declined(s, err, errRefused)
	}
	if _, err := w.Write(mail); err != nil {
		return "", declined(s, err, errRefused)
	}
	err = w.Close()
	if err == nil {
		if c, ok := w.(*smtp.DataCloser); ok {
			answer, _ = textkit.Clean(c.ServerResponse())
		}
		return textkit.Excerpt(answer, 200), nil
	}
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return "", &network.Error{Fault: errCut.Because(err), Outcome: network.Unknown}
	}
	return "", declined(s, err, errRefused)
}

// declined explains an error before the end of a mail: it was not taken.
func declined(s server, err error, f *fault.Error) error {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return &network.Error{Fault: errCut.Because(err), Outcome: network.NotSent}
	}
	words, _ := textkit.Clean(reply.Msg)
	if words = textkit.Excerpt(words, 200); reply.Code < 500 {
		f = errLater.With("host", s.host)
	}
	e := refusal(f.With("said", words).Because(err), reply.Msg).(*network.Error)
	e.Status = reply.Code
	return e
}
