package network

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/base/fault"
)

var room = Capabilities{
	Text:         TextRule{Max: 20, Unit: Graphemes, MaxBytes: 40},
	Images:       ImageRule{Max: 2, MaxBytes: 1000, MaxPixels: 10_000, MaxSide: 400, Types: []string{"image/png"}, AltMax: 10},
	Thread:       ThreadRule{Max: 2},
	Visibilities: []string{"public"},
	Languages:    1,
}

func TestCheckNamesEveryProblemAtItsPlace(t *testing.T) {
	ok := DraftMedia{Type: "image/png", Bytes: 1000, Width: 100, Height: 100, Alt: strings.Repeat("é", 10)}
	with := func(change func(*DraftMedia)) Draft {
		m := ok
		change(&m)
		return Draft{Parts: []string{"x"}, Media: []DraftMedia{m}}
	}
	nothing := Capabilities{Text: room.Text}
	for _, c := range []struct {
		name string
		d    Draft
		can  Capabilities
		want []string // severity key@field
	}{
		{"all at the limit", Draft{Parts: []string{strings.Repeat("é", 20), "y"}, Media: []DraftMedia{ok, ok}, Options: Options{Visibility: "public", Languages: []string{"fr"}}}, room, nil},
		{"empty", Draft{}, room, []string{"block empty@text"}},
		{"picture alone", Draft{Media: []DraftMedia{ok}}, room, nil},
		{"picture alone where a text is required", Draft{Media: []DraftMedia{ok}}, func() Capabilities { c := room; c.Text.Required = true; return c }(), []string{"block text_required@text"}},
		{"too long", Draft{Parts: []string{strings.Repeat("a", 21)}}, room, []string{"block text_too_long@text"}},
		{"too heavy", Draft{Parts: []string{strings.Repeat("👍🏽", 6)}}, room, []string{"block text_too_heavy@text"}},
		{"empty part", Draft{Parts: []string{"x", " "}}, room, []string{"block empty@parts[1].text"}},
		{"long part", Draft{Parts: []string{"x", strings.Repeat("a", 21)}}, room, []string{"block text_too_long@parts[1].text"}},
		{"three parts", Draft{Parts: []string{"x", "y", "z"}}, room, []string{"block too_many_parts@thread"}},
		{"no threads", Draft{Parts: []string{"x", "y"}}, nothing, []string{"block no_thread@thread"}},
		{"three pictures", Draft{Parts: []string{"x"}, Media: []DraftMedia{ok, ok, ok}}, room, []string{"block too_many_images@media"}},
		{"type", with(func(m *DraftMedia) { m.Type = "image/svg+xml" }), room, []string{"block image_type@media[0]"}},
		{"bytes", with(func(m *DraftMedia) { m.Bytes++ }), room, []string{"block image_bytes@media[0]"}},
		{"pixels", with(func(m *DraftMedia) { m.Width++ }), room, []string{"block image_pixels@media[0]"}},
		{"side", with(func(m *DraftMedia) { m.Width, m.Height = 401, 1 }), room, []string{"block image_side@media[0]"}},
		{"alt too long", with(func(m *DraftMedia) { m.Alt += "x" }), room, []string{"block alt_too_long@media[0].alt"}},
		{"alt missing", with(func(m *DraftMedia) { m.Alt = " " }), room, []string{"warn alt_missing@media[0].alt"}},
		{"blocks come first", Draft{Parts: []string{"x"}, Media: []DraftMedia{{Type: "image/png"}}, Options: Options{Sensitive: true}}, room, []string{"block no_sensitive@sensitive", "warn alt_missing@media[0].alt"}},
		{"options", Draft{Parts: []string{"x"}, Options: Options{ContentWarning: "cw", Visibility: "direct", Languages: []string{"fr", "en"}}}, room,
			[]string{"block no_warning@warning", "block visibility@visibility", "block too_many_languages@languages"}},
		{"alt where there is none", Draft{Parts: []string{"x"}, Media: []DraftMedia{{Alt: "x"}}}, Capabilities{Images: ImageRule{Max: 1}}, []string{"warn alt_unsupported@media[0].alt"}},
		{"pictures where there are none", with(func(*DraftMedia) {}), nothing, []string{"block no_images@media"}},
	} {
		var got []string
		for _, p := range Check(c.d, c.can) {
			got = append(got, string(p.Severity)+" "+strings.TrimPrefix(p.Key, "network.check.")+"@"+p.Field)
			if !slices.Contains(CheckKeys(), p.Key) {
				t.Errorf("%s is not in CheckKeys", p.Key)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	p := Check(Draft{Parts: []string{strings.Repeat("a", 23)}}, room)[0]
	if d := cmp.Diff(map[string]any{"n": 3, "used": 23, "max": 20}, p.Values); d != "" {
		t.Error(d)
	}
}

func TestBlockingIsTheFirstAsAFault(t *testing.T) {
	if f := Blocking([]Problem{{Severity: Warn, Key: "network.check.alt_missing"}}); f != nil {
		t.Errorf("a warning blocks: %v", f)
	}
	f := Blocking(Check(Draft{Parts: []string{"x"}, Options: Options{Visibility: "direct"}}, room))
	if f == nil || f.Kind != fault.Unsupported || f.Field != "visibility" || f.Values["visibility"] != "direct" {
		t.Errorf("%+v", f)
	}
}
