package spell

import (
	"strings"
	"unicode"
)

// french looks for the confusions and the agreements that a dictionary cannot
// see. Each rule speaks only when the words around leave no other reading: a
// false alarm costs more than a mistake missed.
func french(p *page, d *dictionary, o Options, add func(Mistake)) {
	c := newClause(&noter{p, d, o, add})
	for k := range c.t {
		if c.t[k].num || caseOf(c.t[k].s) == mixed {
			continue
		}
		if c.phrases(k) {
			continue
		}
		for _, rule := range frenchRules {
			if rule(c, k, c.get(k)) {
				break
			}
		}
	}
}

// frenchRules are tried in order on each word; the first that speaks has it.
var frenchRules = []func(c *clause, k int, t *term) bool{
	(*clause).ruleA, (*clause).ruleParticiple, (*clause).ruleInfinitive, (*clause).ruleOu, (*clause).ruleCe, (*clause).ruleCes,
	(*clause).ruleSa, (*clause).ruleEt, (*clause).ruleSon, (*clause).ruleOn, (*clause).rulePeu, (*clause).ruleSmall, (*clause).ruleLeur, (*clause).ruleTout,
	(*clause).ruleSi, (*clause).ruleElision, (*clause).ruleHyphen, (*clause).rulePerson, (*clause).ruleSubject, (*clause).ruleDeterminer, (*clause).ruleEpithet, (*clause).ruleAttribute, (*clause).ruleReceived,
}

var (
	wordsIl     = setOf("il elle on qui ça cela ils elles")
	wordsSubj   = setOf("je j' tu il elle on nous vous ils elles")
	wordsBefore = setOf("à de d' pour sans par avec dans sur chez en sous entre vers contre après avant selon")
	avoir       = setOf("ai as a avons avez ont avais avait avions aviez avaient aurai auras aura aurons aurez auront aurais aurait aurions auriez auraient eu")
	etre        = setOf("suis es est sommes êtes sont étais était étions étiez étaient serai seras sera serons serez seront serais serait serions seriez seraient été")
	between     = setOf("pas plus jamais bien déjà toujours aussi encore vraiment souvent tout trop mal enfin presque beaucoup même peut-être donc rien")
	determiners = setOf("le la les l' un une des du mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet cette ces chaque quelques plusieurs aux au")
	modal       = setOf("peux peut pouvons pouvez peuvent pourrez pourrait pourriez pouvait pourra veux veut voulons voulez veulent voulait voudrais voudrait dois doit devons devez doivent devrait devriez devait vais vas va allons vont faut fallait faudra faudrait sait savez savoir pouvoir vouloir devoir aller")
)

