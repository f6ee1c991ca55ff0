package networktest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

func cases() []testCase {
	all := []testCase{
		{"facts are complete", factsAreComplete},
		{"sign-in with the right answers", signInWithTheRightAnswers},
		{"sign-in with wrong answers can be answered again", signInWithWrongAnswers},
		{"capabilities are sane and kept", capabilitiesAreSane},
		{"a text is published", aTextIsPublished},
		{"every script and emoji arrives as it left", everyScriptArrives},
		{"a picture arrives with its alt text", aPictureArrives},
		{"the claimed limit of characters holds", theLimitHolds},
		{"the claimed limit of bytes holds", theByteLimitHolds},
		{"a thread of three stands in order", aThreadStandsInOrder},
		{"a look tells taken from not taken", aLookTells},
		{"an equal text sent earlier is not this one", anEqualTextEarlier},
		{"the same intent twice stands once", theSameIntentTwice},
		{"a post is deleted, twice is fine", aPostIsDeleted},
		{"a post is edited in place", aPostIsEdited},
		{"what it cannot do it says", whatItCannotDo},
		{"a forgotten token says signed out", aForgottenToken},
		{"a cancelled call ends", aCancelledCallEnds},
	}
	all = append(all, hearing()...)
	for _, f := range Faults() {
		all = append(all, testCase{"fault: " + string(f), func(t testing.TB, c *cast) { aFault(t, c, f) }})
	}
	return all
}

func factsAreComplete(t testing.TB, c *cast) {
	f := c.Driver.Facts()
	if f.Kind == "" || f.Title == "" || len([]rune(f.Short)) != 2 || f.Since == "" || f.API == "" || f.Price == "" || f.Tried == "" {
		t.Errorf("something is missing: %+v", f)
	}
	if !f.Simulated && len(f.Sources) == 0 {
		t.Error("no sources")
	}
	if f.Typical.Text.Unit == "" {
		t.Error("no typical capabilities")
	}
}

