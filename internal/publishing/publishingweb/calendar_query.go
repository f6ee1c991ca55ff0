package publishingweb

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/ui"
)

// The views of the calendar, as addresses name them.
const (
	viewDay   = "day"
	viewWeek  = "week"
	viewMonth = "month"
	viewList  = "list"
	viewBoard = "kanban"
)

func calViews() []string { return []string{viewDay, viewWeek, viewMonth, viewList, viewBoard} }

const dayLayout = "2006-01-02"

// calQuery is what the address of a calendar says: the view, the day it is
// about, the filters. The address is the only memory, so that a view can be
// shared and the back button works.
type calQuery struct {
	view   string
	chosen bool      // the address names the view
	day    time.Time // civil: midnight UTC of the day
	night  bool      // the hours of the night are unfolded
	filter publishing.Filter
}

// noBadge is how an address filters posts without a publication.
const noBadge = "none"

// civil is a day of the calendar as midnight UTC: days are counted without
// zones, hours with them.
func civil(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func readCalQuery(r *ui.Request) calQuery {
	v := r.URL.Query()
	q := calQuery{view: v.Get("view"), chosen: true, night: v.Get("night") == "1"}
	if !slices.Contains(calViews(), q.view) {
		q.view, q.chosen = rememberedView(r), false
	}
	var err error
	if q.day, err = time.Parse(dayLayout, v.Get("date")); err != nil || q.day.Year() < 1970 || q.day.Year() > 2200 {
		q.day = civil(r.Loc.Now().In(r.Loc.Zone))
	}
	for _, b := range v["badge"] {
		switch {
		case b == noBadge:
			q.filter.Badges = append(q.filter.Badges, publishing.NoBadge)
		case slices.Contains(publishing.Badges(), publishing.Badge(b)):
			q.filter.Badges = append(q.filter.Badges, publishing.Badge(b))
		}
	}
	for _, s := range v["validation"] {
		if slices.Contains(ui.Validations(), s) {
			q.filter.Validation = append(q.filter.Validation, publishing.Validation(s))
		}
	}
	q.filter.Channel = asID[id.Channel](v.Get("channel"))
	q.filter.Campaign = asID[id.Campaign](v.Get("campaign"))
	q.filter.Author = asID[id.Person](v.Get("author"))
	if l := strings.TrimSpace(v.Get("label")); len(l) <= 60 {
		q.filter.Label = l
	}
	return q
}

// asID is an identifier of an address, or empty: a filter nobody can read
// filters nothing.
func asID[T ~string](s string) T {
	if !id.Valid(s) {
		return ""
	}
	return T(s)
}

// filtered tells whether anything is left out.
func (q calQuery) filtered() bool { return q.filters() > 0 }

// filters counts the filters at work.
func (q calQuery) filters() int {
	n := len(q.filter.Badges) + len(q.filter.Validation)
	for _, on := range []bool{q.filter.Channel != "", q.filter.Campaign != "", q.filter.Author != "", q.filter.Label != ""} {
		if on {
			n++
		}
	}
	return n
}

// values are the query without the view and the day.
func (q calQuery) values() url.Values {
	v := url.Values{}
	set := func(key, value string) {
		if value != "" {
			v.Set(key, value)
		}
	}
	set("channel", string(q.filter.Channel))
	set("campaign", string(q.filter.Campaign))
	set("author", string(q.filter.Author))
	set("label", q.filter.Label)
	for _, b := range q.filter.Badges {
		if b == publishing.NoBadge {
			b = noBadge
		}
		v.Add("badge", string(b))
	}
	for _, s := range q.filter.Validation {
		v.Add("validation", string(s))
	}
	return v
}

// at is the address of a view at a day, with the same filters.
func (c *cal) at(view string, day time.Time) string {
	v := c.q.values()
	v.Set("view", view)
	v.Set("date", day.Format(dayLayout))
	return c.base + "/calendar?" + v.Encode()
}

// without is this view with one filter less.
func (c *cal) without(change func(*publishing.Filter)) string {
	o := *c
	o.q.filter.Badges = slices.Clone(c.q.filter.Badges)
	o.q.filter.Validation = slices.Clone(c.q.filter.Validation)
	change(&o.q.filter)
	return o.at(c.q.view, c.q.day)
}

// step is the day of the period before (-1) or after (1).
func (q calQuery) step(by int) time.Time {
	switch q.view {
	case viewDay:
		return q.day.AddDate(0, 0, by)
	case viewWeek:
		return q.day.AddDate(0, 0, 7*by)
	}
	// The first of the month: the 31st has no like in most others.
	return time.Date(q.day.Year(), q.day.Month()+time.Month(by), 1, 0, 0, 0, 0, time.UTC)
}

// period is the days shown: [first, end).
func (q calQuery) period(week time.Weekday) (first, end time.Time) {
	switch q.view {
	case viewDay:
		return q.day, q.day.AddDate(0, 0, 1)
	case viewWeek:
		first = weekStart(q.day, week)
		return first, first.AddDate(0, 0, 7)
	case viewMonth:
		first = weekStart(time.Date(q.day.Year(), q.day.Month(), 1, 0, 0, 0, 0, time.UTC), week)
		return first, first.AddDate(0, 0, 42)
	}
	first = time.Date(q.day.Year(), q.day.Month(), 1, 0, 0, 0, 0, time.UTC)
	return first, first.AddDate(0, 1, 0)
}

func weekStart(day time.Time, first time.Weekday) time.Time {
	return day.AddDate(0, 0, -((int(day.Weekday()) - int(first) + 7) % 7))
}

// startOf is the instant at which a civil day begins in a zone: where the
// clocks jump at midnight, one o'clock.
func startOf(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.Date()
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	if t.Day() != d {
		t = time.Date(y, m, d, 1, 0, 0, 0, zone)
	}
	return t
}

const viewCookie = "vigie_calendar"

// rememberView keeps the view for this person on this browser.
func rememberView(w http.ResponseWriter, r *ui.Request, view string) {
	if rememberedView(r) == view {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: viewCookie, Value: view + "." + string(r.Person.ID), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil})
}

