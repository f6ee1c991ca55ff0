package publishingweb

import (
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/publishing"
	"vigie/internal/ui"
)

// oneView is the page of one publication.
type oneView struct {
	r       *ui.Request
	pub     publishing.Publication
	steps   []publishing.Step
	channel channel.Channel
	title   string
	names   map[id.Person]string
	form    *ui.Form
	fault   error
	publish bool
}

// where is what the network is called, and the account.
func (v *oneView) where() string {
	if v.channel.Title == "" {
		return v.r.T("composer.gone_channel")
	}
	return v.channel.Title
}

// lede says in a sentence where the publication stands and what happens next.
func (v *oneView) lede() string {
	l, p := v.r.Loc, v.pub
	switch p.State {
	case publishing.Planned:
		return l.T("ledger.lede.planned", "when", l.DateTime(p.DueAt), "network", v.where())
	case publishing.Pending:
		return l.T("ledger.lede.pending", "when", l.DateTime(p.DueAt), "network", v.where())
	case publishing.Due:
		if p.Attempts > 0 && !p.NextAt.IsZero() {
			return l.T("ledger.lede.again", "when", seconds(p.NextAt, l.Zone), "network", v.where())
		}
		return l.T("ledger.lede.due", "network", v.where())
	case publishing.Sending:
		return l.T("ledger.lede.sending", "network", v.where())
	case publishing.Handed:
		if p.OverdueByHand(l.Now()) {
			return l.T("ledger.lede.handed_late", "when", l.DateTime(p.DueAt), "network", v.where())
		}
		return l.T("ledger.lede.handed", "network", v.where())
	case publishing.Sent:
		return l.T("ledger.lede.sent", "when", l.DateTime(p.SentAt), "network", v.where())
	case publishing.Unknown:
		return l.T("ledger.lede.unknown", "network", v.where())
	case publishing.Frozen:
		return l.T("ledger.lede.frozen")
	case publishing.Withdrawn:
		return l.T("ledger.lede.withdrawn", "network", v.where())
	}
	return l.T("ledger.lede.failed", "network", v.where())
}

// problem is what is wrong; empty when nothing is.
func (v *oneView) problem() string {
	if v.pub.Problem == "" {
		return ""
	}
	return v.r.T(v.pub.Problem, append(pairs(v.pub.Detail), "network", v.where())...)
}

func (v *oneView) signal() ui.Signal {
	switch v.pub.State {
	case publishing.Sent:
		return ui.Calm
	case publishing.Unknown, publishing.Pending, publishing.Handed:
		return ui.Watch
	case publishing.Failed:
		return ui.Alert
	case publishing.Frozen, publishing.Sending, publishing.Due:
		return ui.Info
	}
	return ""
}

// late is by how much it left after its hour; empty under a second.
func (v *oneView) late() string {
	if v.pub.State != publishing.Sent || v.pub.SentAt.Sub(v.pub.DueAt) < time.Second {
		return ""
	}
	return v.r.T("ledger.late", "span", v.r.Loc.Span(v.pub.SentAt.Sub(v.pub.DueAt)))
}

// withdrawable tells whether the network lets it be taken back.
func (v *oneView) withdrawable() bool {
	if v.pub.State != publishing.Sent && v.pub.State != publishing.Failed || !v.channel.Capabilities.Delete || !v.channel.Removed.IsZero() {
		return false
	}
	for _, s := range v.pub.Sent {
		if s.Ref == "" {
			return false // settled by hand: the network's reference is not known
		}
	}
	return len(v.pub.Sent) > 0
}

func (v *oneView) act(what string) string {
	return publicationPath(v.r.Brand.ID, v.pub.ID) + "/" + what
}

// story is one step, in words.
type story struct {
	At     time.Time
	Signal ui.Signal
	Text   string
	Facts  []string
	Answer string
	URL    string
}

// stories are the steps, latest first.
func (v *oneView) stories() []story {
	out := make([]story, 0, len(v.steps))
	for i := len(v.steps) - 1; i >= 0; i-- {
		out = append(out, v.story(v.steps[i]))
	}
	return out
}

var stepSignals = map[publishing.StepKind]ui.Signal{
	publishing.StepTaken: ui.Calm, publishing.StepFound: ui.Calm, publishing.StepConfirmed: ui.Calm,
	publishing.StepRefused: ui.Alert, publishing.StepNotSent: ui.Watch, publishing.StepUnclear: ui.Watch,
	publishing.StepNotFound: ui.Info, publishing.StepDoubt: ui.Watch, publishing.StepMissed: ui.Watch,
	publishing.StepStopped: ui.Alert, publishing.StepBlocked: ui.Alert, publishing.StepFrozen: ui.Info, publishing.StepThawed: ui.Info,
	publishing.StepRecalled: ui.Watch, publishing.StepRecallFailed: ui.Watch, publishing.StepReminded: ui.Watch, publishing.StepCorrected: ui.Calm,
	publishing.StepAwaits: ui.Watch, publishing.StepCleared: ui.Calm,
	publishing.StepHanded: ui.Watch, publishing.StepHandLate: ui.Alert, publishing.StepHandDone: ui.Calm, publishing.StepHandRefused: ui.Alert,
}

func (v *oneView) story(s publishing.Step) story {
	l := v.r.Loc
	who := v.names[id.Person(s.Who)]
	if who == "" {
		who = l.T("ledger.somebody")
	}
	detail := append(pairs(s.Detail), "who", who, "network", v.where())
	if local, ok := s.Detail["local"].(string); ok {
		detail = append([]any{"when", v.wall(local, s.Detail["zone"])}, detail...)
	}
	key := "ledger.step." + string(s.What)
	if s.What == publishing.StepSettled {
		key = "ledger.step.settled_not"
		if sent, _ := s.Detail["sent"].(bool); sent {
			key = "ledger.step.settled_sent"
		}
	}
	out := story{At: s.At, Signal: stepSignals[s.What], Text: l.T(key, detail...), Answer: s.Answer}
	if s.Problem != "" {
		out.Text += " " + l.T(s.Problem, append(pairs(s.Detail), "network", v.where())...)
	}
	if u, ok := s.Detail["url"].(string); ok && (strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") || strings.HasPrefix(u, "/")) {
		out.URL = u
	}
	fact := func(key string, pairs ...any) { out.Facts = append(out.Facts, l.T(key, pairs...)) }
	if len(v.pub.Content.Parts) > 1 {
		fact("ledger.fact.part", "part", s.Part+1, "total", len(v.pub.Content.Parts))
	}
	if s.Attempt > 0 {
		fact("ledger.fact.attempt", "attempt", s.Attempt)
	}
	if s.Took > 0 {
		fact("ledger.fact.took", "ms", s.Took.Milliseconds())
	}
	if s.Status > 0 {
		fact("ledger.fact.status", "status", itoa(s.Status))
	}
	if s.Request != "" {
		fact("ledger.fact.request", "request", s.Request)
	}
	return out
}

// wall writes an hour of the wall as people say it.
func (v *oneView) wall(local string, zone any) string {
	name, _ := zone.(string)
	at, _, err := clock.Wall{Local: local, Zone: name}.Instant()
	if err != nil {
		return strings.Replace(local, "T", " ", 1)
	}
	return v.r.Loc.DateTime(at)
}

// seconds writes an hour to the second: a publication's story needs it.
func seconds(t time.Time, zone *time.Location) string { return t.In(zone).Format("15:04:05") }

// shortHash is enough of a content's name to tell two apart by eye.
func shortHash(h string) string { return h[:min(12, len(h))] }
