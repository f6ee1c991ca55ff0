package bluesky_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// says writes a post as the person's own client would.
func (p peer) says(t testing.TB, who person, text string, more map[string]any) network.Ref {
	t.Helper()
	rec := map[string]any{"$type": "app.bsky.feed.post", "text": text, "createdAt": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "langs": []string{"fr"}}
	for k, v := range more {
		rec[k] = v
	}
	var made struct{ URI, CID string }
	p.xrpc(t, p.url, "com.atproto.repo.createRecord", nil, who.access, map[string]any{"repo": who.did, "collection": "app.bsky.feed.post", "record": rec}, &made)
	return network.Ref(made.URI + "|" + made.CID)
}

func at(r network.Ref) map[string]string {
	uri, cid, _ := strings.Cut(string(r), "|")
	return map[string]string{"uri": uri, "cid": cid}
}

func under(parent, root network.Ref) map[string]any {
	return map[string]any{"reply": map[string]any{"parent": at(parent), "root": at(root)}}
}

func naming(did, text, shown string) map[string]any {
	i := strings.Index(text, shown)
	return map[string]any{"facets": []any{map[string]any{
		"index":    map[string]int{"byteStart": i, "byteEnd": i + len(shown)},
		"features": []any{map[string]string{"$type": "app.bsky.richtext.facet#mention", "did": did}},
	}}}
}

func quoting(r network.Ref) map[string]any {
	return map[string]any{"embed": map[string]any{"$type": "app.bsky.embed.record", "record": at(r)}}
}

func (p peer) erases(t testing.TB, who person, r network.Ref) {
	t.Helper()
	uri, _, _ := strings.Cut(string(r), "|")
	p.xrpc(t, p.url, "com.atproto.repo.deleteRecord", nil, who.access, map[string]any{"repo": who.did, "collection": "app.bsky.feed.post", "rkey": uri[strings.LastIndexByte(uri, '/')+1:]}, nil)
}

// ear receives as the inbox does: a stream says when, Receive says what.
type ear struct {
	hints chan struct{}
	from  network.Cursor
	told  map[network.Ref]int
	last  map[network.Ref]network.Item
	count map[network.Ref]network.Counts
}

