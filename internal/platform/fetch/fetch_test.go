package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"golang.org/x/net/dns/dnsmessage"

	"vigie/internal/base/fault"
)

func get(t *testing.T, c *http.Client, url string) (*http.Response, error) {
	t.Helper()
	t.Cleanup(c.CloseIdleConnections)
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(req)
	if err == nil {
		t.Cleanup(func() { res.Body.Close() })
	}
	return res, err
}

func mustRefuse(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil || !Refused(err) || !fault.Is(err, fault.Invalid) {
		t.Errorf("%s must be refused by the guard, got %v", what, err)
	}
}

// answers is a resolver for which every name has the addresses next gives.
func answers(t *testing.T, next func() []string) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { pc.Close(); <-done })
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Additionals = true, nil
			if q.Type == dnsmessage.TypeA {
				for _, ip := range next() {
					m.Answers = append(m.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, Type: q.Type},
						Body:   &dnsmessage.AResource{A: netip.MustParseAddr(ip).As4()},
					})
				}
			}
			if b, err := m.Pack(); err == nil {
				_, _ = pc.WriteTo(b, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

func TestPrivateAddressesAreRefusedHoweverTheyAreWritten(t *testing.T) {
	// Nothing may be looked up for these, so the resolver says what a
	// careless one would.
	careless := answers(t, func() []string { return []string{"127.0.0.1"} })
	c := New(Config{Resolver: careless})
	for _, host := range []string{
		"127.0.0.1", "127.1", "0.0.0.0", "0", "10.0.0.7", "172.16.9.1", "192.168.1.1", "100.64.0.1",
		"169.254.169.254", "[fd00:ec2::254]", "[::1]", "[::]", "[fe80::1]",
		"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
		"[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]",
		"2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.0x1",
		"255.255.255.255", "224.0.0.1", "localhost", "metadata.example",
	} {
		_, err := get(t, c, "http://"+host+"/latest/meta-data/")
		mustRefuse(t, host, err)
	}
	// A TCP port that is not the web's, on a public address.
	_, err := get(t, c, "http://93.184.216.34:25/")
	mustRefuse(t, "port 25", err)
}

func TestOnlyTheWebIsFetched(t *testing.T) {
	c := New(Config{AllowPrivate: Loopback})
	for _, u := range []string{"file:///etc/passwd", "gopher://127.0.0.1:70/_x", "http://user:pass@127.0.0.1/"} {
		_, err := get(t, c, u)
		mustRefuse(t, u, err)
		if (Config{}).CheckURL(u) == nil {
			t.Errorf("CheckURL lets %s pass", u)
		}
	}
	if err := (Config{}).CheckURL("https://mastodon.example/@a?b=c"); err != nil {
		t.Errorf("an ordinary address: %v", err)
	}
	if strings.Contains((Config{}).CheckURL("http://user:pass@h/").Error(), "pass@") {
		t.Error("a password must not reach the log")
	}
}

func TestARedirectInwardsIsRefused(t *testing.T) {
	var to atomic.Value
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to.Load().(string), http.StatusFound)
	}))
	defer srv.Close()
	c := New(Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	followAll := *c // as network/wire does with its own rule for redirects
	followAll.CheckRedirect = func(*http.Request, []*http.Request) error { return nil }
	for _, target := range []string{"http://169.254.169.254/latest", "http://[::1]/", "http://10.1.2.3/", "file:///etc/passwd", "ftp://127.0.0.1/"} {
		to.Store(target)
		_, err := get(t, c, srv.URL)
		mustRefuse(t, "redirect to "+target, err)
		_, err = get(t, &followAll, srv.URL)
		mustRefuse(t, "redirect with the caller's own rule to "+target, err)
	}
	to.Store(srv.URL + "/again")
	_, err := get(t, c, srv.URL)
	mustRefuse(t, "a circle", err)
}

func TestARedirectDownToPlainHTTPIsRefused(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	srv := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer srv.Close()
	c := New(Config{AllowPrivate: Loopback, Roots: srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs})
	_, err := get(t, c, srv.URL)
	mustRefuse(t, "https to http", err)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return nil }
	_, err = get(t, c, srv.URL)
	mustRefuse(t, "https to http with the caller's own rule", err)
}

func TestANameThatChangesItsAnswerGainsNothing(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
	}))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	var asked atomic.Int32
	c := New(Config{
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		Resolver: answers(t, func() []string {
			if asked.Add(1) == 1 {
				return []string{"127.0.0.1"} // the good answer, while one is being checked
			}
			return []string{"127.0.0.9", "169.254.169.254"}
		}),
	})
	if _, err := get(t, c, "http://rebind.example:"+port); err != nil {
		t.Fatalf("the first answer is allowed: %v", err)
	}
	_, err := get(t, c, "http://rebind.example:"+port)
	mustRefuse(t, "the second answer", err)
}

func TestAnAllowedNetworkIsReachableOnAnyPort(t *testing.T) {
	agents := make(chan string, 2)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { agents <- r.UserAgent() }))
	defer srv.Close()
	t.Setenv("HTTP_PROXY", "http://192.0.2.1:3128") // must be ignored
	c := New(Config{AllowPrivate: Loopback, UserAgent: "Vigie/1 (+https://vigie.example)"})
	res, err := get(t, c, srv.URL)
	if err != nil || res.StatusCode != 200 {
		t.Fatal(err)
	}
	if err := (Config{AllowPrivate: Loopback}).CheckURL("http://[::ffff:127.0.0.1]:8080/"); err != nil {
		t.Errorf("the same machine in another spelling: %v", err)
	}
	if got := <-agents; got != "Vigie/1 (+https://vigie.example)" {
		t.Errorf("User-Agent %q", got)
	}
}

func TestHeadersWithoutEndAreCutOff(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("a", 2*maxHeaderBytes))
	}))
	defer srv.Close()
	if _, err := get(t, New(Config{AllowPrivate: Loopback}), srv.URL); err == nil {
		t.Error("128 kB of headers must not be read")
	}
}

func TestACapTellsTheEndFromTheCut(t *testing.T) {
	for _, size := range []int{0, 1, 9, 10} {
		b, err := ReadAll(iotest.OneByteReader(strings.NewReader(strings.Repeat("a", size))), 10)
		if err != nil || len(b) != size {
			t.Errorf("%d of 10 bytes: %d, %v", size, len(b), err)
		}
	}
	for _, r := range []io.Reader{strings.NewReader("12345678901"), iotest.OneByteReader(strings.NewReader("12345678901"))} {
		if _, err := ReadAll(r, 10); !TooBig(err) || !fault.Is(err, fault.Invalid) {
			t.Errorf("11 of 10 bytes: %v", err)
		}
	}
	r := Cap(strings.NewReader("12345678901"), 10)
	_, _ = io.ReadAll(r)
	if _, err := r.Read(make([]byte, 1)); !TooBig(err) {
		t.Errorf("reading on past the cap: %v", err)
	}
	broken := errors.New("cable")
	if _, err := ReadAll(iotest.ErrReader(broken), 10); !errors.Is(err, broken) {
		t.Error("other errors pass through")
	}
}

func TestACapHoldsAgainstABomb(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 4<<20))
	z.Close()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	}))
	defer srv.Close()
	res, err := get(t, New(Config{AllowPrivate: Loopback}), srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadAll(res.Body, 1<<20); !TooBig(err) {
		t.Errorf("4 MB out of %d bytes: %v", bomb.Len(), err)
	}
}
