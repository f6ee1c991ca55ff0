package app

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"vigie/internal/answers/answersweb"
	"vigie/internal/api"
	"vigie/internal/approval/approvalweb"
	"vigie/internal/assets/assetsweb"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/brand/brandweb"
	"vigie/internal/channel/channelweb"
	"vigie/internal/charter/charterweb"
	"vigie/internal/inbox"
	"vigie/internal/inbox/inboxweb"
	"vigie/internal/networks/all"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/spell"
	"vigie/internal/publishing/publishingweb"
	"vigie/internal/team"
	"vigie/internal/team/teamweb"
	"vigie/internal/today/todayweb"
	"vigie/internal/ui"
)

// messages lists the words of every face and of the program itself.
func messages() []fs.FS {
	out := append([]fs.FS{ui.Messages(), api.Messages(), teamweb.Messages(), brandweb.Messages(), assetsweb.Messages(), channelweb.Messages(), todayweb.Messages(), charterweb.Messages(), approvalweb.Messages(), inboxweb.Messages(), answersweb.Messages(), spell.Messages(), words}, all.Messages()...)
	return append(out, publishingweb.Messages()...)
}

// Web is the program as browsers and other programs meet it.
type Web struct {
	Mux *ui.Mux
	API *api.Registry
}

// Web builds the handler: every face's pages and operations behind their
// guards, the live stream, the health of the process.
func (a *App) Web() (*Web, error) {
	people := teamweb.New(teamweb.Config{People: a.Team, Brands: a.Brands, Example: a.example(), HTTPS: a.Config.HTTPS()})
	var routes []ui.Route
	reg := api.New(api.Config{Catalog: a.Words, Auth: people, Keys: api.NewKeys(a.DB), Limiter: api.NewLimiter(20, 60), Version: Version, Log: a.Log})
	for _, f := range a.faces(people) {
		routes = append(routes, f.Routes()...)
		f.API(reg)
	}
	mux, err := ui.New(ui.Config{
		Catalog: a.Words, Auth: people, Brands: pageBrands{a}, Sections: a.sections(), Settings: settings(), Log: a.Log,
		SignIn: "/sign-in", SignOut: "/sign-out", Profile: "/profile", BrandsPath: "/brands", HTTPS: a.Config.HTTPS(),
		Notices: a.notices, Find: a.find, Live: "/live", LiveAt: a.Hub.Position, Took: a.took, Here: a.here, Dev: a.Config.Dev,
	}, append(routes, a.home()...)...)
	if err != nil {
		return nil, err
	}
	h, err := reg.Handler()
	if err != nil {
		return nil, err
	}
	for path, handler := range map[string]http.Handler{
		"/api/": h, "/docs/errors": h, "/live": a.Hub.Handler(a.mayHear(people)), "/healthz": http.HandlerFunc(a.health),
	} {
		if err := mux.Mount(path, handler); err != nil {
			return nil, err
		}
	}
	return &Web{Mux: mux, API: reg}, nil
}

// face is what a room shows.
type face interface {
	Routes() []ui.Route
	API(*api.Registry)
}

// pageBrands is the brand's service as the frame reads it.
type pageBrands struct{ *App }

func (p pageBrands) Brand(ctx context.Context, actor team.Actor, b id.Brand) (brand.Brand, error) {
	return p.App.Brands.Get(ctx, actor, b)
}

func (p pageBrands) Brands(ctx context.Context, actor team.Actor) ([]brand.Brand, error) {
	return p.App.Brands.List(ctx, actor)
}

// mayHear says which topics a page may listen to: the person's own, and those
// of the brands in which she has a role. It is asked again while the page is
// open, so that a role withdrawn ends the stream.
func (a *App) mayHear(people *teamweb.Face) func(r *http.Request) ([]string, error) {
	return func(r *http.Request) ([]string, error) {
		actor, _, err := people.Authenticate(discard{}, r)
		if err != nil {
			return nil, err
		}
		if actor.Person == "" {
			return nil, fault.New(fault.SignedOut, "")
		}
		allowed := []string{"person:" + string(actor.Person)}
		for _, b := range actor.Brands() {
			allowed = append(allowed, "brand:"+string(b))
		}
		for _, topic := range r.URL.Query()["topic"] {
			if talk, ok := strings.CutPrefix(topic, "conversation:"); ok && id.Valid(talk) && a.talkOf(r.Context(), actor, inbox.ConversationID(talk)) == nil {
				allowed = append(allowed, topic)
			}
			post, ok := strings.CutPrefix(topic, "post:")
			if !ok || !id.Valid(post) {
				continue
			}
			for _, b := range actor.Brands() {
				if _, err := a.Publishing.Get(r.Context(), actor, b, id.Post(post)); err == nil {
					allowed = append(allowed, topic)
				}
			}
		}
		return allowed, nil
	}
}

// discard is a ResponseWriter for a question that must not write.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// Health is what /healthz says.
type Health struct {
	OK      bool   `json:"ok"`
	Version string `json:"version"`
	// Database is "ok" or what is wrong with it.
	Database string `json:"database"`
	// Overdue counts posts two minutes past their hour without an attempt: a
	// program that answers and sends nothing is not healthy.
	Overdue int64 `json:"overdue"`
	Sending int64 `json:"sending"`
}

func (a *App) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	watch := a.Ledger.Watch()
	h := Health{Version: Version, Database: "ok", Overdue: watch.Overdue, Sending: watch.Flying}
	if err := a.ping(ctx); err != nil {
		h.Database = string(fault.Of(err))
	}
	h.OK = h.Database == "ok" && h.Overdue == 0
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !h.OK {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(h)
}

// Serve answers on ln until ctx ends, then lets what is under way finish.
func (a *App) Serve(ctx context.Context, ln net.Listener) error {
	web, err := a.Web()
	if err != nil {
		return err
	}
	s := &http.Server{Handler: web.Mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) }}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln) }()
	// Starting takes memory that serving does not need; an idle instance would
	// keep it for minutes, on a machine that may have half a gigabyte.
	settle := func() { _ = a.DB.Shrink(ctx); debug.FreeOSMemory(); letGoOfProgram() }
	for _, after := range []time.Duration{2 * time.Second, 30 * time.Second} { // the second after the first round of jobs
		defer time.AfterFunc(after, settle).Stop()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	// Open streams end first: they would keep the server waiting.
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_ = a.Hub.Stop(stop)
	if err := s.Shutdown(stop); err != nil {
		_ = s.Close()
	}
	if err := <-done; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Words is the catalog of everything the program says, for the command line.
func Words() (*i18n.Catalog, error) { return i18n.New(messages()...) }
