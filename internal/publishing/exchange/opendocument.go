package exchange

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Names of OpenDocument 1.2 and later (ISO/IEC 26300, part 1: chapters 9, 19).
const (
	nsOffice = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
	nsTable  = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
	nsText   = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
	nsStyle  = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
)

// sheetReader walks the sheets of an OpenDocument spreadsheet, one row in
// memory. Rows and cells that say how often they repeat are given as often as
// they hold something; empty ones are only counted.
type sheetReader struct {
	d      *xml.Decoder
	in     *unfolding
	depth  int
	hidden map[string]bool // styles of tables that are not shown
	sheets int
	given  int // bytes of cells given out, repeats included
	// Since1904 is what the document says of its first day.
	since1904 bool
}

// maxGiven bounds what repeated rows unfold into.
const maxGiven = 256 << 20

// eachSheet reads the document. begin says of every sheet that is shown whether
// its rows are wanted; row gets them. errStop of either ends the reading.
func (f *File) eachSheet(begin func(name string) bool, row func(Record) error) (since1904 bool, err error) {
	in, err := f.table()
	if err != nil {
		return false, err
	}
	defer in.close()
	var own error // of row, which is not the document's fault
	s := &sheetReader{d: xml.NewDecoder(in), in: in, hidden: map[string]bool{}}
	err = s.walk(begin, func(r Record) error { own = row(r); return own })
	switch {
	case err == nil, errors.Is(err, errStop):
		return s.since1904, nil
	case own != nil:
		return s.since1904, own
	case in.src.err != nil:
		return s.since1904, in.src.err
	case in.over, errors.Is(err, errUnfolds):
		return s.since1904, errUnfolds
	}
	return s.since1904, errDamaged.Because(err)
}

var errDeep = errors.New("exchange: elements stand too deep in each other")

// next gives the next token and keeps count of the depth.
func (s *sheetReader) next() (xml.Token, error) {
	s.in.piece = 0
	t, err := s.d.Token()
	switch t.(type) {
	case xml.StartElement:
		if s.depth++; s.depth > maxDepth {
			return nil, errDeep
		}
	case xml.EndElement:
		s.depth--
	}
	return t, err
}

// skip leaves the element whose start was read.
func (s *sheetReader) skip() error {
	for to := s.depth - 1; s.depth > to; {
		if _, err := s.next(); err != nil {
			return err
		}
	}
	return nil
}