// ruleA: a and à.
func (c *clause) ruleA(k int, t *term) bool {
	next, before := c.next(k, 1), c.prev(k, 1)
	switch t.low {
	case "a":
		if t.s == "A" {
			return false
		}
		subject := wordsIl[before.low] || oneOf(before.low, "y n' l' m' t' en s' lui te me nous vous les leur") || before.properly()
		switch {
		case before.low == "tu":
			return false
		case subject:
			return false
		case oneOf(before.low, "grâce quant suite bienvenue rendez-vous merci bravo conformément contrairement rapport jusqu' face prêt prête prêts prêtes jusque dédié dédiée destiné participer participez accéder rendez assister assistez venir venez aller allez retour habite habitons commence accès situé située installé installée basé basée"),
			oneOf(next.low, "partir bientôt demain propos côté cause travers peine nouveau présent condition volonté domicile table côté emporter gauche droite pied vélo") && !oneOf(next.low, "un du"),
			next.low == "l'" && oneOf(c.next(k, 2).low, "occasion attention aide heure intérieur extérieur avance origine écoute étranger"):
			if next.low == "" && !t.end3 || next.l.ppas || oneOf(next.low, "lieu un une deux des pour bien toujours pas plus") {
				return false
			}
			c.say(t, t, "fr.a", "à")
			return true
		case next.num && regexpHour.MatchString(next.s):
			c.say(t, t, "fr.a", "à")
			return true
		case next.l.infinitive && strings.HasSuffix(next.low, "er") && before.l.noun && k >= 2 && c.opens(k-2) && oneOf(c.prev(k, 2).low, "le la l' les mon ma notre votre ce cette son sa"):
			if list := c.kin(next.low, participleOf); len(list) > 0 {
				c.say(next, next, "fr.participle", list[0])
				return true
			}
		case next.l.infinitive && !next.l.noun && before.low != "" && !before.num || next.l.infinitive && strings.HasSuffix(next.low, "er") && before.l.noun && before.l.onlyNominal():
			c.say(t, t, "fr.a", "à")
			return true
		case next.low != "" && next.properly() && unicode.IsUpper(rune0(next.s)) && caseOf(next.s) == title && (before.l.infinitive || before.l.ppas && !before.l.noun || before.l.imperative && before.first || before.l.adverb):
			c.say(t, t, "fr.a", "à")
			return true
		case oneOf(next.low, "tous toutes vos nos vous") && (before.l.infinitive || before.l.ppas || before.l.imperative && before.first || before.low == "bonjour" || before.low == "anniversaire"):
			c.say(t, t, "fr.a", "à")
			return true
		}
	case "à":
		if (wordsIl[before.low] && before.low != "cela" || before.low == "y" || before.low == "n'") && (c.prev(k, 2).low == "" || !wordsBefore[c.prev(k, 2).low]) {
			if before.low == "y" || before.low == "n'" || next.l.ppas || between[next.low] || oneOf(next.low, "un une des été fait eu") {
				c.say(t, t, "fr.a", "a")
				return true
			}
		}
		if before.l.name && !before.l.noun && before.joined == before.first && next.l.ppas && oneOf(next.low, "ouvert fait dit pris mis vu reçu vendu eu été lancé gagné") || before.l.name && before.first && oneOf(next.low, "ouvert fait dit pris mis vu reçu vendu eu été") {
			c.say(t, t, "fr.a", "a")
			return true
		}
		if next.l.ppas && !next.l.noun && !next.l.infinitive && !next.l.adverb && !next.l.tool && next.l.n == singular && next.l.g == masculine && strings.HasSuffix(next.low, "é") && !next.properly() && !oneOf(next.low, "côté") {
			if before.properly() || before.l.noun && before.l.onlyNominal() && before.l.n&singular != 0 && determiners[c.prev(k, 2).low] {
				c.say(t, t, "fr.a", "a")
				return true
			}
			if inf := c.kin(next.low, infinitiveOf); len(inf) > 0 {
				c.say(next, next, "fr.infinitive", inf[0])
				return true
			}
		}
	}
	return false
}

// ruleParticiple: after avoir and être, mangé and not manger nor mangez.
func (c *clause) ruleParticiple(k int, t *term) bool {
	isHave, isBe := avoir[t.low] || t.low == "avoir" || t.low == "ayant", etre[t.low] || t.low == "être" && wordsBefore[c.prev(k, 1).low]
	if !isHave && !isBe {
		return false
	}
	before := c.prev(k, 1)
	if t.low == "a" && !(wordsIl[before.low] || oneOf(before.low, "n' l' m' t' y lui nous vous les leur") || before.properly()) || t.s == "A" {
		return false
	}
	if isBe && (before.low == "c'" || before.low == "ce" || before.low == "but" || before.l.infinitive) || t.low == "été" && !avoir[before.low] || t.low == "as" && before.low != "tu" && before.low != "n'" && before.low != "l'" {
		return false
	}
	next := c.next(k, 1)
	if between[next.low] {
		next = c.next(k, 2)
	}
	if next.properly() {
		return false
	}
	if n := next.l; isHave && wordsSubj[before.low] && n.finite && !n.nominal() && !n.tool && !n.adverb && !n.infinitive && !n.name && strings.HasSuffix(next.low, "e") {
		if list := c.kin(next.low, participleOf); len(list) > 0 {
			c.say(next, next, "fr.participle", list[0])
			return true
		}
	}
	wrong := next.l.infinitive && strings.HasSuffix(next.low, "er") || !next.l.noun && strings.HasSuffix(next.low, "ez") && next.l.persons&16 != 0 && !next.l.tool && !next.l.adverb
	if !wrong || isHave && oneOf(c.next(k, 1).low, "beau") || isBe && next.l.noun && !strings.HasSuffix(next.low, "er") {
		return false
	}
	if isBe && oneOf(next.low, "boulanger léger cher fier amer entier premier dernier métier régulier étranger hier particulier") || next.l.adj || next.l.adverb {
		return false
	}
	list := c.kin(next.low, participleOf)
	if len(list) == 0 {
		return false
	}
	c.say(next, next, "fr.participle", list[0])
	return true
}

