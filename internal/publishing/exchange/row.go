package exchange

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"vigie/internal/base/clock"
	"vigie/internal/base/textkit"
)

// Picture is a media that a row names, by its address.
type Picture struct {
	URL string `json:"url"`
	Alt string `json:"alt,omitempty"`
}

// Target is where a row goes, as the file calls it.
type Target struct {
	Name    string `json:"name"`              // the cell's own words
	Network string `json:"network,omitempty"` // facebook, mastodon…; empty: not said
	Handle  string `json:"handle,omitempty"`
}

// Key tells targets apart.
func (t Target) Key() string { return t.Network + ":" + textkit.Fold(t.Handle) }

// Own is the text for one network or account alone.
type Own struct {
	Target Target `json:"target"`
	Text   string `json:"text"`
}

// Row is what a file says of one post.
type Row struct {
	Line  int    `json:"line"`
	Title string `json:"title,omitempty"`
	Text  string `json:"text"`
	Own   []Own  `json:"own,omitempty"`
	// Local is the hour on the wall in clock.WallLayout, Zone the file's own
	// when it has one; At is set instead when the file gives an instant.
	Local        string            `json:"local,omitempty"`
	Zone         string            `json:"zone,omitempty"`
	At           time.Time         `json:"at,omitzero"`
	NoHour       bool              `json:"no_hour,omitempty"` // a day, but no hour
	Targets      []Target          `json:"targets,omitempty"`
	Pictures     []Picture         `json:"pictures,omitempty"`
	Link         string            `json:"link,omitempty"`
	Labels       []string          `json:"labels,omitempty"`
	FirstComment string            `json:"first_comment,omitempty"`
	Draft        bool              `json:"draft,omitempty"`
	Extra        map[string]string `json:"extra,omitempty"` // columns that nobody knows
	Faults       []Fault           `json:"faults,omitempty"`
}

// Bad tells whether the row cannot come in.
func (r Row) Bad() bool { return slices.ContainsFunc(r.Faults, func(f Fault) bool { return !f.Mild }) }

// Reading is how a file is read: its shape and the answers to what was asked.
type Reading struct {
	Shape Shape `json:"shape"`
	// Order settles days and months; Unsure takes what the column proves.
	Order Order `json:"order,omitempty"`
	Dates Dates `json:"dates"`
	Rows  int   `json:"rows"`
	// Unused are the columns that hold something and that nobody knows.
	Unused []Column `json:"unused,omitempty"`
	// Targets are the names of networks and accounts in the file.
	Targets []Target `json:"targets,omitempty"`
}

// Survey reads the whole file once with a shape, to know what must be asked.
// A nil shape is recognised.
func Survey(f *File, shape *Shape) (Reading, error) {
	first, err := f.First(30)
	if err != nil {
		return Reading{}, err
	}
	if len(first) == 0 {
		return Reading{}, errEmpty
	}
	r := Reading{}
	if shape != nil {
		r.Shape = *shape
	} else {
		r.Shape = Detect(first)
	}
	for i := range r.Shape.Columns {
		r.Shape.Columns[i].Filled = 0
	}
	seen := map[string]bool{}
	begun := false
	err = f.Each(func(rec Record) error {
		if !begun {
			if begun = true; r.Shape.Headed {
				return nil
			}
		}
		r.Rows++
		for i, cell := range rec.Cells {
			if strings.TrimSpace(cell) == "" {
				continue
			}
			for len(r.Shape.Columns) <= i {
				r.Shape.Columns = append(r.Shape.Columns, Column{Header: letter(len(r.Shape.Columns))})
			}
			c := &r.Shape.Columns[i]
			c.Filled++
			if c.Field == When || c.Field == Day {
				r.Dates.see(cell, f.Since1904)
			}
		}
		for _, t := range r.Shape.targets(rec) {
			if !seen[t.Key()] && len(r.Targets) < 200 {
				seen[t.Key()], r.Targets = true, append(r.Targets, t)
			}
		}
		return nil
	})
	for _, c := range r.Shape.Columns {
		if c.Field == None && c.Filled > 0 {
			r.Unused = append(r.Unused, c)
		}
	}
	return r, err
}

// Each gives every row of the file as r reads it, good and bad, in order.
func (r Reading) Each(f *File, fn func(Row) error) error {
	order := r.Order
	if order == Unsure {
		order = r.Dates.Order
	}
	begun := false
	return f.Each(func(rec Record) error {
		if !begun {
			if begun = true; r.Shape.Headed {
				return nil
			}
		}
		return fn(r.Shape.row(rec, order, f.Since1904))
	})
}

