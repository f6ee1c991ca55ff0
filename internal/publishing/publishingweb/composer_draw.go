package publishingweb

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/ui"
)

func itoa(n int) string { return strconv.Itoa(n) }

// picture is where a media's rendition is served: "thumb" or "view".
func picture(b id.Brand, m id.Media, rule string) string {
	return "/b/" + string(b) + "/media/" + string(m) + "/" + rule
}

// sizeOf writes "2 400 × 1 500"; nothing while the library does not know.
func sizeOf(l *i18n.Loc, m publishing.MediaInfo) string {
	if m.Width == 0 || m.Height == 0 {
		return ""
	}
	return l.Number(float64(m.Width), 0) + " × " + l.Number(float64(m.Height), 0)
}

func countStyle(t network.Tally) templ.Attributes {
	a := ui.Style("--v:" + fill(t))
	if t.Over {
		a["data-s"] = "alert"
	}
	return a
}

func emptyCount(l lane) network.Tally { return network.Count("", "", l.channel.Capabilities.Text) }

func displayName(c channel.Channel) string {
	if c.Name != "" {
		return c.Name
	}
	return c.Handle
}

func laneText(l lane) string {
	if l.variant.Text != nil {
		return *l.variant.Text
	}
	return ""
}

func laneMedia(v *view, l lane) []publishing.MediaRef {
	if l.variant.Media != nil {
		return *l.variant.Media
	}
	return nil
}

func laneOptions(v *view, l lane) network.Options {
	if l.variant.Options != nil {
		return *l.variant.Options
	}
	return network.Options{}
}

func labelText(labels []string) string { return strings.Join(labels, ", ") }

func firstLabels(all []string) []string { return all[:min(len(all), 12)] }

func (v *view) campaign() publishing.Campaign {
	i := slices.IndexFunc(v.campaigns, func(c publishing.Campaign) bool { return c.ID == v.draft.Campaign })
	if i < 0 || v.draft.Campaign == "" {
		return publishing.Campaign{}
	}
	return v.campaigns[i]
}

func (v *view) channel(c id.Channel) channel.Channel {
	for _, l := range v.lanes {
		if l.channel.ID == c {
			return l.channel
		}
	}
	return channel.Channel{ID: c, Short: "?", Title: v.r.T("composer.gone_channel")}
}

// editor is who saved last, in words when her name is not known.
func (v *view) editor() string {
	if n := v.names[v.kept.Editor]; n != "" {
		return n
	}
	return v.r.T("composer.js.somebody")
}

// audiences are the visibilities to choose from: those of one channel, or of
// all that are chosen, and the one that is set.
func (v *view) audiences(of, set string) []string {
	var out []string
	if of == "" {
		out = v.visibilities()
	}
	for _, l := range v.lanes {
		if of == "."+l.id() {
			out = slices.Clone(l.channel.Capabilities.Visibilities)
		}
	}
	if set != "" && !slices.Contains(out, set) {
		out = append(out, set)
	}
	return out
}

func (v *view) optionsSet() bool {
	o := v.draft.Options
	return o.ContentWarning != "" || o.Sensitive || o.Visibility != "" || len(o.Languages) > 1 || len(o.Languages) == 1 && o.Languages[0] != v.r.Brand.Language
}

// waiting tells whether something of the post has not begun to leave.
func (v *view) waiting() bool {
	return slices.ContainsFunc(v.pubs, func(p publishing.Publication) bool { return p.State.Waiting() })
}

// going tells whether something of the post is under way now.
func (v *view) going() bool {
	return slices.ContainsFunc(v.pubs, func(p publishing.Publication) bool { return underWay(p.State, p.DueAt, v.r.Loc.Now()) })
}

// underWay tells whether a publication may change from one moment to the next.
func underWay(s publishing.State, due, now time.Time) bool {
	return s == publishing.Sending || s == publishing.Due || s == publishing.Unknown || s == publishing.Planned && due.Before(now.Add(time.Minute))
}

// canLeave tells whether scheduling would do anything: some channel has not
// got the post yet.
func (v *view) canLeave() bool {
	if len(v.pubs) == 0 || v.waiting() {
		return true
	}
	return slices.ContainsFunc(v.on(), func(l lane) bool { return l.pub == nil })
}

// mayClear tells whether there is an hour to take away, and she may.
func (v *view) mayClear() bool {
	return v.write && v.kept.Planned.Local != "" && !v.fresh() && (v.kept.Badge == publishing.NoBadge || v.publish && v.waiting() && !v.gone())
}

// gone tells whether some of the post has left: its hour is no longer a plan.
func (v *view) gone() bool {
	return slices.ContainsFunc(v.pubs, func(p publishing.Publication) bool { return !p.State.Waiting() || len(p.Sent) > 0 })
}

