package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"vigie/internal/app"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/publishing/exchange"
)

type importCmd struct {
	inBrand
	File     string            `arg:"" help:"CSV, XLSX or ODS, of Buffer, Hootsuite, Sprout, Agorapulse, Metricool or your own." type:"existingfile"`
	DryRun   bool              `help:"Say what would come in, and bring nothing in."`
	Order    string            `help:"Which of two small numbers is the day: dmy or mdy." enum:",dmy,mdy" default:""`
	Channel  []string          `help:"Channels of rows that name none: handles or ids."`
	Place    map[string]string `help:"What a name of the file means: --place 'My page=handle'; an empty handle leaves it aside."`
	NoHour   string            `help:"Rows without an hour: draft or slot." enum:"draft,slot" default:"draft"`
	Past     string            `help:"Rows whose hour has passed: refuse or draft." enum:"refuse,draft" default:"refuse"`
	Drafts   bool              `help:"Everything comes in as drafts."`
	SkipTwin bool              `help:"Leave out what stands on the calendar already." name:"skip-twins"`
	SkipBad  bool              `help:"Bring in the good rows when others are bad."`
	Again    bool              `help:"Bring in a file that came in before."`
	JSON     bool              `help:"For programs."`
}

// Run looks at a file and, unless it is a dry run, brings it in.
func (c *importCmd) Run(e *env) error {
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.Invalid, "app.settings").With("path", c.File).Because(err)
	}
	defer f.Close()
	return e.with(func(a *app.App) (err error) {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		imp, err := a.Publishing.OpenImport(e.ctx, owner, b.ID, filepath.Base(c.File), f)
		if err != nil {
			return err
		}
		dropped := func() error { return a.Publishing.DropImport(e.ctx, owner, b.ID, imp.ID) }
		set, err := c.settings(e, a, b.ID, imp)
		if err == nil {
			imp, err = a.Publishing.SetImport(e.ctx, owner, b.ID, imp.ID, set)
		}
		if err != nil {
			return errors.Join(err, dropped())
		}
		take := publishing.Accept{Bad: c.SkipBad, Again: c.Again}
		if err := c.tell(e, a, imp); err != nil || c.DryRun {
			if err == nil {
				err = imp.Report.Stops(take) // a script learns it from the exit code
			}
			return errors.Join(err, dropped())
		}
		if _, err = a.Publishing.RunImport(e.ctx, owner, b.ID, imp.ID, take); err != nil {
			return errors.Join(err, dropped())
		}
		if err := a.Publishing.CarryImport(e.ctx, publishing.ImportJob{Brand: b.ID, Import: imp.ID}); err != nil {
			return err
		}
		if imp, err = a.Publishing.GetImport(e.ctx, owner, b.ID, imp.ID); err != nil {
			return err
		}
		if imp.State == publishing.ImportRefused {
			return fault.New(fault.Conflict, imp.Problem)
		}
		if !c.JSON {
			fmt.Fprintln(e.out, imp.ID)
		}
		return nil
	})
}

func (c *importCmd) settings(e *env, a *app.App, b id.Brand, imp publishing.Import) (publishing.ImportSettings, error) {
	set := publishing.ImportSettings{Order: exchange.Order(c.Order), NoHour: c.NoHour, Past: c.Past, Drafts: c.Drafts, SkipTwins: c.SkipTwin}
	all, err := a.Channels.List(e.ctx, owner, b)
	if err != nil {
		return set, err
	}
	for _, name := range c.Channel {
		ch, err := named(all, name)
		if err != nil {
			return set, err
		}
		set.Everywhere = append(set.Everywhere, ch)
	}
	set.Places = map[string][]id.Channel{}
	for name, handle := range c.Place {
		for _, p := range imp.Report.Places {
			if !strings.EqualFold(p.Target.Name, name) {
				continue
			}
			set.Places[p.Key] = []id.Channel{}
			if handle != "" {
				ch, err := named(all, handle)
				if err != nil {
					return set, err
				}
				set.Places[p.Key] = []id.Channel{ch}
			}
		}
	}
	return set, nil
}

func named(all []channel.Channel, name string) (id.Channel, error) {
	for _, ch := range all {
		if string(ch.ID) == name || strings.EqualFold(ch.Handle, strings.TrimPrefix(name, "@")) {
			return ch.ID, nil
		}
	}
	return "", fault.New(fault.Invalid, "publishing.channel").At("channel").With("channel", name)
}

// tell says what a dry run found, each bad row with its line.
func (c *importCmd) tell(e *env, a *app.App, imp publishing.Import) error {
	if c.JSON {
		return e.json(imp)
	}
	l, r := a.Words.For(language()), imp.Report
	fmt.Fprintf(e.out, "%s · %s\n", l.T("import.profile."+string(r.Reading.Shape.Profile)), l.T("import.rows", "n", r.Reading.Rows))
	for _, f := range r.Faults {
		where := l.T("import.line") + " " + strconv.Itoa(f.Line)
		if f.Column != "" {
			where += ", " + f.Column
		}
		if f.Value != "" {
			where += " = " + strconv.Quote(f.Value)
		}
		fmt.Fprintf(e.out, "%s: %s\n", where, faultWords(l, f))
	}
	if r.More > 0 {
		fmt.Fprintln(e.out, l.T("import.more", "n", r.More))
	}
	for _, u := range r.Reading.Unused {
		fmt.Fprintln(e.out, l.T("import.unused", "columns", u.Header))
	}
	if r.Again != "" {
		fmt.Fprintln(e.out, l.T("import.again_note", "when", l.When(r.When)))
	}
	for _, q := range r.Questions {
		fmt.Fprintf(e.out, "? %s\n", l.T(q.Key, "sample", q.Sample, "name", q.Target.Name))
	}
	fmt.Fprintf(e.out, "%s, %s, %s, %s\n", l.T("import.n_schedule", "n", r.Schedule), l.T("import.n_drafts", "n", r.Drafts), l.T("import.n_bad", "n", r.Bad), l.T("import.n_skipped", "n", r.Skipped))
	return nil
}

func faultWords(l *i18n.Loc, f exchange.Fault) string {
	var pairs []any
	for k, v := range f.Values {
		pairs = append(pairs, k, v)
	}
	if key, ok := f.Values["problem"].(string); ok {
		values, _ := f.Values["values"].(map[string]any)
		var more []any
		for k, v := range values {
			more = append(more, k, v)
		}
		pairs = append(pairs, "why", l.T(key, more...))
	}
	return l.T(f.Key, pairs...)
}

type exportCmd struct {
	inBrand
	From      string `help:"First day, on the brand's wall: 2026-11-01."`
	To        string `help:"Last day, included."`
	Format    string `help:"csv, xlsx, buffer, hootsuite or metricool." enum:"csv,xlsx,buffer,hootsuite,metricool" default:"csv"`
	Unplanned bool   `help:"With drafts that have no hour."`
	Out       string `help:"File to write; none: the standard output." short:"o"`
}

// Run writes the posts of a period in one of the formats.
func (c *exportCmd) Run(e *env) error {
	return e.with(func(a *app.App) (err error) {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		format, _ := exchange.FormatOf(c.Format)
		items, err := a.Publishing.Export(e.ctx, owner, b.ID, publishing.Extract{From: c.From, To: c.To, Unplanned: c.Unplanned}, format)
		if err != nil {
			return err
		}
		if c.Out == "" {
			return exchange.Write(e.out, format, items)
		}
		f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return fault.New(fault.Invalid, "app.settings").With("path", c.Out).Because(err)
		}
		return errors.Join(exchange.Write(f, format, items), f.Close())
	})
}
