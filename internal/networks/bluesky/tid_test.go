package bluesky

import (
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The form of a TID, from atproto.com/specs/tid.
var tidForm = regexp.MustCompile(`^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$`)

func TestTheKeyOfARecordIsATIDAndTheSameAtEveryAttempt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		made := time.UnixMilli(rapid.Int64Range(1_000, 4_000_000_000_000).Draw(t, "made"))
		key := rapid.StringN(1, 40, -1).Draw(t, "key")
		a, err := recordKey(made, key)
		if err != nil || !tidForm.MatchString(a) {
			t.Fatalf("%q, %v", a, err)
		}
		if b, _ := recordKey(made.UTC(), key); b != a {
			t.Fatalf("another key at the second attempt: %s, %s", a, b)
		}
		later, _ := recordKey(made.Add(2*time.Second), key)
		if later <= a {
			t.Fatalf("keys are not in the order of time: %s, %s", a, later)
		}
	})
}

func TestUtterancesOfTheSameInstantHaveTheirOwnKeys(t *testing.T) {
	made := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	seen := map[string]string{}
	for i := range 10_000 {
		key := time.Duration(i).String()
		k, _ := recordKey(made, key)
		if other, twice := seen[k]; twice {
			t.Errorf("%s and %s share %s", key, other, k)
		}
		seen[k] = key
	}
}

func TestTheKeyOfARecordNeverChangesBetweenVersions(t *testing.T) {
	// An intent written down by one version is looked for by the next.
	got, err := recordKey(time.UnixMilli(1795165200123), "0199a1b2-intent")
	if want := "3n2q7w3saqn7a"; err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	if _, err := recordKey(time.Time{}, "x"); err == nil {
		t.Error("an intent without its time has no key")
	}
}

func TestTIDsAtTheEndsOfTheirRange(t *testing.T) {
	if got := tid(0); got != "2222222222222" {
		t.Error(got)
	}
	if got := tid(1<<63 - 1); got != "bzzzzzzzzzzzz" {
		t.Error(got)
	}
}
