package storm

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/network/toxic"
	"vigie/test/program"
)

// Stage is one account on one network, as the storm sees it.
type Stage struct {
	// Network names it in promises and in the verdict.
	Network string
	// Channel is the id of the connected channel.
	Channel string
	// Line is the way to it, through which the weather blows; nil: none.
	Line *toxic.Line
	// Online reads all posts of the account, from the network.
	Online func(context.Context) ([]Post, error)
}

// Plan is the size of a storm.
type Plan struct {
	Posts, Kills int
	// Spread is the time over which the posts are scheduled: one half to leave
	// at once, the other half together, at a full minute.
	Spread time.Duration
	// Calm bounds the wait, after the last kill, for everything to settle.
	Calm time.Duration
	// Seed makes the moments of the kills and the weather; it is printed, so that
	// a storm can be looked at again (the machine's own rhythm is not in it).
	Seed uint64
}

// draft is one post of the storm.
type draft struct {
	marker  string
	parts   int
	picture bool
	number  int
	id      string
}

func (p Plan) draft(i int) draft {
	d := draft{marker: fmt.Sprintf("orage%d-%04d", p.Seed%100000, i), parts: 1, picture: i%5 == 0, number: i}
	if i%3 == 2 { // a third are threads
		d.parts = 2 + i/3%2
	}
	return d
}

func (d draft) part(i int) string { return fmt.Sprintf("%s-%d", d.marker, i+1) }

func (d draft) text() string {
	var parts []string
	for i := range d.parts {
		parts = append(parts, d.part(i)+" une publication sous l’orage")
	}
	return strings.Join(parts, "\n---\n")
}

// promises is what a publication's standing says of each of its parts.
func (d draft) promises(network string, s Standing) []Promise {
	var out []Promise
	for i := range d.parts {
		p := Promise{Marker: d.part(i), Network: network, State: s.State, Problem: s.Problem}
		switch {
		case i < s.Parts:
			p.State = "sent"
		case i > s.Parts && s.State != "sent":
			p.State = "failed" // not begun, so it must not be there
		}
		if i > 0 {
			p.After = d.part(i - 1)
		} else if d.picture {
			p.Pictures = 1
		}
		out = append(out, p)
	}
	return out
}

// Run lets the posts leave while the nodes are killed, waits for the calm and
// judges. The desks work at the same time, each on a share of the posts.
func Run(t *testing.T, nodes []*program.Program, desks []*Desk, stages []Stage, plan Plan) Verdict {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), plan.Spread+plan.Calm+4*time.Minute)
	defer cancel()
	began := time.Now()
	lap := func(what string) { t.Logf("%3.0f s: %s", time.Since(began).Seconds(), what) }
	// Everything that was given this hour leaves in the same second.
	together := began.Add(plan.Spread / 2).Truncate(time.Minute).Add(time.Minute)
	t.Logf("%d posts on %d channels, %d kills, seed %d", plan.Posts, len(stages), plan.Kills, plan.Seed)

	clear := weather(ctx, t, stages, plan)
	kills := make(chan error, 1)
	go func() { kills <- killing(ctx, nodes, plan, together) }()
	// Scheduling goes on under the kills too: a request is also a step.
	posts, err := schedule(ctx, desks, stages, plan, together)
	if err != nil {
		t.Fatalf("scheduling: %v", err)
	}
	lap("all scheduled")
	if err := <-kills; err != nil {
		t.Fatalf("killing: %v", err)
	}
	clear()
	for _, n := range nodes {
		n.Again()
	}
	lap("the last kill")
	if err := settle(ctx, t, desks[0], plan); err != nil {
		t.Fatalf("asking how the posts stand: %v", err)
	}
	lap("all settled")
	promises, again, err := standing(ctx, desks, stages, posts)
	if err != nil {
		t.Fatalf("asking how the posts stand: %v", err)
	}
	online := map[string][]Post{}
	for _, s := range stages {
		if online[s.Network], err = s.Online(ctx); err != nil {
			t.Fatalf("read %s: %v", s.Network, err)
		}
	}
	v := Judge(promises, online)
	v.Again = again
	lap("judged")
	return v
}

// among lets each desk take the next of n until all are done or one fails.
func among(desks []*Desk, n int, do func(d *Desk, i int) error) error {
	next := make(chan int)
	stop := make(chan struct{})
	failed := make(chan error, len(desks))
	var all sync.WaitGroup
	var once sync.Once
	for _, d := range desks {
		all.Go(func() {
			for i := range next {
				if err := do(d, i); err != nil {
					failed <- err
					once.Do(func() { close(stop) })
					return
				}
			}
		})
	}
feed:
	for i := range n {
		select {
		case next <- i:
		case <-stop:
			break feed
		}
	}
	close(next)
	all.Wait()
	close(failed)
	return <-failed
}

func schedule(ctx context.Context, desks []*Desk, stages []Stage, plan Plan, together time.Time) ([]draft, error) {
	var channels []string
	for _, s := range stages {
		channels = append(channels, s.Channel)
	}
	pace := time.NewTicker(max(plan.Spread/time.Duration(plan.Posts), time.Millisecond))
	defer pace.Stop()
	posts := make([]draft, plan.Posts)
	return posts, among(desks, plan.Posts, func(desk *Desk, i int) (err error) {
		<-pace.C
		d := plan.draft(i)
		at := together
		if i%2 == 0 {
			at = time.Now()
		}
		if d.id, err = desk.Schedule(ctx, d, channels, at); err != nil {
			return fmt.Errorf("%s: %w", d.marker, err)
		}
		posts[i] = d
		return nil
	})
}

// killing ends one node after the other at random moments, as often as planned,
// and starts it again each time: one half from the start, the other when all
// leave together.
func killing(ctx context.Context, nodes []*program.Program, plan Plan, together time.Time) error {
	random := rand.New(rand.NewPCG(plan.Seed, 0))
	for i := range plan.Kills {
		// From “not yet up” to “busy for a while”.
		wait := time.Duration(random.ExpFloat64() * float64(1200*time.Millisecond))
		if i == plan.Kills/2 {
			wait = max(wait, time.Until(together))
		}
		if !pause(ctx, wait) {
			return ctx.Err()
		}
		node := nodes[i%len(nodes)]
		node.Kill()
		if err := node.Relaunch(); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// settle asks until every publication has come to an end, or the calm is over:
// what is then still open goes to the verdict as it is.
func settle(ctx context.Context, t *testing.T, desk *Desk, plan Plan) error {
	over := time.Now().Add(plan.Calm)
	for {
		open, err := desk.Open(ctx)
		if err != nil || len(open) == 0 {
			return err
		}
		if time.Now().After(over) {
			t.Logf("not all settled within %s: %v", plan.Calm, open)
			return nil
		}
		if !pause(ctx, time.Second) {
			return ctx.Err()
		}
	}
}

func standing(ctx context.Context, desks []*Desk, stages []Stage, posts []draft) (promises []Promise, again int, err error) {
	all := make([]map[string]Standing, len(posts))
	err = among(desks, len(posts), func(d *Desk, i int) (err error) {
		all[i], err = d.Standing(ctx, posts[i].id)
		return err
	})
	for i, states := range all {
		for _, s := range stages {
			if states[s.Channel].Attempts > 1 {
				again++
			}
			promises = append(promises, posts[i].promises(s.Network, states[s.Channel])...)
		}
	}
	return promises, again, err
}
