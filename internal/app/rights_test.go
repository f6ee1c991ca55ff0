package app_test

import (
	"net/http"
	"strings"
	"testing"

	"vigie/internal/assets"
	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// desk is a brand with somebody who publishes, two channels and a picture.
type desk struct {
	*house
	b        id.Brand
	me       *person
	one, two id.Channel
	picture  id.Media
}

func newDesk(h *house) *desk {
	h.Helper()
	d := &desk{house: h, b: h.brand("Kerlann", "")}
	d.me = h.join("Claire", false, map[id.Brand]team.Role{d.b: team.Owner})
	d.one, d.two = h.channel(d.me.actor, d.b, "kerlann", "Kerlann").ID, h.channel(d.me.actor, d.b, "kerlann_bis", "Kerlann").ID
	added, err := h.Assets.Add(h.Context(), d.me.actor, d.b, "quai.png", picture(h.T, 40))
	h.ok(err)
	h.ok(h.Jobs.Drain(h.Context()))
	d.picture = added.Media.ID
	return d
}

// under says under what right the picture stands.
func (d *desk) under(l assets.Licence) {
	d.Helper()
	r, err := d.Assets.Rights(d.Context(), d.me.actor, d.b, d.picture)
	d.ok(err)
	_, err = d.Assets.SaveLicence(d.Context(), d.me.actor, d.b, d.picture, r.Licence.Version, l)
	d.ok(err)
}

// shows writes a post with the picture.
func (d *desk) shows(text string, channels ...id.Channel) publishing.Post {
	d.Helper()
	p := d.draft(d.me.actor, d.b, "", text, channels...)
	media := []publishing.MediaRef{{ID: d.picture, Alt: "Le quai"}}
	p, err := d.Publishing.Save(d.Context(), d.me.actor, d.b, p.ID, p.Version, publishing.Edit{Media: &media})
	d.ok(err)
	return p
}

// refused is the key for which a post cannot be scheduled; empty when it can,
// and then it is.
func (d *desk) refused(p publishing.Post, when publishing.When) string {
	d.Helper()
	_, err := d.Publishing.Schedule(d.Context(), d.me.actor, d.b, p.ID, p.Version, when)
	if err == nil {
		return ""
	}
	if fault.Of(err) != fault.Invalid {
		d.Fatal(err)
	}
	key, _ := fault.As(err).Values["problem"].(string)
	return key
}

func (d *desk) day(days int) string { return d.DB.Now().AddDate(0, 0, days).Format("2006-01-02") }

func (d *desk) state(p publishing.Post, c id.Channel) publishing.Publication {
	d.Helper()
	all, err := d.Publishing.Publications(d.Context(), d.me.actor, d.b, p.ID)
	d.ok(err)
	for _, x := range all {
		if x.Channel == c {
			return x
		}
	}
	return publishing.Publication{}
}

func (d *desk) past() (out []string) {
	d.Helper()
	list, err := d.Assets.OnLinePastRight(d.Context(), d.me.actor, d.b)
	d.ok(err)
	for _, p := range list {
		out = append(out, p.Title+" "+string(p.Why))
	}
	return out
}

// A1: a picture whose right ends before the date of the post cannot be
// scheduled; another licence frees it.
func TestAPictureWhoseRightEndsBeforeThePostCannotBeScheduled(t *testing.T) {
	each(t, func(h *house) {
		d := newDesk(h)
		p := d.shows("Le quai.", d.one)
		d.under(assets.Licence{Kind: assets.Stock, Holder: "Banque", To: d.day(-1)})
		if got := d.refused(p, d.tomorrow()); got != "assets.rights.ended" {
			h.Errorf("refused for %q", got)
		}
		got := h.as(d.me.session, ask{method: "GET", path: "/b/" + string(d.b) + "/media/" + string(d.picture)})
		if got.status != http.StatusOK || !strings.Contains(got.body, "Plus personne") {
			h.Errorf("who may use it: %d", got.status)
		}
		d.under(assets.Licence{Kind: assets.Stock, Holder: "Banque", CreditNeeded: true, Credit: "© Maël"})
		if got := d.refused(p, d.tomorrow()); got != "assets.rights.credit" {
			h.Errorf("refused for %q", got)
		}
		found, err := h.Publishing.Examine(h.Context(), d.me.actor, p)
		h.ok(err)
		if f := publishing.Stopping(found[0].Findings); f == nil || f.Remedy.Do != "insert" || f.Remedy.With[0] != "© Maël" {
			h.Errorf("the credit is not offered: %+v", f)
		}
		d.under(assets.Licence{Kind: assets.Stock, Holder: "Banque", To: d.day(400)})
		if got := d.refused(p, d.tomorrow()); got != "" {
			h.Errorf("refused for %q", got)
		}
	})
}

// A1: what was scheduled in time is looked at again before its call.
func TestARightThatEndsAfterSchedulingStopsTheDeparture(t *testing.T) {
	each(t, func(h *house) {
		d := newDesk(h)
		d.under(assets.Licence{Kind: assets.Stock, Holder: "Banque", To: d.day(400)})
		p := d.plan(d.me.actor, d.shows("Le quai.", d.one), publishing.When{Now: true})
		plain := d.plan(d.me.actor, d.draft(d.me.actor, d.b, "", "Sans image.", d.two), publishing.When{Now: true})
		c, err := h.Assets.SaveConsent(h.Context(), d.me.actor, d.b, d.picture, assets.Consent{Kind: assets.Model, Who: "Nolwenn"})
		h.ok(err)
		_, err = h.Assets.WithdrawConsent(h.Context(), d.me.actor, d.b, d.picture, c.ID, "")
		h.ok(err)
		h.start()
		h.sent(d.b, plain.ID)
		h.until("it is stopped", func() bool { return d.state(p, d.one).State == publishing.Failed }, "post:"+string(p.ID))
		if x := d.state(p, d.one); x.Problem != "assets.rights.withdrawn" || len(x.Sent) != 0 {
			h.Errorf("%s %v", x.Problem, x.Sent)
		}
		if got := d.past(); len(got) > 0 {
			h.Errorf("nothing is on line with it: %v", got)
		}
	})
}

// A1: so many posts and no more, counted over channels and posts, at scheduling
// and again at the hour.
func TestSoManyUsesAndNoMore(t *testing.T) {
	each(t, func(h *house) {
		d := newDesk(h)
		d.under(assets.Licence{Kind: assets.Commissioned, Uses: 1})
		if got := d.refused(d.shows("Deux canaux.", d.one, d.two), d.tomorrow()); got != "assets.rights.used_up" {
			h.Errorf("two channels are two uses: %q", got)
		}
		first := d.shows("Un.", d.one)
		for range 2 { // scheduling it again asks for no second use
			if got := d.refused(first, publishing.When{Now: true}); got != "" {
				h.Errorf("the one use: %q", got)
			}
			var err error
			first, err = h.Publishing.Get(h.Context(), d.me.actor, d.b, first.ID)
			h.ok(err)
		}
		second := d.shows("Deux.", d.two)
		if got := d.refused(second, publishing.When{Now: true}); got != "assets.rights.used_up" {
			h.Errorf("the second use: %q", got)
		}
		d.under(assets.Licence{Kind: assets.Commissioned, Uses: 2})
		if got := d.refused(second, publishing.When{Now: true}); got != "" {
			h.Errorf("two are allowed now: %q", got)
		}
		d.under(assets.Licence{Kind: assets.Commissioned, Uses: 1}) // the contract was read again
		h.start()
		h.sent(d.b, first.ID)
		h.until("the second is stopped", func() bool { return d.state(second, d.two).State == publishing.Failed }, "post:"+string(second.ID))
		if x := d.state(second, d.two); x.Problem != "assets.rights.used_up" {
			h.Error(x.Problem)
		}
	})
}

// A1: what is on line past its right is listed until it is taken back, on its
// page, on the page of the day and in the API; the post may be edited since.
func TestWhatStandsPastItsRightIsListedUntilItIsTakenBack(t *testing.T) {
	each(t, func(h *house) {
		d := newDesk(h)
		ctx := h.Context()
		d.under(assets.Licence{Kind: assets.Stock, Holder: "Banque", To: d.day(400)})
		h.start()
		p := d.plan(d.me.actor, d.shows("Le quai au matin.", d.one), publishing.When{Now: true})
		pub := h.sent(d.b, p.ID)
		none := []publishing.MediaRef{}
		p, err := h.Publishing.Get(ctx, d.me.actor, d.b, p.ID)
		h.ok(err)
		_, err = h.Publishing.Save(ctx, d.me.actor, d.b, p.ID, p.Version, publishing.Edit{Media: &none})
		h.ok(err)
		if got := d.past(); len(got) > 0 {
			h.Errorf("it has not ended: %v", got)
		}
		d.under(assets.Licence{Kind: assets.Stock, Holder: "Banque", To: d.day(-1)})
		if got := d.past(); len(got) != 1 || got[0] != "Le quai au matin. ended" {
			h.Errorf("%v", got)
		}
		for path, want := range map[string]string{
			"/b/" + string(d.b) + "/media/rights":     "/recalls/new?post=" + string(p.ID),
			"/b/" + string(d.b) + "/today":            "/media/rights",
			"/b/" + string(d.b) + "/media/rights.csv": "Banque",
		} {
			if got := h.as(d.me.session, ask{method: "GET", path: path}); got.status != http.StatusOK || !strings.Contains(got.body, want) {
				h.Errorf("%s: %d, without %s", path, got.status, want)
			}
		}
		if got := h.by(d.me.key, ask{method: "GET", path: "/api/v1/brands/" + string(d.b) + "/media-rights/past"}); !strings.Contains(got.body, string(pub.ID)) {
			h.Errorf("%d %s", got.status, got.body)
		}
		h.ok(h.Publishing.Withdraw(ctx, d.me.actor, d.b, pub.ID))
		if got := d.past(); len(got) > 0 {
			h.Errorf("it was taken back: %v", got)
		}
	})
}

// A1: with the whole program: a letter before a right ends, in the folder of
// letters, with the post that is planned past it; and a line in the day's page.
func TestARightThatEndsSoonIsToldByLetterAndInTheDay(t *testing.T) {
	each(t, func(h *house) {
		d := newDesk(h)
		_, err := h.DB.Exec(h.Context(), `UPDATE brand SET zone = ? WHERE id = ?`, noonNow(h.DB.Now()), d.b)
		h.ok(err)
		h.join("Paul Rivoal", false, map[id.Brand]team.Role{d.b: team.Analyst})
		client := h.join("Anne Client", false, map[id.Brand]team.Role{d.b: team.Client})
		p := d.plan(d.me.actor, d.shows("Les sablés du quai.", d.one), publishing.When{Wall: clock.Wall{Local: d.day(9) + "T10:00", Zone: "Europe/Paris"}})
		d.shows("Un brouillon sans heure.", d.two)
		d.under(assets.Licence{Kind: assets.Stock, Holder: "Banque", To: d.day(5)})
		for range 2 {
			h.ok(h.Assets.Warn(h.Context()))
			h.ok(h.Jobs.Drain(h.Context()))
		}
		got := h.lettersWith("quai.png")
		if len(got) != 1 || !strings.Contains(got[0], "claire") || !strings.Contains(got[0], "Les sablés du quai.") || !strings.Contains(got[0], string(p.ID)) || strings.Contains(got[0], "brouillon") {
			t.Errorf("%d letters: %s", len(got), got)
		}
		page := h.as(d.me.session, ask{method: "GET", path: "/b/" + string(d.b) + "/today"})
		if page.status != http.StatusOK || !strings.Contains(page.body, "Le droit de « quai.png » finit") && !strings.Contains(page.body, "quai.png") || !strings.Contains(page.body, "prévue après cette fin") {
			t.Errorf("the day says nothing: %d", page.status)
		}
		board := h.as(d.me.session, ask{method: "GET", path: "/b/" + string(d.b) + "/media/rights"})
		if !strings.Contains(board.body, "publication prévue après") {
			t.Error("the board does not count what is planned past the end")
		}
		for _, path := range []string{"/today", "/media/rights"} {
			if page := h.as(client.session, ask{method: "GET", path: "/b/" + string(d.b) + path}); strings.Contains(page.body, "prévue après") {
				t.Errorf("%s tells a client what is planned", path)
			}
		}
	})
}

// A1, P4: two brands with one picture that one of them has alone: who works for
// both reads it on the page and in the composer's findings, others read nothing.
func TestAnExclusivePictureIsNamedOnlyToWhoWorksForBoth(t *testing.T) {
	each(t, func(h *house) {
		d := newDesk(h)
		other := h.brand("Zinnober", "")
		both := h.join("Yann Both", false, map[id.Brand]team.Role{d.b: team.Manager, other: team.Owner})
		added, err := h.Assets.Add(h.Context(), both.actor, other, "le-meme.png", picture(h.T, 40))
		h.ok(err)
		h.ok(h.Jobs.Drain(h.Context()))
		_, err = h.Assets.SaveLicence(h.Context(), both.actor, other, added.Media.ID, 0, assets.Licence{Kind: assets.Commissioned, Exclusive: true, ExclusiveDay: d.day(20)})
		h.ok(err)
		p := d.shows("Le quai.", d.one)
		for who, want := range map[*person]bool{both: true, d.me: false} {
			all, err := h.Publishing.Examine(h.Context(), who.actor, p)
			h.ok(err)
			said := false
			for _, f := range all[0].Findings {
				said = said || f.Rule == "rights.exclusive" && f.Values["brand"] == "Zinnober"
			}
			page := h.as(who.session, ask{method: "GET", path: "/b/" + string(d.b) + "/media/" + string(d.picture) + "/rights"})
			read := strings.Contains(page.body, "Zinnober a la même image en exclusivité")
			api := h.as(who.session, ask{method: "GET", path: "/api/v1/brands/" + string(d.b) + "/media/" + string(d.picture) + "/rights"})
			if said != want || read != want || strings.Contains(api.body, "Zinnober") != want {
				t.Errorf("%s: finding %v, page %v, API %v", who.actor.Person, said, read, api.body)
			}
		}
		own := h.as(both.session, ask{method: "GET", path: "/b/" + string(other) + "/media/" + string(added.Media.ID) + "/rights"})
		if !strings.Contains(own.body, "l’a en exclusivité") {
			t.Error("the sentence does not say that it is exclusive")
		}
	})
}
