package reading_test

import (
	"strings"
	"testing"
	"time"

	"vigie/internal/approval"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// P5: a suggestion is accepted with one gesture, and what it makes is read again.
func TestASuggestionIsAcceptedAndReadAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"))
		p := h.submit(h.draft("Les sablés sont là.").ID, h.in(time.Hour)).ID
		with := "galettes"
		m, err := h.rooms.Remark(h.ctx, h.by("mona"), h.brand, approval.NewRemark{Post: p, Round: h.round(p).ID, Quote: "sablés", Instead: &with, Words: "C’est la saison."})
		h.ok(err)
		if m.Start != strings.Index("Les sablés sont là.", "sablés") || m.End != m.Start+len("sablés") {
			t.Fatalf("anchored at %d-%d", m.Start, m.End)
		}
		_, err = h.rooms.Remark(h.ctx, h.by("mona"), h.brand, approval.NewRemark{Post: p, Round: h.round(p).ID, Quote: "crêpes", Words: "?"})
		h.refused(err, "approval.place")
		h.ok(h.rooms.Settle(h.ctx, h.people["claire"], h.brand, m.ID, true))
		if got := h.get(p).Text; got != "Les galettes sont là." {
			t.Fatal(got)
		}
		h.validation(p, publishing.Outdated)
		h.refused(h.rooms.Settle(h.ctx, h.people["claire"], h.brand, m.ID, true), "approval.settled")
	})
}

// P5: a reader sees what changed since her own last look, not since another's.
func TestTheDifferenceIsSinceThisReadersLastLook(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona", "omar"))
		p := h.submit(h.draft("Les sablés, sont là.").ID, h.in(time.Hour)).ID
		look := func(name string) approval.File {
			f, err := h.rooms.Read(h.ctx, h.by(name), h.brand, p, true)
			h.ok(err)
			return f
		}
		if look("mona").Since != nil {
			t.Fatal("a first look compares with nothing")
		}
		h.edit(p, "Les sablés sont là.")
		h.submit(p, h.in(time.Hour))
		look("omar")
		h.edit(p, "Les sablés sont ici.")
		h.submit(p, h.in(time.Hour))
		want := map[string]string{
			"mona": "Les sablés[-,] sont [-là][+ici].",
			"omar": "Les sablés sont [-là][+ici].",
		}
		for range 2 { // and again when she comes back to the same version
			for name, diff := range want {
				got := ""
				for _, d := range look(name).Diff(h.door.channels[0].ID) {
					got += map[string]string{"same": d.Text, "gone": "[-" + d.Text + "]", "new": "[+" + d.Text + "]"}[d.Op]
				}
				if got != diff {
					t.Fatalf("%s sees %s", name, got)
				}
			}
		}
	})
}

// The wall: a link shows what it was made for, no other day, no other brand, no
// word that the house keeps for itself.
func TestALinkShowsOnlyWhatItWasMadeFor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(approval.Step{Client: true})
		p := h.submit(h.draft("Un.").ID, h.in(time.Hour)).ID
		_, err := h.rooms.Remark(h.ctx, h.by("omar"), h.brand, approval.NewRemark{Post: p, Round: h.round(p).ID, Words: "Entre nous.", Internal: true})
		h.ok(err)
		other := newHouse(t, h.db, h.clock)
		other.rule(approval.Step{Client: true})
		foreign := other.submit(other.draft("Autre marque.").ID, other.in(time.Hour)).ID

		paul, _ := h.link("Paul")
		f, err := h.rooms.Read(h.ctx, paul, h.brand, p, true)
		h.ok(err)
		if len(f.Remarks) != 0 {
			t.Fatal("the client reads what is internal")
		}
		for _, b := range []id.Brand{h.brand, other.brand} {
			if _, err := h.rooms.Read(h.ctx, paul, b, foreign, true); !fault.Is(err, fault.NotFound) {
				t.Fatalf("another brand's post: %v", err)
			}
			err := h.rooms.Decide(h.ctx, paul, b, approval.Say{Post: foreign, Round: other.round(foreign).ID, Verdict: approval.Approve})
			if !fault.Is(err, fault.NotFound) {
				t.Fatalf("another brand's decision: %v", err)
			}
		}
		later, _, err := h.rooms.MakeLink(h.ctx, h.people["claire"], h.brand, approval.NewLink{Name: "Anne", From: "2099-01-01"})
		h.ok(err)
		anne := approval.Reader{Link: &later}
		if list, err := h.rooms.Queue(h.ctx, anne, h.brand, true); err != nil || len(list) != 0 {
			t.Fatal(list, err)
		}
		if err := h.says(anne, p, approval.Approve, ""); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		stranger := approval.Reader{Actor: team.Actor{Person: id.New[id.Person]()}}
		if _, err := h.rooms.Queue(h.ctx, stranger, h.brand, true); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
	})
}

