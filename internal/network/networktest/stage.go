package networktest

import (
	"testing"

	"vigie/internal/network"
)

// Stage is a fresh world for one case: an empty account on a network.
type Stage struct {
	// Driver is wired to the stage's network through the Wire that Open got.
	Driver network.Driver
	// Answers are the right ones for every step of the sign-in, by Step.ID.
	Answers map[string]map[string]string
	// Wrong holds, for some steps, answers that the network refuses. Empty:
	// the case is skipped (a network that refuses nobody).
	Wrong map[string]map[string]string
	// Credentials, when set, spare the sign-in to the cases that are not about
	// it (networks that limit how often one may sign in).
	Credentials *network.Credentials
	// Standing lists what really stands on the network for the account, oldest
	// first, seen from outside the driver.
	Standing func(t testing.TB) []Standing
	// SignOut makes the network forget every token of the account. nil: skipped.
	SignOut func(t testing.TB)
	// Break arms a fault for the next writing call, for a network that has no
	// HTTP; false: it has no such fault. nil: the Wire does it.
	Break func(t testing.TB, f Fault) bool
	// Public speaks to the account; nil: the cases about receiving are skipped.
	Public *Public
	// Lenient is true when the network itself takes a text over its own limit;
	// only Presence's refusal is tried then.
	Lenient bool
	// Unsure says why "not taken" can never be believed there; empty: it can.
	Unsure string
	// Skip names cases that do not apply, with the reason: shown, never silent.
	Skip map[string]string
}

// Standing is a post as it stands on the network.
type Standing struct {
	Ref    network.Ref
	Text   string
	Alts   []string    // one for each picture, in order
	Parent network.Ref // empty for a first post
}

// Open makes a Stage. Its driver's HTTP client must use w as its transport
// (w.Client()).
type Open func(t testing.TB, w *Wire) Stage

// Fault is what can happen to one writing call.
type Fault string

const (
	Unreachable   Fault = "unreachable"     // no connection at all
	CutBefore     Fault = "cut before"      // the request arrives, is not taken, the connection is cut
	CutAfter      Fault = "cut after"       // it is taken, the connection is cut
	HangBefore    Fault = "hang before"     // it is not taken, nothing ever answers
	HangAfter     Fault = "hang after"      // it is taken, nothing ever answers
	CutBody       Fault = "cut body"        // it is taken, the answer stops half way
	HTML          Fault = "html"            // 200 with a page in place of JSON, not taken
	WrongType     Fault = "wrong type"      // it is taken, the JSON says it is an image
	Huge          Fault = "huge"            // 200 with 200 MB, not taken
	Redirect      Fault = "redirect"        // 307 to a private address, not taken
	Status401     Fault = "status 401"      // from now on
	Status403     Fault = "status 403"      //
	Status404     Fault = "status 404"      //
	Status409     Fault = "status 409"      //
	Status413     Fault = "status 413"      //
	Status422     Fault = "status 422"      //
	Status429     Fault = "status 429"      // with Retry-After: 7
	Status429Bare Fault = "status 429 bare" // without
	Status500     Fault = "status 500"      // not taken
	Status502     Fault = "status 502"      // taken: the gateway in front failed
)

// Faults lists them all.
func Faults() []Fault {
	return []Fault{Unreachable, CutBefore, CutAfter, HangBefore, HangAfter, CutBody, HTML, WrongType, Huge, Redirect,
		Status401, Status403, Status404, Status409, Status413, Status422, Status429, Status429Bare, Status500, Status502}
}

// Taken tells whether the network takes the post in spite of the fault.
func (f Fault) Taken() bool {
	switch f {
	case CutAfter, HangAfter, CutBody, WrongType, Status502:
		return true
	}
	return false
}

// Outcomes are the honest answers of a driver to the fault.
func (f Fault) Outcomes() []network.Outcome {
	switch f {
	case Unreachable:
		return []network.Outcome{network.NotSent}
	case Redirect, Status401, Status403, Status404, Status409, Status413, Status422, Status429, Status429Bare:
		return []network.Outcome{network.Refused}
	default:
		return []network.Outcome{network.Unknown}
	}
}
