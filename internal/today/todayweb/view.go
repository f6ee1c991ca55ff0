package todayweb

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
	"vigie/internal/today"
	"vigie/internal/ui"
)

var errGone = fault.New(fault.NotFound, "")

// view is the day with what its page needs besides.
type view struct {
	today.Day
	r    *ui.Request
	all  bool
	over []ui.Choice // one brand or all; nil when there is one
}

func in(b id.Brand, rest string) string { return "/b/" + string(b) + rest }

func (v view) may(b id.Brand, p team.Permission) bool { return v.r.Actor.May(b, p) }

func (v view) brand(b id.Brand) brand.Brand {
	for _, x := range v.Brands {
		if x.ID == b {
			return x
		}
	}
	return brand.Brand{ID: b}
}

// nets are a post's channels, at most eight of them.
func (v view) nets(ids []id.Channel) (out []channel.Channel) {
	for _, c := range ids {
		if ch, ok := v.Channels[c]; ok && len(out) < 8 {
			out = append(out, ch)
		}
	}
	return out
}

func (v view) name(c id.Channel) string {
	if ch, ok := v.Channels[c]; ok {
		return "@" + ch.Handle
	}
	return v.r.T("today.channel_gone")
}

// held tells whether a freeze holds a brand.
func (v view) held(b id.Brand) bool {
	return slices.ContainsFunc(v.Freezes, func(f today.Frozen) bool { return f.All || f.Brand == b })
}

// network is what a channel's network is called.
func (v view) network(c id.Channel) string {
	if ch, ok := v.Channels[c]; ok {
		return ch.Title
	}
	return v.r.T("today.channel_gone")
}

func (v view) who(p id.Person) string {
	if n := v.Names[p]; n != "" {
		return n
	}
	return v.r.T("today.somebody")
}

// clockOf is the hour of today's things, the day of older ones.
func (v view) clockOf(t time.Time) string {
	if t.Before(v.From) || !t.Before(v.To) {
		return v.r.Loc.Day(t)
	}
	return v.r.Loc.Time(t)
}

// why says what is wrong, in the network's or the room's own sentence.
func (v view) why(t today.Trouble) string {
	if t.Problem != "" && v.r.Loc.Has(t.Problem) {
		var pairs []any
		for k, x := range t.Detail {
			pairs = append(pairs, k, x)
		}
		return v.r.T(t.Problem, pairs...)
	}
	return v.r.T("today.why." + t.State)
}

func signalOf(state string) ui.Signal {
	switch state {
	case "failed":
		return ui.Alert
	case "unknown", "partial":
		return ui.Watch
	case "frozen":
		return ui.Info
	}
	return ""
}

// elsewhere are the freezes of the brands that the band across the top is not
// about.
func (v view) elsewhere() (out []today.Frozen) {
	for _, f := range v.Freezes {
		if !f.All && f.Brand != v.r.Brand.ID {
			out = append(out, f)
		}
	}
	return out
}

// troubles are one line for each post, its first channel's trouble.
func (v view) troubles() (out []today.Trouble) {
	for _, t := range v.Troubles {
		if !slices.ContainsFunc(out, func(o today.Trouble) bool { return o.Post == t.Post }) {
			out = append(out, t)
		}
	}
	return out
}

// mark is something on the line of the day.
type mark struct {
	at     time.Time
	t      float64 // 0 to 1
	label  string  // what there is room for; may be empty
	words  string  // the whole
	href   string
	signal ui.Signal
	off    bool // gone already
	end    bool // no room for its hour on the right: it goes to the left
	// On a phone's narrow line there are two rows of hours; what has room in
	// neither keeps its stroke, and is read in the list below.
	low, bare, left bool
}

// Widths on the line, as parts of the day on a usual screen: nearer than
// together, two are one; an hour and a letter take up so much.
const (
	together  = .047
	hourWide  = .041
	letter    = .0049
	mostWords = 22
	phoneWide = .2 // an hour on a phone
)

// line places marks on the day; what would cover another joins it.
func (v view) line(all []mark) []mark {
	slices.SortStableFunc(all, func(a, b mark) int { return a.at.Compare(b.at) })
	var out []mark
	counts := []int{}
	for _, m := range all {
		m.t = v.part(m.at)
		if k := len(out) - 1; k >= 0 && m.t-out[k].t < together {
			counts[k]++
			out[k].label, out[k].words, out[k].href = v.r.T("today.line.more", "n", counts[k]), out[k].words+", "+m.label, "#leaves"
			out[k].signal, out[k].off = worse(out[k].signal, m.signal), out[k].off && m.off
			continue
		}
		m.words = m.label
		out, counts = append(out, m), append(counts, 1)
	}
	now, next := v.part(v.Now), 1.0
	for i := len(out) - 1; i >= 0; i-- { // from the right: each ends where the next begins
		m := &out[i]
		if m.t < now && now < next {
			next = now // the line of now is not written over
		}
		alone := i == 0 || m.t-out[i-1].t > 2.3*hourWide
		if next-m.t < hourWide && alone {
			m.end, m.label = true, ""
			next = m.t - hourWide
			continue
		}
		m.label = short(m.label, min(mostWords, int((next-m.t-hourWide)/letter)))
		if m.label == "" && counts[i] > 1 && next-m.t > hourWide+3*letter {
			m.label = "×" + strconv.Itoa(counts[i])
		}
		next = m.t
	}
	phone(out)
	return out
}

