package practice

import (
	"context"
	"sync"

	"vigie/internal/base/fault"
)

// Store keeps the world: records in one order, and pictures. Several processes
// may share one.
type Store interface {
	// Append adds a record; it is durable when Append returns.
	Append(ctx context.Context, record []byte) error
	// Read calls each for every record after the position, in order, with the
	// position to go on from. The slice is only good during the call.
	Read(ctx context.Context, after int64, each func(next int64, record []byte) error) error
	// PutMedia keeps a picture under its key, durably. Safe to repeat.
	PutMedia(ctx context.Context, key string, body []byte) error
	// Media returns a picture. Errors: not_found.
	Media(ctx context.Context, key string) ([]byte, error)
}

// MemoryStore forgets everything with the process.
type MemoryStore struct {
	mu      sync.Mutex
	records [][]byte
	media   map[string][]byte
}

// NewMemoryStore returns an empty one.
func NewMemoryStore() *MemoryStore { return &MemoryStore{media: map[string][]byte{}} }

// Append is Store's.
func (s *MemoryStore) Append(_ context.Context, record []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = append(s.records, append([]byte(nil), record...))
	return nil
}

// Read is Store's.
func (s *MemoryStore) Read(_ context.Context, after int64, each func(int64, []byte) error) error {
	s.mu.Lock()
	all := s.records
	s.mu.Unlock()
	for i := after; i < int64(len(all)); i++ {
		if err := each(i+1, all[i]); err != nil {
			return err
		}
	}
	return nil
}

// PutMedia is Store's.
func (s *MemoryStore) PutMedia(_ context.Context, key string, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.media[key] = append([]byte(nil), body...)
	return nil
}

// Media is Store's.
func (s *MemoryStore) Media(_ context.Context, key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.media[key]
	if !ok {
		return nil, fault.New(fault.NotFound, "")
	}
	return b, nil
}
