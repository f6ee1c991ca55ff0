package mailbox

import (
	"crypto/sha256"
	"encoding/base64"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// Bad case: a mail of 30 MB. Its words are read, what it carries is listed, and
// fetched only when somebody asks, as a stream.
func TestAGreatMailCostsItsWordsAlone(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		film := make([]byte, 22<<20)
		if s.line.target == "memory" { // which takes every mail apart at every question
			film = film[:4<<20]
		}
		src := rand.NewChaCha8([32]byte{7})
		_, _ = src.Read(film)
		var b strings.Builder
		b.WriteString("From: maelle@pays.example\nSubject: Le film\nMessage-ID: <film@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\nContent-Type: video/mp4; name=\"le film été.mp4\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n")
		code := base64.StdEncoding.EncodeToString(film)
		for len(code) > 76 {
			b.WriteString(code[:76] + "\n")
			code = code[76:]
		}
		b.WriteString(code + "\n--bb\nContent-Type: text/plain; charset=utf-8\n\nVoilà le film.\n--bb\nContent-Type: text/html\n\n<p>Voilà le film.</p>\n--bb--\n")
		from := s.start()
		s.put("INBOX", b.String())
		s.put("INBOX", mail(2, ""))
		b.Reset()

		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		items, _ := s.receive(from)
		runtime.ReadMemStats(&after)
		if len(items) != 2 || items[1].Text != "Bonjour 2" {
			t.Fatalf("%d items", len(items))
		}
		it := items[0]
		if !strings.HasPrefix(it.Text, "Voilà le film.") || len(it.Media) != 1 || it.HTML == "" {
			t.Fatalf("%q, %+v", it.Text, it.Media)
		}
		a := it.Media[0]
		if a.Type != "video/mp4" || !strings.HasPrefix(a.Name, "le film") || a.Bytes < int64(len(film))*98/100 || a.Bytes > int64(len(film))*102/100 || a.Ref == "" {
			t.Errorf("%+v", a)
		}
		if s.line.target == "memory" { // its server lives in this process too
			t.Log("memory: the server's own cost is in the figure")
		} else if cost := after.TotalAlloc - before.TotalAlloc; cost > 12<<20 {
			t.Errorf("%d MB allocated", cost>>20)
		}

		sum := sha256.New()
		if err := s.account.Load(t.Context(), it.Ref, a.Ref, sum); err != nil {
			t.Fatal(err)
		}
		if want := sha256.Sum256(film); string(sum.Sum(nil)) != string(want[:]) {
			t.Error("what was loaded is another film")
		}
		for _, c := range [][2]network.Ref{{it.Ref, "9"}, {it.Ref, "../x"}, {"<perdu@x>", "1"}} {
			if err := s.account.Load(t.Context(), c[0], c[1], sha256.New()); !fault.Is(err, fault.NotFound) {
				t.Errorf("%v: %v", c, err)
			}
		}
	})
}

// Bad cases, as a server hands them on: what would run, load or post in a page
// is in HTML alone, which no page shows as it is; the words are plain.
func TestHostileMailIsReadAsWords(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		it := s.one("From: a@b.example\nSubject: \x01=?utf-8?q?=00vide=0d=0aBcc:_x@y?=\nMessage-ID: <h@x>\nContent-Type: text/html; charset=utf-8\n\n<script>vol()</script><style>*{display:none}</style><img src=\"https://t.example/p?u=1\" width=1><form action=\"https://v.example\"><input name=code></form><p onclick=x()>Bon\x00jour \xed\xa0\x80</p>")
		if strings.ContainsAny(it.Subject+it.Text+it.HTML, "\x00\x01\r") || !strings.HasPrefix(it.Text, "Bon") || strings.Contains(it.Text, "vol()") || strings.Contains(it.Text, "t.example") {
			t.Errorf("%q %q", it.Subject, it.Text)
		}
		if !strings.Contains(it.HTML, "<script>") {
			t.Error("the original is not the original")
		}
		it = s.one("From: a@b.example\nMessage-ID: <c@x>\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nle début\n--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nAAAA")
		if it.Text != "le début" || !it.Broken || len(it.Media) != 1 {
			t.Errorf("%+v", it)
		}
	})
}
