package answers

import (
	"context"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

// hall is two brands; of the first a manager, two who write, one who only
// answers, and its client.
type hall struct {
	*testing.T
	db                               *sqldb.DB
	room                             *Service
	a, b                             id.Brand
	maud, claire, yann, malo, ondine team.Actor
	bruno                            team.Actor
	now                              time.Time
	people                           []team.Member
	posts                            []Post
	channels                         []channel.Channel
}

func each(t *testing.T, fn func(h *hall)) {
	h := &hall{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	sqldbtest.Each(t, []sqldb.Schema{logbook.Schema, Schema}, func(t *testing.T, db *sqldb.DB) {
		*h = hall{T: t, db: db, a: id.New[id.Brand](), b: id.New[id.Brand](), now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
		who := func(b id.Brand, r team.Role) team.Actor {
			p := id.New[id.Person]()
			if b == h.a {
				h.people = append(h.people, team.Member{Person: p, Role: r})
			}
			return team.Actor{Person: p, Roles: map[id.Brand]team.Role{b: r}}
		}
		h.maud, h.claire, h.yann, h.malo, h.ondine = who(h.a, team.Manager), who(h.a, team.Community), who(h.a, team.Community), who(h.a, team.Moderator), who(h.a, team.Client)
		h.bruno = who(h.b, team.Owner)
		h.room = New(Needs{DB: db, Book: logbook.New(db),
			Brand: func(_ context.Context, _ sqldb.Q, b id.Brand) (brand.Brand, error) {
				return brand.Brand{ID: b, Name: "Kerlann", Language: "fr", Zone: "Europe/Paris"}, nil
			},
			People:   func(context.Context, id.Brand) ([]team.Member, error) { return h.people, nil },
			Channels: func(context.Context, id.Brand) ([]channel.Channel, error) { return h.channels, nil },
			Media:    func(context.Context, team.Actor, id.Brand, id.Media) error { return fault.New(fault.NotFound, "") },
			Posts:    func(context.Context, team.Actor, id.Brand, string) ([]Post, error) { return h.posts, nil },
		})
		fn(h)
	}, sqldbtest.Now(func() time.Time { return h.now }))
}

func (h *hall) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *hall) refused(err error, kind fault.Kind, key string) {
	h.Helper()
	f := fault.As(err)
	if f == nil || f.Kind != kind || key != "" && f.Key != key {
		h.Errorf("got %v, want %s %s", err, kind, key)
	}
}

func (h *hall) save(a Answer) Answer {
	h.Helper()
	a, err := h.room.Save(h.Context(), h.claire, h.a, a)
	h.ok(err)
	return a
}

func plain(title, text string) Answer {
	return Answer{Title: title, Texts: []Text{{Language: "fr", Text: text}}}
}

// position writes and approves one.
func (h *hall) position(key PositionID, d NewWording) Stood {
	h.Helper()
	if len(d.Texts) == 0 {
		d.Texts = []Saying{{Language: "fr", Say: "Nous le disons ainsi."}}
	}
	p, err := h.room.Write(h.Context(), h.claire, h.a, key, 0, d)
	h.ok(err)
	p, err = h.room.Approve(h.Context(), h.maud, h.a, p.ID, p.Last().Number, p.Version)
	h.ok(err)
	return p
}

// I3: a saved answer is filled for one person in her language, for her network,
// and what is not known stays a blank that is never sent.
func TestAnAnswerIsFilledForOnePerson(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		_, err := h.room.Set(ctx, h.maud, h.a, AnswerSetting{Months: 6, Stale: network.Warn, Variables: []Variable{{Name: "heures d’ouverture", Value: "9 h à 18 h"}, {Name: "Heures d'ouverture", Language: "en", Value: "9 am to 6 pm"}}})
		h.ok(err)
		a := h.save(Answer{Title: "Horaires", Texts: []Text{
			{Language: "fr", Text: "Bonjour {prénom}, {marque} vous attend de {heures d’ouverture}. Dossier {numéro}."},
			{Language: "fr", Network: "bluesky", Text: "{Prenom}, c’est {heures_d_ouverture} !"},
			{Language: "en", Text: "Hello {first_name}, {brand} is open {heures d’ouverture}."},
		}})
		for _, c := range []struct {
			want          Want
			text, missing string
		}{
			{Want{Language: "fr", Values: map[string]string{FirstName: "Lise", "numero": "12"}}, "Bonjour Lise, Kerlann vous attend de 9 h à 18 h. Dossier 12.", ""},
			{Want{Language: "fr-CA", Values: map[string]string{"prénom": "Lise"}}, "Bonjour Lise, Kerlann vous attend de 9 h à 18 h. Dossier {numéro}.", "numéro"},
			{Want{Language: "fr", Network: "bluesky", Values: map[string]string{"firstname": "Lise"}}, "Lise, c’est 9 h à 18 h !", ""},
			{Want{Language: "en", Network: "bluesky"}, "Hello {first_name}, Kerlann is open 9 am to 6 pm.", "first_name"},
			{Want{Language: "fr", Network: "bluesky", Values: map[string]string{FirstName: "{marque}"}}, "{marque}, c’est 9 h à 18 h !", ""},
		} {
			f, err := h.room.Fill(ctx, h.malo, h.a, a.ID, c.want)
			h.ok(err)
			if f.Text != c.text || strings.Join(f.Missing, "|") != c.missing {
				h.Errorf("%v: %q, missing %q", c.want, f.Text, f.Missing)
			}
		}
		h.refused(Ready("Dossier {numéro}."), fault.Invalid, "answers.blanks")
		h.ok(Ready("Un {} et { rien } et {\"json\": 1}"))
		if f, err := h.room.Fill(ctx, h.malo, h.a, a.ID, Want{Language: "br"}); err != nil || !f.Other {
			h.Errorf("a language without a text is not said: %+v %v", f, err)
		}
	})
}

