package practice

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

var (
	_ network.Receiver  = (*Account)(nil)
	_ network.Historian = (*Account)(nil)
	_ network.Streamer  = (*Account)(nil)
	_ network.Threader  = (*Account)(nil)
	_ network.Reactor   = (*Account)(nil)
)

// pageSize is how many things one reading tells.
const pageSize = 40

// read calls what reads the account's story, under the lock.
func (a *Account) read(ctx context.Context, what func(*account) error) error {
	if _, err := a.enter(ctx); err != nil {
		return err
	}
	a.world.mu.Lock()
	acc := a.world.accounts[a.handle]
	err := refusal(fault.New(fault.SignedOut, "network.signed_out"), network.Refused)
	if acc != nil {
		err = what(acc)
	}
	a.world.mu.Unlock()
	if err != nil {
		return err
	}
	return a.world.wait(ctx)
}

// Receive is network.Receiver's.
func (a *Account) Receive(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	err = a.read(ctx, func(acc *account) error {
		n := len(acc.feed)
		if from != "" {
			var err error
			if n, err = acc.place("r", from); err != nil {
				return err
			}
		}
		b = acc.page(n, min(n+pageSize, len(acc.feed)))
		return nil
	})
	return b, err
}

// page is a stretch of the feed.
func (a *account) page(from, to int) network.Batch {
	b := network.Batch{Next: a.cursor("r", to), More: to < len(a.feed)}
	counted := map[string]bool{}
	for _, e := range a.feed[from:to] {
		if e.what != utterance && e.what != changed {
			counted[e.id] = true
			continue
		}
		b.Items = append(b.Items, a.item(e.id))
	}
	for _, e := range a.feed[from:to] {
		if p := a.byID[e.id]; counted[e.id] && p.Deleted.IsZero() {
			counted[e.id] = false
			b.Counts = append(b.Counts, a.counts(p))
		}
	}
	return b
}

// History is network.Historian's: every utterance that stands, once.
func (a *Account) History(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	err = a.read(ctx, func(acc *account) error {
		n := len(acc.feed)
		if from != "" {
			var err error
			if n, err = acc.place("h", from); err != nil {
				return err
			}
		}
		for n > 0 && len(b.Items) < pageSize {
			n--
			if e := acc.feed[n]; e.what == utterance {
				if it := acc.item(e.id); !it.Gone {
					b.Items = append(b.Items, it)
				}
			}
		}
		b.Next, b.More = acc.cursor("h", n), n > 0
		return nil
	})
	return b, err
}

// look is how often a stream looks for what another process wrote.
const look = 5 * time.Second

// Stream is network.Streamer's: what is said from now on, as it is said.
func (a *Account) Stream(ctx context.Context, deliver func(network.Batch) error) error {
	n, first := -1, true
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		if err := a.world.catchUp(ctx); err != nil {
			return refusal(fault.New(fault.Transient, "network.server").Because(err), network.NotSent)
		}
		a.world.mu.Lock()
		acc := a.world.accounts[a.handle]
		if acc == nil || acc.token != a.secret {
			a.world.mu.Unlock()
			return refusal(fault.New(fault.SignedOut, "network.signed_out"), network.Refused)
		}
		if n < 0 || n > len(acc.feed) {
			n = len(acc.feed)
		}
		var b network.Batch
		if n < len(acc.feed) {
			b = acc.page(n, len(acc.feed))
			n = len(acc.feed)
		}
		if acc.told == nil {
			acc.told = make(chan struct{})
		}
		told := acc.told
		a.world.mu.Unlock()
		if b.Next != "" || first {
			first, b.Next = false, "" // only Receive moves the reader on
			if err := deliver(b); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return refusal(fault.As(ctx.Err()), network.NotSent)
		case <-told:
		case <-tick.C:
		}
	}
}

// Thread is network.Threader's: what stands above the item, the item, then the
// rest by time.
func (a *Account) Thread(ctx context.Context, ref network.Ref, most int) (items []network.Item, err error) {
	err = a.read(ctx, func(acc *account) error {
		handle, id, _ := strings.Cut(string(ref), "/")
		if handle != a.handle || !acc.stands(id) {
			return refusal(fault.New(fault.NotFound, "network.not_found"), network.Refused)
		}
		ids := []string{id}
		for up := acc.parent(id); up != "" && !slices.Contains(ids, up); up = acc.parent(up) {
			ids = append(ids, up)
		}
		slices.Reverse(ids)
		root := acc.root(id)
		rest := slices.Clone(acc.under[root])
		if acc.byID[root] != nil {
			rest = append(rest, root)
		}
		for _, p := range acc.posts {
			if p.Root == root {
				rest = append(rest, p.ID)
			}
		}
		rest = slices.DeleteFunc(rest, func(id string) bool { return slices.Contains(ids, id) || !acc.stands(id) })
		var below []network.Item
		for _, id := range rest {
			below = append(below, acc.item(id))
		}
		slices.SortStableFunc(below, func(x, y network.Item) int { return x.At.Compare(y.At) })
		for _, id := range ids {
			items = append(items, acc.item(id))
		}
		items = append(items, below...)
		items = items[:min(len(items), max(most, 1))]
		return nil
	})
	return items, err
}

func (a *account) stands(id string) bool {
	s, p := a.said[id], a.byID[id]
	return s != nil && !s.gone || p != nil && p.Deleted.IsZero()
}

func (a *account) parent(id string) string {
	if s := a.said[id]; s != nil {
		return s.Parent
	}
	if p := a.byID[id]; p != nil {
		return p.Parent
	}
	return ""
}

func (a *account) root(id string) string {
	if s := a.said[id]; s != nil {
		return s.Root
	}
	return rootOf(a.byID[id])
}

// React is network.Reactor's. The world knows one reaction.
func (a *Account) React(ctx context.Context, ref network.Ref, name string, on bool) error {
	if name != "like" {
		return refusal(fault.New(fault.Unsupported, "network.unsupported").With("network", string(Kind)).With("verb", name), network.NotSent)
	}
	handle, id, _ := strings.Cut(string(ref), "/")
	var done bool
	err := a.read(ctx, func(acc *account) error {
		if handle != a.handle || !acc.stands(id) {
			if !on {
				done = true // what is gone is not liked any more
				return nil
			}
			return refusal(fault.New(fault.NotFound, "network.not_found"), network.Refused)
		}
		done = acc.liked[id] == on
		return nil
	})
	if err != nil || done {
		return err
	}
	if err := a.world.write(ctx, record{Do: "react", Handle: a.handle, Key: id, On: on}); err != nil {
		return refusal(fault.New(fault.Transient, "network.server").Because(err), network.Unknown)
	}
	return nil
}

// Liked tells whether an account likes something. For tests and pages.
func (w *World) Liked(ctx context.Context, ref network.Ref) (bool, error) {
	if err := w.catchUp(ctx); err != nil {
		return false, err
	}
	handle, id, _ := strings.Cut(string(ref), "/")
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.accounts[handle]
	return a != nil && a.liked[id], nil
}
