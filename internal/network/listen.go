package network

import "context"

// Receive reads one page of what was said since from. Safe to repeat: it
// changes nothing on the network.
func (p *Presence) Receive(ctx context.Context, from Cursor) (b Batch, err error) {
	a, ok := p.account.(Receiver)
	if !ok {
		return b, p.lacks(ctx, Receiving)
	}
	err = p.call(ctx, "receive", p.cfg.Timeouts.Ask, false, nil, func(ctx context.Context) (err error) {
		b, err = a.Receive(ctx, from)
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
	return classify(guarded(ctx, func(ctx context.Context) error { return a.Stream(ctx, deliver) }), false)
}

// Thread reads the whole thread around an item. Safe to repeat.
func (p *Presence) Thread(ctx context.Context, ref Ref, most int) (items []Item, err error) {
	a, ok := p.account.(Threader)
	if !ok {
		return nil, p.lacks(ctx, Threading)
	}
	err = p.call(ctx, "thread", p.cfg.Timeouts.Ask, false, nil, func(ctx context.Context) (err error) {
		items, err = a.Thread(ctx, ref, most)
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