// I3: each use is counted, and stands in the logbook with its count.
func TestUsesAreCountedInTheLogbook(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		a := h.save(plain("Merci", "Merci {prénom}"))
		for range 2 {
			_, err := h.room.Use(ctx, h.malo, h.a, a.ID, Want{For: "c1"})
			h.ok(err)
		}
		r, err := h.room.Get(ctx, h.malo, h.a, a.ID)
		h.ok(err)
		if r.Uses != 2 || !r.Used.Equal(h.now) {
			h.Errorf("%d uses, last %v", r.Uses, r.Used)
		}
		data, err := sqldb.Values[string](ctx, h.db, `SELECT data FROM act WHERE brand = ? AND act = ? ORDER BY seq`, h.a, ActUsed)
		h.ok(err)
		if len(data) != 2 || !strings.Contains(data[1], `"count":2`) || !strings.Contains(data[1], `"for":"c1"`) {
			h.Errorf("acts %q", data)
		}
		h.ok(h.room.Archive(ctx, h.maud, h.a, a.ID))
		_, err = h.room.Use(ctx, h.malo, h.a, a.ID, Want{})
		h.refused(err, fault.Conflict, "answers.is_archived")
	})
}

// P1, T1: who answers reads and uses, who writes writes, the manager removes;
// another brand sees nothing.
func TestWhoMayDoWhat(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		a := h.save(plain("Merci", "Merci"))
		p := h.position("", NewWording{Subject: "Emballage", From: "2026-11-01"})
		for _, c := range []struct {
			name              string
			who               team.Actor
			read, write, away bool
		}{{"manager", h.maud, true, true, true}, {"community", h.claire, true, true, false}, {"moderator", h.malo, true, false, false}, {"client", h.ondine, false, false, false}, {"stranger", h.bruno, false, false, false}} {
			_, err := h.room.Get(ctx, c.who, h.a, a.ID)
			_, perr := h.room.Position(ctx, c.who, h.a, p.ID)
			_, serr := h.room.Suggest(ctx, c.who, h.a, "merci", "fr", "", 3)
			if (err == nil) != c.read || (perr == nil) != c.read || (serr == nil) != c.read {
				h.Errorf("%s reads: %v %v %v", c.name, err, perr, serr)
			}
			if err := h.room.Reviewed(ctx, c.who, h.a, a.ID); (err == nil) != c.write {
				h.Errorf("%s writes: %v", c.name, err)
			}
			if err := h.room.Archive(ctx, c.who, h.a, a.ID); (err == nil) != c.away {
				h.Errorf("%s removes: %v", c.name, err)
			}
			if c.name == "stranger" {
				h.refused(err, fault.NotFound, "")
			}
		}
		_, err := h.room.Get(ctx, h.bruno, h.b, a.ID)
		h.refused(err, fault.NotFound, "")
		_, err = h.room.Save(ctx, h.bruno, h.b, Answer{ID: a.ID, Title: "x"})
		h.refused(err, fault.NotFound, "")
		_, err = h.room.Save(ctx, h.bruno, h.b, Answer{Title: "x", Position: p.ID, Texts: []Text{{Language: "fr", Text: "x"}}})
		h.refused(err, fault.Invalid, "answers.position_none")
	})
}

