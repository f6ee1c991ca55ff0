package publishing

import (
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/network"
)

// What a network answers is kept whatever it says: a byte that a database
// refuses must not lose a receipt.

// plain makes a network's words fit to be stored, at most n bytes of them.
func plain(s string, n int) string {
	if len(s) > n {
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

// maxLink is the longest permalink that is kept; a longer one is no permalink.
const maxLink = 2000

// partOf is a receipt as the ledger keeps it. A network's clock that is far
// from ours is not believed.
func partOf(r network.Receipt, now time.Time) SentPart {
	p := SentPart{Ref: r.Ref, Root: r.Root, At: r.At, Open: !r.Final}
	if len(r.URL) <= maxLink {
		p.URL = plain(r.URL, maxLink)
	}
	if off := p.At.Sub(now); p.At.IsZero() || off < -year || off > 24*time.Hour {
		p.At = now
	}
	return p
}

const year = 366 * 24 * time.Hour

// open tells whether some part is to be followed.
func open(parts []SentPart) bool {
	for _, p := range parts {
		if p.Open {
			return true
		}
	}
	return false
}
