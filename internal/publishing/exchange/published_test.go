package exchange

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// The files below are written by us, in the shapes that the tools publish for
// their bulk uploads and that public exporters write; no tool wrote them.
var published = map[string]struct {
	file  string
	shape Profile
	want  []Row
}{
	"Buffer, every cell in quotes": {`"Text","Image URL","Tags","Posting Time"
"Le four est chaud, venez !
Deuxième ligne « à l’étage »","https://images.example/four.jpg","pain, four","2026-12-01 09:30"
"Sans image","","","2026-12-02 18:05"
`, Buffer, []Row{
		{Text: "Le four est chaud, venez !\nDeuxième ligne « à l’étage »", Local: "2026-12-01T09:30", Pictures: []Picture{{URL: "https://images.example/four.jpg"}}, Labels: []string{"pain", "four"}},
		{Text: "Sans image", Local: "2026-12-02T18:05"},
	}},
	"Buffer, saved by Excel in America": {"Text,Image URL,Tags,Posting Time\nNoël,,,12/25/26 17:30\nFête,,,1/2/27 8:05\n", Buffer, []Row{
		{Text: "Noël", Local: "2026-12-25T17:30"}, {Text: "Fête", Local: "2027-01-02T08:05"},
	}},
	"Hootsuite, its own order of the day": {"12/25/2026 10:00,\"Joyeux, Noël\nà tous\",https://boulangerie.example/noel\n01/02/2027 10:05,Bonne année,\n", Hootsuite, []Row{
		{Text: "Joyeux, Noël\nà tous", Local: "2026-12-25T10:00", Link: "https://boulangerie.example/noel"}, {Text: "Bonne année", Local: "2027-01-02T10:05"},
	}},
	"Hootsuite, French order": {"25/12/2026 10:00,Joyeux Noël,https://boulangerie.example/noel\n02/01/2027 10:05,Bonne année,\n", Hootsuite, []Row{
		{Text: "Joyeux Noël", Local: "2026-12-25T10:00", Link: "https://boulangerie.example/noel"}, {Text: "Bonne année", Local: "2027-01-02T10:05"},
	}},
	"Hootsuite, years first": {"2026/12/25 10:00,Joyeux Noël\n2027/01/02 10:05,Bonne année\n", Hootsuite, []Row{
		{Text: "Joyeux Noël", Local: "2026-12-25T10:00"}, {Text: "Bonne année", Local: "2027-01-02T10:05"},
	}},
	"Hootsuite, with the header of its sample": {"Date,Message,Link\n25/12/2026 10:00,Noël,https://boulangerie.example\n", Free, []Row{{Text: "Noël", Local: "2026-12-25T10:00", Link: "https://boulangerie.example"}}},
	"Metricool, its whole template": {metricool(",", map[string]string{"Text": "Noël, \"déjà\"", "Date": "2026-12-25", "Time": "18:45:00", "Draft": "FALSE", "Facebook": "TRUE", "Twitter/X": "FALSE", "Bluesky": "TRUE",
		"Picture Url 1": "https://images.example/1.jpg", "Picture Url 2": "https://images.example/2.jpg", "Alt text picture 1": "Une bûche", "Alt text picture 2": "Un four", "First Comment Text": "Et voilà"}), Metricool, []Row{
		{Text: `Noël, "déjà"`, Local: "2026-12-25T18:45", FirstComment: "Et voilà", Targets: []Target{{"Facebook", "facebook", ""}, {"Bluesky", "bluesky", ""}},
			Pictures: []Picture{{"https://images.example/1.jpg", "Une bûche"}, {"https://images.example/2.jpg", "Un four"}}},
	}},
	"Metricool, half a day and its brand": {"Text,Date,Time,Draft,Facebook,YouTube,Picture Url 1,Alt text picture 1,Brand name (Optional)\nNoël,2026-12-25,6:45 PM,TRUE,yes,no,https://images.example/1.jpg,Une bûche,Kerlann\n", Metricool, []Row{
		{Text: "Noël", Local: "2026-12-25T18:45", Draft: true, Targets: []Target{{"Facebook", "facebook", ""}}, Pictures: []Picture{{"https://images.example/1.jpg", "Une bûche"}}, Extra: map[string]string{"Brand name (Optional)": "Kerlann"}},
	}},
	"Sprout": {"date,time_24hr,message_text,image_url,link,tags\n25/12/2026,18:45,\"Noël, enfin\",https://images.example/1.jpg,https://boulangerie.example,\"pain, fêtes\"\n", Sprout, []Row{
		{Text: "Noël, enfin", Local: "2026-12-25T18:45", Link: "https://boulangerie.example", Labels: []string{"pain", "fêtes"}, Pictures: []Picture{{URL: "https://images.example/1.jpg"}}},
	}},
	"Sprout, month first": {"date,time_24hr,message_text\n12/25/2026,18:45,Noël\n", Sprout, []Row{{Text: "Noël", Local: "2026-12-25T18:45"}}},
	"Agorapulse": {"post_content,post_link,video_url,image_url,date,time,labels\n\"Noël\nenfin\",https://boulangerie.example,,https://images.example/1.jpg,2026-12-25,18:45,\"pain, fêtes\"\n", Agorapulse, []Row{
		{Text: "Noël\nenfin", Local: "2026-12-25T18:45", Link: "https://boulangerie.example", Labels: []string{"pain", "fêtes"}, Pictures: []Picture{{URL: "https://images.example/1.jpg"}}},
	}},
	"Agorapulse, its four columns": {"post_content,post_link,video_url,image_url\nNoël,https://boulangerie.example,,https://images.example/1.jpg\n", Agorapulse, []Row{
		{Text: "Noël", Link: "https://boulangerie.example", Pictures: []Picture{{URL: "https://images.example/1.jpg"}}},
	}},
	"HighLevel, the header as its sample has it": {"postAtSpecificTime (YYYY-MM-DD HH:mm:ss),content,link (OGmetaUrl),imageUrls,gifUrl,videoUrls\n2026-12-25 18:45:00,Noël,https://boulangerie.example,\"https://images.example/1.jpg, https://images.example/2.jpg\",,\n", HighLevel, []Row{
		{Text: "Noël", Local: "2026-12-25T18:45", Link: "https://boulangerie.example", Pictures: []Picture{{URL: "https://images.example/1.jpg"}, {URL: "https://images.example/2.jpg"}}},
	}},
	"Publer": {"Date - Intl. format or prompt,Text,Link(s),Media URL(s),Title,Label(s),Alt text(s),Comment(s)\n2026/12/25 18:45,Noël,https://boulangerie.example,https://images.example/1.jpg,,pain,Une bûche,\n", Free, []Row{
		{Text: "Noël", Local: "2026-12-25T18:45", Link: "https://boulangerie.example", Labels: []string{"pain"}, Pictures: []Picture{{"https://images.example/1.jpg", "Une bûche"}}},
	}},
	"SocialBee": {"text,link,imageUrls,gifUrls,videoUrls,postAtSpecificTime (YYYY-MM-DD HH:mm:ss)\nNoël,,https://images.example/1.jpg,,,2026-12-25 18:45:00\n", SocialBee, []Row{
		{Text: "Noël", Local: "2026-12-25T18:45", Pictures: []Picture{{URL: "https://images.example/1.jpg"}}},
	}},
}

