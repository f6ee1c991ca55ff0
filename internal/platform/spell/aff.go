package spell

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// flag is one mark of a word or an affix, in any of Hunspell's four spellings.
type flag uint16

// onlyCapitals marks the hidden homonym "Openoffice" of "OpenOffice", which
// lets "OPENOFFICE" in and nothing else. No dictionary uses 0xffff.
const onlyCapitals flag = 0xffff

// affix is one line of a PFX or SFX table.
type affix struct {
	strip, add string
	flag       flag
	cross      bool
	cont       []flag
	when       *condition
	morph      uint32
}

// strips are the lines that add the same letters and take off the same ones:
// the stem they lead to is looked up once for all.
type strips struct {
	strip string
	list  []affix
}

// grammarOf is what an .aff file says.
type grammarOf struct {
	flags   string // "", long, num, UTF-8
	try     string
	key     []string
	in, out *strings.Replacer
	rep     [][2]string
	maps    [][]string
	breaks  []string
	aliases [][]flag // AF
	morphs  []string // AM

	needAffix, forbidden, keepCase, noSuggest, warn, onlyInCompound, circumfix flag
	compound, compoundBegin, compoundMiddle, compoundEnd                       flag
	compoundMin                                                                int
	rules                                                                      [][]ruleStep
	forbidWarn, fullStrip, sharpS                                              bool

	prefixes, suffixes map[string][]strips
	// The same lines by flag, to make forms instead of reading them.
	prefixesBy, suffixesBy map[flag][]*affix
	longest                int           // the longest suffix, in bytes
	continued              map[flag]bool // suffixes that may stand on another: some suffix leads to them
	conditions             map[string]*condition
}

// ruleStep is one flag of a COMPOUNDRULE and how often it may come.
type ruleStep struct {
	flag flag
	many byte // 0, '*' or '?'
}

