package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"vigie/internal/app"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/team"
)

// The machine's owner speaks here: commands act as the program, and the logbook
// says so.
var owner = team.Program("command line")

type userCmd struct {
	Add      userAdd      `cmd:"" help:"Add a person."`
	List     userList     `cmd:"" help:"List the people."`
	Password userPassword `cmd:"" help:"Set a person's password, read from the standard input."`
	Disable  userDisable  `cmd:"" help:"Close a person's account."`
}

type userAdd struct {
	Email    string `arg:"" help:"Mail address."`
	Name     string `required:"" help:"First and last name."`
	Language string `default:"fr" enum:"fr,en" help:"fr or en."`
	Admin    bool   `help:"May make brands and add people."`
}

// Run adds a person; her password is read from the standard input.
func (c *userAdd) Run(e *env) error {
	password, err := readPassword()
	if err != nil {
		return err
	}
	return e.with(func(a *app.App) error {
		p, err := a.Team.AddPerson(e.ctx, owner, team.NewPerson{Name: c.Name, Email: c.Email, Password: password, Language: c.Language}, c.Admin)
		if err == nil {
			fmt.Fprintln(e.out, p.ID)
		}
		return err
	})
}

// readPassword takes one line: a password on the command line would stand in
// the list of processes.
func readPassword() (string, error) {
	if s, err := os.Stdin.Stat(); err == nil && s.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprint(os.Stderr, "password: ")
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", fault.New(fault.Invalid, "app.no_password").Because(err)
	}
	return line, nil
}

type userList struct {
	JSON bool `help:"For programs."`
}

// Run lists the people of the instance.
func (c *userList) Run(e *env) error {
	return e.with(func(a *app.App) error {
		all, err := a.Team.Persons(e.ctx, owner)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(all)
		}
		var rows [][]string
		for _, p := range all {
			rows = append(rows, []string{string(p.ID), p.Name, p.Email, p.Language, yes(p.Admin), yes(p.Disabled)})
		}
		return e.table([]string{"ID", "NAME", "MAIL", "LANGUAGE", "ADMIN", "CLOSED"}, rows)
	})
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

type userPassword struct {
	Email string `arg:"" help:"Mail address."`
}

// Run sets a password and ends the person's sessions.
func (c *userPassword) Run(e *env) error {
	password, err := readPassword()
	if err != nil {
		return err
	}
	return e.with(func(a *app.App) error { return a.Team.SetPassword(e.ctx, owner, c.Email, password) })
}

type userDisable struct {
	Email string `arg:"" help:"Mail address."`
}

// Run closes an account.
func (c *userDisable) Run(e *env) error {
	return e.with(func(a *app.App) error {
		p, err := a.Team.PersonByEmail(e.ctx, owner, c.Email)
		if err != nil {
			return err
		}
		return a.Team.Disable(e.ctx, owner, p.ID)
	})
}

type tokenCmd struct {
	Add    tokenAdd    `cmd:"" help:"Make a token; it is shown once."`
	List   tokenList   `cmd:"" help:"List a person's tokens."`
	Revoke tokenRevoke `cmd:"" help:"End a token."`
}

type tokenAdd struct {
	Email  string        `required:"" help:"Whose token."`
	Name   string        `required:"" help:"What it is for."`
	Scopes []string      `help:"Permissions; none: all that the person may do."`
	For    time.Duration `default:"2160h" help:"How long it lasts, a year at most."`
}

// as is a person as the actor of a command that speaks for her.
func as(e *env, a *app.App, email string) (team.Actor, error) {
	p, err := a.Team.PersonByEmail(e.ctx, owner, email)
	if err != nil {
		return team.Actor{}, err
	}
	return a.Team.ActorOf(e.ctx, p.ID)
}

// Run makes a token and prints it, alone on its line.
func (c *tokenAdd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		actor, err := as(e, a, c.Email)
		if err != nil {
			return err
		}
		scopes := team.Permissions()
		if len(c.Scopes) > 0 {
			scopes = nil
			for _, s := range c.Scopes {
				scopes = append(scopes, team.Permission(s))
			}
		}
		_, key, err := a.Team.MakeToken(e.ctx, actor, team.NewToken{Name: c.Name, Scopes: scopes, Ends: a.DB.Now().Add(c.For)})
		if err == nil {
			fmt.Fprintln(e.out, key)
		}
		return err
	})
}

type tokenList struct {
	Email string `required:"" help:"Whose tokens."`
	JSON  bool   `help:"For programs."`
}

// Run lists tokens without what opens.
func (c *tokenList) Run(e *env) error {
	return e.with(func(a *app.App) error {
		actor, err := as(e, a, c.Email)
		if err != nil {
			return err
		}
		all, err := a.Team.Tokens(e.ctx, actor)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(all)
		}
		var rows [][]string
		for _, t := range all {
			rows = append(rows, []string{string(t.ID), t.Name, t.Ends.Format(time.DateOnly)})
		}
		return e.table([]string{"ID", "NAME", "ENDS"}, rows)
	})
}

type tokenRevoke struct {
	Email string `required:"" help:"Whose token."`
	ID    string `arg:"" help:"The token's id."`
}

// Run ends a token.
func (c *tokenRevoke) Run(e *env) error {
	return e.with(func(a *app.App) error {
		actor, err := as(e, a, c.Email)
		if err != nil {
			return err
		}
		t, err := id.Parse[id.Token](c.ID)
		if err != nil {
			return err
		}
		return a.Team.RevokeToken(e.ctx, actor, t)
	})
}
