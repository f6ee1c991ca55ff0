package publishing

import (
	"context"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

func ptr[T any](v T) *T { return &v }

// P2: the later save never silently wins.
func TestASaveFromAnOldVersionIsAConflictAndLosesNothing(t *testing.T) {
	each(t, func(s *stage) {
		p := s.draft("première version")
		saved, err := s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Text: ptr("de Claire")})
		if err != nil {
			s.Fatal(err)
		}
		_, err = s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Text: ptr("de Yann")})
		if !fault.Is(err, fault.Conflict) {
			s.Fatalf("saved over: %v", err)
		}
		got, _ := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
		if got.Text != "de Claire" || got.Version != saved.Version {
			s.Errorf("%+v", got)
		}
	})
}

func TestEditingAScheduledPostDoesNotChangeWhatLeaves(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("ce qui est validé"), s.in(time.Hour))
		p, err := s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Text: ptr("ce qui est à moitié éc")})
		if err != nil || !p.Changed {
			s.Fatalf("%v %v", p.Changed, err)
		}
		if got := s.pubs(p)[0].Content.Text(); got != "ce qui est validé" {
			s.Errorf("would leave: %q", got)
		}
		p = s.schedule(p, s.in(2*time.Hour))
		if got := s.pubs(p)[0].Content.Text(); got != "ce qui est à moitié éc" || p.Changed || len(s.pubs(p)) != 1 {
			s.Errorf("renewed: %q, changed %v, %d publications", got, p.Changed, len(s.pubs(p)))
		}
	})
}

func TestRefusalsBeforeSchedulingSayWhy(t *testing.T) {
	each(t, func(s *stage) {
		long := s.draft(strings.Repeat("a", 301))
		if _, err := s.room.Schedule(s.Context(), s.claire, s.brand, long.ID, long.Version, s.in(time.Hour)); !fault.Is(err, fault.Invalid) || fault.As(err).Values["problem"] != "network.check.text_too_long" {
			s.Errorf("too long: %v", err)
		}
		ok := s.draft("bonjour")
		if _, err := s.room.Schedule(s.Context(), s.claire, s.brand, ok.ID, ok.Version, s.in(-time.Hour)); !fault.Is(err, fault.Invalid) {
			s.Errorf("in the past: %v", err)
		}
		if _, err := s.room.Schedule(s.Context(), s.claire, s.brand, ok.ID, ok.Version, When{Wall: clock.Wall{Local: "9999-01-01T00:00", Zone: "Europe/Paris"}}); !fault.Is(err, fault.Invalid) {
			s.Errorf("in eight thousand years: %v", err)
		}
		none, err := s.room.Create(s.Context(), s.claire, s.brand, Edit{Text: ptr("sans canal")})
		if err != nil {
			s.Fatal(err)
		}
		if _, err := s.room.Schedule(s.Context(), s.claire, s.brand, none.ID, none.Version, s.in(time.Hour)); !fault.Is(err, fault.Invalid) {
			s.Errorf("without a channel: %v", err)
		}
		if _, err := s.room.Create(s.Context(), s.claire, s.brand, Edit{Text: ptr(strings.Repeat("x", 1<<20))}); !fault.Is(err, fault.Invalid) {
			s.Errorf("a megabyte: %v", err)
		}
		odd, err := s.room.Create(s.Context(), s.claire, s.brand, Edit{Text: ptr("a\x00b\xed\xa0\x80c \u202Eعربي 👨‍👩‍👧‍👦")})
		if err != nil || strings.ContainsRune(odd.Text, 0) || !strings.Contains(odd.Text, "👨‍👩‍👧‍👦") {
			s.Errorf("odd text: %q %v", odd.Text, err)
		}
		if _, err := s.room.Create(s.Context(), s.claire, s.brand, Edit{Variants: &[]Variant{{Channel: id.New[id.Channel]()}}}); !fault.Is(err, fault.Invalid) {
			s.Errorf("another brand's channel: %v", err)
		}
	})
}

