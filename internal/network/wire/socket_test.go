package wire_test

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/websocket"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// The other side is the WebSocket of golang.org/x/net: somebody else's reading
// of RFC 6455.
func socket(t *testing.T, speak func(*websocket.Conn)) (*wire.Socket, error) {
	t.Helper()
	s := httptest.NewServer(websocket.Server{Handler: speak})
	t.Cleanup(s.Close)
	c := &wire.Client{HTTP: s.Client(), Base: s.URL, Header: http.Header{"User-Agent": {"Vigie-test/1"}}}
	return c.Socket(t.Context(), strings.Replace(s.URL, "http", "ws", 1)+"/stream", nil)
}

func TestASocketReadsMessagesOfEverySize(t *testing.T) {
	sizes := []int{0, 1, 125, 126, 65535, 65536, 1 << 20}
	s, err := socket(t, func(c *websocket.Conn) {
		for _, n := range sizes {
			_ = websocket.Message.Send(c, strings.Repeat("é", n/2)+strings.Repeat("a", n%2))
		}
		var heard string
		_ = websocket.Message.Receive(c, &heard) // until the other side leaves
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, n := range sizes {
		m, err := s.Read()
		if err != nil || len(m) != n {
			t.Fatalf("%d bytes: %d, %v", n, len(m), err)
		}
	}
}

func TestASocketAnswersPings(t *testing.T) {
	ponged := make(chan string, 1)
	s, err := socket(t, func(c *websocket.Conn) {
		c.PayloadType = websocket.PingFrame
		_, _ = c.Write([]byte("you?"))
		c.PayloadType = websocket.TextFrame
		_, _ = c.Write([]byte("après"))
		if f, err := c.NewFrameReader(); err == nil && f.PayloadType() == websocket.PongFrame {
			b, _ := io.ReadAll(f)
			ponged <- string(b)
		}
		close(ponged)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if m, err := s.Read(); err != nil || string(m) != "après" {
		t.Errorf("%q, %v", m, err)
	}
	if b := <-ponged; b != "you?" {
		t.Errorf("pong %q", b)
	}
}

// raw plays bytes after a good handshake: what no library would send.
func raw(t *testing.T, bytes string) (*wire.Socket, error) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
			base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n" + bytes)
		_ = rw.Flush()
		_, _ = io.Copy(io.Discard, rw)
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	c := &wire.Client{HTTP: s.Client(), Base: s.URL}
	return c.Socket(t.Context(), "/stream", nil)
}

func TestASocketPutsPiecesTogether(t *testing.T) {
	s, err := raw(t, "\x01\x03Bon"+"\x89\x01!"+"\x80\x04jour")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if m, err := s.Read(); err != nil || string(m) != "Bonjour" {
		t.Errorf("%q, %v", m, err)
	}
}

func TestASocketEndsOnNonsense(t *testing.T) {
	for name, bytes := range map[string]string{
		"masked by a server":  "\x81\x81\x00\x00\x00\x00a",
		"compressed unasked":  "\xc1\x01a",
		"the rest of nothing": "\x80\x01a",
		"two at once":         "\x01\x01a\x81\x01b",
		"a ping in pieces":    "\x09\x01a",
		"endless":             "\x81\x7f\x00\x00\x00\xff\x00\x00\x00\x00",
		"no UTF-8":            "\x81\x02\xff\xfe",
		"unknown kind":        "\x83\x00",
		"a goodbye":           "\x88\x02\x03\xe8",
	} {
		s, err := raw(t, bytes)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := s.Read(); !fault.Is(err, fault.Transient) {
			t.Errorf("%s: %q, %v", name, m, err)
		}
		if _, err := s.Read(); err == nil {
			t.Errorf("%s: it goes on", name)
		}
	}
}

func TestASocketThatIsRefusedSaysWhy(t *testing.T) {
	for code, kind := range map[int]fault.Kind{401: fault.SignedOut, 404: fault.NotFound, 429: fault.TooMany, 503: fault.Transient, 200: fault.Transient} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
		c := &wire.Client{HTTP: s.Client(), Base: s.URL}
		_, err := c.Socket(t.Context(), "/stream", nil)
		if fault.Of(err) != kind || network.OutcomeOf(err) == network.Unknown {
			t.Errorf("%d: %v", code, err)
		}
		s.Close()
	}
}

func TestASocketEndsWithItsContext(t *testing.T) {
	s := httptest.NewServer(websocket.Server{Handler: func(c *websocket.Conn) { _, _ = io.Copy(io.Discard, c) }})
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	c := &wire.Client{HTTP: s.Client(), Base: s.URL}
	line, err := c.Socket(ctx, "/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := line.Read(); err == nil {
		t.Error("it reads on")
	}
}
