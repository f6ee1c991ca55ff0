package inbox

import (
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

// What a network tells is kept whatever it says: a byte that a database refuses
// must not stop a page of items.

// plain makes a network's words fit to be stored: valid, without NUL, at most n
// runes.
func plain(s string, n int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
	if len(s) <= n {
		return s
	}
	at := 0
	for i := range s {
		if at == n {
			return s[:i]
		}
		at++
	}
	return s
}

// line is plain text on one line.
func line(s string, n int) string {
	return strings.Join(strings.Fields(plain(s, n)), " ")
}

// cleaned is an item fit to be kept. One without a reference cannot be known
// again and is left out.
func cleaned(it network.Item, now time.Time) (network.Item, bool) {
	for _, r := range []*network.Ref{&it.Ref, &it.Parent, &it.Root, &it.Author.Ref} {
		if len(*r) > maxRef || !utf8.ValidString(string(*r)) || strings.ContainsRune(string(*r), 0) {
			*r = ""
		}
	}
	it.Version, it.Held, it.Language = plain(it.Version, 200), plain(it.Held, 20), plain(it.Language, 35)
	it.Subject, it.Text, it.URL = line(it.Subject, 500), plain(it.Text, MaxText), plain(it.URL, 2000)
	a := &it.Author
	a.Handle, a.Name, a.Avatar, a.URL = line(a.Handle, maxName), line(a.Name, maxName), plain(a.Avatar, 2000), plain(a.URL, 2000)
	if a.Ref == "" {
		a.Ref = network.Ref(a.Handle)
	}
	if !strings.HasPrefix(it.URL, "https://") && !strings.HasPrefix(it.URL, "http://") && !strings.HasPrefix(it.URL, "/") {
		it.URL = ""
	}
	if len(it.Media) > 50 {
		it.Media = it.Media[:50]
	}
	for i := range it.Media {
		m := &it.Media[i]
		m.Type, m.URL, m.Name, m.Alt, m.Ref = plain(m.Type, 100), plain(m.URL, 2000), line(m.Name, 300), line(m.Alt, 2000), network.Ref(plain(string(m.Ref), maxRef))
	}
	if !known(it.Kind) {
		it.Kind = network.Mention
	}
	// A network's clock that is ahead of ours is not believed: the item would
	// stand on top of the list for ever.
	if it.At.IsZero() || it.At.After(now) || it.At.Year() < 1990 {
		it.At = now
	}
	if it.Edited.After(now) {
		it.Edited = now
	}
	it.At, it.Edited = it.At.UTC().Truncate(time.Millisecond), it.Edited.UTC().Truncate(time.Millisecond)
	return it, it.Ref != ""
}

func known(k network.ItemKind) bool {
	for _, x := range network.ItemKinds() {
		if k == x {
			return true
		}
	}
	return false
}

// excerpt is what a list shows of a text.
func excerpt(it network.Item) string {
	s := it.Text
	if strings.TrimSpace(s) == "" {
		s = it.Subject
	}
	return textkit.Excerpt(line(s, 2000), maxExcerpt)
}

// called is what an author is called in a list.
func called(a network.Author) string {
	if a.Name != "" {
		return a.Name
	}
	return a.Handle
}
