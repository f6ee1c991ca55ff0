package practice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// Account is one signed-in account of the world.
type Account struct {
	world  *World
	handle string
	secret string // hash of the token
}

var (
	_ network.Account   = (*Account)(nil)
	_ network.Publisher = (*Account)(nil)
	_ network.Uploader  = (*Account)(nil)
	_ network.Finder    = (*Account)(nil)
	_ network.Confirmer = (*Account)(nil)
	_ network.Editor    = (*Account)(nil)
	_ network.Deleter   = (*Account)(nil)
)

// enter is the beginning of every call: the way there, and the token.
func (a *Account) enter(ctx context.Context) (Profile, error) {
	if err := a.world.wait(ctx); err != nil {
		return Profile{}, refusal(fault.As(err), network.Unknown)
	}
	if err := a.world.catchUp(ctx); err != nil {
		return Profile{}, refusal(fault.New(fault.Transient, "network.server").Because(err), network.NotSent)
	}
	a.world.mu.Lock()
	defer a.world.mu.Unlock()
	have := a.world.accounts[a.handle]
	if have == nil || have.token != a.secret {
		return Profile{}, refusal(fault.New(fault.SignedOut, "network.signed_out"), network.Refused)
	}
	return have.Profile, nil
}

func refusal(f *fault.Error, out network.Outcome) error {
	return &network.Error{Fault: f, Outcome: out}
}

// WhoAmI is network.Account's.
func (a *Account) WhoAmI(ctx context.Context) (network.Profile, error) {
	p, err := a.enter(ctx)
	if err != nil {
		return network.Profile{}, err
	}
	return profile(p), a.world.wait(ctx)
}

// Capabilities is network.Account's.
func (a *Account) Capabilities(ctx context.Context) (network.Capabilities, error) {
	if _, err := a.enter(ctx); err != nil {
		return network.Capabilities{}, err
	}
	return Typical(), a.world.wait(ctx)
}

// Publish is network.Publisher's. The post is durable before the answer.
func (a *Account) Publish(ctx context.Context, in network.Intent) (network.Receipt, error) {
	none := network.Receipt{}
	act := a.world.nextAct(a.handle)
	if act.Deed == Unreachable {
		return none, refusal(fault.New(fault.Transient, "network.unreachable"), network.NotSent)
	}
	if _, err := a.enter(ctx); err != nil {
		return none, err
	}
	reached := func() {
		if act.Reached != nil {
			act.Reached()
		}
	}
	switch act.Deed {
	case Refuse:
		return none, refusal(fault.New(fault.Invalid, "network.refused"), network.Refused)
	case Forbid:
		return none, refusal(fault.New(fault.Forbidden, "network.forbidden"), network.Refused)
	case SignedOut:
		return none, refusal(fault.New(fault.SignedOut, "network.signed_out"), network.Refused)
	case TooMany:
		return none, refusal(fault.New(fault.TooMany, "network.too_many").After(act.Wait), network.Refused)
	case Fail:
		return none, refusal(fault.New(fault.Transient, "network.server"), network.Unknown)
	case Cut:
		return none, refusal(fault.New(fault.Transient, "network.cut"), network.Unknown)
	case Hang:
		reached()
		<-ctx.Done()
		return none, refusal(fault.New(fault.Transient, "network.cut").Because(ctx.Err()), network.Unknown)
	}
	// The network checks for itself, whatever stood in front of it.
	d := network.Draft{Parts: []string{in.Text}, Options: in.Options}
	for _, m := range in.Media {
		d.Media = append(d.Media, network.DraftMedia{Type: m.Type, Width: m.Width, Height: m.Height, Alt: m.Alt})
	}
	if f := network.Blocking(network.Check(d, Typical())); f != nil {
		return none, refusal(f, network.Refused)
	}
	p, err := a.world.take(ctx, a.handle, a.world.cfg.Now(), in)
	if err != nil {
		if k := fault.Of(err); k == fault.Invalid || k == fault.NotFound {
			return none, refusal(fault.As(err), network.Refused)
		}
		return none, refusal(fault.New(fault.Transient, "network.server").Because(err), network.Unknown)
	}
	switch act.Deed {
	case TakeThenFail:
		return none, refusal(fault.New(fault.Transient, "network.server"), network.Unknown)
	case TakeThenCut:
		return none, refusal(fault.New(fault.Transient, "network.cut"), network.Unknown)
	case TakeThenHang:
		reached()
		<-ctx.Done()
		return none, refusal(fault.New(fault.Transient, "network.cut").Because(ctx.Err()), network.Unknown)
	}
	if err := a.world.wait(ctx); err != nil {
		return none, refusal(fault.As(err), network.Unknown)
	}
	r := p.receipt()
	if act.Deed == Slow {
		r.Final, r.URL = false, ""
	}
	return r, nil
}

