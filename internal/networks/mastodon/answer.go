package mastodon

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

// Visibilities, from the widest to the narrowest.
var narrowing = []string{"public", "unlisted", "private", "direct"}

// addressed makes an answer reach whom it answers: it is seen by no more people
// than what it answers (a private message is answered in private), and names its
// author, without whom this network tells her nothing. What an answer of ours
// goes on with, goes to the same people.
func (a *account) addressed(ctx context.Context, in network.Intent, out *outgoing) error {
	if in.Parent == "" {
		return nil
	}
	self, err := a.self(ctx)
	if err != nil {
		return leftAlone(err)
	}
	above, err := a.status(ctx, string(in.Parent))
	if fault.Is(err, fault.NotFound) {
		return &network.Error{Fault: errNoParent.Because(err), Outcome: network.Refused} // to wait helps nothing
	}
	if err != nil {
		return leftAlone(err)
	}
	if own := above.Account.ID == self; own && above.Visibility != "direct" {
		return nil // the next part of a thread of ours
	}
	if slices.Index(narrowing, above.Visibility) > max(0, slices.Index(narrowing, out.Visibility)) {
		out.Visibility = above.Visibility
	}
	var names []string
	if above.Account.ID != self {
		names = []string{above.Account.Acct}
	} else {
		for _, m := range above.Mentions {
			names = append(names, m.Acct)
		}
	}
	var missing []string
	for _, name := range names {
		if name != "" && !mentions(out.Status, a.handle(speaker{Acct: name}), name) {
			missing = append(missing, "@"+name)
		}
	}
	if len(missing) > 0 {
		out.Status = strings.TrimSpace(strings.Join(missing, " ") + " " + out.Status)
	}
	return nil
}

// mentions tells whether a text names one of these, with or without a server.
func mentions(text string, names ...string) bool {
	for _, e := range textkit.Of(textkit.Mention, textkit.Entities(text)) {
		said := e.User
		if e.Domain != "" {
			said += "@" + e.Domain
		}
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, said) }) {
			return true
		}
	}
	return false
}

// unaddressed takes away the names that a text begins with: who is answered may
// have been added on the way.
func unaddressed(text string) string {
	for {
		text = strings.TrimSpace(text)
		if !strings.HasPrefix(text, "@") {
			return text
		}
		i := strings.IndexAny(text, " \n\t")
		if i < 0 {
			return text
		}
		text = text[i:]
	}
}

// leftAlone says that nothing was sent yet.
func leftAlone(err error) error {
	e := network.Error{Fault: fault.As(err)}
	if known := asError(err); known != nil {
		e = *known
	}
	e.Outcome = network.NotSent
	return &e
}
