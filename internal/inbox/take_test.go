package inbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

// I1: people under one post of ours are each a conversation; who answers in one
// of them is in it.
func TestEachCommentUnderAPostIsAConversation(t *testing.T) {
	each(t, func(s *stage) {
		s.take(comment("c1", "p1", "lise", "Cassée !", 1), comment("c2", "p1", "tom", "Miam", 2))
		s.take(ours(item("a1", "c1", "p1", "kerlann", "Désolés, Lise.", 3)), item("c3", "a1", "p1", "lise", "Merci", 4))
		open := s.all(Filter{State: Open})
		if len(open) != 2 {
			t.Fatalf("%d open conversations: %+v", len(open), open)
		}
		lise := s.read(open[0].ID)
		var got []string
		for _, m := range lise.Messages {
			got = append(got, fmt.Sprint(m.Depth, " ", m.Text))
		}
		if d := cmp.Diff([]string{"0 Cassée !", "1 Désolés, Lise.", "2 Merci"}, got); d != "" {
			t.Error(d)
		}
		if lise.Name != "Lise" || lise.under != "p1" || lise.Messages[1].Parent != lise.Messages[0].ID || lise.Unanswered.IsZero() {
			t.Errorf("%+v", lise.Conversation)
		}
	})
}

// I1: an edit is followed and its earlier words are kept; a deletion takes the
// words away, from the search too, and nothing brings them back.
func TestEditsAndDeletionsAreFollowed(t *testing.T) {
	each(t, func(s *stage) {
		it := item("m1", "", "", "lise", "La boîte est cassée", 1)
		s.take(it)
		edited := it
		edited.Version, edited.Text, edited.Edited = "2", "La boîte est fendue", it.At.Add(time.Minute)
		s.take(edited)
		s.take(it) // the earlier one again
		c := s.only(Filter{})
		th := s.read(c.ID)
		if m := th.Messages[0]; m.Text != "La boîte est fendue" || len(m.Earlier) != 1 || m.Earlier[0].Text != "La boîte est cassée" || c.Excerpt != m.Text {
			t.Errorf("%+v, excerpt %q", m, c.Excerpt)
		}
		if n := len(s.all(Filter{Text: "cassee"})); n != 0 {
			t.Error("the earlier words are found")
		}
		if n := len(s.all(Filter{Text: "FENDUE boite"})); n != 1 {
			t.Error("the words are not found, accents folded")
		}
		s.take(network.Item{Ref: "m1", Gone: true})
		s.take(edited)
		m := s.read(c.ID).Messages[0]
		if m.Gone.IsZero() || m.Text != "" || len(m.Earlier) != 0 || len(s.all(Filter{Text: "fendue"})) != 0 {
			t.Errorf("after its deletion: %+v", m)
		}
		for _, table := range []string{"message", "message_version"} {
			n, err := sqldb.Value[int64](t.Context(), s.db, `SELECT COUNT(*) FROM `+table+` WHERE words LIKE '%boîte%'`)
			s.ok(err)
			if n != 0 {
				t.Errorf("%s still holds the words", table)
			}
		}
	})
}

// A deletion that is told before the item leaves no words of it either.
func TestADeletionToldFirstHolds(t *testing.T) {
	each(t, func(s *stage) {
		s.take(network.Item{Ref: "m1", Gone: true})
		s.take(item("m1", "", "", "lise", "Trop tard", 1), item("m2", "m1", "m1", "tom", "Quoi ?", 2))
		th := s.read(s.only(Filter{}).ID)
		if len(th.Messages) != 2 || th.Messages[0].Text != "" || th.Messages[1].Text != "Quoi ?" {
			t.Errorf("%+v", th.Messages)
		}
	})
}

// What is between two messages arrives late: two conversations become one, both
// names find it, and what was decided is not lost.
func TestConversationsThatAreOneAreJoined(t *testing.T) {
	each(t, func(s *stage) {
		s.take(item("m1", "", "", "lise", "Un", 1))
		s.take(item("m3", "m2", "", "lise", "Trois", 3))
		two := s.all(Filter{State: Open})
		if len(two) != 2 {
			t.Fatalf("%d", len(two))
		}
		old, young := two[1], two[0]
		_, err := s.AddNote(t.Context(), s.claire, s.brand, young.ID, "Elle revient souvent.")
		s.ok(err)
		_, err = s.Do(t.Context(), s.claire, s.brand, []ConversationID{young.ID}, Deed{Assign: s.karim.Person})
		s.ok(err)
		s.take(item("m2", "m1", "", "tom", "Deux", 2))
		c := s.only(Filter{State: Open})
		if c.ID != old.ID || c.Assignee != s.karim.Person || c.Messages != 3 {
			t.Errorf("%+v", c)
		}
		th := s.read(young.ID)
		if th.ID != old.ID || len(th.Notes) != 1 || len(th.Messages) != 3 {
			t.Errorf("by its other name: %+v", th)
		}
	})
}

