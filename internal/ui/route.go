package ui

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"vigie/internal/team"
)

// Guard says who may reach a route. Its zero value lets nobody in, so that a
// forgotten guard is a closed door and an error at start.
type Guard struct {
	kind       string
	permission team.Permission
}

// The guards.
var (
	// Public is for everybody, signed in or not: the sign-in page, the client's
	// page by private link.
	Public = Guard{kind: "public"}
	// SignedIn is for every person with a session.
	SignedIn = Guard{kind: "signed in"}
	// Admin is for those who run the instance. It opens no brand.
	Admin = Guard{kind: "admin"}
)

// In is for those who hold the permission in the brand of the path, which
// begins with /b/{brand}/. A stranger to the brand gets 404, a member without
// the permission 403.
func In(p team.Permission) Guard { return Guard{kind: "in brand", permission: p} }

// String names the guard, for the table of routes.
func (g Guard) String() string {
	if g.permission != "" {
		return g.kind + ": " + string(g.permission)
	}
	return g.kind
}

// Permission is what In asks for; empty for the other guards.
func (g Guard) Permission() team.Permission { return g.permission }

// Route is one method on one path.
type Route struct {
	Method string // "GET", "POST"
	Path   string // as http.ServeMux takes it: "/b/{brand}/calendar"
	Guard  Guard
	// Handle answers. An error becomes the right page, fragment or toast, with
	// the fault's status; nothing may have been written before it is returned.
	Handle func(w http.ResponseWriter, r *Request) error
	// MaxBody bounds the body in bytes; 0 means 1 MiB, -1 no bound (the handler
	// bounds it itself).
	MaxBody int64
	// Stream is for answers that stay open or are large (live events,
	// downloads): they are neither compressed nor buffered.
	Stream bool
}

// String is the route as the table of routes shows it.
func (r Route) String() string { return r.Method + " " + r.Path }

var methods = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE)$`)

// check finds what is wrong with a route before anybody meets it.
func (r Route) check() error {
	inBrand := strings.HasPrefix(r.Path, "/b/{brand}/")
	switch {
	case !methods.MatchString(r.Method):
		return fmt.Errorf("ui: route %s: method", r)
	case !strings.HasPrefix(r.Path, "/"):
		return fmt.Errorf("ui: route %s: path", r)
	case r.Handle == nil:
		return fmt.Errorf("ui: route %s: no handler", r)
	case r.Guard.kind == "":
		return fmt.Errorf("ui: route %s: no guard", r)
	case r.Guard.kind == "in brand" && (r.Guard.permission == "" || !inBrand):
		return fmt.Errorf("ui: route %s: ui.In needs a permission and a path under /b/{brand}/", r)
	case inBrand && r.Guard.kind != "in brand":
		return fmt.Errorf("ui: route %s: a path under a brand needs ui.In", r)
	}
	return nil
}