// online tells whether something of the post may still stand on a network: what
// was withdrawn everywhere has nothing left to recall.
func (v *view) online() bool {
	return slices.ContainsFunc(v.pubs, func(p publishing.Publication) bool {
		return p.State != publishing.Withdrawn && (!p.State.Waiting() || len(p.Sent) > 0)
	})
}

// submits tells whether the gesture asks for a reading instead of a departure.
func (v *view) submits() bool {
	return v.asks != nil && slices.ContainsFunc(v.on(), func(l lane) bool { return v.asks(l.channel.ID) })
}

// inReading tells whether the post has a reading to show: its readers were asked,
// whatever they or the rule say by now.
func (v *view) inReading() bool {
	return v.wasRead
}

// read tells whether what the page shows is what its readers have, or had,
// before them: there is nothing to submit again, only another hour to give.
func (v *view) read() bool {
	switch v.kept.Validation {
	case publishing.Approved, publishing.ToReview, publishing.AtClient:
	default:
		return false
	}
	if v.kept.Changed {
		return false
	}
	return !slices.ContainsFunc(v.lanes, func(l lane) bool {
		return l.on != (l.pub != nil) || l.on && l.made.Hash != l.pub.Hash
	})
}

// mayOffer tells whether versions of the post can be proposed: nothing of it
// has begun to leave.
func (v *view) mayOffer() bool {
	return v.publish && !v.fresh() && len(v.on()) > 0 && v.canLeave() && !v.gone()
}

// scheduleWord is the word of the gesture that puts a post on its way.
func (v *view) scheduleWord() string {
	switch {
	case v.submits() && v.kept.Badge == publishing.NoBadge:
		return v.r.T("composer.submit")
	case v.submits() && v.read():
		return v.r.T("composer.new_hour")
	case v.submits():
		return v.r.T("composer.submit_again")
	case v.kept.Badge == publishing.NoBadge:
		return v.r.T("composer.schedule")
	}
	return v.r.T("composer.renew")
}

// nowText names where it goes before it goes.
func (v *view) nowText() string {
	var names []string
	for _, l := range v.on() {
		names = append(names, l.channel.Title+" (@"+l.channel.Handle+")")
	}
	if len(names) == 0 {
		return v.r.T("composer.check.no_channel")
	}
	return v.r.T("composer.now_text", "channels", v.r.Loc.List(names...))
}

func badgeIcon(b publishing.Badge) string {
	switch b {
	case publishing.InProgress:
		return "envoyer"
	case publishing.WithPerson:
		return "affecter"
	case publishing.Published:
		return "parti"
	case publishing.ToCheck:
		return "question"
	case publishing.AllFailed:
		return "echec"
	case publishing.Partial:
		return "partiel"
	case publishing.OnHold:
		return "gel"
	case publishing.TakenBack:
		return "corbeille"
	}
	return "horloge"
}

func badgeSignal(b publishing.Badge) templ.Attributes {
	s := ""
	switch b {
	case publishing.InProgress, publishing.OnHold:
		s = "info"
	case publishing.Published:
		s = "calm"
	case publishing.ToCheck, publishing.Partial, publishing.WithPerson:
		s = "watch"
	case publishing.AllFailed:
		s = "alert"
	}
	if s == "" {
		return templ.Attributes{}
	}
	return templ.Attributes{"data-s": s}
}

// badgeWords is the badge with its hour, as the design writes it: "Programmé,
// 12:15".
func badgeWords(v *view) string {
	word := ui.PublicationWord(v.r.Loc, string(v.kept.Badge))
	if v.kept.Badge != publishing.Scheduled || v.kept.At.IsZero() {
		return word
	}
	return word + ", " + v.r.Loc.When(v.kept.At)
}

func checkIcon(s ui.Signal) string {
	switch s {
	case ui.Calm:
		return "okrond"
	case ui.Alert:
		return "echec"
	}
	return "attention"
}

func publicationPath(b id.Brand, p id.Publication) string {
	return "/b/" + string(b) + "/publications/" + string(p)
}

// publicationLine says in a line where a publication stands.
func publicationLine(l *i18n.Loc, p publishing.Publication) string {
	switch p.State {
	case publishing.Sent:
		return l.T("ledger.line.sent", "when", l.When(p.SentAt))
	case publishing.Planned:
		return l.T("ledger.line.planned", "when", l.When(p.DueAt))
	}
	if p.Problem != "" {
		return l.T(p.Problem, pairs(p.Detail)...)
	}
	return l.T("ledger.line." + string(p.State))
}

// category is the one of the draft; zero for none.
func (v *view) category() publishing.Category {
	for _, k := range v.categories {
		if k.ID == v.draft.Category {
			return k
		}
	}
	return publishing.Category{}
}
