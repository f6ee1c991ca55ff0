package app_test

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/approval"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/charter"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// forum makes a network up, as the page and the command line do.
func (h *house) forum(a team.Actor, b id.Brand) channel.Channel {
	h.Helper()
	in, err := h.Channels.Begin(h.Context(), a, b, "assisted", "")
	h.ok(err)
	in, err = h.Channels.Answer(h.Context(), a, b, in.ID, map[string]string{"name": "Forum des brasseurs", "text": "120", "images": "2", "open": "https://forum.example/nouveau?texte={text}", "colour": "#8a3b12", "after": "45"})
	h.ok(err)
	return in.Channel
}

// letters waits for as many letters that hold some words, and returns them.
func (h *house) letters(want int, words string) (out []string) {
	h.Helper()
	end := time.Now().Add(patience)
	for {
		out = out[:0]
		files, err := filepath.Glob(filepath.Join(h.Config.Data, "mail", "*"))
		h.ok(err)
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if os.IsNotExist(err) {
				continue // on its way to its name
			}
			h.ok(err)
			// A letter's lines are folded; what cannot be read as such is read as it is.
			plain, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(raw)))
			if err != nil {
				plain = raw
			}
			if strings.Contains(string(plain), words) {
				out = append(out, string(plain))
			}
		}
		if len(out) >= want || time.Now().After(end) {
			return out
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (h *house) inState(b id.Brand, p id.Post, want publishing.State) publishing.Publication {
	h.Helper()
	var pub publishing.Publication
	h.until("the post is "+string(want), func() bool {
		all, err := h.Publishing.Publications(h.Context(), team.Program("test"), b, p)
		h.ok(err)
		if len(all) == 1 {
			pub = all[0]
		}
		return pub.State == want
	}, "post:"+string(p), "brand:"+string(b))
	return pub
}

// P10: from the calendar to the link, through letters, Today, the page, the API.
func TestAPostIsPublishedByHandOnANetworkWithoutAnAPI(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		b, elsewhere := h.brand("Kerlann", "biscuiterie"), h.brand("Tilleul", "brasserie")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		yann := h.join("Yann Rivoal", false, map[id.Brand]team.Role{b: team.Community})
		ondine := h.join("Ondine Kerlann", false, map[id.Brand]team.Role{b: team.Client})
		bruno := h.join("Bruno Tilleul", false, map[id.Brand]team.Role{elsewhere: team.Owner})
		forum := h.forum(claire.actor, b)
		if forum.Title != "Forum des brasseurs" || forum.Short != "FB" || forum.Colour != "#8a3b12" || forum.Capabilities.Text.Max != 120 || !forum.ByHand() {
			t.Fatalf("%+v", forum)
		}
		// A client who was named once, and a stranger, are told nothing.
		h.ok(h.Channels.SetPeople(ctx, claire.actor, b, forum.ID, []id.Person{yann.id, ondine.id, bruno.id}))
		added, err := h.Assets.Add(ctx, claire.actor, b, "galettes.png", picture(h.T, 90))
		h.ok(err)
		h.ok(h.Jobs.Drain(ctx))
		text := "Les galettes au sarrasin sont là & chaudes."
		media := []publishing.MediaRef{{ID: added.Media.ID, Alt: "Des galettes sur une plaque"}}
		p := h.draft(claire.actor, b, "Galettes", text, forum.ID)
		p, err = h.Publishing.Save(ctx, claire.actor, b, p.ID, p.Version, publishing.Edit{Media: &media})
		h.ok(err)
		h.start()
		h.plan(claire.actor, p, publishing.When{Now: true})
		pub := h.inState(b, p.ID, publishing.Handed)

		here := "/b/" + string(b) + "/by-hand/" + string(pub.ID)
		told := h.letters(1, here)
		if len(told) != 1 || !strings.Contains(told[0], "yann.rivoal@agence.test") || !strings.Contains(told[0], "Forum des brasseurs") {
			t.Errorf("letters: %q", told)
		}
		for _, l := range told {
			if strings.Contains(l, "galettes") || strings.Contains(l, "Galettes") || strings.Contains(l, "sarrasin") {
				t.Errorf("a letter tells what the post says: %s", l)
			}
		}
		if day := h.as(yann.session, ask{method: "GET", path: "/b/" + string(b) + "/today"}); !strings.Contains(day.body, here) || !strings.Contains(day.body, "À publier à la main") {
			t.Error("Today does not show it")
		}
		page := h.as(yann.session, ask{method: "GET", path: here})
		for _, want := range []string{"Les galettes au sarrasin sont là &amp; chaudes.", "Des galettes sur une plaque", "https://forum.example/nouveau?texte=Les%20galettes", "/media/" + string(added.Media.ID)} {
			if page.status != 200 || !strings.Contains(page.body, want) {
				t.Errorf("the page lacks %q (%d)", want, page.status)
			}
		}
		save := h.as(yann.session, ask{method: "GET", path: here + "/media/" + string(added.Media.ID)})
		if save.status != 200 || !strings.HasPrefix(save.head.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(save.head.Get("Content-Type"), "image/") {
			t.Errorf("the picture: %d %v", save.status, save.head)
		}
		list := "/api/v1/brands/" + string(b) + "/by-hand"
		if got := h.by(yann.key, ask{method: "GET", path: list}); got.status != 200 || !strings.Contains(got.body, string(pub.ID)) {
			t.Errorf("the list: %d %s", got.status, got.body)
		}
		for name, who := range map[string]*person{"a stranger": bruno, "a client": ondine} {
			want := map[string]int{"a stranger": 404, "a client": 403}[name]
			for _, q := range []ask{{method: "GET", path: here}, {method: "POST", path: here + "/done", form: url.Values{"url": {"https://x.example/"}}}, {method: "POST", path: here + "/not-done", form: url.Values{"reason": {"non"}}}, {method: "GET", path: here + "/media/" + string(added.Media.ID)}} {
				if got := h.as(who.session, q); got.status != want || strings.Contains(got.body, "sarrasin") {
					t.Errorf("%s, %s %s: %d", name, q.method, q.path, got.status)
				}
			}
			if got := h.by(who.key, ask{method: "GET", path: list}); got.status != want {
				t.Errorf("%s, the list: %d", name, got.status)
			}
		}
		// During a freeze there is nothing to copy.
		_, err = h.Publishing.Freeze(ctx, claire.actor, b, "rappel")
		h.ok(err)
		if got := h.as(yann.session, ask{method: "GET", path: here}); got.status != 200 || strings.Contains(got.body, "sarrasin") || !strings.Contains(got.body, "ne publiez pas") {
			t.Errorf("the page during a freeze: %d", got.status)
		}
		_, err = h.Publishing.Thaw(ctx, claire.actor, b)
		h.ok(err)
		// The same publication through the stranger's own brand.
		if got := h.as(bruno.session, ask{method: "POST", path: strings.Replace(here, string(b), string(elsewhere), 1) + "/done", form: url.Values{}}); got.status != 404 {
			t.Errorf("through another brand: %d", got.status)
		}
		if got := h.as(yann.session, ask{method: "POST", path: here + "/done", form: url.Values{"url": {"javascript:alert(1)"}}}); got.status != 422 {
			t.Errorf("a link that is none: %d", got.status)
		}
		for range 2 { // the thumb that taps twice
			if got := h.as(yann.session, ask{method: "POST", path: here + "/done", form: url.Values{"url": {"https://forum.example/posts/12"}}}); got.status != 303 {
				t.Errorf("done: %d", got.status)
			}
		}
		end, steps, err := h.Publishing.Publication(ctx, claire.actor, b, pub.ID)
		h.ok(err)
		if end.State != publishing.Sent || end.URL != "https://forum.example/posts/12" || steps[len(steps)-1].Who != string(yann.id) {
			t.Errorf("%s %s %+v", end.State, end.URL, steps[len(steps)-1])
		}
		if n := h.rows(`SELECT COUNT(*) FROM act WHERE brand = ? AND act = ?`, b, publishing.ActSent); n != 1 {
			t.Errorf("written %d times", n)
		}
		if got := h.letters(1, here); len(got) != 1 {
			t.Errorf("%d letters in all", len(got))
		}
	})
}

