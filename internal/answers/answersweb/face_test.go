package answersweb

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/answers"
	"vigie/internal/ui/uitest"
)

func TestEveryWordIsThereInBothLanguages(t *testing.T) {
	uitest.Messages(t, "..", Messages())
}

func TestVariablesComeBackAsTheyWereWritten(t *testing.T) {
	want := []answers.Variable{{Name: "heures d’ouverture", Value: "9 h = 18 h"}, {Name: "heures d’ouverture", Language: "en", Value: "9 am"}}
	if d := cmp.Diff(want, variables(written(want))); d != "" {
		t.Error(d)
	}
	if got := variables("{téléphone} = 02 98\n\nrien"); len(got) != 2 || got[0].Name != "téléphone" || got[1].Value != "" {
		t.Errorf("%+v", got)
	}
}