// ruleInfinitive: after a preposition or a modal, manger and not mangé nor mangez.
func (c *clause) ruleInfinitive(k int, t *term) bool {
	if t.l.noun && !strings.HasSuffix(t.low, "é") && !strings.HasSuffix(t.low, "és") && !strings.HasSuffix(t.low, "ez") || t.properly() || t.first {
		return false
	}
	participle := t.l.ppas && (strings.HasSuffix(t.low, "é") || modal[c.prev(k, 1).low] && (strings.HasSuffix(t.low, "és") || strings.HasSuffix(t.low, "ées"))) && !t.l.noun && !t.l.tool && !t.l.adverb
	second := strings.HasSuffix(t.low, "ez") && t.l.persons&16 != 0 && !t.l.noun && !t.l.tool && !t.l.adverb
	if !participle && !second {
		return false
	}
	before := c.prev(k, 1)
	b2 := c.prev(k, 2)
	by := 1
	if oneOf(before.low, "vous nous le la les l' me m' te t' se s' lui leur y en") && (wordsBefore[b2.low] || modal[b2.low]) && !(before.low == "en" && !modal[b2.low]) {
		if before.low == "vous" && second && !oneOf(b2.low, "pour de d' sans") && !modal[b2.low] {
			return false
		}
		if !(before.low == "nous" && modal[b2.low]) || participle || second {
			before, by = b2, 2
		}
	}
	ok := false
	switch before.low {
	case "pour", "sans":
		ok = !strings.HasSuffix(t.low, "privé")
	case "de", "d'":
		left := c.prev(k, by+1)
		ok = second || oneOf(left.low, "afin avant besoin envie essayer essayez essaie merci plaisir permet permettent décidé oublié oubliez oublier possible occasion temps facile important l'occasion moyen chance hâte heureux heureuse heureuses ravis ravi ravie obligé pensez propose proposons venons vient viens arrêtez cessez continuez fier fiers")
	case "à":
		ok = second
	default:
		ok = modal[before.low]
		if ok && participle && (before.low == "savoir" || before.low == "sait" || before.low == "savez" || before.low == "aller") {
			ok = false
		}
		if oneOf(before.low, "allez") {
			ok = false
		}
		if before.low == "avez" || before.low == "nous" {
			ok = false
		}
		if b := c.prev(k, 1); !ok && second && modal[b.low] {
			ok = true
		}
	}
	if !ok && second && oneOf(c.prev(k, 1).low, "vous") && oneOf(b2.low, "laissez faites") {
		ok = true
	}
	// "votre parfum préférez": nobody stands there to do it.
	if left := c.prev(k, 1); !ok && second && left.l.noun && left.l.onlyNominal() && determiners[b2.low] && c.prev(k, 3).low != "vous" && b2.low != "les" {
		if list := c.kin(t.low, nominalOf(left.l.g, left.l.n)); len(list) > 0 {
			c.say(t, t, "fr.participle", list[0])
			return true
		}
	}
	if !ok {
		return false
	}
	list := c.kin(t.low, infinitiveOf)
	if len(list) == 0 {
		return false
	}
	c.say(t, t, "fr.infinitive", list[0])
	return true
}

// ruleOu: ou and où.
func (c *clause) ruleOu(k int, t *term) bool {
	before, next := c.prev(k, 1), c.next(k, 1)
	switch t.low {
	case "ou":
		place := oneOf(before.low, "jour moment endroit lieu ville pays cas monde époque semaine soirée année maison quartier magasin bureau instant") && (wordsSubj[next.low] || oneOf(next.low, "l'on se"))
		if before.low == "d'" || before.low == "là" && !next.l.adverb || before.low == "jusqu'" || before.low == "importe" || before.low == "partout" || place ||
			t.first && (oneOf(next.low, "est sont était en se va vont aller trouver habitez êtes allez dormir manger acheter sortir") && !determiners[next.low]) {
			c.say(t, t, "fr.ou", "où")
			return true
		}
		if before.low == "pas" && oneOf(c.prev(k, 2).low, "savez sais sait savoir savons savait") && (wordsSubj[next.low] || oneOf(next.low, "trouver aller est sont se")) {
			c.say(t, t, "fr.ou", "où")
			return true
		}
		if oneOf(before.low, "savez sais sait savoir demande demandez dites dis") && (wordsSubj[next.low] || oneOf(next.low, "trouver aller est sont se")) {
			c.say(t, t, "fr.ou", "où")
			return true
		}
	case "où":
		if before.num && next.num || before.low == "oui" && next.low == "non" || next.low == "bien" && before.low != "d'" && !t.first || before.low == "plus" && next.low == "moins" || oneOf(before.low, "deux trois quatre cinq six") && oneOf(next.low, "deux trois quatre cinq six") ||
			before.l.noun && before.l.onlyNominal() && next.l.noun && next.l.onlyNominal() && (t.end3 || c.next(k, 1).end3) && !next.l.ppas {
			c.say(t, t, "fr.ou", "ou")
			return true
		}
	}
	return false
}

