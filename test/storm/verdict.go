// Package storm kills Vigie (kill -9) again and again while hundreds of posts
// leave through lines that are cut as well, starts it again each time, and then
// counts on each network what is really there (T4: no lost and no doubled post).
//
// It owns the plan, the kills, the weather and the verdict. It speaks to the
// real program as other programs do, by /api/v1 and the command line, and never
// looks into its database: what was promised comes from the API, what happened
// from the networks themselves.
package storm

import (
	"fmt"
	"slices"
	"strings"
)

// Promise is one part of a post that was scheduled on one channel: the post
// itself, or one utterance of a thread.
type Promise struct {
	// Marker is a word that stands in this part and in no other one.
	Marker string
	// After is the marker of the part that this one answers; empty: the first.
	After string
	// Pictures is how many it shows.
	Pictures int
	// Network is the name of the stage it was promised to.
	Network string
	// State is what the API says of it at the end: sent, failed, unknown…
	State string
	// Problem is what the API says of a failure or a doubt.
	Problem string
}

// Post is one post as it stands on a network.
type Post struct {
	ID, Parent, Text string
	Pictures         int
}

// Verdict is what the storm came to.
type Verdict struct {
	// Sent counts the promises that are on their network exactly once, as they
	// were made, and which Vigie knows to be there.
	Sent int
	// Shown counts those that did not leave, or of which nobody knows, and which
	// the API shows as such: a person can act, nothing is lost in silence.
	Shown int
	// Wrong lists what must never be: lost, doubled, or told otherwise than it is.
	Wrong []string
	// Again counts the publications that took more than one attempt.
	Again int
}

// Judge compares what was promised with what stands on the networks: for each
// network, all posts on the account, in any order.
func Judge(promises []Promise, online map[string][]Post) Verdict {
	var v Verdict
	places := map[string]map[string][]Post{} // network, word
	for network, posts := range online {
		places[network] = map[string][]Post{}
		for _, p := range posts {
			words := strings.Fields(p.Text)
			slices.Sort(words)
			for _, w := range slices.Compact(words) {
				places[network][w] = append(places[network][w], p)
			}
		}
	}
	for _, p := range promises {
		found := places[p.Network][p.Marker]
		n := len(found)
		wrong := func(format string, args ...any) {
			v.Wrong = append(v.Wrong, p.Network+" "+p.Marker+" "+fmt.Sprintf(format, args...))
		}
		switch {
		case n > 1:
			wrong("is doubled: %d times online, %s", n, p.State)
		case p.State == "sent" && n == 0:
			wrong("is lost: told sent, and not online")
		case p.State == "sent" && found[0].Pictures != p.Pictures:
			wrong("shows %d pictures of %d", found[0].Pictures, p.Pictures)
		case p.State == "sent" && !answers(places[p.Network], p, found[0]):
			wrong("does not follow %s: it answers %q", p.After, found[0].Parent)
		case p.State == "sent":
			v.Sent++
		case p.State == "failed" && n == 1:
			wrong("is told failed, and it is online: somebody would post it again")
		case p.State == "failed" || p.State == "unknown" || p.State == "frozen":
			v.Shown++
		default:
			wrong("never came to an end: %s, %d times online", p.State, n)
		}
	}
	return v
}

func answers(places map[string][]Post, p Promise, online Post) bool {
	if p.After == "" {
		return online.Parent == ""
	}
	before := places[p.After]
	return len(before) > 0 && online.Parent == before[0].ID
}
