package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
)

// Token makes a key to hand out: the prefix ("vg_") and 256 random bits. It is
// shown once; what is stored is its Hash. Plain SHA-256 is enough for it: there
// is nothing to guess, unlike in a password.
func Token(prefix string) string {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		panic("secret: no randomness: " + err.Error()) // crypto/rand never fails on the systems we build for
	}
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// Hash is what the database keeps of a token, and what it is looked up by.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Matches tells, in a time that depends on nothing but lengths, whether the
// token is the one that hash was made of.
func Matches(token, hash string) bool {
	return hash != "" && subtle.ConstantTimeCompare([]byte(Hash(token)), []byte(hash)) == 1
}

// Redact is what a log may show of a token: its prefix up to "_" and four
// characters, enough to find the row, useless to sign in.
func Redact(token string) string {
	for i := range len(token) {
		if token[i] == '_' && i < 8 && len(token) > i+20 {
			return token[:i+5] + "…"
		}
	}
	if token == "" {
		return ""
	}
	return "…"
}

// Text is a secret that travels through the program without ever being
// printed: logs, %v and JSON show its redacted form. Plain gives it back.
type Text string

// Plain gives the secret itself.
func (t Text) Plain() string { return string(t) }

// String implements fmt.Stringer.
func (t Text) String() string { return Redact(string(t)) }

// GoString implements fmt.GoStringer.
func (t Text) GoString() string { return Redact(string(t)) }

// LogValue implements slog.LogValuer.
func (t Text) LogValue() slog.Value { return slog.StringValue(Redact(string(t))) }

// MarshalText implements encoding.TextMarshaler.
func (t Text) MarshalText() ([]byte, error) { return []byte(Redact(string(t))), nil }
