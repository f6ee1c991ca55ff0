package mastodon_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"vigie/internal/network"
	"vigie/internal/networks/mastodon/mastodontest"
)

// P2: two hundred posts, one in two meeting a fault, delivered as publishing
// delivers: 0 lost, 0 doubled, on a server that ignores the Idempotency-Key.
func TestTwoHundredPostsThroughAStorm(t *testing.T) {
	faults := []mastodontest.Fault{
		{Cut: true}, {Cut: true, After: true}, {CutBody: 10}, {Status: 500}, {Status: 500, After: true}, {Status: 502, After: true},
		{Status: 200, Type: "text/html", Body: "<html>"}, {Status: 200, Type: "text/html", Body: "<html>", After: true},
		{Status: 429}, {Status: 401}, {Status: 503}, {Keep: true, Type: "text/plain", After: true}, {Redirect: "http://127.0.0.1:1/"},
		{Status: 200, Body: "{}", After: true}, {Status: 200, Body: `{"id":`, After: true}, {Status: 404}, {Status: 422, Body: `{"error":"no"}`},
	}
	const seed = 20261120
	dice := rand.New(rand.NewPCG(seed, seed))
	d := open(t, mastodontest.Options{GoToSocial: true, MediaPolls: 1})
	want := map[string]int{}
	for i := range 200 {
		in := intent(fmt.Sprintf("Post %d de la tempête https://example.com/%d", i, i))
		want[in.Text] = 1
		if i%7 == 0 {
			ref, err := d.upload(t.Context(), "alt", pixels(t))
			if err != nil {
				t.Fatal(err)
			}
			in.Media = []network.Media{{Ref: ref}}
		}
		for range dice.IntN(3) {
			d.Spoil("POST", statuses, faults[dice.IntN(len(faults))])
		}
		d.deliver(in)
		d.Heal()
	}
	got := map[string]int{}
	for _, st := range d.Statuses("claire") {
		got[st.Text]++
	}
	for text := range want {
		if got[text] != 1 {
			t.Errorf("seed %d: %q stands %d times", seed, text, got[text])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d posts, want %d", len(got), len(want))
	}
}

// deliver attempts until the post is taken, looking after every unknown.
func (d desk) deliver(in network.Intent) {
	d.t.Helper()
	for range 10 {
		_, err := d.publish(d.t.Context(), in)
		if err == nil {
			return
		}
		if network.OutcomeOf(err) != network.Unknown {
			continue
		}
		if f := d.find(in); f.Taken {
			return
		} else if !f.Sure {
			d.t.Fatalf("not sure: %+v after %v", f, err)
		}
	}
	d.t.Fatalf("never taken: %s", in.Text)
}
