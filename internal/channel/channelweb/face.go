package channelweb

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
	"vigie/internal/ui"
)

//go:embed fr.json en.json
var messages embed.FS

// Messages are the words of this face and of channel's errors.
func Messages() fs.FS { return messages }

// Config is what app gives. Room is required.
type Config struct {
	Room *channel.Service
	// Waiting counts what would be held if a channel went; nil: nothing waits.
	Waiting func(ctx context.Context, a team.Actor, b id.Brand, c id.Channel) (int, error)
	// Callback is the public address of CallbackPath, where authorisation pages
	// send people back to; empty: they show a code to copy.
	Callback string
	// People lists who has a role in a brand, for those told when something is
	// to be published by hand; nil: nobody can be named.
	People func(ctx context.Context, a team.Actor, b id.Brand) ([]team.Member, error)
	// World is the practice network, for its pages; nil leaves them out.
	World *practice.World
}

// CallbackPath is where authorisation pages send people back to.
const CallbackPath = "/channels/callback"

// Face is the pages and the API of channel.
type Face struct {
	Config
	room *channel.Service
}

// New returns the face.
func New(c Config) *Face { return &Face{Config: c, room: c.Room} }

const base = "/b/{brand}/settings/channels"

// Routes lists the pages.
func (f *Face) Routes() []ui.Route {
	see, probe, manage := ui.In(team.SeePlanning), ui.In(team.PublishPosts), ui.In(team.ManageChannels)
	const signIn = "/b/{brand}/settings/sign-in/{signin}"
	out := []ui.Route{
		{Method: "GET", Path: base, Guard: see, Handle: f.list},
		{Method: "GET", Path: base + "/new", Guard: manage, Handle: f.choose},
		{Method: "POST", Path: base + "/new", Guard: manage, Handle: f.begin},
		{Method: "GET", Path: base + "/{channel}", Guard: see, Handle: f.show},
		{Method: "POST", Path: base + "/{channel}/probe", Guard: probe, Handle: f.probe},
		{Method: "POST", Path: base + "/{channel}/reconnect", Guard: manage, Handle: f.reconnect},
		{Method: "POST", Path: base + "/{channel}/people", Guard: manage, Handle: f.people},
		{Method: "GET", Path: base + "/{channel}/remove", Guard: manage, Handle: f.askRemove},
		{Method: "POST", Path: base + "/{channel}/remove", Guard: manage, Handle: f.remove},
		{Method: "GET", Path: signIn, Guard: manage, Handle: f.step},
		{Method: "POST", Path: signIn, Guard: manage, Handle: f.answer},
		{Method: "GET", Path: signIn + "/go", Guard: manage, Handle: f.leave},
		{Method: "GET", Path: CallbackPath, Guard: ui.SignedIn, Handle: f.callback},
	}
	if f.World != nil {
		out = append(out,
			ui.Route{Method: "GET", Path: "/practice/{account}", Guard: ui.SignedIn, Handle: f.practiceAccount},
			ui.Route{Method: "GET", Path: "/practice/{account}/{post}", Guard: ui.SignedIn, Handle: f.practicePost},
			ui.Route{Method: "GET", Path: "/practice/{account}/media/{key}", Guard: ui.SignedIn, Handle: f.practiceMedia, Stream: true})
	}
	return out
}

func home(b id.Brand) string { return "/b/" + string(b) + "/settings/channels" }

func of(c channel.Channel) string { return home(c.Brand) + "/" + string(c.ID) }

func atStep(in channel.SignIn) string {
	return "/b/" + string(in.Brand) + "/settings/sign-in/" + in.ID
}

// one reads the channel of the path.
func (f *Face) one(r *ui.Request) (channel.Channel, error) {
	c, err := ui.PathID[id.Channel](r, "channel")
	if err != nil {
		return channel.Channel{}, err
	}
	return f.room.Get(r.Context(), r.Actor, r.Brand.ID, c)
}

