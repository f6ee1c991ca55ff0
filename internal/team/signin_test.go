package team_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

func TestTheFirstAccountRunsTheInstanceAndThereIsOnlyOneFirst(t *testing.T) {
	each(t, func(h *house) {
		if first, err := h.people.FirstRun(h.Context()); err != nil || !first {
			h.Fatal(first, err)
		}
		e := h.first()
		v, err := h.people.Recognise(h.Context(), e.Session)
		h.ok(err)
		if !v.Actor.Admin || v.Person.Email != "claire@agence.test" || v.Person.Language != "fr" {
			h.Errorf("%+v", v)
		}
		_, err = h.people.First(h.Context(), team.NewPerson{Name: "Troll", Email: "troll@x.test", Password: password}, team.Actor{}, enemy)
		h.is(err, fault.Conflict, "team.first_done")
		_, err = h.people.Guest(h.Context(), "Claire Morel", "fr", "Europe/Paris", enemy)
		h.is(err, fault.Conflict, "team.first_done")
	})
}

func TestOfTwoFirstAccountsAtTheSameMomentOneWins(t *testing.T) {
	each(t, func(h *house) {
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = h.people.First(h.Context(), team.NewPerson{Name: "A", Email: fmt.Sprintf("a%d@x.test", i/2), Password: password}, team.Actor{}, home)
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !fault.Is(err, fault.Conflict) || fault.As(err).Key != "team.first_done" {
				h.Error(err)
			}
		}
		persons, err := h.people.Persons(h.Context(), team.Program("test"))
		if won != 1 || len(persons) != 1 || err != nil {
			h.Errorf("%d won, %d persons, %v", won, len(persons), err)
		}
	})
}

func TestAGuestWhoStartsForRealKeepsWhatSheSaw(t *testing.T) {
	each(t, func(h *house) {
		g, err := h.people.Guest(h.Context(), "Claire Morel", "fr", "Europe/Paris", home)
		h.ok(err)
		if first, _ := h.people.FirstRun(h.Context()); !first {
			h.Error("a guest is no first account")
		}
		guest := h.actor(g.Person.ID)
		_, _, err = h.people.MakeToken(h.Context(), guest, team.NewToken{Name: "x", Scopes: []team.Permission{team.SeeBrand}, Ends: h.now().Add(time.Hour)})
		h.is(err, fault.Forbidden, "team.guest_may_not")
		e, err := h.people.First(h.Context(), team.NewPerson{Name: "Inès", Email: "ines@x.test", Password: password}, guest, home)
		h.ok(err)
		if e.Person.ID != g.Person.ID || e.Person.Guest || !e.Person.Admin {
			h.Errorf("%+v", e.Person)
		}
		_, err = h.people.Recognise(h.Context(), g.Session)
		h.is(err, fault.SignedOut, "")
	})
}

func TestSigningInGivesAFreshSessionAndEndsThePlantedOne(t *testing.T) {
	each(t, func(h *house) {
		e := h.first()
		again, err := h.people.SignIn(h.Context(), " Claire@AGENCE.test ", password, home, e.Session)
		h.ok(err)
		if again.Session == e.Session || again.Session == "" {
			h.Error("the session was not renewed")
		}
		_, err = h.people.Recognise(h.Context(), e.Session)
		h.is(err, fault.SignedOut, "")
		h.ok(h.people.SignOut(h.Context(), again.Session))
		h.ok(h.people.SignOut(h.Context(), again.Session))
		_, err = h.people.Recognise(h.Context(), again.Session)
		h.is(err, fault.SignedOut, "")
		if !slices.Contains(h.acts(), "person.signed_in") || !slices.Contains(h.acts(), "person.signed_out") {
			h.Error(h.acts())
		}
	})
}

func TestNoTokenIsKeptInTheClear(t *testing.T) {
	each(t, func(h *house) {
		e := h.first()
		me := h.actor(e.Person.ID)
		_, key, err := h.people.MakeToken(h.Context(), me, team.NewToken{Name: "x", Scopes: []team.Permission{team.SeeBrand}, Ends: h.now().Add(time.Hour)})
		h.ok(err)
		_, invited, err := h.people.InviteIn(h.Context(), me, team.Invite{Email: "yann@x.test"})
		h.ok(err)
		h.ok(h.people.AskReset(h.Context(), "claire@agence.test", home))
		var rows []string
		for _, q := range []string{"SELECT id || hash || agent FROM person_session", "SELECT hash || person FROM person_device",
			"SELECT hash || hint || scopes FROM person_token", "SELECT hash || sealed FROM invitation", "SELECT hash || sealed FROM person_reset",
			"SELECT password FROM person"} {
			some, err := sqldb.Values[string](h.Context(), h.db, q)
			h.ok(err)
			if len(some) == 0 {
				h.Error("no row:", q)
			}
			rows = append(rows, some...)
		}
		reset := tokenIn(h.mails()[1])
		for _, secret := range []string{e.Session, e.Device, key, invited, reset, password} {
			if strings.Contains(strings.Join(rows, "\n"), secret) {
				h.Errorf("%q stands in a row", secret)
			}
		}
	})
}

