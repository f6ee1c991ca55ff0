package networktest

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// A toy network, to try the suite and the kit on: a driver of a page, and its
// strict server.
type toyServer struct {
	*Fake
	mu    sync.Mutex
	posts []toyPost
	token string
}

type toyPost struct {
	ID     int      `json:"id"`
	Key    string   `json:"key"`
	Text   string   `json:"text"`
	Alts   []string `json:"alts"`
	Parent string   `json:"parent"`
}

func startToy(t testing.TB) *toyServer {
	s := &toyServer{Fake: NewFake(t), token: "tok-secret"}
	auth := map[string]string{"Authorization": "*"}
	known := func(w http.ResponseWriter, r *Asked) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer "+s.token {
			JSON(w, 401, map[string]string{"error": "who?"})
			return false
		}
		return true
	}
	s.Handle("GET /me", Want{Header: auth}, func(w http.ResponseWriter, r *Asked) {
		if known(w, r) {
			JSON(w, 200, map[string]string{"handle": "claire"})
		}
	})
	s.Handle("POST /media", Want{Header: map[string]string{"Authorization": "*", "Content-Type": "image/png"}, Query: []string{"alt!"}}, func(w http.ResponseWriter, r *Asked) {
		if known(w, r) {
			JSON(w, 200, map[string]string{"id": base64.RawURLEncoding.EncodeToString([]byte(r.URL.Query().Get("alt")))})
		}
	})
	s.Handle("POST /posts", Want{Header: auth, JSON: []string{"key!", "text!", "media[]", "parent"}}, func(w http.ResponseWriter, r *Asked) {
		if !known(w, r) {
			return
		}
		in := r.JSON.(map[string]any)
		p := toyPost{Key: in["key"].(string), Text: in["text"].(string)}
		if len(p.Text) > 200 {
			JSON(w, 422, map[string]string{"error": "too long"})
			return
		}
		p.Parent, _ = in["parent"].(string)
		list, _ := in["media"].([]any)
		for _, m := range list {
			alt, _ := base64.RawURLEncoding.DecodeString(m.(string))
			p.Alts = append(p.Alts, string(alt))
		}
		s.mu.Lock()
		p.ID = len(s.posts) + 1
		s.posts = append(s.posts, p)
		s.mu.Unlock()
		JSON(w, 200, p)
	})
	s.Handle("GET /posts", Want{Header: auth, Query: []string{"key!"}}, func(w http.ResponseWriter, r *Asked) {
		if !known(w, r) {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		found := []toyPost{}
		for _, p := range s.posts {
			if p.Key == r.URL.Query().Get("key") {
				found = append(found, p)
			}
		}
		JSON(w, 200, found)
	})
	return s
}

// toy is the driver; the functions make it a bad one.
type toy struct {
	http *http.Client
	base string
	// misread turns an error of publish into another.
	misread func(error) error
	blind   bool // never finds
}

func (d toy) Facts() network.Facts {
	return network.Facts{Kind: "toy", Title: "Toy", Short: "To", Since: "0", API: "0", Price: "network.free", Tried: "here", Simulated: true, Typical: toyCan}
}

func (d toy) Begin(context.Context) (network.Step, error) {
	return network.Step{ID: "token", Fields: []network.Field{{Name: "token", Type: "password"}}}, nil
}

func (d toy) Next(ctx context.Context, s network.Step, answers map[string]string) (network.Step, error) {
	c := network.Credentials{Server: d.base, Data: map[string]string{"token": answers["token"]}}
	a, err := d.Open(c, nil)
	if err != nil {
		return s, err
	}
	p, err := a.WhoAmI(ctx)
	return network.Step{ID: network.Done, Profile: p, Credentials: c}, err
}

func (d toy) Open(c network.Credentials, _ func(context.Context, network.Credentials) error) (network.Account, error) {
	return &toyAccount{toy: d, wire: wire.Client{HTTP: d.http, Base: c.Server, Header: http.Header{"Authorization": {"Bearer " + c.Data["token"]}}}}, nil
}

var toyCan = network.Capabilities{
	Text:   network.TextRule{Max: 200, Unit: network.Bytes},
	Images: network.ImageRule{Max: 1, MaxBytes: 1 << 20, Types: []string{"image/png"}, AltMax: 100},
	Thread: network.ThreadRule{Max: 5}, Source: "here", Read: "now",
}

