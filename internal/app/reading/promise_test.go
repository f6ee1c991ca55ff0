package reading_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/approval"
	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// said is an answer that the room accepted, as this test saw it.
type said struct {
	reader  string
	person  id.Person
	client  bool
	hash    string
	channel id.Channel
	at      time.Time // the hour that was shown
	wall    clock.Wall
	verdict approval.Verdict
	words   bool
	other   bool
	own     bool // she had written it
}

// world is a life of a brand. It checks the promise from what it saw happen, not
// from the rooms' rows.
type world struct {
	*house
	said   map[id.Post][]said
	policy approval.Policy
	list   []id.Post
	links  []approval.Reader
	// open are the choices this test offered and nobody ended, by its own book;
	// picked counts those that were made.
	open   map[id.Post]approval.Choice
	picked int
	// pictures are those of the posts, and what was put in their place.
	pictures []id.Media
	sent     int
	read     int // of them, under a policy that asks
}

// may is the promise, told a second time and otherwise: empty when this content
// may leave now, or why not.
func (w *world) may(p publishing.Publication, post publishing.Post) string {
	last := map[string]said{}
	for _, x := range w.said[p.Post] {
		if x.hash == p.Hash && x.channel == p.Channel {
			last[x.reader] = x
		}
	}
	for _, x := range last {
		if x.verdict == approval.Refuse {
			return "it was refused"
		}
	}
	if w.policy.Free() {
		return ""
	}
	v := post.Variants[slices.IndexFunc(post.Variants, func(v publishing.Variant) bool { return v.Channel == p.Channel })]
	if w.shown(post, v).Hash() != p.Hash {
		return "the post was edited since"
	}
	for _, x := range last {
		if x.verdict == approval.Change && (x.words || !x.other || x.wall == p.Planned) {
			return "changes were asked for"
		}
	}
	for _, st := range w.policy.Steps {
		who := ""
		for name, x := range last {
			off := p.DueAt.Sub(x.at).Abs()
			if wall, _, err := p.Planned.Instant(); err == nil && x.wall == p.Planned && p.DueAt.Sub(wall).Abs() < time.Minute {
				off = 0 // the very hour that was shown, whatever its seconds
			}
			own := !w.policy.Own && x.own
			if x.verdict == approval.Approve && off <= w.policy.Tolerance && !own && st.Client == x.client &&
				(len(st.People) == 0 || slices.Contains(st.People, x.person)) {
				who = name
				if len(st.People) > 0 {
					break
				}
			}
		}
		if who == "" {
			return "a reading is missing"
		}
		delete(last, who)
	}
	return ""
}

// claim has a node take what is due, and looks at every row it took.
func (w *world) claim(t *rapid.T, node int) {
	before := map[id.Publication]bool{}
	for _, p := range w.list {
		for _, x := range w.pubs(p) {
			before[x.ID] = x.State == publishing.Sending
		}
	}
	_ = w.nodes[node].ClaimOnly(w.ctx, 1000) // fewer than asked for is no matter here
	for _, p := range w.list {
		for _, x := range w.pubs(p) {
			if x.State != publishing.Sending || before[x.ID] {
				continue
			}
			w.sent++
			if !w.policy.Free() {
				w.read++
			}
			if c, ok := w.open[p]; ok {
				t.Fatalf("%s left while a choice was open: %+v", x.Hash[:8], c)
			}
			if why := w.may(x, w.get(p)); why != "" {
				t.Fatalf("%s left though %s\nunder %+v\nanswers: %+v\nrow: due %s, planned %+v\npeople: %+v", x.Hash[:8], why, w.policy, w.said[p], x.DueAt, x.Planned, w.people)
			}
		}
	}
}

// force writes a state behind the rooms' back, as a network's answer would.
func (w *world) force(x publishing.Publication, state publishing.State) {
	_, err := w.db.Exec(w.ctx, `UPDATE publication SET state = ?, next_at = NULL, problem = 'network.refused' WHERE id = ?`, state, x.ID)
	w.ok(err)
}

