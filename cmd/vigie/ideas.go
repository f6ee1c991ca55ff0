package main

import (
	"fmt"

	"vigie/internal/app"
	"vigie/internal/publishing"
)

type ideaCmd struct {
	Add  ideaAdd  `cmd:"" help:"Note an idea."`
	List ideaList `cmd:"" help:"List a brand's ideas, in the order of the board."`
}

type ideaAdd struct {
	inBrand
	Words string   `arg:"" help:"The idea, in one line."`
	Note  string   `help:"For the team; goes into no post."`
	Link  string   `help:"https://…"`
	Label []string `help:"Labels."`
}

// Run notes an idea and prints its id.
func (c *ideaAdd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		i, err := a.Publishing.AddIdea(e.ctx, owner, b.ID, publishing.IdeaNew, publishing.IdeaEdit{Words: &c.Words, Note: &c.Note, Link: &c.Link, Labels: &c.Label})
		if err != nil {
			return err
		}
		fmt.Fprintln(e.out, i.ID)
		return nil
	})
}

type ideaList struct {
	inBrand
	State string `help:"idea, write, aside or written."`
	JSON  bool   `help:"For programs."`
}

// Run lists ideas.
func (c *ideaList) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		all, err := a.Publishing.Ideas(e.ctx, owner, b.ID, publishing.IdeaFilter{State: publishing.IdeaState(c.State)})
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(all)
		}
		var rows [][]string
		for _, i := range all {
			rows = append(rows, []string{string(i.ID), string(i.State), i.Words})
		}
		return e.table([]string{"ID", "STATE", "IDEA"}, rows)
	})
}
