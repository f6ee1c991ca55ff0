package all

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"vigie/internal/network"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/i18n"
)

var update = flag.Bool("update", false, "write docs/networks.md")

func drivers(t *testing.T) []network.Driver {
	t.Helper()
	w, err := practice.NewWorld(t.Context(), practice.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return Drivers(Deps{HTTP: http.DefaultClient, UserAgent: "Vigie-test", AppName: "Vigie", AppURL: "https://vigie.example", World: w})
}

func TestEveryNetworkIsAnother(t *testing.T) {
	kinds, shorts := map[network.Kind]bool{}, map[string]bool{}
	for _, d := range drivers(t) {
		f := d.Facts()
		if kinds[f.Kind] || shorts[f.Short] {
			t.Errorf("%s (%s) stands twice", f.Kind, f.Short)
		}
		kinds[f.Kind], shorts[f.Short] = true, true
	}
	if n := len(Drivers(Deps{HTTP: http.DefaultClient})); n != len(kinds)-1 {
		t.Errorf("without a world there are %d", n)
	}
}

func TestTheDocumentationIsFresh(t *testing.T) {
	const file = "../../../docs/networks.md"
	want := Document(drivers(t))
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("docs/networks.md is stale (%v): go test ./internal/networks/all -update", err)
	}
}

// Every sentence that the door or a network can say exists in both languages,
// and none is left that nothing says.
func TestEverySentenceIsThere(t *testing.T) {
	catalog, err := i18n.New(Messages()...)
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`"((?:network|text)(?:\.[a-z0-9_]+)+)"`)
	keys := network.CheckKeys()
	for _, dir := range []string{"../../network", "../../network/wire", "../../base/textkit", "../bluesky", "../mastodon", "../wordpress", "../ghost", "../practice", "../assisted", "../mailbox", "../feedcomments"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", dir, err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range said.FindAllStringSubmatch(string(src), -1) {
				keys = append(keys, m[1])
			}
		}
	}
	// The labels of the sign-in's fields, step by step as far as one gets
	// without a server.
	for _, d := range drivers(t) {
		step, err := d.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range step.Fields {
			key := "network." + string(d.Facts().Kind) + "." + f.Name
			keys = append(keys, key, key+".help")
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		for _, lang := range i18n.Langs() {
			if !catalog.Has(lang, key) {
				t.Errorf("%s.json lacks %s", lang, key)
			}
		}
	}
}

// ours lets through what CheckCatalog says of other rooms' sentences, and the
// labels of sign-in fields, whose keys are put together where they are shown
// (each network's own test knows its fields).
type ours struct{ *testing.T }

var label = regexp.MustCompile(`^network\.(?:assisted|bluesky|feedcomments|ghost|mailbox|mastodon|practice|wordpress)\..*: used nowhere`)

func (t ours) Errorf(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !strings.Contains(s, "which no message file has") && !label.MatchString(s) {
		t.T.Error(s)
	}
}

func TestTheSentencesAreWellWritten(t *testing.T) {
	i18n.CheckCatalog(ours{t}, i18n.Check{Dir: "../..", Own: Messages()})
}
