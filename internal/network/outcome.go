package network

import (
	"errors"
	"fmt"

	"vigie/internal/base/fault"
)

// Outcome says what an error leaves open about a call that changes something.
type Outcome string

const (
	// Refused: the network answered and did not take it.
	Refused Outcome = "refused"
	// NotSent: it never reached the network (no connection, our own pace).
	NotSent Outcome = "not_sent"
	// Unknown: it may have been taken. Look before anything else.
	Unknown Outcome = "unknown"
)

// Error is what a network's call returns: a fault with its outcome, and what
// the network said, cut short, for the page of the publication.
type Error struct {
	Fault   *fault.Error
	Outcome Outcome
	Status  int    // HTTP status, 0 when there was none
	Request string // the network's own number for the call
	Answer  string // at most 2,000 bytes of what it said, never a secret
	// Theirs is what stands there, when an edit rests on something older.
	Theirs *Theirs
}

// Error is the text for the log.
func (e *Error) Error() string {
	return fmt.Sprintf("%s (%s, HTTP %d)", e.Fault.Error(), e.Outcome, e.Status)
}

// Unwrap gives the fault, so that fault.Of and fault.As see its kind.
func (e *Error) Unwrap() error { return e.Fault }

// OutcomeOf returns what err leaves open. An error without an outcome is
// Unknown: whoever is not sure looks. nil has no outcome.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Outcome
	}
	if k := fault.Of(err); k == fault.Invalid || k == fault.Unsupported {
		return NotSent // refused on our side, before any call
	}
	return Unknown
}
