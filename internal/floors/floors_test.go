package floors

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTheHouseIsAsItsPlan(t *testing.T) {
	breaches, err := Check(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range breaches {
		t.Error(b)
	}
}

func TestThePlanSeesTheHouse(t *testing.T) {
	packs, _, err := read(os.DirFS("../.."), "internal", "cmd")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"internal/base/fault", "internal/platform/sqldb", "internal/floors"} {
		if packs[dir] == nil {
			t.Errorf("%s was not read: the test above proves nothing", dir)
		}
	}
}

func source(name, doc string, imports ...string) *fstest.MapFile {
	var b strings.Builder
	if doc != "" {
		fmt.Fprintf(&b, "// %s\n", doc)
	}
	fmt.Fprintf(&b, "package %s\n", name)
	for _, i := range imports {
		fmt.Fprintf(&b, "import _ %q\n", i)
	}
	return &fstest.MapFile{Data: []byte(b.String())}
}

// house is a small one in which every arrow is right.
func house() fstest.MapFS {
	fsys := fstest.MapFS{}
	for dir, imports := range map[string][]string{
		"internal/base/fault":                    {"errors"},
		"internal/base/textkit":                  {"github.com/rivo/uniseg", "vigie/internal/base/fault"},
		"internal/platform/sqldb":                {"database/sql", "vigie/internal/base/fault"},
		"internal/platform/sqldb/sqldbtest":      {"net/http/httptest", "vigie/internal/platform/sqldb"},
		"internal/platform/jobs":                 {"vigie/internal/platform/sqldb"},
		"internal/platform/fetch":                {"net/http"},
		"internal/team":                          {"vigie/internal/platform/sqldb"},
		"internal/team/teamweb":                  {"net/http", "vigie/internal/team", "vigie/internal/ui", "vigie/internal/channel"},
		"internal/brand":                         {"vigie/internal/team"},
		"internal/ui":                            {"net/http", "vigie/internal/brand"},
		"internal/network":                       {"vigie/internal/base/fault"},
		"internal/network/wire":                  {"net/http", "vigie/internal/network"},
		"internal/network/networktest":           {"net/http", "vigie/internal/network"},
		"internal/networks/mastodon":             {"net/http", "vigie/internal/network/wire", "vigie/internal/platform/fetch"},
		"internal/networks/all":                  {"vigie/internal/networks/mastodon"},
		"internal/channel":                       {"vigie/internal/network", "vigie/internal/brand"},
		"internal/assets":                        {"vigie/internal/brand"},
		"internal/publishing":                    {"vigie/internal/channel", "vigie/internal/publishing/rules"},
		"internal/publishing/rules":              {"vigie/internal/base/textkit"},
		"internal/publishing/publishingweb":      {"net/http", "vigie/internal/publishing", "vigie/internal/ui", "vigie/internal/publishing/publishingweb/part"},
		"internal/publishing/publishingweb/part": {"vigie/internal/ui"},
		"internal/app":                           {"net/http", "vigie/internal/publishing", "vigie/internal/assets", "vigie/internal/networks/all", "vigie/internal/publishing/publishingweb"},
	} {
		name := dir[strings.LastIndexByte(dir, '/')+1:]
		fsys[dir+"/doc.go"] = source(name, "Package "+name+" is for this test.", imports...)
	}
	fsys["cmd/vigie/main.go"] = source("main", "Command vigie runs.", "vigie/internal/app")
	// Tests may import more.
	fsys["internal/publishing/x_test.go"] = source("publishing", "", "net/http", "vigie/internal/assets", "vigie/internal/app", "vigie/internal/platform/sqldb/sqldbtest")
	fsys["internal/networks/mastodon/testdata/x.go"] = source("anything", "", "vigie/internal/app")
	fsys["internal/ui/page_templ.go"] = &fstest.MapFile{Data: []byte("package ui\n" + strings.Repeat("//\n", 2000))}
	return fsys
}

func TestAHouseInOrderPasses(t *testing.T) {
	breaches, err := Check(house())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range breaches {
		t.Error(b)
	}
}

