package spell

import "strings"

// ruleSi: no conditional after si.
func (c *clause) ruleSi(k int, t *term) bool {
	if t.low != "si" && t.low != "s'" || !(t.fresh || t.first || oneOf(c.prev(k, 1).low, "et mais même comme ou car")) {
		return false
	}
	subj, verb := c.next(k, 1), c.next(k, 2)
	if !wordsSubj[subj.low] {
		return false
	}
	by := 2
	for oneOf(verb.low, "ne n' me m' te t' se s' le la les l' nous vous y en lui leur") && by < 5 {
		by++
		verb = c.next(k, by)
	}
	if !verb.l.cond || verb.l.imperfect {
		return false
	}
	list := c.kin(verb.low, func(_ *lecture, r reading) bool {
		return r.is("po:iimp") && lectureOf([]reading{r}).persons&verb.l.persons != 0
	})
	if len(list) == 0 {
		return false
	}
	c.say(verb, verb, "fr.si", list[0])
	return true
}

// ruleElision: "de avoir", "si il", "que elle", "le ami"; "à le", "de les".
func (c *clause) ruleElision(k int, t *term) bool {
	next := c.next(k, 1)
	if next.low == "" || next.num || next.properly() && !vowel(next.s) || caseOf(next.s) == capital {
		return false
	}
	switch t.low {
	case "si":
		if next.low == "il" || next.low == "ils" {
			c.say(t, next, "fr.elision", "s'"+next.low)
			return true
		}
	case "je", "que", "ne", "me", "te", "se", "de", "lorsque", "puisque", "jusque", "le", "la":
		if !strings.ContainsRune("aeiouéèêàâîôûœæh", rune0(next.low)) || next.properly() {
			return false
		}
		if len(next.low) > 1 && next.low[1] == '-' || next.low[0] == 'h' && !mute[next.low] || oneOf(next.low, "un une") && c.next(k, 2).low == "" {
			return false
		}
		head := strings.TrimSuffix(strings.TrimSuffix(t.low, "e"), "a") + "'"
		switch {
		case oneOf(next.low, "un une onze oui y ou où à en et on au aux est") && t.low != "que" && t.low != "lorsque" && t.low != "puisque" && !(next.low == "en" || next.low == "est" || next.low == "y"):
			return false
		case next.low == "onze" || next.low == "oui" || next.low == "ou" || next.low == "et" && t.low != "je":
			return false
		case oneOf(t.low, "le la") && (oneOf(next.low, "en y à a au aux et ou est un une onze") || next.l.tool || next.l.adverb):
			return false
		case (t.low == "de" || t.low == "que") && (next.l.name || len(next.low) < 2):
			return false
		}
		if c.d.correct(head+next.low, nil) && (rune0(next.low) != 'h' || !c.d.correct("le"+next.low, nil) && c.d.correct("l'"+next.low, nil)) {
			if !next.l.nominal() && !next.l.finite && !next.l.infinitive && !next.l.tool && !next.l.adverb {
				return false
			}
			c.say(t, next, "fr.elision", head+next.s)
			return true
		}
	}
	return false
}

// mute are frequent words whose h lets the article elide; the dictionary
// does not tell them from the others.
var mute = setOf("homme hommes heure heures hôtel hôtels histoire histoires habitude habitudes hiver herbe herbes honneur huile huiles humour hôpital hôte hôtes horaire horaires habitant habitants habitation hésiter habiter habiller honorer humain humains humanité humeur horloge harmonie hommage horreur hébergement héritage hygiène")

