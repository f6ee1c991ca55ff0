package wordpress

import (
	"bytes"
	"encoding/json"
	"errors"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/markup"
)

var (
	errSignedOut = fault.New(fault.SignedOut, "network.wordpress.signed_out")
	errOff       = fault.New(fault.SignedOut, "network.wordpress.passwords_off")
	errRole      = fault.New(fault.Forbidden, "network.wordpress.role")
	errModerate  = fault.New(fault.Forbidden, "network.wordpress.may_not_moderate")
	errClosed    = fault.New(fault.Forbidden, "network.wordpress.comments_closed")
	errDuplicate = fault.New(fault.Conflict, "network.wordpress.said_already")
	errGone      = fault.New(fault.NotFound, "network.wordpress.gone")
	errRestOff   = fault.New(fault.NotFound, "network.wordpress.rest_off")
	errBlocked   = fault.New(fault.Forbidden, "network.wordpress.blocked")
	errRefused   = fault.New(fault.Invalid, "network.wordpress.refused")
	errCollision = fault.New(fault.Conflict, "network.wordpress.collision")
)

// said is an error of the REST API.
type said struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Data    struct {
		Status int `json:"status"`
		TermID int `json:"term_id"`
	} `json:"data"`
}

// explain reads {"code", "message"}: the code says more than the status.
// Source: wp-includes/rest-api of WordPress 6.1, and the site run in
// test/peers/wordpress.
func explain(status int, body []byte) (*fault.Error, bool) {
	var x said
	if json.Unmarshal(body, &x) != nil || x.Code == "" {
		if status < 500 && status != 401 && status != 429 && bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
			// A page in the place of the API: a firewall, a security plugin.
			return errBlocked, status < 408
		}
		return nil, false
	}
	switch x.Code {
	case "application_passwords_disabled", "application_passwords_disabled_for_user":
		return errOff, true
	case "rest_not_logged_in", "incorrect_password", "invalid_username", "invalid_email", "invalid_application_credentials":
		return errSignedOut, true
	case "rest_no_route", "rest_disabled":
		return errRestOff, true
	case "rest_post_invalid_id", "rest_comment_invalid_id", "rest_comment_invalid_post_id", "rest_already_trashed", "rest_comment_trash_post":
		return errGone, true
	case "rest_comment_closed":
		return errClosed, true
	case "comment_duplicate":
		return errDuplicate, true
	}
	switch {
	case status == 401: // rest_forbidden, rest_cannot_create…: nobody is signed in
		return errSignedOut, true
	case status == 403:
		return errRole.With("said", short(x.Message)), true
	case status == 400 || status == 422:
		return errRefused.With("said", short(x.Message)), true
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

func asError(err error) *network.Error {
	var e *network.Error
	errors.As(err, &e)
	return e
}
