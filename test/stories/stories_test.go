package stories

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"vigie/test/program"
)

func TestMain(m *testing.M) {
	code := m.Run()
	program.Clean()
	os.Exit(code)
}

func TestStories(t *testing.T) {
	if os.Getenv("VIGIE_STORIES") == "" {
		t.Skip("stories run with VIGIE_STORIES=1 (./check does)")
	}
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: Begin, Cmds: Vocabulary()})
}

func TestAFieldIsFoundByItsPath(t *testing.T) {
	const text = `{"items":[{"state":"sent","n":3,"link":null}],"ok":true}`
	for path, want := range map[string]string{
		"items.0.state": "sent", "items.0.n": "3", "items.0.link": "null", "items.count": "1", "ok": "true",
	} {
		if got, err := field(text, path); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", path, got, err, want)
		}
	}
	for _, path := range []string{"items.1", "items.x", "no", "ok.more"} {
		if got, err := field(text, path); err == nil {
			t.Errorf("%s is not there, yet it is %q", path, got)
		}
	}
}
