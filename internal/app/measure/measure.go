// Package measure runs the budgets of docs/performance.md on the machine it is
// on: the real program in a folder of its own, a million publications, real
// requests over loopback.
//
// It owns the figures and how they are taken: ratios within one run and the
// best of several, since wall time moves by two on shared machines. It never
// touches an instance, and nothing of it runs outside of `vigie bench`.
package measure

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"vigie/internal/app"
	"vigie/internal/base/fault"
)

// Figure is one measured row of the budgets.
type Figure struct {
	What   string `json:"what"`
	Value  string `json:"value"`
	Budget string `json:"budget"`
	Within bool   `json:"within"`
}

// Verdict is the row's last column.
func (f Figure) Verdict() string {
	if f.Within {
		return "ok"
	}
	return "OVER"
}

// Size says how much to measure with.
type Size struct {
	Burst    int // posts due the same second
	Rows     int // publications in the lists
	Month    int // posts in the month of the calendar
	Requests int // per page
	Rate     int // requests a second
}

// Usual is the size that the budgets speak of.
var Usual = Size{Burst: 10_000, Rows: 1_000_000, Month: 2000, Requests: 2500, Rate: 500}

// Run measures everything and calls each figure as it comes. database is a
// postgres:// URL of an empty database for the second engine, or empty.
func Run(ctx context.Context, size Size, each func(Figure)) (err error) {
	defer fault.Wrap(&err, "bench")
	dir, err := os.MkdirTemp("", "vigie-bench-")
	if err != nil {
		return fault.New(fault.Transient, "app.data").With("path", os.TempDir()).Because(err)
	}
	defer os.RemoveAll(dir)
	b := &bench{size: size, each: each, dir: dir}
	for _, part := range []func(context.Context) error{b.burst, b.claims, b.pages} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

type bench struct {
	size Size
	each func(Figure)
	dir  string
}

func (b *bench) say(what, budget string, within bool, format string, args ...any) {
	b.each(Figure{What: what, Value: fmt.Sprintf(format, args...), Budget: budget, Within: within})
}

// open builds the program in a folder of its own.
func (b *bench) open(ctx context.Context, name string) (*app.App, error) {
	return app.Build(ctx, app.Config{Data: b.dir + "/" + name, Addr: "127.0.0.1:0", Practice: 50 * time.Millisecond}, slog.New(slog.DiscardHandler))
}

// quantile of a sorted list.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(float64(len(sorted))*q))]
}

func sorted(l []time.Duration) []time.Duration { slices.Sort(l); return l }

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
