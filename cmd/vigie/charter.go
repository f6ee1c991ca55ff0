package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"vigie/internal/app"
	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/charter"
	"vigie/internal/network"
)

type charterCmd struct {
	Test   charterTest   `cmd:"" help:"Try a text on a brand's charter; exit code 65 when it blocks."`
	Export charterExport `cmd:"" help:"Write a brand's charter as JSON."`
	Import charterImport `cmd:"" help:"Add the rules of a file to a brand's charter."`
}

type charterTest struct {
	inBrand
	File    string   `arg:"" help:"The text; - reads the standard input."`
	Network string   `help:"As on this network: bluesky, mastodon…"`
	Label   []string `help:"Labels the post would have."`
	Answer  bool     `help:"It answers somebody, and is no post."`
	JSON    bool     `help:"For programs."`
}

// readFile reads a file up to max bytes, or the standard input for "-".
func readFile(path string, max int64) ([]byte, error) {
	var in io.Reader = os.Stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, fault.New(fault.NotFound, "app.file").With("path", path).Because(err)
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, max))
}

// Run tries a text and prints what fires, a line each: line:column, effect,
// words, why.
func (c *charterTest) Run(e *env) error {
	b, err := readFile(c.File, 8<<20)
	if err != nil {
		return err
	}
	text, _ := textkit.Clean(string(b))
	return e.with(func(a *app.App) error {
		br, err := c.find(e, a)
		if err != nil {
			return err
		}
		found, err := a.Charter.Try(e.ctx, owner, br.ID, charter.Text{Parts: []string{text}, Network: network.Kind(c.Network), Labels: c.Label, Answer: c.Answer})
		if err != nil {
			return err
		}
		words, err := app.Words()
		if err != nil {
			return err
		}
		loc, blocks := words.For(language()), false
		for _, f := range found {
			blocks = blocks || f.Severity == network.Block
			if c.JSON {
				continue
			}
			var pairs []any
			for k, v := range f.Value {
				pairs = append(pairs, k, v)
			}
			fmt.Fprintf(e.out, "%s\t%s\t%s %s\n", position(text, f), f.Severity, loc.T(f.Key, pairs...), f.Why)
		}
		if c.JSON {
			if found == nil {
				found = []charter.Finding{}
			}
			if err := e.json(found); err != nil {
				return err
			}
		}
		if blocks {
			return fault.New(fault.Invalid, "app.charter_blocks")
		}
		return nil
	})
}

// position is line:column of a finding, both from 1; "-" for the whole.
func position(text string, f charter.Finding) string {
	if f.Start == f.End {
		return "-"
	}
	before := text[:f.Start]
	line := strings.LastIndexByte(before, '\n') + 1
	return fmt.Sprintf("%d:%d", strings.Count(before, "\n")+1, textkit.Graphemes(before[line:])+1)
}

type charterExport struct{ inBrand }

// Run writes the charter on the standard output.
func (c *charterExport) Run(e *env) error {
	return e.with(func(a *app.App) error {
		b, err := c.find(e, a)
		if err != nil {
			return err
		}
		rules, _, err := a.Charter.Rules(e.ctx, owner, b.ID)
		if err != nil {
			return err
		}
		out, err := charter.Export(rules)
		if err == nil {
			_, err = fmt.Fprintf(e.out, "%s\n", out)
		}
		return err
	})
}

type charterImport struct {
	inBrand
	File    string `arg:"" help:"What charter export wrote; - reads the standard input."`
	Replace bool   `help:"In the place of all rules there are."`
}

// Run brings the rules of a file in, all or none.
func (c *charterImport) Run(e *env) error {
	b, err := readFile(c.File, charter.MaxFile+1)
	if err != nil {
		return err
	}
	rules, err := charter.ReadFile(b)
	if err != nil {
		return err
	}
	return e.with(func(a *app.App) error {
		br, err := c.find(e, a)
		if err != nil {
			return err
		}
		return a.Charter.Bring(e.ctx, owner, br.ID, rules, c.Replace)
	})
}
