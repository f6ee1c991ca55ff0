package publishingweb

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// view is everything the composer draws.
type view struct {
	r         *ui.Request
	kept      publishing.Post // as it is stored
	draft     publishing.Post // as the page shows it: kept, or what was refused
	lanes     []lane
	pubs      []publishing.Publication
	media     map[id.Media]publishing.MediaInfo
	campaigns []publishing.Campaign
	// categories are the brand's; noFree is why there is no free slot.
	categories []publishing.Category
	noFree     error
	labels     []string
	names      map[id.Person]string
	when       when
	free       *publishing.Free
	pictures   *publishing.Waiting // for pictures by their address
	shown      shown
	write      bool
	publish    bool
	asks       func(id.Channel) bool // whether somebody reads before; nil: nobody
	wasRead    bool                  // there is a reading to show
	choosing   bool                  // versions of it are to be chosen from
	found      []publishing.Examined
	idea       *publishing.Idea // that it was made of
}

// lane is one channel of the brand in the composer.
type lane struct {
	channel channel.Channel
	on      bool // the post goes there
	variant publishing.Variant
	made    publishing.Rendered // when on
	// cut is how many parts an automatic cut would make; 0: it would not help.
	cut int
	pub *publishing.Publication
}

func (f *Face) view(r *ui.Request, p publishing.Post, s shown) (*view, error) {
	ctx, b := r.Context(), r.Brand.ID
	v := &view{r: r, kept: p, draft: p, shown: s, when: s.when, names: map[id.Person]string{},
		write: r.May(team.WritePosts) && p.Binned.IsZero(), publish: r.May(team.PublishPosts) && p.Binned.IsZero()}
	if f.Reads != nil {
		v.asks = f.Reads(ctx, b)
	}
	v.wasRead = f.WasRead != nil && p.Badge != publishing.NoBadge && f.WasRead(ctx, b, p.ID)
	v.choosing = f.Choosing != nil && p.Badge != publishing.NoBadge && f.Choosing(ctx, b, p.ID)
	if s.draft != nil {
		d := *s.draft
		v.draft.Title, v.draft.Text, v.draft.Media, v.draft.Options = d.Title, d.Text, d.Media, d.Options
		v.draft.Variants, v.draft.Labels, v.draft.Campaign, v.draft.Category = d.Variants, d.Labels, d.Campaign, d.Category
	}
	if v.when.Mode == "" {
		v.when.Mode = "date"
	}
	if s.when.Date == "" && p.Planned.Local != "" {
		v.when.Date, v.when.Time = p.Planned.Local[:10], p.Planned.Local[11:]
	}
	known, err := f.Channels.List(ctx, r.Actor, b)
	if err != nil {
		return nil, err
	}
	made, err := f.Room.Preview(ctx, r.Actor, v.draft)
	if err != nil {
		return nil, err
	}
	if p.ID != "" {
		if v.pubs, err = f.Room.Publications(ctx, r.Actor, b, p.ID); err != nil {
			return nil, err
		}
		if v.idea, err = f.Room.IdeaOf(ctx, r.Actor, b, p.ID); err != nil {
			return nil, err
		}
		if v.pictures, err = f.Room.WaitingPictures(ctx, r.Actor, b, p.ID); err != nil {
			return nil, err
		}
	}
	for _, c := range channel.ForPosts(known) {
		v.lanes = append(v.lanes, lane{channel: c, variant: publishing.Variant{Channel: c.ID}})
	}
	for _, m := range made {
		i := slices.IndexFunc(v.lanes, func(l lane) bool { return l.channel.ID == m.Channel.ID })
		if i < 0 { // its channel was removed; the post still names it
			v.lanes = append(v.lanes, lane{channel: m.Channel})
			i = len(v.lanes) - 1
		}
		l := &v.lanes[i]
		l.on, l.variant, l.made = true, m.Variant, m
		if l.over() && !m.Variant.Split && m.Channel.Capabilities.Thread.Max > 1 {
			with := m.Variant
			with.Split = true
			l.cut = len(publishing.Render(v.draft, with, m.Channel.Capabilities).Parts)
		}
	}
	for i := range v.pubs {
		for j := range v.lanes {
			if v.lanes[j].channel.ID == v.pubs[i].Channel {
				v.lanes[j].pub = &v.pubs[i]
			}
		}
	}
	var wanted []id.Media
	for _, m := range v.draft.Media {
		wanted = append(wanted, m.ID)
	}
	for _, one := range v.draft.Variants {
		if one.Media != nil {
			for _, m := range *one.Media {
				wanted = append(wanted, m.ID)
			}
		}
	}
	if v.media, err = f.Room.Media.Describe(ctx, b, wanted); err != nil {
		return nil, err
	}
	if v.campaigns, err = f.Room.Campaigns(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	if v.labels, err = f.Room.Labels(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	if v.categories, err = f.Room.Categories(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	free, err := f.Room.NextFree(ctx, r.Actor, b, channelsOf(v.draft), v.draft.Category)
	if v.noFree = err; err == nil {
		v.free = &free
	}
	if v.found, err = f.found(ctx, v); err != nil {
		return nil, err
	}
	// Names are a courtesy: a client may not see who is in the team.
	if names, err := f.Names(ctx, r.Actor, b); err == nil {
		v.names = names
	}
	return v, nil
}

func (v *view) fresh() bool { return v.kept.ID == "" }

// action is where the form goes.
func (v *view) action() string {
	if v.fresh() {
		return "/b/" + string(v.r.Brand.ID) + "/posts"
	}
	return postPath(v.r.Brand.ID, v.kept.ID)
}

func (v *view) title() string {
	if v.draft.Title != "" {
		return v.draft.Title
	}
	if t := titleOf(v.draft.Text); t != "" {
		return t
	}
	return v.r.T("composer.untitled")
}

func (v *view) version() string { return strconv.FormatInt(v.kept.Version, 10) }

// savedText says when the post was kept, and by whom when it was another.
func (v *view) savedText() string {
	if v.fresh() {
		return v.r.T("composer.not_yet")
	}
	at, key := v.r.Loc.Time(v.kept.Edited), "composer.saved_at"
	if v.r.Loc.Now().Sub(v.kept.Edited) > 20*time.Hour {
		at, key = v.r.Loc.DateTime(v.kept.Edited), "composer.saved_on"
	}
	saved := v.r.T(key, "at", at)
	if name := v.names[v.kept.Editor]; name != "" && v.kept.Editor != v.r.Actor.Person {
		return v.r.T("composer.saved_by", "saved", saved, "who", name)
	}
	return saved
}

// on are the lanes the post goes to.
func (v *view) on() []lane {
	var out []lane
	for _, l := range v.lanes {
		if l.on {
			out = append(out, l)
		}
	}
	return out
}

func (l lane) id() string { return string(l.channel.ID) }

// called is what a channel is called among the others: its network, and its
// account where a brand has two of one.
func (v *view) called(c channel.Channel) string {
	n := 0
	for _, l := range v.lanes {
		if l.channel.Network == c.Network {
			n++
		}
	}
	if n > 1 {
		return c.Title + " " + c.Handle
	}
	return c.Title
}

// over tells whether some part is longer than the network takes.
func (l lane) over() bool {
	return slices.ContainsFunc(l.made.Counts, func(t network.Tally) bool { return t.Over })
}

// has tells whether the network has an option at all.
func (l lane) has(option string) bool {
	c := l.channel.Capabilities
	switch option {
	case "warning":
		return c.ContentWarning
	case "sensitive":
		return c.Sensitive
	case "visibility":
		return len(c.Visibilities) > 1
	case "languages":
		return c.Languages > 0
	}
	return false
}

// some tells whether any channel of the brand has the option: the common
// options show no other.
func (v *view) some(option string) bool {
	return slices.ContainsFunc(v.lanes, func(l lane) bool { return l.on && l.has(option) })
}

// visibilities are those of the chosen channels, in the order they come.
func (v *view) visibilities() []string {
	var out []string
	for _, l := range v.on() {
		for _, one := range l.channel.Capabilities.Visibilities {
			if !slices.Contains(out, one) {
				out = append(out, one)
			}
		}
	}
	return out
}

// The common audiences have words; a network's own is shown as it calls it.
func visibilityWord(l *i18n.Loc, v string) string {
	if key := "composer.visibility." + v; l.Has(key) {
		return l.T(key)
	}
	return v
}

// problem says one of the checks' sentences.
func problem(l *i18n.Loc, p network.Problem) string {
	return l.T(p.Key, pairs(p.Values)...)
}

func pairs(values map[string]any) []any {
	var out []any
	for _, k := range slices.Sorted(maps.Keys(values)) {
		out = append(out, k, values[k])
	}
	return out
}

// because is why something was refused; what blocks a departure names the
// channel and says the check's own sentence.
func (v *view) because() string {
	e := fault.As(v.shown.fault)
	if e.Key == "publishing.blocked" {
		key, _ := e.Values["problem"].(string)
		values, _ := e.Values["values"].(map[string]any)
		said := v.r.T("composer.blocked", "channel", e.Values["channel"], "why", v.r.T(key, pairs(values)...))
		if why, _ := e.Values["why"].(string); why != "" {
			said += " " + why
		}
		return said
	}
	return v.r.Loc.Fault(v.shown.fault)
}

// hour is the instant the page shows, and how it fits; ok is false without one.
func (v *view) hour() (at time.Time, fit clock.Fit, ok bool) {
	w := v.when.wall()
	if w.Local == "" {
		return at, "", false
	}
	w.Zone = v.r.Brand.Zone
	at, fit, err := w.Instant()
	return at, fit, err == nil
}

// elsewhere is the hour on the person's own wall when she is in another zone.
func (v *view) elsewhere(at time.Time) string {
	own := v.r.Loc.In(v.r.Person.Zone)
	if v.r.Person.Zone == "" || own.DateTime(at) == v.r.Loc.DateTime(at) {
		return ""
	}
	return v.r.T("composer.your_time", "when", own.DateTime(at), "zone", zoneName(v.r.Person.Zone))
}

// fragments are the parts of the page that follow from a save.
func (v *view) fragments(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	for name, c := range map[string]templ.Component{"badges": badges(v), "previews": previews(v), "before": before(v), "hour": hourHelp(v), "slot": slotHelp(v), "sending": sending(v), "gestures": gestures(v), "tools": v.menu()} {
		var b bytes.Buffer
		if err := c.Render(ctx, &b); err != nil {
			return nil, err
		}
		out[name] = b.String()
	}
	return out, nil
}

// facts are what the script needs to count and draw without asking.
func (v *view) facts() string {
	type rule struct {
		Name   string           `json:"name"`
		Text   network.TextRule `json:"text"`
		Thread int              `json:"thread"`
		AltMax int              `json:"alt"`
		Images int              `json:"images"`
	}
	t := v.r.T
	rules := map[id.Channel]rule{}
	for _, l := range v.lanes {
		c := l.channel.Capabilities
		rules[l.channel.ID] = rule{Name: v.called(l.channel), Text: c.Text, Thread: c.Thread.Max, AltMax: c.Images.AltMax, Images: c.Images.Max}
	}
	words := map[string]string{}
	for name, key := range map[string]string{
		"saving": "composer.js.saving", "offline": "composer.js.offline", "failed": "composer.js.failed", "restored": "composer.js.restored",
		"cleaned": "composer.js.cleaned", "merged": "composer.js.merged", "mine": "composer.js.mine", "theirs": "composer.js.theirs",
		"reattached": "composer.js.reattached", "dropped": "composer.js.dropped", "removed": "composer.js.removed", "over": "composer.js.over",
		"overBytes": "composer.js.over_bytes", "bytes": "composer.js.bytes", "fits": "composer.js.fits", "uploading": "composer.js.uploading", "emptyField": "composer.js.empty",
		"somebody": "composer.js.somebody", "retry": "composer.js.retry", "other": "composer.js.other", "heavy": "composer.js.heavy",
	} {
		words[name] = t(key)
	}
	fields := map[string]string{"title": t("composer.title"), "text": t("composer.common"), "labels": t("composer.labels"), "campaign": t("composer.campaign"), "category": t("queue.category_label"),
		"warning": t("composer.warning"), "visibility": t("composer.visibility_label"), "languages": t("composer.languages"), "sensitive": t("composer.sensitive"),
		"channel": t("composer.channels"), "media": t("composer.media"), "alt": t("composer.alt")}
	b, err := json.Marshal(map[string]any{"brand": v.r.Brand.ID, "post": v.kept.ID, "me": v.r.Actor.Person, "private": v.r.Person.Private,
		"language": v.r.Loc.Lang, "max": publishing.MaxText, "rules": rules, "words": words, "fields": fields, "values": formOf(v.kept), "media": "/b/" + string(v.r.Brand.ID) + "/media"})
	if err != nil {
		return "{}"
	}
	return string(b)
}
