package mastodon

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// The steps of a sign-in: server → how → code or token → done.
const (
	stepServer = "server"
	stepHow    = "how"
	stepCode   = "code"
	stepToken  = "token"
)

const (
	oob = "urn:ietf:wg:oauth:2.0:oob"
	// scopes are what a community manager's work asks for: to read what comes,
	// to publish, to answer and to moderate. No admin scope.
	scopes = "read write"
)

var (
	errStep     = fault.New(fault.Invalid, "network.mastodon.step")
	errSoftware = fault.New(fault.Unsupported, "network.mastodon.other_software").At("server")
	errCode     = fault.New(fault.Invalid, "network.mastodon.bad_code").At("code")
	errState    = fault.New(fault.Invalid, "network.mastodon.bad_state").At("code")
	errToken    = fault.New(fault.SignedOut, "network.mastodon.bad_token").At("token")
	errScopes   = fault.New(fault.Forbidden, "network.mastodon.scopes").At("token")
	errApp      = fault.New(fault.Invalid, "network.mastodon.app").At("how")
)

// Begin asks for the server.
func (d *driver) Begin(context.Context) (network.Step, error) {
	return network.Step{ID: stepServer, Fields: []network.Field{{Name: "server", Type: "text"}}}, nil
}

// Next takes the answers to a step. An app is registered with the server only
// for an authorisation by code: a pasted token needs none.
func (d *driver) Next(ctx context.Context, s network.Step, answers map[string]string) (next network.Step, err error) {
	defer fault.Wrap(&err, "sign in")
	state := maps.Clone(s.State)
	if state == nil {
		state = map[string]string{}
	}
	answer := func(name string) string {
		v, _ := textkit.Clean(answers[name])
		return strings.TrimSpace(v)
	}
	switch s.ID {
	case stepServer:
		if cb := answer("callback"); cb != "" {
			state["callback"] = cb
		}
		return d.toServer(ctx, state, answer("server"))
	case stepHow:
		switch answer("how") {
		case "code", "":
			return d.register(ctx, state)
		case "token":
			return network.Step{ID: stepToken, State: state, Fields: []network.Field{{Name: "token", Type: "password"}}}, nil
		}
		return next, fault.New(fault.Invalid, "network.mastodon.choice").At("how")
	case stepCode:
		// By the callback the state must be ours; a copied code has none.
		if back := answers["state"]; back != "" && subtle.ConstantTimeCompare([]byte(back), []byte(state["state"])) == 0 {
			return next, errState
		}
		return d.exchange(ctx, state, answer("code"))
	case stepToken:
		tok := answer("token")
		if f := strings.Fields(tok); len(f) == 2 && strings.EqualFold(f[0], "bearer") {
			tok = f[1]
		}
		if tok == "" || strings.ContainsAny(tok, " \n\t") {
			return next, errToken
		}
		return d.finish(ctx, state, tok, errToken)
	}
	return next, errStep.With("step", s.ID)
}

// toServer checks that the server is there and speaks this API.
func (d *driver) toServer(ctx context.Context, state map[string]string, given string) (next network.Step, err error) {
	base, user, err := address(given)
	if err != nil {
		return next, err
	}
	_, _, err = readInstance(ctx, d.client(base, ""))
	if err != nil && errors.Is(err, errNotAServer) && user != "" {
		// Names may live on another domain than their server.
		if other := d.webfinger(ctx, base, user); other != "" && other != base {
			if _, _, err2 := readInstance(ctx, d.client(other, "")); err2 == nil {
				base, err = other, nil
			}
		}
	}
	if errors.Is(err, errNotAServer) {
		name := d.software(ctx, base)
		switch closed := errors.Is(err, errSignedOut) || errors.Is(err, errForbidden); {
		case closed && slices.Contains(speakers, name):
			err = nil // a closed server shows itself to its own people only
		case name != "" && !slices.Contains(speakers, name):
			return next, errSoftware.With("software", name).With("server", base).Because(err)
		default:
			return next, fault.As(err).With("server", base)
		}
	}
	if err != nil {
		return next, atServer(err)
	}
	state["server"] = base
	return network.Step{ID: stepHow, State: state, Fields: []network.Field{
		{Name: "how", Type: "choice", Choices: []string{"code", "token"}, Default: "code"},
	}}, nil
}

// speakers are the names, in NodeInfo, of software that speaks this API.
var speakers = []string{"mastodon", "gotosocial", "pleroma", "akkoma", "hometown", "fedibird", "iceshrimp", "sharkey", "firefish"}

// atServer puts the field on an error of reaching the server.
func atServer(err error) error {
	var e *network.Error
	if !errors.As(err, &e) {
		return err
	}
	c := *e
	c.Fault = e.Fault.At("server")
	return &c
}

