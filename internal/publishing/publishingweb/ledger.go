package publishingweb

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

func (f *Face) ledgerRoutes() []ui.Route {
	see, publish := ui.In(team.SeePlanning), ui.In(team.PublishPosts)
	const one = "/b/{brand}/publications/{publication}"
	return []ui.Route{
		{Method: "GET", Path: "/b/{brand}/publications", Guard: see, Handle: f.publications},
		{Method: "POST", Path: "/b/{brand}/publications/retry", Guard: publish, Handle: f.retryMany},
		{Method: "GET", Path: one, Guard: see, Handle: f.publication},
		{Method: "POST", Path: one + "/retry", Guard: publish, Handle: f.retry},
		{Method: "POST", Path: one + "/settle", Guard: publish, Handle: f.settle},
		{Method: "POST", Path: one + "/withdraw", Guard: publish, Handle: f.withdraw},
	}
}

// ledgerTabs are the views of the list, what must be looked at first.
var ledgerTabs = []struct {
	key    string
	states []publishing.State
	count  bool
}{
	{"all", nil, false},
	{"failed", []publishing.State{publishing.Failed}, true},
	{"unknown", []publishing.State{publishing.Unknown}, true},
	{"handed", []publishing.State{publishing.Handed}, true},
	{"frozen", []publishing.State{publishing.Frozen}, true},
	{"pending", []publishing.State{publishing.Pending}, false},
	{"planned", []publishing.State{publishing.Planned, publishing.Due, publishing.Sending}, false},
	{"sent", []publishing.State{publishing.Sent, publishing.Withdrawn}, false},
}

// ledgerList is the list of publications.
type ledgerList struct {
	r        *ui.Request
	q        url.Values
	state    string
	rows     []publishing.PublicationRow
	next     string
	counts   map[string]int
	channels map[id.Channel]channel.Channel
	order    []channel.Channel
	publish  bool
}

func (f *Face) publications(w http.ResponseWriter, r *ui.Request) error {
	l := &ledgerList{r: r, q: r.URL.Query(), state: "all", counts: map[string]int{}, publish: r.May(team.PublishPosts)}
	filter := publishing.PublicationFilter{Channel: id.Channel(l.q.Get("channel"))}
	for _, t := range ledgerTabs {
		if t.key == l.q.Get("state") {
			l.state, filter.States = t.key, t.states
		}
	}
	page, err := f.Room.Ledger(r.Context(), r.Actor, r.Brand.ID, filter, l.q.Get("cursor"), perPage)
	if err != nil {
		return err
	}
	l.rows, l.next = page.Items, page.Next
	for _, t := range ledgerTabs {
		if !t.count {
			continue
		}
		// A hundred is enough to say "many"; none of the three is ever large
		// in a brand that is looked after.
		some, err := f.Room.Ledger(r.Context(), r.Actor, r.Brand.ID, publishing.PublicationFilter{States: t.states, Channel: filter.Channel}, "", 100)
		if err != nil {
			return err
		}
		l.counts[t.key] = len(some.Items)
	}
	var named []id.Channel
	for _, row := range l.rows {
		named = append(named, row.Channel)
	}
	if l.order, l.channels, err = f.known(r, named...); err != nil {
		return err
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("ledger.title"), Active: "calendar",
		Keys: []ui.Key{{Keys: "J", Label: r.T("composer.key.down")}, {Keys: "K", Label: r.T("composer.key.up")}}}, ledgerPage(l))
}

func (l *ledgerList) path() string { return "/b/" + string(l.r.Brand.ID) + "/publications" }

func (l *ledgerList) tabs() []ui.Choice {
	var out []ui.Choice
	for _, t := range ledgerTabs {
		value := t.key
		if value == "all" {
			value = ""
		}
		out = append(out, ui.Choice{Label: l.r.T("ledger.tab." + t.key), Href: with(l.path(), l.q, "state", value), Current: t.key == l.state, N: l.counts[t.key]})
	}
	return append(out, ui.Choice{Label: l.r.T("composer.posts"), Href: "/b/" + string(l.r.Brand.ID) + "/posts"})
}

func (l *ledgerList) older() string {
	if l.next == "" {
		return ""
	}
	return with(l.path(), l.q, "cursor", l.next)
}

func (l *ledgerList) newer() string {
	if l.q.Get("cursor") == "" {
		return ""
	}
	return with(l.path(), l.q, "", "")
}

func (l *ledgerList) net(c id.Channel) channel.Channel {
	if known, ok := l.channels[c]; ok && known.ID != "" {
		return known
	}
	return channel.Channel{Short: "?", Title: l.r.T("composer.gone_channel")}
}

// bulk tells whether the list offers to retry several at once.
func (l *ledgerList) bulk() bool { return l.publish && l.state == "failed" && len(l.rows) > 0 }

