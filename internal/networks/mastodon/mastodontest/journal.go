package mastodontest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// journal is a file of JSON lines, one per thing as it stands now; the last
// line about a thing wins.
type journal struct {
	f   *os.File
	dir string
}

type line struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}

func (s *Server) open(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, "journal.jsonl"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	in := bufio.NewScanner(f)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var l line
		if json.Unmarshal(in.Bytes(), &l) != nil {
			continue // the last line of a killed fake may be half
		}
		if err := s.replay(l, dir); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", l.Kind, err), f.Close())
		}
	}
	if err := in.Err(); err != nil {
		return errors.Join(err, f.Close())
	}
	// A half line must not swallow the next one.
	_, err = f.WriteString("\n")
	s.journal = &journal{f: f, dir: dir}
	return err
}

func (s *Server) replay(l line, dir string) error {
	switch l.Kind {
	case "account":
		return read(l, func(a *Account) { s.accounts[a.ID] = a; s.seen(a.ID) })
	case "token":
		return read(l, func(t *token) { s.tokens[t.Token] = t })
	case "app":
		return read(l, func(a *app) { s.apps[a.Client] = a; s.seen(a.ID) })
	case "media":
		return read(l, func(m *Media) {
			b, err := os.ReadFile(filepath.Join(dir, "media-"+m.ID))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return
			}
			m.bytes = b
			s.media[m.ID] = m
			s.seen(m.ID)
		})
	case "notice":
		return read(l, func(n *Notice) { s.notices = append(s.notices, n); s.seen(n.ID) })
	case "status":
		return read(l, func(st *Status) {
			if old := s.byID[st.ID]; old != nil {
				*old = *st
				return
			}
			s.byID[st.ID] = st
			s.statuses = append(s.statuses, st)
			s.seen(st.ID)
			if st.Key != "" {
				s.keys[st.Account+"\x00"+st.Key] = idem{st.ID, st.Created}
			}
		})
	}
	return nil
}

func (s *Server) seen(id string) {
	var n int64
	if _, err := fmt.Sscan(id, &n); err == nil {
		s.last = max(s.last, n)
	}
}

func read[T any](l line, put func(*T)) error {
	v := new(T)
	if err := json.Unmarshal(l.Data, v); err != nil {
		return err
	}
	put(v)
	return nil
}

// write keeps a thing before its answer leaves. The caller holds s.mu. A
// server that cannot keep its word stops: a lie would spoil the test.
func (s *Server) write(kind string, v any) {
	if s.journal == nil {
		return
	}
	data, err := json.Marshal(v)
	if err == nil {
		var b []byte
		if b, err = json.Marshal(line{kind, data}); err == nil {
			_, err = s.journal.f.Write(append(b, '\n'))
		}
	}
	if err != nil && !strings.Contains(err.Error(), "file already closed") {
		panic(fmt.Sprintf("mastodontest: %s not kept: %v", kind, err))
	}
}

func (s *Server) writeMedia(m *Media) {
	if s.journal == nil {
		return
	}
	if err := os.WriteFile(filepath.Join(s.journal.dir, "media-"+m.ID), m.bytes, 0o644); err != nil {
		panic(fmt.Sprintf("mastodontest: media not kept: %v", err))
	}
}
