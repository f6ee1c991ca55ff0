package reading_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/approval"
	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
)

// P5, the whole path: refused by the manager, corrected, approved by her and by
// the client, changed by one comma and stopped, approved again, gone.
func TestOneCommaAfterTheApprovalStopsThePost(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"), approval.Step{Client: true})
		paul, _ := h.link("Paul")
		p := h.submit(h.draft("Les sablés sont là.").ID, h.in(time.Hour)).ID
		h.states(p, publishing.Pending)
		h.validation(p, publishing.ToReview)
		h.refused(h.says(paul, p, approval.Approve, ""), "fault.not_found") // the house works on it still
		h.ok(h.says(h.by("mona"), p, approval.Refuse, "Pas ce mot."))
		h.validation(p, publishing.Refused)
		h.states(p, publishing.Pending)

		h.edit(p, "Les galettes sont là.")
		h.validation(p, publishing.Outdated)
		h.submit(p, h.in(time.Hour))
		h.ok(h.says(h.by("mona"), p, approval.Approve, ""))
		h.validation(p, publishing.AtClient)
		h.states(p, publishing.Pending)
		seen := h.round(p)
		h.ok(h.says(paul, p, approval.Approve, ""))
		h.validation(p, publishing.Approved)
		h.states(p, publishing.Planned)

		h.edit(p, "Les galettes sont, là.")
		h.states(p, publishing.Pending)
		h.validation(p, publishing.Outdated)
		h.clock.pass(2 * time.Hour)
		if h.nodes[0].ClaimOnly(h.ctx, 10) == nil {
			t.Fatal("it left though it was changed by one comma")
		}
		h.refused(h.rooms.Decide(h.ctx, paul, h.brand, approval.Say{Post: p, Round: seen.ID, Verdict: approval.Approve}), "approval.void")

		h.submit(p, h.in(time.Hour))
		h.ok(h.says(h.by("mona"), p, approval.Approve, ""))
		h.ok(h.says(paul, p, approval.Approve, ""))
		h.clock.pass(2 * time.Hour)
		h.ok(h.nodes[0].ClaimOnly(h.ctx, 2))
		h.states(p, publishing.Sending)
	})
}

// An edit that is taken back is no edit: the decision was on that very content.
func TestAnEditTakenBackNeedsNoOtherReading(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(approval.Step{})
		p := h.submit(h.draft("Un.").ID, h.in(time.Hour)).ID
		h.ok(h.says(h.by("mona"), p, approval.Approve, ""))
		h.edit(p, "Deux.")
		h.states(p, publishing.Pending)
		h.edit(p, "Un.")
		h.states(p, publishing.Planned)
		h.validation(p, publishing.Approved)
	})
}

// Bad case: a decision by a link revoked a second ago, by one that ended, and by
// an address that was replaced.
func TestARevokedLinkDecidesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(approval.Step{Client: true})
		paul, address := h.link("Paul")
		anne, _ := h.link("Anne")
		p := h.submit(h.draft("Un.").ID, h.in(time.Hour)).ID
		token := address[strings.LastIndex(address, "/")+1:]
		if l, err := h.rooms.OpenLink(h.ctx, token, ""); err != nil || l.Name != "Paul" {
			t.Fatal(l, err)
		}
		h.ok(h.rooms.RevokeLink(h.ctx, h.people["claire"], h.brand, paul.Link.ID))
		h.refused(h.says(paul, p, approval.Approve, ""), "approval.link_over")
		h.states(p, publishing.Pending)
		if _, err := h.rooms.OpenLink(h.ctx, token, ""); !fault.Is(err, fault.Conflict) {
			t.Fatalf("a revoked address still opens: %v", err)
		}
		_, again, err := h.rooms.RenewLink(h.ctx, h.people["claire"], h.brand, anne.Link.ID, 1)
		h.ok(err)
		if _, err := h.rooms.OpenLink(h.ctx, strings.TrimPrefix(again, "https://vigie.test/v/"), ""); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(25 * time.Hour)
		h.refused(h.says(anne, p, approval.Approve, ""), "approval.link_over")
		if n, err := sqldb.Value[int64](h.ctx, h.db, `SELECT COUNT(*) FROM approval_link WHERE token_hash = ? OR token_hash LIKE ?`, token, "%"+token+"%"); err != nil || n != 0 {
			t.Fatalf("the address is kept as it is: %d %v", n, err)
		}
	})
}