func listen(t testing.TB, a all) *ear {
	t.Helper()
	b, err := a.Receive(t.Context(), "")
	if err != nil || len(b.Items) != 0 {
		t.Fatalf("%+v, %v", b, err)
	}
	e := &ear{make(chan struct{}, 1), b.Next, map[network.Ref]int{}, map[network.Ref]network.Item{}, map[network.Ref]network.Counts{}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		done <- a.Stream(ctx, func(network.Batch) error {
			select {
			case e.hints <- struct{}{}:
			default:
			}
			return nil
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; fault.Of(err) == fault.Internal {
			t.Error(err)
		}
	})
	return e
}

// until receives after each hint until ok.
func (e *ear) until(t testing.TB, a all, what string, ok func() bool) {
	t.Helper()
	late := time.After(2 * time.Minute)
	for !ok() {
		select {
		case <-e.hints:
		case <-late:
			t.Fatalf("waited two minutes for %s", what)
		}
		for more := true; more; {
			b, err := a.Receive(t.Context(), e.from)
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range b.Items {
				e.told[it.Ref]++
				e.last[it.Ref] = it
			}
			for _, c := range b.Counts {
				e.count[c.Ref] = c
			}
			e.from, more = b.Next, b.More
		}
	}
}

// I1, I2: what people say is heard once, within seconds; the answer stands in
// the right thread, and its author's own client shows it.
func TestRealPeopleAreHeardOnceAndAnswered(t *testing.T) {
	p := realPeer(t)
	p.wantsAppView(t)
	claire, yann := p.join(t, "claire"), p.join(t, "yann")
	d := driver(newWire())
	_, k := signIn(t, d, p.url, claire.handle, claire.password)
	a := open(t, d, k)
	post := publish(t, a, intent("Les galettes de Noël sont là."))
	p.seen(t, post, nil)
	e := listen(t, a)

	began := time.Now()
	reply := p.says(t, yann, "Jusqu’à quand ?", under(post.Ref, post.Ref))
	e.until(t, a, "the reply", func() bool { return e.told[reply] > 0 })
	t.Logf("a reply was received %.2f s after its author's client was answered", time.Since(began).Seconds())

	text := "Merci @" + claire.handle + " !"
	mention := p.says(t, yann, text, naming(claire.did, text, "@"+claire.handle))
	both := naming(claire.did, text, "@"+claire.handle)
	both["reply"] = under(post.Ref, post.Ref)["reply"]
	named := p.says(t, yann, text, both)
	quote := p.says(t, yann, "Regardez", quoting(post.Ref))
	e.until(t, a, "all four", func() bool { return len(e.told) == 4 })
	for ref, kind := range map[network.Ref]network.ItemKind{reply: network.Reply, mention: network.Mention, named: network.Reply, quote: network.Quote} {
		it := e.last[ref]
		if e.told[ref] != 1 || it.Kind != kind || it.Own || it.Author.Handle != yann.handle || it.Author.Ref != network.Ref(yann.did) || it.URL == "" || it.At.IsZero() || it.Language != "fr" {
			t.Errorf("told %d times, want a %s: %+v", e.told[ref], kind, it)
		}
	}
	if it := e.last[reply]; it.Parent != post.Ref || it.Root != post.Ref || it.Text != "Jusqu’à quand ?" {
		t.Errorf("%+v", it)
	}
	if it := e.last[quote]; it.Quoted != post.Ref || it.Root != quote {
		t.Errorf("%+v", it)
	}
	if c := e.count[post.Ref]; c.Replies == 0 {
		t.Errorf("counts: %+v", e.count)
	}

	// The answer names only what it answers.
	in := intent("Jusqu’à dimanche.")
	in.Parent = reply
	answer := publish(t, a, in)
	if answer.Root != post.Ref {
		t.Errorf("root %s", answer.Root)
	}
	p.seen(t, network.Receipt{Ref: reply}, func(v threadView) bool {
		return len(v.Replies) == 1 && v.Replies[0].Post.Record.Text == in.Text && v.Replies[0].Post.Author.DID == claire.did
	})
	p.notified(t, yann, "reply", 1)

	// She answers back, deeper: the thread is whole from there.
	back := p.says(t, yann, "Merci !", under(answer.Ref, post.Ref))
	e.until(t, a, "the answer to our answer", func() bool { return e.told[back] > 0 })
	items, err := a.Thread(t.Context(), back, 100)
	if err != nil || len(items) != 5 || items[0].Ref != post.Ref || items[1].Ref != reply || items[2].Ref != answer.Ref || items[3].Ref != back || items[4].Ref != named {
		t.Errorf("thread: %v\n%+v", err, items)
	}
	for _, it := range items {
		if want := it.Ref == post.Ref || it.Ref == answer.Ref; it.Own != want {
			t.Errorf("own: %+v", it)
		}
	}

	// A like is put once, and taken back once.
	likes := func(n int) func() bool {
		return func() bool {
			var got struct{ Posts []struct{ LikeCount int } }
			p.xrpc(t, p.bsky, "app.bsky.feed.getPosts", url.Values{"uris": {at(reply)["uri"]}}, "", nil, &got)
			return len(got.Posts) == 1 && got.Posts[0].LikeCount == n
		}
	}
	for _, on := range []bool{true, true, false, false} {
		if err := a.React(t.Context(), reply, "like", on); err != nil {
			t.Fatal(err)
		}
		n := 0
		if on {
			n = 1
		}
		p.until(t, "the like to count", likes(n))
	}

	// What is deleted is told, and no answer to it leaves.
	p.erases(t, yann, mention)
	e.until(t, a, "the deletion", func() bool { return e.last[mention].Gone })
	in = intent("À qui ?")
	in.Parent = mention
	_, err = a.Publish(t.Context(), in)
	wants(t, err, network.Refused, fault.NotFound)
	if e.told[reply] != 1 || e.told[named] != 1 || e.told[quote] != 1 || e.told[back] != 1 {
		t.Errorf("told more than once: %v", e.told)
	}

	// From the beginning, the history has what stands, once.
	var past []network.Ref
	for from, more := network.Cursor(""), true; more; {
		b, err := a.History(t.Context(), from)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range b.Items {
			past = append(past, it.Ref)
		}
		from, more = b.Next, b.More
	}
	if len(past) != 4 || past[0] != back || past[3] != reply {
		t.Errorf("history: %v", past)
	}
}

// I1: the pages of the real list lose what shares a millisecond at their end;
// nothing is missed all the same, with a clock that is an hour behind too.
func TestRealCrowdIsHeardWhole(t *testing.T) {
	p := realPeer(t)
	p.wantsAppView(t)
	claire, yann := p.join(t, "claire"), p.join(t, "yann")
	d := driver(newWire())
	_, k := signIn(t, d, p.url, claire.handle, claire.password)
	a := open(t, d, k)
	post := publish(t, a, intent("Qui vient ?"))
	p.seen(t, post, nil)
	start, err := a.Receive(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	want := map[network.Ref]bool{}
	when := time.Now().UTC()
	const crowd = 130
	var writes []any
	for i := range crowd {
		stamp := when.Add(time.Duration(i/40) * time.Millisecond) // forty in each millisecond
		if i == 7 {
			stamp = when.Add(-time.Hour)
		}
		writes = append(writes, map[string]any{"$type": "com.atproto.repo.applyWrites#create", "collection": "app.bsky.feed.post", "value": map[string]any{
			"$type": "app.bsky.feed.post", "text": "Moi " + time.Duration(i).String(), "createdAt": stamp.Format("2006-01-02T15:04:05.000Z"), "reply": under(post.Ref, post.Ref)["reply"],
		}})
	}
	var made struct{ Results []struct{ URI, CID string } }
	p.xrpc(t, p.url, "com.atproto.repo.applyWrites", nil, yann.access, map[string]any{"repo": yann.did, "writes": writes}, &made)
	for _, r := range made.Results {
		want[network.Ref(r.URI+"|"+r.CID)] = true
	}
	p.until(t, "the network to have them all", func() bool {
		var got struct{ Posts []struct{ ReplyCount int } }
		p.xrpc(t, p.bsky, "app.bsky.feed.getPosts", url.Values{"uris": {at(post.Ref)["uri"]}}, "", nil, &got)
		return len(got.Posts) == 1 && got.Posts[0].ReplyCount == crowd
	})
	got := map[network.Ref]int{}
	from := start.Next
	p.until(t, "all of them", func() bool {
		b, err := a.Receive(t.Context(), from)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range b.Items {
			got[it.Ref]++
		}
		from = b.Next
		return len(got) >= crowd
	})
	for ref := range want {
		if got[ref] != 1 {
			t.Errorf("%s told %d times", ref, got[ref])
		}
	}
}
