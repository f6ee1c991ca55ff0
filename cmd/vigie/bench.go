package main

import (
	"vigie/internal/app/measure"
)

type benchCmd struct {
	Burst int  `default:"10000" help:"How many posts are due the same second."`
	Rows  int  `default:"1000000" help:"How many publications the lists hold."`
	JSON  bool `help:"For programs."`
}

// Run measures this machine in a folder of its own; no instance is touched.
func (c *benchCmd) Run(e *env) error {
	size := measure.Usual
	size.Burst, size.Rows = c.Burst, c.Rows
	var rows [][]string
	var all []measure.Figure
	err := measure.Run(e.ctx, size, func(f measure.Figure) {
		all = append(all, f)
		rows = append(rows, []string{f.What, f.Value, f.Budget, f.Verdict()})
	})
	if c.JSON {
		if jerr := e.json(all); err == nil {
			err = jerr
		}
		return err
	}
	if terr := e.table([]string{"WHAT", "MEASURED", "BUDGET", ""}, rows); err == nil {
		err = terr
	}
	return err
}
