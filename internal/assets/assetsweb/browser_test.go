package assetsweb

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"vigie/internal/assets"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/test/browser"
)

func TestMain(m *testing.M) {
	code := m.Run()
	browser.CloseBrowser()
	os.Exit(code)
}

// window is the library in a browser, with its jobs at work and a line that
// the test cuts.
type window struct {
	*stand
	*browser.Person
	cut     atomic.Int64 // pieces that still pass; negative: all do
	resumed atomic.Int64 // offset of the first piece after the line came back
}

func open(t *testing.T) *window {
	browser.Wanted(t)
	db := sqldbtest.Open(t, sqldb.SQLite, schemas(), sqldbtest.Prepared("jobs-1", jobs.Migrate))
	w := &window{stand: newStand(t, db)}
	w.cut.Store(-1)
	w.resumed.Store(-1)
	srv := httptest.NewServer(http.HandlerFunc(w.serve))
	w.ok(w.q.Start(t.Context()))
	var once sync.Once
	t.Cleanup(func() { once.Do(srv.Close); w.ok(w.q.Stop(t.Context())) })
	w.Person = browser.Someone(t, srv.URL, "ines")
	return w
}

func (w *window) serve(rw http.ResponseWriter, r *http.Request) {
	r.Header.Set("Test-Who", "community")
	if r.Method == http.MethodPatch {
		switch left := w.cut.Load(); {
		case left == 0:
			http.Error(rw, "", http.StatusBadGateway)
			return
		case left > 0:
			w.cut.Add(-1)
		default:
			if at, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64); err == nil {
				w.resumed.CompareAndSwap(-1, at)
			}
		}
	}
	if r.URL.Path == "/composer" { // as a page of another room opens the picker
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(rw, `<!doctype html><html lang="fr"><title>x</title><body><div id="box"></div><p id="out"></p><script type="module">
import "/static/x/js/media.js";
const box = document.getElementById("box");
box.innerHTML = await (await fetch("`+page(kerlann)+`/pick", { headers: { "HX-Request": "true" } })).text();
box.addEventListener("media:pick", (e) => (document.getElementById("out").textContent = JSON.stringify(e.detail)));
</script>`)
		return
	}
	w.mux.ServeHTTP(rw, r)
}

func file(t *testing.T, name, content string) string {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFilesAreSentFromThePageAndChosenInAPicker(t *testing.T) {
	w := open(t)
	tide := file(t, "marée.jpg", photo(1500, 900))
	w.Go(page(kerlann))
	w.See("Aucun média pour l’instant")
	w.Upload("#media-file", tide, file(t, "brief.jpg", "%PDF-1.4"))
	w.See("C’est un document PDF")
	w.See("Texte de remplacement manquant")
	w.DontSee("Aucun média pour l’instant")
	w.Upload("#media-file", tide)
	w.See("Déjà dans la médiathèque")
	if v := w.Axe(); len(v) > 0 {
		t.Error(v)
	}

	w.Go("/composer")
	w.DontSee("brief.jpg")
	w.Click("button", "marée.jpg Texte de remplacement manquant")
	w.See(`"name":"marée.jpg"`)
	w.See(`"width":1500`)
}

func TestAnInterruptedUploadGoesOnAfterAReload(t *testing.T) { // T4
	w := open(t)
	w.Tolerate("status of 502")
	long := file(t, "longue.jpg", photo(900, 600)+string(make([]byte, 3<<20)))
	w.cut.Store(2)
	w.Go(page(kerlann))
	w.Upload("#media-file", long)
	w.See("Connexion perdue")
	w.Reload()
	w.See("Envoi interrompu")
	w.cut.Store(-1)
	w.Upload("#media-file", long)
	w.See("longue.jpg")
	w.See("Texte de remplacement manquant")
	if at := w.resumed.Load(); at != 2<<20 {
		t.Errorf("it went on at %d", at)
	}
	w.DontSee("Envoi interrompu")
}

func TestTheTextIsSavedAsOneTypesIt(t *testing.T) {
	w := open(t)
	body, kind := form("a.jpg", photo(80, 60))
	got := decode[received](w.stand, w.ask("POST", page(kerlann), "community", body, "Content-Type", kind, "Accept", "application/json"))
	for decode[Item](w.stand, w.ask("GET", got.Items[0].Href+"/state", "community", nil)).State == assets.Working {
		runtime.Gosched()
	}
	w.Go(got.Items[0].Href)
	w.See("Sans lui, une partie des gens")
	w.Fill("Texte de remplacement", "Le quai")
	w.DontSee("Sans lui, une partie des gens")
	w.Reload()
	if it := decode[Item](w.stand, w.ask("GET", got.Items[0].Href+"/state", "community", nil)); it.Alt != "Le quai" {
		t.Errorf("%+v", it)
	}
}
