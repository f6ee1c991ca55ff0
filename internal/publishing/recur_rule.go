package publishing

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
)

// Rule says when a post comes back: the part of RFC 5545's RRULE that a person
// means, counted on the wall of the brand. Its hour is that of the first.
type Rule struct {
	Freq     string // DAILY, WEEKLY, MONTHLY
	Interval int    // every so many days, weeks, months
	// Days are the days of the week; with MONTHLY, Nth says which of the month
	// (1 the first, -1 the last).
	Days []time.Weekday
	Nth  int
	// MonthDays are days of the month; -1 is the last. A month without the day
	// has no occurrence.
	MonthDays []int
	Count     int    // so many in all; 0: no end by number
	Until     string // last day, "2026-12-31", included; empty: no end by day
}

var errRule = fault.New(fault.Invalid, "recur.rule").At("rule")

var dayCodes = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// ParseRule reads an RRULE ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=10").
// What it does not know is invalid, never ignored: half a rule is another rule.
func ParseRule(s string) (Rule, error) {
	r := Rule{Interval: 1}
	for _, part := range strings.Split(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(s)), "RRULE:"), ";") {
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			return r, errRule.With("part", part)
		}
		var err error
		switch key {
		case "FREQ":
			r.Freq = value
		case "INTERVAL":
			r.Interval, err = strconv.Atoi(value)
		case "COUNT":
			r.Count, err = strconv.Atoi(value)
			ok = r.Count > 0
		case "UNTIL":
			ok = r.readUntil(value)
		case "BYDAY":
			ok = r.readDays(value)
		case "BYMONTHDAY":
			for _, d := range strings.Split(value, ",") {
				n, nerr := strconv.Atoi(d)
				if nerr != nil {
					err = nerr
				}
				r.MonthDays = append(r.MonthDays, n)
			}
		case "WKST":
			ok = value == "MO"
		default:
			ok = false
		}
		if err != nil || !ok {
			return r, errRule.With("part", part)
		}
	}
	return r, r.Valid()
}

func (r *Rule) readUntil(value string) bool {
	for _, layout := range []string{"20060102", "20060102T150405Z", "20060102T150405"} {
		if t, err := time.Parse(layout, value); err == nil {
			r.Until = t.Format(time.DateOnly)
			return true
		}
	}
	return false
}

func (r *Rule) readDays(value string) bool {
	for _, d := range strings.Split(value, ",") {
		if len(d) < 2 {
			return false
		}
		i := slices.Index(dayCodes, d[len(d)-2:])
		if i < 0 {
			return false
		}
		if nth := d[:len(d)-2]; nth != "" {
			n, err := strconv.Atoi(nth)
			if err != nil || r.Nth != 0 && r.Nth != n {
				return false
			}
			r.Nth = n
		}
		r.Days = append(r.Days, time.Weekday(i))
	}
	return true
}

// Valid tells whether the rule means something. Errors: invalid.
func (r Rule) Valid() error {
	bad := func(why string) error { return errRule.With("part", why) }
	if r.Interval < 1 || r.Interval > 1000 {
		return bad("INTERVAL")
	}
	if r.Count < 0 || r.Count > 1000 || r.Count > 0 && r.Until != "" {
		return bad("COUNT")
	}
	if r.Until != "" {
		if _, err := time.Parse(time.DateOnly, r.Until); err != nil {
			return bad("UNTIL")
		}
	}
	for _, d := range r.MonthDays {
		if d == 0 || d < -1 || d > 31 {
			return bad("BYMONTHDAY")
		}
	}
	switch r.Freq {
	case "DAILY":
		if len(r.MonthDays) > 0 || r.Nth != 0 {
			return bad("BYMONTHDAY")
		}
	case "WEEKLY":
		if len(r.MonthDays) > 0 || r.Nth != 0 {
			return bad("BYDAY")
		}
	case "MONTHLY":
		if len(r.Days) > 0 && (r.Nth == 0 || r.Nth < -1 || r.Nth > 4 || len(r.Days) > 1 || len(r.MonthDays) > 0) {
			return bad("BYDAY")
		}
	default:
		return bad("FREQ")
	}
	return nil
}

