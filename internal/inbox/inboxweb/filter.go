package inboxweb

import (
	"net/url"
	"slices"

	"vigie/internal/base/id"
	"vigie/internal/inbox"
	"vigie/internal/network"
)

// filter is the filters as they stand in the address: a view can be shared, and
// the button back works.
type filter struct {
	State    string // "" is open, "all" all
	Channel  string
	Kind     string
	Who      string // "me", "none" or a person
	Unread   bool
	Language string
	Text     string
	Cursor   string
}

func filterOf(q url.Values) filter {
	f := filter{State: q.Get("state"), Channel: q.Get("channel"), Kind: q.Get("kind"), Who: q.Get("who"), Unread: q.Get("unread") != "", Language: q.Get("lang"), Text: cut(q.Get("q"), 200), Cursor: q.Get("cursor")}
	if !slices.Contains(append(inbox.States(), "all"), inbox.State(f.State)) || f.State == string(inbox.Open) {
		f.State = ""
	}
	if !slices.Contains(network.ItemKinds(), network.ItemKind(f.Kind)) {
		f.Kind = ""
	}
	if f.Channel != "" && !id.Valid(f.Channel) {
		f.Channel = ""
	}
	if f.Who != "" && f.Who != "me" && f.Who != "none" && !id.Valid(f.Who) {
		f.Who = ""
	}
	f.Language = cut(f.Language, 20)
	return f
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// room is the filter as the room takes it. Words are looked for in all states,
// unless one is named.
func (f filter) room(me id.Person) inbox.Filter {
	out := inbox.Filter{State: inbox.State(f.State), Channel: id.Channel(f.Channel), Kind: network.ItemKind(f.Kind), Unread: f.Unread, Language: f.Language, Text: f.Text}
	switch {
	case f.State == "all", f.State == "" && f.Text != "":
		out.State = ""
	case f.State == "":
		out.State = inbox.Open
	}
	switch f.Who {
	case "me":
		out.Assignee = me
	case "none":
		out.Assignee = inbox.Nobody
	default:
		out.Assignee = id.Person(f.Who)
	}
	return out
}

// query is the filter in an address, the place in the list aside.
func (f filter) query() url.Values {
	q := url.Values{}
	for k, v := range map[string]string{"state": f.State, "channel": f.Channel, "kind": f.Kind, "who": f.Who, "lang": f.Language, "q": f.Text} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if f.Unread {
		q.Set("unread", "1")
	}
	return q
}

// with is the filter with one thing changed.
func (f filter) with(change func(*filter)) filter {
	f.Cursor = ""
	change(&f)
	return f
}

// narrow tells whether it leaves out something besides its state.
func (f filter) narrow() bool {
	f.State = ""
	return len(f.query()) > 0
}

// link is where the list stands, or a conversation of it.
func (f filter) link(b id.Brand, c inbox.ConversationID) string {
	at := base(b)
	if c != "" {
		at = pathOf(b, c)
	}
	q := f.query()
	if f.Cursor != "" {
		q.Set("cursor", f.Cursor)
	}
	if len(q) == 0 {
		return at
	}
	return at + "?" + q.Encode()
}