// ruleHyphen: rejoignez nous, celui ci, est ce que, -t'il.
func (c *clause) ruleHyphen(k int, t *term) bool {
	next := c.next(k, 1)
	if head, tail, ok := strings.Cut(t.low, "-"); ok && oneOf(tail, "nous moi vous le la les lui leur") && strings.HasSuffix(head, "er") && lectureOf(c.d.readings(head, nil)).infinitive {
		c.say(t, t, "fr.hyphen", strings.TrimSuffix(head, "r")+"z-"+tail)
		return true
	}
	if t.first && strings.HasSuffix(t.low, "es") && t.l.persons == 2 && !t.l.nominal() && !t.l.tool && !t.l.adverb && !t.l.name {
		c.say(t, t, "fr.person", strings.TrimSuffix(t.low, "s"))
		return true
	}
	switch {
	case strings.Contains(t.low, "-t'il") || strings.Contains(t.low, "-t'elle") || strings.Contains(t.low, "-t'on"):
		c.say(t, t, "fr.hyphen", strings.Replace(t.low, "-t'", "-t-", 1))
		return true
	case oneOf(t.low, "celui celle ceux celles") && oneOf(next.low, "ci la là") && (next.low != "la" || next.end3 || c.next(k, 2).l.finite):
		c.say(t, next, "fr.hyphen", t.low+"-"+strings.Replace(next.low, "la", "là", 1))
		return true
	case oneOf(t.low, "moi toi lui elle nous vous eux elles soi") && (next.low == "même" || next.low == "mêmes") && !oneOf(c.next(k, 2).low, "pas si pour avec sans quand lorsque") && !wordsSubj[t.low] || oneOf(t.low, "moi lui soi eux") && next.low == "mêmes":
		c.say(t, next, "fr.hyphen", t.low+"-"+next.low)
		return true
	case t.low == "est" && next.low == "ce" && oneOf(c.next(k, 2).low, "que qu'") && (t.fresh || oneOf(c.prev(k, 1).low, "qu' quand comment pourquoi où qui combien quoi")):
		c.say(t, next, "fr.hyphen", "est-ce")
		return true
	case t.first && strings.HasSuffix(t.low, "ez") && t.l.imperative && !t.l.noun:
		after := c.next(k, 2)
		helper := oneOf(t.low, "veuillez allez venez pouvez devez voulez savez laissez") && after.l.infinitive
		if next.low == "vous" && !helper && (next.end3 || !after.l.finite || strings.HasSuffix(after.low, "ez")) || oneOf(next.low, "nous moi") && (next.end3 || !after.l.infinitive && after.low != "vous" && after.low != "y" && after.low != "en") {
			c.say(t, next, "fr.hyphen", t.low+"-"+next.low)
			return true
		}
	case t.low == "là" && next.low == "bas":
		c.say(t, next, "fr.hyphen", "là-bas")
		return true
	}
	return false
}

var personOfWord = map[string]uint8{"je": 1, "j'": 1, "tu": 2, "il": 4, "elle": 4, "on": 4, "ça": 4, "nous": 8, "vous": 16, "ils": 32, "elles": 32}

