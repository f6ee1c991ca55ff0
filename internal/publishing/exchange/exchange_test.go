package exchange

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"
)

func open(t testing.TB, content string) *File {
	t.Helper()
	f, err := Open(bytes.NewReader([]byte(content)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func read(t testing.TB, f *File) (Reading, []Row) {
	t.Helper()
	r, err := Survey(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	var rows []Row
	if err := r.Each(f, func(row Row) error { rows = append(rows, row); return nil }); err != nil {
		t.Fatal(err)
	}
	return r, rows
}

// P3: the shapes of other tools are recognised by their first lines.
func TestTheShapesOfOtherToolsAreRecognised(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		want  Profile
		local string
		text  string
	}{
		"Buffer":             {"Text,Image URL,Tags,Posting Time\nBonjour,https://a.example/p.jpg,\"pain, four\",2026-12-01 09:30\n", Buffer, "2026-12-01T09:30", "Bonjour"},
		"Buffer, Pinterest":  {"Text,Image URL,Tags,Posting Time,Board Name\nBonjour,,,2026-12-01 09:30,Recettes\n", Buffer, "2026-12-01T09:30", "Bonjour"},
		"Hootsuite":          {"12/25/2026 10:00,Joyeux Noël,https://a.example\n12/26/2026 10:05,Suite\n", Hootsuite, "2026-12-25T10:00", "Joyeux Noël"},
		"Hootsuite, no link": {"25/12/2026 10:00,\"Joyeux, Noël\"\n", Hootsuite, "2026-12-25T10:00", "Joyeux, Noël"},
		"Hootsuite, header":  {"Date,Time,Message,Media URLs,Social Profile\n2026-12-25,10:00,Noël,,Mastodon\n", Hootsuite, "2026-12-25T10:00", "Noël"},
		"Sprout":             {"date,time_24hr,message_text,link\n25/12/2026,18:45,Noël,\n", Sprout, "2026-12-25T18:45", "Noël"},
		"Agorapulse":         {"post_content;post_link;video_url;image_url;date\nNoël;;;;25/12/2026 18:45\n", Agorapulse, "2026-12-25T18:45", "Noël"},
		"Metricool":          {strings.Join(MetricoolHeader(), ",") + "\nNoël,2026-12-25,18:45:00,FALSE,TRUE\n", Metricool, "2026-12-25T18:45", "Noël"},
		"SocialPilot":        {"Noël,https://a.example/p.png,\"Dec 25, 2026 6:45 PM\",12345,premier,a;b,https://a.example\n", SocialPilot, "2026-12-25T18:45", "Noël"},
		"SocialBee":          {"text,link,imageUrls,gifUrls,videoUrls,postAtSpecificTime\nNoël,,,,,2026-12-25 18:45:00\n", SocialBee, "2026-12-25T18:45", "Noël"},
		"Ayrshare":           {"post,platforms,mediaUrls,scheduleDate\nNoël,\"bluesky,facebook\",,2026-12-25 18:45\n", Ayrshare, "2026-12-25T18:45", "Noël"},
		"of one's own":       {"Jour;Heure;Réseau;Légende;Visuel\n25 décembre 2026;18h45;Mastodon;Noël;\n", Free, "2026-12-25T18:45", "Noël"},
	} {
		t.Run(name, func(t *testing.T) {
			r, rows := read(t, open(t, c.file))
			if r.Shape.Profile != c.want {
				t.Errorf("taken for %s", r.Shape.Profile)
			}
			if len(rows) == 0 || rows[0].Local != c.local || rows[0].Text != c.text || rows[0].Bad() {
				t.Fatalf("%+v", rows)
			}
		})
	}
}

func TestMetricoolSaysItsNetworksPicturesAndWhatNobodyKnows(t *testing.T) {
	head := MetricoolHeader()
	row := make([]string, len(head))
	set := func(h, v string) { row[slices.Index(head, h)] = v }
	set("Text", "Bonjour")
	set("Date", "2026-12-25")
	set("Time", "18:45:00")
	set("Draft", "TRUE")
	set("Bluesky", "TRUE")
	set("Twitter/X", "FALSE")
	set("Picture Url 1", "https://a.example/1.jpg")
	set("Picture Url 2", "https://a.example/2.jpg")
	set("Alt text picture 2", "un four")
	set("Pinterest Board", "Recettes")
	set("First Comment Text", "et voilà")
	r, rows := read(t, open(t, strings.Join(head, ",")+"\n"+strings.Join(row, ",")+"\n"))
	got := rows[0]
	want := Row{Line: 2, Text: "Bonjour", Local: "2026-12-25T18:45", Draft: true, FirstComment: "et voilà", Targets: []Target{{Name: "Bluesky", Network: "bluesky"}},
		Pictures: []Picture{{URL: "https://a.example/1.jpg"}, {URL: "https://a.example/2.jpg", Alt: "un four"}}, Extra: map[string]string{"Pinterest Board": "Recettes"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(r.Unused) != 1 || r.Unused[0].Header != "Pinterest Board" {
		t.Errorf("%+v", r.Unused)
	}
}

// P3: ten and more ways to write a day and an hour.
func TestAnHourIsReadHoweverItIsWritten(t *testing.T) {
	for _, s := range []string{
		"2026-11-20 14:30", "2026-11-20T14:30:00", "2026/11/20 14:30", "2026.11.20 14:30", "20261120T143000", "20/11/2026 14:30", "20-11-2026 14:30",
		"20.11.2026 14:30:00", "20/11/26 14h30", "11/20/2026 2:30 PM", "11/20/2026, 2:30pm", "20 novembre 2026 à 14h30", "ven. 20 nov. 2026 14 h 30",
		"vendredi 20 novembre 2026, 14:30", "Nov 20, 2026 2:30 PM", "November 20th, 2026 at 2:30 p.m.", "20 Nov 2026 14:30", "20-nov-2026 14:30",
		"46346.604166667", "46346,604166667", "14:30 20/11/2026", "Fri, 20 Nov 2026 14:30", "20\u00a0novembre\u00a02026\u00a014h30",
	} {
		m, ok := parse(s, false)
		if ok {
			m, ok = m.sure(map[bool]Order{true: m.says(), false: DayFirst}[m.says() != Unsure])
		}
		if !ok || fmt.Sprintf("%04d-%02d-%02d %02d:%02d", m.year, m.month, m.day, m.hour, m.minute) != "2026-11-20 14:30" || !m.hasHour {
			t.Errorf("%q: %+v %v", s, m, ok)
		}
	}
	for _, s := range []string{"2026-11-20T14:30:00+01:00", "2026-11-20T13:30:00.000Z", "2026-11-20 14:30 +0100", "1795181400", "1795181400000", "Fri, 20 Nov 2026 13:30:00 GMT", "20 novembre 2026 14h30 CET"} {
		m, ok := parse(s, false)
		if want := time.Date(2026, 11, 20, 13, 30, 0, 0, time.UTC); !ok || !m.at.Equal(want) {
			t.Errorf("%q: %+v %v", s, m, ok)
		}
	}
	for _, s := range []string{"1er décembre 2026", "le 1er décembre 2026", "mar. 1 déc. 2026", "December 1st, 2026", "2026-12-01", "46357", "1 dec 26"} {
		if m, ok := parse(s, false); !ok || m.day != 1 || m.month != 12 || m.year != 2026 || m.hasHour {
			t.Errorf("%q: %+v %v", s, m, ok)
		}
	}
	for _, s := range []string{"", "demain", "31/02/2026 10:00", "2026-13-01", "20/11/2026 25:00", "20 jui 2026", "13/13/2026", "12", "bientôt 2026", "2026-11-20 24:00"} {
		if m, ok := parse(s, false); ok {
			if m, ok = m.sure(DayFirst); ok {
				t.Errorf("%q was read: %+v", s, m)
			}
		}
	}
	if m, ok := parse("44884.604166667", true); !ok || m.year != 2026 || m.month != 11 || m.day != 20 {
		t.Errorf("days since 1904: %+v", m)
	}
}

// P3: day and month are settled by the whole column, and asked only when
// nothing in it proves either.
func TestDayAndMonthAreAskedOnlyWhenNothingProvesThem(t *testing.T) {
	file := func(dates ...string) string { return "date,text\n" + strings.Join(dates, ",a\n") + ",a\n" }
	for _, c := range []struct {
		dates []string
		ask   bool
		order Order
		first string
	}{
		{[]string{"03/04/2027 10:00", "25/04/2027 10:00"}, false, DayFirst, "2027-04-03T10:00"},
		{[]string{"03/04/2027 10:00", "04/25/2027 10:00"}, false, MonFirst, "2027-03-04T10:00"},
		{[]string{"03/04/2027 10:00", "05/06/2027 10:00"}, true, Unsure, ""},
		{[]string{"04/04/2027 10:00"}, false, Unsure, "2027-04-04T10:00"},
		{[]string{"2027-04-03 10:00"}, false, Unsure, "2027-04-03T10:00"},
		{[]string{"03/04/2027 10:00", "25/04/2027 10:00", "04/25/2027 10:00"}, true, DayFirst, "2027-04-03T10:00"},
	} {
		f := open(t, file(c.dates...))
		r, rows := read(t, f)
		if r.Dates.Ask() != c.ask || r.Dates.Order != c.order || rows[0].Local != c.first {
			t.Errorf("%v: ask %v, order %q, %q", c.dates, r.Dates.Ask(), r.Dates.Order, rows[0].Local)
		}
		if c.first == "" && rows[0].Faults[0].Key != "exchange.which_day" {
			t.Errorf("%+v", rows[0].Faults)
		}
		r.Order = MonFirst
		var got []Row
		_ = r.Each(f, func(row Row) error { got = append(got, row); return nil })
		if len(c.dates) == 3 && !got[1].Bad() {
			t.Error("25/04 was taken for a day of the 25th month")
		}
	}
}

func TestAFileIsReadInWhateverItIsWritten(t *testing.T) {
	text := "texte;date\r\n\"Été à Œuvre : l’île ; \"\"oui\"\"\r\nsuite\";2026-12-01 10:00\r\nDéjà;2026-12-02 10:00\r\n"
	want := []string{"Été à Œuvre : l’île ; \"oui\"\nsuite", "Déjà"}
	latin, _ := charmap.Windows1252.NewEncoder().String(text)
	le, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	be, _ := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(text)
	i := strings.Index(latin, "D\xe9j")
	j := strings.Index(text, "Déjà")
	for name, c := range map[string]struct{ file, encoding string }{
		"UTF-8": {text, "utf-8"}, "with its mark": {"\ufeff" + text, "utf-8"}, "Windows": {latin, "windows-1252"},
		"UTF-16": {le, "utf-16le"}, "UTF-16, no mark": {be, "utf-16be"}, "of two hands": {text[:j] + latin[i:], "mixed"},
		"says its separator": {"sep=;\r\n" + text, "utf-8"}, "old Mac": {strings.ReplaceAll(text, "\r\n", "\r"), "utf-8"},
	} {
		f := open(t, c.file)
		if f.Encoding != c.encoding || f.Delimiter != ';' {
			t.Errorf("%s: taken for %s with %q", name, f.Encoding, f.Delimiter)
		}
		if name == "of two hands" && !slices.Equal(f.Strays, []int{4}) {
			t.Errorf("the stray lines are %v", f.Strays)
		}
		_, rows := read(t, f)
		if len(rows) != 2 || rows[0].Text != want[0] || rows[1].Text != want[1] {
			t.Errorf("%s: %+v", name, rows)
		}
	}
	for name, c := range map[string]struct {
		file string
		want rune
	}{"tabs": {"text\tdate\na, b; c\t2026-12-01\n", '\t'}, "bars": {"text|date\na, b|2026-12-01\n", '|'}, "commas": {"text,date\n\"a; b\",2026-12-01\n", ','}} {
		if f := open(t, c.file); f.Delimiter != c.want {
			t.Errorf("%s: %q", name, f.Delimiter)
		}
	}
	for _, junk := range []string{"", "%PDF-1.7 …", "\xd0\xcf\x11\xe0\xa1\xb1", "a\x00\x01\x02b\x00\x00c"} {
		if _, err := Open(strings.NewReader(junk)); err == nil {
			t.Errorf("%q was opened", junk)
		}
	}
}

func TestLinesAreCountedAsTheEditorShowsThem(t *testing.T) {
	_, rows := read(t, open(t, "text,date\n\"un\ndeux\ntrois\",2026-12-01 10:00\n\n\nquatre,pas une date\n\"sans fin,2026-12-03 10:00\n"))
	if len(rows) != 3 || rows[0].Line != 2 || rows[1].Line != 7 || rows[2].Line != 8 {
		t.Fatalf("%+v", rows)
	}
	if d := cmp.Diff([]Fault{{Line: 7, Column: "date", Value: "pas une date", Key: "exchange.date"}}, rows[1].Faults); d != "" {
		t.Error(d)
	}
	if len(rows[2].Faults) == 0 || rows[2].Faults[0].Key != "exchange.quote" {
		t.Errorf("a quote without end: %+v", rows[2].Faults)
	}
}

func TestAWorkbookGivesItsDatesItsWordsAndWhatFormulasGave(t *testing.T) {
	book := excelize.NewFile()
	style, _ := book.NewStyle(&excelize.Style{NumFmt: 22})
	for cell, v := range map[string]any{"A1": "Date", "B1": "Heure", "C1": "Message", "D1": "Bluesky", "A3": "25 décembre 2026", "B3": "18h45", "C3": "du texte", "D3": false} {
		_ = book.SetCellValue("Sheet1", cell, v)
	}
	_ = book.SetCellValue("Sheet1", "A2", time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC))
	_ = book.SetCellStyle("Sheet1", "A2", "A2", style)
	_ = book.SetCellValue("Sheet1", "B2", 0.78125)
	_ = book.SetCellFormula("Sheet1", "B2", `=15/24+3/24+0.03125`)
	_ = book.SetCellValue("Sheet1", "C2", "calculé")
	_ = book.SetCellBool("Sheet1", "D2", true)
	if _, err := book.NewSheet("Notes"); err != nil {
		t.Fatal(err)
	}
	_ = book.SetCellValue("Notes", "A1", "x")
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	f := open(t, b.String())
	if f.Kind != XLSX || f.Sheet != "Sheet1" || !slices.Equal(f.Others, []string{"Notes"}) {
		t.Errorf("%+v", f)
	}
	_, rows := read(t, f)
	if len(rows) != 2 || rows[0].Local != "2026-12-25T18:45" || rows[1].Local != "2026-12-25T18:45" || rows[0].Bad() || rows[1].Bad() {
		t.Fatalf("%+v", rows)
	}
	if rows[0].Text != "calculé" || len(rows[0].Targets) != 1 || len(rows[1].Targets) != 0 {
		t.Errorf("%+v", rows)
	}
	if _, err := Open(bytes.NewReader(b.Bytes()[:b.Len()/2])); err == nil {
		t.Error("half a workbook was opened")
	}
}

func TestPlacesAreNamedInManyWays(t *testing.T) {
	for cell, want := range map[string][]Target{
		"facebook, twitter":                     {{"facebook", "facebook", ""}, {"twitter", "x", ""}},
		"mastodon:kerlann@mastodon.social":      {{"mastodon:kerlann@mastodon.social", "mastodon", "kerlann@mastodon.social"}},
		"Facebook - Ma Page; Instagram (@kerl)": {{"Facebook - Ma Page", "facebook", "Ma Page"}, {"Instagram (@kerl)", "instagram", "kerl"}},
		`["bluesky","x"]`:                       {{"bluesky", "bluesky", ""}, {"x", "x", ""}},
		"@kerlann":                              {{"@kerlann", "", "kerlann"}},
	} {
		if d := cmp.Diff(want, targetsOf(cell)); d != "" {
			t.Errorf("%s: %s", cell, d)
		}
	}
}

// P3: a cell that a spreadsheet would run is words in what we write, and comes
// back as it was.
func TestAGuardedCellRunsNothingAndComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`'{0,3}[=+\-@＝\t\ra-z'"]?.{0,10}`).Draw(t, "s")
		g := Guard(s)
		if g != "" && strings.ContainsRune(formula, []rune(g)[0]) {
			t.Fatalf("%q stays a formula: %q", s, g)
		}
		if Unguard(g) != s {
			t.Fatalf("%q came back as %q", s, Unguard(g))
		}
	})
}

