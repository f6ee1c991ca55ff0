package bluesky

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// Nobody pushes an account's notifications: the firehose is everything that the
// whole network says, and Jetstream, its filter, cannot be asked for "about me".
// So the top of the list is asked for in short turns, which is what the
// network's own app does, at a pace that all accounts of a server share: its
// limit is 3,000 calls in five minutes for one address, and this takes at most
// half of it (docs.bsky.app/docs/advanced-guides/rate-limits).
const (
	pollPause  = 1200 * time.Millisecond
	pollBudget = 200 * time.Millisecond // for each account that listens
	peek       = 10
)

// Stream is network.Streamer's: it says "receive now" when the top of the list
// changed.
func (a *account) Stream(ctx context.Context, deliver func(network.Batch) error) (err error) {
	defer fault.Wrap(&err, "bluesky: stream")
	a.listening.Add(1)
	defer a.listening.Add(-1)
	var last []string
	for first := true; ; first = false {
		page, err := a.notifications(ctx, peek, "")
		if err != nil {
			return err
		}
		var top []string
		for _, x := range page.Notifications {
			top = append(top, x.id())
		}
		if first || !slices.Equal(top, last) {
			last = top
			if err := deliver(network.Batch{}); err != nil {
				return err
			}
		}
		t := time.NewTimer(pause(a.listening.Load()))
		select {
		case <-ctx.Done():
			t.Stop()
			return &network.Error{Fault: fault.As(ctx.Err()), Outcome: network.NotSent}
		case <-t.C:
		}
	}
}

func pause(listening int32) time.Duration {
	return max(pollPause, time.Duration(listening)*pollBudget)
}
