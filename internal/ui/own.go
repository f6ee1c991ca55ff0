package ui

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/platform/live"
)

// own are the hall's own routes.
func (m *Mux) own() []Route {
	list := []Route{
		{Method: "GET", Path: "/more", Guard: SignedIn, Handle: m.more},
		{Method: "GET", Path: "/search", Guard: SignedIn, Handle: m.search},
		{Method: "GET", Path: "/palette.json", Guard: SignedIn, Handle: m.palette},
		{Method: "GET", Path: "/manifest.webmanifest", Guard: Public, Handle: m.manifest},
		{Method: "GET", Path: "/favicon.ico", Guard: Public, Handle: favicon},
		{Method: "GET", Path: "/sw.js", Guard: Public, Handle: worker},
		{Method: "GET", Path: "/offline", Guard: Public, Handle: offline},
	}
	if m.cfg.Took != nil {
		list = append(list, Route{Method: "POST", Path: "/took", Guard: SignedIn, Handle: m.took, MaxBody: 4096})
	}
	if m.cfg.Here != nil {
		list = append(list, Route{Method: "POST", Path: "/here", Guard: SignedIn, Handle: m.here, MaxBody: 4096})
	}
	if m.cfg.Dev {
		list = append(list, Route{Method: "GET", Path: "/_components", Guard: Public, Handle: m.gallery})
	}
	return list
}

func (m *Mux) more(w http.ResponseWriter, r *Request) error {
	nav, foot := r.sections("")
	rest := append(nav[min(4, len(nav)):], foot...)
	f := Frame{Title: r.T("ui.more")}
	return Page(w, r, f, morePage(r.view(w, f), rest))
}

// hits are the palette's lines for a text: places first, then what app finds.
func (m *Mux) hits(r *Request, text string) []Hit {
	out := []Hit{} // never null for the script
	nav, foot := r.sections("")
	match := func(s string) bool { return text == "" || strings.Contains(fold(s), fold(text)) }
	b := r.Shown()
	if m.cfg.Find != nil && b.ID != "" {
		out = append(out, m.cfg.Find(r.Context(), r.Actor, b, text)...)
	}
	for _, it := range append(nav, foot...) {
		if match(it.Label) {
			h := Hit{Group: r.T("ui.palette_go"), Text: it.Label, Icon: it.Icon, Href: it.Href}
			if it.Letter != "" {
				h.Key = "G " + it.Letter
			}
			out = append(out, h)
		}
	}
	if m.cfg.Profile != "" && match(r.T("ui.profile")) {
		out = append(out, Hit{Group: r.T("ui.palette_go"), Text: r.T("ui.profile"), Icon: "client", Href: m.cfg.Profile})
	}
	for _, other := range r.brands() {
		if other.ID != b.ID && match(other.Name) {
			out = append(out, Hit{Group: r.T("ui.brands"), Text: other.Name, Note: other.About, Icon: "etiquette", Href: r.brandHome(other)})
		}
	}
	return out
}

// maxText bounds what is searched for.
const maxText = 200

func searched(r *Request) string {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	if rs := []rune(q); len(rs) > maxText {
		q = string(rs[:maxText])
	}
	return q
}

// palette answers palette.js.
func (m *Mux) palette(w http.ResponseWriter, r *Request) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	return json.NewEncoder(w).Encode(m.hits(r, searched(r)))
}

// search is the palette for those without JavaScript.
func (m *Mux) search(w http.ResponseWriter, r *Request) error {
	q := searched(r)
	return Page(w, r, Frame{Title: r.T("ui.search_title")}, searchPage(q, m.hits(r, q)))
}

// maxTook bounds one report: focus.js sends every half minute.
const maxTook = 10 * time.Minute

// took keeps the focused time spent on a subject.
func (m *Mux) took(w http.ResponseWriter, r *Request) error {
	var in struct {
		Subject string  `json:"subject"`
		Seconds float64 `json:"seconds"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return fault.New(fault.Invalid, "").Because(err)
	}
	d := time.Duration(in.Seconds * float64(time.Second))
	if d <= 0 || d > maxTook || in.Subject == "" || len(in.Subject) > 100 {
		return fault.New(fault.Invalid, "").At("seconds")
	}
	if !r.Person.Private { // the switch may have been turned while the page was open
		if err := m.cfg.Took(r.Context(), r.Actor, r.Shown(), in.Subject, d); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// here keeps who is on a page; live.js says it every half minute.
func (m *Mux) here(w http.ResponseWriter, r *Request) error {
	topic := r.PostFormValue("topic")
	if topic == "" || len(topic) > 100 {
		return fault.New(fault.Invalid, "").At("topic")
	}
	who, err := m.cfg.Here(r, topic, r.PostFormValue("gone") != "")
	if err != nil {
		return err
	}
	if who == nil {
		who = []live.Person{}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	return json.NewEncoder(w).Encode(who)
}

// manifest lets phones install Vigie (T2).
func (m *Mux) manifest(w http.ResponseWriter, r *Request) error {
	w.Header().Set("Content-Type", "application/manifest+json")
	return json.NewEncoder(w).Encode(map[string]any{
		"name": "Vigie", "short_name": "Vigie", "start_url": "/", "display": "standalone", "lang": r.Loc.Lang,
		"background_color": "#ffffff", "theme_color": "#15406b",
		"icons": []map[string]string{{"src": Asset("favicon.svg"), "sizes": "any", "type": "image/svg+xml"}},
	})
}

// favicon is for what asks without having read a page.
func favicon(w http.ResponseWriter, r *Request) error {
	http.Redirect(w, r.Request, Asset("favicon.svg"), http.StatusFound)
	return nil
}

// worker serves the service worker from the root, which it watches over.
func worker(w http.ResponseWriter, _ *Request) error {
	f := files.files["js/sw.js"]
	w.Header().Set("Content-Type", f.ctype)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(f.plain) // the reader has left
	return nil
}

// offline is what the worker shows when there is no connection. It holds
// nothing of anybody.
func offline(w http.ResponseWriter, r *Request) error {
	return Page(w, r, Frame{Title: r.T("ui.offline.title"), Bare: true}, offlinePage())
}

var unaccent = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ë", "e", "à", "a", "â", "a", "î", "i", "ï", "i", "ô", "o", "û", "u", "ù", "u", "ç", "c", "œ", "oe")

func fold(s string) string { return unaccent.Replace(strings.ToLower(s)) }
