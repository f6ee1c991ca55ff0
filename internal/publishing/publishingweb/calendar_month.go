package publishingweb

import (
	"strconv"
	"time"
)

// maxChips are the posts of a day in a month; the others are behind "et n
// autres", so that a month of thousands is a page like any other.
const (
	maxChips = 4
	maxBands = 2
	// maxDayList bounds the list of the chosen day on the phone.
	maxDayList = 40
)

// month is six weeks of days.
type month struct {
	Heads    []monthHead
	Cells    []monthCell
	Chosen   []card // of the chosen day, for the phone
	Leftover int    // of the chosen day, beyond Chosen
	Of       dayMarks
}

type monthHead struct{ Long, Letter string }

type monthCell struct {
	Day         time.Time
	Num         string
	Sup         string // "er" after the first of a month, in French
	Label       string // "Mardi 10 novembre, 5 publications"
	Out, Off    bool
	Today, Sel  bool
	Jump, JumpT string
	Marks       []mark
	School      *monthBand // nil: none
	Bands       []monthBand
	Chips       []card
	More        int
}

// monthBand is a day of a campaign; without a name, the band passes through.
type monthBand struct {
	Text, Title, Colour string
	Begins, Empty       bool
}

func (c *cal) month() month {
	var m month
	days := c.byDay()
	for i := range 7 {
		name := c.loc.Weekday(c.first.AddDate(0, 0, i).Weekday())
		m.Heads = append(m.Heads, monthHead{Long: name, Letter: capital(name)[:1]})
	}
	for monday := c.first; monday.Before(c.end); monday = monday.AddDate(0, 0, 7) {
		rows := c.bands(monday, monday.AddDate(0, 0, 7))
		if len(rows) > maxBands {
			rows = rows[:maxBands]
		}
		school := c.schoolBands(monday, monday.AddDate(0, 0, 7))
		for i := range 7 {
			m.Cells = append(m.Cells, c.cell(monday.AddDate(0, 0, i), i, rows, school, days))
		}
	}
	all := days[c.q.day]
	m.Chosen = all[:min(len(all), maxDayList)]
	m.Leftover = len(all) - len(m.Chosen)
	m.Of = c.dayMarks(c.q.day)
	return m
}

func (c *cal) cell(day time.Time, at int, rows []bandRow, school []schoolBand, days map[time.Time][]card) monthCell {
	cards := days[day]
	x := monthCell{Day: day, Num: strconv.Itoa(day.Day()), Out: day.Month() != c.q.day.Month(), Off: off(day), Today: day.Equal(c.today), Sel: day.Equal(c.q.day),
		Label: capital(c.loc.Date(c.noon(day)))}
	if day.Day() == 1 && c.loc.Lang == "fr" {
		x.Sup = "er"
	}
	if len(cards) > 0 {
		x.Label = c.r.T("publishing.calendar.day_posts", "day", x.Label, "n", len(cards))
	}
	x.Jump, x.JumpT = c.jumpWords(day)
	if x.Marks = c.marksOn(day); len(x.Marks) > 0 {
		x.Off = x.Off || holiday(x.Marks)
		x.Label = c.r.T("queue.day_marked", "day", x.Label, "marks", markWords(x.Marks))
	}
	for _, b := range school {
		if at+1 >= b.From && at+1 < b.To {
			x.School = &monthBand{Title: b.Title, Begins: b.Begins && at+1 == b.From}
			if at+1 == b.From {
				x.School.Text = b.Short
			}
		}
	}
	x.Bands = cellBands(rows, at, c.r.T)
	limit := max(2, maxChips-len(x.Bands))
	if len(cards) > limit {
		x.More, cards = len(cards)-limit, cards[:limit]
	}
	x.Chips = cards
	return x
}

// cellBands are the bands of one day, each on its row of the week so that it
// runs on from the day before.
func cellBands(rows []bandRow, at int, t func(string, ...any) string) []monthBand {
	var out []monthBand
	last := 0
	for _, row := range rows {
		x := monthBand{Empty: true}
		for _, b := range row {
			if at+1 < b.From || at+1 >= b.To {
				continue
			}
			x = monthBand{Title: b.Title, Colour: b.Colour, Begins: b.Begins && at+1 == b.From}
			if at+1 == b.From {
				x.Text = b.Name
				if !b.Begins {
					x.Text = t("publishing.calendar.campaign_goes_on", "name", b.Name)
				}
			}
		}
		out = append(out, x)
		if !x.Empty {
			last = len(out)
		}
	}
	return out[:last]
}