// rulePerson: the verb agrees with its pronoun.
func (c *clause) rulePerson(k int, t *term) bool {
	mask := personOfWord[t.low]
	if mask == 0 {
		return false
	}
	before := c.prev(k, 1)
	switch t.low {
	case "nous", "vous":
		if !t.first && !oneOf(before.low, "que qu' si quand lorsque où comme puisque") {
			return false
		}
	case "elle", "elles", "ça":
		if wordsBefore[before.low] || oneOf(before.low, "et ou comme que qu' c' est") && t.low == "ça" || before.low == "et" || before.low == "ou" {
			return false
		}
	}
	verb := c.next(k, 1)
	by, clitics := 1, 0
	for oneOf(verb.low, "ne n' me m' te t' se s' le la les l' nous vous y en lui leur") && by < 5 {
		by++
		clitics++
		verb = c.next(k, by)
	}
	if verb.low == "" || verb.num || verb.properly() || t.low == "ça" && clitics == 0 && verb.l.noun {
		return false
	}
	l := verb.l
	if c.wished(k, t, verb, mask) {
		return true
	}
	if t.low == "nous" && verb.low == "autres" || verb.low == "même" || verb.low == "mêmes" {
		return false
	}
	if l.finite || l.imperative {
		if l.persons&mask != 0 || l.tool && !oneOf(verb.low, "a est") || l.adverb || l.infinitive && !l.finite || l.name {
			return false
		}
		// "nous" and "vous" before a verb of another person may be its object.
		if (t.low == "nous" || t.low == "vous") && clitics == 0 && l.noun && !oneOf(verb.low, "somme") {
			return false
		}
		if l.ppas && !oneOf(verb.low, "fait dit mis") || l.ppas && oneOf(t.low, "nous vous") {
			// "il fini", "je fait": the participle of what should be conjugated.
			if oneOf(t.low, "nous vous elle elles ça") || clitics > 0 {
				return false
			}
		}
		if oneOf(t.low, "nous vous") && clitics > 0 && verb.low == "" {
			return false
		}
		c.say(verb, verb, "fr.person", c.kin(verb.low, personOf(mask, l))...)
		return true
	}
	// "il mangé", "je préparé": a participle without its auxiliary.
	if l.ppas && strings.HasSuffix(verb.low, "é") && !l.noun && oneOf(t.low, "je j' tu il on ils") {
		c.say(verb, verb, "fr.person", c.kin(verb.low, personOf(mask, &lecture{list: []reading{"po:iimp"}}))...)
		return true
	}
	if t.low == "vous" && t.first && verb.low == "aller" && clitics == 0 && c.next(k, 2).l.infinitive {
		c.say(verb, verb, "fr.person", "allez")
		return true
	}
	// "vous souhaiter" after si, "nous vous inviter".
	if l.infinitive && !l.noun && strings.HasSuffix(verb.low, "er") && (oneOf(before.low, "si que quand lorsque où comme dès puisque") && before.low != "" || t.low != "vous" && t.low != "nous" || t.low == "nous" && clitics == 1 && t.fresh) {
		if before.low == "comme" || before.low == "que" && (t.low == "nous" || t.low == "vous") && c.prev(k, 2).low != "ce" {
			return false
		}
		c.say(verb, verb, "fr.person", c.kin(verb.low, personOf(mask, &lecture{list: []reading{"po:ipre"}}))...)
		return true
	}
	// "je travail", "il cour": a noun where a verb must stand.
	if l.noun && l.onlyNominal() && !l.adj && !l.ppas && oneOf(t.low, "je j' tu il on ils") && (clitics == 0 || oneOf(c.next(k, by-1).low, "ne n' se s' me m' te t' vous nous")) {
		var list []string
		for _, s := range c.d.suggest(verb.low, nil) {
			if lectureOf(c.d.readings(s.word, nil)).persons&mask != 0 && len(list) < 3 {
				list = append(list, s.word)
			}
		}
		if len(list) == 0 {
			return false
		}
		c.say(verb, verb, "fr.person", list...)
		return true
	}
	return false
}

var (
	pluralDet   = setOf("les des ces mes tes ses nos vos leurs aux plusieurs quelques certains certaines différents différentes deux trois quatre cinq six sept huit neuf dix douze quinze vingt trente quarante cinquante")
	singularDet = setOf("un une le la l' ce cet cette mon ma ton ta son sa chaque notre votre du au aucun aucune")
	sureDet     = setOf("un une ce cet cette mon ma ton ta son sa chaque notre votre du au aucun aucune des ces mes tes ses nos vos aux plusieurs quelques certains certaines deux trois quatre cinq six sept huit neuf dix douze quinze vingt trente quarante cinquante différents différentes")
	// what may stand between article and noun without being either, or is used across genders
	apart      = setOf("top super maxi mini méga giga hyper ultra best new extra demi semi avant web chef maire juge prof professeur auteur médecin ministre manager leader fan star cent mille million plein tout tous toute toutes même mêmes plus moins autre autres tel telle chaque deux trois quatre fois cm designer influenceur live team crew story stories reel reels post posts like likes feed vlog smoothie brunch afterwork after before haut sud nord est ouest or orange marron rose kaki bordeaux hors deuxième gens quoi mieux trucs amour orgue délice œuvre hymne foudre couple merci pré pseudo socket sous enseigne mémoire livre mode manche poste tour voile moule vase critique physique garde aide guide gîte solde pub promo info bio perso déco")
	quantity   = setOf("plupart moitié dizaine douzaine quinzaine vingtaine trentaine cinquantaine centaine majorité minorité foule nombre partie multitude poignée quart tiers peu million millier tas infinité totalité reste ensemble fois paire série")
	collective = setOf("plupart moitié dizaine douzaine quinzaine vingtaine trentaine cinquantaine centaine majorité foule ensemble nombre partie série suite sorte type multitude poignée paire équipe reste quart tiers peu millier million minorité troupe groupe bande tas infinité totalité couple fois")
)

