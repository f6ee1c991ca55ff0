package main

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"vigie/internal/app"
	"vigie/internal/base/fault"
	"vigie/internal/platform/spell"
)

type spellCmd struct {
	Files   []string `arg:"" name:"file" help:"The texts; - reads the standard input."`
	Lang    string   `default:"fr" help:"fr, en-GB or en-US."`
	Fix     bool     `help:"Write the text with its typography corrected, instead of listing."`
	Words   string   `help:"A file with the words of the house, one a line (tweeter/manger takes the endings of manger)."`
	Without []string `help:"Kinds or rules not to report: typography, fr.apostrophe…"`
	JSON    bool     `help:"For programs."`
}

// spelled is a mistake as a program reads it.
type spelled struct {
	File        string   `json:"file"`
	Line        int      `json:"line"`
	Column      int      `json:"column"`
	Text        string   `json:"text"`
	Kind        string   `json:"kind"`
	Rule        string   `json:"rule"`
	Message     string   `json:"message"`
	Suggestions []string `json:"suggestions"`
}

// maxSpelledFile is how much of a file is read.
const maxSpelledFile = 64 << 20

// Run lists the mistakes of texts, a line each: line:column, the words, what
// they should be, why. The exit code is 1 when there is one.
func (c *spellCmd) Run(e *env) error {
	if spell.Lang(c.Lang) == "" {
		return fault.New(fault.Invalid, "spell.lang").With("lang", c.Lang)
	}
	var house *spell.Words
	if c.Words != "" {
		b, err := readFile(c.Words, maxSpelledFile)
		if err != nil {
			return err
		}
		house = spell.NewWords(strings.Split(string(b), "\n"))
	}
	grammar, err := app.Grammar(e.config)
	if err != nil {
		return err
	}
	defer grammar.Stop()
	catalog, err := app.Words()
	if err != nil {
		return err
	}
	loc := catalog.For(language())
	all := []spelled{}
	for _, file := range c.Files {
		b, err := readFile(file, maxSpelledFile)
		if err != nil {
			return err
		}
		line := 1
		for _, text := range pieces(string(b)) {
			if c.Fix {
				fixed, _ := spell.Fix(c.Lang, text)
				fmt.Fprint(e.out, fixed)
				continue
			}
			found := spell.Check(c.Lang, text, spell.Options{Words: house, Without: c.Without})
			more, err := grammar.Check(e.ctx, c.Lang, text)
			if err != nil {
				e.say(err)
				grammar = nil // once is enough to know
			}
			at, from := line, 0 // the line of text[from:]
			for _, m := range spell.Merge(found, more) {
				at += strings.Count(text[from:m.Start], "\n")
				from = m.Start
				column := utf8.RuneCountInString(text[strings.LastIndexByte(text[:m.Start], '\n')+1:m.Start]) + 1
				var pairs []any
				for k, v := range m.Values {
					pairs = append(pairs, k, v)
				}
				all = append(all, spelled{file, at, column, text[m.Start:m.End], string(m.Kind), m.Rule, loc.T(m.Key, pairs...), m.Suggestions})
			}
			line += strings.Count(text, "\n")
		}
	}
	switch {
	case c.Fix:
		return nil
	case c.JSON:
		if err := e.json(all); err != nil {
			return err
		}
	default:
		for _, m := range all {
			where := fmt.Sprintf("%d:%d", m.Line, m.Column)
			if len(c.Files) > 1 {
				where = m.File + ":" + where
			}
			fmt.Fprintf(e.out, "%s\t%s\t%s\t%s\n", where, visible(m.Text), visible(strings.Join(m.Suggestions, ", ")), m.Message)
		}
		fmt.Fprintln(os.Stderr, loc.T("spell.count", "n", len(all)))
	}
	if len(all) > 0 {
		return ended(1)
	}
	return nil
}

// pieces cuts a long file at the ends of its paragraphs: a piece is read, and
// helped, like a post.
func pieces(text string) []string {
	const long = 32 << 10
	var out []string
	for len(text) > long {
		cut := strings.Index(text[long:], "\n\n")
		if cut < 0 || cut > spell.MaxText/2 {
			if cut = strings.IndexByte(text[long:], '\n'); cut < 0 {
				break
			}
			cut--
		}
		out, text = append(out, text[:long+cut+2]), text[long+cut+2:]
	}
	return append(out, text)
}

// visible shows the spaces that nobody sees, and keeps a line on its line.
func visible(s string) string {
	return strings.NewReplacer("\u202f", "⍽", "\u00a0", "␣", "\n", "⏎", "\t", " ").Replace(s)
}