// The hour comes in the database: no test waits for it.
func (h *house) due(p id.Post) {
	h.Helper()
	now := sqldb.At(h.DB.Now())
	for _, q := range []string{`UPDATE publication SET due_at = ? WHERE post = ?`, `UPDATE publication SET next_at = ? WHERE post = ? AND next_at IS NOT NULL`} {
		_, err := h.DB.Exec(h.Context(), q, now, p)
		h.ok(err)
	}
}

// The same gate as every network: nobody is asked to publish what nobody
// approved, or what was changed by one comma since.
func TestNothingUnapprovedIsHandedToAnybody(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		b := h.brand("Kerlann", "biscuiterie")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		me, who := claire.actor, approval.Reader{Actor: claire.actor}
		forum := h.forum(me, b)
		reads := approval.Default(b)
		reads.Steps, reads.Own = []approval.Step{{}}, true
		h.ok(h.Approval.SetPolicy(ctx, me, reads))
		approve := func(p publishing.Post) {
			h.Helper()
			read, err := h.Approval.Read(ctx, who, b, p.ID, true)
			h.ok(err)
			h.ok(h.Approval.Decide(ctx, who, b, approval.Say{Post: p.ID, Round: read.ID, Verdict: approval.Approve}))
		}
		never := h.plan(me, h.draft(me, b, "", "Personne ne l’a lue.", forum.ID), h.tomorrow())
		comma := h.plan(me, h.draft(me, b, "", "Les galettes sont là.", forum.ID), h.tomorrow())
		approve(comma)
		changed := "Les galettes, sont là."
		now, err := h.Publishing.Get(ctx, me, b, comma.ID)
		h.ok(err)
		_, err = h.Publishing.Save(ctx, me, b, comma.ID, now.Version, publishing.Edit{Text: &changed})
		h.ok(err)
		good := h.plan(me, h.draft(me, b, "", "Celle-ci est lue.", forum.ID), h.tomorrow())
		approve(good)
		for _, p := range []publishing.Post{never, comma, good} {
			h.due(p.ID)
		}
		h.start()
		h.inState(b, good.ID, publishing.Handed) // the clock has been at work
		for name, p := range map[string]publishing.Post{"never read": never, "one comma since": comma} {
			pubs, err := h.Publishing.Publications(ctx, me, b, p.ID)
			h.ok(err)
			if pubs[0].State == publishing.Handed || pubs[0].State == publishing.Sent {
				t.Errorf("%s: %s", name, pubs[0].State)
			}
		}
		if n := h.rows(`SELECT COUNT(*) FROM act WHERE act = ?`, publishing.ActHanded); n != 1 {
			t.Errorf("handed over %d times", n)
		}
	})
}

