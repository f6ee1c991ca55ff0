package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"vigie/internal/app"
	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
)

type postCmd struct {
	Add        postAdd        `cmd:"" help:"Write a post, and schedule it if an hour is given."`
	List       postList       `cmd:"" help:"List a brand's posts."`
	Show       postShow       `cmd:"" help:"Show a post and the story of its publications."`
	Schedule   postSchedule   `cmd:"" help:"Schedule a draft."`
	Move       postMove       `cmd:"" help:"Give a post another hour."`
	Unschedule postUnschedule `cmd:"" help:"Take a post back to the drafts."`
	Bulk       postBulk       `cmd:"" help:"One change to many posts: shown first, made with --yes, undone with --undo."`
	Recall     postRecall     `cmd:"" help:"Take posts back, or correct them, on every network."`
	Retry      postRetry      `cmd:"" help:"Send again a publication that failed."`
	Freeze     postFreeze     `cmd:"" help:"Hold everything scheduled, in a brand or in all."`
	Thaw       postThaw       `cmd:"" help:"Lift a freeze."`
}

type postAdd struct {
	inBrand
	Text    string   `arg:"" help:"The words; - reads them from the standard input."`
	Title   string   `help:"For the team."`
	Channel []string `help:"Channel ids; none: every channel of the brand."`
	At      string   `help:"Hour on the brand's wall: 2026-11-11T09:00."`
	Now     bool     `help:"Publish at once."`
}

// Run writes a post and prints its id.
func (c *postAdd) Run(e *env) error {
	if c.Text == "-" {
		b, err := io.ReadAll(io.LimitReader(os.Stdin, 8*publishing.MaxText))
		if err != nil {
			return err
		}
		c.Text = string(b)
	}
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		channels := c.Channel
		if len(channels) == 0 {
			all, err := a.Channels.List(e.ctx, owner, b.ID)
			if err != nil {
				return err
			}
			for _, ch := range all {
				channels = append(channels, string(ch.ID))
			}
		}
		var variants []publishing.Variant
		for _, ch := range channels {
			variants = append(variants, publishing.Variant{Channel: id.Channel(ch)})
		}
		p, err := a.Publishing.Create(e.ctx, owner, b.ID, publishing.Edit{Title: &c.Title, Text: &c.Text, Variants: &variants})
		if err != nil {
			return err
		}
		if c.At != "" || c.Now {
			if _, err = a.Publishing.Schedule(e.ctx, owner, b.ID, p.ID, p.Version, publishing.When{Wall: clock.Wall{Local: c.At}, Now: c.Now}); err != nil {
				return err
			}
		}
		fmt.Fprintln(e.out, p.ID)
		return nil
	})
}

type postList struct {
	inBrand
	Badge []string `help:"scheduled, sending, sent, unknown, failed, partial, frozen."`
	Limit int      `default:"50" help:"How many at most."`
	JSON  bool     `help:"For programs."`
}

// Run lists posts, last edited first.
func (c *postList) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		var f publishing.Filter
		for _, badge := range c.Badge {
			f.Badges = append(f.Badges, publishing.Badge(badge))
		}
		page, err := a.Publishing.Posts(e.ctx, owner, b.ID, f, "", c.Limit)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(page)
		}
		var rows [][]string
		for _, p := range page.Items {
			rows = append(rows, []string{string(p.ID), p.Planned.Local, string(p.Validation), string(p.Badge), p.Title})
		}
		return e.table([]string{"ID", "HOUR", "VALIDATION", "PUBLICATION", "TITLE"}, rows)
	})
}

type onePost struct {
	inBrand
	ID string `arg:"" help:"The post's id."`
}

type postShow struct{ onePost }

// Run prints a post with its publications and their steps, as JSON.
func (c *postShow) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		p, err := a.Publishing.Get(e.ctx, owner, b.ID, id.Post(c.ID))
		if err != nil {
			return err
		}
		pubs, err := a.Publishing.Publications(e.ctx, owner, b.ID, p.ID)
		if err != nil {
			return err
		}
		type told struct {
			publishing.Publication
			Steps []publishing.Step `json:"steps"`
		}
		out := struct {
			Post         publishing.Post `json:"post"`
			Publications []told          `json:"publications"`
		}{Post: p, Publications: []told{}}
		for _, pub := range pubs {
			_, steps, err := a.Publishing.Publication(e.ctx, owner, b.ID, pub.ID)
			if err != nil {
				return err
			}
			out.Publications = append(out.Publications, told{pub, steps})
		}
		return e.json(out)
	})
}

type postSchedule struct {
	onePost
	At  string `help:"Hour on the brand's wall: 2026-11-11T09:00."`
	Now bool   `help:"Publish at once."`
}

// Run schedules a draft as it stands.
func (c *postSchedule) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		p, err := a.Publishing.Get(e.ctx, owner, b.ID, id.Post(c.ID))
		if err != nil {
			return err
		}
		out, err := a.Publishing.Schedule(e.ctx, owner, b.ID, p.ID, p.Version, publishing.When{Wall: clock.Wall{Local: c.At}, Now: c.Now})
		if err == nil {
			fmt.Fprintln(e.out, out.Post.At.Format(time.RFC3339), out.Fit)
		}
		return err
	})
}

type postMove struct {
	onePost
	At string `required:"" help:"Hour on the brand's wall: 2026-11-11T09:00."`
}

// Run moves a post.
func (c *postMove) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		_, err = a.Publishing.MoveTo(e.ctx, owner, b.ID, publishing.Move{Post: id.Post(c.ID), To: clock.Wall{Local: c.At}})
		return err
	})
}

type postUnschedule struct{ onePost }

// Run takes a post back to the drafts.
func (c *postUnschedule) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		return a.Publishing.Unschedule(e.ctx, owner, b.ID, id.Post(c.ID))
	})
}

type postRetry struct {
	inBrand
	ID string `arg:"" help:"The publication's id."`
}

// Run makes a failed publication due now.
func (c *postRetry) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		return a.Publishing.Retry(e.ctx, owner, b.ID, id.Publication(c.ID))
	})
}

type postFreeze struct {
	Brand  string `help:"Id or name of the brand."`
	All    bool   `help:"Every brand."`
	Reason string `required:"" help:"Why: everybody sees it."`
}

func freezing(e *env, a *app.App, name string, all bool) (id.Brand, error) {
	if all == (name != "") {
		return "", fault.New(fault.Invalid, "app.freeze_what")
	}
	if all {
		return publishing.AllBrands, nil
	}
	b, err := inBrand{Brand: name}.find(e, a)
	return b.ID, err
}

// Run holds what is scheduled, at once and on every node.
func (c *postFreeze) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := freezing(e, a, c.Brand, c.All)
		if err != nil {
			return err
		}
		frost, err := a.Publishing.Freeze(e.ctx, owner, b, strings.TrimSpace(c.Reason))
		if err == nil {
			fmt.Fprintf(e.out, "held %d, leaving %d\n", frost.Held, len(frost.Leaving))
		}
		return err
	})
}

type postThaw struct {
	Brand string `help:"Id or name of the brand."`
	All   bool   `help:"Every brand."`
}

// Run lifts a freeze.
func (c *postThaw) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := freezing(e, a, c.Brand, c.All)
		if err != nil {
			return err
		}
		out, err := a.Publishing.Thaw(e.ctx, owner, b)
		if err == nil {
			fmt.Fprintf(e.out, "freed %d, missed %d\n", out.Freed, len(out.Missed))
		}
		return err
	})
}
