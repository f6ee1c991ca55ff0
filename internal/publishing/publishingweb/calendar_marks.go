package publishingweb

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/holidays"
	"vigie/internal/publishing"
	"vigie/internal/ui"
)

// SilentDay is a day of the brand's own on which it keeps silent, or minds what
// it says.
type SilentDay struct {
	Name, Why string
	Stops     bool // nothing leaves that day
}

// Kinds of marks, as message keys and classes name them.
const (
	markPublic    = "public"
	markLocal     = "local"
	markSensitive = "sensitive"
	markSilent    = "silent"
	markMinded    = "minded"
)

// mark is what a day of the calendar is, beside its posts.
type mark struct {
	Kind  string
	Text  string // "Armistice"
	Title string // "Jour férié : Armistice"
}

// readMarks reads which days are drawn, with two queries whatever the days.
func (f *Face) readMarks(c *cal) (err error) {
	ctx, a, b := c.r.Context(), c.r.Actor, c.r.Brand.ID
	if c.marks, err = f.Room.CalendarMarks(ctx, a, b); err != nil {
		return err
	}
	if f.Silent != nil && c.marks.Own {
		c.silent, err = f.Silent(ctx, a, b)
	}
	return err
}

// marksOn are the marks of a civil day: the brand's own first, they ask most.
func (c *cal) marksOn(day time.Time) []mark {
	var out []mark
	add := func(kind, text string) {
		out = append(out, mark{kind, text, c.loc.T("queue.mark."+kind, "name", text)})
	}
	if c.silent != nil {
		for _, d := range c.silent(day.Format(dayLayout)) {
			kind := markMinded
			if d.Stops {
				kind = markSilent
			}
			add(kind, d.Name)
			if d.Why != "" {
				out[len(out)-1].Title += ". " + d.Why
			}
		}
	}
	if c.marks.Public {
		for _, d := range holidays.PublicAll(day) {
			switch {
			case !d.Local:
				add(markPublic, c.loc.T("queue.holiday."+d.Key))
			case c.marks.Local:
				add(markLocal, c.loc.T("queue.holiday."+d.Key))
			}
		}
	}
	if c.marks.Sensitive {
		for _, d := range holidays.Sensitive(day) {
			if !slices.ContainsFunc(out, func(m mark) bool { return m.Kind == markPublic && bothNames[d.Key] }) {
				add(markSensitive, c.loc.T("queue.memory."+d.Key))
			}
		}
	}
	return out
}

// bothNames are commemorations that are public holidays: one name is enough.
var bothNames = map[string]bool{"victory": true, "armistice": true}

// holiday tells whether a day is a public holiday of the brand's calendar.
func holiday(marks []mark) bool {
	return slices.ContainsFunc(marks, func(m mark) bool { return m.Kind == markPublic || m.Kind == markLocal })
}

// markWords are the marks of a day in one sentence, for who does not see them.
func markWords(marks []mark) string {
	var out []string
	for _, m := range marks {
		out = append(out, m.Title)
	}
	return strings.Join(out, ". ")
}

// schoolOn is the school holiday of a civil day: which, and in which of the
// chosen zones.
func (c *cal) schoolOn(day time.Time) (key string, zones []string) {
	if len(c.marks.Zones) == 0 {
		return "", nil
	}
	if c.breaks == nil {
		c.breaks = append([]holidays.Break{}, holidays.School(c.first.Format(dayLayout), c.end.Format(dayLayout))...)
	}
	at := day.Format(dayLayout)
	for _, b := range c.breaks {
		if at < b.From || at > b.To {
			continue
		}
		if b.Zone == "" {
			return b.Key, c.marks.Zones
		}
		if slices.Contains(c.marks.Zones, b.Zone) {
			key, zones = b.Key, append(zones, b.Zone)
		}
	}
	slices.Sort(zones)
	return key, zones
}

// schoolBand is a stretch of days with the same school holidays.
type schoolBand struct {
	band
	Short string // "Vacances A, B"
}

