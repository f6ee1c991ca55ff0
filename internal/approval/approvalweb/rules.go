package approvalweb

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/approval"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// rulesView is who reads what, and the private links.
type rulesView struct {
	desk
	tabs     []ui.Choice
	policy   approval.Policy
	channel  channel.Channel // zero: the brand's own rule
	own      bool            // the channel has a rule of its own
	policies map[id.Channel]approval.Policy
	order    []channel.Channel
	people   []team.Member // who may read, without the client's
	links    []approval.Link
	linkForm *ui.Form
	address  string // of a link made a moment ago; shown once
	made     string // for whom
	edit     bool
	plan     bool
}

func (f *Face) rules(w http.ResponseWriter, r *ui.Request) error {
	return f.rulesPage(w, r, nil, nil, "", "")
}

func (f *Face) rulesPage(w http.ResponseWriter, r *ui.Request, form, linkForm *ui.Form, address, made string) error {
	d, err := f.desk(r)
	if err != nil {
		return err
	}
	d.form = form
	v := rulesView{desk: d, tabs: r.SettingsTabs("approval"), linkForm: linkForm, address: address, made: made, edit: r.May(team.EditBrand), plan: r.May(team.PublishPosts)}
	if v.policy, v.policies, err = f.Room.Policies(r.Context(), r.Actor, r.Brand.ID); err != nil {
		return err
	}
	if v.order, err = f.Channels.List(r.Context(), r.Actor, r.Brand.ID); err != nil {
		return err
	}
	which := id.Channel(r.URL.Query().Get("channel"))
	if form != nil {
		which = id.Channel(form.Get("channel"))
	}
	if which != "" {
		i := slices.IndexFunc(v.order, func(c channel.Channel) bool { return c.ID == which })
		if i < 0 {
			return fault.New(fault.NotFound, "")
		}
		v.channel = v.order[i]
		if p, ok := v.policies[which]; ok {
			v.policy, v.own = p, true
		}
	}
	people, err := f.People(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	v.people = slices.DeleteFunc(people, func(m team.Member) bool { return m.Disabled || m.Role == team.Client || !m.Role.May(team.Review) })
	if v.links, err = f.Room.Links(r.Context(), r.Actor, r.Brand.ID); err != nil {
		return err
	}
	status := 0
	if form != nil || linkForm != nil {
		status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("approval.rules.title"), Sub: r.Brand.Name, Active: "settings", Status: status}, rulesPage(v))
}

// The ways to read, as the form offers them.
const (
	wayFree  = "free"
	wayOne   = "one"
	wayGroup = "group"
	wayOrder = "order"
)

// way is the way of a policy's steps before the client's.
func (v rulesView) way() string {
	steps := house(v.policy.Steps)
	switch {
	case len(v.policy.Steps) == 0:
		return wayFree
	case len(steps) == 0:
		return "client"
	case len(steps) > 1:
		return wayOrder
	case len(steps[0].People) > 1:
		return wayGroup
	}
	return wayOne
}

// house are the steps that are not the client's.
func house(steps []approval.Step) []approval.Step {
	return slices.DeleteFunc(slices.Clone(steps), func(s approval.Step) bool { return s.Client })
}

// chosen is who reads at a step of a policy, for a select.
func (v rulesView) chosen(i int) string {
	steps := house(v.policy.Steps)
	if i >= len(steps) || len(steps[i].People) == 0 {
		if i < len(steps) {
			return "anyone"
		}
		return ""
	}
	return string(steps[i].People[0])
}

func (v rulesView) inGroup(p id.Person) bool {
	steps := house(v.policy.Steps)
	return len(steps) == 1 && slices.Contains(steps[0].People, p)
}

func (v rulesView) clientLast() bool {
	return slices.ContainsFunc(v.policy.Steps, func(s approval.Step) bool { return s.Client })
}

// orderSteps is how many readings in a row the form offers.
const orderSteps = 4

func (f *Face) setRules(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	back := "/b/" + string(r.Brand.ID) + "/settings/approval"
	which := id.Channel(form.Get("channel"))
	if which != "" {
		if _, err := f.Channels.Get(r.Context(), r.Actor, r.Brand.ID, which); err != nil {
			return err
		}
	}
	if form.Get("do") == "follow" {
		if err := f.Room.DropPolicy(r.Context(), r.Actor, r.Brand.ID, which); err != nil {
			return err
		}
		ui.Say(r, ui.Toast{Text: r.T("approval.rules.saved")})
		return ui.Redirect(w, r, back)
	}
	p, err := readPolicy(form)
	p.Brand, p.Channel = r.Brand.ID, which
	if err == nil {
		err = f.Room.SetPolicy(r.Context(), r.Actor, p)
	}
	if err != nil && form.Refused(r, err) {
		return f.rulesPage(w, r, form, nil, "", "")
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("approval.rules.saved")})
	return ui.Redirect(w, r, back)
}

