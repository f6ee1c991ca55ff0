package todayweb

import (
	"testing"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/i18n"
	"vigie/internal/today"
	"vigie/internal/ui"
	"vigie/internal/ui/uitest"
)

func TestEveryWordIsThereInBothLanguages(t *testing.T) { uitest.Messages(t, "..", Messages()) }

func loc(t *testing.T, lang string) *i18n.Loc {
	t.Helper()
	c, err := i18n.New(ui.Messages(), Messages())
	if err != nil {
		t.Fatal(err)
	}
	return c.For(lang).In("Europe/Paris")
}

// The day is a sentence first: what leaves, then what is wrong, then that the
// rest is held.
func TestTheDayIsSaidInASentence(t *testing.T) {
	now := time.Date(2026, 11, 10, 9, 42, 0, 0, time.UTC)
	day := today.Day{From: now.Add(-10 * time.Hour), To: now.Add(14 * time.Hour), Now: now}
	coming := today.Post{Badge: "scheduled"}
	trouble := func(state string) today.Trouble { return today.Trouble{Post: id.New[id.Post](), State: state} }
	for _, c := range []struct {
		name, fr, en string
		change       func(d *today.Day)
	}{
		{"nothing", "Rien ne part aujourd’hui. Rien ne vous attend.", "Nothing leaves today. Nothing is waiting for you.", func(*today.Day) {}},
		{"one", "Une publication part encore aujourd’hui. Rien ne vous attend.", "One post is still to leave today. Nothing is waiting for you.", func(d *today.Day) { d.Leaves = []today.Post{coming} }},
		{"two and a doubt", "Deux publications partent encore aujourd’hui, une est à vérifier. Le reste est tenu.", "Two posts are still to leave today, one must be checked. The rest is in hand.", func(d *today.Day) {
			d.Leaves, d.Troubles = []today.Post{coming, coming}, []today.Trouble{trouble("unknown")}
		}},
		{"gone", "Tout ce qui devait partir aujourd’hui a eu son tour. Rien ne vous attend.", "Everything due today has had its turn. Nothing is waiting for you.", func(d *today.Day) { d.Leaves = []today.Post{{Badge: "sent"}} }},
		{"all at once", "Tout est gelé, rien ne part, deux ne sont pas parties, un canal est à reconnecter, un brouillon devait partir aujourd’hui. Le reste est tenu.",
			"Everything is frozen, nothing leaves, two did not leave, one channel must be reconnected, one draft was meant for today. The rest is in hand.", func(d *today.Day) {
				d.Freezes, d.Leaves = []today.Frozen{{}}, []today.Post{coming}
				d.Troubles = []today.Trouble{trouble("failed"), trouble("frozen")}
				d.Accesses = []channel.Channel{{Health: channel.SignedOut}, {Health: channel.Expiring}}
				d.Drafts = []today.Post{{At: now}}
			}},
		{"past their right", "Rien ne part aujourd’hui, deux sont en ligne au-delà de leur droit. Le reste est tenu.", "Nothing leaves today, two are on line past the right to their picture. The rest is in hand.", func(d *today.Day) {
			d.Past = []today.Past{{N: 2}}
		}},
		{"people wait", "Rien ne part aujourd’hui, trois conversations sont à traiter. Le reste est tenu.", "Nothing leaves today, three conversations are to be dealt with. The rest is in hand.", func(d *today.Day) {
			d.Asked = []today.Asked{{N: 3}}
		}},
		{"many", "13 publications partent encore aujourd’hui. Rien ne vous attend.", "13 posts are still to leave today. Nothing is waiting for you.", func(d *today.Day) {
			for range 13 {
				d.Leaves = append(d.Leaves, coming)
			}
		}},
	} {
		d := day
		c.change(&d)
		for lang, want := range map[string]string{"fr": c.fr, "en": c.en} {
			if got := sentence(loc(t, lang), d); got != want {
				t.Errorf("%s: %s", c.name, got)
			}
		}
	}
}

// What stands too near on the line becomes one mark; no words cover the next.
func TestTheLineOfTheDayCoversNothing(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	at := func(h, m int) time.Time { return time.Date(2026, 11, 10, h, m, 0, 0, paris) }
	v := view{Day: today.Day{From: at(0, 0), Now: at(10, 42)}, r: &ui.Request{Loc: loc(t, "fr")}}
	got := v.line([]mark{{at: at(12, 15), label: "Les sablés de la Saint-Martin", href: "/a"}, {at: at(12, 30), label: "Une autre", href: "/b", signal: ui.Watch},
		{at: at(17, 45), label: "Recette : crumble de palets aux pommes", href: "/c"}, {at: at(20, 45), label: "Ombrefeu, direct", href: "/d"}, {at: at(23, 50), label: "Tard", href: "/e"}})
	if len(got) != 4 || got[0].label != "2 publications" || got[0].href != "#leaves" || got[0].signal != ui.Watch {
		t.Fatalf("%+v", got)
	}
	for i, m := range got[:len(got)-1] {
		if m.t+hourWide+letter*float64(len([]rune(m.label))) > got[i+1].t {
			t.Errorf("%q covers the next", m.label)
		}
	}
	if !got[3].end || got[3].label != "" {
		t.Errorf("%+v leaves the page", got[3])
	}
}
