package networktest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

// Public is people of the network who speak to the account, by their own means
// and not by the driver's.
type Public struct {
	// Say makes somebody say a text under a post (an own one, or what somebody
	// said). Under and Quote empty: it names the account elsewhere.
	Say func(t testing.TB, s Saying) network.Ref
	// Edit and Erase change and delete what was said; nil: nobody can there.
	Edit  func(t testing.TB, ref network.Ref, text string)
	Erase func(t testing.TB, ref network.Ref)
	// Private: people can write in private.
	Private bool
	// Comments: people speak under posts only; without Under, Say chooses one.
	Comments bool
	// Undated: an edit carries no time there.
	Undated bool
	// Turns is how many readings may pass before a change is told; 0: one.
	Turns int
}

// Saying is what somebody says.
type Saying struct {
	Text    string
	Under   network.Ref
	Root    network.Ref // first of the thread of Under
	Private bool
}

func hearing() []testCase {
	return []testCase{
		{"what people say is received once", saidOnce},
		{"a page that is full, and one more", pagesMeet},
		{"an edit is told", anEditIsTold},
		{"a deletion is told, and no answer to it leaves", aDeletionIsTold},
		{"a cursor that lies is invalid", aCursorThatLies},
		{"a thread is whole, and our answers stand in it", aThreadIsWhole},
		{"the text of strangers is words", hostileWords},
		{"a stream says when to receive", aStreamSaysWhen},
		{"nothing new costs nearly nothing", nothingNew},
		{"a like is given and taken back", aLike},
		{"a network that answers nonsense is read again", readingThroughFaults},
	}
}

// public is who speaks, or the end of the case.
func (c *cast) public(t testing.TB) *Public {
	t.Helper()
	if !c.presence(t).Can(network.Receiving) {
		t.Skip("it does not receive")
	}
	if c.Public == nil {
		t.Skip("the stage has no public")
	}
	return c.Public
}

// begin is the place now.
func (c *cast) begin(t testing.TB) network.Cursor {
	t.Helper()
	b, err := c.presence(t).Receive(t.Context(), "")
	if err != nil {
		t.Fatalf("receive: %v", explain(err))
	}
	if len(b.Items) != 0 || b.Next == "" {
		t.Fatalf("an account that is read for the first time starts now: %+v", b)
	}
	return b.Next
}

// heard reads on from a place until there is no more.
func (c *cast) heard(t testing.TB, from network.Cursor) (items []network.Item, next network.Cursor) {
	t.Helper()
	for next = from; ; {
		b, err := c.presence(t).Receive(t.Context(), next)
		if err != nil {
			t.Fatalf("receive: %v", explain(err))
		}
		if b.Next == "" {
			t.Fatal("a batch without a place to go on from")
		}
		if items, next = append(items, b.Items...), b.Next; !b.More {
			return items, next
		}
	}
}

// strangers are the items that are not our own, by reference.
func strangers(items []network.Item) map[network.Ref][]network.Item {
	out := map[network.Ref][]network.Item{}
	for _, it := range items {
		if !it.Own {
			out[it.Ref] = append(out[it.Ref], it)
		}
	}
	return out
}

func saidOnce(t testing.TB, c *cast) {
	people := c.public(t)
	people.Say(t, Saying{Text: "Avant"})
	post := c.publish(t, intent("Les galettes sont là"))
	from := c.begin(t)
	want := map[network.Ref]Saying{}
	for _, s := range []Saying{{Text: "Jusqu’à quand ?", Under: post.Ref, Root: post.Ref}, {Text: "Bonjour"}, {Text: "Ma commande", Private: true}} {
		if !s.Private || people.Private {
			want[people.Say(t, s)] = s
		}
	}
	items, next := c.heard(t, from)
	got := strangers(items)
	if len(got) != len(want) {
		t.Errorf("%d were said, heard are %+v", len(want), items)
	}
	for ref, s := range want {
		if len(got[ref]) != 1 {
			t.Errorf("%q was told %d times", s.Text, len(got[ref]))
			continue
		}
		it := got[ref][0]
		if !slices.Contains(c.capabilities(t).Receives.Kinds, it.Kind) {
			t.Errorf("a %s, which is not among what it says it receives", it.Kind)
		}
		if !strings.Contains(it.Text, s.Text) || it.Author.Ref == "" || it.Author.Handle == "" || it.Author.Name == "" || it.At.IsZero() || it.Version == "" || it.Gone || it.Private != s.Private {
			t.Errorf("incomplete: %+v", it)
		}
		switch {
		case s.Private && it.Kind != network.Direct,
			!s.Private && s.Under == "" && it.Kind != network.Mention && !(people.Comments && it.Kind == network.Comment),
			s.Under != "" && (it.Kind != network.Reply && it.Kind != network.Comment || it.Parent != post.Ref || it.Root != "" && it.Root != post.Ref):
			t.Errorf("out of its place: %+v", it)
		}
	}
	if again, _ := c.heard(t, next); len(strangers(again)) != 0 {
		t.Errorf("nothing new, and told: %+v", again)
	}
	// A reader that was killed before it kept its place reads the same again.
	again, _ := c.heard(t, from)
	if a, b := strangers(again), strangers(items); len(a) != len(b) {
		t.Errorf("the same place tells %d, then %d", len(b), len(a))
	}
	for ref, it := range strangers(again) {
		if one := strangers(items)[ref]; len(one) == 0 || one[0].Version != it[0].Version {
			t.Errorf("the same item under another version: %+v", it)
		}
	}
	c.quiet(t, "Jusqu’à", "Ma commande")
}

