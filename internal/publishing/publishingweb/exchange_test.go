package publishingweb_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"vigie/internal/publishing"
)

// upload sends a file as a form does.
func (a *agency) upload(path, name, content string, head ...string) reply {
	a.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	w, err := m.CreateFormFile("file", name)
	if err != nil {
		a.Fatal(err)
	}
	_, _ = w.Write([]byte(content))
	if err := m.Close(); err != nil {
		a.Fatal(err)
	}
	return a.ask("POST", path, b.String(), append(head, "Content-Type", m.FormDataContentType())...)
}

// formOf reads what a form would send, as it stands.
func formOf(page, id string) url.Values {
	_, page, _ = strings.Cut(page, `id="`+id+`"`)
	page, _, _ = strings.Cut(page, "</form>")
	out := url.Values{}
	for _, tag := range regexp.MustCompile(`<input[^>]*>`).FindAllString(page, -1) {
		get := func(name string) string {
			m := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(tag)
			if m == nil {
				return ""
			}
			return m[1]
		}
		if kind := get("type"); (kind == "radio" || kind == "checkbox") && !strings.Contains(tag, " checked") {
			continue
		}
		out.Add(get("name"), get("value"))
	}
	for _, sel := range regexp.MustCompile(`(?s)<select[^>]* name="([^"]*)".*?</select>`).FindAllStringSubmatch(page, -1) {
		value := ""
		if m := regexp.MustCompile(`<option value="([^"]*)" selected`).FindStringSubmatch(sel[0]); m != nil {
			value = m[1]
		}
		out.Add(sel[1], value)
	}
	return out
}

// P3: from a file dropped on the page to posts on the calendar, and back.
func TestAFileIsLookedAtAnsweredImportedAndUndone(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		has(t, a.see("/posts"), a.path("/posts/import"), a.path("/export"))
		has(t, a.see("/posts/import"), `type="file"`)
		file := "Date;Heure;Texte;Canal;Tableau\n03/11/2026;09:00;Bonjour;Ma page;x\n05/11/2026;10:00;Bonsoir;Ma page;\nmardi;10:00;Quand ?;Ma page;\n"
		sent := a.upload(a.path("/posts/import"), "planning.csv", file)
		if sent.status != http.StatusSeeOther {
			t.Fatal(sent.status, sent.body)
		}
		at := strings.TrimPrefix(sent.head.Get("Location"), a.path(""))
		page := a.see(at)
		has(t, page, "Tableau libre", "points-virgules", "mardi", "Ce n’est pas une date.", "peut être deux jours", "Ma page", "Tableau", "Il reste 2 réponses à donner.")
		hasNot(t, page, `value="run"`)
		form := formOf(page, "import-form")
		form.Set("order", "dmy")
		form.Set("place0", string(a.chans[0]))
		form.Set("do", "check")
		if out := a.ask("POST", a.path(at), form.Encode()); out.status != http.StatusSeeOther {
			t.Fatal(out.status, out.body)
		}
		page = a.see(at)
		has(t, page, "2 à programmer", "1 ligne refusée", "3 novembre 2026", "Importer 2 publications, sans 1 autres", `value="run"`)
		// An answer changed at the last moment is looked at first.
		form = formOf(page, "import-form")
		form.Set("do", "run")
		changed := url.Values{}
		for k, v := range form {
			changed[k] = v
		}
		changed.Set("order", "mdy")
		a.ask("POST", a.path(at), changed.Encode())
		if n := len(a.posts()); n != 0 {
			t.Fatalf("%d posts came in unseen", n)
		}
		form.Set("do", "check")
		a.ask("POST", a.path(at), form.Encode())
		form.Set("do", "run")
		if out := a.ask("POST", a.path(at), form.Encode()); out.status != http.StatusSeeOther {
			t.Fatal(out.status, out.body)
		}
		has(t, a.see(at), "2 publications entrent", "<progress")
		imp := publishing.ImportID(at[strings.LastIndex(at, "/")+1:])
		if err := a.room.CarryImport(t.Context(), publishing.ImportJob{Brand: a.brand, Import: imp}); err != nil {
			t.Fatal(err)
		}
		has(t, a.see(at), "2 publications sont entrées", "Annuler l’import")
		has(t, a.see("/calendar?view=list&date=2026-11-03"), "Bonjour")
		if out := a.ask("POST", a.path(at+"/undo"), "x=1"); out.status != http.StatusSeeOther {
			t.Fatal(out.status)
		}
		has(t, a.see(at), "2 publications sont à la corbeille")
		if n := len(a.posts()); n != 0 {
			t.Errorf("%d posts stay", n)
		}
		// Somebody else's brand knows nothing of it; a reader may not.
		for who, want := range map[string]int{"stranger": http.StatusNotFound, "analyst": http.StatusForbidden, "client": http.StatusForbidden} {
			if got := a.ask("GET", a.path(at), "", "X-Who", who); got.status != want {
				t.Errorf("%s: %d", who, got.status)
			}
		}
		for _, bad := range []string{"", "%PDF-1.7"} {
			if out := a.upload(a.path("/posts/import"), "x.csv", bad); out.status != http.StatusUnprocessableEntity {
				t.Errorf("%q: %d", bad, out.status)
			}
		}
	})
}

