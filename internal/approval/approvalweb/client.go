package approvalweb

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/approval"
	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// visit is somebody who came by a private link.
type visit struct {
	r     *ui.Request
	token string
	link  approval.Link
	brand brand.Brand
	list  []approval.Entry
	// now is the post shown; its File is empty when there is none.
	now      approval.File
	shown    bool
	channels map[id.Channel]channel.Channel
	links    map[approval.LinkID]string
	names    map[id.Person]string
	form     *ui.Form
	// said is what was answered a moment ago, and about what.
	said, saidTitle string
	found           []Finding
	cards           []card
	stale           bool // the post changed while it was read
}

func (v *visit) reader() approval.Reader { return approval.Reader{Link: &v.link} }
func (v *visit) base() string            { return ui.PrivatePath + v.token }
func (v *visit) picture(m id.Media) string {
	return v.at(v.now.Post) + "/media/" + string(m)
}

func (v *visit) at(p id.Post) string { return v.base() + "/p/" + string(p) }

// passName is the cookie that holds what a code was given for.
func (f *Face) passName(l approval.Link) string { return "vigie_pass_" + string(l.ID)[24:] }

// visit finds who comes by the address. When it answers by itself (a code is
// asked for, the link is over), it returns nil and no error.
func (f *Face) visit(w http.ResponseWriter, r *ui.Request) (*visit, error) {
	v := &visit{r: r, token: r.PathValue("token")}
	pass := ""
	l, err := f.Room.OpenLink(r.Context(), v.token, "")
	if fault.Is(err, fault.SignedOut) {
		if c, cerr := r.Cookie(f.passName(l)); cerr == nil {
			pass = c.Value
		}
		l, err = f.Room.OpenLink(r.Context(), v.token, pass)
	}
	if l.Language != "" { // a link that does not exist speaks the browser's
		r.Loc = f.Words.For(l.Language).At(r.Loc.Now)
	}
	switch {
	case fault.Is(err, fault.SignedOut):
		return nil, f.askCode(w, r, v.token, http.StatusOK, nil)
	case fault.Is(err, fault.Conflict):
		// Says nothing about whom it was for.
		return nil, ui.Paper(w, r, http.StatusGone, r.T("approval.over.title"), "", overPage())
	case err != nil:
		return nil, err
	}
	v.link = l
	if v.brand, err = f.Brand(r.Context(), team.Program("approval"), l.Brand); err != nil {
		return nil, err
	}
	r.Loc = r.Loc.In(v.brand.Zone)
	if v.list, err = f.Room.Queue(r.Context(), v.reader(), l.Brand, true); err != nil {
		return nil, err
	}
	all, err := f.Channels.List(r.Context(), team.Program("approval"), l.Brand)
	if err != nil {
		return nil, err
	}
	v.channels = map[id.Channel]channel.Channel{}
	for _, c := range all {
		v.channels[c.ID] = c
	}
	if v.links, err = f.Room.LinkNames(r.Context(), l.Brand); err != nil {
		return nil, err
	}
	v.names, err = f.Names(r.Context(), team.Program("approval"), l.Brand)
	return v, err
}

func (f *Face) askCode(w http.ResponseWriter, r *ui.Request, token string, status int, form *ui.Form) error {
	return ui.Paper(w, r, status, r.T("approval.code.title"), "", codePage(ui.PrivatePath+token, form))
}

// left are those that this reader is asked about and has not answered.
func (v *visit) left() []approval.Entry {
	return slices.DeleteFunc(slices.Clone(v.list), func(e approval.Entry) bool { return !e.Mine || e.Said != "" })
}

// alike are those of left that one yes answers: a choice is made one by one.
func (v *visit) alike() []approval.Entry {
	return slices.DeleteFunc(v.left(), func(e approval.Entry) bool { return e.Choice != "" })
}

func (v *visit) done() int {
	n := 0
	for _, e := range v.list {
		if e.Said != "" || e.State == approval.Approved {
			n++
		}
	}
	return n
}

// client shows the first post to be read.
func (f *Face) client(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.visit(w, r)
	if v == nil {
		return err
	}
	v.said, v.saidTitle = r.URL.Query().Get("said"), r.URL.Query().Get("title")
	if left := v.left(); len(left) > 0 {
		return f.show(w, v, left[0].Post, 0)
	}
	return ui.Paper(w, r, 0, r.T("approval.client.title"), v.brand.Colour, clientPage(v))
}

func (f *Face) clientPost(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.visit(w, r)
	if v == nil {
		return err
	}
	post, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	v.said, v.saidTitle = r.URL.Query().Get("said"), r.URL.Query().Get("title")
	return f.show(w, v, post, 0)
}

// show draws one post. Showing marks what this reader has seen; it decides
// nothing, whoever follows the link.
func (f *Face) show(w http.ResponseWriter, v *visit, post id.Post, status int) error {
	var err error
	if v.now, err = f.Room.Read(v.r.Context(), v.reader(), v.link.Brand, post, true); err != nil {
		return err
	}
	v.shown = true
	v.cards = cards(v.now, v.channels)
	if err := f.examineCards(v.r, team.Program("approval"), v.link.Brand, v.now, v.cards); err != nil {
		return err
	}
	if v.found, err = f.examine(v.r, team.Program("approval"), v.link.Brand, v.now); err != nil {
		return err
	}
	return ui.Paper(w, v.r, status, v.title(v.now.Entry), v.brand.Colour, clientPage(v))
}

