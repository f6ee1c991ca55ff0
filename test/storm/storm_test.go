package storm

import (
	"os"
	"runtime"
	"testing"
	"time"

	"vigie/test/program"
)

func TestMain(m *testing.M) {
	code := m.Run()
	program.Clean()
	os.Exit(code)
}

// patienceOfDoubt is VIGIE_SETTLE: nothing that the fakes or the lines do holds a
// request back as long.
const patienceOfDoubt = 5 * time.Second

// T4, P2: kill -9 between any two steps, 0 lost, 0 doubled, every unknown
// resolved or shown. Over both databases, on the practice network, the strict
// Mastodon (as one that honours idempotency keys and as one that does not) and
// the real Bluesky when it is there, through lines that are cut as well.
func TestNothingIsLostOrDoubledInAStorm(t *testing.T) {
	program := blows(t)
	t.Parallel() // all spend their time waiting
	for name, database := range map[string]string{"sqlite": "", "postgres": os.Getenv("VIGIE_TEST_POSTGRES_DURABLE")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "postgres" {
				database = emptyDatabase(t, database)
			}
			v := house(t, program, database, 1)
			v.storm(Plan{Posts: 200, Kills: 24, Spread: 20 * time.Second, Calm: 3 * time.Minute})
		})
	}
}

// T4: two nodes over one database, killed in turn: what one began, the other
// looks up, and never sends again.
func TestTwoNodesThatDieInTurnLoseAndDoubleNothing(t *testing.T) {
	program := blows(t)
	t.Parallel()
	v := house(t, program, emptyDatabase(t, os.Getenv("VIGIE_TEST_POSTGRES_DURABLE")), 2)
	v.storm(Plan{Posts: 60, Kills: 12, Spread: 10 * time.Second, Calm: 3 * time.Minute})
}

func blows(t *testing.T) (binary string) {
	t.Helper()
	if os.Getenv("VIGIE_STORM") == "" {
		t.Skip("the storm blows with VIGIE_STORM=1 (./check does)")
	}
	if runtime.GOOS == "windows" {
		t.Skip("kill -9 is of Unix")
	}
	return program.Binary(t)
}