// P3: what is written in a shape is read back from it, as far as the shape has
// room.
func TestWhatIsWrittenIsReadBack(t *testing.T) {
	word := rapid.StringMatching(`[=+@'"a-zéœ,;\-]{1,12}( [a-zà ,;"'#\n]{0,20}[a-z!?])?`)
	for _, format := range Formats() {
		t.Run(format.Key, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				var items []Item
				for n := range rapid.IntRange(1, 6).Draw(t, "rows") {
					at := time.Date(2027, 1, 1, 0, rapid.IntRange(0, 500_000).Draw(t, "minute"), 0, 0, time.UTC)
					i := Item{Row: Row{Text: word.Draw(t, "text"), Local: at.Format("2006-01-02T15:04")}, ID: fmt.Sprint(n), State: "scheduled"}
					if format.Profile == Vigie {
						i.Title, i.Zone = strings.TrimSpace(word.Draw(t, "title")), "Europe/Paris"
						i.Title = strings.Join(strings.Fields(i.Title), " ")
						i.Targets = []Target{{"mastodon:kerl", "mastodon", "kerl"}, {"bluesky:kerl.bsky.social", "bluesky", "kerl.bsky.social"}}
						i.Draft = rapid.Bool().Draw(t, "draft")
						if rapid.Bool().Draw(t, "own") {
							i.Own = []Own{{Target{"text:mastodon:kerl", "mastodon", "kerl"}, word.Draw(t, "own text")}}
						}
					}
					if format.Profile == Metricool {
						i.Targets = []Target{{"Bluesky", "bluesky", ""}}
						i.Draft = rapid.Bool().Draw(t, "draft")
					}
					if format.Profile != Hootsuite && rapid.Bool().Draw(t, "pictured") {
						i.Pictures = []Picture{{URL: "https://a.example/x.jpg"}}
						if format.Profile != Buffer {
							i.Pictures[0].Alt = strings.Join(strings.Fields(strings.ReplaceAll(word.Draw(t, "alt"), "|", "")), " ")
						}
					}
					if format.Profile == Vigie || format.Profile == Buffer {
						i.Labels = []string{"four", "pain"}
					}
					items = append(items, i)
				}
				var b bytes.Buffer
				if err := Write(&b, format, items); err != nil {
					t.Fatal(err)
				}
				f, err := Open(bytes.NewReader(b.Bytes()))
				if err != nil {
					t.Fatal(err)
				}
				r, err := Survey(f, nil)
				if err != nil || r.Shape.Profile != format.Profile || f.Kind != format.Kind {
					t.Fatalf("taken for %s %s %v\n%s", r.Shape.Profile, f.Kind, err, b.String())
				}
				r.Order = MonFirst
				n := 0
				err = r.Each(f, func(row Row) error {
					want := items[n].Row
					n++
					row.Line = 0
					if d := cmp.Diff(want, row); d != "" {
						t.Fatalf("%s\n%s", d, b.String())
					}
					return nil
				})
				if err != nil || n != len(items) {
					t.Fatal(n, err)
				}
			})
		})
	}
}

