package assetsweb

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"vigie/internal/api"
	"vigie/internal/assets"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/files"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
	"vigie/internal/ui"
	"vigie/internal/ui/uitest"
)

const (
	kerlann = id.Brand("01931c1e-0000-7000-8000-000000000001")
	sobo    = id.Brand("01931c1e-0000-7000-8000-000000000002")
)

var house = map[id.Brand]brand.Brand{
	kerlann: {ID: kerlann, Name: "Kerlann", About: "biscuiterie", Monogram: "BK", Colour: "oklch(.53 .135 42)", Zone: "Europe/Paris"},
	sobo:    {ID: sobo, Name: "Ombrefeu", About: "studio", Monogram: "SO", Colour: "#6b3fb5", Zone: "Asia/Tokyo"},
}

// byHeader makes anybody of a test; the role is of Kerlann, a stranger's of
// the other brand.
type byHeader struct{}

func who(r *http.Request) team.Actor {
	name := r.Header.Get("Test-Who")
	switch name {
	case "":
		return team.Actor{}
	case "stranger":
		return team.Actor{Person: "stranger", Roles: map[id.Brand]team.Role{sobo: team.Owner}}
	}
	return team.Actor{Person: id.Person(name), Token: id.Token(r.Header.Get("Test-Token")), Roles: map[id.Brand]team.Role{kerlann: team.Role(name)}}
}

func (byHeader) Authenticate(_ http.ResponseWriter, r *http.Request) (team.Actor, ui.Person, error) {
	a := who(r)
	return a, ui.Person{ID: a.Person, Name: "Inès Carvalho", Theme: r.Header.Get("Test-Theme")}, nil
}

func (byHeader) AuthenticateAPI(r *http.Request) (team.Actor, string, error) { return who(r), "", nil }

type brands struct{}

func (brands) Brand(_ context.Context, a team.Actor, b id.Brand) (brand.Brand, error) {
	return house[b], a.Require(b, team.SeeBrand)
}

func (brands) Brands(_ context.Context, a team.Actor) (out []brand.Brand, _ error) {
	for _, b := range []id.Brand{kerlann, sobo} {
		if a.May(b, team.SeeBrand) {
			out = append(out, house[b])
		}
	}
	return out, nil
}

type posts struct {
	uses   []assets.Use
	onLine []assets.Standing
}

func (p *posts) Shown(context.Context, sqldb.Q, id.Brand, []id.Media) (map[id.Media]int64, error) {
	return nil, nil
}

func (p *posts) Taken(context.Context, sqldb.Q, id.Brand, id.Post, id.Channel, []id.Media, bool) (map[id.Media]int64, error) {
	return nil, nil
}

func (p *posts) PictureChanging(context.Context, team.Actor, id.Brand, id.Media) (func(*sqldb.Tx) error, error) {
	return func(*sqldb.Tx) error { return nil }, nil
}

func (p *posts) Coming(context.Context, id.Brand, []id.Media, time.Time, int) ([]assets.Coming, error) {
	return nil, nil
}

func (p *posts) OnLine(context.Context, id.Brand, []id.Media, int) ([]assets.Standing, error) {
	return p.onLine, nil
}

func (p *posts) Uses(context.Context, team.Actor, id.Brand, id.Media) ([]assets.Use, error) {
	return p.uses, nil
}

func (p *posts) CountUses(context.Context, id.Brand, []id.Media) (map[id.Media]int, error) {
	return nil, nil
}

// stand is the face behind its guards, with its room on a database.
type stand struct {
	testing.TB
	room  *assets.Service
	q     *jobs.Queue
	mux   *ui.Mux
	reg   *api.Registry
	api   http.Handler
	posts *posts
}

func schemas() []sqldb.Schema {
	return []sqldb.Schema{logbook.Schema, search.Schema, assets.Schema, api.Schema}
}

