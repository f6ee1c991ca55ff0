package mail

import (
	"bytes"
	"context"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/base/fault"
)

var vigie = Address{Name: "Vigie", Email: "vigie@agence.example"}

func letterTo(email string) Message {
	return Message{
		ID:       "0190a1b2-invitation",
		To:       Address{Name: "Zoé d’Été", Email: email},
		Subject:  "Votre invitation à l’équipe « Fleuriste » : rejoignez-nous !",
		Text:     "Bonjour Zoé,\n\n.Un point en début de ligne.\nhttps://vigie.example/i/" + strings.Repeat("x", 100) + "\n",
		HTML:     "<p>Bonjour Zoé</p>",
		Language: "fr",
	}
}

// parts reads a letter as a mailbox does.
func parts(t *testing.T, raw []byte) (netmail.Header, map[string]string) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var walk func(h func(string) string, body io.Reader)
	walk = func(h func(string) string, body io.Reader) {
		kind, params, err := mime.ParseMediaType(h("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(kind, "multipart/") {
			for r := multipart.NewReader(body, params["boundary"]); ; {
				p, err := r.NextRawPart()
				if err == io.EOF {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				walk(p.Header.Get, p)
			}
		}
		if h("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(body)
		}
		b, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		out[kind] = strings.ReplaceAll(string(b), "\r\n", "\n")
	}
	walk(m.Header.Get, m.Body)
	return m.Header, out
}

func decoded(s string) string {
	d, _ := new(mime.WordDecoder).DecodeHeader(s)
	return d
}

func checkLetter(t *testing.T, raw []byte, m Message) {
	t.Helper()
	h, body := parts(t, raw)
	if got := decoded(h.Get("Subject")); got != m.Subject {
		t.Errorf("subject %q", got)
	}
	to, err := h.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != m.To.Name {
		t.Errorf("to %v, %v", to, err)
	}
	if strings.TrimRight(body["text/plain"], "\n") != strings.TrimRight(m.Text, "\n") || body["text/html"] != m.HTML {
		t.Errorf("%q", body)
	}
	if h.Get("Message-ID") != "<"+m.ID+"@agence.example>" || h.Get("Auto-Submitted") != "auto-generated" || h.Get("Content-Language") != m.Language {
		t.Errorf("%v", h)
	}
	if h.Get("User-Agent") != "" || h.Get("X-Mailer") != "" {
		t.Error("no need to say what made it")
	}
	for line := range strings.Lines(string(raw)) {
		if len(line) > 1000 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func folder(t *testing.T) *Folder {
	t.Helper()
	f, err := NewFolder(filepath.Join(t.TempDir(), "mail"), vigie, func() time.Time { return time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWithoutAServerLettersAreKeptToBeRead(t *testing.T) {
	f := folder(t)
	m := letterTo("zoe@fleuriste.example")
	for range 2 { // repeated by the queue
		if err := f.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	got, err := f.List(10)
	if err != nil || len(got) != 1 || got[0].Subject != m.Subject || !strings.Contains(got[0].To, "zoe@fleuriste.example") || got[0].Date.Year() != 2027 {
		t.Fatalf("%+v, %v", got, err)
	}
	path := filepath.Join(f.Dir(), got[0].File)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	checkLetter(t, raw, m)
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("%v: others may read the link", info.Mode())
	}
	m.ID = ""
	for range keepLetters + 3 {
		if err := f.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := f.List(10_000); err != nil || len(all) != keepLetters {
		t.Errorf("%d letters, %v", len(all), err)
	}
}

func TestNoValueBecomesASecondHeader(t *testing.T) {
	f := folder(t)
	for name, change := range map[string]func(*Message){
		"subject":     func(m *Message) { m.Subject = "x\r\nBcc: all@x.example" },
		"subject lf":  func(m *Message) { m.Subject = "x\nBcc: all@x.example" },
		"subject nul": func(m *Message) { m.Subject = "x\x00" },
		"utf8":        func(m *Message) { m.Subject = "x\xff" },
		"separator":   func(m *Message) { m.Subject = "x\u2028y" },
		"name":        func(m *Message) { m.To.Name = "x\r\nBcc: all@x.example" },
		"address":     func(m *Message) { m.To.Email = "a@b.example\r\nBcc: all@x.example" },
		"two":         func(m *Message) { m.To.Email = "a@b.example, c@d.example" },
		"angle":       func(m *Message) { m.To.Email = "a@b.example> <c@d.example" },
		"reply":       func(m *Message) { m.ReplyTo = Address{Email: "a@b\n.example"} },
		"language":    func(m *Message) { m.Language = "fr\r\nX: y" },
		"unsubscribe": func(m *Message) { m.ListUnsubscribe = "https://x.example/\r\nX: y" },
		"unsub two":   func(m *Message) { m.ListUnsubscribe = "https://x.example/>, <https://y.example/" },
		"id":          func(m *Message) { m.ID = "a>\r\nX: y" },
		"id path":     func(m *Message) { m.ID = "../../x" },
		"attachment":  func(m *Message) { m.Attachments = []Attachment{{Name: "a\r\nX: y", Type: "text/plain"}} },
		"type":        func(m *Message) { m.Attachments = []Attachment{{Name: "a", Type: "text/plain\r\nX: y"}} },
		"no subject":  func(m *Message) { m.Subject = " " },
		"no text":     func(m *Message) { m.Text = "" },
	} {
		m := letterTo("zoe@fleuriste.example")
		change(&m)
		if err := f.Send(t.Context(), m); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, _ := f.List(10); len(all) != 0 {
		t.Errorf("%v", all)
	}
}

func TestWhateverIsWrittenOneLetterGoesToOnePerson(t *testing.T) {
	f := folder(t)
	rapid.Check(t, func(t *rapid.T) {
		m := letterTo("zoe@fleuriste.example")
		m.Subject = rapid.String().Draw(t, "subject")
		m.To.Name = rapid.String().Draw(t, "name")
		m.Text = rapid.String().Draw(t, "text")
		if err := f.Send(context.Background(), m); err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		raw, err := os.ReadFile(filepath.Join(f.Dir(), m.ID+".eml"))
		if err != nil {
			t.Fatal(err)
		}
		msg, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		to, err := msg.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Address != m.To.Email {
			t.Fatalf("%v, %v", to, err)
		}
		for name := range msg.Header {
			switch name {
			case "Subject", "To", "From", "Date", "Message-Id", "Mime-Version", "Auto-Submitted", "Content-Language", "Content-Type", "Content-Transfer-Encoding":
			default:
				t.Fatalf("header %s", name)
			}
		}
	})
}

func TestAddressesAreCleaned(t *testing.T) {
	for in, want := range map[string]string{
		" zoe@Fleuriste.Example ": "zoe@fleuriste.example",
		"zoe+x@été.example":       "zoe+x@xn--t-9fab.example",
	} {
		got, err := Clean(in)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "zoe", `"a b"@c.example`, `"a> SIZE=1 <b"@c.example`, "a@[127.0.0.1]", "@x.example", "zoe@", "Zoé <zoe@x.example>", "a@b@c.example", "a@b.example,", strings.Repeat("a", 250) + "@x.example", "a@[127.0.0.1\n]"} {
		if got, err := Clean(in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestUnsubscribingIsOneClickAndAttachmentsTravel(t *testing.T) {
	f := folder(t)
	m := letterTo("zoe@fleuriste.example")
	m.ReplyTo = Address{Name: "Claire", Email: "claire@agence.example"}
	m.ListUnsubscribe = "https://vigie.example/u/abc?x=1"
	m.Attachments = []Attachment{{Name: "rendez-vous été.ics", Type: "text/calendar; charset=utf-8", Body: []byte("BEGIN:VCALENDAR")}}
	if err := f.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	raw, _ := os.ReadFile(filepath.Join(f.Dir(), m.ID+".eml"))
	h, body := parts(t, raw)
	if h.Get("List-Unsubscribe") != "<https://vigie.example/u/abc?x=1>" || h.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("%v", h)
	}
	if h.Get("Reply-To") != `"Claire" <claire@agence.example>` {
		t.Error(h.Get("Reply-To"))
	}
	if !strings.HasPrefix(body["text/calendar"], "QkVHSU46VkNBTEVOREFS") {
		t.Errorf("%q", body)
	}
}

// Found by the test above: net/mail could not read what it had written.
func TestANameWithABackslashStillReachesItsPerson(t *testing.T) {
	f := folder(t)
	m := letterTo("zoe@fleuriste.example")
	m.To.Name = `\ǅ`
	if err := f.Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(f.Dir(), m.ID+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	msg, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if to, err := msg.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != m.To.Email {
		t.Errorf("%v, %v", to, err)
	}
}
