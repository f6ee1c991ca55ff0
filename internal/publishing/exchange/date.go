package exchange

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/textkit"
)

// Order says which of two small numbers is the day.
type Order string

const (
	Unsure   Order = ""
	DayFirst Order = "dmy" // 03/04 is the third of April
	MonFirst Order = "mdy" // 03/04 is the fourth of March
)

// moment is what a cell says of a day and an hour, as far as it says it.
type moment struct {
	year, month, day int
	// first and second are the two small numbers in the order in which they
	// stand, when nothing but an Order tells which is the day.
	first, second int
	hour, minute  int
	hasDay        bool
	hasHour       bool
	at            time.Time // set when the cell names its offset: an instant
}

// sure settles first and second.
func (m moment) sure(o Order) (moment, bool) {
	if m.first == 0 {
		return m, m.real()
	}
	m.day, m.month = m.first, m.second
	if o == MonFirst {
		m.day, m.month = m.second, m.first
	}
	m.first = 0
	return m, m.real()
}

func (m moment) real() bool {
	if !m.hasDay {
		return true
	}
	t := time.Date(m.year, time.Month(m.month), m.day, 0, 0, 0, 0, time.UTC)
	return m.month >= 1 && m.month <= 12 && t.Day() == m.day && m.year >= 1990 && m.year <= 2200
}

// says is what a column of dates proves: cells of which one reading is
// impossible decide for all the others.
func (m moment) says() Order {
	switch {
	case m.first > 12 && m.second <= 12:
		return DayFirst
	case m.second > 12 && m.first <= 12:
		return MonFirst
	}
	return Unsure
}

// open tells whether the two readings of the cell are different days.
func (m moment) open() bool {
	return m.first > 0 && m.first <= 12 && m.second <= 12 && m.first != m.second
}

// monthWords are the whole names; an abbreviation is the start of one.
var monthWords = []string{"janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
	"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// monthOf is the month that a word names or begins; 0 when it names none, or
// when it could be two ("jui").
func monthOf(word string) (month int) {
	word = strings.TrimSuffix(word, ".")
	if short, ok := shortMonths[word]; ok {
		return short
	}
	if len(word) < 3 {
		return 0
	}
	for i, whole := range monthWords {
		if strings.HasPrefix(whole, word) {
			if month != 0 && month != i%12+1 {
				return 0
			}
			month = i%12 + 1
		}
	}
	return month
}

// shortMonths are abbreviations that do not begin their month.
var shortMonths = map[string]int{"jr": 1, "fv": 2, "avl": 4, "jul": 7, "jlt": 7, "jui": 0, "dc": 12}

var (
	serialForm  = regexp.MustCompile(`^\d{5}([.,]\d+)?$`)
	partForm    = regexp.MustCompile(`^0?[.,]\d+$`)
	epochForm   = regexp.MustCompile(`^(\d{10}|\d{13})$`)
	tightForm   = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2})?)?$`)
	yearForm    = regexp.MustCompile(`^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})$`)
	numbersForm = regexp.MustCompile(`^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})$`)
	ordinalForm = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th|er|e)?$`)
	hourFirst   = regexp.MustCompile(`^(\d{1,2}\s*[:h]\s*\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?)[ ,]+(.*\d.*)$`)
	zoneForm    = regexp.MustCompile(`\s*(z|utc|gmt|cest|cet|[+-]\d{2}:?\d{2}|(?:utc|gmt)\s*[+-]\d{1,2}(?::?\d{2})?)$`)
	clockForm   = regexp.MustCompile(`(?:^|[\s,t@])(\d{1,2})(?:\s*[:h]\s*(\d{2})(?:[:m]\s*(\d{2})(?:[.,]\d+)?s?)?|\s*h)?\s*(a\.?m\.?|p\.?m\.?)?$`)
	noiseWords  = map[string]bool{"le": true, "a": true, "at": true, "on": true, "the": true, "of": true, "de": true, "the,": true, "vers": true,
		"lundi": true, "mardi": true, "mercredi": true, "jeudi": true, "vendredi": true, "samedi": true, "dimanche": true,
		"lun": true, "mer": true, "jeu": true, "ven": true, "sam": true, "dim": true,
		"monday": true, "tuesday": true, "wednesday": true, "thursday": true, "friday": true, "saturday": true, "sunday": true,
		"mon": true, "tue": true, "tues": true, "wed": true, "thu": true, "thur": true, "thurs": true, "fri": true, "sat": true, "sun": true}
)