func TestAnAnswerIsFoundReadAgainArchivedAndBroughtBack(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		a := h.save(Answer{Title: "Délai de livraison", Question: "Quand arrive mon colis ?", Folder: "Livraison", Labels: []string{"colis", "Colis"}, Texts: []Text{{Language: "fr", Text: "Trois jours."}}})
		h.save(plain("Merci", "Merci beaucoup"))
		list := func(f Filter) string {
			rows, _, err := h.room.List(ctx, h.malo, h.a, f, "", 50)
			h.ok(err)
			var out []string
			for _, r := range rows {
				out = append(out, r.Title)
			}
			return strings.Join(out, ", ")
		}
		for _, c := range []struct {
			f    Filter
			want string
		}{{Filter{}, "Délai de livraison, Merci"}, {Filter{Text: "DELAI jours"}, "Délai de livraison"}, {Filter{Folder: "Livraison"}, "Délai de livraison"}, {Filter{Label: "COLIS"}, "Délai de livraison"}, {Filter{Text: "absent"}, ""}, {Filter{Only: "review"}, ""}, {Filter{Language: "en"}, ""}} {
			if got := list(c.f); got != c.want {
				h.Errorf("%+v: %q, want %q", c.f, got, c.want)
			}
		}
		rows, more, err := h.room.List(ctx, h.malo, h.a, Filter{}, "", 1)
		h.ok(err)
		next, last, err := h.room.List(ctx, h.malo, h.a, Filter{}, rows[0].ID, 1)
		h.ok(err)
		if !more || last || next[0].Title != "Merci" {
			h.Errorf("pages: %v %v %v", more, last, next)
		}
		h.now = h.now.AddDate(0, 7, 0)
		if got := list(Filter{Only: "review"}); got != "Délai de livraison, Merci" {
			h.Errorf("to read again after seven months: %q", got)
		}
		h.ok(h.room.Reviewed(ctx, h.claire, h.a, a.ID))
		if got := list(Filter{Only: "review"}); got != "Merci" {
			h.Errorf("read again: %q", got)
		}
		h.ok(h.room.Archive(ctx, h.maud, h.a, a.ID))
		if got := list(Filter{}) + "|" + list(Filter{Only: "archived"}); got != "Merci|Délai de livraison" {
			h.Errorf("archived: %q", got)
		}
		if s, err := h.room.Suggest(ctx, h.malo, h.a, "livraison", "fr", "", 3); err != nil || len(s) != 0 {
			h.Errorf("an archived answer is suggested: %v %v", s, err)
		}
		h.ok(h.room.Restore(ctx, h.maud, h.a, a.ID))
		if got := list(Filter{}); got != "Délai de livraison, Merci" {
			h.Errorf("restored: %q", got)
		}
	})
}

func TestALaterSaveNeverSilentlyWinsAndVersionsAreKept(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		a := h.save(plain("Merci", "Merci"))
		b := a
		b.Texts = []Text{{Language: "fr", Text: "Merci à vous"}}
		h.save(b)
		a.Title = "Autre"
		_, err := h.room.Save(ctx, h.yann, h.a, a)
		h.refused(err, fault.Conflict, "answers.changed")
		all, err := h.room.Versions(ctx, h.malo, h.a, a.ID)
		h.ok(err)
		if len(all) != 2 || all[0].Texts[0].Text != "Merci à vous" || all[1].Texts[0].Text != "Merci" {
			h.Errorf("versions %+v", all)
		}
	})
}

