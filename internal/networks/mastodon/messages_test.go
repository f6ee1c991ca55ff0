package mastodon_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"vigie/internal/networks/mastodon"
	"vigie/internal/platform/i18n"
)

// Every sentence exists in both languages, with the same places, and is used.
func TestEverySentenceExistsInBothLanguages(t *testing.T) {
	if _, err := i18n.New(mastodon.Messages()); err != nil {
		t.Fatal(err)
	}
	texts := map[string]map[string]string{}
	for _, lang := range i18n.Langs() {
		b, err := fs.ReadFile(mastodon.Messages(), lang+".json")
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		texts[lang] = m
	}
	used := map[string]bool{}
	for _, f := range []string{"server", "how", "code", "token"} {
		used["network.mastodon."+f], used["network.mastodon."+f+".help"] = true, true
	}
	used["network.mastodon.how.code"], used["network.mastodon.how.token"] = true, true
	literal := regexp.MustCompile(`"(network\.mastodon\.[a-z_.]+)"`)
	files, _ := filepath.Glob("*.go")
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && filepath.Base(f) != "messages_test.go" {
			for _, m := range literal.FindAllStringSubmatch(string(b), -1) {
				used[m[1]] = true
			}
		}
	}
	place := regexp.MustCompile(`\{\w+\}`)
	for lang, m := range texts {
		for key := range used {
			if m[key] == "" {
				t.Errorf("%s: %s is missing", lang, key)
			}
		}
		for key, text := range m {
			if !used[key] {
				t.Errorf("%s: %s is used nowhere", lang, key)
			}
			if got, want := len(place.FindAllString(text, -1)), len(place.FindAllString(texts["fr"][key], -1)); got != want {
				t.Errorf("%s: %s has %d places, French has %d", lang, key, got, want)
			}
		}
	}
}
