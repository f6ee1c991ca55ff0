package preflight

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/textkit"
)

// Date is a day named in a text.
type Date struct {
	Start, End int // bytes
	Day        time.Time
	// Wrong says that the text gives it another day of the week than it has:
	// "vendredi 21 novembre" of a Saturday.
	Wrong bool
}

var weekdays = func() map[string]time.Weekday {
	out := map[string]time.Weekday{}
	for i, list := range []string{"dimanche sunday", "lundi monday", "mardi tuesday", "mercredi wednesday", "jeudi thursday", "vendredi friday", "samedi saturday"} {
		for w := range strings.FieldsSeq(list) {
			out[w] = time.Weekday(i)
		}
	}
	return out
}()

var months = func() map[string]time.Month {
	out := map[string]time.Month{}
	for i, list := range []string{"janvier janv january jan", "fevrier fevr february feb", "mars march mar", "avril avr april apr", "mai may", "juin june jun", "juillet juil july jul",
		"aout august aug", "septembre sept september sep", "octobre oct october", "novembre nov november", "decembre dec december"} {
		for w := range strings.FieldsSeq(list) {
			out[w] = time.Month(i + 1)
		}
	}
	return out
}()

const monthNames = `(janvier|janv\.?|février|fevrier|févr\.?|mars|avril|mai|juin|juillet|juil\.?|août|aout|septembre|sept\.?|octobre|oct\.?|novembre|nov\.?|décembre|decembre|déc\.?|january|february|march|april|may|june|july|august|september|october|november|december)`

var (
	dayFirst   = regexp.MustCompile(`(?i)\b(\d{1,2})(?:er|st|nd|rd|th)?[\s\x{00a0}\x{202f}]+(?:of[\s\x{00a0}]+)?` + monthNames + `(?:[\s\x{00a0},]+(20\d\d))?`)
	monthFirst = regexp.MustCompile(`(?i)\b(january|february|march|april|may|june|july|august|september|october|november|december)[\s\x{00a0}]+(\d{1,2})(?:st|nd|rd|th)?\b(?:,?[\s\x{00a0}]+(20\d\d))?`)
	figures    = regexp.MustCompile(`\b(\d{1,2})[/.](\d{1,2})[/.](20\d\d|\d\d)\b`)
	// A day and a month in figures without a year are a day only behind a word
	// that says so: 12/11 may be a note, a page or a share.
	short   = regexp.MustCompile(`(?i)\b(?:le|au|du|dès le|avant le|jusqu['’]au)[\s\x{00a0}]+(\d{1,2})/(\d{1,2})(?:[^\d/]|$)`)
	weekday = regexp.MustCompile(`(?i)\b(dimanche|lundi|mardi|mercredi|jeudi|vendredi|samedi|sunday|monday|tuesday|wednesday|thursday|friday|saturday)[\s\x{00a0}\x{202f},]+(?:le[\s\x{00a0}]+|the[\s\x{00a0}]+)?$`)
	// What speaks of the past on purpose: history is no mistake.
	history = regexp.MustCompile(`(?i)(\bdepuis\b|\bsince\b|\ben souvenir\b|\bné(?:e|s|es)?\b|\bborn\b|\bcréée?s?\b|\bfondée?s?\b|\bfounded\b|\bil y a\b|\bdernier\b|\bdernière\b|\blast (?:week|month|year|night|spring|summer|autumn|winter)\b|\bhier\b|\byesterday\b|\bretour sur\b|\blooking back\b|\bs'est tenue?\b|\ba eu lieu\b|\bmerci\b|\bthank)`)
)

// Dates finds the days of a text. A day without a year is the one nearest to
// today, up to four months back: « jusqu'au 12 novembre » written in January is
// of the year to come.
func Dates(text string, today time.Time) []Date {
	var out []Date
	add := func(at []int, day, month, year int) {
		if month < 1 || month > 12 || day < 1 || day > 31 {
			return
		}
		if year > 0 && year < 100 {
			year += 2000
		}
		d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
		if year == 0 {
			d = time.Date(today.Year(), time.Month(month), day, 0, 0, 0, 0, time.UTC)
			switch {
			case today.Sub(d) > 120*24*time.Hour:
				d = d.AddDate(1, 0, 0)
			case d.Sub(today) > 245*24*time.Hour:
				d = d.AddDate(-1, 0, 0)
			}
		}
		if d.Day() != day {
			return // 31 February
		}
		if history.MatchString(sentence(text, at[0], at[1])) {
			return
		}
		for _, o := range out {
			if at[0] < o.End && o.Start < at[1] {
				return
			}
		}
		named := weekday.FindStringSubmatch(text[:at[0]])
		out = append(out, Date{at[0], at[1], d, named != nil && weekdays[strings.ToLower(named[1])] != d.Weekday()})
	}
	number := func(m []int, i int) int {
		if m[2*i] < 0 {
			return 0
		}
		n, _ := strconv.Atoi(text[m[2*i]:m[2*i+1]])
		return n
	}
	month := func(m []int, i int) int {
		return int(months[strings.TrimSuffix(textkit.Fold(text[m[2*i]:m[2*i+1]]), ".")])
	}
	for _, m := range dayFirst.FindAllStringSubmatchIndex(text, 50) {
		add(m, number(m, 1), month(m, 2), number(m, 3))
	}
	for _, m := range monthFirst.FindAllStringSubmatchIndex(text, 50) {
		add(m, number(m, 2), month(m, 1), number(m, 3))
	}
	for _, m := range figures.FindAllStringSubmatchIndex(text, 50) {
		add(m, number(m, 1), number(m, 2), number(m, 3))
	}
	for _, m := range short.FindAllStringSubmatchIndex(text, 50) {
		add([]int{m[2], m[5]}, number(m, 1), number(m, 2), 0)
	}
	return out
}

// sentence is what stands around a place, up to the signs that end it.
func sentence(text string, start, end int) string {
	const ends = ".!?\n"
	if i := strings.LastIndexAny(text[:start], ends); i >= 0 {
		text, end = text[i+1:], end-i-1
	}
	if i := strings.IndexAny(text[end:], ends); i >= 0 {
		text = text[:end+i]
	}
	return text
}
