// Package fetch is how Vigie goes out on the web: the one HTTP client for
// networks, feeds and link previews, which cannot be talked into visiting the
// machines behind the firewall.
//
// It owns the guard on addresses (asked at the moment of dialling, so that a
// name that changes its answer gains nothing), the time limits of a connection
// and the cap on what is read. It has no total timeout: the caller's context
// has. It never retries, never uses a proxy from the environment and keeps no
// cookie.
package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"vigie/internal/base/fault"
)

// Config says how a client goes out. Its zero value is the safe one.
type Config struct {
	// AllowPrivate lists networks that are reachable although they are not
	// public: a self-hosted Mastodon in the office, Loopback in tests. On
	// these every port is allowed; elsewhere 80, 443 and those above 1023.
	AllowPrivate []netip.Prefix
	// UserAgent is sent unless the request names its own; "" is "Vigie".
	UserAgent string
	// Roots are the authorities to trust; nil means the machine's.
	Roots *x509.CertPool
	// Resolver finds the addresses of names; nil means the machine's.
	Resolver *net.Resolver
	// HeaderTimeout is how long a server may think before its first line;
	// 0 means 30 s.
	HeaderTimeout time.Duration
}

// Loopback is this machine, for tests and for a server beside Vigie.
var Loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

const (
	maxRedirects   = 5
	maxHeaderBytes = 64 << 10
)

var (
	errAddress   = fault.New(fault.Invalid, "fetch.address")   // not on the public internet
	errURL       = fault.New(fault.Invalid, "fetch.url")       // not an address for the web
	errRedirects = fault.New(fault.Invalid, "fetch.redirects") // sent round in circles, or down to plain http
)

// Refused tells whether err is the guard's own no: nothing was sent, and the
// same address will be refused again.
func Refused(err error) bool {
	return errors.Is(err, errAddress) || errors.Is(err, errURL) || errors.Is(err, errRedirects)
}

// New returns a client. Refusals of the guard are invalid (see Refused), at the
// first call and at every redirect. Call CloseIdleConnections when done.
func New(c Config) *http.Client {
	if c.UserAgent == "" {
		c.UserAgent = "Vigie"
	}
	if c.HeaderTimeout == 0 {
		c.HeaderTimeout = 30 * time.Second
	}
	g := newGuard(c.AllowPrivate)
	dialer := &net.Dialer{
		Timeout:   10 * time.Second,
		KeepAlive: 30 * time.Second,
		Resolver:  c.Resolver,
		Control:   g.control,
	}
	return &http.Client{
		Transport: &outgoing{guard: g, agent: c.UserAgent, base: &http.Transport{
			Proxy:                  nil, // a proxy would dial for us, past the guard
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots},
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  c.HeaderTimeout,
			ExpectContinueTimeout:  time.Second,
			MaxResponseHeaderBytes: maxHeaderBytes,
			MaxIdleConns:           64,
			MaxIdleConnsPerHost:    4,
			MaxConnsPerHost:        32,
			IdleConnTimeout:        60 * time.Second,
			ForceAttemptHTTP2:      true,
		}},
		CheckRedirect: checkRedirect,
	}
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errRedirects.Becausef("more than %d redirects", maxRedirects)
	}
	return nil
}

// outgoing looks at every request before it leaves. It sits below the client's
// redirects, so that a caller who replaces CheckRedirect is guarded as well.
type outgoing struct {
	guard *guard
	agent string
	base  *http.Transport
}

// RoundTrip implements http.RoundTripper.
func (o *outgoing) RoundTrip(req *http.Request) (*http.Response, error) {
	err := o.guard.checkURL(req.URL)
	// Response is the redirect that led here.
	if from := req.Response; err == nil && from != nil && from.Request != nil &&
		from.Request.URL.Scheme == "https" && req.URL.Scheme == "http" {
		err = errRedirects.Becausef("from https down to http at %s", req.URL.Host)
	}
	if err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	if req.Header.Get("User-Agent") == "" {
		req = req.Clone(req.Context())
		req.Header.Set("User-Agent", o.agent)
	}
	return o.base.RoundTrip(req)
}

// CloseIdleConnections is called by the client's method of that name.
func (o *outgoing) CloseIdleConnections() { o.base.CloseIdleConnections() }

type guard struct {
	allowed []netip.Prefix
	ports   []uint16 // below 1024, beside those of the web
	public  *ssrf.Guardian
}

func newGuard(allow []netip.Prefix) *guard {
	return &guard{allowed: allow, public: ssrf.New(ssrf.WithAnyPort())}
}

// control runs for every connection, after the name was resolved and before
// the first packet: the only moment at which the address is the real one.
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return errAddress.Because(err)
	}
	return g.checkAddr(network, ap)
}

func (g *guard) checkAddr(network string, ap netip.AddrPort) error {
	ip := ap.Addr().Unmap().WithZone("") // ::ffff:127.0.0.1 is 127.0.0.1
	for _, p := range g.allowed {
		if p.Contains(ip) {
			return nil
		}
	}
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return errAddress.Becausef("network %s", network)
	}
	if err := g.public.SafeAddr(ip); err != nil {
		return errAddress.With("host", ip.String()).Because(err)
	}
	// Below 1024 live mail, name and login servers that have been made to
	// read HTTP as commands.
	if port := ap.Port(); port != 80 && port != 443 && port < 1024 && !slices.Contains(g.ports, port) {
		return errAddress.With("host", ap.String()).Becausef("port %d", port)
	}
	return nil
}

// checkURL refuses what needs no look-up to be refused.
func (g *guard) checkURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return errURL.Becausef("scheme %q", u.Scheme)
	}
	if u.User != nil {
		return errURL.Becausef("a name or a password in the address of %s", u.Hostname())
	}
	host := strings.TrimSuffix(u.Hostname(), ".")
	if host == "" {
		return errURL.Becausef("no host")
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		port := uint16(443)
		if u.Scheme == "http" {
			port = 80
		}
		if p := u.Port(); p != "" {
			if _, err := fmt.Sscanf(p, "%d", &port); err != nil {
				return errURL.Becausef("port %q", p)
			}
		}
		return g.checkAddr("tcp", netip.AddrPortFrom(ip, port))
	}
	// 2130706433, 0x7f000001, 0177.0.0.1 and 127.1 are 127.0.0.1 to some
	// resolvers. No public name ends in a number (RFC 3696, section 2).
	last := strings.ToLower(host[strings.LastIndexByte(host, '.')+1:])
	if strings.HasPrefix(last, "0x") || strings.Trim(last, "0123456789") == "" {
		return errAddress.With("host", host).Becausef("an address in disguise")
	}
	return nil
}

// CheckURL says, without going out, whether the client of c would refuse the
// address as it is written. What a name stands for is only known when dialling,
// so nil is no promise. Errors are invalid.
func (c Config) CheckURL(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return errURL.Because(err)
	}
	return newGuard(c.AllowPrivate).checkURL(u)
}