type toyAccount struct {
	toy
	wire wire.Client
}

func (a *toyAccount) WhoAmI(ctx context.Context) (network.Profile, error) {
	var me struct{ Handle string }
	_, err := a.wire.Do(ctx, wire.Call{Method: "GET", Path: "/me", Into: &me})
	return network.Profile{Ref: network.Ref(me.Handle), Handle: me.Handle, URL: a.base + "/" + me.Handle}, err
}

func (a *toyAccount) Capabilities(context.Context) (network.Capabilities, error) { return toyCan, nil }

func (a *toyAccount) Upload(ctx context.Context, m network.Upload) (network.Ref, error) {
	var got struct{ ID string }
	_, err := a.wire.Do(ctx, wire.Call{Method: "POST", Path: "/media", Query: map[string][]string{"alt": {m.Alt}}, Body: m.Body, Type: m.Type, Length: m.Bytes, Writes: true, Into: &got})
	return network.Ref(got.ID), err
}

func (a *toyAccount) Publish(ctx context.Context, in network.Intent) (network.Receipt, error) {
	body := map[string]any{"key": in.Key, "text": in.Text}
	for _, m := range in.Media {
		list, _ := body["media"].([]string)
		body["media"] = append(list, string(m.Ref))
	}
	if in.Parent != "" {
		body["parent"] = string(in.Parent)
	}
	var p toyPost
	_, err := a.wire.Do(ctx, wire.Call{Method: "POST", Path: "/posts", JSON: body, Writes: true, Into: &p})
	if err != nil {
		if a.misread != nil {
			err = a.misread(err)
		}
		return network.Receipt{}, err
	}
	return a.receipt(p), nil
}

func (a *toyAccount) receipt(p toyPost) network.Receipt {
	id := strconv.Itoa(p.ID)
	return network.Receipt{Ref: network.Ref(id), URL: a.base + "/" + id, At: time.Now(), Final: true}
}

func (a *toyAccount) Find(ctx context.Context, in network.Intent) (network.Finding, error) {
	var all []toyPost
	_, err := a.wire.Do(ctx, wire.Call{Method: "GET", Path: "/posts", Query: map[string][]string{"key": {in.Key}}, Into: &all})
	if err != nil || len(all) == 0 || a.blind {
		return network.Finding{Sure: err == nil}, err
	}
	return network.Finding{Taken: true, Receipt: a.receipt(all[0])}, nil
}

func toyStage(change func(*toy)) Open {
	return func(t testing.TB, w *Wire) Stage {
		s := startToy(t)
		d := toy{http: w.Client(), base: s.URL}
		if change != nil {
			change(&d)
		}
		return Stage{
			Driver:  d,
			Answers: map[string]map[string]string{"token": {"token": "tok-secret"}},
			Wrong:   map[string]map[string]string{"token": {"token": "tok-wrong"}},
			Standing: func(testing.TB) []Standing {
				s.mu.Lock()
				defer s.mu.Unlock()
				var out []Standing
				for _, p := range s.posts {
					out = append(out, Standing{Ref: network.Ref(strconv.Itoa(p.ID)), Text: p.Text, Alts: p.Alts, Parent: network.Ref(p.Parent)})
				}
				return out
			},
			SignOut: func(testing.TB) {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.token = "another"
			},
		}
	}
}

func TestTheSuitePassesAGoodDriver(t *testing.T) { Run(t, toyStage(nil)) }

// judge runs one case on a stage and tells whether it failed.
func judge(t *testing.T, name string, open Open) (failed bool) {
	t.Helper()
	for _, tc := range cases() {
		if tc.name != name {
			continue
		}
		r := &recorder{TB: t}
		w := newWire(t)
		done := make(chan struct{})
		go func() { // FailNow ends its goroutine
			defer close(done)
			tc.run(r, &cast{Stage: open(t, w), wire: w})
		}()
		<-done
		return r.bad()
	}
	t.Fatalf("no case %q", name)
	return false
}