// schoolBands are the school holidays of [first, end), cut where the zones
// change.
func (c *cal) schoolBands(first, end time.Time) []schoolBand {
	var out []schoolBand
	last, n := "", 0
	for day := first; day.Before(end); day = day.AddDate(0, 0, 1) {
		n++
		key, zones := c.schoolOn(day)
		if key == "" {
			last = ""
			continue
		}
		if now := key + strings.Join(zones, ""); now != last {
			was, wasZones := c.schoolOn(day.AddDate(0, 0, -1))
			x := schoolBand{Short: c.r.T("queue.school_short", "zones", strings.Join(zones, ", "))}
			x.From, x.Begins = n, was != key || len(wasZones) != len(zones)
			x.Title = c.r.T("queue.school."+key, "n", len(zones), "zones", strings.Join(zones, ", "))
			out, last = append(out, x), now
		}
		out[len(out)-1].To = n + 1
	}
	return out
}

// schoolNotes say what the calendar does not know of the school holidays on the
// days shown: never a silence that reads like a term.
func (c *cal) schoolNotes() []string {
	if len(c.marks.Zones) == 0 || c.q.view == viewBoard {
		return nil
	}
	var out []string
	last := c.end.AddDate(0, 0, -1).Format(dayLayout)
	if c.first.Format(dayLayout) < holidays.SchoolFrom {
		out = append(out, c.r.T("queue.school_before", "day", c.date(holidays.SchoolFrom)))
	}
	if last > holidays.SchoolUntil {
		out = append(out, c.r.T("queue.school_after", "day", c.date(holidays.SchoolUntil)))
	}
	for day := c.first; day.Before(c.end); day = day.AddDate(0, 0, 1) {
		if key, _ := c.schoolOn(day); key != "" && day.Format(dayLayout) > holidays.SchoolChecked {
			return append(out, c.r.T("queue.school_unchecked"))
		}
	}
	return out
}

// date writes a day of the table.
func (c *cal) date(s string) string {
	t, err := time.Parse(dayLayout, s)
	if err != nil {
		return s
	}
	return c.loc.LongDate(c.noon(t))
}

func (c *cal) hasZone(z string) bool { return slices.Contains(c.marks.Zones, z) }

// marksAt is where the choice of marks is sent, and comes back from.
func (c *cal) marksAt() string {
	return strings.Replace(c.at(c.q.view, c.q.day), "/calendar?", "/calendar/marks?", 1)
}

// dayMarks are the marks of a day, and its school holidays in words.
type dayMarks struct {
	Marks  []mark
	School string
}

func (c *cal) dayMarks(day time.Time) dayMarks {
	d := dayMarks{Marks: c.marksOn(day)}
	if key, zones := c.schoolOn(day); key != "" {
		d.School = c.r.T("queue.school."+key, "n", len(zones), "zones", strings.Join(zones, ", "))
	}
	return d
}

// schoolLines are the school holidays of the days shown, one a line: for the
// list, which has no band.
func (c *cal) schoolLines() []string {
	var out []string
	for _, b := range c.schoolBands(c.first, c.end) {
		out = append(out, c.r.T("queue.school_line", "what", b.Title, "days", c.loc.Range(c.noon(c.first.AddDate(0, 0, b.From-1)), c.noon(c.first.AddDate(0, 0, b.To-2)))))
	}
	return out
}

// calendarMarks keeps which days the brand's calendar draws.
func (f *Face) calendarMarks(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	m := publishing.Marks{Public: form.Get("public") != "", Local: form.Get("local") != "", Sensitive: form.Get("sensitive") != "", Own: form.Get("own") != "", Zones: form.All("zone")}
	if _, err := f.Room.SetMarks(r.Context(), r.Actor, r.Brand.ID, m); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("queue.marks_saved")})
	q := readCalQuery(r)
	c := &cal{q: q, base: "/b/" + string(r.Brand.ID)}
	return ui.Redirect(w, r, c.at(q.view, q.day))
}
