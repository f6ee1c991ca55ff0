package main

import (
	"fmt"

	"vigie/internal/app"
	"vigie/internal/approval"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
)

type approvalPropose struct {
	reader
	ID    string   `arg:"" name:"post" help:"The post's id."`
	Texts []string `name:"text" required:"" sep:"none" help:"The text of another version; up to four times. Its pictures are the post's."`
	At    string   `help:"The hour on the brand's wall: 2026-11-20T09:00; without it, the one the post has."`
	Words string   `help:"A word for who chooses."`
}

// Run proposes what the post says and the other texts, and prints the choice.
func (c *approvalPropose) Run(e *env) error {
	return e.with(func(a *app.App) error {
		who, b, err := c.reader.reader(e, a)
		if err != nil {
			return err
		}
		now, err := a.Approval.Offering(e.ctx, who.Actor, b, id.Post(c.ID))
		if err != nil {
			return err
		}
		o := approval.Offer{Post: id.Post(c.ID), Version: now.Version, Local: c.At, Words: c.Words}
		for _, t := range c.Texts {
			o.Others = append(o.Others, approval.Saying{Text: t, Media: now.Saying.Media})
		}
		out, err := a.Approval.Propose(e.ctx, who.Actor, b, o)
		if err != nil {
			return err
		}
		for _, x := range out.Candidates {
			fmt.Fprintf(e.out, "%d\t%s\n", x.N, x.Saying().Text)
		}
		return nil
	})
}

type approvalChoose struct {
	reader
	ID    string `arg:"" name:"post" help:"The post's id."`
	N     int    `arg:"" help:"The version: 1 is what the post said when they were proposed."`
	Round string `help:"The round that was read, as show gives its id; without it, the one that waits now."`
}

// Run chooses and prints where the post stands.
func (c *approvalChoose) Run(e *env) error {
	return e.with(func(a *app.App) error {
		who, b, err := c.reader.reader(e, a)
		if err != nil {
			return err
		}
		post, round := id.Post(c.ID), approval.RoundID(c.Round)
		if round == "" {
			f, err := a.Approval.Read(e.ctx, who, b, post, false)
			if err != nil {
				return err
			}
			if f.Choice == nil {
				return fault.New(fault.Conflict, "approval.no_choice")
			}
			round = f.ID
		}
		if err := a.Approval.Choose(e.ctx, who, b, approval.Pick{Post: post, Round: round, Candidate: c.N}); err != nil {
			return err
		}
		f, err := a.Approval.Read(e.ctx, approval.Reader{Actor: owner}, b, post, false)
		if err == nil {
			fmt.Fprintln(e.out, f.Stands())
		}
		return err
	})
}

type approvalWithdraw struct{ onePost }

// Run withdraws the versions.
func (c *approvalWithdraw) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		return a.Approval.Withdraw(e.ctx, owner, b.ID, id.Post(c.ID))
	})
}