func TestTheAPIImportsAndExports(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		base := "/api/v1/brands/" + string(a.brand)
		read := func(r reply, want int) (imp publishing.Import) {
			t.Helper()
			if r.status != want {
				t.Fatalf("%d: %s", r.status, r.body)
			}
			if err := json.Unmarshal([]byte(r.body), &imp); err != nil {
				t.Fatal(err)
			}
			return imp
		}
		imp := read(a.upload(base+"/imports", "b.csv", "Text,Image URL,Tags,Posting Time\nBonjour,,pain,2026-11-03 09:00\n"), http.StatusCreated)
		if len(imp.Report.Questions) != 1 || imp.Report.Questions[0].Key != "import.ask_channels" {
			t.Fatalf("%+v", imp.Report)
		}
		one := base + "/imports/" + string(imp.ID)
		if r := a.ask("POST", one+"/run", "{}", "Content-Type", "application/json"); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%d %s", r.status, r.body)
		}
		imp = read(a.ask("PUT", one, `{"everywhere":["`+string(a.chans[1])+`"]}`, "Content-Type", "application/json"), http.StatusOK)
		if imp.Report.Schedule != 1 {
			t.Fatalf("%+v", imp.Report)
		}
		read(a.ask("POST", one+"/run", "{}", "Content-Type", "application/json"), http.StatusAccepted)
		if err := a.room.CarryImport(t.Context(), publishing.ImportJob{Brand: a.brand, Import: imp.ID}); err != nil {
			t.Fatal(err)
		}
		if imp = read(a.ask("GET", one, ""), http.StatusOK); imp.State != publishing.ImportDone {
			t.Errorf("%+v", imp)
		}
		out := a.ask("GET", base+"/export?format=buffer&from=2026-11-01&to=2026-11-30", "")
		if out.status != http.StatusOK || out.body != "Text,Image URL,Tags,Posting Time\nBonjour,,pain,2026-11-03 09:00\n" || !strings.HasPrefix(out.head.Get("Content-Type"), "text/csv") {
			t.Errorf("%d %q %v", out.status, out.body, out.head)
		}
		for _, format := range []string{"csv", "xlsx", "hootsuite", "metricool"} {
			file := a.ask("GET", a.path("/export/file?format="+format+"&from=2026-11-01&to=2026-11-30"), "")
			if file.status != http.StatusOK || len(file.body) < 20 || !strings.Contains(file.head.Get("Content-Disposition"), "attachment") {
				t.Errorf("%s: %d %q", format, file.status, file.body)
			}
		}
		if imp = read(a.ask("POST", one+"/undo", ""), http.StatusOK); imp.Report.Taken != 1 {
			t.Errorf("%+v", imp.Report)
		}
		if r := a.ask("GET", one, "", "X-Who", "stranger"); r.status != http.StatusNotFound {
			t.Error(r.status)
		}
	})
}
