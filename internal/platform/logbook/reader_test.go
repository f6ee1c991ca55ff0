package logbook

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

func quiet(db *sqldb.DB) *Book {
	b := New(db)
	b.Log = slog.New(slog.DiscardHandler)
	b.PollEvery = 20 * time.Millisecond
	return b
}

func begin(t testing.TB, b *Book) {
	t.Helper()
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestAReaderTakesWhatItWantsInOrderAndOnce(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		var got []string
		reader := Reader{Name: "reports", Acts: []string{"publication.", "post.made"}, Handle: func(_ context.Context, _ *sqldb.Tx, list []Record) error {
			got = append(got, acts(list)...)
			return nil
		}}
		b := New(db)
		b.Read(reader)
		record(t, db, b, entry("b", "post.made", "1"), entry("b", "post.read", "1"), entry("c", "publication.sent", "1"))
		for range 2 {
			if err := b.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		same(t, got, []string{"post.made 1", "publication.sent 1"})
		record(t, db, b, entry("b", "publication.failed", "2"))
		again := New(db) // the program restarts
		again.Read(reader)
		if err := again.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		same(t, got, []string{"post.made 1", "publication.sent 1", "publication.failed 2"})
	})
}

func TestAFailingReaderGetsTheSameEntriesAgainAndItsEffectsAreUndone(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := New(db)
		fail := true
		var got []string
		b.Read(Reader{Name: "reports", Acts: []string{"post."}, Handle: func(ctx context.Context, tx *sqldb.Tx, list []Record) error {
			got = append(got, acts(list)...)
			if err := b.Record(ctx, tx, entry("b", "report.updated", "1")); err != nil {
				return err
			}
			if fail {
				panic("gruyère")
			}
			return nil
		}})
		record(t, db, b, entry("b", "post.made", "1"))
		if err := b.Drain(t.Context()); err == nil {
			t.Error("a panic is no error")
		}
		fail = false
		if err := b.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		same(t, got, []string{"post.made 1", "post.made 1"})
		list, _, _ := b.List(t.Context(), db, "b", Filter{}, "", 10)
		same(t, acts(list), []string{"report.updated 1", "post.made 1"})
	})
}

func TestAReaderThatWantsNothingStillMovesOn(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := New(db)
		b.Read(Reader{Name: "r", Acts: []string{"never."}, Handle: func(context.Context, *sqldb.Tx, []Record) error { t.Error("called"); return nil }})
		for range noteEvery / 500 {
			record(t, db, b, slices.Repeat([]Entry{entry("b", "post.made", "1")}, 501)...)
		}
		if err := b.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		place, err := b.place(t.Context(), db, "r")
		if err != nil || place < noteEvery {
			t.Errorf("at %d, %v", place, err)
		}
	})
}

func TestReadersAreWokenByACommit(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := quiet(db)
		b.PollEvery = time.Hour // only the commit wakes
		got := make(chan string, 10)
		b.Read(Reader{Name: "r", Handle: func(_ context.Context, _ *sqldb.Tx, list []Record) error {
			for _, r := range list {
				got <- r.Subject.ID
			}
			return nil
		}})
		begin(t, b)
		for i := range 3 {
			record(t, db, b, entry("b", "post.made", fmt.Sprint(i)))
			same(t, <-got, fmt.Sprint(i))
		}
	})
}

func TestEntriesOfAnotherNodeArriveByPolling(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := quiet(db)
		got := make(chan string, 1)
		b.Read(Reader{Name: "r", Handle: func(_ context.Context, _ *sqldb.Tx, list []Record) error { got <- list[0].Subject.ID; return nil }})
		begin(t, b)
		other := sqldbtest.Again(t, db)
		record(t, other, New(other), entry("b", "post.made", "far"))
		same(t, <-got, "far")
	})
}

func TestTwoNodesOfOneReaderDoNotDouble(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		var mu sync.Mutex
		var got, want []string
		const n = 100
		full := make(chan struct{}, 1)
		var nodes []*Book
		for _, d := range []*sqldb.DB{db, sqldbtest.Again(t, db)} {
			b := quiet(d)
			b.PollEvery = time.Millisecond
			b.Read(Reader{Name: "r", Acts: []string{"post."}, Handle: func(ctx context.Context, tx *sqldb.Tx, list []Record) error {
				tx.AfterCommit(func() {
					mu.Lock()
					defer mu.Unlock()
					if got = append(got, acts(list)...); len(got) >= n {
						select {
						case full <- struct{}{}:
						default:
						}
					}
				})
				return nil
			}})
			begin(t, b)
			nodes = append(nodes, b)
		}
		b := New(db)
		for i := range n {
			record(t, db, b, entry("b", "post.made", fmt.Sprint(i)))
			want = append(want, fmt.Sprintf("post.made %d", i))
		}
		<-full
		for _, node := range nodes {
			if err := node.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}
		slices.Sort(want)
		slices.Sort(got) // the order between two commits is the nodes' own
		same(t, got, want)
	})
}

