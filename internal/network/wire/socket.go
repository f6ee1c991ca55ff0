package wire

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha1" // RFC 6455 asks for it, and nothing rests on it
	"encoding/base64"
	"encoding/binary"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// Socket is the reading side of a WebSocket (RFC 6455): some networks push
// through nothing else. It goes through the same guarded HTTP client as every
// call, which is why it is not the one of golang.org/x/net/websocket: that one
// dials by itself, and hands out the pieces of a message one by one.
// One goroutine reads; Close may come from any.
type Socket struct {
	rwc  io.ReadWriteCloser
	in   *bufio.Reader
	stop func()

	mu   sync.Mutex // writing
	once sync.Once

	patience sync.Mutex
	idle     *time.Timer
	asked    bool // since the last frame, whether the line lives
	over     bool
}

// MaxMessage bounds one message of a socket.
const MaxMessage = 4 << 20

// Quiet is how long a line may say nothing: half of it later it is asked, and at
// the end it is taken for dead. Servers ping every half minute.
const Quiet = 90 * time.Second

// handshake is how long a server may take to open a socket.
const handshake = 20 * time.Second

// Socket opens one. Errors are those of a reading call; ctx ends the socket.
func (c *Client) Socket(ctx context.Context, path string, q url.Values) (*Socket, error) {
	ctx, cancel := context.WithCancel(ctx)
	slow := time.AfterFunc(handshake, cancel)
	if rest, ok := strings.CutPrefix(path, "ws"); ok { // ws:// and wss://
		path = "http" + rest
	}
	req, err := c.request(ctx, Call{Method: http.MethodGet, Path: path, Query: q})
	if err != nil {
		cancel()
		return nil, &network.Error{Fault: fault.As(err), Outcome: network.NotSent}
	}
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce)
	key := base64.StdEncoding.EncodeToString(nonce)
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "websocket")
	req.Header.Set("Sec-WebSocket-Version", "13")
	req.Header.Set("Sec-WebSocket-Key", key)
	client := *c.HTTP
	client.Timeout = 0
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if !slow.Stop() && err == nil {
		err = context.DeadlineExceeded
		res.Body.Close()
	}
	if err != nil {
		cancel()
		return nil, unanswered(err, false)
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	rwc, ok := res.Body.(io.ReadWriteCloser)
	if res.StatusCode != http.StatusSwitchingProtocols || !ok || res.Header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]) {
		body, _ := io.ReadAll(io.LimitReader(res.Body, 2000))
		res.Body.Close()
		cancel()
		a := Answer{Status: res.StatusCode, Header: res.Header}
		if a.Status < 400 {
			return nil, c.wrong(errNonsense, network.NotSent, a, body)
		}
		return nil, c.refusal(Call{}, a, body)
	}
	s := &Socket{rwc: rwc, in: bufio.NewReader(rwc), stop: cancel}
	s.alive()
	context.AfterFunc(ctx, s.Close)
	return s, nil
}

// alive begins the waiting anew.
func (s *Socket) alive() {
	s.patience.Lock()
	defer s.patience.Unlock()
	if s.over {
		return
	}
	if s.idle == nil {
		s.idle = time.AfterFunc(Quiet/2, s.wonder)
	}
	s.asked = false
	s.idle.Reset(Quiet / 2)
}

// wonder asks a silent line whether it lives, and gives it the same time again.
func (s *Socket) wonder() {
	s.patience.Lock()
	if s.over {
		s.patience.Unlock()
		return
	}
	dead := s.asked
	s.asked = true
	s.idle.Reset(Quiet / 2)
	s.patience.Unlock()
	if dead || s.write(opPing, nil) != nil {
		s.Close()
	}
}

// Close ends the line; Read then returns.
func (s *Socket) Close() {
	s.once.Do(func() {
		s.stop()
		s.patience.Lock()
		s.over = true
		s.idle.Stop()
		s.patience.Unlock()
		s.rwc.Close()
	})
}

const (
	opMore, opText, opBinary byte = 0, 1, 2
	opClose, opPing, opPong  byte = 8, 9, 10
)

var errLine = fault.New(fault.Transient, "network.cut")

func broken(err error) error {
	return &network.Error{Fault: errLine.Because(err), Outcome: network.NotSent}
}

// Read returns the next whole message. Every error ends the socket; it is
// transient: connect again.
func (s *Socket) Read() (message []byte, err error) {
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	open, text := false, false
	for {
		op, last, payload, err := s.frame(MaxMessage - len(message))
		if err != nil {
			return nil, broken(err)
		}
		switch op {
		case opPing:
			if err := s.write(opPong, payload); err != nil {
				return nil, broken(err)
			}
			continue
		case opPong:
			continue
		case opClose:
			_ = s.write(opClose, payload[:min(len(payload), 2)])
			return nil, broken(io.EOF)
		case opText, opBinary:
			if open {
				return nil, broken(fault.New(fault.Transient, "network.nonsense").Becausef("a message inside a message"))
			}
			text = op == opText
		case opMore:
			if !open {
				return nil, broken(fault.New(fault.Transient, "network.nonsense").Becausef("the rest of nothing"))
			}
		default:
			return nil, broken(fault.New(fault.Transient, "network.nonsense").Becausef("frame of kind %d", op))
		}
		open = true
		message = append(message, payload...)
		if last {
			if text && !utf8.Valid(message) {
				return nil, broken(fault.New(fault.Transient, "network.nonsense").Becausef("text that is no UTF-8"))
			}
			return message, nil
		}
	}
}

// frame reads one frame of at most room bytes.
func (s *Socket) frame(room int) (op byte, last bool, payload []byte, err error) {
	var h [8]byte
	if _, err = io.ReadFull(s.in, h[:2]); err != nil {
		return
	}
	s.alive()
	op, last = h[0]&15, h[0]&128 != 0
	n := uint64(h[1] & 127)
	control := op >= opClose
	switch {
	case h[0]&0x70 != 0 || h[1]&128 != 0 || control && (!last || n > 125):
		return 0, false, nil, fault.New(fault.Transient, "network.nonsense").Becausef("a frame that no server may send")
	case n == 126:
		_, err = io.ReadFull(s.in, h[:2])
		n = uint64(binary.BigEndian.Uint16(h[:2]))
	case n == 127:
		_, err = io.ReadFull(s.in, h[:8])
		n = binary.BigEndian.Uint64(h[:8])
	}
	if err != nil {
		return
	}
	if !control && n > uint64(room) {
		return 0, false, nil, fault.New(fault.Transient, "network.huge")
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(s.in, payload)
	return
}

// write sends one short control frame, masked as a client must.
func (s *Socket) write(op byte, payload []byte) error {
	f := make([]byte, 6+len(payload))
	f[0], f[1] = 128|op, 128|byte(len(payload))
	_, _ = rand.Read(f[2:6])
	for i, b := range payload {
		f[6+i] = b ^ f[2+i%4]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.rwc.Write(f)
	return err
}
