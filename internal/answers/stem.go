package answers

import "strings"

// What is left of a word when its ending is taken off, in French and English:
// light rules on folded words. Two words of one family should end alike; what
// is left need not be a word.
var (
	frenchEnds  = strings.Fields("issements issement atrices ateurs atrice ateur ations ation aisons aison ements ement euses euse eurs eur ances ance ences ence ages age ables able ibles ible ures ure ites ite ives ive ifs if erions eriez eraient erait erais eront erons erez eras erai era aient ait ais ant ants ante antes ees ee es er ez e ie ies ir is it i")
	englishEnds = strings.Fields("ements ement ments ment ations ation ions ion ings ing edly ed ies ly able ible es s y e")
)

// stem takes a folded word's ending off.
func stem(language, w string) string {
	n := len(w)
	if n < 4 {
		return w
	}
	if language == "en" {
		return english(w)
	}
	switch {
	case strings.HasSuffix(w, "eaux") || strings.HasSuffix(w, "oux") || strings.HasSuffix(w, "eux"):
		w = w[:n-1]
	case n > 5 && strings.HasSuffix(w, "aux"):
		w = w[:n-2] + "l"
	case w[n-1] == 's' && w[n-2] != 's':
		w = w[:n-1]
	}
	for _, end := range frenchEnds {
		if base, ok := strings.CutSuffix(w, end); ok && len(base) >= 3 && (len(base) > 3 || len(end) < 4) {
			return base
		}
	}
	return w
}

func english(w string) string {
	for _, end := range englishEnds {
		base, ok := strings.CutSuffix(w, end)
		if !ok || len(base) < 3 || end == "s" && strings.HasSuffix(base, "s") {
			continue
		}
		if end == "s" || end == "ies" || end == "es" {
			if end == "s" {
				return english(base)
			}
			return base
		}
		if k := len(base); k > 3 && base[k-1] == base[k-2] && !strings.ContainsRune("lse", rune(base[k-1])) {
			base = base[:k-1] // shipped, shipping
		}
		return base
	}
	return w
}

// small are the words that say nothing of what is asked, folded.
var small = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
a ai aie ait alors apres as au aucun aujourd aussi autre aux avant avec avez avoir avons beaucoup bien bonjour bonsoir bon c ca car ce cela celle celui ces cet cette chez ci comme comment cordialement
d dans de deja depuis des deux dire dit dois doit donc du elle elles en encore entre es est et etait etes etre eu fait faire faites faut fois font hui ici il ils j je jour l la le les leur leurs lui
m ma madame mais me meme merci mes mieux moi moins mon monsieur n ne ni non nos notre nous on ont ou oui par parce pas peu peut peuvent peux plus pour pourquoi pourriez pouvez possible puis qu quand que quel quelle quelles quels qui quoi
s sa sais salut sans savoir se sera ses si sinon sont son sous suis sur svp t ta te tes toi ton toujours tous tout toute toutes tres trop tu un une va vais veux voudrais voulais vos votre vous vraiment vraiment y est-ce coucou hello
about after again all also am an and any anyone are as at be been before being but by can cannot could dear did do does doing don for from get go going good got had has have having hello here hey hi how i if in into is isn it its just know let like ll
may me might more most much my need no not now of off ok on one only or other our out over please quite re really s should so some still such t team than thank thanks that the their them then there these they thing this those to too up us ve very
want was we were what when where whether which while who whom why will with would yes yet you your yours`) {
		m[w] = true
	}
	return m
}()

// concepts are words that people use for one another when they write to a
// brand, in both languages. Words of one line count a little as each other.
var concepts = func() map[string]string {
	m := map[string]string{}
	for _, l := range strings.Split(strings.TrimSpace(`
ship livraison livrer colis paquet expedition expedier envoi envoyer transporteur facteur delivery deliver parcel package shipping ship shipment courier
late retard delai tarder attendre attends attente late delay delayed wait waiting overdue
refund remboursement rembourser retour retourner renvoyer retractation refund refunded return returning
broken casse cassee abime abimee endommage defectueux ecrase broken damaged crushed faulty defective smashed cracked dented
price prix tarif cout couter cher combien price cost costs expensive fee
hours horaire horaires ouvert ouverture ouvrez ferme fermeture hours opening open opened close closed closing
place boutique magasin adresse revendeur shop store address stockist stockists retailer
allergy allergene allergenes allergie allergique gluten lactose arachide noix coeliaque intolerant allergen allergens allergy allergic nut nuts peanut dairy celiac coeliac
origin origine provenance fabrique fabrication provient local origin made sourced source locally
job emploi recrutement recruter recrutez candidature stage postuler job jobs hiring vacancy vacancies internship apply
partner partenariat partenaire collaboration collaborer influenceuse influenceur ambassadrice partnership partner collaborate collaboration influencer sponsor sponsorship
pay paiement payer carte virement cheque paypal payment pay paid card transfer
bill facture recu justificatif invoice receipt bill
stock stock rupture disponible dispo epuise reassort stock sold restock available unavailable
vegan vegan vegane vegetarien vegetalien vegetal vegan vegetarian plant
reach joindre contacter telephone appeler numero contact call phone
promo promo promotion reduction remise rabais solde discount voucher coupon promo sale
gift cadeau offrir offert gift present
visit visite visiter visit tour
press presse journaliste press journalist
keep conserver conservation peremption storage store keeping keep expiry shelf
cancel annuler annulation resilier resiliation cancel cancelled cancellation unsubscribe
angry decu decue deception scandaleux honteux mecontent plainte reclamation disappointed complaint disgrace unacceptable angry
pack emballage carton plastique packaging wrapping plastic cardboard`), "\n") {
		words := strings.Fields(l)
		for _, w := range words[1:] {
			for _, lang := range []string{"fr", "en"} {
				m[stem(lang, w)] = words[0]
			}
		}
	}
	return m
}()
