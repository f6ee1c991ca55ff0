package publishingweb

import (
	"sort"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/channel"
)

// A day of hours is a grid of quarters of an hour. A card is two hours high
// whatever it holds: it must say its hour, its words and its two states.
const (
	quarter   = 15 // minutes
	cardSpan  = 8  // quarters
	slotSpan  = 2
	dayBegins = 7  // the first hour shown while the night is folded
	dayEnds   = 23 // the hour at which the night begins
	// maxLanes are the cards that stand side by side; what has no place any
	// more is behind "et n autres".
	maxLanes, maxLanesDay = 2, 6
	// maxColumn bounds the cards of one day in a week, on the phone too.
	maxColumn = 24
)

// week is the days of a week, or one day, hour by hour.
type week struct {
	Days  []weekDay
	Bands []bandRow
	// School are the school holidays above the days.
	School []schoolBand
	Begin  int // first hour
	End    int // hour after the last
	Rows   int // quarters
	Night  bool
}

type weekDay struct {
	Day         time.Time
	Label       string // "Mardi 10 novembre"
	Today, Off  bool
	Jump, JumpT string
	Marks       []mark
	Night       []card // folded
	Items       []weekItem
	Short       string // "Mardi 10", for the phone
	Hidden      int    // cards beyond maxColumn
	Rests       []rest
}

// rest is cards for which a day of hours has no lane left.
type rest struct{ Row, N int }

// weekItem is one thing of a day, in the order of the hours: a card, a free
// slot or the line of now.
type weekItem struct {
	Card *card
	Slot *slotItem
	Now  bool
	Row  int
	Dy   string
	Min  int
}

type slotItem struct {
	Time, Href, Channels string
	Min, Row             int
	Hidden               bool // a card stands there: on the phone's list only
}

// bandRow is one row of campaigns above the days.
type bandRow []band

type band struct {
	Name, Title, Href, Colour string
	From, To                  int // columns, To excluded
	Begins                    bool
}

func (c *cal) week() week {
	w := week{Begin: dayBegins, End: dayEnds, Night: c.q.night}
	if c.q.night {
		w.Begin, w.End = 0, 24
	}
	w.Rows = (w.End - w.Begin) * 60 / quarter
	lanes := maxLanes
	if c.q.view == viewDay {
		lanes = maxLanesDay
	}
	days := c.byDay()
	for day := c.first; day.Before(c.end); day = day.AddDate(0, 0, 1) {
		d := weekDay{Day: day, Label: capital(c.loc.Date(c.noon(day))), Today: day.Equal(c.today), Off: off(day)}
		d.Short = capital(c.loc.Weekday(day.Weekday())) + " " + strconv.Itoa(day.Day())
		d.Jump, d.JumpT = c.jumpWords(day)
		d.Marks = c.marksOn(day)
		d.Off = d.Off || holiday(d.Marks)
		cards := days[day]
		if len(cards) > maxColumn {
			d.Hidden, cards = len(cards)-maxColumn, cards[:maxColumn]
		}
		var placed []card
		for _, k := range cards {
			if k.Min < w.Begin*60 || k.Min >= w.End*60 {
				k.Folded = true
				d.Night = append(d.Night, k)
				continue
			}
			k.Row, k.Span = (k.Min-w.Begin*60)/quarter+1, cardSpan
			placed = append(placed, k)
		}
		d.Rests = arrange(placed, lanes)
		d.Items = c.items(w, d, placed)
		w.Days = append(w.Days, d)
	}
	w.Bands, w.School = c.bands(c.first, c.end), c.schoolBands(c.first, c.end)
	return w
}

// arrange lays cards that meet side by side. A card without a lane (Lanes 0)
// is left to the list on the phone; the rests say where and how many.
func arrange(cards []card, lanes int) (rests []rest) {
	for from := 0; from < len(cards); {
		// A group meets without a break.
		to, end := from+1, cards[from].Row+cards[from].Span
		for to < len(cards) && cards[to].Row < end {
			end = max(end, cards[to].Row+cards[to].Span)
			to++
		}
		hidden := 0
		var free []int // the row at which each lane is free again
		for i := from; i < to; i++ {
			k := &cards[i]
			k.Lane = -1
			for l, f := range free {
				if f <= k.Row {
					k.Lane = l
					break
				}
			}
			if k.Lane < 0 && len(free) < lanes {
				k.Lane = len(free)
				free = append(free, 0)
			}
			if k.Lane < 0 {
				hidden++
				continue
			}
			free[k.Lane] = k.Row + k.Span
		}
		for i := from; i < to; i++ {
			if cards[i].Lane >= 0 {
				cards[i].Lanes = len(free)
			}
		}
		if hidden > 0 {
			below := 0
			for _, f := range free {
				below = max(below, f)
			}
			rests = append(rests, rest{below, hidden})
		}
		from = to
	}
	return rests
}

