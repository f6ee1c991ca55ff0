package assets

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
)

// landsText is a line a country: its ISO 3166-1 code, its French and its
// English name (CLDR, with the names of today for MK and SZ).
//
//go:embed lands.tsv
var landsText string

// Land is a country, or a group of them, that a licence can name.
type Land struct {
	Code   string // ISO 3166-1 alpha-2, or one of the groups: "EU", "EEA"
	Fr, En string
}

// groups are the names that stand for several countries in contracts.
var groups = map[string][]string{
	"EU":  strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"),
	"EEA": strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO"),
}

var atlas = sync.OnceValues(func() ([]Land, map[string]Land) {
	list := []Land{{"EU", "Union européenne", "European Union"}, {"EEA", "Espace économique européen", "European Economic Area"}}
	for line := range strings.Lines(landsText) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 3 {
			list = append(list, Land{f[0], f[1], f[2]})
		}
	}
	by := make(map[string]Land, len(list))
	for _, l := range list {
		by[l.Code] = l
	}
	return list, by
})

// Lands lists what a licence or an audience can name, groups first, then the
// countries by their name in the language ("fr", anything else is English).
func Lands(lang string) []Land {
	list, _ := atlas()
	out := slices.Clone(list)
	slices.SortStableFunc(out[len(groups):], func(a, b Land) int {
		return strings.Compare(textkit.Fold(a.Name(lang)), textkit.Fold(b.Name(lang)))
	})
	return out
}

// Name is what the land is called in a language.
func (l Land) Name(lang string) string {
	if lang == "fr" {
		return l.Fr
	}
	return l.En
}

// LandName names a code; an unknown one is returned as it is.
func LandName(code, lang string) string {
	_, by := atlas()
	if l, ok := by[code]; ok {
		return l.Name(lang)
	}
	return code
}

var errLand = fault.New(fault.Invalid, "assets.land_unknown").At("territories")

// ReadLands reads a list of countries as a person writes it: names in French or
// in English, or codes, separated by commas, semicolons or lines. Empty, or
// "monde", is everywhere (nil). Errors: invalid, with the "land" nobody knows.
func ReadLands(text string) ([]string, error) {
	all, by := atlas()
	var out []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '\r' }) {
		word = oneLine(word, 80)
		folded := textkit.Fold(word)
		switch folded {
		case "":
			continue
		case "monde", "monde entier", "world", "worldwide", "partout", "everywhere":
			return nil, nil
		case "ue":
			folded = "eu"
		case "uk", "angleterre", "grande-bretagne":
			folded = "gb"
		case "usa":
			folded = "us"
		}
		code := ""
		if _, ok := by[strings.ToUpper(folded)]; ok {
			code = strings.ToUpper(folded)
		}
		for _, l := range all {
			if code == "" && (textkit.Fold(l.Fr) == folded || textkit.Fold(l.En) == folded) {
				code = l.Code
			}
		}
		if code == "" {
			return nil, errLand.With("land", word)
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return out, nil
}

// covers tells whether what is allowed holds all of what is wanted; nil is
// everywhere, on both sides.
func covers(allowed, wanted []string) bool {
	if len(allowed) == 0 {
		return true
	}
	if len(wanted) == 0 {
		return false
	}
	open := map[string]bool{}
	for _, code := range allowed {
		open[code] = true
		for _, c := range groups[code] {
			open[c] = true
		}
	}
	for _, code := range wanted {
		if open[code] {
			continue
		}
		members := groups[code]
		if len(members) == 0 || slices.ContainsFunc(members, func(c string) bool { return !open[c] }) {
			return false
		}
	}
	return true
}
