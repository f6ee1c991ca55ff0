// Package fault gives every error of Vigie a kind and three texts: a cause for
// the log, a message key with values for the person, and a number with a page
// of the documentation for the programs that call the API.
//
// It owns the one table that turns a kind into an HTTP status, an exit code of
// the command line and a retry decision. It never holds a translated sentence:
// that is the work of platform/i18n and of the faces.
package fault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"
)

// Kind says what an error means for whoever receives it. Kinds are stored and
// sent over the API: a kind never changes its name.
type Kind string

// The kinds, from the caller's fault to ours.
const (
	Invalid     Kind = "invalid"     // the input breaks a rule; nothing was done
	NotFound    Kind = "not_found"   // it does not exist, or not for this person
	Forbidden   Kind = "forbidden"   // it exists, the person may see it, but not do this
	Conflict    Kind = "conflict"    // somebody else was first; look again
	Unsupported Kind = "unsupported" // this network or this engine cannot do it
	SignedOut   Kind = "signed_out"  // no session, or a token the network refuses
	TooMany     Kind = "too_many"    // a limit on rate; wait RetryAfter
	Transient   Kind = "transient"   // outside of us and of the caller; may pass
	Internal    Kind = "internal"    // our fault
)

// Error is an error with a kind. Its zero value is not useful; use New.
type Error struct {
	Kind Kind
	// Op is what was being done, outermost first: "schedule: read post".
	Op string
	// Key names the sentence for the person in the message files; empty means
	// the general sentence of the kind.
	Key string
	// Values fill the sentence.
	Values map[string]any
	// Field is the input at fault, as the API and the form name it.
	Field string
	// Number is stable and documented (docs/en/errors.md); 0 means the kind's own.
	Number int
	// RetryAfter is how long to wait at least; 0 when unknown.
	RetryAfter time.Duration
	cause      error
}

// New returns an error of the kind, with the message key for the person.
// Chain With, At, Numbered, After and Because to say more.
func New(kind Kind, key string) *Error { return &Error{Kind: kind, Key: key} }

func (e *Error) copy() *Error {
	c := *e
	c.Values = maps.Clone(e.Values)
	return &c
}

// With returns a copy with one more value for the person's sentence.
func (e *Error) With(name string, value any) *Error {
	c := e.copy()
	if c.Values == nil {
		c.Values = map[string]any{}
	}
	c.Values[name] = value
	return c
}

// At returns a copy that names the field of the input at fault.
func (e *Error) At(field string) *Error { c := e.copy(); c.Field = field; return c }

// Numbered returns a copy with its number for the API.
func (e *Error) Numbered(n int) *Error { c := e.copy(); c.Number = n; return c }

// After returns a copy that says how long to wait before trying again.
func (e *Error) After(d time.Duration) *Error { c := e.copy(); c.RetryAfter = d; return c }

// Because returns a copy that keeps the cause for the log.
func (e *Error) Because(err error) *Error { c := e.copy(); c.cause = err; return c }

// Becausef is Because with a text made on the spot.
func (e *Error) Becausef(format string, args ...any) *Error {
	return e.Because(fmt.Errorf(format, args...))
}

// Error is the text for the log, never for the person.
func (e *Error) Error() string {
	s := string(e.Kind)
	if e.Key != "" {
		s += " " + e.Key
	}
	if e.Field != "" {
		s += " at " + e.Field
	}
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is(err, fault.New(kind, key)) true for the same kind and key,
// so that a package-level error value can be compared with a decorated copy.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Key == e.Key
}

// Wrap prefixes *errp with what was being done. Meant to be deferred on the
// first line of an exported verb: defer fault.Wrap(&err, "schedule").
func Wrap(errp *error, op string) {
	if *errp == nil {
		return
	}
	var e *Error
	if errors.As(*errp, &e) && error(e) == *errp {
		c := e.copy()
		if c.Op == "" {
			c.Op = op
		} else {
			c.Op = op + ": " + c.Op
		}
		*errp = c
		return
	}
	*errp = fmt.Errorf("%s: %w", op, *errp)
}

// As returns the first *Error in the chain, or one of kind Internal (Transient
// for an interrupted context) that carries err as its cause. nil gives nil.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return New(Transient, "").Because(err)
	}
	return New(Internal, "").Because(err)
}

// Of returns the kind of err: empty for nil, Internal for errors without a kind.
func Of(err error) Kind {
	if err == nil {
		return ""
	}
	return As(err).Kind
}

// Is tells whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && Of(err) == kind }
