package practice

import "time"

// Deed is what the network does to a post, in place of taking it as usual.
type Deed string

const (
	Refuse       Deed = "refuse"         // answers that it does not want it
	Forbid       Deed = "forbid"         // answers that the account may not
	SignedOut    Deed = "signed_out"     // answers that it does not know the token
	TooMany      Deed = "too_many"       // answers to come back after Act.Wait
	Unreachable  Deed = "unreachable"    // no connection
	Cut          Deed = "cut"            // not taken, no answer
	TakeThenCut  Deed = "take_then_cut"  // taken, no answer
	Hang         Deed = "hang"           // not taken, no answer until the caller gives up
	TakeThenHang Deed = "take_then_hang" // taken, no answer until the caller gives up
	Fail         Deed = "fail"           // not taken, answers that it broke
	TakeThenFail Deed = "take_then_fail" // taken, answers that it broke
	Slow         Deed = "slow"           // taken, final only after a Confirm
)

// Act is one line of a script: for drills and tests.
type Act struct {
	Deed Deed
	Wait time.Duration // TooMany: how long
	// Reached is called when the call stands at the network, before it hangs.
	Reached func()
}

// Script adds acts for the next posts of an account, one each, in order.
func (w *World) Script(handle string, acts ...Act) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scripts[handle] = append(w.scripts[handle], acts...)
}

func (w *World) nextAct(handle string) Act {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.scripts[handle]
	if len(s) == 0 {
		return Act{}
	}
	w.scripts[handle] = s[1:]
	return s[0]
}
