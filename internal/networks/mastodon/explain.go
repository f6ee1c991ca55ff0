package mastodon

import (
	"encoding/json"

	"vigie/internal/base/fault"
)

var (
	errSaid      = fault.New(fault.Invalid, "network.mastodon.refused")
	errSignedOut = fault.New(fault.SignedOut, "network.mastodon.signed_out")
	errForbidden = fault.New(fault.Forbidden, "network.mastodon.forbidden")
	errGone      = fault.New(fault.NotFound, "network.mastodon.not_found")
	errTeapot    = fault.New(fault.Internal, "network.mastodon.user_agent")
)

// explain reads {"error": text, "error_description": text}. The texts come in
// the language of the account's settings: they are shown, never compared.
// A 5xx is left to the general case, whatever its words: the post may be there.
// Source: docs.joinmastodon.org/entities/Error
func explain(code int, body []byte) (*fault.Error, bool) {
	var e struct {
		Error       any    `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(body, &e) // HTML from a proxy in front: no words of its own
	said, _ := e.Error.(string)
	if e.Description != "" {
		said = e.Description
	}
	said = short(said)
	switch code {
	case 401:
		return errSignedOut.With("said", said), true
	case 418: // GoToSocial, to callers without a User-Agent
		return errTeapot, true
	}
	if said == "" {
		return nil, false
	}
	switch code {
	case 400, 406, 422:
		return errSaid.With("said", said), true
	case 403:
		return errForbidden.With("said", said), true
	case 404, 410:
		return errGone.With("said", said), true
	}
	return nil, false
}

// short keeps what fits in a sentence for the person.
func short(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:299]) + "…"
	}
	return s
}
