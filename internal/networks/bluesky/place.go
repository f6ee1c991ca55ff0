package bluesky

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// place is what a cursor of Receive remembers.
type place struct {
	Account string `json:"a"`
	// Seen are the entries of the newest page that was read whole.
	Seen []string `json:"s,omitempty"`
	// Bottom is the time below which everything was there before us.
	Bottom string `json:"b,omitempty"`
	// Posts are the newest that were told, to learn of their deletion.
	Posts []watch `json:"p,omitempty"`
	// Down is where a reading of many pages goes on, and Top the newest page
	// when it began.
	Down string   `json:"d,omitempty"`
	Top  []string `json:"t,omitempty"`
}

type watch struct {
	Ref string `json:"r"`
	At  string `json:"t"` // in the list's order
}

const placeMark = "n1."

// begin is the place "now", on top of a page.
func (a *account) begin(page listed) place {
	p := place{Account: short8(a.did())}
	for _, x := range page.Notifications {
		p.Seen = append(p.Seen, x.id())
	}
	if n := len(page.Notifications); n > 0 && page.Cursor != "" {
		p.Bottom = page.Notifications[n-1].IndexedAt
	}
	return p
}

func (p place) cursor() network.Cursor {
	b, _ := json.Marshal(p) // strings only
	return network.Cursor(placeMark + base64.RawURLEncoding.EncodeToString(b))
}

func (a *account) placeOf(c network.Cursor) (p place, err error) {
	if c == "" {
		return p, nil
	}
	raw, ok := strings.CutPrefix(string(c), placeMark)
	b, err := base64.RawURLEncoding.DecodeString(raw)
	if !ok || err != nil || json.Unmarshal(b, &p) != nil || p.Account != short8(a.did()) {
		return p, errCursor(err)
	}
	return p, nil
}

// watch looks after the newest of what was told.
func (p *place) watch(items []network.Item) {
	for _, it := range items {
		if !it.Gone {
			p.Posts = append(p.Posts, watch{string(it.Ref), it.At.UTC().Format("2006-01-02T15:04:05.000Z")})
		}
	}
	if n := len(p.Posts); n > watched {
		p.Posts = p.Posts[n-watched:]
	}
}

func errCursor(err error) error {
	return &network.Error{Fault: fault.New(fault.Invalid, "network.cursor").At("cursor").Because(err), Outcome: network.Refused}
}

// short8 is eleven letters that stand for a longer name.
func short8(s string) string {
	h := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(h[:8])
}
