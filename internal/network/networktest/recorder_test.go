package networktest

import (
	"runtime"
	"sync"
	"testing"
)

// recorder stands in for a test that is meant to fail.
type recorder struct {
	testing.TB
	mu     sync.Mutex
	failed bool
}

func (r *recorder) mark() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = true
}

func (r *recorder) bad() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

func (r *recorder) Errorf(string, ...any) { r.mark() }
func (r *recorder) Error(...any)          { r.mark() }
func (r *recorder) Fatalf(string, ...any) { r.mark(); runtime.Goexit() }
func (r *recorder) Fatal(...any)          { r.mark(); runtime.Goexit() }
func (r *recorder) Helper()               {}