// P3: moves keep the content, undo is a move back, and what left stays.
func TestMoveKeepsTheContentAndCanBeUndone(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("à déplacer"), s.in(time.Hour))
		before := s.pubs(p)[0]
		to := s.in(26 * time.Hour).Wall
		moved, err := s.room.MoveTo(s.Context(), s.claire, s.brand, Move{Post: p.ID, To: to})
		if err != nil {
			s.Fatal(err)
		}
		after := s.pubs(p)[0]
		if after.Hash != before.Hash || after.Planned != to || after.ID != before.ID {
			s.Errorf("%+v", after)
		}
		if _, err := s.room.MoveTo(s.Context(), s.claire, s.brand, Move{Post: p.ID, To: moved[0].From}); err != nil {
			s.Fatal(err)
		}
		if got := s.pubs(p)[0]; !got.DueAt.Equal(before.DueAt) {
			s.Errorf("undone to %s, was %s", got.DueAt, before.DueAt)
		}
		s.ledger(LedgerConfig{})
		now, _ := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
		gone := s.schedule(now, When{Now: true})
		s.untilState(gone, Sent)
		if _, err := s.room.MoveTo(s.Context(), s.claire, s.brand, Move{Post: p.ID, To: to}); !fault.Is(err, fault.Conflict) {
			s.Errorf("moved what has left: %v", err)
		}
	})
}

// P3: a post due at 02:30 on the night the clocks change has one instant.
func TestTheNightTheClocksChangeIsSaid(t *testing.T) {
	each(t, func(s *stage) {
		year := s.db.Now().Year() + 1
		day := time.Date(year, 3, 31, 0, 0, 0, 0, time.UTC)
		for day.Weekday() != time.Sunday {
			day = day.AddDate(0, 0, -1)
		}
		p := s.draft("nuit de mars")
		out, err := s.room.Schedule(s.Context(), s.claire, s.brand, p.ID, p.Version, When{Wall: clock.Wall{Local: day.Format("2006-01-02") + "T02:30"}})
		if err != nil || out.Fit != clock.Gap || out.Post.At.Format("15:04") != "01:30" {
			s.Errorf("%s %s %v", out.Fit, out.Post.At, err)
		}
		if n := len(s.pubs(p)); n != 1 {
			s.Errorf("%d publications", n)
		}
	})
}

func TestBinningTakesAPostOffTheLedgerAndComesBackAsADraft(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("à jeter"), s.in(time.Hour))
		for range 2 {
			if err := s.room.Bin(s.Context(), s.claire, s.brand, p.ID); err != nil {
				s.Fatal(err)
			}
		}
		if len(s.pubs(p)) != 0 {
			s.Error("it would still leave")
		}
		if err := s.room.Unbin(s.Context(), s.claire, s.brand, p.ID); err != nil {
			s.Fatal(err)
		}
		got, _ := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
		if got.Validation != Draft || got.Badge != NoBadge || got.Text != "à jeter" || got.Planned.Local == "" {
			s.Errorf("%+v", got)
		}
	})
}

