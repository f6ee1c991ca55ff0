package browser

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// ask speaks to the API as the page of this person would, and gives the answer.
func ask[T any](p *Person, method, path string, body any) (out T) {
	p.tb.Helper()
	sent := "undefined"
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			p.tb.Fatal(err)
		}
		sent = fmt.Sprintf("%q", b)
	}
	got := value(p, method+" "+path, chromedp.Evaluate[string](fmt.Sprintf(`(async () => {
		const r = await fetch(%q, {method: %q, headers: {"Content-Type": "application/json"}, body: %s})
		const text = await r.text()
		if (!r.ok) throw new Error(r.status + " " + text)
		return text || "null"
	})()`, path, method, sent), chromedp.EvalAwaitPromise))
	if err := json.Unmarshal([]byte(got), &out); err != nil {
		p.tb.Fatalf("%s %s: %v in %s", method, path, err, got)
	}
	return out
}

// tale is a brand with two networks, whose words a manager reads and then the
// client.
type tale struct {
	sky           *Skies
	claire, yann  *Person // the manager, the community manager
	base, api     string
	zone          *time.Location
	paul, ada     *Person // of the client, on their phones without script
	paulAt, adaAt string
}

func tell(t *testing.T) *tale {
	t.Helper()
	Wanted(t)
	s := &tale{sky: UnderTheRealSky(t)}
	s.claire = Enter(t, "fr", First, "VIGIE_ALLOW_PRIVATE=127.0.0.0/8")
	c := s.claire
	c.MakeFirstAccount()
	type made struct{ ID string }
	brand := ask[made](c, "POST", "/api/v1/brands", map[string]string{"name": "Biscuiterie du Port", "zone": "Europe/Paris", "language": "fr"}).ID
	s.base, s.api = "/b/"+brand, "/api/v1/brands/"+brand
	var err error
	if s.zone, err = time.LoadLocation("Europe/Paris"); err != nil {
		t.Fatal(err)
	}
	s.connect("practice", map[string]string{"handle": "port", "name": "Le Port"})
	s.connect("bluesky", map[string]string{"server": s.sky.Server, "handle": s.sky.Handle, "password": s.sky.Password})
	ask[any](c, "POST", s.api+"/charter/rules", map[string]any{"name": "Allégations", "why": "Il faut la pièce du laboratoire.", "kind": "avoid", "severity": "block", "on": true,
		"spec": map[string]any{"terms": []map[string]string{{"text": "sans gluten", "say": "au sarrasin"}}}})
	me := ask[made](c, "GET", "/api/v1/me", nil).ID
	ask[any](c, "PUT", s.api+"/approval/policies", map[string]any{"steps": []map[string]any{{"people": []string{me}}, {"client": true}}, "own": false,
		"tolerance_min": 1440, "deadline_min": 0, "past": "hold", "quiet_from": "20:00", "quiet_to": "08:00"})
	for _, who := range []struct {
		name, language string
		person         **Person
		at             *string
	}{{"Paul", "fr", &s.paul, &s.paulAt}, {"Ada", "en", &s.ada, &s.adaAt}} {
		link := ask[struct{ Address string }](c, "POST", s.api+"/approval/links", map[string]string{"name": who.name, "language": who.language})
		*who.at = strings.TrimPrefix(link.Address, c.base)
		*who.person = onAPhone(t, c)
		(*who.person).Name = who.name
	}
	key := ask[struct{ Token string }](c, "POST", s.api+"/invitations", map[string]any{"role": "community", "email": "yann@example.org", "language": "fr", "days": 7}).Token
	s.yann = Someone(t, c.base, "yann")
	s.yann.Go("/invitation/" + key)
	s.yann.Submit("/invitation/"+key, map[string]string{"name": "Yann Morvan", "password": "deux sablés et un café noir"})
	s.yann.Arrive("/b/", "/brands")
	return s
}

func (s *tale) connect(network string, answers map[string]string) {
	s.claire.tb.Helper()
	type step struct {
		ID   string
		Step struct{ ID string }
	}
	got := ask[step](s.claire, "POST", s.api+"/channels/sign-in", map[string]string{"network": network})
	got = ask[step](s.claire, "POST", s.api+"/channels/sign-in/"+got.ID+"/answers", map[string]any{"answers": answers})
	if got.Step.ID != "done" {
		s.claire.tb.Fatalf("%s asks more: %+v", network, got)
	}
}

