package assetsweb

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vigie/internal/assets"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/logbook"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// rightsView is the page of the rights of one media.
type rightsView struct {
	f       *Face
	r       *ui.Request
	m       assets.Media
	rights  assets.Rights
	mayEdit bool
	licence licenceView
	// consent is the form of a consent; at names which it is of, "" a new one.
	consent   *ui.Form
	at        string
	conflicts []assets.Conflict
	clashes   []assets.Clash
	history   []ui.LogLine
	sentence  string
	state     assets.RightState
}

func (v rightsView) path(rest string) string { return page(v.m.Brand) + "/" + string(v.m.ID) + rest }

func (f *Face) rights(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	return f.drawRights(w, r, m, nil, nil, "")
}

func (f *Face) drawRights(w http.ResponseWriter, r *ui.Request, m assets.Media, licence, consent *ui.Form, at string) error {
	rights, err := f.Room.Rights(r.Context(), r.Actor, r.Brand.ID, m.ID)
	if err != nil {
		return err
	}
	v := rightsView{f: f, r: r, m: m, rights: rights, mayEdit: r.May(team.AddMedia), consent: consent, at: at, conflicts: assets.Conflicts(m, rights),
		sentence: f.mayUse(r.Loc, r.Brand.Name, m, rights, f.Room.DB.Now()), state: rights.StateAt(f.Room.DB.Now())}
	if v.clashes, err = f.Room.Clashes(r.Context(), r.Actor, r.Brand.ID, m.ID); err != nil {
		return err
	}
	l := rights.Licence
	if !l.Known() {
		l = suggest(m, rights.Zone)
	}
	v.licence = licenceView{form: licence, l: l, networks: f.Networks, zone: rights.Zone}
	if r.May(team.SeeLogbook) {
		if v.history, err = f.history(r.Context(), r.Loc, r.Brand.ID, m.ID); err != nil {
			return err
		}
	}
	frame := ui.Frame{Title: r.T("assets.rights.title"), Sub: m.Name, Active: "media"}
	if licence != nil || consent != nil {
		frame.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, frame, rightsPage(v))
}

// history says what was done about the rights of a media, latest first.
func (f *Face) history(ctx context.Context, l *i18n.Loc, b id.Brand, m id.Media) ([]ui.LogLine, error) {
	if f.History == nil {
		return nil, nil
	}
	all, err := f.History(ctx, b, m)
	var out []ui.LogLine
	for i := len(all) - 1; i >= 0 && len(out) < 60; i-- {
		rec := all[i]
		key := "assets.act." + strings.TrimPrefix(rec.Act, "assets.")
		if !l.Has(key) {
			continue
		}
		var d struct {
			Changed   []string `json:"changed"`
			Withdrawn string   `json:"withdrawn"`
			Folder    string   `json:"folder"`
			Ratio     string   `json:"ratio"`
			Number    int64    `json:"number"`
		}
		var p struct {
			Name string `json:"name"`
		}
		if err := json.Unmarshal(rec.Data, &d); err != nil {
			continue
		}
		_ = json.Unmarshal(rec.Personal, &p) // erased: the line stands without the name
		var changed []string
		for _, c := range d.Changed {
			if k := "assets.field." + c; l.Has(k) {
				changed = append(changed, l.T(k))
			}
		}
		line := ui.LogLine{At: rec.At, Text: l.T(key, "changed", l.List(changed...), "name", p.Name, "day", d.Withdrawn, "folder", d.Folder, "ratio", d.Ratio, "n", d.Number) + ", " + l.LongDate(rec.At)}
		if rec.Actor.Kind == logbook.Person {
			line.Who = f.Who(ctx, id.Person(rec.Actor.ID))
		}
		out = append(out, line)
	}
	return out, err
}

func (f *Face) saveLicence(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	version, _ := form.Int("licence_version")
	l, err := readLicence(form)
	if err == nil {
		_, err = f.Room.SaveLicence(r.Context(), r.Actor, r.Brand.ID, m.ID, int64(version), l)
	}
	if err != nil && form.Refused(r, err) {
		return f.drawRights(w, r, m, form, nil, "")
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("assets.rights.saved")})
	return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID)+"/rights")
}

func (f *Face) saveConsent(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	at := r.PathValue("consent")
	c := assets.Consent{ID: assets.ConsentID(at), Kind: assets.ConsentKind(form.Get("consent_kind")), Who: form.Get("who"), Scope: form.Get("scope"),
		Signed: form.Get("signed"), Until: form.Get("until"), Withdrawn: form.Get("withdrawn")}
	_, err = f.Room.SaveConsent(r.Context(), r.Actor, r.Brand.ID, m.ID, c)
	if err != nil && form.Refused(r, err) {
		return f.drawRights(w, r, m, nil, form, at)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("assets.consent.saved")})
	return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID)+"/rights")
}