// why is what is wrong, in the person's words; empty when nothing is.
func (l *ledgerList) why(p publishing.PublicationRow) string {
	if p.Problem == "" {
		return ""
	}
	return l.r.T(p.Problem, pairs(p.Detail)...)
}

func (l *ledgerList) hour(p publishing.PublicationRow) time.Time {
	if !p.SentAt.IsZero() {
		return p.SentAt
	}
	return p.DueAt
}

// retryMany retries what was checked. One that cannot be retried any more does
// not stop the others.
func (f *Face) retryMany(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	done := 0
	var refused error
	for _, one := range form.All("publication") {
		key, err := id.Parse[id.Publication](one)
		if err == nil {
			err = f.Room.Retry(r.Context(), r.Actor, r.Brand.ID, key)
		}
		switch {
		case err == nil:
			done++
		case fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound):
			refused = err
		default:
			return err
		}
	}
	say := ui.Toast{Text: r.T("ledger.retried_many", "n", done)}
	if done == 0 {
		say = ui.Toast{Text: r.T("ledger.none_chosen"), Signal: "alert"}
		if refused != nil {
			say.Text = r.Loc.Fault(refused)
		}
	}
	ui.Say(r, say)
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/publications?state=failed")
}

func (f *Face) publication(w http.ResponseWriter, r *ui.Request) error {
	return f.publicationPage(w, r, nil, nil)
}

// publicationPage shows a publication; form is a refused word about it, err
// why a gesture could not be done.
func (f *Face) publicationPage(w http.ResponseWriter, r *ui.Request, form *ui.Form, err error) error {
	key, perr := ui.PathID[id.Publication](r, "publication")
	if perr != nil {
		return perr
	}
	pub, steps, perr := f.Room.Publication(r.Context(), r.Actor, r.Brand.ID, key)
	if perr != nil {
		return perr
	}
	v := &oneView{r: r, pub: pub, steps: steps, form: form, fault: err, publish: r.May(team.PublishPosts), names: map[id.Person]string{}}
	if v.channel, perr = f.Channels.Get(r.Context(), r.Actor, r.Brand.ID, pub.Channel); perr != nil && !fault.Is(perr, fault.NotFound) {
		return perr
	}
	if p, perr := f.Room.Get(r.Context(), r.Actor, r.Brand.ID, pub.Post); perr == nil {
		v.title = p.Title
	}
	if v.title == "" {
		v.title = titleOf(pub.Content.Text())
	}
	if names, nerr := f.Names(r.Context(), r.Actor, r.Brand.ID); nerr == nil {
		v.names = names
	}
	fr := ui.Frame{Title: v.title, Active: "calendar", Live: []string{"post:" + string(pub.Post)}}
	if fr.Title == "" {
		fr.Title = r.T("composer.untitled")
	}
	if err != nil {
		fr.Status = fault.HTTPStatus(err)
	}
	return ui.Page(w, r, fr, publicationOne(v))
}

// decided runs a verb on the publication of the path and shows its page.
func (f *Face) decided(w http.ResponseWriter, r *ui.Request, said string, verb func(id.Publication) error) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	key, err := ui.PathID[id.Publication](r, "publication")
	if err != nil {
		return err
	}
	if err := verb(key); err != nil {
		if slices.Contains([]fault.Kind{fault.Invalid, fault.Conflict, fault.Transient, fault.Unsupported, fault.SignedOut}, fault.Of(err)) {
			form.Refused(r, err)
			return f.publicationPage(w, r, form, err)
		}
		return err
	}
	ui.Say(r, ui.Toast{Text: said})
	return ui.Redirect(w, r, publicationPath(r.Brand.ID, key))
}

func (f *Face) retry(w http.ResponseWriter, r *ui.Request) error {
	return f.decided(w, r, r.T("ledger.retried"), func(p id.Publication) error {
		return f.Room.Retry(r.Context(), r.Actor, r.Brand.ID, p)
	})
}

func (f *Face) settle(w http.ResponseWriter, r *ui.Request) error {
	sent := r.FormValue("sent") == "1"
	said := r.T("ledger.settled_not")
	if sent {
		said = r.T("ledger.settled")
	}
	return f.decided(w, r, said, func(p id.Publication) error {
		if sent {
			return f.Room.SettleSent(r.Context(), r.Actor, r.Brand.ID, p, r.FormValue("url"))
		}
		return f.Room.SettleNotSent(r.Context(), r.Actor, r.Brand.ID, p)
	})
}

func (f *Face) withdraw(w http.ResponseWriter, r *ui.Request) error {
	return f.decided(w, r, r.T("ledger.withdrawn"), func(p id.Publication) error {
		return f.Room.Withdraw(r.Context(), r.Actor, r.Brand.ID, p)
	})
}
