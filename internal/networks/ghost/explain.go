package ghost

import (
	"cmp"
	"encoding/json"
	"errors"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/markup"
)

var (
	errSignedOut = fault.New(fault.SignedOut, "network.ghost.signed_out")
	errMay       = fault.New(fault.Forbidden, "network.ghost.forbidden")
	errLimit     = fault.New(fault.Forbidden, "network.ghost.limit")
	errGone      = fault.New(fault.NotFound, "network.ghost.gone")
	errOld       = fault.New(fault.Unsupported, "network.ghost.too_old")
	errCollision = fault.New(fault.Conflict, "network.ghost.collision")
	errRefused   = fault.New(fault.Invalid, "network.ghost.refused")
)

// explain reads {"errors": [{"type", "message", "context", "code"}]}.
// Source: @tryghost/errors, and the blog run in test/peers/ghost.
func explain(status int, body []byte) (*fault.Error, bool) {
	var x struct {
		Errors []struct{ Type, Message, Context, Code string }
	}
	if json.Unmarshal(body, &x) != nil || len(x.Errors) == 0 || status >= 500 {
		return nil, false
	}
	e := x.Errors[0]
	said := short(cmp.Or(e.Context, e.Message))
	switch {
	case e.Code == "INVALID_JWT", e.Code == "UNKNOWN_ADMIN_API_KEY", e.Type == "UnauthorizedError":
		return errSignedOut, true
	case e.Type == "HostLimitError":
		return errLimit.With("said", said), true
	case e.Type == "NoPermissionError":
		return errMay.With("said", said), true
	case e.Type == "NotFoundError":
		return errGone, true
	case e.Type == "RequestNotAcceptableError":
		return errOld, true
	case e.Type == "UpdateCollisionError":
		return errCollision, true
	case status == 400 || status == 422:
		return errRefused.With("said", said), true
	}
	return nil, false
}

// short keeps what fits in a sentence for the person, without markup.
func short(s string) string {
	r := []rune(markup.Text(s))
	if len(r) > 200 {
		return string(r[:199]) + "…"
	}
	return string(r)
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