// parse reads a cell that holds a day, an hour or both. since1904 is the
// workbook's way of counting days.
func parse(cell string, since1904 bool) (m moment, ok bool) {
	s := strings.Join(strings.Fields(textkit.Fold(strings.NewReplacer(" ", " ", " ", " ", "’", "'", "−", "-").Replace(cell))), " ")
	switch {
	case s == "":
		return m, false
	case serialForm.MatchString(s):
		return serial(s, since1904)
	case partForm.MatchString(s):
		v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
		return m.clock(time.Duration(math.Round(v*24*60)) * time.Minute), err == nil && v < 1
	case epochForm.MatchString(s):
		n, _ := strconv.ParseInt(s, 10, 64)
		if len(s) == 13 {
			n /= 1000
		}
		return moment{at: time.Unix(n, 0).UTC(), hasDay: true, hasHour: true}, true
	}
	if g := tightForm.FindStringSubmatch(s); g != nil {
		m = moment{year: number(g[1]), month: number(g[2]), day: number(g[3]), hasDay: true}
		if g[4] != "" {
			m.hour, m.minute, m.hasHour = number(g[4]), number(g[5]), true
		}
		return m, m.real() && m.hour < 24 && m.minute < 60
	}
	if g := hourFirst.FindStringSubmatch(s); g != nil {
		s = g[2] + " " + g[1]
	}
	zone := ""
	if g := zoneForm.FindStringSubmatchIndex(s); g != nil && strings.ContainsAny(s[:g[0]], ":h") {
		zone, s = s[g[2]:g[3]], strings.TrimSpace(s[:g[0]])
	}
	day := s
	if g := clockForm.FindStringSubmatchIndex(s); g != nil && isClock(s[g[0]:]) {
		text := func(i int) string {
			if g[i] < 0 {
				return ""
			}
			return s[g[i]:g[i+1]]
		}
		m.hour, m.minute, m.hasHour = number(text(2)), number(text(4)), true
		switch half := strings.ReplaceAll(text(8), ".", ""); {
		case half != "" && (m.hour == 0 || m.hour > 12):
			return m, false
		case half == "pm" && m.hour < 12:
			m.hour += 12
		case half == "am" && m.hour == 12:
			m.hour = 0
		}
		if m.hour == 24 && m.minute == 0 {
			return m, false // which midnight?
		}
		if m.hour > 23 || m.minute > 59 || number(text(6)) > 59 {
			return m, false
		}
		day = strings.TrimRight(strings.TrimSpace(s[:g[0]]), ", ")
	}
	if day != "" && !m.readDay(day) {
		return m, false
	}
	if zone != "" {
		if !m.hasDay || !m.hasHour || !m.real() {
			return m, false
		}
		off, ok := offset(zone)
		m.at = time.Date(m.year, time.Month(m.month), m.day, m.hour, m.minute, 0, 0, time.FixedZone("", off)).UTC()
		// Day and month of an instant are never written two ways.
		return m, ok && m.first == 0
	}
	return m, (m.hasDay || m.hasHour) && (m.first > 0 || m.real())
}

// isClock keeps the year at the end of a date from being taken for an hour: an
// hour has a colon, an h, or says am or pm.
func isClock(s string) bool {
	return strings.ContainsAny(s, ":h") || strings.HasSuffix(strings.ReplaceAll(s, ".", ""), "m")
}

