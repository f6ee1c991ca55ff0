package spell

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"sync"
	"time"
)

//go:embed dictionaries/*.gz
var packed embed.FS

// idle is how long a dictionary stays in memory after its last use.
const idle = 10 * time.Minute

// shelf holds one language; it is read at its first use and put back when
// nobody has asked for a while.
type shelf struct {
	mu    sync.Mutex
	d     *dictionary
	users int
	gone  *time.Timer
}

var shelves = map[string]*shelf{French: {}, British: {}, American: {}}

var files = map[string]string{French: "fr", British: "en_GB", American: "en_US"}

// borrow gives the dictionary of a language of Langs, reading it if it must.
// Call done when you are.
func borrow(lang string) (d *dictionary, done func()) {
	s := shelves[lang]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.d == nil {
		var err error
		if s.d, err = load(files[lang]); err != nil {
			panic(err) // what we ship is read by a test
		}
	}
	s.users++
	if s.gone != nil {
		s.gone.Stop()
		s.gone = nil
	}
	return s.d, s.back
}

// back notes that one user less has the dictionary.
func (s *shelf) back() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users == 0 {
		s.gone = time.AfterFunc(idle, s.clear)
	}
}

// clear forgets a dictionary that nobody has in hand.
func (s *shelf) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == 0 {
		s.d = nil
	}
}

func load(name string) (*dictionary, error) {
	aff, err := unpack(name + ".aff.gz")
	if err != nil {
		return nil, err
	}
	dic, err := unpack(name + ".dic.gz")
	if err != nil {
		return nil, err
	}
	d, err := read(name, aff, dic)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return d, nil
}

func unpack(name string) (string, error) {
	b, err := packed.ReadFile("dictionaries/" + name)
	if err != nil {
		return "", err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return "", fmt.Errorf("spell: %s: %w", name, err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		return "", fmt.Errorf("spell: %s: %w", name, err)
	}
	return string(all), z.Close()
}