func (f *Face) withdrawConsent(w http.ResponseWriter, r *ui.Request) error {
	return f.change(w, r, "assets.consent.withdrawn_done", func(m id.Media) error {
		_, err := f.Room.WithdrawConsent(r.Context(), r.Actor, r.Brand.ID, m, assets.ConsentID(r.PathValue("consent")), "")
		return err
	})
}

func (f *Face) removeConsent(w http.ResponseWriter, r *ui.Request) error {
	return f.change(w, r, "assets.consent.removed", func(m id.Media) error {
		return f.Room.RemoveConsent(r.Context(), r.Actor, r.Brand.ID, m, assets.ConsentID(r.PathValue("consent")))
	})
}

func (f *Face) removeDocument(w http.ResponseWriter, r *ui.Request) error {
	return f.change(w, r, "assets.document.removed", func(m id.Media) error {
		return f.Room.RemoveDocument(r.Context(), r.Actor, r.Brand.ID, m, assets.DocumentID(r.PathValue("document")))
	})
}

// change does one thing to the rights of a media and says so.
func (f *Face) change(w http.ResponseWriter, r *ui.Request, done string, do func(id.Media) error) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	if err := do(m.ID); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T(done)})
	return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID)+"/rights")
}

// addDocument takes a paper as a plain form sends it: the field "about" stands
// before the file.
func (f *Face) addDocument(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	none := fault.New(fault.Invalid, "assets.document_none").At("document")
	mr, err := r.MultipartReader()
	if err != nil {
		return none.Because(err)
	}
	var about assets.ConsentID
	for range 10 {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return none.Because(err)
		}
		switch part.FormName() {
		case "about":
			b, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return err
			}
			about = assets.ConsentID(b)
		case "document":
			if part.FileName() == "" {
				continue
			}
			if _, err := f.Room.AddDocument(r.Context(), r.Actor, r.Brand.ID, m.ID, about, part.FileName(), part); err != nil {
				if k := fault.Of(err); k == fault.Invalid {
					ui.Say(r, ui.Toast{Text: r.Loc.Fault(err), Signal: string(ui.Alert)})
					return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID)+"/rights#papers")
				}
				return err
			}
			ui.Say(r, ui.Toast{Text: r.T("assets.document.added")})
			return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID)+"/rights#papers")
		}
	}
	ui.Say(r, ui.Toast{Text: r.Loc.Fault(none), Signal: string(ui.Alert)})
	return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID)+"/rights#papers")
}

// document gives a paper back, to be saved and never run.
func (f *Face) document(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	d, err := f.Room.OpenDocument(r.Context(), r.Actor, r.Brand.ID, m.ID, assets.DocumentID(r.PathValue("document")))
	if err != nil {
		return err
	}
	defer d.Body.Close()
	h := w.Header()
	h.Set("Content-Type", d.Type)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.Name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r.Request, "", time.Time{}, d.Body)
	return nil
}

// boardView is the page of the rights of the whole library.
type boardView struct {
	f        *Face
	r        *ui.Request
	tabs     []ui.Choice
	past     []assets.Past
	seesPast bool
	within   int
	ending   []assets.Ending
	planned  map[id.Media]int
	channels []channel.Channel
	lands    map[id.Channel][]string
	mayEdit  bool
	mayTake  bool
	form     *ui.Form
}

func (v boardView) at(rest string) string { return page(v.r.Brand.ID) + rest }

// channel names a channel of the brand; one that is gone has no name.
func (v boardView) channel(c id.Channel) channel.Channel {
	for _, x := range v.channels {
		if x.ID == c {
			return x
		}
	}
	return channel.Channel{}
}

// reads says where a channel is read, in its own answer.
func (v boardView) reads(c id.Channel) (text string, own bool) {
	lands, ok := v.lands[c]
	return strings.Join(landNames(v.r.Loc, lands), ", "), ok
}

var horizons = []int{30, 60, 90}

func (f *Face) board(w http.ResponseWriter, r *ui.Request) error { return f.drawBoard(w, r, nil) }

func (f *Face) drawBoard(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	v := boardView{f: f, r: r, within: 30, mayEdit: r.May(team.AddMedia), mayTake: r.May(team.PublishPosts), seesPast: r.May(team.SeeDrafts), form: form}
	for _, h := range horizons {
		if r.URL.Query().Get("within") == strconv.Itoa(h) {
			v.within = h
		}
	}
	var err error
	if v.seesPast {
		if v.past, err = f.Room.OnLinePastRight(r.Context(), r.Actor, r.Brand.ID); err != nil {
			return err
		}
	}
	if v.ending, err = f.Room.EndingWithin(r.Context(), r.Actor, r.Brand.ID, v.within); err != nil {
		return err
	}
	if v.seesPast && len(v.ending) > 0 {
		coming, err := f.Room.PlannedPast(r.Context(), r.Actor, r.Brand.ID, v.within)
		if err != nil {
			return err
		}
		v.planned = map[id.Media]int{}
		for _, c := range coming {
			v.planned[c.Media]++
		}
	}
	if v.channels, err = f.channels(r); err != nil {
		return err
	}
	if v.lands, err = f.Room.Audience(r.Context(), r.Actor, r.Brand.ID); err != nil {
		return err
	}
	v.tabs = f.tabs(r, "rights")
	frame := ui.Frame{Title: r.T("assets.title"), Sub: r.Brand.Name, Active: "media"}
	if form != nil {
		frame.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, frame, boardPage(v))
}

