package assisted

import (
	"context"
	"io"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// Account is one account of a made-up network.
type Account struct {
	made Made
	ref  string
}

// It has no Deleter, no Editor and no Confirmer: only a person reaches the
// network.
var (
	_ network.Account   = (*Account)(nil)
	_ network.Publisher = (*Account)(nil)
	_ network.Uploader  = (*Account)(nil)
	_ network.Finder    = (*Account)(nil)
)

// WhoAmI is network.Account's. Nobody is asked.
func (a *Account) WhoAmI(ctx context.Context) (network.Profile, error) {
	return a.made.profile(a.ref), ctx.Err()
}

// Capabilities is network.Account's.
func (a *Account) Capabilities(ctx context.Context) (network.Capabilities, error) {
	return capabilities(a.made), ctx.Err()
}

// Publish is network.Publisher's: a person is to do it. Nothing happens before
// the caller has written that down, so it is safe to repeat.
func (a *Account) Publish(ctx context.Context, in network.Intent) (network.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return network.Receipt{}, &network.Error{Fault: fault.As(err), Outcome: network.NotSent}
	}
	return network.Receipt{Ref: network.Ref(in.Key), ByHand: true}, nil
}

// Upload is network.Uploader's: the person saves the picture from the page. It
// is read once, so that a picture that cannot be read stops the post here.
func (a *Account) Upload(_ context.Context, m network.Upload) (network.Ref, error) {
	if m.Body == nil {
		return network.Ref(m.Name), nil
	}
	if _, err := io.Copy(io.Discard, m.Body); err != nil {
		return "", &network.Error{Fault: fault.New(fault.Transient, "network.cut").Because(err), Outcome: network.NotSent}
	}
	return "media", nil
}

// Find is network.Finder's: what the ledger does not say was handed over was
// not, so that it can be handed over now.
func (a *Account) Find(ctx context.Context, _ network.Intent) (network.Finding, error) {
	return network.Finding{Sure: true, Safe: true}, ctx.Err()
}