func TestWrongPasswordsUnknownAddressesAndDisabledPersonsHearTheSame(t *testing.T) {
	each(t, func(h *house) {
		h.first()
		yann := h.add("yann", nil)
		h.ok(h.people.Disable(h.Context(), team.Program("test"), yann.Person))
		_, wrong := h.people.SignIn(h.Context(), "claire@agence.test", "not the one", enemy, "")
		_, unknown := h.people.SignIn(h.Context(), "nobody@agence.test", "not the one", enemy, "")
		_, disabled := h.people.SignIn(h.Context(), "yann@agence.test", password, enemy, "")
		h.is(wrong, fault.SignedOut, "team.wrong")
		if wrong.Error() != unknown.Error() || wrong.Error() != disabled.Error() {
			h.Errorf("%v / %v / %v", wrong, unknown, disabled)
		}
	})
}

func TestTheBudgetOfTriesIsTheSameForUnknownAddresses(t *testing.T) {
	each(t, func(h *house) {
		h.first()
		tries := func(email string, ip string) (n int) {
			from := team.From{IP: netip.MustParseAddr(ip)}
			for range 50 {
				if _, err := h.people.SignIn(h.Context(), email, "not the one", from, ""); fault.Is(err, fault.TooMany) {
					return n
				}
				n++
			}
			return n
		}
		if a, b := tries("claire@agence.test", "203.0.113.1"), tries("nobody@agence.test", "203.0.113.2"); a != b || a != 5 {
			h.Errorf("%d tries at an account, %d at none", a, b)
		}
	})
}

// The heart of "lockout that cannot lock somebody out": an attacker with as
// many addresses as he likes hammers Claire's account.
func TestAnAttackerNeverKeepsAPersonOut(t *testing.T) {
	each(t, func(h *house) {
		e := h.first()
		refused := 0
		for i := range 400 {
			from := team.From{IP: netip.AddrFrom4([4]byte{203, 0, byte(i / 200), byte(i % 200)})}
			if _, err := h.people.SignIn(h.Context(), "claire@agence.test", "guess", from, ""); fault.Is(err, fault.TooMany) {
				refused++
			}
		}
		known := home
		known.Device = e.Device
		if _, err := h.people.SignIn(h.Context(), "claire@agence.test", password, known, ""); err != nil {
			h.Errorf("her own browser: %v", err)
		}
		// From the attacker's own line, too: same office, same café.
		for range 60 {
			_, _ = h.people.SignIn(h.Context(), "claire@agence.test", "guess", home, "")
		}
		if _, err := h.people.SignIn(h.Context(), "claire@agence.test", password, known, ""); err != nil {
			h.Errorf("her own browser behind the attacker's address: %v", err)
		}
		// A new browser elsewhere gets its first try at once, siege or not.
		fresh := team.From{IP: netip.MustParseAddr("192.0.2.9")}
		if _, err := h.people.SignIn(h.Context(), "claire@agence.test", password, fresh, ""); err != nil {
			h.Errorf("a new browser: %v", err)
		}
		// And a device cookie of somebody else's is worth nothing.
		forged := enemy
		forged.Device = "made up"
		n := 0
		for range 20 {
			if _, err := h.people.SignIn(h.Context(), "claire@agence.test", "guess", forged, ""); !fault.Is(err, fault.TooMany) {
				n++
			}
		}
		if n > 1 { // under siege an address gets one
			h.Errorf("%d guesses with a made-up device during the siege", n)
		}
	})
}

func TestDelaysGrowEndAndAreForgotten(t *testing.T) {
	each(t, func(h *house) {
		h.first()
		try := func() error {
			_, err := h.people.SignIn(h.Context(), "claire@agence.test", "guess", enemy, "")
			return err
		}
		var waits []time.Duration
		for range 40 {
			err := try()
			if fault.Is(err, fault.TooMany) {
				wait := fault.As(err).RetryAfter
				waits = append(waits, wait)
				h.pass(wait)
			}
		}
		if len(waits) < 5 || !slices.IsSorted(waits) || waits[len(waits)-1] != 5*time.Minute || waits[0] != 2*time.Second {
			h.Errorf("waits: %v", waits)
		}
		// No hard lock: after the wait the right password opens.
		h.pass(5 * time.Minute)
		_, err := h.people.SignIn(h.Context(), "claire@agence.test", password, enemy, "")
		h.ok(err)
		if err := try(); !fault.Is(err, fault.SignedOut) {
			h.Errorf("after a success the budget is whole again, got %v", err)
		}
		h.pass(2 * time.Hour)
		for range 5 {
			h.is(try(), fault.SignedOut, "team.wrong")
		}
	})
}