// ruleCe: ce and se, c'est and s'est.
func (c *clause) ruleCe(k int, t *term) bool {
	before, next := c.prev(k, 1), c.next(k, 1)
	switch t.low {
	case "se":
		switch {
		case oneOf(next.low, "qui que qu' dont"):
			c.say(t, t, "fr.ce", "ce")
			return true
		case (t.fresh || oneOf(before.low, "que mais car et qu'")) && oneOf(next.low, "sont seront étaient") && determiners[c.next(k, 2).low]:
			c.say(t, t, "fr.ce", "ce")
			return true
		case next.l.onlyNominal() && next.l.noun && !next.l.ppas && next.l.g&masculine != 0 && next.l.n&singular != 0 && !next.properly():
			c.say(t, t, "fr.ce", "ce")
			return true
		case (t.fresh || wordsBefore[before.low]) && oneOf(next.low, "soir matin week-end mois jour produit projet livre sera serait"):
			c.say(t, t, "fr.ce", "ce")
			return true
		}
	case "ce":
		subj := wordsIl[before.low] || before.low == "ne"
		switch {
		case subj && (next.l.finite && !next.l.noun || before.low != "qui" && next.l.finite) && !oneOf(next.low, "est sont sera serait fut n' qui que") && (before.low != "ne" || next.l.finite && !oneOf(next.low, "sont sera serait fut peut doit") && !next.l.noun):
			c.say(t, t, "fr.ce", "se")
			return true
		case oneOf(before.low, "pour de à sans") && next.l.infinitive && !next.l.noun:
			c.say(t, t, "fr.ce", "se")
			return true
		case oneOf(before.low, "ils elles") && next.low == "sont":
			c.say(t, t, "fr.ce", "se")
			return true
		case oneOf(before.low, "peut va vont doit peuvent doivent veut") && next.l.infinitive && !next.l.noun && t.joined:
			c.say(t, t, "fr.ce", "se")
			return true
		case next.low == "qui" && (c.next(k, 2).l.persons == 32) && c.next(k, 2).l.finite:
			c.say(t, t, "fr.ce", "ceux")
			return true
		}
	case "c'":
		if oneOf(next.low, "est était") && oneOf(before.low, "il elle on ils") && (c.next(k, 2).l.ppas || between[c.next(k, 2).low]) {
			c.say(t, t, "fr.ce", "s'")
			return true
		}
	case "s'":
		start := t.fresh || oneOf(before.low, "que qu' mais car et quand si comme")
		if start && oneOf(next.low, "est était") {
			after := c.next(k, 2)
			if determiners[after.low] || oneOf(after.low, "très trop pas vraiment pour avec dans ici quoi vous nous moi lui") || after.l.adj && !after.l.ppas && after.l.g&masculine != 0 {
				c.say(t, t, "fr.ce", "c'")
				return true
			}
		}
	}
	return false
}

// ruleCes: ces, ses, c'est.
func (c *clause) ruleCes(k int, t *term) bool {
	if t.low != "ces" && t.low != "ses" && t.low != "sait" && t.low != "cet" {
		return false
	}
	next, before := c.next(k, 1), c.prev(k, 1)
	if oneOf(next.low, "un une le la l' pas très trop vraiment mon ma mes notre votre nos vos pour bien quoi moi vous toujours parti fini") && (t.low == "ces" || t.low == "ses" || t.fresh && t.low == "sait" && next.low != "pas" || t.low == "cet" && next.low != "pas" && determiners[next.low]) {
		if next.low == "bien" && next.end3 {
			return false
		}
		c.say(t, t, "fr.ces", "c'est")
		return true
	}
	if t.low == "ces" && oneOf(before.low, "il elle on ils") && next.l.ppas {
		c.say(t, t, "fr.ces", "s'est")
		return true
	}
	return false
}

