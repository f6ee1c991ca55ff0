// Package floors keeps the plan of the house: which package stands on which
// floor and what it may therefore import. The plan is a test and not a drawing,
// so a wrong arrow is found by who draws it.
//
// It owns the list of rooms (ls internal is the list of a community manager's
// job) and the rules between floors. It reads the sources itself, so that the
// test cache sees their changes; it imports nothing of the house and is
// imported by nobody.
package floors

import (
	"path"
	"slices"
	"strings"
)

// floor is a height: a package imports strictly lower ones. The gaps leave
// room for a mezzanine.
type floor int

const (
	nowhere  floor = -1
	base     floor = 0
	platform floor = 10 // machines that know no word of the job
	team     floor = 20 // who acts
	brand    floor = 21 // for whom; its verbs ask team who may
	kit      floor = 30 // ui and api: what every face is built with
	door     floor = 40 // network: the only door to the outside
	networks floor = 50
	channel  floor = 60 // a brand's account on a network
	room     floor = 70
	face     floor = 80
	app      floor = 90
	command  floor = 100
)

// rooms are named by the job. A new one adds its line here, in the change that
// opens it.
var rooms = []string{
	"publishing", "approval", "charter", "answers", "inbox", "moderation", "people", "listening", "crisis", "events", "contests",
	"assets", "links", "reports", "feedback", "worth", "pilots", "today", "portal",
}

// halls are what every room may say.
var halls = map[string]floor{
	"floors": base, "team": team, "brand": brand, "ui": kit, "api": kit, "network": door, "channel": channel, "app": app,
}

// platformShared are the machines that other machines may stand on.
var platformShared = []string{"platform/sqldb"}

// mayServe lists who may import net/http, beside networks, faces and tests:
// rooms speak to networks through the door, and to people through faces.
var mayServe = []string{"platform/fetch", "platform/live", "network/wire", "ui", "api", "app"}

// databases are out of the networks' reach, however many imports away.
var databases = []string{"database/sql", "github.com/jackc/pgx", "modernc.org/sqlite", Module + "/internal/platform/sqldb"}

// baseMay lists the few modules that the ground floor may use.
var baseMay = map[string][]string{
	"base/textkit": {"github.com/rivo/uniseg", "golang.org/x/text"},
}

// drawers are names that say nothing; what is put into them is never found.
var drawers = []string{"util", "utils", "common", "helpers", "helper", "manager", "managers", "models", "types", "misc", "shared"}

// Module is the name of the module whose house this is.
const Module = "vigie"

// place is where a package stands, from its folder.
type place struct {
	floor floor
	unit  string // the packages of one unit may import each other
	test  bool   // made for tests: may import what it likes, imported by tests alone
}

// locate finds the place of a folder ("internal/publishing/publishingweb").
func locate(dir string) place {
	if dir == "cmd" || strings.HasPrefix(dir, "cmd/") {
		return place{floor: command, unit: dir}
	}
	rel := strings.TrimPrefix(dir, "internal/")
	parts := strings.Split(rel, "/")
	p := place{floor: nowhere, unit: parts[0]}
	p.test = strings.HasSuffix(path.Base(rel), "test") || rel == "network/toxic"
	switch top := parts[0]; {
	case top == "base" || top == "platform" || top == "networks":
		if len(parts) < 2 {
			return p
		}
		p.unit = top + "/" + parts[1]
		p.floor = map[string]floor{"base": base, "platform": platform, "networks": networks}[top]
	case len(parts) > 1 && parts[1] == top+"web":
		if _, hall := halls[top]; hall || slices.Contains(rooms, top) {
			p.floor = face
		}
	case slices.Contains(rooms, top):
		p.floor = room
	default:
		if f, ok := halls[top]; ok {
			p.floor = f
		}
	}
	return p
}
