package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"vigie/internal/base/fault"
)

func TestWhatIsSealedOpensForItsRowAlone(t *testing.T) {
	box := New()
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		purpose := rapid.StringMatching(`[a-z]{1,8}(\.[a-z]{1,8})?`).Draw(t, "purpose")
		row := rapid.StringMatching(`[a-z0-9-]{0,40}`).Draw(t, "row")
		sealed, err := box.Seal(purpose, row, plain)
		if err != nil {
			t.Fatal(err)
		}
		got, err := box.Open(purpose, row, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%q came back as %q, %v", plain, got, err)
		}
		if len(plain) > 8 && strings.Contains(sealed, string(plain)) {
			t.Fatal("the plain text shows")
		}
		for _, other := range [][2]string{{purpose, row + "x"}, {purpose + "x", row}, {"x" + purpose, row}} {
			if _, err := box.Open(other[0], other[1], sealed); !errors.Is(err, errWrong) || !fault.Is(err, fault.Internal) {
				t.Fatalf("opened for %q: %v", other, err)
			}
		}
		// One bit changed anywhere.
		head := strings.LastIndexByte(sealed, ':') + 1
		raw, _ := base64.RawURLEncoding.DecodeString(sealed[head:])
		raw[rapid.IntRange(0, len(raw)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := box.Open(purpose, row, sealed[:head]+base64.RawURLEncoding.EncodeToString(raw)); !errors.Is(err, errWrong) {
			t.Fatalf("opened although changed: %v", err)
		}
	})
}

func TestTheBorderBetweenPurposeAndRowCounts(t *testing.T) {
	box := New()
	sealed, _ := box.Seal("ab", "c", []byte("x"))
	if _, err := box.Open("a", "bc", sealed); !errors.Is(err, errWrong) {
		t.Errorf("%v", err)
	}
	if _, err := box.Seal("", "c", nil); err == nil {
		t.Error("a purpose is needed")
	}
}

func TestGarbageDoesNotOpen(t *testing.T) {
	box := New()
	good, _ := box.Seal("p", "r", []byte("x"))
	for _, s := range []string{"", "v1", "v1:", "v1:" + box.keys[0].id, "v1:" + box.keys[0].id + ":", good[:len(good)-4], good + "A", "v2" + good[2:], strings.ReplaceAll(good, ":", "")} {
		if _, err := box.Open("p", "r", s); !errors.Is(err, errWrong) {
			t.Errorf("%q: %v", s, err)
		}
	}
	again, _ := box.Seal("p", "r", []byte("x"))
	if again == good {
		t.Error("the same secret sealed twice must not look the same")
	}
}

func TestTheFirstStartMakesAKeyForItsOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first, err := Load(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	sealed, _ := first.Seal("p", "r", []byte("token"))
	second, err := Load(dir, " \n")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := second.Open("p", "r", sealed); err != nil || string(plain) != "token" {
		t.Errorf("after a restart: %q, %v", plain, err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(left) != 1 {
		t.Errorf("files left behind: %v", left)
	}
}

func TestTwoFirstStartsShareOneKey(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	boxes := make([]*Box, 16)
	for i := range boxes {
		wg.Go(func() {
			var err error
			if boxes[i], err = Load(dir, ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	for _, b := range boxes {
		if b.keys[0].id != boxes[0].keys[0].id {
			t.Fatal("two keys at one start")
		}
	}
}

func TestAKeyFileOpenToOthersIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such bits")
	}
	dir := t.TempDir()
	if _, err := Load(dir, ""); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o660} {
		if err := os.Chmod(filepath.Join(dir, FileName), mode); err != nil {
			t.Fatal(err)
		}
		_, err := Load(dir, "")
		if !errors.Is(err, errReadable) || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("%v: %v", mode, err)
		}
	}
}

func TestAKeyIsReplacedWithoutLosingWhatItSealed(t *testing.T) {
	dir := t.TempDir()
	old, err := Load(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := old.Seal("p", "r", []byte("token"))
	path := filepath.Join(dir, FileName)
	before, _ := os.ReadFile(path)
	fresh := "2027:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	if err := os.WriteFile(path, []byte(fresh+"\n"+string(before)), 0o600); err != nil {
		t.Fatal(err)
	}
	ring, err := Load(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := ring.Open("p", "r", sealed)
	if err != nil || string(plain) != "token" || !ring.Stale(sealed) {
		t.Fatalf("%q, %v, stale %v", plain, err, ring.Stale(sealed))
	}
	again, _ := ring.Seal("p", "r", plain)
	if ring.Stale(again) || !strings.HasPrefix(again, "v1:2027:") {
		t.Errorf("sealed with %s", again[:8])
	}
	// The old key leaves; what was sealed again stays, the rest says why not.
	alone, err := Load("", fresh)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alone.Open("p", "r", again); err != nil {
		t.Error(err)
	}
	if _, err := alone.Open("p", "r", sealed); !errors.Is(err, errUnknown) {
		t.Errorf("%v", err)
	}
}

func TestBadKeysAreRefusedWithoutShowingThem(t *testing.T) {
	good := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32))
	for _, env := range []string{
		"short", base64.StdEncoding.EncodeToString([]byte("only sixteen b.!")), "a b:" + good, "é:" + good,
		"a:" + good + ",a:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{2}, 32)), good[:40] + "%" + good[41:],
	} {
		_, err := Load("", env)
		if !errors.Is(err, errKey) {
			t.Errorf("%q: %v", env, err)
			continue
		}
		if strings.Contains(err.Error(), good[:8]) {
			t.Errorf("the key shows in %v", err)
		}
	}
	for _, env := range []string{good, strings.TrimRight(good, "="), "prod:" + good, base64.URLEncoding.EncodeToString(bytes.Repeat([]byte{0xfb}, 32))} {
		if _, err := Load("", env); err != nil {
			t.Errorf("%q: %v", env, err)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir, ""); !errors.Is(err, errKey) {
		t.Errorf("an empty key file must not be filled or accepted: %v", err)
	}
}

func TestATokenIsFoundByItsHashAlone(t *testing.T) {
	a, b := Token("vg_"), Token("vg_")
	if a == b || !strings.HasPrefix(a, "vg_") || len(a) != 3+43 {
		t.Fatalf("%q %q", a, b)
	}
	if !Matches(a, Hash(a)) || Matches(b, Hash(a)) || Matches("", "") || Matches(a, "") || Matches(a, Hash(a)[:63]) {
		t.Error("Matches is wrong")
	}
	if strings.Contains(Hash(a), a[3:]) {
		t.Error("the hash shows the token")
	}
}

func TestSecretsStayOutOfLogs(t *testing.T) {
	token := Token("vg_")
	var buf bytes.Buffer
	slog.New(slog.NewJSONHandler(&buf, nil)).Info("signed in", "token", Text(token))
	j, _ := json.Marshal(map[string]any{"t": Text(token)})
	fmt.Fprintf(&buf, "%v %s %+v %#v %q %s", Text(token), Text(token), struct{ T Text }{Text(token)}, Text(token), Text(token), j)
	if strings.Contains(buf.String(), token[3+4:]) || strings.Contains(buf.String(), token[:20]) {
		t.Errorf("shows: %s", buf.String())
	}
	if Redact(token) != token[:7]+"…" || Redact("hunter2") != "…" || Redact("my_password") != "…" || Redact("") != "" {
		t.Errorf("%q %q", Redact(token), Redact("my_password"))
	}
	if Text(token).Plain() != token {
		t.Error("Plain gives it back")
	}
}
