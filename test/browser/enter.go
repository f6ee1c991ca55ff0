package browser

import (
	"testing"

	"vigie/test/program"
)

// Enter brings somebody in front of a Vigie, in the state a walk asks for.
func Enter(t *testing.T, vigie *program.Program, language string, state State) *Person {
	t.Helper()
	p := Someone(t, vigie.URL, "claire")
	p.Speaks(language)
	return p
}