func newStand(t testing.TB, db *sqldb.DB) *stand {
	st := &stand{TB: t, posts: &posts{}}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	store, err := files.NewDir(files.DirConfig{Root: filepath.Join(t.TempDir(), "files")})
	st.ok(err)
	st.q, err = jobs.New(db, jobs.Config{Log: log})
	st.ok(err)
	st.room = assets.New(assets.Needs{DB: db, Book: logbook.New(db), Files: store, Jobs: st.q, Posts: st.posts, Log: log})
	st.room.Declare(st.q)
	f := New(Config{Room: st.room, Who: func(context.Context, id.Person) string { return "Inès Carvalho" }})
	words := i18n.Must(ui.Messages(), api.Messages(), Messages())
	section := func(key, icon string, p team.Permission) ui.Section {
		return ui.Section{Key: key, Icon: icon, Letter: "M", Needs: p, Path: func(b brand.Brand) string { return "/b/" + string(b.ID) + "/" + key }}
	}
	st.mux, err = ui.New(ui.Config{Catalog: words, Auth: byHeader{}, Brands: brands{}, Log: log,
		Sections: []ui.Section{section("media", "media", team.SeeMedia)}}, f.Routes()...)
	st.ok(err)
	st.reg = api.New(api.Config{Catalog: words, Auth: byHeader{}, Keys: api.NewKeys(db), Log: log})
	f.API(st.reg)
	st.api, err = st.reg.Handler()
	st.ok(err)
	return st
}

func each(t *testing.T, test func(st *stand)) {
	sqldbtest.Each(t, schemas(), func(t *testing.T, db *sqldb.DB) { test(newStand(t, db)) }, sqldbtest.Prepared("jobs-1", jobs.Migrate))
}

func (st *stand) ok(err error) {
	st.Helper()
	if err != nil {
		st.Fatal(err)
	}
}

// ask calls a page, or an operation under /api/.
func (st *stand) ask(method, path, who string, body io.Reader, head ...string) *httptest.ResponseRecorder {
	st.Helper()
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Test-Who", who)
	r.Header.Set("Accept-Language", "fr")
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	if strings.HasPrefix(path, "/api/") {
		st.api.ServeHTTP(w, r)
	} else {
		st.mux.ServeHTTP(w, r)
	}
	return w
}

// form is a multipart body of files given as name, content, name, content…
func form(parts ...string) (io.Reader, string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := m.CreateFormFile("file", parts[i])
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(w, parts[i+1])
	}
	_ = m.Close()
	return &b, m.FormDataContentType()
}

func photo(w, h int) string {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(90 + 120*x/w), uint8(130 + 60*y/h), uint8(150 - 60*x/w), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.String()
}

func decode[T any](st *stand, w *httptest.ResponseRecorder) (v T) {
	st.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		st.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return v
}

// given adds a media and lets it be read.
func (st *stand) given(name string, file string) Item {
	st.Helper()
	body, kind := form(name, file)
	w := st.ask("POST", page(kerlann), "community", body, "Content-Type", kind, "Accept", "application/json")
	got := decode[received](st, w)
	if w.Code != 201 || len(got.Items) != 1 {
		st.Fatalf("%d %s", w.Code, w.Body)
	}
	st.ok(st.q.Drain(st.Context()))
	return decode[Item](st, st.ask("GET", got.Items[0].Href+"/state", "community", nil))
}

