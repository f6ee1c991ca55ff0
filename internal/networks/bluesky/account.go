package bluesky

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// account is one signed-in account. Safe for use by several goroutines.
type account struct {
	session   *session
	listening *atomic.Int32 // how many accounts of the driver listen
}

var (
	_ network.Account   = (*account)(nil)
	_ network.Publisher = (*account)(nil)
	_ network.Uploader  = (*account)(nil)
	_ network.Finder    = (*account)(nil)
	_ network.Deleter   = (*account)(nil)
	_ network.Receiver  = (*account)(nil)
	_ network.Historian = (*account)(nil)
	_ network.Streamer  = (*account)(nil)
	_ network.Threader  = (*account)(nil)
	_ network.Reactor   = (*account)(nil)
)

func (d driver) account(server string, t tokens, save func(context.Context, network.Credentials) error) *account {
	return &account{&session{
		client: d.client(server), server: server, save: save, now: t, turn: make(chan struct{}, 1),
	}, d.listening}
}

// WhoAmI asks the server whose session this is, and the network for the name
// and picture; a server that knows no network (a PDS alone) leaves them empty.
func (a *account) WhoAmI(ctx context.Context) (network.Profile, error) {
	var me struct {
		DID    string `json:"did"`
		Handle string `json:"handle"`
		Active *bool  `json:"active"`
		Status string `json:"status"`
	}
	if _, err := a.get(ctx, "com.atproto.server.getSession", nil, &me); err != nil {
		return network.Profile{}, signedOut(err)
	}
	if me.Active != nil && !*me.Active {
		return network.Profile{}, &network.Error{Fault: errSuspended.With("said", me.Status), Outcome: network.Refused}
	}
	a.renamed(ctx, me.Handle)
	p := network.Profile{
		Ref: network.Ref(me.DID), Handle: me.Handle, Name: me.Handle,
		URL: profileURL(me.DID, me.Handle), Server: a.session.server,
		Expires: a.session.tokens().ends(),
	}
	var shown struct {
		DisplayName string `json:"displayName"`
		Avatar      string `json:"avatar"`
	}
	if _, err := a.get(ctx, "app.bsky.actor.getProfile", url.Values{"actor": {me.DID}}, &shown); err == nil {
		if shown.DisplayName != "" {
			p.Name = shown.DisplayName
		}
		p.Avatar = shown.Avatar
	}
	return p, nil
}

// Capabilities are the limits of the record format (facts.go), with the
// server's own limit on files where it says one.
func (a *account) Capabilities(ctx context.Context) (network.Capabilities, error) {
	c := typical
	var server struct {
		BlobUploadLimit int64 `json:"blobUploadLimit"`
	}
	ans, err := a.session.client.Do(ctx, wire.Call{
		Method: http.MethodGet, Path: "/xrpc/com.atproto.server.describeServer", Into: &server,
	})
	if err != nil {
		return network.Capabilities{}, err
	}
	if n := server.BlobUploadLimit; n > 0 && n < c.Images.MaxBytes {
		c.Images.MaxBytes = n
	}
	c.Read = "live"
	if c.AsOf, err = http.ParseTime(ans.Header.Get("Date")); err != nil {
		c.AsOf = time.Now()
	}
	c.AsOf = c.AsOf.UTC()
	return c, nil
}

// renamed keeps a handle that was changed on the network: permalinks show it.
func (a *account) renamed(ctx context.Context, handle string) {
	s := a.session
	s.mu.Lock()
	changed := handle != "" && handle != s.now.Handle
	if changed {
		s.now.Handle, s.unsaved = handle, true
	}
	s.mu.Unlock()
	s.keep(ctx)
}

func (a *account) get(ctx context.Context, method string, q url.Values, into any) (wire.Answer, error) {
	return a.session.call(ctx, func() wire.Call {
		return wire.Call{Method: http.MethodGet, Path: "/xrpc/" + method, Query: q, Into: into}
	})
}

// profileURL is the page of an account. A handle that the network could not
// verify is written "handle.invalid"; the DID always works.
func profileURL(did, handle string) string {
	if handle == "" || handle == "handle.invalid" {
		handle = did
	}
	return "https://bsky.app/profile/" + handle
}
