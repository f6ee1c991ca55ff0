// Command vigie is the whole program: without an argument it serves on
// 127.0.0.1:8420 with its data in ./vigie-data.
//
// It owns flags, signals and exit codes, and calls internal/app. It holds no
// rule of the job: every command ends in a verb of a room.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alecthomas/kong"

	"vigie/internal/app"
	"vigie/internal/base/fault"
)

// cli is the command line. Configuration stands before or after the command, in
// the environment, or in vigie.json of the data directory.
type cli struct {
	app.Config

	Serve    serveCmd    `cmd:"" default:"withargs" help:"Serve the pages and the API, and do the work. The usual command."`
	Worker   workerCmd   `cmd:"" help:"Do the work without serving: a second node beside PostgreSQL."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database up to this version and stop."`
	Doctor   doctorCmd   `cmd:"" help:"Examine the instance: database, logbook chain, channels, files, what waits."`
	User     userCmd     `cmd:"" help:"People: add, list, password, disable."`
	Token    tokenCmd    `cmd:"" help:"API tokens: add, list, revoke."`
	Channel  channelCmd  `cmd:"" help:"Channels: networks, list, connect, probe, remove."`
	Post     postCmd     `cmd:"" help:"Posts: add, list, show, schedule, move, freeze, thaw."`
	Import   importCmd   `cmd:"" help:"Bring in posts from a CSV, XLSX or ODS file; --dry-run says what would come in."`
	Export   exportCmd   `cmd:"" name:"export-posts" aliases:"export" help:"Write a brand's posts to a file."`
	Approval approvalCmd `cmd:"" help:"Approval: list, show, approve, changes, refuse, remind, policy."`
	Idea     ideaCmd     `cmd:"" help:"Ideas: add, list."`
	Inbox    inboxCmd    `cmd:"" help:"Inbox: list, show, done, open, wait, note, answer."`
	Template templateCmd `cmd:"" help:"Templates: list, show, make, use, rename, remove, restore."`
	Queue    queueCmd    `cmd:"" help:"Queues: show, pause, resume, evergreen."`
	Charter  charterCmd  `cmd:"" help:"Charters: test, export, import."`
	Answer   answerCmd   `cmd:"" help:"Saved answers: list, show, suggest, fill, archive, export, import."`
	Position positionCmd `cmd:"" help:"Positions: list, show, write, approve, withdraw."`
	Spell    spellCmd    `cmd:"" help:"Spelling and typography of a text: lists the mistakes, or corrects the typography."`
	Bench    benchCmd    `cmd:"" help:"Measure this machine: the budgets of the documentation."`
	Version  versionCmd  `cmd:"" help:"Say which version this is."`
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	var c cli
	options := []kong.Option{kong.Name("vigie"), kong.Description("The community manager's workbench."), kong.UsageOnError()}
	file, err := settings(filepath.Join(dataDir(args), "vigie.json"))
	if err != nil {
		(&env{}).say(err)
		return fault.ExitCode(err)
	}
	if file != nil {
		options = append(options, kong.Resolvers(file))
	}
	parser, err := kong.New(&c, options...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "vigie:", err)
		return 70
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "vigie:", err)
		return 64
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	slog.SetDefault(log)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	env := &env{ctx: ctx, config: c.Config, log: log, out: os.Stdout}
	if err := k.Run(env); err != nil {
		var code ended
		if errors.As(err, &code) {
			return int(code)
		}
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return 0
		}
		env.say(err)
		return fault.ExitCode(err)
	}
	return 0
}

// ended is a command that has said all it had to say, with its exit code.
type ended int

// Error implements error; nobody reads it.
func (e ended) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// settings reads the file of settings; nil when there is none. A directory that
// cannot be is said by whoever opens it.
func settings(path string) (kong.Resolver, error) {
	f, err := os.Open(path)
	if err != nil {
		if _, there := os.Stat(path); there != nil {
			return nil, nil
		}
		return nil, fault.New(fault.Invalid, "app.settings").With("path", path).Because(err)
	}
	defer f.Close()
	r, err := kong.JSON(f)
	if err != nil {
		return nil, fault.New(fault.Invalid, "app.settings").With("path", path).Because(err)
	}
	return underEnvironment{r}, nil
}

// underEnvironment lets the environment go before the file: kong has it the
// other way round, and a container is set up by its environment.
type underEnvironment struct{ kong.Resolver }

// Resolve leaves alone what the environment says.
func (u underEnvironment) Resolve(k *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	return u.Resolver.Resolve(k, parent, flag)
}

// dataDir finds the data directory before the flags are read: the file of
// configuration stands in it.
func dataDir(args []string) string {
	for i, a := range args {
		if a == "--data" && i+1 < len(args) {
			return args[i+1]
		}
		if len(a) > 7 && a[:7] == "--data=" {
			return a[7:]
		}
	}
	if d := os.Getenv("VIGIE_DATA"); d != "" {
		return d
	}
	return "vigie-data"
}
