package assetsweb

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/assets"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// mayUse says in one sentence who may use a media. Its words are those of the
// checks: what it allows, they let leave.
func (f *Face) mayUse(l *i18n.Loc, brand string, m assets.Media, r assets.Rights, now time.Time) string {
	c := r.Licence
	switch r.StateAt(now) {
	case assets.RightWithdrawn:
		for _, k := range r.Consents {
			if k.Withdrawn != "" && !now.Before(k.Ends) {
				if k.Who != "" {
					return l.T("assets.who.withdrawn_by", "who", k.Who, "day", k.Withdrawn)
				}
				return l.T("assets.who.withdrawn", "day", k.Withdrawn)
			}
		}
	case assets.RightEnded:
		day, zone := c.To, c.Zone
		if c.Ends.IsZero() || now.Before(c.Ends) { // an agreement ended first
			for _, k := range r.Consents {
				if !k.Ends.IsZero() && !now.Before(k.Ends) {
					day, zone = k.Until, k.Zone
				}
			}
		}
		return l.T("assets.who.ended", "day", day, "zone", zone)
	}
	if !c.Known() {
		if who := m.Facts.Owner(); who != "" {
			return l.T("assets.who.unknown_owner", "who", who)
		}
		return l.T("assets.who.unknown")
	}
	if c.Uses > 0 && r.Shown >= c.Uses {
		return l.T("assets.who.used_up", "n", c.Uses)
	}
	parts := []string{f.onNetworks(l, c.Networks), onLands(l, c.Territories), during(l, c)}
	if c.Uses > 0 {
		parts = append(parts, l.T("assets.who.times", "n", c.Uses-r.Shown))
	}
	if c.CreditNeeded {
		parts = append(parts, l.T("assets.who.credit", "credit", c.Credit))
	}
	out := l.T("assets.who.may", "brand", brand, "how", strings.Join(parts, ", "))
	if c.ExclusiveAt(now) {
		out += " " + alone(l, brand, c)
	}
	return out
}

// alone says who has a media exclusively, where and until when.
func alone(l *i18n.Loc, brand string, c assets.Licence) string {
	who, where, key := c.ExclusiveFor, "", "assets.who.alone"
	if who == "" {
		who = brand
	}
	if len(c.ExclusiveLands) > 0 {
		where = l.T("assets.who.alone_where", "lands", l.List(landNames(l, c.ExclusiveLands)...))
	}
	if c.ExclusiveDay != "" {
		key += "_until"
	}
	return strings.NewReplacer("  ", " ", " .", ".").Replace(l.T(key, "who", who, "where", where, "day", c.ExclusiveDay)) // without a place
}

// clashText says what another brand has of the same picture.
func clashText(l *i18n.Loc, c assets.Clash) string {
	key := "assets.clash.ours"
	if c.Theirs {
		if key = "assets.clash.theirs"; c.Day != "" {
			key += "_until"
		}
	}
	return l.T(key, "brand", c.Name, "day", c.Day, "n", c.Shown)
}

func (f *Face) onNetworks(l *i18n.Loc, kinds []network.Kind) string {
	if len(kinds) == 0 {
		return l.T("assets.who.every_network")
	}
	return l.T("assets.who.on", "networks", l.List(f.titles(l, kinds)...))
}

// titles names networks.
func (f *Face) titles(l *i18n.Loc, kinds []network.Kind) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
		for _, n := range f.Networks {
			if n.Kind == k {
				out[i] = n.In(l.Lang)
			}
		}
	}
	return out
}

func onLands(l *i18n.Loc, codes []string) string {
	if len(codes) == 0 {
		return l.T("assets.who.everywhere")
	}
	return l.T("assets.who.lands", "lands", l.List(landNames(l, codes)...))
}

func landNames(l *i18n.Loc, codes []string) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = assets.LandName(c, l.Lang)
	}
	return out
}

// during says the period of a licence, on whose clock.
func during(l *i18n.Loc, c assets.Licence) string {
	switch {
	case c.From == "" && c.To == "":
		return l.T("assets.who.always")
	case c.To == "":
		return l.T("assets.who.from", "from", c.From, "zone", c.Zone)
	case c.From == "":
		return l.T("assets.who.until", "to", c.To, "zone", c.Zone)
	}
	return l.T("assets.who.between", "from", c.From, "to", c.To, "zone", c.Zone)
}

// rightSignal is the shape and colour of a state of rights.
func rightSignal(s assets.RightState) ui.Signal {
	switch s {
	case assets.RightOpen:
		return ui.Calm
	case assets.RightSoon, assets.RightLater:
		return ui.Watch
	case assets.RightEnded, assets.RightWithdrawn:
		return ui.Alert
	}
	return ui.Info
}

// money writes a price as the language does: "1 200,50 EUR".
func money(l *i18n.Loc, cents int64, currency string) string {
	return l.Number(float64(cents)/100, 2) + "\u00a0" + currency
}

