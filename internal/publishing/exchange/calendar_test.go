package exchange

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"pgregory.net/rapid"
)

func calendarOf(t testing.TB, events ...Event) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteCalendar(&b, "Kerlann, biscuits", events); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var paris = time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC) // the night the clocks go forward

func someEvents() []Event {
	return []Event{
		{UID: "1@vigie", At: paris, Length: 15 * time.Minute, Summary: `L’été; "beurre, salé" \ doux`, Text: strings.Repeat("Une ligne très longue avec des accents é à ü, ", 10) + "\n\nfin 🥨",
			URL: "https://vigie.example/b/1/posts/1", Edited: paris.Add(-time.Hour), Version: 3, Sure: true},
		{UID: "2@vigie", At: paris.Add(time.Hour), Length: 15 * time.Minute, Summary: "BEGIN:VEVENT\r\nBEGIN:VALARM", Edited: paris, Version: 1},
	}
}

// P3: another program's reader gives back what was written.
func TestACalendarIsReadByAnotherLibrary(t *testing.T) {
	text := calendarOf(t, someEvents()...)
	for _, line := range strings.Split(text, "\r\n") {
		if len(line) > 75 || strings.Contains(line, "\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	cal, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil || len(cal.Events()) != 2 {
		t.Fatal(err, len(cal.Events()))
	}
	for i, want := range someEvents() {
		got := cal.Events()[i]
		at, err := got.GetStartAt()
		if err != nil || !at.Equal(want.At) {
			t.Errorf("%v, %v", at, err)
		}
		if s := ics.FromText(got.GetProperty(ics.ComponentPropertySummary).Value); s != strings.ReplaceAll(want.Summary, "\r\n", "\n") {
			t.Errorf("%q", s)
		}
		if want.Text != "" {
			if s := ics.FromText(got.GetProperty(ics.ComponentPropertyDescription).Value); s != want.Text {
				t.Errorf("%q", s)
			}
		}
	}
	if calendarOf(t, someEvents()...) != text {
		t.Error("the same events gave other bytes")
	}
}

func TestAnyWordsStayWithinTheirEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "summary")
		var b bytes.Buffer
		if err := WriteCalendar(&b, s, []Event{{UID: "x", At: paris, Summary: s, Text: s, Edited: paris}}); err != nil {
			t.Fatal(err)
		}
		begins := 0
		for _, line := range strings.Split(b.String(), "\r\n") {
			if strings.HasPrefix(line, "BEGIN:") {
				begins++
			}
			if strings.ContainsAny(line, "\r\n") || len(line) > 75 {
				t.Fatalf("%q", line)
			}
		}
		if begins != 2 {
			t.Fatalf("%d components:\n%s", begins, b.String())
		}
	})
}

// P3: a calendar client of the distribution reads it; it is not on every machine.
func TestACalendarIsReadByARealClient(t *testing.T) {
	python := ""
	for _, p := range []string{"/usr/bin/python3", "python3"} { // the distribution's own has its packages
		if exec.Command(p, "-c", "import icalendar").Run() == nil {
			python = p
			break
		}
	}
	if python == "" {
		t.Skip("python3-icalendar is not installed: not read by a second client")
	}
	c := exec.CommandContext(t.Context(), python, "-c", `import sys, icalendar
cal = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
for e in cal.walk("VEVENT"):
    print(e["UID"], e["DTSTART"].dt.isoformat(), e["STATUS"], repr(str(e["SUMMARY"])))`)
	c.Stdin = strings.NewReader(calendarOf(t, someEvents()...))
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "1@vigie 2026-03-29T01:30:00+00:00 CONFIRMED") || !strings.Contains(string(out), "beurre, salé") || strings.Count(string(out), "\n") != 2 {
		t.Errorf("%v\n%s", err, out)
	}
}
