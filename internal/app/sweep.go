package app

import (
	"context"

	"vigie/internal/platform/search"
)

// sweptAtOnce is how many words one run of the sweep looks at: a second or two
// of a quiet machine, and a hundred thousand words in a day.
const sweptAtOnce = 5000

// sweepWords returns the hourly job that forgets words nobody holds. It goes on
// where it was; a new process begins anew.
func (a *App) sweepWords() func(context.Context) error {
	after := ""
	return func(ctx context.Context) (err error) {
		after, err = search.Sweep(ctx, a.DB, after, sweptAtOnce)
		return err
	}
}