// PostgreSQL: entry 2 is visible while 1 is not committed. A reader that took 2
// and went on would never see 1.
func TestAnEntryThatCommitsLateIsNotPassedOver(t *testing.T) {
	for _, late := range []string{"commits", "rolls back"} {
		t.Run(late, func(t *testing.T) {
			db := sqldbtest.Open(t, sqldb.Postgres, schemas)
			b := New(db)
			var got []string
			b.Read(Reader{Name: "r", Handle: func(_ context.Context, _ *sqldb.Tx, list []Record) error {
				got = append(got, acts(list)...)
				return nil
			}})
			drain := func(want ...string) {
				t.Helper()
				if err := b.Drain(t.Context()); err != nil {
					t.Fatal(err)
				}
				same(t, got, want)
			}
			record(t, db, b, entry("b", "post.made", "0"))
			drain("post.made 0")
			written, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
			go func() {
				defer close(ended)
				_ = db.Write(t.Context(), func(tx *sqldb.Tx) error {
					err := b.Record(t.Context(), tx, entry("b", "post.made", "early"))
					close(written)
					<-goOn
					if late != "commits" {
						return errStop
					}
					return err
				})
			}()
			<-written
			record(t, db, b, entry("b", "post.made", "quick"))
			drain("post.made 0")
			if err := b.Seal(t.Context()); err != nil { // nor does the sealer close over it
				t.Fatal(err)
			}
			close(goOn)
			<-ended
			want := []string{"post.made 0", "post.made early", "post.made quick"}
			if late != "commits" {
				want = slices.Delete(want, 1, 2)
			}
			drain(want...)
			if err := b.Seal(t.Context()); err != nil {
				t.Fatal(err)
			}
			r, err := b.Verify(t.Context(), "b")
			if err != nil || !r.OK() || r.Unsealed != 0 || int(r.Entries) != len(want) {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
}

// Many writers, some of whom give up, and a reader that runs along: every
// committed entry is read exactly once, in the order of its number.
func TestNothingIsLostUnderConcurrentWriters(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := quiet(db)
		b.PollEvery = time.Millisecond
		b.SealEvery = 5 * time.Millisecond
		const writers, each = 6, 40
		var mu sync.Mutex
		var seen []int64
		all := make(chan struct{})
		b.Read(Reader{Name: "r", Handle: func(_ context.Context, _ *sqldb.Tx, list []Record) error {
			mu.Lock()
			defer mu.Unlock()
			for _, r := range list {
				seen = append(seen, r.Seq)
				if len(seen) == writers*each/4*3 {
					close(all)
				}
			}
			return nil
		}})
		begin(t, b)
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				for i := range each {
					_ = db.Write(t.Context(), func(tx *sqldb.Tx) error {
						if err := b.Record(t.Context(), tx, entry("b", "post.made", fmt.Sprint(w, i))); err != nil {
							t.Error(err)
						}
						if i%4 == 0 {
							return errStop
						}
						return nil
					})
				}
			})
		}
		group.Wait()
		<-all
		if !slices.IsSorted(seen) || len(slices.Compact(slices.Clone(seen))) != writers*each/4*3 {
			t.Errorf("%d entries, in order: %v", len(seen), slices.IsSorted(seen))
		}
		if err := b.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		r, err := b.Verify(t.Context(), "b")
		if err != nil || !r.OK() || r.Unsealed != 0 || r.Entries != writers*each/4*3 {
			t.Errorf("%+v %v", r, err)
		}
	})
}

func TestStopEndsEverything(t *testing.T) {
	db := sqldbtest.Open(t, sqldb.SQLite, schemas)
	b := quiet(db)
	b.Read(Reader{Name: "r", Handle: func(context.Context, *sqldb.Tx, []Record) error { return errStop }})
	if err := b.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	record(t, db, b, entry("b", "post.made", "1"))
	for range 2 { // it can start again
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := b.Start(t.Context()); err == nil {
			t.Error("started twice")
		}
		if err := b.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