func (m *moment) readDay(s string) bool {
	s = strings.TrimSuffix(strings.TrimSuffix(s, " a"), " at")
	if g := yearForm.FindStringSubmatch(s); g != nil {
		m.year, m.month, m.day, m.hasDay = number(g[1]), number(g[2]), number(g[3]), true
		return m.real()
	}
	var numbers []int
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' })
	var kept []string
	for _, w := range words {
		if !noiseWords[strings.TrimSuffix(w, ".")] {
			kept = append(kept, w)
		}
	}
	rest := strings.Join(kept, " ")
	if g := numbersForm.FindStringSubmatch(rest); g != nil {
		m.first, m.second, m.year, m.hasDay = number(g[1]), number(g[2]), century(g[3]), true
		if m.first == 0 || m.second == 0 || m.first > 12 && m.second > 12 {
			return false
		}
		return m.first <= 31 && m.second <= 31
	}
	if g := yearForm.FindStringSubmatch(rest); g != nil {
		m.year, m.month, m.day, m.hasDay = number(g[1]), number(g[2]), number(g[3]), true
		return m.real()
	}
	// 20-nov-2026 and 20/nov./2026
	if len(kept) == 1 {
		kept = strings.FieldsFunc(kept[0], func(r rune) bool { return r == '-' || r == '/' })
	}
	yearAt, tuesday := -1, false // "mar. 24 nov.": the first may be a mardi
	for _, w := range kept {
		if mo := monthOf(w); mo != 0 && (m.month == 0 || tuesday) {
			m.month, tuesday = mo, w == "mar." || w == "mar"
			continue
		}
		if len(w) == 4 && number(w) > 0 {
			m.year, yearAt = number(w), len(numbers)
			continue
		}
		g := ordinalForm.FindStringSubmatch(w)
		if g == nil {
			return false
		}
		numbers = append(numbers, number(g[1]))
	}
	switch {
	case m.month == 0:
		return false
	case yearAt >= 0 && len(numbers) == 1:
		m.day = numbers[0]
	case yearAt < 0 && len(numbers) == 2: // 20 nov 26
		m.day, m.year = numbers[0], 2000+numbers[1]
	default:
		return false
	}
	m.hasDay = true
	return m.real()
}

func (m moment) clock(d time.Duration) moment {
	m.hour, m.minute, m.hasHour = int(d/time.Hour), int(d/time.Minute)%60, true
	return m
}

// serial is a spreadsheet's number of a day; its fraction is the hour.
func serial(s string, since1904 bool) (m moment, ok bool) {
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || v < 20_000 || v > 110_000 {
		return m, false
	}
	from := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if since1904 {
		from = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	minutes := math.Round(v * 24 * 60)
	t := from.Add(time.Duration(minutes) * time.Minute)
	m = moment{year: t.Year(), month: int(t.Month()), day: t.Day(), hasDay: true}
	if v != math.Trunc(v) {
		m.hour, m.minute, m.hasHour = t.Hour(), t.Minute(), true
	}
	return m, true
}

func offset(zone string) (seconds int, ok bool) {
	switch zone {
	case "z", "utc", "gmt":
		return 0, true
	case "cet":
		return 3600, true
	case "cest":
		return 7200, true
	}
	zone = strings.TrimLeft(zone, "utcgm ")
	sign := 1
	if zone[0] == '-' {
		sign = -1
	}
	digits := strings.ReplaceAll(zone[1:], ":", "")
	if len(digits) <= 2 {
		digits += "00"
	}
	h, m := number(digits[:len(digits)-2]), number(digits[len(digits)-2:])
	return sign * (h*3600 + m*60), h <= 14 && m < 60
}

func century(s string) int {
	if len(s) == 2 {
		return 2000 + number(s)
	}
	return number(s)
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// Dates is what a whole column of dates says about day and month.
type Dates struct {
	Cells    int   `json:"cells"`
	Open     int   `json:"open"` // cells that could be two days
	Order    Order `json:"order"`
	Conflict bool  `json:"conflict"` // some cells prove one order, some the other
	// Sample is a cell that could be two days.
	Sample string `json:"sample,omitempty"`
}

// Ask tells whether a person must say which number is the day.
func (d Dates) Ask() bool { return d.Open > 0 && (d.Order == Unsure || d.Conflict) }

func (d *Dates) see(cell string, since1904 bool) {
	m, ok := parse(cell, since1904)
	if !ok || !m.hasDay {
		return
	}
	d.Cells++
	if m.open() {
		if d.Open++; d.Sample == "" {
			d.Sample = strings.TrimSpace(cell)
		}
	}
	switch o := m.says(); {
	case o == Unsure:
	case d.Order == Unsure:
		d.Order = o
	case d.Order != o:
		d.Conflict = true
	}
}
