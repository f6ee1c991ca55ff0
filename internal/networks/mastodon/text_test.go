package mastodon

import "testing"

// What servers show must read as what was written, without asking for the
// source: not every server gives it.
func TestHTMLReadsAsItWasWritten(t *testing.T) {
	for _, c := range []struct{ html, wrote string }{
		{`<p>Un</p><p>Deux<br />trois</p>`, "Un\n\nDeux\ntrois"},
		{`<a href="https://example.com/a/b"><span class="invisible">https://</span><span class="ellipsis">example.com/a</span><span class="invisible">/b</span></a>`, "https://example.com/a/b"},
		{`<a href="https://example.com/a/b">example.com…</a>`, "https://example.com/a/b"},
		{`<a href="https://example.com/a/b">example.com/a/b</a>`, "http://example.com/a/b/"},
		{`<a href="https://autre.example/@kerlann" class="u-url mention">@<span>kerlann</span></a>`, "@kerlann@autre.example"},
		{`<a href="https://x/users/k" class="mention">@kerlann@autre.example</a>`, "@kerlann@autre.example"},
		{`<a href="https://x/tags/pain" class="mention hashtag" rel="tag">#<span>pain</span></a>`, "#pain"},
		{`<a href="https://x/tag/pain" rel="nofollow tag">#pain</a>`, "#pain"},
		{`Bien <img class="emoji" alt=":galette:" src="x">`, "Bien :galette:"},
		{`a &lt; b &amp; c`, "a < b & c"},
		{`tout simple`, "tout simple"},
		{"e\u0301", "é"},
	} {
		if got, want := canon(fromHTML(c.html)), canon(c.wrote); got != want {
			t.Errorf("%s\nreads %q, want %q", c.html, got, want)
		}
	}
	for _, c := range [][2]string{
		{"https://example.com/a", "https://example.com/b"},
		{"@kerlann", "@kerlann2"},
		{"@kerlann et @autre", "@kerlann@autre.example"},
		{"Bonjour", "Bonjour."},
		{"un deux", "un trois"},
		{"🇫🇷", "🇧🇪"},
	} {
		if canon(c[0]) == canon(c[1]) {
			t.Errorf("%q and %q are the same", c[0], c[1])
		}
	}
}
