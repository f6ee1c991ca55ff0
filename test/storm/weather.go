package storm

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"vigie/internal/network/toxic"
)

// weather spoils the lines at random moments until clear is called: cut and
// mended, answers that end in the middle, resets, slowness. clear leaves every
// line whole.
func weather(ctx context.Context, t *testing.T, stages []Stage, plan Plan) (clear func()) {
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for i, s := range stages {
		if s.Line == nil {
			continue
		}
		random := rand.New(rand.NewPCG(plan.Seed, uint64(i+1)))
		all.Go(func() {
			for pause(ctx, time.Duration(random.ExpFloat64()*float64(2*time.Second))) {
				if err := gust(ctx, s.Line, random); err != nil {
					t.Errorf("the line to %s: %v", s.Network, err)
					return
				}
			}
		})
	}
	return func() {
		stop()
		all.Wait()
	}
}

// gust is one trouble, from its beginning to its end.
func gust(ctx context.Context, line *toxic.Line, random *rand.Rand) error {
	lasts := time.Duration(100+random.IntN(600)) * time.Millisecond
	var name string
	var err error
	switch random.IntN(4) {
	case 0:
		line.Cut()
		pause(ctx, lasts)
		return line.Mend()
	case 1:
		// In the middle of an answer: the post stands, and nobody hears of it.
		name, err = line.LimitData(toxic.Down, int64(1+random.IntN(400)))
	case 2:
		name, err = line.Reset(toxic.Down)
	default:
		name, err = line.Latency(toxic.Down, 300, 250)
	}
	if err != nil {
		return err
	}
	pause(ctx, lasts)
	return line.Remove(context.WithoutCancel(ctx), name)
}
