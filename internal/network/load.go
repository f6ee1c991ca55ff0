package network

import (
	"context"
	"io"
)

// Load reads an attachment that only the network can give; what it carries is
// dangerous as it came. Safe to repeat with a fresh to.
func (p *Presence) Load(ctx context.Context, item, attachment Ref, to io.Writer) error {
	a, ok := p.account.(Loader)
	if !ok {
		return p.lacks(ctx, Loading)
	}
	return p.call(ctx, "load", p.cfg.Timeouts.Upload, false, nil, func(ctx context.Context) error {
		return a.Load(ctx, item, attachment, to)
	})
}
