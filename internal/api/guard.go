package api

import (
	"fmt"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/team"
)

// Guard says who may call an operation. Its zero value lets nobody in and is
// an error at start.
type Guard struct {
	kind       string
	permission team.Permission
}

// The guards, as for pages.
var (
	Public   = Guard{kind: "public"}
	SignedIn = Guard{kind: "signed in"}
	Admin    = Guard{kind: "admin"}
)

// In is for those who hold the permission in the brand of the path, which
// begins with /api/v1/brands/{brand}. A stranger gets 404.
func In(p team.Permission) Guard { return Guard{kind: "in brand", permission: p} }

// String names the guard.
func (g Guard) String() string {
	if g.permission != "" {
		return g.kind + ": " + string(g.permission)
	}
	return g.kind
}

// Permission is what In asks for.
func (g Guard) Permission() team.Permission { return g.permission }

const inBrand = "/api/v1/brands/{brand}"

func (g Guard) fits(op Op) error {
	under := op.Path == inBrand || strings.HasPrefix(op.Path, inBrand+"/")
	switch {
	case !strings.HasPrefix(op.Path, "/api/v1/"):
		return fmt.Errorf("api: %s %s: not under /api/v1/", op.Method, op.Path)
	case g.kind == "":
		return fmt.Errorf("api: %s %s: no guard", op.Method, op.Path)
	case g.kind == "in brand" && (g.permission == "" || !under):
		return fmt.Errorf("api: %s %s: api.In needs a permission and a path under %s", op.Method, op.Path, inBrand)
	case under && g.kind != "in brand":
		return fmt.Errorf("api: %s %s: a path under a brand needs api.In", op.Method, op.Path)
	}
	return nil
}

// admit asks the guard. brand is the path's, as written.
func (g Guard) admit(a team.Actor, brand string) (id.Brand, error) {
	if g.kind == "public" {
		return "", nil
	}
	if a.Person == "" {
		return "", fault.New(fault.SignedOut, "api.no_token")
	}
	switch g.kind {
	case "signed in":
		return "", nil
	case "admin":
		if !a.MayAdminister() {
			return "", fault.New(fault.Forbidden, "api.admin_only")
		}
		return "", nil
	case "in brand":
		b, err := id.Parse[id.Brand](brand)
		if err != nil {
			return "", err
		}
		return b, a.Require(b, g.permission)
	}
	return "", fault.New(fault.Internal, "").Becausef("no guard")
}
