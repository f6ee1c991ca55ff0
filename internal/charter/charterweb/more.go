package charterweb

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/charter"
	"vigie/internal/network"
	"vigie/internal/ui"
)

// benchView is a text on the bench.
type benchView struct {
	head
	r     *ui.Request
	nets  []network.Facts
	done  bool
	text  string
	found []charter.Finding
}

func (f *Face) bench(w http.ResponseWriter, r *ui.Request) error {
	return f.benchPage(w, r, benchView{})
}

func (f *Face) benchPage(w http.ResponseWriter, r *ui.Request, v benchView) error {
	form := v.form
	v.head = f.head(r, "bench", form)
	v.r, v.nets = r, f.networks(r)
	fr := frame(r, r.T("charter.place.bench"))
	if form != nil && !v.done {
		fr.Status = refusedStatus(form)
	}
	return ui.Page(w, r, fr, benchPage(v))
}

func (f *Face) tried(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	v := benchView{head: head{form: form}, text: strings.ReplaceAll(form.Get("text"), "\r\n", "\n")}
	t := charter.Text{Parts: []string{v.text}, Network: network.Kind(form.Get("network")), Answer: form.Get("scope") == string(charter.Answers), Labels: lines(form.Get("labels"))}
	if at := form.Get("at"); at != "" {
		if t.Local, _, err = (clock.Wall{Local: at, Zone: r.Brand.Zone}).Instant(); err != nil {
			err = fault.New(fault.Invalid, "charter.day_form").At("at")
		}
		t.Local = t.Local.In(r.Loc.Zone)
	}
	if err == nil {
		v.found, err = f.Room.Try(r.Context(), r.Actor, r.Brand.ID, t)
	}
	if err != nil && !form.Refused(r, err) {
		return err
	}
	v.done = err == nil
	return f.benchPage(w, r, v)
}

// run is a stretch of a text that is drawn alike.
type run struct {
	Text string
	Hit  *charter.Finding
}

// runs cuts a text at what was found in it; what lies over another is left to
// the list.
func runs(text string, found []charter.Finding) []run {
	var out []run
	at := 0
	for i, f := range found {
		if f.Start == f.End || f.Start < at || f.End > len(text) {
			continue
		}
		if f.Start > at {
			out = append(out, run{Text: text[at:f.Start]})
		}
		out = append(out, run{text[f.Start:f.End], &found[i]})
		at = f.End
	}
	return append(out, run{Text: text[at:]})
}

func findClass(f *charter.Finding) string {
	if f.Severity == network.Block {
		return "find find--block"
	}
	return "find"
}

type daysView struct {
	head
	r    *ui.Request
	list []charter.Day
}

func (f *Face) days(w http.ResponseWriter, r *ui.Request) error { return f.daysPage(w, r, nil) }

func (f *Face) daysPage(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	all, err := f.Room.Days(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	fr := frame(r, r.T("charter.place.days"))
	fr.Status = refusedStatus(form)
	return ui.Page(w, r, fr, daysPage(daysView{f.head(r, "days", form), r, all}))
}

func (v daysView) when(d charter.Day) string {
	from, ferr := time.ParseInLocation("2006-01-02", d.From, v.r.Loc.Zone)
	to, terr := time.ParseInLocation("2006-01-02", d.To, v.r.Loc.Zone)
	if ferr != nil || terr != nil {
		return d.From
	}
	days := v.r.Loc.LongDate(from.Add(12 * time.Hour))
	if d.From != d.To {
		days = v.r.Loc.Range(from.Add(12*time.Hour), to.Add(12*time.Hour))
	}
	if d.Yearly {
		return v.r.T("charter.days.yearly_line", "days", days)
	}
	return days
}

func (f *Face) addDay(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	d, err := f.Room.SaveDay(r.Context(), r.Actor, r.Brand.ID, charter.Day{Name: form.Get("name"), Why: form.Get("why"), From: form.Get("from"), To: form.Get("to"),
		Yearly: form.On("yearly"), Severity: network.Severity(form.Get("severity"))})
	if err != nil && form.Refused(r, err) {
		return f.daysPage(w, r, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("charter.days.saved", "name", d.Name)})
	return ui.Redirect(w, r, base(r.Brand.ID)+"/days")
}

func (f *Face) removeDay(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[charter.DayID](r, "silent")
	if err != nil {
		return err
	}
	if err := f.Room.RemoveDay(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("charter.days.removed")})
	return ui.Redirect(w, r, base(r.Brand.ID)+"/days")
}

type wordsView struct {
	head
	list  []string
	write bool
}

func (f *Face) words(w http.ResponseWriter, r *ui.Request) error { return f.wordsPage(w, r, nil) }

func (f *Face) wordsPage(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	all, err := f.Room.Words(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	fr := frame(r, r.T("charter.place.words"))
	fr.Status = refusedStatus(form)
	return ui.Page(w, r, fr, wordsPage(wordsView{f.head(r, "words", form), all, r.May("posts.write")}))
}

// learn adds words, one a line; the composer's script asks for JSON, and sends
// post and rule when the words are only to be let stand in that post.
func (f *Face) learn(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	ctx, b := r.Context(), r.Brand.ID
	if post := form.Get("ignore"); post != "" {
		if !id.Valid(post) {
			return fault.New(fault.NotFound, "")
		}
		err = f.Room.Ignore(ctx, r.Actor, b, id.Post(post), form.Get("rule"), form.Get("words"), form.On("off"))
	} else {
		err = f.Room.Learn(ctx, r.Actor, b, lines(form.Get("word"))...)
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(map[string]bool{"done": true})
	}
	if err != nil && form.Refused(r, err) {
		return f.wordsPage(w, r, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("charter.words.added")})
	return ui.Redirect(w, r, base(b)+"/words")
}

func (f *Face) unlearn(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	if err := f.Room.Unlearn(r.Context(), r.Actor, r.Brand.ID, form.Get("word")); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("charter.words.removed", "word", form.Get("word"))})
	return ui.Redirect(w, r, base(r.Brand.ID)+"/words")
}

type versionsView struct {
	head
	r     *ui.Request
	list  []charter.Version
	names map[id.Person]string
}

func (f *Face) versions(w http.ResponseWriter, r *ui.Request) error {
	all, err := f.Room.Versions(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	v := versionsView{f.head(r, "versions", nil), r, all, map[id.Person]string{}}
	// Names are a courtesy: a client may not see who is in the team.
	if names, err := f.Names(r.Context(), r.Actor, r.Brand.ID); err == nil {
		v.names = names
	}
	return ui.Page(w, r, frame(r, r.T("charter.place.versions")), versionsPage(v))
}

// line says what a version changed, and who did.
func (v versionsView) line(o charter.Version) string {
	who := v.names[o.Person]
	if who == "" {
		who = v.r.T("charter.somebody")
	}
	return v.r.T("charter.act."+strings.TrimPrefix(o.Act, "charter."), "who", who, "name", o.Name)
}

func (f *Face) restore(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(form.Get("version"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "")
	}
	if err := f.Room.Restore(r.Context(), r.Actor, r.Brand.ID, n); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("charter.restored", "n", n)})
	return ui.Redirect(w, r, base(r.Brand.ID))
}