func TestWhatIsWrongWithAnAnswerIsSaid(t *testing.T) {
	each(t, func(h *hall) {
		for key, a := range map[string]Answer{
			"answers.title_none": plain(" ", "x"), "answers.text_none": plain("x", " \n"), "answers.long": plain(strings.Repeat("é", 121), "x"),
			"answers.language":   {Title: "x", Texts: []Text{{Language: "Français", Text: "x"}}},
			"answers.text_twice": {Title: "x", Texts: []Text{{Language: "fr", Text: "x"}, {Language: "fr", Text: "y"}}},
			"answers.media":      {Title: "x", Media: []id.Media{id.New[id.Media]()}, Texts: []Text{{Language: "fr", Text: "x"}}},
		} {
			_, err := h.room.Save(h.Context(), h.claire, h.a, a)
			h.refused(err, fault.Invalid, key)
		}
	})
}

// I3: how long a text is, is known for every network of the brand.
func TestTheNetworksAnAnswerIsTooLongForAreNamed(t *testing.T) {
	each(t, func(h *hall) {
		ch := func(k network.Kind, most int) channel.Channel {
			return channel.Channel{ID: id.New[id.Channel](), Network: k, Title: string(k), Capabilities: network.Capabilities{Text: network.TextRule{Max: most, Unit: network.Graphemes}}}
		}
		h.channels = []channel.Channel{ch("bluesky", 10), ch("mastodon", 10), ch("mail", 0)}
		a := h.save(Answer{Title: "x", Texts: []Text{{Language: "fr", Text: "Une réponse bien trop longue"}, {Language: "fr", Network: "bluesky", Text: "Courte"}}})
		all, err := h.room.Lengths(h.Context(), h.malo, h.a, a)
		h.ok(err)
		var over []string
		for _, l := range all {
			if l.Over {
				over = append(over, l.Title)
			}
		}
		if len(all) != 3 || strings.Join(over, ",") != "mastodon" {
			h.Errorf("%d counted, too long for %v", len(all), over)
		}
	})
}

func TestAFileComesBackAsItWentAndRunsNoFormula(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		h.save(Answer{Title: "=HYPERLINK(\"x\")", Question: "+33 ?", Folder: "@dossier", Labels: []string{"a", "b"}, Texts: []Text{{Language: "fr", Text: "-1\nsur deux lignes, « oui »"}, {Language: "en", Network: "bluesky", Text: "'=1"}}})
		rows, _, err := h.room.List(ctx, h.malo, h.a, Filter{}, "", 10)
		h.ok(err)
		file, err := Export(rows)
		h.ok(err)
		cells, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(file), "\ufeff"))).ReadAll()
		h.ok(err)
		for _, row := range cells {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
					h.Errorf("a cell is run: %q", cell)
				}
			}
		}
		all, err := Read(file, "fr")
		h.ok(err)
		got, err := h.room.Bring(ctx, h.claire, h.a, all, false)
		h.ok(err)
		again, _, err := h.room.List(ctx, h.malo, h.a, Filter{}, "", 10)
		h.ok(err)
		if got != (Brought{0, 1}) || len(again) != 1 || again[0].Texts[1] != rows[0].Texts[1] || again[0].Texts[0] != rows[0].Texts[0] || again[0].Title != rows[0].Title || again[0].Question != rows[0].Question {
			h.Errorf("%+v: %+v", got, again)
		}
		all, err = Read([]byte("Titre;Réponse\nUn;Oui\nDeux;Non\n"), "fr")
		h.ok(err)
		if got, err = h.room.Bring(ctx, h.claire, h.a, all, true); err != nil || got != (Brought{2, 0}) {
			h.Errorf("dry: %+v %v", got, err)
		}
		if rows, _, err = h.room.List(ctx, h.malo, h.a, Filter{}, "", 10); err != nil || len(rows) != 1 {
			h.Errorf("a dry run wrote: %d", len(rows))
		}
		_, err = Read([]byte("titre,texte\nUn,\n"), "fr")
		if f := fault.As(err); f == nil || f.Key != "answers.file_row" || f.Values["row"] != 2 {
			h.Errorf("a bad row: %v", err)
		}
	})
}
