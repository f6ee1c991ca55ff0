package team_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

func TestAResetLinkOpensOnceForAnHourAndEndsAllSessions(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		e := h.first()
		h.ok(h.people.AskReset(ctx, "CLAIRE@agence.test", enemy))
		h.ok(h.people.AskReset(ctx, "claire@agence.test", enemy))
		letters := h.mails()
		if len(letters) != 2 || letters[0].To.Email != "claire@agence.test" {
			h.Fatalf("%+v", letters)
		}
		one, two := tokenIn(letters[0]), tokenIn(letters[1])
		h.ok(h.people.CheckReset(ctx, one))
		_, err := h.people.Reset(ctx, one, "short", home)
		h.is(err, fault.Invalid, "team.password_short")
		device, err := h.people.Reset(ctx, one, "quatre goélands au large", home)
		h.ok(err)
		for _, used := range []string{one, two, "made up"} {
			_, err = h.people.Reset(ctx, used, "cinq goélands au large", home)
			h.is(err, fault.NotFound, "team.reset_gone")
		}
		_, err = h.people.Recognise(ctx, e.Session)
		h.is(err, fault.SignedOut, "")
		_, err = h.people.SignIn(ctx, "claire@agence.test", password, home, "")
		h.is(err, fault.SignedOut, "team.wrong")
		known := home
		known.Device = device
		_, err = h.people.SignIn(ctx, "claire@agence.test", "quatre goélands au large", known, "")
		h.ok(err)
		if l := h.mails(); len(l) != 3 || l[2].Subject != "changed" {
			h.Errorf("she is told: %+v", l)
		}
		h.ok(h.people.AskReset(ctx, "claire@agence.test", home))
		late := tokenIn(h.mails()[3])
		h.pass(time.Hour)
		h.is(h.people.CheckReset(ctx, late), fault.NotFound, "team.reset_gone")
	})
}

func TestAResetLinkUsedTwiceAtOnceSetsOnePassword(t *testing.T) {
	each(t, func(h *house) {
		h.first()
		h.ok(h.people.AskReset(h.Context(), "claire@agence.test", home))
		token := tokenIn(h.mails()[0])
		errs := make([]error, 8)
		h.crowd(len(errs), func(i int) {
			_, errs[i] = h.people.Reset(h.Context(), token, fmt.Sprintf("goélands au large, %d", i), home)
		})
		set := 0
		for _, err := range errs {
			if err == nil {
				set++
			} else {
				h.is(err, fault.NotFound, "team.reset_gone")
			}
		}
		if set != 1 {
			h.Errorf("%d set a password: %v", set, errs)
		}
	})
}

func TestAskingForAResetIsTheSameForUnknownAddressesAndSendsThemNothing(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		h.first()
		count := func() (rows int64) {
			rows, err := sqldb.Value[int64](ctx, h.db, `SELECT COUNT(*) FROM person_reset`)
			h.ok(err)
			return rows
		}
		h.ok(h.people.AskReset(ctx, "nobody@x.test", home))
		rows, jobs := count(), len(h.jobs)
		h.ok(h.people.AskReset(ctx, "claire@agence.test", home))
		if count() != 2*rows || len(h.jobs) != 2*jobs || rows != 1 || jobs != 1 {
			h.Errorf("the work differs: %d rows, %d jobs", rows, jobs)
		}
		if l := h.mails(); len(l) != 1 || l[0].To.Email != "claire@agence.test" {
			h.Errorf("%+v", l)
		}
		for range 3 { // one mailbox is not filled, from however many addresses
			h.pass(time.Minute)
			h.ok(h.people.AskReset(ctx, "claire@agence.test", enemy))
		}
		if l := h.mails(); len(l) != 3 {
			h.Errorf("%d letters within the hour", len(l))
		}
		var err error
		for range 10 {
			err = h.people.AskReset(ctx, "nobody@x.test", enemy)
		}
		h.is(err, fault.TooMany, "team.slow_down")
	})
}

func TestAMailTriedAgainCarriesTheSameLink(t *testing.T) {
	each(t, func(h *house) {
		h.first()
		h.ok(h.people.AskReset(h.Context(), "claire@agence.test", home))
		conf := h.conf
		var first mail.Message
		conf.Post = sender(func(m mail.Message) error { first = m; return fault.New(fault.Transient, "") })
		if err := team.New(conf).SendMail(h.Context(), h.jobs[0]); !fault.Is(err, fault.Transient) {
			h.Fatal(err)
		}
		job := h.jobs[0]
		l := h.mails()
		if len(l) != 1 || cmp.Diff(l[0], first) != "" {
			h.Errorf("%+v then %+v", first, l)
		}
		h.ok(h.people.SendMail(h.Context(), job)) // the job runs twice: one mail
		if len(h.letters) != 1 {
			h.Error("sent twice")
		}
	})
}

func TestChangingThePasswordAsksTheOldAndKeepsThisSessionOnly(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		e := h.first()
		other, err := h.people.SignIn(ctx, "claire@agence.test", password, home, "")
		h.ok(err)
		v, err := h.people.Recognise(ctx, e.Session)
		h.ok(err)
		h.is(h.people.ChangePassword(ctx, v.Actor, v.Session, "wrong", "quatre goélands au large", home), fault.Invalid, "team.password_wrong")
		h.is(h.people.ChangePassword(ctx, v.Actor, v.Session, password, "aaaaaaaaaaaaaaa", home), fault.Invalid, "team.password_common")
		h.ok(h.people.ChangePassword(ctx, v.Actor, v.Session, password, "quatre goélands au large", home))
		_, err = h.people.Recognise(ctx, other.Session)
		h.is(err, fault.SignedOut, "")
		_, err = h.people.Recognise(ctx, e.Session)
		h.ok(err)
		for range 30 { // whoever finds an open session may not guess for long
			err = h.people.ChangePassword(ctx, v.Actor, v.Session, "wrong", "cinq goélands au large", home)
		}
		h.is(err, fault.TooMany, "team.slow_down")
	})
}