func pagesMeet(t testing.TB, c *cast) {
	people := c.public(t)
	next := c.begin(t)
	total := 0
	for _, n := range []int{40, 41, 100, 101, 1} {
		want := map[network.Ref]bool{}
		for i := range n {
			want[people.Say(t, Saying{Text: fmt.Sprintf("Moi %d de %d", i, n)})] = true
		}
		total += n
		items, on := c.heard(t, next)
		next = on
		for ref, told := range strangers(items) {
			if !want[ref] || len(told) != 1 {
				t.Errorf("of %d: %s told %d times, said now %v", n, ref, len(told), want[ref])
			}
			delete(want, ref)
		}
		if len(want) > 0 {
			t.Errorf("of %d, %d were not heard", n, len(want))
		}
	}
	if !c.p.Can(network.Recalling) {
		return
	}
	past := map[network.Ref]int{}
	var last time.Time
	for from, more, n := network.Cursor(""), true, 0; more; n++ {
		b, err := c.p.History(t.Context(), from)
		if err != nil || n > 100 {
			t.Fatalf("history, page %d: %v", n, err)
		}
		for i, it := range b.Items {
			past[it.Ref]++
			if i > 0 && it.At.After(last.Add(time.Minute)) {
				t.Errorf("history is newest first: %s after %s", it.At, last)
			}
			last = it.At
		}
		from, more = b.Next, b.More
	}
	if len(past) != total {
		t.Errorf("history tells %d of %d", len(past), total)
	}
}

// told reads until ok, in as many turns as the network is allowed.
func (c *cast) told(t testing.TB, from network.Cursor, ok func(network.Item) bool) bool {
	t.Helper()
	for range max(1, c.Public.Turns) {
		items, next := c.heard(t, from)
		from = next
		for _, it := range items {
			if ok(it) {
				return true
			}
		}
	}
	return false
}

func anEditIsTold(t testing.TB, c *cast) {
	people := c.public(t)
	if people.Edit == nil {
		t.Skip("nobody edits there")
	}
	from := c.begin(t)
	ref := people.Say(t, Saying{Text: "Vos horraires ?"})
	items, next := c.heard(t, from)
	if len(items) != 1 {
		t.Fatalf("%+v", items)
	}
	people.Edit(t, ref, "Vos horaires ?")
	if !c.told(t, next, func(it network.Item) bool {
		return it.Ref == ref && strings.Contains(it.Text, "Vos horaires ?") && it.Version != items[0].Version && (people.Undated || !it.Edited.IsZero())
	}) {
		t.Error("the edit was not told")
	}
}

func aDeletionIsTold(t testing.TB, c *cast) {
	people := c.public(t)
	if people.Erase == nil {
		t.Skip("nobody deletes there")
	}
	from := c.begin(t)
	ref := people.Say(t, Saying{Text: "Oups"})
	_, next := c.heard(t, from)
	people.Erase(t, ref)
	if !c.told(t, next, func(it network.Item) bool { return it.Ref == ref && it.Gone }) {
		t.Error("the deletion was not told")
	}
	if again, _ := c.heard(t, next); len(strangers(again)) > 1 {
		t.Errorf("%+v", again)
	}
	n := len(c.Standing(t))
	in := intent("Trop tard")
	in.Parent, in.Answer = ref, true
	if _, err := c.p.Publish(t.Context(), in); !fault.Is(err, fault.NotFound) || network.OutcomeOf(err) != network.Refused {
		t.Errorf("an answer to what is gone: %v", explainOr(err))
	}
	if got := len(c.Standing(t)); got != n {
		t.Error("it left")
	}
	if c.p.Can(network.Threading) {
		if _, err := c.p.Thread(t.Context(), ref, 10); !fault.Is(err, fault.NotFound) {
			t.Errorf("its thread: %v", explainOr(err))
		}
	}
}

