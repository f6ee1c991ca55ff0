package approvalweb

import (
	"net/http"
	"slices"
	"strconv"

	"vigie/internal/approval"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// desk is what the pages of the house know.
type desk struct {
	r        *ui.Request
	channels map[id.Channel]channel.Channel
	names    map[id.Person]string
	links    map[approval.LinkID]string
	form     *ui.Form
}

func (f *Face) desk(r *ui.Request) (desk, error) {
	d := desk{r: r, channels: map[id.Channel]channel.Channel{}, names: map[id.Person]string{}}
	all, err := f.Channels.List(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return d, err
	}
	for _, c := range all {
		d.channels[c.ID] = c
	}
	if d.links, err = f.Room.LinkNames(r.Context(), r.Brand.ID); err != nil {
		return d, err
	}
	if r.May(team.SeePeople) {
		d.names, err = f.Names(r.Context(), r.Actor, r.Brand.ID)
	}
	return d, err
}

func (d desk) picture(m id.Media) string {
	return "/b/" + string(d.r.Brand.ID) + "/media/" + string(m) + "/view"
}

func (d desk) base() string              { return "/b/" + string(d.r.Brand.ID) + "/review" }
func (d desk) at(p id.Post) string       { return d.base() + "/" + string(p) }
func (d desk) composer(p id.Post) string { return "/b/" + string(d.r.Brand.ID) + "/posts/" + string(p) }

func (d desk) title(e approval.Entry) string {
	if e.Title != "" {
		return e.Title
	}
	return d.r.T("approval.untitled")
}

// queueView is the list of what waits.
type queueView struct {
	desk
	all  bool
	list []approval.Entry
}

func (v queueView) only(is func(e approval.Entry) bool) []approval.Entry {
	return slices.DeleteFunc(slices.Clone(v.list), func(e approval.Entry) bool { return !is(e) })
}

func (v queueView) mine() []approval.Entry {
	return v.only(func(e approval.Entry) bool { return e.Mine && e.Said == "" && e.Choice == "" })
}

// choices are those in which she is to choose a version: one by one.
func (v queueView) choices() []approval.Entry {
	return v.only(func(e approval.Entry) bool { return e.Mine && e.Said == "" && e.Choice != "" })
}

// again are those that their author is to submit again.
func (v queueView) again() []approval.Entry {
	return v.only(func(e approval.Entry) bool { return e.Again })
}

func (v queueView) others() []approval.Entry {
	return v.only(func(e approval.Entry) bool { return !e.Again && !(e.Mine && e.Said == "") })
}

func (f *Face) queue(w http.ResponseWriter, r *ui.Request) error {
	d, err := f.desk(r)
	if err != nil {
		return err
	}
	v := queueView{desk: d, all: r.URL.Query().Get("all") != ""}
	if v.list, err = f.Room.Queue(r.Context(), approval.Reader{Actor: r.Actor}, r.Brand.ID, v.all); err != nil {
		return err
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("approval.queue.title"), Sub: r.Brand.Name, Active: "review"}, queuePage(v))
}

// approveMany says yes to what is ticked; the rest are the exceptions.
func (f *Face) approveMany(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	done, failed, err := f.many(r, approval.Reader{Actor: r.Actor}, r.Brand.ID, form)
	if err != nil {
		return err
	}
	text := r.T("approval.many.done", "n", done)
	signal := ""
	if failed > 0 {
		text, signal = text+" "+r.T("approval.many.failed", "n", failed), "alert"
	}
	ui.Say(r, ui.Toast{Text: text, Signal: signal})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/review")
}

// reviewView is the reading of one post.
type reviewView struct {
	desk
	file  approval.File
	write bool
	stale bool
	cards []card
	found []Finding
}

func (f *Face) review(w http.ResponseWriter, r *ui.Request) error { return f.reviewPage(w, r, nil, 0) }

func (f *Face) reviewPage(w http.ResponseWriter, r *ui.Request, form *ui.Form, status int) error {
	post, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	d, err := f.desk(r)
	if err != nil {
		return err
	}
	d.form = form
	v := reviewView{desk: d, write: r.May(team.WritePosts), stale: status == http.StatusConflict}
	if v.file, err = f.Room.Read(r.Context(), approval.Reader{Actor: r.Actor}, r.Brand.ID, post, true); err != nil {
		return err
	}
	v.cards = cards(v.file, d.channels)
	if v.found, err = f.examine(r, r.Actor, r.Brand.ID, v.file); err != nil {
		return err
	}
	if err := f.examineCards(r, r.Actor, r.Brand.ID, v.file, v.cards); err != nil {
		return err
	}
	v.found = append(v.found, common(v.cards)...)
	return ui.Page(w, r, ui.Frame{Title: d.title(v.file.Entry), Sub: r.T("approval.review.sub", "n", v.file.N), Active: "review", Status: status,
		Live: []string{"post:" + string(post)}, Subject: "post:" + string(post)}, reviewPage(v))
}