func TestPasswordsThatAreGuessedFirstAreRefused(t *testing.T) {
	each(t, func(h *house) {
		for pw, key := range map[string]string{"": "team.password_short", "court": "team.password_short", "motdepasse1": "team.password_common",
			"Password123": "team.password_common", "ababababababab": "team.password_common", "x@agence.test1": "team.password_common",
			strings.Repeat("é", 600): "team.password_long", "vigie\xffvigie\xff": "team.password_long"} {
			_, err := h.people.AddPerson(h.Context(), team.Program("test"), team.NewPerson{Name: "X", Email: "x@agence.test", Password: pw}, false)
			h.is(err, fault.Invalid, key)
		}
	})
}

func TestAHashMadeAtAnotherCostIsMadeAnewAtSignIn(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		h.first()
		stored := func() string {
			s, err := sqldb.Value[string](ctx, h.db, `SELECT password FROM person`)
			h.ok(err)
			return s
		}
		before := stored()
		conf := h.conf
		conf.Cost = team.Cost{Memory: 128, Passes: 2, Lanes: 1}
		_, err := team.New(conf).SignIn(ctx, "claire@agence.test", password, home, "")
		h.ok(err)
		after := stored()
		if !strings.HasPrefix(before, "$argon2id$v=19$m=64,t=1,p=1$") || !strings.HasPrefix(after, "$argon2id$v=19$m=128,t=2,p=1$") {
			h.Errorf("%s then %s", before, after)
		}
		// Composed and decomposed accents are the same password.
		_, err = h.people.SignIn(ctx, "claire@agence.test", strings.ReplaceAll(password, "é", "e\u0301"), home, "")
		h.ok(err)
	})
}

func TestAddressesAreOneWhateverTheirCaseAndNonsenseIsNone(t *testing.T) {
	each(t, func(h *house) {
		add := func(email string) error {
			_, err := h.people.AddPerson(h.Context(), team.Program("test"), team.NewPerson{Name: "X", Email: email, Password: password}, false)
			return err
		}
		h.ok(add("Élodie.Petit@Agence.test"))
		h.is(add("élodie.petit@AGENCE.test"), fault.Conflict, "team.email_taken")
		for _, bad := range []string{"", "x", "x@", "@x.test", "X <x@x.test>", "x@x.test\r\nBcc: y@y.test", "a b@x.test", "x@[127.0.0.1]",
			strings.Repeat("x", 300) + "@x.test", "x\x00@x.test", "x@x.test, y@y.test"} {
			h.is(add(bad), fault.Invalid, "team.email")
		}
	})
}

func TestTheLaterProfileSaveNeverSilentlyWins(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		me := h.actor(h.first().Person.ID)
		p, err := h.people.Profile(ctx, me)
		h.ok(err)
		in := team.Profile{Name: "Claire M.", Language: "en", Zone: "Europe/London", Theme: team.Dark, Keyboard: false, Measure: false}
		q, err := h.people.EditProfile(ctx, me, p.Version, in)
		h.ok(err)
		read, err := h.people.Profile(ctx, me)
		h.ok(err)
		if d := cmp.Diff(q, read); d != "" {
			h.Error(d)
		}
		_, err = h.people.EditProfile(ctx, me, p.Version, in) // the same again: no quarrel
		h.ok(err)
		in.Name = "Claire"
		_, err = h.people.EditProfile(ctx, me, p.Version, in)
		h.is(err, fault.Conflict, "team.changed")
		if d := cmp.Diff([]string{"name"}, fault.As(err).Values["changed"]); d != "" {
			h.Error(d)
		}
		for _, bad := range []team.Profile{{Name: "x\u202e", Language: "de", Zone: "Europe/Paris", Theme: team.System}, {Name: " ", Language: "fr", Zone: "Europe/Paris", Theme: team.System},
			{Name: "x", Language: "fr", Zone: "Mars", Theme: team.System}, {Name: "x", Language: "fr", Zone: "Europe/Paris", Theme: "pink"}} {
			if _, err := h.people.EditProfile(ctx, me, q.Version, bad); !fault.Is(err, fault.Invalid) {
				h.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

// Names and addresses stand beside the chain, never in it.
func TestActsCarryPersonalDataApart(t *testing.T) {
	each(t, func(h *house) {
		claire := h.first().Person.ID
		b := h.brand(claire, "Maison Legrand")
		h.add("yann", map[id.Brand]team.Role{b: team.Community})
		_, _, err := h.people.InviteTo(h.Context(), h.actor(claire), b, team.Invite{Role: team.Client, Email: "client@legrand.test"})
		h.ok(err)
		rows, err := sqldb.Values[string](h.Context(), h.db, `SELECT data FROM act`)
		h.ok(err)
		for _, r := range rows {
			for _, personal := range []string{"Claire", "yann", "@"} {
				if strings.Contains(r, personal) {
					h.Errorf("%q in %s", personal, r)
				}
			}
		}
		want := []string{"person.joined", "person.signed_in", "brand.made", "role.given", "person.joined", "invitation.made", "invitation.accepted", "role.given", "invitation.made"}
		if d := cmp.Diff(want, h.acts()); d != "" {
			h.Error(d)
		}
	})
}
