package channelweb

import (
	"context"
	"net/url"
	"strings"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
	"vigie/internal/ui"
)

type (
	row struct {
		channel.Channel
		waits int // posts that would be held if it went
	}
	listView struct {
		brand         brand.Brand
		tabs          []ui.Choice
		rows          []row
		manage, probe bool
	}
	channelView struct {
		row
		fresh                bool // just connected
		manage, probe, write bool
		hands                []team.Member // who may be told, by hand
	}
	stepView struct {
		in      channel.SignIn
		network network.Facts
		form    *ui.Form
		known   channel.Channel // to be connected again
		returns bool
	}
)

// health is a channel's state in words, with its signal.
func health(ctx context.Context, c channel.Channel) (ui.Signal, string) {
	if !c.Removed.IsZero() {
		return "", i18n.T(ctx, "channel.health.removed")
	}
	switch c.Health {
	case channel.Expiring:
		days := daysUntil(i18n.From(ctx), c.Expires)
		if days <= 0 {
			return ui.Watch, i18n.T(ctx, "channel.health.expires_today")
		}
		return ui.Watch, i18n.T(ctx, "channel.health.expiring", "n", days)
	case channel.SignedOut:
		return ui.Alert, i18n.T(ctx, "channel.health.signed_out")
	case channel.Doubtful:
		return ui.Watch, i18n.T(ctx, "channel.health.doubtful")
	}
	if c.ByHand() {
		return ui.Calm, i18n.T(ctx, "channel.health.by_hand")
	}
	return ui.Calm, i18n.T(ctx, "channel.health.working")
}

// daysUntil counts midnights, as people do.
func daysUntil(l *i18n.Loc, t time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.In(l.Zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(day(t).Sub(day(l.Now())) / (24 * time.Hour))
}

// trouble says what a state that is not well means; empty when all is well.
func trouble(ctx context.Context, c channel.Channel) string {
	if !c.Removed.IsZero() || c.Health == channel.Working {
		return ""
	}
	return i18n.T(ctx, "channel.trouble."+string(c.Health))
}

// cause is the network's own sentence, when it stands by itself.
func cause(ctx context.Context, c channel.Channel) string {
	l := i18n.From(ctx)
	if c.Problem == "" || !l.Has(c.Problem) {
		return ""
	}
	if s := l.T(c.Problem); !strings.Contains(s, "{") {
		return s
	}
	return ""
}

// limits is what an account takes, in a few words.
func limits(ctx context.Context, c network.Capabilities) string {
	var out []string
	switch {
	case c.AnswersOnly && c.Answer.Able:
		out = append(out, i18n.T(ctx, "channel.limit.answers"))
	case c.AnswersOnly:
		out = append(out, i18n.T(ctx, "channel.limit.listens"))
	}
	if c.Text.Max > 0 {
		out = append(out, i18n.T(ctx, "channel.limit.text", "n", c.Text.Max))
	}
	if c.Images.Max > 0 {
		out = append(out, i18n.T(ctx, "channel.limit.images", "n", c.Images.Max))
	}
	if c.Thread.Max > 1 {
		out = append(out, i18n.T(ctx, "channel.limit.thread"))
	}
	return strings.Join(out, " · ")
}

// needs is what one must have at hand to connect: the network's own sentence.
func needs(ctx context.Context, n network.Facts) string {
	if key := "channel.needs." + string(n.Kind); i18n.From(ctx).Has(key) {
		return i18n.T(ctx, key)
	}
	return ""
}

// tried is how far a connector was tried, honestly and in the person's tongue.
// Facts begin with one of four words; the whole stands in docs/networks.md.
func tried(ctx context.Context, n network.Facts) string {
	for _, t := range []struct{ begins, key string }{
		{"simulated", "simulated"}, {"by hand", "hand"}, {"live ", "live"}, {"real server", "real"}, {"strict fake", "fake"},
	} {
		if strings.HasPrefix(n.Tried, t.begins) {
			return i18n.T(ctx, "channel.tried."+t.key)
		}
	}
	return n.Tried
}

func price(ctx context.Context, n network.Facts) string {
	if i18n.From(ctx).Has(n.Price) {
		return i18n.T(ctx, n.Price)
	}
	return n.Price
}

// field is one question of a step. Its words are the network's.
func field(ctx context.Context, v stepView, f network.Field) ui.FieldOpt {
	l, key := i18n.From(ctx), "network."+string(v.in.Network)+"."+f.Name
	o := ui.FieldOpt{Form: v.form, Name: f.Name, Label: f.Name, Type: f.Type, Value: f.Default, Required: !f.Optional, Auto: "off",
		Attrs: map[string]any{"spellcheck": "false", "autocapitalize": "off"}}
	if l.Has(key) {
		o.Label = l.T(key)
	}
	if l.Has(key + ".help") {
		o.Help = l.T(key + ".help")
	}
	if f.Optional {
		o.Optional = l.T("channel.optional")
	}
	for _, c := range f.Choices {
		label := c
		if l.Has(key + "." + c) {
			label = l.T(key + "." + c)
		}
		o.Options = append(o.Options, ui.Option{Value: c, Label: label})
	}
	// What is known of an account that is connected again is filled in.
	switch {
	case v.known.ID == "":
	case f.Name == "handle":
		o.Value = v.known.Handle
	case f.Name == "server" && v.known.Server != "":
		o.Value = v.known.Server
	}
	if v.returns {
		o.Required = false // she comes back with the code by herself
	}
	return o
}

// again is the gesture that connects a channel anew; where somebody made the
// network up, it changes what she said.
func again(ctx context.Context, c channel.Channel) string {
	if c.ByHand() {
		return i18n.T(ctx, "channel.change")
	}
	return i18n.T(ctx, "channel.reconnect")
}

// minutes is how long a person has to publish by hand.
func minutes(c channel.Channel) int { return int(c.Capabilities.Hand.After / time.Minute) }

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

func dialogID(c id.Channel) string { return "remove-" + string(c) }

// consequence is what removing a channel does to what is planned.
func consequence(ctx context.Context, r row) string {
	if r.waits == 0 {
		return i18n.T(ctx, "channel.remove.nothing")
	}
	return i18n.T(ctx, "channel.remove.held", "n", r.waits)
}

func stamp(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return i18n.T(ctx, "channel.never")
	}
	return i18n.From(ctx).DateTime(t)
}
