package mail

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"mime"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
)

// keepLetters bounds the folder: it is a drawer, not an archive.
const keepLetters = 500

// Folder keeps letters as .eml files where no mail server is known: somebody
// who tries Vigie on her laptop opens the invitation from there, with any mail
// program. It is safe for use by many goroutines.
type Folder struct {
	dir  string
	from Address
	now  func() time.Time
	mu   sync.Mutex
}

// Kept is a letter in the folder.
type Kept struct {
	File    string // its name in the folder
	Date    time.Time
	To      string
	Subject string
}

var errFolder = fault.New(fault.Transient, "mail.folder")

// NewFolder opens a folder, which is made when it is missing, for its owner
// alone: letters hold links that open accounts. Errors are invalid or transient.
func NewFolder(dir string, from Address, now func() time.Time) (*Folder, error) {
	email, err := Clean(from.Email)
	if err != nil {
		return nil, fault.As(err).At("from")
	}
	from.Email = email
	if now == nil {
		now = time.Now
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errFolder.Because(err)
	}
	return &Folder{dir: dir, from: from, now: now}, nil
}

// Dir is where the letters are, to be told to the person.
func (f *Folder) Dir() string { return f.dir }

// Send implements Sender. The same Message.ID replaces its file; the oldest
// letters beyond 500 go.
func (f *Folder) Send(_ context.Context, m Message) (err error) {
	defer fault.Wrap(&err, "keep mail")
	if m.ID == "" {
		m.ID = id.New[string]()
	}
	msg, err := m.compose(f.from, f.now())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return fault.New(fault.Internal, "").Because(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	temp := filepath.Join(f.dir, "."+rand.Text())
	defer os.Remove(temp)
	if err := os.WriteFile(temp, b.Bytes(), 0o600); err != nil {
		return errFolder.Because(err)
	}
	if err := os.Rename(temp, filepath.Join(f.dir, m.ID+".eml")); err != nil {
		return errFolder.Because(err)
	}
	return f.tidy()
}

type letter struct {
	name string
	when time.Time
}

// letters lists what is there, newest first.
func (f *Folder) letters() ([]letter, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, errFolder.Because(err)
	}
	var out []letter
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".eml") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if info, err := e.Info(); err == nil {
			out = append(out, letter{e.Name(), info.ModTime()})
		}
	}
	slices.SortFunc(out, func(a, b letter) int {
		if c := b.when.Compare(a.when); c != 0 {
			return c
		}
		return strings.Compare(b.name, a.name)
	})
	return out, nil
}

func (f *Folder) tidy() error {
	all, err := f.letters()
	if err != nil {
		return err
	}
	for _, l := range all[min(len(all), keepLetters):] {
		if err := os.Remove(filepath.Join(f.dir, l.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errFolder.Because(err)
		}
	}
	return nil
}

// List returns the newest letters, newest first.
func (f *Folder) List(limit int) (_ []Kept, err error) {
	defer fault.Wrap(&err, "list mail")
	all, err := f.letters()
	if err != nil {
		return nil, err
	}
	var words mime.WordDecoder
	plain := func(s string) string {
		if d, err := words.DecodeHeader(s); err == nil {
			return d
		}
		return s
	}
	var out []Kept
	for _, l := range all[:min(len(all), max(limit, 0))] {
		b, err := os.ReadFile(filepath.Join(f.dir, l.name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, errFolder.Because(err)
		}
		k := Kept{File: l.name, Date: l.when}
		if m, err := netmail.ReadMessage(bytes.NewReader(b)); err == nil {
			k.Subject, k.To = plain(m.Header.Get("Subject")), plain(m.Header.Get("To"))
			if d, err := m.Header.Date(); err == nil {
				k.Date = d
			}
		}
		out = append(out, k)
	}
	return out, nil
}
