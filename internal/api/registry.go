package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
)

// Authenticator tells who calls: the session of a browser, or
// "Authorization: Bearer vg_…".
type Authenticator interface {
	// AuthenticateAPI returns a zero Actor when the request names nobody, and
	// signed_out when it names somebody wrongly. language is the person's
	// choice or empty.
	AuthenticateAPI(r *http.Request) (actor team.Actor, language string, err error)
}

// Config is what app gives.
type Config struct {
	Catalog *i18n.Catalog // with Messages
	Auth    Authenticator
	Keys    *Keys        // nil: Idempotency-Key is refused as unsupported
	Limiter *Limiter     // nil: no limit
	Version string       // of the program, in the description
	Now     clock.Now    // nil: clock.System
	Log     *slog.Logger // nil: slog.Default
}

// Op describes an operation.
type Op struct {
	ID          string // "list-posts": stable, programs are generated from it
	Method      string
	Path        string // "/api/v1/brands/{brand}/posts"
	Guard       Guard
	Group       string // heading in the documentation: "Publications"
	Summary     string // English, a short line
	Description string // English, Markdown
	Status      int    // of success; 0 means 200, or 204 without a body
	MaxBody     int64  // 0 means 1 MiB
	// Hidden leaves it out of the description.
	Hidden bool
}

// Call is who calls and where.
type Call struct {
	Actor team.Actor
	Brand id.Brand // for operations behind In
	Loc   *i18n.Loc
}

// Registry collects operations.
type Registry struct {
	cfg  Config
	mux  *http.ServeMux
	huma huma.API
	ops  []Op
	errs []error
}

// New makes an empty registry.
func New(cfg Config) *Registry {
	if cfg.Now == nil {
		cfg.Now = clock.System
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	r := &Registry{cfg: cfg, mux: http.NewServeMux()}
	speakProblems()
	hc := huma.DefaultConfig("Vigie", cfg.Version)
	hc.OpenAPIPath, hc.DocsPath, hc.SchemasPath = "/api/v1/openapi", "", ""
	hc.CreateHooks = nil // no $schema in answers
	hc.RejectUnknownQueryParameters = true
	hc.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", nameSchema)
	hc.Info.Description = about
	hc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "A token made in the profile: vg_…"},
		"session": {Type: "apiKey", In: "cookie", Name: "session", Description: "The session of a browser on the same site."},
	}
	r.huma = humago.New(r.mux, hc)
	return r
}

const about = "The same verbs as the pages. Errors are RFC 9457 problems with a stable `number`. " +
	"Lists are read by cursor: `next` of an answer is the `cursor` of the next request. " +
	"A POST with `Idempotency-Key` may be repeated for a day and is done once. " +
	"Whoever has no role in a brand gets 404 for everything in it."

// nameSchema keeps two rooms' types of one name apart.
func nameSchema(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	pkg := t.PkgPath()
	pkg = strings.TrimSuffix(pkg[strings.LastIndexByte(pkg, '/')+1:], "web")
	if t.Name() == "" || pkg == "" || pkg == "api" || pkg == "huma" || strings.HasPrefix(strings.ToLower(name), pkg) {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

type callKey struct{}

func callOf(ctx context.Context) *Call { c, _ := ctx.Value(callKey{}).(*Call); return c }

// Register adds an operation. in is read and checked by huma's tags; the
// handler's error is a fault. What is wrong with op shows in Handler.
func Register[I, O any](r *Registry, op Op, handle func(ctx context.Context, c Call, in *I) (*O, error)) {
	if err := op.Guard.fits(op); err != nil {
		r.errs = append(r.errs, err)
		return
	}
	r.ops = append(r.ops, op)
	ho := huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description,
		DefaultStatus: op.Status, MaxBodyBytes: op.MaxBody, Tags: []string{op.Group}, Hidden: op.Hidden,
		Middlewares: huma.Middlewares{r.guard(op)},
		Metadata:    map[string]any{"guard": op.Guard.String()},
		Extensions:  map[string]any{"x-guard": op.Guard.String()},
		Errors:      []int{http.StatusUnprocessableEntity, http.StatusInternalServerError},
	}
	if op.Guard.kind != "public" {
		ho.Security = []map[string][]string{{"token": {}}, {"session": {}}}
		ho.Errors = append(ho.Errors, http.StatusUnauthorized)
	}
	if op.Guard.kind == "in brand" {
		ho.Errors = append(ho.Errors, http.StatusForbidden, http.StatusNotFound)
	}
	if op.Method == http.MethodPost && r.cfg.Keys != nil {
		ho.Parameters = append(ho.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header",
			Description: "Any text of 8 to 200 characters: repeated within a day, the request is done once.",
			Schema:      &huma.Schema{Type: huma.TypeString, MinLength: ptr(8), MaxLength: ptr(200)}})
		ho.Errors = append(ho.Errors, http.StatusConflict)
	}
	defer func() {
		if p := recover(); p != nil { // huma panics on tags it cannot use
			r.errs = append(r.errs, fmt.Errorf("api: %s %s: %v", op.Method, op.Path, p))
		}
	}()
	huma.Register(r.huma, ho, func(ctx context.Context, in *I) (*O, error) {
		c := callOf(ctx)
		if c == nil {
			return nil, problem(ctx, r.cfg.Catalog.For(i18n.Default), fault.New(fault.Internal, "").Becausef("no call"))
		}
		out, err := handle(i18n.With(ctx, c.Loc), *c, in)
		if err != nil {
			return nil, r.refuse(ctx, c.Loc, op, err)
		}
		return out, nil
	})
}

