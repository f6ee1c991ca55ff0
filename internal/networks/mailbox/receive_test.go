package mailbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

func mail(n int, more string) string {
	return fmt.Sprintf("From: Maëlle <maelle@pays.example>\nTo: kerlann@brasserie.example\nSubject: Question %d\nMessage-ID: <q%d@pays.example>\n%s\nBonjour %d\n", n, n, more, n)
}

// I1: what comes is told once with a kept cursor, and again with an old one,
// under the same name.
func TestMailIsReceivedFromACursorOn(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		s.put("INBOX", mail(0, ""))
		first := s.start()
		if items, _ := s.receive(first); len(items) != 0 {
			t.Fatalf("nothing came: %+v", items)
		}
		const n = 2*pageSize + 7
		for i := 1; i <= n; i++ {
			s.putAt("INBOX", mail(i, ""), s.now.Add(time.Duration(i-n)*time.Second))
		}
		b, err := s.account.Receive(t.Context(), first)
		if err != nil || len(b.Items) != pageSize || !b.More {
			t.Fatalf("a page of %d, more %v, %v", len(b.Items), b.More, err)
		}
		items, next := s.receive(first)
		if len(items) != n {
			t.Fatalf("%d of %d", len(items), n)
		}
		for i, it := range items {
			want := network.Ref(fmt.Sprintf("<q%d@pays.example>", i+1))
			if it.Ref != want || it.Root != want || it.Parent != "" || it.Kind != network.Mail || !it.Private || it.Own || it.Automatic || it.Broken {
				t.Fatalf("%d: %+v", i, it)
			}
		}
		it := items[4]
		if it.Author != (network.Author{Ref: "maelle@pays.example", Handle: "maelle@pays.example", Name: "Maëlle"}) || it.Subject != "Question 5" || it.Text != "Bonjour 5" || it.Version == "" {
			t.Errorf("%+v", it)
		}
		if items, _ := s.receive(next); len(items) != 0 {
			t.Errorf("told twice: %d", len(items))
		}
	})
}

// I1: what was said before the connection is read backwards, with what the brand
// answered, each mail once; mails that went away meanwhile leave gaps only.
func TestHistoryGoesBackThroughBothFolders(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		s.create("Sent")
		const n = 130
		for i := 1; i <= n; i++ {
			folder, more := "INBOX", ""
			if i%10 == 0 {
				folder, more = "Sent", fmt.Sprintf("In-Reply-To: <q%d@pays.example>\nReferences: <q%d@pays.example>\n", i-1, i-1)
			}
			s.putAt(folder, mail(i, more), s.now.Add(time.Duration(i-1000)*time.Hour))
		}
		var got []string
		var cursor network.Cursor
		for pages := 0; ; pages++ {
			b, err := s.account.History(t.Context(), cursor)
			if err != nil || pages > 20 {
				t.Fatal(err)
			}
			for _, it := range b.Items {
				got = append(got, string(it.Ref))
				if it.Own != strings.HasSuffix(it.Subject, "0") {
					t.Errorf("%s: own %v", it.Subject, it.Own)
				}
			}
			if cursor = b.Next; !b.More {
				break
			}
		}
		if len(got) != n || got[0] != "<q130@pays.example>" || got[n-1] != "<q1@pays.example>" || !slices.IsSortedFunc(got, func(a, b string) int {
			var x, y int
			fmt.Sscanf(a, "<q%d@", &x)
			fmt.Sscanf(b, "<q%d@", &y)
			return y - x
		}) {
			t.Errorf("%d: %v", len(got), got)
		}
	})
}

// A folder that was made anew has other numbers: the cursor is forgotten, and
// says so, rather than that mails are missed.
func TestAFolderMadeAnewForgetsTheCursor(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		s.create("Sent")
		s.put("Sent", mail(1, ""))
		from := s.start()
		if err := s.admin.Delete("Sent").Wait(); err != nil {
			t.Fatal(err)
		}
		s.create("Sent")
		s.put("Sent", mail(1, ""))
		for what, c := range map[string]network.Cursor{"another folder": from, "nonsense": "r1.x", "of history": network.Cursor(strings.Replace(string(from), "r1", "h1", 1)), "another number": "r1.987654.2.876543.4"} {
			_, err := s.account.Receive(t.Context(), c)
			if !fault.Is(err, fault.Invalid) || fault.As(err).Field != "cursor" {
				t.Errorf("%s: %v", what, err)
			}
		}
		// Read again from before, the same mail has the same name.
		b, err := s.account.History(t.Context(), "")
		if err != nil || len(b.Items) != 1 || b.Items[0].Ref != "<q1@pays.example>" {
			t.Errorf("%+v, %v", b.Items, err)
		}
	})
}

