// Program tally reads `go test -json` and tells it to a person: the closing
// line of every package, the whole output of what failed, and why tests were
// skipped. It writes the three counts for the last line of ./check.
//
// It owns no rule about what must pass: it only counts what go test says.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// event is one line of test2json.
type event struct {
	Action, Package, Test, Output, FailedBuild, ImportPath string
}

// Tally is what one run of go test came to.
type Tally struct {
	Passed, Failed, Skipped int
	// Why holds one line per skipped test: the reason it gave.
	Why []string

	// broken says that something failed which no second look can excuse: a race,
	// a panic, a package that does not build or does not end.
	broken   bool
	unsteady []key
	output   map[key]*strings.Builder
	failed   map[string]bool // packages in which a test failed
	builds   map[string]*strings.Builder
	out      io.Writer
}

type key struct{ pkg, test string }

func main() {
	counts := flag.String("counts", "", "file that gets `passed failed skipped`")
	skipped := flag.String("skipped", "", "file to which the reasons of skipped tests are added")
	again := flag.String("again", "", "file that gets `package pattern`, a line for each test that is worth a second look")
	flag.Parse()
	t := New(os.Stdout)
	if err := t.Read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(2)
	}
	if *counts != "" {
		text := fmt.Sprintf("%d %d %d\n", t.Passed, t.Failed, t.Skipped)
		if err := os.WriteFile(*counts, []byte(text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "tally:", err)
			os.Exit(2)
		}
	}
	if *again != "" {
		if err := os.WriteFile(*again, []byte(strings.Join(t.Again(), "")), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "tally:", err)
			os.Exit(2)
		}
	}
	if *skipped != "" && len(t.Why) > 0 {
		f, err := os.OpenFile(*skipped, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err == nil {
			_, err = f.WriteString(strings.Join(t.Why, "\n") + "\n")
			err = firstError(err, f.Close())
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "tally:", err)
			os.Exit(2)
		}
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", t.Passed, t.Failed, t.Skipped)
	if t.Failed > 0 {
		os.Exit(1)
	}
}

// New makes a Tally that tells what it reads to out.
func New(out io.Writer) *Tally {
	return &Tally{
		output: map[key]*strings.Builder{},
		failed: map[string]bool{},
		builds: map[string]*strings.Builder{},
		out:    out,
	}
}

// Read takes a whole run. A line that is not JSON is passed on as it is: the
// go command speaks plainly when it cannot even list the packages.
func (t *Tally) Read(r io.Reader) error {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if line[0] != '{' || json.Unmarshal(line, &e) != nil {
				fmt.Fprintf(t.out, "%s", line)
			} else {
				t.take(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (t *Tally) take(e event) {
	k := key{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		builder(t.builds, e.ImportPath).WriteString(e.Output)
	case "output":
		builder(t.output, k).WriteString(e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.closePackage(e)
			return
		}
		text := take(t.output, k)
		switch e.Action {
		case "pass":
			t.Passed++
		case "skip":
			t.Skipped++
			t.Why = append(t.Why, reason(text))
		case "fail":
			t.Failed++
			t.failed[e.Package] = true
			t.broken = t.broken || strings.Contains(text, "DATA RACE") || strings.Contains(text, "panic: ")
			t.unsteady = append(t.unsteady, k)
			fmt.Fprintf(t.out, "%s", text)
		}
	}
}

// closePackage tells how a package ended. A package can fail without a failed
// test (it does not build, it panics, it runs out of time): that counts as one.
func (t *Tally) closePackage(e event) {
	text := take(t.output, key{e.Package, ""})
	if e.Action != "fail" {
		fmt.Fprintf(t.out, "%s", closing(text))
		return
	}
	if !t.failed[e.Package] {
		t.Failed++
		t.broken = true
		if b := t.builds[e.FailedBuild]; b != nil {
			fmt.Fprintf(t.out, "%s", b)
		}
		// What the tests that never ended had to say.
		for k, b := range t.output {
			if k.pkg == e.Package {
				fmt.Fprintf(t.out, "%s", b)
				delete(t.output, k)
			}
		}
	}
	fmt.Fprintf(t.out, "%s", text)
}

// few is how many failed tests may get a second look: more is no accident.
const few = 3

// Again lists what may be looked at a second time, as lines for `go test -run`:
// the innermost tests that failed, when they are few and nothing worse happened.
func (t *Tally) Again() []string {
	var out []string
	for _, k := range t.unsteady {
		if slices.ContainsFunc(t.unsteady, func(o key) bool { return o.pkg == k.pkg && strings.HasPrefix(o.test, k.test+"/") }) {
			continue // its own test inside says more
		}
		var pattern []string
		for part := range strings.SplitSeq(k.test, "/") {
			pattern = append(pattern, "^"+regexp.QuoteMeta(part)+"$")
		}
		out = append(out, k.pkg+" "+strings.Join(pattern, "/")+"\n")
	}
	if t.broken || len(out) > few {
		return nil
	}
	return out
}

// closing keeps the line in which go test sums up a package that passed.
func closing(text string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "ok") || strings.HasPrefix(line, "?") {
			return line
		}
	}
	return ""
}

var place = regexp.MustCompile(`^\s+[\w./-]+\.go:\d+: (.*)$`)

// reason finds what a skipped test said last about why.
func reason(text string) string {
	why := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := place.FindStringSubmatch(line); m != nil {
			why = m[1]
		} else if why == "" && !strings.HasPrefix(line, "---") && !strings.HasPrefix(line, "===") && !strings.HasPrefix(strings.TrimSpace(line), "---") {
			why = strings.TrimSpace(line) // a reason that begins on a line of its own
		}
	}
	if why == "" {
		return "(gave no reason)"
	}
	return why
}

func builder[K comparable](m map[K]*strings.Builder, k K) *strings.Builder {
	b := m[k]
	if b == nil {
		b = &strings.Builder{}
		m[k] = b
	}
	return b
}

func take(m map[key]*strings.Builder, k key) string {
	b := m[k]
	delete(m, k)
	if b == nil {
		return ""
	}
	return b.String()
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