func signInWithTheRightAnswers(t testing.TB, c *cast) {
	if c.Answers == nil {
		t.Skip("the stage cannot sign in")
	}
	cred, who := c.signIn(t)
	if who.Ref == "" || who.Handle == "" || strings.HasPrefix(who.Handle, "@") || who.URL == "" {
		t.Errorf("incomplete profile: %+v", who)
	}
	c.Credentials = &cred
	again, err := c.presence(t).WhoAmI(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again.Ref != who.Ref || again.Handle != who.Handle {
		t.Errorf("signed in as %+v, is %+v", who, again)
	}
	c.quiet(t, slices.Collect(maps.Values(c.secretsOf(cred)))...)
}

// secretsOf are the values of the credentials that a log must not repeat.
func (c *cast) secretsOf(cred network.Credentials) map[string]string {
	out := map[string]string{}
	for k, v := range cred.Data {
		for _, word := range []string{"token", "secret", "password", "jwt", "key"} {
			if strings.Contains(strings.ToLower(k), word) {
				out[k] = v
			}
		}
	}
	return out
}

func signInWithWrongAnswers(t testing.TB, c *cast) {
	if len(c.Wrong) == 0 {
		t.Skip("the stage knows no wrong answers")
	}
	for wrong := range c.Wrong {
		step, err := c.Driver.Begin(t.Context())
		for err == nil && step.ID != wrong && step.ID != network.Done {
			step, err = c.Driver.Next(t.Context(), step, c.Answers[step.ID])
		}
		if err != nil || step.ID != wrong {
			t.Fatalf("no way to step %q: at %q, %v", wrong, step.ID, err)
		}
		_, err = c.Driver.Next(t.Context(), step, c.Wrong[wrong])
		switch fault.Of(err) {
		case fault.Invalid, fault.SignedOut, fault.NotFound, fault.Transient:
		default:
			t.Errorf("step %q with wrong answers: %q, want invalid, signed_out, not_found or transient: %v", wrong, fault.Of(err), err)
			continue
		}
		for _, f := range step.Fields {
			if v := c.Wrong[wrong][f.Name]; f.Type == "password" && len(v) > 3 && strings.Contains(err.Error(), v) {
				t.Errorf("the error repeats the %s", f.Name)
			}
		}
		if _, err := c.Driver.Next(t.Context(), step, c.Answers[wrong]); err != nil {
			t.Errorf("step %q, answered rightly the second time: %v", wrong, err)
		}
	}
}

func capabilitiesAreSane(t testing.TB, c *cast) {
	can := c.capabilities(t)
	if !slices.Contains([]network.Unit{network.Graphemes, network.Runes, network.UTF16, network.Bytes}, can.Text.Unit) {
		t.Errorf("unit %q", can.Text.Unit)
	}
	if can.Source == "" || can.Read == "" {
		t.Error("figures without source or date")
	}
	if i := can.Images; i.Max > 0 && (len(i.Types) == 0 || i.MaxBytes <= 0 || !c.p.Can(network.Uploading)) {
		t.Errorf("pictures without types, bytes or a way to upload: %+v", i)
	}
	if can.Delete != c.p.Can(network.Deleting) {
		t.Errorf("delete: says %v, can %v", can.Delete, c.p.Can(network.Deleting))
	}
	if can.Edit != c.p.Can(network.Editing) {
		t.Errorf("edit: says %v, can %v", can.Edit, c.p.Can(network.Editing))
	}
	for f, says := range map[network.Feature]bool{network.Receiving: len(can.Receives.Kinds) > 0, network.Recalling: can.Receives.History,
		network.Threading: can.Receives.Threads, network.Reacting: can.Receives.React, network.Streaming: can.Receives.Live != ""} {
		if says != c.p.Can(f) {
			t.Errorf("%s: says %v, can %v", f, says, !says)
		}
	}
	if !c.p.Can(network.Publishing) || !c.p.Can(network.Looking) {
		t.Error("a network of Vigie publishes, and can be looked at after a timeout")
	}
	if can.Languages > 0 && can.Languages > 20 || can.Pace.Posts < 0 || can.Text.Max < 0 {
		t.Errorf("strange figures: %+v", can)
	}
	before := c.wire.Calls()
	c.capabilities(t)
	if c.wire.Calls() != before {
		t.Error("capabilities are asked again at every use")
	}
}

func aTextIsPublished(t testing.TB, c *cast) {
	in := intent("Les galettes de Noël sont arrivées à Saint-Malo.")
	r := c.publish(t, in)
	if s := c.only(t, in.Text); s.Ref != r.Ref || s.Parent != "" {
		t.Errorf("receipt %+v, standing %+v", r, s)
	}
	if age := time.Since(r.At); age < -time.Hour || age > time.Hour {
		t.Errorf("published at %s", r.At)
	}
	c.quiet(t, "galettes")
}

func everyScriptArrives(t testing.TB, c *cast) {
	in := intent("Été 👨‍👩‍👧‍👦 🇫🇷 שלום مرحبا 日本語 #Noël “x” <b>&amp;</b> \\ 100 % !\n\nFin")
	c.publish(t, in)
	c.only(t, in.Text)
}

func aPictureArrives(t testing.TB, c *cast) {
	can := c.capabilities(t)
	if can.Images.Max == 0 {
		t.Skip("no pictures there")
	}
	var m network.Upload
	for _, kind := range can.Images.Types {
		if body, ok := picture(kind, 80, 60); ok {
			m = network.Upload{Type: kind, Bytes: int64(len(body)), Width: 80, Height: 60, Alt: "Une boîte de galettes, ouverte — “vue d’en haut”", Name: "boîte.img", Body: bytes.NewReader(body)}
			break
		}
	}
	if m.Body == nil {
		t.Fatalf("neither JPEG nor PNG in %v", can.Images.Types)
	}
	if can.Images.AltMax == 0 {
		m.Alt = ""
	}
	ref, err := c.p.Upload(t.Context(), m)
	if err != nil {
		t.Fatalf("upload: %v", explain(err))
	}
	in := intent("Avec une image")
	in.Media = []network.Media{{Ref: ref, Alt: m.Alt, Width: m.Width, Height: m.Height, Type: m.Type}}
	c.publish(t, in)
	if s := c.only(t, in.Text); !slices.Equal(s.Alts, []string{m.Alt}) {
		t.Errorf("alt texts %q, want %q", s.Alts, m.Alt)
	}
	c.quiet(t, "galettes")

	// P2: what the network would refuse never leaves.
	before := c.wire.Calls()
	big := m
	big.Bytes, big.Body = can.Images.MaxBytes+1, bytes.NewReader(nil)
	odd := m
	odd.Type, odd.Body = "application/pdf", bytes.NewReader(nil)
	for _, bad := range []network.Upload{big, odd} {
		if _, err := c.p.Upload(t.Context(), bad); !fault.Is(err, fault.Invalid) || network.OutcomeOf(err) != network.NotSent {
			t.Errorf("%s of %d bytes: %v", bad.Type, bad.Bytes, err)
		}
	}
	if c.wire.Calls() != before {
		t.Error("a picture over the limits made a call")
	}
}

// exactly builds a text that counts n in the rule, of words.
func exactly(rule network.TextRule, n int, word string) string {
	var b strings.Builder
	count := func(s string) int { return network.Count(s, "", rule).Used }
	each := count(word)
	for i := 0; i+each <= n; i += each {
		b.WriteString(word)
	}
	for count(b.String()) < n {
		b.WriteString("a")
	}
	return b.String()
}

func theLimitHolds(t testing.TB, c *cast) {
	can := c.capabilities(t)
	if can.Text.Max == 0 {
		t.Skip("no limit claimed")
	}
	full := exactly(can.Text, can.Text.Max, "né ")
	full = full[:len(full)-1] + "x"
	if tally := network.Count(full, "", can.Text); tally.Used != can.Text.Max || tally.Over {
		t.Fatalf("the suite counts wrong: %+v", tally)
	}
	c.publish(t, intent(full))
	c.only(t, full)
	c.overIsRefused(t, full+"x")
}

// overIsRefused: by Presence without a call, and by the network itself.
func (c *cast) overIsRefused(t testing.TB, text string) {
	t.Helper()
	before := c.wire.Calls()
	_, err := c.p.Publish(t.Context(), intent(text))
	if !fault.Is(err, fault.Invalid) || network.OutcomeOf(err) != network.NotSent {
		t.Errorf("one over the limit: %v", err)
	}
	if c.wire.Calls() != before {
		t.Error("one over the limit made a call")
	}
	if c.Lenient {
		return
	}
	_, err = c.acc.(network.Publisher).Publish(t.Context(), intent(text))
	if network.OutcomeOf(err) == network.Unknown || err == nil || fault.Of(err) == fault.Internal {
		t.Errorf("the network took, or the driver misread, one over the limit: %v", err)
	}
	if n := len(c.Standing(t)); n != 1 {
		t.Errorf("%d posts stand", n)
	}
}

func theByteLimitHolds(t testing.TB, c *cast) {
	can := c.capabilities(t)
	if can.Text.MaxBytes == 0 {
		t.Skip("no limit of bytes claimed")
	}
	const family = "👨‍👩‍👧‍👦"
	full := strings.Repeat(family, can.Text.MaxBytes/len(family))
	full += strings.Repeat("a", can.Text.MaxBytes-len(full))
	if tally := network.Count(full, "", can.Text); tally.Over || tally.Bytes != can.Text.MaxBytes {
		t.Skip("the first limit always comes first")
	}
	c.publish(t, intent(full))
	c.only(t, full)
	c.overIsRefused(t, full+"a")
}

func aThreadStandsInOrder(t testing.TB, c *cast) {
	if c.capabilities(t).Thread.Max < 3 {
		_, err := c.p.Publish(t.Context(), network.Intent{Key: "x", Made: time.Now(), Text: "x", Parent: "p", Root: "p"})
		if c.capabilities(t).Thread.Max < 2 && !fault.Is(err, fault.Unsupported) {
			t.Errorf("a thread where there is none: %v", err)
		}
		t.Skip("no threads there")
	}
	texts := []string{"Un 1/3", "Deux 2/3", "Trois 3/3"}
	var refs []network.Ref
	var root network.Ref
	for i, text := range texts {
		in := intent(text)
		if i > 0 {
			in.Parent, in.Root = refs[i-1], root
		}
		r := c.publish(t, in)
		if i == 0 {
			root = r.Ref
			if r.Root != "" {
				root = r.Root
			}
		}
		// A look must see the parts of a thread too.
		found, err := c.p.Find(t.Context(), in)
		if err != nil || !found.Taken || found.Receipt.Ref != r.Ref {
			t.Errorf("part %d: found %+v, %v", i+1, found, err)
		}
		refs = append(refs, r.Ref)
	}
	var got []Standing
	for _, s := range c.Standing(t) {
		got = append(got, Standing{Ref: s.Ref, Text: s.Text, Parent: s.Parent})
	}
	want := []Standing{{Ref: refs[0], Text: texts[0]}, {Ref: refs[1], Text: texts[1], Parent: refs[0]}, {Ref: refs[2], Text: texts[2], Parent: refs[1]}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func aLookTells(t testing.TB, c *cast) {
	in := intent("Un post que l’on cherche")
	p := c.presence(t)
	before, err := p.Find(t.Context(), in)
	if err != nil {
		t.Fatal(explain(err))
	}
	if before.Taken || !before.Sure && c.Unsure == "" {
		t.Errorf("before it was sent: %+v", before)
	}
	r := c.publish(t, in)
	after, err := p.Find(t.Context(), in)
	if err != nil || !after.Taken || after.Receipt.Ref != r.Ref || after.Receipt.URL == "" {
		t.Errorf("after: %+v %v, receipt was %+v", after, err, r)
	}
	other, err := p.Find(t.Context(), intent("Un autre, jamais envoyé"))
	if err != nil || other.Taken || !other.Sure && c.Unsure == "" {
		t.Errorf("another: %+v %v", other, err)
	}
	c.only(t, in.Text)
}

func anEqualTextEarlier(t testing.TB, c *cast) {
	first := intent("Bonjour à tous")
	c.publish(t, first)
	second := intent(first.Text)
	second.Made = second.Made.Add(30 * time.Minute)
	found, err := c.presence(t).Find(t.Context(), second)
	if err != nil || found.Taken {
		t.Errorf("the morning's post was taken for the evening's: %+v %v", found, err)
	}
}

func theSameIntentTwice(t testing.TB, c *cast) {
	c.presence(t)
	c.capabilities(t)
	in := intent("Une seule fois")
	c.arm(t, CutAfter)
	r, sent := c.deliver(t, t.Context(), in)
	if !sent {
		t.Fatal("a post that was taken was not found")
	}
	if s := c.only(t, in.Text); s.Ref != r.Ref {
		t.Errorf("found %s, stands %s", r.Ref, s.Ref)
	}
}

func aPostIsDeleted(t testing.TB, c *cast) {
	p := c.presence(t)
	if !p.Can(network.Deleting) {
		t.Skip("it cannot delete")
	}
	r := c.publish(t, intent("À retirer"))
	stay := c.publish(t, intent("Reste"))
	for range 2 {
		if err := p.Delete(t.Context(), r.Ref); err != nil {
			t.Fatal(explain(err))
		}
		if s := c.only(t, "Reste"); s.Ref != stay.Ref {
			t.Errorf("the wrong one was deleted: %+v", s)
		}
	}
}

func aPostIsEdited(t testing.TB, c *cast) {
	p := c.presence(t)
	if !p.Can(network.Editing) {
		t.Skip("it cannot edit")
	}
	r := c.publish(t, intent("Avec une fote"))
	in := intent("Sans faute")
	for range 2 {
		if _, err := p.Edit(t.Context(), r.Ref, in); err != nil {
			t.Fatal(explain(err))
		}
		if s := c.only(t, in.Text); s.Ref != r.Ref {
			t.Errorf("another post stands: %+v", s)
		}
	}
}

func whatItCannotDo(t testing.TB, c *cast) {
	p := c.presence(t)
	before := c.wire.Calls()
	for _, f := range network.Features() {
		if p.Can(f) {
			continue
		}
		var err error
		switch f {
		case network.Publishing:
			_, err = p.Publish(t.Context(), intent("x"))
		case network.Uploading:
			_, err = p.Upload(t.Context(), network.Upload{Type: "image/png", Bytes: 1, Body: strings.NewReader("x")})
		case network.Looking:
			_, err = p.Find(t.Context(), intent("x"))
		case network.Confirming:
			_, err = p.Confirm(t.Context(), network.Receipt{Ref: "x"})
		case network.Editing:
			_, err = p.Edit(t.Context(), "x", intent("x"))
		case network.Deleting:
			err = p.Delete(t.Context(), "x")
		case network.Receiving:
			_, err = p.Receive(t.Context(), "")
		case network.Recalling:
			_, err = p.History(t.Context(), "")
		case network.Streaming:
			err = p.Stream(t.Context(), func(network.Batch) error { return nil })
		case network.Threading:
			_, err = p.Thread(t.Context(), "x", 10)
		case network.Reacting:
			err = p.React(t.Context(), "x", "like", true)
		case network.Loading:
			err = p.Load(t.Context(), "x", "y", io.Discard)
		}
		if !fault.Is(err, fault.Unsupported) || network.OutcomeOf(err) != network.NotSent {
			t.Errorf("%s: %v", f, err)
		}
	}
	if c.wire.Calls() != before {
		t.Error("what cannot be done made a call")
	}
}

func aForgottenToken(t testing.TB, c *cast) {
	if c.SignOut == nil {
		t.Skip("the stage cannot sign out")
	}
	p := c.presence(t)
	c.capabilities(t)
	c.SignOut(t)
	if _, err := p.WhoAmI(t.Context()); !fault.Is(err, fault.SignedOut) || fault.MessageKey(err) == "" {
		t.Errorf("who am I: %v", explainOr(err))
	}
	_, err := p.Publish(t.Context(), intent("trop tard"))
	if !fault.Is(err, fault.SignedOut) || network.OutcomeOf(err) == network.Unknown {
		t.Errorf("publish: %v", explainOr(err))
	}
	if n := len(c.Standing(t)); n != 0 {
		t.Errorf("%d posts stand", n)
	}
}

func explainOr(err error) string {
	if err == nil {
		return "no error"
	}
	return explain(err)
}

func aCancelledCallEnds(t testing.TB, c *cast) {
	c.presence(t)
	c.capabilities(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before := c.wire.Calls()
	_, err := c.p.Publish(ctx, intent("annulé"))
	if network.OutcomeOf(err) != network.NotSent || c.wire.Calls() != before {
		t.Errorf("cancelled before: %v", err)
	}
	if _, err := c.p.WhoAmI(ctx); err == nil {
		t.Error("a cancelled question was answered")
	}
	if c.p.Can(network.Uploading) && c.capabilities(t).Images.Max > 0 {
		if _, err := c.p.Upload(ctx, network.Upload{Type: c.capabilities(t).Images.Types[0], Bytes: 3, Body: io.LimitReader(strings.NewReader("abc"), 3)}); err == nil {
			t.Error("a cancelled upload went on")
		}
	}
}

// aFault breaks the writing call of a post and then does what publishing does.
// However it went, at most one post stands, and exactly one when the driver
// said that it stands.
func aFault(t testing.TB, c *cast, f Fault) {
	p := c.presence(t)
	c.capabilities(t)
	in := intent("Malgré tout : " + string(f))
	c.arm(t, f)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if f == HangBefore || f == HangAfter {
		done := make(chan struct{})
		defer close(done)
		go func() {
			select {
			case <-c.wire.arrived:
				cancel()
			case <-done:
			}
		}()
	}
	r, err := p.Publish(ctx, in)
	c.wire.Calm()
	var e *network.Error
	switch {
	case err == nil && f == WrongType:
		// A lying content type over a good answer may be read all the same.
	case err == nil:
		t.Fatalf("no error; receipt %+v", r)
	case !errors.As(err, &e):
		t.Fatalf("not a *network.Error: %v", err)
	case !slices.Contains(f.Outcomes(), e.Outcome):
		t.Errorf("outcome %s, want %v: %v", e.Outcome, f.Outcomes(), explain(err))
	case fault.Of(err) == fault.Internal:
		t.Errorf("the network's fault was taken for ours: %v", explain(err))
	}
	c.kindOf(t, f, err)
	if e != nil && len(e.Answer) > 2000 {
		t.Errorf("%d bytes of answer are kept", len(e.Answer))
	}
	c.quiet(t, "Malgré")
	c.wire.mu.Lock()
	if c.wire.visits > 0 {
		t.Error("the redirect to a private address was followed")
	}
	if c.wire.sent > 64<<20 {
		t.Errorf("%d MB of the answer were read", c.wire.sent>>20)
	}
	c.wire.mu.Unlock()

	// Afterwards: the look says what stands.
	found, err := p.Find(t.Context(), in)
	if err != nil {
		t.Fatalf("find: %v", explain(err))
	}
	stands := 0
	if f.Taken() {
		stands = 1
	}
	if found.Taken != f.Taken() || !found.Taken && !found.Sure && c.Unsure == "" {
		t.Errorf("the look says %+v, taken is %v", found, f.Taken())
	}
	if n := len(c.Standing(t)); n != stands {
		t.Fatalf("%d posts stand, want %d", n, stands)
	}
	if !found.Taken && (found.Sure || found.Safe) {
		c.publish(t, in)
	}
	if found.Taken || found.Sure || found.Safe {
		c.only(t, in.Text)
	}
}

func (c *cast) kindOf(t testing.TB, f Fault, err error) {
	t.Helper()
	if err == nil {
		return
	}
	k, wait := fault.Of(err), fault.As(err).RetryAfter
	switch f {
	case Unreachable, CutBefore, CutAfter, HangBefore, HangAfter, CutBody, HTML, Huge, Status500, Status502:
		if k != fault.Transient {
			t.Errorf("kind %s, want transient", k)
		}
	case Status401:
		if k != fault.SignedOut {
			t.Errorf("kind %s, want signed_out", k)
		}
	case Status429, Status429Bare:
		if k != fault.TooMany || f == Status429 && wait < 5*time.Second {
			t.Errorf("kind %s after %s, want too_many after 7 s", k, wait)
		}
	}
}