func aCursorThatLies(t testing.TB, c *cast) {
	people := c.public(t)
	good := c.begin(t)
	lies := []network.Cursor{"x", "n1.", "0", "null", "n1.e30", good + good, good[:len(good)/2], network.Cursor(strings.Repeat("9", 300)), "../../etc/passwd", "n1.\x00"}
	for _, lie := range lies {
		if _, err := c.p.Receive(t.Context(), lie); !fault.Is(err, fault.Invalid) || fault.As(err).Field != "cursor" {
			t.Errorf("receive from %.40q: %v", lie, explainOr(err))
		}
		if !c.p.Can(network.Recalling) {
			continue
		}
		if _, err := c.p.History(t.Context(), lie); !fault.Is(err, fault.Invalid) || fault.As(err).Field != "cursor" {
			t.Errorf("history from %.40q: %v", lie, explainOr(err))
		}
	}
	people.Say(t, Saying{Text: "Toujours là"})
	if items, _ := c.heard(t, good); len(items) != 1 {
		t.Errorf("after the lies: %+v", items)
	}
}

func aThreadIsWhole(t testing.TB, c *cast) {
	people := c.public(t)
	if !c.p.Can(network.Threading) {
		t.Skip("it has no threads to read")
	}
	post := c.publish(t, intent("Les galettes sont là"))
	asked := people.Say(t, Saying{Text: "Jusqu’à quand ?", Under: post.Ref, Root: post.Ref})
	in := intent("Jusqu’à dimanche.")
	in.Parent, in.Answer = asked, true // as an inbox answers: the thread's first post is the driver's to find
	answer := c.publish(t, in)
	found, err := c.p.Find(t.Context(), in)
	if err != nil || !found.Taken || found.Receipt.Ref != answer.Ref {
		t.Errorf("the answer is not found again: %+v, %v", found, explainOr(err))
	}
	stands := c.Standing(t)
	if s := stands[len(stands)-1]; s.Ref != answer.Ref || s.Parent != asked {
		t.Errorf("it stands elsewhere: %+v", s)
	}
	thanks := people.Say(t, Saying{Text: "Merci", Under: answer.Ref, Root: post.Ref})
	aside := people.Say(t, Saying{Text: "Miam", Under: post.Ref, Root: post.Ref})
	items, err := c.p.Thread(t.Context(), thanks, 50)
	if err != nil {
		t.Fatal(explain(err))
	}
	want := []network.Ref{post.Ref, asked, answer.Ref, thanks, aside}
	if len(items) != len(want) {
		t.Fatalf("%d items: %+v", len(items), items)
	}
	for i, it := range items {
		if own := it.Ref == post.Ref || it.Ref == answer.Ref; it.Ref != want[i] || it.Own != own || it.Root != post.Ref || it.Text == "" {
			t.Errorf("%d, want %s: %+v", i, want[i], it)
		}
	}
	if some, err := c.p.Thread(t.Context(), thanks, 2); err != nil || len(some) != 2 {
		t.Errorf("at most 2: %d, %v", len(some), err)
	}
}

func hostileWords(t testing.TB, c *cast) {
	people := c.public(t)
	from := c.begin(t)
	for _, text := range []string{
		`<script>alert(1)</script><img src=x onerror=alert(2)>`,
		"avant\x00après \x1b[31mrouge\x07",
		"\u202Ednatsrevne\u202C שלום \u2066x\u2069",
		"<p>&lt;b&gt; &amp;amp; 100 %</p>",
		strings.Repeat("e\u0301", 200),
		"👨‍👩‍👧‍👦 javascript:alert(1) \"'`",
	} {
		ref := people.Say(t, Saying{Text: text})
		items, next := c.heard(t, from)
		from = next
		want, _ := textkit.Clean(text)
		if len(items) != 1 || items[0].Ref != ref || !strings.Contains(items[0].Text, want) {
			t.Errorf("%q is %+v", text, items)
			continue
		}
		if i := strings.IndexFunc(items[0].Text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
			t.Errorf("%q has a control character at %d", items[0].Text, i)
		}
	}
}

