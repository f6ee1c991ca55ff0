package network

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/base/textkit"
)

// Receive reads one page of what was said since from. Safe to repeat: it
// changes nothing on the network.
func (p *Presence) Receive(ctx context.Context, from Cursor) (b Batch, err error) {
	a, ok := p.account.(Receiver)
	if !ok {
		return b, p.lacks(ctx, Receiving)
	}
	err = p.call(ctx, "receive", p.cfg.Timeouts.Ask, false, nil, func(ctx context.Context) (err error) {
		b, err = a.Receive(ctx, from)
		b.tidy()
		return err
	})
	return b, err
}

// History reads one page of what was said before. Safe to repeat.
func (p *Presence) History(ctx context.Context, from Cursor) (b Batch, err error) {
	a, ok := p.account.(Historian)
	if !ok {
		return b, p.lacks(ctx, Recalling)
	}
	err = p.call(ctx, "history", p.cfg.Timeouts.Ask, false, nil, func(ctx context.Context) (err error) {
		b, err = a.History(ctx, from)
		b.tidy()
		return err
	})
	return b, err
}

// Stream tells what the network pushes until ctx ends or the line breaks; it
// has no timeout of its own.
func (p *Presence) Stream(ctx context.Context, deliver func(Batch) error) error {
	a, ok := p.account.(Streamer)
	if !ok {
		return p.lacks(ctx, Streaming)
	}
	return classify(guarded(ctx, func(ctx context.Context) error {
		return a.Stream(ctx, func(b Batch) error { b.tidy(); return deliver(b) })
	}), false)
}

// Thread reads the whole thread around an item. Safe to repeat.
func (p *Presence) Thread(ctx context.Context, ref Ref, most int) (items []Item, err error) {
	a, ok := p.account.(Threader)
	if !ok {
		return nil, p.lacks(ctx, Threading)
	}
	err = p.call(ctx, "thread", p.cfg.Timeouts.Ask, false, nil, func(ctx context.Context) (err error) {
		items, err = a.Thread(ctx, ref, most)
		items = tidy(items)
		return err
	})
	return items, err
}

// React puts or takes back the account's reaction. Safe to repeat.
func (p *Presence) React(ctx context.Context, ref Ref, name string, on bool) error {
	a, ok := p.account.(Reactor)
	if !ok {
		return p.lacks(ctx, Reacting)
	}
	return p.call(ctx, "react", p.cfg.Timeouts.Edit, true, nil, func(ctx context.Context) error {
		return a.React(ctx, ref, name, on)
	})
}

// MaxText bounds what is kept of one utterance, in bytes. Nothing that a person
// writes on a network comes near it.
const MaxText = 1 << 20

func (b *Batch) tidy() { b.Items = tidy(b.Items) }

// tidy makes what strangers wrote fit to be kept: no control characters, valid
// UTF-8, nothing endless, and no address but of the web or of this house. It is
// done once here, whatever a network lets through. Items without identity, which
// nobody could know again, are left out.
func tidy(items []Item) []Item {
	items = slices.DeleteFunc(items, func(it Item) bool { return it.Ref == "" || len(it.Ref) > 4096 })
	for i := range items {
		it := &items[i]
		if it.Version == "" {
			it.Version = "0"
		}
		for _, s := range []*string{&it.Text, &it.Subject, &it.Repeated, &it.Signature, &it.ReplyTo, &it.Held, &it.Language, &it.Author.Handle, &it.Author.Name} {
			*s, _ = textkit.Clean(*s)
			if len(*s) > MaxText {
				*s = strings.ToValidUTF8((*s)[:MaxText], "")
			}
		}
		it.URL, it.Author.URL, it.Author.Avatar = address(it.URL), address(it.Author.URL), address(it.Author.Avatar)
		for j := range it.Media {
			m := &it.Media[j]
			m.URL = address(m.URL)
			m.Name, _ = textkit.Clean(m.Name)
			m.Alt, _ = textkit.Clean(m.Alt)
		}
	}
	return items
}

// address lets an address of the web through, or a page of this house.
func address(s string) string {
	lower := strings.ToLower(s)
	if len(s) > 4096 || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return ""
	}
	if strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://") || strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") && !strings.HasPrefix(s, "/\\") {
		return s
	}
	return ""
}
