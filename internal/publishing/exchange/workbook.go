package exchange

import (
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"vigie/internal/base/fault"
)

// workbookOptions read cells as they are kept, dates as the number of their
// day, and bound what a small file may unfold into.
var workbookOptions = excelize.Options{RawCellValue: true, UnzipSizeLimit: 400 << 20, UnzipXMLSizeLimit: 16 << 20}

func (f *File) workbook() (*excelize.File, error) {
	if _, err := f.src.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	w, err := excelize.OpenReader(f.src, workbookOptions)
	if err != nil {
		return nil, fault.New(fault.Invalid, "exchange.workbook").Because(err)
	}
	return w, nil
}

// look chooses the sheet: the first that is seen and holds something.
func (f *File) look() error {
	w, err := f.workbook()
	if err != nil {
		return err
	}
	defer w.Close()
	if p, err := w.GetWorkbookProps(); err == nil && p.Date1904 != nil {
		f.Since1904 = *p.Date1904
	}
	for _, name := range w.GetSheetList() {
		if seen, err := w.GetSheetVisible(name); err != nil || !seen {
			continue
		}
		full, err := holdsSomething(w, name)
		if err != nil {
			return fault.New(fault.Invalid, "exchange.workbook").Because(err)
		}
		switch {
		case full && f.Sheet == "":
			f.Sheet = name
		case full:
			f.Others = append(f.Others, name)
		}
	}
	if f.Sheet == "" {
		return errEmpty
	}
	return nil
}

func holdsSomething(w *excelize.File, name string) (bool, error) {
	rows, err := w.Rows(name)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		cells, err := rows.Columns(workbookOptions)
		if err != nil {
			return false, err
		}
		if strings.TrimSpace(strings.Join(cells, "")) != "" {
			return true, nil
		}
	}
	return false, rows.Error()
}

// eachRow reads the sheet. A formula gives the value that was kept with it.
func (f *File) eachRow(fn func(Record) error) error {
	w, err := f.workbook()
	if err != nil {
		return err
	}
	defer w.Close()
	rows, err := w.Rows(f.Sheet)
	if err != nil {
		return fault.New(fault.Invalid, "exchange.workbook").Because(err)
	}
	defer rows.Close()
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns(workbookOptions)
		if err != nil {
			return fault.New(fault.Invalid, "exchange.workbook").Because(err)
		}
		if len(cells) > maxColumns {
			cells = cells[:maxColumns]
		}
		if err := fn(Record{Line: line, Cells: cells}); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return fault.New(fault.Invalid, "exchange.workbook").Because(err)
	}
	return nil
}
