package publishingweb

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/publishing/exchange"
	"vigie/internal/team"
	"vigie/internal/ui"
)

func (f *Face) exchangeRoutes() []ui.Route {
	write, export := ui.In(team.WritePosts), ui.In(team.Export)
	const imports = "/b/{brand}/imports/{import}"
	return []ui.Route{
		{Method: "GET", Path: "/b/{brand}/posts/import", Guard: write, Handle: f.importStart},
		{Method: "POST", Path: "/b/{brand}/posts/import", Guard: write, Handle: f.importOpen, MaxBody: exchange.MaxBytes + 1<<20},
		{Method: "GET", Path: imports, Guard: write, Handle: f.importShow},
		{Method: "POST", Path: imports, Guard: write, Handle: f.importSet},
		{Method: "POST", Path: imports + "/undo", Guard: write, Handle: f.importUndo},
		{Method: "POST", Path: imports + "/drop", Guard: write, Handle: f.importDrop},
		{Method: "GET", Path: "/b/{brand}/export", Guard: export, Handle: f.exportPage},
		{Method: "GET", Path: "/b/{brand}/export/file", Guard: export, Handle: f.exportFile},
		{Method: "POST", Path: "/b/{brand}/posts/{post}/pictures", Guard: write, Handle: f.pictures, MaxBody: maxForm},
	}
}

func importPath(b id.Brand, imp publishing.ImportID) string {
	return "/b/" + string(b) + "/imports/" + string(imp)
}

// startView is the page on which a file is chosen.
type startView struct {
	base   string
	past   []publishing.Import
	fault  error
	export bool
}

func (f *Face) importStart(w http.ResponseWriter, r *ui.Request) error { return f.startPage(w, r, nil) }

func (f *Face) startPage(w http.ResponseWriter, r *ui.Request, why error) error {
	past, err := f.Room.Imports(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	fr := ui.Frame{Title: r.T("import.title"), Active: "calendar"}
	if why != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, importStartPage(startView{base: "/b/" + string(r.Brand.ID), past: past, fault: why, export: r.May(team.Export)}))
}

func (f *Face) importOpen(w http.ResponseWriter, r *ui.Request) error {
	mr, err := r.MultipartReader()
	if err != nil {
		return f.startPage(w, r, fault.New(fault.Invalid, "import.no_file"))
	}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return f.startPage(w, r, fault.New(fault.Invalid, "import.no_file"))
		}
		if err != nil {
			return err
		}
		if part.FormName() != "file" || part.FileName() == "" {
			part.Close()
			continue
		}
		imp, err := f.Room.OpenImport(r.Context(), r.Actor, r.Brand.ID, part.FileName(), part)
		part.Close()
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			err = fault.New(fault.Invalid, "exchange.too_big").With("max", exchange.MaxBytes)
		}
		if fault.Is(err, fault.Invalid) {
			return f.startPage(w, r, err)
		}
		if err != nil {
			return err
		}
		return ui.Redirect(w, r, importPath(r.Brand.ID, imp.ID))
	}
}

// importView is one import, in whatever state.
type importView struct {
	r        *ui.Request
	base     string // of the brand
	at       string
	imp      publishing.Import
	channels []channel.Channel
	fault    error
	publish  bool
	pending  int // pictures still on their way, or lost
	lost     int
}

func (f *Face) importOf(r *ui.Request) (publishing.Import, error) {
	key, err := ui.PathID[publishing.ImportID](r, "import")
	if err != nil {
		return publishing.Import{}, err
	}
	return f.Room.GetImport(r.Context(), r.Actor, r.Brand.ID, key)
}

func (f *Face) importShow(w http.ResponseWriter, r *ui.Request) error {
	imp, err := f.importOf(r)
	if err != nil {
		return err
	}
	return f.importPage(w, r, imp, nil)
}

func (f *Face) importPage(w http.ResponseWriter, r *ui.Request, imp publishing.Import, why error) error {
	channels, err := f.Channels.List(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	v := importView{r: r, base: "/b/" + string(r.Brand.ID), at: importPath(r.Brand.ID, imp.ID), imp: imp, channels: channel.ForPosts(channels), fault: why, publish: r.May(team.PublishPosts)}
	if imp.State == publishing.ImportDone && imp.Report.Pictures > 0 {
		if v.pending, v.lost, err = f.Room.ImportPictures(r.Context(), r.Actor, r.Brand.ID, imp.ID); err != nil {
			return err
		}
	}
	fr := ui.Frame{Title: r.T("import.title"), Sub: imp.Name, Active: "calendar"}
	if why != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, importShowPage(v))
}