func (s *sheetReader) walk(begin func(string) bool, row func(Record) error) error {
	style := ""
	for {
		t, err := s.next()
		if err != nil {
			if err == io.EOF && s.sheets > 0 {
				return nil
			}
			return err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		switch {
		case e.Name.Space == nsStyle && e.Name.Local == "style":
			style = attr(e, nsStyle, "name")
		case e.Name.Space == nsStyle && e.Name.Local == "table-properties":
			s.hidden[style] = attr(e, nsTable, "display") == "false"
		case e.Name.Space == nsTable && e.Name.Local == "null-date":
			s.since1904 = strings.HasPrefix(attr(e, nsTable, "date-value"), "1904")
		case e.Name.Space == nsTable && (e.Name.Local == "tracked-changes" || e.Name.Local == "dde-links"):
			err = s.skip() // they hold cells that are in no sheet
		case e.Name.Space == nsTable && e.Name.Local == "table":
			s.sheets++
			if name := attr(e, nsTable, "name"); s.hidden[attr(e, nsTable, "style-name")] || !begin(name) {
				err = s.skip()
			} else {
				err = s.sheet(row)
			}
		}
		if err != nil {
			return err
		}
	}
}

// sheet reads the rows of the sheet that has begun.
func (s *sheetReader) sheet(fn func(Record) error) error {
	line := 1
	for to := s.depth - 1; s.depth > to; {
		t, err := s.next()
		if err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		switch {
		case !ok:
		case e.Name.Space == nsTable && e.Name.Local == "table-row":
			again := repeats(e, "number-rows-repeated")
			rec, err := s.row()
			if err != nil {
				return err
			}
			if rec.empty() {
				line += again
				continue
			}
			bytes := 0
			for _, c := range rec.Cells {
				bytes += len(c)
			}
			for range again {
				if s.given += bytes; s.given > maxGiven {
					return errUnfolds
				}
				rec.Line = line
				if rec.Fault != nil {
					f := *rec.Fault
					f.Line, rec.Fault = line, &f
				}
				if err := fn(rec); err != nil {
					return err
				}
				line++
			}
		case e.Name.Space == nsTable && (e.Name.Local == "table-row-group" || e.Name.Local == "table-rows" || e.Name.Local == "table-header-rows"):
			// what groups rows stands for its rows
		default:
			if err := s.skip(); err != nil {
				return err
			}
		}
	}
	return nil
}

// row reads the cells of the row that has begun. Empty cells at its end are
// left out.
func (s *sheetReader) row() (rec Record, err error) {
	empty := 0
	for to := s.depth - 1; s.depth > to; {
		t, err := s.next()
		if err != nil {
			return rec, err
		}
		e, ok := t.(xml.StartElement)
		switch {
		case !ok:
		case e.Name.Space == nsTable && (e.Name.Local == "table-cell" || e.Name.Local == "covered-table-cell"):
			again := repeats(e, "number-columns-repeated")
			cell, long, err := s.cell(e)
			if err != nil {
				return rec, err
			}
			if long {
				rec.Fault = &Fault{Key: "exchange.cell", Value: excerpt(cell)}
				cell = ""
			}
			if cell == "" {
				empty = min(empty+again, maxColumns)
				continue
			}
			for ; empty > 0 && len(rec.Cells) < maxColumns; empty-- {
				rec.Cells = append(rec.Cells, "")
			}
			for empty = 0; again > 0 && len(rec.Cells) < maxColumns; again-- {
				rec.Cells = append(rec.Cells, cell)
			}
		default:
			if err := s.skip(); err != nil {
				return rec, err
			}
		}
	}
	return rec, nil
}

// cell reads the cell that has begun: its value as it is kept, not as it is
// shown. long tells that it holds more than a cell may.
func (s *sheetReader) cell(e xml.StartElement) (value string, long bool, err error) {
	shown, long, err := s.words()
	if err != nil {
		return "", false, err
	}
	switch attr(e, nsOffice, "value-type") {
	case "float", "percentage", "currency":
		value = attr(e, nsOffice, "value")
	case "boolean":
		value = attr(e, nsOffice, "boolean-value")
	case "date":
		value = dayOf(attr(e, nsOffice, "date-value"))
	case "time":
		value = hourOf(attr(e, nsOffice, "time-value"))
	case "string":
		value = attr(e, nsOffice, "string-value")
	}
	if value == "" {
		return shown, long, nil
	}
	return value, len(value) > maxCell, nil
}

// broken is a line of the XML that was broken to be read by people: one space.
// Other spaces stand as they are, as LibreOffice writes and reads them.
var broken = regexp.MustCompile(`[ \t]*[\r\n]\s*`)

// words reads the paragraphs of the cell that has begun, without its remarks,
// its drawings and what else stands in it and is not its words.
func (s *sheetReader) words() (string, bool, error) {
	var b strings.Builder
	paragraphs, inside, long, start := 0, 0, false, false
	for to := s.depth - 1; s.depth > to; {
		t, err := s.next()
		if err != nil {
			return "", false, err
		}
		if long = long || b.Len() > maxCell; long {
			continue
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch {
			case t.Name.Space == nsText && (t.Name.Local == "p" || t.Name.Local == "h"):
				if paragraphs++; paragraphs > 1 {
					b.WriteByte('\n')
				}
				inside, start = s.depth, true
			case t.Name.Space == nsText && t.Name.Local == "s":
				n, err := strconv.Atoi(attr(t, nsText, "c"))
				if err != nil {
					n = 1
				}
				b.WriteString(strings.Repeat(" ", min(max(n, 0), 1000)))
				start = false
			case t.Name.Space == nsText && t.Name.Local == "tab":
				b.WriteByte('\t')
				start = false
			case t.Name.Space == nsText && t.Name.Local == "line-break":
				b.WriteByte('\n')
				start = false
			case t.Name.Space == nsText && (t.Name.Local == "note" || t.Name.Local == "ruby-text"), t.Name.Space != nsText:
				if err := s.skip(); err != nil { // a remark (office:annotation), a drawing, a table in a cell
					return "", false, err
				}
			}
		case xml.EndElement:
			if s.depth < inside {
				inside = 0
			}
		case xml.CharData:
			if inside == 0 {
				continue // between the paragraphs
			}
			words := broken.ReplaceAllString(string(t), " ")
			if start && words != string(t) {
				words = strings.TrimPrefix(words, " ")
			}
			b.WriteString(words)
			start = start && words == ""
		}
	}
	return b.String(), long || b.Len() > maxCell, nil
}

func attr(e xml.StartElement, space, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == space {
			return a.Value
		}
	}
	return ""
}

// repeats is how often a row or a cell stands there, bounded by what a sheet
// has: LibreOffice writes the empty end of a sheet as one row repeated a million
// times.
func repeats(e xml.StartElement, name string) int {
	n, err := strconv.Atoi(attr(e, nsTable, name))
	if err != nil {
		return 1
	}
	return min(max(n, 1), 1<<21)
}

// dayOf is the date of a cell; the fraction by which a calculated hour misses
// its second is rounded.
func dayOf(s string) string {
	if t, err := time.Parse("2006-01-02T15:04:05", s); err == nil { // reads a fraction too
		return t.Round(time.Second).Format("2006-01-02T15:04:05")
	}
	return s
}

var spanForm = regexp.MustCompile(`^PT(\d{1,5})H(\d{1,2})M(\d{1,2})(?:[.,](\d{1,12}))?S$`)

// hourOf is the hour of a cell, which is kept as a span since midnight.
func hourOf(s string) string {
	g := spanForm.FindStringSubmatch(s)
	if g == nil {
		return s
	}
	span := time.Duration(number(g[1]))*time.Hour + time.Duration(number(g[2]))*time.Minute + time.Duration(number(g[3]))*time.Second
	if g[4] >= "5" {
		span += time.Second
	}
	if span >= 24*time.Hour {
		return s
	}
	return time.Time{}.Add(span).Format("15:04:05")
}

// lookSheets chooses the sheet of an OpenDocument: the first that is shown and
// holds something.
func (f *File) lookSheets() error {
	var names []string
	full := map[int]bool{}
	since, err := f.eachSheet(func(name string) bool { names = append(names, name); return true }, func(Record) error { full[len(names)-1] = true; return nil })
	if err != nil {
		return err
	}
	f.Since1904 = since
	for i, name := range names {
		switch {
		case full[i] && f.Sheet == "" && f.sheet < 0:
			f.Sheet, f.sheet = name, i
		case full[i]:
			f.Others = append(f.Others, name)
		}
	}
	if f.sheet < 0 {
		return errEmpty
	}
	return nil
}

// eachSheetRow reads the chosen sheet.
func (f *File) eachSheetRow(fn func(Record) error) error {
	at := -1
	_, err := f.eachSheet(func(string) bool { at++; return at == f.sheet }, func(r Record) error {
		return fn(r)
	})
	return err
}