// answer gives an answer and, if it is taken, remembers what it was given for.
func (w *world) answer(p id.Post, r approval.Reader, say approval.Say) {
	round := w.round(p)
	if round.ID == "" {
		return
	}
	waits := map[id.Channel]bool{}
	for _, x := range w.pubs(p) {
		waits[x.Channel] = x.State.Waiting()
	}
	say.Post, say.Round = p, round.ID
	if w.rooms.Decide(w.ctx, r, w.brand, say) != nil {
		return
	}
	x := said{person: r.Actor.Person, client: r.Link != nil || r.Actor.Roles[w.brand] == team.Client, at: round.At, wall: round.Planned,
		verdict: say.Verdict, words: say.Words != "", other: say.Other != "", own: r.Link == nil && (r.Actor.Person == round.Author || r.Actor.Person == round.Editor), reader: string(r.Actor.Person)}
	if r.Link != nil {
		x.reader = string(r.Link.ID)
	}
	for _, it := range round.Items {
		if !waits[it.Channel] {
			continue
		}
		x.hash, x.channel = it.Hash, it.Channel
		w.said[p] = append(w.said[p], x)
		if round.Choice == "" || say.Verdict == approval.Approve {
			continue
		}
		for _, c := range w.open[p].Candidates { // a no is to each of them
			for _, one := range c.Items {
				if one.Channel == it.Channel {
					x.hash = one.Hash
					w.said[p] = append(w.said[p], x)
				}
			}
		}
	}
}

// offer proposes versions of a post and, if they are taken, remembers them.
func (w *world) offer(p id.Post, who team.Actor, local string, texts ...string) {
	var others []approval.Saying
	for _, text := range texts {
		others = append(others, approval.Saying{Text: text})
	}
	c, err := w.rooms.Propose(w.ctx, who, w.brand, approval.Offer{Post: p, Local: local, Others: others})
	if err == nil {
		w.open[p] = c
	}
}

// choose picks a version and, if that is taken, writes down what it means: who
// chose says yes to it, so do those who left her the choice, and what was
// approved of any other version is worth nothing.
func (w *world) choose(t *rapid.T, p id.Post, r approval.Reader, n int) {
	round := w.round(p)
	if round.ID == "" || w.rooms.Choose(w.ctx, r, w.brand, approval.Pick{Post: p, Round: round.ID, Candidate: n}) != nil {
		return
	}
	c, ok := w.open[p]
	if !ok {
		t.Fatal("a choice was made that nobody had offered")
	}
	delete(w.open, p)
	w.picked++
	picked, _ := c.Candidate(n)
	hash := map[id.Channel]string{}
	for _, it := range picked.Items {
		hash[it.Channel] = it.Hash
	}
	me := said{person: r.Actor.Person, client: r.Link != nil || r.Actor.Roles[w.brand] == team.Client, at: round.At, wall: round.Planned,
		verdict: approval.Approve, own: r.Link == nil && (r.Actor.Person == round.Author || r.Actor.Person == round.Editor), reader: string(r.Actor.Person)}
	if r.Link != nil {
		me.reader = string(r.Link.ID)
	}
	passed := map[string]said{}
	var kept []said
	for _, x := range w.said[p] {
		if x.hash == round.Items[0].Hash && x.reader != me.reader {
			passed[x.reader+string(x.channel)] = x
		}
		if x.verdict != approval.Approve || x.hash == hash[x.channel] {
			kept = append(kept, x)
		}
	}
	for _, x := range passed {
		if x.verdict == approval.Approve {
			x.hash = hash[x.channel]
			kept = append(kept, x)
		}
	}
	for _, it := range picked.Items {
		me.hash, me.channel = it.Hash, it.Channel
		kept = append(kept, me)
	}
	w.said[p] = kept
	for _, x := range w.pubs(p) {
		if x.Hash != hash[x.Channel] {
			t.Fatalf("another version than the one chosen is on the calendar")
		}
	}
}