// webfinger asks a domain where the account's server is.
func (d *driver) webfinger(ctx context.Context, base, user string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	var got struct {
		Links []struct{ Rel, Type, Href string } `json:"links"`
	}
	c := d.client(base, "")
	c.Header.Set("Accept", "application/jrd+json, application/json")
	q := url.Values{"resource": {"acct:" + user + "@" + u.Host}}
	if _, err := c.Do(ctx, wire.Call{Method: http.MethodGet, Path: "/.well-known/webfinger", Query: q, Into: &got}); err != nil {
		return ""
	}
	for _, l := range got.Links {
		if l.Rel != "self" {
			continue
		}
		if base, _, err := address(l.Href); err == nil {
			return base
		}
	}
	return ""
}

// software is the name that a server gives itself by NodeInfo, or "".
func (d *driver) software(ctx context.Context, base string) string {
	c := d.client(base, "")
	var found struct {
		Links []struct{ Href string } `json:"links"`
	}
	if _, err := c.Do(ctx, wire.Call{Method: http.MethodGet, Path: "/.well-known/nodeinfo", Into: &found}); err != nil || len(found.Links) == 0 {
		return ""
	}
	var info struct {
		Software struct{ Name string } `json:"software"`
	}
	href := found.Links[len(found.Links)-1].Href
	if !strings.HasPrefix(href, base+"/") {
		return ""
	}
	if _, err := c.Do(ctx, wire.Call{Method: http.MethodGet, Path: href, Into: &info}); err != nil {
		return ""
	}
	return short(info.Software.Name)
}

// register makes an app of the program on the server, for this sign-in.
func (d *driver) register(ctx context.Context, state map[string]string) (next network.Step, err error) {
	redirect := oob
	for _, cb := range []string{state["callback"], d.Callback} {
		if u, err := url.Parse(cb); cb != "" && err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
			redirect = cb
			break
		}
	}
	form := url.Values{"client_name": {d.AppName}, "redirect_uris": {redirect}, "scopes": {scopes}}
	if d.AppURL != "" {
		form.Set("website", d.AppURL)
	}
	var app struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	_, err = d.client(state["server"], "").Do(ctx, wire.Call{Method: http.MethodPost, Path: "/api/v1/apps", Form: form, Writes: true, Into: &app})
	if err != nil && (fault.Is(err, fault.Invalid) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound)) || err == nil && app.ID == "" {
		return next, errApp.Because(err)
	}
	if err != nil {
		return next, err
	}
	state["client_id"], state["client_secret"], state["redirect"], state["state"] = app.ID, app.Secret, redirect, rand.Text()
	q := url.Values{
		"response_type": {"code"}, "client_id": {app.ID}, "redirect_uri": {redirect}, "scope": {scopes}, "state": {state["state"]},
	}
	return network.Step{
		ID: stepCode, State: state, Open: state["server"] + "/oauth/authorize?" + q.Encode(),
		Fields: []network.Field{{Name: "code", Type: "text"}},
	}, nil
}

// exchange turns a code into a token. A code serves once: after an error the
// person opens the page again.
func (d *driver) exchange(ctx context.Context, state map[string]string, code string) (next network.Step, err error) {
	if code == "" {
		return next, errCode
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "client_id": {state["client_id"]},
		"client_secret": {state["client_secret"]}, "redirect_uri": {state["redirect"]}, "scope": {scopes},
	}
	var got struct {
		Token string `json:"access_token"`
	}
	_, err = d.client(state["server"], "").Do(ctx, wire.Call{Method: http.MethodPost, Path: "/oauth/token", Form: form, Writes: true, Into: &got})
	if err != nil && !fault.Retry(err) {
		return next, errCode.Because(err)
	}
	if err != nil {
		return next, err
	}
	if got.Token == "" {
		return next, errCode.Becausef("no token in the answer")
	}
	return d.finish(ctx, state, got.Token, errCode)
}

// finish asks whose token it is and ends the sign-in.
func (d *driver) finish(ctx context.Context, state map[string]string, token string, refused *fault.Error) (next network.Step, err error) {
	a := &account{d: d, server: state["server"], wire: d.client(state["server"], token)}
	who, err := a.verify(ctx)
	switch {
	case fault.Is(err, fault.SignedOut):
		return next, refused.Because(err)
	case fault.Is(err, fault.Forbidden):
		return next, errScopes.Because(err)
	case err != nil:
		return next, err
	}
	i, _, err := readInstance(ctx, a.wire)
	if err != nil {
		return next, err
	}
	data := map[string]string{"token": token, "account": who.ID}
	if state["client_id"] != "" {
		data["client_id"], data["client_secret"] = state["client_id"], state["client_secret"]
	}
	return network.Step{
		ID: network.Done, Profile: a.profile(who, i),
		Credentials: network.Credentials{Server: state["server"], Data: data},
	}, nil
}
