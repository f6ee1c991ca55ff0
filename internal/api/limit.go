package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"vigie/internal/team"
)

// Limiter holds back tokens that call too often. Sessions of browsers and
// callers without a name are not its business: sign-in has its own.
type Limiter struct {
	perSecond rate.Limit
	burst     int

	mu     sync.Mutex
	tokens map[string]*held
}

type held struct {
	*rate.Limiter
	last time.Time
}

// NewLimiter allows each token so many requests a second, and a burst.
func NewLimiter(perSecond float64, burst int) *Limiter {
	return &Limiter{perSecond: rate.Limit(perSecond), burst: burst, tokens: map[string]*held{}}
}

// take returns how long to wait; 0 lets the call through.
func (l *Limiter) take(a team.Actor, now time.Time) time.Duration {
	if a.Token == "" {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.tokens[string(a.Token)]
	if h == nil {
		// Those that are silent for a while are forgotten: a full bucket is
		// what a new one has anyway.
		if len(l.tokens) > 1000 {
			for k, h := range l.tokens {
				if now.Sub(h.last) > 10*time.Minute {
					delete(l.tokens, k)
				}
			}
		}
		h = &held{Limiter: rate.NewLimiter(l.perSecond, l.burst)}
		l.tokens[string(a.Token)] = h
	}
	h.last = now
	r := h.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait
	}
	return 0
}
