package publishing

import (
	"context"
	"sync"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// flights is what this process has under way: the only proof that a row in
// "sending" is not forgotten. A claim whose commit was not answered, a result
// that the database refused, a call that broke: their rows would otherwise
// belong for ever to a node that lives and does nothing about them.
type flights struct {
	// mu is held over a claim, so that a row is never seen before its flight.
	// Never taken inside a transaction: the claim waits for the writer under it.
	mu sync.Mutex
	of map[id.Publication]int
	// doubts is when, on the steady clock, this process began to wonder. A
	// wall clock that jumps must not make a slow request look settled.
	doubtMu sync.Mutex
	doubts  map[id.Publication]doubt
}

// doubt is one beginning of a doubt on both clocks: the wall's is in the row,
// and says whether the doubt is still the same one.
type doubt struct{ wall, steady time.Time }

func newFlights() *flights {
	return &flights{of: map[id.Publication]int{}, doubts: map[id.Publication]doubt{}}
}

// claim runs a claim and enters what it brings.
func (f *flights) claim(run func() ([]claimed, error)) ([]claimed, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	got, err := run()
	if err != nil {
		return nil, err
	}
	for _, c := range got {
		f.of[c.ID]++
	}
	return got, nil
}

func (f *flights) landed(p id.Publication) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of[p]--; f.of[p] <= 0 {
		delete(f.of, p)
	}
}

func (f *flights) doubt(p id.Publication, wall time.Time) {
	f.doubtMu.Lock()
	defer f.doubtMu.Unlock()
	f.doubts[p] = doubt{wall, time.Now()}
}

func (f *flights) sure(p id.Publication) {
	f.doubtMu.Lock()
	defer f.doubtMu.Unlock()
	delete(f.doubts, p)
}

// doubted returns how long this process has wondered about a publication;
// false when the doubt is older than the process, or another's.
func (f *flights) doubted(p id.Publication, wall time.Time) (time.Duration, bool) {
	f.doubtMu.Lock()
	defer f.doubtMu.Unlock()
	d, ok := f.doubts[p]
	return time.Since(d.steady), ok && d.wall.Equal(wall)
}

const mineSending = `SELECT id FROM publication WHERE state = 'sending' AND node = ?`

// forgotten finds what the rows say this node is sending and it is not. Those
// are looked up like anybody's orphans.
func (l *Ledger) forgotten(ctx context.Context) error {
	l.flights.mu.Lock()
	mine, err := sqldb.Values[id.Publication](ctx, l.DB, mineSending, l.node)
	var lost []id.Publication
	for _, p := range mine {
		if l.flights.of[p] == 0 {
			lost = append(lost, p)
		}
	}
	l.flights.mu.Unlock()
	if err != nil || len(lost) == 0 {
		return err
	}
	for part := range sqldb.Chunks(lost, 500) {
		if err := l.adopt(ctx, `state = 'sending' AND node = ? AND id IN `+sqldb.Marks(len(part)), append([]any{l.node}, sqldb.Args(part)...)); err != nil {
			return err
		}
	}
	return nil
}
