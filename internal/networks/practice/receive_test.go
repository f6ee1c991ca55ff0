package practice

import (
	"context"
	"fmt"
	"testing"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/network"
)

var maelle = Person{Handle: "maelle.k", Name: "Maëlle Kerbrat", Lang: "fr", Temper: Warm}

func says(t testing.TB, w *World, l Line) network.Ref {
	t.Helper()
	if l.Account == "" {
		l.Account = "kerlann"
	}
	if l.Person.Handle == "" {
		l.Person = maelle
	}
	ref, err := w.Say(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func posts(t testing.TB, a network.Account, key, text string, parent network.Ref) network.Ref {
	t.Helper()
	r, err := a.(network.Publisher).Publish(t.Context(), network.Intent{Key: key, Made: time.Now(), Text: text, Parent: parent})
	if err != nil {
		t.Fatal(err)
	}
	return r.Ref
}

// I1: each thing said is told, in order, page after page, and the place in it
// means the same after a restart.
func TestCursorsHoldOverARestart(t *testing.T) {
	dir := t.TempDir()
	w := world(t, fileStore(t, dir))
	a, cred := open(t, w, "kerlann")
	post := posts(t, a, "p", "Les galettes sont là", "")
	first, err := a.(network.Receiver).Receive(t.Context(), "")
	if err != nil || len(first.Items) != 0 || first.Next == "" || first.More {
		t.Fatalf("%+v %v", first, err)
	}
	want := map[network.Ref]bool{}
	for i := range pageSize + 1 {
		want[says(t, w, Line{Under: post, Text: fmt.Sprintf("Bravo %d", i)})] = true
	}
	again := world(t, fileStore(t, dir))
	b, err := New(again).Open(cred, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, acc := range []network.Account{a, b} {
		got, from, n := map[network.Ref]bool{}, first.Next, 0
		for {
			page, err := acc.(network.Receiver).Receive(t.Context(), from)
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range page.Items {
				if got[it.Ref] || it.Text != fmt.Sprintf("Bravo %d", n) || it.Kind != network.Comment || it.Parent != post || it.Root != post || it.Own {
					t.Fatalf("item %d: %+v", n, it)
				}
				got[it.Ref], n = true, n+1
			}
			from = page.Next
			if !page.More {
				break
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d told, %d said", len(got), len(want))
		}
	}
}

func TestCursorOfAnotherLifeIsInvalid(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	w, err := NewWorld(t.Context(), Config{Latency: -1, Now: clock.Now(func() time.Time { now = now.Add(time.Second); return now })})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := open(t, w, "kerlann")
	b, err := a.(network.Receiver).Receive(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Forget(t.Context(), "kerlann"); err != nil {
		t.Fatal(err)
	}
	a, _ = open(t, w, "kerlann")
	says(t, w, Line{Text: "Coucou"})
	for _, c := range []network.Cursor{b.Next, "r", "nonsense", "r1.1", b.Next + "0", "h1.99"} {
		_, err := a.(network.Receiver).Receive(t.Context(), c)
		if !fault.Is(err, fault.Invalid) || fault.As(err).Field != "cursor" {
			t.Errorf("%q: %v", c, err)
		}
	}
}

// The answer stands in the thread, the person answers it, and what was edited
// or deleted is told.
func TestAConversationIsWhole(t *testing.T) {
	w := world(t, nil)
	a, _ := open(t, w, "kerlann")
	post := posts(t, a, "p", "Les galettes sont là", "")
	start, _ := a.(network.Receiver).Receive(t.Context(), "")
	asked := says(t, w, Line{Under: post, Text: "Jusqu’à quand ?"})
	answer := posts(t, a, "a", "Jusqu’à dimanche.", asked)
	thanks := says(t, w, Line{Under: answer, Text: "Merci"})
	if err := w.Reword(t.Context(), asked, "Jusqu’à quand, s’il vous plaît ?"); err != nil {
		t.Fatal(err)
	}
	other := says(t, w, Line{Under: post, Text: "Oups"})
	if err := w.Unsay(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	b, err := a.(network.Receiver).Receive(t.Context(), start.Next)
	if err != nil {
		t.Fatal(err)
	}
	last := map[network.Ref]network.Item{}
	for _, it := range b.Items {
		last[it.Ref] = it
	}
	if it := last[asked]; it.Text != "Jusqu’à quand, s’il vous plaît ?" || it.Version != "1" || it.Edited.IsZero() {
		t.Errorf("edited: %+v", it)
	}
	if it := last[answer]; !it.Own || it.Parent != asked || it.Root != post {
		t.Errorf("own answer: %+v", it)
	}
	if it := last[thanks]; it.Kind != network.Reply || it.Parent != answer {
		t.Errorf("reply: %+v", it)
	}
	if it := last[other]; !it.Gone {
		t.Errorf("deleted: %+v", it)
	}
	if len(b.Counts) != 2 || b.Counts[1].Ref != answer || b.Counts[0].Ref != post || b.Counts[0].Replies != 1 {
		t.Errorf("counts: %+v", b.Counts)
	}
	items, err := a.(network.Threader).Thread(t.Context(), thanks, 50)
	if err != nil || len(items) != 4 || items[0].Ref != post || items[1].Ref != asked || items[2].Ref != answer || items[3].Ref != thanks || !items[0].Own {
		t.Errorf("thread: %v %+v", err, items)
	}
	if _, err := a.(network.Publisher).Publish(t.Context(), network.Intent{Key: "late", Made: time.Now(), Text: "À qui ?", Parent: other}); !fault.Is(err, fault.NotFound) || network.OutcomeOf(err) != network.Refused {
		t.Errorf("an answer to what is gone: %v", err)
	}
	shown, _ := w.Posts(t.Context(), "kerlann")
	if len(shown) != 2 || len(shown[0].Events) != 1 || len(shown[1].Events) != 1 {
		t.Errorf("the page shows %+v", shown)
	}
}

func TestAPrivateConversationStaysPrivate(t *testing.T) {
	w := world(t, nil)
	a, _ := open(t, w, "kerlann")
	one := says(t, w, Line{Private: true, Text: "Ma commande 4312 est cassée"})
	two := says(t, w, Line{Private: true, Text: "Vous êtes là ?"})
	answer := posts(t, a, "a", "Nous vous la renvoyons.", two)
	items, err := a.(network.Threader).Thread(t.Context(), answer, 50)
	if err != nil || len(items) != 3 {
		t.Fatalf("%v %+v", err, items)
	}
	for _, it := range items {
		if !it.Private || it.Kind != network.Direct || it.Root != one {
			t.Errorf("%+v", it)
		}
	}
}

// The public answers our answers sometimes, and once.
func TestThePublicAnswersBack(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	w, err := NewWorld(t.Context(), Config{Store: fileStore(t, dir), Latency: -1, Now: clock.Now(func() time.Time { return now })})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := open(t, w, "kerlann")
	post := posts(t, a, "p", "Les galettes sont là", "")
	for i := range 40 {
		posts(t, a, fmt.Sprint("a", i), "Avec plaisir", says(t, w, Line{Under: post, Text: "Merci"}))
	}
	before, _ := a.(network.Receiver).Receive(t.Context(), "")
	if _, err := w.Pulse(t.Context(), now.Add(48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	read := func(w *World) (replies []string) {
		acc := &Account{world: w, handle: "kerlann", secret: a.(*Account).secret}
		for from, more := before.Next, true; more; {
			b, err := acc.Receive(t.Context(), from)
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range b.Items {
				if it.Kind == network.Reply && !it.Own {
					replies = append(replies, string(it.Ref)+it.Text)
				}
			}
			from, more = b.Next, b.More
		}
		return replies
	}
	one, two := read(w), read(world(t, fileStore(t, dir)))
	if len(one) < 5 || len(one) > 35 || fmt.Sprint(one) != fmt.Sprint(two) {
		t.Errorf("%d people answered back; after a restart %d", len(one), len(two))
	}
}

func TestAStreamTellsAtOnce(t *testing.T) {
	w := world(t, nil)
	a, _ := open(t, w, "kerlann")
	ctx, cancel := context.WithCancel(t.Context())
	got, done := make(chan network.Batch, 10), make(chan error)
	go func() {
		done <- a.(network.Streamer).Stream(ctx, func(b network.Batch) error { got <- b; return nil })
	}()
	if b := <-got; len(b.Items) != 0 { // the line stands
		t.Errorf("%+v", b)
	}
	ref := says(t, w, Line{Text: "Bonjour"})
	b := <-got
	if len(b.Items) == 0 || b.Items[0].Kind != network.Mention || b.Next != "" {
		t.Errorf("%+v, said %s", b, ref)
	}
	cancel()
	if err := <-done; err == nil {
		t.Error("it ended without a reason")
	}
}

func TestALikeIsOnce(t *testing.T) {
	w := world(t, nil)
	a, _ := open(t, w, "kerlann")
	ref := says(t, w, Line{Text: "Bonjour"})
	r := a.(network.Reactor)
	for _, on := range []bool{true, true, false, false, true} {
		if err := r.React(t.Context(), ref, "like", on); err != nil {
			t.Fatal(err)
		}
		if got, _ := w.Liked(t.Context(), ref); got != on {
			t.Errorf("liked %v, want %v", got, on)
		}
	}
	if err := r.React(t.Context(), ref, "dance", true); !fault.Is(err, fault.Unsupported) {
		t.Errorf("%v", err)
	}
	if err := r.React(t.Context(), "kerlann/none", "like", true); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}
