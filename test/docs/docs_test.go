// Package docs keeps the written pages true where a machine can: links lead
// somewhere, the French and the English guide say the same things, and the table
// of needs uses only words that mean something.
package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

var link = regexp.MustCompile(`\]\(([^)\s#]+)(?:#[^)]*)?\)`)

func TestLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	for _, file := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, file), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), m[1])); err != nil {
				t.Errorf("%s: no %s", file, m[1])
			}
		}
	}
}

func TestBothGuidesHaveTheSameChapters(t *testing.T) {
	chapters := func(language string) []int {
		var out []int
		for _, m := range link.FindAllStringSubmatch(read(t, filepath.Join(root, "docs", language, "README.md")), -1) {
			out = append(out, strings.Count(read(t, filepath.Join(root, "docs", language, m[1])), "\n## "))
		}
		return out
	}
	if fr, en := chapters("fr"), chapters("en"); !slices.Equal(fr, en) || len(fr) == 0 {
		t.Errorf("sections per chapter: %v in French, %v in English", fr, en)
	}
}

func TestEveryNeedHasAState(t *testing.T) {
	row := regexp.MustCompile(`(?m)^\| ([A-Z]\d+) \| .* \| (.+?) \| (.*?) ?\|$`)
	rows := row.FindAllStringSubmatch(read(t, filepath.Join(root, "docs/status.md")), -1)
	if len(rows) != 51 {
		t.Errorf("%d needs have a row, there are 51", len(rows))
	}
	for _, r := range rows {
		if !slices.Contains([]string{"works", "partly", "not yet"}, strings.ToLower(r[2])) {
			t.Errorf("%s is %q: a need works, works partly or not yet", r[1], r[2])
		}
		if strings.ToLower(r[2]) != "not yet" && r[3] == "" {
			t.Errorf("%s is %s, and nothing shows it", r[1], r[2])
		}
	}
}

// An address of one machine, or of a registry, works nowhere else.
func TestNoPageNamesAMachine(t *testing.T) {
	machine := regexp.MustCompile(`/work/|/root/|://registry\.|/tmp/[a-z]`)
	for _, file := range pages(t) {
		if m := machine.FindString(read(t, file)); m != "" {
			t.Errorf("%s names %s", file, m)
		}
	}
}

func pages(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, dir := range []string{"README.md", "CHANGELOG.md", "docs"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && filepath.Ext(path) == ".md" {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
