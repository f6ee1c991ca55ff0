// Package secret keeps what must not be read in a stolen database: the tokens
// of networks, the second factors of people. It seals them with a key that
// lives outside of the database.
//
// It owns the master keys, the sealed form and the tokens that Vigie itself
// hands out. A sealed value is bound to its purpose and its row: copied into
// another row, it does not open. The package never logs, never keeps a plain
// value and never knows what a secret is for.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"

	"vigie/internal/base/fault"
)

// form is the first word of a sealed value. A change of the algorithm gets a
// new one and the old one stays readable.
const form = "v1"

var (
	errWrong   = fault.New(fault.Internal, "secret.opened_wrong") // another row, another purpose, or changed on the way
	errUnknown = fault.New(fault.Internal, "secret.key_missing")  // sealed with a key that this instance does not have
)

// Box seals and opens. It is safe for use by many goroutines.
type Box struct {
	keys  []key // the first one seals
	mu    sync.RWMutex
	ciphs map[string]cipher.AEAD // by key id and purpose
}

type key struct {
	id     string
	master []byte
}

// Seal encrypts plain for one row of one purpose ("channel.credentials"). The
// text is safe to store and differs at every call. Errors are internal.
func (b *Box) Seal(purpose, rowID string, plain []byte) (string, error) {
	k := b.keys[0]
	c, err := b.cipher(k, purpose)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, c.NonceSize(), c.NonceSize()+len(plain)+c.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return "", fault.New(fault.Internal, "").Because(err)
	}
	sealed := c.Seal(nonce, nonce, plain, bound(purpose, rowID))
	return form + ":" + k.id + ":" + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open decrypts what Seal made for the same purpose and row. Errors are
// internal: secret.opened_wrong when it was sealed for something else or was
// changed, secret.key_missing when its key is not on the ring.
func (b *Box) Open(purpose, rowID, sealed string) ([]byte, error) {
	kid, data, ok := split(sealed)
	if !ok {
		return nil, errWrong.Becausef("not a sealed value")
	}
	for _, k := range b.keys {
		if k.id != kid {
			continue
		}
		c, err := b.cipher(k, purpose)
		if err != nil {
			return nil, err
		}
		if len(data) < c.NonceSize() {
			return nil, errWrong.Becausef("cut short")
		}
		plain, err := c.Open(nil, data[:c.NonceSize()], data[c.NonceSize():], bound(purpose, rowID))
		if err != nil {
			return nil, errWrong.Becausef("%s of %s", purpose, rowID)
		}
		return plain, nil
	}
	return nil, errUnknown.With("key", kid)
}

// Stale tells whether sealed was made with a key that no longer seals: open it
// and seal it again, then the old key can leave the ring.
func (b *Box) Stale(sealed string) bool {
	kid, _, ok := split(sealed)
	return ok && kid != b.keys[0].id
}

func split(sealed string) (kid string, data []byte, ok bool) {
	rest, ok := strings.CutPrefix(sealed, form+":")
	if !ok {
		return "", nil, false
	}
	kid, text, ok := strings.Cut(rest, ":")
	if !ok {
		return "", nil, false
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return kid, data, err == nil
}

// bound is the associated data. The zero byte keeps ("a", "bc") and ("ab", "c")
// apart; neither a purpose nor an id holds one.
func bound(purpose, rowID string) []byte {
	return []byte(form + "\x00" + purpose + "\x00" + rowID)
}

func (b *Box) cipher(k key, purpose string) (cipher.AEAD, error) {
	if purpose == "" || strings.ContainsRune(purpose, 0) {
		return nil, fault.New(fault.Internal, "").Becausef("secret: purpose %q", purpose)
	}
	at := k.id + "\x00" + purpose
	b.mu.RLock()
	c, ok := b.ciphs[at]
	b.mu.RUnlock()
	if ok {
		return c, nil
	}
	derived, err := hkdf.Key(sha256.New, k.master, nil, "vigie "+form+" "+purpose, 32)
	if err != nil {
		return nil, fault.New(fault.Internal, "").Because(err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fault.New(fault.Internal, "").Because(err)
	}
	c, err = cipher.NewGCM(block)
	if err != nil {
		return nil, fault.New(fault.Internal, "").Because(err)
	}
	b.mu.Lock()
	b.ciphs[at] = c
	b.mu.Unlock()
	return c, nil
}