// P1: no verb leads into a brand without a role; a client sees no draft.
func TestBrandsAreWalls(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("à nous"), s.in(time.Hour))
		draft := s.draft("brouillon")
		pub := s.pubs(p)[0].ID
		other := id.New[id.Brand]()
		stranger := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{other: team.Owner}}
		ctx := s.Context()
		for name, call := range map[string]func(b id.Brand) error{
			"get":  func(b id.Brand) error { _, err := s.room.Get(ctx, stranger, b, p.ID); return err },
			"save": func(b id.Brand) error { _, err := s.room.Save(ctx, stranger, b, p.ID, 1, Edit{}); return err },
			"schedule": func(b id.Brand) error {
				_, err := s.room.Schedule(ctx, stranger, b, p.ID, 1, When{Now: true})
				return err
			},
			"unschedule": func(b id.Brand) error { return s.room.Unschedule(ctx, stranger, b, p.ID) },
			"move": func(b id.Brand) error {
				_, err := s.room.MoveTo(ctx, stranger, b, Move{Post: p.ID, To: s.in(time.Hour).Wall})
				return err
			},
			"bin":           func(b id.Brand) error { return s.room.Bin(ctx, stranger, b, p.ID) },
			"unbin":         func(b id.Brand) error { return s.room.Unbin(ctx, stranger, b, p.ID) },
			"duplicate":     func(b id.Brand) error { _, err := s.room.Duplicate(ctx, stranger, b, p.ID); return err },
			"publications":  func(b id.Brand) error { _, err := s.room.Publications(ctx, stranger, b, p.ID); return err },
			"publication":   func(b id.Brand) error { _, _, err := s.room.Publication(ctx, stranger, b, pub); return err },
			"retry":         func(b id.Brand) error { return s.room.Retry(ctx, stranger, b, pub) },
			"settle sent":   func(b id.Brand) error { return s.room.SettleSent(ctx, stranger, b, pub, "") },
			"settle unsent": func(b id.Brand) error { return s.room.SettleNotSent(ctx, stranger, b, pub) },
			"withdraw":      func(b id.Brand) error { return s.room.Withdraw(ctx, stranger, b, pub) },
		} {
			for _, b := range []id.Brand{s.brand, other} { // ours, and ours under her own brand's name
				if err := call(b); !fault.Is(err, fault.NotFound) {
					s.Errorf("%s: %v", name, err)
				}
			}
		}
		for name, call := range map[string]func() error{
			"calendar": func() error {
				_, _, err := s.room.Calendar(ctx, stranger, s.brand, time.Time{}, s.db.Now(), Filter{})
				return err
			},
			"posts":     func() error { _, err := s.room.Posts(ctx, stranger, s.brand, Filter{}, "", 10); return err },
			"ledger":    func() error { _, err := s.room.Ledger(ctx, stranger, s.brand, PublicationFilter{}, "", 10); return err },
			"freeze":    func() error { _, err := s.room.Freeze(ctx, stranger, s.brand, "x"); return err },
			"thaw":      func() error { _, err := s.room.Thaw(ctx, stranger, s.brand); return err },
			"freezes":   func() error { _, err := s.room.Freezes(ctx, stranger, s.brand); return err },
			"slots":     func() error { _, err := s.room.Slots(ctx, stranger, s.brand); return err },
			"add slot":  func() error { _, err := s.room.AddSlot(ctx, stranger, s.brand, s.chans[0], 1, "09:00"); return err },
			"free":      func() error { _, err := s.room.NextFree(ctx, stranger, s.brand, s.chans, ""); return err },
			"campaigns": func() error { _, err := s.room.Campaigns(ctx, stranger, s.brand); return err },
			"campaign":  func() error { _, err := s.room.SaveCampaign(ctx, stranger, s.brand, Campaign{}); return err },
			"labels":    func() error { _, err := s.room.Labels(ctx, stranger, s.brand); return err },
			"uses":      func() error { _, err := s.room.Uses(ctx, stranger, s.brand, "x"); return err },
			"create":    func() error { _, err := s.room.Create(ctx, stranger, s.brand, Edit{}); return err },
		} {
			if err := call(); !fault.Is(err, fault.NotFound) {
				s.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.room.Freeze(ctx, stranger, AllBrands, "x"); !fault.Is(err, fault.Forbidden) {
			s.Errorf("froze all: %v", err)
		}
		client := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.brand: team.Client}}
		if _, err := s.room.Get(ctx, client, s.brand, draft.ID); !fault.Is(err, fault.NotFound) {
			s.Errorf("a client reads a draft: %v", err)
		}
		page, err := s.room.Posts(ctx, client, s.brand, Filter{}, "", 10)
		if err != nil || len(page.Items) != 1 {
			s.Errorf("a client's list: %d %v", len(page.Items), err)
		}
		if _, err := s.room.Schedule(ctx, client, s.brand, p.ID, p.Version, When{Now: true}); !fault.Is(err, fault.Forbidden) {
			s.Errorf("a client publishes: %v", err)
		}
	})
}

func TestPagesOfAListMeetEveryPostOnce(t *testing.T) {
	each(t, func(s *stage) {
		want := map[id.Post]bool{}
		for i := range 23 {
			text := "pain d’épices"
			if i%3 == 0 {
				text = "Crêpe"
			}
			want[s.draft(text).ID] = i%3 == 0
		}
		for _, q := range []string{"", "crepe"} {
			seen, cur := map[id.Post]int{}, ""
			for range 50 {
				page, err := s.room.Posts(s.Context(), s.claire, s.brand, Filter{Text: q}, cur, 4)
				if err != nil {
					s.Fatal(err)
				}
				for _, r := range page.Items {
					seen[r.ID]++
				}
				if cur = page.Next; cur == "" {
					break
				}
			}
			for p, crepe := range want {
				if wanted := q == "" || crepe; wanted != (seen[p] == 1) || seen[p] > 1 {
					s.Errorf("%q: seen %d times, wanted %v", q, seen[p], wanted)
				}
			}
		}
		if _, err := s.room.Posts(s.Context(), s.claire, s.brand, Filter{}, "nonsense", 4); !fault.Is(err, fault.Invalid) {
			s.Errorf("cursor: %v", err)
		}
	})
}

