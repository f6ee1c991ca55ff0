package publishingweb_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

const scripts = "../../ui/static/js/"

// counter runs a module beside count.js in node and decodes what it prints.
func counter(t *testing.T, module string, in, out any) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the page's counter was not compared with Go's")
	}
	dir := t.TempDir()
	for _, name := range []string{"count.js", "count-tops.js"} {
		b, err := os.ReadFile(scripts + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name string, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	write("package.json", []byte(`{"type":"module"}`))
	write("in.json", b)
	write("run.js", []byte(`import { readFileSync } from "node:fs";
import { clean, count, entities, fitting, split } from "./count.js";
const cases = JSON.parse(readFileSync(new URL("in.json", import.meta.url)));
console.log(JSON.stringify(cases.map((c) => `+module+`)));`))
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(dir, "run.js"))
	cmd.Stderr = os.Stderr
	said, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(said, out); err != nil {
		t.Fatal(err)
	}
}

// P5: the counter of the page and the one that decides never disagree.
func TestThePageCountsAsTheServer(t *testing.T) {
	b, err := os.ReadFile("../../network/testdata/count.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name    string
		Text    string
		Warning string
		Rule    network.TextRule
		Want    network.Tally
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	var in []map[string]any
	for _, c := range cases {
		in = append(in, map[string]any{"text": c.Text, "warning": c.Warning, "rule": c.Rule})
	}
	// Cases of this face: what people paste.
	rules := []network.TextRule{{Max: 300, Unit: network.Graphemes, MaxBytes: 3000}, {Max: 500, Unit: network.Runes, URL: 23, MentionLocal: true, WarningCounts: true}, {Max: 280, Unit: network.UTF16, URL: 23, URLBare: true}}
	var own []network.Tally
	for _, text := range pasted {
		for _, rule := range rules {
			in = append(in, map[string]any{"text": text, "warning": "Attention", "rule": rule})
			own = append(own, network.Count(text, "Attention", rule))
		}
	}
	var got []network.Tally
	counter(t, `count(c.text, c.warning || "", c.rule)`, in, &got)
	for i, c := range cases {
		if diff := cmp.Diff(c.Want, got[i]); diff != "" {
			t.Errorf("%s: %s", c.Name, diff)
		}
	}
	for i, want := range own {
		if diff := cmp.Diff(want, got[len(cases)+i]); diff != "" {
			t.Errorf("%q, rule %d: %s", pasted[i/len(rules)], i%len(rules), diff)
		}
	}
}

var pasted = []string{
	"C’est la Saint-Martin : on allume le four à bois une heure plus tôt.\n\nNos sablés au sarrasin sortent dorés ! kerlann.example/saint-martin",
	"👩‍👩‍👧 🏳️‍🌈 🇫🇷🇧🇪 e\u0301 ﷽ नमस्ते क्षत्रिय 한국어 ก็ ",
	"مرحبا بالعالم https://مثال.إختبار/صفحة et (https://fr.wikipedia.org/wiki/Sabl%C3%A9_(biscuit)).",
	"@ines@mastodon.example @yann, #sablés·salés #2026 a@b.fr https://x.example:8080/a?b=c#d…",
	"LA FIN.Le début. KERLANN.FR kerlann.fr/ «kerlann.fr» http://a.b",
	"tab\tnul\x00cr\r\nls\u2028fin\ufeff",
	strings.Repeat("Une phrase. M. Dupont dit « non ! » etc. Puis rien\u00a0! ", 40),
	strings.Repeat("x", 700) + " https://kerlann.example/" + strings.Repeat("y", 400),
	"Premier paragraphe, assez long pour compter.\n\n" + strings.Repeat("Deuxième paragraphe? Oui. ", 20) + "\n\nFin.",
}

func TestThePageCutsAThreadAsTheServer(t *testing.T) {
	rule := network.TextRule{Max: 140, Unit: network.Graphemes, URL: 23}
	want := make([][]string, len(pasted))
	in := make([]map[string]any, len(pasted))
	for i, text := range pasted {
		text, _ = textkit.Clean(text)
		want[i], _ = textkit.Split(text, textkit.SplitRule{Fits: func(s string) bool { return !network.Count(s, "", rule).Over }})
		in[i] = map[string]any{"text": text, "rule": rule}
	}
	var got [][]string
	counter(t, `split(c.text, (s) => !count(s, "", c.rule).over)`, in, &got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestThePageKnowsTheSameLinks(t *testing.T) {
	list := func(file, start, end string) []string {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(b), start)
		words, _, ok := strings.Cut(rest, end)
		if !ok {
			t.Fatalf("%s: no list", file)
		}
		return regexp.MustCompile(`\S+`).FindAllString(words, -1)
	}
	if diff := cmp.Diff(list("../../base/textkit/toplevel.go", "const topLevels = `", "`"), list(scripts+"count-tops.js", "new Set(`", "`")); diff != "" {
		t.Error(diff)
	}
}
