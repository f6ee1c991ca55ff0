package publishingweb

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/ui"
)

// attrs are what the scripts read of a card, and its place and colour.
func (k card) attrs() templ.Attributes {
	a := templ.Attributes{"data-post": string(k.ID), "data-row": true, "draggable": "false"}
	if k.Local != "" {
		a["data-at"] = k.Local
	}
	if k.Movable {
		a["data-movable"] = true
	}
	var style []string
	if k.Row > 0 && k.Lanes > 0 {
		style = append(style, fmt.Sprintf("--r:%d;--n:%d", k.Row, k.Span))
		if k.Lanes > 1 {
			style = append(style, fmt.Sprintf("--l:%d;--w:%d", k.Lane, k.Lanes))
		}
	}
	style = append(style, colourStyle(k.Colour)...)
	if len(style) > 0 {
		a["style"] = strings.Join(style, ";")
	}
	return a
}

func colourStyle(c string) []string {
	if s, ok := ui.BrandStyle(c)["style"].(string); ok {
		return []string{s}
	}
	return nil
}

func styled(parts ...string) templ.Attributes {
	var in []string
	for _, p := range parts {
		if p != "" {
			in = append(in, p)
		}
	}
	if len(in) == 0 {
		return templ.Attributes{}
	}
	return ui.Style(strings.Join(in, ";"))
}

func (b band) attrs() templ.Attributes {
	return styled(append([]string{"--a:" + strconv.Itoa(b.From+1) + ";--z:" + strconv.Itoa(b.To+1)}, colourStyle(b.Colour)...)...)
}

func (b monthBand) attrs() templ.Attributes { return styled(colourStyle(b.Colour)...) }

func firstOf(list []publishing.Validation) string {
	if len(list) == 0 {
		return ""
	}
	return string(list[0])
}

func (c *cal) badgeValue() string {
	switch {
	case len(c.q.filter.Badges) == 0:
		return ""
	case c.q.filter.Badges[0] == publishing.NoBadge:
		return noBadge
	}
	return string(c.q.filter.Badges[0])
}

func (c *cal) every() ui.Option { return ui.Option{Label: c.r.T("publishing.calendar.every")} }

func (c *cal) channelOptions() []ui.Option {
	out := []ui.Option{c.every()}
	for _, ch := range c.list_ {
		out = append(out, ui.Option{Value: string(ch.ID), Label: channelName(ch)})
	}
	return out
}

func (c *cal) campaignOptions() []ui.Option {
	out := []ui.Option{c.every()}
	for _, k := range c.campaigns {
		out = append(out, ui.Option{Value: string(k.ID), Label: k.Name})
	}
	return out
}

func (c *cal) labelOptions() []ui.Option {
	out := []ui.Option{c.every()}
	for _, l := range c.labels {
		out = append(out, ui.Option{Value: l, Label: l})
	}
	return out
}

func (c *cal) validationOptions() []ui.Option {
	out := []ui.Option{c.every()}
	for _, v := range ui.Validations() {
		out = append(out, ui.Option{Value: v, Label: c.r.T("ui.val." + v)})
	}
	return out
}

func (c *cal) badgeOptions() []ui.Option {
	out := []ui.Option{c.every(), {Value: noBadge, Label: c.r.T("publishing.calendar.not_scheduled")}}
	for _, b := range publishing.Badges() {
		out = append(out, ui.Option{Value: string(b), Label: ui.PublicationWord(c.loc, string(b))})
	}
	return out
}

func (c *cal) authorOptions() []ui.Option {
	out := []ui.Option{c.every()}
	people := slices.Collect(maps.Keys(c.names))
	slices.SortFunc(people, func(a, b id.Person) int { return strings.Compare(c.names[a], c.names[b]) })
	for _, p := range people {
		out = append(out, ui.Option{Value: string(p), Label: c.names[p]})
	}
	return out
}

// filterChips are the filters at work; the address of each drops it.
func (c *cal) filterChips() []ui.Choice {
	var out []ui.Choice
	add := func(key, what string, drop func(*publishing.Filter)) {
		out = append(out, ui.Choice{Label: c.r.T("publishing.calendar.filter_is", "by", c.r.T("publishing.calendar.by_"+key), "what", what), Href: c.without(drop)})
	}
	labelOf := func(options []ui.Option, value string) string {
		for _, o := range options {
			if o.Value == value {
				return o.Label
			}
		}
		return c.r.T("publishing.calendar.gone")
	}
	f := c.q.filter
	if f.Channel != "" {
		add("channel", labelOf(c.channelOptions(), string(f.Channel)), func(f *publishing.Filter) { f.Channel = "" })
	}
	if f.Campaign != "" {
		add("campaign", labelOf(c.campaignOptions(), string(f.Campaign)), func(f *publishing.Filter) { f.Campaign = "" })
	}
	if f.Label != "" {
		add("label", f.Label, func(f *publishing.Filter) { f.Label = "" })
	}
	if f.Author != "" {
		add("author", labelOf(c.authorOptions(), string(f.Author)), func(f *publishing.Filter) { f.Author = "" })
	}
	for _, v := range f.Validation {
		add("validation", c.r.T("ui.val."+string(v)), func(f *publishing.Filter) {
			f.Validation = slices.DeleteFunc(f.Validation, func(o publishing.Validation) bool { return o == v })
		})
	}
	for _, b := range f.Badges {
		word := c.r.T("publishing.calendar.not_scheduled")
		if b != publishing.NoBadge {
			word = ui.PublicationWord(c.loc, string(b))
		}
		add("badge", word, func(f *publishing.Filter) {
			f.Badges = slices.DeleteFunc(f.Badges, func(o publishing.Badge) bool { return o == b })
		})
	}
	return out
}

// chipStates are the two states of a month's chip: an icon and a signal each,
// and their words for those who do not see them.
type chipState struct {
	Icon string
	Mark string // custom property of the colour
}

func (k card) states(t func(string, ...any) string) (val, pub chipState, words string) {
	v, p := ui.ValidationBadge(string(k.Validation)), ui.PublicationBadge(string(k.Badge))
	val = chipState{v.Icon, signalColour(v.Signal)}
	words = t("ui.val." + v.Key)
	if k.Badge == publishing.NoBadge {
		words += ", " + t("publishing.calendar.not_scheduled")
	} else {
		words += ", " + t("ui.pub."+p.Key)
		pub = chipState{p.Icon, signalColour(p.Signal)}
	}
	if k.Again > 0 {
		words += ", " + t("queue.again_n", "n", k.Again)
	}
	return val, pub, words
}

func signalColour(s ui.Signal) string {
	if s == "" {
		return "--c:var(--t3)"
	}
	return "--c:var(--" + string(s) + ")"
}
