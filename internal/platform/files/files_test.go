package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"vigie/internal/base/fault"
)

func dir(t *testing.T, c DirConfig) *Dir {
	t.Helper()
	if c.Root == "" {
		c.Root = t.TempDir()
	}
	d, err := NewDir(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func film(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7 >> 3)
	}
	return b
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func read(t *testing.T, s Store, key string) []byte {
	t.Helper()
	f, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// count says how many files lie in a part of the folder.
func count(t *testing.T, d *Dir, sub string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(filepath.Join(d.root, sub), func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatIsPutComesOutOnceAndUnchanged(t *testing.T) {
	d := dir(t, DirConfig{})
	want := film(600_000)
	var wg sync.WaitGroup
	for range 8 { // eight people send the same photo at once
		wg.Go(func() {
			got, err := d.Put(t.Context(), iotest.HalfReader(bytes.NewReader(want)))
			if err != nil || got != (Stored{Key: sum(want), Bytes: 600_000}) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	wg.Wait()
	if !bytes.Equal(read(t, d, sum(want)), want) {
		t.Error("changed")
	}
	if count(t, d, "objects") != 1 || count(t, d, "temp") != 0 {
		t.Errorf("%d objects, %d left in temp", count(t, d, "objects"), count(t, d, "temp"))
	}
	f, _ := d.Open(t.Context(), sum(want))
	defer f.Close()
	if _, err := f.Seek(-3, io.SeekEnd); err != nil {
		t.Error(err)
	}
	if b, _ := io.ReadAll(f); !bytes.Equal(b, want[len(want)-3:]) {
		t.Error("a film must be read from the middle")
	}
	if err := d.Remove(t.Context(), sum(want)); err != nil {
		t.Fatal(err)
	}
	if err := d.Remove(t.Context(), sum(want)); err != nil {
		t.Errorf("Remove is safe to repeat: %v", err)
	}
	if _, err := d.Open(t.Context(), sum(want)); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestKeysDoNotLeadOutOfTheFolder(t *testing.T) {
	d := dir(t, DirConfig{})
	for _, key := range []string{"", "../../etc/passwd", strings.Repeat("../", 21) + "x", strings.Repeat("A", 64), strings.Repeat("a", 63) + "/"} {
		if _, err := d.Open(t.Context(), key); !fault.Is(err, fault.NotFound) {
			t.Errorf("open %q: %v", key, err)
		}
		if err := d.Remove(t.Context(), key); err != nil {
			t.Errorf("remove %q: %v", key, err)
		}
		if _, err := d.Append(t.Context(), UploadID(key), 0, strings.NewReader("x")); !fault.Is(err, fault.NotFound) {
			t.Errorf("append %q: %v", key, err)
		}
	}
}

func TestTooBigIsRefusedAndLeavesNothing(t *testing.T) {
	d := dir(t, DirConfig{MaxBytes: 1000})
	if _, err := d.Put(t.Context(), bytes.NewReader(film(1000))); err != nil {
		t.Errorf("exactly the cap: %v", err)
	}
	if _, err := d.Put(t.Context(), bytes.NewReader(film(1001))); !errors.Is(err, errTooBig) {
		t.Errorf("one more: %v", err)
	}
	if _, err := d.Begin(t.Context(), 1001); !errors.Is(err, errTooBig) {
		t.Errorf("announced: %v", err)
	}
	if _, err := d.Begin(t.Context(), -1); !fault.Is(err, fault.Invalid) {
		t.Errorf("negative: %v", err)
	}
	if count(t, d, "temp")+count(t, d, "uploads") != 0 || count(t, d, "objects") != 1 {
		t.Error("something stayed")
	}
}

func TestABrokenSenderLeavesNothing(t *testing.T) {
	d := dir(t, DirConfig{})
	cable := errors.New("cable")
	if _, err := d.Put(t.Context(), io.MultiReader(bytes.NewReader(film(300_000)), iotest.ErrReader(cable))); !errors.Is(err, cable) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Put(ctx, bytes.NewReader(film(10))); !fault.Is(err, fault.Transient) {
		t.Errorf("%v", err)
	}
	if count(t, d, "temp")+count(t, d, "objects") != 0 {
		t.Error("something stayed")
	}
}

func TestAFullDiskIsSaidAndLosesNothing(t *testing.T) {
	d := dir(t, DirConfig{})
	up, err := d.Begin(t.Context(), 600_000)
	if err != nil {
		t.Fatal(err)
	}
	b := film(600_000)
	if _, err := d.Append(t.Context(), up, 0, bytes.NewReader(b[:100_000])); err != nil {
		t.Fatal(err)
	}
	real := d.writeAt
	d.writeAt = func(f *os.File, p []byte, at int64) (int, error) {
		n, _ := real(f, p[:len(p)/2], at) // as a disk does: half of it went
		return n, &os.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
	}
	at, err := d.Append(t.Context(), up, 100_000, bytes.NewReader(b[100_000:]))
	if !errors.Is(err, errFull) || !fault.Retry(err) || at != 100_000 {
		t.Fatalf("%d, %v", at, err)
	}
	if _, err := d.Put(t.Context(), bytes.NewReader(b)); !errors.Is(err, errFull) {
		t.Errorf("put: %v", err)
	}
	d.writeAt = real
	d.sync = func(*os.File) error { return syscall.EDQUOT }
	if _, err := d.Put(t.Context(), bytes.NewReader(b)); !errors.Is(err, errFull) {
		t.Errorf("put, at the sync: %v", err)
	}
	if _, err := d.Begin(t.Context(), 10); !errors.Is(err, errFull) {
		t.Errorf("begin: %v", err)
	}
	if _, err := d.Append(t.Context(), up, 100_000, strings.NewReader("")); !errors.Is(err, errFull) {
		t.Errorf("append, at the sync: what is answered for is on the disk: %v", err)
	}
	d.sync = (*os.File).Sync
	if count(t, d, "temp")+count(t, d, "objects") != 0 || count(t, d, "uploads") != 2 {
		t.Error("something stayed of what did not work")
	}
	// Room again, and a restart: the upload goes on where it stood.
	d = dir(t, DirConfig{Root: d.root})
	if u, err := d.Upload(t.Context(), up); err != nil || u.Offset != 100_000 {
		t.Fatalf("%+v, %v", u, err)
	}
	if _, err := d.Append(t.Context(), up, 100_000, bytes.NewReader(b[100_000:])); err != nil {
		t.Fatal(err)
	}
	if st, err := d.Finish(t.Context(), up); err != nil || st.Key != sum(b) {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestCollectAsksAndSparesWhatWasPutAgain(t *testing.T) {
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	d := dir(t, DirConfig{Now: func() time.Time { return now }})
	put := func(s string) string {
		st, err := d.Put(t.Context(), strings.NewReader(s))
		if err != nil {
			t.Fatal(err)
		}
		return st.Key
	}
	used, unused, again := put("used"), put("unused"), put("again")
	now = now.Add(48 * time.Hour)
	fresh := put("fresh")
	n, err := d.Collect(t.Context(), now.Add(-24*time.Hour), func(_ context.Context, key string) (bool, error) {
		if key == fresh {
			t.Error("too young to be asked about")
		}
		if key == again {
			put("again") // somebody puts it while we ask
		}
		return key == used, nil
	})
	if err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	for _, key := range []string{used, again, fresh} {
		read(t, d, key)
	}
	if _, err := d.Open(t.Context(), unused); !fault.Is(err, fault.NotFound) {
		t.Error("unused stayed")
	}
	trouble := errors.New("database away")
	if _, err := d.Collect(t.Context(), now.Add(time.Hour), func(context.Context, string) (bool, error) { return false, trouble }); !errors.Is(err, trouble) {
		t.Errorf("%v", err)
	}
	if count(t, d, "objects") != 3 {
		t.Error("when nobody can say, nothing is removed")
	}
}
