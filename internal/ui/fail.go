package ui

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"vigie/internal/base/fault"
)

// fail answers an error: sign-in for those without a session, a toast for a
// script, a page for the rest. The cause goes to the log only.
func (m *Mux) fail(w http.ResponseWriter, r *Request, err error) {
	if tooLarge(err) {
		err = fault.New(fault.Invalid, "ui.too_large").Because(err)
	}
	e := fault.As(err)
	status := fault.HTTPStatus(err)
	if status >= 500 {
		m.cfg.Log.Error("failed", "request", r.Number, "method", r.Method, "path", m.logged(r.URL.Path), "err", err)
	} else {
		m.cfg.Log.Debug("refused", "request", r.Number, "method", r.Method, "path", m.logged(r.URL.Path), "err", err)
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-store")
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds()+1)))
	}
	if e.Kind == fault.SignedOut && !r.SignedIn() {
		to := m.cfg.SignIn
		if back := r.back(); back != "/" {
			to += "?next=" + url.QueryEscape(back)
		}
		switch {
		case r.htmx():
			h.Set("HX-Redirect", to)
			w.WriteHeader(http.StatusUnauthorized)
			return
		case !r.wantsJSON() && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			http.Redirect(w, r.Request, to, http.StatusSeeOther)
			return
		}
	}
	text := r.Loc.Fault(err)
	switch {
	case r.wantsJSON():
		h.Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"title": text, "status": status, "number": fault.Number(err), "request": r.Number})
	case r.htmx():
		// The page stays as it is, with what was typed; the toast says why.
		h.Set("HX-Reswap", "none")
		r.toast = &Toast{Text: text, Signal: "alert"}
		r.carry(w, false)
		w.WriteHeader(status)
	default:
		f := Frame{Title: r.T(titleKey(e.Kind)), Status: status, Bare: !r.SignedIn()}
		if err := Page(w, r, f, faultPage(r, err)); err != nil {
			m.cfg.Log.Error("the page of an error failed", "request", r.Number, "err", err)
			http.Error(w, text, status)
		}
	}
}

// back is the page the person was on: this one for a GET, the one that sent
// the form otherwise.
func (r *Request) back() string {
	at := r.URL.RequestURI()
	if r.htmx() || r.Method != http.MethodGet {
		u, err := url.Parse(r.Referer())
		if err != nil || u.Host != r.Host {
			return "/"
		}
		at = u.RequestURI()
	}
	return at
}

func titleKey(k fault.Kind) string { return "ui.fault." + string(k) }

// FaultOf is the sentence for the person and the signal for an error, for the
// faces that show it in place.
func (r *Request) FaultOf(err error) string { return r.Loc.Fault(err) }
