package ui

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf16"

	"github.com/a-h/templ"
)

// Frame is what a page tells the shell.
type Frame struct {
	Title string // in the top bar and in the window's title
	Sub   string // beside the title, quieter
	// Active is the key of the section to mark in the rail.
	Active string
	// Main is the one filled button of the screen, on the right of the top.
	Main *Action
	// Tools stand in the top bar before the search: a segmented control, a
	// link. Short.
	Tools templ.Component
	// Keys are the page's own keys, for the ? dialog and for keys.js.
	Keys []Key
	// Live are the topics this page listens to besides the person's and the
	// brand's own: "post:<id>".
	Live []string
	// Subject is what the person works on here ("post:<id>"), for the count of
	// focused seconds; empty measures nothing.
	Subject string
	// Wide leaves out the page's margins: panes, the calendar.
	Wide bool
	// Bare leaves out rail and top: sign-in, a client's page.
	Bare bool
	// Status is the HTTP status; 0 means 200.
	Status int
}

// Action is a link that looks like a button.
type Action struct {
	Label, Href, Icon string
	Key               string // single key that follows it: "N"
}

// Key is a key of the page. Href, Click (a CSS selector) or neither: then the
// page's own script acts and the dialog only lists it.
type Key struct {
	Keys  string // "N", "J", "Ctrl Enter", "G B"
	Label string
	Href  string
	Click string
}

// Page answers with the body inside the frame; to htmx asking for a part, with
// the body alone.
func Page(w http.ResponseWriter, r *Request, f Frame, body templ.Component) error {
	if r.Fragment() {
		return Fragment(w, r, f.Status, body)
	}
	v := r.view(w, f)
	if f.Bare {
		return Fragment(w, r, f.Status, bare(v, body))
	}
	return Fragment(w, r, f.Status, shell(v, body))
}

// Fragment answers with the component alone. status 0 means 200.
func Fragment(w http.ResponseWriter, r *Request, status int, body templ.Component) error {
	// Rendered first: an error in a template must still become an error page.
	var b bytes.Buffer
	if err := body.Render(r.Context(), &b); err != nil {
		return err
	}
	r.carry(w, false)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	h.Add("Vary", "HX-Request")
	h.Set("Content-Language", r.Loc.Lang)
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // the reader has left: nobody to tell
	}
	return nil
}

// Redirect sends the person to a page of ours after a POST: 303, or for htmx a
// client-side move that keeps the scroll.
func Redirect(w http.ResponseWriter, r *Request, to string) error {
	r.carry(w, true)
	w.Header().Set("Cache-Control", "private, no-store")
	if r.htmx() {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r.Request, to, http.StatusSeeOther)
	return nil
}

// Leave sends the person to another site (a network's sign-in). It is a page
// with a link that moves on by itself: browsers refuse a redirect elsewhere
// after a form, and the person sees where she goes.
func Leave(w http.ResponseWriter, r *Request, to string) error {
	if r.htmx() {
		return Redirect(w, r, to)
	}
	return Fragment(w, r, 0, bare(r.view(w, Frame{Title: r.T("ui.leave.title"), Bare: true}), leave(to, host(to))))
}

// Toast is a short sentence at the bottom of the screen.
type Toast struct {
	Text string `json:"text"`
	// Undo is where a POST takes the act back, offered for ten seconds.
	Undo string `json:"undo,omitempty"`
	// Signal is "alert" for what went wrong; empty is neutral.
	Signal string `json:"signal,omitempty"`
}

const flashCookie = "vigie_toast"

// Say shows a toast with this answer, or on the page a redirect leads to. Call
// it before Page, Fragment or Redirect.
func Say(r *Request, t Toast) { r.toast = &t }

// carry writes the toast into the answer's head: an event for htmx, a cookie
// for the page a redirect leads to.
func (r *Request) carry(w http.ResponseWriter, redirecting bool) {
	if r.toast == nil {
		return
	}
	b, err := json.Marshal(r.toast)
	if err != nil {
		return
	}
	if redirecting {
		http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString(b), Path: "/",
			MaxAge: 60, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.mux.cfg.HTTPS})
		return
	}
	if r.htmx() {
		w.Header().Set("HX-Trigger", `{"vigie:toast":`+ascii(b)+`}`)
	}
}

// ascii escapes what a header cannot carry.
func ascii(b []byte) string {
	var s strings.Builder
	for _, u := range utf16.Encode([]rune(string(b))) {
		if u < 0x80 {
			s.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&s, "\\u%04x", u)
		}
	}
	return s.String()
}

// takeFlash reads and clears the toast left by a redirect. It waits for a page
// that is shown: a script that reads the page again after a live event (its
// fetch metadata say so, https://www.w3.org/TR/fetch-metadata/) shows no toast.
func takeFlash(w http.ResponseWriter, r *http.Request) (t Toast, ok bool) {
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return t, false
	}
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return t, false
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || json.Unmarshal(b, &t) != nil || t.Text == "" {
		return t, false
	}
	if !strings.HasPrefix(t.Undo, "/") || strings.HasPrefix(t.Undo, "//") {
		t.Undo = ""
	}
	return t, true
}