// A code is asked for, and five wrong ones lock the link for a while.
func TestACodeGuardsALink(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, address, err := h.rooms.MakeLink(h.ctx, h.people["claire"], h.brand, approval.NewLink{Name: "Paul", PIN: "4821"})
		h.ok(err)
		token := strings.TrimPrefix(address, "https://vigie.test/v/")
		if _, err := h.rooms.OpenLink(h.ctx, token, ""); !fault.Is(err, fault.SignedOut) {
			t.Fatal(err)
		}
		for range 5 {
			_, err := h.rooms.Enter(h.ctx, token, "0000")
			h.refused(err, "approval.wrong_pin")
		}
		_, err = h.rooms.Enter(h.ctx, token, "4821")
		h.refused(err, "approval.locked")
		h.clock.pass(16 * time.Minute)
		pass, err := h.rooms.Enter(h.ctx, token, "4821")
		h.ok(err)
		if _, err := h.rooms.OpenLink(h.ctx, token, pass); err != nil {
			t.Fatal(err)
		}
		if n, err := sqldb.Value[int64](h.ctx, h.db, `SELECT COUNT(*) FROM approval_link WHERE pin LIKE '%4821%'`); err != nil || n != 0 {
			t.Fatal("the code is kept as it is", err)
		}
	})
}

// P5: a planning is approved in one go; what changed meanwhile is named and
// waits.
func TestAPlanningIsApprovedInOneGo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"))
		var list []approval.One
		var posts []id.Post
		for range 4 {
			p := h.submit(h.draft("Un.").ID, h.in(time.Hour)).ID
			posts = append(posts, p)
			list = append(list, approval.One{Post: p, Round: h.round(p).ID})
		}
		h.edit(posts[2], "Autre chose.")
		out, err := h.rooms.ApproveAll(h.ctx, h.by("mona"), h.brand, list)
		h.ok(err)
		for i, o := range out {
			if (i == 2) != (o.Err != nil) {
				t.Fatalf("%d: %v", i, o.Err)
			}
		}
		h.states(posts[0], publishing.Planned)
		h.states(posts[2], publishing.Pending)
	})
}

// Readers are written to once, together, and not in the night.
func TestReadersAreWrittenToOnceAndNotAtNight(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"))
		// Ten in the evening in Paris.
		now := h.db.Now()
		paris, err := time.LoadLocation("Europe/Paris")
		h.ok(err)
		local := now.In(paris)
		night := time.Date(local.Year(), local.Month(), local.Day()+1, 22, 0, 0, 0, paris)
		h.clock.pass(night.Sub(now))
		for _, text := range []string{"Un.", "Deux.", "Trois."} {
			h.submit(h.draft(text).ID, h.in(40*time.Hour))
		}
		mind := func() int {
			h.waiting = nil
			h.ok(h.rooms.Mind(h.ctx))
			for _, job := range h.waiting {
				h.ok(h.rooms.SendMail(h.ctx, job))
				h.ok(h.rooms.SendMail(h.ctx, job)) // safe to repeat
			}
			return len(h.mail.all)
		}
		h.clock.pass(10 * time.Minute)
		if n := mind(); n != 0 {
			t.Fatalf("%d letters at night", n)
		}
		h.clock.pass(11 * time.Hour)
		if n := mind(); n != 1 {
			t.Fatalf("%d letters in the morning", n)
		}
		if m := h.mail.all[0]; m.To.Email != "mona@kerlann.test" || !strings.Contains(m.Text, "Trois.") || !strings.Contains(m.Text, "/review") {
			t.Fatalf("%+v", m)
		}
		h.clock.pass(time.Hour)
		if n := mind(); n != 1 {
			t.Fatalf("%d letters: said twice", n)
		}
	})
}
