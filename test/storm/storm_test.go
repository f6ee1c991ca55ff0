package storm

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/network/toxic"
	"vigie/internal/networks/mastodon/mastodontest"
	"vigie/internal/networks/practice"
	"vigie/test/program"
)

// T4: kill -9 between any two steps, 0 lost, 0 doubled, every unknown resolved
// or shown. Over both databases, on the practice network, the strict Mastodon
// (as one that honours idempotency keys and as one that does not) and the real
// Bluesky when it is there, through lines that are cut as well.
func TestNothingIsLostOrDoubledInAStorm(t *testing.T) {
	if os.Getenv("VIGIE_STORM") == "" {
		t.Skip("the storm blows with VIGIE_STORM=1 (./check does)")
	}
	node := filepath.Join(t.TempDir(), "node")
	if out, err := exec.Command("go", "build", "-o", node, "vigie/test/storm/node").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for name, database := range map[string]string{"sqlite": "", "postgres": os.Getenv("VIGIE_TEST_POSTGRES_DURABLE")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // both spend their time waiting
			if name == "postgres" && database == "" {
				t.Skip("VIGIE_TEST_POSTGRES_DURABLE is not set: no storm over PostgreSQL")
			}
			if name == "postgres" {
				database = emptyDatabase(t, database)
			}
			storm(t, program.Config{Binary: node, Database: database})
		})
	}
}

func storm(t *testing.T, c program.Config) {
	vigie := program.Start(t, c)
	desk := Node{program.API{URL: vigie.URL}}
	ctx := t.Context()
	stages := []Stage{practiceStage(t, ctx, vigie, desk), mastodonStage(t, ctx, desk, "mastodon", mastodontest.Options{}),
		mastodonStage(t, ctx, desk, "gotosocial", mastodontest.Options{GoToSocial: true})}
	if at := os.Getenv("VIGIE_PEER_BLUESKY_URL"); at != "" {
		stages = append(stages, blueskyStage(t, ctx, desk, at))
	} else {
		t.Log("no VIGIE_PEER_BLUESKY_URL: the storm blows without the real Bluesky")
	}
	plan := Plan{Posts: 200, Kills: 24, Spread: 25 * time.Second, Calm: 4 * time.Minute, Seed: uint64(time.Now().UnixNano())}
	v := Run(t, vigie, desk, stages, plan)
	t.Logf("%d sent once, %d shown as not sent or to verify", v.Sent, v.Shown)
	for _, w := range v.Wrong {
		t.Error(w)
	}
	if v.Sent == 0 {
		t.Error("nothing left at all")
	}
}

// Node is the desk of test/storm/node.
type Node struct{ program.API }

// Schedule asks until it is answered.
func (n Node) Schedule(ctx context.Context, key, text string, channels []string, at time.Time) (post string, err error) {
	err = n.Once(ctx, "/schedule", key, map[string]any{"key": key, "text": text, "channels": channels, "at": at}, &post)
	return post, err
}

// Standing asks for one post.
func (n Node) Standing(ctx context.Context, post string) (map[string]Standing, error) {
	var out map[string]Standing
	return out, n.Do(ctx, http.MethodGet, "/standing?post="+url.QueryEscape(post), nil, &out)
}

func (n Node) connect(t *testing.T, ctx context.Context, kind string, answers ...map[string]string) string {
	t.Helper()
	var channel struct{ ID string }
	if err := n.Do(ctx, http.MethodPost, "/connect", map[string]any{"kind": kind, "answers": answers}, &channel); err != nil {
		t.Fatalf("connect %s: %v", kind, err)
	}
	return channel.ID
}

func practiceStage(t *testing.T, ctx context.Context, vigie *program.Program, desk Node) Stage {
	channel := desk.connect(t, ctx, "practice", map[string]string{"handle": "orage", "name": "Orage"})
	return Stage{Network: "practice", Channel: channel, Online: func(ctx context.Context) ([]string, error) {
		store, err := practice.OpenFileStore(filepath.Join(vigie.Data, "practice"))
		if err != nil {
			return nil, err
		}
		defer store.Close()
		world, err := practice.NewWorld(ctx, practice.Config{Store: store})
		if err != nil {
			return nil, err
		}
		posts, err := world.Posts(ctx, "orage")
		var texts []string
		for _, p := range posts {
			texts = append(texts, p.Text)
		}
		return texts, err
	}}
}

func mastodonStage(t *testing.T, ctx context.Context, desk Node, name string, o mastodontest.Options) Stage {
	server := mastodontest.Start(t, o)
	token := "token-" + name
	server.Person("orage", token)
	line := toxic.To(t, server.URL)
	// Slow enough that many kills fall between the call and its answer.
	if _, err := line.Latency(toxic.Down, 60, 50); err != nil {
		t.Fatal(err)
	}
	channel := desk.connect(t, ctx, "mastodon", map[string]string{"server": "http://" + line.Addr}, map[string]string{"how": "token"}, map[string]string{"token": token})
	return Stage{Network: name, Channel: channel, Online: func(context.Context) ([]string, error) {
		var texts []string
		for _, s := range server.Statuses("orage") {
			texts = append(texts, s.Text)
		}
		return texts, nil
	}}
}

func blueskyStage(t *testing.T, ctx context.Context, desk Node, at string) Stage {
	pds := program.API{URL: strings.TrimSuffix(at, "/")}
	domain := os.Getenv("VIGIE_PEER_BLUESKY_DOMAIN")
	if domain == "" {
		domain = ".test"
	}
	handle := fmt.Sprintf("orage%d%s", time.Now().UnixNano()%1e9, domain)
	var account struct{ DID, AccessJwt string }
	err := pds.Do(ctx, http.MethodPost, "/xrpc/com.atproto.server.createAccount",
		map[string]string{"handle": handle, "email": handle + "@example.org", "password": "sous-la-pluie-7"}, &account)
	if err != nil {
		t.Fatalf("make a Bluesky account: %v", err)
	}
	line := toxic.To(t, at)
	if _, err := line.Latency(toxic.Down, 60, 50); err != nil {
		t.Fatal(err)
	}
	channel := desk.connect(t, ctx, "bluesky", map[string]string{"server": "http://" + line.Addr, "handle": handle, "password": "sous-la-pluie-7"})
	return Stage{Network: "bluesky", Channel: channel, Online: func(ctx context.Context) ([]string, error) {
		var texts []string
		for cursor := ""; ; {
			var page struct {
				Cursor  string
				Records []struct{ Value struct{ Text string } }
			}
			q := url.Values{"repo": {account.DID}, "collection": {"app.bsky.feed.post"}, "limit": {"100"}, "cursor": {cursor}}
			if err := pds.Do(ctx, http.MethodGet, "/xrpc/com.atproto.repo.listRecords?"+q.Encode(), nil, &page); err != nil {
				return nil, err
			}
			for _, r := range page.Records {
				texts = append(texts, r.Value.Text)
			}
			if cursor = page.Cursor; cursor == "" || len(page.Records) == 0 {
				return texts, nil
			}
		}
	}}
}
