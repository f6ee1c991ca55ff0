package mailbox

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"

	imap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

const inbox = "INBOX"

// session is one connection to the IMAP server, signed in. It is for one
// goroutine.
type session struct {
	d       *driver
	box     box
	c       *imapclient.Client
	release func() bool
	folder  string // selected now, and
	writes  bool   // for writing
	at      *imap.SelectData
	known   *folders
}

func (d *driver) tls(s server) *tls.Config {
	return &tls.Config{ServerName: s.host, RootCAs: d.Roots, MinVersion: tls.VersionTLS12}
}

// connect opens the line to a server, closed to others as it is to be; one that
// begins in the open for STARTTLS comes back open.
func (d *driver) connect(ctx context.Context, s server) (net.Conn, error) {
	conn, err := d.Dial(ctx, "tcp", s.address())
	if err != nil {
		return nil, err
	}
	switch s.tls {
	case byTLS:
		closed := tls.Client(conn, d.tls(s))
		if err := closed.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		return closed, nil
	case byNothing:
		// A password in the open goes to no machine that a stranger can stand before.
		if at, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err != nil || !at.Addr().Unmap().IsLoopback() && !at.Addr().Unmap().IsPrivate() {
			conn.Close()
			return nil, errInTheOpen
		}
	}
	return conn, nil
}

// enter connects and signs in. It ends with ctx, or by leave.
func (d *driver) enter(ctx context.Context, b box, told *imapclient.UnilateralDataHandler) (*session, error) {
	conn, err := d.connect(ctx, b.imap)
	if err != nil {
		return nil, unreached(b.imap, err)
	}
	release := context.AfterFunc(ctx, func() { conn.Close() })
	options := &imapclient.Options{TLSConfig: d.tls(b.imap), UnilateralDataHandler: told}
	var c *imapclient.Client
	if b.imap.tls == bySTARTTLS {
		if c, err = imapclient.NewStartTLS(conn, options); err != nil {
			release()
			conn.Close()
			if _, plain := err.(*imap.Error); plain {
				return nil, unreached(b.imap, errNoTLS.Because(err))
			}
			return nil, unreached(b.imap, ended(ctx, err))
		}
	} else {
		c = imapclient.New(conn, options)
	}
	s := &session{d: d, box: b, c: c, release: release}
	if err := c.WaitGreeting(); err != nil {
		s.drop()
		return nil, unreached(b.imap, ended(ctx, err))
	}
	if err := s.signIn(); err != nil {
		s.drop()
		return nil, signIn(b.imap, err)
	}
	return s, nil
}

func (s *session) signIn() error {
	if s.c.State() == imap.ConnStateAuthenticated {
		return nil // PREAUTH
	}
	if s.c.Caps().Has(imap.AuthCap("PLAIN")) {
		return s.c.Authenticate(sasl.NewPlainClient("", s.box.user, s.box.password))
	}
	return s.c.Login(s.box.user, s.box.password).Wait()
}

// leave says goodbye.
func (s *session) leave() {
	_ = s.c.Logout().Wait()
	s.drop()
}

// drop closes the line without a word.
func (s *session) drop() {
	s.release()
	_ = s.c.Close()
}

// examine opens a folder to read; nothing in it is marked as read.
func (s *session) examine(folder string) (*imap.SelectData, error) { return s.sel(folder, false) }

func (s *session) sel(folder string, writes bool) (*imap.SelectData, error) {
	if s.folder == folder && s.writes == writes && s.at != nil {
		return s.at, nil
	}
	s.at = nil
	data, err := s.c.Select(folder, &imap.SelectOptions{ReadOnly: !writes}).Wait()
	if err != nil {
		return nil, said(s.box.imap, err)
	}
	if data.UIDNext == 0 { // old servers do not say
		if data.UIDNext, err = s.highest(); err != nil {
			return nil, err
		}
	}
	s.folder, s.writes, s.at = folder, writes, data
	return data, nil
}

// highest asks for the next number where the server did not say it.
func (s *session) highest() (imap.UID, error) {
	found, err := s.c.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
	if err != nil {
		return 0, said(s.box.imap, err)
	}
	var top imap.UID
	for _, u := range found.AllUIDs() {
		top = max(top, u)
	}
	return top + 1, nil
}