// Who asks again after it was done opens it; our answer from another tool ends
// it; an old one from before the connection does not.
func TestWhoAsksOpensWhoWasAnsweredIsDone(t *testing.T) {
	each(t, func(s *stage) {
		s.take(item("m1", "", "", "lise", "Bonjour ?", 1))
		c := s.only(Filter{State: Open})
		if c.Unanswered.IsZero() {
			t.Error("nobody waits")
		}
		s.take(ours(item("a1", "m1", "m1", "kerlann", "Bonjour Lise", 2)))
		if c = s.only(Filter{}); c.State != Done || !c.Unanswered.IsZero() {
			t.Errorf("answered elsewhere: %+v", c)
		}
		s.take(item("m2", "a1", "m1", "lise", "Et le pain ?", 5))
		if c = s.only(Filter{}); c.State != Open {
			t.Errorf("asked again: %+v", c)
		}
		old := item("h1", "", "", "tom", "L’an dernier", 0)
		old.At = noon.AddDate(-1, 0, 0)
		_, err := s.Take(t.Context(), s.ch, network.Batch{Items: []network.Item{old}}, Past, Hold{})
		s.ok(err)
		if n := len(s.all(Filter{State: Open})); n != 1 {
			t.Errorf("%d open", n)
		}
		auto := item("x1", "", "", "robot", "Je suis absent", 6)
		auto.Automatic = true
		spam := item("x2", "", "", "spam", "Achetez", 7)
		spam.Held = "spam"
		s.take(auto, spam)
		if n := len(s.all(Filter{State: Open})); n != 1 {
			t.Errorf("%d open after an auto-reply and spam", n)
		}
	})
}

// What a network says wrong stops nothing: no reference, NUL, a clock ahead,
// text without end, a kind nobody knows.
func TestHostileItemsAreKeptHarmless(t *testing.T) {
	each(t, func(s *stage) {
		future := item("f", "", "", "lise", "De demain", 0)
		future.At = time.Now().AddDate(10, 0, 0)
		odd := item("o", "o", "o", "tom", "nul\x00 \xff <script>alert(1)</script>", 1)
		odd.Kind, odd.URL = "wink", "javascript:alert(1)"
		long := item("l", "", "", "ana", strings.Repeat("é", 2*MaxText), 2)
		mail := item("m", "", "", "max", "texte", 3)
		mail.HTML, mail.Kind = "<b onclick=x>texte</b>", network.Mail
		s.take(network.Item{Text: "sans nom", At: noon}, future, odd, long, mail)
		all := s.all(Filter{})
		if len(all) != 4 {
			t.Fatalf("%d", len(all))
		}
		if all[0].LastAt.After(time.Now().Add(time.Second)) {
			t.Error("it stands in the future")
		}
		for _, c := range all {
			m := s.read(c.ID).Messages[0]
			if strings.Contains(m.Text, "\x00") || strings.HasPrefix(m.URL, "javascript") || len([]rune(m.Text)) > MaxText {
				t.Errorf("%.80q %q", m.Text, m.URL)
			}
		}
		h, err := sqldb.Value[string](t.Context(), s.db, `SELECT html FROM message WHERE ref = 'm'`)
		s.ok(err)
		if !strings.HasPrefix(h, "sealed:") {
			t.Errorf("the markup is not sealed: %q", h)
		}
	})
}

// P1: what one brand hears is nothing to another; a stranger learns nothing.
func TestBrandsAreWallsInTheInbox(t *testing.T) {
	each(t, func(s *stage) {
		s.take(item("m1", "", "", "lise", "secret", 1))
		c := s.only(Filter{})
		stranger := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{id.New[id.Brand](): team.Owner}}
		client := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.brand: team.Client}}
		for name, try := range map[string]func(a team.Actor, b id.Brand) error{
			"list": func(a team.Actor, b id.Brand) error {
				_, err := s.List(t.Context(), a, b, Filter{}, "", 10)
				return err
			},
			"search": func(a team.Actor, b id.Brand) error {
				_, err := s.List(t.Context(), a, b, Filter{Text: "secret"}, "", 10)
				return err
			},
			"read": func(a team.Actor, b id.Brand) error {
				_, err := s.Read(t.Context(), a, b, c.ID, time.Time{})
				return err
			},
			"do": func(a team.Actor, b id.Brand) error {
				_, err := s.Do(t.Context(), a, b, []ConversationID{c.ID}, Deed{State: Done})
				return err
			},
			"note": func(a team.Actor, b id.Brand) error { _, err := s.AddNote(t.Context(), a, b, c.ID, "x"); return err },
			"mark": func(a team.Actor, b id.Brand) error {
				return s.MarkRead(t.Context(), a, b, []ConversationID{c.ID}, noon)
			},
			"count": func(a team.Actor, b id.Brand) error { _, err := s.Count(t.Context(), a, b, 10); return err },
		} {
			if err := try(stranger, s.brand); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by a stranger: %v", name, err)
			}
			if err := try(client, s.brand); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s by a client: %v", name, err)
			}
			if name == "list" || name == "search" || name == "count" {
				continue
			}
			var own id.Brand
			for b := range stranger.Roles {
				own = b
			}
			if err := try(stranger, own); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s in another brand: %v", name, err)
			}
		}
	})
}

