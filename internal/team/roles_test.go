package team_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// P1: every verb about a brand's people answers a stranger as if the brand did
// not exist; an administrator is a stranger too.
func TestStrangersFindNothing(t *testing.T) {
	each(t, func(h *house) {
		claire := h.actor(h.first().Person.ID)
		b := h.brand(claire.Person, "Maison Legrand")
		claire = h.actor(claire.Person)
		member := h.add("yann", map[id.Brand]team.Role{b: team.Community})
		inv, _, err := h.people.InviteTo(h.Context(), claire, b, team.Invite{Role: team.Client})
		h.ok(err)
		stranger := h.add("troll", nil)
		stranger.Admin = true
		other := h.brand(claire.Person, "Autre")
		elsewhere := h.add("elsewhere", map[id.Brand]team.Role{other: team.Owner})
		ctx := h.Context()
		for _, who := range []team.Actor{stranger, elsewhere, {}} {
			for name, do := range map[string]func() error{
				"People":       func() error { _, err := h.people.People(ctx, who, b); return err },
				"SetRole":      func() error { return h.people.SetRole(ctx, who, b, member.Person, team.Client) },
				"RemoveMember": func() error { return h.people.RemoveMember(ctx, who, b, member.Person) },
				"InviteTo":     func() error { _, _, err := h.people.InviteTo(ctx, who, b, team.Invite{Role: team.Client}); return err },
				"Invitations":  func() error { _, err := h.people.Invitations(ctx, who, b); return err },
				"Withdraw":     func() error { return h.people.Withdraw(ctx, who, b, inv.ID) },
				"brand.Get":    func() error { _, err := h.brands.Get(ctx, who, b); return err },
				"brand.Edit":   func() error { _, err := h.brands.Edit(ctx, who, b, 1, brand.Input{Name: "Volé"}); return err },
				"brand.Archive": func() error {
					return h.brands.Archive(ctx, who, b, "Maison Legrand")
				},
			} {
				if err := do(); !fault.Is(err, fault.NotFound) {
					h.Errorf("%s: %v", name, err)
				}
			}
			if list, err := h.brands.List(ctx, who); err != nil || slices.ContainsFunc(list, func(x brand.Brand) bool { return x.ID == b }) {
				h.Errorf("brand.List: %v %v", list, err)
			}
		}
		if _, _, err := h.people.MakeToken(ctx, stranger, team.NewToken{Name: "x", Brand: b, Scopes: []team.Permission{team.SeePlanning}, Ends: h.now().Add(time.Hour)}); !fault.Is(err, fault.NotFound) {
			h.Error("token on a stranger's brand:", err)
		}
		// With the id of something of another brand, one's own brand is no key.
		h.is(h.people.Withdraw(ctx, elsewhere, other, inv.ID), fault.NotFound, "team.invitation_gone")
		h.is(h.people.SetRole(ctx, elsewhere, other, member.Person, team.Client), fault.NotFound, "")
		h.is(h.people.RemoveMember(ctx, elsewhere, other, member.Person), fault.NotFound, "")
	})
}

func TestNobodyGrantsAboveHerOwnRole(t *testing.T) {
	each(t, func(h *house) {
		claire := h.first().Person.ID
		b := h.brand(claire, "Maison Legrand")
		owner := h.actor(claire)
		manager := h.add("manager", map[id.Brand]team.Role{b: team.Manager})
		cm := h.add("cm", map[id.Brand]team.Role{b: team.Community})
		ctx := h.Context()
		h.is(h.people.SetRole(ctx, manager, b, cm.Person, team.Owner), fault.Forbidden, "team.grant_above")
		h.is(h.people.SetRole(ctx, manager, b, claire, team.Client), fault.Forbidden, "team.grant_above")
		h.is(h.people.RemoveMember(ctx, manager, b, claire), fault.Forbidden, "team.grant_above")
		_, _, err := h.people.InviteTo(ctx, manager, b, team.Invite{Role: team.Owner})
		h.is(err, fault.Forbidden, "team.grant_above")
		h.is(h.people.SetRole(ctx, cm, b, cm.Person, team.Owner), fault.Forbidden, "team.may_not")
		h.is(h.people.SetRole(ctx, owner, b, cm.Person, "emperor"), fault.Invalid, "team.role")
		h.ok(h.people.SetRole(ctx, manager, b, cm.Person, team.Manager))
		h.ok(h.people.SetRole(ctx, owner, b, cm.Person, team.Owner))
		if got := h.actor(cm.Person).Roles[b]; got != team.Owner {
			h.Errorf("role %q", got)
		}
		// A page opened while she was an owner does not keep her one.
		h.ok(h.people.SetRole(ctx, owner, b, cm.Person, team.Analyst))
		stale := cm
		stale.Roles = map[id.Brand]team.Role{b: team.Owner}
		h.is(h.people.SetRole(ctx, stale, b, manager.Person, team.Owner), fault.Forbidden, "team.grant_above")
		if !slices.Contains(h.told, "person:"+string(cm.Person)+" role.changed") {
			h.Error("her open pages were not told:", h.told)
		}
	})
}

