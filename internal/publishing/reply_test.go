package publishing

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// answering lets the stage's network take answers that name who is answered.
func (s *stage) answering() {
	s.wire.caps.Answer = network.AnswerRule{Able: true, Mention: true}
	for k, c := range s.door.channels {
		c.Capabilities = s.wire.caps
		s.door.channels[k] = c
	}
}

func (s *stage) reply(text string) Reply {
	return Reply{ID: id.New[id.Post](), Channel: s.chans[0], Title: "Réponse à @maelle", Mention: "maelle", Text: text,
		Thread: Thread{About: "conversation-1", Parent: "ref:question", Root: "ref:post"}}
}

func (s *stage) said(r Reply) Answered {
	s.Helper()
	out, err := s.room.Reply(s.Context(), s.claire, s.brand, r)
	if err != nil {
		s.Fatal(err)
	}
	return out
}

// I2: the answer stands in the right thread, once, also when the button was
// pressed twice; and the planning does not show it.
func TestAnAnswerLeavesOnceUnderItsQuestion(t *testing.T) {
	each(t, func(s *stage) {
		s.answering()
		s.ledger(LedgerConfig{})
		r := s.reply("Oui, le dimanche aussi !")
		first, again := s.said(r), s.said(r)
		if first.Post.ID != again.Post.ID {
			s.Fatalf("two answers: %s, %s", first.Post.ID, again.Post.ID)
		}
		s.untilState(first.Post, Sent)
		s.wire.mu.Lock()
		posts := s.wire.posts
		s.wire.mu.Unlock()
		if len(posts) != 1 {
			s.Fatalf("%d posts", len(posts))
		}
		if in := posts[0]; in.Parent != "ref:question" || in.Root != "ref:post" || !in.Answer || in.Text != "@maelle Oui, le dimanche aussi !" {
			s.Errorf("intent: %+v", in)
		}
		list, err := s.room.Posts(s.Context(), s.claire, s.brand, Filter{}, "", 10)
		if err != nil || len(list.Items) != 0 {
			s.Errorf("the planning lists it: %v, %v", list.Items, err)
		}
		found, err := s.room.Posts(s.Context(), s.claire, s.brand, Filter{Text: "dimanche"}, "", 10)
		if err != nil || len(found.Items) != 0 {
			s.Errorf("the planning finds it: %v, %v", found.Items, err)
		}
		all, err := s.room.Replies(s.Context(), s.claire, s.brand, "conversation-1")
		if err != nil || len(all) != 1 || all[0].Publication.State != Sent || all[0].Publication.URL == "" {
			s.Errorf("replies: %+v, %v", all, err)
		}
	})
}

// Until its window has passed an answer can be taken back, with its words;
// afterwards that is refused and said.
func TestAnAnswerIsTakenBackUntilItLeaves(t *testing.T) {
	each(t, func(s *stage) {
		s.answering()
		r := s.reply("Trop vite écrit.")
		r.After = time.Minute
		out := s.said(r)
		if out.Until.IsZero() || out.Publication.State != Planned {
			s.Fatalf("on its way: %+v", out)
		}
		s.ledger(LedgerConfig{})
		back, err := s.room.TakeBack(s.Context(), s.claire, s.brand, out.Post.ID)
		if err != nil || back.Text != "@maelle Trop vite écrit." {
			s.Fatalf("%q, %v", back.Text, err)
		}
		if _, err := s.room.TakeBack(s.Context(), s.claire, s.brand, out.Post.ID); err != nil {
			s.Errorf("twice: %v", err)
		}
		next := s.said(s.reply("Mieux."))
		s.untilState(next.Post, Sent)
		if _, err := s.room.TakeBack(s.Context(), s.claire, s.brand, next.Post.ID); !fault.Is(err, fault.Conflict) {
			s.Errorf("taken back from the network: %v", err)
		}
		if n := len(s.wire.keys()); n != 1 {
			s.Errorf("%d answers left", n)
		}
	})
}

