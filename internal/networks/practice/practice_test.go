package practice

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/networktest"
)

func world(t testing.TB, store Store) *World {
	t.Helper()
	w, err := NewWorld(t.Context(), Config{Store: store, Latency: -1})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func fileStore(t testing.TB, dir string) *FileStore {
	t.Helper()
	s, err := OpenFileStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

var deeds = map[networktest.Fault]Act{
	networktest.Unreachable:   {Deed: Unreachable},
	networktest.CutBefore:     {Deed: Cut},
	networktest.CutAfter:      {Deed: TakeThenCut},
	networktest.HangBefore:    {Deed: Hang},
	networktest.HangAfter:     {Deed: TakeThenHang},
	networktest.Status401:     {Deed: SignedOut},
	networktest.Status403:     {Deed: Forbid},
	networktest.Status422:     {Deed: Refuse},
	networktest.Status429:     {Deed: TooMany, Wait: 7 * time.Second},
	networktest.Status429Bare: {Deed: TooMany},
	networktest.Status500:     {Deed: Fail},
	networktest.Status502:     {Deed: TakeThenFail},
}

func TestAcceptance(t *testing.T) {
	for name, store := range map[string]func(t testing.TB) Store{
		"memory": func(testing.TB) Store { return NewMemoryStore() },
		"file":   func(t testing.TB) Store { return fileStore(t, t.TempDir()) },
	} {
		t.Run(name, func(t *testing.T) {
			networktest.Run(t, func(t testing.TB, wire *networktest.Wire) networktest.Stage {
				w := world(t, store(t))
				return networktest.Stage{
					Driver:  New(w),
					Answers: map[string]map[string]string{"handle": {"handle": "@Kerlann", "name": "Biscuiterie Kerlann"}},
					Wrong:   map[string]map[string]string{"handle": {"handle": "../etc"}},
					Standing: func(t testing.TB) []networktest.Standing {
						posts, err := w.Posts(t.Context(), "kerlann")
						if err != nil {
							t.Fatal(err)
						}
						var out []networktest.Standing
						for _, p := range posts {
							s := networktest.Standing{Ref: p.Ref(), Text: p.Text}
							if p.Parent != "" {
								s.Parent = network.Ref(p.Account + "/" + p.Parent)
							}
							for _, m := range p.Media {
								s.Alts = append(s.Alts, m.Alt)
								if _, _, err := w.Media(t.Context(), m.Key); err != nil {
									t.Errorf("a picture without bytes: %v", err)
								}
							}
							out = append(out, s)
						}
						return out
					},
					Public: &networktest.Public{
						Private: true,
						Say: func(t testing.TB, x networktest.Saying) network.Ref {
							return says(t, w, Line{Text: x.Text, Under: x.Under, Private: x.Private})
						},
						Edit: func(t testing.TB, ref network.Ref, text string) {
							if err := w.Reword(t.Context(), ref, text); err != nil {
								t.Fatal(err)
							}
						},
						Erase: func(t testing.TB, ref network.Ref) {
							if err := w.Unsay(t.Context(), ref); err != nil {
								t.Fatal(err)
							}
						},
					},
					SignOut: func(t testing.TB) {
						if err := w.SignOut(t.Context(), "kerlann"); err != nil {
							t.Fatal(err)
						}
					},
					Break: func(t testing.TB, f networktest.Fault) bool {
						act, ok := deeds[f]
						act.Reached = wire.Arrived
						if ok {
							w.Script("kerlann", act)
						}
						return ok
					},
				}
			})
		})
	}
}

func open(t testing.TB, w *World, handle string) (network.Account, network.Credentials) {
	t.Helper()
	d := New(w)
	s, err := d.Next(t.Context(), network.Step{ID: "handle"}, map[string]string{"handle": handle})
	if err != nil {
		t.Fatal(err)
	}
	a, err := d.Open(s.Credentials, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a, s.Credentials
}

// T4: the crash test of publishing rests on this: what was answered stands
// after a kill, whatever the last write left behind.
func TestWhatWasAnsweredStandsAfterAKill(t *testing.T) {
	dir := t.TempDir()
	w := world(t, fileStore(t, dir))
	a, cred := open(t, w, "kerlann")
	made := time.Now()
	r, err := a.(network.Publisher).Publish(t.Context(), network.Intent{Key: "k1", Made: made, Text: "avant"})
	if err != nil {
		t.Fatal(err)
	}
	// Nothing is closed: the process is gone, in the middle of a line.
	path := filepath.Join(dir, "world.jsonl")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"do":"post","handle":"kerlann","post":{"text":"torn`)
	f.Close()

	again := world(t, fileStore(t, dir))
	b, err := New(again).Open(cred, nil)
	if err != nil {
		t.Fatal(err)
	}
	found, err := b.(network.Finder).Find(t.Context(), network.Intent{Key: "k1", Made: made, Text: "avant"})
	if err != nil || !found.Taken || found.Receipt.Ref != r.Ref {
		t.Fatalf("%+v %v", found, err)
	}
	if _, err := b.(network.Publisher).Publish(t.Context(), network.Intent{Key: "k2", Made: made, Text: "après"}); err != nil {
		t.Fatal(err)
	}
	for _, seen := range []*World{again, world(t, fileStore(t, dir))} {
		posts, err := seen.Posts(t.Context(), "kerlann")
		if err != nil || len(posts) != 2 || posts[0].Text != "avant" || posts[1].Text != "après" {
			t.Errorf("%+v %v", posts, err)
		}
	}
}

func TestAnIntentSentTwiceStandsTwice(t *testing.T) {
	w := world(t, nil)
	a, _ := open(t, w, "kerlann")
	in := network.Intent{Key: "same", Made: time.Now(), Text: "bis"}
	for range 2 {
		if _, err := a.(network.Publisher).Publish(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	if posts, _ := w.Posts(t.Context(), "kerlann"); len(posts) != 2 || posts[0].ID == posts[1].ID {
		t.Errorf("a doubled post must show: %+v", posts)
	}
}

func TestTwoProcessesShareOneWorld(t *testing.T) {
	dir := t.TempDir()
	one, two := world(t, fileStore(t, dir)), world(t, fileStore(t, dir))
	a, cred := open(t, one, "kerlann")
	b, err := New(two).Open(cred, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i, acc := range []network.Account{a, b} {
		for n := range 50 {
			wg.Go(func() {
				key := string(rune('a'+i)) + strings.Repeat("x", n)
				if _, err := acc.(network.Publisher).Publish(context.Background(), network.Intent{Key: key, Made: time.Now(), Text: key}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	p1, _ := one.Posts(t.Context(), "kerlann")
	p2, _ := two.Posts(t.Context(), "kerlann")
	if len(p1) != 100 || len(p2) != 100 {
		t.Fatalf("%d and %d posts", len(p1), len(p2))
	}
	for i := range p1 {
		if p1[i].Ref() != p2[i].Ref() {
			t.Fatalf("post %d: %s and %s", i, p1[i].Ref(), p2[i].Ref())
		}
	}
	if _, err := New(two).Next(t.Context(), network.Step{ID: "handle"}, map[string]string{"handle": "kerlann"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a handle that is somebody's was given away: %v", err)
	}
}

func TestOneAccountCannotTouchAnothers(t *testing.T) {
	w := world(t, nil)
	mine, _ := open(t, w, "kerlann")
	other, _ := open(t, w, "morvan")
	r, err := mine.(network.Publisher).Publish(t.Context(), network.Intent{Key: "k", Made: time.Now(), Text: "à moi"})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.(network.Deleter).Delete(t.Context(), r.Ref); err != nil {
		t.Fatal(err) // as if it were gone: a stranger learns nothing
	}
	if _, err := other.(network.Editor).Edit(t.Context(), r.Ref, network.Intent{Text: "volé"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("edit: %v", err)
	}
	ref, err := mine.(network.Uploader).Upload(t.Context(), network.Upload{Type: "image/png", Bytes: 3, Body: bytes.NewReader([]byte("png"))})
	if err != nil {
		t.Fatal(err)
	}
	_, err = other.(network.Publisher).Publish(t.Context(), network.Intent{Key: "p", Made: time.Now(), Text: "x", Media: []network.Media{{Ref: ref, Alt: "x"}}})
	if network.OutcomeOf(err) != network.Refused {
		t.Errorf("another's picture: %v", err)
	}
	if posts, _ := w.Posts(t.Context(), "kerlann"); len(posts) != 1 || posts[0].Text != "à moi" {
		t.Errorf("%+v", posts)
	}
}

func TestThePublicReactsByTheClockAndTheSameAfterAReplay(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	w, err := NewWorld(t.Context(), Config{Store: fileStore(t, dir), Latency: -1, Now: clock.Now(func() time.Time { return now })})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := open(t, w, "kerlann")
	for i := range 40 {
		if _, err := w.Import(t.Context(), "kerlann", now.Add(-time.Duration(i)*time.Hour), network.Intent{Key: "k" + strings.Repeat("i", i), Text: "Bonjour"}); err != nil {
			t.Fatal(err)
		}
	}
	first, err := w.Pulse(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := w.Pulse(t.Context(), now); len(again) != 0 {
		t.Errorf("%d events happened twice", len(again))
	}
	kinds := map[EventKind]int{}
	people := map[string]bool{}
	for i, e := range first {
		kinds[e.Kind]++
		people[e.Person.Handle] = true
		if e.At.After(now) || i > 0 && e.At.Before(first[i-1].At) {
			t.Errorf("%s out of time", e.ID)
		}
		if spoken := e.Kind == Answer || e.Kind == Complaint; spoken != (e.Text != "") {
			t.Errorf("%s says %q", e.ID, e.Text)
		}
	}
	if kinds[Like] < 50 || kinds[Answer] < 10 || kinds[Complaint] < 3 || len(people) < 10 {
		t.Errorf("a strange public: %v, %d people", kinds, len(people))
	}
	later, err := w.Pulse(t.Context(), now.Add(48*time.Hour))
	if err != nil || len(later) == 0 {
		t.Errorf("nothing later: %v", err)
	}

	replay, err := NewWorld(t.Context(), Config{Store: fileStore(t, dir), Latency: -1})
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := replay.Pulse(t.Context(), now.Add(48*time.Hour)); len(again) != 0 {
		t.Errorf("after a restart %d events happened again", len(again))
	}
	posts, _ := replay.Posts(t.Context(), "kerlann")
	total := 0
	for _, p := range posts {
		total += len(p.Events)
	}
	if total != len(first)+len(later) {
		t.Errorf("%d events stand, %d happened", total, len(first)+len(later))
	}

	// A post that is withdrawn is left alone.
	r, err := a.(network.Publisher).Publish(t.Context(), network.Intent{Key: "gone", Made: now, Text: "oups"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.(network.Deleter).Delete(t.Context(), r.Ref); err != nil {
		t.Fatal(err)
	}
	if e, _ := w.Pulse(t.Context(), now.Add(96*time.Hour)); len(e) != 0 {
		t.Errorf("%d reactions to a post that is gone", len(e))
	}
}

func TestASlowPostIsConfirmed(t *testing.T) {
	w := world(t, nil)
	a, _ := open(t, w, "kerlann")
	w.Script("kerlann", Act{Deed: Slow})
	r, err := a.(network.Publisher).Publish(t.Context(), network.Intent{Key: "k", Made: time.Now(), Text: "lent"})
	if err != nil || r.Final || r.URL != "" {
		t.Fatalf("%+v %v", r, err)
	}
	if r, err = a.(network.Confirmer).Confirm(t.Context(), r); err != nil || !r.Final || r.URL == "" {
		t.Errorf("%+v %v", r, err)
	}
}

func TestNobodySpeaksWithoutLines(t *testing.T) {
	if len(Public()) != 12 {
		t.Error("the public is twelve")
	}
	for _, p := range Public() {
		if len(lines[p.Lang][p.Temper]) == 0 {
			t.Errorf("%s has nothing to say", p.Name)
		}
	}
}

func TestPicturesStayInTheirDirectory(t *testing.T) {
	s := fileStore(t, t.TempDir())
	for _, key := range []string{"../x", "", "a/b", `a\b`, ".", "A"} {
		if err := s.PutMedia(t.Context(), key, []byte("x")); err == nil {
			t.Errorf("%q was written", key)
		}
		if _, err := s.Media(t.Context(), key); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", key, err)
		}
	}
}