func aStreamSaysWhen(t testing.TB, c *cast) {
	people := c.public(t)
	if !c.p.Can(network.Streaming) {
		t.Skip("it has no stream")
	}
	from := c.begin(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told, done := make(chan network.Batch, 100), make(chan error, 1)
	go func() {
		done <- c.p.Stream(ctx, func(b network.Batch) error { told <- b; return nil })
	}()
	next := func(what string) (b network.Batch) {
		select {
		case b = <-told:
		case err := <-done:
			t.Fatalf("%s: the stream ended: %v", what, err)
		case <-time.After(time.Minute):
			t.Fatalf("%s: nothing in a minute", what)
		}
		if b.Next != "" {
			t.Error("only Receive moves the reader on")
		}
		return b
	}
	if b := next("the line"); len(b.Items) != 0 {
		t.Errorf("the line stands, and tells %+v", b)
	}
	ref := people.Say(t, Saying{Text: "Bonjour"})
	if b := next("what was said"); len(b.Items) > 0 && b.Items[0].Ref != ref {
		t.Errorf("%+v", b)
	}
	if items, _ := c.heard(t, from); len(items) != 1 || items[0].Ref != ref {
		t.Errorf("received: %+v", items)
	}
	cancel()
	if err := <-done; err == nil || network.OutcomeOf(err) == network.Unknown {
		t.Errorf("ended: %v", err)
	}
}

func nothingNew(t testing.TB, c *cast) {
	people := c.public(t)
	from := c.begin(t)
	for range 5 {
		people.Say(t, Saying{Text: "Bonjour"})
	}
	_, from = c.heard(t, from)
	before := c.wire.Calls()
	c.heard(t, from)
	if n := c.wire.Calls() - before; n > 4 {
		t.Errorf("%d calls to hear nothing", n)
	}
}

func aLike(t testing.TB, c *cast) {
	people := c.public(t)
	if !c.p.Can(network.Reacting) {
		t.Skip("it cannot react")
	}
	ref := people.Say(t, Saying{Text: "Bravo"})
	for _, on := range []bool{true, true, false, false, true} {
		if err := c.p.React(t.Context(), ref, "like", on); err != nil {
			t.Fatalf("%v: %v", on, explain(err))
		}
	}
	if err := c.p.React(t.Context(), ref, "a reaction that nobody has", true); !fault.Is(err, fault.Unsupported) {
		t.Errorf("an unknown reaction: %v", explainOr(err))
	}
	if people.Erase == nil {
		return
	}
	people.Erase(t, ref)
	if err := c.p.React(t.Context(), ref, "like", false); err != nil {
		t.Errorf("taking back from what is gone: %v", explain(err))
	}
	if err := c.p.React(t.Context(), ref, "like", true); !fault.Is(err, fault.NotFound) {
		t.Errorf("liking what is gone: %v", explainOr(err))
	}
}

// readingThroughFaults breaks one reading in every way: it fails as it should,
// and the same place then tells all.
func readingThroughFaults(t testing.TB, c *cast) {
	people := c.public(t)
	if c.Break != nil {
		t.Skip("this network has no wire to break")
	}
	from := c.begin(t)
	ref := people.Say(t, Saying{Text: "Bonjour"})
	for _, f := range []Fault{Unreachable, CutBefore, HangBefore, HTML, Huge, Redirect, Status401, Status403, Status429, Status500, Status502} {
		c.wire.ArmReading(f)
		ctx, cancel := context.WithCancel(t.Context())
		if f == HangBefore {
			go func() {
				select {
				case <-c.wire.arrived:
					cancel()
				case <-ctx.Done():
				}
			}()
		}
		_, err := c.p.Receive(ctx, from)
		cancel()
		c.wire.Calm()
		if err == nil || network.OutcomeOf(err) == network.Unknown || fault.Of(err) == fault.Internal {
			t.Errorf("%s: %v", f, explainOr(err))
		}
		if f != Redirect && f != Status403 {
			c.kindOf(t, f, err)
		}
	}
	c.wire.mu.Lock()
	if c.wire.visits > 0 {
		t.Error("the redirect to a private address was followed")
	}
	if c.wire.sent > 64<<20 {
		t.Errorf("%d MB of the answer were read", c.wire.sent>>20)
	}
	c.wire.mu.Unlock()
	if items, _ := c.heard(t, from); len(items) != 1 || items[0].Ref != ref {
		t.Errorf("after the faults: %+v", items)
	}
}
