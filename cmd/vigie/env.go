package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"

	"vigie/internal/app"
	"vigie/internal/base/fault"
)

// env is what a command works with.
type env struct {
	ctx    context.Context
	config app.Config
	log    *slog.Logger
	out    io.Writer
}

// open builds the program over its data, migrated, without starting the work:
// for the commands that act and end.
func (e *env) open() (*app.App, error) {
	a, err := app.Build(e.ctx, e.config, e.log)
	if err != nil {
		return nil, err
	}
	if _, err := a.Migrate(e.ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// with runs fn on an open program and closes it.
func (e *env) with(fn func(a *app.App) error) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	return errors.Join(fn(a), a.Close())
}

// asItStands is with, without bringing the database up to this version first.
func (e *env) asItStands(fn func(a *app.App) error) error {
	a, err := app.Build(e.ctx, e.config, e.log)
	if err != nil {
		return err
	}
	return errors.Join(fn(a), a.Close())
}

// language is the terminal's, French unless it says otherwise.
func language() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "fr") {
				return "fr"
			}
			return "en"
		}
	}
	return "fr"
}

// say tells the person what went wrong, in her words, and the log why.
func (e *env) say(err error) {
	words, werr := app.Words()
	if werr != nil {
		fmt.Fprintln(os.Stderr, "vigie:", err)
		return
	}
	f := fault.As(err)
	var pairs []any
	for k, v := range f.Values {
		pairs = append(pairs, k, v)
	}
	fmt.Fprintln(os.Stderr, "vigie:", words.For(language()).T(fault.MessageKey(err), pairs...))
	fmt.Fprintln(os.Stderr, "      ", err)
}

// table prints rows in columns.
func (e *env) table(head []string, rows [][]string) error {
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	return w.Flush()
}

// json prints a value for other programs.
func (e *env) json(v any) error {
	enc := json.NewEncoder(e.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
