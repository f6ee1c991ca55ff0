package publishingweb

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/holidays"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// cal is everything a calendar shows, read once: no query is made per post.
type cal struct {
	r     *ui.Request
	q     calQuery
	base  string // "/b/<id>"
	zone  *time.Location
	loc   *i18n.Loc // in the brand's hours
	now   time.Time
	today time.Time // civil

	first, end time.Time // civil
	rows       []publishing.Row
	more       bool // more posts than a calendar can hold
	unplanned  []publishing.Row
	free       []publishing.Free

	channels   map[id.Channel]channel.Channel
	list_      []channel.Channel
	campaigns  []publishing.Campaign
	colours    map[id.Campaign]string
	labels     []string
	names      map[id.Person]string
	frozen     []publishing.Freeze
	marks      publishing.Marks
	silent     func(day string) []SilentDay
	breaks     []holidays.Break // of the days shown, once asked for
	elsewhere  *i18n.Loc        // the person's own hours when they differ; else nil
	mayWrite   bool
	mayPublish bool
}

// boardUnplanned is how many drafts without an hour stand on the board.
const boardUnplanned = 50

func (f *Face) calRead(r *ui.Request, q calQuery) (*cal, error) {
	c := &cal{r: r, q: q, base: "/b/" + string(r.Brand.ID), zone: r.Loc.Zone, loc: r.Loc, now: r.Loc.Now(),
		mayWrite: r.May(team.WritePosts), mayPublish: r.May(team.PublishPosts)}
	c.today = civil(c.now.In(c.zone))
	c.first, c.end = q.period(r.Brand.Week)
	if mine := r.Loc.In(r.Person.Zone); r.Person.Zone != "" && c.now.In(mine.Zone).Format("15:04 Z07") != c.now.In(c.zone).Format("15:04 Z07") {
		c.elsewhere = mine
	}
	ctx, b := r.Context(), r.Brand.ID
	from, to := startOf(c.first, c.zone), startOf(c.end, c.zone)
	var err error
	if c.rows, c.more, err = f.Room.Calendar(ctx, r.Actor, b, from, to, q.filter); err != nil {
		return nil, err
	}
	if c.list_, err = f.Channels.List(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	c.channels = make(map[id.Channel]channel.Channel, len(c.list_))
	for _, ch := range c.list_ {
		c.channels[ch.ID] = ch
	}
	if c.campaigns, err = f.Room.Campaigns(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	c.colours = map[id.Campaign]string{}
	for _, k := range c.campaigns {
		c.colours[k.ID] = k.Colour
	}
	if c.labels, err = f.Room.Labels(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	if c.frozen, err = f.Room.Freezes(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	if err = f.readMarks(c); err != nil {
		return nil, err
	}
	if r.May(team.SeePeople) {
		if c.names, err = f.Names(ctx, r.Actor, b); err != nil {
			return nil, err
		}
	}
	if c.mayWrite && (q.view == viewWeek || q.view == viewDay) && to.After(c.now) {
		if c.free, err = f.Room.FreeSlots(ctx, r.Actor, b, later(from, c.now.Add(time.Minute)), to); err != nil {
			return nil, err
		}
	}
	if q.view == viewBoard {
		own := q.filter
		own.Unplanned = true
		page, err := f.Room.Posts(ctx, r.Actor, b, own, "", boardUnplanned)
		if err != nil {
			return nil, err
		}
		c.unplanned = page.Items
	}
	return c, nil
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// sub is the period beside the page's title.
func (c *cal) sub() string {
	switch c.q.view {
	case viewDay, viewWeek:
		_, n := c.first.AddDate(0, 0, 3).ISOWeek()
		if c.q.view == viewDay {
			_, n = c.q.day.ISOWeek()
		}
		return c.r.T("publishing.calendar.week_n", "week", strconv.Itoa(n))
	}
	return c.loc.Month(c.noon(c.q.day))
}

// noon is the middle of a civil day: an hour that exists on every day.
func (c *cal) noon(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 12, 0, 0, 0, c.zone)
}

// title is the period in the tools bar.
func (c *cal) title() string {
	switch c.q.view {
	case viewDay:
		return capital(c.loc.Date(c.noon(c.q.day)))
	case viewWeek:
		return c.loc.Range(c.noon(c.first), c.noon(c.end.AddDate(0, 0, -1)))
	}
	return capital(c.loc.Month(c.noon(c.q.day)))
}

// stepKind ends the names of the arrows: "previous_week".
func (c *cal) stepKind() string {
	switch c.q.view {
	case viewDay, viewWeek:
		return c.q.view
	}
	return viewMonth
}

func (c *cal) stepLabel(way string) string {
	return c.r.T("publishing.calendar." + way + "_" + c.stepKind())
}

func capital(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// views are the choices of the tools bar.
func (c *cal) views() []ui.Choice {
	var out []ui.Choice
	for _, v := range calViews() {
		out = append(out, ui.Choice{Label: c.r.T("publishing.calendar.view_" + v), Href: c.at(v, c.q.day), Current: v == c.q.view, Key: viewKeys[v]})
	}
	return out
}

var viewKeys = map[string]string{viewDay: "D", viewWeek: "W", viewMonth: "M", viewList: "L", viewBoard: "C"}

func (c *cal) keys() []ui.Key {
	k := []ui.Key{{Keys: "T", Label: c.r.T("publishing.calendar.key_today"), Href: c.at(c.q.view, c.today)}}
	for _, v := range c.views() {
		label := c.r.T("publishing.calendar.key_view", "view", v.Label)
		if v.Key == "M" && c.mayWrite {
			label = c.r.T("publishing.calendar.key_month", "view", v.Label) // on a post, M moves it
		}
		k = append(k, ui.Key{Keys: v.Key, Label: label, Href: v.Href})
	}
	k = append(k, ui.Key{Keys: "← →", Label: c.r.T("publishing.calendar.key_period")},
		ui.Key{Keys: "F", Label: c.r.T("publishing.calendar.filter"), Click: "#cal-filter > summary"},
		ui.Key{Keys: "J K ↑ ↓", Label: c.r.T("publishing.calendar.key_cards")})
	if c.mayWrite {
		k = append(k, ui.Key{Keys: "M ↑ ↓", Label: c.r.T("publishing.calendar.key_move")},
			ui.Key{Keys: "X", Label: c.r.T("publishing.calendar.key_select")})
	}
	return k
}

// composer is the address of a new post at an hour, on channels.
func (c *cal) composer(local string, channels []id.Channel) string {
	v := url.Values{}
	if local != "" {
		v.Set("at", local)
	}
	for _, ch := range channels {
		v.Add("channel", string(ch))
	}
	if len(v) == 0 {
		return c.base + "/posts/new"
	}
	return c.base + "/posts/new?" + v.Encode()
}

// card is a post as the calendar shows it.
type card struct {
	ID         id.Post
	Title      string
	Href       string
	At         time.Time
	Day        time.Time // civil
	Local      string    // "2026-11-10T12:15"
	Time       string    // "12:15"
	Min        int       // minutes on the wall since midnight
	Badge      publishing.Badge
	Validation publishing.Validation
	Colour     string // of its campaign; empty: the brand's
	Nets       []channel.Channel
	Lost       int // channels that are no more
	Past       bool
	Movable    bool
	Changed    bool
	Again      int    // it says an earlier post again, for the how manieth time
	Elsewhere  string // the hour where the person is, when it is another

	Row, Span, Lane, Lanes int // the place in a day of hours
	Folded                 bool
}

func (c *cal) card(p publishing.Row) card {
	k := card{ID: p.ID, Title: p.Title, Href: c.base + "/posts/" + string(p.ID), Badge: p.Badge, Validation: p.Validation,
		Colour: c.colours[p.Campaign], Changed: p.Changed, Again: p.Again, Movable: c.mayWrite && movable(p.Badge) && (p.Badge == publishing.NoBadge || c.mayPublish)}
	if k.Title == "" {
		k.Title = c.r.T("publishing.calendar.untitled")
	}
	for _, ch := range p.Channels {
		if known, ok := c.channels[ch]; ok {
			k.Nets = append(k.Nets, known)
		} else {
			k.Lost++
		}
	}
	if p.At.IsZero() {
		return k
	}
	wall := p.At.In(c.zone)
	k.At, k.Day, k.Local, k.Time = p.At, civil(wall), wallOf(p.At, c.zone), wall.Format("15:04")
	k.Min = wall.Hour()*60 + wall.Minute()
	k.Past = p.At.Before(c.now)
	if c.elsewhere != nil {
		k.Elsewhere = c.r.T("publishing.calendar.elsewhere", "hour", c.elsewhere.When(p.At), "zone", c.elsewhere.Zone.String())
	}
	return k
}

// byDay are the cards of each civil day, in the order of their hours.
func (c *cal) byDay() map[time.Time][]card {
	out := make(map[time.Time][]card, 42)
	for _, p := range c.rows {
		k := c.card(p)
		out[k.Day] = append(out[k.Day], k)
	}
	return out
}

// off tells whether a day is one on which few work.
func off(day time.Time) bool {
	return slices.Contains([]time.Weekday{time.Saturday, time.Sunday}, day.Weekday())
}

// jumpWords names the change of the clocks on a day, and explains it.
func (c *cal) jumpWords(day time.Time) (short, long string) {
	j, ok := jumpOn(day, c.zone)
	if !ok {
		return "", ""
	}
	if j.Twice {
		return c.r.T("publishing.calendar.clock_back"), c.r.T("publishing.calendar.clock_back_text", "from", j.To, "to", j.From)
	}
	return c.r.T("publishing.calendar.clock_forward"), c.r.T("publishing.calendar.clock_forward_text", "from", j.From, "to", j.To)
}

// clockNotes explain the changes of the clocks within the days shown.
func (c *cal) clockNotes() []string {
	var out []string
	for day := c.first; day.Before(c.end); day = day.AddDate(0, 0, 1) {
		if _, long := c.jumpWords(day); long != "" {
			out = append(out, c.r.T("publishing.calendar.clock_note", "day", capital(c.loc.Date(c.noon(day))), "text", long))
		}
	}
	return out
}
