package publishing

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// recallToItsEnd waits, in a process that may be killed at any step, until the
// last receipt has come.
func recallToItsEnd(ctx context.Context, db *sqldb.DB, ledger *Ledger, recall RecallID) error {
	for range 2000 {
		left, err := sqldb.Value[int64](ctx, db, `SELECT COUNT(*) FROM recall WHERE id = ? AND ended_at IS NULL`, recall)
		if err != nil {
			return err
		}
		if left == 0 {
			return ledger.Stop(ctx)
		}
		// No wait is longer than the test's patience.
		if _, err := db.Exec(ctx, `UPDATE recall_leg SET next_at = 0 WHERE state = 'waiting'`); err != nil && !fault.Is(err, fault.Transient) {
			return err
		}
		pause(ctx, 10*time.Millisecond)
	}
	return errors.New("the recall never ends")
}

// killing runs a life again and again, killed each time one step later than
// before, until one comes to its end. It returns how many were killed.
func killing(t *testing.T, l life, first, further int64, between func(kills int)) int {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	kills := 0
	for range 60 {
		if l.Steps = first + int64(kills)*further; kills >= 40 {
			l.Steps = 0
		}
		text, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), exe)
		cmd.Env = append(os.Environ(), "VIGIE_TEST_LIFE="+string(text))
		out, err := cmd.CombinedOutput()
		if err == nil {
			return kills
		}
		if cmd.ProcessState.ExitCode() == 3 {
			t.Fatalf("%s", out)
		}
		kills++
		if between != nil {
			between(kills)
		}
	}
	t.Fatal("it never came to its end")
	return kills
}

// did counts what the network was really asked to do, in its own book.
func did(t *testing.T, dir, what string) map[string]int {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "world.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r struct{ Do, Key string }
		if json.Unmarshal(lines.Bytes(), &r) == nil && r.Do == what {
			out[r.Key]++
		}
	}
	return out
}

// P8: a recall whose process is killed (kill -9) at every step, before, after
// and between its calls and its writes, ends with a receipt for each, and each
// post was deleted, or corrected, once.
func TestARecallKilledAtEveryStepEndsWithEachReceipt(t *testing.T) {
	if testing.Short() {
		t.Skip("short: starts dozens of processes")
	}
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		for _, kind := range []RecallKind{TakeBack, Correct} {
			t.Run(string(d)+"/"+string(kind), func(t *testing.T) {
				s := newStage(t, sqldbtest.Open(t, d, schemas, sqldbtest.Durable()))
				l, world := s.practising(t)
				const posts, parts = 4, 2
				var named []id.Post
				for i := range posts {
					p := s.schedule(s.draft(fmt.Sprintf("un %d, à 12 €\n---\ndeux %d, à 12 €", i, i)), When{Now: true})
					named = append(named, p.ID)
				}
				killing(t, l, 0, 0, nil) // all of it leaves
				for _, post := range named {
					if kind == Correct {
						p, err := s.room.Get(t.Context(), s.claire, s.brand, post)
						if err != nil {
							t.Fatal(err)
						}
						text := strings.ReplaceAll(p.Text, "12 €", "14 €")
						if _, err := s.room.Save(t.Context(), s.claire, s.brand, post, p.Version, Edit{Text: &text}); err != nil {
							t.Fatal(err)
						}
					}
				}
				order := RecallOrder{Kind: kind, Reason: "un prix faux", Posts: named}
				for k, c := range s.door.channels {
					c.Capabilities = practice.Typical()
					s.door.channels[k] = c
				}
				r, err := s.room.Recall(t.Context(), s.claire, s.brand, order)
				if err != nil {
					t.Fatal(err)
				}
				l.Recall = r.ID
				kills := killing(t, l, 1, 1, nil)
				if kills < 8 {
					t.Errorf("killed only %d times", kills)
				}
				r = s.again(r)
				want, do, act := RecallDeleted, "delete", ActWithdrawn
				if kind == Correct {
					want, do, act = RecallCorrected, "edit", ActCorrected
				}
				for _, leg := range r.Legs {
					if leg.State != want || leg.Ended.IsZero() {
						t.Errorf("receipt %s %s", leg.State, leg.Problem)
					}
				}
				if len(r.Legs) != posts || r.Ended.IsZero() || s.acts(act) != posts {
					t.Errorf("%d legs, ended %s, %d acts", len(r.Legs), r.Ended, s.acts(act))
				}
				done := did(t, l.World, do)
				if len(done) != posts*parts {
					t.Errorf("%d of %d: %v", len(done), posts*parts, done)
				}
				for key, n := range done {
					if n != 1 {
						t.Errorf("%s: %s %d times", key, do, n)
					}
				}
				online, err := world().Posts(t.Context(), "kerlann")
				if err != nil {
					t.Fatal(err)
				}
				if kind == TakeBack && len(online) != 0 || kind == Correct && len(online) != posts*parts {
					t.Errorf("%d stand on line", len(online))
				}
				for _, p := range online {
					if strings.Contains(p.Text, "12 €") {
						t.Errorf("%q stands as it was", p.Text)
					}
				}
				t.Logf("%d kills, %d receipts", kills, len(r.Legs))
			})
		}
	}
}