func (f *Face) waiting(r *ui.Request, c channel.Channel) (int, error) {
	if f.Waiting == nil || !c.Removed.IsZero() {
		return 0, nil
	}
	return f.Waiting(r.Context(), r.Actor, c.Brand, c.ID)
}

func (f *Face) list(w http.ResponseWriter, r *ui.Request) error {
	all, err := f.room.List(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	v := listView{brand: r.Brand, tabs: r.SettingsTabs("channels"), manage: r.May(team.ManageChannels), probe: r.May(team.PublishPosts)}
	for _, c := range all {
		n := 0
		if v.manage {
			if n, err = f.waiting(r, c); err != nil {
				return err
			}
		}
		v.rows = append(v.rows, row{c, n})
	}
	fr := ui.Frame{Title: r.T("channel.title"), Sub: r.Brand.Name, Active: "settings"}
	if v.manage && len(all) > 0 { // an empty page has its own first step
		fr.Main = &ui.Action{Label: r.T("channel.connect"), Href: home(r.Brand.ID) + "/new", Icon: "plus", Key: "N"}
	}
	return ui.Page(w, r, fr, listPage(v))
}

func (f *Face) show(w http.ResponseWriter, r *ui.Request) error {
	c, err := f.one(r)
	if err != nil {
		return err
	}
	n, err := f.waiting(r, c)
	if err != nil {
		return err
	}
	fr := ui.Frame{Title: c.Title + " · " + handle(c), Sub: r.Brand.Name, Active: "settings"}
	v := channelView{row: row{c, n}, fresh: r.URL.Query().Get("new") != "" && c.Health == channel.Working, manage: r.May(team.ManageChannels),
		probe: r.May(team.PublishPosts) && !c.ByHand(), write: r.May(team.WritePosts)}
	if v.hands, err = f.hands(r, c); err != nil {
		return err
	}
	return ui.Page(w, r, fr, channelPage(v))
}

func (f *Face) probe(w http.ResponseWriter, r *ui.Request) error {
	c, err := f.one(r)
	if err != nil {
		return err
	}
	if c, err = f.room.Probe(r.Context(), r.Actor, r.Brand.ID, c.ID); err != nil {
		return err
	}
	t := ui.Toast{Text: r.T("channel.probed."+string(c.Health), "handle", handle(c))}
	if c.Health == channel.SignedOut || c.Health == channel.Doubtful {
		t.Signal = "alert"
	}
	ui.Say(r, t)
	return ui.Redirect(w, r, back(r, c))
}

// back is the channel's own page when the form stood there, the list otherwise.
func back(r *ui.Request, c channel.Channel) string {
	if r.FormValue("from") == "channel" {
		return of(c)
	}
	return home(c.Brand)
}

func (f *Face) askRemove(w http.ResponseWriter, r *ui.Request) error {
	c, err := f.one(r)
	if err != nil {
		return err
	}
	if !c.Removed.IsZero() {
		return ui.Redirect(w, r, of(c))
	}
	n, err := f.waiting(r, c)
	if err != nil {
		return err
	}
	return ui.Page(w, r, ui.Frame{Title: removeTitle(r.Context(), c), Sub: r.Brand.Name, Active: "settings"}, removePage(row{c, n}))
}

func (f *Face) remove(w http.ResponseWriter, r *ui.Request) error {
	c, err := f.one(r)
	if err != nil {
		return err
	}
	if err := f.room.Remove(r.Context(), r.Actor, r.Brand.ID, c.ID); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("channel.was_removed", "network", c.Title, "handle", handle(c))})
	return ui.Redirect(w, r, home(r.Brand.ID))
}

// handle is how people write an account: with its @.
func handle(c channel.Channel) string {
	if !c.ForPosts() { // a mail address, or the host of a blog
		return c.Handle
	}
	return "@" + c.Handle
}

func removeTitle(ctx context.Context, c channel.Channel) string {
	return i18n.T(ctx, "channel.remove.title", "network", c.Title, "handle", handle(c))
}

var errNoPage = fault.New(fault.NotFound, "")