func TestEveryWrongArrowIsSeen(t *testing.T) {
	imports := func(file, name string, what ...string) func(fstest.MapFS) {
		return func(f fstest.MapFS) { f[file] = source(name, "", what...) }
	}
	for what, c := range map[string]struct {
		plant func(fstest.MapFS)
		want  string
	}{
		"upwards":                         {imports("internal/team/x.go", "team", "vigie/internal/brand"), "internal/team/x.go:2: imports vigie/internal/brand: a package imports strictly lower"},
		"platform to hall":                {imports("internal/platform/jobs/x.go", "jobs", "vigie/internal/team"), "strictly lower"},
		"platform to platform":            {imports("internal/platform/jobs/x.go", "jobs", "vigie/internal/platform/fetch"), "a machine stands on"},
		"sideways":                        {imports("internal/ui/x.go", "ui", "vigie/internal/api"), "strictly lower"},
		"base to a module":                {imports("internal/base/fault/x.go", "fault", "github.com/rivo/uniseg"), "standard library"},
		"base to platform":                {imports("internal/base/fault/x.go", "fault", "vigie/internal/platform/sqldb"), "strictly lower"},
		"room to room":                    {imports("internal/publishing/x.go", "publishing", "vigie/internal/assets"), "rooms never import rooms"},
		"room's inside to room":           {imports("internal/publishing/rules/x.go", "rules", "vigie/internal/assets"), "rooms never import rooms"},
		"room to its own face":            {imports("internal/publishing/x.go", "publishing", "vigie/internal/publishing/publishingweb"), "strictly lower"},
		"face to another room":            {imports("internal/publishing/publishingweb/x.go", "publishingweb", "vigie/internal/assets"), "its own room"},
		"face to another face":            {imports("internal/publishing/publishingweb/x.go", "publishingweb", "vigie/internal/team/teamweb"), "its own room"},
		"hall's face to a room":           {imports("internal/team/teamweb/x.go", "teamweb", "vigie/internal/publishing"), "its own room"},
		"face to app":                     {imports("internal/publishing/publishingweb/x.go", "publishingweb", "vigie/internal/app"), "its own room"},
		"network to room":                 {imports("internal/networks/mastodon/x.go", "mastodon", "vigie/internal/publishing"), "strictly lower"},
		"network to network":              {imports("internal/networks/practice/x.go", "practice", "vigie/internal/networks/mastodon"), "know nothing of each other"},
		"network to database":             {imports("internal/networks/mastodon/x.go", "mastodon", "database/sql"), "no database in reach"},
		"network to database by a detour": {imports("internal/networks/mastodon/x.go", "mastodon", "vigie/internal/brand"), "vigie/internal/brand → vigie/internal/team → vigie/internal/platform/sqldb"},
		"door to database":                {imports("internal/network/x.go", "network", "github.com/jackc/pgx/v5"), "no database in reach"},
		"http in a room":                  {imports("internal/publishing/x.go", "publishing", "net/http"), "HTTP is spoken by"},
		"http in a room, by the back":     {imports("internal/publishing/rules/x.go", "rules", "net/http/httptrace"), "HTTP is spoken by"},
		"http in the door":                {imports("internal/network/x.go", "network", "net/http"), "HTTP is spoken by"},
		"all networks in a room":          {imports("internal/publishing/x.go", "publishing", "vigie/internal/networks/all"), "only app"},
		"all networks in the command":     {imports("cmd/vigie/x.go", "main", "vigie/internal/networks/all"), "only app"},
		"a test's tool in the house":      {imports("internal/team/x.go", "team", "vigie/internal/platform/sqldb/sqldbtest"), "tests alone"},
		"wrong in a generated file":       {imports("internal/publishing/x_templ.go", "publishing", "vigie/internal/assets"), "rooms never import rooms"},
		"a room without a floor":          {func(f fstest.MapFS) { f["internal/gossip/doc.go"] = source("gossip", "Package gossip is new.") }, "internal/gossip: stands on no floor"},
		"a face of nothing": {func(f fstest.MapFS) {
			f["internal/gossip/gossipweb/doc.go"] = source("gossipweb", "Package gossipweb is new.")
		}, "stands on no floor"},
		"a package in the stairs":        {func(f fstest.MapFS) { f["internal/platform/doc.go"] = source("platform", "Package platform is new.") }, "stands on no floor"},
		"no comment":                     {func(f fstest.MapFS) { f["internal/events/x.go"] = source("events", "") }, `internal/events: has no comment "Package events`},
		"a comment about something else": {func(f fstest.MapFS) { f["internal/events/x.go"] = source("events", "This is the package of events.") }, "has no comment"},
		"a command without comment":      {func(f fstest.MapFS) { f["cmd/vigie/main.go"] = source("main", "") }, "cmd/vigie: has no comment"},
		"a drawer":                       {func(f fstest.MapFS) { f["internal/events/util/x.go"] = source("util", "Package util is a drawer.") }, "is a drawer"},
		"init": {func(f fstest.MapFS) {
			f["internal/team/x.go"] = &fstest.MapFile{Data: []byte("package team\n\nfunc init() {}\n")}
		}, "internal/team/x.go:3: init()"},
		"a long file": {func(f fstest.MapFS) {
			f["internal/team/x.go"] = &fstest.MapFile{Data: []byte("package team\n" + strings.Repeat("\n", longest))}
		}, "internal/team/x.go: 801 lines"},
		"a long test": {func(f fstest.MapFS) {
			f["internal/team/x_test.go"] = &fstest.MapFile{Data: []byte("package team\n" + strings.Repeat("\n", longest))}
		}, "801 lines"},
	} {
		t.Run(what, func(t *testing.T) {
			fsys := house()
			if _, there := fsys["internal/networks/practice/doc.go"]; !there {
				fsys["internal/networks/practice/doc.go"] = source("practice", "Package practice is a network.")
			}
			c.plant(fsys)
			breaches, err := Check(fsys)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range breaches {
				if strings.Contains(b.String(), c.want) {
					return
				}
			}
			t.Errorf("not seen; found %v", breaches)
		})
	}
}

func TestASourceThatDoesNotParseIsSaid(t *testing.T) {
	fsys := house()
	fsys["internal/team/x.go"] = &fstest.MapFile{Data: []byte("packag team")}
	if _, err := Check(fsys); err == nil {
		t.Error("what cannot be read cannot be called good")
	}
}
