package publishingweb

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

func (f *Face) handRoutes() []ui.Route {
	publish := ui.In(team.PublishPosts)
	const one = "/b/{brand}/by-hand/{publication}"
	return []ui.Route{
		{Method: "GET", Path: one, Guard: publish, Handle: f.hand},
		{Method: "POST", Path: one + "/done", Guard: publish, Handle: f.handDone},
		{Method: "POST", Path: one + "/not-done", Guard: publish, Handle: f.handNotDone},
		{Method: "GET", Path: one + "/media/{media}", Guard: publish, Handle: f.handMedia, Stream: true},
	}
}

func handPath(b id.Brand, p id.Publication) string {
	return "/b/" + string(b) + "/by-hand/" + string(p)
}

// handView is the page of a publication that a person publishes.
type handView struct {
	r       *ui.Request
	pub     publishing.Publication
	channel channel.Channel
	title   string
	form    *ui.Form // a refused word; Field says which of the two forms
	fault   error
	frozen  bool
	who     string // gave the last word
	reason  string // why it is not published
}

var errHand = fault.New(fault.NotFound, "")

// held reads what the page is about. A publication that never lay in anybody's
// hands has another page.
func (f *Face) held(r *ui.Request) (*handView, error) {
	key, err := ui.PathID[id.Publication](r, "publication")
	if err != nil {
		return nil, err
	}
	v := &handView{r: r}
	var steps []publishing.Step
	if v.pub, steps, err = f.Room.Publication(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return nil, err
	}
	if !publishing.ByHand(steps) {
		return nil, errHand
	}
	if v.channel, err = f.Channels.Get(r.Context(), r.Actor, r.Brand.ID, v.pub.Channel); err != nil {
		return nil, err
	}
	if p, perr := f.Room.Get(r.Context(), r.Actor, r.Brand.ID, v.pub.Post); perr == nil {
		v.title = p.Title
	}
	if v.title == "" {
		v.title = titleOf(v.pub.Content.Text())
	}
	if v.title == "" {
		v.title = r.T("composer.untitled")
	}
	freezes, err := f.Room.Freezes(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return nil, err
	}
	v.frozen = len(freezes) > 0
	for _, s := range steps {
		if s.What == publishing.StepHandDone || s.What == publishing.StepHandRefused {
			v.who = s.Who
		}
	}
	v.reason, _ = v.pub.Detail["reason"].(string)
	if names, nerr := f.Names(r.Context(), r.Actor, r.Brand.ID); nerr == nil && names[id.Person(v.who)] != "" {
		v.who = names[id.Person(v.who)]
	} else {
		v.who = r.T("ledger.somebody")
	}
	return v, nil
}

func (f *Face) hand(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.held(r)
	if err != nil {
		return err
	}
	return v.page(w, nil)
}

func (v *handView) page(w http.ResponseWriter, err error) error {
	v.fault = err
	fr := ui.Frame{Title: v.title, Sub: v.channel.Title, Active: "today", Subject: "post:" + string(v.pub.Post), Live: []string{"post:" + string(v.pub.Post)}}
	if err != nil {
		fr.Status = fault.HTTPStatus(err)
	}
	return ui.Page(w, v.r, fr, handPage(v))
}

// answered runs a person's word about what lies in her hands.
func (f *Face) answered(w http.ResponseWriter, r *ui.Request, said string, verb func(*ui.Form, id.Publication) error) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	v, err := f.held(r)
	if err != nil {
		return err
	}
	if err := verb(form, v.pub.ID); err != nil {
		if slices.Contains([]fault.Kind{fault.Invalid, fault.Conflict, fault.Transient}, fault.Of(err)) {
			form.Refused(r, err)
			if v, again := f.held(r); again == nil { // somebody else may have answered meanwhile
				v.form = form
				return v.page(w, err)
			}
		}
		return err
	}
	ui.Say(r, ui.Toast{Text: said})
	return ui.Redirect(w, r, handPath(r.Brand.ID, v.pub.ID))
}

func (f *Face) handDone(w http.ResponseWriter, r *ui.Request) error {
	return f.answered(w, r, r.T("hand.said_done"), func(form *ui.Form, p id.Publication) error {
		return f.Room.PublishedByHand(r.Context(), r.Actor, r.Brand.ID, p, form.Get("url"))
	})
}