// ruleSa: sa and ça.
func (c *clause) ruleSa(k int, t *term) bool {
	before, next := c.prev(k, 1), c.next(k, 1)
	switch t.low {
	case "sa":
		n := next.l
		switch {
		case t.end3 && (oneOf(before.low, "comme pour avec que après avant de à dans par tout fait aime c' est faire dire tous") || before.l.finite):
			c.say(t, t, "fr.sa", "ça")
			return true
		case n.finite && n.persons&4 != 0 && !(n.nominal() && n.g&feminine != 0) && !n.tool && !next.properly():
			c.say(t, t, "fr.sa", "ça")
			return true
		case oneOf(next.low, "ne n' vous nous me te m' se s' lui y les leur") && (c.next(k, 2).l.finite || next.low == "ne" || next.low == "n'"):
			c.say(t, t, "fr.sa", "ça")
			return true
		case oneOf(next.low, "va fait marche") && (t.first && oneOf(c.next(k, 2).low, "bien mieux pas") || next.end3 && t.fresh):
			c.say(t, t, "fr.sa", "ça")
			return true
		}
	case "ça":
		if next.l.noun && next.l.onlyNominal() && !next.l.ppas && next.l.g == feminine && next.l.n == singular && !t.end3 && !next.properly() && !(before.l.finite && next.l.adj) {
			c.say(t, t, "fr.sa", "sa")
			return true
		}
	}
	return false
}

// ruleEt: et and est.
func (c *clause) ruleEt(k int, t *term) bool {
	before, next := c.prev(k, 1), c.next(k, 1)
	switch t.low {
	case "et":
		if oneOf(before.low, "il elle on c' n'") && !wordsBefore[c.prev(k, 2).low] && c.prev(k, 2).low != "et" && (next.l.adj || next.l.ppas || between[next.low] || oneOf(next.low, "très en à un une dans") && before.low != "elle") && (before.low == "c'" || !next.l.noun || next.l.ppas || before.low == "il" || before.low == "on") {
			c.say(t, t, "fr.et", "est")
			return true
		}
		if before.low == "c'" || before.low == "il" && !wordsBefore[c.prev(k, 2).low] && next.low != "" && !next.l.name && !personOfWordHas(next.low) && !oneOf(next.low, "lui le la les moi toi eux son sa") {
			c.say(t, t, "fr.et", "est")
			return true
		}
	case "est":
		if oneOf(before.low, "bonjour bienvenue merci bravo félicitations") && !next.l.ppas && next.low != "" && !oneOf(next.low, "un une le la pas très") {
			c.say(t, t, "fr.et", "et")
			return true
		}
		if before.l.adj && !before.l.noun && next.l.adj && !next.l.noun && before.l.onlyNominal() && next.l.onlyNominal() && etre[c.prev(k, 2).low] {
			c.say(t, t, "fr.et", "et")
			return true
		}
	}
	return false
}

// ruleSon: son and sont.
func (c *clause) ruleSon(k int, t *term) bool {
	before, next := c.prev(k, 1), c.next(k, 1)
	switch t.low {
	case "son":
		n := next.l
		pl := n.nominal() && n.n == plural && !n.tool && !next.properly()
		if oneOf(before.low, "ils elles") || pl && (n.ppas || n.adj) || before.l.n == plural && before.l.onlyNominal() && (n.tool || n.adverb || pl) && !wordsBefore[next.low] && next.low != "" {
			c.say(t, t, "fr.son", "sont")
			return true
		}
		if before.l.n == plural && before.l.onlyNominal() && oneOf(next.low, "à en dans sur disponibles là ici pas tous très") {
			c.say(t, t, "fr.son", "sont")
			return true
		}
	case "sont":
		n := next.l
		if (oneOf(before.low, "avec dans pour de par sans chez à sur sous")) && before.joined || oneOf(before.low, "avec dans pour de par sans chez sur sous") {
			if n.noun {
				c.say(t, t, "fr.son", "son")
				return true
			}
		}
	}
	return false
}

