package stories

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vigie/test/program"
)

// story is what one script knows: its program, its persons, the last answer.
type story struct {
	tb      testing.TB
	program *program.Program
	persons map[string]*person
	speaks  *person

	status int
	body   string
}

type person struct {
	client *http.Client
	token  string
}

// Vocabulary is the words of the stories.
func Vocabulary() map[string]func(*testscript.TestScript, bool, []string) {
	words := map[string]func(*story, *testscript.TestScript, bool, []string){
		"start":    (*story).start,
		"kill":     func(s *story, ts *testscript.TestScript, _ bool, _ []string) { s.running(ts).Kill() },
		"again":    func(s *story, ts *testscript.TestScript, _ bool, _ []string) { s.running(ts).Again() },
		"stop":     (*story).stop,
		"vigie":    (*story).vigie,
		"as":       (*story).as,
		"bearer":   (*story).bearer,
		"get":      func(s *story, ts *testscript.TestScript, _ bool, a []string) { s.call(ts, "GET", a) },
		"post":     func(s *story, ts *testscript.TestScript, _ bool, a []string) { s.call(ts, "POST", a) },
		"put":      func(s *story, ts *testscript.TestScript, _ bool, a []string) { s.call(ts, "PUT", a) },
		"patch":    func(s *story, ts *testscript.TestScript, _ bool, a []string) { s.call(ts, "PATCH", a) },
		"delete":   func(s *story, ts *testscript.TestScript, _ bool, a []string) { s.call(ts, "DELETE", a) },
		"form":     (*story).form,
		"status":   (*story).isStatus,
		"says":     (*story).says,
		"is":       (*story).is,
		"keep":     (*story).keep,
		"keeplink": (*story).keepLink,
		"await":    (*story).await,
	}
	out := map[string]func(*testscript.TestScript, bool, []string){}
	for name, word := range words {
		out[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			word(ts.Value(key{}).(*story), ts, neg, args)
		}
	}
	return out
}

type key struct{}

// Begin prepares a story; it is the Setup of testscript.
func Begin(env *testscript.Env) error {
	tb, ok := env.T().(testing.TB)
	if !ok {
		return fmt.Errorf("stories need a *testing.T behind testscript, not %T", env.T())
	}
	env.Values[key{}] = &story{tb: tb, persons: map[string]*person{}}
	return nil
}

func need(ts *testscript.TestScript, args []string, n int, usage string) {
	if len(args) < n {
		ts.Fatalf("usage: %s", usage)
	}
}

func (s *story) running(ts *testscript.TestScript) *program.Program {
	if s.program == nil {
		ts.Fatalf("no Vigie yet: the story begins with “start”")
	}
	return s.program
}

func (s *story) start(ts *testscript.TestScript, _ bool, args []string) {
	s.program = program.Start(s.tb, program.Config{Args: args})
	ts.Setenv("URL", s.program.URL)
	ts.Setenv("HOST", strings.TrimPrefix(s.program.URL, "http://"))
	ts.Setenv("DATA", s.program.Data)
	ts.Setenv("VIGIE", program.Binary(s.tb))
	s.as(ts, false, []string{"claire"})
}

func (s *story) stop(ts *testscript.TestScript, neg bool, _ []string) {
	if err := s.running(ts).Stop(); (err != nil) != neg {
		ts.Fatalf("it ended with %v", err)
	}
}

func (s *story) vigie(ts *testscript.TestScript, neg bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), program.Patience)
	defer cancel()
	out, errs, err := s.running(ts).Run(ctx, "", args...)
	fmt.Fprint(ts.Stdout(), out)
	fmt.Fprint(ts.Stderr(), errs)
	s.status, s.body = 0, out
	if (err != nil) != neg {
		ts.Fatalf("vigie %s: %v\n%s%s", strings.Join(args, " "), err, out, errs)
	}
}

func (s *story) as(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "as NAME")
	if s.persons[args[0]] == nil {
		jar, err := cookiejar.New(nil)
		ts.Check(err)
		s.persons[args[0]] = &person{client: &http.Client{Jar: jar, Timeout: program.Patience}}
	}
	s.speaks = s.persons[args[0]]
}

func (s *story) bearer(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "bearer TOKEN")
	s.speaks.token = strings.TrimSpace(args[0])
}

// call speaks to the API: JSON from fields or from a file of the story.
func (s *story) call(ts *testscript.TestScript, method string, args []string) {
	need(ts, args, 1, strings.ToLower(method)+" PATH [k=v…|FILE]")
	var body io.Reader
	contentType := ""
	if len(args) == 2 && !strings.Contains(args[1], "=") {
		text := os.Expand(ts.ReadFile(args[1]), ts.Getenv)
		body, contentType = strings.NewReader(text), "application/json"
	} else if len(args) > 1 {
		fields := map[string]any{}
		for _, pair := range args[1:] {
			k, v, _ := strings.Cut(pair, "=")
			fields[k] = v
		}
		b, err := json.Marshal(fields)
		ts.Check(err)
		body, contentType = bytes.NewReader(b), "application/json"
	} else if method != http.MethodGet && method != http.MethodDelete {
		body, contentType = strings.NewReader("{}"), "application/json"
	}
	ts.Check(s.send(ts, method, args[0], contentType, body))
}

