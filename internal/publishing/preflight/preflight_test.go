package preflight

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/publishing"
)

const sables = "Les sablés de la Saint-Martin sortent du four à midi, avec le beurre de la ferme de Kergoat et une pointe de fleur de sel."

func TestNearlyTheSameTextIsRecognised(t *testing.T) {
	p, _ := printOf(sables + " https://kerlann.fr/a?utm_source=x")
	for text, want := range map[string]bool{
		strings.ToUpper(sables) + " https://kerlann.fr/a?utm_source=y":                                                                                       true,
		"Les sables de la Saint Martin sortent du four à midi : avec le beurre de la ferme de Kergoat, et une pointe de fleur de sel ! https://kerlann.fr/a": true,
		"Nos sablés de la Saint-Martin sortent du four à midi, avec le beurre de la ferme de Kergoat et une pointe de fleur de sel. https://kerlann.fr/a":    true,
		"Le cidre de la ferme est arrivé, avec ses pommes de trois vergers et pas une goutte de sucre.":                                                      false,
		"Bonjour": false,
	} {
		o, ok := printOf(text)
		if got := ok && p.like(o) >= alike; got != want {
			t.Errorf("%.40s…: %v (%.2f)", text, got, p.like(o))
		}
	}
}

func TestDaysOfATextAreReadInBothLanguages(t *testing.T) {
	today := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string][]string{
		"Jusqu’au 12 novembre":                {"2026-11-12"},
		"Du 1er décembre au 3 janvier":        {"2026-12-01", "2027-01-03"},
		"le 14/07/2026 et le 31/02/2026":      {"2026-07-14"},
		"Offer ends November 12th":            {"2026-11-12"},
		"until 2nd of December, 2026":         {"2026-12-02"},
		"Le 5 mai 2027":                       {"2027-05-05"},
		"Fondée le 3 mars 1952":               nil,
		"Merci à tous pour le 12 novembre":    nil,
		"3 mars pour 12 sablés, 1/2 tarif":    {"2027-03-03"},
		"Jusqu’au 12/11, puis le 3/12":        {"2026-11-12", "2026-12-03"},
		"Du 1/12 au 24/12":                    {"2026-12-01", "2026-12-24"},
		"Note : 12/11, ou 3/4 de beurre":      nil,
		"version 2.11.0, 99 novembre, 10 mar": nil,
	} {
		var got []string
		for _, d := range Dates(text, today) {
			got = append(got, d.Day.Format("2006-01-02"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// P8: a day of the week that does not go with its date is said.
func TestADayOfTheWeekThatIsAnotherIsFound(t *testing.T) {
	today := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]bool{
		"Rendez-vous vendredi 27 novembre": false, "Rendez-vous samedi 27 novembre": true, "Samedi 28 novembre, puis dimanche 28 novembre": true,
		"See you on Friday, November 27th": false, "See you on Thursday, November 27th": true, "le mardi 1er décembre 2026": false, "lundi 01/12/2026": true,
		"Ouvert le lundi. Le 27 novembre, fermé": false, "27 novembre": false,
	} {
		got := slices.ContainsFunc(Dates(text, today), func(d Date) bool { return d.Wrong })
		if got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestTheLanguageIsGuessedOrLeft(t *testing.T) {
	for text, want := range map[string]string{
		sables: "fr", "Our butter biscuits are out of the oven and they will not last the day, so come and see us at the shop": "en",
		"Bonjour": "", "Kerlann Kergoat Saint-Martin sarrasin beurre sel": "",
	} {
		if got := Language(text); got != want {
			t.Errorf("%.30s: %q, want %q", text, got, want)
		}
	}
}

type stage struct {
	*testing.T
	db    *sqldb.DB
	brand id.Brand
	ch    channel.Channel
}

func each(t *testing.T, fn func(s *stage)) {
	sqldbtest.Each(t, []sqldb.Schema{logbook.Schema, search.Schema, publishing.Schema}, func(t *testing.T, db *sqldb.DB) {
		s := &stage{T: t, db: db, brand: id.New[id.Brand]()}
		s.ch = channel.Channel{ID: id.New[id.Channel](), Brand: s.brand, Capabilities: network.Capabilities{Images: network.ImageRule{Max: 4, AltMax: 100}}}
		fn(s)
	})
}

func (s *stage) subject(text string) publishing.Subject {
	return publishing.Subject{Brand: s.brand, Post: id.New[id.Post](), Channel: s.ch, Content: publishing.Content{Parts: []publishing.Part{{Text: text}}}, At: time.Now().Add(time.Hour), Zone: "Europe/Paris"}
}

// said writes a publication of the past straight into the tables.
func (s *stage) said(text string, ago time.Duration) id.Post {
	s.Helper()
	post, pub := id.New[id.Post](), id.New[id.Publication]()
	at := sqldb.At(time.Now().Add(-ago))
	for _, q := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO post (id, brand, title, body, media, options, campaign, labels, local_time, zone, validation, badge, changed, channels, media_count, author, made_at, editor, edited_at, version)
			VALUES (?,?,'','','[]','{}','','[]','','','approved','sent',?,'[]',0,'',?,'',?,1)`, []any{post, s.brand, false, at, at}},
		{`INSERT INTO publication (id, brand, post, channel, state, hash, local_time, zone, due_at, attempts, node, sent, url, confirm, problem, detail, looks, version) VALUES (?,?,?,?,'sent','','','',?,1,'','[]','',?,'','{}',0,1)`, []any{pub, s.brand, post, s.ch.ID, at, false}},
		{`INSERT INTO publication_content (publication, content) VALUES (?,?)`, []any{pub, sqldb.JSON[publishing.Content]{V: publishing.Content{Parts: []publishing.Part{{Text: text}}}}}},
	} {
		if _, err := s.db.Exec(s.Context(), q.text, q.args...); err != nil {
			s.Fatal(err)
		}
	}
	return post
}

func rules(all []publishing.Finding) (out []string) {
	for _, f := range all {
		out = append(out, f.Key)
	}
	return out
}

// P3: a post that the queue says again on purpose is no mistake: it is said to be
// one, unless somebody else's words are the same too.
func TestAnEvergreenIsNoTwin(t *testing.T) {
	each(t, func(s *stage) {
		first, again := s.said(sables, 24*time.Hour), s.said(sables, time.Hour)
		if _, err := s.db.Exec(s.Context(), `UPDATE post SET origin = ?, again = 1 WHERE id = ?`, first, again); err != nil {
			s.Fatal(err)
		}
		next := s.subject(sables)
		next.Post = again
		got, err := NewTwins().Examine(s.Context(), s.db, next)
		if err != nil || len(got) != 1 || got[0].Rule != "preflight.evergreen" || !strings.HasSuffix(got[0].Remedy.Href, string(first)) {
			s.Errorf("%+v %v", got, err)
		}
		s.said(sables, 3*time.Hour)
		if got, err := NewTwins().Examine(s.Context(), s.db, next); err != nil || !slices.Equal(rules(got), []string{"preflight.twin"}) {
			s.Errorf("somebody wrote it too: %v %v", rules(got), err)
		}
		if got, err := NewTwins().Examine(s.Context(), s.db, s.subject(sables)); err != nil || !slices.Equal(rules(got), []string{"preflight.twin"}) {
			s.Errorf("not saved yet: %v %v", rules(got), err)
		}
	})
}

// P8: what was already said on this channel in the last 90 days.
func TestWhatAChannelSaidIsFoundForNinetyDays(t *testing.T) {
	each(t, func(s *stage) {
		post := s.said(sables, 24*time.Hour)
		s.said("Le cidre nouveau coule à flots ce matin dans la cour de la ferme, venez avec vos bouteilles.", 100*24*time.Hour)
		look := func(text string) []publishing.Finding {
			s.Helper()
			got, err := NewTwins().Examine(s.Context(), s.db, s.subject(text))
			if err != nil {
				s.Fatal(err)
			}
			return got
		}
		if got := look(strings.ToUpper(sables)); len(got) != 1 || got[0].Key != "preflight.twin" || !strings.HasSuffix(got[0].Remedy.Href, string(post)) {
			s.Errorf("the same: %+v", got)
		}
		if got := rules(look(sables + " À bientôt.")); !slices.Equal(got, []string{"preflight.twin_near"}) {
			s.Errorf("nearly the same: %v", got)
		}
		if got := look("Le cidre nouveau coule à flots ce matin dans la cour de la ferme, venez avec vos bouteilles."); len(got) != 0 {
			s.Errorf("said a hundred days ago: %v", rules(got))
		}
		other := s.subject(sables)
		other.Channel.ID = id.New[id.Channel]()
		if got, err := NewTwins().Examine(s.Context(), s.db, other); err != nil || len(got) != 0 {
			s.Errorf("said on another channel: %v, %v", rules(got), err)
		}
	})
}

// P1: only the brands of whoever asks are ever named.
func TestAnotherBrandIsNamedOnlyToWhoWorksForIt(t *testing.T) {
	each(t, func(s *stage) {
		other, secret := id.New[id.Brand](), id.New[id.Brand]()
		known := map[id.Brand]House{s.brand: {ID: s.brand, Name: "Kerlann", Language: "fr", Handles: []string{"kerlann"}},
			other: {ID: other, Name: "Océane", Handles: []string{"oceane.test"}}, secret: {ID: secret, Name: "Zinnober"}}
		l := Looks{Houses: func(_ context.Context, _ sqldb.Q, ids []id.Brand) (out []House, _ error) {
			for _, b := range ids {
				out = append(out, known[b])
			}
			return out, nil
		}}
		sub := s.subject("Chez Océane et Zinnober, @oceane.test vous attend avec les sablés de la maison.")
		for _, sees := range [][]id.Brand{nil, {s.brand}, {s.brand, other}} {
			sub.Sees = sees
			got, err := l.Examine(s.Context(), s.db, sub)
			if err != nil {
				s.Fatal(err)
			}
			want := 0
			if slices.Contains(sees, other) {
				want = 2
			}
			if len(got) != want || strings.Contains(fmt.Sprint(got), "Zinnober") {
				s.Errorf("to one who sees %d brands: %v", len(sees), got)
			}
		}
	})
}

func TestPicturesFreezesLanguagesAndDaysAreLookedAt(t *testing.T) {
	each(t, func(s *stage) {
		l := Looks{Houses: func(context.Context, sqldb.Q, []id.Brand) ([]House, error) {
			return []House{{ID: s.brand, Name: "Kerlann", Language: "fr"}}, nil
		}}
		sub := s.subject("Our butter biscuits are out of the oven and they will not last the day: come before 12 November 2020 to the shop")
		sub.Content.Parts[0].Media = []publishing.MediaRef{{ID: id.New[id.Media]()}, {ID: id.New[id.Media](), Alt: "Des sablés"}}
		if _, err := s.db.Exec(s.Context(), `INSERT INTO brand_freeze (id, brand, reason, by_person, since, lifted_by) VALUES ('f', ?, '', '', 0, '')`, s.brand); err != nil {
			s.Fatal(err)
		}
		got, err := l.Examine(s.Context(), s.db, sub)
		if err != nil {
			s.Fatal(err)
		}
		if want := []string{"preflight.alt", "preflight.freeze", "preflight.past", "preflight.language.en"}; !slices.Equal(rules(got), want) {
			s.Errorf("found %v", rules(got))
		}
		sub.Leaving = true
		if got, err := l.Examine(s.Context(), s.db, sub); err != nil || len(got) != 0 {
			s.Errorf("before the call, what only warns is of no use: %v, %v", got, err)
		}
	})
}
