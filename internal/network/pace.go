package network

import (
	"sync"
	"time"
)

// Pacer keeps the pace of accounts. Paces does it for one process; a store
// shared between nodes may stand in its place.
type Pacer interface {
	// Take asks to send now. 0 grants it and counts it; anything else is how
	// long to wait before asking again, and nothing was counted.
	Take(account string, rule PaceRule, now time.Time) time.Duration
	// Return gives back what was taken at now: nothing reached the network.
	Return(account string, now time.Time)
}

// Paces is a window of recent sends for each account, in memory. Safe for use
// from several goroutines; one value serves every Presence of a process.
type Paces struct {
	mu   sync.Mutex
	sent map[string][]time.Time // in order
}

// NewPaces returns empty windows.
func NewPaces() *Paces { return &Paces{sent: map[string][]time.Time{}} }

// Take is Pacer's.
func (p *Paces) Take(account string, rule PaceRule, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := p.sent[account]
	keep := max(rule.Per, rule.MinGap)
	for len(sent) > 0 && now.Sub(sent[0]) >= keep {
		sent = sent[1:]
	}
	var wait time.Duration
	if n := len(sent); n > 0 {
		wait = max(0, rule.MinGap-now.Sub(sent[n-1]))
		if rule.Posts > 0 && rule.Per > 0 && n >= rule.Posts {
			wait = max(wait, rule.Per-now.Sub(sent[n-rule.Posts]))
		}
	}
	if wait == 0 && keep > 0 {
		sent = append(sent, now)
	}
	if len(sent) == 0 {
		delete(p.sent, account)
	} else {
		p.sent[account] = sent
	}
	return wait
}

// Return is Pacer's.
func (p *Paces) Return(account string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := p.sent[account]
	for i := len(sent) - 1; i >= 0; i-- {
		if sent[i].Equal(now) {
			p.sent[account] = append(sent[:i:i], sent[i+1:]...)
			return
		}
	}
}
