package reading_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"vigie/internal/approval"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
)

const sweet, salty, third = "Les sablés sont là.", "Le kouign est là.", "Les galettes sont là."

// offered is a post with three versions to choose from, tomorrow.
func (h *house) offered() (id.Post, approval.Choice) {
	h.tb.Helper()
	p := h.draft(sweet)
	c, err := h.rooms.Propose(h.ctx, h.people["claire"], h.brand, approval.Offer{Post: p.ID, Local: h.in(20 * time.Hour).Wall.Local, Words: "Laquelle ?",
		Others: []approval.Saying{{Text: salty}, {Text: third}}})
	h.ok(err)
	return p.ID, c
}

func (h *house) pick(r approval.Reader, p id.Post, n int) error {
	return h.rooms.Choose(h.ctx, r, h.brand, approval.Pick{Post: p, Round: h.round(p).ID, Candidate: n})
}

// says fails unless every row of a post says text.
func (h *house) text(p id.Post, text string) {
	h.tb.Helper()
	for _, x := range h.pubs(p) {
		if x.Content.Text() != text {
			h.tb.Fatalf("it would say %q, want %q", x.Content.Text(), text)
		}
	}
	if got := h.get(p).Text; got != text {
		h.tb.Fatalf("the post says %q, want %q", got, text)
	}
}

// P5: while several versions stand to be chosen from, nothing leaves, under
// carte blanche either; the one chosen then leaves, and is the post's.
func TestNothingLeavesWhileAChoiceIsOpen(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p, _ := h.offered()
		h.states(p, publishing.Pending)
		h.validation(p, publishing.ToReview)
		h.clock.pass(21 * time.Hour)
		_ = h.nodes[0].ClaimOnly(h.ctx, 100)
		h.states(p, publishing.Pending)

		h.submit(p, h.in(3*time.Hour)) // another hour: still to be chosen
		h.states(p, publishing.Pending)
		h.ok(h.pick(h.by("mona"), p, 2))
		h.text(p, salty)
		h.states(p, publishing.Planned)
		h.validation(p, publishing.Approved)
		h.clock.pass(3*time.Hour + time.Minute)
		_ = h.nodes[0].ClaimOnly(h.ctx, 100)
		h.states(p, publishing.Sending)
	})
}

// What was chosen an hour after its hour is held, as a late approval is.
func TestAChoiceMadeAfterItsHourIsHeld(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p, _ := h.offered()
		h.clock.pass(21 * time.Hour)
		h.ok(h.pick(h.by("mona"), p, 2))
		h.text(p, salty)
		h.states(p, publishing.Frozen)
		if x := h.pubs(p)[0]; x.Problem != "publishing.missed_approval" {
			t.Fatal(x.Problem)
		}
	})
}

// The house lets the client choose; the client's choice is her yes, and the
// house's to that version.
func TestTheHouseLeavesTheChoiceToTheClient(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"), approval.Step{Client: true})
		client, _ := h.link("Paul Le Goff")
		p, _ := h.offered()
		if list, err := h.rooms.Queue(h.ctx, client, h.brand, true); err != nil || len(list) != 0 {
			t.Fatal("the client sees what the house still reads", list, err)
		}
		round := h.round(p)
		if err := h.rooms.Choose(h.ctx, client, h.brand, approval.Pick{Post: p, Round: round.ID, Candidate: 1}); !fault.Is(err, fault.NotFound) {
			t.Fatal("before her turn:", err)
		}
		h.refused(h.pick(h.by("omar"), p, 1), "approval.turn")
		h.ok(h.says(h.by("mona"), p, approval.Approve, ""))
		h.validation(p, publishing.AtClient)
		h.states(p, publishing.Pending)
		h.refused(h.rooms.Decide(h.ctx, client, h.brand, approval.Say{Post: p, Round: h.round(p).ID, Verdict: approval.Approve}), "approval.choose")
		h.ok(h.pick(client, p, 3))
		h.text(p, third)
		h.validation(p, publishing.Approved)
		h.states(p, publishing.Planned)
		f, err := h.rooms.Read(h.ctx, h.by("mona"), h.brand, p, false)
		h.ok(err)
		if len(f.Chosen) != 1 || f.Chosen[0].Picked != 3 || f.Chosen[0].Link != client.Link.ID || f.Mine && f.Said == "" {
			t.Fatalf("%+v", f)
		}
	})
}

