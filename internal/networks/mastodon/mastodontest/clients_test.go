package mastodontest_test

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"vigie/internal/networks/mastodon/mastodontest"
)

// Third-party clients keep the fake honest: what they send must be known to
// it, and what it answers must be usable to them.

func picture(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 6))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "galette.png")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMastodonPyAgreesWithTheFake(t *testing.T) {
	python := ""
	for _, p := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(t.Context(), p, "-c", "import mastodon").Run() == nil {
			python = p
			break
		}
	}
	if python == "" {
		t.Skip("Mastodon.py is not installed (Debian: python3-mastodon): nobody but ourselves tried the fake")
	}
	s := mastodontest.Start(t, mastodontest.Options{})
	s.Person("claire", "tok-claire")
	s.Person("yann", "tok-yann")
	out, err := exec.CommandContext(t.Context(), python, "testdata/client.py", s.URL, "tok-claire", picture(t), "tok-yann").CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "ok" {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := s.Statuses("claire"); len(got) != 1 || len(got[0].Media) != 1 {
		t.Errorf("stands: %+v", got)
	}
}

// toot runs one command of Debian's client, with a home of its own.
type toot struct {
	t    *testing.T
	path string
	home string
}

func (c toot) cmd(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(c.t.Context(), c.path, args...)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+c.home, "HOME="+c.home, "PYTHONUNBUFFERED=1", "PYTHONIOENCODING=utf-8", "NO_COLOR=1")
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

func (c toot) run(args ...string) string {
	c.t.Helper()
	out, err := c.cmd(args...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("toot %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestTootAgreesWithTheFake(t *testing.T) {
	path, err := exec.LookPath("toot")
	if err != nil {
		t.Skip("toot is not installed (Debian: toot): nobody but ourselves tried the fake's sign-in")
	}
	s := mastodontest.Start(t, mastodontest.Options{})
	s.Person("claire", "")
	c := toot{t, path, t.TempDir()}

	c.signIn(s)
	if who := c.run("whoami"); !strings.Contains(who, "claire") {
		t.Errorf("whoami: %s", who)
	}
	c.run("post", "Une galette au beurre", "--media", picture(t), "--description", "La galette, dorée", "--visibility", "unlisted", "--language", "fr")
	first := s.Statuses("claire")[0]
	if m, _ := s.MediaOf(first.Media[0]); m.Alt != "La galette, dorée" || first.Visibility != "unlisted" || first.App != "toot - a Mastodon CLI client" {
		t.Errorf("posted %+v with %+v", first, m)
	}
	c.run("post", "La suite", "--reply-to", first.ID, "--spoiler-text", "Gourmand")
	thread := c.run("thread", first.ID)
	if a, b := strings.Index(thread, "Une galette"), strings.Index(thread, "La suite"); a < 0 || b < a {
		t.Errorf("thread: %s", thread)
	}
	if home := c.run("timeline", "--once"); !strings.Contains(home, "La suite") {
		t.Errorf("timeline: %s", home)
	}
	c.run("delete", first.ID)
	if got := s.Statuses("claire"); len(got) != 1 || got[0].Text != "La suite" {
		t.Errorf("after the deletion: %+v", got)
	}
}

// signIn is the authorisation by code, with the test as the person at the
// authorisation page.
func (c toot) signIn(s *mastodontest.Server) {
	t := c.t
	t.Helper()
	u, _ := url.Parse(s.URL)
	cmd := c.cmd("login", "-i", u.Host, "--disable-https")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	client := regexp.MustCompile(`client_id=([0-9a-f]+)`)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if m := client.FindStringSubmatch(lines.Text()); m != nil {
			code := s.Consent(m[1], "claire", "urn:ietf:wg:oauth:2.0:oob", "read write follow")
			fmt.Fprintf(in, "n\n%s\n", code) // no browser; here is the code
			break
		}
	}
	_, _ = io.Copy(&said, out)
	if err := cmd.Wait(); err != nil || !strings.Contains(said.String(), "Successfully logged in") {
		t.Fatalf("toot login: %v\n%s", err, said.String())
	}
}
