package channelweb

import (
	"net/http"
	"net/url"
	"slices"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/ui"
)

func (f *Face) choose(w http.ResponseWriter, r *ui.Request) error {
	return ui.Page(w, r, ui.Frame{Title: r.T("channel.connect"), Sub: r.Brand.Name, Active: "settings"}, choosePage(r.Brand.ID, f.networks(r)))
}

func (f *Face) begin(w http.ResponseWriter, r *ui.Request) error {
	return f.start(w, r, network.Kind(r.FormValue("network")), "")
}

func (f *Face) reconnect(w http.ResponseWriter, r *ui.Request) error {
	c, err := ui.PathID[id.Channel](r, "channel")
	if err != nil {
		return err
	}
	return f.start(w, r, "", c)
}

func (f *Face) start(w http.ResponseWriter, r *ui.Request, kind network.Kind, c id.Channel) error {
	in, err := f.room.Begin(r.Context(), r.Actor, r.Brand.ID, kind, c)
	if err != nil {
		return err
	}
	return ui.Redirect(w, r, atStep(in))
}

func (f *Face) step(w http.ResponseWriter, r *ui.Request) error {
	in, err := f.room.Resume(r.Context(), r.Actor, r.Brand.ID, r.PathValue("signin"))
	if err != nil {
		return err
	}
	return f.stepPage(w, r, in, nil)
}

// stepPage shows the present step; form is refused answers.
func (f *Face) stepPage(w http.ResponseWriter, r *ui.Request, in channel.SignIn, form *ui.Form) error {
	v := stepView{in: in, form: form, returns: f.returns(in)}
	for _, n := range f.networks(r) {
		if n.Kind == in.Network {
			v.network = n
		}
	}
	if in.Reconnects != "" {
		c, err := f.room.Get(r.Context(), r.Actor, in.Brand, in.Reconnects)
		if err != nil {
			return err
		}
		v.known = c
	}
	title := "channel.step.title"
	if in.Reconnects != "" {
		title = "channel.step.again"
		if v.known.ByHand() {
			title = "channel.step.change"
			v.network.Title, v.network.Short = v.known.Title, v.known.Short
		}
	}
	fr := ui.Frame{Title: r.T(title, "network", v.network.Title), Sub: r.Brand.Name, Active: "settings"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, stepPage(v))
}

// returns tells whether the authorisation page will send the person back here,
// rather than show a code to copy.
func (f *Face) returns(in channel.SignIn) bool {
	u, err := url.Parse(in.Step.Open)
	return err == nil && f.Callback != "" && u.Query().Get("redirect_uri") == f.Callback
}

func (f *Face) answer(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	before, err := f.room.Resume(r.Context(), r.Actor, r.Brand.ID, r.PathValue("signin"))
	if err != nil {
		return err
	}
	answers := map[string]string{}
	for _, field := range before.Step.Fields {
		answers[field.Name] = form.Get(field.Name)
	}
	// The form names the step it was drawn for: a page left open in another
	// tab must not answer the next question.
	if at := form.Get("step"); at != "" && at != before.Step.ID {
		return ui.Redirect(w, r, atStep(before))
	}
	if answers["callback"] == "" && f.Callback != "" {
		answers["callback"] = f.Callback
	}
	return f.next(w, r, before, answers, form)
}

// next answers a step and goes where that leads: the next one, the network's
// own page, the channel; or back to the step with what is wrong.
func (f *Face) next(w http.ResponseWriter, r *ui.Request, before channel.SignIn, answers map[string]string, form *ui.Form) error {
	in, err := f.room.Answer(r.Context(), r.Actor, before.Brand, before.ID, answers)
	if err != nil {
		if refuse(r, form, before.Step, err) {
			return f.stepPage(w, r, before, form)
		}
		return err
	}
	switch {
	case in.Step.ID == network.Done:
		return ui.Redirect(w, r, of(in.Channel)+"?new=1")
	case f.returns(in):
		return ui.Redirect(w, r, atStep(in)+"/go")
	}
	return ui.Redirect(w, r, atStep(in))
}

// refuse shows in the form what came back, a network that cannot be reached
// included: what was typed stays. It says false for what no answer mends.
func refuse(r *ui.Request, form *ui.Form, step network.Step, err error) bool {
	e := fault.As(err)
	if e.Kind == fault.Transient || e.Kind == fault.TooMany {
		key := e.Key
		if key == "" || !r.Loc.Has(key) {
			key = "channel.unreachable"
		}
		e = fault.New(fault.Invalid, key).At(e.Field).After(e.RetryAfter)
	}
	if !slices.ContainsFunc(step.Fields, func(f network.Field) bool { return f.Name == e.Field }) {
		e = e.At("") // of another step: said above the form
	}
	return form.Refused(r, e)
}

// leave goes on to the network's own page.
func (f *Face) leave(w http.ResponseWriter, r *ui.Request) error {
	in, err := f.room.Resume(r.Context(), r.Actor, r.Brand.ID, r.PathValue("signin"))
	if err != nil {
		return err
	}
	if in.Step.Open == "" {
		return ui.Redirect(w, r, atStep(in))
	}
	return ui.Leave(w, r, in.Step.Open)
}

// callback is where the network's page sends the person back. Whose sign-in it
// is, and in which brand, the state tells; nobody else's is found.
func (f *Face) callback(w http.ResponseWriter, r *ui.Request) error {
	q := r.URL.Query()
	in, err := f.room.Returned(r.Context(), r.Actor, q.Get("state"))
	if err != nil {
		return err
	}
	form := new(ui.Form) // a code that was refused is not shown again: it serves once
	if q.Get("error") != "" || q.Get("code") == "" {
		form.Refused(r, fault.New(fault.Invalid, "channel.denied"))
		return f.stepPage(w, r, in, form)
	}
	return f.next(w, r, in, map[string]string{"code": q.Get("code"), "state": q.Get("state")}, form)
}

// networks are those one can connect to, by their names in the person's
// language.
func (f *Face) networks(r *ui.Request) []network.Facts {
	all := f.room.Networks()
	for i := range all {
		all[i].Title = all[i].In(r.Loc.Lang)
	}
	return all
}
