package app_test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/answers"
	"vigie/internal/app"
	"vigie/internal/approval"
	"vigie/internal/assets"
	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/charter"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/publishing/exchange"
	"vigie/internal/team"
)

var update = flag.Bool("update", false, "write the golden file of acts")

// buildPast makes a brand in which every verb of publishing, channel, assets and team
// was used once.
func buildPast(h *house) (id.Brand, *person) {
	h.Helper()
	ctx := h.Context()
	b := h.brand("Kerlann", "")
	claire := h.join("Claire", false, map[id.Brand]team.Role{b: team.Owner})
	yann := h.join("Yann", false, map[id.Brand]team.Role{b: team.Community})
	me := claire.actor
	ch := h.channel(me, b, "kerlann", "Kerlann")
	other := h.channel(me, b, "kerlann_bis", "Kerlann")
	_, err := h.Channels.Probe(ctx, me, b, ch.ID)
	h.ok(err)

	added, err := h.Assets.Add(ctx, me, b, "galettes.png", picture(h.T, 10))
	h.ok(err)
	h.ok(h.Jobs.Drain(ctx))
	_, err = h.Assets.Bin(ctx, me, b, added.Media.ID)
	h.ok(err)
	_, err = h.Assets.Unbin(ctx, me, b, added.Media.ID)
	h.ok(err)

	pastOfRights(h, me, b, added.Media.ID)

	p := h.draft(me, b, "Galettes", "Les galettes sont là.", ch.ID)
	text := "Les galettes sont chaudes."
	p, err = h.Publishing.Save(ctx, me, b, p.ID, p.Version, publishing.Edit{Text: &text})
	h.ok(err)
	p = h.plan(me, p, h.tomorrow())
	when := clock.Wall{Local: h.DB.Now().AddDate(0, 0, 2).Format("2006-01-02") + "T12:00", Zone: "Europe/Paris"}
	_, err = h.Publishing.MoveTo(ctx, me, b, publishing.Move{Post: p.ID, To: when})
	h.ok(err)
	_, err = h.Publishing.Freeze(ctx, me, b, "rappel")
	h.ok(err)
	_, err = h.Publishing.Thaw(ctx, me, b)
	h.ok(err)
	reads := approval.Default(b)
	reads.Steps, reads.Own = []approval.Step{{}}, true
	h.ok(h.Approval.SetPolicy(ctx, me, reads))
	who := approval.Reader{Actor: me}
	read, err := h.Approval.Read(ctx, who, b, p.ID, true)
	h.ok(err)
	remark, err := h.Approval.Remark(ctx, who, b, approval.NewRemark{Post: p.ID, Round: read.ID, Words: "Plus chaud."})
	h.ok(err)
	h.ok(h.Approval.Settle(ctx, me, b, remark.ID, false))
	h.ok(h.Approval.Decide(ctx, who, b, approval.Say{Post: p.ID, Round: read.ID, Verdict: approval.Approve}))
	way, _, err := h.Approval.MakeLink(ctx, me, b, approval.NewLink{Name: "Paul"})
	h.ok(err)
	_, _, err = h.Approval.RenewLink(ctx, me, b, way.ID, 0)
	h.ok(err)
	h.ok(h.Approval.RevokeLink(ctx, me, b, way.ID))
	kouign := approval.Saying{Text: "Les sablés sont chauds."}
	_, err = h.Approval.Propose(ctx, me, b, approval.Offer{Post: p.ID, Others: []approval.Saying{kouign}, Words: "Laquelle ?"})
	h.ok(err)
	h.ok(h.Approval.Withdraw(ctx, me, b, p.ID))
	_, err = h.Approval.Propose(ctx, me, b, approval.Offer{Post: p.ID, Others: []approval.Saying{kouign}})
	h.ok(err)
	read, err = h.Approval.Read(ctx, who, b, p.ID, false)
	h.ok(err)
	h.ok(h.Approval.Choose(ctx, who, b, approval.Pick{Post: p.ID, Round: read.ID, Candidate: 2}))
	h.ok(h.Approval.SetPolicy(ctx, me, approval.Default(b)))
	h.ok(h.Publishing.Unschedule(ctx, me, b, p.ID))
	h.ok(h.Publishing.Bin(ctx, me, b, p.ID))
	h.ok(h.Publishing.Unbin(ctx, me, b, p.ID))

	pastOfCharter(h, me, b, p.ID)
	pastOfAnswers(h, me, b)
	pastOfPlanning(h, me, b)

	pastOfInbox(h, me, ch)
	h.World.Script("kerlann_bis", practice.Act{Deed: practice.Refuse})
	gone := h.plan(me, h.draft(me, b, "", "Celle-ci part.", ch.ID), publishing.When{Now: true})
	pub := h.sent(b, gone.ID)
	h.ok(h.Publishing.Withdraw(ctx, me, b, pub.ID))
	refused := h.plan(me, h.draft(me, b, "", "Celle-ci est refusée.", other.ID), publishing.When{Now: true})
	h.until("the refusal", func() bool { return strings.Contains(h.acts(b), publishing.ActFailed) }, "brand:"+string(b))
	pubs, err := h.Publishing.Publications(ctx, me, b, refused.ID)
	h.ok(err)
	h.ok(h.Publishing.Retry(ctx, me, b, pubs[0].ID))
	h.sent(b, refused.ID)

	pastByHand(h, me, b)

	inv, _, err := h.Team.InviteTo(ctx, me, b, team.Invite{Role: team.Client, Email: "client@kerlann.test"})
	h.ok(err)
	h.ok(h.Team.Withdraw(ctx, me, b, inv.ID))
	h.ok(h.Team.SetRole(ctx, me, b, yann.id, team.Analyst))
	h.ok(h.Team.RemoveMember(ctx, me, b, yann.id))
	h.ok(h.Channels.Remove(ctx, me, b, other.ID))
	return b, claire
}