func detGender(low string) gender {
	switch {
	case oneOf(low, "un le ce cet mon ton son du au aucun certains différents") && !oneOf(low, "mon ton son"):
		return masculine
	case oneOf(low, "une la cette ma ta sa aucune certaines différentes"):
		return feminine
	}
	return masculine | feminine
}

// ruleDeterminer: les offres, un client, une offre, cette soirée.
func (c *clause) ruleDeterminer(k int, t *term) bool {
	many, one := pluralDet[t.low], singularDet[t.low]
	if c.quel(k, t) || c.lots(k, t) {
		return true
	}
	if !many && !one {
		return false
	}
	noun := c.next(k, 1)
	l := noun.l
	if !noun.num && oneOf(t.low, "mon ma ton ta son sa notre votre nos vos mes ses ces chaque") && l.finite && !l.nominal() && !l.infinitive && !l.tool && !l.adverb && !l.name && !noun.properly() {
		var list []string
		for _, s := range c.d.suggest(noun.low, nil) {
			if x := lectureOf(c.d.readings(s.word, nil)); x.noun && !x.tool && len(list) < 3 && s.cost < 1.5 {
				list = append(list, s.word)
			}
		}
		if len(list) > 0 {
			c.say(noun, noun, "fr.confused", list...)
			return true
		}
	}
	if noun.low == "" || noun.num || noun.properly() || !l.nominal() || l.tool || l.adverb || l.name || apart[noun.low] || caseOf(noun.s) == capital || len([]rune(noun.low)) < 3 || strings.ContainsAny(noun.low, "-·") {
		return false
	}
	sure := sureDet[t.low]
	if (l.finite || l.infinitive || l.imperative || l.ppre) && !sure {
		return false // "les offre": he offers them
	}
	if l.infinitive || l.ppre {
		return false
	}
	after := c.next(k, 2)
	before := c.prev(k, 1)
	if oneOf(t.low, "deux trois quatre cinq six sept huit neuf dix douze quinze vingt trente quarante cinquante") && ((l.adj || l.ppas) && !(l.noun && !l.ppas) || oneOf(before.low, "le du au") && oneOf(noun.low, "janvier février mars avril mai juin juillet août septembre octobre novembre décembre")) || oneOf(noun.low, "janvier février mars avril mai juin juillet août septembre octobre novembre décembre") {
		return false
	}
	if t.low == "des" && oneOf(noun.low, "plus moins mieux") || t.low == "un" && before.low == "l'" || (t.low == "un" || t.low == "une") && oneOf(before.low, "plus") {
		return false
	}
	g := detGender(t.low)
	switch {
	case many && l.n == singular:
		if l.adj && (after.low == "et" || after.low == "ou") || t.low == "les" && l.adj && !l.noun && after.low != "" && !after.l.noun {
			return false
		}
		list := c.kin(noun.low, nominalOf(l.g, plural))
		if len(list) == 0 {
			return false
		}
		c.say(noun, noun, "fr.plural", list...)
		return true
	case one && l.n == plural:
		list := c.kin(noun.low, nominalOf(l.g, singular))
		if len(list) == 0 {
			return false
		}
		c.say(noun, noun, "fr.singular", list...)
		return true
	case one && l.g&g == 0 && l.n&singular != 0:
		return c.genderOf(t, noun, after)
	case one && (t.low == "ma" || t.low == "ta" || t.low == "sa" || t.low == "cette") && l.g == masculine:
		return c.genderOf(t, noun, after)
	case one && (t.low == "mon" || t.low == "ton" || t.low == "son") && l.g == feminine && l.noun && !vowel(noun.low):
		return c.genderOf(t, noun, after)
	case t.low == "ce" && l.g&masculine != 0 && l.noun && l.onlyNominal() && strings.ContainsRune("aeiouéèêâîôûœ", rune0(noun.low)) && c.d.correct("l'"+noun.low, nil):
		c.say(t, t, "fr.gender", "cet")
		return true
	case t.low == "cet" && l.g == masculine && l.noun && !vowel(noun.low):
		c.say(t, t, "fr.gender", "ce")
		return true
	}
	return false
}

