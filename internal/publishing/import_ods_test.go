package publishing

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"vigie/internal/publishing/exchange"
)

// ods is a spreadsheet as LibreOffice keeps it: days and hours are values, the
// end of the sheet is one row repeated.
func ods(t testing.TB, day string) string {
	t.Helper()
	text := func(s string) string {
		return `<table:table-cell office:value-type="string"><text:p>` + s + `</text:p></table:table-cell>`
	}
	date := fmt.Sprintf(`<table:table-cell office:value-type="date" office:date-value="%s"><text:p>vendredi</text:p></table:table-cell>`, day)
	hour := func(h int) string {
		return fmt.Sprintf(`<table:table-cell office:value-type="time" office:time-value="PT%02dH30M00S"><text:p>%dh30</text:p></table:table-cell>`, h, h)
	}
	row := func(cells ...string) string {
		return "<table:table-row>" + strings.Join(cells, "") + `<table:table-cell table:number-columns-repeated="16380"/></table:table-row>`
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range [][2]string{{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, {"content.xml", `<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="Planning">` +
		row(text("Jour"), text("Heure"), text("Texte"), text("Réseau")) + row(date, hour(10), text("Un"), text("@kerlann1")) + row(text("pas un jour"), hour(11), text("Deux"), text("@kerlann1")) +
		row(date, hour(12), text("Trois"), text("@kerlann1")) + `<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>`}} {
		w, err := z.Create(e[0])
		if err == nil {
			_, err = w.Write([]byte(e[1]))
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

// P3: a workbook of LibreOffice comes in as every other file: looked at, its bad
// row named, brought in, undone.
func TestASheetOfLibreOfficeComesIn(t *testing.T) {
	each(t, func(s *stage) {
		imp := s.open(ods(s.T, s.day(4)))
		if r := imp.Report; r.File.Kind != exchange.ODS || r.File.Sheet != "Planning" || r.Bad != 1 || r.Schedule != 2 || len(r.Questions) != 0 {
			s.Fatalf("%+v", r)
		}
		if f := imp.Report.Faults; len(f) != 1 || f[0].Line != 3 || f[0].Column != "Jour" || f[0].Value != "pas un jour" || f[0].Key != "exchange.date" {
			s.Errorf("%+v", f)
		}
		s.carryIn(imp, Accept{Bad: true})
		var got []string
		for _, r := range s.all() {
			got = append(got, r.Title+" "+r.Planned.Local)
		}
		slices.Sort(got)
		if strings.Join(got, ", ") != "Trois "+s.day(4)+"T12:30, Un "+s.day(4)+"T10:30" {
			s.Error(got)
		}
	})
}
