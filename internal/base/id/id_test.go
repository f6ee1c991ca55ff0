package id

import (
	"sync"
	"testing"
	"time"
)

func TestNewIsIncreasingAndUnique(t *testing.T) {
	const n = 20000
	var mu sync.Mutex
	seen := make(map[Post]bool, 4*n)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			last := Post("")
			for range n {
				v := New[Post]()
				if v <= last {
					t.Errorf("%s after %s", v, last)
					return
				}
				last = v
				mu.Lock()
				if seen[v] {
					t.Errorf("%s twice", v)
				}
				seen[v] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func TestFormIsUUIDv7AndCarriesItsTime(t *testing.T) {
	before := time.Now().Add(-time.Second)
	v := New[Brand]()
	if !Valid(string(v)) || v[14] != '7' {
		t.Fatalf("%s is not a UUIDv7", v)
	}
	if at := Time(v); at.Before(before) || at.After(time.Now().Add(time.Minute)) {
		t.Errorf("time of %s is %s", v, at)
	}
	for _, bad := range []string{"", "x", string(v[1:]), string(v) + "0", "'; drop table post; --0000000000000000"} {
		if _, err := Parse[Brand](bad); err == nil {
			t.Errorf("%q parsed", bad)
		}
	}
}
