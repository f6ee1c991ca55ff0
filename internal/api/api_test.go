package api

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

const kerlann = "01931c1e-0000-7000-8000-000000000001"

// byToken makes the token the role.
type byToken struct{}

func (byToken) AuthenticateAPI(r *http.Request) (team.Actor, string, error) {
	tok, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer vg_")
	switch {
	case !ok:
		return team.Actor{}, "", nil
	case tok == "revoked":
		return team.Actor{}, "", fault.New(fault.SignedOut, "")
	case tok == "stranger":
		return team.Actor{Person: "s", Token: "s"}, "", nil
	}
	a := team.Actor{Person: id.Person(tok), Token: id.Token(tok), Roles: map[id.Brand]team.Role{kerlann: team.Role(tok)}}
	if tok == "reader" { // an owner's token that may only read
		a.Roles[kerlann], a.Scopes = team.Owner, []team.Permission{team.SeePlanning}
	}
	return a, "en", nil
}

type note struct {
	Title string `json:"title" minLength:"1" maxLength:"20" doc:"What it is called" example:"Sablés"`
	State string `json:"state,omitempty" enum:"draft,done"`
}

type made struct {
	ID string `json:"id"`
}

func house(t testing.TB, cfg Config) (http.Handler, *int, *Registry) {
	t.Helper()
	cfg.Catalog, cfg.Auth = i18n.Must(Messages()), byToken{}
	r := New(cfg)
	count := new(int)
	var mu sync.Mutex
	Register(r, Op{ID: "list-notes", Method: "GET", Path: "/api/v1/brands/{brand}/notes", Guard: In(team.SeePlanning), Group: "Notes", Summary: "List notes"},
		func(ctx context.Context, c Call, in *struct {
			InBrand
			Paged
		}) (*Out[List[note]], error) {
			if _, err := ReadCursor(in.Cursor, 1); err != nil {
				return nil, err
			}
			return &Out[List[note]]{Body: ListOf([]note{{Title: string(c.Brand)}}, Cursor("x"))}, nil
		})
	Register(r, Op{ID: "make-note", Method: "POST", Path: "/api/v1/brands/{brand}/notes", Guard: In(team.WritePosts), Group: "Notes", Summary: "Make a note", Status: 201},
		func(ctx context.Context, c Call, in *struct {
			InBrand
			Body note
		}) (*Out[made], error) {
			mu.Lock()
			defer mu.Unlock()
			*count++
			switch in.Body.Title {
			case "panic":
				panic("boom")
			case "busy":
				return nil, fault.New(fault.Transient, "db.busy").After(3 * time.Second)
			}
			return &Out[made]{Body: made{ID: strings.Repeat("n", *count)}}, nil
		})
	Register(r, Op{ID: "change-note", Method: "PUT", Path: "/api/v1/brands/{brand}/notes/{note}", Guard: In(team.WritePosts), Group: "Notes", Summary: "Change a note"},
		func(ctx context.Context, c Call, in *struct {
			InBrand
			IfMatch
			Note string `path:"note"`
			Body note
		}) (*OutVersioned[note], error) {
			v, err := in.Version()
			if err != nil {
				return nil, err
			}
			if v != 3 {
				return nil, fault.New(fault.Conflict, "")
			}
			return Versioned(in.Body, v+1), nil
		})
	h, err := r.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return h, count, r
}

func call(h http.Handler, method, path, token, body string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer vg_"+token)
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func readProblem(t *testing.T, w *httptest.ResponseRecorder) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("no problem: %d %q %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if p.Status != w.Code || p.Detail == "" || p.Title == "" || !strings.HasPrefix(p.Type, "/docs/errors#1") || p.Key == "" {
		t.Errorf("incomplete: %+v", p)
	}
	return p
}

const notes = "/api/v1/brands/" + kerlann + "/notes"