// pastByHand uses every verb of what a person publishes.
func pastByHand(h *house, me team.Actor, b id.Brand) {
	h.Helper()
	ctx := h.Context()
	forum := h.forum(me, b)
	h.ok(h.Channels.SetPeople(ctx, me, b, forum.ID, nil))
	h.ok(h.Channels.SetPeople(ctx, me, b, forum.ID, []id.Person{me.Person}))
	for i, text := range []string{"Celle-ci est publiée à la main.", "Celle-ci ne l’est pas."} {
		pub := h.inState(b, h.plan(me, h.draft(me, b, "", text, forum.ID), publishing.When{Now: true}).ID, publishing.Handed)
		if i == 0 {
			h.ok(h.Publishing.PublishedByHand(ctx, me, b, pub.ID, ""))
			h.ok(h.Publishing.PublishedByHand(ctx, me, b, pub.ID, "https://forum.example/posts/1"))
			continue
		}
		h.ok(h.Publishing.NotPublishedByHand(ctx, me, b, pub.ID, "Le forum est fermé."))
	}
}

// pastOfCharter uses every verb of the charter.
func pastOfCharter(h *house, me team.Actor, b id.Brand, post id.Post) {
	h.Helper()
	ctx := h.Context()
	r, err := h.Charter.Save(ctx, me, b, charter.Rule{Name: "Mots usés", Kind: charter.Avoid, Severity: "warn", On: true, Spec: charter.Spec{Terms: []charter.Term{{Text: "incontournable"}}}})
	h.ok(err)
	h.ok(h.Charter.Remove(ctx, me, b, r.ID))
	h.ok(h.Charter.Restore(ctx, me, b, 1))
	h.ok(h.Charter.Bring(ctx, me, b, charter.StartVous.Rules(), true))
	h.ok(h.Charter.Learn(ctx, me, b, "Kergoat"))
	h.ok(h.Charter.Unlearn(ctx, me, b, "Kergoat"))
	h.ok(h.Charter.Ignore(ctx, me, b, post, "spelling", "Kergoat", false))
	d, err := h.Charter.SaveDay(ctx, me, b, charter.Day{Name: "Inventaire", From: "2099-01-04", Severity: "warn"})
	h.ok(err)
	h.ok(h.Charter.RemoveDay(ctx, me, b, d.ID))
}

