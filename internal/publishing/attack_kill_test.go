package publishing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// TestMain turns the test's own binary into a process that publishes and dies at
// a chosen step.
func TestMain(m *testing.M) {
	if life := os.Getenv("VIGIE_TEST_LIFE"); life != "" {
		if err := live(life); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		return
	}
	os.Exit(m.Run())
}

// life is what a process is born with.
type life struct {
	Database, World string
	Brand           id.Brand
	Channel         id.Channel
	Credentials     network.Credentials
	Caps            network.Capabilities
	Steps           int64 // how many steps it makes before it is killed; 0: it lives on
	// Recall, Import is what it does in place of sending.
	Recall RecallID
	Import ImportID
	Handle string // of the channel; empty: kerlann
}

// death is a kill -9 at the n-th step.
type death struct{ left atomic.Int64 }

func (d *death) step() {
	if d.left.Add(-1) == 0 {
		p, _ := os.FindProcess(os.Getpid())
		p.Kill()
		select {}
	}
}

// mortal dies before and after each call.
type mortal struct {
	*practice.Account
	death *death
}

func (m mortal) Publish(ctx context.Context, in network.Intent) (network.Receipt, error) {
	m.death.step()
	r, err := m.Account.Publish(ctx, in)
	m.death.step()
	return r, err
}

func (m mortal) Upload(ctx context.Context, u network.Upload) (network.Ref, error) {
	m.death.step()
	ref, err := m.Account.Upload(ctx, u)
	m.death.step()
	return ref, err
}

func (m mortal) Edit(ctx context.Context, ref network.Ref, in network.Intent) (network.Receipt, error) {
	m.death.step()
	r, err := m.Account.Edit(ctx, ref, in)
	m.death.step()
	return r, err
}

func (m mortal) Delete(ctx context.Context, ref network.Ref) error {
	m.death.step()
	err := m.Account.Delete(ctx, ref)
	m.death.step()
	return err
}

func (m mortal) Find(ctx context.Context, in network.Intent) (network.Finding, error) {
	f, err := m.Account.Find(ctx, in)
	m.death.step()
	return f, err
}

// diary dies inside of transactions, after the rows and before the commit.
type diary struct {
	*logbook.Book
	death *death
}

func (d diary) Record(ctx context.Context, tx *sqldb.Tx, e logbook.Entry) error {
	err := d.Book.Record(ctx, tx, e)
	d.death.step()
	return err
}

type album struct{ library }

func (album) Fit(context.Context, id.Brand, id.Media, network.ImageRule) (network.Upload, error) {
	return network.Upload{Type: "image/png", Bytes: 4, Width: 2, Height: 2, Body: strings.NewReader("\x89PNG")}, nil
}

func live(text string) error {
	var l life
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		return err
	}
	ctx := context.Background()
	db, err := sqldb.Open(ctx, sqldb.Config{URL: l.Database})
	if err != nil {
		return err
	}
	defer db.Close()
	files, err := practice.OpenFileStore(l.World)
	if err != nil {
		return err
	}
	defer files.Close()
	world, err := practice.NewWorld(ctx, practice.Config{Store: files, Latency: -1})
	if err != nil {
		return err
	}
	account, err := practice.New(world).Open(l.Credentials, nil)
	if err != nil {
		return err
	}
	d := &death{}
	d.left.Store(l.Steps)
	if l.Handle == "" {
		l.Handle = "kerlann"
	}
	entry := &door{channels: map[id.Channel]channel.Channel{l.Channel: {ID: l.Channel, Brand: l.Brand, Network: practice.Kind, Handle: l.Handle, Health: channel.Working, Capabilities: l.Caps}},
		refused: map[id.Channel]string{}, presence: network.NewPresence(practice.Kind, mortal{account.(*practice.Account), d}, network.PresenceConfig{})}
	room := New(Needs{DB: db, Book: diary{logbook.New(db), d}, Channels: entry, Media: album{}, Tell: func(string, string, any) { d.step() },
		Zone: func(context.Context, sqldb.Q, id.Brand) (string, error) { return "Europe/Paris", nil }})
	if l.Import != "" {
		return room.CarryImport(ctx, ImportJob{l.Brand, l.Import})
	}
	ledger := NewLedger(room, LedgerConfig{Alone: true, Batch: 4, Settle: time.Millisecond})
	if err := ledger.Start(ctx); err != nil {
		return err
	}
	if l.Recall != "" {
		return recallToItsEnd(ctx, db, ledger, l.Recall)
	}
	for range 2000 {
		left, err := sqldb.Value[int64](ctx, db, `SELECT COUNT(*) FROM publication WHERE state NOT IN ('sent', 'failed')`)
		if err != nil {
			return err
		}
		if left == 0 {
			return ledger.Stop(ctx)
		}
		// No wait is longer than the test's patience.
		if _, err := db.Exec(ctx, `UPDATE publication SET next_at = due_at WHERE state IN ('unknown', 'due')`); err != nil && !fault.Is(err, fault.Transient) {
			return err
		}
		room.wake()
		pause(ctx, 10*time.Millisecond)
	}
	return errors.New("something never ends")
}

