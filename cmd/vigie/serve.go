package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"time"

	"vigie/internal/app"
	"vigie/internal/base/fault"
)

type serveCmd struct {
	Open bool `help:"Open the browser; by default on a desktop, when started without an argument." negatable:"" env:"VIGIE_OPEN"`
}

// Run serves until a signal, then stops in order.
func (c *serveCmd) Run(e *env) error {
	a, err := app.Build(e.ctx, e.config, e.log)
	if err != nil {
		return err
	}
	defer a.Close()
	e.log.Info("vigie", "version", app.Version, "config", e.config)
	// The port first: a second start says so before it touches anything.
	ln, err := net.Listen("tcp", e.config.Addr)
	if err != nil {
		return fault.New(fault.Conflict, "app.address").With("addr", e.config.Addr).Because(err)
	}
	if err := a.Start(e.ctx); err != nil {
		ln.Close()
		return err
	}
	address := "http://" + ln.Addr().String()
	fmt.Fprintf(e.out, "Vigie: %s\n", address)
	if c.Open || len(os.Args) == 1 && desktop() {
		browse(address)
	}
	serveErr := a.Serve(e.ctx, ln)
	stop, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), 30*time.Second)
	defer cancel()
	if err := a.Stop(stop); err != nil && serveErr == nil {
		e.log.Warn("stop", "error", err)
	}
	return serveErr
}

type workerCmd struct{}

// Run works until a signal.
func (c *workerCmd) Run(e *env) error {
	a, err := app.Build(e.ctx, e.config, e.log)
	if err != nil {
		return err
	}
	defer a.Close()
	e.log.Info("vigie worker", "version", app.Version, "config", e.config)
	if err := a.Start(e.ctx); err != nil {
		return err
	}
	<-e.ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), 30*time.Second)
	defer cancel()
	return a.Stop(stop)
}

type migrateCmd struct{}

// Run migrates and says how many steps there were.
func (c *migrateCmd) Run(e *env) error {
	a, err := app.Build(e.ctx, e.config, e.log)
	if err != nil {
		return err
	}
	defer a.Close()
	n, err := a.Migrate(e.ctx)
	if err == nil {
		fmt.Fprintf(e.out, "%d\n", n)
	}
	return err
}

type versionCmd struct{}

// Run prints the version.
func (c *versionCmd) Run(e *env) error {
	fmt.Fprintf(e.out, "vigie %s %s %s/%s\n", app.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// desktop tells whether a browser would have a screen to open on.
func desktop() bool {
	switch runtime.GOOS {
	case "darwin", "windows":
		return true
	}
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// browse opens the person's browser; that it could not is no failure, the
// address stands on the terminal.
func browse(address string) {
	name, args := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	cmd := exec.Command(name, args...)
	if err := cmd.Start(); err == nil {
		go func() { _ = cmd.Wait() }()
	}
}