// phone gives each hour its row on a narrow line: a finger needs room.
func phone(out []mark) {
	free := [2]float64{} // where each row is free from
	for i := range out {
		m := &out[i]
		from := m.t
		if m.end || from > 1-phoneWide {
			m.left, from = true, m.t-phoneWide
		}
		switch {
		case from >= free[0]:
			free[0] = from + phoneWide
		case from >= free[1]:
			m.low, free[1] = true, from+phoneWide
		default:
			m.bare = true
		}
	}
}

func worse(a, b ui.Signal) ui.Signal {
	rank := []ui.Signal{"", ui.Info, ui.Watch, ui.Alert}
	if slices.Index(rank, b) > slices.Index(rank, a) {
		return b
	}
	return a
}

// part is where an instant stands on the wall of the day, 0 to 1.
func (v view) part(t time.Time) float64 {
	t = t.In(v.From.Location())
	return float64(t.Hour()*60+t.Minute()) / 1440
}

func (v view) above() []mark {
	var all []mark
	for _, p := range v.Leaves {
		all = append(all, mark{at: p.At, label: p.Title, href: in(p.Brand, "/posts/"+string(p.ID)), signal: signalOf(p.Badge), off: p.Badge == "sent" || p.Badge == "withdrawn"})
	}
	return v.line(all)
}

// below is what is due: drafts that were to leave today, accesses that end.
func (v view) below() []mark {
	var all []mark
	for _, p := range v.Drafts {
		if v.WishedToday(p) && !p.At.Before(v.From) {
			all = append(all, mark{at: p.At, label: p.Title, href: in(p.Brand, "/posts/"+string(p.ID)), signal: ui.Watch})
		}
	}
	for _, c := range v.Accesses {
		if c.Health == channel.Expiring && c.Expires.After(v.From) && c.Expires.Before(v.To) {
			all = append(all, mark{at: c.Expires, label: "@" + c.Handle, href: in(c.Brand, "/settings/channels/"+string(c.ID)), signal: ui.Alert})
		}
	}
	return v.line(all)
}

func frac(f float64) string { return strconv.FormatFloat(f, 'f', 4, 64) }

// short keeps a label of the line within so many letters; a stump says nothing
// and is left out.
func short(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	if most < 9 {
		return ""
	}
	cut := string(r[:most-1])
	if i := strings.LastIndexFunc(cut, unicode.IsSpace); i > 6 {
		cut = cut[:i]
	} else if i >= 0 {
		return ""
	}
	return strings.TrimRightFunc(cut, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
}

// sentence says the day in words, the pressing first.
func sentence(l *i18n.Loc, d today.Day) string {
	var parts []string
	add := func(key string, n int) {
		if n > 0 {
			parts = append(parts, l.T(key, "n", n, "word", word(l, n)))
		}
	}
	coming, failed, doubt := d.Coming(), 0, 0
	seen := map[id.Post]bool{}
	for _, t := range d.Troubles {
		if seen[t.Post] {
			continue
		}
		seen[t.Post] = true
		if t.State == "unknown" {
			doubt++
		} else {
			failed++
		}
	}
	var wished, ended int
	for _, p := range d.Drafts {
		if d.WishedToday(p) {
			wished++
		}
	}
	for _, c := range d.Accesses {
		if c.Health == channel.SignedOut {
			ended++
		}
	}
	frozen := len(d.Freezes) > 0
	switch {
	case frozen:
		parts = append(parts, l.T("today.lede.frozen"))
	case coming > 0:
		add("today.lede.coming", coming)
	case len(d.Leaves) > 0:
		parts = append(parts, l.T("today.lede.gone"))
	default:
		parts = append(parts, l.T("today.lede.nothing"))
	}
	add("today.lede.hands", len(d.Hands))
	add("today.lede.failed", failed)
	add("today.lede.doubt", doubt)
	past := 0
	for _, r := range d.Past {
		past += r.N
	}
	add("today.lede.past", past)
	asked := 0
	for _, x := range d.Asked {
		asked += x.N
	}
	add("today.lede.asked", asked)
	add("today.lede.ended", ended)
	add("today.lede.wished", wished)
	say := capital(strings.Join(parts, ", ")) + "."
	switch {
	case len(parts) > 1:
		return say + " " + l.T("today.lede.rest")
	case !frozen:
		return say + " " + l.T("today.lede.calm")
	}
	return say
}

// word writes a small number out, a larger one in digits.
func word(l *i18n.Loc, n int) string {
	if n >= 2 && n <= 12 {
		return l.T("today.number." + strconv.Itoa(n))
	}
	return l.Value(n)
}

// did is a line of the night in words.
func (v view) did(h today.Happening) string {
	names := make([]string, 0, len(h.Channels))
	for _, c := range h.Channels {
		names = append(names, v.name(c))
	}
	return v.r.T("today.night."+string(h.What), "title", h.Title, "where", v.r.Loc.List(names...), "who", v.who(h.Who), "late", h.Late, "n", h.N)
}

func nightSignal(w today.What) ui.Signal {
	switch w {
	case today.NotLeft, today.SignedOut:
		return ui.Alert
	case today.Doubt, today.LeftLate:
		return ui.Watch
	case today.Froze, today.Thawed:
		return ui.Info
	}
	return ui.Calm
}

func signal(s ui.Signal) templ.Attributes {
	if s == "" {
		return templ.Attributes{}
	}
	return templ.Attributes{"data-s": string(s)}
}

func capital(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:]
}