// priceField is a price as a form holds it.
func priceField(l *i18n.Loc, cents int64) string {
	if cents == 0 {
		return ""
	}
	s := strconv.FormatFloat(float64(cents)/100, 'f', 2, 64)
	if l.Lang == "fr" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// conflictText says a difference between the file and the record.
func (f *Face) conflictText(l *i18n.Loc, c assets.Conflict) string {
	file, record := c.File, c.Record
	switch c.Field {
	case "ai":
		file, record = l.T("assets.ai."+file), l.T("assets.ai."+record)
	case "model", "property":
		file = l.T("assets.release." + file)
	case "credit_needed":
		return l.T("assets.conflict.credit_needed")
	}
	if record == "" || c.Field == "ai" && c.Record == "" {
		return l.T("assets.conflict."+c.Field+"_unsaid", "file", file)
	}
	return l.T("assets.conflict."+c.Field, "file", file, "record", record)
}

func optionsOf[T ~string](l *i18n.Loc, prefix string, first string, list []T) []ui.Option {
	var out []ui.Option
	if first != "" {
		out = append(out, ui.Option{Value: "", Label: l.T(first)})
	}
	for _, v := range list {
		out = append(out, ui.Option{Value: string(v), Label: l.T(prefix + string(v))})
	}
	return out
}

func joined(list []string) string { return strings.Join(list, ", ") }

// blank is a count as a field holds it: nothing when there is no bound.
func blank(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func currency(c string) string {
	if c == "" {
		return "EUR"
	}
	return c
}

// line is a label with what the file says.
type line struct{ label, value string }

// toldLines is what a file says of the right to show it.
func toldLines(l *i18n.Loc, m assets.Media) (out []line) {
	add := func(key, value string) {
		if value != "" {
			out = append(out, line{l.T("assets.told." + key), value})
		}
	}
	f := m.Facts
	add("credit", f.Credit)
	add("creator", f.Creator)
	add("copyright", f.Copyright)
	add("source", f.Source)
	add("licensor", f.Licensor)
	add("terms", f.Terms)
	add("web", f.Web)
	if f.Expires != "" {
		add("expires", l.Value(f.Expires))
	}
	if f.CreditAsked {
		add("credit_asked", l.T("assets.told.yes"))
	}
	if f.ModelRelease != "" {
		add("model", l.T("assets.release."+f.ModelRelease))
	}
	if f.PropertyRelease != "" {
		add("property", l.T("assets.release."+f.PropertyRelease))
	}
	if f.AI != assets.AIUnsaid {
		add("ai", l.T("assets.ai."+string(f.AI)))
	}
	add("ai_system", f.AISystem)
	return out
}

// formOf is what was entered for one consent.
func (v rightsView) formOf(at string) *ui.Form {
	if v.consent != nil && v.at == at {
		return v.consent
	}
	return nil
}

// about says what a paper is of.
func (v rightsView) about(d assets.Document) string {
	for _, c := range v.rights.Consents {
		if c.ID == d.About {
			return c.Who
		}
	}
	return v.r.T("assets.document.of_licence")
}

// subjects are what a paper can be of.
func (v rightsView) subjects() []ui.Option {
	out := []ui.Option{{Value: "", Label: v.r.T("assets.document.of_licence")}}
	for _, c := range v.rights.Consents {
		out = append(out, ui.Option{Value: string(c.ID), Label: v.r.T("assets.consent."+string(c.Kind)) + " · " + c.Who})
	}
	return out
}

func (v boardView) horizons() []ui.Choice {
	var out []ui.Choice
	for _, h := range horizons {
		out = append(out, ui.Choice{Label: v.r.T("assets.ending.days", "n", h), Href: v.at("/rights?within=" + strconv.Itoa(h)), Current: h == v.within})
	}
	return out
}

func (v boardView) mayExport() bool { return v.r.May(team.Export) }

func (v boardView) publication(p assets.Past) string {
	return "/b/" + string(v.r.Brand.ID) + "/publications/" + string(p.Publication)
}

// recall is where a publication is taken back or corrected.
func (v boardView) recall(p assets.Past) string {
	if v.f.Recall != nil {
		return v.f.Recall(v.r.Brand.ID, p.Post, "")
	}
	return v.publication(p)
}

// pile is a media with the publications that stand past its right.
type pile struct {
	media id.Media
	name  string
	n     int
}

// piles are the media that stand more than once past their right, which one
// recall can take back together.
func (v boardView) piles() (out []pile) {
	if v.f.Recall == nil || !v.mayTake {
		return nil
	}
	for _, p := range v.past {
		i := slices.IndexFunc(out, func(o pile) bool { return o.media == p.Media })
		if i < 0 {
			out, i = append(out, pile{p.Media, p.Name, 0}), len(out)
		}
		out[i].n++
	}
	return slices.DeleteFunc(out, func(p pile) bool { return p.n < 2 })
}

// lastDay is the day of which a person thinks: an end at midnight is of the day
// before it, a withdrawal of its own.
func (v boardView) lastDay(p assets.Past) time.Time {
	if p.Why == assets.RightWithdrawn {
		return p.Since
	}
	return p.Since.Add(-time.Second)
}

// fieldsOf is what was entered for one channel's audience.
func (v boardView) fieldsOf(c id.Channel) *ui.Form {
	if v.form != nil && v.form.Get("channel") == string(c) {
		return v.form
	}
	return nil
}

// ratios are the proportions one can choose.
func ratios(l *i18n.Loc) []ui.Option {
	out := []ui.Option{{Value: "", Label: l.T("assets.crop.whole")}}
	for _, r := range assets.Ratios() {
		out = append(out, ui.Option{Value: r, Label: r})
	}
	return out
}

// counted are folders or tags as choices; the one chosen stands even when it
// holds nothing any more.
func counted(all string, list []assets.Counted, chosen string) []ui.Option {
	out := []ui.Option{{Value: "", Label: all}}
	seen := chosen == ""
	for _, c := range list {
		seen = seen || c.Name == chosen
		out = append(out, ui.Option{Value: c.Name, Label: c.Name + " (" + strconv.FormatInt(c.N, 10) + ")"})
	}
	if !seen {
		out = append(out, ui.Option{Value: chosen, Label: chosen})
	}
	return out
}

// loud tells whether a state of rights is worth a line under a small picture.
func loud(s assets.RightState) bool { return s != assets.RightOpen && s != assets.RightUnknown }

// daysTo is how many days are left, the last one counted.
func daysTo(now, end time.Time) int { return max(1, int((end.Sub(now)+24*time.Hour-1)/(24*time.Hour))) }