// Bad case: two readers at once, one says yes and the other no. Whoever comes
// first, it does not leave.
func TestTwoReadersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona", "omar"))
		for range 5 {
			p := h.submit(h.draft("Un.").ID, h.in(time.Hour)).ID
			round := h.round(p).ID
			var wg sync.WaitGroup
			errs := make([]error, 2)
			for i, name := range []string{"mona", "omar"} {
				wg.Go(func() {
					errs[i] = h.rooms.Decide(h.ctx, h.by(name), h.brand, approval.Say{Post: p, Round: round, Verdict: []approval.Verdict{approval.Approve, approval.Refuse}[i]})
				})
			}
			wg.Wait()
			h.ok(errs[0])
			h.ok(errs[1])
			h.states(p, publishing.Pending)
			h.validation(p, publishing.Refused)
		}
	})
}

// Who may not approve their own: the author, and who edited it last.
func TestNobodyApprovesTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(approval.Step{})
		p := h.submit(h.draft("Un.").ID, h.in(time.Hour)).ID
		h.refused(h.says(h.by("claire"), p, approval.Approve, ""), "approval.own")
		h.refused(h.says(h.by("paul"), p, approval.Approve, ""), "fault.not_found") // no step of the client's
		h.ok(h.says(h.by("omar"), p, approval.Approve, ""))
		h.states(p, publishing.Planned)
	})
}

// Readers in order: the second is not asked before the first, and a yes out of
// turn is refused.
func TestReadersComeInTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"), h.only("omar"))
		p := h.submit(h.draft("Un.").ID, h.in(time.Hour)).ID
		h.refused(h.says(h.by("omar"), p, approval.Approve, ""), "approval.turn")
		h.ok(h.says(h.by("mona"), p, approval.Approve, ""))
		h.states(p, publishing.Pending)
		h.ok(h.says(h.by("omar"), p, approval.Approve, ""))
		h.states(p, publishing.Planned)
	})
}

// The date is part of the decision, within a tolerance.
func TestAnHourBeyondTheToleranceIsReadAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(approval.Step{})
		p := h.submit(h.draft("Un.").ID, h.in(2*time.Hour)).ID
		h.ok(h.says(h.by("omar"), p, approval.Approve, ""))
		move := func(d time.Duration) {
			_, err := h.posts.MoveTo(h.ctx, h.people["claire"], h.brand, publishing.Move{Post: p, To: h.in(d).Wall})
			h.ok(err)
		}
		move(20 * time.Hour)
		h.states(p, publishing.Planned)
		move(60 * time.Hour)
		h.states(p, publishing.Pending)
		h.validation(p, publishing.ToReview)
		move(3 * time.Hour)
		h.states(p, publishing.Planned)
	})
}

// Bad case: the rules of the zone change between the approval and the hour. The
// hour on the wall is what was shown, so the decision stands, tolerance or not.
func TestAZoneThatMovesKeepsTheDecision(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rule := approval.Default(h.brand)
		rule.Steps, rule.Tolerance = []approval.Step{{}}, 0
		h.ok(h.rooms.SetPolicy(h.ctx, h.people["omar"], rule))
		p := h.submit(h.draft("Un.").ID, h.in(5*time.Hour)).ID
		h.ok(h.says(h.by("omar"), p, approval.Approve, ""))
		// As if it had been planned and approved under yesterday's rules.
		for _, q := range []string{`UPDATE publication SET due_at = due_at + 3600000, next_at = next_at + 3600000 WHERE brand = ?`,
			`UPDATE approval_decision SET planned_at = planned_at + 3600000 WHERE brand = ?`, `UPDATE approval_round SET planned_at = planned_at + 3600000 WHERE brand = ?`} {
			_, err := h.db.Exec(h.ctx, q, h.brand)
			h.ok(err)
		}
		h.ok(h.posts.Rezone(h.ctx))
		h.states(p, publishing.Planned)
		for _, x := range h.pubs(p) {
			if at, _, _ := x.Planned.Instant(); !at.Equal(x.DueAt) {
				t.Fatalf("the hour did not follow: %s, %s", x.DueAt, at)
			}
		}
	})
}

// An approval of this morning's post in the afternoon is not an order to say it
// now.
func TestALateApprovalHolds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(approval.Step{})
		p := h.submit(h.draft("Bonjour.").ID, h.in(time.Hour)).ID
		h.clock.pass(5 * time.Hour)
		h.ok(h.says(h.by("omar"), p, approval.Approve, ""))
		h.states(p, publishing.Frozen)
		h.ok(h.posts.Retry(h.ctx, h.people["claire"], h.brand, h.pubs(p)[0].ID))
		h.ok(h.nodes[1].ClaimOnly(h.ctx, 1))
	})
}