func TestALargeFileIsReadRowByRow(t *testing.T) {
	var b strings.Builder
	b.WriteString("text,date\n")
	line := strings.Repeat("é", 1200)
	for i := range 5_000 {
		fmt.Fprintf(&b, "%s %d,2026-12-01 10:00\n", line, i)
	}
	f := open(t, b.String())
	r, err := Survey(f, nil)
	if err != nil || r.Rows != 5_000 {
		t.Fatal(r.Rows, err)
	}
	if _, err := Open(strings.NewReader(strings.Repeat("a,b\n", MaxBytes/4+1))); err == nil {
		t.Error("more than fifty megabytes were taken")
	}
	long := open(t, "text,date\n\""+strings.Repeat("déjà ", 40_000)+"\",2026-12-01 10:00\n")
	if _, rows := read(t, long); len(rows) != 1 || len([]rune(rows[0].Text)) != 199_999 {
		t.Errorf("a line longer than the window was cut: %d", len([]rune(rows[0].Text)))
	}
}

func FuzzAnyFileIsReadOrRefused(f *testing.F) {
	f.Add([]byte("text,date\na,b\n"))
	f.Add([]byte("\"a\n;b\xe9"))
	f.Add([]byte(sheet(f, cells("text", "date")+cells("a", "2026-12-01"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Open(bytes.NewReader(b))
		if err != nil {
			return
		}
		r, err := Survey(file, nil)
		if err != nil {
			return
		}
		_ = r.Each(file, func(Row) error { return nil })
	})
}
