package app_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"vigie/internal/answers"
	"vigie/internal/approval"
	"vigie/internal/assets"
	"vigie/internal/base/id"
	"vigie/internal/charter"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// mark is in every name and text of the brand behind the wall, so that one
// look at an answer shows whether anything came through. Strangers search for
// lure, which its posts and media hold as well.
const (
	mark = "zinnober"
	lure = "quokka"
)

// street is two brands side by side.
type street struct {
	*house
	a, b id.Brand
	// claire owns a, ondine is its client; bruno owns b; rosa runs the instance
	// and has no role anywhere.
	claire, ondine, bruno, rosa *person
	draft                       publishing.Post // of a; not for its client
	// ids are a's, by the name that a path or a body gives them.
	ids map[string]string
	// secret is what no stranger may read.
	secret []string
}

func buildStreet(h *house) *street {
	h.Helper()
	ctx := h.Context()
	s := &street{house: h}
	s.rosa = h.join("Rosa Mandarine", true, nil)
	s.a = h.brand("Maison Zinnober", "manufacture zinnober")
	s.b = h.brand("Brasserie Tilleul", "brasserie")
	gone := h.brand("Zinnober Ancienne", "fermée")
	s.claire = h.join("Claire Zinnober", false, map[id.Brand]team.Role{s.a: team.Owner, gone: team.Owner})
	s.ondine = h.join("Ondine Zinnober", false, map[id.Brand]team.Role{s.a: team.Client})
	s.bruno = h.join("Bruno Tilleul", false, map[id.Brand]team.Role{s.b: team.Owner})
	me := s.claire.actor
	h.ok(h.Brands.Archive(ctx, me, gone, "Zinnober Ancienne"))
	fresh, err := h.Team.ActorOf(ctx, s.claire.id)
	h.ok(err)
	me, s.claire.actor = fresh, fresh

	ch := h.channel(me, s.a, "kumquat_znb", "Atelier Zinnober")
	h.channel(s.bruno.actor, s.b, "tilleul", "Brasserie Tilleul")
	camp, err := h.Publishing.SaveCampaign(ctx, me, s.a, publishing.Campaign{Name: "Noël zinnober", Colour: "#aa3311", From: "2027-01-04", To: "2027-01-20"})
	h.ok(err)
	slot, err := h.Publishing.AddSlot(ctx, me, s.a, ch.ID, 2, "09:00")
	h.ok(err)
	cat, err := h.Publishing.SaveCategory(ctx, me, s.a, publishing.Category{Name: "Conseils zinnober", Weight: 1})
	h.ok(err)
	added, err := h.Assets.Add(ctx, me, s.a, "vitrine-zinnober-quokka.png", picture(h.T, 200))
	h.ok(err)
	h.ok(h.Jobs.Drain(ctx))
	_, err = h.Assets.SaveLicence(ctx, me, s.a, added.Media.ID, 0, assets.Licence{Kind: assets.Stock, Holder: "Agence Zinnober", Price: 100})
	h.ok(err)
	agreed, err := h.Assets.SaveConsent(ctx, me, s.a, added.Media.ID, assets.Consent{Kind: assets.Model, Who: "Ondine Zinnober"})
	h.ok(err)
	paper, err := h.Assets.AddDocument(ctx, me, s.a, added.Media.ID, agreed.ID, "accord-zinnober.pdf", strings.NewReader("%PDF-1.7"))
	h.ok(err)
	up, err := h.Assets.BeginUpload(ctx, me, s.a, "zinnober-suite.png", 4000)
	h.ok(err)
	s.draft = h.draft(me, s.a, "Brouillon zinnober", "Un quokka zinnober encore secret.", ch.ID)
	planned := h.draft(me, s.a, "Annonce zinnober", "Le quokka zinnober arrive.", ch.ID)
	labels := []string{"zinnober-étiquette"}
	media := []publishing.MediaRef{{ID: added.Media.ID}}
	planned, err = h.Publishing.Save(ctx, me, s.a, planned.ID, planned.Version, publishing.Edit{Labels: &labels, Campaign: &camp.ID, Media: &media})
	h.ok(err)
	planned = h.plan(me, planned, h.tomorrow())
	pubs, err := h.Publishing.Publications(ctx, me, s.a, planned.ID)
	h.ok(err)
	imp, err := h.Publishing.OpenImport(ctx, me, s.a, "planning-zinnober.csv", strings.NewReader("texte,date\nUn zinnober de plus,2027-03-01 09:00\n"))
	h.ok(err)
	series, err := h.Publishing.MakeSeries(ctx, me, s.a, planned.ID, "FREQ=WEEKLY;COUNT=2", false)
	h.ok(err)
	ideaWords := "Idée zinnober"
	idea, err := h.Publishing.AddIdea(ctx, me, s.a, publishing.IdeaNew, publishing.IdeaEdit{Words: &ideaWords})
	h.ok(err)
	template, err := h.Publishing.MakeTemplate(ctx, me, s.a, s.draft.ID, "Modèle zinnober")
	h.ok(err)
	bulk, err := h.Publishing.EditMany(ctx, me, s.a, []id.Post{s.draft.ID}, publishing.Bulk{AddLabels: []string{"zinnober-ensemble"}}, nil)
	h.ok(err)
	feed, secretToken, err := h.Publishing.MakeFeed(ctx, me, s.a, "Agenda zinnober", publishing.FeedFull)
	h.ok(err)
	reads := approval.Default(s.a)
	reads.Steps = []approval.Step{{}, {Client: true}}
	h.ok(h.Approval.SetPolicy(ctx, me, reads))
	private, address, err := h.Approval.MakeLink(ctx, me, s.a, approval.NewLink{Name: "Cliente Zinnober", Email: "cliente@zinnober.test"})
	h.ok(err)
	file, err := h.Approval.Read(ctx, approval.Reader{Actor: me}, s.a, planned.ID, true)
	h.ok(err)
	remark, err := h.Approval.Remark(ctx, approval.Reader{Actor: me}, s.a, approval.NewRemark{Post: planned.ID, Round: file.ID, Words: "Plus de zinnober."})
	h.ok(err)
	versions := h.draft(me, s.a, "Choix zinnober", "Première version zinnober.", ch.ID)
	_, err = h.Approval.Propose(ctx, me, s.a, approval.Offer{Post: versions.ID, Local: planned.Planned.Local, Others: []approval.Saying{{Text: "Seconde version zinnober."}}})
	h.ok(err)
	inv, link, err := h.Team.InviteTo(ctx, me, s.a, team.Invite{Role: team.Analyst, Email: "invitee-zinnober@agence.test"})
	h.ok(err)
	in, err := h.Channels.Begin(ctx, me, s.a, "practice", "")
	h.ok(err)
	sessions, err := h.Team.Sessions(ctx, me)
	h.ok(err)
	tokens, err := h.Team.Tokens(ctx, me)
	h.ok(err)
	past := "Zinnober d’hier"
	old, err := h.Publishing.Record(ctx, me, s.a, publishing.Past{Edit: publishing.Edit{Text: &past}, At: h.DB.Now().Add(-26 * time.Hour),
		Places: []publishing.Place{{Channel: ch.ID, Sent: []publishing.SentPart{{Ref: "zinnober-ref", URL: "https://quokka.example/zinnober"}}}}})
	h.ok(err)
	recall, err := h.Publishing.Recall(ctx, me, s.a, publishing.RecallOrder{Kind: publishing.TakeBack, Reason: "Un zinnober de trop", Posts: []id.Post{old[0].ID}})
	h.ok(err)
	frost, err := h.Publishing.Freeze(ctx, me, s.a, "Rappel zinnober de produits")
	h.ok(err)

	rule, err := h.Charter.Save(ctx, me, s.a, charter.Rule{Name: "Règle zinnober", Why: "Parce que zinnober.", Kind: charter.Avoid, Severity: network.Warn, On: true,
		Spec: charter.Spec{Terms: []charter.Term{{Text: "mot zinnober"}}}})
	h.ok(err)
	day, err := h.Charter.SaveDay(ctx, me, s.a, charter.Day{Name: "Deuil zinnober", From: "2027-05-04", Severity: network.Warn})
	h.ok(err)
	h.ok(h.Charter.Learn(ctx, me, s.a, "zinnobérien"))

	heard := hear(h, me, ch)

	stance, err := h.Answers.Write(ctx, me, s.a, "", 0, answers.NewWording{Subject: "Sujet zinnober", From: "2026-01-01", Phrases: []string{"phrase zinnober"}, Texts: []answers.Saying{{Language: "fr", Say: "On dit zinnober."}}})
	h.ok(err)
	reply, err := h.Answers.Save(ctx, me, s.a, answers.Answer{Title: "Réponse zinnober", Question: "Où est le quokka ?", Folder: "Zinnober", Position: stance.ID, Texts: []answers.Text{{Language: "fr", Text: "Chez zinnober."}}})
	h.ok(err)

	s.ids = map[string]string{
		"conversation": string(heard.talk), "note": string(heard.note), "view": string(heard.view), "change": string(heard.change), "reply": string(heard.answer),
		"answer": string(reply.ID), "position": string(stance.ID),
		"rule": string(rule.ID), "silent": string(day.ID),
		"brand": string(s.a), "archived": string(gone), "person": string(s.ondine.id), "invitation": string(inv.ID), "session": string(sessions[0].ID),
		"token": string(tokens[0].ID), "channel": string(ch.ID), "signin": in.ID, "campaign": string(camp.ID), "slot": slot.ID, "category": string(cat.ID),
		"media": string(added.Media.ID), "upload": string(up.ID), "post": string(s.draft.ID), "publication": string(pubs[0].ID), "freeze": frost.Freeze.ID,
		"recall": string(recall.ID), "leg": string(recall.Legs[0].ID),
		"link": string(private.ID), "remark": string(remark.ID), "round": string(file.ID),
		"import": string(imp.ID), "series": string(series.ID), "feed": string(feed.ID),
		"idea": string(idea.ID), "template": string(template.ID), "bulk": string(bulk.ID),
		"consent": string(agreed.ID), "document": string(paper.ID),
		"account": ch.Handle, "key": strings.Repeat("ab", 32),
	}
	s.secret = []string{mark, ch.Handle, secretToken, link, address, string(planned.ID)}
	for name, v := range s.ids {
		if name != "key" {
			s.secret = append(s.secret, v)
		}
	}
	return s
}

