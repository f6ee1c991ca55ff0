package charterweb

import (
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/charter"
	"vigie/internal/ui"
	"vigie/internal/ui/uitest"
)

// formOf is the form of a rule as a browser would send it, untouched.
func formOf(t *testing.T, r charter.Rule) *ui.Form {
	t.Helper()
	v := url.Values{"kind": {string(r.Kind)}, "name": {r.Name}, "why": {r.Why}, "severity": {string(r.Severity)}, "scope": {string(r.Scope)}}
	for _, field := range fields[r.Kind] {
		switch name, what := sign(field); {
		case name == "inflect" && r.Spec.Inflect, name == "doubled" && r.Spec.Doubled:
			v.Set(name, "1")
		case name == "days":
			for _, d := range r.Spec.Days {
				v.Add(name, strconv.Itoa(d))
			}
		case what != '?':
			v.Set(name, value(r, field))
		}
	}
	req := httptest.NewRequest("POST", "/", strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	f, err := ui.ReadForm(&ui.Request{Request: req})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEveryWordIsThereInBothLanguages(t *testing.T) {
	uitest.Messages(t, "..", Messages())
}

// What a rule is set to comes back from its form as it was.
func TestAFormKeepsWhatARuleIsSetTo(t *testing.T) {
	for _, s := range charter.Starters() {
		for _, r := range s.Rules() {
			r, err := r.Check()
			if err != nil {
				t.Fatal(err)
			}
			got, err := ruleFrom(formOf(t, r), charter.Rule{On: true})
			if err == nil {
				got, err = got.Check()
			}
			if err != nil {
				t.Errorf("%s: %v", r.Name, err)
			}
			if got.Changed = (time.Time{}); !cmp.Equal(got, r) {
				t.Errorf("%s: %s", r.Name, cmp.Diff(r, got))
			}
		}
	}
	for _, k := range charter.Kinds() {
		if len(fields[k]) == 0 {
			t.Errorf("%s has no form", k)
		}
	}
}
