package approval

import (
	"slices"
	"time"
)

// State is where the reading of a post stands. Stored; never renamed.
type State string

const (
	Waiting  State = "waiting"   // à valider: somebody of the house is asked
	AtClient State = "at_client" // chez le client
	Changes  State = "changes"   // modifications demandées
	Refused  State = "refused"   // refusé
	Approved State = "approved"  // validé
	Stale    State = "stale"     // périmé: edited since it was submitted
)

// worst orders states: of a post with several channels, the first shows.
var worst = []State{Refused, Changes, Stale, Waiting, AtClient, Approved}

// standing is where one content stands under a policy.
type standing struct {
	state   State
	step    int // the open one; len(steps) when none is
	cleared bool
}

// reader names who decided: a person or a link; empty is the program.
func (d Decision) reader() string {
	if d.Link != "" {
		return "link:" + string(d.Link)
	}
	return string(d.Person)
}

// stands tells whether a decision was given for that hour: the same within the
// tolerance, or the same on the wall when it is the rules of the zone that
// moved the instant.
func (d Decision) stands(it Asked, tolerance time.Duration) bool {
	off := it.At.Sub(d.At)
	if off <= tolerance && off >= -tolerance {
		return true
	}
	if d.Planned != it.Planned {
		return false
	}
	wall, _, err := it.Planned.Instant()
	off = it.At.Sub(wall)
	return err == nil && off < time.Minute && off > -time.Minute
}

// judge says where a content stands. Only decisions on its very hash count, the
// last of each reader; decisions are in the order they were given.
func (p Policy) judge(all []Decision, it Asked) standing {
	last := map[string]Decision{}
	var order []string
	tacit := false
	for _, d := range all {
		if d.Channel != it.Channel || d.Hash != it.Hash || d.Dropped {
			continue
		}
		if d.Verdict == Tacit {
			tacit = p.Past == Leave && d.stands(it, p.Tolerance)
			continue
		}
		who := d.reader()
		order = slices.DeleteFunc(order, func(o string) bool { return o == who })
		last[who], order = d, append(order, who)
	}
	if it.Stale && !p.Free() {
		return standing{state: Stale}
	}
	var asks bool
	for _, d := range last {
		switch d.Verdict {
		case Refuse:
			// Under any policy: what somebody refused does not leave as it is.
			return standing{state: Refused}
		case Change:
			// Another hour alone was asked for, and it has another by now.
			if !(d.Words == "" && d.Other.Local != "" && d.Planned != it.Planned) {
				asks = true
			}
		}
	}
	if p.Free() {
		return standing{cleared: true}
	}
	if asks {
		return standing{state: Changes}
	}
	if tacit {
		return standing{state: Approved, step: len(p.Steps), cleared: true}
	}
	used := map[string]bool{}
	for i, st := range p.Steps {
		found := false
		for _, who := range order {
			d := last[who]
			if d.Verdict != Approve || used[who] || !p.counts(st, d) || !d.stands(it, p.Tolerance) {
				continue
			}
			used[who], found = true, true
			break
		}
		if !found {
			state := Waiting
			if st.Client {
				state = AtClient
			}
			return standing{state: state, step: i}
		}
	}
	return standing{state: Approved, step: len(p.Steps), cleared: true}
}

// chooses is where a choice stands: nothing of it is cleared, and when all have
// agreed that somebody else chooses, the last reader still has to.
func (p Policy) chooses(st standing) standing {
	st.cleared = false
	if st.state == Approved {
		st.state, st.step = Waiting, len(p.Steps)-1
		if p.Steps[st.step].Client {
			st.state = AtClient
		}
	}
	return st
}

// counts tells whether a decision is one of a step's readers'.
func (p Policy) counts(st Step, d Decision) bool {
	if d.Own && !p.Own {
		return false
	}
	switch {
	case st.Client:
		return d.Client
	case len(st.People) > 0:
		return d.Person != "" && slices.Contains(st.People, d.Person)
	default:
		return d.Person != "" && !d.Client
	}
}

func worstOf(states []State) State {
	for _, w := range worst {
		if slices.Contains(states, w) {
			return w
		}
	}
	return ""
}