// A folder of sent mail that appears later is read from its beginning.
func TestTheFirstSentMailIsTold(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		from := s.start()
		s.create("Sent")
		s.put("Sent", mail(1, ""))
		if items, _ := s.receive(from); len(items) != 1 || !items[0].Own || items[0].Author.Ref != network.Ref(s.box.address) {
			t.Errorf("%+v", items)
		}
	})
}

func TestThreadsAreWhole(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		s.create("Sent")
		s.putAt("INBOX", "From: maelle@pays.example\nSubject: Salon du livre\nMessage-ID: <a@x>\nDate: Mon, 02 Nov 2026 10:00:00 +0000\n\nquand ?\n", s.now.Add(-3*time.Hour))
		s.putAt("Sent", "From: kerlann@brasserie.example\nTo: maelle@pays.example\nSubject: Re: Salon du livre\nMessage-ID: <b@x>\nDate: Mon, 02 Nov 2026 11:00:00 +0000\nIn-Reply-To: <a@x>\nReferences: <a@x>\n\nlundi\n", s.now.Add(-2*time.Hour))
		for name, c := range map[string]struct{ head, parent, root string }{
			"references":                     {"In-Reply-To: <b@x>\nReferences: <a@x>\n <b@x>\n", "<b@x>", "<a@x>"},
			"no references":                  {"In-Reply-To: <b@x>\n", "<b@x>", "<a@x>"},
			"references alone":               {"References: <a@x> <b@x>\n", "<b@x>", "<a@x>"},
			"words in In-Reply-To":           {"In-Reply-To: your message of Monday <b@x>\nReferences: <a@x>\n", "<b@x>", "<a@x>"},
			"neither, the same subject":      {"Subject: RE : Salon du livre\n", "<b@x>", "<a@x>"},
			"neither, another subject":       {"Subject: RE: Salon du vin\n", "", ""},
			"neither, no answer by its word": {"Subject: Salon du livre\n", "", ""},
			"an answer to nothing we know":   {"In-Reply-To: <perdu@x>\n", "<perdu@x>", "<perdu@x>"},
			"to itself":                      {"Subject: Moi\nIn-Reply-To: <self@x>\nReferences: <self@x>\nMessage-ID: <self@x>\n", "", ""},
		} {
			head := c.head
			if !strings.Contains(head, "Message-ID") {
				head += "Message-ID: <" + strings.ReplaceAll(name, " ", "-") + "@x>\n"
			}
			if !strings.Contains(head, "Subject") {
				head += "Subject: Re: Salon du livre\n"
			}
			it := s.one("From: maelle@pays.example\n" + head + "\noui\n")
			root := network.Ref(c.root)
			if root == "" {
				root = it.Ref
			}
			if it.Parent != network.Ref(c.parent) || it.Root != root {
				t.Errorf("%s: parent %q, root %q", name, it.Parent, it.Root)
			}
		}
		// The same subject from somebody else is another conversation.
		if it := s.one("From: autre@ailleurs.example\nSubject: Re: Salon du livre\nMessage-ID: <z@x>\n\nmoi aussi\n"); it.Parent != "" || it.Root != it.Ref {
			t.Errorf("a stranger entered the thread: %+v", it)
		}
	})
}

