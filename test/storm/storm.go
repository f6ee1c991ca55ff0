package storm

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"vigie/test/program"
)

// Stage is one account on one network, as the storm sees it.
type Stage struct {
	// Network names it in promises and in the verdict.
	Network string
	// Channel is the id of the connected channel.
	Channel string
	// Online reads the texts of all posts of the account, from the network.
	Online func(context.Context) ([]string, error)
}

// Desk is the part of Vigie's API that the storm uses. Its verbs outlive the
// death of the program: they ask again until they are answered.
type Desk interface {
	// Schedule plans one post with this text on the channels, at this full
	// minute, or now when it is past. Safe to repeat with the same key.
	Schedule(ctx context.Context, key, text string, channels []string, at time.Time) (post string, err error)
	// Standing gives, for each channel of a post, its state and its problem.
	Standing(ctx context.Context, post string) (map[string]Standing, error)
}

// Standing is what the API says of one publication.
type Standing struct{ State, Problem string }

// Plan is the size of a storm.
type Plan struct {
	Posts, Kills int
	// Spread is the time over which the posts are scheduled: one half to leave
	// at once, the other half together, at the next full minute.
	Spread time.Duration
	// Calm bounds the wait, after the last kill, for everything to settle.
	Calm time.Duration
	// Seed makes the moments of the kills; it is printed, so that a storm can be
	// looked at again (the machine's own rhythm is not in it).
	Seed uint64
}

// Run lets the posts leave while the program is killed, waits for the calm and
// judges.
func Run(t *testing.T, vigie *program.Program, desk Desk, stages []Stage, plan Plan) Verdict {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), plan.Spread+plan.Calm+5*time.Minute)
	defer cancel()
	t.Logf("%d posts on %d channels, %d kills, seed %d", plan.Posts, len(stages), plan.Kills, plan.Seed)

	// Scheduling goes on under the kills too: a request is also a step.
	posts := make([]string, plan.Posts)
	scheduled := make(chan error, 1)
	go func() { scheduled <- schedule(ctx, desk, stages, plan, posts) }()

	kills := killing(ctx, vigie, plan)
	if err := <-scheduled; err != nil {
		t.Fatalf("scheduling: %v", err)
	}
	if err := <-kills; err != nil {
		t.Fatalf("killing: %v", err)
	}
	vigie.Again()
	promises := settle(ctx, t, desk, stages, plan, posts)
	online := map[string][]string{}
	for _, s := range stages {
		texts, err := s.Online(ctx)
		if err != nil {
			t.Fatalf("read %s: %v", s.Network, err)
		}
		online[s.Network] = texts
	}
	return Judge(promises, online)
}

func marker(plan Plan, i int) string { return fmt.Sprintf("orage%d-%04d", plan.Seed%100000, i) }

func schedule(ctx context.Context, desk Desk, stages []Stage, plan Plan, posts []string) error {
	var channels []string
	for _, s := range stages {
		channels = append(channels, s.Channel)
	}
	pace := time.NewTicker(max(plan.Spread/time.Duration(len(posts)), time.Millisecond))
	defer pace.Stop()
	for i := range posts {
		m, at := marker(plan, i), time.Now()
		if i%2 == 1 {
			at = at.Add(5 * time.Second).Truncate(time.Minute).Add(time.Minute)
		}
		id, err := desk.Schedule(ctx, m, m+" une publication sous l’orage", channels, at)
		if err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
		posts[i] = id
		<-pace.C
	}
	return nil
}

// killing ends the program at random moments, as often as planned, and starts
// it again each time.
func killing(ctx context.Context, vigie *program.Program, plan Plan) <-chan error {
	done := make(chan error, 1)
	go func() {
		random := rand.New(rand.NewPCG(plan.Seed, 0))
		for range plan.Kills {
			// From “not yet up” to “busy for a while”.
			moment := time.NewTimer(time.Duration(random.ExpFloat64() * float64(1200*time.Millisecond)))
			select {
			case <-ctx.Done():
				moment.Stop()
				done <- ctx.Err()
				return
			case <-moment.C:
			}
			vigie.Kill()
			if err := vigie.Relaunch(); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	return done
}

// settle asks for every post until each has come to an end, or the calm is
// over: what is then still open goes to the verdict as it is.
func settle(ctx context.Context, t *testing.T, desk Desk, stages []Stage, plan Plan, posts []string) []Promise {
	ctx, cancel := context.WithTimeout(ctx, plan.Calm)
	defer cancel()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		promises, err := standing(context.WithoutCancel(ctx), desk, stages, plan, posts)
		if err != nil {
			t.Fatalf("asking how the posts stand: %v", err)
		}
		if Settled(promises) {
			return promises
		}
		select {
		case <-ctx.Done():
			t.Logf("not all settled within %s", plan.Calm)
			return promises
		case <-tick.C:
		}
	}
}

func standing(ctx context.Context, desk Desk, stages []Stage, plan Plan, posts []string) ([]Promise, error) {
	var promises []Promise
	for i, id := range posts {
		states, err := desk.Standing(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, s := range stages {
			st := states[s.Channel]
			promises = append(promises, Promise{Marker: marker(plan, i), Network: s.Network, State: st.State, Problem: st.Problem})
		}
	}
	return promises, nil
}