// targets are the places that a record names.
func (s Shape) targets(rec Record) (out []Target) {
	add := func(t Target) {
		if !slices.ContainsFunc(out, func(o Target) bool { return o.Key() == t.Key() }) {
			out = append(out, t)
		}
	}
	for i, c := range s.Columns {
		if i >= len(rec.Cells) {
			break
		}
		cell := strings.TrimSpace(Unguard(rec.Cells[i]))
		switch {
		case cell == "":
		case c.Field == Flag && yes(cell):
			add(Target{Name: c.Header, Network: c.Network})
		case c.Field == Channel:
			for _, t := range targetsOf(cell) {
				add(t)
			}
		}
	}
	return out
}

// targetsOf cuts a cell that names one or several places.
func targetsOf(cell string) (out []Target) {
	for _, name := range strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ';' || r == '|' || r == '\n' || r == '+' }) {
		name = strings.Trim(strings.TrimSpace(name), `"'[]`)
		if name == "" {
			continue
		}
		t := Target{Name: name, Network: NetworkOf(name)}
		if t.Network == "" {
			t.Handle = name
			// "mastodon:kerlann@mastodon.social", "Facebook - Ma Page", "Instagram (@kerlann)"
			for _, sep := range []string{":", " - ", " – ", "/", " ("} {
				before, after, found := strings.Cut(name, sep)
				if n := NetworkOf(before); found && n != "" {
					t.Network, t.Handle = n, strings.Trim(strings.TrimSpace(after), ")")
					break
				}
				if found && sep == ":" && ownNetwork(before) {
					t.Network, t.Handle = before, strings.TrimSpace(after)
					break
				}
			}
		}
		t.Handle = strings.TrimPrefix(t.Handle, "@")
		out = append(out, t)
	}
	return out
}

// ownNetwork tells whether a word before a colon may be a network of ours that
// this package has not heard of.
func ownNetwork(s string) bool {
	return s != "" && s != "http" && s != "https" && !strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}

func yes(cell string) bool {
	switch plain(cell) {
	case "true", "yes", "oui", "vrai", "1", "x", "y", "o", "on", "ok":
		return true
	}
	return strings.ContainsAny(cell, "✓✔✅☑")
}

func no(cell string) bool {
	switch plain(cell) {
	case "false", "no", "non", "faux", "0", "n", "off", "":
		return true
	}
	return false
}

