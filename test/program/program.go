// Package program runs Vigie as its owner does: the real binary, a directory
// of its own, a free port. Browser tests, stories and the storm of kills all
// start from here.
//
// It owns the life of the process: whatever it starts has ended when the test
// ends, children included. It never looks inside the program: it speaks to it
// by its command line and by HTTP.
package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Patience bounds every wait for the program. It is long because a shared
// machine can be ten times slower than a quiet one; nothing waits it out when
// all is well.
const Patience = 90 * time.Second

// Config says how the program is started. The zero value is a new
// installation on SQLite.
type Config struct {
	// Binary runs in place of the built program; it takes the same arguments.
	Binary string
	// Data is the data directory; empty means a new one that goes with the test.
	Data string
	// Database is the address of a PostgreSQL database; empty means SQLite.
	Database string
	// Env is added to the environment, as KEY=value. Nothing called VIGIE_… is
	// inherited, so that the machine's own settings do not leak into a test.
	Env []string
	// Args follow `vigie serve --data … --addr …`.
	Args []string
}

// Program is one running Vigie.
type Program struct {
	// URL is where it answers, without a slash at the end.
	URL string
	// Data is its data directory.
	Data string

	tb     testing.TB
	config Config
	binary string
	addr   string

	mu  sync.Mutex
	cmd *exec.Cmd
	end chan struct{} // closed when the present process has ended
	err error         // how it ended; read after end
	log bytes.Buffer
}

// Binary gives the path of the built program: VIGIE_BIN when it is set,
// otherwise one build per run of the test binary.
func Binary(tb testing.TB) string {
	tb.Helper()
	path, err := build()
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

var build = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("VIGIE_BIN"); path != "" {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "vigie-bin-")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "vigie")
	out, err := exec.Command("go", "build", "-o", path, "vigie/cmd/vigie").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

var built string

// Clean removes what Binary built. Call it from TestMain, after m.Run.
func Clean() {
	if built != "" {
		os.RemoveAll(built)
	}
}

// Start brings up a Vigie and waits until /healthz answers. It is stopped
// when the test ends; its log is printed if the test failed.
func Start(tb testing.TB, c Config) *Program {
	tb.Helper()
	if c.Data == "" {
		c.Data = tb.TempDir()
	}
	if c.Binary == "" {
		c.Binary = Binary(tb)
	}
	p := &Program{Data: c.Data, tb: tb, config: c, binary: c.Binary, addr: freeAddr(tb)}
	p.URL = "http://" + p.addr
	tb.Cleanup(func() {
		p.Stop()
		if tb.Failed() {
			tb.Logf("log of the program:\n%s", tail(p.Log(), 8000))
		}
	})
	p.Again()
	return p
}

// Again starts the program anew on the same data and the same address, after
// Kill or Stop, and waits until it answers.
func (p *Program) Again() {
	p.tb.Helper()
	err := p.Relaunch()
	if err == nil {
		err = p.awaitHealth()
	}
	if err != nil {
		p.Kill()
		p.tb.Fatalf("the program does not come up: %v\n%s", err, tail(p.Log(), 4000))
	}
}

// Relaunch starts the program anew and does not wait for it: for those who
// want to kill it while it comes up. Safe on any goroutine, when it is down; when
// it is up it does nothing.
func (p *Program) Relaunch() error {
	if p.Alive() {
		return nil
	}
	cmd := p.command(append([]string{"serve", "--data", p.Data, "--addr", p.addr}, p.config.Args...)...)
	cmd.Stdout, cmd.Stderr = (*logWriter)(p), (*logWriter)(p)
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	end := make(chan struct{})
	p.mu.Lock()
	p.cmd, p.end = cmd, end
	p.mu.Unlock()
	go func() {
		err := cmd.Wait()
		p.mu.Lock()
		p.err = err
		p.mu.Unlock()
		close(end)
	}()
	return nil
}

func (p *Program) awaitHealth() error {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	_, end := p.process()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/healthz", nil)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer from %s/healthz within %s", p.URL, Patience)
		case <-end:
			return fmt.Errorf("it ended: %w", p.ended())
		case <-tick.C:
		}
	}
}

// Kill ends the program as a power cut would (kill -9) and waits until it is
// gone. Safe to repeat.
func (p *Program) Kill() {
	if cmd, end := p.process(); cmd != nil {
		killGroup(cmd)
		<-end
	}
}

// Stop asks the program to end and waits; past Patience it is killed. Safe to
// repeat. The error says how it ended.
func (p *Program) Stop() error {
	cmd, end := p.process()
	if cmd == nil {
		return nil
	}
	select {
	case <-end:
		return p.ended()
	default:
	}
	if err := interrupt(cmd); err != nil && !errors.Is(err, os.ErrProcessDone) {
		killGroup(cmd)
	}
	select {
	case <-end:
	case <-time.After(Patience):
		killGroup(cmd)
		<-end
	}
	return p.ended()
}

// Alive says whether the process is still there.
func (p *Program) Alive() bool {
	cmd, end := p.process()
	if cmd == nil {
		return false
	}
	select {
	case <-end:
		return false
	default:
		return true
	}
}

// Run runs one command of the program (`vigie ARGS… --data …`) over the same
// data and gives what it printed.
func (p *Program) Run(ctx context.Context, stdin string, args ...string) (stdout, stderr string, err error) {
	cmd := p.command(append(args, "--data", p.Data)...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return "", "", err
	}
	stop := context.AfterFunc(ctx, func() { killGroup(cmd) })
	defer stop()
	err = cmd.Wait()
	return out.String(), errs.String(), err
}

// Log is what the program has written so far, all its lives together.
func (p *Program) Log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

func (p *Program) command(args ...string) *exec.Cmd {
	cmd := exec.Command(p.binary, args...)
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "VIGIE_") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	if p.config.Database != "" {
		cmd.Env = append(cmd.Env, "VIGIE_DATABASE="+p.config.Database)
	}
	cmd.Env = append(cmd.Env, p.config.Env...)
	return cmd
}

func (p *Program) process() (*exec.Cmd, chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd, p.end
}

func (p *Program) ended() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

type logWriter Program

func (w *logWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(b)
}

// freeAddr finds a port of the loopback that is free now. The program takes
// it a moment later: that another one takes it in between is possible, and
// then Start says so.
func freeAddr(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func tail(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return "…" + s[len(s)-n:]
}
