package main

import (
	"fmt"
	"strconv"
	"strings"

	"vigie/internal/app"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
)

type templateCmd struct {
	List    templateList    `cmd:"" help:"List a brand's templates."`
	Show    templateShow    `cmd:"" help:"Show what a template says."`
	Make    templateMake    `cmd:"" help:"Keep what a post says as a template."`
	Use     templateUse     `cmd:"" help:"Make a draft of a template, and print its id."`
	Rename  templateRename  `cmd:"" help:"Give a template another name."`
	Remove  templateRemove  `cmd:"" help:"Take a template away; it can be restored."`
	Restore templateRestore `cmd:"" help:"Take a removed template back."`
}

type templateList struct {
	inBrand
	JSON bool `help:"For programs."`
}

// Run lists templates.
func (c *templateList) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		all, err := a.Publishing.Templates(e.ctx, owner, b.ID)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(all)
		}
		var rows [][]string
		for _, t := range all {
			rows = append(rows, []string{string(t.ID), t.Name, strconv.Itoa(len(t.Model.Variants)), strconv.Itoa(len(t.Model.Media)), strings.Join(t.Model.Labels, ", ")})
		}
		return e.table([]string{"ID", "NAME", "CHANNELS", "PICTURES", "LABELS"}, rows)
	})
}

// inTemplate names a template by its name or its id.
type inTemplate struct {
	inBrand
	Template string `arg:"" help:"Its name, or its id."`
}

func (c *inTemplate) of(e *env, a *app.App) (brand.Brand, publishing.Template, error) {
	b, err := c.find(e, a)
	if err != nil {
		return b, publishing.Template{}, err
	}
	all, err := a.Publishing.Templates(e.ctx, owner, b.ID)
	if err != nil {
		return b, publishing.Template{}, err
	}
	for _, t := range all {
		if string(t.ID) == c.Template || strings.EqualFold(t.Name, c.Template) {
			return b, t, nil
		}
	}
	return b, publishing.Template{}, fault.New(fault.NotFound, "")
}

type templateShow struct {
	inTemplate
}

// Run shows a template.
func (c *templateShow) Run(e *env) error {
	return e.with(func(a *app.App) error {
		_, t, err := c.of(e, a)
		if err != nil {
			return err
		}
		return e.json(t)
	})
}

type templateMake struct {
	inBrand
	Post string `arg:"" help:"The post's id."`
	Name string `arg:"" help:"The template's name."`
}

// Run makes a template and prints its id.
func (c *templateMake) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		t, err := a.Publishing.MakeTemplate(e.ctx, owner, b.ID, id.Post(c.Post), c.Name)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.out, t.ID)
		return nil
	})
}

type templateUse struct{ inTemplate }

// Run makes a draft and prints its id.
func (c *templateUse) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, t, err := c.of(e, a)
		if err != nil {
			return err
		}
		p, err := a.Publishing.UseTemplate(e.ctx, owner, b.ID, t.ID)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.out, p.ID)
		return nil
	})
}

type templateRename struct {
	inTemplate
	Name string `arg:"" help:"Its new name."`
}

// Run gives a template another name.
func (c *templateRename) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, t, err := c.of(e, a)
		if err != nil {
			return err
		}
		_, err = a.Publishing.ChangeTemplate(e.ctx, owner, b.ID, t.ID, t.Version, c.Name, publishing.Edit{})
		return err
	})
}

type templateRemove struct{ inTemplate }

// Run takes a template away and prints the id by which it is restored.
func (c *templateRemove) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, t, err := c.of(e, a)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.out, t.ID)
		return a.Publishing.RemoveTemplate(e.ctx, owner, b.ID, t.ID)
	})
}

type templateRestore struct {
	inBrand
	ID string `arg:"" help:"Its id."`
}

// Run takes a template back.
func (c *templateRestore) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		return a.Publishing.RestoreTemplate(e.ctx, owner, b.ID, publishing.TemplateID(c.ID))
	})
}

