// Package id makes the identifiers of everything Vigie keeps: UUIDs of version
// 7, made here and never by a database, so that a row's name is known before
// its transaction and the same SQL runs on both engines.
//
// One type per noun keeps a brand from being passed where a post is meant.
// The package owns the format; it never tells whether a thing exists.
package id

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"

	"vigie/internal/base/fault"
)

// The nouns that more than one package names. A room's own nouns have their
// types in the room.
type (
	Brand       string
	Person      string
	Channel     string
	Post        string
	Variant     string
	Publication string
	Media       string
	Campaign    string
	Act         string
	Token       string
)

var state struct {
	sync.Mutex
	last uint64 // 48 bits of milliseconds, 12 of counter
}

// New returns a fresh identifier. Those made by one process are strictly
// increasing, even within a millisecond and when the clock is set back, so
// that their order is the order of making (RFC 9562, section 6.2, method 1).
func New[T ~string]() T {
	var b [16]byte
	if _, err := rand.Read(b[6:]); err != nil {
		panic("id: no randomness: " + err.Error()) // crypto/rand never fails on the systems we build for
	}
	now := uint64(time.Now().UnixMilli()) << 12
	state.Lock()
	if now <= state.last {
		now = state.last + 1
	}
	state.last = now
	state.Unlock()
	binary.BigEndian.PutUint64(b[:8], now>>12<<16|0x7000|now&0xfff)
	b[8] = b[8]&0x3f | 0x80
	return T(format(b))
}

func format(b [16]byte) string {
	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:36], b[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

// Valid tells whether s has the form of an identifier.
func Valid(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// Parse returns s as an identifier. What does not look like one is not_found:
// no such thing can exist, and a stranger learns nothing from the difference.
func Parse[T ~string](s string) (T, error) {
	if !Valid(s) {
		return "", fault.New(fault.NotFound, "").Becausef("not an identifier")
	}
	return T(s), nil
}

// Time returns the millisecond at which an identifier was made, or the zero
// time when it is not one.
func Time[T ~string](v T) time.Time {
	s := string(v)
	if !Valid(s) {
		return time.Time{}
	}
	b, _ := hex.DecodeString(s[0:8] + s[9:13])
	var ms uint64
	for _, x := range b {
		ms = ms<<8 | uint64(x)
	}
	return time.UnixMilli(int64(ms)).UTC()
}
