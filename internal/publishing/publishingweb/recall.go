package publishingweb

import (
	"net/http"
	"net/url"
	"slices"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

func (f *Face) recallRoutes() []ui.Route {
	see, publish := ui.In(team.SeePlanning), ui.In(team.PublishPosts)
	const all, one = "/b/{brand}/recalls", "/b/{brand}/recalls/{recall}"
	return []ui.Route{
		{Method: "GET", Path: all, Guard: see, Handle: f.recalls},
		{Method: "GET", Path: all + "/new", Guard: publish, Handle: f.recallAsk},
		{Method: "POST", Path: all, Guard: publish, Handle: f.recallBegin},
		{Method: "GET", Path: one, Guard: see, Handle: f.recallOne},
		{Method: "POST", Path: one + "/by-hand", Guard: publish, Handle: f.recallByHand},
	}
}

func recallsPath(b id.Brand) string { return "/b/" + string(b) + "/recalls" }

func recallPath(b id.Brand, r publishing.RecallID) string { return recallsPath(b) + "/" + string(r) }

// recallHref is where one asks to recall a post, or all that show a media.
func recallHref(b id.Brand, post id.Post, kind publishing.RecallKind) string {
	q := url.Values{"post": {string(post)}}
	if kind != publishing.TakeBack {
		q.Set("kind", string(kind))
	}
	return recallsPath(b) + "/new?" + q.Encode()
}

// askView is the question before a recall: what will happen, network by
// network.
type askView struct {
	r      *ui.Request
	q      url.Values
	order  publishing.RecallOrder
	groups []recallGroup
	form   *ui.Form
	does   map[publishing.RecallDoes]int
}

// recallGroup is one post of a recall.
type recallGroup struct {
	Post  id.Post
	Title string
	Items []publishing.RecallItem
}

// orderOf reads what to recall from the address or from the form.
func orderOf(v url.Values) publishing.RecallOrder {
	o := publishing.RecallOrder{Kind: publishing.RecallKind(v.Get("kind")), Reason: v.Get("reason"), Media: asID[id.Media](v.Get("media"))}
	if o.Kind != publishing.Correct {
		o.Kind = publishing.TakeBack
	}
	for _, p := range v["post"] {
		if id.Valid(p) && !slices.Contains(o.Posts, id.Post(p)) {
			o.Posts = append(o.Posts, id.Post(p))
		}
	}
	return o
}

func (f *Face) recallAsk(w http.ResponseWriter, r *ui.Request) error {
	return f.askPage(w, r, orderOf(r.URL.Query()), nil, nil)
}

func (f *Face) askPage(w http.ResponseWriter, r *ui.Request, o publishing.RecallOrder, form *ui.Form, refused error) error {
	plan, err := f.Room.RecallPlan(r.Context(), r.Actor, r.Brand.ID, o)
	if err != nil {
		return err
	}
	v := &askView{r: r, q: url.Values{}, order: o, form: form, does: map[publishing.RecallDoes]int{}}
	for _, p := range o.Posts {
		v.q.Add("post", string(p))
	}
	if o.Media != "" {
		v.q.Set("media", string(o.Media))
	}
	for _, it := range plan {
		v.does[it.Does]++
		if n := len(v.groups); n == 0 || v.groups[n-1].Post != it.Post {
			v.groups = append(v.groups, recallGroup{Post: it.Post, Title: it.Title})
		}
		g := &v.groups[len(v.groups)-1]
		g.Items = append(g.Items, it)
	}
	fr := ui.Frame{Title: r.T("recall.title"), Sub: r.Brand.Name, Active: "calendar"}
	if refused != nil {
		fr.Status = fault.HTTPStatus(refused)
	}
	return ui.Page(w, r, fr, recallAskPage(v))
}

// able tells whether the recall would do anything at all.
func (v *askView) able() bool {
	return v.does[publishing.DoesDelete]+v.does[publishing.DoesEdit]+v.does[publishing.DoesStop]+v.does[publishing.DoesWait]+v.does[publishing.DoesCannot] > 0
}

// kinds are the two recalls, each under its own address.
func (v *askView) kinds() []ui.Choice {
	at := func(k publishing.RecallKind) string {
		q := url.Values{}
		for name, all := range v.q {
			q[name] = all
		}
		if k != publishing.TakeBack {
			q.Set("kind", string(k))
		}
		return recallsPath(v.r.Brand.ID) + "/new?" + q.Encode()
	}
	return []ui.Choice{
		{Label: v.r.T("recall.kind.withdraw"), Href: at(publishing.TakeBack), Current: v.order.Kind == publishing.TakeBack},
		{Label: v.r.T("recall.kind.correct"), Href: at(publishing.Correct), Current: v.order.Kind == publishing.Correct},
	}
}

// lede says in a sentence what the button will do.
func (v *askView) lede() string {
	if !v.able() {
		return v.r.T("recall.lede.nothing")
	}
	var parts []string
	for _, d := range []publishing.RecallDoes{publishing.DoesDelete, publishing.DoesEdit, publishing.DoesStop, publishing.DoesWait, publishing.DoesCannot} {
		if n := v.does[d]; n > 0 {
			parts = append(parts, v.r.T("recall.lede."+string(d), "n", n))
		}
	}
	return v.r.Loc.List(parts...) + "."
}

func doesSignal(d publishing.RecallDoes) ui.Signal {
	switch d {
	case publishing.DoesDelete, publishing.DoesEdit, publishing.DoesStop, publishing.DoesWait:
		return ui.Info
	case publishing.DoesCannot:
		return ui.Watch
	}
	return ""
}

func (f *Face) recallBegin(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	o := orderOf(r.PostForm)
	out, err := f.Room.Recall(r.Context(), r.Actor, r.Brand.ID, o)
	if err != nil {
		if k := fault.Of(err); k == fault.Invalid || k == fault.Conflict {
			form.Refused(r, err)
			return f.askPage(w, r, o, form, err)
		}
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("recall.begun")})
	return ui.Redirect(w, r, recallPath(r.Brand.ID, out.ID))
}