// states are those of the post on its channels, sorted: "pending pending".
func (s *tale) states(post string) string {
	s.yann.tb.Helper()
	list := ask[struct{ Items []struct{ State string } }](s.yann, "GET", s.api+"/posts/"+post+"/publications", nil)
	var out []string
	for _, i := range list.Items {
		out = append(out, i.State)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (s *tale) untilStates(post, want string) {
	s.yann.tb.Helper()
	var got string
	s.yann.until("see the post "+want, func() bool { got = s.states(post); return got == want })
}

// practice are the posts of the practice account, as its page shows them.
func (s *tale) practice() []string {
	s.claire.tb.Helper()
	s.claire.Go("/practice/port")
	return value(s.claire, "read the practice network", chromedp.Evaluate[[]string](`[...new Set([...document.querySelectorAll("main a[href^='/practice/port/']")].map(a => a.pathname))].filter(p => !p.includes("/media/"))`))
}

func (s *tale) nothingLeft(why string) {
	s.claire.tb.Helper()
	if all := s.sky.Records(); len(all) > 0 {
		s.claire.tb.Fatalf("%s, and it is on Bluesky: %+v", why, all)
	}
	if all := s.practice(); len(all) > 0 {
		s.claire.tb.Fatalf("%s, and it is on the practice network: %v", why, all)
	}
}

// P3, P5, P6, P7, P8: the whole path of issue 3, on the real Bluesky and the
// practice network. A post is written with a picture, a forbidden word and a
// fault, both seen; refused by the manager, corrected, approved by her and by
// the client on a phone whose browser runs no script; changed by one comma and
// stopped at its hour; approved again, on both networks once; recalled with
// receipts, while what was said stays in the record.
func TestTheWholePathOfAPostOnTheRealBluesky(t *testing.T) {
	s := tell(t)
	claire, yann := s.claire, s.yann

	// He writes: what is forbidden, and what is misspelt, are underlined.
	yann.Go(s.base + "/posts/new")
	yann.Type("Titre pour l’équipe", "Les sablés du port")
	yann.Type("Texte commun", "Les sablés sans gluten sortent du fuor. Ils sont chauds et dorés.")
	yann.is("see both faults underlined", `[...document.querySelectorAll(".edit-marks .find--block")].map(x => x.textContent).join() === "sans gluten" && [...document.querySelectorAll(".edit-marks mark, .edit-marks [class*=find]")].some(x => x.textContent === "fuor")`)
	yann.See("Il faut la pièce du laboratoire.")
	yann.Upload(`[data-media=""] [data-file]`, picture(t))
	yann.is("see the picture in the list", `document.querySelector("[data-media-item] img")?.naturalWidth > 0`)
	yann.Fill("Texte de remplacement", "Des sablés dorés sur une plaque")
	tomorrow := time.Now().In(s.zone).Add(12 * time.Hour)
	yann.Fill("Date", tomorrow.Format(time.DateOnly))
	yann.Fill("Heure", tomorrow.Format("15:04"))
	yann.saved()
	at, _, _ := strings.Cut(yann.Path(), "?")
	post := at[strings.LastIndex(at, "/")+1:]
	// It may not even be submitted with the forbidden word.
	yann.Click("button", "Soumettre à validation")
	yann.is("see why it is refused", `document.getElementById("composer-fault")?.textContent.replace(/\s/g, " ").includes("« sans gluten » est à éviter")`)
	yann.is("see it underlined again", `document.querySelectorAll(".edit-marks .find--block").length === 1`)
	yann.Click("button", "Remplacer par « au sarrasin »")
	yann.is("see it replaced", `document.getElementById("text").value.includes("au sarrasin") && !document.querySelector(".edit-marks .find--block")`)
	yann.saved()
	yann.Click("button", "Soumettre à validation")
	yann.See("Voir la validation")
	s.untilStates(post, "pending pending")

	// The manager refuses, with a remark.
	review := s.base + "/review/" + post
	claire.Go(review)
	claire.See("Ils sont chauds et dorés.")
	claire.do(`[...document.querySelectorAll("details")].forEach(d => d.open = true)`)
	claire.Fill("Que faut-il changer ?", "« fuor » : il manque un four à ce texte.")
	claire.Click("button", "Refuser cette publication")
	claire.See("soumise par Yann Morvan") // back among what waits
	claire.See("Refusé")

	// He reads why, corrects, asks again.
	yann.Go(review)
	yann.See("il manque un four à ce texte")
	yann.Click("link", "Ouvrir dans l’éditeur")
	yann.Arrive(at)
	yann.is("see the fault", `[...document.querySelectorAll(".edit-marks [class*=find]")].some(x => x.textContent === "fuor")`)
	yann.Fill("Texte commun", "Les sablés au sarrasin sortent du four. Ils sont chauds et dorés.")
	yann.saved()
	yann.Click("button", "Soumettre de nouveau")
	yann.See("À valider")

	// The manager, then the client, on his phone.
	s.managerApproves(review)
	s.paul.Go(s.paulAt)
	s.paul.See("Bonjour Paul. Lisez, touchez Valider, c’est tout.")
	s.paul.See("Les sablés au sarrasin sortent du four. Ils sont chauds et dorés.")
	s.paul.See("Des sablés dorés sur une plaque")
	s.onThePhone(s.paul)
	s.ada.Go(s.adaAt)
	s.ada.See("Hello Ada. Read, tap Approve, that is all.")
	s.onThePhone(s.ada)
	s.paul.Click("button", "Valider")
	s.paul.See("C’est tout, merci")
	s.paul.See("« Les sablés du port » est validé. Merci.")
	s.untilStates(post, "planned planned")

	// One comma more. Its hour comes: it does not leave, and says why.
	yann.Go(at)
	yann.See("Validé")
	yann.Fill("Texte commun", "Les sablés au sarrasin sortent du four. Ils sont chauds, et dorés.")
	yann.saved()
	s.untilStates(post, "pending pending")
	now := time.Now().In(s.zone).Format("2006-01-02T15:04")
	ask[any](yann, "POST", s.api+"/moves", map[string]any{"moves": []map[string]string{{"post": post, "to": now}}})
	yann.Go(at)
	yann.See("Le texte a changé depuis qu’il a été soumis : rien ne part avant une nouvelle lecture.")
	yann.Go(review)
	yann.See("Le texte a été modifié depuis : les réponses ne valent plus.")
	s.nothingLeft("it was changed by one comma")
	if got := s.states(post); got != "pending pending" {
		t.Fatalf("changed by one comma, it is %s", got)
	}

	// Asked and approved again by both, it leaves: its hour is here.
	yann.Go(at)
	yann.do(`document.querySelector("[name=when][value=now]").click()`)
	yann.See("Part dès que ce contenu exact est validé.")
	yann.DontSee("Part dès que vous confirmez")
	yann.Click("button", "Soumettre à validation")
	yann.See("Soumettre à validation ?")
	yann.Click("button", "Soumettre à validation")
	yann.DontSee("Le texte a changé depuis qu’il a été soumis")
	s.managerApproves(review)
	s.nothingLeft("the client has not answered")
	s.ada.Go(s.adaAt)
	s.ada.See("What changed since you last read it")
	s.ada.See("chauds,")
	s.onThePhone(s.ada)
	s.ada.Click("button", "Approve")
	s.ada.See("That is all, thank you")
	s.ada.See("“Les sablés du port” is approved. Thank you.")
	s.untilStates(post, "sent sent")

	// Both networks have it, once.
	const said = "Les sablés au sarrasin sortent du four. Ils sont chauds, et dorés."
	sky := s.sky.Records()
	if len(sky) != 1 || sky[0].Text != said || !slices.Equal(sky[0].Alts, []string{"Des sablés dorés sur une plaque"}) {
		t.Fatalf("on Bluesky: %+v", sky)
	}
	claire.until("see it as people do", func() bool {
		seen, known := s.sky.Seen(sky[0].URI)
		return !known || slices.Equal(seen, []string{said})
	})
	places := s.practice()
	if len(places) != 1 {
		t.Fatalf("on the practice network: %v", places)
	}
	claire.Go(places[0])
	claire.See(said)

	// Recalled, with a receipt of each; what was said stays in the record.
	claire.Go(at)
	claire.See("Tout est parti")
	claire.Click("link", "Retirer ou corriger partout")
	claire.Arrive(s.base + "/recalls/new")
	claire.See("Sera supprimée du réseau")
	claire.Fill("Pourquoi", "La fournée a brûlé.")
	claire.Click("button", "Retirer des réseaux")
	claire.See("Terminé")
	receipts := value(claire, "read the receipts", chromedp.Evaluate[string](`[...document.querySelectorAll("#recall .recall-row .sig")].map(x => x.textContent.trim()).join()`))
	if receipts != "Supprimée,Supprimée" {
		t.Errorf("the receipts are %s", receipts)
	}
	claire.do(`[...document.querySelectorAll("#recall details")].forEach(d => d.open = true)`)
	claire.See(said)
	claire.See("La fournée a brûlé.")
	if all := s.sky.Records(); len(all) > 0 {
		t.Errorf("Bluesky still has %+v", all)
	}
	claire.until("see that people are shown it no more", func() bool { seen, _ := s.sky.Seen(sky[0].URI); return len(seen) == 0 })
	if all := s.practice(); len(all) > 0 {
		t.Errorf("the practice network still has %v", all)
	}
	claire.Go(at)
	claire.See("retiré du réseau")
	claire.See("Tout a été retiré des réseaux.")
	claire.DontSee("Retirer ou corriger partout")
	claire.Go(review)
	claire.See("Validé par Ada")
	claire.See("Validé par Paul")
	claire.See("Refusé par Claire Le Goff")
}

func (s *tale) managerApproves(review string) {
	s.claire.tb.Helper()
	s.claire.Go(review)
	s.claire.Click("button", "Valider")
	s.claire.See("soumise par Yann Morvan") // back among what waits
	s.claire.See("Chez le client")
}

// onThePhone looks at the page that a client has in her hand.
func (s *tale) onThePhone(client *Person) {
	client.tb.Helper()
	client.See("0 ")
	if over := client.Overflow(); len(over) > 0 {
		client.tb.Errorf("%s: wider than the phone: %v", client.Name, over)
	}
}