func (f *Face) channels(r *ui.Request) ([]channel.Channel, error) {
	if f.Channels == nil || !r.May(team.SeePlanning) {
		return nil, nil
	}
	return f.Channels(r.Context(), r.Actor, r.Brand.ID)
}

// tabs are the places of the library.
func (f *Face) tabs(r *ui.Request, at string) []ui.Choice {
	return []ui.Choice{
		{Label: r.T("assets.title"), Href: page(r.Brand.ID), Current: at == ""},
		{Label: r.T("assets.rights.title"), Href: page(r.Brand.ID) + "/rights", Current: at == "rights"},
		{Label: r.T("assets.twins.title"), Href: page(r.Brand.ID) + "/duplicates", Current: at == "twins"},
	}
}

func (f *Face) audience(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	c := id.Channel(form.Get("channel"))
	if c != "" {
		list, err := f.channels(r)
		if err != nil {
			return err
		}
		known := false
		for _, x := range list {
			known = known || x.ID == c
		}
		if !known {
			return fault.New(fault.NotFound, "")
		}
	}
	err = f.Room.SetAudience(r.Context(), r.Actor, r.Brand.ID, c, form.Get("territories"), form.On("follow"))
	if err != nil && form.Refused(r, err) {
		return f.drawBoard(w, r, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("assets.audience.saved")})
	return ui.Redirect(w, r, page(r.Brand.ID)+"/rights#audience")
}

// safeCell keeps a spreadsheet from running what a person wrote.
func safeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// register is the register of rights, for a spreadsheet.
func (f *Face) register(w http.ResponseWriter, r *ui.Request) error {
	h := w.Header()
	out := csv.NewWriter(w)
	l := r.Loc
	if l.Lang == "fr" {
		out.Comma = ';'
	}
	began := false
	begin := func() error {
		if began {
			return nil
		}
		began = true
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": r.T("assets.register.file", "brand", r.Brand.Name, "day", f.Room.DB.Now().Format("20060102")) + ".csv"}))
		h.Set("Cache-Control", "private, no-store")
		if _, err := io.WriteString(w, "\ufeff"); err != nil { // so that spreadsheets read accents
			return err
		}
		var head []string
		for _, k := range []string{"name", "id", "folder", "tags", "state", "kind", "holder", "territories", "networks", "from", "to", "zone", "uses", "shown", "price", "currency", "invoice", "credit", "credit_needed", "ai", "consents", "file_says", "note"} {
			head = append(head, l.T("assets.register."+k))
		}
		return out.Write(head)
	}
	err := f.Room.Register(r.Context(), r.Actor, r.Brand.ID, func(x assets.Held) error {
		if err := begin(); err != nil {
			return err
		}
		return out.Write(f.line(l, x))
	})
	if err == nil {
		err = begin() // an empty library has a heading
	}
	if err != nil {
		if began {
			return nil // the answer is on its way: it is cut, and says so by its length
		}
		return err
	}
	out.Flush()
	return nil
}

func (f *Face) line(l *i18n.Loc, x assets.Held) []string {
	c := x.Licence
	var consents []string
	for _, k := range x.Consents {
		s := l.T("assets.consent."+string(k.Kind)) + " " + k.Who
		if k.Withdrawn != "" {
			s += " (" + l.T("assets.consent.withdrawn_on", "day", k.Withdrawn) + ")"
		}
		consents = append(consents, s)
	}
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	yes := ""
	if c.CreditNeeded {
		yes = l.T("assets.register.yes")
	}
	kind := ""
	if c.Known() {
		kind = l.T("assets.kind." + string(c.Kind))
	}
	cells := []string{x.Media.Name, string(x.Media.ID), x.Media.Folder, strings.Join(x.Media.Tags, ", "), l.T("assets.right." + string(x.State)), kind, c.Holder,
		strings.Join(landNames(l, c.Territories), ", "), strings.Join(f.titles(l, c.Networks), ", "), c.From, c.To, c.Zone, number(c.Uses), number(x.Shown),
		priceField(l, c.Price), c.Currency, c.Invoice, c.Credit, yes, l.T("assets.ai." + string(c.AI)), strings.Join(consents, " ; "), fileSays(x.Media), c.Note}
	for i := range cells {
		cells[i] = safeCell(cells[i])
	}
	return cells
}

// fileSays is what the file itself says, in a line.
func fileSays(m assets.Media) string {
	var out []string
	for _, s := range []string{m.Facts.Credit, m.Facts.Copyright, m.Facts.Expires, m.Facts.Terms} {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " | ")
}