// items puts a day's cards, free slots and the line of now in order.
func (c *cal) items(w week, d weekDay, placed []card) []weekItem {
	var out []weekItem
	for i := range d.Night {
		out = append(out, weekItem{Card: &d.Night[i], Min: d.Night[i].Min})
	}
	for i := range placed {
		out = append(out, weekItem{Card: &placed[i], Min: placed[i].Min})
	}
	for _, s := range c.slotsOn(d.Day) {
		s.Row = (s.Min-w.Begin*60)/quarter + 1
		s.Hidden = s.Min < w.Begin*60 || s.Min >= w.End*60
		for _, k := range placed {
			s.Hidden = s.Hidden || k.Lanes > 0 && s.Row < k.Row+k.Span && k.Row < s.Row+slotSpan
		}
		out = append(out, weekItem{Slot: &s, Min: s.Min})
	}
	if d.Today {
		wall := c.now.In(c.zone)
		if at := wall.Hour()*60 + wall.Minute(); at >= w.Begin*60 && at < w.End*60 {
			past := at - w.Begin*60
			out = append(out, weekItem{Now: true, Min: at, Row: past/quarter + 1,
				Dy: strconv.FormatFloat(float64(past%quarter)/quarter*quarterRem, 'f', 3, 64) + "rem"})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Min < out[j].Min })
	return out
}

// quarterRem is the height of a quarter of an hour, as app.css has it.
const quarterRem = .71875

// slotsOn are a day's free slots, one for each hour whatever the channels.
func (c *cal) slotsOn(day time.Time) []slotItem {
	var out []slotItem
	var on []id.Channel
	var names []string
	flush := func() {
		if len(out) > 0 {
			out[len(out)-1].Href = c.composer(day.Format(dayLayout)+"T"+out[len(out)-1].Time, on)
			out[len(out)-1].Channels = c.loc.List(names...)
		}
		on, names = nil, nil
	}
	for _, s := range c.free {
		ch, known := c.channels[s.Slot.Channel]
		if s.Wall.Local[:len(dayLayout)] != day.Format(dayLayout) || !known || c.q.filter.Channel != "" && ch.ID != c.q.filter.Channel {
			continue
		}
		if len(out) == 0 || out[len(out)-1].Time != s.Slot.Local {
			flush()
			at := s.At.In(c.zone)
			out = append(out, slotItem{Time: s.Slot.Local, Min: at.Hour()*60 + at.Minute()})
		}
		on, names = append(on, ch.ID), append(names, channelName(ch))
	}
	flush()
	return out
}

func channelName(ch channel.Channel) string {
	return strings.TrimSpace(ch.Title + " " + ch.Handle)
}

// bands are the campaigns that touch [first, end), packed into rows.
func (c *cal) bands(first, end time.Time) []bandRow {
	var rows []bandRow
	var ends []int
	for _, k := range c.campaigns {
		if c.q.filter.Campaign != "" && k.ID != c.q.filter.Campaign {
			continue
		}
		from, ferr := time.Parse(dayLayout, k.From)
		to, terr := time.Parse(dayLayout, k.To)
		if ferr != nil || terr != nil || !from.Before(end) || to.Before(first) {
			continue
		}
		b := band{Name: k.Name, Colour: k.Colour, Begins: !from.Before(first), Href: c.campaignAt(k.ID),
			Title: c.r.T("publishing.calendar.campaign_days", "name", k.Name, "days", c.loc.Range(c.noon(from), c.noon(to)))}
		b.From = 1 + int(later(from, first).Sub(first)/(24*time.Hour))
		b.To = 2 + int(sooner(to, end.AddDate(0, 0, -1)).Sub(first)/(24*time.Hour))
		row := -1
		for i, e := range ends {
			if e <= b.From {
				row = i
				break
			}
		}
		if row < 0 {
			row, rows, ends = len(rows), append(rows, nil), append(ends, 0)
		}
		rows[row], ends[row] = append(rows[row], b), b.To
	}
	return rows
}

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// campaignAt is this view with one campaign only; from there, all again.
func (c *cal) campaignAt(k id.Campaign) string {
	o := *c
	o.q.filter.Campaign = k
	if c.q.filter.Campaign == k {
		o.q.filter.Campaign = ""
	}
	return o.at(c.q.view, c.q.day)
}

// nets is how many channels a card has room for.
func (w week) nets() int {
	if len(w.Days) == 1 {
		return 8
	}
	return 2
}
