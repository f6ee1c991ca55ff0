package publishingweb

import (
	"context"

	"github.com/a-h/templ"

	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/ui"
)

func (v *recallView) who(p id.Person) string {
	if n := v.names[p]; n != "" {
		return n
	}
	return v.r.T("ledger.somebody")
}

// told are the names of those who were told.
func (v *recallView) told() string {
	var names []string
	for _, p := range v.one.Told {
		names = append(names, v.who(p))
	}
	return v.r.Loc.List(names...)
}

func (v *recallView) net(c id.Channel) channel.Channel {
	if ch, ok := v.channels[c]; ok && ch.ID != "" {
		return ch
	}
	return channel.Channel{Short: "?", Title: v.r.T("composer.gone_channel")}
}

func recallSignal(s publishing.RecallState) ui.Signal {
	switch s {
	case publishing.RecallDeleted, publishing.RecallCorrected, publishing.RecallStopped, publishing.RecallByHand:
		return ui.Calm
	case publishing.RecallCannot:
		return ui.Alert
	}
	return ui.Watch
}

// came counts the receipts of a recall.
func came(c publishing.Recall) int {
	n := 0
	for _, l := range c.Legs {
		if l.State.Ended() {
			n++
		}
	}
	return n
}

// why says what a leg waits for, or why a person must do it.
func (v *recallView) why(l publishing.RecallLeg) string {
	if l.Problem == "" {
		return ""
	}
	return v.r.T(l.Problem, append(pairs(l.Detail), "network", v.net(l.Channel).Title, "handle", v.net(l.Channel).Handle)...)
}

// hand tells whether a person may say that she did it there.
func (v *recallView) hand(l publishing.RecallLeg) bool {
	return v.publish && (l.State == publishing.RecallCannot || l.State == publishing.RecallWaiting && l.Attempts > 0 && l.Problem != "")
}

// titles names what a recall is about, in the list.
func (v *recallView) titles(c publishing.Recall) string {
	seen := map[id.Post]bool{}
	first := ""
	for _, l := range c.Legs {
		if !seen[l.Post] && len(seen) == 0 {
			first = l.Title
		}
		seen[l.Post] = true
	}
	if first == "" {
		first = v.r.T("composer.untitled")
	}
	if n := len(seen) - 1; n > 0 {
		return v.r.T("recall.and_more", "title", first, "n", n)
	}
	return first
}

// mine are the legs of one post, in their order.
func mine(c publishing.Recall) []recallPost {
	var out []recallPost
	for _, l := range c.Legs {
		i := 0
		for i < len(out) && out[i].Post != l.Post {
			i++
		}
		if i == len(out) {
			out = append(out, recallPost{Post: l.Post, Title: l.Title})
		}
		out[i].Legs = append(out[i].Legs, l)
	}
	return out
}

type recallPost struct {
	Post  id.Post
	Title string
	Legs  []publishing.RecallLeg
}

// left counts what is left to a person.
func left(c publishing.Recall) int {
	n := 0
	for _, l := range c.Legs {
		if l.State == publishing.RecallCannot {
			n++
		}
	}
	return n
}

func older(v *recallView) string {
	if v.next == "" {
		return ""
	}
	return recallsPath(v.r.Brand.ID) + "?cursor=" + v.next
}

func titleOr(ctx context.Context, title string) string {
	if title == "" {
		return i18n.T(ctx, "composer.untitled")
	}
	return title
}

// recallable tells whether the list is of what has left, and she may take it
// back.
func (l *ledgerList) recallable() bool {
	return l.state == "sent" && l.publish && len(l.rows) > 0
}

// gesture is where the form of the list leads: what failed is sent again, what
// has left is asked about first.
func (l *ledgerList) gesture() templ.Attributes {
	if l.recallable() {
		return templ.Attributes{"method": "get", "action": recallsPath(l.r.Brand.ID) + "/new"}
	}
	return templ.Attributes{"method": "post", "action": l.path() + "/retry"}
}
