package mastodon

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// place is what a cursor of Receive remembers. Notifications have growing
// numbers and are read upwards (min_id); but a server may let a lower number
// appear after a higher one, when two were being written at once. So the last
// minute is read again, and what was told of it is remembered.
type place struct {
	Account string `json:"a"`
	// Low is the notification above which to read; "0": all.
	Low string `json:"n"`
	// Told are those above Low that were told.
	Told []string `json:"t,omitempty"`
	// Watch are the newest posts that were told, to learn of their change: this
	// network says so to nobody who only answered.
	Watch []watch `json:"w,omitempty"`
}

type watch struct {
	ID      string `json:"i"`
	Version string `json:"v"`
}

const (
	placeMark = "n1."
	overlap   = time.Minute
	toldMax   = 60
	watchMax  = 40
	watchEach = 2 // are read again at each Receive
)

func (p place) cursor() network.Cursor {
	b, _ := json.Marshal(p) // strings only
	return network.Cursor(placeMark + base64.RawURLEncoding.EncodeToString(b))
}

func placeOf(self string, c network.Cursor) (p place, err error) {
	raw, ok := strings.CutPrefix(string(c), placeMark)
	b, err := base64.RawURLEncoding.DecodeString(raw)
	if !ok || err != nil || json.Unmarshal(b, &p) != nil || p.Account != self || p.Low == "" || strings.ContainsAny(p.Low, "/?&") {
		return p, errCursor(err)
	}
	return p, nil
}

func errCursor(err error) error {
	return &network.Error{Fault: fault.New(fault.Invalid, "network.cursor").At("cursor").Because(err), Outcome: network.Refused}
}

// advance moves the place over what was read, oldest first, at a time of the
// server's clock (zero: it did not say).
func (p *place) advance(list []notification, now time.Time) {
	if len(list) == 0 {
		return
	}
	edge := list[len(list)-1].CreatedAt
	if now.After(edge) {
		edge = now
	}
	edge = edge.Add(-overlap)
	var told []string
	for _, n := range list {
		if n.CreatedAt.Before(edge) && len(told) == 0 {
			p.Low = n.ID
			continue
		}
		told = append(told, n.ID)
	}
	if n := len(told); n > toldMax {
		p.Low, told = told[n-toldMax-1], told[n-toldMax:]
	}
	p.Told = told
}

func (p *place) look(it network.Item) {
	for i := range p.Watch {
		if p.Watch[i].ID == string(it.Ref) {
			p.Watch[i].Version = it.Version
			return
		}
	}
	p.Watch = append(p.Watch, watch{string(it.Ref), it.Version})
	if n := len(p.Watch); n > watchMax {
		p.Watch = p.Watch[n-watchMax:]
	}
}
