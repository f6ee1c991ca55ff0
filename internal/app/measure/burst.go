package measure

import (
	"context"
	"fmt"
	"sync"
	"time"

	"vigie/internal/app"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

var program = team.Program("bench")

// world makes a person, a brand and channels on the practice network.
func world(ctx context.Context, a *app.App, channels int) (brand.Brand, []id.Channel, error) {
	p, err := a.Team.AddPerson(ctx, program, team.NewPerson{Name: "Claire Morel", Email: Email, Password: Password}, true)
	if err != nil {
		return brand.Brand{}, nil, err
	}
	actor, err := a.Team.ActorOf(ctx, p.ID)
	if err != nil {
		return brand.Brand{}, nil, err
	}
	br, err := a.Brands.Make(ctx, actor, brand.Input{Name: "Biscuiterie Kerlann"})
	if err != nil {
		return br, nil, err
	}
	var out []id.Channel
	for i := range channels {
		in, err := a.Channels.Begin(ctx, program, br.ID, "practice", "")
		for err == nil && in.Step.ID != network.Done {
			answers := map[string]string{}
			for _, f := range in.Step.Fields {
				answers[f.Name] = fmt.Sprintf("kerlann%d", i)
			}
			in, err = a.Channels.Answer(ctx, program, br.ID, in.ID, answers)
		}
		if err != nil {
			return br, nil, err
		}
		out = append(out, in.Channel.ID)
	}
	return br, out, nil
}

// The person who measures; her instance lives for the time of a run.
const (
	Email    = "claire@bench.example"
	Password = "a bench lives for a minute only"
)

func sables(int) string { return "Les sablés de la Saint-Martin sortent du four." }

// burst is the first row: lateness of posts due the same second.
func (b *bench) burst(ctx context.Context) error {
	best := time.Duration(1 << 62)
	var mid time.Duration
	for round := range 3 {
		a, err := b.open(ctx, fmt.Sprintf("burst%d", round))
		if err != nil {
			return err
		}
		late, err := b.oneBurst(ctx, a)
		a.Close()
		if err != nil {
			return err
		}
		if p99 := quantile(late, .99); p99 < best {
			best, mid = p99, quantile(late, .5)
		}
	}
	b.say(fmt.Sprintf("lateness of %d posts due the same second, SQLite FULL: p99 (p50)", b.size.Burst), "≤ 150 ms", best <= 150*time.Millisecond, "%.0f ms (%.0f)", ms(best), ms(mid))
	return nil
}

func (b *bench) oneBurst(ctx context.Context, a *app.App) ([]time.Duration, error) {
	if _, err := a.Migrate(ctx); err != nil {
		return nil, err
	}
	br, channels, err := world(ctx, a, 20)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var late []time.Duration
	done := make(chan struct{})
	ledger := publishing.NewLedger(a.Publishing, publishing.LedgerConfig{Alone: true, Started: func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		if late = append(late, d); len(late) == b.size.Burst {
			close(done)
		}
	}})
	at := a.DB.Now().Add(time.Hour)
	if err := publishing.Seed(ctx, a.DB, br.ID, channels, b.size.Burst, sables, func(int) time.Time { return at }); err != nil {
		return nil, err
	}
	at = a.DB.Now().Truncate(time.Second).Add(4 * time.Second)
	if _, err := a.DB.Exec(ctx, `UPDATE publication SET due_at = ?, next_at = ?`, sqldb.At(at), sqldb.At(at)); err != nil {
		return nil, err
	}
	if _, err := a.DB.Exec(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return nil, err
	}
	if err := ledger.Start(ctx); err != nil {
		return nil, err
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		_ = ledger.Stop(stop)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(2 * time.Minute):
		return nil, fault.New(fault.Internal, "").Becausef("only %d of %d began", len(late), b.size.Burst)
	}
	mu.Lock()
	defer mu.Unlock()
	return sorted(late), nil
}

// claims is the second row: processor time of a claimed post against one
// durable commit, alternating in one run.
func (b *bench) claims(ctx context.Context) error {
	a, err := b.open(ctx, "claims")
	if err != nil {
		return err
	}
	defer a.Close()
	if _, err := a.Migrate(ctx); err != nil {
		return err
	}
	br, channels, err := world(ctx, a, 2)
	if err != nil {
		return err
	}
	const rounds, n = 5, 2000
	if err := publishing.Seed(ctx, a.DB, br.ID, channels, rounds*n, sables, func(int) time.Time { return a.DB.Now().Add(time.Hour) }); err != nil {
		return err
	}
	if _, err := a.DB.Exec(ctx, `UPDATE publication SET due_at = ?, next_at = ?`, sqldb.At(a.DB.Now()), sqldb.At(a.DB.Now())); err != nil {
		return err
	}
	ledger := publishing.NewLedger(a.Publishing, publishing.LedgerConfig{Alone: true})
	best := 1e9
	for range rounds {
		claim, err := processor(func() error { return ledger.ClaimOnly(ctx, n) })
		if err != nil {
			return err
		}
		commit, err := processor(func() error {
			for range 300 {
				if _, err := a.DB.Exec(ctx, `UPDATE gate SET moved = moved + 1 WHERE id = 1`); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		best = min(best, (float64(claim)/n)/(float64(commit)/300))
	}
	b.say("processor time of a claimed post ÷ one durable commit", "≤ 0.3", best <= 0.3, "%.3f", best)
	return nil
}
