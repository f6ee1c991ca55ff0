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
	"vigie/internal/network"

	brands "vigie/internal/brand"
)

// inBrand names a brand by id or by name.
type inBrand struct {
	Brand string `required:"" help:"Id or name of the brand."`
}

func (b inBrand) find(e *env, a *app.App) (brands.Brand, error) {
	all, err := brands.All(e.ctx, a.DB)
	if err != nil {
		return brands.Brand{}, err
	}
	var found []brands.Brand
	for _, br := range all {
		if string(br.ID) == b.Brand || strings.EqualFold(br.Name, b.Brand) {
			found = append(found, br)
		}
	}
	if len(found) != 1 {
		return brands.Brand{}, fault.New(fault.NotFound, "app.brand").With("brand", b.Brand)
	}
	return found[0], nil
}

type channelCmd struct {
	Networks channelNetworks `cmd:"" help:"List the networks one can connect to."`
	List     channelList     `cmd:"" help:"List a brand's channels."`
	Connect  channelConnect  `cmd:"" help:"Sign in to a network for a brand, step by step."`
	Probe    channelProbe    `cmd:"" help:"Try a channel's token now."`
	Remove   channelRemove   `cmd:"" help:"End a channel; what waits for it is held."`
}

type channelNetworks struct{}

// Run lists networks with what is known of them.
func (c *channelNetworks) Run(e *env) error {
	return e.with(func(a *app.App) error {
		var rows [][]string
		for _, f := range a.Channels.Networks() {
			rows = append(rows, []string{string(f.Kind), f.Title, f.API, f.Tried})
		}
		return e.table([]string{"NETWORK", "TITLE", "API", "TRIED"}, rows)
	})
}

type channelList struct {
	inBrand
	JSON bool `help:"For programs."`
}

// Run lists a brand's channels.
func (c *channelList) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		all, err := a.Channels.List(e.ctx, owner, b.ID)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(all)
		}
		var rows [][]string
		for _, ch := range all {
			rows = append(rows, []string{string(ch.ID), ch.Title, ch.Handle, string(ch.Health), day(ch.Expires)})
		}
		return e.table([]string{"ID", "NETWORK", "ACCOUNT", "HEALTH", "ENDS"}, rows)
	})
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

type channelConnect struct {
	inBrand
	Network string            `arg:"" help:"mastodon, bluesky, wordpress, ghost, mailbox, feedcomments, assisted or practice."`
	Answer  map[string]string `help:"Answers known beforehand: field=value; the others are asked."`
}

// Run walks through the same steps as the page.
func (c *channelConnect) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		in, err := a.Channels.Begin(e.ctx, owner, b.ID, network.Kind(c.Network), "")
		if err != nil {
			return err
		}
		words, err := app.Words()
		if err != nil {
			return err
		}
		loc, read := words.For(language()), bufio.NewReader(os.Stdin)
		for in.Step.ID != network.Done {
			if in.Step.Open != "" {
				fmt.Fprintln(os.Stderr, in.Step.Open)
			}
			answers := map[string]string{}
			for _, f := range in.Step.Fields {
				v, known := c.Answer[f.Name]
				if !known {
					fmt.Fprintf(os.Stderr, "%s [%s]: ", loc.T("network."+c.Network+"."+f.Name), f.Default)
					line, err := read.ReadString('\n')
					if v = strings.TrimSpace(line); v == "" && err != nil && !f.Optional && f.Default == "" {
						return fault.New(fault.Invalid, "app.answer").With("field", f.Name)
					}
				}
				if v == "" {
					v = f.Default
				}
				answers[f.Name] = v
			}
			if in, err = a.Channels.Answer(e.ctx, owner, b.ID, in.ID, answers); err != nil {
				return err
			}
		}
		fmt.Fprintln(e.out, in.Channel.ID)
		return nil
	})
}

type oneChannel struct {
	inBrand
	ID string `arg:"" help:"The channel's id."`
}

type channelProbe struct{ oneChannel }

// Run tries a token and says how the channel is.
func (c *channelProbe) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		ch, err := a.Channels.Probe(e.ctx, owner, b.ID, id.Channel(c.ID))
		if err == nil {
			fmt.Fprintln(e.out, ch.Health)
		}
		return err
	})
}

type channelRemove struct{ oneChannel }

// Run ends a channel.
func (c *channelRemove) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		return a.Channels.Remove(e.ctx, owner, b.ID, id.Channel(c.ID))
	})
}

type doctorCmd struct {
	JSON bool `help:"For programs."`
}

// Run examines the instance. It changes nothing, not even a schema that is
// behind, and ends with an error when something is broken.
func (c *doctorCmd) Run(e *env) error {
	return e.asItStands(func(a *app.App) error {
		findings, err := a.Examine(e.ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			err = e.json(findings)
		} else {
			var rows [][]string
			for _, f := range findings {
				rows = append(rows, []string{string(f.Level), f.About, f.Text})
			}
			err = e.table([]string{"", "ABOUT", "FINDING"}, rows)
		}
		for _, f := range findings {
			if f.Level == app.Broken {
				return fault.New(fault.Internal, "app.doctor").With("about", f.About)
			}
		}
		return err
	})
}