// recallView is a recall with its receipts, or the list of them.
type recallView struct {
	r        *ui.Request
	one      publishing.Recall
	all      []publishing.Recall
	next     string
	channels map[id.Channel]channel.Channel
	names    map[id.Person]string
	publish  bool
}

func (f *Face) recallView(r *ui.Request, all ...publishing.Recall) (*recallView, error) {
	v := &recallView{r: r, all: all, publish: r.May(team.PublishPosts), names: map[id.Person]string{}}
	var named []id.Channel
	for _, c := range all {
		for _, l := range c.Legs {
			named = append(named, l.Channel)
		}
	}
	var err error
	if _, v.channels, err = f.known(r, named...); err != nil {
		return nil, err
	}
	if names, err := f.Names(r.Context(), r.Actor, r.Brand.ID); err == nil {
		v.names = names
	}
	return v, nil
}

func (f *Face) recallOne(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[publishing.RecallID](r, "recall")
	if err != nil {
		return err
	}
	c, err := f.Room.GetRecall(r.Context(), r.Actor, r.Brand.ID, key)
	if err != nil {
		return err
	}
	v, err := f.recallView(r, c)
	if err != nil {
		return err
	}
	v.one = c
	return ui.Page(w, r, ui.Frame{Title: r.T("recall.receipts"), Sub: r.Brand.Name, Active: "calendar"}, recallOnePage(v))
}

func (f *Face) recalls(w http.ResponseWriter, r *ui.Request) error {
	q := r.URL.Query()
	page, err := f.Room.Recalls(r.Context(), r.Actor, r.Brand.ID, asID[id.Post](q.Get("post")), q.Get("cursor"), 50)
	if err != nil {
		return err
	}
	v, err := f.recallView(r, page.Items...)
	if err != nil {
		return err
	}
	v.next = page.Next
	return ui.Page(w, r, ui.Frame{Title: r.T("recall.list"), Sub: r.Brand.Name, Active: "calendar"}, recallListPage(v))
}

func (f *Face) recallByHand(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[publishing.RecallID](r, "recall")
	if err != nil {
		return err
	}
	if err := f.Room.DoneByHand(r.Context(), r.Actor, r.Brand.ID, key, asID[publishing.RecallLegID](r.FormValue("leg"))); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("recall.by_hand_said")})
	return ui.Redirect(w, r, recallPath(r.Brand.ID, key))
}