// pastOfAnswers uses every verb of saved answers and positions.
func pastOfAnswers(h *house, me team.Actor, b id.Brand) {
	h.Helper()
	ctx := h.Context()
	p, err := h.Answers.Write(ctx, me, b, "", 0, answers.NewWording{Subject: "Emballage", From: "2026-01-01", Texts: []answers.Saying{{Language: "fr", Say: "Il est recyclé."}}})
	h.ok(err)
	_, err = h.Answers.Approve(ctx, team.Program("stage"), b, p.ID, 1, p.Version)
	h.ok(err)
	h.ok(h.Answers.Withdraw(ctx, me, b, p.ID))
	h.ok(h.Answers.Reopen(ctx, me, b, p.ID))
	a, err := h.Answers.Save(ctx, me, b, answers.Answer{Title: "Merci", Texts: []answers.Text{{Language: "fr", Text: "Merci."}}})
	h.ok(err)
	_, err = h.Answers.Use(ctx, me, b, a.ID, answers.Want{})
	h.ok(err)
	h.ok(h.Answers.Reviewed(ctx, me, b, a.ID))
	h.ok(h.Answers.Archive(ctx, me, b, a.ID))
	h.ok(h.Answers.Restore(ctx, me, b, a.ID))
	_, err = h.Answers.Set(ctx, me, b, answers.AnswerSetting{Months: 3, Stale: "warn"})
	h.ok(err)
	_, err = h.Answers.BringFile(ctx, me, b, []byte("title,text\nUn,Oui\n"), false)
	h.ok(err)
}

// pastOfPlanning uses every verb of files, series and feeds.
func pastOfPlanning(h *house, me team.Actor, b id.Brand) {
	h.Helper()
	ctx := h.Context()
	imp, err := h.Publishing.OpenImport(ctx, me, b, "planning.csv", strings.NewReader("texte,date,canal\nUn,2027-03-01 09:00,kerlann\n"))
	h.ok(err)
	_, err = h.Publishing.RunImport(ctx, me, b, imp.ID, publishing.Accept{})
	h.ok(err)
	h.ok(h.Jobs.Drain(ctx))
	format, _ := exchange.FormatOf("csv")
	items, err := h.Publishing.Export(ctx, me, b, publishing.Extract{From: "2027-03-01"}, format)
	h.ok(err)
	post := id.Post(items[0].ID)
	v, err := h.Publishing.MakeSeries(ctx, me, b, post, "FREQ=WEEKLY;COUNT=3", false)
	h.ok(err)
	_, err = h.Publishing.ChangeFollowing(ctx, me, b, post)
	h.ok(err)
	_, err = h.Publishing.EndSeries(ctx, me, b, v.ID, true)
	h.ok(err)
	_, err = h.Publishing.UndoImport(ctx, me, b, imp.ID)
	h.ok(err)
	pastOfIdeas(h, me, b)
	feed, _, err := h.Publishing.MakeFeed(ctx, me, b, "Agenda", publishing.FeedFull)
	h.ok(err)
	_, err = h.Publishing.RenewFeed(ctx, me, b, feed.ID)
	h.ok(err)
	h.ok(h.Publishing.RevokeFeed(ctx, me, b, feed.ID))
}

// pastOfIdeas uses every verb of ideas, templates and changes to many posts.
func pastOfIdeas(h *house, me team.Actor, b id.Brand) {
	h.Helper()
	ctx := h.Context()
	words := "Le beurre salé"
	i, err := h.Publishing.AddIdea(ctx, me, b, publishing.IdeaNew, publishing.IdeaEdit{Words: &words})
	h.ok(err)
	_, err = h.Publishing.ChangeIdea(ctx, me, b, i.ID, i.Version, publishing.IdeaEdit{Note: &words})
	h.ok(err)
	_, err = h.Publishing.MoveIdea(ctx, me, b, i.ID, publishing.IdeaToWrite, "")
	h.ok(err)
	h.ok(h.Publishing.RemoveIdea(ctx, me, b, i.ID))
	h.ok(h.Publishing.RestoreIdea(ctx, me, b, i.ID))
	p, err := h.Publishing.WriteIdea(ctx, me, b, i.ID, "")
	h.ok(err)
	h.ok(h.Publishing.UnwriteIdea(ctx, me, b, i.ID, p.ID))
	t, err := h.Publishing.MakeTemplate(ctx, me, b, p.ID, "Beurre")
	h.ok(err)
	h.ok(h.Publishing.RemoveTemplate(ctx, me, b, t.ID))
	h.ok(h.Publishing.RestoreTemplate(ctx, me, b, t.ID))
	h.ok(h.Publishing.Unbin(ctx, me, b, p.ID))
	done, err := h.Publishing.EditMany(ctx, me, b, []id.Post{p.ID}, publishing.Bulk{Find: "beurre", With: "caramel"}, nil)
	h.ok(err)
	_, err = h.Publishing.UndoBulk(ctx, me, b, done.ID)
	h.ok(err)
}

