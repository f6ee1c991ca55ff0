package live

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func hub(t *testing.T, c Config) *Hub {
	t.Helper()
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// next reads one event; the limit only ends a test that hangs.
func next(t *testing.T, ch <-chan Event) Event {
	t.Helper()
	select {
	case e, ok := <-ch:
		if !ok {
			t.Fatal("closed")
		}
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was told")
	}
	panic("unreachable")
}

func quiet(t *testing.T, ch <-chan Event) {
	t.Helper()
	select {
	case e, ok := <-ch:
		t.Errorf("told %+v (open %v)", e, ok)
	default:
	}
}

func TestOneHearsOnesOwnTopicsInOrder(t *testing.T) {
	h := hub(t, Config{})
	both := h.Subscribe(t.Context(), "brand:1", "post:1", "brand:1")
	other := h.Subscribe(t.Context(), "brand:2")
	for i := range 10 {
		h.Tell([]string{"brand:1", "post:1"}[i%2], "changed", i)
	}
	for i := range 10 {
		if e := next(t, both); e.Kind != "changed" || string(e.Data) != fmt.Sprint(i) || e.Topic != []string{"brand:1", "post:1"}[i%2] {
			t.Errorf("%d: %+v", i, e)
		}
	}
	quiet(t, both)
	quiet(t, other)
}

func TestASlowReaderIsToldToLookAgainAndHoldsNobodyUp(t *testing.T) {
	h := hub(t, Config{})
	slow := h.Subscribe(t.Context(), "brand:1")
	fast := h.Subscribe(t.Context(), "brand:1")
	for i := range 10 * queue { // would hang here if Tell waited
		h.Tell("brand:1", "changed", i)
		next(t, fast)
	}
	resynced := false
	for range len(slow) {
		resynced = next(t, slow).Kind == Resync || resynced
	}
	if !resynced {
		t.Error("it must hear that it missed something")
	}
	h.Tell("brand:1", "after", nil)
	if e := next(t, slow); e.Kind != "after" {
		t.Errorf("and then go on: %+v", e)
	}
}

func TestDataThatIsNoJSONBecomesALookAgain(t *testing.T) {
	h := hub(t, Config{})
	ch := h.Subscribe(t.Context(), "brand:1")
	h.Tell("brand:1", "changed", make(chan int))
	if e := next(t, ch); e.Kind != Resync {
		t.Errorf("%+v", e)
	}
}

func TestASubscriptionEndsWithItsContextAndWithTheHub(t *testing.T) {
	h := hub(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	gone, stays := h.Subscribe(ctx, "a"), h.Subscribe(t.Context(), "a")
	cancel()
	for range gone {
	}
	h.Tell("a", "x", nil)
	next(t, stays)
	for range 2 {
		if err := h.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for range stays {
	}
	if _, open := <-h.Subscribe(t.Context(), "a"); open {
		t.Error("a stopped hub has no subscribers")
	}
	h.Tell("a", "x", nil)
	h.Here("a", "1", "Claire", time.Minute)
	if len(h.topics)+len(h.all)+len(h.present) != 0 {
		t.Error("something is kept")
	}
	if h.Start(t.Context()) == nil {
		t.Error("a stopped hub does not start again")
	}
}

func TestManyTellAndListenAtOnce(t *testing.T) {
	h := hub(t, Config{})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 200 {
				h.Tell(fmt.Sprint("t", j%3), "x", j)
				h.Here("t1", fmt.Sprint(i), "n", time.Minute)
			}
		})
		wg.Go(func() {
			for range 50 {
				ctx, cancel := context.WithCancel(t.Context())
				ch := h.Subscribe(ctx, "t0", "t1")
				h.Tell("t0", "x", nil)
				<-ch
				cancel()
				for range ch {
				}
			}
		})
	}
	wg.Wait()
}

func people(t *testing.T, e Event) string {
	t.Helper()
	if e.Kind != Presence {
		t.Fatalf("%+v", e)
	}
	var ps []Person
	if err := json.Unmarshal(e.Data, &ps); err != nil {
		t.Fatal(err)
	}
	s := ""
	for _, p := range ps {
		s += p.Name + " "
	}
	return s
}

func TestWhoIsHereComesStaysAndFadesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hub(t, Config{})
		ch := h.Subscribe(t.Context(), "post:1")
		h.Here("post:1", "y", "Yann", 30*time.Second)
		if got := people(t, next(t, ch)); got != "Yann " {
			t.Error(got)
		}
		time.Sleep(20 * time.Second)
		h.Here("post:1", "c", "Claire", 30*time.Second)
		if got := people(t, next(t, ch)); got != "Claire Yann " {
			t.Error(got)
		}
		h.Here("post:1", "y", "Yann", 30*time.Second) // still there: no news
		synctest.Wait()
		quiet(t, ch)
		time.Sleep(29 * time.Second)
		synctest.Wait()
		quiet(t, ch)
		if len(h.Who("post:1")) != 2 {
			t.Error("nobody is forgotten before the time")
		}
		time.Sleep(time.Second)
		for range 2 { // both end at the same moment
			people(t, next(t, ch))
		}
		if len(h.Who("post:1")) != 0 {
			t.Error("forgotten after the time")
		}
		h.Here("post:1", "c", "Claire", 24*time.Hour)
		people(t, next(t, ch))
		h.Here("post:1", "c", "Claire M.", time.Minute)
		if got := people(t, next(t, ch)); got != "Claire M. " {
			t.Error(got)
		}
		h.Gone("post:1", "c")
		h.Gone("post:1", "c")
		if got := people(t, next(t, ch)); got != "" {
			t.Error(got)
		}
		h.Here("post:1", "z", "Zoé", 24*time.Hour)
		people(t, next(t, ch))
		time.Sleep(MaxPresence)
		synctest.Wait()
		if len(h.Who("post:1")) != 0 {
			t.Error("a day is not a presence")
		}
	})
}
