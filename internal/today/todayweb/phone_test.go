package todayweb

import "testing"

// T2: on a phone no hour of the line lies on another: a finger needs room.
func TestHoursOnAPhonesLineHaveRoom(t *testing.T) {
	var marks []mark
	for _, at := range []float64{.05, .1, .15, .3, .5, .52, .54, .85, .93, .99} {
		marks = append(marks, mark{t: at})
	}
	phone(marks)
	shown := 0
	for i, a := range marks {
		if a.bare {
			continue
		}
		shown++
		for _, b := range marks[:i] {
			if b.bare || a.low != b.low {
				continue
			}
			from := func(m mark) float64 {
				if m.left {
					return m.t - phoneWide
				}
				return m.t
			}
			if from(a) < from(b)+phoneWide {
				t.Errorf("%.2f lies on %.2f", a.t, b.t)
			}
		}
	}
	if shown < 6 {
		t.Errorf("only %d hours are shown", shown)
	}
}