// pastOfRights uses every verb of the rights of a media.
func pastOfRights(h *house, me team.Actor, b id.Brand, m id.Media) {
	h.Helper()
	ctx := h.Context()
	_, err := h.Assets.SaveLicence(ctx, me, b, m, 0, assets.Licence{Kind: assets.Stock, From: "2026-01-01", To: "2099-12-31"})
	h.ok(err)
	c, err := h.Assets.SaveConsent(ctx, me, b, m, assets.Consent{Kind: assets.Model, Who: "Nolwenn", Until: "2099-12-31"})
	h.ok(err)
	doc, err := h.Assets.AddDocument(ctx, me, b, m, c.ID, "accord.pdf", strings.NewReader("%PDF-1.7"))
	h.ok(err)
	h.ok(h.Assets.RemoveDocument(ctx, me, b, m, doc.ID))
	_, err = h.Assets.WithdrawConsent(ctx, me, b, m, c.ID, "")
	h.ok(err)
	h.ok(h.Assets.RemoveConsent(ctx, me, b, m, c.ID))
	h.ok(h.Assets.File(ctx, me, b, []id.Media{m}, assets.Filing{Add: []string{"mer"}}))
	h.ok(h.Assets.SetCrop(ctx, me, b, m, assets.Crop{Network: "practice", Ratio: "1:1"}))
	h.ok(h.Assets.SetAudience(ctx, me, b, "", "France", false))
	_, err = h.Assets.Renew(ctx, me, b, m, "galettes-2.png", picture(h.T, 90))
	h.ok(err)
	h.ok(h.Jobs.Drain(ctx))
}

// Every verb leaves its act: with these names and these fields, which other
// programs read. A field may be added to the golden file, never renamed.
func TestEveryVerbLeavesItsAct(t *testing.T) {
	each(t, func(h *house) {
		b, _ := buildPast(h)
		lines := map[string]bool{}
		err := sqldb.Each(h.Context(), h.DB, func(r sqldb.Scanner) error {
			var brand, act, kind, data, actor string
			if err := r.Scan(&brand, &act, &kind, &actor, &data); err != nil {
				return err
			}
			fields := map[string]any{}
			if err := json.Unmarshal([]byte(data), &fields); err != nil {
				return err
			}
			where := "instance"
			if brand == string(b) {
				where = "brand"
			}
			lines[strings.Join([]string{act, where, kind, actor, "{" + strings.Join(slices.Sorted(maps.Keys(fields)), " ") + "}"}, " ")] = true
			return nil
		}, `SELECT brand, act, subject_kind, actor_kind, data FROM act`)
		h.ok(err)
		got := strings.Join(slices.Sorted(maps.Keys(lines)), "\n") + "\n"
		if *update {
			h.ok(os.WriteFile("testdata/acts.golden", []byte(got), 0o644))
		}
		want, err := os.ReadFile("testdata/acts.golden")
		h.ok(err)
		if d := cmp.Diff(string(want), got); d != "" {
			h.Error(d)
		}
	})
}

// The doctor verifies what was sealed, and hears about an act that was touched
// behind the program's back.
func TestTheDoctorFindsAnActThatWasTouched(t *testing.T) {
	each(t, func(h *house) {
		b, _ := buildPast(h)
		h.ok(h.Book.Seal(h.Context()))
		broken := func() (out []string) {
			h.Helper()
			all, err := h.Examine(h.Context())
			h.ok(err)
			for _, f := range all {
				if f.Level == app.Broken {
					out = append(out, f.About+": "+f.Text)
				}
			}
			return out
		}
		if got := broken(); len(got) > 0 {
			h.Fatalf("nothing was touched: %q", got)
		}
		for _, touch := range []string{
			`UPDATE act SET actor = 'somebody else' WHERE brand = ? AND act = 'publication.sent'`,
			`DELETE FROM act WHERE brand = ? AND act = 'freeze.opened'`,
		} {
			n, err := h.DB.Exec(h.Context(), touch, string(b))
			h.ok(err)
			if n == 0 {
				h.Fatalf("%s touched nothing", touch)
			}
			if got := broken(); len(got) == 0 || !strings.Contains(got[0], "Kerlann") {
				h.Errorf("after %s: %q", touch, got)
			}
		}
	})
}
