package example

import (
	"context"
	"time"

	"vigie/internal/answers"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
)

// reply is a saved answer of a brand.
type reply struct {
	titleFR, title   string
	askedFR, asked   string
	folderFR, folder string
	textFR, text     string
	shortFR, short   string // for Bluesky; empty: none of its own
	rests            int    // on which stance, from 1; 0: none
	old              int    // days since it was read again
}

// stance is a position of a brand, with its wordings; their days count from
// today.
type stance struct {
	subjectFR, subject string
	wordings           []wording
}

type wording struct {
	from, until      int // until 0: no end
	sayFR, say       string
	avoidFR, avoid   string
	phraseFR, phrase string
}

// stances are what the brands say on a subject: one whose wording changed a
// while ago, one that ended yesterday.
var stances = map[string][]stance{
	"kerlann": {
		{subjectFR: "Emballage", subject: "Packaging", wordings: []wording{
			{from: -120, sayFR: "Notre carton est recyclé, et il suffit.", say: "Our cardboard is recycled, and it is enough.", phraseFR: "carton recyclé suffit", phrase: "recycled cardboard is enough"},
			{from: -18, until: 10, sayFR: "Nous testons un carton renforcé depuis ce mois-ci : dites-nous dans quel état arrive votre boîte.", say: "We have been trying a stronger box since this month: tell us how your tin arrives.", avoidFR: "Ne pas accuser le transporteur.", avoid: "Do not blame the courier.", phraseFR: "carton renforcé", phrase: "stronger box"},
		}},
		{subjectFR: "Précommandes du coffret", subject: "Pre-orders of the box", wordings: []wording{
			{from: -20, until: -1, sayFR: "Le coffret de Noël est ouvert aux précommandes : 24 cases, 24 biscuits, aucun chocolat.", say: "The Christmas box is open for pre-orders: 24 windows, 24 biscuits, no chocolate.", phraseFR: "ouvert aux précommandes", phrase: "open for pre-orders"},
		}},
	},
}

// replies are the brands' saved answers.
var replies = map[string][]reply{
	"kerlann": {
		{titleFR: "Colis cassé", title: "Arrived broken", askedFR: "Mes biscuits sont arrivés en miettes, que faire ?", asked: "My biscuits arrived in crumbs, what can I do?", folderFR: "Livraison", folder: "Delivery", rests: 1,
			textFR: "{prénom}, je suis désolée : je m’en occupe. Une nouvelle boîte part aujourd’hui dans un carton renforcé. Pouvez-vous m’envoyer une photo et votre {numéro de commande} ?", text: "{first_name}, I am sorry: I am on it. A new tin leaves today in a stronger box. Could you send me a picture and your {order number}?",
			shortFR: "{prénom}, je suis désolée : une nouvelle boîte part aujourd’hui. Votre {numéro de commande} en message privé ?", short: "{first_name}, I am sorry: a new tin leaves today. Your {order number} in a private message?"},
		{titleFR: "Boîte rayée", title: "Scratched tin", askedFR: "La boîte en fer est rayée ou cabossée", asked: "The tin is scratched or dented", folderFR: "Livraison", folder: "Delivery",
			textFR: "Merci de nous le dire, {prénom}. Une photo nous aide à voir d’où cela vient ; nous vous renvoyons une boîte avec la prochaine commande.", text: "Thank you for telling us, {first_name}. A picture helps us see where it comes from; we send you a new tin with your next order."},
		{titleFR: "Délai de livraison", title: "Delivery time", askedFR: "Quand vais-je recevoir ma commande ?", asked: "When will I get my order?", folderFR: "Livraison", folder: "Delivery",
			textFR: "Bonjour {prénom}, nous préparons chaque commande en deux jours ouvrés, puis comptez trois jours d’acheminement. Le courriel d’expédition donne le numéro de suivi.", text: "Hello {first_name}, we pack every order within two working days, then allow three days on the road. The e-mail we send gives you the tracking number."},
		{titleFR: "Allergènes", title: "Allergens", askedFR: "Vos biscuits contiennent-ils des fruits à coque, du lait, du gluten ?", asked: "Do your biscuits contain nuts, milk or gluten?", folderFR: "Produits", folder: "Products", old: 240,
			textFR: "Tous nos biscuits contiennent du beurre et du blé, sauf le sablé sarrasin, fait sans blé dans le même atelier. Des traces d’amandes et de noisettes sont possibles partout. La liste par recette est sur chaque fiche.", text: "All our biscuits hold butter and wheat, but for the buckwheat shortbread, made without wheat in the same workshop. Traces of almonds and hazelnuts are possible everywhere. The list by recipe is on each page."},
		{titleFR: "Origine des ingrédients", title: "Where it comes from", askedFR: "D’où viennent la farine et le beurre ? C’est fabriqué en France ?", asked: "Where do the flour and butter come from? Is it made in France?", folderFR: "Produits", folder: "Products",
			textFR: "Tout est fait à l’atelier. La farine vient du moulin de Kervir, le beurre d’une laiterie du Finistère, les œufs de poules élevées en plein air.", text: "Everything is made in our workshop. The flour comes from the mill of Kervir, the butter from a dairy of Finistère, the eggs from free-range hens."},
		{titleFR: "Horaires de la boutique", title: "Opening hours", askedFR: "Quand la boutique est-elle ouverte ?", asked: "When is the shop open?", folderFR: "Boutique", folder: "Shop",
			textFR: "La boutique vous attend {heures d’ouverture}. À bientôt !", text: "The shop is open {opening hours}. See you soon!"},
		{titleFR: "Précommande du coffret", title: "Pre-order the box", askedFR: "Comment commander le coffret de Noël ?", asked: "How do I order the Christmas box?", folderFR: "Boutique", folder: "Shop", rests: 2,
			textFR: "Le coffret est ouvert aux précommandes sur le site : 24 cases, 24 biscuits.", text: "The box is open for pre-orders on the site: 24 windows, 24 biscuits."},
		{titleFR: "Remboursement", title: "Refund", askedFR: "Comment être remboursé ?", asked: "How do I get a refund?", folderFR: "Livraison", folder: "Delivery",
			textFR: "Vous avez quatorze jours pour nous renvoyer une boîte non ouverte. Le remboursement arrive sur la carte qui a servi à payer, sous cinq jours.", text: "You have fourteen days to send back an unopened tin. The money goes back to the card you paid with, within five days."},
		{titleFR: "Merci", title: "Thank you", askedFR: "Bravo, c’est délicieux !", asked: "Well done, delicious!",
			textFR: "Merci {prénom}, toute l’équipe de {marque} est touchée. Lequel préférez-vous ?", text: "Thank you {first_name}, all of us at {brand} are touched. Which one is your favourite?"},
	},
}