// A manager who chooses first says yes for herself only: the client is then
// asked about that version alone.
func TestWhoChoosesFirstSaysYesForHerselfOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"), approval.Step{Client: true})
		client, _ := h.link("Paul")
		p, _ := h.offered()
		h.ok(h.pick(h.by("mona"), p, 2))
		h.text(p, salty)
		h.states(p, publishing.Pending)
		h.validation(p, publishing.AtClient)
		h.refused(h.rooms.Choose(h.ctx, client, h.brand, approval.Pick{Post: p, Round: h.round(p).ID, Candidate: 1}), "approval.no_choice")
		h.ok(h.says(client, p, approval.Approve, ""))
		h.states(p, publishing.Planned)
	})
}

// Nobody chooses among her own words where the rule forbids it.
func TestNobodyChoosesAmongHerOwnVersions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(approval.Step{})
		p := h.draft(sweet)
		_, err := h.rooms.Propose(h.ctx, h.people["mona"], h.brand, approval.Offer{Post: p.ID, Local: h.in(20 * time.Hour).Wall.Local, Others: []approval.Saying{{Text: salty}}})
		h.ok(err)
		h.refused(h.pick(h.by("mona"), p.ID, 1), "approval.own")
		h.refused(h.pick(h.by("claire"), p.ID, 1), "approval.own") // she made the post
		h.ok(h.pick(h.by("omar"), p.ID, 1))
		h.states(p.ID, publishing.Planned)
	})
}

// What was approved of another version before lets nothing leave any more.
func TestAnEarlierApprovalOfAnotherVersionIsDropped(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"))
		p := h.draft(sweet)
		h.submit(p.ID, h.in(20*time.Hour))
		h.ok(h.says(h.by("mona"), p.ID, approval.Approve, ""))
		h.states(p.ID, publishing.Planned)
		_, err := h.rooms.Propose(h.ctx, h.people["claire"], h.brand, approval.Offer{Post: p.ID, Others: []approval.Saying{{Text: salty}}})
		h.ok(err)
		h.states(p.ID, publishing.Pending)
		h.ok(h.pick(h.by("mona"), p.ID, 2))
		h.states(p.ID, publishing.Planned)
		h.edit(p.ID, sweet)
		h.submit(p.ID, h.in(20*time.Hour))
		h.states(p.ID, publishing.Pending)
	})
}

// Refused as a whole, none of them leaves once the choice is withdrawn.
func TestARefusedChoiceThatIsWithdrawnLetsNothingLeave(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p, _ := h.offered() // carte blanche
		h.ok(h.says(h.by("mona"), p, approval.Refuse, "Aucune."))
		h.validation(p, publishing.Refused)
		h.ok(h.rooms.Withdraw(h.ctx, h.people["claire"], h.brand, p))
		h.states(p, publishing.Pending)
		h.edit(p, salty)
		h.submit(p, h.in(20*time.Hour))
		h.states(p, publishing.Pending)
		h.edit(p, "Autre chose.")
		h.submit(p, h.in(20*time.Hour))
		h.states(p, publishing.Planned)
	})
}

// Withdrawn without an answer, the post follows the rule with its own words.
func TestAWithdrawnChoiceFollowsTheRule(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"))
		p, _ := h.offered()
		round := h.round(p)
		h.ok(h.rooms.Withdraw(h.ctx, h.people["claire"], h.brand, p))
		h.refused(h.rooms.Withdraw(h.ctx, h.people["claire"], h.brand, p), "approval.no_choice")
		h.text(p, sweet)
		h.states(p, publishing.Pending)
		h.refused(h.rooms.Choose(h.ctx, h.by("mona"), h.brand, approval.Pick{Post: p, Round: round.ID, Candidate: 2}), "approval.void")
		h.ok(h.says(h.by("mona"), p, approval.Approve, ""))
		h.states(p, publishing.Planned)
	})
}

