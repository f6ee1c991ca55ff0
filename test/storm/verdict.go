// Package storm kills Vigie (kill -9) again and again while hundreds of posts
// leave, starts it again each time, and then counts on each network what is
// really there (T4: no lost and no doubled post).
//
// It owns the plan, the kills and the verdict. It never looks into Vigie's
// database: what was promised comes from the API, what happened from the
// networks themselves.
package storm

import (
	"fmt"
	"slices"
	"strings"
)

// Promise is one post that was scheduled on one channel.
type Promise struct {
	// Marker is a word that stands in this post and in no other one.
	Marker string
	// Network is the name of the stage it was promised to.
	Network string
	// State is what the API says of it at the end: sent, failed, unknown…
	State string
	// Problem is what the API says of a failure or a doubt.
	Problem string
}

// Verdict is what the storm came to.
type Verdict struct {
	// Sent counts the promises that are on their network exactly once, and
	// which Vigie knows to be there.
	Sent int
	// Shown counts those that did not leave, or of which nobody knows, and which
	// the API shows as such: a person can act, nothing is lost in silence.
	Shown int
	// Wrong lists what must never be: lost, doubled, or told otherwise than it is.
	Wrong []string
}

// Judge compares what was promised with what stands on the networks: for each
// network, the texts of all posts on the account, in any order.
func Judge(promises []Promise, online map[string][]string) Verdict {
	var v Verdict
	for _, p := range promises {
		n := 0
		for _, text := range online[p.Network] {
			if slices.Contains(strings.Fields(text), p.Marker) {
				n++
			}
		}
		name := p.Network + " " + p.Marker
		switch {
		case n > 1:
			v.Wrong = append(v.Wrong, fmt.Sprintf("%s is doubled: %d times online, %s", name, n, p.State))
		case p.State == "sent" && n == 0:
			v.Wrong = append(v.Wrong, name+" is lost: told sent, and not online")
		case p.State == "sent":
			v.Sent++
		case p.State == "failed" && n == 1:
			v.Wrong = append(v.Wrong, name+" is told failed, and it is online: somebody would post it again")
		case p.State == "failed" || p.State == "unknown" || p.State == "frozen":
			v.Shown++
		default:
			v.Wrong = append(v.Wrong, fmt.Sprintf("%s never came to an end: %s, %d times online", name, p.State, n))
		}
	}
	return v
}

// Settled says whether every promise has come to an end that a person sees.
func Settled(promises []Promise) bool {
	return !slices.ContainsFunc(promises, func(p Promise) bool {
		return p.State != "sent" && p.State != "failed"
	})
}
