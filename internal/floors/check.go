package floors

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Check walks through the house, whose root (the folder of go.mod) is fsys, and
// returns every breach of the plan, in order. An error means that a file could
// not be read or parsed.
func Check(fsys fs.FS) ([]Breach, error) {
	packs, breaches, err := read(fsys, "internal", "cmd")
	if err != nil {
		return nil, err
	}
	for _, dir := range slices.Sorted(maps.Keys(packs)) {
		p := packs[dir]
		breaches = append(breaches, p.check()...)
		breaches = append(breaches, p.checkReach(packs)...)
	}
	return breaches, nil
}

// check judges a package by itself and by what it imports.
func (p *pack) check() []Breach {
	var out []Breach
	here := locate(p.dir)
	if here.floor == nowhere {
		return []Breach{{p.dir, "stands on no floor: give it one in internal/floors/plan.go, or move it into a room"}}
	}
	if slices.Contains(drawers, path.Base(p.dir)) {
		out = append(out, Breach{p.dir, "is a drawer: name it by what it does"})
	}
	if !p.doc {
		out = append(out, Breach{p.dir, `has no comment "Package ` + p.name + ` …" (or "Command …") that says what it is for, what it owns, what it never does`})
	}
	if !here.test {
		for _, at := range p.inits {
			out = append(out, Breach{at, "init() hides work at start: use an explicit list"})
		}
	}
	if here.test {
		return out
	}
	for _, imported := range slices.Sorted(maps.Keys(p.imports)) {
		if why := p.mayNot(here, imported); why != "" {
			out = append(out, Breach{p.imports[imported], "imports " + imported + ": " + why})
		}
	}
	return out
}

// mayNot says why a package may not import another, or "".
func (p *pack) mayNot(here place, imported string) string {
	if imported == "net/http" || strings.HasPrefix(imported, "net/http/") {
		return p.mayNotServe(here)
	}
	dir, ours := strings.CutPrefix(imported, Module+"/")
	if !ours {
		return p.mayNotUse(here, imported)
	}
	there := locate(dir)
	switch {
	case there.test:
		return "a package for tests is imported by tests alone"
	case dir == "internal/networks/all" && here.floor != app:
		return "only app knows all networks"
	case here.unit == there.unit && (here.floor == face || there.floor != face):
		return "" // one unit, one thought; Go itself refuses circles
	case here.floor == base && there.floor == base:
		return "" // the ground floor is one slab; Go itself refuses circles
	case here.floor == networks && there.floor == networks:
		if dir != p.dir && p.dir == "internal/networks/all" {
			return ""
		}
		return "networks know nothing of each other"
	case here.floor == platform && there.floor == platform:
		if slices.Contains(platformShared, there.unit) {
			return ""
		}
		return "a machine stands on base and sqldb alone"
	case here.floor == room && there.floor == room:
		return "rooms never import rooms: declare the need as a small interface, app wires it"
	case here.floor == face && there.floor >= room:
		return "a face imports its own room and what is lower than rooms"
	case there.floor >= here.floor:
		return "a package imports strictly lower floors"
	}
	return ""
}

func (p *pack) mayNotServe(here place) string {
	dir := strings.TrimPrefix(p.dir, "internal/")
	if here.floor == networks || here.floor == face || here.floor == command {
		return ""
	}
	for _, allowed := range mayServe {
		if dir == allowed || strings.HasPrefix(dir, allowed+"/") {
			return ""
		}
	}
	return "HTTP is spoken by networks, faces, fetch, live, wire, ui, api and app"
}

// mayNotUse judges what is neither ours nor net/http.
func (p *pack) mayNotUse(here place, imported string) string {
	standard := !strings.Contains(strings.Split(imported, "/")[0], ".")
	if here.floor != base || standard {
		return ""
	}
	for _, module := range baseMay[here.unit] {
		if imported == module || strings.HasPrefix(imported, module+"/") {
			return ""
		}
	}
	return "the ground floor stands on the standard library"
}

// checkReach follows the imports of what stands at the door and outside: no
// database is in reach, however many steps away.
func (p *pack) checkReach(packs map[string]*pack) []Breach {
	here := locate(p.dir)
	if here.test || here.floor != networks && here.floor != door {
		return nil
	}
	var out []Breach
	seen := map[string]bool{}
	var follow func(q *pack, trail string)
	follow = func(q *pack, trail string) {
		for _, imported := range slices.Sorted(maps.Keys(q.imports)) {
			if seen[imported] {
				continue
			}
			seen[imported] = true
			way := trail + " → " + imported
			if isDatabase(imported) {
				out = append(out, Breach{p.dir, "a network has no database in reach, yet" + way})
				continue
			}
			if dir, ours := strings.CutPrefix(imported, Module+"/"); ours && packs[dir] != nil {
				follow(packs[dir], way)
			}
		}
	}
	follow(p, "")
	return out
}

func isDatabase(imported string) bool {
	return slices.ContainsFunc(databases, func(d string) bool {
		return imported == d || strings.HasPrefix(imported, d+"/")
	})
}
