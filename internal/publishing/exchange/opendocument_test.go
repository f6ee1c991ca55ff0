package exchange

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/base/fault"
)

// P3: a file that LibreOffice 7.4 wrote, with what people's sheets hold: days and
// hours as such, a remark, a formula, joined cells, a hidden sheet before the
// one that counts, and an end of sheet that is a row repeated a million times.
func TestASheetOfLibreOfficeIsRead(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "libreoffice.ods"))
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, string(b))
	if f.Kind != ODS || f.Sheet != "Sheet1" || !slices.Equal(f.Others, []string{"Notes"}) {
		t.Errorf("%+v", f)
	}
	r, rows := read(t, f)
	bluesky := []Target{{"Bluesky", "bluesky", ""}}
	if d := cmp.Diff([]Row{
		{Line: 2, Text: "Été à l’œuvre :  deux espaces\nune ligne 🥖", Local: "2026-12-25T18:45", Targets: bluesky},
		{Line: 3, Text: "Ouverture", Local: "2026-12-26T18:45"},
		{Line: 4, Text: "calculé", Local: "2026-12-27T09:05", Targets: bluesky, Pictures: []Picture{{URL: "https://images.example/pain.jpg"}}, Extra: map[string]string{"Suivi interne": "42.5"}},
		{Line: 6, Text: "sans date"},
	}, rows); d != "" {
		t.Error(d)
	}
	if r.Rows != 4 || r.Dates.Ask() {
		t.Errorf("%+v", r)
	}
}

// sheet makes an OpenDocument around the rows of one sheet.
func sheet(t testing.TB, rows string) string {
	return packed(t, `<table:table table:name="Feuille1">`+rows+`</table:table>`)
}

func packed(t testing.TB, tables string) string {
	t.Helper()
	return zipped(t, "mimetype", odsType, "content.xml", `<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="`+nsOffice+`" xmlns:table="`+nsTable+`" xmlns:text="`+nsText+`" xmlns:style="`+nsStyle+`" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0">
<office:automatic-styles><style:style style:name="hid" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet>`+tables+`</office:spreadsheet></office:body></office:document-content>`)
}

