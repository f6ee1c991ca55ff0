package channel

import (
	"sync"

	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

// readings keeps what capabilities' JSON says, by the JSON itself: every page
// lists its brand's channels, and what they can do changes once a month. What
// it gives is shared and must not be written to, like network.Presence's.
type readings struct {
	mu   sync.Mutex
	kept map[string]network.Capabilities
}

// maxReadings bounds the memory: accounts of one network mostly share one text.
const maxReadings = 500

func (r *readings) read(text string) (network.Capabilities, error) {
	r.mu.Lock()
	c, ok := r.kept[text]
	r.mu.Unlock()
	if ok {
		return c, nil
	}
	var j sqldb.JSON[network.Capabilities]
	if err := j.Scan(text); err != nil {
		return c, err
	}
	r.mu.Lock()
	if r.kept == nil || len(r.kept) >= maxReadings {
		r.kept = map[string]network.Capabilities{}
	}
	r.kept[text] = j.V
	r.mu.Unlock()
	return j.V, nil
}
