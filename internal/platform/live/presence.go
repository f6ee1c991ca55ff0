package live

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// MaxPresence is the longest that somebody counts as present without saying so
// again.
const MaxPresence = 5 * time.Minute

// Person is somebody present on a topic.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type presence struct {
	Person
	until time.Time
	timer *time.Timer
}

// Here says that somebody is on a topic (has the post open, writes in it), on
// all nodes, for ttl at most: say it again before. Listeners of the topic hear
// a Presence when somebody comes, leaves or is no longer heard of.
func (h *Hub) Here(topic, personID, name string, ttl time.Duration) {
	ttl = min(ttl, MaxPresence)
	if ttl <= 0 {
		h.Gone(topic, personID)
		return
	}
	p := Person{ID: personID, Name: name}
	h.here(topic, p, ttl)
	h.forward(note{Topic: topic, Here: &p, TTL: ttl.Milliseconds()})
}

func (h *Hub) here(topic string, who Person, ttl time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return
	}
	people := h.present[topic]
	if people == nil {
		people = map[string]*presence{}
		h.present[topic] = people
	}
	until := time.Now().Add(ttl)
	if p, known := people[who.ID]; known {
		changed := p.Name != who.Name
		p.Name, p.until = who.Name, until
		p.timer.Reset(ttl)
		if changed {
			h.tellPresence(topic)
		}
		return
	}
	p := &presence{Person: who, until: until}
	p.timer = time.AfterFunc(ttl, func() { h.expire(topic, p) })
	people[who.ID] = p
	h.tellPresence(topic)
}

// expire runs when p's time may be over; a Here may have come just before.
func (h *Hub) expire(topic string, p *presence) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.present[topic][p.ID] == p && !time.Now().Before(p.until) {
		h.remove(topic, p)
	}
}

// Gone says that somebody left a topic. Safe to repeat.
func (h *Hub) Gone(topic, personID string) {
	h.gone(topic, personID)
	h.forward(note{Topic: topic, Gone: personID})
}

func (h *Hub) gone(topic, personID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.present[topic][personID]; p != nil {
		h.remove(topic, p)
	}
}

func (h *Hub) remove(topic string, p *presence) {
	p.timer.Stop()
	delete(h.present[topic], p.ID)
	if len(h.present[topic]) == 0 {
		delete(h.present, topic)
	}
	h.tellPresence(topic)
}

// tellPresence stays on this node: each node knows everybody and tells its own.
func (h *Hub) tellPresence(topic string) {
	b, _ := json.Marshal(h.who(topic)) // two strings cannot fail
	h.publishLocked(topic, Presence, b)
}

// Who lists who is on a topic, by name.
func (h *Hub) Who(topic string) []Person {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.who(topic)
}

func (h *Hub) who(topic string) []Person {
	out := []Person{}
	for _, p := range h.present[topic] {
		out = append(out, p.Person)
	}
	slices.SortFunc(out, func(a, b Person) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}
