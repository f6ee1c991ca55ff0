package exchange

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"vigie/internal/base/fault"
)

// Limits of a file. They stand far above what any tool writes and bound memory.
const (
	MaxBytes   = 50 << 20
	MaxRows    = 20_000
	maxCell    = 1 << 20
	maxColumns = 500
)

// Kind is the kind of a file.
type Kind string

const (
	CSV  Kind = "csv"
	XLSX Kind = "xlsx"
	ODS  Kind = "ods" // OpenDocument: LibreOffice, OpenOffice, Collabora
)

// Record is one row of a table as it stands in the file.
type Record struct {
	Line  int // the first line is 1
	Cells []string
	// Fault is what is wrong with the row as such: a quote that never ends.
	Fault *Fault
}

func (r Record) empty() bool {
	for _, c := range r.Cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return r.Fault == nil
}

// File is a table on disk, with what was guessed of it.
type File struct {
	Kind      Kind
	Encoding  string // utf-8, utf-16le, utf-16be, windows-1252, mixed; empty for a workbook
	BOM       bool
	Delimiter rune   // 0 for a workbook
	Sheet     string // of a workbook: the one that is read
	Others    []string
	// Strays are the lines in another encoding than the rest of the file; they
	// are read as windows-1252.
	Strays []int
	// Since1904 says that the workbook counts its days from 1904.
	Since1904 bool

	src   io.ReadSeeker
	sheet int // of an OpenDocument: which of its sheets that are shown
}

var (
	errTooBig  = fault.New(fault.Invalid, "exchange.too_big").With("max", MaxBytes)
	errTooMany = fault.New(fault.Invalid, "exchange.too_many").With("max", MaxRows)
	errEmpty   = fault.New(fault.Invalid, "exchange.empty")
	errForm    = fault.New(fault.Invalid, "exchange.form")
	errDamaged = fault.New(fault.Invalid, "exchange.workbook")
	errLocked  = fault.New(fault.Invalid, "exchange.locked")
	errUnfolds = fault.New(fault.Invalid, "exchange.unfolds")
)

// Open looks at the beginning of a file and guesses how it is written. The
// reader is kept and read again by Each. Errors: invalid (too big, empty,
// neither a table of text nor a workbook).
func Open(src io.ReadSeeker) (*File, error) {
	n, err := src.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	switch {
	case n > MaxBytes:
		return nil, errTooBig.With("bytes", n)
	case n == 0:
		return nil, errEmpty
	}
	f := &File{src: src, Kind: CSV, sheet: -1}
	head, err := f.head(64 << 10)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		open, err := f.isOpenDocument()
		if err != nil {
			return nil, err
		}
		if open {
			f.Kind = ODS
			return f, f.lookSheets()
		}
		f.Kind = XLSX
		return f, f.look()
	}
	if bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0}) {
		return nil, fault.New(fault.Invalid, "exchange.old_excel")
	}
	if bytes.HasPrefix(head, []byte("%PDF")) || bytes.HasPrefix(head, []byte("\x89PNG")) || bytes.HasPrefix(head, []byte("\xff\xd8\xff")) {
		return nil, errForm
	}
	f.Encoding, f.BOM = encodingOf(head)
	if f.Encoding == "" {
		return nil, errForm
	}
	text, err := f.sample(head)
	if err != nil {
		return nil, err
	}
	f.Delimiter = delimiterOf(text)
	return f, f.surveyLines()
}

func (f *File) head(n int64) ([]byte, error) {
	if _, err := f.src.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(f.src, n))
}

// sample is the beginning of the file as text, whole lines of it.
func (f *File) sample(head []byte) (string, error) {
	b, err := io.ReadAll(newDecoder(bytes.NewReader(head), f.Encoding, nil))
	if err != nil {
		return "", err
	}
	text := string(b)
	if i := strings.LastIndexByte(text, '\n'); i > 0 && len(head) == 64<<10 {
		text = text[:i+1]
	}
	if strings.Contains(text, "\x00") {
		return "", errForm
	}
	return text, nil
}

// surveyLines reads the file once, to learn whether all its lines are in one
// encoding.
func (f *File) surveyLines() error {
	if f.Encoding != "utf-8" && f.Encoding != "windows-1252" {
		return nil
	}
	if _, err := f.src.Seek(0, io.SeekStart); err != nil {
		return err
	}
	s := &survey{}
	if _, err := io.Copy(io.Discard, newDecoder(f.src, "utf-8", s)); err != nil {
		return err
	}
	switch {
	case s.strange == 0:
		f.Encoding = "utf-8"
	case s.accented == 0:
		f.Encoding = "windows-1252"
	default:
		f.Encoding, f.Strays = "mixed", s.lines
	}
	return nil
}

// errStop ends Each early without being an error.
var errStop = errors.New("stop")

// Each gives every row that is not empty, in order; fn may keep what it gets.
// It can be called again. Errors: fn's own, invalid (a broken workbook, more
// than MaxRows rows).
func (f *File) Each(fn func(Record) error) error {
	n := 0
	count := func(r Record) error {
		if r.empty() {
			return nil
		}
		if n++; n > MaxRows+1 {
			return errTooMany
		}
		return fn(r)
	}
	var err error
	switch f.Kind {
	case XLSX:
		err = f.eachRow(count)
	case ODS:
		err = f.eachSheetRow(count)
	default:
		err = f.eachLine(count)
	}
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// First gives the first n rows.
func (f *File) First(n int) (out []Record, err error) {
	err = f.Each(func(r Record) error {
		if out = append(out, r); len(out) == n {
			return errStop
		}
		return nil
	})
	return out, err
}

func (f *File) eachLine(fn func(Record) error) error {
	if _, err := f.src.Seek(0, io.SeekStart); err != nil {
		return err
	}
	enc := f.Encoding
	if enc == "mixed" || enc == "windows-1252" {
		enc = "utf-8" // line by line: what is not UTF-8 is read as windows-1252
	}
	c := &cutter{r: bufio.NewReaderSize(newDecoder(f.src, enc, nil), 64<<10), delimiter: f.Delimiter, line: 1}
	for first := true; ; first = false {
		r, err := c.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if first && len(r.Cells) <= 2 && strings.HasPrefix(strings.ToLower(r.Cells[0]), "sep=") {
			continue // Excel's own word for the separator
		}
		if err := fn(r); err != nil {
			return err
		}
	}
}
