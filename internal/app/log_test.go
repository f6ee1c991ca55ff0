package app_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"vigie/internal/app"
	"vigie/internal/approval"
	"vigie/internal/platform/sqldb"
	"vigie/internal/ui"
)

// heard is a log that tests read.
type heard struct {
	sync.Mutex
	bytes.Buffer
}

func (h *heard) Write(b []byte) (int, error) {
	h.Lock()
	defer h.Unlock()
	return h.Buffer.Write(b)
}

func (h *heard) said() string {
	h.Lock()
	defer h.Unlock()
	return h.String()
}

// Who reads the log is not let in by what stands in it: no address that opens
// something by itself is told there, at any level, whatever it is answered.
func TestTheLogTellsNoSecretAddress(t *testing.T) {
	log := &heard{}
	a, err := app.Build(t.Context(), configFor(t, sqldb.SQLite), slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	h := &house{T: t, App: a}
	h.serve()
	s := buildStreet(h)
	_, invited, err := h.Team.InviteTo(t.Context(), s.claire.actor, s.a, inviteClient)
	h.ok(err)
	_, feed, err := h.Publishing.MakeFeed(t.Context(), s.claire.actor, s.a, "Agenda", "full")
	h.ok(err)
	_, link, err := h.Approval.MakeLink(t.Context(), s.claire.actor, s.a, approval.NewLink{Name: "Ondine", Language: "fr"})
	h.ok(err)
	private := link[strings.LastIndex(link, "/")+1:]
	const unknown = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	walked := 0
	for _, r := range h.web.Mux.Routes() {
		if r.Guard != ui.Public && !strings.HasPrefix(r.Path, "/invitation/") || !strings.Contains(r.Path, "{token}") {
			continue
		}
		walked++
		for _, secret := range []string{invited, feed, feed + ".ics", private, unknown} {
			path := strings.NewReplacer("{token}", secret, "{post}", string(s.draft.ID), "{media}", "m").Replace(r.Path)
			for _, at := range []string{path, "/" + path, path + "/", path + "/nowhere", strings.Replace(path, "/"+secret, "/%2F"+secret, 1)} {
				for _, method := range []string{r.Method, http.MethodHead, http.MethodPost} {
					q := httptest.NewRequest(method, at, nil)
					h.web.Mux.ServeHTTP(httptest.NewRecorder(), q)
				}
			}
		}
	}
	if walked < 10 {
		t.Errorf("only %d routes were walked", walked)
	}
	for name, secret := range map[string]string{"an invitation": invited, "a feed": feed, "a private link": private, "what opens nothing": unknown} {
		for line := range strings.Lines(log.said()) {
			if strings.Contains(line, secret) {
				t.Fatalf("%s stands in the log: %s", name, line)
			}
		}
	}
	for _, want := range []string{"path=/invitation/…", "path=/reset/…", "path=/calendar/…", "path=/v/…/p/"} {
		if !strings.Contains(log.said(), want) {
			t.Errorf("the log does not say %s", want)
		}
	}
}
