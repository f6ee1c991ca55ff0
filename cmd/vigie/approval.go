package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/app"
	"vigie/internal/approval"
	"vigie/internal/base/id"
	"vigie/internal/team"
)

type approvalCmd struct {
	List      approvalList     `cmd:"" help:"List what waits for approval, by hour."`
	Show      approvalShow     `cmd:"" help:"Show the reading of a post: its versions, decisions and remarks."`
	Approve   approvalApprove  `cmd:"" help:"Say yes to the version of a post that waits, in a person's name."`
	Changes   approvalChanges  `cmd:"" help:"Ask for changes to a post, in a person's name."`
	Refuse    approvalRefuse   `cmd:"" help:"Refuse a post, in a person's name."`
	Propose   approvalPropose  `cmd:"" help:"Propose several versions of a post, of which a reader chooses one."`
	Choose    approvalChoose   `cmd:"" help:"Choose one of the versions of a post, in a person's name."`
	Unpropose approvalWithdraw `cmd:"" name:"withdraw" help:"Withdraw the versions proposed of a post."`
	Remind    approvalRemind   `cmd:"" help:"Write again to those whose turn it is to read a post."`
	Policy    approvalPolicy   `cmd:"" help:"Who reads what: show."`
}

// reader is who answers. A decision is somebody's: the machine's owner names the
// person, and what she may not do on the pages she may not do here.
type reader struct {
	inBrand
	As string `required:"" help:"Mail address of the person who answers."`
}

func (r reader) reader(e *env, a *app.App) (approval.Reader, id.Brand, error) {
	b, err := r.find(e, a)
	if err != nil {
		return approval.Reader{}, "", err
	}
	who, err := as(e, a, r.As)
	return approval.Reader{Actor: who}, b.ID, err
}

type approvalList struct {
	inBrand
	As   string `help:"Mail address of a person: what she sees, and whether it is her turn."`
	All  bool   `help:"With what is decided and still to leave."`
	JSON bool   `help:"For programs."`
}

// Run lists what waits.
func (c *approvalList) Run(e *env) error {
	return e.with(func(a *app.App) error {
		who := approval.Reader{Actor: owner}
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		if c.As != "" {
			if who.Actor, err = as(e, a, c.As); err != nil {
				return err
			}
		}
		list, err := a.Approval.Queue(e.ctx, who, b.ID, c.All)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(list)
		}
		var rows [][]string
		for _, x := range list {
			title := x.Title
			if title == "" {
				title, _, _ = strings.Cut(x.Sum, "\n")
			}
			rows = append(rows, []string{string(x.Post), x.Planned.Local, string(x.State), strconv.Itoa(x.N), yes(x.Mine), title})
		}
		return e.table([]string{"POST", "HOUR", "STATE", "VERSION", "YOURS", "TITLE"}, rows)
	})
}

type approvalShow struct {
	onePost
	As string `help:"Mail address of a person: what she sees of it."`
}

// Run prints the reading of a post, as JSON.
func (c *approvalShow) Run(e *env) error {
	return e.with(func(a *app.App) error {
		who := approval.Reader{Actor: owner}
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		if c.As != "" {
			if who.Actor, err = as(e, a, c.As); err != nil {
				return err
			}
		}
		f, err := a.Approval.Read(e.ctx, who, b.ID, id.Post(c.ID), false)
		if err != nil {
			return err
		}
		return e.json(f)
	})
}

// answer is a decision about a post.
type answer struct {
	reader
	ID    string `arg:"" name:"post" help:"The post's id."`
	Round string `help:"The version that was read, as show gives its id; without it, the one that waits now."`
}

func (c answer) say(e *env, verdict approval.Verdict, words, other string) error {
	return e.with(func(a *app.App) error {
		who, b, err := c.reader.reader(e, a)
		if err != nil {
			return err
		}
		round := approval.RoundID(c.Round)
		if round == "" {
			f, err := a.Approval.Read(e.ctx, who, b, id.Post(c.ID), false)
			if err != nil {
				return err
			}
			round = f.ID
		}
		if err := a.Approval.Decide(e.ctx, who, b, approval.Say{Post: id.Post(c.ID), Round: round, Verdict: verdict, Words: words, Other: other}); err != nil {
			return err
		}
		f, err := a.Approval.Read(e.ctx, approval.Reader{Actor: owner}, b, id.Post(c.ID), false)
		if err == nil {
			fmt.Fprintln(e.out, f.State)
		}
		return err
	})
}

type approvalApprove struct{ answer }

// Run says yes and prints where the post stands.
func (c *approvalApprove) Run(e *env) error { return c.say(e, approval.Approve, "", "") }

type approvalChanges struct {
	answer
	Reason   string `help:"What to change."`
	Proposes string `help:"Another hour on the brand's wall: 2026-11-20T09:00."`
}

// Run asks for changes and prints where the post stands.
func (c *approvalChanges) Run(e *env) error {
	return c.say(e, approval.Change, c.Reason, c.Proposes)
}

type approvalRefuse struct {
	answer
	Reason string `required:"" help:"Why not."`
}

// Run refuses and prints where the post stands.
func (c *approvalRefuse) Run(e *env) error { return c.say(e, approval.Refuse, c.Reason, "") }

type approvalRemind struct{ onePost }

// Run has letters written, and says to how many.
func (c *approvalRemind) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		n, err := a.Approval.Remind(e.ctx, owner, b.ID, id.Post(c.ID))
		if err == nil {
			fmt.Fprintln(e.out, n)
		}
		return err
	})
}

type approvalPolicy struct {
	Show policyShow `cmd:"" help:"Show the brand's rule, then those of its channels."`
}

type policyShow struct {
	inBrand
	JSON bool `help:"For programs."`
}

// Run prints who reads what.
func (c *policyShow) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		own, more, err := a.Approval.Policies(e.ctx, owner, b.ID)
		if err != nil {
			return err
		}
		list := []approval.Policy{own}
		for _, p := range more {
			list = append(list, p)
		}
		slices.SortFunc(list, func(a, b approval.Policy) int { return strings.Compare(string(a.Channel), string(b.Channel)) })
		if c.JSON {
			return e.json(list)
		}
		people, err := a.Team.People(e.ctx, owner, b.ID)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, p := range list {
			of := "brand"
			if p.Channel != "" {
				of = string(p.Channel)
			}
			rows = append(rows, []string{of, steps(p, people), yes(p.Own), p.Tolerance.String(), p.Deadline.String(), string(p.Past), p.QuietFrom + "-" + p.QuietTo})
		}
		return e.table([]string{"OF", "READERS", "OWN", "TOLERANCE", "DEADLINE", "PAST", "QUIET"}, rows)
	})
}

// steps says who reads, in order.
func steps(p approval.Policy, people []team.Member) string {
	if p.Free() {
		return "nobody"
	}
	var out []string
	for _, st := range p.Steps {
		switch {
		case st.Client:
			out = append(out, "client")
		case len(st.People) == 0:
			out = append(out, "anyone")
		default:
			var any []string
			for _, m := range people {
				if slices.Contains(st.People, m.Person) {
					any = append(any, m.Email)
				}
			}
			out = append(out, strings.Join(any, "|"))
		}
	}
	return strings.Join(out, " > ")
}