// metricool is the template of Metricool with one row.
func metricool(separator string, cells map[string]string) string {
	head, row := MetricoolHeader(), []string{}
	for _, h := range head {
		c := cells[h]
		if strings.ContainsAny(c, "\",;\n") {
			c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		row = append(row, c)
	}
	return strings.Join(head, separator) + "\n" + strings.Join(row, separator) + "\n"
}

// P3: the published shapes are recognised, and nothing is asked that the file
// answers, in whatever the file was saved: with its mark, by a French Excel with
// semicolons, in UTF-16, in windows-1252, with the line ends of Windows.
func TestPublishedShapesAreReadWithoutAQuestion(t *testing.T) {
	latin := func(s string) string {
		s, err := charmap.Windows1252.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	wide := func(s string) string {
		s, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	ways := map[string]func(string) string{
		"as it is": func(s string) string { return s },
		"marked":   func(s string) string { return "\ufeff" + s },
		"windows":  func(s string) string { return latin(strings.ReplaceAll(s, "\n", "\r\n")) },
		"utf-16":   wide, "semicolons": semicolons, "semicolons, windows": func(s string) string { return latin(semicolons(s)) },
		"tabs, utf-16": func(s string) string { return wide(separated(s, '\t')) },
	}
	for name, c := range published {
		for way, as := range ways {
			t.Run(name+"/"+way, func(t *testing.T) {
				r, rows := read(t, open(t, as(c.file)))
				if r.Shape.Profile != c.shape || r.Dates.Ask() {
					t.Errorf("taken for %q, order asked: %v", r.Shape.Profile, r.Dates.Ask())
				}
				for i := range rows {
					rows[i].Line = 0
				}
				if d := cmp.Diff(c.want, rows); d != "" {
					t.Error(d)
				}
			})
		}
	}
}

func semicolons(s string) string { return separated(s, ';') }

// separated writes the table again with another separator, every cell in quotes
// that needs them.
func separated(s string, sep rune) string {
	var b strings.Builder
	f, err := Open(strings.NewReader(s))
	if err != nil {
		panic(err)
	}
	_ = f.Each(func(r Record) error {
		for i, c := range r.Cells {
			if i > 0 {
				b.WriteRune(sep)
			}
			if strings.ContainsAny(c, "\"\n\t;") {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			b.WriteString(c)
		}
		b.WriteByte('\n')
		return nil
	})
	return b.String()
}

// P3: only a column in which nothing proves the order of the day is asked about.
func TestAHootsuiteFileIsAskedAboutOnlyWhenItsDaysAreOpen(t *testing.T) {
	r, rows := read(t, open(t, "03/04/2027 10:00,Bonjour,https://boulangerie.example\n05/06/2027 10:05,Suite,\n"))
	if r.Shape.Profile != Hootsuite || !r.Dates.Ask() || !slices.ContainsFunc(rows[0].Faults, func(f Fault) bool { return f.Key == "exchange.which_day" }) {
		t.Errorf("%s %+v %+v", r.Shape.Profile, r.Dates, rows)
	}
}

func TestAHeaderMaySayMoreThanItsName(t *testing.T) {
	for header, want := range map[string]Column{
		"Texte (Facebook)": {Field: Text, Network: "facebook"}, "Facebook (oui/non)": {Field: Flag, Network: "facebook"}, "Media URL(s)": {Field: Media},
		"Date - Intl. format or prompt": {Field: Day}, "Heure [HH:MM]": {Field: Hour}, "Notes (internes)": {},
	} {
		c := fieldOf(header)
		if c.Field != want.Field || c.Network != want.Network {
			t.Errorf("%q: %+v", header, c)
		}
	}
}