// String writes the rule as RFC 5545 does.
func (r Rule) String() string {
	out := "FREQ=" + r.Freq
	if r.Interval > 1 {
		out += ";INTERVAL=" + strconv.Itoa(r.Interval)
	}
	if len(r.Days) > 0 {
		var days []string
		for _, d := range r.Days {
			code := dayCodes[d]
			if r.Nth != 0 {
				code = strconv.Itoa(r.Nth) + code
			}
			days = append(days, code)
		}
		out += ";BYDAY=" + strings.Join(days, ",")
	}
	if len(r.MonthDays) > 0 {
		var days []string
		for _, d := range r.MonthDays {
			days = append(days, strconv.Itoa(d))
		}
		out += ";BYMONTHDAY=" + strings.Join(days, ",")
	}
	switch {
	case r.Count > 0:
		out += ";COUNT=" + strconv.Itoa(r.Count)
	case r.Until != "":
		out += ";UNTIL=" + strings.ReplaceAll(r.Until, "-", "")
	}
	return out
}

// Occurrences lists what the wall shows at each occurrence, from the first on
// and up to the end of the day until, in order, at most max of them. The first
// is always start itself.
func (r Rule) Occurrences(start, until string, max int) ([]string, error) {
	first, err := time.Parse(clock.WallLayout, start)
	if err != nil {
		return nil, errRule.With("part", "DTSTART")
	}
	last, err := time.Parse(time.DateOnly, until)
	if err != nil {
		return nil, errRule.With("part", "UNTIL")
	}
	if r.Until != "" {
		if own, _ := time.Parse(time.DateOnly, r.Until); own.Before(last) {
			last = own
		}
	}
	day := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, time.UTC)
	hour := first.Format("T15:04")
	out := []string{start}
	// Day by day: a thousand days are a thousand comparisons, and no calendar
	// arithmetic is cleverer than a calendar.
	for d := day.AddDate(0, 0, 1); !d.After(last) && len(out) < max && (r.Count == 0 || len(out) < r.Count); d = d.AddDate(0, 0, 1) {
		if r.on(day, d) {
			out = append(out, d.Format(time.DateOnly)+hour)
		}
	}
	return out, nil
}

// on tells whether a day later than the first is one of the rule's.
func (r Rule) on(first, d time.Time) bool {
	switch r.Freq {
	case "DAILY":
		return int(d.Sub(first).Hours()/24)%r.Interval == 0 && (len(r.Days) == 0 || slices.Contains(r.Days, d.Weekday()))
	case "WEEKLY":
		weeks := int(clock.Monday(d, time.UTC).Sub(clock.Monday(first, time.UTC)).Hours() / 24 / 7)
		if len(r.Days) == 0 {
			return weeks%r.Interval == 0 && d.Weekday() == first.Weekday()
		}
		return weeks%r.Interval == 0 && slices.Contains(r.Days, d.Weekday())
	case "MONTHLY":
		months := (d.Year()-first.Year())*12 + int(d.Month()-first.Month())
		if months%r.Interval != 0 {
			return false
		}
		if len(r.Days) > 0 {
			if d.Weekday() != r.Days[0] {
				return false
			}
			if r.Nth == -1 {
				return d.AddDate(0, 0, 7).Month() != d.Month()
			}
			return (d.Day()-1)/7+1 == r.Nth
		}
		days := r.MonthDays
		if len(days) == 0 {
			days = []int{first.Day()}
		}
		return slices.Contains(days, d.Day()) || slices.Contains(days, -1) && d.AddDate(0, 0, 1).Month() != d.Month()
	}
	return false
}