func zipped(t testing.TB, entries ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for i := 0; i < len(entries); i += 2 {
		h := &zip.FileHeader{Name: entries[i], Method: zip.Deflate}
		if entries[i] == "mimetype" {
			h.Method = zip.Store
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(w, entries[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func cells(texts ...string) string {
	var b strings.Builder
	b.WriteString("<table:table-row>")
	for _, s := range texts {
		if !strings.HasPrefix(s, "<") {
			s = `<table:table-cell office:value-type="string"><text:p>` + s + `</text:p></table:table-cell>`
		}
		b.WriteString(s)
	}
	b.WriteString("</table:table-row>")
	return b.String()
}

func TestCellsOfASheetSayWhatTheyHold(t *testing.T) {
	for name, c := range map[string]struct{ cell, want string }{
		"a span":               {`<table:table-cell><text:p>a<text:span>b</text:span><text:s text:c="3"/>c<text:tab/><text:line-break/>d</text:p></table:table-cell>`, "ab   c\t\nd"},
		"a link":               {`<table:table-cell><text:p><text:a>voir</text:a> ici</text:p></table:table-cell>`, "voir ici"},
		"lines of the XML":     {"<table:table-cell>\n  <text:p>\n   a\n   b</text:p>\n  <text:p>c</text:p>\n</table:table-cell>", "a b\nc"},
		"a drawing":            {`<table:table-cell><draw:frame><draw:text-box><text:p>légende</text:p></draw:text-box></draw:frame><text:p>x</text:p></table:table-cell>`, "x"},
		"a table in it":        {`<table:table-cell><table:table><table:table-row><table:table-cell><text:p>in</text:p></table:table-cell></table:table-row></table:table><text:p>x</text:p></table:table-cell>`, "x"},
		"a number as shown":    {`<table:table-cell office:value-type="currency" office:value="12.5"><text:p>12,50 €</text:p></table:table-cell>`, "12.5"},
		"a percentage":         {`<table:table-cell office:value-type="percentage" office:value="0.2"><text:p>20 %</text:p></table:table-cell>`, "0.2"},
		"yes":                  {`<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>VRAI</text:p></table:table-cell>`, "true"},
		"a calculated hour":    {`<table:table-cell office:value-type="date" office:date-value="2026-12-25T18:44:59.999999999"><text:p>18:45</text:p></table:table-cell>`, "2026-12-25T18:45:00"},
		"an hour":              {`<table:table-cell office:value-type="time" office:time-value="PT09H04M59.9S"><text:p>9:05</text:p></table:table-cell>`, "09:05:00"},
		"more than a day":      {`<table:table-cell office:value-type="time" office:time-value="PT30H00M00S"><text:p>30:00</text:p></table:table-cell>`, "PT30H00M00S"},
		"another's value-type": {`<table:table-cell office:value-type="string" calcext:value-type="float"><text:p>007</text:p></table:table-cell>`, "007"},
	} {
		first, err := open(t, sheet(t, cells(c.cell))).First(1)
		if err != nil || len(first) != 1 || first[0].Cells[0] != c.want {
			t.Errorf("%s: %+v %v", name, first, err)
		}
	}
}

// P3: rows and cells that repeat are as many as they say, counted when they are
// empty and bounded when they are not; what groups rows is no row.
func TestRepeatedRowsAndCellsAreCounted(t *testing.T) {
	gap := `<table:table-row table:number-rows-repeated="7"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>`
	far := `<table:table-cell table:number-columns-repeated="16384"/>`
	twice := strings.Replace(cells(`<table:table-cell table:number-columns-repeated="2" office:value-type="string"><text:p>b</text:p></table:table-cell>`, far), "<table:table-row", `<table:table-row table:number-rows-repeated="2"`, 1)
	var got []Record
	f := open(t, sheet(t, `<table:table-header-rows>`+cells("a", `<table:table-cell table:number-columns-repeated="2"/>`, "d", far)+`</table:table-header-rows>`+gap+`<table:table-row-group>`+twice+`</table:table-row-group>`+gap))
	if err := f.Each(func(r Record) error { got = append(got, r); return nil }); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Record{{Line: 1, Cells: []string{"a", "", "", "d"}}, {Line: 9, Cells: []string{"b", "b"}}, {Line: 10, Cells: []string{"b", "b"}}}, got); d != "" {
		t.Error(d)
	}
	wide, err := open(t, sheet(t, cells("a", `<table:table-cell table:number-columns-repeated="99999999"/>`, "z"))).First(1)
	if err != nil || len(wide[0].Cells) != maxColumns {
		t.Errorf("%d columns, %v", len(wide[0].Cells), err)
	}
}

func key(err error) string {
	if e := fault.As(err); e != nil {
		return e.Key
	}
	return ""
}

// Bad cases: what a small package unfolds into, what is in no sheet, what is
// behind a password, and other documents.
func TestAPackageThatIsNoPlanningIsRefusedInWords(t *testing.T) {
	repeated := func(n int, cell string) string {
		return strings.Replace(cells(cell), "<table:table-row", fmt.Sprintf(`<table:table-row table:number-rows-repeated="%d"`, n), 1)
	}
	ods := sheet(t, cells("a", "b"))
	for name, c := range map[string]struct{ file, want string }{
		"a million rows of words": {sheet(t, repeated(1_048_576, "a")), "exchange.too_many"},
		"rows that unfold":        {sheet(t, repeated(20_000, strings.Replace(`<table:table-cell table:number-columns-repeated="500"><text:p>X</text:p></table:table-cell>`, "X", strings.Repeat("mot ", 1000), 1))), "exchange.unfolds"},
		"a bomb":                  {sheet(t, cells("a")+strings.Repeat(" ", maxUnfolded)), "exchange.unfolds"},
		"one endless tag":         {sheet(t, `<table:table-row x="`+strings.Repeat("a", maxPiece+1)+`"/>`), "exchange.unfolds"},
		"a tower":                 {sheet(t, strings.Repeat("<x>", 100_000)), "exchange.workbook"},
		"half of it":              {ods[:len(ods)/2], "exchange.workbook"},
		"broken XML":              {zipped(t, "mimetype", odsType, "content.xml", "<a><b></a>"), "exchange.workbook"},
		"another encoding":        {zipped(t, "mimetype", odsType, "content.xml", `<?xml version="1.0" encoding="koi8-r"?><a/>`), "exchange.workbook"},
		"an entity":               {zipped(t, "mimetype", odsType, "content.xml", `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`), "exchange.workbook"},
		"no sheet":                {zipped(t, "mimetype", odsType, "content.xml", `<a/>`), "exchange.workbook"},
		"nothing in it":           {packed(t, `<table:table table:name="a"/>`), "exchange.empty"},
		"all hidden":              {packed(t, `<table:table table:name="a" table:style-name="hid">`+cells("a")+`</table:table>`), "exchange.empty"},
		"a letter":                {zipped(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<a/>"), "exchange.form"},
		"a password":              {zipped(t, "mimetype", odsType, "content.xml", "\x8e\x01", "META-INF/manifest.xml", `<manifest:encryption-data/>`), "exchange.locked"},
		"a newer password":        {zipped(t, "mimetype", odsType, "encrypted-package", "\x8e\x01"), "exchange.locked"},
	} {
		f, err := Open(strings.NewReader(c.file))
		if err == nil {
			err = f.Each(func(Record) error { return nil })
		}
		if got := key(err); got != c.want {
			t.Errorf("%s: %q (%v)", name, got, err)
		}
	}
	// The kind is the package's own word, whatever else stands in it.
	f := open(t, packed(t, `<table:tracked-changes><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:tracked-changes><table:table table:name="h" table:style-name="hid">`+cells("x")+`</table:table><table:table table:name="s">`+cells("a")+`</table:table><table:table table:name="u">`+cells("a")+`</table:table>`))
	if f.Sheet != "s" || !slices.Equal(f.Others, []string{"u"}) {
		t.Errorf("%q, others %q", f.Sheet, f.Others)
	}
}

func TestACellLongerThanACellMayBeIsAFaultOfItsRow(t *testing.T) {
	first, err := open(t, sheet(t, cells("a")+cells(strings.Repeat("long ", maxCell/5+10)))).First(2)
	if err != nil || len(first) != 2 || first[1].Fault == nil || first[1].Fault.Key != "exchange.cell" || first[1].Fault.Line != 2 {
		t.Errorf("%+v %v", first, err)
	}
}

// P3: what LibreOffice makes of every published shape is read as the shape; only
// where it is installed.
func TestLibreOfficeItselfWritesWhatIsRead(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not installed: only the file it wrote once is read")
	}
	if runtime.GOOS == "windows" {
		t.Skip("soffice says nothing on Windows")
	}
	dir := t.TempDir()
	csv := "Text,Image URL,Tags,Posting Time\n\"Bonjour, \"\"oui\"\"\nsuite\",https://a.example/p.jpg,\"pain, four\",2026-12-01 09:30\n"
	if err := os.WriteFile(filepath.Join(dir, "buffer.csv"), []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a first start makes its profile and ends
		out, err := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--infilter=Text - txt - csv (StarCalc):44,34,76,1", "--convert-to", "ods", "--outdir", dir, filepath.Join(dir, "buffer.csv")).CombinedOutput()
		t.Logf("%s %v", out, err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "buffer.ods"))
	if err != nil {
		t.Fatal(err)
	}
	r, rows := read(t, open(t, string(b)))
	want := Row{Line: 2, Text: "Bonjour, \"oui\"\nsuite", Local: "2026-12-01T09:30", Pictures: []Picture{{URL: "https://a.example/p.jpg"}}, Labels: []string{"pain", "four"}}
	if d := cmp.Diff([]Row{want}, rows); d != "" || r.Shape.Profile != Buffer {
		t.Error(r.Shape.Profile, d)
	}
}