// A stricter rule holds at once for what is planned already, and a looser one
// lets go what was only waiting.
func TestARuleHoldsForWhatIsPlannedAlready(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.submit(h.draft("Un.").ID, h.in(time.Hour)).ID
		h.states(p, publishing.Planned)
		h.rule(h.only("mona"))
		h.states(p, publishing.Pending)
		h.rule()
		h.states(p, publishing.Planned)
		h.validation(p, publishing.Approved)
		own := approval.Default(h.brand)
		own.Channel, own.Steps = h.door.channels[1].ID, []approval.Step{{}}
		h.ok(h.rooms.SetPolicy(h.ctx, h.people["omar"], own))
		for _, x := range h.pubs(p) {
			want := publishing.Planned
			if x.Channel == own.Channel {
				want = publishing.Pending
			}
			if x.State != want {
				t.Fatalf("%s, want %s", x.State, want)
			}
		}
	})
}

// During a freeze a decision lets nothing go; after it, what is read leaves and
// what is not goes back to wait.
func TestADecisionDuringAFreeze(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(approval.Step{})
		read := h.submit(h.draft("Lu.").ID, h.in(3*time.Hour)).ID
		_, err := h.posts.Freeze(h.ctx, h.people["omar"], h.brand, "rappel")
		h.ok(err)
		late := h.submit(h.draft("Pas lu.").ID, h.in(3*time.Hour)).ID
		h.ok(h.says(h.by("omar"), read, approval.Approve, ""))
		h.states(read, publishing.Frozen)
		_, err = h.posts.Thaw(h.ctx, h.people["omar"], h.brand)
		h.ok(err)
		h.states(read, publishing.Planned)
		h.states(late, publishing.Pending)
	})
}

// What nobody answered by the deadline leaves only where the rule says so, and
// the record says that nobody answered.
func TestSilenceIsConsentOnlyWhereTheRuleSaysSo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rule := approval.Default(h.brand)
		rule.Steps, rule.Deadline, rule.Past = []approval.Step{{}}, time.Hour, approval.Hold
		h.ok(h.rooms.SetPolicy(h.ctx, h.people["omar"], rule))
		p := h.submit(h.draft("Un.").ID, h.in(3*time.Hour)).ID
		h.clock.pass(150 * time.Minute)
		h.ok(h.rooms.Mind(h.ctx))
		h.states(p, publishing.Pending)
		rule.Past = approval.Leave
		h.ok(h.rooms.SetPolicy(h.ctx, h.people["omar"], rule))
		h.ok(h.rooms.Mind(h.ctx))
		h.states(p, publishing.Planned)
		rule.Past = approval.Hold
		h.ok(h.rooms.SetPolicy(h.ctx, h.people["omar"], rule))
		h.states(p, publishing.Pending)
	})
}

// A hour of an approval is the hour that was shown: a later one proposed alone
// no longer blocks once the post has moved.
func TestAnotherDateCanBeProposed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(approval.Step{Client: true})
		paul, _ := h.link("Paul")
		p := h.submit(h.draft("Un.").ID, h.in(2*time.Hour)).ID
		w, err := clock.At(h.db.Now().Add(50*time.Hour), "Europe/Paris")
		h.ok(err)
		h.ok(h.rooms.Decide(h.ctx, paul, h.brand, approval.Say{Post: p, Round: h.round(p).ID, Verdict: approval.Change, Other: w.Local[:16]}))
		h.validation(p, publishing.Changes)
		_, err = h.posts.MoveTo(h.ctx, h.people["claire"], h.brand, publishing.Move{Post: p, To: w})
		h.ok(err)
		h.validation(p, publishing.AtClient)
		h.ok(h.says(paul, p, approval.Approve, ""))
		h.states(p, publishing.Planned)
	})
}

// Whatever path leaves a row at its hour whose content nobody cleared: no node
// takes it, and it goes back to wait where its readers find it.
func TestARowNobodyClearedIsNotTakenAndGoesBackToWait(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(approval.Step{})
		p := h.submit(h.draft("Un.").ID, h.in(time.Hour)).ID
		for _, state := range []publishing.State{publishing.Planned, publishing.Due} {
			for _, cleared := range []string{"", "another content"} {
				_, err := h.db.Exec(h.ctx, `UPDATE publication SET state = ?, next_at = ?, cleared = ? WHERE brand = ?`, state, sqldb.At(h.db.Now().Add(-time.Second)), cleared, h.brand)
				h.ok(err)
				for _, node := range h.nodes {
					if node.ClaimOnly(h.ctx, 10) == nil {
						t.Fatalf("%s with %q cleared was taken", state, cleared)
					}
				}
				h.states(p, publishing.Pending)
			}
		}
		if h.round(p).ID == "" {
			t.Fatal("nobody is asked about it")
		}
	})
}
