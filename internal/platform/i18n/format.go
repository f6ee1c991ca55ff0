package i18n

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Number writes n with at most the given decimals: 12 345,6 (with the narrow
// no-break space) in French, 12,345.6 in English.
func (l *Loc) Number(n float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(n), 'f', decimals, 64)
	whole, frac, _ := strings.Cut(s, ".")
	frac = strings.TrimRight(frac, "0")
	group, point := ",", "."
	if l.Lang == "fr" {
		group, point = string(nnbsp), ","
	}
	var b strings.Builder
	if n < 0 && (strings.Trim(whole, "0") != "" || frac != "") {
		b.WriteString("−")
	}
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(r)
	}
	if frac != "" {
		b.WriteString(point + frac)
	}
	return b.String()
}

// Percent writes a ratio (0.44) as 44 %.
func (l *Loc) Percent(ratio float64, decimals int) string {
	s := l.Number(ratio*100, decimals)
	if l.Lang == "fr" {
		return s + string(nnbsp) + "%"
	}
	return s + "%"
}

// Bytes writes a size as people say it: 8,4 Mo, 8.4 MB (powers of ten).
func (l *Loc) Bytes(n int64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB"}
	if l.Lang == "fr" {
		units = []string{"octets", "ko", "Mo", "Go", "To"}
	}
	f, u := float64(n), 0
	for f >= 999.5 && u < len(units)-1 {
		f /= 1000
		u++
	}
	decimals := 0
	if u > 0 && f < 99.95 {
		decimals = 1
	}
	unit := units[u]
	if u == 0 && l.One(n) {
		unit = strings.TrimSuffix(unit, "s")
	}
	return l.Number(f, decimals) + string(nbsp) + unit
}

// Ordinal writes 1er, 2e in French and 1st, 2nd in English.
func (l *Loc) Ordinal(n int) string {
	s := strconv.Itoa(n)
	if l.Lang == "fr" {
		if n == 1 {
			return s + "er"
		}
		return s + "e"
	}
	switch {
	case n%100 >= 11 && n%100 <= 13:
		return s + "th"
	case n%10 == 1:
		return s + "st"
	case n%10 == 2:
		return s + "nd"
	case n%10 == 3:
		return s + "rd"
	}
	return s + "th"
}

// List writes "a, b et c" or "a, b and c".
func (l *Loc) List(items ...string) string {
	and := " and "
	if l.Lang == "fr" {
		and = " et "
	}
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	return strings.Join(items[:len(items)-1], ", ") + and + items[len(items)-1]
}

var words = map[string]struct {
	months, shortMonths, days, shortDays []string
}{
	"fr": {
		[]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		[]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
		[]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		[]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."},
	},
	"en": {
		[]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		[]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		[]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		[]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	},
}

// day is the number of the day: "1er" in French, plain otherwise.
func (l *Loc) day(t time.Time) string {
	if l.Lang == "fr" && t.Day() == 1 {
		return "1er"
	}
	return strconv.Itoa(t.Day())
}

// Date writes "mardi 10 novembre", "Tuesday 10 November", with the year when
// it is not this year.
func (l *Loc) Date(t time.Time) string {
	t = t.In(l.Zone)
	s := l.Weekday(t.Weekday()) + " " + l.day(t) + " " + l.MonthName(t.Month())
	if t.Year() != l.Now().In(l.Zone).Year() {
		s += " " + strconv.Itoa(t.Year())
	}
	return s
}

// LongDate writes "10 novembre 2026".
func (l *Loc) LongDate(t time.Time) string {
	t = t.In(l.Zone)
	return l.day(t) + " " + l.MonthName(t.Month()) + " " + strconv.Itoa(t.Year())
}

// Day writes "10 nov.", with the year when it is not this year.
func (l *Loc) Day(t time.Time) string {
	t = t.In(l.Zone)
	s := l.day(t) + " " + l.ShortMonth(t.Month())
	if t.Year() != l.Now().In(l.Zone).Year() {
		s += " " + strconv.Itoa(t.Year())
	}
	return s
}

// Month writes "novembre 2026".
func (l *Loc) Month(t time.Time) string {
	t = t.In(l.Zone)
	return l.MonthName(t.Month()) + " " + strconv.Itoa(t.Year())
}