var errNobody = fault.New(fault.Invalid, "approval.nobody").At("way")

func readPolicy(form *ui.Form) (approval.Policy, error) {
	p := approval.Default("")
	reader := func(s string) approval.Step {
		if s == "anyone" || s == "" {
			return approval.Step{}
		}
		return approval.Step{People: []id.Person{id.Person(s)}}
	}
	switch form.Get("way") {
	case wayFree:
	case wayOne:
		p.Steps = append(p.Steps, reader(form.Get("reader")))
	case wayGroup:
		var st approval.Step
		for _, who := range form.All("group") {
			st.People = append(st.People, id.Person(who))
		}
		if len(st.People) == 0 {
			return p, errNobody
		}
		p.Steps = append(p.Steps, st)
	case wayOrder:
		for i := range orderSteps {
			if who := form.Get("order" + strconv.Itoa(i+1)); who != "" {
				p.Steps = append(p.Steps, reader(who))
			}
		}
		if len(p.Steps) == 0 {
			return p, errNobody
		}
	case "client":
		p.Steps = append(p.Steps, approval.Step{Client: true})
	default:
		return p, errNobody
	}
	if form.On("client") && form.Get("way") != wayFree && form.Get("way") != "client" {
		p.Steps = append(p.Steps, approval.Step{Client: true})
	}
	p.Own = form.On("own")
	hours, err := form.Int("tolerance")
	if err != nil {
		return p, err
	}
	p.Tolerance = time.Duration(hours) * time.Hour
	if hours, err = form.Int("deadline"); err != nil {
		return p, err
	}
	p.Deadline = time.Duration(hours) * time.Hour
	p.Past = approval.Past(form.Get("past"))
	p.QuietFrom, p.QuietTo = form.Get("quiet_from"), form.Get("quiet_to")
	return p, nil
}

func (f *Face) makeLink(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(strings.TrimSpace(form.Get("days")))
	if err != nil {
		days = 0
	}
	l, address, err := f.Room.MakeLink(r.Context(), r.Actor, r.Brand.ID, approval.NewLink{Name: form.Get("name"), Email: form.Get("email"), Language: form.Get("language"), PIN: form.Get("pin"),
		From: form.Get("from"), To: form.Get("to"), Days: days})
	if err != nil && form.Refused(r, err) {
		return f.rulesPage(w, r, nil, form, "", "")
	}
	if err != nil {
		return err
	}
	return f.rulesPage(w, r, nil, nil, address, l.Name)
}

func (f *Face) renewLink(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[approval.LinkID](r, "link")
	if err != nil {
		return err
	}
	l, address, err := f.Room.RenewLink(r.Context(), r.Actor, r.Brand.ID, key, 0)
	if err != nil {
		return err
	}
	return f.rulesPage(w, r, nil, nil, address, l.Name)
}

func (f *Face) revokeLink(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[approval.LinkID](r, "link")
	if err != nil {
		return err
	}
	if err := f.Room.RevokeLink(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("approval.link.revoked")})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/settings/approval#liens")
}

// state is the message of where a link stands.
func (v rulesView) state(l approval.Link) string {
	switch {
	case !l.Revoked.IsZero():
		return v.r.T("approval.link.state_revoked", "when", v.r.Loc.Date(l.Revoked))
	case l.Ends.Before(v.r.Loc.Now()):
		return v.r.T("approval.link.state_over", "when", v.r.Loc.Date(l.Ends))
	case l.Seen.IsZero():
		return v.r.T("approval.link.state_new", "when", v.r.Loc.Date(l.Ends))
	}
	return v.r.T("approval.link.state_seen", "seen", v.r.Loc.Ago(l.Seen), "when", v.r.Loc.Date(l.Ends))
}

// sums says a policy in a sentence.
func (d desk) sums(p approval.Policy) string {
	if p.Free() {
		return d.r.T("approval.rules.sum_free")
	}
	var steps []string
	for _, s := range p.Steps {
		switch {
		case s.Client:
			steps = append(steps, d.r.T("approval.sum.client"))
		case len(s.People) == 0:
			steps = append(steps, d.r.T("approval.sum.anyone"))
		default:
			steps = append(steps, d.readers(s))
		}
	}
	return d.r.T("approval.rules.sum", "steps", strings.Join(steps, d.r.T("approval.rules.then")+" "))
}
