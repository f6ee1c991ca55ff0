package main

import (
	"vigie/internal/app"
)

type benchCmd struct {
	Posts int  `default:"10000" help:"How many posts are due the same second."`
	JSON  bool `help:"For programs."`
}

// Run measures this machine in a folder of its own; the instance is not
// touched.
func (c *benchCmd) Run(e *env) error {
	rows, err := app.Bench(e.ctx, c.Posts)
	if err != nil {
		return err
	}
	if c.JSON {
		return e.json(rows)
	}
	var out [][]string
	for _, r := range rows {
		out = append(out, []string{r.What, r.Value, r.Budget, r.Verdict()})
	}
	return e.table([]string{"WHAT", "MEASURED", "BUDGET", ""}, out)
}