var otherGender = map[string]string{"un": "une", "une": "un", "le": "la", "la": "le", "ce": "cette", "cet": "cette", "cette": "ce", "ma": "mon", "ta": "ton", "sa": "son", "mon": "ma", "ton": "ta", "son": "sa", "du": "de la", "au": "à la", "aucun": "aucune", "aucune": "aucun"}

// genderOf reports an article and a noun, or an article and an adjective, of
// two genders.
func (c *clause) genderOf(det, noun, after *term) bool {
	l := noun.l
	want := detGender(det.low)
	switch det.low {
	case "ma", "ta", "sa":
		want = feminine
	case "mon", "ton", "son":
		want = masculine
	}
	// An adjective may be what is wrong: "une grand fête".
	if l.adj || l.ppas {
		if after.l.noun && after.l.g == want {
			if list := c.kin(noun.low, nominalOf(want, singular)); len(list) > 0 {
				c.say(noun, noun, "fr.gender", list[0])
				return true
			}
		}
		both := after.l.noun && !after.properly() && after.l.g&want == 0 && after.l.g&l.g != 0 && l.g&want == 0
		if !both && (!l.noun || l.ppas || after.l.noun && after.l.onlyNominal() && !after.properly()) {
			return false
		}
		if both {
			if other := otherGender[det.low]; other == "" || vowel(noun.low) {
				return false
			}
			c.say(det, det, "fr.gender", otherGender[det.low])
			return true
		}
	}
	if l.ppas && !l.noun || !l.noun {
		return false
	}
	other := otherGender[det.low]
	if other == "" {
		return false
	}
	if vowel(noun.low) {
		switch other {
		case "la", "le":
			return false // elision has its own rule
		case "ce":
			other = "cet"
		case "de la":
			other = "de l'"
		case "à la":
			other = "à l'"
		}
		if strings.HasSuffix(other, "'") {
			c.say(det, noun, "fr.gender", other+noun.s)
			return true
		}
	}
	c.say(det, det, "fr.gender", other)
	return true
}

// ruleEpithet: une offre exceptionnelle, des prix réduits, bonne soirée.
func (c *clause) ruleEpithet(k int, t *term) bool {
	next := c.next(k, 1)
	n := next.l
	// "bon soirée", "nouveau collection": the adjective before its noun.
	if oneOf(t.low, "bon bonne bons bonnes joyeux joyeuse beau belle nouveau nouvelle grand grande petit petite premier première dernier dernière vieux vieille gros grosse mauvais mauvaise long longue prochain prochaine meilleur meilleure super-bon") && !t.properly() {
		if n.noun && n.onlyNominal() && !n.adj && !n.ppas && !next.properly() && !apart[next.low] && n.n&singular != 0 && t.l.g&n.g == 0 && t.l.n&singular != 0 && !oneOf(t.low, "vieux gros mauvais") {
			if list := c.kin(t.low, nominalOf(n.g, singular)); len(list) > 0 {
				c.say(t, t, "fr.gender", list[0])
				return true
			}
		}
		return false
	}
	det := c.prev(k, 1)
	if !pluralDet[det.low] && !singularDet[det.low] || !t.l.noun || t.l.tool || t.l.adverb || t.properly() || apart[t.low] || t.low == "fois" || t.low == "plupart" {
		return false
	}
	if (t.l.finite || t.l.infinitive) && !sureDet[det.low] {
		return false
	}
	if !n.adj && !n.ppas || n.tool || n.adverb || n.name || n.finite && !n.ppas && !n.adj || n.infinitive || next.properly() || apart[next.low] || caseOf(next.s) == capital || strings.ContainsAny(next.low, "-·") {
		return false
	}
	if n.finite && !(n.ppas && pluralDet[det.low] && n.persons&32 == 0) || n.imperative && !n.ppas || n.ppre {
		return false
	}
	after := c.next(k, 2)
	left := c.prev(k, 2)
	if left.low == "de" || left.low == "d'" || left.low == "et" || left.low == "ou" || oneOf(det.low, "des du au aux") && left.l.nominal() {
		return false // the adjective may belong to a noun further left
	}
	if n.n == singular && (after.low == "et" || after.low == "ou") || n.noun && !n.ppas && (strings.HasSuffix(next.low, "eur") || strings.HasSuffix(next.low, "eurs") || t.l.n&n.n&plural != 0) {
		return false
	}
	if after.l.noun && oneOf(next.low, "vert bleu rouge gris jaune noir brun blanc violet beige") || after.l.noun && !after.l.tool && after.l.onlyNominal() || oneOf(after.low, "ciel marine foncé foncée clair claire") {
		return false
	}
	g, num := t.l.g, t.l.n
	if d := detGender(det.low); g&d != 0 {
		g &= d
	}
	if many := pluralDet[det.low]; many && num&plural != 0 {
		num = plural
	} else if !many && num&singular != 0 {
		num = singular
	} else {
		return false
	}
	if g == masculine|feminine {
		if n.n&num != 0 {
			return false
		}
		g = n.g
	}
	if n.g&g != 0 && n.n&num != 0 {
		return false
	}
	if collective[t.low] && n.g&g != 0 && num == singular {
		return false
	}
	if num == singular && n.n == plural && (before3(c, k) || n.g&g == 0) {
		return false // "un groupe de filles heureuses" begins further left
	}
	if n.ppas && n.g&g == 0 && oneOf(t.low, "fois") {
		return false
	}
	list := c.kin(next.low, nominalOf(g, num))
	if len(list) == 0 {
		return false
	}
	c.say(next, next, "fr.agree", list...)
	return true
}

