package publishingweb

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/ui"
)

// piece is a run of a text that is drawn alike.
type piece struct {
	Text string
	Kind string // "", link
	Over bool   // beyond what the network takes
}

// pieces cuts a text for its preview: links, mentions and tags in the colour of
// links, what is too long underlined. composer-text.js does the same while one
// types.
func pieces(text, warning string, rule network.TextRule) []piece {
	end := fitting(text, warning, rule)
	var out []piece
	put := func(s, kind string, at int) {
		for _, cut := range []struct {
			text string
			over bool
		}{{s[:max(0, min(len(s), end-at))], false}, {s[max(0, min(len(s), end-at)):], true}} {
			if cut.text != "" {
				out = append(out, piece{cut.text, kind, cut.over})
			}
		}
	}
	at := 0
	for _, e := range textkit.Entities(text) {
		put(text[at:e.Start], "", at)
		put(text[e.Start:e.End], "link", e.Start)
		at = e.End
	}
	put(text[at:], "", at)
	return out
}

// fitting is the byte up to which a text fits its rule.
func fitting(text, warning string, rule network.TextRule) int {
	if !network.Count(text, warning, rule).Over {
		return len(text)
	}
	var cuts []int
	for at := range textkit.EachGrapheme(text) {
		cuts = append(cuts, at)
	}
	i := sort.Search(len(cuts), func(i int) bool { return network.Count(text[:cuts[i]], warning, rule).Over })
	if i == 0 {
		return 0
	}
	return cuts[i-1]
}

// titleOf is what a post without a title is called: the start of its words.
func titleOf(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return textkit.Excerpt(line, 60)
		}
	}
	return ""
}

// zoneName is how a page calls a zone: "Europe/Paris" is Paris.
func zoneName(zone string) string {
	if i := strings.LastIndexByte(zone, '/'); i >= 0 {
		zone = zone[i+1:]
	}
	return strings.ReplaceAll(zone, "_", " ")
}

// used writes a count as the counter shows it, against its limit.
func used(l *i18n.Loc, t network.Tally) string {
	if t.Max == 0 {
		return l.Number(float64(t.Used), 0)
	}
	return l.T("composer.count", "used", t.Used, "max", t.Max)
}

func fill(t network.Tally) string {
	share := 0
	if t.Max > 0 {
		share = min(100, t.Used*100/t.Max)
	}
	if t.Over {
		share = 100
	}
	return strconv.Itoa(share)
}

// why says where a count is not the one a person would make.
func why(l *i18n.Loc, c channel.Channel, t network.Tally) string {
	var out []string
	for _, w := range t.Why {
		switch w.What {
		case "link":
			out = append(out, l.T("composer.why_link", "each", w.Each, "network", c.Title))
		case "mention":
			out = append(out, l.T("composer.why_mention", "network", c.Title))
		case "warning":
			out = append(out, l.T("composer.why_warning", "each", w.Each))
		}
	}
	if t.MaxBytes > 0 && t.Bytes*2 > t.MaxBytes {
		out = append(out, l.T("composer.why_bytes", "bytes", t.Bytes, "max", t.MaxBytes))
	}
	return strings.Join(out, " ")
}

// excess says by how much a lane is too long, in the network's own unit.
func (v *view) excess(l lane) string {
	for _, t := range l.made.Counts {
		units, bytes := t.Excess()
		name := v.called(l.channel)
		switch {
		case units > 0 && l.channel.Capabilities.Text.Unit == network.Graphemes:
			return v.r.T("composer.over_graphemes", "n", units, "channel", name)
		case units > 0:
			return v.r.T("composer.over_characters", "n", units, "channel", name)
		case bytes > 0:
			return v.r.T("composer.over_bytes", "n", bytes, "channel", name)
		}
	}
	return ""
}

// check is one line of "before it leaves".
type check struct {
	Signal ui.Signal
	Text   string
	Detail string
}