// T4: an answer that was taken while the line was cut is looked for, never sent
// a second time.
func TestAnAnswerInDoubtIsLookedFor(t *testing.T) {
	each(t, func(s *stage) {
		s.answering()
		s.wire.fate = func(int, network.Intent) (bool, error) {
			return true, &network.Error{Fault: fault.New(fault.Transient, "network.cut"), Outcome: network.Unknown}
		}
		s.ledger(LedgerConfig{})
		out := s.said(s.reply("Bien reçu."))
		s.untilState(out.Post, Sent)
		for k, n := range s.wire.keys() {
			if n != 1 {
				s.Errorf("%s: %d times", k, n)
			}
		}
	})
}

// What must be known before an answer leaves stops it in its own transaction,
// and nothing of it is written.
func TestAnAnswerStoppedLeavesNothingBehind(t *testing.T) {
	each(t, func(s *stage) {
		s.answering()
		other := errors.New("Karim answered")
		r := s.reply("Bonjour !")
		r.Still = func(context.Context, *sqldb.Tx, id.Post) error { return other }
		if _, err := s.room.Reply(s.Context(), s.claire, s.brand, r); !errors.Is(err, other) {
			s.Fatalf("%v", err)
		}
		if all, err := s.room.Replies(s.Context(), s.claire, s.brand, "conversation-1"); err != nil || len(all) != 0 {
			s.Errorf("%v, %v", all, err)
		}
		for name, bad := range map[string]func(*Reply){
			"no words":           func(r *Reply) { r.Text = "  " },
			"no thread":          func(r *Reply) { r.Thread.Parent = "" },
			"too long":           func(r *Reply) { r.Text = strings.Repeat("a", 400) },
			"unknown channel":    func(r *Reply) { r.Channel = id.New[id.Channel]() },
			"a picture not here": func(r *Reply) { r.Media = []MediaRef{{ID: id.New[id.Media]()}} },
		} {
			r := s.reply("Bonjour !")
			bad(&r)
			if _, err := s.room.Reply(s.Context(), s.claire, s.brand, r); err == nil {
				s.Errorf("%s: taken", name)
			}
		}
		s.wire.caps.Answer.Able = false
		for k, c := range s.door.channels {
			c.Capabilities = s.wire.caps
			s.door.channels[k] = c
		}
		if _, err := s.room.Reply(s.Context(), s.claire, s.brand, s.reply("Bonjour !")); !fault.Is(err, fault.Invalid) {
			s.Errorf("a network without answers: %v", err)
		}
	})
}

// P1: who reads answers nobody, and a stranger learns nothing.
func TestWhoMayAnswer(t *testing.T) {
	each(t, func(s *stage) {
		s.answering()
		out := s.said(s.reply("Bonjour !"))
		analyst := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.brand: team.Analyst}}
		stranger := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{id.New[id.Brand](): team.Owner}}
		for who, want := range map[*team.Actor]fault.Kind{&analyst: fault.Forbidden, &stranger: fault.NotFound} {
			_, err := s.room.Reply(s.Context(), *who, s.brand, s.reply("Moi aussi"))
			if !fault.Is(err, want) {
				s.Errorf("answered: %v", err)
			}
			if _, err := s.room.TakeBack(s.Context(), *who, s.brand, out.Post.ID); !fault.Is(err, want) {
				s.Errorf("took back: %v", err)
			}
			if _, _, err := s.room.PreviewReply(s.Context(), *who, s.brand, s.reply("Moi")); !fault.Is(err, want) {
				s.Errorf("previewed: %v", err)
			}
		}
		if _, err := s.room.Replies(s.Context(), stranger, s.brand, "conversation-1"); !fault.Is(err, fault.NotFound) {
			s.Errorf("listed: %v", err)
		}
	})
}

// P8: a freeze holds answers like everything that leaves.
func TestAFreezeHoldsAnAnswer(t *testing.T) {
	each(t, func(s *stage) {
		s.answering()
		s.ledger(LedgerConfig{})
		if _, err := s.room.Freeze(s.Context(), s.claire, s.brand, "crise"); err != nil {
			s.Fatal(err)
		}
		out := s.said(s.reply("Nous y travaillons."))
		if out.Publication.State != Frozen {
			s.Fatalf("%s", out.Publication.State)
		}
		if n := len(s.wire.keys()); n != 0 {
			s.Errorf("%d left", n)
		}
	})
}
