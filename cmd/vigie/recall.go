package main

import (
	"context"
	"fmt"
	"time"

	"vigie/internal/app"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
)

type postRecall struct {
	inBrand
	IDs     []string      `arg:"" optional:"" name:"post" help:"The posts' ids."`
	Media   string        `help:"Every post that shows this picture, by its id."`
	Reason  string        `required:"" help:"Why: it stays in the logbook, and is told to those who answer for the brand."`
	Correct bool          `help:"Put the words that the posts have by now in the place of those published, where a network can."`
	DryRun  bool          `help:"Only say what would be done."`
	Wait    time.Duration `default:"30s" help:"How long to wait for the receipts; a Vigie that runs goes on by itself."`
	JSON    bool          `help:"For programs."`
}

// Run recalls posts and prints the receipts.
func (c *postRecall) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		o := publishing.RecallOrder{Kind: publishing.TakeBack, Reason: c.Reason, Media: id.Media(c.Media)}
		if c.Correct {
			o.Kind = publishing.Correct
		}
		for _, p := range c.IDs {
			o.Posts = append(o.Posts, id.Post(p))
		}
		if c.DryRun {
			return c.plan(e, a, b.ID, o)
		}
		r, err := a.Publishing.Recall(e.ctx, owner, b.ID, o)
		if err != nil {
			return err
		}
		if r, err = c.wait(e, a, r); err != nil {
			return err
		}
		if c.JSON {
			return e.json(r)
		}
		var rows [][]string
		for _, l := range r.Legs {
			ch, err := a.Channels.Get(e.ctx, owner, b.ID, l.Channel)
			if err != nil {
				return err
			}
			rows = append(rows, []string{string(l.State), ch.Title + " @" + ch.Handle, l.Title, l.Problem, l.URL})
		}
		fmt.Fprintln(e.out, r.ID)
		return e.table([]string{"RECEIPT", "CHANNEL", "TITLE", "WHY", "LINK"}, rows)
	})
}

func (c *postRecall) plan(e *env, a *app.App, b id.Brand, o publishing.RecallOrder) error {
	items, err := a.Publishing.RecallPlan(e.ctx, owner, b, o)
	if err != nil {
		return err
	}
	if c.JSON {
		return e.json(items)
	}
	var rows [][]string
	for _, it := range items {
		rows = append(rows, []string{string(it.Does), it.Channel.Title + " @" + it.Channel.Handle, it.Title, it.Why, it.URL})
	}
	return e.table([]string{"WOULD", "CHANNEL", "TITLE", "WHY", "LINK"}, rows)
}

// wait follows the receipts. The calls are made by the Vigie that serves; when
// none does, this process makes them itself.
func (c *postRecall) wait(e *env, a *app.App, r publishing.Recall) (publishing.Recall, error) {
	ctx, stop := context.WithTimeout(e.ctx, c.Wait)
	defer stop()
	done, err := a.RecallNow(ctx, r)
	if err != nil {
		return r, err
	}
	return done, nil
}
