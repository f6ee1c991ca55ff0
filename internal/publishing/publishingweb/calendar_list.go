package publishingweb

import (
	"time"

	"vigie/internal/publishing"
)

// maxList is about how many posts one page of the list holds; a day is never
// cut, and the rest follows from its own address.
const maxList = 300

// dayList is a month as dense rows.
type dayList struct {
	Days []listDay
	// Rest is where the list goes on, empty at its end.
	Rest      string
	RestLabel string
	School    []string // the school holidays, a line each
}

type listDay struct {
	Day         time.Time
	Label       string
	Today       bool
	Jump, JumpT string
	Marks       []mark
	Cards       []card
}

func (c *cal) list() dayList {
	var l dayList
	days, n := c.byDay(), 0
	l.School = c.schoolLines()
	// Within a month the list begins where the address says, when that is not
	// the beginning: it is the way on from a page that was full.
	from := c.first
	if c.r.URL.Query().Get("from") == c.q.day.Format(dayLayout) {
		from = c.q.day
	}
	for day := from; day.Before(c.end); day = day.AddDate(0, 0, 1) {
		cards, marks := days[day], c.marksOn(day)
		if len(cards) == 0 && len(marks) == 0 {
			continue
		}
		if n >= maxList {
			l.Rest = c.at(viewList, day) + "&from=" + day.Format(dayLayout)
			l.RestLabel = c.r.T("publishing.calendar.list_rest", "day", c.loc.Date(c.noon(day)))
			break
		}
		n += len(cards)
		x := listDay{Day: day, Label: capital(c.loc.Date(c.noon(day))), Today: day.Equal(c.today), Cards: cards, Marks: marks}
		x.Jump, x.JumpT = c.jumpWords(day)
		l.Days = append(l.Days, x)
	}
	return l
}

// column is one of the board: some states of the publication together.
type column struct {
	Key    string // ends the message key, and names where a card may be dropped
	Badges []publishing.Badge
	Cards  []card
	N      int    // of the month, with those not drawn
	More   string // the list of all
}

// maxPile bounds the cards of a column.
const maxPile = 50

func (c *cal) board() []column {
	cols := []column{
		{Key: "draft", Badges: []publishing.Badge{publishing.NoBadge}},
		{Key: "scheduled", Badges: []publishing.Badge{publishing.Scheduled}},
		{Key: "leaving", Badges: []publishing.Badge{publishing.InProgress, publishing.WithPerson, publishing.ToCheck}},
		{Key: "trouble", Badges: []publishing.Badge{publishing.AllFailed, publishing.Partial, publishing.OnHold}},
		{Key: "published", Badges: []publishing.Badge{publishing.Published, publishing.TakenBack}},
	}
	at := map[publishing.Badge]*column{}
	for i := range cols {
		for _, b := range cols[i].Badges {
			at[b] = &cols[i]
		}
	}
	put := func(p publishing.Row) {
		col := at[p.Badge]
		if col == nil {
			return
		}
		if col.N++; len(col.Cards) < maxPile {
			k := c.card(p)
			k.Movable = c.mayPublish && (p.Badge == publishing.NoBadge || p.Badge == publishing.Scheduled)
			col.Cards = append(col.Cards, k)
		}
	}
	for _, p := range c.rows {
		put(p)
	}
	for _, p := range c.unplanned {
		put(p)
	}
	for i := range cols {
		if cols[i].N > len(cols[i].Cards) {
			o := *c
			o.q.filter.Badges = cols[i].Badges
			cols[i].More = o.at(viewList, c.q.day)
		}
	}
	return cols
}