// T4: killed between any two steps, again and again: 0 lost, 0 doubled, threads
// and pictures included.
func TestKilledAtEveryStepNothingIsLostOrDoubled(t *testing.T) {
	if testing.Short() {
		t.Skip("short: takes half a minute")
	}
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			s := newStage(t, sqldbtest.Open(t, d, schemas, sqldbtest.Durable()))
			dir := t.TempDir()
			files, err := practice.OpenFileStore(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer files.Close()
			world, err := practice.NewWorld(t.Context(), practice.Config{Store: files, Latency: -1})
			if err != nil {
				t.Fatal(err)
			}
			driver := practice.New(world)
			step, err := driver.Begin(t.Context())
			if err == nil {
				step, err = driver.Next(t.Context(), step, map[string]string{"handle": "kerlann"})
			}
			if err != nil {
				t.Fatal(err)
			}
			m := id.New[id.Media]()
			s.media[m] = MediaInfo{ID: m, Ready: true}
			const posts = 12
			want := map[string]string{}
			for i := range posts {
				p := s.draft(fmt.Sprintf("un %d\n---\ndeux %d\n---\ntrois %d", i, i, i))
				if i%2 == 0 {
					refs := []MediaRef{{ID: m, Alt: "une image"}}
					if p, err = s.room.Save(t.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Media: &refs}); err != nil {
						t.Fatal(err)
					}
				}
				pub := s.pubs(s.schedule(p, When{Now: true}))[0]
				for n, part := range pub.Content.Parts {
					want[pub.key(n)] = part.Text
				}
			}
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			l := life{Database: s.db.URL(), World: dir, Brand: s.brand, Channel: s.chans[0], Credentials: step.Credentials, Caps: practice.Typical()}
			kills := 0
			for round := range 200 {
				l.Steps = int64(1 + round*5%11) // each step of a life is once its last
				if kills >= 22 {
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
					break
				}
				if cmd.ProcessState.ExitCode() == 3 {
					t.Fatalf("%s", out)
				}
				kills++
			}
			if kills < 10 {
				t.Errorf("killed only %s times", strconv.Itoa(kills))
			}
			online, err := world.Posts(t.Context(), "kerlann")
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range online {
				if want[p.Key] == "" {
					t.Errorf("%s (%s) stands twice, or was not wanted", p.Key, p.Text)
				} else if want[p.Key] != p.Text {
					t.Errorf("%s says %q", p.Key, p.Text)
				}
				delete(want, p.Key)
			}
			for k := range want {
				t.Errorf("%s is lost", k)
			}
			if n := s.inState(Sent); n != posts {
				t.Errorf("%d of %d are shown as sent", n, posts)
			}
			if n := s.acts(ActSent); n != posts {
				t.Errorf("%d acts for %d posts", n, posts)
			}
			t.Logf("%d kills, %d utterances", kills, len(online))
		})
	}
}
