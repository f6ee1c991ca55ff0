package bluesky_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

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
			Skip: map[string]string{"a forgotten token says signed out": "a real server believes an access token until it ends; TestRealSession… tries a bad one"},
		}
	})
}

func answers(server, handle, password string) map[string]map[string]string {
	return map[string]map[string]string{"account": {"server": server, "handle": handle, "password": password}}
}

func onFake(t testing.TB, s *blueskytest.Server) []networktest.Standing {
	var out []networktest.Standing
	for _, r := range s.Records() {
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