// before3 tells whether the article is led in by a preposition: what follows
// the noun may then belong to an earlier one.
func before3(c *clause, k int) bool {
	b := c.prev(k, 2).low
	return wordsBefore[b] || b == "et" || b == "ou"
}

// quel: quel and quelle agree with what follows; quelque before a plural.
func (c *clause) quel(k int, t *term) bool {
	n := c.next(k, 1)
	if n.low == "" || n.properly() || !n.l.onlyNominal() && !(t.low == "quelque" && n.l.noun && !n.l.tool) {
		return false
	}
	switch {
	case t.low == "quel" && n.l.g == feminine && n.l.n&singular != 0:
		c.say(t, t, "fr.gender", "quelle")
	case t.low == "quelle" && n.l.g == masculine && n.l.n&singular != 0:
		c.say(t, t, "fr.gender", "quel")
	case t.low == "quelque" && n.l.n == plural:
		c.say(t, t, "fr.plural", "quelques")
	default:
		return false
	}
	return true
}

// lots: what one has many of is in the plural, when it can be counted.
func (c *clause) lots(k int, t *term) bool {
	if t.low != "de" && t.low != "d'" || !oneOf(c.prev(k, 1).low, "beaucoup plein tas trop tellement tant combien dizaine dizaines centaine centaines milliers") {
		return false
	}
	n := c.next(k, 1)
	if !oneOf(n.low, "chose client produit personne idée question jour ami amie photo cadeau surprise place commande livre enfant année heure projet événement message commentaire abonné magasin ville vidéo lot nouveauté article participant visiteur avis") || n.l.n&plural != 0 {
		return false
	}
	list := c.kin(n.low, nominalOf(n.l.g, plural))
	if len(list) == 0 {
		return false
	}
	c.say(n, n, "fr.plural", list[0])
	return true
}

// wished: il faut que tu viennes, pour que vous soyez: the subjunctive.
func (c *clause) wished(k int, t, verb *term, mask uint8) bool {
	if !oneOf(c.prev(k, 1).low, "que qu'") || !oneOf(c.prev(k, 2).low, "faut faudra faudrait pour afin avant bien condition") || verb.l.persons&mask == 0 || verb.l.nominal() || verb.l.tool && !oneOf(verb.low, "est a") {
		return false
	}
	if c.prev(k, 2).low == "bien" && oneOf(c.prev(k, 3).low, "si dit est sais sait savez crois pense vois comprends") {
		return false
	}
	for _, r := range verb.l.list {
		if r.is("po:spre") || r.is("po:simp") {
			return false
		}
	}
	list := c.kin(verb.low, func(_ *lecture, r reading) bool {
		return r.is("po:spre") && lectureOf([]reading{r}).persons&mask != 0
	})
	if len(list) == 0 {
		return false
	}
	c.say(verb, verb, "fr.person", list[0])
	return true
}