// readAff reads an .aff file in UTF-8. Errors say the line.
func readAff(text string, morph func(string) uint32) (*grammarOf, error) {
	g := &grammarOf{compoundMin: 3, prefixes: map[string][]strips{}, suffixes: map[string][]strips{}, continued: map[flag]bool{}, conditions: map[string]*condition{}}
	text = strings.TrimPrefix(text, "\ufeff")
	var in, out []string
	var breaksSaid bool
	cross := map[string]bool{}
	seen := map[string]bool{} // whether the heading of a table was read
	lines := strings.Split(text, "\n")
	// FLAG decides how every other line is read.
	for _, line := range lines {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "FLAG" {
			g.flags = f[1]
		}
	}
	for n, line := range lines {
		f := strings.Fields(line)
		if len(f) < 1 || strings.HasPrefix(f[0], "#") {
			continue
		}
		bad := func(why string) error {
			return fmt.Errorf("spell: aff line %d: %s: %s", n+1, why, strings.TrimSpace(line))
		}
		head := f[0]
		if len(f) < 2 {
			switch head {
			case "FULLSTRIP":
				g.fullStrip = true
			case "FORBIDWARN":
				g.forbidWarn = true
			case "CHECKSHARPS":
				g.sharpS = true
			}
			continue
		}
		one := func(into *flag) error {
			l := g.readFlags(f[1])
			if len(l) != 1 {
				return bad("one flag expected")
			}
			*into = l[0]
			return nil
		}
		var err error
		switch head {
		case "SET":
			if !strings.EqualFold(f[1], "UTF-8") {
				return nil, bad("only UTF-8 is read")
			}
		case "TRY":
			g.try = f[1]
		case "KEY":
			g.key = strings.Split(f[1], "|")
		case "NEEDAFFIX", "PSEUDOROOT":
			err = one(&g.needAffix)
		case "FORBIDDENWORD":
			err = one(&g.forbidden)
		case "KEEPCASE":
			err = one(&g.keepCase)
		case "NOSUGGEST":
			err = one(&g.noSuggest)
		case "WARN":
			err = one(&g.warn)
		case "ONLYINCOMPOUND":
			err = one(&g.onlyInCompound)
		case "CIRCUMFIX":
			err = one(&g.circumfix)
		case "COMPOUNDFLAG":
			err = one(&g.compound)
		case "COMPOUNDBEGIN":
			err = one(&g.compoundBegin)
		case "COMPOUNDMIDDLE":
			err = one(&g.compoundMiddle)
		case "COMPOUNDEND", "COMPOUNDLAST":
			err = one(&g.compoundEnd)
		case "COMPOUNDMIN":
			g.compoundMin, _ = strconv.Atoi(f[1])
			g.compoundMin = max(g.compoundMin, 1)
		case "AF":
			if seen["AF"] {
				g.aliases = append(g.aliases, g.readFlags(f[1]))
			}
			seen["AF"] = true
		case "AM":
			if seen["AM"] {
				g.morphs = append(g.morphs, strings.Join(f[1:], " "))
			}
			seen["AM"] = true
		case "COMPOUNDRULE":
			if seen[head] {
				g.rules = append(g.rules, g.readRule(f[1]))
			}
			seen[head] = true
		case "BREAK":
			breaksSaid = true
			if seen[head] {
				g.breaks = append(g.breaks, f[1])
			}
			seen[head] = true
		case "ICONV", "OCONV":
			if len(f) >= 3 {
				if head == "ICONV" {
					in = append(in, f[1], f[2])
				} else {
					out = append(out, f[1], f[2])
				}
			}
		case "REP":
			if len(f) >= 3 {
				g.rep = append(g.rep, [2]string{f[1], strings.ReplaceAll(f[2], "_", " ")})
			} else if seen[head] {
				g.rep = append(g.rep, [2]string{f[1], ""})
			}
			seen[head] = true
		case "MAP":
			if seen[head] {
				g.maps = append(g.maps, readMap(f[1]))
			}
			seen[head] = true
		case "PFX", "SFX":
			id := head + f[1]
			if len(f) == 4 && !seen[id] && (f[2] == "Y" || f[2] == "N") {
				cross[id], seen[id] = f[2] == "Y", true
				continue
			}
			if len(f) < 4 {
				return nil, bad("an affix without its letters")
			}
			err = g.readAffix(head, f, cross[id], morph)
			if err != nil {
				err = bad(err.Error())
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if !breaksSaid {
		g.breaks = []string{"-", "^-", "-$"}
	}
	g.in, g.out = strings.NewReplacer(in...), strings.NewReplacer(out...)
	g.conditions = nil
	g.prefixesBy, g.suffixesBy = byFlag(g.prefixes), byFlag(g.suffixes)
	g.tailed()
	for f := range g.continued { // most lead to prefixes, which need no second round
		if len(g.suffixesBy[f]) == 0 {
			delete(g.continued, f)
		}
	}
	return g, nil
}

func byFlag(table map[string][]strips) map[flag][]*affix {
	out := map[flag][]*affix{}
	for _, add := range slices.Sorted(maps.Keys(table)) {
		for gi := range table[add] {
			for ai := range table[add][gi].list {
				a := &table[add][gi].list[ai]
				out[a.flag] = append(out[a.flag], a)
			}
		}
	}
	return out
}

func (g *grammarOf) readAffix(head string, f []string, cross bool, morph func(string) uint32) error {
	own := g.readFlags(f[1])
	if len(own) != 1 {
		return fmt.Errorf("one flag expected")
	}
	a := affix{flag: own[0], cross: cross, strip: f[2]}
	if a.strip == "0" {
		a.strip = ""
	}
	add, cont, _ := strings.Cut(f[3], "/")
	if add != "0" {
		a.add = add
	}
	a.cont = g.readFlags(cont)
	if head == "SFX" {
		for _, c := range a.cont {
			g.continued[c] = true
		}
	}
	when := "."
	if len(f) > 4 {
		when = f[4]
	}
	if len(f) > 5 {
		says := strings.Join(f[5:], " ")
		if n, err := strconv.Atoi(says); err == nil && n >= 1 && n <= len(g.morphs) {
			says = g.morphs[n-1]
		}
		a.morph = morph(says)
	}
	var err error
	if a.when, err = g.condition(when, head == "SFX"); err != nil {
		return err
	}
	table := g.suffixes
	if head == "PFX" {
		table = g.prefixes
	} else {
		g.longest = max(g.longest, len(a.add))
	}
	groups := table[a.add]
	for i := range groups {
		if groups[i].strip == a.strip {
			groups[i].list = append(groups[i].list, a)
			return nil
		}
	}
	table[a.add] = append(groups, strips{a.strip, []affix{a}})
	return nil
}

// readFlags reads a list of flags as this dictionary writes them.
func (g *grammarOf) readFlags(s string) []flag {
	if s == "" {
		return nil
	}
	if len(g.aliases) > 0 {
		if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= len(g.aliases) {
			return g.aliases[n-1]
		}
	}
	var out []flag
	switch g.flags {
	case "long":
		for i := 0; i+1 < len(s); i += 2 {
			out = append(out, flag(s[i])<<8|flag(s[i+1]))
		}
	case "num":
		for _, part := range strings.Split(s, ",") {
			if n, err := strconv.ParseUint(part, 10, 16); err == nil {
				out = append(out, flag(n))
			}
		}
	case "UTF-8":
		for _, r := range s {
			out = append(out, flag(r))
		}
	default:
		for i := 0; i < len(s); i++ {
			out = append(out, flag(s[i]))
		}
	}
	return out
}

// readRule reads a COMPOUNDRULE; long and numbered flags stand in brackets.
func (g *grammarOf) readRule(s string) []ruleStep {
	var out []ruleStep
	for len(s) > 0 {
		var one string
		if i := strings.IndexByte(s, ')'); s[0] == '(' && i > 0 {
			one, s = s[1:i], s[i+1:]
		} else {
			_, n := utf8.DecodeRuneInString(s)
			one, s = s[:n], s[n:]
		}
		l := g.readFlags(one)
		if len(l) == 0 {
			continue
		}
		step := ruleStep{flag: l[0]}
		if len(s) > 0 && (s[0] == '*' || s[0] == '?') {
			step.many, s = s[0], s[1:]
		}
		out = append(out, step)
	}
	return out
}

// readMap reads a MAP line: letters that are alike, or groups in brackets.
func readMap(s string) []string {
	var out []string
	for len(s) > 0 {
		if i := strings.IndexByte(s, ')'); s[0] == '(' && i > 0 {
			out, s = append(out, s[1:i]), s[i+1:]
			continue
		}
		_, n := utf8.DecodeRuneInString(s)
		out, s = append(out, s[:n]), s[n:]
	}
	return out
}

// tailed gives every tail of a suffix a place among the suffixes, empty where it
// is none itself: whoever looks from the end of a word knows where to stop.
func (g *grammarOf) tailed() {
	for _, s := range slices.Collect(maps.Keys(g.suffixes)) {
		for at := range s {
			if _, ok := g.suffixes[s[at:]]; !ok {
				g.suffixes[s[at:]] = nil
			}
		}
		if _, ok := g.suffixes[""]; !ok {
			g.suffixes[""] = nil
		}
	}
}