// ruleOn: on, ont and on n'.
func (c *clause) ruleOn(k int, t *term) bool {
	before, next := c.prev(k, 1), c.next(k, 1)
	switch t.low {
	case "on":
		if oneOf(before.low, "ils elles") && next.low != "" && !oneOf(next.low, "ne n'") {
			c.say(t, t, "fr.on", "ont")
			return true
		}
		n := next.l
		if n.ppas && !n.finite && !n.noun && !n.tool && !n.adverb && (before.l.n == plural && before.l.onlyNominal() || before.low == "qui" || before.low == "nous") && before.low != "" {
			c.say(t, t, "fr.on", "ont")
			return true
		}
		if c.manyOf(k-1) && n.ppas && strings.HasSuffix(next.low, "é") {
			c.say(t, t, "fr.on", "ont")
			return true
		}
		if before.l.n == plural && before.l.onlyNominal() && determiners[c.prev(k, 2).low] && (determiners[next.low] || n.ppas || oneOf(next.low, "été pas tous toutes bien déjà")) && next.low != "l'" && next.low != "le" && next.low != "la" && next.low != "les" {
			c.say(t, t, "fr.on", "ont")
			return true
		}
	case "ont":
		if (oneOf(before.low, "qu' si quand où lorsqu' puisqu' et mais donc ici") || t.fresh) && (next.l.persons&4 != 0 && next.l.finite && !next.l.ppas || oneOf(next.low, "vous nous se s' va est a y en ne n'")) {
			c.say(t, t, "fr.on", "on")
			return true
		}
	}
	return false
}

// manyOf tells whether the term k is a noun in the plural with its article.
func (c *clause) manyOf(k int) bool {
	if k < 1 || !c.t[k].joined || !c.t[k+1].joined {
		return false
	}
	l := c.get(k).l
	return l.noun && l.n&plural != 0 && oneOf(c.get(k-1).low, "les des ces mes tes ses nos vos leurs plusieurs quelques")
}

func personOfWordHas(low string) bool { return personOfWord[low] != 0 }

// rulePeu: peu, peut, peux; quand, quant; près, prêt; sur, sûr.
func (c *clause) rulePeu(k int, t *term) bool {
	before, next := c.prev(k, 1), c.next(k, 1)
	put := func(s string) bool { c.say(t, t, "fr.confused", s); return true }
	switch t.low {
	case "peu":
		switch {
		case oneOf(before.low, "il elle on ça cela") && (next.l.infinitive || before.low == "on" || oneOf(next.low, "pas être plus")) && !wordsBefore[c.prev(k, 2).low], before.low == "qui" && next.l.infinitive, before.l.noun && next.l.infinitive && determiners[c.prev(k, 2).low]:
			return put("peut")
		case before.low == "je" || before.low == "tu":
			return put("peux")
		}
	case "peut":
		switch {
		case before.low == "un" && c.prev(k, 2).low != "l'", oneOf(before.low, "très trop si assez"):
			return put("peu")
		case before.low == "" && next.low == "de":
			return put("peu")
		}
	case "peux":
		if before.low == "un" {
			return put("peu")
		}
	case "quand":
		if next.low == "à" && !c.next(k, 2).num && (oneOf(c.next(k, 2).low, "moi toi lui elle nous vous eux elles la l' leur notre votre ce cette ces savoir")) || next.low == "au" || next.low == "aux" {
			c.say(t, t, "fr.confused", "quant")
			return true
		}
	case "près":
		if (etre[before.low] || before.l.noun && etre[c.prev(k, 2).low] || oneOf(before.low, "fin toujours")) && next.low == "à" && (c.next(k, 2).l.infinitive || oneOf(c.next(k, 2).low, "vous nous le la les l'") && c.next(k, 3).l.infinitive) {
			return put("prêt")
		}
	case "sur":
		if next.low == "et" && c.next(k, 2).low == "certain" {
			return put("sûr")
		}
		if etre[before.low] && (oneOf(next.low, "que qu' de d'") || t.end3) || before.low == "bien" && (t.end3 || oneOf(next.low, "que qu' !")) || oneOf(before.low, "suis es") && next.low == "" {
			return put("sûr")
		}
	case "du":
		if avoir[before.low] && next.l.infinitive && !next.l.noun {
			return put("dû")
		}
	case "sensé", "sensée", "sensés", "sensées":
		if next.l.infinitive && !next.l.noun {
			return put(strings.Replace(t.low, "s", "c", 1))
		}
	case "or":
		if next.low == "de" && oneOf(c.next(k, 2).low, "prix question") {
			return put("hors")
		}
	case "davantage", "d'":
		if t.low == "d'" && oneOf(next.low, "avantage") && (c.next(k, 2).low == "" || oneOf(c.next(k, 2).low, "de d' que sur pour à en")) && !oneOf(before.low, "pas plus peu beaucoup trop tant autant assez moins") {
			c.say(t, next, "fr.confused", "davantage")
			return true
		}
	case "mes":
		if oneOf(next.low, "je j' tu il on c' ça pas cela aussi si comme surtout nous vous") && next.low != "aussi" {
			return put("mais")
		}
	case "quelle", "quelles":
		n := next.l
		if before.low != "" && n.finite && !n.nominal() && !n.tool && !n.adverb && !etre[next.low] && n.persons&(4|32) != 0 && before.joined && !oneOf(before.low, "de à pour dans sur par avec") {
			c.say(t, t, "fr.confused", "qu'"+strings.TrimPrefix(t.low, "qu"))
			return true
		}
	case "appel":
		if oneOf(before.low, "m' s' t'") {
			return put("appelle")
		}
	case "faite", "dite":
		if before.low == "vous" && c.prev(k, 2).low != "à" {
			return put(t.low + "s")
		}
		if t.first && t.low == "faite" && oneOf(next.low, "attention nous vous le la les une un vos de") {
			return put("faites")
		}
	case "fêtes":
		if before.low == "vous" || t.first && oneOf(next.low, "attention") {
			return put("faites")
		}
	}
	return false
}