// At least once in, exactly once shown: the same items in any order, cut into
// any pages, told again as often as a network likes, make the same
// conversations.
func TestAnyReplayMakesTheSameConversations(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		holds := func(fatal func(string, ...any), all []telling) {
			want := newStage(t, db).tell(all[0])
			for _, other := range all[1:] {
				if got := newStage(t, db).tell(other); got != want {
					fatal("in another order:\n%s", cmp.Diff(want, got))
				}
			}
		}
		if db.Dialect() == sqldb.Postgres { // the statements are the same; each costs more
			for seed := range 6 {
				holds(t.Fatalf, tellings.Example(seed))
			}
			return
		}
		rapid.Check(t, func(rt *rapid.T) { holds(rt.Fatalf, tellings.Draw(rt, "tellings")) })
	})
}

// telling is one way to tell a story: the items of each page, and how it came.
type telling []struct {
	items []network.Item
	way   Way
}

// tell keeps a story, and returns what people then see.
func (s *stage) tell(all telling) string {
	s.Helper()
	for _, page := range all {
		_, err := s.Take(s.Context(), s.ch, network.Batch{Items: page.items}, page.way, Hold{})
		s.ok(err)
	}
	return s.shape()
}

// tellings draws a story in its order, and twice in another, with parts told
// again.
var tellings = rapid.Custom(func(rt *rapid.T) []telling {
	script := scriptOf(rt)
	var out []telling
	for round := range 3 {
		todo := slices.Clone(script)
		if round > 0 {
			for range rapid.IntRange(0, 6).Draw(rt, "again") {
				todo = append(todo, rapid.SampledFrom(script).Draw(rt, "told again"))
			}
			todo = rapid.Permutation(todo).Draw(rt, "order")
		}
		var one telling
		for len(todo) > 0 {
			n := rapid.IntRange(1, min(5, len(todo))).Draw(rt, "page")
			way := rapid.SampledFrom([]Way{Live, Hint, Around}).Draw(rt, "way")
			one = append(one, struct {
				items []network.Item
				way   Way
			}{todo[:n], way})
			todo = todo[n:]
		}
		out = append(out, one)
	}
	return out
})

// scriptOf draws what a few people say to each other and to us, with edits.
func scriptOf(rt *rapid.T) []network.Item {
	var out []network.Item
	n := rapid.IntRange(1, 12).Draw(rt, "items")
	for i := range n {
		ref := fmt.Sprintf("r%d", i)
		it := item(ref, "", "", rapid.SampledFrom([]string{"lise", "tom", "ana"}).Draw(rt, "who"), "texte "+ref, i)
		switch kind := rapid.IntRange(0, 3).Draw(rt, "kind"); {
		case kind == 0:
			it.Kind, it.Parent, it.Root = network.Comment, "post", "post"
		case kind == 1 || i == 0:
			it.Kind = network.Mention
		default:
			p := out[rapid.IntRange(0, len(out)-1).Draw(rt, "parent")]
			it.Parent, it.Root = p.Ref, p.Root
			if p.Kind == network.Comment {
				it.Kind = network.Comment
			} else if it.Root == "" {
				it.Root = p.Ref
			}
			if rapid.IntRange(0, 3).Draw(rt, "ours") == 0 {
				k := it.Kind
				it = ours(it)
				it.Kind = k
			}
		}
		out = append(out, it)
		if rapid.IntRange(0, 4).Draw(rt, "edits") == 0 {
			it.Version, it.Text, it.Edited = "2", it.Text+" (bis)", it.At.Add(30*time.Second)
			out = append(out, it)
		}
	}
	return out
}

// shape is all that people see of an inbox, without ids.
func (s *stage) shape() string {
	s.Helper()
	var out []string
	for _, c := range s.all(Filter{}) {
		th := s.read(c.ID)
		var lines []string
		for _, m := range th.Messages {
			lines = append(lines, fmt.Sprintf("%s%s %s %v (%d)", strings.Repeat("  ", m.Depth), m.Ref, m.Text, m.Own, len(m.Earlier)))
		}
		out = append(out, fmt.Sprintf("%s %q %q n=%d last=%s in=%s out=%s unanswered=%s under=%s\n%s", c.State, c.Name, c.Excerpt, c.Messages, c.LastAt.Format("15:04"), c.LastIn.Format("15:04"), c.LastOut.Format("15:04"),
			c.Unanswered.Format("15:04"), th.under, strings.Join(lines, "\n")))
	}
	slices.Sort(out)
	return strings.Join(out, "\n\n")
}
