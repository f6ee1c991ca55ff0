package team

import (
	"net/netip"
	"sync"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
)

// From is where a request comes from: what the budgets of tries go by and what
// the list of sessions shows.
type From struct {
	IP     netip.Addr
	Agent  string // the browser's own words
	Device string // what the device cookie holds; empty for a browser never seen
}

// prefix is who counts as one visitor: an address, or the /64 that one home or
// one server gets in IPv6.
func (f From) prefix() string {
	ip := f.IP.Unmap()
	switch {
	case !ip.IsValid():
		return "?"
	case ip.Is6():
		p, _ := ip.WithZone("").Prefix(64)
		return p.String()
	}
	return ip.String()
}

// network is what the list of sessions keeps: enough to recognise the place,
// not enough to name the line.
func (f From) network() string {
	ip := f.IP.Unmap()
	if !ip.IsValid() {
		return ""
	}
	bits := 24
	if ip.Is6() {
		bits = 48
	}
	p, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// rule is a budget: free tries, then a delay that doubles from base to max;
// all is forgotten when nothing happened for a while.
type rule struct {
	free      int
	base, max time.Duration
	forget    time.Duration
}

var (
	// One address against any account.
	addressRule = rule{free: 20, base: time.Second, max: 5 * time.Minute, forget: time.Hour}
	// One address against one account, from browsers the account never used.
	strangerRule = rule{free: 5, base: 2 * time.Second, max: 5 * time.Minute, forget: time.Hour}
	// The same while many addresses try this account.
	siegeRule = rule{free: 1, base: 30 * time.Second, max: 5 * time.Minute, forget: time.Hour}
	// A browser from which the person signed in before.
	deviceRule = rule{free: 10, base: time.Second, max: time.Minute, forget: time.Hour}
	// Asking for mails of reset.
	askRule = rule{free: 5, base: 30 * time.Second, max: 10 * time.Minute, forget: time.Hour}
)

const (
	siegeAfter = 50     // failures of strangers on one account within the hour
	maxBudgets = 50_000 // about 10 MB; the longest quiet leave first
)

// guard counts tries. It slows guessing down and cannot be used to keep a
// person out: a browser she signed in from before has a budget of its own,
// which nobody else can spend; a new browser shares one only with those of her
// own address; refused tries are not counted, so no delay grows by waiting
// wrongly; and no delay is longer than its rule's max. Counting the failures
// of all strangers on an account together only makes each address's own budget
// smaller, never empty.
//
// It lives in memory, bounded: a flood of tries must not become a flood of
// writes. Each node has its own.
type guard struct {
	now clock.Now
	max int

	mu      sync.Mutex
	budgets map[string]*budget
}

type budget struct {
	failures int
	next     time.Time // no try before
	seen     time.Time
}

func newGuard(now clock.Now) *guard {
	return &guard{now: now, max: maxBudgets, budgets: map[string]*budget{}}
}

// ticket is a try that was let in. It counts as failed until it succeeds, so
// that a thousand tries at once are not all the first one.
type ticket struct {
	g        *guard
	spent    []string // cleared by success
	refunded []string // given one back by success
}

// admitSignIn lets a try in or answers too_many with the wait. account is the
// folded address, whether or not anybody has it.
func (g *guard) admitSignIn(account string, from From, known bool) (*ticket, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if known {
		key := "device " + account + " " + from.Device
		if err := slow(g.wait(key, deviceRule)); err != nil {
			return nil, err
		}
		g.count(key, deviceRule)
		return &ticket{g: g, spent: []string{key}}, nil
	}
	pair := strangerRule
	tally := "account " + account
	if b := g.fresh(tally, strangerRule.forget); b != nil && b.failures >= siegeAfter {
		pair = siegeRule
	}
	address, own := "address "+from.prefix(), "stranger "+account+" "+from.prefix()
	if err := slow(max(g.wait(address, addressRule), g.wait(own, pair))); err != nil {
		return nil, err
	}
	g.count(address, addressRule)
	g.count(own, pair)
	g.count(tally, rule{forget: strangerRule.forget, free: 1 << 30})
	// A success gives the address one try back and no more: an account of
	// one's own must not pay for guessing at others.
	return &ticket{g: g, spent: []string{own}, refunded: []string{address, tally}}, nil
}

// admit counts one use of a thing that is limited by address.
func (g *guard) admit(what string, from From, r rule) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := what + " " + from.prefix()
	if err := slow(g.wait(key, r)); err != nil {
		return err
	}
	g.count(key, r)
	return nil
}

func (t *ticket) succeeded() {
	t.g.mu.Lock()
	defer t.g.mu.Unlock()
	for _, k := range t.spent {
		delete(t.g.budgets, k)
	}
	for _, k := range t.refunded {
		if b := t.g.budgets[k]; b != nil {
			b.failures--
			b.next = time.Time{}
		}
	}
}

func (g *guard) fresh(key string, forget time.Duration) *budget {
	b := g.budgets[key]
	if b != nil && g.now().Sub(b.seen) > forget {
		delete(g.budgets, key)
		return nil
	}
	return b
}

// wait is how long a key must still be quiet. A clock set back does not make it
// longer than its rule.
func (g *guard) wait(key string, r rule) time.Duration {
	b := g.fresh(key, r.forget)
	if b == nil {
		return 0
	}
	return min(b.next.Sub(g.now()), r.max)
}

func slow(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	secs := int((wait + time.Second - 1) / time.Second)
	return fault.New(fault.TooMany, "team.slow_down").With("n", secs).After(wait)
}

func (g *guard) count(key string, r rule) {
	now := g.now()
	b := g.budgets[key]
	if b == nil {
		if len(g.budgets) >= g.max {
			g.makeRoom()
		}
		b = &budget{}
		g.budgets[key] = b
	}
	b.failures++
	b.seen = now
	b.next = time.Time{}
	if over := b.failures - r.free; over >= 0 && r.base > 0 {
		delay := r.max
		if over < 20 {
			delay = min(r.max, r.base<<over)
		}
		b.next = now.Add(delay)
	}
}

// makeRoom drops the quietest eighth.
func (g *guard) makeRoom() {
	oldest, newest := g.now(), time.Time{}
	for _, b := range g.budgets {
		if b.seen.Before(oldest) {
			oldest = b.seen
		}
		if b.seen.After(newest) {
			newest = b.seen
		}
	}
	cut := oldest.Add(newest.Sub(oldest) / 8)
	drop := max(1, g.max/8)
	for k, b := range g.budgets {
		if drop > 0 && !b.seen.After(cut) {
			delete(g.budgets, k)
			drop--
		}
	}
}
