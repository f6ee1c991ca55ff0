package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"vigie/test/program"
)

// Skies is an account of the real Bluesky network, and the eyes of a test on it:
// the PDS for what stands in the account's repository, the AppView, where there
// is one, for what people see.
type Skies struct {
	tb            testing.TB
	pds, bsky     program.API
	did           string
	Server        string // of the account
	Handle        string
	Password      string
	appviewAbsent bool
}

// UnderTheRealSky makes an account, or skips the test where the network is absent.
func UnderTheRealSky(t *testing.T) *Skies {
	t.Helper()
	at := strings.TrimSuffix(os.Getenv("VIGIE_PEER_BLUESKY_URL"), "/")
	if at == "" {
		t.Skip("no VIGIE_PEER_BLUESKY_URL: the story is not told on the real Bluesky (test/peers/bluesky/start brings one up)")
	}
	domain := os.Getenv("VIGIE_PEER_BLUESKY_DOMAIN")
	if domain == "" {
		domain = ".test"
	}
	bsky := strings.TrimSuffix(os.Getenv("VIGIE_PEER_BLUESKY_BSKY"), "/")
	s := &Skies{tb: t, pds: program.API{URL: at}, bsky: program.API{URL: bsky}, appviewAbsent: bsky == "", Server: at,
		Handle: fmt.Sprintf("port%d%s", time.Now().UnixNano()%1e9, domain), Password: "une phrase pour le port"}
	var made struct{ DID string }
	err := s.pds.Do(t.Context(), http.MethodPost, "/xrpc/com.atproto.server.createAccount",
		map[string]string{"handle": s.Handle, "email": s.Handle + "@example.org", "password": s.Password}, &made)
	if err != nil {
		t.Fatalf("make a Bluesky account: %v", err)
	}
	s.did = made.DID
	return s
}

// Record is a post as the account's repository has it.
type Record struct {
	URI  string
	Text string
	Alts []string // of its pictures
}

// Records are the posts that stand in the account's repository.
func (s *Skies) Records() []Record {
	s.tb.Helper()
	var page struct {
		Records []struct {
			URI   string
			Value struct {
				Text  string
				Embed struct {
					Images []struct {
						Alt   string
						Image json.RawMessage
					}
				}
			}
		}
	}
	q := url.Values{"repo": {s.did}, "collection": {"app.bsky.feed.post"}, "limit": {"100"}}
	if err := s.pds.Do(s.tb.Context(), http.MethodGet, "/xrpc/com.atproto.repo.listRecords?"+q.Encode(), nil, &page); err != nil {
		s.tb.Fatalf("read the repository: %v", err)
	}
	var out []Record
	for _, r := range page.Records {
		one := Record{URI: r.URI, Text: r.Value.Text}
		for _, i := range r.Value.Embed.Images {
			one.Alts = append(one.Alts, i.Alt)
		}
		out = append(out, one)
	}
	return out
}

// Seen are the texts of this post that people are shown by the AppView, which
// learns of the repository a moment later. false: there is no AppView.
func (s *Skies) Seen(uri string) (texts []string, known bool) {
	s.tb.Helper()
	if s.appviewAbsent {
		return nil, false
	}
	var page struct {
		Posts []struct{ Record struct{ Text string } }
	}
	if err := s.bsky.Do(s.tb.Context(), http.MethodGet, "/xrpc/app.bsky.feed.getPosts?"+url.Values{"uris": {uri}}.Encode(), nil, &page); err != nil {
		s.tb.Fatalf("ask the AppView: %v", err)
	}
	for _, p := range page.Posts {
		texts = append(texts, p.Record.Text)
	}
	return texts, true
}