// The charter stops it again at the hour, and a freeze holds it.
func TestWhatTheCharterOrAFreezeStopsIsHandedToNobody(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		b := h.brand("Kerlann", "biscuiterie")
		me := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner}).actor
		forum := h.forum(me, b)
		worn := h.plan(me, h.draft(me, b, "", "L’incontournable galette.", forum.ID), h.tomorrow())
		_, err := h.Charter.Save(ctx, me, b, charter.Rule{Name: "Mots usés", Kind: charter.Avoid, Severity: network.Block, On: true, Spec: charter.Spec{Terms: []charter.Term{{Text: "incontournable"}}}})
		h.ok(err)
		h.due(worn.ID)
		h.start()
		h.inState(b, worn.ID, publishing.Failed)
		held := h.plan(me, h.draft(me, b, "", "La galette.", forum.ID), h.tomorrow())
		_, err = h.Publishing.Freeze(ctx, me, b, "rappel")
		h.ok(err)
		h.due(held.ID)
		h.inState(b, held.ID, publishing.Frozen)
		if n := h.rows(`SELECT COUNT(*) FROM act WHERE act = ?`, publishing.ActHanded); n != 0 {
			t.Errorf("handed over %d times", n)
		}
		if got := h.letters(0, "by-hand"); len(got) != 0 {
			t.Errorf("%d letters", len(got))
		}
	})
}

// Its limits can be changed; the account stays the same.
func TestAMadeUpNetworkIsChangedInPlace(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		b := h.brand("Kerlann", "biscuiterie")
		me := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner}).actor
		forum := h.forum(me, b)
		in, err := h.Channels.Begin(ctx, me, b, "", forum.ID)
		h.ok(err)
		answers := map[string]string{}
		for _, f := range in.Step.Fields {
			answers[f.Name] = f.Default
		}
		if answers["name"] != "Forum des brasseurs" || answers["text"] != "120" {
			t.Errorf("what it is does not stand in the form: %v", answers)
		}
		answers["name"], answers["text"] = "Forum des cidriers", "80"
		in, err = h.Channels.Answer(ctx, me, b, in.ID, answers)
		h.ok(err)
		all, err := h.Channels.List(ctx, me, b)
		h.ok(err)
		if len(all) != 1 || all[0].ID != forum.ID || all[0].Title != "Forum des cidriers" || all[0].Capabilities.Text.Max != 80 || len(all[0].People) != 1 {
			t.Errorf("%+v", all)
		}
		p := h.draft(me, b, "", strings.Repeat("a", 81), forum.ID)
		if _, err := h.Publishing.Schedule(ctx, me, b, p.ID, p.Version, h.tomorrow()); err == nil {
			t.Error("its new limit is not counted by")
		}
		// Two made-up networks do not stand in each other's way.
		h.forum(me, b)
		if all, err = h.Channels.List(ctx, me, b); err != nil || len(all) != 2 {
			t.Errorf("%d channels, %v", len(all), err)
		}
	})
}
