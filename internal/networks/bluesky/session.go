package bluesky

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// tokens are one session: an access token for two hours, and the one that
// renews it for some months. The password is not among them.
type tokens struct {
	DID, Handle     string
	Access, Refresh string
}

func tokensOf(data map[string]string) tokens {
	return tokens{DID: data["did"], Handle: data["handle"], Access: data["access_jwt"], Refresh: data["refresh_jwt"]}
}

// ends is when the session is over unless it is renewed before, which any call
// after the first two hours does: the end of the token that renews it, as it
// says itself. Zero when it does not say.
func (t tokens) ends() time.Time {
	part := strings.Split(t.Refresh, ".")
	if len(part) != 3 {
		return time.Time{}
	}
	b, err := base64.RawURLEncoding.DecodeString(part[1])
	var claims struct {
		Exp int64 `json:"exp"`
	}
	if err != nil || json.Unmarshal(b, &claims) != nil || claims.Exp <= 0 {
		return time.Time{}
	}
	return time.Unix(claims.Exp, 0).UTC()
}

// sessionAnswer is what createSession and refreshSession return.
type sessionAnswer struct {
	DID        string `json:"did"`
	Handle     string `json:"handle"`
	AccessJWT  string `json:"accessJwt"`
	RefreshJWT string `json:"refreshJwt"`
}

func (s sessionAnswer) tokens() (tokens, error) {
	if !strings.HasPrefix(s.DID, "did:") || s.AccessJWT == "" || s.RefreshJWT == "" {
		return tokens{}, &network.Error{
			Fault:   fault.New(fault.Transient, "network.nonsense").Becausef("a session without its tokens"),
			Outcome: network.NotSent,
		}
	}
	return tokens{DID: s.DID, Handle: s.Handle, Access: s.AccessJWT, Refresh: s.RefreshJWT}, nil
}

// createSession exchanges a password for a session. Servers allow 30 in five
// minutes and 300 a day for one account, so only a sign-in calls it.
func createSession(ctx context.Context, c *wire.Client, handle, password string) (tokens, error) {
	var got sessionAnswer
	_, err := c.Do(ctx, wire.Call{
		Method: http.MethodPost, Path: "/xrpc/com.atproto.server.createSession",
		JSON: map[string]string{"identifier": handle, "password": password},
		Into: &got,
	})
	if err != nil {
		return tokens{}, err
	}
	return got.tokens()
}

// session is the signed-in side of an account, shared by all that it does at
// the same time.
type session struct {
	client *wire.Client // without Authorization
	server string
	save   func(context.Context, network.Credentials) error

	mu      sync.Mutex
	now     tokens
	unsaved bool

	// turn lets one caller at a time renew the session; a channel, so that
	// waiting for it ends with the caller's own patience.
	turn chan struct{}
}

func (s *session) tokens() tokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *session) credentials() network.Credentials {
	t := s.tokens()
	return network.Credentials{Server: s.server, Data: map[string]string{
		"did": t.DID, "handle": t.Handle, "access_jwt": t.Access, "refresh_jwt": t.Refresh,
	}}
}

// call is one XRPC call of the account. When the server refuses it because the
// access token ended, the session is renewed and the call made once more: it
// was refused before anything was done. call.Body is not used here, since it
// could be read only once; build makes every call anew.
func (s *session) call(ctx context.Context, build func() wire.Call) (wire.Answer, error) {
	s.keep(ctx)
	used := s.tokens()
	a, err := s.client.Do(ctx, signed(build(), used.Access))
	if err == nil || !errors.Is(err, errExpired) || network.OutcomeOf(err) != network.Refused {
		return a, err
	}
	fresh, err := s.renew(ctx, used)
	if err != nil {
		return wire.Answer{}, err
	}
	a, err = s.client.Do(ctx, signed(build(), fresh.Access))
	if errors.Is(err, errExpired) {
		return a, signedOut(err)
	}
	return a, err
}

func signed(c wire.Call, token string) wire.Call {
	h := c.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("Authorization", "Bearer "+token)
	c.Header = h
	return c
}

// renew returns tokens newer than used, asking the server once however many
// callers wait. A refresh token is good for one use; the server gives the same
// answer again for about two hours, so a process killed before save is heard
// is not locked out.
func (s *session) renew(ctx context.Context, used tokens) (tokens, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return tokens{}, &network.Error{Fault: fault.New(fault.Transient, "network.cut").Because(ctx.Err()), Outcome: network.NotSent}
	}
	if t := s.tokens(); t.Access != used.Access {
		return t, nil // somebody renewed it while we waited
	}
	var got sessionAnswer
	_, err := s.client.Do(ctx, signed(wire.Call{
		Method: http.MethodPost, Path: "/xrpc/com.atproto.server.refreshSession", Into: &got,
	}, used.Refresh))
	if err != nil {
		return tokens{}, left(signedOut(err), network.NotSent)
	}
	fresh, err := got.tokens()
	if err != nil {
		return tokens{}, err
	}
	s.mu.Lock()
	s.now, s.unsaved = fresh, true
	s.mu.Unlock()
	s.keep(ctx)
	return fresh, nil
}

// keep hands fresh credentials to the caller's keeping, even when the request
// that got them is being given up. What could not be kept is tried again by the
// next call; until then it lives in memory.
func (s *session) keep(ctx context.Context) {
	s.mu.Lock()
	due := s.unsaved
	s.unsaved = false
	s.mu.Unlock()
	if !due || s.save == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if s.save(ctx, s.credentials()) != nil {
		s.mu.Lock()
		s.unsaved = true
		s.mu.Unlock()
	}
}

// signedOut says in the person's words that the session is over for good.
func signedOut(err error) error {
	var e *network.Error
	if !errors.As(err, &e) || e.Fault.Kind != fault.SignedOut {
		return err
	}
	c := *e
	c.Fault = errSignedOut.Because(e.Fault)
	return &c
}

// left gives err another outcome: what it leaves open about the verb as a
// whole, where the call that failed is only a part of it.
func left(err error, o network.Outcome) error {
	var e *network.Error
	if !errors.As(err, &e) {
		return &network.Error{Fault: fault.As(err), Outcome: o}
	}
	c := *e
	c.Outcome = o
	return &c
}
