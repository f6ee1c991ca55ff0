package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// branch is a node of app.bsky.feed.getPostThread; a post that is gone, or of
// somebody who blocked us, has no address.
type branch struct {
	Post    postView
	Parent  *branch
	Replies []branch
}

func (b *branch) UnmarshalJSON(raw []byte) error {
	type plain branch
	_ = json.Unmarshal(raw, (*plain)(b)) // a node of another kind is no post
	return nil
}

// depth is as deep as the network shows a thread below a post.
const depth = "100"

func (a *account) branch(ctx context.Context, uri string) (branch, error) {
	var got struct{ Thread branch }
	_, err := a.get(ctx, "app.bsky.feed.getPostThread", url.Values{"uri": {uri}, "depth": {depth}, "parentHeight": {"1000"}}, &got)
	if err == nil && got.Thread.Post.URI == "" {
		err = &network.Error{Fault: errNoRecord, Outcome: network.Refused}
	}
	return got.Thread, signedOut(err)
}

// Thread is network.Threader's: what stands above, the item and what stands
// below it, then the other branches of the thread.
func (a *account) Thread(ctx context.Context, ref network.Ref, most int) (items []network.Item, err error) {
	defer fault.Wrap(&err, "bluesky: thread")
	s, err := strongOf(ref)
	if err != nil {
		return nil, err
	}
	here, err := a.branch(ctx, s.URI)
	if err != nil {
		return nil, err
	}
	told := map[string]bool{}
	add := func(v postView) {
		if v.URI != "" && !told[v.URI] {
			told[v.URI] = true
			items = append(items, a.item(v))
		}
	}
	var up []postView
	for b := here.Parent; b != nil && len(up) < 1000; b = b.Parent {
		up = append(up, b.Post)
	}
	slices.Reverse(up)
	for _, v := range up {
		add(v)
	}
	var down func(b branch)
	down = func(b branch) {
		add(b.Post)
		for _, r := range b.Replies {
			down(r)
		}
	}
	down(here)
	if r := here.Post.Record.Reply; r != nil && r.Root.URI != "" && len(items) < most {
		whole, err := a.branch(ctx, r.Root.URI)
		if err != nil && !errors.Is(err, errNoRecord) {
			return nil, err
		}
		down(whole) // nothing where the first post of the thread is gone
	}
	return items[:min(len(items), max(most, 1))], nil
}
