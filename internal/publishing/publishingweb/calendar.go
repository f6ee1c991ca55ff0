package publishingweb

import (
	"net/http"

	"github.com/a-h/templ"

	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// calendarRoutes are the calendar and the settings that planning needs.
func (f *Face) calendarRoutes() []ui.Route {
	see, write, publish, freeze := ui.In(team.SeePlanning), ui.In(team.WritePosts), ui.In(team.PublishPosts), ui.In(team.Freeze)
	return []ui.Route{
		{Method: "GET", Path: "/b/{brand}/calendar", Guard: see, Handle: f.calendar},
		{Method: "POST", Path: "/b/{brand}/calendar/move", Guard: write, Handle: f.calendarMove},
		{Method: "POST", Path: "/b/{brand}/calendar/do", Guard: write, Handle: f.calendarDo},
		{Method: "POST", Path: "/b/{brand}/calendar/undo", Guard: write, Handle: f.calendarUndo},

		{Method: "POST", Path: "/b/{brand}/calendar/marks", Guard: publish, Handle: f.calendarMarks},

		{Method: "GET", Path: "/b/{brand}/settings/slots", Guard: see, Handle: f.slots},
		{Method: "POST", Path: "/b/{brand}/settings/slots", Guard: publish, Handle: f.addSlots},
		{Method: "POST", Path: "/b/{brand}/settings/slots/{slot}/remove", Guard: publish, Handle: f.removeSlot},

		{Method: "GET", Path: "/b/{brand}/settings/campaigns", Guard: see, Handle: f.campaigns},
		{Method: "POST", Path: "/b/{brand}/settings/campaigns", Guard: write, Handle: f.saveCampaign},
		{Method: "GET", Path: "/b/{brand}/settings/campaigns/{campaign}", Guard: write, Handle: f.campaign},
		{Method: "POST", Path: "/b/{brand}/settings/campaigns/{campaign}", Guard: write, Handle: f.saveCampaign},
		{Method: "POST", Path: "/b/{brand}/settings/campaigns/{campaign}/remove", Guard: write, Handle: f.removeCampaign},

		{Method: "GET", Path: "/b/{brand}/settings/freeze", Guard: see, Handle: f.freezePage},
		{Method: "POST", Path: "/b/{brand}/settings/freeze", Guard: freeze, Handle: f.freeze},
		{Method: "POST", Path: "/b/{brand}/settings/freeze/lift", Guard: freeze, Handle: f.thaw},
		{Method: "GET", Path: "/freeze", Guard: ui.Admin, Handle: f.freezeAllPage},
		{Method: "POST", Path: "/freeze", Guard: ui.Admin, Handle: f.freezeAll},
		{Method: "POST", Path: "/freeze/lift", Guard: ui.Admin, Handle: f.thawAll},
	}
}

// calendar shows the brand's posts on the view, the days and the filters of
// its address.
func (f *Face) calendar(w http.ResponseWriter, r *ui.Request) error {
	q := readCalQuery(r)
	if q.chosen {
		rememberView(w, r, q.view)
	}
	c, err := f.calRead(r, q)
	if err != nil {
		return err
	}
	fr := ui.Frame{Title: r.T("ui.section.calendar"), Sub: c.sub(), Active: "calendar", Keys: c.keys(), Wide: true}
	if r.May(team.SeeDrafts) {
		fr.Tools = toIdeas(r)
	}
	if r.May(team.WritePosts) {
		fr.Main = &ui.Action{Label: r.T("publishing.calendar.new"), Href: c.composer("", nil), Icon: "plus", Key: "N"}
	}
	return ui.Page(w, r, fr, calPage(c))
}

// body is the view that the address asks for.
func (c *cal) body() templ.Component {
	switch c.q.view {
	case viewMonth:
		return calMonth(c, c.month())
	case viewList:
		return calList(c, c.list())
	case viewBoard:
		return calBoard(c, c.board())
	}
	return calWeek(c, c.week())
}

// movable tells whether a card can be picked up: what has begun to leave stays
// where it is.
func movable(b publishing.Badge) bool {
	return b == publishing.NoBadge || b == publishing.Scheduled || b == publishing.OnHold
}