func TestAClockSetBackLocksNobody(t *testing.T) {
	each(t, func(h *house) {
		h.first()
		for range 12 {
			_, _ = h.people.SignIn(h.Context(), "claire@agence.test", "guess", enemy, "")
		}
		h.pass(-24 * time.Hour)
		_, err := h.people.SignIn(h.Context(), "claire@agence.test", password, enemy, "")
		if fault.As(err) != nil && fault.As(err).RetryAfter > 5*time.Minute {
			h.Errorf("wait %s", fault.As(err).RetryAfter)
		}
	})
}

func TestSessionsEndByAgeBySilenceAndByHand(t *testing.T) {
	each(t, func(h *house) {
		e := h.first()
		open := func() team.Entry {
			n, err := h.people.SignIn(h.Context(), "claire@agence.test", password, team.From{IP: home.IP, Device: e.Device}, "")
			h.ok(err)
			return n
		}
		b, c := open(), open()
		v, err := h.people.Recognise(h.Context(), b.Session)
		h.ok(err)
		list, err := h.people.Sessions(h.Context(), v.Actor)
		h.ok(err)
		if len(list) != 3 || list[0].Network != "198.51.100.0/24" {
			h.Errorf("%+v", list)
		}
		n, err := h.people.EndOtherSessions(h.Context(), v.Actor, v.Session)
		if n != 2 || err != nil {
			h.Error(n, err)
		}
		_, err = h.people.Recognise(h.Context(), c.Session)
		h.is(err, fault.SignedOut, "")
		h.pass(9 * 24 * time.Hour)
		_, err = h.people.Recognise(h.Context(), b.Session)
		h.ok(err)
		h.pass(9 * 24 * time.Hour) // seen nine days ago: still open
		_, err = h.people.Recognise(h.Context(), b.Session)
		h.ok(err)
		h.pass(11 * 24 * time.Hour)
		_, err = h.people.Recognise(h.Context(), b.Session)
		h.is(err, fault.SignedOut, "")
	})
}

func TestNobodyEndsSomebodyElsesSessionOrToken(t *testing.T) {
	each(t, func(h *house) {
		e := h.first()
		claire := h.actor(e.Person.ID)
		yann := h.add("yann", nil)
		list, err := h.people.Sessions(h.Context(), claire)
		h.ok(err)
		h.is(h.people.EndSession(h.Context(), yann, list[0].ID), fault.NotFound, "")
		tok, _, err := h.people.MakeToken(h.Context(), claire, team.NewToken{Name: "x", Scopes: []team.Permission{team.SeeBrand}, Ends: h.now().Add(time.Hour)})
		h.ok(err)
		h.is(h.people.RevokeToken(h.Context(), yann, tok.ID), fault.NotFound, "")
		if _, err := h.people.Recognise(h.Context(), e.Session); err != nil {
			h.Error(err)
		}
		h.ok(h.people.EndSession(h.Context(), claire, list[0].ID))
	})
}

func TestADisabledPersonIsOutAtOnceAndComesBackWithHerRoles(t *testing.T) {
	each(t, func(h *house) {
		e := h.first()
		claire := h.actor(e.Person.ID)
		b := h.brand(claire.Person, "Maison Legrand")
		yann := h.add("yann", map[id.Brand]team.Role{b: team.Community})
		in, err := h.people.SignIn(h.Context(), "yann@agence.test", password, home, "")
		h.ok(err)
		_, key, err := h.people.MakeToken(h.Context(), yann, team.NewToken{Name: "x", Scopes: []team.Permission{team.SeePlanning}, Ends: h.now().Add(time.Hour)})
		h.ok(err)
		h.is(h.people.Disable(h.Context(), yann, claire.Person), fault.Forbidden, "team.admin_only")
		h.is(h.people.Disable(h.Context(), claire, claire.Person), fault.Conflict, "team.last_admin")
		h.ok(h.people.Disable(h.Context(), claire, yann.Person))
		h.ok(h.people.Disable(h.Context(), claire, yann.Person))
		_, err = h.people.Recognise(h.Context(), in.Session)
		h.is(err, fault.SignedOut, "")
		_, err = h.people.RecogniseToken(h.Context(), key)
		h.is(err, fault.SignedOut, "")
		_, err = h.people.ActorOf(h.Context(), yann.Person)
		h.is(err, fault.SignedOut, "")
		h.ok(h.people.Enable(h.Context(), claire, yann.Person))
		if r := h.actor(yann.Person).Roles[b]; r != team.Community {
			h.Errorf("role %q", r)
		}
	})
}