// An edit meanwhile ends the reading; nobody's words are lost by a choice.
func TestAnEditMeanwhileEndsTheChoosing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p, _ := h.offered()
		round := h.round(p)
		h.edit(p, "Tout autre chose.")
		h.validation(p, publishing.Outdated)
		h.states(p, publishing.Pending)
		h.refused(h.rooms.Choose(h.ctx, h.by("mona"), h.brand, approval.Pick{Post: p, Round: round.ID, Candidate: 2}), "approval.void")
		h.submit(p, h.in(20*time.Hour)) // the choice is still open: nothing leaves
		h.states(p, publishing.Pending)
		_, err := h.rooms.Propose(h.ctx, h.people["claire"], h.brand, approval.Offer{Post: p, Others: []approval.Saying{{Text: salty}}})
		h.ok(err)
		h.ok(h.pick(h.by("mona"), p, 1))
		h.text(p, "Tout autre chose.")
		h.states(p, publishing.Planned)
	})
}

// tearing is a logbook whose writing of one act fails, as when the program ends
// there.
type tearing struct {
	approval.Journal
	act string
}

func (j *tearing) Record(ctx context.Context, tx *sqldb.Tx, e logbook.Entry) error {
	if e.Act == j.act {
		return errors.New("torn")
	}
	return j.Journal.Record(ctx, tx, e)
}

// A choice broken off half-way leaves everything as it was, and can be made
// again: the words, the hour and the answer are one transaction.
func TestAChoiceBrokenOffHalfWayLeavesNothingBehind(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p, _ := h.offered()
		round, whole := h.round(p), h.rooms.Book
		for _, act := range []string{approval.ActChosen, approval.ActVoided} {
			h.rooms.Book = &tearing{whole, act}
			if err := h.pick(h.by("mona"), p, 2); err == nil {
				t.Fatal("it went through")
			}
			h.rooms.Book = whole
			h.text(p, sweet)
			h.states(p, publishing.Pending)
			if now := h.round(p); now.ID != round.ID || now.Choice == "" {
				t.Fatalf("%+v", now)
			}
			h.clock.pass(21 * time.Hour)
			_ = h.nodes[0].ClaimOnly(h.ctx, 100)
			h.states(p, publishing.Pending)
		}
		h.ok(h.pick(h.by("mona"), p, 2))
		h.text(p, salty)
	})
}

// Two readers choose at the same moment: one of them does.
func TestTwoReadersChooseAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p, _ := h.offered()
		done := make(chan error)
		for i, name := range []string{"mona", "omar"} {
			go func() { done <- h.pick(h.by(name), p, i+1) }()
		}
		first, second := <-done, <-done
		if (first == nil) == (second == nil) {
			t.Fatal(first, second)
		}
		f, err := h.rooms.Read(h.ctx, h.by("omar"), h.brand, p, false)
		h.ok(err)
		h.text(p, []string{sweet, salty}[f.Chosen[0].Picked-1])
		h.states(p, publishing.Planned)
	})
}

// What cannot be offered says why.
func TestWhatCannotBeOfferedIsNamed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p, me := h.draft(sweet), h.people["claire"]
		local := h.in(20 * time.Hour).Wall.Local
		offer := func(local string, texts ...string) error {
			var all []approval.Saying
			for _, text := range texts {
				all = append(all, approval.Saying{Text: text})
			}
			_, err := h.rooms.Propose(h.ctx, me, h.brand, approval.Offer{Post: p.ID, Local: local, Others: all})
			return err
		}
		h.refused(offer(local), "approval.candidates")
		h.refused(offer(local, "1", "2", "3", "4", "5"), "approval.candidates")
		h.refused(offer(local, sweet), "approval.candidate_twice")
		h.refused(offer(local, salty, salty), "approval.candidate_twice")
		h.refused(offer(local, strings.Repeat("a", 301)), "approval.candidate_unfit")
		h.refused(offer("", salty), "approval.candidate_hour")
		h.refused(offer("2020-01-01T09:00", salty), "publishing.past")
		h.states(p.ID, "")
		if err := h.rooms.Withdraw(h.ctx, me, h.brand, p.ID); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		h.submit(p.ID, publishing.When{Now: true})
		_ = h.nodes[0].ClaimOnly(h.ctx, 100)
		h.refused(offer(local, salty), "publishing.begun")
	})
}

