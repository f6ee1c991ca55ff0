package secret

import (
	"bufio"
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"vigie/internal/base/fault"
)

// FileName is the key file in the data directory.
const FileName = "secret.key"

const keySize = 32

var (
	errKey      = fault.New(fault.Invalid, "secret.key_invalid")
	errReadable = fault.New(fault.Invalid, "secret.key_readable") // others on this machine may read the file
)

// Load returns the box of an instance. env is the value of VIGIE_SECRET_KEY
// and goes before the file; "" means the file secret.key in dir, which is made
// with a fresh key, readable by its owner alone, when it is missing.
//
// Both hold one key or several (lines of the file, separated by spaces or
// commas in env), each 32 bytes in base64 or "id:base64". The first one seals,
// the others only open what they once sealed. Errors are invalid, with the
// reason; it is safe to repeat, and safe for two processes that start at once.
func Load(dir, env string) (_ *Box, err error) {
	defer fault.Wrap(&err, "load secret key")
	if strings.TrimSpace(env) != "" {
		lines := strings.FieldsFunc(env, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
		return fromLines("VIGIE_SECRET_KEY", lines)
	}
	path := filepath.Join(dir, FileName)
	b, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKeyFile(path); err != nil {
			return nil, err
		}
		b, err = readKeyFile(path)
	}
	if err != nil {
		return nil, err
	}
	var lines []string
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return fromLines(path, lines)
}

// New returns a box with one fresh key that is kept nowhere: for tests and the
// demonstration.
func New() *Box {
	b, err := fromLines("", []string{newLine()})
	if err != nil {
		panic(err) // a line we wrote ourselves
	}
	return b
}

func fromLines(from string, lines []string) (*Box, error) {
	box := &Box{ciphs: map[string]cipher.AEAD{}}
	for i, line := range lines {
		kid, text, named := strings.Cut(line, ":")
		if !named {
			kid, text = "", line
		}
		master, err := decodeKey(text)
		if err != nil {
			// Never the line itself: it may be a key with a slip.
			return nil, errKey.With("file", from).With("line", i+1).Because(err)
		}
		if kid == "" {
			kid = fingerprint(master)
		}
		if len(kid) > 32 || strings.Trim(kid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			return nil, errKey.With("file", from).With("line", i+1).Becausef("an id has letters, digits, - and _")
		}
		if slices.ContainsFunc(box.keys, func(k key) bool { return k.id == kid }) {
			return nil, errKey.With("file", from).With("line", i+1).Becausef("two keys with one id")
		}
		box.keys = append(box.keys, key{id: kid, master: master})
	}
	if len(box.keys) == 0 {
		return nil, errKey.With("file", from).With("line", 0).Becausef("no key")
	}
	return box, nil
}

func decodeKey(text string) ([]byte, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("not base64")
	}
	if len(b) != keySize {
		return nil, fmt.Errorf("%d bytes instead of %d", len(b), keySize)
	}
	return b, nil
}

// fingerprint names a key that its owner did not name; it says nothing of it.
func fingerprint(master []byte) string {
	sum := sha256.Sum256(append([]byte("vigie key id\x00"), master...))
	return hex.EncodeToString(sum[:4])
}

func newLine() string {
	b := make([]byte, keySize)
	if _, err := rand.Read(b); err != nil {
		panic("secret: no randomness: " + err.Error()) // crypto/rand never fails on the systems we build for
	}
	return fingerprint(b) + ":" + base64.StdEncoding.EncodeToString(b)
}

func readKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		return nil, errKey.With("file", path).With("line", 0).Because(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, errKey.With("file", path).With("line", 0).Because(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, errReadable.With("file", path).Becausef("%s is open to others (%04o): chmod 600 it", path, info.Mode().Perm())
	}
	b := make([]byte, 64<<10)
	n, err := f.Read(b)
	if err != nil && n == 0 {
		return nil, errKey.With("file", path).With("line", 0).Becausef("the key file is empty")
	}
	return b[:n], nil
}

// makeKeyFile writes a fresh key under another name and links it into place:
// a crash never leaves half a key, and of two processes one wins and both read
// the winner's.
func makeKeyFile(path string) error {
	bad := func(err error) error { return errKey.With("file", path).With("line", 0).Because(err) }
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return bad(err)
	}
	temp := path + "." + rand.Text()
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return bad(err)
	}
	defer os.Remove(temp)
	_, err = f.WriteString("# The key of this instance's secrets. Keep a copy apart from the backups of the database.\n" + newLine() + "\n")
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return bad(err)
	}
	if err := os.Link(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		// A file system without hard links: the plain exclusive way.
		if err := copyExclusive(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
			return bad(err)
		}
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		_ = dir.Sync() // not every system can; the file itself is synced
		dir.Close()
	}
	return nil
}

func copyExclusive(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
