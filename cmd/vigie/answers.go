package main

import (
	"fmt"
	"strconv"
	"strings"

	"vigie/internal/answers"
	"vigie/internal/app"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

type answerCmd struct {
	List    answerList    `cmd:"" help:"List saved answers."`
	Show    answerShow    `cmd:"" help:"Show a saved answer."`
	Suggest answerSuggest `cmd:"" help:"The saved answers nearest to a message."`
	Fill    answerFill    `cmd:"" help:"Fill the blanks of a saved answer; nothing is counted."`
	Archive answerArchive `cmd:"" help:"Archive a saved answer, or bring it back."`
	Export  answerExport  `cmd:"" help:"Write a brand's saved answers as CSV."`
	Import  answerImport  `cmd:"" help:"Bring in saved answers from CSV, all or none."`
}

type answerList struct {
	inBrand
	Search string `help:"Words to look for."`
	Folder string `help:"Only of this folder."`
	Only   string `help:"archived, stale or review." enum:",archived,stale,review" default:""`
	JSON   bool   `help:"For programs."`
}

// Run lists saved answers, by title.
func (c *answerList) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		all, _, err := a.Answers.List(e.ctx, owner, b.ID, answers.Filter{Text: c.Search, Folder: c.Folder, Only: c.Only}, "", answers.MaxAnswers)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(all)
		}
		var rows [][]string
		for _, o := range all {
			flags := []string{}
			if o.Stale != nil {
				flags = append(flags, "stale")
			}
			if o.Due {
				flags = append(flags, "review")
			}
			rows = append(rows, []string{string(o.ID), o.Title, o.Folder, strings.Join(o.Languages(), ","), strconv.FormatInt(o.Uses, 10), strings.Join(flags, ",")})
		}
		return e.table([]string{"ID", "TITLE", "FOLDER", "LANGUAGES", "USES", "FLAGS"}, rows)
	})
}

type answerShow struct {
	inBrand
	ID   string `arg:"" help:"Of the answer."`
	JSON bool   `help:"For programs."`
}

// Run shows a saved answer.
func (c *answerShow) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		one, err := a.Answers.Get(e.ctx, owner, b.ID, answers.AnswerID(c.ID))
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(one)
		}
		fmt.Fprintf(e.out, "%s\n%s\n", one.Title, one.Question)
		for _, t := range one.Texts {
			fmt.Fprintf(e.out, "\n[%s]\n%s\n", strings.TrimSpace(t.Language+" "+string(t.Network)), t.Text)
		}
		if one.Stale != nil {
			fmt.Fprintf(e.out, "\n%s: %s %s\n", one.Stale.Why, one.Stale.Subject, one.Stale.Until)
		}
		return nil
	})
}

type answerSuggest struct {
	inBrand
	Message  string `arg:"" help:"What somebody wrote."`
	Language string `help:"Of the message; the brand's without it."`
	JSON     bool   `help:"For programs."`
}

// Run lists the answers nearest to a message, with the words they were found by.
func (c *answerSuggest) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		if c.Language == "" {
			c.Language = b.Language
		}
		all, err := a.Answers.Suggest(e.ctx, owner, b.ID, c.Message, c.Language, "", 5)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(all)
		}
		var rows [][]string
		for _, o := range all {
			rows = append(rows, []string{string(o.ID), strconv.FormatFloat(o.Score, 'f', 2, 64), o.Title, strings.Join(o.Words, ", ")})
		}
		return e.table([]string{"ID", "SCORE", "TITLE", "WORDS"}, rows)
	})
}

type answerFill struct {
	inBrand
	ID       string            `arg:"" help:"Of the answer."`
	Language string            `help:"Of the person."`
	Network  string            `help:"bluesky, mastodon…"`
	Set      map[string]string `help:"Blanks: --set first_name=Lise."`
}

// Run prints a filled answer; the blanks left are named on the last line.
func (c *answerFill) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		out, err := a.Answers.Fill(e.ctx, owner, b.ID, answers.AnswerID(c.ID), answers.Want{Language: c.Language, Network: network.Kind(c.Network), Values: c.Set})
		if err != nil {
			return err
		}
		fmt.Fprintln(e.out, out.Text)
		return answers.Ready(out.Text)
	})
}

type answerArchive struct {
	inBrand
	ID   string `arg:"" help:"Of the answer."`
	Undo bool   `help:"Bring it back."`
}

// Run archives a saved answer, or brings it back.
func (c *answerArchive) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		if c.Undo {
			return a.Answers.Restore(e.ctx, owner, b.ID, answers.AnswerID(c.ID))
		}
		return a.Answers.Archive(e.ctx, owner, b.ID, answers.AnswerID(c.ID))
	})
}