// checks say what was looked at, good or bad. Nothing is listed that was not
// really looked at.
func (v *view) checks() []check {
	var out []check
	add := func(s ui.Signal, text, detail string) { out = append(out, check{s, text, detail}) }
	t, on := v.r.T, v.on()
	if len(on) == 0 {
		add(ui.Alert, t("composer.check.no_channel"), "")
		return append(out, v.hourCheck())
	}
	var signedOut, over, names []string
	alt, described := 0, 0
	for _, l := range on {
		names = append(names, v.called(l.channel))
		if l.channel.Health == channel.SignedOut {
			signedOut = append(signedOut, v.called(l.channel))
		}
		if l.over() {
			over = append(over, v.excess(l))
		}
		if l.channel.Capabilities.Images.AltMax > 0 {
			for _, m := range l.made.Content.Media() {
				alt++
				if strings.TrimSpace(m.Alt) != "" {
					described++
				}
			}
		}
	}
	if len(signedOut) > 0 {
		add(ui.Watch, t("composer.check.signed_out", "channels", v.r.Loc.List(signedOut...)), t("composer.check.signed_out_do"))
	} else {
		add(ui.Calm, t("composer.check.accounts", "channels", v.r.Loc.List(names...)), "")
	}
	if len(over) > 0 {
		add(ui.Alert, t("composer.check.too_long"), strings.Join(over, " "))
	} else {
		add(ui.Calm, t("composer.check.length"), "")
	}
	switch {
	case alt > described:
		add(ui.Watch, t("composer.check.alt", "done", described, "total", alt), t("composer.check.alt_do"))
	case alt > 0:
		add(ui.Calm, t("composer.check.alt", "done", described, "total", alt), "")
	}
	out = append(out, v.otherProblems(on)...)
	out = append(out, v.findingCheck())
	return append(out, v.hourCheck())
}

// otherProblems are those of the networks that have no line of their own.
func (v *view) otherProblems(on []lane) []check {
	var out []check
	var who [][]string
	told := []string{"network.check.text_too_long", "network.check.text_too_heavy", "network.check.alt_missing", "publishing.channel_signed_out"}
	for _, l := range on {
		for _, p := range l.made.Problems {
			if slices.Contains(told, p.Key) {
				continue
			}
			s := ui.Watch
			if p.Severity == network.Block {
				s = ui.Alert
			}
			one := check{s, v.called(l.channel), problem(v.r.Loc, p)}
			// The same thing to do on several channels is said once.
			if i := slices.IndexFunc(out, func(c check) bool { return c.Signal == s && c.Detail == one.Detail }); i >= 0 {
				who[i] = append(who[i], one.Text)
				continue
			}
			out, who = append(out, one), append(who, []string{one.Text})
		}
	}
	for i := range out {
		out[i].Text = v.r.Loc.List(slices.Compact(who[i])...)
	}
	return out
}

func (v *view) hourCheck() check {
	t := v.r.T
	if v.when.Mode == "now" && v.submits() {
		return check{ui.Calm, t("composer.check.now_read"), ""}
	}
	if v.when.Mode == "now" {
		return check{ui.Calm, t("composer.check.now"), ""}
	}
	if v.when.Mode == "slot" {
		if v.free == nil {
			return check{ui.Watch, t("composer.check.no_slot"), ""}
		}
		return check{ui.Calm, t("composer.check.hour", "when", v.r.Loc.DateTime(v.free.At)), ""}
	}
	at, _, ok := v.hour()
	switch {
	case !ok:
		return check{ui.Watch, t("composer.check.no_hour"), ""}
	case at.Before(v.r.Loc.Now().Add(-time.Minute)) && v.kept.Badge == publishing.NoBadge:
		return check{ui.Alert, t("composer.check.past", "when", v.r.Loc.DateTime(at)), ""}
	}
	return check{ui.Calm, t("composer.check.hour", "when", v.r.Loc.DateTime(at)), ""}
}

// ready counts the checks that are well.
func ready(all []check) int {
	n := 0
	for _, c := range all {
		if c.Signal == ui.Calm {
			n++
		}
	}
	return n
}

// blocked tells whether something stands in the way of leaving.
func (v *view) blocked() bool {
	on := v.on()
	return len(on) == 0 || slices.ContainsFunc(on, func(l lane) bool { return l.made.Blocked() })
}

// conflicted tells whether somebody else saved in between.
func (v *view) conflicted() bool {
	return v.shown.theirs != nil && fault.Is(v.shown.fault, fault.Conflict)
}

// difference is one field that two people wrote differently.
type difference struct{ Name, Label, Mine, Theirs string }

// differences lists what the other's version says otherwise, for a page
// without JavaScript; with it the page asks field by field.
func (v *view) differences() []difference {
	if v.shown.theirs == nil {
		return nil
	}
	var out []difference
	add := func(name, label, mine, theirs string) {
		if mine != theirs {
			out = append(out, difference{name, label, mine, theirs})
		}
	}
	a, b := v.draft, *v.shown.theirs
	add("title", v.r.T("composer.title"), a.Title, b.Title)
	add("text", v.r.T("composer.common"), a.Text, b.Text)
	for _, l := range v.lanes {
		add("text."+l.id(), v.called(l.channel), ownText(a, l), ownText(b, l))
	}
	add("labels", v.r.T("composer.labels"), strings.Join(a.Labels, ", "), strings.Join(b.Labels, ", "))
	return out
}

func ownText(p publishing.Post, l lane) string {
	for _, one := range p.Variants {
		if one.Channel == l.channel.ID && one.Text != nil {
			return *one.Text
		}
	}
	return ""
}