func TestGuardsOfOperations(t *testing.T) {
	h, _, _ := house(t, Config{})
	for _, c := range []struct {
		method, path, token string
		want                int
	}{
		{"GET", notes, "client", 200}, {"GET", notes, "reader", 200}, {"GET", notes, "", 401}, {"GET", notes, "revoked", 401},
		{"GET", notes, "stranger", 404}, {"GET", "/api/v1/brands/01931c1e-0000-7000-8000-000000000002/notes", "owner", 404},
		{"GET", "/api/v1/brands/nonsense/notes", "owner", 404},
		{"POST", notes, "community", 201}, {"POST", notes, "client", 403}, {"POST", notes, "reader", 403}, {"POST", notes, "stranger", 404},
		{"GET", "/api/v1/nowhere", "owner", 404}, {"DELETE", notes, "owner", 404},
	} {
		w := call(h, c.method, c.path, c.token, map[string]string{"POST": `{"title":"x"}`}[c.method])
		if w.Code != c.want {
			t.Errorf("%s %s as %q: %d, want %d: %s", c.method, c.path, c.token, w.Code, c.want, w.Body)
		}
		if w.Code >= 400 {
			readProblem(t, w)
		}
	}
}

func TestAnOperationThatDoesNotStandIsFoundAtStart(t *testing.T) {
	empty := func(context.Context, Call, *struct{}) (*struct{}, error) { return nil, nil }
	for _, op := range []Op{
		{ID: "a", Method: "GET", Path: "/api/v1/x"},
		{ID: "a", Method: "GET", Path: "/x", Guard: Public},
		{ID: "a", Method: "GET", Path: "/api/v1/brands/{brand}/x", Guard: SignedIn},
		{ID: "a", Method: "GET", Path: "/api/v1/x", Guard: In(team.SeeBrand)},
	} {
		r := New(Config{Catalog: i18n.Must(Messages()), Auth: byToken{}})
		Register(r, op, empty)
		if _, err := r.Handler(); err == nil {
			t.Errorf("%+v was taken", op)
		}
	}
}

func TestProblemsSayWhichFieldAndSpeakTheLanguage(t *testing.T) {
	h, _, _ := house(t, Config{})
	p := readProblem(t, call(h, "POST", notes, "owner", `{"title":""}`, "Accept-Language", "fr"))
	if p.Number != 1000 || len(p.Errors) != 1 || p.Errors[0].Field != "body.title" || p.Title != "Demande invalide" {
		t.Errorf("%+v", p)
	}
	p = readProblem(t, call(h, "POST", notes, "owner", `{"title":"x","more":1}`))
	if p.Status != 422 || p.Title != "Invalid request" {
		t.Errorf("the person's own language: %+v", p)
	}
	readProblem(t, call(h, "POST", notes, "owner", `{"title`))
	if w := call(h, "GET", notes+"?limit=900", "owner", ""); readProblem(t, w).Status != 422 {
		t.Error("a limit is a limit")
	}
	if w := call(h, "GET", notes+"?cursor=zzz", "owner", ""); readProblem(t, w).Errors[0].Field != "query.cursor" {
		t.Error("a foreign cursor is said")
	}
	w := call(h, "POST", notes, "owner", `{"title":"busy"}`)
	if p = readProblem(t, w); p.Status != 503 || w.Header().Get("Retry-After") != "3" || p.RetryAfter != 3 {
		t.Errorf("%+v %v", p, w.Header())
	}
}