func (w *world) life(t *rapid.T) {
	names := []string{"claire", "mona", "omar", "paul"}
	post := rapid.Custom(func(t *rapid.T) id.Post { return w.list[rapid.IntRange(0, len(w.list)-1).Draw(t, "post")] })
	text := rapid.SampledFrom([]string{"Les sablés sont là.", "Les sablés sont là,", "Les galettes sont là."})
	hour := rapid.SampledFrom([]time.Duration{2 * time.Minute, 3 * time.Hour, 20 * time.Hour, 60 * time.Hour})
	for range 2 {
		p, m := w.pictured("Les sablés sont là.")
		w.list, w.pictures = append(w.list, p.ID), append(w.pictures, m)
	}
	policies := [][]approval.Step{nil, {{}}, {w.only("mona")}, {w.only("mona", "omar")}, {w.only("mona"), w.only("omar")}, {w.only("omar"), {Client: true}}, {{Client: true}}}
	deeds := map[string]func(*rapid.T){
		"edit": func(t *rapid.T) {
			p, words := post.Draw(t, "p"), text.Draw(t, "text")
			who := w.people[rapid.SampledFrom(names[:3]).Draw(t, "who")]
			_, _ = w.posts.Save(w.ctx, who, w.brand, p, w.get(p).Version, publishing.Edit{Text: &words})
		},
		"crop": func(t *rapid.T) {
			w.crop(rapid.SampledFrom(w.pictures).Draw(t, "picture"), rapid.SampledFrom([]network.Cut{"", "1:1 0,0 10x10 of 20x10", "1:1 10,0 10x10 of 20x10"}).Draw(t, "cut"))
		},
		"new version": func(t *rapid.T) {
			m := id.New[id.Media]()
			if w.pictures = append(w.pictures, m); rapid.Bool().Draw(t, "an old one") {
				m = rapid.SampledFrom(w.pictures).Draw(t, "picture")
			}
			p := post.Draw(t, "p")
			_, _ = w.posts.Save(w.ctx, w.people["claire"], w.brand, p, w.get(p).Version, publishing.Edit{Media: &[]publishing.MediaRef{{ID: m}}})
		},
		"schedule": func(t *rapid.T) {
			p := post.Draw(t, "p")
			when := w.in(hour.Draw(t, "in"))
			if rapid.Bool().Draw(t, "now") {
				when = publishing.When{Now: true}
			}
			_, _ = w.posts.Schedule(w.ctx, w.people[rapid.SampledFrom(names[:3]).Draw(t, "who")], w.brand, p, w.get(p).Version, when)
		},
		"move": func(t *rapid.T) {
			_, _ = w.posts.MoveTo(w.ctx, w.people["claire"], w.brand, publishing.Move{Post: post.Draw(t, "p"), To: w.in(hour.Draw(t, "in")).Wall})
		},
		"unschedule": func(t *rapid.T) {
			if p := post.Draw(t, "p"); w.posts.Unschedule(w.ctx, w.people["claire"], w.brand, p) == nil && w.get(p).Badge == publishing.NoBadge {
				delete(w.open, p) // its hour is gone, and the versions with it
			}
		},
		"offer": func(t *rapid.T) {
			p, local := post.Draw(t, "p"), ""
			if rapid.Bool().Draw(t, "another hour") {
				local = w.in(hour.Draw(t, "in")).Wall.Local
			}
			w.offer(p, w.people[rapid.SampledFrom(names[:3]).Draw(t, "who")], local, rapid.SliceOfNDistinct(text, 1, 2, rapid.ID[string]).Draw(t, "others")...)
		},
		"choose": func(t *rapid.T) {
			r := w.by(rapid.SampledFrom(names).Draw(t, "who"))
			if len(w.links) > 0 && rapid.Bool().Draw(t, "link") {
				r = w.links[rapid.IntRange(0, len(w.links)-1).Draw(t, "which")]
			}
			w.choose(t, post.Draw(t, "p"), r, rapid.IntRange(1, 3).Draw(t, "n"))
		},
		"somebody chooses": func(t *rapid.T) {
			p, n := post.Draw(t, "p"), rapid.IntRange(1, 3).Draw(t, "n")
			for _, name := range []string{"mona", "omar", "paul"} {
				w.choose(t, p, w.by(name), n)
			}
			for _, r := range w.links {
				w.choose(t, p, r, n)
			}
		},
		"withdraw choice": func(t *rapid.T) {
			if p := post.Draw(t, "p"); w.rooms.Withdraw(w.ctx, w.people["claire"], w.brand, p) == nil {
				delete(w.open, p)
			}
		},
		"answer": func(t *rapid.T) {
			r := w.by(rapid.SampledFrom(names).Draw(t, "who"))
			if len(w.links) > 0 && rapid.Bool().Draw(t, "link") {
				r = w.links[rapid.IntRange(0, len(w.links)-1).Draw(t, "which")]
			}
			say := approval.Say{Verdict: rapid.SampledFrom([]approval.Verdict{approval.Approve, approval.Change, approval.Refuse}).Draw(t, "verdict")}
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				say.Words = "Trop long."
			case 1:
				say.Other = "2027-01-01T09:00"
			}
			w.answer(post.Draw(t, "p"), r, say)
		},
		"all say yes": func(t *rapid.T) {
			p := post.Draw(t, "p")
			for _, name := range []string{"mona", "omar", "paul"} {
				w.answer(p, w.by(name), approval.Say{Verdict: approval.Approve})
			}
			for _, r := range w.links {
				w.answer(p, r, approval.Say{Verdict: approval.Approve})
			}
		},
		"stale answer": func(t *rapid.T) {
			// An answer to a version that was seen before something else happened.
			p := post.Draw(t, "p")
			round, words := w.round(p), text.Draw(t, "text")
			if round.ID == "" {
				return
			}
			_, _ = w.posts.Save(w.ctx, w.people["claire"], w.brand, p, w.get(p).Version, publishing.Edit{Text: &words})
			if w.round(p).ID == round.ID {
				return // the same words again: nothing is over
			}
			if err := w.rooms.Decide(w.ctx, w.by("omar"), w.brand, approval.Say{Post: p, Round: round.ID, Verdict: approval.Approve}); err == nil {
				t.Fatal("an answer to a version that is over was taken")
			}
		},
		"policy": func(t *rapid.T) {
			p := approval.Default(w.brand)
			p.Steps = rapid.SampledFrom(policies).Draw(t, "steps")
			p.Own = rapid.Bool().Draw(t, "own")
			p.Tolerance = rapid.SampledFrom([]time.Duration{0, 24 * time.Hour}).Draw(t, "tolerance")
			if w.rooms.SetPolicy(w.ctx, w.people["omar"], p) == nil {
				w.policy = p
			}
		},
		"make link": func(t *rapid.T) {
			if len(w.links) < 3 {
				r, _ := w.link(fmt.Sprint("client ", len(w.links)))
				w.links = append(w.links, r)
			}
		},
		"revoke link": func(t *rapid.T) {
			if len(w.links) == 0 {
				return
			}
			// Its holder still has the page open.
			w.ok(w.rooms.RevokeLink(w.ctx, w.people["claire"], w.brand, w.links[rapid.IntRange(0, len(w.links)-1).Draw(t, "which")].Link.ID))
		},
		"freeze": func(t *rapid.T) { _, _ = w.posts.Freeze(w.ctx, w.people["omar"], w.brand, "rappel") },
		"thaw":   func(t *rapid.T) { _, _ = w.posts.Thaw(w.ctx, w.people["omar"], w.brand) },
		"the network refuses": func(t *rapid.T) {
			for _, x := range w.pubs(post.Draw(t, "p")) {
				if x.State == publishing.Sending {
					w.force(x, publishing.Failed)
				}
			}
		},
		"nobody knows": func(t *rapid.T) {
			for _, x := range w.pubs(post.Draw(t, "p")) {
				if x.State == publishing.Sending {
					w.force(x, publishing.Unknown)
				}
			}
		},
		"retry": func(t *rapid.T) {
			for _, x := range w.pubs(post.Draw(t, "p")) {
				_ = w.posts.Retry(w.ctx, w.people["claire"], w.brand, x.ID)
			}
		},
		"settle": func(t *rapid.T) {
			for _, x := range w.pubs(post.Draw(t, "p")) {
				_ = w.posts.SettleNotSent(w.ctx, w.people["claire"], w.brand, x.ID)
			}
		},
		"a look puts it back": func(t *rapid.T) {
			// As the ledger does: no gate on this way, the claim must hold.
			for _, x := range w.pubs(post.Draw(t, "p")) {
				if x.State == publishing.Unknown {
					_, err := w.db.Exec(w.ctx, `UPDATE publication SET state = 'due', next_at = ?, version = version + 1 WHERE id = ?`, sqldb.At(w.db.Now()), x.ID)
					w.ok(err)
				}
			}
		},
		"rezone": func(t *rapid.T) { w.ok(w.house.posts.Rezone(w.ctx)) },
		"time passes": func(t *rapid.T) {
			w.clock.pass(rapid.SampledFrom([]time.Duration{3 * time.Minute, 4 * time.Hour}).Draw(t, "by"))
		},
		"the usual way": func(t *rapid.T) {
			p, local := post.Draw(t, "p"), w.in(3*time.Minute)
			_, _ = w.posts.Schedule(w.ctx, w.people["claire"], w.brand, p, w.get(p).Version, local)
			if rapid.Bool().Draw(t, "with a choice") {
				w.offer(p, w.people["claire"], "", text.Draw(t, "other"))
				for _, name := range []string{"omar", "mona"} {
					w.answer(p, w.by(name), approval.Say{Verdict: approval.Approve})
					w.choose(t, p, w.by(name), rapid.IntRange(1, 2).Draw(t, "n"))
				}
			}
			for _, r := range append([]approval.Reader{w.by("mona"), w.by("omar"), w.by("paul")}, w.links...) {
				w.answer(p, r, approval.Say{Verdict: approval.Approve})
			}
			w.clock.pass(4 * time.Minute)
			w.claim(t, 0)
		},
		"claim":      func(t *rapid.T) { w.claim(t, 0) },
		"other node": func(t *rapid.T) { w.claim(t, 1) },
	}
	// Lives in which nothing is ever approved prove little: the usual way is
	// gone more often than chance would.
	order := append(slices.Sorted(maps.Keys(deeds)), "answer", "all say yes", "all say yes", "the usual way", "the usual way", "offer", "somebody chooses", "schedule", "schedule", "claim", "claim", "time passes")
	for range rapid.IntRange(20, 70).Draw(t, "deeds") {
		deeds[rapid.SampledFrom(order).Draw(t, "deed")](t)
	}
	for range 3 {
		w.clock.pass(61 * time.Hour)
		w.claim(t, 0)
	}
}

// P5: whatever happens in whatever order, nothing is claimed whose exact content
// has no standing decision under the policy of that moment.
func TestNothingLeavesWithoutADecisionOnItsExactContent(t *testing.T) {
	for _, dialect := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			l := &later{}
			db := sqldbtest.Open(t, dialect, schemas, sqldbtest.Now(l.now))
			left, lives, approved, read, picked := 0, 0, 0, 0, 0
			rapid.Check(t, func(r *rapid.T) {
				w := &world{house: newHouse(t, db, l), said: map[id.Post][]said{}, open: map[id.Post]approval.Choice{}}
				w.policy = approval.Default(w.brand)
				w.life(r)
				left, lives, read = left+w.sent, lives+1, read+w.read
				picked += w.picked
				for _, all := range w.said {
					approved += len(all)
				}
			})
			t.Logf("%d lives: %d answers, %d choices, %d publications left, %d of them read before", lives, approved, picked, left, read)
			if read == 0 || picked == 0 {
				t.Error("nothing ever left: this proves nothing")
			}
		})
	}
}
