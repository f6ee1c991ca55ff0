package assetsweb

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"vigie/internal/assets"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// manyView is the page that changes several media at once.
type manyView struct {
	r       *ui.Request
	media   []assets.Media
	states  map[id.Media]assets.RightState
	licence licenceView
	form    *ui.Form
	tabs    []ui.Choice
}

func (v manyView) back() string { return page(v.r.Brand.ID) }

func (f *Face) many(w http.ResponseWriter, r *ui.Request) error {
	return f.drawMany(w, r, r.URL.Query()["media"], nil)
}

func (f *Face) drawMany(w http.ResponseWriter, r *ui.Request, names []string, form *ui.Form) error {
	v := manyView{r: r, form: form, tabs: f.tabs(r, "")}
	for _, n := range names {
		m, err := id.Parse[id.Media](n)
		if err != nil || len(v.media) == assets.MaxMany {
			continue
		}
		got, err := f.Room.Get(r.Context(), r.Actor, r.Brand.ID, m)
		if fault.Is(err, fault.NotFound) {
			continue // erased meanwhile
		}
		if err != nil {
			return err
		}
		v.media = append(v.media, got)
	}
	if len(v.media) == 0 {
		ui.Say(r, ui.Toast{Text: r.T("assets.many.none"), Signal: string(ui.Watch)})
		return ui.Redirect(w, r, page(r.Brand.ID))
	}
	var err error
	if v.states, err = f.Room.States(r.Context(), r.Actor, r.Brand.ID, v.media); err != nil {
		return err
	}
	rights, err := f.Room.Rights(r.Context(), r.Actor, r.Brand.ID, v.media[0].ID)
	if err != nil {
		return err
	}
	l := rights.Licence
	if !l.Known() {
		l = assets.Licence{Kind: assets.Own, Zone: rights.Zone}
	}
	v.licence = licenceView{form: form, l: l, networks: f.Networks, zone: rights.Zone}
	frame := ui.Frame{Title: r.T("assets.many.title", "n", len(v.media)), Sub: r.Brand.Name, Active: "media"}
	if form != nil {
		frame.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, frame, manyPage(v))
}

// changeMany does what the button says to the chosen media, all or none.
func (f *Face) changeMany(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	var list []id.Media
	for _, n := range form.All("media") {
		m, err := id.Parse[id.Media](n)
		if err != nil {
			return err
		}
		list = append(list, m)
	}
	ctx, a, b := r.Context(), r.Actor, r.Brand.ID
	switch form.Get("do") {
	case "file":
		err = f.fileMany(r, list, form)
	case "licence":
		var l assets.Licence
		if l, err = readLicence(form); err == nil {
			err = f.Room.License(ctx, a, b, list, l)
		}
	case "bin":
		err = f.Room.BinMany(ctx, a, b, list)
	default:
		err = fault.New(fault.Invalid, "")
	}
	if err != nil && form.Refused(r, err) {
		return f.drawMany(w, r, form.All("media"), form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("assets.many.done", "n", len(list))})
	return ui.Redirect(w, r, page(b))
}

func (f *Face) fileMany(r *ui.Request, list []id.Media, form *ui.Form) error {
	add, err := assets.ReadTags(form.Get("add"))
	if err != nil {
		return err
	}
	remove, err := assets.ReadTags(form.Get("remove"))
	if err != nil {
		return err
	}
	change := assets.Filing{Add: add, Remove: remove}
	if form.On("move") {
		folder := form.Get("folder")
		change.Folder = &folder
	}
	return f.Room.File(r.Context(), r.Actor, r.Brand.ID, list, change)
}

// twinsView is the page of media that look the same.
type twinsView struct {
	r       *ui.Request
	tabs    []ui.Choice
	pairs   []assets.Twins
	mayEdit bool
}

func (f *Face) duplicates(w http.ResponseWriter, r *ui.Request) error {
	v := twinsView{r: r, tabs: f.tabs(r, "twins"), mayEdit: r.May(team.AddMedia)}
	var err error
	if v.pairs, err = f.Room.Duplicates(r.Context(), r.Actor, r.Brand.ID, 100); err != nil {
		return err
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("assets.title"), Sub: r.Brand.Name, Active: "media"}, twinsPage(v))
}

