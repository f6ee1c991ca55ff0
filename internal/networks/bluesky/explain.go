package bluesky

import (
	"encoding/json"

	"vigie/internal/base/fault"
	"vigie/internal/network/wire"
)

var (
	// errExpired: the session ended or is not known; a fresh one may be had.
	errExpired      = fault.New(fault.SignedOut, "network.bluesky.expired")
	errSignedOut    = fault.New(fault.SignedOut, "network.bluesky.signed_out")
	errTwoFactor    = fault.New(fault.Invalid, "network.bluesky.app_password")
	errSuspended    = fault.New(fault.Forbidden, "network.bluesky.suspended")
	errSwap         = fault.New(fault.Conflict, "network.bluesky.taken")
	errNoRecord     = fault.New(fault.NotFound, "network.bluesky.not_found")
	errAnsweredGone = fault.New(fault.NotFound, "network.bluesky.answered_gone").At("thread")
	errTooLarge     = fault.New(fault.Invalid, "network.too_large")
	errRefusedWith  = fault.New(fault.Invalid, "network.bluesky.refused")
	errTooMany      = fault.New(fault.TooMany, "network.too_many")
)

// client speaks XRPC to one server, without an account.
func (d driver) client(server string) *wire.Client {
	c := &wire.Client{HTTP: d.HTTP, Base: server, Explain: explain, RequestID: "X-Request-Id"}
	c.Header = map[string][]string{"Accept": {"application/json"}}
	if d.UserAgent != "" {
		c.Header.Set("User-Agent", d.UserAgent)
	}
	return c
}

// explain reads an XRPC error, {"error": name, "message": text}: the name says
// more than the status, which is 400 for nearly everything.
// Source: atproto.com/specs/xrpc, and the PDS 0.5 run in test/peers/bluesky.
func explain(status int, body []byte) (*fault.Error, bool) {
	var x struct{ Error, Message string }
	if json.Unmarshal(body, &x) != nil || x.Error == "" {
		return nil, false
	}
	if status >= 500 {
		// InternalServerError, UpstreamFailure, NotEnoughResources: it may have
		// been taken, so the words of the general case stand.
		return nil, false
	}
	switch x.Error {
	case "ExpiredToken", "InvalidToken":
		return errExpired, true
	case "AuthMissing", "AuthenticationRequired", "AccountNotFound":
		return errSignedOut, true
	case "AuthFactorTokenRequired":
		return errTwoFactor, true
	case "AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoTakendown", "RepoDeactivated", "RepoSuspended":
		return errSuspended.With("said", short(x.Message)), true
	case "InvalidSwap":
		return errSwap, true
	case "RecordNotFound", "NotFound":
		return errNoRecord, true
	case "BlobTooLarge", "PayloadTooLarge":
		return errTooLarge, true
	case "RateLimitExceeded":
		return errTooMany, true
	}
	if status == 400 || status == 422 {
		return errRefusedWith.With("said", short(x.Message)), true
	}
	return nil, false
}

// short keeps what fits in a sentence for the person.
func short(s string) string {
	r := []rune(s)
	if len(r) > 200 {
		return string(r[:199]) + "…"
	}
	return s
}
