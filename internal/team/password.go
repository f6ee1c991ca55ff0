package team

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"vigie/internal/base/fault"
)

// Cost is what one password costs: argon2id's memory in KiB, its passes and
// its lanes.
type Cost struct {
	Memory uint32
	Passes uint32
	Lanes  uint8
}

// UsualCost is OWASP's second recommendation for argon2id (Password Storage
// Cheat Sheet): 19 MiB, two passes, one lane.
var UsualCost = Cost{Memory: 19 << 10, Passes: 2, Lanes: 1}

const (
	minPassword = 10   // characters, NIST SP 800-63B asks for at least 8
	maxPassword = 1024 // bytes: longer is a flood, not a phrase
	maxWaiting  = 32   // per lane of the vault, before new ones are turned away
	saltBytes   = 16
	keyBytes    = 32
)

// vault makes and checks password hashes, a few at a time: each takes its
// memory, and a flood of sign-ins must not take the machine's. Browsers that a
// person already used have a lane of their own, so that the flood of strangers
// does not keep her out.
type vault struct {
	cost    Cost
	known   lane
	unknown lane
	decoy   string
}

type lane struct {
	slots   chan struct{}
	waiting *atomic.Int64
}

func newLane(n int) lane { return lane{make(chan struct{}, n), new(atomic.Int64)} }

func newVault(c Cost) *vault {
	if c == (Cost{}) {
		c = UsualCost
	}
	v := &vault{cost: c, known: newLane(1), unknown: newLane(max(1, min(4, runtime.GOMAXPROCS(0))))}
	// No password makes this key, and none is hashed for it: that would cost
	// every start its memory and time.
	v.decoy = v.phc(make([]byte, saltBytes), make([]byte, keyBytes))
	return v
}

// enter waits for a place. Errors are too_many (the queue is full) or the end
// of the request.
func (l lane) enter(ctx context.Context) (leave func(), err error) {
	if l.waiting.Add(1) > maxWaiting {
		l.waiting.Add(-1)
		return nil, fault.New(fault.TooMany, "team.busy").After(2e9)
	}
	defer l.waiting.Add(-1)
	select {
	case l.slots <- struct{}{}:
		return func() { <-l.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (v *vault) lane(known bool) lane {
	if known {
		return v.known
	}
	return v.unknown
}

// hash returns the PHC string of a password.
func (v *vault) hash(ctx context.Context, password string) (string, error) {
	leave, err := v.known.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // crypto/rand never fails
	return v.encode(password, salt), nil
}

func (v *vault) encode(password string, salt []byte) string {
	key := argon2.IDKey([]byte(norm.NFC.String(password)), salt, v.cost.Passes, v.cost.Memory, v.cost.Lanes, keyBytes)
	return v.phc(salt, key)
}

func (v *vault) phc(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, v.cost.Memory, v.cost.Passes, v.cost.Lanes,
		b.EncodeToString(salt), b.EncodeToString(key))
}

// check tells whether the password is the one that was hashed, and whether the
// hash was made at another cost and should be made anew. An empty hash is
// nobody's: the same work is done, and the answer is no.
func (v *vault) check(ctx context.Context, known bool, password, encoded string) (same, stale bool, err error) {
	nobody := encoded == "" || len(password) > maxPassword
	if nobody {
		encoded = v.decoy
	}
	cost, salt, want, err := parsePHC(encoded)
	if err != nil {
		return false, false, err
	}
	leave, err := v.lane(known).enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	if len(password) > maxPassword {
		password = password[:maxPassword]
	}
	got := argon2.IDKey([]byte(norm.NFC.String(password)), salt, cost.Passes, cost.Memory, cost.Lanes, uint32(len(want)))
	same = subtle.ConstantTimeCompare(got, want) == 1 && !nobody
	return same, cost != v.cost, nil
}

func parsePHC(s string) (c Cost, salt, key []byte, err error) {
	bad := fault.New(fault.Internal, "").Becausef("a password hash is not in PHC form")
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Passes, &c.Lanes); err != nil || c.Passes == 0 || c.Lanes == 0 {
		return c, nil, nil, bad
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return c, nil, nil, bad
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(key) < 16 {
		return c, nil, nil, bad
	}
	return c, salt, key, nil
}

// Words on which guessing begins; all shorter ones fall to the length.
var common = []string{"motdepasse", "password", "azertyuiop", "qwertyuiop", "1234567890", "0123456789", "communitymanager", "vigie"}

// checkNew refuses passwords that a guesser tries first. It asks for no
// capitals, digits or signs: length is what helps (NIST SP 800-63B 5.1.1.2).
func checkNew(password string, about ...string) error {
	bad := func(key string) *fault.Error { return fault.New(fault.Invalid, key).At("password") }
	if !utf8.ValidString(password) || len(password) > maxPassword {
		return bad("team.password_long").With("max", maxPassword)
	}
	if utf8.RuneCountInString(norm.NFC.String(password)) < minPassword {
		return bad("team.password_short").With("min", minPassword)
	}
	low := strings.ToLower(password)
	distinct := map[rune]bool{}
	for _, r := range low {
		distinct[r] = true
	}
	if len(distinct) < 4 {
		return bad("team.password_common")
	}
	for _, w := range append(common, about...) {
		w = strings.ToLower(w)
		// What is left beside the word must still be worth guessing.
		if len(w) >= 4 && strings.Contains(low, w) && utf8.RuneCountInString(strings.ReplaceAll(low, w, "")) < 6 {
			return bad("team.password_common")
		}
	}
	return nil
}
