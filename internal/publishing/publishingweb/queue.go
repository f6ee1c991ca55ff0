package publishingweb

import (
	"net/http"
	"net/url"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// queueRoutes are the page of the queues and the settings of their categories.
func (f *Face) queueRoutes() []ui.Route {
	see, drafts, publish := ui.In(team.SeePlanning), ui.In(team.SeeDrafts), ui.In(team.PublishPosts)
	return append(f.pauseRoutes(), []ui.Route{
		{Method: "GET", Path: "/b/{brand}/queue", Guard: drafts, Handle: f.queue},
		{Method: "POST", Path: "/b/{brand}/queue/{post}/add", Guard: publish, Handle: f.queueAdd},
		{Method: "POST", Path: "/b/{brand}/queue/{post}/swap", Guard: publish, Handle: f.queueSwap},

		{Method: "GET", Path: "/b/{brand}/settings/categories", Guard: see, Handle: f.categories},
		{Method: "POST", Path: "/b/{brand}/settings/categories", Guard: publish, Handle: f.saveCategory},
		{Method: "GET", Path: "/b/{brand}/settings/categories/{category}", Guard: publish, Handle: f.category},
		{Method: "POST", Path: "/b/{brand}/settings/categories/{category}", Guard: publish, Handle: f.saveCategory},
		{Method: "POST", Path: "/b/{brand}/settings/categories/{category}/remove", Guard: publish, Handle: f.removeCategory},
	}...)
}

const (
	queueDays  = 28 // what the page looks ahead
	queueLines = 8  // of each category, until one is looked at alone
	// queueDrafts bounds the drafts that wait for an hour.
	queueDrafts = 100
)

// queueView is what leaves next of each category.
type queueView struct {
	r        *ui.Request
	base     string
	lists    []queueList
	channels map[id.Channel]channel.Channel
	one      bool // a single category, whole
	any      bool // the brand has categories
	slots    bool // and hours to share
	write    bool
	publish  bool
}

type queueList struct {
	publishing.Queue
	Rest   int // entries that are not drawn
	Drafts []publishing.Row
}

func (f *Face) queue(w http.ResponseWriter, r *ui.Request) error {
	ctx, b := r.Context(), r.Brand.ID
	all, err := f.Room.Queues(ctx, r.Actor, b, queueDays)
	if err != nil {
		return err
	}
	v := &queueView{r: r, base: "/b/" + string(b), channels: map[id.Channel]channel.Channel{}, any: len(all) > 1, write: r.May(team.WritePosts), publish: r.May(team.PublishPosts)}
	known, err := f.Channels.List(ctx, r.Actor, b)
	if err != nil {
		return err
	}
	for _, ch := range known {
		v.channels[ch.ID] = ch
	}
	slots, err := f.Room.Slots(ctx, r.Actor, b)
	if err != nil {
		return err
	}
	v.slots = len(slots) > 0
	drafts, err := f.Room.Posts(ctx, r.Actor, b, publishing.Filter{Unplanned: true}, "", queueDrafts)
	if err != nil {
		return err
	}
	only := publishing.CategoryID(r.URL.Query().Get("category"))
	for _, q := range all {
		l := queueList{Queue: q}
		for _, p := range drafts.Items {
			if p.Category == q.Category.ID && p.Badge == publishing.NoBadge {
				l.Drafts = append(l.Drafts, p)
			}
		}
		if only != "" && q.Category.ID != only || q.Category.ID == "" && v.any && q.Planned+len(l.Drafts) == 0 {
			continue
		}
		if v.one = only != ""; !v.one && len(l.Entries) > queueLines {
			l.Rest, l.Entries = len(l.Entries)-queueLines, l.Entries[:queueLines]
		}
		v.lists = append(v.lists, l)
	}
	if only != "" && len(v.lists) == 0 {
		return fault.New(fault.NotFound, "")
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("queue.title"), Sub: r.Brand.Name, Active: "calendar"}, queuePage(v))
}

// queueAdd puts a draft at the next free hour of its category.
func (f *Face) queueAdd(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.post(r)
	if err != nil {
		return err
	}
	done, err := f.Room.Enqueue(r.Context(), r.Actor, r.Brand.ID, p.ID, p.Version)
	switch {
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound) && fault.As(err).Key != "":
		ui.Say(r, ui.Toast{Text: r.Loc.Fault(err)})
	case err != nil:
		return err
	default:
		ui.Say(r, ui.Toast{Text: r.T("composer.scheduled", "when", r.Loc.DateTime(done.Post.At)), Undo: postPath(r.Brand.ID, p.ID) + "/unschedule"})
	}
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/queue")
}

// queueSwap gives two posts of a queue each other's hours.
func (f *Face) queueSwap(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.post(r)
	if err != nil {
		return err
	}
	with, err := f.Room.Get(r.Context(), r.Actor, r.Brand.ID, id.Post(r.FormValue("with")))
	if err != nil {
		return err
	}
	order := []id.Post{p.ID, with.ID}
	if p.At.Before(with.At) {
		order = []id.Post{with.ID, p.ID}
	}
	if _, err := f.Room.Reorder(r.Context(), r.Actor, r.Brand.ID, order); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("queue.swapped")})
	back := "/b/" + string(r.Brand.ID) + "/queue"
	if r.FormValue("one") != "" {
		back += "?" + url.Values{"category": {string(p.Category)}}.Encode()
	}
	return ui.Redirect(w, r, back)
}

// compose is the composer at a free hour.
func (v *queueView) compose(e publishing.QueueEntry, c publishing.CategoryID) string {
	q := url.Values{"at": {e.Wall.Local}}
	for _, ch := range e.Channels {
		q.Add("channel", string(ch))
	}
	if c != "" {
		q.Set("category", string(c))
	}
	return v.base + "/posts/new?" + q.Encode()
}

// nets are the channels of an entry that are known.
func (v *queueView) nets(list []id.Channel) (out []channel.Channel, lost int) {
	for _, c := range list {
		if ch, ok := v.channels[c]; ok {
			out = append(out, ch)
		} else {
			lost++
		}
	}
	return out, lost
}

func (v *queueView) title(p publishing.Row) string {
	if p.Title != "" {
		return p.Title
	}
	return v.r.T("composer.untitled")
}