// importSet takes the answers and looks again, or orders the import.
func (f *Face) importSet(w http.ResponseWriter, r *ui.Request) error {
	imp, err := f.importOf(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	// What was answered last counts, whichever button was pressed; an order is
	// carried out only when it means what the page showed.
	next, err := f.Room.SetImport(r.Context(), r.Actor, r.Brand.ID, imp.ID, settingsOf(form, imp))
	if err == nil && form.Get("do") == "run" {
		if !sameFate(imp.Report, next.Report) {
			ui.Say(r, ui.Toast{Text: r.T("import.looked_again")})
			return ui.Redirect(w, r, importPath(r.Brand.ID, imp.ID)+"#report")
		}
		_, err = f.Room.RunImport(r.Context(), r.Actor, r.Brand.ID, imp.ID, publishing.Accept{Bad: true, Again: true}) // the page said both
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return f.importPage(w, r, imp, err)
	}
	if err != nil {
		return err
	}
	to := importPath(r.Brand.ID, imp.ID)
	if form.Get("do") != "run" {
		to += "#report"
	}
	return ui.Redirect(w, r, to)
}

// sameFate tells whether two looks at a file promise the same.
func sameFate(a, b publishing.ImportReport) bool {
	return a.Schedule == b.Schedule && a.Drafts == b.Drafts && a.Bad == b.Bad && a.Skipped == b.Skipped && len(a.Questions) == len(b.Questions) &&
		slices.EqualFunc(a.Sample, b.Sample, func(x, y publishing.ImportRow) bool {
			return x.Line == y.Line && x.Text == y.Text && x.Local == y.Local && x.Fate == y.Fate && slices.Equal(x.Channels, y.Channels)
		})
}

// settingsOf reads the answers of the form.
func settingsOf(form *ui.Form, imp publishing.Import) publishing.ImportSettings {
	set := publishing.ImportSettings{Order: exchange.Order(form.Get("order")), NoHour: form.Get("no_hour"), Past: form.Get("past"),
		Drafts: form.On("drafts"), SkipTwins: form.On("skip_twins"), Places: map[string][]id.Channel{}, Everywhere: []id.Channel{}}
	for _, c := range form.All("everywhere") {
		set.Everywhere = append(set.Everywhere, id.Channel(c))
	}
	if len(set.Everywhere) == 0 && !form.On("nowhere") {
		set.Everywhere = nil
	}
	for i, p := range imp.Report.Places {
		switch said := form.Get("place" + strconv.Itoa(i)); said {
		case "":
		case "none":
			set.Places[p.Key] = []id.Channel{}
		default:
			set.Places[p.Key] = []id.Channel{id.Channel(said)}
		}
	}
	changed := false
	for i, c := range imp.Report.Reading.Shape.Columns {
		field := exchange.Field(form.Get("col" + strconv.Itoa(i)))
		if form.Get("col"+strconv.Itoa(i)+"_set") == "" {
			field = c.Field
		}
		changed = changed || field != c.Field
		set.Fields = append(set.Fields, field)
	}
	if !changed {
		set.Fields = imp.Settings.Fields
	}
	headed := imp.Report.Reading.Shape.Headed
	if said := form.Get("headed"); said != "" && (said == "yes") != headed {
		headless := said == "no"
		set.Headless, set.Fields = &headless, nil
	} else {
		set.Headless = imp.Settings.Headless
	}
	return set
}

func (f *Face) importUndo(w http.ResponseWriter, r *ui.Request) error {
	imp, err := f.importOf(r)
	if err != nil {
		return err
	}
	if _, err = f.Room.UndoImport(r.Context(), r.Actor, r.Brand.ID, imp.ID); err != nil {
		return err
	}
	return ui.Redirect(w, r, importPath(r.Brand.ID, imp.ID))
}

func (f *Face) importDrop(w http.ResponseWriter, r *ui.Request) error {
	imp, err := f.importOf(r)
	if err != nil {
		return err
	}
	if err := f.Room.DropImport(r.Context(), r.Actor, r.Brand.ID, imp.ID); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("import.dropped")})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/posts/import")
}

