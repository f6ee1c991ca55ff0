package exchange

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Event is one post as a calendar program shows it.
type Event struct {
	UID     string
	At      time.Time
	Length  time.Duration
	Summary string
	Text    string // longer; may be empty
	URL     string
	Edited  time.Time
	Version int64
	Sure    bool // scheduled or sent; else a wish
}

// CalendarMIME is the type of what WriteCalendar writes.
const CalendarMIME = "text/calendar; charset=utf-8"

// WriteCalendar writes an iCalendar (RFC 5545). Hours are instants in UTC: every
// client shows them in its own zone, and no table of zones can be wrong. The
// same events give the same bytes.
func WriteCalendar(w io.Writer, name string, events []Event) error {
	c := &icalWriter{w: bufio.NewWriter(w)}
	c.line("BEGIN:VCALENDAR")
	c.line("VERSION:2.0")
	c.line("PRODID:-//Vigie//Planning//FR")
	c.line("CALSCALE:GREGORIAN")
	c.line("METHOD:PUBLISH")
	c.line("NAME:" + escape(name))
	c.line("X-WR-CALNAME:" + escape(name))
	c.line("REFRESH-INTERVAL;VALUE=DURATION:PT15M")
	c.line("X-PUBLISHED-TTL:PT15M")
	for _, e := range events {
		c.line("BEGIN:VEVENT")
		c.line("UID:" + escape(e.UID))
		c.line("DTSTAMP:" + stamp(e.Edited))
		c.line("LAST-MODIFIED:" + stamp(e.Edited))
		c.line("SEQUENCE:" + strconv.FormatInt(max(0, e.Version-1), 10))
		c.line("DTSTART:" + stamp(e.At))
		c.line("DTEND:" + stamp(e.At.Add(e.Length)))
		c.line("SUMMARY:" + escape(e.Summary))
		if e.Text != "" {
			c.line("DESCRIPTION:" + escape(e.Text))
		}
		if e.URL != "" {
			c.line("URL:" + e.URL)
		}
		status := "TENTATIVE"
		if e.Sure {
			status = "CONFIRMED"
		}
		c.line("STATUS:" + status)
		c.line("TRANSP:TRANSPARENT") // a post makes nobody busy
		c.line("END:VEVENT")
	}
	c.line("END:VCALENDAR")
	if c.err != nil {
		return c.err
	}
	return c.w.Flush()
}

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// escape writes a text as RFC 5545, 3.3.11 has it.
func escape(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`, "\r", `\n`).Replace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s))
}

type icalWriter struct {
	w   *bufio.Writer
	err error
}

// line writes one content line, folded at 75 bytes and never inside of a letter.
func (c *icalWriter) line(s string) {
	limit := 75
	for len(s) > limit {
		cut := limit
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		c.put(s[:cut] + "\r\n ")
		s, limit = s[cut:], 74 // the blank counts
	}
	c.put(s + "\r\n")
}

func (c *icalWriter) put(s string) {
	if c.err == nil {
		_, c.err = c.w.WriteString(s)
	}
}