type answerExport struct{ inBrand }

// Run writes saved answers on the standard output.
func (c *answerExport) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		all, _, err := a.Answers.List(e.ctx, owner, b.ID, answers.Filter{}, "", answers.MaxAnswers)
		if err != nil {
			return err
		}
		out, err := answers.Export(all)
		if err == nil {
			_, err = e.out.Write(out)
		}
		return err
	})
}

type answerImport struct {
	inBrand
	File   string `arg:"" help:"CSV: title, question, folder, labels, language, network, text; - reads the standard input."`
	DryRun bool   `help:"Say what would come in, and do nothing."`
}

// Run brings the answers of a file in.
func (c *answerImport) Run(e *env) error {
	file, err := readFile(c.File, answers.MaxFile+1)
	if err != nil {
		return err
	}
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		done, err := a.Answers.BringFile(e.ctx, owner, b.ID, file, c.DryRun)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.out, "made %d, changed %d\n", done.Made, done.Changed)
		return nil
	})
}

type positionCmd struct {
	List     positionList     `cmd:"" help:"List positions: in force, coming, to approve, ended."`
	Show     positionShow     `cmd:"" help:"Show a position and what rests on it."`
	Write    positionWrite    `cmd:"" help:"Write a position, or its next version."`
	Approve  positionApprove  `cmd:"" help:"Approve a position's last version."`
	Withdraw positionWithdraw `cmd:"" help:"End a position at once, or take that back."`
}

type positionList struct {
	inBrand
	JSON bool `help:"For programs."`
}

// Run lists positions.
func (c *positionList) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		all, err := a.Answers.Positions(e.ctx, owner, b.ID, "")
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(all)
		}
		var rows [][]string
		for _, p := range all {
			w := p.Now
			if w == nil {
				w = p.Last()
			}
			rows = append(rows, []string{string(p.ID), string(p.Standing), w.From, w.Until, p.Subject, textkit.Excerpt(w.In(b.Language).Say, 60)})
		}
		return e.table([]string{"ID", "STANDING", "FROM", "UNTIL", "SUBJECT", "SAYS"}, rows)
	})
}

type positionShow struct {
	inBrand
	ID string `arg:"" help:"Of the position."`
}

// Run shows a position with what rests on it, as JSON.
func (c *positionShow) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		p, err := a.Answers.Position(e.ctx, owner, b.ID, answers.PositionID(c.ID))
		if err != nil {
			return err
		}
		rests, err := a.Answers.RestsOn(e.ctx, owner, b.ID, p.ID)
		if err != nil {
			return err
		}
		return e.json(map[string]any{"position": p, "rests": rests})
	})
}

type positionWrite struct {
	inBrand
	Subject string   `arg:"" help:"What it is about."`
	Say     string   `required:"" help:"What we say."`
	Avoid   string   `help:"What we do not say."`
	From    string   `required:"" help:"First day: 2026-11-20."`
	Until   string   `help:"Last day."`
	Phrase  []string `help:"Words it is known by."`
	ID      string   `help:"Of the position whose next version it is."`
}

// Run writes a position and prints its id.
func (c *positionWrite) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		p, err := a.Answers.Write(e.ctx, owner, b.ID, answers.PositionID(c.ID), 0, answers.NewWording{Subject: c.Subject, From: c.From, Until: c.Until, Phrases: c.Phrase,
			Texts: []answers.Saying{{Language: b.Language, Say: c.Say, Avoid: c.Avoid}}})
		if err != nil {
			return err
		}
		fmt.Fprintln(e.out, p.ID)
		return nil
	})
}

type positionApprove struct {
	inBrand
	ID string `arg:"" help:"Of the position."`
}

// Run approves a position's last version.
func (c *positionApprove) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		p, err := a.Answers.Position(e.ctx, owner, b.ID, answers.PositionID(c.ID))
		if err != nil {
			return err
		}
		_, err = a.Answers.Approve(e.ctx, owner, b.ID, p.ID, p.Last().Number, p.Version)
		return err
	})
}

type positionWithdraw struct {
	inBrand
	ID   string `arg:"" help:"Of the position."`
	Undo bool   `help:"Take the withdrawal back."`
}

// Run ends a position, or takes that back.
func (c *positionWithdraw) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		if c.Undo {
			return a.Answers.Reopen(e.ctx, owner, b.ID, answers.PositionID(c.ID))
		}
		return a.Answers.Withdraw(e.ctx, owner, b.ID, answers.PositionID(c.ID))
	})
}
