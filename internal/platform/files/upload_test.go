package files

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/base/fault"
)

func TestAnUploadGoesOnAfterATunnel(t *testing.T) {
	d := dir(t, DirConfig{})
	b := film(1_000_000)
	id, err := d.Begin(t.Context(), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	tunnel := errors.New("tunnel")
	at, err := d.Append(t.Context(), id, 0, io.MultiReader(bytes.NewReader(b[:300_000]), iotest.ErrReader(tunnel)))
	if !errors.Is(err, tunnel) || at != 300_000 {
		t.Fatalf("%d, %v", at, err)
	}
	if _, err := d.Finish(t.Context(), id); !errors.Is(err, errIncomplete) {
		t.Errorf("not complete yet: %v", err)
	}
	for _, wrong := range []int64{0, 299_999, 300_001} {
		at, err := d.Append(t.Context(), id, wrong, bytes.NewReader(b))
		if !errors.Is(err, errOffset) || fault.As(err).Values["offset"] != int64(300_000) || at != wrong {
			t.Errorf("at %d: %d, %v", wrong, at, err)
		}
	}
	if at, err = d.Append(t.Context(), id, 300_000, bytes.NewReader(b[300_000:])); err != nil || at != 1_000_000 {
		t.Fatalf("%d, %v", at, err)
	}
	if _, err := d.Append(t.Context(), id, at, strings.NewReader("more")); !errors.Is(err, errLength) {
		t.Errorf("more than announced: %v", err)
	}
	for range 2 {
		// Twice, as when the answer of the first call was lost.
		st, err := d.Finish(t.Context(), id)
		if err != nil || st != (Stored{Key: sum(b), Bytes: 1_000_000}) {
			t.Fatalf("%+v, %v", st, err)
		}
		d = dir(t, DirConfig{Root: d.root}) // and after a restart
	}
	if _, err := d.Append(t.Context(), id, at, strings.NewReader("")); !fault.Is(err, fault.Conflict) {
		t.Errorf("append to a finished upload: %v", err)
	}
	for range 2 {
		if err := d.Abandon(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(read(t, d, sum(b)), b) || count(t, d, "uploads") != 0 {
		t.Error("the file stays, the upload goes")
	}
	if _, err := d.Finish(t.Context(), id); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestACrashInTheMiddleOfFinishLosesNothing(t *testing.T) {
	d := dir(t, DirConfig{})
	b := film(5000)
	id, _ := d.Begin(t.Context(), 5000)
	if _, err := d.Append(t.Context(), id, 0, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	// The note is written, the bytes have not moved.
	if err := d.writeNote(id, note{Expected: 5000, Done: &Stored{Key: sum(b), Bytes: 5000}}); err != nil {
		t.Fatal(err)
	}
	d = dir(t, DirConfig{Root: d.root})
	if st, err := d.Finish(t.Context(), id); err != nil || st.Key != sum(b) {
		t.Fatalf("%+v, %v", st, err)
	}
	if !bytes.Equal(read(t, d, sum(b)), b) {
		t.Error("changed")
	}
}

func TestTwoTabsThatSendTheSameFilmDoNotMixIt(t *testing.T) {
	d := dir(t, DirConfig{})
	b := film(3_000_000)
	id, _ := d.Begin(t.Context(), int64(len(b)))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				u, err := d.Upload(t.Context(), id)
				if err != nil {
					t.Error(err)
					return
				}
				if u.Offset == u.Expected {
					return
				}
				_, err = d.Append(t.Context(), id, u.Offset, iotest.HalfReader(bytes.NewReader(b[u.Offset:])))
				if err != nil && !errors.Is(err, errOffset) {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if st, err := d.Finish(t.Context(), id); err != nil || st.Key != sum(b) {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestAnyWayOfCuttingAnUploadGivesTheSameFile(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		d := dir(t, DirConfig{Root: root})
		b := rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(rt, "film")
		id, err := d.Begin(t.Context(), int64(len(b)))
		if err != nil {
			rt.Fatal(err)
		}
		at := int64(0)
		for at < int64(len(b)) {
			if rapid.Bool().Draw(rt, "restart") {
				d = dir(t, DirConfig{Root: root})
			}
			n := rapid.Int64Range(0, int64(len(b))-at).Draw(rt, "piece")
			if at, err = d.Append(t.Context(), id, at, bytes.NewReader(b[at:at+n])); err != nil {
				rt.Fatal(err)
			}
		}
		if st, err := d.Finish(t.Context(), id); err != nil || st.Key != sum(b) {
			rt.Fatalf("%+v, %v", st, err)
		}
		if err := d.Abandon(t.Context(), id); err != nil {
			rt.Fatal(err)
		}
	})
}

// The child of the next test: it sends without end and is killed.
func TestMain(m *testing.M) {
	if root := os.Getenv("VIGIE_TEST_UPLOAD_CHILD"); root != "" {
		child(root)
	}
	os.Exit(m.Run())
}

func child(root string) {
	d, err := NewDir(DirConfig{Root: root})
	if err != nil {
		panic(err)
	}
	id, err := d.Begin(context.Background(), 8<<20)
	if err != nil {
		panic(err)
	}
	b := film(8 << 20)
	at, err := d.Append(context.Background(), id, 0, bytes.NewReader(b[:1<<20]))
	if err != nil {
		panic(err)
	}
	fmt.Println(id, at) // answered for
	r, w := io.Pipe()
	go func() {
		_, _ = w.Write(b[1<<20 : 2<<20])
		fmt.Println("go") // in the middle of a request
	}()
	_, _ = d.Append(context.Background(), id, at, r)
}

func TestAnUploadSurvivesKill9(t *testing.T) {
	root := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), "VIGIE_TEST_UPLOAD_CHILD="+root)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	var id UploadID
	var answered int64
	if _, err := fmt.Fscanln(lines, &id, &answered); err != nil {
		t.Fatal(err)
	}
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()

	d := dir(t, DirConfig{Root: root})
	u, err := d.Upload(t.Context(), id)
	if err != nil || u.Offset < answered || u.Expected != 8<<20 {
		t.Fatalf("answered for %d, then %+v, %v", answered, u, err)
	}
	b := film(8 << 20)
	if _, err := d.Append(t.Context(), id, u.Offset, bytes.NewReader(b[u.Offset:])); err != nil {
		t.Fatal(err)
	}
	if st, err := d.Finish(t.Context(), id); err != nil || st.Key != sum(b) {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestSweepForgetsWhatNobodyCameBackFor(t *testing.T) {
	start := time.Now()
	now := start
	d := dir(t, DirConfig{Now: func() time.Time { return now }})
	old, _ := d.Begin(t.Context(), 10)
	alive, _ := d.Begin(t.Context(), 10)
	for _, orphan := range []string{"temp/ABC", "uploads/NOTE.json.new", "uploads/" + strings.Repeat("A", 26) + ".part"} {
		if err := os.WriteFile(filepath.Join(d.root, orphan), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := d.Sweep(t.Context(), start.Add(-time.Hour)); err != nil || n != 0 {
		t.Fatalf("nothing is old: %d, %v", n, err)
	}
	now = start.Add(48 * time.Hour)
	if _, err := d.Append(t.Context(), alive, 0, strings.NewReader("12345")); err != nil {
		t.Fatal(err)
	}
	n, err := d.Sweep(t.Context(), start.Add(24*time.Hour))
	if err != nil || n != 4 {
		t.Fatalf("%d, %v", n, err)
	}
	if _, err := d.Upload(t.Context(), old); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	if u, err := d.Upload(t.Context(), alive); err != nil || u.Offset != 5 {
		t.Errorf("%+v, %v", u, err)
	}
	if count(t, d, "temp") != 0 || count(t, d, "uploads") != 2 {
		t.Error("orphans stayed")
	}
}
