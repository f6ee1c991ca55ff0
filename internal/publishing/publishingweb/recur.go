package publishingweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

func (f *Face) recurRoutes() []ui.Route {
	drafts, write := ui.In(team.SeeDrafts), ui.In(team.WritePosts)
	const repeat = "/b/{brand}/posts/{post}/repeat"
	return []ui.Route{
		{Method: "GET", Path: repeat, Guard: write, Handle: f.repeat},
		{Method: "POST", Path: repeat, Guard: write, Handle: f.repeatDo},
		{Method: "GET", Path: "/b/{brand}/series", Guard: drafts, Handle: f.allSeries},
		{Method: "POST", Path: "/b/{brand}/series/{series}/end", Guard: write, Handle: f.endSeries},
	}
}

// repeatView is how a post comes back.
type repeatView struct {
	r       *ui.Request
	post    publishing.Post
	series  *publishing.Series
	all     []publishing.Occurrence
	form    *ui.Form
	next    []string // hours that the rule of the form gives
	busy    []string
	publish bool
}

func (v repeatView) at() string { return postPath(v.r.Brand.ID, v.post.ID) + "/repeat" }

func (f *Face) repeat(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.post(r)
	if err != nil {
		return err
	}
	return f.repeatPage(w, r, repeatView{post: p})
}

func (f *Face) repeatPage(w http.ResponseWriter, r *ui.Request, v repeatView) (err error) {
	v.r, v.publish = r, r.May(team.PublishPosts)
	if v.series, err = f.Room.SeriesOf(r.Context(), r.Actor, r.Brand.ID, v.post.ID); err != nil {
		return err
	}
	if v.series != nil {
		if v.all, err = f.Room.Occurrences(r.Context(), r.Actor, r.Brand.ID, v.series.ID); err != nil {
			return err
		}
	}
	fr := ui.Frame{Title: r.T("recur.title"), Sub: v.post.Title, Active: "calendar"}
	if v.form != nil && (v.form.General() != "" || v.form.Error("rule") != "") {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, repeatShow(v))
}

func (f *Face) repeatDo(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.post(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	v := repeatView{post: p, form: form}
	switch form.Get("do") {
	case "following":
		n, err := f.Room.ChangeFollowing(r.Context(), r.Actor, r.Brand.ID, p.ID)
		if err != nil && form.Refused(r, err) {
			return f.repeatPage(w, r, v)
		}
		if err != nil {
			return err
		}
		ui.Say(r, ui.Toast{Text: r.T("recur.changed", "n", n)})
		return ui.Redirect(w, r, postPath(r.Brand.ID, p.ID)+"/repeat")
	case "make":
		rule, err := ruleOf(form)
		if err == nil {
			_, err = f.Room.MakeSeries(r.Context(), r.Actor, r.Brand.ID, p.ID, rule.String(), form.On("schedule"))
		}
		if err != nil && form.Refused(r, err) {
			return f.repeatPage(w, r, v)
		}
		if err != nil {
			return err
		}
		return ui.Redirect(w, r, postPath(r.Brand.ID, p.ID)+"/repeat")
	}
	rule, err := ruleOf(form)
	if err == nil && p.Planned.Local == "" {
		err = fault.New(fault.Invalid, "recur.needs_hour")
	}
	if err == nil {
		v.next, err = rule.Occurrences(p.Planned.Local, r.Loc.Now().AddDate(2, 0, 0).Format(time.DateOnly), 8)
	}
	if err != nil && form.Refused(r, err) {
		return f.repeatPage(w, r, v)
	}
	if err != nil {
		return err
	}
	if v.busy, err = f.Room.ManyADay(r.Context(), r.Actor, r.Brand.ID, channelsOf(p), v.next[1:]); err != nil {
		return err
	}
	return f.repeatPage(w, r, v)
}

// ruleOf reads the form of a rule.
func ruleOf(form *ui.Form) (publishing.Rule, error) {
	r := publishing.Rule{Freq: form.Get("freq"), Interval: 1}
	if n, err := strconv.Atoi(form.Get("interval")); err == nil {
		r.Interval = n
	}
	switch r.Freq {
	case "WEEKLY":
		for _, d := range form.All("day") {
			if n, err := strconv.Atoi(d); err == nil && n >= 0 && n <= 6 {
				r.Days = append(r.Days, time.Weekday(n))
			}
		}
	case "MONTHLY":
		switch on := form.Get("month_on"); on {
		case "last":
			r.MonthDays = []int{-1}
		case "nth":
			n, _ := strconv.Atoi(form.Get("nth"))
			d, _ := strconv.Atoi(form.Get("nth_day"))
			r.Nth, r.Days = n, []time.Weekday{time.Weekday(d % 7)}
		}
	}
	switch form.Get("end") {
	case "until":
		r.Until = form.Get("until")
	case "count":
		r.Count, _ = strconv.Atoi(form.Get("count"))
		if r.Count < 1 {
			r.Count = -1
		}
	}
	return r, r.Valid()
}

func (f *Face) endSeries(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[publishing.SeriesID](r, "series")
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	n, err := f.Room.EndSeries(r.Context(), r.Actor, r.Brand.ID, key, form.Get("do") == "bin")
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("recur.ended_toast", "n", n)})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/series")
}

