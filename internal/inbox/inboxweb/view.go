package inboxweb

import (
	"slices"
	"strings"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/inbox"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// pageSize is how many conversations a list shows at once.
const pageSize = 50

// view is what the page shows.
type view struct {
	r        *ui.Request
	loc      *i18n.Loc // in the brand's zone
	filter   filter
	items    []inbox.Conversation
	next     string
	open     int
	views    []inbox.View
	channels []channel.Channel
	names    map[id.Person]string
	can      []id.Person // to whom one can be given
	listens  []inbox.Listening
	talk     *inbox.Thread
	form     *ui.Form // an answer that was refused
	note     *ui.Form // a note that was refused
	hit      *hit     // somebody answered meanwhile
	older    string
	answers  bool // the person may answer
	fresh    id.Post
	// What the shelf of saved answers offers, the words it was searched by, and
	// the one the box began from.
	proposals []inbox.Proposal
	find      string
	saved     string
	now       time.Time
}

// hit is a colleague's answer that stands in the way.
type hit struct {
	Who string
	At  time.Time
}

// view reads what every page of the inbox shows.
func (f *Face) view(r *ui.Request) (*view, error) {
	ctx, b := r.Context(), r.Brand.ID
	v := &view{r: r, loc: r.Loc.In(r.Brand.Zone), filter: filterOf(r.URL.Query()), answers: r.May(team.AnswerPeople), fresh: id.New[id.Post](), now: r.Loc.Now()}
	page, err := f.Room.List(ctx, r.Actor, b, v.filter.room(r.Actor.Person), v.filter.Cursor, pageSize)
	if err != nil {
		return nil, err
	}
	v.items, v.next = page.Items, page.Next
	if v.channels, err = f.Channels.List(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	if v.views, err = f.Room.Views(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	if v.open, err = f.Room.Count(ctx, r.Actor, b, countMost); err != nil {
		return nil, err
	}
	if v.listens, err = f.Room.Listens(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	v.names, _ = f.Names(ctx, r.Actor, b) // a courtesy
	if v.answers {
		if v.can, err = f.Answerable(ctx, b); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// countMost is what the list counts to.
const countMost = 1000

func (v *view) T(key string, pairs ...any) string { return v.r.T(key, pairs...) }

// states are the ways to look at the list.
func (v *view) states() []ui.Choice {
	var out []ui.Choice
	for _, s := range []string{"", "waiting", "done"} {
		key := s
		if s == "" {
			key = "open"
		}
		label := v.T("inbox.seg." + key)
		if s == "" && v.open > 0 {
			label += " " + v.loc.Number(float64(v.open), 0)
			if v.open == countMost {
				label += "+"
			}
		}
		out = append(out, ui.Choice{Label: label, Href: v.filter.with(func(f *filter) { f.State = s }).link(v.r.Brand.ID, ""), Current: v.filter.State == s && (s != "" || v.filter.Text == "")})
	}
	return out
}

// channel is where a conversation takes place; one that was removed has no
// name any more.
func (v *view) channel(c id.Channel) (channel.Channel, bool) {
	i := slices.IndexFunc(v.channels, func(x channel.Channel) bool { return x.ID == c })
	if i < 0 {
		return channel.Channel{Short: "–", Title: v.T("inbox.channel_gone")}, false
	}
	return v.channels[i], true
}

func (v *view) name(p id.Person) string {
	if n := v.names[p]; n != "" {
		return n
	}
	return v.T("inbox.someone")
}

// who is what somebody is called in a list.
func (v *view) who(c inbox.Conversation) string {
	if c.Name != "" {
		return c.Name
	}
	return v.T("inbox.unknown")
}

// when is the hour of today, else the day.
func (v *view) when(t time.Time) string {
	local, now := t.In(v.loc.Zone), v.now.In(v.loc.Zone)
	switch {
	case local.Format("20060102") == now.Format("20060102"):
		return v.loc.Time(t)
	case now.Sub(t) < 24*time.Hour || local.Format("20060102") == now.AddDate(0, 0, -1).Format("20060102"):
		return v.T("inbox.yesterday")
	}
	return v.loc.Day(t)
}

// waits says since when somebody waits, and how bad that is.
func (v *view) waits(c inbox.Conversation) (ui.Signal, string) {
	if c.State != inbox.Open || c.Unanswered.IsZero() {
		return "", ""
	}
	d := v.now.Sub(c.Unanswered)
	s := ui.Signal("")
	switch {
	case d > 24*time.Hour:
		s = ui.Alert
	case d > 4*time.Hour:
		s = ui.Watch
	}
	return s, v.T("inbox.waits", "since", v.loc.Span(max(d, time.Minute)))
}

// fate says what became of one that is not open.
func (v *view) fate(c inbox.Conversation) string {
	switch c.State {
	case inbox.Snoozed:
		return v.T("inbox.until", "when", v.loc.When(c.Until))
	case inbox.Waiting:
		return v.T("inbox.seg.waiting")
	case inbox.Done:
		if c.DoneBy != "" {
			return v.T("inbox.done_by", "who", v.name(c.DoneBy))
		}
		if !c.LastOut.IsZero() {
			return v.T("inbox.answered")
		}
	}
	return ""
}

// stands says where a conversation stands: under what, or how it came.
func (v *view) stands(t *inbox.Thread) string {
	switch {
	case t.Subject != "":
		return t.Subject
	case t.Under != nil && t.Kind != network.Quote:
		return v.T("inbox.replies_to", "what", cut(strings.TrimSpace(strings.ReplaceAll(t.Under.Text, "\n", " ")), 60))
	}
	return v.T("inbox.kind." + string(t.Kind))
}

// language is what a language is called; empty for that of the brand.
func (v *view) language(tag string) string {
	short, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if short == "" || short == v.r.Brand.Language {
		return ""
	}
	if key := "inbox.lang." + short; v.loc.Has(key) {
		return v.T(key)
	}
	return tag
}

// isNew tells whether a message came after she last looked.
func (v *view) isNew(m inbox.Message) bool {
	return !m.Own && m.At.After(v.talk.Read)
}

// firstNew is the message before which the line "new" stands; empty: none, or
// all are.
func (v *view) firstNew() inbox.MessageID {
	for i, m := range v.talk.Messages {
		if v.isNew(m) && m.Kind != network.Context {
			if i == 0 {
				return ""
			}
			return m.ID
		}
	}
	return ""
}

// whose is the person who wrote an answer of ours, when it was one of us.
func (v *view) whose(m inbox.Message) string {
	for _, x := range v.talk.Said {
		if slices.Contains(x.Refs, m.Ref) {
			if x.Person == v.r.Actor.Person {
				return v.T("inbox.by_you")
			}
			return v.T("inbox.by", "who", v.name(x.Person))
		}
	}
	return v.T("inbox.by_elsewhere")
}

// onTheWay are the answers that do not stand in the thread yet.
func (v *view) onTheWay() []inbox.Said {
	there := map[network.Ref]bool{}
	for _, m := range v.talk.Messages {
		there[m.Ref] = true
	}
	var out []inbox.Said
	for _, x := range v.talk.Said {
		if x.State == "withdrawn" || slices.ContainsFunc(x.Refs, func(r network.Ref) bool { return there[r] }) {
			continue
		}
		out = append(out, x)
	}
	return out
}

// snoozes are the hours to which a conversation is put off.
func (v *view) snoozes() []ui.Option {
	now := v.now.In(v.loc.Zone)
	at := func(days, hour int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+days, hour, 0, 0, 0, v.loc.Zone)
	}
	list := []time.Time{now.Add(time.Hour).Truncate(time.Minute)}
	if tonight := at(0, 17); tonight.After(now.Add(90 * time.Minute)) {
		list = append(list, tonight)
	}
	list = append(list, at(1, 9))
	if d := (int(time.Monday) - int(now.Weekday()) + 7) % 7; d > 1 {
		list = append(list, at(d, 9))
	} else {
		list = append(list, at(7, 9))
	}
	var out []ui.Option
	for _, t := range list {
		out = append(out, ui.Option{Value: t.UTC().Format(time.RFC3339), Label: v.loc.When(t)})
	}
	return out
}

// past says how far what was said before is read, on channels where it still
// is.
func (v *view) past() (n int64, reading bool) {
	for _, l := range v.listens {
		if l.Past == "reading" {
			n, reading = n+l.Items, true
		}
	}
	return n, reading
}

// deaf are the channels that cannot be heard for now.
func (v *view) deaf() (out []string) {
	for _, l := range v.listens {
		if c, ok := v.channel(l.Channel); ok && (l.Problem != "" || c.Health == channel.SignedOut) {
			out = append(out, c.Title+" · "+c.Handle)
		}
	}
	return out
}

func (v *view) keys() []ui.Key {
	keys := []ui.Key{{Keys: "J", Label: v.T("inbox.key.down")}, {Keys: "K", Label: v.T("inbox.key.up")}, {Keys: "Enter", Label: v.T("inbox.key.open")}, {Keys: "/", Label: v.T("inbox.key.search")}, {Keys: "F", Label: v.T("inbox.filter"), Click: "#inbox-filter > summary"}}
	if !v.answers {
		return keys
	}
	keys = append(keys, ui.Key{Keys: "E", Label: v.T("inbox.key.done")}, ui.Key{Keys: "W", Label: v.T("inbox.key.wait")}, ui.Key{Keys: "X", Label: v.T("inbox.key.choose")}, ui.Key{Keys: "U", Label: v.T("inbox.key.unread")})
	if v.talk != nil {
		keys = append(keys, ui.Key{Keys: "R", Label: v.T("inbox.key.answer")}, ui.Key{Keys: "S", Label: v.T("inbox.shelf"), Click: "#inbox-shelf > summary"}, ui.Key{Keys: "A", Label: v.T("inbox.assign"), Click: "#inbox-assign > summary"}, ui.Key{Keys: "P", Label: v.T("inbox.snooze"), Click: "#inbox-snooze > summary"}, ui.Key{Keys: "Ctrl Enter", Label: v.T("inbox.key.send")})
	}
	return keys
}

func (v *view) frame() ui.Frame {
	fr := ui.Frame{Title: v.T("inbox.title"), Sub: v.r.Brand.Name, Active: "inbox", Wide: true, Keys: v.keys()}
	if v.talk != nil {
		fr.Live = []string{"conversation:" + string(v.talk.ID)}
	}
	return fr
}
