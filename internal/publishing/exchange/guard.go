package exchange

import "strings"

// A cell that begins with one of these is run by a spreadsheet as a formula,
// the wide forms included.
const formula = "=+-@\t\r＝＋－＠"

// Guard keeps a spreadsheet from running a cell: an apostrophe before it makes
// it words. Unguard gives back exactly what was there.
func Guard(s string) string {
	if runs(s) {
		return "'" + s
	}
	return s
}

// Unguard takes the apostrophe of Guard away, and touches nothing else.
func Unguard(s string) string {
	if strings.HasPrefix(s, "'") && runs(s[1:]) {
		return s[1:]
	}
	return s
}

// runs tells whether what stands after any apostrophes would be a formula: a
// text that has an apostrophe of its own must keep it, so it gets another.
func runs(s string) bool {
	s = strings.TrimLeft(s, "'")
	return s != "" && strings.ContainsRune(formula, []rune(s)[0])
}