func (f *Face) handNotDone(w http.ResponseWriter, r *ui.Request) error {
	return f.answered(w, r, r.T("hand.said_not"), func(form *ui.Form, p id.Publication) error {
		return f.Room.NotPublishedByHand(r.Context(), r.Actor, r.Brand.ID, p, form.Get("reason"))
	})
}

// handMedia is a picture as the channel takes it, to be saved.
func (f *Face) handMedia(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.held(r)
	if err != nil {
		return err
	}
	key, err := ui.PathID[id.Media](r, "media")
	if err != nil {
		return err
	}
	list := v.pub.Content.Media()
	i := slices.IndexFunc(list, func(m publishing.MediaRef) bool { return m.ID == key })
	if i < 0 {
		return errHand
	}
	rule := v.channel.Capabilities.Images
	rule.Cut = list[i].Cut
	up, err := f.Room.Media.Fit(r.Context(), r.Brand.ID, key, rule)
	if err != nil {
		return err
	}
	if c, ok := up.Body.(io.Closer); ok {
		defer c.Close()
	}
	ends := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}[up.Type]
	h := w.Header()
	h.Set("Content-Type", up.Type)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "image-" + strconv.Itoa(i+1) + ends}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	_, err = io.Copy(w, up.Body)
	return err
}

func (v *handView) act(what string) string {
	return handPath(v.r.Brand.ID, v.pub.ID) + "/" + what
}

func (v *handView) waits() bool { return v.pub.State == publishing.Handed }

// answerable tells whether a word of hers would be taken.
func (v *handView) answerable() bool {
	return v.waits() || v.pub.State == publishing.Failed || v.pub.State == publishing.Sent && v.pub.URL == ""
}

func (v *handView) late() bool { return v.pub.OverdueByHand(v.r.Loc.Now()) }

// ready tells whether it may be published now: what a freeze holds, and what
// nobody lets leave any more, is not there to be copied.
func (v *handView) ready() bool { return v.waits() && !v.frozen && !v.voided() }

// voided tells whether whoever let it leave has changed her mind since.
func (v *handView) voided() bool { return v.waits() && v.pub.Cleared != v.pub.Hash }

// inHand is the page of what of the post waits for a person; empty when nothing
// does.
func (v *view) inHand() string {
	for _, p := range v.pubs {
		if p.State == publishing.Handed {
			return handPath(v.r.Brand.ID, p.ID)
		}
	}
	return ""
}

// opens is the page to publish on, with the words in it where it takes them.
func (v *handView) opens() string {
	rule := v.channel.Capabilities.Hand
	if rule == nil {
		return ""
	}
	// %20 is a space everywhere, + only in some places.
	words := strings.ReplaceAll(url.QueryEscape(v.pub.Content.Text()), "+", "%20")
	return strings.ReplaceAll(rule.Open, "{text}", words)
}

func (v *handView) tally() network.Tally {
	return network.Count(v.pub.Content.Text(), "", v.channel.Capabilities.Text)
}

// lede says in a sentence where it stands.
func (v *handView) lede() string {
	l := v.r.Loc
	switch {
	case v.pub.State == publishing.Sent:
		return l.T("hand.lede.sent", "who", v.who, "when", l.DateTime(v.pub.SentAt), "network", v.channel.Title)
	case v.pub.State == publishing.Failed && v.pub.Problem == publishing.ProblemByHand:
		return l.T("hand.lede.not", "who", v.who, "reason", v.reason)
	case v.pub.State == publishing.Failed:
		return l.T("hand.lede.failed", "network", v.channel.Title)
	case v.waits() && !v.ready():
		return l.T("hand.lede.held", "when", l.DateTime(v.pub.DueAt), "network", v.channel.Title)
	case v.late():
		return l.T("hand.lede.late", "when", l.DateTime(v.pub.DueAt), "network", v.channel.Title)
	case v.waits():
		return l.T("hand.lede.now", "when", l.DateTime(v.pub.DueAt), "network", v.channel.Title)
	}
	return l.T("hand.lede.other")
}

func (v *handView) signal() ui.Signal {
	switch {
	case v.pub.State == publishing.Sent:
		return ui.Calm
	case v.pub.State == publishing.Failed || v.late():
		return ui.Alert
	}
	return ui.Watch
}
