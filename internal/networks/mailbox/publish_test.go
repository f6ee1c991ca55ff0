package mailbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

func (s *stage) answer(key string, to network.Ref, text string) network.Intent {
	return network.Intent{Key: key, Made: s.now, Text: text, Parent: to, Answer: true}
}

const question = "From: Maëlle Kerlann <maelle@pays.example>\nTo: kerlann@brasserie.example\nSubject: Livrez-vous à Brest ?\nMessage-ID: <q@pays.example>\nReferences: <un@pays.example> <deux@brasserie.example>\nIn-Reply-To: <deux@brasserie.example>\n\nDites-moi.\n"

// I2: an answer reaches her, once, in its thread; its copy stands in Sent, no
// draft is left, and it comes back as ours.
func TestAnAnswerLeavesOnceInItsThread(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		it := s.one(question)
		from := s.start()
		in := s.answer("k1", it.Ref, "Oui, « bien sûr » :\n.un point seul\n-- \nLa brasserie")
		r, err := s.account.Publish(t.Context(), in)
		if err != nil || !r.Final || r.Ref == "" || r.Root != "<un@pays.example>" || r.Request == "" {
			t.Fatalf("%+v, %v", r, err)
		}
		if again, err := s.account.Publish(t.Context(), in); err != nil || again.Ref != r.Ref {
			t.Errorf("told twice: %+v, %v", again, err)
		}
		took := s.sink.taken()
		if len(took) != 1 || took[0].to != "RCPT TO:<maelle@pays.example>" || took[0].from != "MAIL FROM:<"+s.box.address+"> BODY=8BITMIME" {
			t.Fatalf("%+v", took)
		}
		l := readLetter([]byte(took[0].mail), false)
		for name, want := range map[string]string{
			"message-id": string(r.Ref), "in-reply-to": "<q@pays.example>", "references": "<un@pays.example> <deux@brasserie.example> <q@pays.example>",
			"from": `"Brasserie Kerlann" <` + s.box.address + ">",
		} {
			if got := l.header.get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if l.header.words("subject") != "Re: Livrez-vous à Brest ?" || l.text != in.Text || l.broken {
			t.Errorf("%q\n%q, broken %v", l.header.words("subject"), l.text, l.broken)
		}
		if sent, drafts := s.holds("Sent"), s.holds("Drafts"); len(sent) != 1 || sent[0] != string(r.Ref) || len(drafts) != 0 {
			t.Errorf("Sent %v, Drafts %v", sent, drafts)
		}
		items, _ := s.receive(from)
		if len(items) != 1 || !items[0].Own || items[0].Ref != r.Ref || items[0].Parent != it.Ref || items[0].Root != it.Root {
			t.Errorf("%+v", items)
		}
		if f, err := s.account.Find(t.Context(), in); err != nil || !f.Taken || f.Receipt.Ref != r.Ref {
			t.Errorf("%+v, %v", f, err)
		}
		// An answer to our own answer goes to whom that went.
		if _, err := s.account.Publish(t.Context(), s.answer("k2", r.Ref, "Et merci.")); err != nil {
			t.Fatal(err)
		}
		if took := s.sink.taken(); len(took) != 2 || took[1].to != took[0].to {
			t.Errorf("%+v", took[1:])
		}
	})
}

// The line breaks around the dot that ends a mail: nobody can know, and nobody
// pretends to. Her answer settles it.
func TestACutAroundTheDotIsLookedInto(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		it := s.one(question)
		for i, how := range []string{"cut inside", "cut before", "cut after"} {
			s.sink.will(how)
			in := s.answer(fmt.Sprint("k", i), it.Ref, "Oui.")
			_, err := s.account.Publish(t.Context(), in)
			if network.OutcomeOf(err) != network.Unknown || !fault.Is(err, fault.Transient) {
				t.Errorf("%s: %v", how, err)
			}
			f, err := s.account.Find(t.Context(), in)
			if err != nil || f.Taken || f.Sure || f.Safe {
				t.Errorf("%s, a look: %+v, %v", how, f, err)
			}
			if drafts := s.holds("Drafts"); !slices.Contains(drafts, s.account.number(in)) {
				t.Errorf("%s: Drafts %v", how, drafts)
			}
			// A person says that it did not arrive: sent again, it is the same draft.
			if how == "cut before" {
				s.sink.will("")
				if _, err := s.account.Publish(t.Context(), in); err != nil {
					t.Error(err)
				}
				if sent, drafts := s.holds("Sent"), s.holds("Drafts"); !slices.Contains(sent, s.account.number(in)) || slices.Contains(drafts, s.account.number(in)) {
					t.Errorf("Sent %v, Drafts %v", sent, drafts)
				}
			}
			if how == "cut after" {
				s.put("INBOX", "From: maelle@pays.example\nSubject: Re: x\nMessage-ID: <r@x>\nIn-Reply-To: "+s.account.number(in)+"\n\nMerci !\n")
				if f, err := s.account.Find(t.Context(), in); err != nil || !f.Taken {
					t.Errorf("answered: %+v, %v", f, err)
				}
			}
		}
	})
}