// postBulk is one change to many posts; without --yes it is only shown.
type postBulk struct {
	inBrand
	IDs      []string `arg:"" name:"post" optional:"" help:"The posts' ids."`
	Find     string   `help:"Words to replace, in the texts of the posts and of their channels."`
	With     string   `help:"What stands in their place."`
	Exact    bool     `help:"Capitals count."`
	Whole    bool     `help:"Only whole words."`
	Titles   bool     `help:"In titles, too."`
	Alts     bool     `help:"In alternative texts, too."`
	Add      []string `help:"Labels to add."`
	Drop     []string `help:"Labels to take away."`
	Join     []string `help:"Channel ids to add."`
	Part     []string `help:"Channel ids to take away."`
	Campaign *string  `name:"campaign" help:"The campaign's id; 'none' for none."`
	Yes      bool     `help:"Make the change; without it, only say what it would do."`
	Undo     string   `help:"Undo a change, by the id that was printed."`
	JSON     bool     `help:"For programs."`
}

// Run shows a change, makes it, or undoes it.
func (c *postBulk) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		words, err := app.Words()
		if err != nil {
			return err
		}
		loc := words.For(language())
		if c.Undo != "" {
			done, err := a.Publishing.UndoBulk(e.ctx, owner, b.ID, publishing.BulkID(c.Undo))
			if err != nil {
				return err
			}
			if c.JSON {
				return e.json(done)
			}
			return c.spares(e, loc, done.Kept)
		}
		posts, change := c.change()
		if !c.Yes {
			return c.plan(e, a, b, loc, posts, change)
		}
		done, err := a.Publishing.EditMany(e.ctx, owner, b.ID, posts, change, nil)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(done)
		}
		if done.ID != "" {
			fmt.Fprintln(e.out, done.ID)
		}
		var rows [][]string
		for _, p := range done.Posts {
			rows = append(rows, []string{"changed", string(p.Post), p.Title, ""})
		}
		for _, l := range done.Left {
			rows = append(rows, []string{"left", string(l.Post), l.Title, loc.T(l.Why, pairsOf(l.Values)...)})
		}
		return e.table([]string{"", "POST", "TITLE", "WHY"}, rows)
	})
}

func (c *postBulk) change() (posts []id.Post, out publishing.Bulk) {
	for _, p := range c.IDs {
		posts = append(posts, id.Post(p))
	}
	out = publishing.Bulk{Find: c.Find, With: c.With, Exact: c.Exact, Whole: c.Whole, Titles: c.Titles, Alts: c.Alts, AddLabels: c.Add, DropLabels: c.Drop}
	for _, ch := range c.Join {
		out.AddChannels = append(out.AddChannels, id.Channel(ch))
	}
	for _, ch := range c.Part {
		out.DropChannels = append(out.DropChannels, id.Channel(ch))
	}
	if c.Campaign != nil {
		to := id.Campaign(*c.Campaign)
		if to == "none" {
			to = ""
		}
		out.Campaign = &to
	}
	return posts, out
}

// plan says what a change would do.
func (c *postBulk) plan(e *env, a *app.App, b brand.Brand, loc *i18n.Loc, posts []id.Post, change publishing.Bulk) error {
	plan, err := a.Publishing.PlanBulk(e.ctx, owner, b.ID, posts, change)
	if err != nil {
		return err
	}
	if c.JSON {
		return e.json(plan)
	}
	for _, it := range plan {
		what := "changes"
		switch {
		case it.Left != "":
			what = "left: " + loc.T(it.Left, pairsOf(it.Values)...)
		case it.Renews:
			what = "changes, scheduled anew at its hour"
		case it.Waits:
			what = "changes; what is scheduled stays until it is scheduled again"
		}
		fmt.Fprintf(e.out, "%s  %s\n    %s\n", it.Post, it.Title, what)
		for _, t := range it.Texts {
			fmt.Fprintf(e.out, "    %s\n      - %s\n      + %s\n", t.Place, flat(t.Before), flat(t.After))
		}
	}
	return nil
}

func (c *postBulk) spares(e *env, loc *i18n.Loc, all []publishing.BulkSpare) error {
	var rows [][]string
	for _, l := range all {
		rows = append(rows, []string{string(l.Post), l.Title, loc.T(l.Why, pairsOf(l.Values)...)})
	}
	return e.table([]string{"KEPT", "TITLE", "WHY"}, rows)
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

func pairsOf(values map[string]any) (out []any) {
	for k, v := range values {
		out = append(out, k, v)
	}
	return out
}