// The suite is worth what it refuses.
func TestTheSuiteRefusesABadDriver(t *testing.T) {
	refusedAlways := func(err error) error {
		return &network.Error{Fault: fault.New(fault.Transient, "x"), Outcome: network.Refused}
	}
	plain := func(err error) error { return fmt.Errorf("oh: %s", err) }
	for _, c := range []struct {
		name, in string
		change   func(*toy)
	}{
		{"a timeout called a refusal", "fault: hang after", func(d *toy) { d.misread = refusedAlways }},
		{"a cut called a refusal", "fault: cut before", func(d *toy) { d.misread = refusedAlways }},
		{"an error without a kind", "fault: status 500", func(d *toy) { d.misread = plain }},
		{"a driver that never finds", "the same intent twice stands once", func(d *toy) { d.blind = true }},
		{"a driver that follows redirects", "fault: redirect", func(d *toy) {
			d.http = &http.Client{Transport: follower{d.http.Transport}}
		}},
		{"a driver that tries again by itself", "fault: cut after", func(d *toy) { d.http = &http.Client{Transport: stubborn{d.http.Transport}} }},
	} {
		if !judge(t, c.in, toyStage(c.change)) {
			t.Errorf("%s passed %q", c.name, c.in)
		}
	}
}

// follower goes where it is sent, below the eyes of wire.
type follower struct{ http.RoundTripper }

func (f follower) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := f.RoundTripper.RoundTrip(r)
	if err == nil && res.StatusCode == 307 {
		to, _ := res.Location()
		res.Body.Close()
		return http.Get(to.String())
	}
	return res, err
}

// stubborn sends again what failed.
type stubborn struct{ http.RoundTripper }

func (f stubborn) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	again := func() (*http.Response, error) {
		c := r.Clone(r.Context())
		c.Body = io.NopCloser(strings.NewReader(string(body)))
		return f.RoundTripper.RoundTrip(c)
	}
	res, err := again()
	if err != nil {
		return again()
	}
	return res, err
}

// The kit is strict: each of these is a failure of the test that does it.
func TestTheFakeRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, ask := range map[string]func(url string) (*http.Response, error){
		"unknown route":  func(u string) (*http.Response, error) { return http.Get(u + "/nowhere") },
		"unknown method": func(u string) (*http.Response, error) { return http.Get(u + "/x") },
		"missing header": func(u string) (*http.Response, error) {
			return http.Post(u+"/x?q=1", "application/json", strings.NewReader(`{"a":{"b":1}}`))
		},
		"unknown query": func(u string) (*http.Response, error) {
			return send(u+"/x?q=1&z=2", "application/json", `{"a":{"b":1}}`)
		},
		"missing query": func(u string) (*http.Response, error) { return send(u+"/x", "application/json", `{"a":{"b":1}}`) },
		"unknown JSON": func(u string) (*http.Response, error) {
			return send(u+"/x?q=1", "application/json", `{"a":{"b":1,"c":2}}`)
		},
		"missing JSON": func(u string) (*http.Response, error) { return send(u+"/x?q=1", "application/json", `{}`) },
		"unknown form": func(u string) (*http.Response, error) {
			return send(u+"/x?q=1", "application/x-www-form-urlencoded", "a=1")
		},
		"no JSON at all": func(u string) (*http.Response, error) { return send(u+"/x?q=1", "application/json", `{`) },
	} {
		r := &recorder{TB: t}
		f := NewFake(r)
		f.Handle("POST /x", Want{Header: map[string]string{"X-Who": "me"}, Query: []string{"q!"}, JSON: []string{"a.b!", "list[].x"}}, func(w http.ResponseWriter, _ *Asked) { w.WriteHeader(204) })
		res, err := ask(f.URL)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if !r.bad() {
			t.Errorf("%s: let through with %d", name, res.StatusCode)
		}
	}
	f := NewFake(t)
	f.Handle("POST /x", Want{Header: map[string]string{"X-Who": "me"}, Query: []string{"q!"}, JSON: []string{"a.b!", "list[].x"}}, func(w http.ResponseWriter, _ *Asked) { w.WriteHeader(204) })
	f.Break("POST /x", Break{Status: 503, Body: "later"}, Break{Cut: true})
	for _, want := range []int{503, 0, 204} {
		res, err := send(f.URL+"/x?q=1", "application/json", `{"a":{"b":1},"list":[{"x":1}]}`)
		got := 0
		if err == nil {
			got = res.StatusCode
			res.Body.Close()
		}
		if got != want {
			t.Errorf("status %d, want %d", got, want)
		}
	}
	if f.Seen("POST /x") != 3 {
		t.Error("calls are counted")
	}
}

func send(url, kind, body string) (*http.Response, error) {
	r, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-Who", "me")
	return http.DefaultClient.Do(r)
}
