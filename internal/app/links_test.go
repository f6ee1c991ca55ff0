package app

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"vigie/internal/base/fault"
)

// P8: a link is looked at without reading it, redirections followed; an address
// inside of the house is never called.
func TestALinkIsVisitedAndAPrivateOneIsNot(t *testing.T) {
	calls := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		switch {
		case r.URL.Path == "/moved":
			http.Redirect(w, r, "/here", http.StatusFound)
		case r.URL.Path == "/gone":
			w.WriteHeader(http.StatusNotFound)
		case r.Method == http.MethodHead:
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
	}))
	defer s.Close()
	open := &App{Config: Config{AllowPrivate: []string{"127.0.0.0/8"}}}
	defer open.Close()
	visit, err := open.visitor()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]struct {
		status int
		leads  string
	}{"/here": {200, "/here"}, "/moved": {200, "/here"}, "/gone": {404, "/gone"}} {
		if v, err := visit(t.Context(), s.URL+path); err != nil || v.Status != want.status || v.Leads != s.URL+want.leads {
			t.Errorf("%s: %+v, %v", path, v, err)
		}
	}
	closed := &App{}
	defer closed.Close()
	if visit, err = closed.visitor(); err != nil {
		t.Fatal(err)
	}
	before := calls
	if v, err := visit(t.Context(), s.URL+"/here"); !fault.Is(err, fault.NotFound) || calls != before {
		t.Errorf("a private address: %+v, %v, %d calls", v, err, calls-before)
	}
}