// Somebody who knows the number of another's mail does not take its place.
func TestAStolenNumberIsAnotherMail(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		from := s.start()
		s.put("INBOX", "From: maelle@pays.example\nSubject: Devis\nMessage-ID: <m@x>\n\n100 €\n")
		first, next := s.receive(from)
		s.put("INBOX", "From: voleur@ailleurs.example\nSubject: Devis\nMessage-ID: <m@x>\n\n900 €\n")
		second, _ := s.receive(next)
		if len(first) != 1 || len(second) != 1 || first[0].Ref == second[0].Ref {
			t.Fatalf("%+v\n%+v", first, second)
		}
		both, _ := s.receive(from)
		if len(both) != 2 || both[0].Ref != first[0].Ref || both[1].Ref != second[0].Ref {
			t.Errorf("told again, they have other names: %+v", both)
		}
		// Twice the same mail, by a list and to us, is one.
		s.put("INBOX", "From: maelle@pays.example\nSubject: Devis\nMessage-ID: <m@x>\nList-Id: <l.x>\n\n100 €\n")
		all, _ := s.receive(from)
		if len(all) != 3 || all[2].Ref != first[0].Ref || all[2].Version != first[0].Version {
			t.Errorf("%+v", all)
		}
	})
}

func TestAMailWithoutANumberHasAName(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		from := s.start()
		s.put("INBOX", "From: a@b.example\nSubject: un\n\nx\n")
		s.put("INBOX", "From: a@b.example\nSubject: deux\nMessage-ID: <un nombre impossible\n\nx\n")
		s.put("INBOX", "\n\nrien du tout\n")
		items, _ := s.receive(from)
		if len(items) != 3 || items[0].Ref == items[1].Ref || items[1].Ref == items[2].Ref || !items[2].Broken {
			t.Fatalf("%+v", items)
		}
		if again, _ := s.receive(from); again[0].Ref != items[0].Ref || again[1].Ref != items[1].Ref || again[2].Ref != items[2].Ref {
			t.Errorf("other names the second time")
		}
	})
}

// Bad case: a forged Reply-To. The page is told, and the answer goes to the
// author unless a person says otherwise.
func TestAForgedReplyToIsShown(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		for head, want := range map[string]struct {
			to        string
			elsewhere bool
		}{
			"From: maelle@pays.example\n":                                                    {"", false},
			"From: maelle@pays.example\nReply-To: MAELLE@pays.example\n":                     {"", false},
			"From: maelle@pays.example\nReply-To: contact@pays.example\n":                    {"contact@pays.example", false},
			"From: maelle@pays.example\nReply-To: \"maelle@pays.example\" <v@vol.example>\n": {"v@vol.example", true},
		} {
			it := s.one(head + "Subject: x\n\nx\n")
			if it.ReplyTo != want.to || it.Elsewhere != want.elsewhere {
				t.Errorf("%q: %q %v", head, it.ReplyTo, it.Elsewhere)
			}
		}
	})
}

// Somebody who writes with our address is not us; a copy to oneself is.
func TestOurOwnAddressProvesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		s.create("Sent")
		raw := "From: " + s.box.address + "\nSubject: virement\nMessage-ID: <v@x>\n\nurgent\n"
		if it := s.one(raw); it.Own {
			t.Error("anybody is us")
		}
		s.put("Sent", strings.ReplaceAll(raw, "<v@x>", "<w@x>"))
		if it := s.one(strings.ReplaceAll(raw, "<v@x>", "<w@x>")); !it.Own {
			t.Error("a copy to oneself is a stranger's")
		}
	})
}

// I1: new mail is told within the line that waits for it; a line that breaks
// says so; IDLE is asked for anew.
func TestNewMailIsPushed(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		defer stop()
		hints := make(chan network.Batch)
		over := make(chan error, 1)
		listen := func(ctx context.Context) {
			go func() {
				over <- s.account.Stream(ctx, func(b network.Batch) error {
					select {
					case hints <- b:
					case <-ctx.Done():
					}
					return nil
				})
			}()
			<-hints // it listens now; what came before is for who asks
		}
		listen(ctx)
		for i := range 3 {
			s.put("INBOX", mail(i, ""))
			if b := <-hints; len(b.Items) != 0 || b.Next != "" {
				t.Errorf("%+v", b)
			}
		}
		s.line.cut()
		if err := <-over; !fault.Is(err, fault.Transient) {
			t.Errorf("a line that breaks: %v", err)
		}
		s.driver.Renew = 5 * time.Millisecond
		idle := s.line.hear("IDLE")
		inner, end := context.WithCancel(ctx)
		listen(inner)
		for range 3 {
			<-idle
			<-hints
		}
		end()
		if err := <-over; err == nil || ctx.Err() != nil {
			t.Errorf("%v", err)
		}
	})
}