func TestAChangeNamesItsVersion(t *testing.T) {
	h, _, _ := house(t, Config{})
	w := call(h, "PUT", notes+"/1", "owner", `{"title":"x"}`, "If-Match", `"3"`)
	if w.Code != 200 || w.Header().Get("ETag") != `"4"` {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if w = call(h, "PUT", notes+"/1", "owner", `{"title":"x"}`, "If-Match", `"2"`); w.Code != 409 {
		t.Error(w.Code)
	}
	if w = call(h, "PUT", notes+"/1", "owner", `{"title":"x"}`, "If-Match", `three`); w.Code != 422 {
		t.Error(w.Code)
	}
}

func TestARepeatedPOSTIsDoneOnce(t *testing.T) { // T4
	sqldbtest.Each(t, []sqldb.Schema{Schema}, func(t *testing.T, db *sqldb.DB) {
		keys := NewKeys(db)
		h, count, _ := house(t, Config{Keys: keys})
		post := func(token, body, key string) *httptest.ResponseRecorder {
			return call(h, "POST", notes, token, body, "Idempotency-Key", key)
		}
		first := post("owner", `{"title":"a"}`, "key-number-1")
		again := post("owner", `{"title":"a"}`, "key-number-1")
		if *count != 1 || first.Code != 201 || again.Code != 201 || first.Body.String() != again.Body.String() ||
			again.Header().Get("Idempotency-Replayed") != "true" || again.Header().Get("Content-Type") != first.Header().Get("Content-Type") {
			t.Fatalf("done %d times: %d %s, %d %s %v", *count, first.Code, first.Body, again.Code, again.Body, again.Header())
		}
		if w := post("owner", `{"title":"b"}`, "key-number-1"); readProblem(t, w).Key != "api.key_reused" || w.Code != 422 {
			t.Error("another request under the same key")
		}
		if w := post("manager", `{"title":"a"}`, "key-number-1"); w.Code != 201 || *count != 2 {
			t.Error("keys are each person's own")
		}
		if w := post("owner", `{"title":"a"}`, "short"); w.Code != 422 {
			t.Error(w.Code)
		}
		// What failed did nothing and may be tried again.
		if w := post("owner", `{"title":"busy"}`, "key-number-2"); w.Code != 503 {
			t.Fatal(w.Code)
		}
		if w := post("owner", `{"title":"fine"}`, "key-number-2"); w.Code != 201 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		func() {
			defer func() { _ = recover() }()
			post("owner", `{"title":"panic"}`, "key-number-3")
		}()
		if w := post("owner", `{"title":"fine"}`, "key-number-3"); w.Code != 201 {
			t.Errorf("a panic keeps the key: %d", w.Code)
		}
		if err := keys.Clean(t.Context()); err != nil {
			t.Fatal(err)
		}
		if w := post("owner", `{"title":"a"}`, "key-number-1"); w.Header().Get("Idempotency-Replayed") != "true" {
			t.Error("cleaned before its day was over")
		}
	})
}

func TestManyAtOnceWithOneKeyAreOne(t *testing.T) { // T4
	sqldbtest.Each(t, []sqldb.Schema{Schema}, func(t *testing.T, db *sqldb.DB) {
		h, count, _ := house(t, Config{Keys: NewKeys(db)})
		var wg sync.WaitGroup
		codes := make([]int, 8)
		for i := range codes {
			wg.Go(func() {
				codes[i] = call(h, "POST", notes, "owner", `{"title":"a"}`, "Idempotency-Key", "key-number-9").Code
			})
		}
		wg.Wait()
		if *count != 1 {
			t.Errorf("done %d times: %v", *count, codes)
		}
		for _, c := range codes {
			if c != 201 && c != 409 {
				t.Errorf("%v", codes)
			}
		}
	})
}

func TestARequestThatIsBeingDoneIsNotDoneAgain(t *testing.T) {
	now := time.Date(2026, 11, 10, 10, 0, 0, 0, time.UTC)
	sqldbtest.Each(t, []sqldb.Schema{Schema}, func(t *testing.T, db *sqldb.DB) {
		keys := NewKeys(db)
		ctx := t.Context()
		if found, err := keys.begin(ctx, "claire", "k", "hash"); err != nil || found != nil {
			t.Fatal(found, err)
		}
		if _, err := keys.begin(ctx, "claire", "k", "hash"); !fault.Is(err, fault.Conflict) {
			t.Errorf("in the middle of it: %v", err)
		}
		if _, err := keys.begin(ctx, "claire", "k", "other"); !fault.Is(err, fault.Invalid) {
			t.Errorf("another request: %v", err)
		}
	}, sqldbtest.Now(func() time.Time { return now }))
}

func TestTheDayEndsAndADeadNodeLetsGo(t *testing.T) {
	now := time.Date(2026, 11, 10, 10, 0, 0, 0, time.UTC)
	sqldbtest.Each(t, []sqldb.Schema{Schema}, func(t *testing.T, db *sqldb.DB) {
		start := now
		defer func() { now = start }()
		keys := NewKeys(db)
		ctx := t.Context()
		if _, err := keys.begin(ctx, "claire", "k", "hash"); err != nil {
			t.Fatal(err)
		}
		now = now.Add(interrupted)
		if found, err := keys.begin(ctx, "claire", "k", "hash"); err != nil || found != nil {
			t.Errorf("a node that died keeps the key: %v %v", found, err)
		}
		if err := keys.finish(ctx, "claire", "k", answer{status: 201, body: []byte("x")}); err != nil {
			t.Fatal(err)
		}
		if found, err := keys.begin(ctx, "claire", "k", "hash"); err != nil || found == nil || string(found.body) != "x" {
			t.Errorf("%v %v", found, err)
		}
		now = now.Add(kept + time.Second)
		if found, err := keys.begin(ctx, "claire", "k", "other"); err != nil || found != nil {
			t.Errorf("after a day: %v %v", found, err)
		}
	}, sqldbtest.Now(func() time.Time { return now }))
}

func TestATokenThatCallsTooOftenWaits(t *testing.T) {
	h, _, _ := house(t, Config{Limiter: NewLimiter(1, 2), Now: func() time.Time { return time.Unix(1_800_000_000, 0) }})
	for range 2 {
		if w := call(h, "GET", notes, "owner", ""); w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
	for range 3 { // who knocks again is not made to wait longer for it
		if w := call(h, "GET", notes, "owner", ""); w.Code != 429 || w.Header().Get("Retry-After") != "1" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	}
	if w := call(h, "GET", notes, "client", ""); w.Code != 200 {
		t.Error("another's token paid for it")
	}
}

func TestTheDescriptionAndTheDocsComeFromHere(t *testing.T) {
	h, _, r := house(t, Config{Version: "1.2.3"})
	var spec struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	w := call(h, "GET", "/api/v1/openapi.json", "", "")
	if err := json.Unmarshal(w.Body.Bytes(), &spec); err != nil || spec.OpenAPI != "3.1.0" || spec.Paths["/api/v1/brands/{brand}/notes"]["post"] == nil {
		t.Fatalf("%v %s", err, w.Body)
	}
	if w = call(h, "GET", "/api/v1/openapi.yaml", "", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "openapi: 3.1.0") {
		t.Error(w.Code)
	}
	docs := call(h, "GET", "/api/v1/docs", "", "").Body.String()
	for _, op := range r.Ops() {
		if !strings.Contains(docs, `id="`+op.ID+`"`) {
			t.Errorf("%s is not documented", op.ID)
		}
	}
	for _, want := range []string{"What it is called", "curl -X POST", `{&#34;title&#34;:&#34;Sablés&#34;}`, "Idempotency-Key", "draft | done", "obligatoire"} {
		if !strings.Contains(docs, want) {
			t.Errorf("the docs miss %q", want)
		}
	}
	if strings.Contains(docs, "<script") {
		t.Error("the docs need a script")
	}
	errs := call(h, "GET", "/docs/errors", "", "").Body.String()
	for _, k := range fault.Kinds() {
		if !strings.Contains(errs, fault.MessageKey(fault.New(k, ""))) {
			t.Errorf("%s is not explained", k)
		}
	}
}

func TestTheDoorsWordsAreComplete(t *testing.T) {
	i18n.CheckCatalog(t, i18n.Check{Dir: ".", Own: []fs.FS{Messages()}})
}

func TestCursorsComeBackAsTheyWere(t *testing.T) {
	got, err := ReadCursor(Cursor("2026", "é"), 2)
	if err != nil || got[0] != "2026" || got[1] != "é" {
		t.Error(got, err)
	}
}