// row reads one record.
func (s Shape) row(rec Record, order Order, since1904 bool) Row {
	row := Row{Line: rec.Line, Targets: s.targets(rec)}
	if rec.Fault != nil {
		row.Faults = append(row.Faults, *rec.Fault)
	}
	var day, hour moment
	var hourAt Column
	var alts []string
	wrong := func(c Column, cell, key string) {
		row.Faults = append(row.Faults, Fault{Line: rec.Line, Column: c.Header, Value: excerpt(cell), Key: key})
	}
	mild := func(c Column, cell, key string) {
		row.Faults = append(row.Faults, Fault{Line: rec.Line, Column: c.Header, Value: excerpt(cell), Key: key, Mild: true})
	}
	for i, cell := range rec.Cells {
		if i >= len(s.Columns) || strings.TrimSpace(cell) == "" {
			continue
		}
		c := s.Columns[i]
		cell, _ := textkit.Clean(Unguard(cell))
		tight := strings.TrimSpace(cell)
		switch c.Field {
		case Text:
			if c.Network == "" {
				row.Text = strings.TrimRightFunc(cell, unicode.IsSpace)
			} else {
				row.Own = append(row.Own, Own{Target: Target{Name: c.Header, Network: c.Network, Handle: c.Handle}, Text: strings.TrimRightFunc(cell, unicode.IsSpace)})
			}
		case Title:
			row.Title = tight
		case When, Day:
			m, ok := parse(cell, since1904)
			if ok && m.first > 0 && order == Unsure && m.says() == Unsure && m.open() {
				wrong(c, tight, "exchange.which_day")
				continue
			}
			if ok {
				use := order
				if use == Unsure {
					use = m.says()
				}
				m, ok = m.sure(use)
			}
			if !ok || !m.hasDay {
				wrong(c, tight, "exchange.date")
				continue
			}
			day = m
		case Hour:
			m, ok := parse(cell, since1904)
			if !ok || !m.hasHour {
				if n := number(tight); len(tight) <= 2 && n <= 23 && (n > 0 || strings.Trim(tight, "0") == "") {
					m, ok = moment{hour: n, hasHour: true}, true
				}
			}
			if tight == "0" || tight == "1" && since1904 {
				m, ok = moment{hasHour: true}, true // midnight, as a workbook keeps it
			}
			if !ok || !m.hasHour {
				wrong(c, tight, "exchange.hour")
				continue
			}
			hour, hourAt = m, c
		case Zone:
			row.Zone = tight
		case Media:
			for _, u := range splitURLs(cell) {
				if !isURL(u) {
					wrong(c, u, "exchange.address")
					continue
				}
				row.Pictures = append(row.Pictures, Picture{URL: u})
			}
		case Alt:
			alts = append(alts, tight)
		case Link:
			if !isURL(tight) && strings.Contains(tight, ".") && isURL("https://"+tight) {
				tight = "https://" + tight
			}
			if !isURL(tight) {
				wrong(c, tight, "exchange.address")
				continue
			}
			row.Link = tight
		case Labels:
			for _, l := range strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ';' || r == '|' || r == '\n' }) {
				if l = strings.TrimSpace(l); l != "" {
					row.Labels = append(row.Labels, l)
				}
			}
		case FirstComment:
			row.FirstComment = tight
		case Draft:
			if !yes(tight) && !no(tight) {
				mild(c, tight, "exchange.yes_no")
			}
			row.Draft = row.Draft || yes(tight)
		case Status:
			switch plain(tight) {
			case "draft", "brouillon", "idea", "idee", "pending", "avalider":
				row.Draft = true
			}
		case None:
			if row.Extra == nil {
				row.Extra = map[string]string{}
			}
			row.Extra[c.Header] = tight
		}
	}
	s.alts(&row, rec, alts)
	row.setHour(day, hour, hourAt, wrong)
	if row.Text == "" && len(row.Own) == 0 && len(row.Pictures) == 0 && row.Link == "" {
		row.Faults = append(row.Faults, Fault{Line: rec.Line, Column: s.header(Text), Key: "exchange.no_words"})
	}
	return row
}

// alts gives each picture its words: by their number, or all of one cell.
func (s Shape) alts(row *Row, rec Record, alts []string) {
	if len(alts) == 1 && len(row.Pictures) > 1 && strings.Contains(alts[0], "|") {
		alts = strings.Split(alts[0], "|")
	}
	byNumber := map[int]string{} // "Alt text picture 3" is of the third
	for i, c := range s.Columns {
		if g := numbered.FindStringSubmatch(plain(c.Header)); c.Field == Alt && g != nil && i < len(rec.Cells) {
			if alt := strings.TrimSpace(Unguard(rec.Cells[i])); alt != "" {
				byNumber[number(g[2])] = alt
			}
		}
	}
	for i := range row.Pictures {
		switch {
		case len(byNumber) > 0:
			row.Pictures[i].Alt = byNumber[i+1]
		case i < len(alts):
			row.Pictures[i].Alt = strings.TrimSpace(alts[i])
		}
	}
}

func (row *Row) setHour(day, hour moment, hourAt Column, wrong func(Column, string, string)) {
	switch {
	case !day.hasDay && hour.hasHour && row.Bad():
		return // its day is what is wrong
	case !day.hasDay && hour.hasHour:
		wrong(hourAt, "", "exchange.hour_alone")
		return
	case !day.hasDay:
		return
	case !day.at.IsZero():
		row.At = day.at
		return
	}
	if hour.hasHour && !day.hasHour {
		day.hour, day.minute, day.hasHour = hour.hour, hour.minute, true
	}
	t := time.Date(day.year, time.Month(day.month), day.day, day.hour, day.minute, 0, 0, time.UTC)
	row.Local = t.Format(clock.WallLayout)
	row.NoHour = !day.hasHour
	if row.Zone != "" {
		if _, err := clock.Zone(row.Zone); err != nil {
			wrong(Column{Header: "zone"}, row.Zone, "exchange.zone")
		}
	}
}

func (s Shape) header(f Field) string {
	for _, c := range s.Columns {
		if c.Field == f && c.Network == "" {
			return c.Header
		}
	}
	return ""
}