func TestTheLastOwnerStays(t *testing.T) {
	each(t, func(h *house) {
		claire := h.first().Person.ID
		b := h.brand(claire, "Maison Legrand")
		owner := h.actor(claire)
		ctx := h.Context()
		h.is(h.people.RemoveMember(ctx, owner, b, claire), fault.Conflict, "team.last_owner")
		h.is(h.people.SetRole(ctx, owner, b, claire, team.Manager), fault.Conflict, "team.last_owner")
		second := h.add("second", map[id.Brand]team.Role{b: team.Owner})
		h.ok(h.people.Disable(ctx, owner, second.Person))
		h.is(h.people.RemoveMember(ctx, owner, b, claire), fault.Conflict, "team.last_owner")
		h.ok(h.people.Enable(ctx, owner, second.Person))

		// Both leave at once: one of them stays.
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []team.Actor{owner, second} {
			wg.Go(func() { errs[i] = h.people.RemoveMember(ctx, who, b, who.Person) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			h.Errorf("left at once: %v, %v", errs[0], errs[1])
		}
		n, err := sqldb.Value[int64](ctx, h.db, `SELECT COUNT(*) FROM person_role WHERE brand = ? AND role = 'owner'`, string(b))
		if n != 1 || err != nil {
			h.Errorf("%d owners, %v", n, err)
		}
	})
}

// T1: "a role withdrawn while a page is open".
func TestARoleWithdrawnCountsAtTheNextRequest(t *testing.T) {
	each(t, func(h *house) {
		claire := h.first().Person.ID
		b := h.brand(claire, "Maison Legrand")
		yann := h.add("yann", map[id.Brand]team.Role{b: team.Community})
		in, err := h.people.SignIn(h.Context(), "yann@agence.test", password, home, "")
		h.ok(err)
		_, key, err := h.people.MakeToken(h.Context(), yann, team.NewToken{Name: "x", Scopes: []team.Permission{team.SeePlanning}, Ends: h.now().Add(time.Hour)})
		h.ok(err)
		h.ok(h.people.RemoveMember(h.Context(), h.actor(claire), b, yann.Person))
		v, err := h.people.Recognise(h.Context(), in.Session)
		h.ok(err)
		w, err := h.people.RecogniseToken(h.Context(), key)
		h.ok(err)
		h.is(v.Actor.Require(b, team.SeePlanning), fault.NotFound, "")
		h.is(w.Actor.Require(b, team.SeePlanning), fault.NotFound, "")
	})
}

func TestAnArchivedBrandIsOutOfSightAndComesBackWhole(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		claire := h.first().Person.ID
		b := h.brand(claire, "Maison Legrand")
		yann := h.add("yann", map[id.Brand]team.Role{b: team.Community})
		owner := h.actor(claire)
		h.is(h.brands.Archive(ctx, yann, b, "Maison Legrand"), fault.Forbidden, "team.may_not")
		h.is(h.brands.Archive(ctx, owner, b, "maison"), fault.Invalid, "brand.name_differs")
		h.ok(h.brands.Archive(ctx, owner, b, "Maison Legrand"))
		for _, who := range []id.Person{claire, yann.Person} {
			h.is(h.actor(who).Require(b, team.SeeBrand), fault.NotFound, "")
		}
		if _, err := h.brands.Get(ctx, owner, b); !fault.Is(err, fault.NotFound) { // with the actor of a page opened before
			h.Error(err)
		}
		list, err := h.brands.Archived(ctx, h.actor(claire))
		if err != nil || len(list) != 1 || list[0].ID != b {
			h.Errorf("%v %v", list, err)
		}
		if list, _ := h.brands.Archived(ctx, yann); len(list) != 0 {
			h.Error("only owners see what they put away")
		}
		h.is(h.brands.Restore(ctx, yann, b), fault.NotFound, "")
		h.ok(h.brands.Restore(ctx, h.actor(claire), b))
		h.ok(h.brands.Restore(ctx, h.actor(claire), b))
		if h.actor(yann.Person).Roles[b] != team.Community {
			h.Error("Yann lost his role")
		}
	})
}