// practising connects the stage's first channel to a practice network in a
// directory, which the lives share; the function opens it anew.
func (s *stage) practising(t *testing.T) (life, func() *practice.World) {
	t.Helper()
	dir := t.TempDir()
	open := func() *practice.World {
		files, err := practice.OpenFileStore(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { files.Close() })
		world, err := practice.NewWorld(t.Context(), practice.Config{Store: files, Latency: -1})
		if err != nil {
			t.Fatal(err)
		}
		return world
	}
	driver := practice.New(open())
	step, err := driver.Begin(t.Context())
	if err == nil {
		step, err = driver.Next(t.Context(), step, map[string]string{"handle": "kerlann"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return life{Database: s.db.URL(), World: dir, Brand: s.brand, Channel: s.chans[0], Credentials: step.Credentials, Caps: practice.Typical()}, open
}

// P3: an import whose process is killed (kill -9) half-way leaves nothing of
// its rows, and the run that comes to its end brings each in once.
func TestAnImportKilledHalfWayLeavesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("short: starts dozens of processes")
	}
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			s := newStage(t, sqldbtest.Open(t, d, schemas, sqldbtest.Durable()))
			l, _ := s.practising(t)
			const rows = 60
			var b strings.Builder
			b.WriteString("text,date,channel\n")
			for i := range rows {
				fmt.Fprintf(&b, "Ligne %d,%s 10:%02d,kerlann0\n", i, s.day(4), i)
			}
			imp := s.open(b.String())
			if _, err := s.room.RunImport(t.Context(), s.claire, s.brand, imp.ID, Accept{}); err != nil {
				t.Fatal(err)
			}
			l.Import, l.Handle = imp.ID, "kerlann0"
			count := func(table string) int64 {
				n, err := sqldb.Value[int64](t.Context(), s.db, `SELECT COUNT(*) FROM `+table)
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			kills := killing(t, l, 1, 11, func(kills int) {
				in, err := s.room.GetImport(t.Context(), s.claire, s.brand, imp.ID)
				if err != nil {
					t.Fatal(err)
				}
				want := int64(0)
				if in.State == ImportDone { // killed after the commit
					want = rows
				}
				for _, table := range []string{"post", "publication", "variant", "post_imported"} {
					if n := count(table); n != want {
						t.Errorf("after kill %d, %d rows of %s stand", kills, n, table)
					}
				}
			})
			if kills < 5 {
				t.Errorf("killed only %d times", kills)
			}
			seen := map[string]int{}
			for _, r := range s.all() {
				seen[r.Title]++
			}
			for i := range rows {
				if n := seen[fmt.Sprintf("Ligne %d", i)]; n != 1 {
					t.Errorf("row %d came in %d times", i, n)
				}
			}
			if n := s.acts(ActImported); n != 1 {
				t.Errorf("%d acts say that it came in", n)
			}
			t.Logf("%d kills, %d posts", kills, len(s.all()))
		})
	}
}