func rememberedView(r *ui.Request) string {
	c, err := r.Cookie(viewCookie)
	if err != nil {
		return viewWeek
	}
	view, who, _ := strings.Cut(c.Value, ".")
	if who != string(r.Person.ID) || !slices.Contains(calViews(), view) {
		return viewWeek
	}
	return view
}

// jump is a night on which the clocks change: at From they show To.
type jump struct {
	From, To string // "02:00"
	Twice    bool   // the hours between are shown twice; otherwise skipped
}

// jumpOn finds the change of the clocks on a civil day, if any.
func jumpOn(day time.Time, zone *time.Location) (jump, bool) {
	start, end := startOf(day, zone), startOf(day.AddDate(0, 0, 1), zone)
	// From the minute before: where the clocks jump at midnight, the day begins
	// after the jump that is its own.
	_, before := start.Add(-time.Minute).Zone()
	if _, after := end.Add(-time.Minute).Zone(); after == before {
		return jump{}, false
	}
	for t := start.Add(-15 * time.Minute); t.Before(end); t = t.Add(15 * time.Minute) {
		next := t.Add(15 * time.Minute)
		if _, after := next.Zone(); after != before {
			// What the clocks would have shown, and what they show.
			would := next.UTC().Add(time.Duration(before) * time.Second)
			return jump{From: would.Format("15:04"), To: next.Format("15:04"), Twice: after < before}, true
		}
	}
	return jump{}, false
}

// wallOf is what the brand's clocks show at an instant.
func wallOf(t time.Time, zone *time.Location) string { return t.In(zone).Format(clock.WallLayout) }