// leaks lists what of brand a stands in an answer without having stood in the
// question.
func (s *street) leaks(got answer, asked ...string) (out []string) {
	all := strings.ToLower(got.body + fmt.Sprint(got.head))
	for _, secret := range s.secret {
		known := slices.ContainsFunc(asked, func(q string) bool { return strings.Contains(strings.ToLower(q), strings.ToLower(secret)) })
		if !known && strings.Contains(all, strings.ToLower(secret)) {
			out = append(out, secret)
		}
	}
	return out
}

// The tables that do not name a brand, and how brand a's rows are found in
// them; "" with a reason where nobody's content stands. A new table that is
// not here fails the test.
var unbranded = map[string]string{
	"brand":               `id = :a`,
	"person":              `id IN (:people)`,
	"person_session":      `person IN (:people)`,
	"person_device":       `person IN (:people)`,
	"person_reset":        `person IN (:people)`,
	"publication_content": `publication IN (SELECT id FROM publication WHERE brand = :a)`,
	"publication_step":    `publication IN (SELECT id FROM publication WHERE brand = :a)`,
	"post_import_piece":   `import IN (SELECT id FROM post_import WHERE brand = :a)`,
	"post_imported":       `import IN (SELECT id FROM post_import WHERE brand = :a)`,
	"series_post":         `series IN (SELECT id FROM series WHERE brand = :a)`,
	"act_personal":        `act IN (SELECT id FROM act WHERE brand = :a)`,
	"act_took":            `act IN (SELECT id FROM act WHERE brand = :a)`,

	"idempotency": "", "person_first": "", // the caller's own, and nobody's
	"gate": "", "node": "", "job_node": "", "act_cursor": "", // the machine's
	"search_words": "", "search_term": "", // its rows are search_doc's
}