// What was not taken is known: the next attempt may be made, and nothing of the
// first is left to doubt about.
func TestWhatDidNotLeaveIsKnown(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		it := s.one(question)
		away := *s.account
		away.box.smtp.port = 1
		for how, c := range map[string]struct {
			outcome network.Outcome
			kind    fault.Kind
		}{
			"no such person": {network.Refused, fault.Invalid},
			"later":          {network.Refused, fault.Transient},
			"spam":           {network.Refused, fault.Invalid},
			"nameless":       {network.Refused, fault.SignedOut},
			"away":           {network.NotSent, fault.Transient},
		} {
			s.sink.will(how)
			a := s.account
			if how == "away" {
				a = &away
			}
			in := s.answer(how, it.Ref, "Oui.")
			if f, err := a.Find(t.Context(), in); err != nil || f.Taken || !f.Sure {
				t.Errorf("%s, before: %+v, %v", how, f, err)
			}
			_, err := a.Publish(t.Context(), in)
			if network.OutcomeOf(err) != c.outcome || !fault.Is(err, c.kind) {
				t.Errorf("%s: %v", how, err)
			}
			if f, err := a.Find(t.Context(), in); err != nil || f.Taken || !f.Sure {
				t.Errorf("%s, a look: %+v, %v", how, f, err)
			}
			if d := s.holds("Drafts"); len(d) != 0 {
				t.Errorf("%s: Drafts %v", how, d)
			}
			s.sink.will("")
			if _, err := s.account.Publish(t.Context(), in); err != nil {
				t.Errorf("%s, again: %v", how, err)
			}
		}
		if took := s.sink.taken(); len(took) != 5 {
			t.Errorf("%d left", len(took))
		}
		// As long as an attempt may still run, "not there" is not believed.
		s.driver.Settle = time.Minute
		if f, err := s.account.Find(t.Context(), s.answer("new", it.Ref, "x")); err != nil || f.Sure {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

func TestAnAnswerGoesToTheAuthor(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		n := 0
		to := func(head string, elsewhere bool) (string, error) {
			n++
			it := s.one(fmt.Sprintf("%sSubject: x\nMessage-ID: <t%d@x>\n\nx\n", head, n))
			in := s.answer(fmt.Sprint("t", n), it.Ref, "Oui.")
			in.Options.Elsewhere = elsewhere
			_, err := s.account.Publish(t.Context(), in)
			if took := s.sink.taken(); err == nil {
				return strings.TrimSuffix(strings.TrimPrefix(took[len(took)-1].to, "RCPT TO:<"), ">"), nil
			}
			return "", err
		}
		forged := "From: maelle@pays.example\nReply-To: v@vol.example\n"
		for _, c := range []struct {
			head      string
			elsewhere bool
			want      string
		}{
			{forged, false, "maelle@pays.example"},
			{forged, true, "v@vol.example"},
			{"From: maelle@pays.example\nReply-To: ventes@pays.example\n", false, "ventes@pays.example"},
			{"From: " + s.box.address + "\nReply-To: visiteuse@gmail.com\n", true, "visiteuse@gmail.com"}, // the form of our own site
		} {
			if got, err := to(c.head, c.elsewhere); err != nil || got != c.want {
				t.Errorf("%q %v: %q, %v", c.head, c.elsewhere, got, err)
			}
		}
		if _, err := to("From: "+s.box.address+"\nReply-To: visiteuse@gmail.com\n", false); fault.As(err).Key != "network.mailbox.own_address" {
			t.Errorf("an answer to oneself: %v", err)
		}
	})
}