// Upload is network.Uploader's.
func (a *Account) Upload(ctx context.Context, m network.Upload) (network.Ref, error) {
	if _, err := a.enter(ctx); err != nil {
		return "", err
	}
	rule := Typical().Images
	body, err := io.ReadAll(io.LimitReader(m.Body, rule.MaxBytes+1))
	switch {
	case err != nil:
		return "", refusal(fault.New(fault.Transient, "network.cut").Because(err), network.Refused)
	case int64(len(body)) > rule.MaxBytes || len(body) == 0 || !slices.Contains(rule.Types, m.Type):
		return "", refusal(fault.New(fault.Invalid, "network.too_large").At("media"), network.Refused)
	}
	sum := sha256.New()
	io.WriteString(sum, a.handle+"\x00"+m.Type+"\x00")
	sum.Write(body)
	key := hex.EncodeToString(sum.Sum(nil))
	if err = a.world.cfg.Store.PutMedia(ctx, key, body); err == nil {
		err = a.world.write(ctx, record{Do: "media", Handle: a.handle, Key: key, Type: m.Type})
	}
	if err != nil {
		return "", refusal(fault.New(fault.Transient, "network.server").Because(err), network.Unknown)
	}
	return network.Ref(key), a.world.wait(ctx)
}

// Find is network.Finder's: the identifier is known beforehand, so it is always
// sure. A post that was deleted since was taken all the same.
func (a *Account) Find(ctx context.Context, in network.Intent) (network.Finding, error) {
	if _, err := a.enter(ctx); err != nil {
		return network.Finding{}, err
	}
	a.world.mu.Lock()
	f := network.Finding{Sure: true}
	if acc := a.world.accounts[a.handle]; acc != nil && acc.byKey[in.Key] != nil {
		f.Taken, f.Receipt = true, acc.byKey[in.Key].receipt()
	}
	a.world.mu.Unlock()
	return f, a.world.wait(ctx)
}

// Confirm is network.Confirmer's.
func (a *Account) Confirm(ctx context.Context, r network.Receipt) (network.Receipt, error) {
	p, err := a.own(ctx, r.Ref)
	if err != nil {
		return r, err
	}
	return p.receipt(), a.world.wait(ctx)
}

// Edit is network.Editor's.
func (a *Account) Edit(ctx context.Context, ref network.Ref, in network.Intent) (network.Receipt, error) {
	p, err := a.own(ctx, ref)
	if err != nil {
		return network.Receipt{}, err
	}
	if network.Count(in.Text, in.Options.ContentWarning, Typical().Text).Over {
		return network.Receipt{}, refusal(fault.New(fault.Invalid, "network.refused").At("text"), network.Refused)
	}
	if in.Text == p.Text { // as Mastodon does: the same words again are no edit
		return p.receipt(), a.world.wait(ctx)
	}
	if err := a.world.write(ctx, record{Do: "edit", Handle: a.handle, Key: p.ID, Post: &Post{Text: in.Text}}); err != nil {
		return network.Receipt{}, refusal(fault.New(fault.Transient, "network.server").Because(err), network.Unknown)
	}
	return p.receipt(), a.world.wait(ctx)
}

// Delete is network.Deleter's.
func (a *Account) Delete(ctx context.Context, ref network.Ref) error {
	p, err := a.own(ctx, ref)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := a.world.write(ctx, record{Do: "delete", Handle: a.handle, Key: p.ID}); err != nil {
		return refusal(fault.New(fault.Transient, "network.server").Because(err), network.Unknown)
	}
	return a.world.wait(ctx)
}

// own returns a post of the account that stands.
func (a *Account) own(ctx context.Context, ref network.Ref) (Post, error) {
	if _, err := a.enter(ctx); err != nil {
		return Post{}, err
	}
	a.world.mu.Lock()
	defer a.world.mu.Unlock()
	if acc := a.world.accounts[a.handle]; acc != nil {
		if handle, id, _ := strings.Cut(string(ref), "/"); handle == a.handle && acc.byID[id] != nil && acc.byID[id].Deleted.IsZero() {
			return *acc.byID[id], nil
		}
	}
	return Post{}, refusal(fault.New(fault.NotFound, "network.not_found"), network.Refused)
}
