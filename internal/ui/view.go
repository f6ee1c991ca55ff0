package ui

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vigie/internal/brand"
)

// view is everything the shell draws.
type view struct {
	r        *Request
	f        Frame
	brand    brand.Brand
	brands   []brand.Brand
	nav      []navItem
	foot     []navItem
	notices  []Notice
	toast    *Toast
	brandURL func(brand.Brand) string
}

type navItem struct {
	Section
	Label   string
	Href    string
	N       int
	Current bool
}

func (r *Request) view(w http.ResponseWriter, f Frame) view {
	v := view{r: r, f: f}
	cfg := r.mux.cfg
	if r.toast != nil {
		v.toast = r.toast
	} else if t, ok := takeFlash(w, r.Request); ok {
		v.toast = &t
	}
	if f.Bare || !r.SignedIn() {
		return v
	}
	v.brand, v.brands = r.Shown(), r.brands()
	v.brandURL = r.brandHome
	if v.brand.ID == "" {
		return v
	}
	v.nav, v.foot = r.sections(f.Active)
	if cfg.Notices != nil {
		v.notices = cfg.Notices(r.Context(), r.Actor, v.brand)
	}
	return v
}

// sections lists the sections the person may enter in the shown brand.
func (r *Request) sections(active string) (nav, foot []navItem) {
	b := r.Shown()
	for _, s := range r.mux.cfg.Sections {
		if b.ID == "" || s.Needs != "" && !r.Actor.May(b.ID, s.Needs) {
			continue
		}
		it := navItem{Section: s, Label: r.T("ui.section." + s.Key), Href: s.Path(b), Current: s.Key == active}
		if s.Count != nil {
			it.N = s.Count(r.Context(), r.Actor, b)
		}
		if s.Foot {
			foot = append(foot, it)
		} else {
			nav = append(nav, it)
		}
	}
	return nav, foot
}

// brandHome is the first section of a brand that the person may enter.
func (r *Request) brandHome(b brand.Brand) string {
	for _, s := range r.mux.cfg.Sections {
		if s.Needs == "" || r.Actor.May(b.ID, s.Needs) {
			return s.Path(b)
		}
	}
	return "/"
}

// tabs are the tab bar's sections: four at most, the rest is behind "More".
func (v view) tabs() []navItem { return v.nav[:min(4, len(v.nav))] }

// moreCurrent tells whether the page is behind "More".
func (v view) moreCurrent() bool {
	for _, it := range v.tabs() {
		if it.Current {
			return false
		}
	}
	return true
}

func (v view) now() string { return strconv.FormatFloat(dayGone(v.r.Loc), 'f', 4, 64) }

// topics are what the page listens to: the person, the brand, its own.
func (v view) topics() string {
	t := []string{"person:" + string(v.r.Actor.Person)}
	if v.brand.ID != "" {
		t = append(t, "brand:"+string(v.brand.ID))
	}
	return strings.Join(append(t, v.f.Live...), " ")
}

func (v view) liveURL() string { return v.r.mux.cfg.Live }

// subject is what the time on this page is counted for; empty when nobody
// counts or the person has asked not to.
func (v view) subject() string {
	if v.r.mux.cfg.Took == nil || v.r.Person.Private || v.brand.ID == "" {
		return ""
	}
	return v.f.Subject
}

func (v view) windowTitle() string {
	if v.f.Title == "" {
		return "Vigie"
	}
	if v.r.Brand.ID != "" {
		return v.f.Title + " · " + v.r.Brand.Name + " · Vigie"
	}
	return v.f.Title + " · Vigie"
}

// keys are the keys of every page, then those of this one.
func (v view) keys() (everywhere, here []Key) {
	t := v.r.T
	everywhere = []Key{{Keys: "Ctrl K", Label: t("ui.key.palette")}, {Keys: "/", Label: t("ui.key.search")}}
	for _, it := range v.nav {
		if it.Letter != "" {
			everywhere = append(everywhere, Key{Keys: "G " + it.Letter, Label: it.Label, Href: it.Href})
		}
	}
	if len(v.brands) > 1 {
		everywhere = append(everywhere, Key{Keys: "B", Label: t("ui.key.brands"), Click: ".rail-brand"})
	}
	if v.f.Main != nil && v.f.Main.Key != "" {
		here = append(here, Key{Keys: v.f.Main.Key, Label: v.f.Main.Label, Href: v.f.Main.Href})
	}
	here = append(here, v.f.Keys...)
	everywhere = append(everywhere, Key{Keys: "Z", Label: t("ui.key.undo"), Click: ".toast [data-undo]"}, Key{Keys: "?", Label: t("ui.key.keys")})
	return everywhere, here
}

func (v view) single() string {
	if v.r.Person.NoKeys {
		return "off"
	}
	return "on"
}

func (v view) initials() string { return Initials(v.r.Person.Name) }

// Initials are the two letters of a person's disc: first and last word.
func Initials(name string) string {
	parts := strings.Fields(name)
	if len(parts) == 0 {
		return "?"
	}
	first := []rune(parts[0])[:1]
	if len(parts) == 1 {
		return strings.ToUpper(string(first))
	}
	return strings.ToUpper(string(first) + string([]rune(parts[len(parts)-1])[:1]))
}

func icon(name string) string { return Asset("icons.svg") + "#" + name }

func host(to string) string {
	u, err := url.Parse(to)
	if err != nil {
		return to
	}
	return u.Host
}

func itoa[T ~int | ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }
