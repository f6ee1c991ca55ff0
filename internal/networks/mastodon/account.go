package mastodon

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// account is one signed-in account. Safe for use from several goroutines.
type account struct {
	d      *driver
	server string
	wire   *wire.Client

	mu    sync.Mutex
	id    string // the account's own, learned when the credentials lack it
	known *network.Capabilities
}

// believed is how long limits serve before they are asked again.
const believed = time.Hour

// verify asks whose token this is.
func (a *account) verify(ctx context.Context) (credentialAccount, error) {
	var who credentialAccount
	_, err := a.wire.Do(ctx, wire.Call{Method: http.MethodGet, Path: "/api/v1/accounts/verify_credentials", Into: &who})
	if err == nil && who.ID == "" {
		err = fault.New(fault.Transient, "network.nonsense").Becausef("an account without an id")
	}
	if err != nil {
		return who, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.id = who.ID
	return who, nil
}

// WhoAmI asks the server whose token this is; it is also the daily probe.
func (a *account) WhoAmI(ctx context.Context) (p network.Profile, err error) {
	defer fault.Wrap(&err, "who am I")
	who, err := a.verify(ctx)
	if err != nil {
		return p, err
	}
	i, _, err := readInstance(ctx, a.wire)
	if err != nil {
		return p, err
	}
	return a.profile(who, i), nil
}

func (a *account) profile(who credentialAccount, i instance) network.Profile {
	handle := who.Acct
	if handle == "" {
		handle = who.Username
	}
	if !strings.Contains(handle, "@") {
		handle += "@" + i.domain()
	}
	name := who.DisplayName
	if name == "" {
		name = who.Username
	}
	// Servers count their accounts each for itself: half of them have a "1".
	ref := network.Ref(who.ID + "@" + strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(a.server, "https://"), "http://")))
	return network.Profile{Ref: ref, Handle: handle, Name: name, Avatar: who.Avatar, URL: who.URL, Server: a.server}
}

// Capabilities reads the limits from the server, at most once an hour.
func (a *account) Capabilities(ctx context.Context) (c network.Capabilities, err error) {
	defer fault.Wrap(&err, "read limits")
	now := a.d.Now()
	a.mu.Lock()
	known := a.known
	a.mu.Unlock()
	if known != nil && now.Sub(known.AsOf) < believed && !now.Before(known.AsOf) {
		return *known, nil
	}
	who, err := a.verify(ctx)
	if err != nil {
		return c, err
	}
	// With the token: a closed server shows itself to its own people only.
	i, path, err := readInstance(ctx, a.wire)
	if err != nil {
		return c, err
	}
	c = capabilities(i, who.Source.Privacy)
	c.Source, c.Read, c.AsOf = a.server+path, "live", now
	a.mu.Lock()
	defer a.mu.Unlock()
	a.known = &c
	return c, nil
}

// self is the account's own id.
func (a *account) self(ctx context.Context) (string, error) {
	a.mu.Lock()
	id := a.id
	a.mu.Unlock()
	if id != "" {
		return id, nil
	}
	who, err := a.verify(ctx)
	return who.ID, err
}

// What an account of this network can do beyond network.Account.
var (
	_ network.Publisher = (*account)(nil)
	_ network.Uploader  = (*account)(nil)
	_ network.Finder    = (*account)(nil)
	_ network.Confirmer = (*account)(nil)
	_ network.Deleter   = (*account)(nil)
	_ network.Editor    = (*account)(nil)
	_ network.Receiver  = (*account)(nil)
	_ network.Historian = (*account)(nil)
	_ network.Streamer  = (*account)(nil)
	_ network.Threader  = (*account)(nil)
	_ network.Reactor   = (*account)(nil)
)