func TestAnInvitationOpensOnce(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		claire := h.first().Person.ID
		b := h.brand(claire, "Maison Legrand")
		owner := h.actor(claire)
		inv, token, err := h.people.InviteTo(ctx, owner, b, team.Invite{Role: team.Community, Email: "Yann@x.test", Language: "en"})
		h.ok(err)
		letters := h.mails()
		if len(letters) != 1 || letters[0].To.Email != "Yann@x.test" || tokenIn(letters[0]) != token {
			h.Fatalf("%+v", letters)
		}
		read, err := h.people.ReadInvitation(ctx, token)
		h.ok(err)
		if read.BrandName != "Maison Legrand" || read.InviterName != "Claire Morel" || read.Role != team.Community {
			h.Errorf("%+v", read)
		}
		if open, err := h.people.Invitations(ctx, owner, b); err != nil || len(open) != 1 || open[0].ID != inv.ID {
			h.Errorf("%v %v", open, err)
		}
		// Two take it at once; the address of the mail wins over what is typed.
		var wg sync.WaitGroup
		errs := make([]error, 3)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = h.people.AcceptAsNew(ctx, token, team.NewPerson{Name: "Yann", Email: "troll@x.test", Password: password}, home)
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			}
		}
		p, err := h.people.PersonByEmail(ctx, team.Program("test"), "yann@x.test")
		h.ok(err)
		if won != 1 || h.actor(p.ID).Roles[b] != team.Community {
			h.Errorf("%d accepted: %v", won, errs)
		}
		_, err = h.people.PersonByEmail(ctx, team.Program("test"), "troll@x.test")
		h.is(err, fault.NotFound, "")
		_, err = h.people.ReadInvitation(ctx, token)
		h.is(err, fault.NotFound, "team.invitation_gone")
		if open, _ := h.people.Invitations(ctx, owner, b); len(open) != 0 {
			h.Error("still open")
		}
	})
}

func TestALinkTakenByManyAtOnceLetsOneIn(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		claire := h.first().Person.ID
		b := h.brand(claire, "Maison Legrand")
		_, token, err := h.people.InviteTo(ctx, h.actor(claire), b, team.Invite{Role: team.Client})
		h.ok(err)
		var who []team.Actor
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			who = append(who, h.add(name, nil))
		}
		errs := make([]error, len(who))
		h.crowd(len(who), func(i int) { _, errs[i] = h.people.Accept(ctx, who[i], token) })
		in := 0
		for i := range who {
			if h.actor(who[i].Person).Roles[b] != "" {
				in++
			} else {
				h.is(errs[i], fault.NotFound, "team.invitation_gone")
			}
		}
		if in != 1 {
			h.Errorf("%d were let in: %v", in, errs)
		}
	})
}

func TestInvitationsEndWithTimeByHandAndWithTheirInviter(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		claire := h.first().Person.ID
		b := h.brand(claire, "Maison Legrand")
		owner := h.actor(claire)
		manager := h.add("manager", map[id.Brand]team.Role{b: team.Manager})
		yann := h.add("yann", nil)
		invite := func(who team.Actor, r team.Role) (team.InvitationID, string) {
			inv, token, err := h.people.InviteTo(ctx, who, b, team.Invite{Role: r})
			h.ok(err)
			return inv.ID, token
		}
		gone := func(token string) {
			h.Helper()
			_, err := h.people.Accept(ctx, yann, token)
			h.is(err, fault.NotFound, "team.invitation_gone")
		}
		one, token := invite(owner, team.Client)
		h.ok(h.people.Withdraw(ctx, owner, b, one))
		gone(token)
		_, token = invite(owner, team.Client)
		h.pass(8 * 24 * time.Hour)
		gone(token)
		_, token = invite(manager, team.Manager)
		h.ok(h.people.SetRole(ctx, owner, b, manager.Person, team.Community))
		gone(token)
		gone("made up")
		// A wider role is kept, a narrower one is widened.
		_, token = invite(owner, team.Client)
		_, err := h.people.Accept(ctx, owner, token)
		h.ok(err)
		_, token = invite(owner, team.Manager)
		_, err = h.people.Accept(ctx, h.actor(manager.Person), token)
		h.ok(err)
		if h.actor(claire).Roles[b] != team.Owner || h.actor(manager.Person).Roles[b] != team.Manager {
			h.Error("roles after accepting")
		}
		_, err = h.people.AcceptAsNew(ctx, "made up", team.NewPerson{}, home)
		h.is(err, fault.NotFound, "team.invitation_gone")
		_, token = invite(owner, team.Client)
		_, err = h.people.AcceptAsNew(ctx, token, team.NewPerson{Name: "Y", Email: "YANN@agence.test", Password: password}, home)
		h.is(err, fault.Conflict, "team.email_taken")
	})
}

