package app_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/internal/app"
	"vigie/internal/base/fault"
	"vigie/internal/platform/sqldb"
)

// The log of the start shows the settings, and none of their secrets, in
// whatever field they stand.
func TestTheSettingsAreShownWithoutTheirSecrets(t *testing.T) {
	c := app.Config{Data: "data", SecretKey: "clefsecrete", Addr: "127.0.0.1:8420", URL: "https://vigie.example.org",
		Database: "postgres://vigie:motsecret@db.example.org/vigie?sslpassword=autresecret&sslmode=require",
		Mail:     "smtp://claire%40example.org:lettresecrete@mail.example.org:587?from=vigie@example.org"}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("vigie", "config", c)
	shown := b.String() + fmt.Sprint(c.LogValue())
	if strings.Contains(strings.ToLower(shown), "secret") && strings.Contains(strings.ReplaceAll(strings.ToLower(shown), "secretkey", ""), "secret") {
		t.Errorf("a secret shows: %s", shown)
	}
	for _, want := range []string{"db.example.org", "mail.example.org", "https://vigie.example.org"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%s is not shown: %s", want, shown)
		}
	}
}

// Whatever is wrong with what it finds, Build says so by the right kind of
// fault, without panic, and leaves nothing open or half made.
func TestWhatCannotBeOpenedIsRefusedByKind(t *testing.T) {
	write := func(dir, name, text string) string {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	good := app.Config{Addr: "127.0.0.1:0", Practice: -1}
	for what, change := range map[string]func(c *app.Config, dir string) fault.Kind{
		"a file where the directory should be": func(c *app.Config, dir string) fault.Kind {
			c.Data = filepath.Join(write(dir, "file", "x"), "file")
			return fault.Invalid
		},
		"an address that is none":    func(c *app.Config, _ string) fault.Kind { c.URL = "ftp://x"; return fault.Invalid },
		"a network that is none":     func(c *app.Config, _ string) fault.Kind { c.AllowPrivate = []string{"x"}; return fault.Invalid },
		"a mail server that is none": func(c *app.Config, _ string) fault.Kind { c.Mail = "x"; return fault.Invalid },
		"a key that is none":         func(c *app.Config, _ string) fault.Kind { c.SecretKey = "short"; return fault.Invalid },
		"a PostgreSQL that is away": func(c *app.Config, _ string) fault.Kind {
			c.Database = "postgres://vigie:motsecret@127.0.0.1:1/vigie?sslmode=disable"
			return fault.Transient
		},
	} {
		t.Run(what, func(t *testing.T) {
			c, dir := good, t.TempDir()
			c.Data = dir
			want := change(&c, dir)
			a, err := app.Build(t.Context(), c, quiet())
			if err == nil {
				a.Close()
			}
			if got := fault.Of(err); err == nil || got != want {
				t.Errorf("%v is %s, want %s", err, got, want)
			}
			if err != nil && strings.Contains(err.Error(), "motsecret") {
				t.Errorf("the password stands in the log: %v", err)
			}
		})
	}
}

// On SQLite one process works on a file; the second says so and touches
// nothing. On PostgreSQL nodes are many.
func TestTheSecondProgramOnOneDirectoryIsRefused(t *testing.T) {
	h := build(t, configFor(t, sqldb.SQLite))
	h.start()
	again := build(t, h.config)
	if err := again.Start(t.Context()); !fault.Is(err, fault.Conflict) || fault.As(err).Key != "app.running" {
		t.Errorf("%v", err)
	}
}
