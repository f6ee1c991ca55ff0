package ui

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"vigie/internal/base/fault"
	"vigie/internal/platform/i18n"
)

// Signal is a shape, a colour and always a word beside them.
type Signal string

// The four signals, and none.
const (
	Calm  Signal = "calm"
	Watch Signal = "watch"
	Alert Signal = "alert"
	Info  Signal = "info"
)

func (s Signal) attr() templ.Attributes {
	if s == "" {
		return templ.Attributes{}
	}
	return templ.Attributes{"data-s": string(s)}
}

type badge struct {
	key    string
	icon   string
	signal Signal
}

// The states of the two badges, as the rooms store them.
var (
	validations = []badge{
		{"draft", "stylo", ""},
		{"waiting", "horloge", Watch},
		{"at_client", "client", Info},
		{"changes", "commentaire", Watch},
		{"approved", "okrond", Calm},
		{"stale", "perime", Alert},
		{"refused", "echec", Alert},
	}
	publications = []badge{
		{"scheduled", "horloge", ""},
		{"planned", "horloge", ""},
		{"pending", "horloge", Watch},
		{"due", "horloge", ""},
		{"sending", "envoyer", Info},
		{"handed", "affecter", Watch},
		{"sent", "parti", Calm},
		{"unknown", "question", Watch},
		{"failed", "echec", Alert},
		{"partial", "partiel", Watch},
		{"frozen", "gel", Info},
		{"withdrawn", "corbeille", ""},
	}
)

// Validations lists the states Validation draws.
func Validations() []string { return keysOf(validations) }

// Publications lists the states Publication draws.
func Publications() []string { return keysOf(publications) }

func keysOf(list []badge) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = b.key
	}
	return out
}

func find(list []badge, key string) badge {
	for _, b := range list {
		if b.key == key {
			return b
		}
	}
	return list[0]
}

func validation(state string) badge  { return find(validations, state) }
func publication(state string) badge { return find(publications, state) }

// PublicationWord is the word of a publication's state, for text.
func PublicationWord(l *i18n.Loc, state string) string {
	return l.T("ui.pub." + publication(state).key)
}

// ButtonOpt describes a button.
type ButtonOpt struct {
	Label    string
	Icon     string
	Key      string // single key, shown; list it in Frame.Keys too
	Href     string // a link; empty: a button
	Primary  bool   // one per screen
	Danger   bool
	Quiet    bool
	Small    bool
	Large    bool
	IconOnly bool // the label is for screen readers
	Plain    bool // type="button": a script acts; else it submits its form
	Disabled bool // say why beside it
	Name     string
	Value    string
	// Confirm asks once, in words that name the consequence: the title.
	// ConfirmText says what is kept.
	Confirm, ConfirmText string
	Attrs                templ.Attributes
}

func (b ButtonOpt) kind() string {
	if b.Plain {
		return "button"
	}
	return "submit"
}

func (b ButtonOpt) class() string {
	c := "btn"
	for _, k := range []struct {
		on   bool
		name string
	}{{b.Primary, "primary"}, {b.Danger, "danger"}, {b.Quiet, "quiet"}, {b.Small, "s"}, {b.Large, "l"}, {b.IconOnly, "icon"}} {
		if k.on {
			c += " btn--" + k.name
		}
	}
	return c
}

func (b ButtonOpt) named() templ.Attributes {
	a := templ.Attributes{}
	if b.IconOnly {
		a["aria-label"], a["title"] = b.Label, b.Label
	}
	if b.Name != "" {
		a["name"], a["value"] = b.Name, b.Value
	}
	return a
}

func (b ButtonOpt) confirm() templ.Attributes {
	if b.Confirm == "" {
		return templ.Attributes{}
	}
	return templ.Attributes{"data-confirm": b.Confirm, "data-confirm-text": b.ConfirmText, "data-confirm-yes": b.Label}
}

// Choice is one of Seg or Tabs.
type Choice struct {
	Label   string
	Href    string
	Current bool
	N       int
	Key     string // aria-keyshortcuts
}

func (c Choice) keyed() templ.Attributes {
	if c.Key == "" {
		return templ.Attributes{}
	}
	return templ.Attributes{"aria-keyshortcuts": c.Key}
}

// Step is one of Steps: a person's name, or a mark ("1").
type Step struct {
	Person, Mark, Title, Text string
	Done, Current             bool
}

// LogLine is one of Log.
type LogLine struct {
	At     time.Time
	Who    string
	Text   string
	Signal Signal
}

func percent(done, total int) string {
	if total <= 0 {
		return "0%"
	}
	return strconv.FormatFloat(100*float64(done)/float64(total), 'f', 1, 64) + "%"
}

func avaLabel(ctx context.Context, name string, live bool) string {
	if live {
		return i18n.T(ctx, "ui.present", "who", name)
	}
	return name
}

// explained is an error as its page says it.
type explained struct {
	text   string
	number string // for the person who runs the instance; empty when it is no use
	do     []Action
}

func explain(r *Request, err error) explained {
	e := fault.As(err)
	x := explained{text: r.Loc.Fault(err)}
	if fault.HTTPStatus(err) >= 500 {
		x.number = strconv.Itoa(fault.Number(err))
	}
	home := Action{Label: r.T("ui.home"), Href: "/"}
	again := Action{Label: r.T("ui.again"), Href: r.back()}
	switch {
	case e.Kind == fault.SignedOut && !r.SignedIn():
		x.do = []Action{{Label: r.T("ui.sign_in"), Href: r.mux.cfg.SignIn + "?next=" + url.QueryEscape(r.back())}}
	case e.Kind == fault.NotFound, e.Kind == fault.Forbidden:
		x.do = []Action{home}
	case r.Method != http.MethodGet:
		x.do = []Action{{Label: r.T("ui.go_back"), Href: r.back()}, home}
	default:
		x.do = []Action{again, home}
	}
	return x
}
