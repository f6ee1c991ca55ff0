package sqldbtest

import (
	"regexp"
	"slices"
)

var sorted = regexp.MustCompile(`Sort  \(cost=[^)]* rows=(\d+)`)

// SortsMany tells whether a plan of PostgreSQL sorts a thousand rows or more.
// Sorting a few is what its planner chooses by a sample drawn anew each time: a
// test that forbids it fails by chance.
func SortsMany(plan string) bool {
	return slices.ContainsFunc(sorted.FindAllStringSubmatch(plan, -1), func(m []string) bool { return len(m[1]) > 3 })
}