// A version has its own words on a channel, and its own pictures.
func TestAVersionHasWordsOfItsOwnOnAChannel(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p, m := h.pictured(sweet)
		short, none := "Kouign !", []approval.Media{}
		_, err := h.rooms.Propose(h.ctx, h.people["claire"], h.brand, approval.Offer{Post: p.ID, Local: h.in(20 * time.Hour).Wall.Local,
			Others: []approval.Saying{{Text: salty, Media: []approval.Media{{ID: m, Alt: "Un kouign"}}, Own: []approval.OwnWords{{Channel: h.door.channels[1].ID, Text: &short, Media: &none}}}}})
		h.ok(err)
		h.ok(h.pick(h.by("mona"), p.ID, 2))
		for _, x := range h.pubs(p.ID) {
			want, pictures := salty, 1
			if x.Channel == h.door.channels[1].ID {
				want, pictures = short, 0
			}
			if x.Content.Text() != want || len(x.Content.Media()) != pictures || x.State != publishing.Planned {
				t.Errorf("%s: %q with %d pictures", x.State, x.Content.Text(), len(x.Content.Media()))
			}
		}
	})
}

// Who is to choose is written to, and told how many versions there are. Where
// the rule lets leave what nobody answered about, nobody has chosen anything.
func TestWhoIsToChooseIsWrittenTo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := approval.Default(h.brand)
		p.Steps, p.Past, p.Deadline, p.QuietFrom, p.QuietTo = []approval.Step{h.only("mona")}, approval.Leave, 20*time.Hour, "00:00", "00:00"
		h.ok(h.rooms.SetPolicy(h.ctx, h.people["omar"], p))
		post, _ := h.offered()
		h.clock.pass(10 * time.Minute) // past the deadline
		h.ok(h.rooms.Mind(h.ctx))
		h.states(post, publishing.Pending)
		h.validation(post, publishing.ToReview)
		for _, job := range h.waiting {
			h.ok(h.rooms.SendMail(h.ctx, job))
		}
		if len(h.mail.all) != 1 || !strings.Contains(h.mail.all[0].Text, "(3 versions, choisissez-en une)") {
			t.Fatalf("%+v", h.mail.all)
		}
	})
}

// A post whose words were changed since stands in the list of what is to be
// submitted again, for those who write; submitted, it does not.
func TestWhatWasChangedIsListedToBeSubmittedAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"))
		p := h.draft(sweet)
		h.submit(p.ID, h.in(20*time.Hour))
		h.ok(h.says(h.by("mona"), p.ID, approval.Approve, ""))
		again := func(who string) (n int) {
			list, err := h.rooms.Queue(h.ctx, h.by(who), h.brand, false)
			h.ok(err)
			for _, e := range list {
				if e.Again {
					n++
				}
			}
			return n
		}
		if again("claire") != 0 {
			t.Error("nothing was changed")
		}
		h.edit(p.ID, salty)
		if again("claire") != 1 || again("mona") != 1 || again("paul") != 0 {
			t.Error(again("claire"), again("mona"), again("paul"))
		}
		h.submit(p.ID, h.in(20*time.Hour))
		if again("claire") != 0 {
			t.Error("it was submitted again")
		}
		h.edit(p.ID, third)
		h.ok(h.posts.Unschedule(h.ctx, h.people["claire"], h.brand, p.ID))
		if again("claire") != 0 {
			t.Error("it is a draft")
		}
	})
}