func (f *Face) apart(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	other, err := id.Parse[id.Media](form.Get("other"))
	if err != nil {
		return err
	}
	if err := f.Room.TellApart(r.Context(), r.Actor, r.Brand.ID, m.ID, other); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("assets.twins.apart_done")})
	return ui.Redirect(w, r, page(r.Brand.ID)+"/duplicates")
}

// renew takes a new version in, as a plain form sends it.
func (f *Face) renew(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	none := fault.New(fault.Invalid, "assets.none_chosen").At("file")
	mr, err := r.MultipartReader()
	if err != nil {
		return none.Because(err)
	}
	for range maxFiles {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return none.Because(err)
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		next, err := f.Room.Renew(r.Context(), r.Actor, r.Brand.ID, m.ID, part.FileName(), part)
		if k := fault.Of(err); err != nil && (k == fault.Invalid || k == fault.Conflict) {
			ui.Say(r, ui.Toast{Text: r.Loc.Fault(err), Signal: string(ui.Alert)})
			return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID)+"#versions")
		}
		if err != nil {
			return err
		}
		ui.Say(r, ui.Toast{Text: r.T("assets.version.done", "n", next.Number)})
		return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(next.ID))
	}
	ui.Say(r, ui.Toast{Text: r.Loc.Fault(none), Signal: string(ui.Alert)})
	return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID)+"#versions")
}

// crop keeps the point of interest and the proportions of each network.
func (f *Face) crop(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	err = f.saveCrops(r, m, form)
	if err != nil && form.Refused(r, err) {
		ui.Say(r, ui.Toast{Text: r.Loc.Fault(err), Signal: string(ui.Alert)})
		return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID)+"#crops")
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("assets.crop.saved")})
	return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID)+"#crops")
}

func (f *Face) saveCrops(r *ui.Request, m assets.Media, form *ui.Form) error {
	focus := m.Focus
	if form.Get("focus_x") != "" || form.Get("focus_y") != "" {
		x, e1 := strconv.ParseFloat(form.Get("focus_x"), 64)
		y, e2 := strconv.ParseFloat(form.Get("focus_y"), 64)
		if e1 != nil || e2 != nil {
			return fault.New(fault.Invalid, "assets.focus").At("focus")
		}
		focus = &assets.Point{X: x / 100, Y: y / 100}
	}
	if _, err := f.Room.EditMeta(r.Context(), r.Actor, r.Brand.ID, m.ID, 0, assets.Meta{Name: m.Name, Alt: m.Alt, Focus: focus}); err != nil {
		return err
	}
	for _, n := range f.Networks {
		if values := form.All("crop." + string(n.Kind)); len(values) == 1 {
			if err := f.Room.SetCrop(r.Context(), r.Actor, r.Brand.ID, m.ID, assets.Crop{Network: n.Kind, Ratio: values[0]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// cropLine is a network with the proportions a media has there.
type cropLine struct {
	net   network.Facts
	ratio string
	m     assets.Media
}

func (v mediaView) crops() (out []cropLine) {
	for _, n := range v.networks {
		c := cropLine{net: n, m: v.m}
		for _, k := range v.rights.Crops {
			if k.Network == n.Kind {
				c.ratio = k.Ratio
			}
		}
		out = append(out, c)
	}
	return out
}

// style places the picture in its preview as the crop does.
func (c cropLine) style() string {
	r := assets.Frame(c.m, c.ratio)
	at := func(min, size, whole int) string {
		if whole == size {
			return "50%"
		}
		return fmt.Sprintf("%.1f%%", 100*float64(min)/float64(whole-size))
	}
	return fmt.Sprintf("--r:%d/%d;--fx:%s;--fy:%s", r.Dx(), r.Dy(), at(r.Min.X, r.Dx(), c.m.Width), at(r.Min.Y, r.Dy(), c.m.Height))
}

// percentOf is a place of the point of interest, for a field.
func percentOf(p *assets.Point, y bool) string {
	if p == nil {
		return "50"
	}
	v := p.X
	if y {
		v = p.Y
	}
	return strconv.FormatFloat(100*v, 'f', -1, 64)
}

// withRight is the address of the library narrowed to a state of rights.
func withRight(b id.Brand, s assets.RightState) string {
	return page(b) + "?" + url.Values{"right": {string(s)}}.Encode()
}
