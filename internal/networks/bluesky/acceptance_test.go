package bluesky_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/network"
	"vigie/internal/network/networktest"
	"vigie/internal/networks/bluesky"
	"vigie/internal/networks/bluesky/blueskytest"
)

// The one acceptance suite of the door, against the strict fake.
func TestAcceptanceOnTheStrictFake(t *testing.T) {
	networktest.Run(t, func(t testing.TB, w *networktest.Wire) networktest.Stage {
		s := blueskytest.Start(t)
		p := s.Join("claire.test")
		return networktest.Stage{
			Driver:   bluesky.New(bluesky.Config{HTTP: w.Client(), UserAgent: "Vigie-test/1"}),
			Answers:  answers(s.URL, p.Handle, p.Password),
			Wrong:    answers(s.URL, p.Handle, "wrong-wrong-wrong"),
			Standing: func(t testing.TB) []networktest.Standing { return onFake(t, s) },
			SignOut:  func(testing.TB) { s.End() },
			Public:   publicOnFake(s, p),
		}
	})
}

// The same, against the real network.
func TestAcceptanceOnTheRealBluesky(t *testing.T) {
	p := realPeer(t)
	networktest.Run(t, func(t testing.TB, w *networktest.Wire) networktest.Stage {
		claire := p.join(t, "claire")
		return networktest.Stage{
			Driver:  bluesky.New(bluesky.Config{HTTP: w.Client(), UserAgent: "Vigie-test/1"}),
			Public:  p.public(t, claire),
			Answers: answers(p.url, claire.handle, claire.password),
			Wrong:   answers(p.url, claire.handle, "wrong-wrong-wrong"),
			Standing: func(t testing.TB) []networktest.Standing {
				var out []networktest.Standing
				for _, r := range p.standing(t, claire.did) {
					out = append(out, r.standing())
				}
				return out
			},
			// The server's access tokens live for two hours whatever happens to
			// the session, so it cannot be brought to forget one.
			Skip: map[string]string{
				"a page that is full, and one more": "TestRealCrowd… has its pages: here each word would be waited for",
				"a forgotten token says signed out": "a real server believes an access token until it ends; TestRealSession… tries a bad one",
			},
		}
	})
}

func answers(server, handle, password string) map[string]map[string]string {
	return map[string]map[string]string{"account": {"server": server, "handle": handle, "password": password}}
}

// public is Yann on the real network: what he says is there when it is told to
// Claire, so that the suite need not wait.
func (p peer) public(t testing.TB, us person) *networktest.Public {
	if p.bsky == "" {
		return nil
	}
	var yann person
	told := func(t testing.TB) map[string]bool {
		uris := map[string]bool{}
		for cursor := ""; ; {
			var got struct {
				Cursor        string
				Notifications []struct{ URI string }
			}
			p.xrpc(t, p.url, "app.bsky.notification.listNotifications", url.Values{"limit": {"100"}, "cursor": {cursor}}, us.access, nil, &got)
			for _, n := range got.Notifications {
				uris[n.URI] = true
			}
			if cursor = got.Cursor; cursor == "" {
				return uris
			}
		}
	}
	return &networktest.Public{
		Say: func(t testing.TB, x networktest.Saying) network.Ref {
			if yann.did == "" {
				yann = p.join(t, "yann")
			}
			var more map[string]any
			if x.Under != "" {
				// People answer what they see.
				p.seen(t, network.Receipt{Ref: x.Under}, nil)
				more = under(x.Under, x.Root)
			} else {
				x.Text += " @" + us.handle
				// A NUL never comes through: the network's own database does not take it.
				x.Text = strings.ReplaceAll(x.Text, "\x00", "")
				more = naming(us.did, x.Text, "@"+us.handle)
			}
			ref := p.says(t, yann, x.Text, more)
			p.until(t, "the network to tell it", func() bool { return told(t)[at(ref)["uri"]] })
			return ref
		},
		Erase: func(t testing.TB, ref network.Ref) {
			p.erases(t, yann, ref)
			p.until(t, "the network to forget it", func() bool {
				return !told(t)[at(ref)["uri"]] && p.xrpc(t, p.bsky, "app.bsky.feed.getPostThread", url.Values{"uri": {at(ref)["uri"]}}, "", nil, nil) != 200
			})
		},
	}
}

// publicOnFake is Yann, at his own client.
func publicOnFake(s *blueskytest.Server, us blueskytest.Person) *networktest.Public {
	s.Join("yann.test")
	// Twenty in each millisecond: what shares the last one of a page is left out
	// by the network; more than a page of them nobody could reach.
	began, n := time.Now(), 0
	return &networktest.Public{
		Say: func(t testing.TB, x networktest.Saying) network.Ref {
			var more map[string]any
			if x.Under != "" {
				more = under(x.Under, x.Root)
			} else {
				x.Text += " @" + us.Handle
				more = naming(us.DID, x.Text, "@"+us.Handle)
			}
			n++
			r := s.Says("yann.test", x.Text, began.Add(time.Duration(n/20)*time.Millisecond), more)
			return network.Ref(r.URI + "|" + r.CID)
		},
		Erase: func(t testing.TB, ref network.Ref) { s.Erases(at(ref)["uri"]) },
	}
}

func onFake(t testing.TB, s *blueskytest.Server) []networktest.Standing {
	var out []networktest.Standing
	us := s.Records()
	us = slices.DeleteFunc(us, func(r blueskytest.Record) bool {
		return !strings.HasPrefix(r.URI, "at://"+s.First().DID+"/app.bsky.feed.post/")
	})
	for _, r := range us {
		b, err := json.Marshal(map[string]any{"uri": r.URI, "cid": r.CID, "value": r.Value})
		if err != nil {
			t.Fatal(err)
		}
		var x record
		if err := json.Unmarshal(b, &x); err != nil {
			t.Fatal(err)
		}
		out = append(out, x.standing())
	}
	return out
}

func (r record) standing() networktest.Standing {
	s := networktest.Standing{Ref: network.Ref(r.URI + "|" + r.CID), Text: r.Value.Text}
	for _, i := range r.Value.Embed.Images {
		s.Alts = append(s.Alts, i.Alt)
	}
	if r.Value.Reply != nil {
		s.Parent = network.Ref(r.Value.Reply.Parent.URI + "|" + r.Value.Reply.Parent.CID)
	}
	return s
}

// byAge puts records of one second in the order they were made: their keys are
// in the order of seconds only.
func byAge(rs []record) []record {
	slices.SortStableFunc(rs, func(a, b record) int { return strings.Compare(a.Value.CreatedAt, b.Value.CreatedAt) })
	return rs
}
