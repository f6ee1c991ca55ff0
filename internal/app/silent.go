package app

import (
	"context"

	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/publishing/publishingweb"
	"vigie/internal/team"
)

// silentDays tells the calendar of the days that a brand's charter keeps silent,
// with one query for all of them.
func (a *App) silentDays(ctx context.Context, actor team.Actor, b id.Brand) (func(day string) []publishingweb.SilentDay, error) {
	all, err := a.Charter.Days(ctx, actor, b)
	if err != nil {
		return nil, err
	}
	return func(day string) (out []publishingweb.SilentDay) {
		for _, d := range all {
			if d.On(day) {
				out = append(out, publishingweb.SilentDay{Name: d.Name, Why: d.Why, Stops: d.Severity == network.Block})
			}
		}
		return out
	}, nil
}