func TestTheLibraryOnThePage(t *testing.T) {
	each(t, func(st *stand) {
		empty := st.ask("GET", page(kerlann), "community", nil)
		if empty.Code != 200 || !strings.Contains(empty.Body.String(), "Aucun média pour l’instant") {
			st.Errorf("%d %s", empty.Code, empty.Body)
		}
		uitest.HTML(st, empty.Body.String())
		it := st.given("fournée.jpg", photo(800, 600))
		if it.State != assets.Ready || it.Thumb == "" || it.Width != 800 {
			st.Fatalf("%+v", it)
		}
		bad := st.given("devis.jpg", "%PDF-1.7")
		if bad.State != assets.Refused || !strings.Contains(bad.Why, "PDF") {
			st.Errorf("%+v", bad)
		}
		for _, path := range []string{page(kerlann), page(kerlann) + "?show=alt&q=fourn", page(kerlann) + "/pick", it.Href, bad.Href} {
			w := st.ask("GET", path, "community", nil)
			if w.Code != 200 || !strings.Contains(w.Body.String(), "Texte de remplacement") && path != bad.Href {
				st.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
			uitest.HTML(st, w.Body.String())
		}
		if b := st.ask("GET", page(kerlann)+"?q=introuvable", "community", nil).Body.String(); !strings.Contains(b, "Aucun média ne correspond") {
			st.Error("an empty search says nothing")
		}
		if b := st.ask("GET", page(kerlann), "client", nil).Body.String(); strings.Contains(b, "media-add") {
			st.Error("who may not add is offered to")
		}
		st.posts.uses = []assets.Use{{Post: "01931c1e-0000-7000-8000-0000000000f1", Title: "Saint-Martin", Badge: "scheduled"}}
		if b := st.ask("GET", it.Href, "community", nil).Body.String(); !strings.Contains(b, "Saint-Martin") || !strings.Contains(b, "Programmé") {
			st.Error("uses are not shown")
		}
	})
}

func TestAPlainFormSendsSeveralFilesAndKeepsTheGoodOnes(t *testing.T) {
	each(t, func(st *stand) {
		body, kind := form("a.jpg", photo(30, 20), "vide.jpg", "", "b.jpg", photo(31, 20))
		w := st.ask("POST", page(kerlann), "community", body, "Content-Type", kind)
		if w.Code != 303 || w.Header().Get("Location") != page(kerlann) {
			st.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		next := st.ask("GET", page(kerlann), "community", nil, "Cookie", strings.Join(w.Header()["Set-Cookie"], "; "))
		if b := next.Body.String(); !strings.Contains(b, "a.jpg") || !strings.Contains(b, "b.jpg") || !strings.Contains(b, "Ce fichier est vide") {
			st.Error("one empty file lost the others, or nothing was said")
		}
		body, kind = form()
		if w = st.ask("POST", page(kerlann), "community", body, "Content-Type", kind); w.Code != 422 || !strings.Contains(w.Body.String(), "Choisissez un fichier") {
			st.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestAFileIsSentInPieces(t *testing.T) {
	each(t, func(st *stand) {
		file, up := photo(900, 700), "/b/"+string(kerlann)+"/uploads"
		p := decode[progress](st, st.ask("POST", up, "community", strings.NewReader(`{"name":"q.jpg","bytes":`+strconv.Itoa(len(file))+`}`), "Accept", "application/json"))
		piece := func(at string, s string) *httptest.ResponseRecorder {
			return st.ask("PATCH", up+"/"+string(p.ID), "community", strings.NewReader(s), "Upload-Offset", at, "Accept", "application/json")
		}
		if w := piece("0", file[:500]); w.Code != 200 || w.Header().Get("Upload-Offset") != "500" {
			st.Fatalf("%d %s", w.Code, w.Body)
		}
		if w := piece("0", file[:500]); w.Code != 409 || w.Header().Get("Upload-Offset") != "500" {
			st.Errorf("where to go on is not said: %d %v", w.Code, w.Header())
		}
		if w := piece("x", "y"); w.Code != 422 {
			st.Error(w.Code)
		}
		if w := st.ask("GET", up+"/"+string(p.ID), "community", nil); decode[progress](st, w).Offset != 500 {
			st.Error(w.Body)
		}
		if w := st.ask("POST", up+"/"+string(p.ID)+"/finish", "community", nil, "Accept", "application/json"); w.Code != 409 {
			st.Errorf("half a file: %d", w.Code)
		}
		piece("500", file[500:])
		it := decode[Item](st, st.ask("POST", up+"/"+string(p.ID)+"/finish", "community", nil, "Accept", "application/json"))
		st.ok(st.q.Drain(st.Context()))
		if it = decode[Item](st, st.ask("GET", it.Href+"/state", "community", nil)); it.State != assets.Ready {
			st.Errorf("%+v", it)
		}
		if w := st.ask("POST", up, "community", strings.NewReader(`{"name":"q.jpg","bytes":99999999999}`), "Accept", "application/json"); w.Code != 422 || !strings.Contains(w.Body.String(), "64") {
			st.Errorf("%d %s", w.Code, w.Body)
		}
		if w := st.ask("DELETE", up+"/"+string(p.ID), "community", nil); w.Code != 204 {
			st.Error(w.Code)
		}
	})
}

func TestPicturesAreServedSafely(t *testing.T) {
	each(t, func(st *stand) {
		it := st.given("a\".jpg", photo(800, 600))
		w := st.ask("GET", it.View, "community", nil)
		h := w.Header()
		if w.Code != 200 || h.Get("Content-Type") != "image/jpeg" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") ||
			!strings.HasPrefix(h.Get("Content-Disposition"), "inline") || !strings.HasPrefix(h.Get("Cache-Control"), "private") || h.Get("ETag") == "" {
			st.Errorf("%d %v", w.Code, h)
		}
		if _, _, err := image.DecodeConfig(w.Body); err != nil {
			st.Error(err)
		}
		if w := st.ask("GET", it.View, "community", nil, "If-None-Match", h.Get("ETag")); w.Code != 304 || w.Body.Len() != 0 {
			st.Errorf("%d", w.Code)
		}
		bad := st.given("x.jpg", "<svg onload=alert(1)>")
		for _, p := range []string{"/view", "/thumb"} {
			if w := st.ask("GET", bad.Href+p, "community", nil); w.Code != 404 || strings.Contains(w.Body.String(), "onload") {
				st.Errorf("%d %s", w.Code, w.Body)
			}
		}
	})
}

func TestTextIsSavedAsOneTypesAndBinsAreUndone(t *testing.T) {
	each(t, func(st *stand) {
		it := st.given("a.jpg", photo(80, 60))
		save := func(version int64, alt string, head ...string) *httptest.ResponseRecorder {
			return st.ask("POST", it.Href, "community", strings.NewReader("name=a.jpg&alt="+alt+"&version="+strconv.FormatInt(version, 10)),
				append([]string{"Content-Type", "application/x-www-form-urlencoded"}, head...)...)
		}
		w := save(it.Version, "Le+quai", "Accept", "application/json")
		if got := decode[Item](st, w); w.Code != 200 || got.Alt != "Le quai" || got.Version <= it.Version {
			st.Fatalf("%d %s", w.Code, w.Body)
		}
		if w = save(it.Version, "Autre", "Accept", "application/json"); w.Code != 409 {
			st.Errorf("the later save wins silently: %d", w.Code)
		}
		if w = save(it.Version, "Autre"); w.Code != 422 || !strings.Contains(w.Body.String(), "Autre") || !strings.Contains(w.Body.String(), "entre-temps") {
			st.Errorf("what was typed is lost: %d", w.Code)
		}
		w = st.ask("POST", it.Href+"/bin", "community", nil)
		if w.Code != 303 || len(w.Header()["Set-Cookie"]) == 0 {
			st.Fatalf("%d %v", w.Code, w.Header())
		}
		if b := st.ask("GET", page(kerlann)+"?show=bin", "community", nil).Body.String(); !strings.Contains(b, it.Href) {
			st.Error("not in the bin")
		}
		if w = st.ask("POST", it.Href+"/unbin", "community", nil); w.Code != 303 {
			st.Error(w.Code)
		}
		if b := st.ask("GET", page(kerlann), "community", nil).Body.String(); !strings.Contains(b, it.Href) {
			st.Error("not back")
		}
	})
}

// P1: a stranger learns nothing from any route or operation, and neither does
// a member by another brand's path.
func TestStrangersGet404Everywhere(t *testing.T) {
	each(t, func(st *stand) {
		it := st.given("a.jpg", photo(80, 60))
		up := decode[progress](st, st.ask("POST", "/b/"+string(kerlann)+"/uploads", "community", strings.NewReader(`{"name":"q","bytes":5}`), "Accept", "application/json"))
		also := []string{"{media}", string(it.ID), "{upload}", string(up.ID), "{consent}", string(it.ID), "{document}", string(it.ID)}
		fill := strings.NewReplacer(append([]string{"{brand}", string(kerlann)}, also...)...)
		other := strings.NewReplacer(append([]string{"{brand}", string(sobo)}, also...)...)
		// What the description of an operation asks of its body is asked of everybody.
		bodies := map[string]string{"put-media-licence": `{"kind":"own"}`, "add-media-consent": `{"kind":"model","who":"x"}`, "put-media-consent": `{"kind":"model","who":"x"}`,
			"tell-media-apart": `{"other":"` + string(it.ID) + `"}`, "crop-media": `{"network":"practice","ratio":"1:1"}`}
		try := func(method, path, name string) {
			w := st.ask(method, fill.Replace(path), "stranger", strings.NewReader(`{}`), "Content-Type", "application/json", "Upload-Offset", "0", "Accept", "application/json")
			if w.Code != 404 || strings.Contains(w.Body.String(), "a.jpg") || strings.Contains(w.Body.String(), "Kerlann") {
				st.Errorf("%s %s: %d %s", method, name, w.Code, w.Body)
			}
			if !strings.Contains(path, "{media}") && !strings.Contains(path, "{upload}") {
				return
			}
			// An owner elsewhere who knows the id.
			kind := "application/json"
			switch {
			case method == "POST" && strings.HasSuffix(path, "/{media}"):
				kind = "application/x-www-form-urlencoded"
			case method == "PATCH" && strings.HasSuffix(path, "/{upload}"):
				kind = "application/octet-stream"
			}
			body := "{}"
			if b, ok := bodies[name]; ok {
				body = b
			}
			if name == "renew-media" || name == "add-media-document" {
				kind, body = "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\n\r\n%PDF-\r\n--b--\r\n"
			}
			w = st.ask(method, other.Replace(path), "stranger", strings.NewReader(body), "Content-Type", kind, "Upload-Offset", "0", "Accept", "application/json")
			if gone := method == "DELETE" && strings.Contains(path, "{upload}") && w.Code == 204; w.Code != 404 && !gone || strings.Contains(w.Body.String(), "a.jpg") {
				st.Errorf("%s %s by another brand: %d %s", method, name, w.Code, w.Body)
			}
		}
		n := 0
		for _, r := range st.mux.Routes() {
			if strings.HasPrefix(r.Path, "/b/{brand}/") {
				n++
				try(r.Method, r.Path, r.Path)
			}
		}
		for _, op := range st.reg.Ops() {
			n++
			try(op.Method, op.Path, op.ID)
		}
		if n < 25 {
			st.Errorf("only %d doors were tried", n)
		}
		if w := st.ask("GET", "/b/"+string(kerlann)+"/uploads/"+string(up.ID), "community", nil); w.Code != 200 {
			st.Error("the stranger ended another's upload")
		}
		if w := st.ask("POST", it.Href+"/bin", "client", nil); w.Code != 403 {
			st.Error(w.Code)
		}
	})
}

func TestTheLibraryByTheAPI(t *testing.T) { // T3
	each(t, func(st *stand) {
		base := "/api/v1/brands/" + string(kerlann)
		body, kind := form("a.jpg", photo(60, 40))
		w := st.ask("POST", base+"/media", "community", body, "Content-Type", kind)
		it := decode[Item](st, w)
		if w.Code != 201 || it.State != assets.Working || it.Name != "a.jpg" {
			st.Fatalf("%d %s", w.Code, w.Body)
		}
		st.ok(st.q.Drain(st.Context()))
		w = st.ask("GET", base+"/media/"+string(it.ID), "client", nil)
		tag := w.Header().Get("ETag")
		if it = decode[Item](st, w); it.State != assets.Ready || tag == "" {
			st.Errorf("%+v", it)
		}
		change := func(tag string) *httptest.ResponseRecorder {
			return st.ask("PATCH", base+"/media/"+string(it.ID), "community", strings.NewReader(`{"alt":"Le quai","focus":{"x":0.2,"y":0.8}}`), "Content-Type", "application/json", "If-Match", tag)
		}
		if w = change(tag); w.Code != 200 || decode[Item](st, w).Alt != "Le quai" || decode[Item](st, w).Name != "a.jpg" {
			st.Fatalf("%d %s", w.Code, w.Body)
		}
		if w = st.ask("PATCH", base+"/media/"+string(it.ID), "community", strings.NewReader(`{"alt":"Autre"}`), "Content-Type", "application/json", "If-Match", tag); w.Code != 409 {
			st.Errorf("%d %s", w.Code, w.Body)
		}
		if w = st.ask("GET", base+"/media?q=quai&limit=1", "client", nil); len(decode[api.List[Item]](st, w).Items) != 1 {
			st.Error(w.Body)
		}
		if w = st.ask("DELETE", base+"/media/"+string(it.ID), "community", nil); w.Code != 200 || decode[Item](st, w).Binned == nil {
			st.Errorf("%d %s", w.Code, w.Body)
		}
		if w = st.ask("GET", base+"/media?show=bin", "client", nil); len(decode[api.List[Item]](st, w).Items) != 1 {
			st.Error(w.Body)
		}
		if w = st.ask("POST", base+"/media/"+string(it.ID)+"/restore", "community", nil); w.Code != 200 || decode[Item](st, w).Binned != nil {
			st.Errorf("%d %s", w.Code, w.Body)
		}
		// In pieces.
		file := photo(61, 40)
		w = st.ask("POST", base+"/uploads", "community", strings.NewReader(`{"name":"b.jpg","bytes":`+strconv.Itoa(len(file))+`}`), "Content-Type", "application/json")
		up := decode[Sent](st, w)
		for at := 0; at < len(file); at += 300 {
			w = st.ask("PATCH", base+"/uploads/"+up.ID, "community", strings.NewReader(file[at:min(len(file), at+300)]), "Content-Type", "application/octet-stream", "Upload-Offset", strconv.Itoa(at))
			if w.Code != 200 {
				st.Fatalf("%d %s", w.Code, w.Body)
			}
		}
		if w = st.ask("GET", base+"/uploads/"+up.ID, "community", nil); decode[Sent](st, w).Offset != int64(len(file)) {
			st.Error(w.Body)
		}
		if w = st.ask("POST", base+"/uploads/"+up.ID+"/finish", "community", nil); w.Code != 201 || decode[Item](st, w).Name != "b.jpg" {
			st.Errorf("%d %s", w.Code, w.Body)
		}
		if w = st.ask("PATCH", base+"/uploads/nothing", "community", strings.NewReader("x"), "Content-Type", "application/octet-stream", "Upload-Offset", "0"); w.Code != 404 {
			st.Errorf("%d %s", w.Code, w.Body)
		}
		if w = st.ask("GET", base+"/media?limit=5&show=nothing", "client", nil); w.Code != 422 {
			st.Error(w.Code)
		}
	})
}

func TestTheLibrarysWordsAreComplete(t *testing.T) {
	i18n.CheckCatalog(t, i18n.Check{Dir: "..", Own: []fs.FS{Messages()}, Known: []fs.FS{ui.Messages(), api.Messages()}})
}

func TestEveryRefusalHasItsSentence(t *testing.T) {
	words := i18n.Must(ui.Messages(), Messages())
	for _, lang := range []string{"fr", "en"} {
		if s := words.For(lang).Fault(fault.New(fault.Invalid, "assets.refused.pixels").With("mp", 100)); strings.Contains(s, "{") || !strings.Contains(s, "100") {
			t.Error(s)
		}
	}
}