// form sends what a browser sends when a form of this very site is submitted.
func (s *story) form(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "form PATH k=v…")
	values := url.Values{}
	for _, pair := range args[1:] {
		k, v, _ := strings.Cut(pair, "=")
		values.Add(k, v)
	}
	ts.Check(s.send(ts, http.MethodPost, args[0], "application/x-www-form-urlencoded", strings.NewReader(values.Encode())))
}

func (s *story) send(ts *testscript.TestScript, method, path, contentType string, body io.Reader) error {
	base := s.running(ts).URL
	req, err := http.NewRequest(method, base+path, body)
	if err != nil {
		return err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("Accept-Language", "fr")
	if s.speaks.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.speaks.token)
	} else {
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req.Header.Set("Origin", base)
	}
	res, err := s.speaks.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	s.status, s.body = res.StatusCode, string(b)
	ts.Setenv("PATH_NOW", res.Request.URL.RequestURI())
	ts.Logf("%s %s → %d at %s", method, path, s.status, res.Request.URL.RequestURI())
	return err
}

func (s *story) isStatus(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "status CODE")
	if (strconv.Itoa(s.status) == args[0]) == neg {
		ts.Fatalf("the answer is %d:\n%s", s.status, excerpt(s.body))
	}
}

func (s *story) says(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "says TEXT")
	if strings.Contains(plain(html.UnescapeString(s.body)), plain(args[0])) == neg {
		ts.Fatalf("the answer says:\n%s", excerpt(s.body))
	}
}

func (s *story) is(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "is FIELD VALUE")
	got, err := field(s.body, args[0])
	if !neg {
		ts.Check(err)
	}
	if (got == args[1]) == neg {
		ts.Fatalf("%s is %q in:\n%s", args[0], got, excerpt(s.body))
	}
}

func (s *story) keep(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "keep NAME [FIELD]")
	if len(args) == 1 {
		ts.Setenv(args[0], strings.TrimSpace(s.body))
		return
	}
	got, err := field(s.body, args[1])
	if err != nil {
		ts.Fatalf("%v in:\n%s", err, excerpt(s.body))
	}
	ts.Setenv(args[0], got)
}

var links = regexp.MustCompile(`(?:href|action)="([^"]+)"`)

func (s *story) keepLink(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "keeplink NAME PATTERN")
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	for _, m := range links.FindAllStringSubmatch(s.body, -1) {
		if found := pattern.FindStringSubmatch(html.UnescapeString(m[1])); found != nil {
			ts.Setenv(args[0], found[len(found)-1])
			return
		}
	}
	ts.Fatalf("no link like %s in:\n%s", args[1], excerpt(s.body))
}

func (s *story) await(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "await FIELD VALUE PATH|vigie ARGS…")
	ask := func() { ts.Check(s.send(ts, http.MethodGet, args[2], "", nil)) }
	if args[2] == "vigie" {
		ask = func() { s.vigie(ts, false, args[3:]) }
	}
	ctx, cancel := context.WithTimeout(context.Background(), program.Patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		ask()
		if got, err := field(s.body, args[0]); err == nil && got == args[1] {
			return
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("%s never became %q:\n%s", args[0], args[1], excerpt(s.body))
		case <-tick.C:
		}
	}
}

// field walks a JSON text by a path of names and numbers: items.0.state. A
// last “count” counts what is there.
func field(text, path string) (string, error) {
	var at any
	if err := json.Unmarshal([]byte(text), &at); err != nil {
		return "", err
	}
	for name := range strings.SplitSeq(path, ".") {
		switch v := at.(type) {
		case map[string]any:
			next, ok := v[name]
			if !ok {
				return "", fmt.Errorf("no %q of %s", name, path)
			}
			at = next
		case []any:
			if name == "count" {
				at = float64(len(v))
				continue
			}
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(v) {
				return "", fmt.Errorf("no %q of %s among %d", name, path, len(v))
			}
			at = v[i]
		default:
			return "", fmt.Errorf("no %q of %s", name, path)
		}
	}
	if s, ok := at.(string); ok {
		return s, nil
	}
	b, err := json.Marshal(at)
	return string(b), err
}

func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

var tags = regexp.MustCompile(`(?s)<head>.*?</head>|<[^>]*>`)

// excerpt is what a person needs to see of an answer: of a page, its words.
func excerpt(s string) string {
	if strings.HasPrefix(s, "<!doctype") {
		s = plain(html.UnescapeString(tags.ReplaceAllString(s, " ")))
	}
	if len(s) > 3000 {
		return s[:3000] + "…"
	}
	return s
}
