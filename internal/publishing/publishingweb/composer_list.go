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

// perPage is how many rows a list shows before it asks to go on.
const perPage = 50

// postList is the list of posts: drafts, all, or the bin.
type postList struct {
	r         *ui.Request
	view      string // drafts, all, bin
	q         url.Values
	rows      []publishing.Row
	next      string
	channels  map[id.Channel]channel.Channel
	order     []channel.Channel
	campaigns []publishing.Campaign
	labels    []string
	names     map[id.Person]string
	write     bool
}

func (f *Face) posts(w http.ResponseWriter, r *ui.Request) error {
	ctx, b := r.Context(), r.Brand.ID
	l := &postList{r: r, q: r.URL.Query(), write: r.May(team.WritePosts), view: r.URL.Query().Get("view")}
	if l.view != "all" && l.view != "bin" {
		l.view = "drafts"
		// Who looks for words looks everywhere, unless she chose the drafts.
		if !r.May(team.SeeDrafts) || l.q.Get("q") != "" && l.q.Get("view") != "drafts" {
			l.view = "all"
		}
	}
	filter := publishing.Filter{Binned: l.view == "bin", Text: cutRunes(l.q.Get("q"), 200), Label: l.q.Get("label"),
		Channel: id.Channel(l.q.Get("channel")), Campaign: id.Campaign(l.q.Get("campaign"))}
	if l.view == "drafts" {
		filter.Validation = []publishing.Validation{publishing.Draft}
	}
	page, err := f.Room.Posts(ctx, r.Actor, b, filter, l.q.Get("cursor"), perPage)
	if err != nil {
		return err
	}
	l.rows, l.next = page.Items, page.Next
	var named []id.Channel
	for _, row := range l.rows {
		named = append(named, row.Channels...)
	}
	if l.order, l.channels, err = f.known(r, named...); err != nil {
		return err
	}
	if l.campaigns, err = f.Room.Campaigns(ctx, r.Actor, b); err != nil {
		return err
	}
	if l.labels, err = f.Room.Labels(ctx, r.Actor, b); err != nil {
		return err
	}
	l.names, _ = f.Names(ctx, r.Actor, b) // a courtesy: a client may not see the team
	fr := ui.Frame{Title: r.T("composer.posts"), Active: "calendar", Keys: []ui.Key{{Keys: "J", Label: r.T("composer.key.down")}, {Keys: "K", Label: r.T("composer.key.up")}}}
	if l.write {
		fr.Main = &ui.Action{Label: r.T("publishing.calendar.new"), Href: "/b/" + string(b) + "/posts/new", Icon: "plus", Key: "N"}
	}
	return ui.Page(w, r, fr, postsPage(l))
}

// known are the brand's channels, in their order, and by id with those that a
// row still names although they were removed.
func (f *Face) known(r *ui.Request, named ...id.Channel) ([]channel.Channel, map[id.Channel]channel.Channel, error) {
	list, err := f.Channels.List(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return nil, nil, err
	}
	by := map[id.Channel]channel.Channel{}
	for _, c := range list {
		by[c.ID] = c
	}
	for _, c := range named {
		if _, ok := by[c]; !ok {
			// Asked once each: few channels are ever removed.
			if by[c], err = f.Channels.Get(r.Context(), r.Actor, r.Brand.ID, c); err != nil && !fault.Is(err, fault.NotFound) {
				return nil, nil, err
			}
		}
	}
	return list, by, nil
}

func cutRunes(s string, n int) string {
	if rs := []rune(s); len(rs) > n {
		return string(rs[:n])
	}
	return s
}

// with is the list's address with one filter changed; the cursor starts again.
func with(path string, q url.Values, name, value string) string {
	next := url.Values{}
	for k, v := range q {
		if k != "cursor" && len(v) > 0 && v[0] != "" {
			next.Set(k, v[0])
		}
	}
	next.Del(name)
	if value != "" {
		next.Set(name, value)
	}
	if len(next) == 0 {
		return path
	}
	return path + "?" + next.Encode()
}

func (l *postList) path() string { return "/b/" + string(l.r.Brand.ID) + "/posts" }

func (l *postList) tabs() []ui.Choice {
	views := []string{"drafts", "all", "bin"}
	if !l.r.May(team.SeeDrafts) {
		views = []string{"all"}
	}
	out := make([]ui.Choice, len(views))
	for i, v := range views {
		out[i] = ui.Choice{Label: l.r.T("composer.view." + v), Href: with(l.path(), l.q, "view", v), Current: v == l.view}
	}
	return append(out, ui.Choice{Label: l.r.T("ledger.title"), Href: "/b/" + string(l.r.Brand.ID) + "/publications"})
}

func (l *postList) older() string {
	if l.next == "" {
		return ""
	}
	return with(l.path(), l.q, "cursor", l.next)
}

func (l *postList) newer() string {
	if l.q.Get("cursor") == "" {
		return ""
	}
	return with(l.path(), l.q, "", "")
}

// filtered tells whether the list shows less than its view.
func (l *postList) filtered() bool {
	return slices.ContainsFunc([]string{"q", "channel", "label", "campaign"}, func(k string) bool { return l.q.Get(k) != "" })
}

func (l *postList) net(c id.Channel) channel.Channel {
	if known, ok := l.channels[c]; ok && known.ID != "" {
		return known
	}
	return channel.Channel{Short: "?", Title: l.r.T("composer.gone_channel")}
}

// line is the second line of a row: when, who.
func (l *postList) line(p publishing.Row) string {
	edited := l.r.T("composer.edited", "when", l.r.Loc.Ago(p.Edited))
	if l.r.Loc.Now().Sub(p.Edited) > 7*24*time.Hour {
		edited = l.r.T("composer.edited_on", "day", l.r.Loc.Day(p.Edited))
	}
	if n := l.names[p.Author]; n != "" {
		return edited + " · " + n
	}
	return edited
}
