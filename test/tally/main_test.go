package main

import (
	"strings"
	"testing"
)

func TestARunIsCountedAndItsFailuresAreTold(t *testing.T) {
	run := `not json at all
{"Action":"run","Package":"vigie/a","Test":"TestGood"}
{"Action":"output","Package":"vigie/a","Test":"TestGood","Output":"chatter of a good test\n"}
{"Action":"pass","Package":"vigie/a","Test":"TestGood"}
{"Action":"output","Package":"vigie/a","Test":"TestBad","Output":"    a_test.go:3: what went wrong\n"}
{"Action":"fail","Package":"vigie/a","Test":"TestBad"}
{"Action":"output","Package":"vigie/a","Test":"TestAway","Output":"    a_test.go:9: no server here\n"}
{"Action":"skip","Package":"vigie/a","Test":"TestAway"}
{"Action":"output","Package":"vigie/a","Output":"FAIL\tvigie/a\t0.1s\n"}
{"Action":"fail","Package":"vigie/a"}
{"Action":"output","Package":"vigie/b","Output":"PASS\n"}
{"Action":"output","Package":"vigie/b","Output":"ok  \tvigie/b\t0.2s\n"}
{"Action":"pass","Package":"vigie/b"}
{"ImportPath":"vigie/c","Action":"build-output","Output":"c.go:1: undefined: x\n"}
{"Action":"output","Package":"vigie/c","Output":"FAIL\tvigie/c [build failed]\n"}
{"Action":"fail","Package":"vigie/c","FailedBuild":"vigie/c"}
`
	var out strings.Builder
	tally := New(&out)
	if err := tally.Read(strings.NewReader(run)); err != nil {
		t.Fatal(err)
	}
	if tally.Passed != 1 || tally.Failed != 2 || tally.Skipped != 1 {
		t.Errorf("counted %d passed, %d failed, %d skipped; want 1, 2 (a test and a build), 1", tally.Passed, tally.Failed, tally.Skipped)
	}
	for _, want := range []string{"not json at all\n", "what went wrong", "FAIL\tvigie/a", "ok  \tvigie/b", "undefined: x", "[build failed]"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not told in:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "chatter") {
		t.Error("a test that passed must stay quiet")
	}
	if len(tally.Why) != 1 || tally.Why[0] != "no server here" {
		t.Errorf("reasons of skipped tests: %q", tally.Why)
	}
}

// A few tests that failed are worth a second look, each alone and by its own
// name; a race, a panic, or many at once are not.
func TestOnlyAFewQuietFailuresAreWorthASecondLook(t *testing.T) {
	fail := func(pkg, test, says string) string {
		return `{"Action":"output","Package":"` + pkg + `","Test":"` + test + `","Output":"` + says + `\n"}` + "\n" +
			`{"Action":"fail","Package":"` + pkg + `","Test":"` + test + `"}` + "\n"
	}
	inner := fail("vigie/a", "TestBad/post.gres(1)", "x_test.go:1: late") + fail("vigie/a", "TestBad", "")
	many := fail("vigie/a", "TestA", "") + fail("vigie/a", "TestB", "") + fail("vigie/b", "TestC", "") + fail("vigie/b", "TestD", "")
	for name, c := range map[string]struct{ run, want string }{
		"the inner one": {inner, "vigie/a ^TestBad$/^post\\.gres\\(1\\)$\n"},
		"many":          {many, ""},
		"a race":        {inner + fail("vigie/b", "TestRace", "WARNING: DATA RACE"), ""},
		"a panic":       {inner + fail("vigie/b", "TestPanic", "panic: boom"), ""},
		"a build":       {inner + `{"Action":"fail","Package":"vigie/c","FailedBuild":"vigie/c"}` + "\n", ""},
		"none":          {`{"Action":"pass","Package":"vigie/a","Test":"TestGood"}` + "\n", ""},
	} {
		tally := New(&strings.Builder{})
		if err := tally.Read(strings.NewReader(c.run)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(tally.Again(), ""); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