func TestSlotsGiveTheNextFreeHour(t *testing.T) {
	each(t, func(s *stage) {
		soon := s.db.Now().Add(50 * time.Hour)
		w, _ := clock.At(soon, "Europe/Paris")
		local := w.Local[11:]
		paris, _ := clock.Zone("Europe/Paris")
		for range 2 {
			if _, err := s.room.AddSlot(s.Context(), s.claire, s.brand, s.chans[0], soon.In(paris).Weekday(), local); err != nil {
				s.Fatal(err)
			}
		}
		if all, _ := s.room.Slots(s.Context(), s.claire, s.brand); len(all) != 1 {
			s.Errorf("%d slots", len(all))
		}
		free, err := s.room.NextFree(s.Context(), s.claire, s.brand, s.chans, "")
		if err != nil || free.Wall != w {
			s.Fatalf("%v, want %v: %v", free.Wall, w, err)
		}
		s.schedule(s.draft("prend la place"), When{Wall: free.Wall})
		next, err := s.room.NextFree(s.Context(), s.claire, s.brand, s.chans, "")
		if err != nil || !next.At.After(free.At) {
			s.Errorf("again %v: %v", next.Wall, err)
		}
	})
}

// Whatever is done to a set of posts, in whatever order, nothing stands twice
// on the network and nothing that is shown as sent is missing from it.
func TestNothingIsDoubledWhateverHappens(t *testing.T) {
	each(t, func(s *stage) {
		l := NewLedger(s.room, LedgerConfig{Settle: time.Nanosecond})
		if err := l.join(s.Context()); err != nil {
			s.Fatal(err)
		}
		l.results.start()
		defer l.results.stopAll()
		rapid.Check(t, func(rt *rapid.T) {
			fates := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 12).Draw(rt, "fates")
			n := 0
			s.wire.mu.Lock()
			s.wire.posts = nil
			s.wire.fate = func(int, network.Intent) (bool, error) {
				n++
				switch fates[n%len(fates)] {
				case 0:
					return true, unknown()
				case 1:
					return false, unknown()
				case 2:
					return false, refused(fault.Invalid, "network.refused")
				}
				return true, nil
			}
			s.wire.mu.Unlock()
			p := s.schedule(s.draft("un\n---\ndeux"), When{Now: true})
			ctx := context.WithoutCancel(s.Context())
			for _, op := range rapid.SliceOfN(rapid.IntRange(0, 5), 1, 14).Draw(rt, "ops") {
				switch op {
				case 0, 1:
					got, err := l.claim(ctx, 5)
					if err == nil && readContent(ctx, s.db, got) == nil {
						for _, c := range got {
							l.send(ctx, &c)
						}
					}
				case 2:
					got, _ := l.claim(ctx, 5) // and the process dies
					for _, c := range got {
						if _, err := s.db.Exec(ctx, `UPDATE publication SET node = 'dead' WHERE id = ?`, c.ID); err != nil {
							rt.Fatal(err)
						}
					}
					if err := l.orphans(ctx); err != nil {
						rt.Fatal(err)
					}
				case 3:
					_, _ = s.db.Exec(ctx, `UPDATE publication SET next_at = ? WHERE state = 'unknown'`, sqldb.At(s.db.Now()))
					got, _ := l.claimLooks(ctx, 5)
					for _, c := range got {
						l.look(ctx, c)
					}
				case 4:
					_ = s.room.Retry(ctx, s.claire, s.brand, s.pubs(p)[0].ID)
				case 5:
					if _, err := s.room.Freeze(ctx, s.claire, s.brand, "x"); err == nil {
						_, _ = s.room.Thaw(ctx, s.claire, s.brand)
					}
				}
				for k, times := range s.wire.keys() {
					if times > 1 {
						rt.Fatalf("%s stands %d times", k, times)
					}
				}
				pub := s.pubs(p)[0]
				for i := range pub.Sent {
					if s.wire.keys()[pub.key(i)] != 1 {
						rt.Fatalf("part %d is shown as sent and is not there", i)
					}
				}
			}
			_, _ = s.db.Exec(ctx, `UPDATE publication SET state = 'failed', next_at = NULL WHERE state <> 'sent'`)
		})
	})
}
