package app

import (
	"context"
	"testing"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/live"
	"vigie/internal/team"
)

// A count of the rail is taken once for many pages, and anew when something was
// told, when the clock moved on, and for another person or brand.
func TestACountOfTheRailIsAsOldAsWhatWasTold(t *testing.T) {
	hub, err := live.New(live.Config{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c := &counted{hub: hub, now: func() time.Time { return now }, kept: map[countKey]count{}}
	n := 0
	of := c.of("today", func(context.Context, team.Actor, brand.Brand) int {
		n++
		if n == 3 { // told while it is counted: the next page counts again
			hub.Tell("brand:b", "post", nil)
		}
		return n
	})
	claire, yann := team.Actor{Person: id.Person("claire")}, team.Actor{Person: id.Person("yann")}
	port, ouest := brand.Brand{ID: "b"}, brand.Brand{ID: "c"}
	for i, step := range []struct {
		before func()
		actor  team.Actor
		brand  brand.Brand
		want   int
	}{
		{nil, claire, port, 1},
		{nil, claire, port, 1},
		{func() { hub.Tell("brand:b", "post", nil) }, claire, port, 2},
		{func() { hub.Tell("brand:c", "post", nil) }, claire, port, 3},
		{nil, claire, port, 4},
		{nil, claire, port, 4},
		{nil, yann, port, 5},
		{nil, claire, ouest, 6},
		{func() { now = now.Add(countLife) }, claire, port, 7},
	} {
		if step.before != nil {
			step.before()
		}
		if got := of(t.Context(), step.actor, step.brand); got != step.want {
			t.Errorf("step %d: %d, want %d", i, got, step.want)
		}
	}
}
