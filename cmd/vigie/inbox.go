package main

import (
	"fmt"
	"strings"
	"time"

	"vigie/internal/app"
	"vigie/internal/inbox"
)

type inboxCmd struct {
	List   inboxList   `cmd:"" help:"List or search a brand's conversations, the latest first."`
	Show   inboxShow   `cmd:"" help:"Print a conversation."`
	Done   inboxState  `cmd:"" help:"Say that conversations are done with."`
	Open   inboxState  `cmd:"" help:"Open conversations again."`
	Wait   inboxState  `cmd:"" help:"Set conversations to waiting."`
	Note   inboxNote   `cmd:"" help:"Write a note for the team on a conversation."`
	Answer inboxAnswer `cmd:"" help:"Answer the last message of a conversation; it leaves when the instance runs."`
}

type inboxList struct {
	inBrand
	State  string `help:"open, waiting, done or snoozed; absent: all."`
	Search string `help:"Words in any message."`
	Limit  int    `help:"How many at most." default:"50"`
	JSON   bool   `help:"For programs."`
}

// Run lists conversations.
func (c *inboxList) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		page, err := a.Inbox.List(e.ctx, owner, b.ID, inbox.Filter{State: inbox.State(c.State), Text: c.Search}, "", c.Limit)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(page.Items)
		}
		var rows [][]string
		for _, x := range page.Items {
			rows = append(rows, []string{string(x.ID), string(x.State), string(x.Kind), x.LastAt.Format(time.RFC3339), x.Name, x.Excerpt})
		}
		return e.table([]string{"ID", "STATE", "KIND", "LAST", "WHO", "WORDS"}, rows)
	})
}

type inboxShow struct {
	inBrand
	Conversation string `arg:"" help:"Its id."`
	JSON         bool   `help:"For programs."`
}

// Run prints a conversation.
func (c *inboxShow) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		t, err := a.Inbox.Read(e.ctx, owner, b.ID, inbox.ConversationID(c.Conversation), time.Time{})
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(t)
		}
		for _, m := range t.Messages {
			fmt.Fprintf(e.out, "%s%s  %s\n", strings.Repeat("  ", m.Depth), m.At.Format(time.RFC3339), m.Name)
			for _, l := range strings.Split(m.Text, "\n") {
				fmt.Fprintf(e.out, "%s  %s\n", strings.Repeat("  ", m.Depth), l)
			}
		}
		return nil
	})
}

type inboxState struct {
	inBrand
	Conversation []string `arg:"" help:"Their ids."`
	state        inbox.State
}

// AfterApply learns the state from the command's name.
func (c *inboxCmd) AfterApply() error {
	c.Done.state, c.Open.state, c.Wait.state = inbox.Done, inbox.Open, inbox.Waiting
	return nil
}

// Run changes conversations and prints how many.
func (c *inboxState) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		var ids []inbox.ConversationID
		for _, one := range c.Conversation {
			ids = append(ids, inbox.ConversationID(one))
		}
		did, err := a.Inbox.Do(e.ctx, owner, b.ID, ids, inbox.Deed{State: c.state})
		if err != nil {
			return err
		}
		fmt.Fprintln(e.out, did.N)
		return nil
	})
}

type inboxNote struct {
	inBrand
	Conversation string `arg:"" help:"Its id."`
	Words        string `arg:"" help:"The note."`
}

// Run writes a note and prints its id.
func (c *inboxNote) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		n, err := a.Inbox.AddNote(e.ctx, owner, b.ID, inbox.ConversationID(c.Conversation), c.Words)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.out, n.ID)
		return nil
	})
}

type inboxAnswer struct {
	inBrand
	Conversation string `arg:"" help:"Its id."`
	Words        string `arg:"" help:"The answer."`
	Private      bool   `help:"To its author alone, where the network has that."`
}

// Run plans an answer and prints the id of the post that carries it.
func (c *inboxAnswer) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		p, err := a.Inbox.Reply(e.ctx, owner, b.ID, inbox.ConversationID(c.Conversation), inbox.Reply{Text: c.Words, Private: c.Private})
		if err != nil {
			return err
		}
		fmt.Fprintln(e.out, p)
		return nil
	})
}
