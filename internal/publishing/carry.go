package publishing

import (
	"context"
	"sync/atomic"
)

// hands carry claims to their networks. A full hour wants ten thousand of them
// in a tenth of a second, and making one (its stack grows three times before
// the call) costs more than its work: they are made when the hour is made
// ready, and go home after it.
type hands struct {
	work chan *claimed // nil sends one home
	idle atomic.Int64
}

// maxHands bounds what waits ready; each holds some 8 kB for those seconds.
const maxHands = 10_000

func newHands() *hands { return &hands{work: make(chan *claimed)} }

// ready keeps n waiting, and sends home those beyond.
func (l *Ledger) readyHands(ctx context.Context, n int) {
	h := l.hands
	for want := min(n, maxHands); int(h.idle.Load()) < want; {
		h.idle.Add(1)
		l.loops.Go(func() { l.hand(ctx) })
	}
	for int(h.idle.Load()) > min(n, maxHands) {
		select {
		case h.work <- nil:
		default:
			return // the rest is at work
		}
	}
}

// hand waits for claims and carries them, one after the other.
func (l *Ledger) hand(ctx context.Context) {
	h := l.hands
	defer h.idle.Add(-1)
	grow()
	// The collector halves a stack that is used by less than a quarter.
	var quarter [2200]byte
	defer func() { grown.Add(int32(quarter[grown.Load()])) }()
	for {
		select {
		case c := <-h.work:
			if c == nil {
				return
			}
			h.idle.Add(-1)
			l.carry(context.WithoutCancel(ctx), c)
			h.idle.Add(1)
		case <-ctx.Done():
			return
		}
	}
}

// carry sends one claim and gives its places back.
func (l *Ledger) carry(ctx context.Context, c *claimed) {
	defer l.running.Done()
	defer l.flying.Add(-1)
	defer l.flights.landed(c.ID)
	defer c.calls()
	l.send(ctx, c)
}

// give hands a claim to whoever waits, or to a new goroutine.
func (l *Ledger) give(ctx context.Context, c *claimed) {
	l.running.Add(1)
	select {
	case l.hands.work <- c:
	default:
		go l.carry(ctx, c)
	}
}

// grow makes a stack as large as a call needs, once and before the hour.
//
//go:noinline
func grow() byte {
	var room [6 << 10]byte
	return room[len(room)-int(grown.Load())-1]
}

var grown atomic.Int32 // 0; keeps the compiler from seeing that room is empty