// pictures tries the pictures of a post again, or lets it go without.
func (f *Face) pictures(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.post(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Get("do") == "without" {
		err = f.Room.WithoutPictures(r.Context(), r.Actor, r.Brand.ID, p.ID)
	} else {
		err = f.Room.RetryPictures(r.Context(), r.Actor, r.Brand.ID, p.ID)
	}
	if err != nil && !fault.Is(err, fault.NotFound) { // they came meanwhile
		return err
	}
	return ui.Redirect(w, r, postPath(r.Brand.ID, p.ID))
}

// faultText says what is wrong with a row.
func faultText(l *i18n.Loc, f exchange.Fault) string {
	if f.Key == "import.does_not_fit" {
		key, _ := f.Values["problem"].(string)
		values, _ := f.Values["values"].(map[string]any)
		ch, _ := f.Values["channel"].(string)
		return l.T(f.Key, "channel", ch, "why", problem(l, network.Problem{Key: key, Values: values}))
	}
	return l.T(f.Key, pairs(f.Values)...)
}

// fileText says how the file is written.
func (v importView) fileText() string {
	l, file := v.r.Loc, v.imp.Report.File
	out := []string{l.T("import.profile." + string(v.imp.Report.Reading.Shape.Profile)), strings.ToUpper(string(file.Kind))}
	names := map[string]string{",": "import.comma", ";": "import.semicolon", "\t": "import.tab", "|": "import.bar"}
	if n := names[file.Delimiter]; n != "" {
		out = append(out, l.T(n))
	}
	if file.Encoding != "" {
		out = append(out, l.T("import.encoding."+file.Encoding))
	}
	if file.Sheet != "" {
		out = append(out, l.T("import.sheet", "name", file.Sheet))
	}
	return strings.Join(append(out, l.T("import.rows", "n", v.imp.Report.Reading.Rows), l.Bytes(v.imp.Bytes)), " · ")
}

// notes are what the file has that a person should know of.
func (v importView) notes() (out []string) {
	l, r := v.r.Loc, v.imp.Report
	if n := len(r.File.Strays); n > 0 {
		var lines []string
		for _, s := range r.File.Strays[:min(n, 8)] {
			lines = append(lines, strconv.Itoa(s))
		}
		out = append(out, l.T("import.strays", "lines", l.List(lines...)))
	}
	if len(r.File.Others) > 0 {
		out = append(out, l.T("import.others", "sheets", l.List(r.File.Others...)))
	}
	if len(r.Reading.Unused) > 0 {
		var names []string
		for _, c := range r.Reading.Unused {
			names = append(names, c.Header)
		}
		out = append(out, l.T("import.unused", "columns", l.List(names...)))
	}
	if r.Again != "" {
		out = append(out, l.T("import.again_note", "when", l.When(r.When)))
	}
	return out
}

func (v importView) asks(key string) bool {
	return slices.ContainsFunc(v.imp.Report.Questions, func(q publishing.ImportQuestion) bool { return q.Key == key })
}

// everywhere tells whether some rows name no channel.
func (v importView) everywhere() bool {
	return len(v.channels) > 1 && (v.asks("import.ask_channels") || len(v.imp.Settings.Everywhere) > 0 || len(v.imp.Report.Places) == 0)
}

func (v importView) order() bool { return v.imp.Report.Reading.Dates.Open > 0 }

func (v importView) orderNow() string {
	if o := v.imp.Settings.Order; o != "" {
		return string(o)
	}
	if d := v.imp.Report.Reading.Dates; !d.Ask() {
		return string(d.Order)
	}
	return ""
}

func (v importView) placeNow(p publishing.ImportPlace) string {
	switch {
	case len(p.Channels) > 0:
		return string(p.Channels[0])
	case p.Sure:
		return "none"
	}
	return ""
}

func (v importView) placeOptions(p publishing.ImportPlace) []ui.Option {
	out := []ui.Option{}
	if !p.Sure {
		out = append(out, ui.Option{Label: v.r.T("import.choose")})
	}
	for _, c := range v.channels {
		out = append(out, ui.Option{Value: string(c.ID), Label: channelName(c)})
	}
	return append(out, ui.Option{Value: "none", Label: v.r.T("import.place_none")})
}

func (v importView) fieldOptions() (out []ui.Option) {
	for _, f := range exchange.Fields() {
		key := string(f)
		if f == exchange.None {
			key = "none"
		}
		out = append(out, ui.Option{Value: string(f), Label: v.r.T("import.field." + key)})
	}
	return out
}

// ready tells whether the import can be ordered.
func (v importView) ready() bool {
	r := v.imp.Report
	return len(r.Questions) == 0 && r.Schedule+r.Drafts > 0 && (r.Schedule == 0 || v.publish)
}

func (v importView) runLabel() string {
	r := v.imp.Report
	n := r.Schedule + r.Drafts
	if left := r.Bad + r.Skipped; left > 0 {
		return v.r.T("import.run_without", "n", n, "left", left)
	}
	return v.r.T("import.run", "n", n)
}

func (v importView) channelNames(list []id.Channel) string {
	var out []string
	for _, c := range list {
		for _, known := range v.channels {
			if known.ID == c {
				out = append(out, "@"+known.Handle)
			}
		}
	}
	return strings.Join(out, ", ")
}

func (v importView) whenText(row publishing.ImportRow) string {
	at, err := time.Parse(clock.WallLayout, row.Local)
	if err != nil {
		return v.r.T("import.no_hour_set")
	}
	l := v.r.Loc.In("UTC")
	return l.LongDate(at) + " · " + l.Time(at) // what the wall shows, and no other zone
}

func (v importView) fateSignal(fate string) ui.Signal {
	return map[string]ui.Signal{"schedule": ui.Calm, "draft": ui.Info, "bad": ui.Alert, "skip": ui.Watch}[fate]
}