// MonthName writes "novembre".
func (l *Loc) MonthName(m time.Month) string { return words[l.Lang].months[m-1] }

// ShortMonth writes "nov.".
func (l *Loc) ShortMonth(m time.Month) string { return words[l.Lang].shortMonths[m-1] }

// Weekday writes "mardi".
func (l *Loc) Weekday(d time.Weekday) string { return words[l.Lang].days[d] }

// ShortWeekday writes "mar.".
func (l *Loc) ShortWeekday(d time.Weekday) string { return words[l.Lang].shortDays[d] }

// Range writes days from the first to the last, both included: "9 – 15 novembre
// 2026", "30 novembre – 6 décembre 2026", "28 décembre 2026 – 3 janvier 2027".
func (l *Loc) Range(first, last time.Time) string {
	first, last = first.In(l.Zone), last.In(l.Zone)
	const dash = "\u00a0– "
	switch {
	case first.Year() != last.Year():
		return l.LongDate(first) + dash + l.LongDate(last)
	case first.Month() != last.Month():
		return l.day(first) + " " + l.MonthName(first.Month()) + dash + l.LongDate(last)
	case first.Day() != last.Day():
		return l.day(first) + dash + l.LongDate(last)
	}
	return l.LongDate(first)
}

// Time writes "12:15", in both languages.
func (l *Loc) Time(t time.Time) string { return t.In(l.Zone).Format("15:04") }

// DateTime writes "mardi 10 novembre à 12:15".
func (l *Loc) DateTime(t time.Time) string {
	return l.Date(t) + l.at() + l.Time(t)
}

func (l *Loc) at() string {
	if l.Lang == "fr" {
		return " à "
	}
	return " at "
}

// When writes a moment as near as it is: "12:15" today, "hier 18:00", "demain
// 9:00", "mar. 9:00" within the week, "10 nov. 12:15" otherwise.
func (l *Loc) When(t time.Time) string {
	t = t.In(l.Zone)
	switch d := l.daysFrom(t); {
	case d == 0:
		return l.Time(t)
	case d == -1:
		return l.pick("hier ", "yesterday ") + l.Time(t)
	case d == 1:
		return l.pick("demain ", "tomorrow ") + l.Time(t)
	case d > 1 && d < 7 || d < -1 && d > -7:
		return l.ShortWeekday(t.Weekday()) + " " + l.Day(t) + " " + l.Time(t)
	}
	return l.Day(t) + " " + l.Time(t)
}

// daysFrom counts calendar days from today to t, in the zone.
func (l *Loc) daysFrom(t time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.In(l.Zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(day(t).Sub(day(l.Now())).Hours() / 24)
}

func (l *Loc) pick(fr, en string) string {
	if l.Lang == "fr" {
		return fr
	}
	return en
}

// Span writes a length of time with its one or two largest units: "5 min",
// "2 h 10", "3 jours".
func (l *Loc) Span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	sp := string(nbsp)
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(math.Ceil(d.Seconds()))) + sp + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + sp + "min"
	case d < 48*time.Hour:
		s := strconv.Itoa(int(d/time.Hour)) + sp + "h"
		if m := int(d % time.Hour / time.Minute); m > 0 {
			s += sp + strings.Repeat("0", 2-len(strconv.Itoa(m))) + strconv.Itoa(m)
		}
		return s
	}
	n := int(d / (24 * time.Hour))
	return strconv.Itoa(n) + sp + l.pick("jours", "days")
}

// Ago writes how far a moment is: "à l’instant", "il y a 5 min", "dans 2 h",
// and beyond a week the day.
func (l *Loc) Ago(t time.Time) string {
	d := l.Now().Sub(t)
	switch {
	case d > -30*time.Second && d < 30*time.Second:
		return l.pick("à l’instant", "just now")
	case d > 7*24*time.Hour || d < -7*24*time.Hour:
		return l.Day(t)
	case d > 0:
		return l.pick("il y a ", "") + l.Span(d) + l.pick("", " ago")
	}
	return l.pick("dans ", "in ") + l.Span(d)
}
