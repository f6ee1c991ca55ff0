package bluesky_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/networks/bluesky"
)

// wire counts calls by method, and can lose what goes over it once.
type wire struct {
	base http.RoundTripper
	mu   sync.Mutex
	n    map[string]int
	lose string // method
	when string // "before" or "after" the server had it
}

func newWire() *wire { return &wire{base: &http.Transport{}, n: map[string]int{}} }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	method := strings.TrimPrefix(r.URL.Path, "/xrpc/")
	w.mu.Lock()
	w.n[method]++
	lose, when := w.lose == method, w.when
	if lose {
		w.lose = ""
	}
	w.mu.Unlock()
	if lose && when == "before" {
		io.Copy(io.Discard, r.Body)
		return nil, errors.New("killed before")
	}
	res, err := w.base.RoundTrip(r)
	if lose && err == nil {
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		return nil, errors.New("killed after")
	}
	return res, err
}

func (w *wire) calls(method string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.n[method]
}

func (w *wire) loseNext(method, when string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lose, w.when = method, when
}

func driver(rt http.RoundTripper) network.Driver {
	return bluesky.New(bluesky.Config{HTTP: &http.Client{Transport: rt}, UserAgent: "Vigie-test/1"})
}

// all is what the driver's account can do, as one type.
type all interface {
	network.Account
	network.Publisher
	network.Uploader
	network.Finder
	network.Deleter
	network.Receiver
	network.Historian
	network.Streamer
	network.Threader
	network.Reactor
}

// keeping holds the newest credentials, as the channel's row does.
type keeping struct {
	mu    sync.Mutex
	c     network.Credentials
	saves int
}

func (k *keeping) save(_ context.Context, c network.Credentials) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.c, k.saves = c, k.saves+1
	return nil
}

func (k *keeping) now() network.Credentials {
	k.mu.Lock()
	defer k.mu.Unlock()
	return network.Credentials{Server: k.c.Server, Data: maps.Clone(k.c.Data)}
}

func signIn(t testing.TB, d network.Driver, server, handle, password string) (network.Profile, *keeping) {
	t.Helper()
	s, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err = d.Next(t.Context(), s, map[string]string{"server": server, "handle": handle, "password": password})
	if err != nil || s.ID != network.Done {
		t.Fatalf("sign-in: %+v, %v", s, err)
	}
	return s.Profile, &keeping{c: s.Credentials}
}

func open(t testing.TB, d network.Driver, k *keeping) all {
	t.Helper()
	a, err := d.Open(k.now(), k.save)
	if err != nil {
		t.Fatal(err)
	}
	return a.(all)
}

func intent(text string) network.Intent {
	return network.Intent{Key: string(id.New[id.Post]()), Made: time.Now().Truncate(time.Millisecond), Text: text}
}

func publish(t testing.TB, a all, in network.Intent) network.Receipt {
	t.Helper()
	r, err := a.Publish(t.Context(), in)
	if err != nil {
		t.Fatalf("publish %q: %v", in.Text, err)
	}
	if r.Ref == "" || !r.Final || r.URL == "" {
		t.Fatalf("receipt: %+v", r)
	}
	return r
}

func wants(t testing.TB, err error, o network.Outcome, k fault.Kind) {
	t.Helper()
	if network.OutcomeOf(err) != o || fault.Of(err) != k {
		t.Errorf("outcome %q, kind %q of %v; want %q, %q", network.OutcomeOf(err), fault.Of(err), err, o, k)
	}
}

// picture is a JPEG of the size.
func picture(t testing.TB, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func upload(t testing.TB, a all, b []byte, alt string, w, h int) network.Media {
	t.Helper()
	ref, err := a.Upload(t.Context(), network.Upload{
		Type: "image/jpeg", Bytes: int64(len(b)), Width: w, Height: h, Alt: alt, Name: "p.jpg", Body: bytes.NewReader(b),
	})
	if err != nil {
		t.Fatal(err)
	}
	return network.Media{Ref: ref, Alt: alt, Width: w, Height: h, Type: "image/jpeg"}
}