func (f *Face) decide(w http.ResponseWriter, r *ui.Request) error {
	post, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	say := approval.Say{Post: post, Round: approval.RoundID(form.Get("round")), Verdict: approval.Verdict(form.Get("verdict")), Words: form.Get("words"), Other: other(form)}
	err = f.Room.Decide(r.Context(), approval.Reader{Actor: r.Actor}, r.Brand.ID, say)
	if err != nil && form.Refused(r, err) {
		if fault.Is(err, fault.Conflict) {
			return f.reviewPage(w, r, form, http.StatusConflict)
		}
		return f.reviewPage(w, r, form, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("approval.you." + string(say.Verdict))})
	return ui.Redirect(w, r, f.next(r, post))
}

// next is the next post to be read, or the list.
func (f *Face) next(r *ui.Request, post id.Post) string {
	base := "/b/" + string(r.Brand.ID) + "/review"
	list, err := f.Room.Queue(r.Context(), approval.Reader{Actor: r.Actor}, r.Brand.ID, false)
	if err != nil {
		return base
	}
	for _, e := range list {
		if e.Mine && e.Said == "" && e.Post != post {
			return base + "/" + string(e.Post)
		}
	}
	return base
}

func (f *Face) remark(w http.ResponseWriter, r *ui.Request) error {
	post, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = f.Room.Remark(r.Context(), approval.Reader{Actor: r.Actor}, r.Brand.ID, remarkIn(post, form))
	if err != nil && form.Refused(r, err) {
		status := http.StatusUnprocessableEntity
		if fault.Is(err, fault.Conflict) {
			status = http.StatusConflict
		}
		return f.reviewPage(w, r, form, status)
	}
	if err != nil {
		return err
	}
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/review/"+string(post)+"#remarques")
}

// remarkIn reads a remark and its place out of a form.
func remarkIn(post id.Post, form *ui.Form) approval.NewRemark {
	in := approval.NewRemark{Post: post, Round: approval.RoundID(form.Get("round")), Channel: id.Channel(form.Get("channel")), Quote: form.Get("quote"), Words: form.Get("words"),
		Internal: form.On("internal"), Media: id.Media(form.Get("media"))}
	if in.Quote != "" && (form.Get("instead") != "" || form.On("cut")) {
		with := form.Get("instead")
		in.Instead = &with
	}
	if form.Get("end") != "" { // chosen on the page; a passage copied by hand has none
		in.Part, in.Start, in.End = number(form.Get("part")), number(form.Get("start")), number(form.Get("end"))
	}
	if in.Media != "" {
		in.X, in.Y = percent(form.Get("x")), percent(form.Get("y"))
	}
	return in
}

// examine looks at what a reader is asked about; what is over, or to be chosen
// from, is not looked at as one.
func (f *Face) examine(r *ui.Request, a team.Actor, b id.Brand, file approval.File) ([]Finding, error) {
	if f.Examine == nil || !file.Open || file.Choice != nil {
		return nil, nil
	}
	return f.Examine(r.Context(), a, b, file.Post, file.At, file.Items)
}

// examineCards looks at each version of a choice.
func (f *Face) examineCards(r *ui.Request, a team.Actor, b id.Brand, file approval.File, all []card) (err error) {
	for i := range all {
		if f.Examine == nil || !file.Open {
			return nil
		}
		if all[i].found, err = f.Examine(r.Context(), a, b, file.Post, file.At, all[i].Items); err != nil {
			return err
		}
	}
	return nil
}

// number is a count of the page's own script; what is none points at nothing.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// percent is a place on a picture, given in hundredths.
func percent(s string) float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return -1 // refused by name
	}
	return n / 100
}

func (f *Face) settle(w http.ResponseWriter, r *ui.Request) error {
	post, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	key, err := ui.PathID[approval.RemarkID](r, "remark")
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	accept := form.Get("do") == "accept"
	err = f.Room.Settle(r.Context(), r.Actor, r.Brand.ID, key, accept)
	if err != nil && form.Refused(r, err) {
		return f.reviewPage(w, r, form, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	if accept {
		ui.Say(r, ui.Toast{Text: r.T("approval.remark.accepted")})
		return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/posts/"+string(post))
	}
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/review/"+string(post)+"#remarques")
}

// reads are the steps of a reading with who reads, once for channels that are
// read alike.
func (v reviewView) reads() []ui.Step {
	var out []ui.Step
	for _, x := range v.file.Reads {
		s := ui.Step{Mark: strconv.Itoa(x.Index + 1), Title: v.readers(x.Step), Done: x.Done, Current: x.Open}
		if !slices.ContainsFunc(out, func(o ui.Step) bool { return o == s }) {
			out = append(out, s)
		}
	}
	return out
}

func (d desk) readers(s approval.Step) string {
	switch {
	case s.Client:
		return d.r.T("approval.step.client")
	case len(s.People) == 0:
		return d.r.T("approval.step.anyone")
	}
	var names []string
	for _, p := range s.People {
		if n := d.names[p]; n != "" {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return d.r.T("approval.step.house")
	}
	return d.r.T("approval.step.people", "n", len(names), "names", d.r.Loc.List(names...))
}