// machine is the tables of the machine, and of the practice network, which
// stands outside of the house.
var machine = regexp.MustCompile(`^(river_|sqlite_|goose|schema_|search_words_|practice_)`)

// state is every row that belongs to brand a, table by table.
func (s *street) state() map[string]string {
	s.Helper()
	list := `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`
	columns := `SELECT name FROM pragma_table_info(?) ORDER BY cid`
	if s.DB.Dialect() == sqldb.Postgres {
		list = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name`
		columns = `SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ? ORDER BY ordinal_position`
	}
	tables, err := sqldb.Values[string](s.Context(), s.DB, list)
	s.ok(err)
	where := strings.NewReplacer(":a", "'"+string(s.a)+"'", ":people", "'"+string(s.claire.id)+"','"+string(s.ondine.id)+"'")
	out := map[string]string{}
	for _, t := range tables {
		if machine.MatchString(t) {
			continue
		}
		cols, err := sqldb.Values[string](s.Context(), s.DB, columns, t)
		s.ok(err)
		cond, known := unbranded[t]
		switch {
		case !known && slices.Contains(cols, "brand"):
			cond = `brand = :a`
		case !known:
			s.Fatalf("table %s has no brand: say in unbranded how a brand's rows are found in it", t)
		case cond == "":
			continue
		}
		out[t] = s.dump(cols, `SELECT `+strings.Join(cols, ", ")+` FROM `+t+` WHERE `+where.Replace(cond)+` ORDER BY 1, 2`)
	}
	return out
}
