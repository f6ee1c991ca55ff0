package bluesky

import (
	"context"
	"errors"
	"net/http"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// Publish writes the record of an intent under the key that the intent fixes,
// on condition that nothing stands there. A record that does stand there and is
// the intent's own (an earlier attempt whose answer got lost) is the receipt;
// anything else there is a conflict, and is left alone.
func (a *account) Publish(ctx context.Context, in network.Intent) (r network.Receipt, err error) {
	defer fault.Wrap(&err, "bluesky: publish")
	rkey, err := recordKey(in.Made, in.Key)
	if err != nil {
		return r, left(err, network.NotSent)
	}
	p, err := a.record(ctx, in)
	if errors.Is(err, errAnsweredGone) {
		return r, err // to wait helps nothing
	}
	if err != nil {
		return r, left(err, network.NotSent)
	}
	var made strong
	ans, err := a.write(ctx, "com.atproto.repo.putRecord", map[string]any{
		"repo": a.did(), "collection": postCollection, "rkey": rkey,
		"record": p, "swapRecord": nil, // nil is "must not exist", absent would be "whatever"
	}, &made)
	if errors.Is(err, errSwap) {
		f, look := a.Find(ctx, in)
		switch {
		case look == nil && f.Taken:
			return f.Receipt, nil
		case look != nil && !errors.Is(look, errSwap):
			// Something stands there, and nobody can say yet whether it is ours.
			return r, left(look, network.Unknown)
		}
		return r, err
	}
	if err != nil {
		return r, signedOut(err)
	}
	if made.URI == "" || made.CID == "" {
		return r, &network.Error{
			Fault:   fault.New(fault.Transient, "network.nonsense").Becausef("a record without its address"),
			Outcome: network.Unknown, Status: ans.Status, Request: ans.Request,
		}
	}
	return a.receipt(made, p, ans.Request), nil
}

// Find reads the key that the intent's record has or would have. A free key is
// a sure "not taken", and sending again is safe in any case.
func (a *account) Find(ctx context.Context, in network.Intent) (f network.Finding, err error) {
	defer fault.Wrap(&err, "bluesky: find")
	rkey, err := recordKey(in.Made, in.Key)
	if err != nil {
		return f, err
	}
	got, err := a.read(ctx, a.did(), postCollection, rkey)
	switch {
	case errors.Is(err, errNoRecord):
		return network.Finding{Sure: true, Safe: true}, nil
	case err != nil:
		return f, signedOut(err)
	case got.Value.CreatedAt != createdAt(in):
		// Not ours: the one chance in a thousand million of recordKey.
		return f, &network.Error{Fault: errSwap, Outcome: network.Refused}
	}
	return network.Finding{Taken: true, Sure: true, Safe: true, Receipt: a.receipt(got.strong, got.Value, "")}, nil
}

// Delete withdraws a post; one that is gone already is success. The network
// keeps no trace but that something stood there.
func (a *account) Delete(ctx context.Context, ref network.Ref) (err error) {
	defer fault.Wrap(&err, "bluesky: delete")
	s, err := strongOf(ref)
	if err != nil {
		return err
	}
	repo, collection, rkey := s.parts()
	if repo != a.did() {
		return &network.Error{Fault: fault.New(fault.Forbidden, "network.forbidden").Becausef("the record is of %s", repo), Outcome: network.NotSent}
	}
	_, err = a.write(ctx, "com.atproto.repo.deleteRecord", map[string]any{
		"repo": repo, "collection": collection, "rkey": rkey,
	}, nil)
	if errors.Is(err, errNoRecord) {
		return nil
	}
	return signedOut(err)
}

func (a *account) receipt(s strong, p post, request string) network.Receipt {
	_, _, rkey := s.parts()
	t := a.session.tokens()
	r := network.Receipt{
		Ref: s.ref(), At: p.made(), Final: true, Request: request,
		URL: profileURL(t.DID, t.Handle) + "/post/" + rkey,
	}
	if p.Reply != nil {
		r.Root = p.Reply.Root.ref()
	}
	return r
}

func (a *account) did() string { return a.session.tokens().DID }

// write is a call that changes the repository.
func (a *account) write(ctx context.Context, method string, body map[string]any, into any) (wire.Answer, error) {
	return a.session.call(ctx, func() wire.Call {
		return wire.Call{Method: http.MethodPost, Path: "/xrpc/" + method, JSON: body, Writes: true, Into: into}
	})
}
