// Package holidays knows the days that a French calendar marks: public
// holidays (computed), school holidays (a table with its source and its end) and
// the commemorations on which a light word hurts.
//
// It owns those dates, not what a brand does with them.
package holidays

import (
	_ "embed"
	"strings"
	"sync"
	"time"
)

// Day is one marked day. Key is of its name: "holidays.<Key>".
type Day struct {
	Date string // 2006-01-02
	Key  string
	// Local: only in Alsace and Moselle.
	Local bool
}

const form = "2006-01-02"

// Easter is Easter Sunday of a year of the Gregorian calendar (the anonymous
// algorithm, as given by Meeus, Astronomical Algorithms, chapter 8).
func Easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}

// Public are the public holidays of a year in France, in their order. Source:
// Code du travail, article L3133-1, and L3134-13 for Alsace and Moselle.
func Public(year int) []Day {
	e := Easter(year)
	at := func(m time.Month, d int) string {
		return time.Date(year, m, d, 0, 0, 0, 0, time.UTC).Format(form)
	}
	from := func(days int) string { return e.AddDate(0, 0, days).Format(form) }
	return []Day{
		{at(1, 1), "new_year", false}, {from(-2), "good_friday", true}, {from(1), "easter_monday", false}, {at(5, 1), "may_day", false},
		{at(5, 8), "victory", false}, {from(39), "ascension", false}, {from(50), "whit_monday", false}, {at(7, 14), "national_day", false},
		{at(8, 15), "assumption", false}, {at(11, 1), "all_saints", false}, {at(11, 11), "armistice", false}, {at(12, 25), "christmas", false}, {at(12, 26), "st_stephen", true},
	}
}

// PublicOn is the public holiday of a day in the whole of France, if it is one.
func PublicOn(day time.Time) (Day, bool) {
	for _, d := range almanacOf(day.Year()).public[day.Format(form)] {
		if !d.Local {
			return d, true
		}
	}
	return Day{}, false
}

// PublicAll are the public holidays of a day, those of Alsace and Moselle with
// them: the Ascension falls on 8 May in some years, so there may be two.
func PublicAll(day time.Time) []Day { return almanacOf(day.Year()).public[day.Format(form)] }

// almanac is a year worked out once: a calendar asks for forty days at a time.
type almanac struct{ public, sensitive map[string][]Day }

var almanacs sync.Map // year → *almanac; a few hundred at most are ever asked for

func almanacOf(year int) *almanac {
	if a, ok := almanacs.Load(year); ok {
		return a.(*almanac)
	}
	a := &almanac{map[string][]Day{}, map[string][]Day{}}
	for _, d := range Public(year) {
		a.public[d.Date] = append(a.public[d.Date], d)
	}
	for _, c := range rows(sensitiveTable, 2) {
		date := when(c[0], year)
		a.sensitive[date] = append(a.sensitive[date], Day{Date: date, Key: c[1]})
	}
	if year >= 1900 && year <= 2300 {
		almanacs.Store(year, a)
	}
	return a
}

// Break is a stretch of school holidays.
type Break struct {
	Key  string // "autumn", "christmas", "winter", "spring", "summer"
	From string // the first day without school
	To   string // the last
	Zone string // "A", "B", "C"; empty: all three
}

// What the table of school holidays knows: nothing before SchoolFrom and nothing
// after SchoolUntil, and what follows SchoolChecked was entered by hand and not
// compared with the published order. Whoever draws the breaks says so.
const (
	SchoolFrom    = "2025-09-01"
	SchoolChecked = "2026-08-31"
	SchoolUntil   = "2027-07-03"
)

// Zones are the zones of the school calendar, in their order.
func Zones() []string { return []string{"A", "B", "C"} }

//go:embed school.tsv
var schoolTable string

//go:embed sensitive.tsv
var sensitiveTable string

var school = sync.OnceValue(func() []Break {
	var out []Break
	for _, c := range rows(schoolTable, 4) {
		out = append(out, Break{c[0], c[1], c[2], strings.Trim(c[3], "-")})
	}
	return out
})

// School are the breaks of mainland France that touch [from, to].
func School(from, to string) []Break {
	var out []Break
	for _, b := range school() {
		if b.From <= to && from <= b.To {
			out = append(out, b)
		}
	}
	return out
}

func rows(table string, n int) [][]string {
	var out [][]string
	for l := range strings.Lines(table) {
		l = strings.TrimSpace(l)
		if c := strings.Split(l, "\t"); len(c) >= n && !strings.HasPrefix(l, "#") {
			out = append(out, c)
		}
	}
	return out
}

// Sensitive are the commemorations of a day, by their keys.
func Sensitive(day time.Time) []Day { return almanacOf(day.Year()).sensitive[day.Format(form)] }

// when reads "03-11", "sun>=07-16" (that Sunday or the next) and "last-sun-04".
func when(rule string, year int) string {
	first := func(m, d string) time.Time {
		t, _ := time.Parse(form, time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006")+"-"+m+"-"+d)
		return t
	}
	if md, ok := strings.CutPrefix(rule, "sun>="); ok {
		t := first(md[:2], md[3:])
		return t.AddDate(0, 0, (7-int(t.Weekday()))%7).Format(form)
	}
	if m, ok := strings.CutPrefix(rule, "last-sun-"); ok {
		t := first(m, "01").AddDate(0, 1, -1)
		return t.AddDate(0, 0, -int(t.Weekday())).Format(form)
	}
	return first(rule[:2], rule[3:]).Format(form)
}