func TestTokensSpeakWithinScopeBrandAndTime(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		claire := h.first().Person.ID
		a, b := h.brand(claire, "A"), h.brand(claire, "B")
		me := h.actor(claire)
		tok, key, err := h.people.MakeToken(ctx, me, team.NewToken{Name: "Tableur", Brand: a, Scopes: []team.Permission{team.SeePlanning, team.WritePosts}, Ends: h.now().Add(48 * time.Hour)})
		h.ok(err)
		if len(key) < 40 || key[:3] != "vg_" || key[len(key)-4:] != tok.Hint {
			h.Errorf("key %q", key)
		}
		v, err := h.people.RecogniseToken(ctx, key)
		h.ok(err)
		w := v.Actor
		if !w.May(a, team.WritePosts) || w.May(a, team.EditBrand) || w.May(b, team.SeeBrand) || w.MayAdminister() {
			h.Errorf("%+v", w)
		}
		h.is(w.Require(a, team.PublishPosts), fault.Forbidden, "team.may_not")
		h.is(w.Require(b, team.SeePlanning), fault.NotFound, "")
		_, _, err = h.people.MakeToken(ctx, w, team.NewToken{})
		h.is(err, fault.Forbidden, "team.token_may_not")
		h.is(h.people.ChangePassword(ctx, w, "", password, "another long one", home), fault.Forbidden, "team.token_may_not")
		_, err = h.people.Sessions(ctx, w)
		h.is(err, fault.Forbidden, "team.token_may_not")
		if list, err := h.people.Tokens(ctx, me); err != nil || len(list) != 1 || list[0].Used.IsZero() {
			h.Errorf("%+v %v", list, err)
		}
		for _, bad := range []team.NewToken{{Name: "x", Scopes: tok.Scopes}, {Name: "x", Scopes: tok.Scopes, Ends: h.now().AddDate(1, 0, 3)},
			{Name: "x", Scopes: tok.Scopes, Ends: h.now()}, {Name: "x", Ends: h.now().Add(time.Hour)}, {Scopes: tok.Scopes, Ends: h.now().Add(time.Hour)},
			{Name: "x", Scopes: []team.Permission{"everything"}, Ends: h.now().Add(time.Hour)}} {
			if _, _, err := h.people.MakeToken(ctx, me, bad); !fault.Is(err, fault.Invalid) {
				h.Errorf("%+v: %v", bad, err)
			}
		}
		h.pass(48 * time.Hour)
		_, err = h.people.RecogniseToken(ctx, key)
		h.is(err, fault.SignedOut, "")
		tok, key, err = h.people.MakeToken(ctx, me, team.NewToken{Name: "x", Scopes: []team.Permission{team.Administer}, Ends: h.now().AddDate(1, 0, 0)})
		h.ok(err)
		if v, err := h.people.RecogniseToken(ctx, key); err != nil || !v.Actor.MayAdminister() {
			h.Error(v, err)
		}
		h.ok(h.people.RevokeToken(ctx, me, tok.ID))
		for _, k := range []string{key, "vg_made_up", "", key[3:]} {
			_, err = h.people.RecogniseToken(ctx, k)
			h.is(err, fault.SignedOut, "")
		}
	})
}

func TestOnlyAdministratorsMakeBrandsAndInviteIntoTheInstance(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		claire := h.actor(h.first().Person.ID)
		yann := h.add("yann", nil)
		_, err := h.brands.Make(ctx, yann, brand.Input{Name: "X"})
		h.is(err, fault.Forbidden, "brand.admin_only")
		_, _, err = h.people.InviteIn(ctx, yann, team.Invite{})
		h.is(err, fault.Forbidden, "team.admin_only")
		_, err = h.people.Persons(ctx, yann)
		h.is(err, fault.Forbidden, "team.admin_only")
		_, err = h.people.AddPerson(ctx, claire, team.NewPerson{Name: "x", Email: "x@x.test", Password: password}, false)
		h.is(err, fault.Forbidden, "team.admin_only")
		h.is(h.people.SetPassword(ctx, claire, "yann@agence.test", "a new long password"), fault.Forbidden, "team.admin_only")
		_, token, err := h.people.InviteIn(ctx, claire, team.Invite{Admin: true})
		h.ok(err)
		if b, err := h.people.Accept(ctx, yann, token); b != "" || err != nil {
			h.Error(b, err)
		}
		if !h.actor(yann.Person).Admin {
			h.Error("not an administrator")
		}
		h.ok(h.people.SetAdmin(ctx, h.actor(yann.Person), claire.Person, false))
		h.is(h.people.SetAdmin(ctx, h.actor(yann.Person), yann.Person, false), fault.Conflict, "team.last_admin")
	})
}
