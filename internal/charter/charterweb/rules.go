package charterweb

import (
	"io"
	"net/http"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/charter"
	"vigie/internal/network"
	"vigie/internal/ui"
)

type listView struct {
	head
	rules []charter.Rule
	nets  []network.Facts
}

func (f *Face) list(w http.ResponseWriter, r *ui.Request) error { return f.listPage(w, r, nil) }

func (f *Face) listPage(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	rules, _, err := f.Room.Rules(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	v := listView{head: f.head(r, "rules", form), rules: rules, nets: f.networks(r)}
	fr := frame(r, r.T("charter.title"))
	fr.Status = refusedStatus(form)
	return ui.Page(w, r, fr, listPage(v))
}

// ruleView is the form of a rule, with what it finds in the past when that was
// asked.
type ruleView struct {
	head
	r     *ui.Request
	rule  charter.Rule
	nets  []network.Facts
	tried bool
	read  int
	fired []charter.Fired
}

func (f *Face) blank(w http.ResponseWriter, r *ui.Request) error {
	k := charter.Kind(r.URL.Query().Get("kind"))
	rule := charter.Rule{Kind: k, Severity: network.Warn, Scope: charter.Both, On: true, Spec: fresh(k)}
	if !known(k) {
		rule.Kind, rule.Spec = charter.Avoid, fresh(charter.Avoid)
	}
	return f.rulePage(w, r, ruleView{rule: rule})
}

func known(k charter.Kind) bool {
	for _, o := range charter.Kinds() {
		if o == k {
			return true
		}
	}
	return false
}

func (f *Face) rule(w http.ResponseWriter, r *ui.Request) error {
	rule, err := f.ruleOf(r)
	if err != nil {
		return err
	}
	return f.rulePage(w, r, ruleView{rule: rule})
}

func (f *Face) ruleOf(r *ui.Request) (charter.Rule, error) {
	key, err := ui.PathID[charter.RuleID](r, "rule")
	if err != nil {
		return charter.Rule{}, err
	}
	return f.Room.Rule(r.Context(), r.Actor, r.Brand.ID, key)
}

func (f *Face) rulePage(w http.ResponseWriter, r *ui.Request, v ruleView) error {
	form := v.form
	v.head = f.head(r, "", form)
	v.r, v.nets = r, f.networks(r)
	title := v.rule.Name
	if v.rule.ID == "" {
		title = r.T("charter.new")
	}
	fr := frame(r, title)
	if form != nil && !v.tried {
		fr.Status = refusedStatus(form)
	}
	return ui.Page(w, r, fr, rulePage(v))
}

func (f *Face) create(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	return f.keep(w, r, form, charter.Rule{On: true})
}

func (f *Face) save(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	rule, err := f.ruleOf(r)
	if err != nil {
		return err
	}
	return f.keep(w, r, form, rule)
}

func (f *Face) keep(w http.ResponseWriter, r *ui.Request, form *ui.Form, was charter.Rule) error {
	rule, err := ruleFrom(form, was)
	if err == nil {
		rule, err = f.Room.Save(r.Context(), r.Actor, r.Brand.ID, rule)
	}
	if err != nil && form.Refused(r, err) {
		return f.rulePage(w, r, ruleView{head: head{form: form}, rule: rule})
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("charter.saved", "name", rule.Name)})
	return ui.Redirect(w, r, base(r.Brand.ID))
}

// past runs the rule of the form over the last quarter, and shows the form
// again: nothing is kept.
func (f *Face) past(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	was := charter.Rule{On: true}
	if key := form.Get("rule"); id.Valid(key) {
		if was, err = f.Room.Rule(r.Context(), r.Actor, r.Brand.ID, charter.RuleID(key)); err != nil {
			return err
		}
	}
	v := ruleView{head: head{form: form}}
	v.rule, err = ruleFrom(form, was)
	if err == nil {
		now := r.Loc.Now()
		v.fired, v.read, err = f.Room.OverPast(r.Context(), r.Actor, r.Brand.ID, v.rule, now.AddDate(0, -3, 0), now)
		v.tried = err == nil
	}
	if err != nil && !form.Refused(r, err) {
		return err
	}
	return f.rulePage(w, r, v)
}

func (f *Face) toggle(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	key, err := ui.PathID[charter.RuleID](r, "rule")
	if err != nil {
		return err
	}
	rule, err := f.Room.Switch(r.Context(), r.Actor, r.Brand.ID, key, form.On("on"))
	if err != nil {
		return err
	}
	say := "charter.switched_off"
	if rule.On {
		say = "charter.switched_on"
	}
	ui.Say(r, ui.Toast{Text: r.T(say, "name", rule.Name)})
	return ui.Redirect(w, r, base(r.Brand.ID))
}

func (f *Face) remove(w http.ResponseWriter, r *ui.Request) error {
	rule, err := f.ruleOf(r)
	if err != nil {
		return err
	}
	_, version, err := f.Room.Rules(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	if err := f.Room.Remove(r.Context(), r.Actor, r.Brand.ID, rule.ID); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("charter.removed", "name", rule.Name), Undo: base(r.Brand.ID) + "/restore?version=" + itoa(version)})
	return ui.Redirect(w, r, base(r.Brand.ID))
}

func (f *Face) begin(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	rules := charter.Starter(form.Get("starter")).Rules()
	err = f.Room.Bring(r.Context(), r.Actor, r.Brand.ID, rules, false)
	if err != nil && form.Refused(r, err) {
		return f.listPage(w, r, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("charter.brought", "n", len(rules))})
	return ui.Redirect(w, r, base(r.Brand.ID))
}

func (f *Face) export(w http.ResponseWriter, r *ui.Request) error {
	rules, _, err := f.Room.Rules(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	b, err := charter.Export(rules)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="charter.json"`)
	w.Header().Set("Cache-Control", "private, no-store")
	_, err = w.Write(b)
	return err
}

func (f *Face) bring(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	b, err := upload(r)
	var rules []charter.Rule
	if err == nil {
		rules, err = charter.ReadFile(b)
	}
	if err == nil {
		err = f.Room.Bring(r.Context(), r.Actor, r.Brand.ID, rules, form.On("replace"))
	}
	if err != nil && form.Refused(r, said(r, err)) {
		return f.listPage(w, r, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("charter.brought", "n", len(rules))})
	return ui.Redirect(w, r, base(r.Brand.ID))
}

// said puts the reason inside of a refusal in the person's words.
func said(r *ui.Request, err error) error {
	e := fault.As(err)
	if key, ok := e.Values["why"].(string); ok && r.Loc.Has(key) {
		return e.With("why", r.T(key))
	}
	return err
}

// upload reads the file of a form, or the text of a field of that name.
func upload(r *ui.Request) ([]byte, error) {
	file, _, err := r.FormFile("file")
	if err != nil {
		if t := r.FormValue("file"); strings.TrimSpace(t) != "" {
			return []byte(t), nil
		}
		return nil, fault.New(fault.Invalid, "charter.file").At("file").With("rule", "").With("why", "charter.file_none")
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, charter.MaxFile+1))
}