func (v *visit) title(e approval.Entry) string {
	if e.Title != "" {
		return e.Title
	}
	return v.r.T("approval.untitled")
}

// clientEnter takes a code.
func (f *Face) clientEnter(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	token := r.PathValue("token")
	l, err := f.Room.OpenLink(r.Context(), token, "")
	if err != nil && !fault.Is(err, fault.SignedOut) {
		_, err := f.visit(w, r)
		return err
	}
	r.Loc = f.Words.For(l.Language).At(r.Loc.Now)
	pass, err := f.Room.Enter(r.Context(), token, form.Get("pin"))
	if err != nil && form.Refused(r, err) {
		return f.askCode(w, r, token, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: f.passName(l), Value: pass, Path: ui.PrivatePath, MaxAge: 12 * 3600, HttpOnly: true, Secure: f.HTTPS, SameSite: http.SameSiteLaxMode})
	return ui.Redirect(w, r, ui.PrivatePath+token)
}

// clientChoose takes the choice of a version and goes on to the next post.
func (f *Face) clientChoose(w http.ResponseWriter, r *ui.Request) error {
	return f.clientSays(w, r, func(v *visit, post id.Post) (string, string, error) {
		return "choice", "", f.Room.Choose(r.Context(), v.reader(), v.link.Brand, pick(post, v.form))
	})
}

// clientRemark takes a remark on a passage, a point or the whole.
func (f *Face) clientRemark(w http.ResponseWriter, r *ui.Request) error {
	return f.clientSays(w, r, func(v *visit, post id.Post) (string, string, error) {
		_, err := f.Room.Remark(r.Context(), v.reader(), v.link.Brand, remarkIn(post, v.form))
		return "remark", "/p/" + string(post), err
	})
}

// clientDecide takes an answer and goes on to the next post.
func (f *Face) clientDecide(w http.ResponseWriter, r *ui.Request) error {
	return f.clientSays(w, r, func(v *visit, post id.Post) (string, string, error) {
		say := approval.Say{Post: post, Round: approval.RoundID(v.form.Get("round")), Verdict: approval.Verdict(v.form.Get("verdict")), Words: v.form.Get("words"), Other: other(v.form)}
		said := string(say.Verdict)
		if v.form.On("pass") && say.Verdict == approval.Approve {
			said = "pass"
		}
		return said, "", f.Room.Decide(r.Context(), v.reader(), v.link.Brand, say)
	})
}

// clientSays takes what somebody who came by a link says about a post. say
// returns what is confirmed to her, and where she goes on.
func (f *Face) clientSays(w http.ResponseWriter, r *ui.Request, say func(v *visit, post id.Post) (said, to string, err error)) error {
	v, err := f.visit(w, r)
	if v == nil {
		return err
	}
	post, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	if v.form, err = ui.ReadForm(r); err != nil {
		return err
	}
	title := ""
	for _, e := range v.list {
		if e.Post == post {
			title = v.title(e)
		}
	}
	said, to, err := say(v, post)
	switch {
	case fault.MessageKey(err) == "approval.link_over":
		return ui.Paper(w, r, http.StatusGone, r.T("approval.over.title"), "", overPage())
	case fault.Is(err, fault.Conflict):
		// What she answered to is not what stands there now: it is shown, with
		// what changed, and nothing was decided.
		v.form.Refused(r, err)
		v.stale = true
		if v.list, err = f.Room.Queue(r.Context(), v.reader(), v.link.Brand, true); err != nil {
			return err
		}
		if err := f.show(w, v, post, http.StatusConflict); !fault.Is(err, fault.NotFound) {
			return err
		}
		v.now, v.shown = approval.File{}, false
		return ui.Paper(w, r, http.StatusConflict, r.T("approval.client.title"), v.brand.Colour, clientPage(v))
	case err != nil && v.form.Refused(r, err):
		return f.show(w, v, post, http.StatusUnprocessableEntity)
	case err != nil:
		return err
	}
	return ui.Redirect(w, r, v.base()+to+"?"+url.Values{"said": {said}, "title": {title}}.Encode())
}

// other is the hour proposed, from its two fields.
func other(form *ui.Form) string {
	day, hour := strings.TrimSpace(form.Get("day")), strings.TrimSpace(form.Get("hour"))
	if day == "" {
		return ""
	}
	if hour == "" {
		hour = "09:00"
	}
	return day + "T" + hour
}

// clientAll lists what would be approved, before it is.
func (f *Face) clientAll(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.visit(w, r)
	if v == nil {
		return err
	}
	return ui.Paper(w, r, 0, r.T("approval.all.title"), v.brand.Colour, clientAllPage(v))
}

