package storm

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/network/toxic"
	"vigie/internal/networks/mastodon/mastodontest"
	"vigie/internal/networks/practice"
	"vigie/test/program"
)

// venue is a Vigie of one or more nodes with one brand, connected to every
// network there is.
type venue struct {
	t      *testing.T
	nodes  []*program.Program
	desks  []*Desk
	stages []Stage
	rows   string // the database of the practice network; empty: files
}

const person = "claire@example.org"

// house starts the nodes and does what an owner does on the first day.
func house(t *testing.T, binary, database string, nodes int) *venue {
	v := &venue{t: t, rows: database}
	c := program.Config{Binary: binary, Database: database, Env: []string{"VIGIE_SETTLE=" + patienceOfDoubt.String(),
		"VIGIE_ALLOW_PRIVATE=127.0.0.0/8", "VIGIE_PRACTICE_LATENCY=50ms", "VIGIE_SECRET_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}}
	for range nodes {
		p := program.Start(t, c)
		c.Data = p.Data // nodes share the directory of the media
		v.nodes = append(v.nodes, p)
	}
	v.vigie("sous la pluie battante 7\n", "user", "add", person, "--name", "Claire", "--admin")
	var tokens []string
	for i := range 4 {
		tokens = append(tokens, v.vigie("", "token", "add", "--email", person, "--name", fmt.Sprintf("orage %d", i)))
	}
	brand := ""
	for i := range 16 { // a picture whose reading was killed holds up one of them
		desk := &Desk{Brand: brand, next: i}
		for _, n := range v.nodes {
			desk.Nodes = append(desk.Nodes, program.API{URL: n.URL, Token: tokens[i%len(tokens)]})
		}
		if brand == "" {
			var made struct{ ID string }
			if err := desk.ask(t.Context(), http.MethodPost, "/api/v1/brands", "", map[string]string{"name": "Orage", "zone": "UTC"}, &made); err != nil {
				t.Fatalf("make a brand: %v", err)
			}
			brand, desk.Brand = made.ID, made.ID
		}
		v.desks = append(v.desks, desk)
	}
	v.practice()
	v.mastodon("mastodon", mastodontest.Options{})
	v.mastodon("gotosocial", mastodontest.Options{GoToSocial: true})
	if at := os.Getenv("VIGIE_PEER_BLUESKY_URL"); at != "" {
		v.bluesky(at)
	} else {
		t.Log("no VIGIE_PEER_BLUESKY_URL: the storm blows without the real Bluesky")
	}
	return v
}

func (v *venue) storm(plan Plan) {
	v.t.Helper()
	plan.Seed = uint64(time.Now().UnixNano())
	got := Run(v.t, v.nodes, v.desks, v.stages, plan)
	v.t.Logf("%d parts sent once, %d shown as not sent or to verify, %d publications took more than one attempt", got.Sent, got.Shown, got.Again)
	for _, w := range got.Wrong {
		v.t.Error(w)
	}
	if got.Sent == 0 {
		v.t.Error("nothing left at all")
	}
	if got.Again == 0 {
		v.t.Error("no post was ever interrupted: this was no storm")
	}
	// And the house itself stands: the chain of the logbook, the files.
	v.t.Logf("doctor: %s", v.vigie("", "doctor"))
}

func (v *venue) vigie(stdin string, args ...string) string {
	v.t.Helper()
	out, errs, err := v.nodes[0].Run(v.t.Context(), stdin, args...)
	if err != nil {
		v.t.Fatalf("vigie %s: %v\n%s%s", strings.Join(args, " "), err, out, errs)
	}
	return strings.TrimSpace(out)
}

func (v *venue) connect(s Stage, kind string, answers ...map[string]string) {
	v.t.Helper()
	var err error
	if s.Channel, err = v.desks[0].Connect(v.t.Context(), kind, answers...); err != nil {
		v.t.Fatalf("connect %s: %v", s.Network, err)
	}
	if s.Line != nil {
		// Slow enough that many kills fall between the call and its answer.
		if _, err := s.Line.Latency(toxic.Down, 60, 50); err != nil {
			v.t.Fatal(err)
		}
	}
	v.stages = append(v.stages, s)
}

func (v *venue) practice() {
	v.connect(Stage{Network: "practice", Online: func(ctx context.Context) ([]Post, error) {
		var store practice.Store = rows{v.rows}
		if v.rows == "" {
			files, err := practice.OpenFileStore(filepath.Join(v.nodes[0].Data, "practice"))
			if err != nil {
				return nil, err
			}
			defer files.Close()
			store = files
		}
		world, err := practice.NewWorld(ctx, practice.Config{Store: store})
		if err != nil {
			return nil, err
		}
		posts, err := world.Posts(ctx, "orage")
		var out []Post
		for _, p := range posts {
			out = append(out, Post{p.ID, p.Parent, p.Text, len(p.Media)})
		}
		return out, err
	}}, "practice", map[string]string{"handle": "orage", "name": "Orage"})
}

func (v *venue) mastodon(name string, o mastodontest.Options) {
	server := mastodontest.Start(v.t, o)
	token := "token-" + name
	server.Person("orage", token)
	line := toxic.To(v.t, server.URL)
	v.connect(Stage{Network: name, Line: line, Online: func(context.Context) ([]Post, error) {
		var out []Post
		for _, s := range server.Statuses("orage") {
			out = append(out, Post{s.ID, s.InReplyTo, s.Text, len(s.Media)})
		}
		return out, nil
	}}, "mastodon", map[string]string{"server": "http://" + line.Addr}, map[string]string{"how": "token"}, map[string]string{"token": token})
}

func (v *venue) bluesky(at string) {
	pds := program.API{URL: strings.TrimSuffix(at, "/")}
	domain := os.Getenv("VIGIE_PEER_BLUESKY_DOMAIN")
	if domain == "" {
		domain = ".test"
	}
	handle := fmt.Sprintf("orage%d%s", time.Now().UnixNano()%1e9, domain)
	var account struct{ DID string }
	err := pds.Do(v.t.Context(), http.MethodPost, "/xrpc/com.atproto.server.createAccount",
		map[string]string{"handle": handle, "email": handle + "@example.org", "password": "sous-la-pluie-7"}, &account)
	if err != nil {
		v.t.Fatalf("make a Bluesky account: %v", err)
	}
	line := toxic.To(v.t, at)
	v.connect(Stage{Network: "bluesky", Line: line, Online: func(ctx context.Context) ([]Post, error) {
		var out []Post
		for cursor := ""; ; {
			var page struct {
				Cursor  string
				Records []struct {
					URI   string
					Value struct {
						Text  string
						Reply struct{ Parent struct{ URI string } }
						Embed struct{ Images []struct{} }
					}
				}
			}
			q := url.Values{"repo": {account.DID}, "collection": {"app.bsky.feed.post"}, "limit": {"100"}, "cursor": {cursor}}
			if err := pds.Do(ctx, http.MethodGet, "/xrpc/com.atproto.repo.listRecords?"+q.Encode(), nil, &page); err != nil {
				return nil, err
			}
			for _, r := range page.Records {
				out = append(out, Post{r.URI, r.Value.Reply.Parent.URI, r.Value.Text, len(r.Value.Embed.Images)})
			}
			if cursor = page.Cursor; cursor == "" || len(page.Records) == 0 {
				return out, nil
			}
		}
	}}, "bluesky", map[string]string{"server": "http://" + line.Addr, "handle": handle, "password": "sous-la-pluie-7"})
}
