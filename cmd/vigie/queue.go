package main

import (
	"fmt"
	"strconv"
	"strings"

	"vigie/internal/app"
	"vigie/internal/base/fault"
	"vigie/internal/brand"
	"vigie/internal/publishing"
)

type queueCmd struct {
	Show      queueShow      `cmd:"" default:"withargs" help:"What is planned of each category, and what its pause holds."`
	Pause     queuePause     `cmd:"" help:"Pause a category; --hold holds what is planned of it."`
	Resume    queueResume    `cmd:"" help:"Let a category go on, with what its pause held."`
	Evergreen queueEvergreen `cmd:"" help:"Let a category begin again with its oldest posts when its queue is empty."`
}

type queueShow struct {
	inBrand
	Days int  `help:"How far ahead." default:"28"`
	JSON bool `help:"For programs."`
}

// Run lists the queues.
func (c *queueShow) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		all, err := a.Publishing.Queues(e.ctx, owner, b.ID, c.Days)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(all)
		}
		var rows [][]string
		for _, q := range all {
			again, state := "", "on"
			if q.Category.Evergreen.On {
				again = fmt.Sprintf("after %d days, %d times", q.Category.Evergreen.After, q.Category.Evergreen.Times)
			}
			if q.Category.Paused {
				state = "paused"
			}
			name := q.Category.Name
			if q.Category.ID == "" {
				name = "-"
			}
			rows = append(rows, []string{name, state, strconv.Itoa(q.Planned), strconv.Itoa(q.Gaps), strconv.Itoa(q.Held), again})
		}
		return e.table([]string{"CATEGORY", "STATE", "PLANNED", "FREE", "HELD", "EVERGREEN"}, rows)
	})
}

// inCategory names a category by its name or its id.
type inCategory struct {
	inBrand
	Category string `arg:"" help:"Its name, or its id."`
}

func (c *inCategory) of(e *env, a *app.App) (brand.Brand, publishing.Category, error) {
	b, err := c.find(e, a)
	if err != nil {
		return b, publishing.Category{}, err
	}
	all, err := a.Publishing.Categories(e.ctx, owner, b.ID)
	if err != nil {
		return b, publishing.Category{}, err
	}
	for _, k := range all {
		if string(k.ID) == c.Category || strings.EqualFold(k.Name, c.Category) {
			return b, k, nil
		}
	}
	return b, publishing.Category{}, fault.New(fault.NotFound, "queue.category")
}

type queuePause struct {
	inCategory
	Hold bool `help:"Hold what is planned until the category goes on."`
}

// Run pauses a category.
func (c *queuePause) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, k, err := c.of(e, a)
		if err != nil {
			return err
		}
		n, err := a.Publishing.PauseCategory(e.ctx, owner, b.ID, k.ID, c.Hold)
		if err != nil {
			return err
		}
		hold, err := a.Publishing.HoldOf(e.ctx, owner, b.ID, k.ID)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.out, "paused: %s; %d held now, %d in all, %d planned that leave\n", k.Name, n, hold.Held, hold.Planned)
		return nil
	})
}

type queueResume struct {
	inCategory
	Late string `help:"What becomes of held posts whose hour has passed: slots (the next free ones) or drafts." enum:"slots,drafts," default:""`
}

// Run lets a category go on.
func (c *queueResume) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, k, err := c.of(e, a)
		if err != nil {
			return err
		}
		out, err := a.Publishing.ResumeCategory(e.ctx, owner, b.ID, k.ID, publishing.Late(c.Late))
		if err != nil {
			return err
		}
		fmt.Fprintf(e.out, "goes on: %s; %d leave at their hours, %d moved, %d drafts\n", k.Name, out.Freed, out.Moved, out.Drafts)
		return nil
	})
}

type queueEvergreen struct {
	inCategory
	Off   bool `help:"No longer."`
	After int  `help:"Days since a post was last said." default:"90"`
	Times int  `help:"How often a post is said again at most." default:"3"`
}

// Run sets the evergreen of a category.
func (c *queueEvergreen) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, k, err := c.of(e, a)
		if err != nil {
			return err
		}
		got, err := a.Publishing.SetEvergreen(e.ctx, owner, b.ID, k.ID, publishing.Evergreen{On: !c.Off, After: c.After, Times: c.Times})
		if err != nil {
			return err
		}
		return e.json(got)
	})
}