func ptr[T any](v T) *T { return &v }

// refuse logs an error of ours and says it as a problem.
func (r *Registry) refuse(ctx context.Context, loc *i18n.Loc, op Op, err error) error {
	if fault.HTTPStatus(err) >= 500 {
		r.cfg.Log.Error("api", "operation", op.ID, "err", err)
	}
	p := problem(ctx, loc, err)
	if w := fault.As(err).RetryAfter; w > 0 {
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {seconds(w)}})
	}
	return p
}

func (r *Registry) guard(op Op) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		c := callOf(ctx.Context())
		brand, err := op.Guard.admit(c.Actor, ctx.Param("brand"))
		if err != nil {
			req, w := humago.Unwrap(ctx)
			writeProblem(w, req, c.Loc, err)
			return
		}
		c.Brand = brand
		next(ctx)
	}
}

// Ops lists every operation, for the tests that walk them all.
func (r *Registry) Ops() []Op { return append([]Op(nil), r.ops...) }

// OpenAPI is the description.
func (r *Registry) OpenAPI() *huma.OpenAPI { return r.huma.OpenAPI() }

// Handler serves /api/ and /docs/errors; app mounts it at both. Errors: an
// operation that does not stand.
func (r *Registry) Handler() (http.Handler, error) {
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	r.mux.HandleFunc("GET /api/v1/docs", r.docs)
	r.mux.HandleFunc("GET /docs/errors", r.errorDocs)
	r.mux.HandleFunc("/api/", func(w http.ResponseWriter, req *http.Request) {
		writeProblem(w, req, callOf(req.Context()).Loc, fault.New(fault.NotFound, "api.no_operation"))
	})
	return r.outer(r.mux), nil
}

// outer tells who calls, holds back who calls too often, and answers repeated
// requests.
func (r *Registry) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		loc := r.cfg.Catalog.For(i18n.Choose("", req.Header.Get("Accept-Language"))).At(r.cfg.Now)
		w.Header().Set("Cache-Control", "private, no-store")
		actor, lang, err := r.cfg.Auth.AuthenticateAPI(req)
		if err != nil {
			writeProblem(w, req, loc, err)
			return
		}
		// A program says what it wants to read; the person's choice is for
		// those that do not.
		if req.Header.Get("Accept-Language") == "" {
			loc = r.cfg.Catalog.For(i18n.Choose(lang, "")).At(r.cfg.Now)
		}
		if r.cfg.Limiter != nil {
			if wait := r.cfg.Limiter.take(actor, r.cfg.Now()); wait > 0 {
				writeProblem(w, req, loc, fault.New(fault.TooMany, "api.slow_down").After(wait))
				return
			}
		}
		req = req.WithContext(context.WithValue(req.Context(), callKey{}, &Call{Actor: actor, Loc: loc}))
		if key := req.Header.Get("Idempotency-Key"); key != "" && req.Method == http.MethodPost {
			r.once(w, req, loc, actor, key, next)
			return
		}
		next.ServeHTTP(w, req)
	})
}

func seconds(d time.Duration) string { return fmt.Sprint(int64((d + time.Second - 1) / time.Second)) }
