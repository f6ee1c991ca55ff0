package bluesky

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

const likeCollection = "app.bsky.feed.like"

// React is network.Reactor's. A like is a record; ours stands under a key that
// follows from the post, so that it is there once however often it is sent. A
// like that was given in another app counts as given, and is taken back too.
func (a *account) React(ctx context.Context, ref network.Ref, name string, on bool) (err error) {
	defer fault.Wrap(&err, "bluesky: react")
	if name != "like" {
		return &network.Error{Fault: fault.New(fault.Unsupported, "network.unsupported").With("network", string(Kind)).With("verb", name), Outcome: network.NotSent}
	}
	s, err := strongOf(ref)
	if err != nil {
		return err
	}
	views, err := a.views(ctx, []string{s.URI})
	if err != nil {
		return left(err, network.NotSent)
	}
	v, stands := views[s.URI]
	if !on {
		return a.unlike(ctx, s, v)
	}
	switch {
	case !stands:
		return &network.Error{Fault: errNoRecord, Outcome: network.NotSent}
	case v.Viewer.Like != "":
		return nil
	}
	_, err = a.write(ctx, "com.atproto.repo.putRecord", map[string]any{
		"repo": a.did(), "collection": likeCollection, "rkey": likeKey(s.URI), "swapRecord": nil,
		"record": map[string]any{"$type": likeCollection, "subject": s, "createdAt": time.Now().UTC().Format("2006-01-02T15:04:05.000Z")},
	}, nil)
	if errors.Is(err, errSwap) {
		return nil // an earlier attempt stands
	}
	return signedOut(err)
}

func (a *account) unlike(ctx context.Context, s strong, v postView) error {
	keys := []string{likeKey(s.URI)}
	if l := (strong{URI: v.Viewer.Like}); a.ours(l) && strings.Count(l.URI, "/") == 4 {
		if _, _, rkey := l.parts(); rkey != keys[0] {
			keys = append(keys, rkey)
		}
	}
	for _, rkey := range keys {
		_, err := a.write(ctx, "com.atproto.repo.deleteRecord", map[string]any{"repo": a.did(), "collection": likeCollection, "rkey": rkey}, nil)
		if err != nil && !errors.Is(err, errNoRecord) {
			return signedOut(err)
		}
	}
	return nil
}

// likeKey is the key of the like of a post: 62 bits of a hash, written as the
// TID that the collection asks for. Its time means nothing.
func likeKey(uri string) string {
	h := sha256.Sum256([]byte("vigie bluesky like\x00" + uri))
	return tid(binary.BigEndian.Uint64(h[:8]) >> 2)
}