// ruleSmall: la and là at the end of a clause, leur before a verb.
func (c *clause) ruleSmall(k int, t *term) bool {
	before := c.prev(k, 1)
	if before.low == "qui" && oneOf(c.prev(k, 2).low, "vous nous") && t.l.infinitive && !t.l.noun && strings.HasSuffix(t.low, "er") {
		mask := personOfWord[c.prev(k, 2).low]
		if list := c.kin(t.low, personOf(mask, &lecture{list: []reading{"po:ipre"}})); len(list) > 0 {
			c.say(t, t, "fr.person", list[0])
			return true
		}
	}
	if t.low == "la" && t.end3 && t.joined && (etre[before.low] || oneOf(before.low, "par voilà bientôt toujours déjà soyez soyons reste restez restons")) && !oneOf(before.low, "la") {
		c.say(t, t, "fr.la", "là")
		return true
	}
	return false
}

// ruleLeur: leur and leurs.
func (c *clause) ruleLeur(k int, t *term) bool {
	n := c.next(k, 1)
	switch t.low {
	case "leurs":
		if n.l.finite && !n.l.nominal() && !n.l.tool || n.l.infinitive && !n.l.noun {
			c.say(t, t, "fr.leur", "leur")
			return true
		}
	case "leur":
		if n.l.noun && n.l.n == plural && n.l.onlyNominal() && !n.properly() {
			c.say(t, t, "fr.leur", "leurs")
			return true
		}
	}
	return false
}

// ruleTout: tout, tous, toute, toutes before a determiner.
func (c *clause) ruleTout(k int, t *term) bool {
	if !oneOf(t.low, "tout tous toute toutes") {
		return false
	}
	det, noun := c.next(k, 1), c.next(k, 2)
	many := oneOf(det.low, "les des ces mes tes ses nos vos leurs ceux celles")
	one := oneOf(det.low, "le la l' ce cet cette mon ma ton ta son sa notre votre leur")
	female := noun.l.noun && noun.l.g == feminine && !noun.l.finite
	male := noun.l.noun && noun.l.g == masculine && !noun.l.finite
	want := ""
	switch {
	case det.low == "ceux":
		want = "tous"
	case det.low == "celles":
		want = "toutes"
	case many && det.low != "des" && (t.low == "tout" || t.low == "toute"):
		want = "tous"
		if female || t.low == "toute" && !male {
			want = "toutes"
		}
		// "tout ses" stays possible before "tout ses états"? No: the plural always agrees.
	case many && t.low == "tous" && female && noun.l.n == plural:
		want = "toutes"
	case many && t.low == "toutes" && male && noun.l.n == plural:
		want = "tous"
	case one && t.low == "tous" && (det.low == "le" || det.low == "ce" || det.low == "l'" && male || det.low == "notre" && male || det.low == "mon" && male):
		want = "tout"
	case one && (t.low == "tout" || t.low == "tous") && female && oneOf(det.low, "la cette ma ta sa"):
		want = "toute"
	case t.low == "tous" && oneOf(det.low, "simplement nouveau neuf petit"):
		want = "tout"
	}
	if want == "" || want == t.low {
		return false
	}
	c.say(t, t, "fr.tout", want)
	return true
}
