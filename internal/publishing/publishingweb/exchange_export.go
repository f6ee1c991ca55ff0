package publishingweb

import (
	"bytes"
	"net/http"
	"net/url"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/publishing"
	"vigie/internal/publishing/exchange"
	"vigie/internal/ui"
)

// exportView is the page that makes a file.
type exportView struct {
	base string
	form *ui.Form
	from string
	to   string
}

var errFormat = fault.New(fault.Invalid, "export.format").At("format")

func (f *Face) exportPage(w http.ResponseWriter, r *ui.Request) error {
	now := r.Loc.Now().In(r.Loc.Zone)
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	v := exportView{base: "/b/" + string(r.Brand.ID), from: first.Format(dayLayout), to: first.AddDate(0, 1, -1).Format(dayLayout)}
	if q := r.URL.Query(); q.Get("from") != "" {
		v.from, v.to = q.Get("from"), q.Get("to")
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("export.title"), Active: "calendar"}, exportFormPage(v))
}

// exportFile sends the file of a period.
func (f *Face) exportFile(w http.ResponseWriter, r *ui.Request) error {
	q := r.URL.Query()
	format, ok := exchange.FormatOf(orElse(q.Get("format"), "csv"))
	if !ok {
		return errFormat
	}
	items, err := f.Room.Export(r.Context(), r.Actor, r.Brand.ID, publishing.Extract{From: q.Get("from"), To: q.Get("to"), Unplanned: q.Get("unplanned") != ""}, format)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := exchange.Write(&b, format, items); err != nil {
		return err
	}
	mime, ending := format.MIME()
	name := "vigie-" + format.Key + "-" + r.Loc.Now().In(r.Loc.Zone).Format(dayLayout) + "." + ending
	w.Header().Set("Content-Type", mime)
	w.Header().Set("Content-Disposition", "attachment; filename=\""+url.PathEscape(name)+"\"")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(b.Bytes())
	return err
}
