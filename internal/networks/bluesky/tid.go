package bluesky

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"vigie/internal/base/fault"
)

// A TID is the key of a record that looks like a time: 13 characters of a
// base32 whose order is the order of the bytes; 53 bits of microseconds, 10 bits
// of "clock id", the top bit zero (atproto.com/specs/tid).
const tidAlphabet = "234567abcdefghijklmnopqrstuvwxyz"

// recordKey is the TID of an intent, the same at every attempt: the second in
// which the intent was made, then 30 bits of the hash of its key (the
// microseconds within the second, and the clock id). Two utterances of one
// account made in the same second share a key once in a thousand million; the
// write then meets a record that is not its own and is refused, it never
// replaces it.
func recordKey(made time.Time, key string) (string, error) {
	if made.Unix() <= 0 || key == "" {
		return "", fault.New(fault.Internal, "").Becausef("bluesky: an intent without its key or its time")
	}
	h := sha256.Sum256([]byte("vigie bluesky record\x00" + key))
	micros := uint64(made.Unix())*1_000_000 + binary.BigEndian.Uint64(h[:8])%1_000_000
	clock := uint64(binary.BigEndian.Uint16(h[8:10]) & 0x3ff)
	return tid(micros<<10 | clock), nil
}

func tid(v uint64) string {
	v &= 1<<63 - 1
	var b [13]byte
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = tidAlphabet[v&31]
		v >>= 5
	}
	return string(b[:])
}