// seriesView is the list of what comes back.
type seriesView struct {
	base string
	list []seriesLine
}

type seriesLine struct {
	publishing.Series
	Words string
	Href  string
}

func (f *Face) allSeries(w http.ResponseWriter, r *ui.Request) error {
	all, err := f.Room.AllSeries(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	v := seriesView{base: "/b/" + string(r.Brand.ID)}
	for _, s := range all {
		l := seriesLine{Series: s, Words: ruleWords(r.Loc, s)}
		occ, err := f.Room.Occurrences(r.Context(), r.Actor, r.Brand.ID, s.ID)
		if err != nil {
			return err
		}
		now := r.Loc.Now().In(r.Loc.Zone).Format(clock.WallLayout)
		if i := slices.IndexFunc(occ, func(o publishing.Occurrence) bool { return o.Local >= now }); i >= 0 {
			l.Href = postPath(r.Brand.ID, occ[i].Post) + "/repeat"
		} else if len(occ) > 0 {
			l.Href = postPath(r.Brand.ID, occ[len(occ)-1].Post) + "/repeat"
		}
		v.list = append(v.list, l)
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("recur.list"), Active: "calendar"}, seriesPage(v))
}

// ruleWords says a rule as a person would.
func ruleWords(l *i18n.Loc, s publishing.Series) string {
	r, err := publishing.ParseRule(s.Rule)
	if err != nil {
		return s.Rule
	}
	start, err := time.Parse(clock.WallLayout, s.Start.Local)
	if err != nil {
		return s.Rule
	}
	var days []string
	for _, d := range r.Days {
		days = append(days, l.Weekday(d))
	}
	out := l.T("recur.every."+strings.ToLower(r.Freq), "n", r.Interval)
	switch {
	case r.Nth != 0:
		out += " " + l.T("recur.nth."+strconv.Itoa(r.Nth), "day", days[0])
	case slices.Contains(r.MonthDays, -1):
		out += " " + l.T("recur.last_day")
	case r.Freq == "MONTHLY":
		out += " " + l.T("recur.on_date", "day", start.Day())
	case len(days) > 0:
		out += " " + l.T("recur.on_days", "n", len(days), "days", l.List(days...))
	case r.Freq == "WEEKLY":
		out += " " + l.T("recur.on_days", "n", 1, "days", l.Weekday(start.Weekday()))
	}
	out += " " + l.T("recur.at", "hour", start.Format("15:04"))
	switch {
	case r.Count > 0:
		out += ", " + l.T("recur.times", "n", r.Count)
	case r.Until != "":
		if until, err := time.Parse(time.DateOnly, r.Until); err == nil {
			out += ", " + l.T("recur.until", "day", l.In("UTC").LongDate(until))
		}
	}
	return out
}

func (v repeatView) wallWords(local string) string {
	at, err := time.Parse(clock.WallLayout, local)
	if err != nil {
		return local
	}
	l := v.r.Loc.In("UTC") // what the wall shows, and no other zone
	return l.Weekday(at.Weekday()) + " " + l.LongDate(at) + " · " + l.Time(at)
}

func (v repeatView) nextOnes() []publishing.Occurrence {
	i := slices.IndexFunc(v.all, func(o publishing.Occurrence) bool { return o.Post == v.post.ID })
	out := v.all[max(0, i):]
	return out[:min(len(out), 12)]
}

func (v repeatView) weekdays() []ui.Option {
	var out []ui.Option
	for i := range 7 {
		d := time.Weekday((i + 1) % 7)
		out = append(out, ui.Option{Value: strconv.Itoa(int(d)), Label: v.r.Loc.Weekday(d)})
	}
	return out
}

// startDay is the weekday of the post, chosen before anything is.
func (v repeatView) startDay() string {
	at, err := time.Parse(clock.WallLayout, v.post.Planned.Local)
	if err != nil {
		return "1"
	}
	return strconv.Itoa(int(at.Weekday()))
}

func (v repeatView) dayOn(day string) bool {
	if v.form != nil {
		return slices.Contains(v.form.All("day"), day)
	}
	return day == v.startDay()
}

func (v repeatView) nths() []ui.Option {
	var out []ui.Option
	for _, n := range []string{"1", "2", "3", "4", "-1"} {
		out = append(out, ui.Option{Value: n, Label: v.r.T("recur.nth_short." + n)})
	}
	return out
}

func seriesSignal(s publishing.SeriesState) ui.Signal {
	switch s {
	case publishing.SeriesRunning:
		return ui.Calm
	case publishing.SeriesStopped:
		return ui.Alert
	}
	return ui.Info
}

// titleOfModel is what a list calls a series.
func titleOfModel(ctx context.Context, m publishing.Model) string {
	if m.Title != "" {
		return m.Title
	}
	if t := textkit.Excerpt(strings.TrimSpace(m.Text), 80); t != "" {
		return t
	}
	return i18n.T(ctx, "recur.untitled")
}
