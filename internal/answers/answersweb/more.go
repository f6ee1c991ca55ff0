package answersweb

import (
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"vigie/internal/answers"
	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/ui"
)

// suggestView is a message on the bench.
type suggestView struct {
	head
	text, language string
	on             network.Kind
	nets           []network.Facts
	asked          bool
	found          []answers.Nearest
}

func (f *Face) suggest(w http.ResponseWriter, r *ui.Request) error {
	q := r.URL.Query()
	v := suggestView{head: f.head(r, "suggest", nil), text: cut(strings.TrimSpace(q.Get("text")), 4000), language: q.Get("language"), on: network.Kind(q.Get("network")), nets: f.networks(r)}
	if v.language == "" {
		v.language = r.Brand.Language
	}
	if v.asked = v.text != ""; v.asked {
		var err error
		if v.found, err = f.Room.Suggest(r.Context(), r.Actor, r.Brand.ID, v.text, v.language, v.on, 5); err != nil {
			return err
		}
	}
	return ui.Page(w, r, frame(r, r.T("answers.place.suggest"), nil), suggestPage(v))
}

type settingsView struct {
	head
	setting answers.AnswerSetting
}

func (f *Face) settings(w http.ResponseWriter, r *ui.Request) error { return f.settingsPage(w, r, nil) }

func (f *Face) settingsPage(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	set, err := f.Room.Setting(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	return ui.Page(w, r, frame(r, r.T("answers.place.settings"), form), settingsPage(settingsView{head: f.head(r, "settings", form), setting: set}))
}

func (f *Face) set(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	in := answers.AnswerSetting{Stale: network.Severity(form.Get("stale")), Variables: variables(form.Get("variables"))}
	if in.Months, err = form.Int("months"); err == nil {
		_, err = f.Room.Set(r.Context(), r.Actor, r.Brand.ID, in)
	}
	if err != nil && form.Refused(r, err) {
		return f.settingsPage(w, r, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("answers.said.set")})
	return ui.Redirect(w, r, base(r.Brand.ID)+"/settings")
}

var variableRE = regexp.MustCompile(`^\s*\{?([^={}\[\]]*?)\}?\s*(?:\[([A-Za-z0-9-]+)\]\s*)?=(.*)$`)

// variables reads "name = value", or "name [en] = value", one a line.
func variables(s string) []answers.Variable {
	var out []answers.Variable
	for l := range strings.Lines(s) {
		if strings.TrimSpace(l) == "" {
			continue
		}
		m := variableRE.FindStringSubmatch(strings.TrimSpace(l))
		if m == nil {
			out = append(out, answers.Variable{Name: strings.TrimSpace(l)}) // refused, and named
			continue
		}
		out = append(out, answers.Variable{Name: strings.TrimSpace(m[1]), Language: m[2], Value: strings.TrimSpace(m[3])})
	}
	return out
}

func written(all []answers.Variable) string {
	var b strings.Builder
	for _, v := range all {
		b.WriteString(v.Name)
		if v.Language != "" {
			b.WriteString(" [" + v.Language + "]")
		}
		b.WriteString(" = " + strings.ReplaceAll(v.Value, "\n", " ") + "\n")
	}
	return b.String()
}

// export writes all saved answers that are not archived.
func (f *Face) export(w http.ResponseWriter, r *ui.Request) error {
	rows, _, err := f.Room.List(r.Context(), r.Actor, r.Brand.ID, answers.Filter{}, "", answers.MaxAnswers)
	if err != nil {
		return err
	}
	out, err := answers.Export(rows)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="answers.csv"`)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "private, no-store")
	_, err = w.Write(out)
	return err
}

func (f *Face) bring(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	done, err := f.broughtBy(r)
	if err != nil {
		if f := fault.As(err); f != nil && f.Key == "answers.file_row" {
			f.Values["why"] = r.T(f.Values["why"].(string), pairs(f.Values)...)
		}
	}
	if err != nil && form.Refused(r, err) {
		return f.settingsPage(w, r, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("answers.said.brought", "n", done.Made+done.Changed, "made", done.Made, "changed", done.Changed)})
	return ui.Redirect(w, r, base(r.Brand.ID))
}

func (f *Face) broughtBy(r *ui.Request) (out answers.Brought, err error) {
	file, _, err := r.FormFile("file")
	if err != nil {
		return out, fault.New(fault.Invalid, "answers.file_none").At("file")
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, answers.MaxFile+1))
	if err != nil {
		return out, err
	}
	return f.Room.BringFile(r.Context(), r.Actor, r.Brand.ID, raw, false)
}

func pairs(values map[string]any) []any {
	var out []any
	for k, v := range values {
		out = append(out, k, v)
	}
	return out
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