// Bad case: two programs that answer each other.
func TestTwoProgramsDoNotAnswerEachOtherForEver(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		var last error
		for i := range 4 {
			it := s.one(fmt.Sprintf("From: robot@pays.example\nSubject: Absence\nMessage-ID: <auto%d@x>\nAuto-Submitted: auto-replied\n\nJe suis absente.\n", i))
			if !it.Automatic {
				t.Fatal("not seen")
			}
			_, last = s.account.Publish(t.Context(), s.answer(fmt.Sprint("auto", i), it.Ref, "Bien reçu."))
			if (last != nil) != (i >= maxAutomatic) {
				t.Errorf("%d: %v", i, last)
			}
		}
		if e := fault.As(last); e.Kind != fault.TooMany || e.RetryAfter == 0 || network.OutcomeOf(last) != network.Refused {
			t.Errorf("%v", last)
		}
		// A bounce has nobody behind it.
		it := s.one("From: MAILER-DAEMON@pays.example\nReturn-Path: <>\nSubject: Undelivered\nMessage-ID: <b@x>\nContent-Type: multipart/report; boundary=b\n\n--b\n\nlost\n--b\nContent-Type: message/delivery-status\n\nx: y\n--b--\n")
		_, err := s.account.Publish(t.Context(), s.answer("bounce", it.Ref, "Bien reçu."))
		if !it.Automatic || len(it.Media) != 0 || fault.As(err).Key != "network.mailbox.bounce" {
			t.Errorf("%+v, %v", it, err)
		}
		if n := len(s.sink.taken()); n != maxAutomatic {
			t.Errorf("%d left", n)
		}
		// A person with much to say is answered, up to a point.
		for i := range maxHourly + 1 {
			it := s.one(mail(i, ""))
			_, err = s.account.Publish(t.Context(), s.answer(fmt.Sprint("p", i), it.Ref, "Oui."))
			if (err != nil) != (i == maxHourly) {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}

// A mail that somebody put away is answered all the same; one that is nowhere is
// not, and a mailbox publishes nothing of its own.
func TestWhatCanBeAnswered(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		s.create("Archive")
		s.put("Archive", question)
		s.put("Archive", "From: a@b.example\nSubject: sans numéro\n\nx\n")
		if _, err := s.account.Publish(t.Context(), s.answer("k", "<q@pays.example>", "Oui.")); err != nil {
			t.Error(err)
		}
		for ref, key := range map[network.Ref]string{"<perdu@x>": "network.mailbox.no_mail", "day:2026-11-20:abc": "network.mailbox.no_mail", "x": "network.mailbox.no_mail"} {
			_, err := s.account.Publish(t.Context(), s.answer("k"+string(ref), ref, "Oui."))
			if fault.As(err).Key != key || network.OutcomeOf(err) != network.Refused {
				t.Errorf("%s: %v", ref, err)
			}
		}
		_, err := s.account.Publish(t.Context(), network.Intent{Key: "p", Made: s.now, Text: "Un post"})
		if !fault.Is(err, fault.Unsupported) || network.OutcomeOf(err) != network.NotSent {
			t.Errorf("%v", err)
		}
		c, err := s.account.Capabilities(t.Context())
		if err != nil || !c.AnswersOnly || !c.Answer.Able {
			t.Errorf("%+v, %v", c, err)
		}
		post, answer := network.Check(network.Draft{Parts: []string{"x"}}, c), network.Check(network.Draft{Parts: []string{"x"}, Answer: true}, c)
		if len(post) != 1 || post[0].Key != "network.check.answers_only" || len(answer) != 0 {
			t.Errorf("%+v, %+v", post, answer)
		}
	})
}

// Without a place for its trace nothing is sent.
func TestWithoutATraceNothingLeaves(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		it := s.one(question)
		seen := s.line.hear("APPEND")
		go func() {
			<-seen
			s.line.cut()
		}()
		_, err := s.account.Publish(t.Context(), s.answer("k", it.Ref, strings.Repeat("mots ", 20_000)))
		if n := len(s.sink.taken()); err == nil || n != 0 || network.OutcomeOf(err) != network.NotSent {
			t.Errorf("%v, %d left", err, n)
		}
	})
}