func (f *Face) clientApproveAll(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.visit(w, r)
	if v == nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	done, failed, err := f.many(r, v.reader(), v.link.Brand, form)
	if fault.MessageKey(err) == "approval.link_over" {
		return ui.Paper(w, r, http.StatusGone, r.T("approval.over.title"), "", overPage())
	}
	if err != nil {
		return err
	}
	said := "all"
	if failed > 0 {
		said = "some"
	}
	return ui.Redirect(w, r, v.base()+"?"+url.Values{"said": {said}, "title": {strconv.Itoa(done)}}.Encode())
}

// many approves what a form ticks: "post/round".
func (f *Face) many(r *ui.Request, who approval.Reader, b id.Brand, form *ui.Form) (done, failed int, err error) {
	var list []approval.One
	for _, x := range form.All("one") {
		post, round, ok := strings.Cut(x, "/")
		if ok && id.Valid(post) && id.Valid(round) {
			list = append(list, approval.One{Post: id.Post(post), Round: approval.RoundID(round)})
		}
	}
	out, err := f.Room.ApproveAll(r.Context(), who, b, list)
	for _, o := range out {
		if o.Err != nil {
			failed++
		} else {
			done++
		}
	}
	if done == 0 && failed > 0 && err == nil && fault.MessageKey(out[0].Err) == "approval.link_over" {
		err = out[0].Err
	}
	return done, failed, err
}

// clientPicture serves a picture that stands in a post this link shows.
func (f *Face) clientPicture(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.visit(w, r)
	if v == nil {
		return err
	}
	post, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	m, err := ui.PathID[id.Media](r, "media")
	if err != nil {
		return err
	}
	holds, err := f.Room.Holds(r.Context(), v.reader(), v.link.Brand, post, m)
	if err != nil {
		return err
	}
	if !holds {
		return fault.New(fault.NotFound, "")
	}
	p, err := f.Picture(r.Context(), v.link.Brand, m)
	if err != nil {
		return err
	}
	defer p.Body.Close()
	h := w.Header()
	h.Set("Content-Type", p.Type)
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": p.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", p.ETag)
	http.ServeContent(w, r.Request, "", time.Time{}, p.Body)
	return nil
}

// group is a content with all the channels that say it alike.
type group struct {
	Channels []channel.Channel
	Items    []id.Channel
	Content  approval.Content
	Diff     []approval.Diff
	// Pictured says what became of its pictures since the version known:
	// "same", "cut" or "other".
	Pictured string
}

// groups puts together the channels that say the same.
func groups(f approval.File, channels map[id.Channel]channel.Channel) []group {
	var out []group
	at := map[string]int{}
	for _, it := range f.Items {
		c, ok := channels[it.Channel]
		if !ok {
			c = channel.Channel{ID: it.Channel, Short: "?", Title: "?"}
		}
		key := it.Content.Text()
		for _, m := range it.Content.Pictures() {
			key += "\x00" + string(m.ID) + m.Alt + string(m.Cut)
		}
		if i, ok := at[key]; ok {
			out[i].Channels, out[i].Items = append(out[i].Channels, c), append(out[i].Items, it.Channel)
			continue
		}
		at[key] = len(out)
		out = append(out, group{Channels: []channel.Channel{c}, Items: []id.Channel{it.Channel}, Content: it.Content, Diff: f.Diff(it.Channel), Pictured: f.Pictured(it.Channel)})
	}
	return out
}

func (g group) names() string {
	var out []string
	for _, c := range g.Channels {
		if !slices.Contains(out, c.Title) {
			out = append(out, c.Title)
		}
	}
	return strings.Join(out, ", ")
}

// kinds counts the networks that say it.
func (g group) kinds() int {
	seen := map[string]bool{}
	for _, c := range g.Channels {
		seen[c.Title] = true
	}
	return len(seen)
}

// warning is the content warning of a content, which its readers must see.
func (g group) warning() string { return g.Content.Options.ContentWarning }

func nets(list []approval.Item, channels map[id.Channel]channel.Channel) []channel.Channel {
	var out []channel.Channel
	for _, it := range list {
		if c, ok := channels[it.Channel]; ok && !slices.ContainsFunc(out, func(o channel.Channel) bool { return o.Network == c.Network }) {
			out = append(out, c)
		}
	}
	return out
}

// whoSaid names who decided.
func whoSaid(d approval.Decision, names map[id.Person]string, links map[approval.LinkID]string) string {
	if d.Link != "" {
		return links[d.Link]
	}
	return names[d.Person]
}

// gestures are the answers, one for all the channels of each, the last first.
func gestures(all []approval.Decision) []approval.Decision {
	var out []approval.Decision
	for i := len(all) - 1; i >= 0; i-- {
		if !slices.ContainsFunc(out, func(o approval.Decision) bool { return o.Gesture == all[i].Gesture }) {
			out = append(out, all[i])
		}
	}
	return out
}

// hourOf is an hour of the wall as a date of the page.
func hourOf(w clock.Wall) time.Time {
	at, _, err := w.Instant()
	if err != nil {
		return time.Time{}
	}
	return at
}
