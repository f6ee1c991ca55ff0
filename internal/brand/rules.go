package brand

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
)

// Input is what a person says of a brand.
type Input struct {
	Name     string
	About    string
	Monogram string // empty: suggested from the name
	Colour   string // empty: taken from Palette
	Language string // empty: "fr"
	Zone     string // empty: "Europe/Paris"
	Week     time.Weekday
}

const (
	maxName     = 60 // characters
	maxAbout    = 80
	maxMonogram = 3
)

// Palette is the colours offered first: told apart at a glance and by people
// who see fewer hues, and each dark enough for white letters (4.5:1, kept by a
// test).
func Palette() []string {
	return []string{"#b4512b", "#1f6f8b", "#5b3f94", "#2e7046", "#a5325e", "#7a5a00", "#27509b", "#575d66"}
}

// clean checks an input and fills what it leaves open. Errors are invalid and
// name the field.
func (in Input) clean() (Input, error) {
	invalid := func(key, field string) *fault.Error { return fault.New(fault.Invalid, key).At(field) }
	in.Name, in.About = line(in.Name), line(in.About)
	in.Monogram = strings.ToUpper(line(in.Monogram))
	switch {
	case in.Name == "":
		return in, invalid("brand.name_empty", "name")
	case utf8.RuneCountInString(in.Name) > maxName:
		return in, invalid("brand.name_long", "name").With("max", maxName)
	case utf8.RuneCountInString(in.About) > maxAbout:
		return in, invalid("brand.about_long", "about").With("max", maxAbout)
	}
	if in.Monogram == "" {
		in.Monogram = Monogram(in.Name)
	}
	if uniseg.GraphemeClusterCount(in.Monogram) > maxMonogram || len(in.Monogram) > 24 {
		return in, invalid("brand.monogram", "monogram").With("max", maxMonogram)
	}
	if in.Colour == "" {
		in.Colour = Suggest(in.Name)
	}
	colour, err := cleanColour(in.Colour)
	if err != nil {
		return in, err
	}
	in.Colour = colour
	if in.Language == "" {
		in.Language = "fr"
	}
	tag, err := language.Parse(in.Language)
	if err != nil || tag == language.Und {
		return in, invalid("brand.language", "language").Because(err)
	}
	in.Language = tag.String()
	if in.Zone == "" {
		in.Zone = "Europe/Paris"
	}
	if _, err := clock.Zone(in.Zone); err != nil {
		return in, fault.As(err).At("zone")
	}
	if in.Week < time.Sunday || in.Week > time.Saturday {
		return in, invalid("brand.week", "week")
	}
	return in, nil
}

// over keeps what the input leaves empty as the brand has it.
func (in Input) over(b Brand) Input {
	in.Monogram, in.Colour = cmp.Or(in.Monogram, b.Monogram), cmp.Or(in.Colour, b.Colour)
	in.Language, in.Zone = cmp.Or(in.Language, b.Language), cmp.Or(in.Zone, b.Zone)
	return in
}

// line makes one clean line: valid text, no controls, single spaces.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return norm.NFC.String(strings.Join(strings.Fields(s), " "))
}

// Monogram suggests the letters of a name: the first of its first two words
// that count, or the first two of a single word. A word of one or two letters
// ("de", "la", "&") does not count unless nothing else is there.
func Monogram(name string) string {
	split := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	words := strings.FieldsFunc(line(name), split)
	long := words[:0:0]
	for _, w := range words {
		if utf8.RuneCountInString(w) > 2 && !strings.EqualFold(w, "les") && !strings.EqualFold(w, "des") && !strings.EqualFold(w, "the") {
			long = append(long, w)
		}
	}
	if len(long) == 0 {
		long = words
	}
	switch len(long) {
	case 0:
		first, _, _, _ := uniseg.FirstGraphemeClusterInString(line(name), -1)
		return strings.ToUpper(first)
	case 1:
		r := []rune(long[0])
		return strings.ToUpper(string(r[:min(2, len(r))]))
	}
	return strings.ToUpper(string([]rune(long[0])[:1]) + string([]rune(long[1])[:1]))
}

// Suggest gives a name its colour of the palette, always the same one.
func Suggest(name string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(line(name)))
	p := Palette()
	return p[h.Sum32()%uint32(len(p))]
}

// cleanColour accepts #rgb and #rrggbb. Any colour is taken as a mark: the
// pages derive from it inks and fills that keep their contrast (tokens.css);
// only what is hardly told from the paper or from the night is refused.
func cleanColour(s string) (string, error) {
	bad := fault.New(fault.Invalid, "brand.colour").At("colour")
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) == 4 && s[0] == '#' {
		s = string([]byte{'#', s[1], s[1], s[2], s[2], s[3], s[3]})
	}
	if len(s) != 7 || s[0] != '#' {
		return "", bad
	}
	if _, err := strconv.ParseUint(s[1:], 16, 32); err != nil {
		return "", bad
	}
	l := luminance(s)
	if l > .9 || l < .004 {
		return "", fault.New(fault.Invalid, "brand.colour_faint").At("colour").With("colour", s)
	}
	return s, nil
}

// luminance is WCAG 2's relative luminance of #rrggbb.
func luminance(s string) float64 {
	v, _ := strconv.ParseUint(s[1:], 16, 32)
	part := func(shift uint) float64 {
		c := float64(v>>shift&0xff) / 255
		if c <= .04045 {
			return c / 12.92
		}
		return math.Pow((c+.055)/1.055, 2.4)
	}
	return .2126*part(16) + .7152*part(8) + .0722*part(0)
}

// changes names the settings on which two states of a brand differ.
func changes(a, b Brand) []string {
	var out []string
	for _, f := range []struct {
		name string
		a, b any
	}{{"name", a.Name, b.Name}, {"about", a.About, b.About}, {"monogram", a.Monogram, b.Monogram}, {"colour", a.Colour, b.Colour},
		{"language", a.Language, b.Language}, {"zone", a.Zone, b.Zone}, {"week", a.Week, b.Week}} {
		if fmt.Sprint(f.a) != fmt.Sprint(f.b) {
			out = append(out, f.name)
		}
	}
	return out
}