// prepare writes what the brand has prepared to say.
func (s *site) prepare(ctx context.Context) error {
	fr := s.lang == "fr"
	say := func(inFR, in string) string {
		if fr {
			in = inFR
		}
		return i18n.Typo(s.lang, in)
	}
	day := func(n int) string { return s.day(n).Format(time.DateOnly) }
	var ids []answers.PositionID
	for _, st := range stances[s.file] {
		var key answers.PositionID
		for _, w := range st.wordings {
			d := answers.NewWording{Subject: say(st.subjectFR, st.subject), From: day(w.from), Phrases: []string{say(w.phraseFR, w.phrase)},
				Texts: []answers.Saying{{Language: s.lang, Say: say(w.sayFR, w.say), Avoid: say(w.avoidFR, w.avoid)}}}
			if w.until != 0 {
				d.Until = day(w.until)
			}
			p, err := s.Answers.Write(ctx, s.actor, s.brand, key, 0, d)
			if err != nil {
				return err
			}
			if _, err := s.Answers.Approve(ctx, s.actor, s.brand, p.ID, p.Last().Number, p.Version); err != nil {
				return err
			}
			key = p.ID
		}
		ids = append(ids, key)
	}
	list := replies[s.file]
	if len(list) == 0 {
		return nil
	}
	_, err := s.Answers.Set(ctx, s.actor, s.brand, answers.AnswerSetting{Months: 6, Stale: network.Warn,
		Variables: []answers.Variable{{Name: say("heures d’ouverture", "opening hours"), Value: say("du mardi au samedi, de 9 h à 18 h", "Tuesday to Saturday, 9 am to 6 pm")}}})
	if err != nil {
		return err
	}
	for _, r := range list {
		a := answers.Answer{Title: say(r.titleFR, r.title), Question: say(r.askedFR, r.asked), Folder: say(r.folderFR, r.folder), Texts: []answers.Text{{Language: s.lang, Text: say(r.textFR, r.text)}}}
		if r.short != "" {
			a.Texts = append(a.Texts, answers.Text{Language: s.lang, Network: "bluesky", Text: say(r.shortFR, r.short)})
		}
		if r.rests > 0 {
			a.Position = ids[r.rests-1]
		}
		made, err := s.Answers.Save(ctx, s.actor, s.brand, a)
		if err != nil {
			return err
		}
		if r.old > 0 {
			if err := s.Answers.ReviewedAt(ctx, s.actor, s.brand, made.ID, s.now.AddDate(0, 0, -r.old)); err != nil {
				return err
			}
		}
	}
	return nil
}
