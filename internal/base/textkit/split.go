package textkit

import (
	"errors"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"vigie/internal/base/fault"
)

// SplitRule says how a long text becomes a thread.
type SplitRule struct {
	// Fits tells whether a part may stand as it is, number included. A part
	// must not fit while a shorter beginning of it does not.
	Fits func(part string) bool
	// Number appends " 1/3" to each part when there are several.
	Number bool
	// Max ends the work early; 0: no limit.
	Max int
}

// ErrTooLong: one link, mention, tag or grapheme alone is over the limit.
var ErrTooLong = fault.New(fault.Invalid, "text.piece_too_long")

// ErrTooMany: the text needs more parts than SplitRule.Max.
var ErrTooMany = fault.New(fault.Invalid, "text.too_many_parts")

// Split cuts s into parts that fit, between paragraphs where that fills at
// least half of what would fit, else between sentences (a third), else between
// words, and inside a word only when it alone does not fit; never inside a
// link, a mention, a tag or a grapheme. The spaces at the cuts are dropped,
// nothing else is. A text that fits is one part without a number; a text of
// spaces has no part. Errors are invalid (ErrTooLong, ErrTooMany).
func Split(s string, rule SplitRule) ([]string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return nil, nil
	case rule.Fits(s):
		return []string{s}, nil
	}
	sp := newSplitter(s)
	if !rule.Number {
		return sp.run(rule.Fits, rule.Max)
	}
	// The number has to fit too, and its width depends on how many parts there
	// will be: plan with the widest number of one digit, then of two…
	for widest := 9; ; widest = widest*10 + 9 {
		suffix := " " + strconv.Itoa(widest) + "/" + strconv.Itoa(widest)
		limit := widest
		if rule.Max > 0 {
			limit = min(rule.Max, widest)
		}
		parts, err := sp.run(func(p string) bool { return rule.Fits(p + suffix) }, limit)
		if errors.Is(err, ErrTooMany) && limit != rule.Max {
			continue
		}
		if err != nil {
			return nil, err
		}
		for i := range parts {
			parts[i] += " " + strconv.Itoa(i+1) + "/" + strconv.Itoa(len(parts))
		}
		return parts, nil
	}
}

// The ways to cut, from the worst to the best.
const (
	inWord     = iota
	afterBound // at a no-break space, when the words it binds do not fit together
	afterWord
	afterSentence
	afterParagraph
	levels
)

type splitter struct {
	s string
	// cuts[level] are the byte offsets, increasing, where a cut of that level
	// or better may be: the start of what comes next.
	cuts [levels][]int
}

func newSplitter(s string) *splitter {
	sp := &splitter{s: s}
	solid := Entities(s)
	for at := range EachGrapheme(s) {
		if at == 0 {
			continue
		}
		for len(solid) > 0 && solid[0].End <= at {
			solid = solid[1:]
		}
		if len(solid) > 0 && solid[0].Start < at {
			continue
		}
		level := sp.level(at)
		for l := range level + 1 {
			sp.cuts[l] = append(sp.cuts[l], at)
		}
	}
	for l := range sp.cuts {
		sp.cuts[l] = append(sp.cuts[l], len(s))
	}
	return sp
}

// level says how good a cut before the byte at is.
func (sp *splitter) level(at int) int {
	r := []rune(sp.s[at:min(len(sp.s), at+4)])[0]
	prev := before(sp.s, at)
	if unicode.IsSpace(prev) && !breaks(prev) && !unicode.IsSpace(r) {
		return afterBound
	}
	if !breaks(prev) || unicode.IsSpace(r) {
		if strings.ContainsRune("。！？", prev) {
			return afterSentence // scripts without spaces
		}
		return inWord
	}
	end := len(strings.TrimRightFunc(sp.s[:at], unicode.IsSpace))
	switch gap := sp.s[end:at]; {
	case strings.Count(gap, "\n") >= 2:
		return afterParagraph
	case strings.Contains(gap, "\n"), endsSentence(sp.s, end, r):
		return afterSentence
	}
	return afterWord
}

// breaks tells whether a line may end after r: the spaces that bind (before a
// French exclamation mark, after an opening quote) do not.
func breaks(r rune) bool {
	return unicode.IsSpace(r) && r != '\u00A0' && r != '\u202F' && r != '\u2007'
}

func (sp *splitter) run(fits func(string) bool, limit int) ([]string, error) {
	var parts []string
	for from := 0; from < len(sp.s); {
		if limit > 0 && len(parts) == limit {
			return nil, ErrTooMany.With("max", limit)
		}
		most := sp.most(fits, from)
		if most < 0 {
			return nil, ErrTooLong.With("text", Excerpt(sp.s[from:], 60))
		}
		to := sp.nicest(from, most)
		parts = append(parts, strings.TrimSpace(sp.s[from:to]))
		from = len(sp.s) - len(strings.TrimLeftFunc(sp.s[to:], unicode.IsSpace))
	}
	return parts, nil
}

// most returns the last place after from up to which the text fits, or -1. It
// doubles its step before it halves it, so that a text of one megabyte costs
// little more than its parts.
func (sp *splitter) most(fits func(string) bool, from int) int {
	cuts := sp.cuts[inWord]
	first := sort.SearchInts(cuts, from+1)
	ok := func(i int) bool { return fits(strings.TrimSpace(sp.s[from:cuts[i]])) }
	if first == len(cuts) || !ok(first) {
		return -1
	}
	good, step := first, 1
	for good+step < len(cuts) && ok(good+step) {
		good += step
		step *= 2
	}
	bad := min(good+step, len(cuts))
	return cuts[good+sort.Search(bad-good-1, func(i int) bool { return !ok(good + 1 + i) })]
}

// nicest returns where to cut between from and most.
func (sp *splitter) nicest(from, most int) int {
	last := func(level int) int { // the last cut of the level, or -1
		cuts := sp.cuts[level]
		if i := sort.SearchInts(cuts, most+1) - 1; i >= 0 && cuts[i] > from {
			return cuts[i]
		}
		return -1
	}
	best := last(afterWord)
	if best < 0 {
		best = last(afterBound)
	}
	if best < 0 || best == len(sp.s) {
		return max(best, most)
	}
	for _, try := range []struct{ level, share int }{{afterParagraph, 2}, {afterSentence, 3}} {
		if to := last(try.level); to > 0 && (to-from)*try.share >= best-from {
			return to
		}
	}
	return best
}
