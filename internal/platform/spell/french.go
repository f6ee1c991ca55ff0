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
		subject := wordsIl[before.low] || setOf("y n' l' m' t' en s' lui te me nous vous les leur")[before.low] || before.properly()
		switch {
		case before.low == "tu":
			return false
		case subject:
			return false
		case setOf("grâce quant suite bienvenue rendez-vous merci bravo conformément contrairement rapport jusqu' face prêt prête prêts prêtes jusque dédié dédiée destiné participer participez accéder rendez assister assistez venir venez aller allez retour habite habitons commence accès situé située installé installée basé basée")[before.low],
			setOf("partir bientôt demain propos côté cause travers peine nouveau présent condition volonté domicile table côté emporter gauche droite pied vélo")[next.low] && !setOf("un du")[next.low],
			next.low == "l'" && setOf("occasion attention aide heure intérieur extérieur avance origine écoute étranger")[c.next(k, 2).low]:
			if next.low == "" && !t.end3 || next.l.ppas || setOf("lieu un une deux des pour bien toujours pas plus")[next.low] {
				return false
			}
			c.say(t, t, "fr.a", "à")
			return true
		case next.num && regexpHour.MatchString(next.s):
			c.say(t, t, "fr.a", "à")
			return true
		case next.l.infinitive && strings.HasSuffix(next.low, "er") && before.l.noun && k >= 2 && c.opens(k-2) && setOf("le la l' les mon ma notre votre ce cette son sa")[c.prev(k, 2).low]:
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
		case setOf("tous toutes vos nos vous")[next.low] && (before.l.infinitive || before.l.ppas || before.l.imperative && before.first || before.low == "bonjour" || before.low == "anniversaire"):
			c.say(t, t, "fr.a", "à")
			return true
		}
	case "à":
		if (wordsIl[before.low] && before.low != "cela" || before.low == "y" || before.low == "n'") && (c.prev(k, 2).low == "" || !wordsBefore[c.prev(k, 2).low]) {
			if before.low == "y" || before.low == "n'" || next.l.ppas || between[next.low] || setOf("un une des été fait eu")[next.low] {
				c.say(t, t, "fr.a", "a")
				return true
			}
		}
		if before.l.name && !before.l.noun && before.joined == before.first && next.l.ppas && setOf("ouvert fait dit pris mis vu reçu vendu eu été lancé gagné")[next.low] || before.l.name && before.first && setOf("ouvert fait dit pris mis vu reçu vendu eu été")[next.low] {
			c.say(t, t, "fr.a", "a")
			return true
		}
		if next.l.ppas && !next.l.noun && !next.l.infinitive && !next.l.adverb && !next.l.tool && next.l.n == singular && next.l.g == masculine && strings.HasSuffix(next.low, "é") && !next.properly() && !setOf("côté")[next.low] {
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
	if t.low == "a" && !(wordsIl[before.low] || setOf("n' l' m' t' y lui nous vous les leur")[before.low] || before.properly()) || t.s == "A" {
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
	if !wrong || isHave && setOf("beau")[c.next(k, 1).low] || isBe && next.l.noun && !strings.HasSuffix(next.low, "er") {
		return false
	}
	if isBe && setOf("boulanger léger cher fier amer entier premier dernier métier régulier étranger hier particulier")[next.low] || next.l.adj || next.l.adverb {
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
	if setOf("vous nous le la les l' me m' te t' se s' lui leur y en")[before.low] && (wordsBefore[b2.low] || modal[b2.low]) && !(before.low == "en" && !modal[b2.low]) {
		if before.low == "vous" && second && !setOf("pour de d' sans")[b2.low] && !modal[b2.low] {
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
		ok = second || setOf("afin avant besoin envie essayer essayez essaie merci plaisir permet permettent décidé oublié oubliez oublier possible occasion temps facile important l'occasion moyen chance hâte heureux heureuse heureuses ravis ravi ravie obligé pensez propose proposons venons vient viens arrêtez cessez continuez fier fiers")[left.low]
	case "à":
		ok = second
	default:
		ok = modal[before.low]
		if ok && participle && (before.low == "savoir" || before.low == "sait" || before.low == "savez" || before.low == "aller") {
			ok = false
		}
		if setOf("allez")[before.low] {
			ok = false
		}
		if before.low == "avez" || before.low == "nous" {
			ok = false
		}
		if b := c.prev(k, 1); !ok && second && modal[b.low] {
			ok = true
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
		place := setOf("jour moment endroit lieu ville pays cas monde époque semaine soirée année maison quartier magasin bureau instant")[before.low] && (wordsSubj[next.low] || setOf("l'on se")[next.low])
		if before.low == "d'" || before.low == "là" && !next.l.adverb || before.low == "jusqu'" || before.low == "importe" || before.low == "partout" || place ||
			t.first && (setOf("est sont était en se va vont aller trouver habitez êtes allez dormir manger acheter sortir")[next.low] && !determiners[next.low]) {
			c.say(t, t, "fr.ou", "où")
			return true
		}
		if before.low == "pas" && setOf("savez sais sait savoir savons savait")[c.prev(k, 2).low] && (wordsSubj[next.low] || setOf("trouver aller est sont se")[next.low]) {
			c.say(t, t, "fr.ou", "où")
			return true
		}
		if setOf("savez sais sait savoir demande demandez dites dis")[before.low] && (wordsSubj[next.low] || setOf("trouver aller est sont se")[next.low]) {
			c.say(t, t, "fr.ou", "où")
			return true
		}
	case "où":
		if before.num && next.num || before.low == "oui" && next.low == "non" || next.low == "bien" && before.low != "d'" && !t.first || before.low == "plus" && next.low == "moins" || setOf("deux trois quatre cinq six")[before.low] && setOf("deux trois quatre cinq six")[next.low] ||
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
		case setOf("qui que qu' dont")[next.low]:
			c.say(t, t, "fr.ce", "ce")
			return true
		case (t.fresh || setOf("que mais car et qu'")[before.low]) && setOf("sont seront étaient")[next.low] && determiners[c.next(k, 2).low]:
			c.say(t, t, "fr.ce", "ce")
			return true
		case next.l.onlyNominal() && next.l.noun && !next.l.ppas && next.l.g&masculine != 0 && next.l.n&singular != 0 && !next.properly():
			c.say(t, t, "fr.ce", "ce")
			return true
		case (t.fresh || wordsBefore[before.low]) && setOf("soir matin week-end mois jour produit projet livre sera serait")[next.low]:
			c.say(t, t, "fr.ce", "ce")
			return true
		}
	case "ce":
		subj := wordsIl[before.low] || before.low == "ne"
		switch {
		case subj && (next.l.finite && !next.l.noun || before.low != "qui" && next.l.finite) && !setOf("est sont sera serait fut n' qui que")[next.low] && (before.low != "ne" || next.l.finite && !setOf("sont sera serait fut peut doit")[next.low] && !next.l.noun):
			c.say(t, t, "fr.ce", "se")
			return true
		case setOf("pour de à sans")[before.low] && next.l.infinitive && !next.l.noun:
			c.say(t, t, "fr.ce", "se")
			return true
		case setOf("ils elles")[before.low] && next.low == "sont":
			c.say(t, t, "fr.ce", "se")
			return true
		case setOf("peut va vont doit peuvent doivent veut")[before.low] && next.l.infinitive && !next.l.noun && t.joined:
			c.say(t, t, "fr.ce", "se")
			return true
		case next.low == "qui" && (c.next(k, 2).l.persons == 32) && c.next(k, 2).l.finite:
			c.say(t, t, "fr.ce", "ceux")
			return true
		}
	case "c'":
		if setOf("est était")[next.low] && setOf("il elle on ils")[before.low] && (c.next(k, 2).l.ppas || between[c.next(k, 2).low]) {
			c.say(t, t, "fr.ce", "s'")
			return true
		}
	case "s'":
		start := t.fresh || setOf("que qu' mais car et quand si comme")[before.low]
		if start && setOf("est était")[next.low] {
			after := c.next(k, 2)
			if determiners[after.low] || setOf("très trop pas vraiment pour avec dans ici quoi vous nous moi lui")[after.low] || after.l.adj && !after.l.ppas && after.l.g&masculine != 0 {
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
	if setOf("un une le la l' pas très trop vraiment mon ma mes notre votre nos vos pour bien quoi moi vous toujours parti fini")[next.low] && (t.low == "ces" || t.low == "ses" || t.fresh && t.low == "sait" && next.low != "pas" || t.low == "cet" && next.low != "pas" && determiners[next.low]) {
		if next.low == "bien" && next.end3 {
			return false
		}
		c.say(t, t, "fr.ces", "c'est")
		return true
	}
	if t.low == "ces" && setOf("il elle on ils")[before.low] && next.l.ppas {
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
		case t.end3 && (setOf("comme pour avec que après avant de à dans par tout fait aime c' est faire dire tous")[before.low] || before.l.finite):
			c.say(t, t, "fr.sa", "ça")
			return true
		case n.finite && n.persons&4 != 0 && !(n.nominal() && n.g&feminine != 0) && !n.tool && !next.properly():
			c.say(t, t, "fr.sa", "ça")
			return true
		case setOf("ne n' vous nous me te m' se s' lui y les leur")[next.low] && (c.next(k, 2).l.finite || next.low == "ne" || next.low == "n'"):
			c.say(t, t, "fr.sa", "ça")
			return true
		case setOf("va fait marche")[next.low] && (t.first && setOf("bien mieux pas")[c.next(k, 2).low] || next.end3 && t.fresh):
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
		if setOf("il elle on c' n'")[before.low] && !wordsBefore[c.prev(k, 2).low] && c.prev(k, 2).low != "et" && (next.l.adj || next.l.ppas || between[next.low] || setOf("très en à un une dans")[next.low] && before.low != "elle") && (before.low == "c'" || !next.l.noun || next.l.ppas || before.low == "il" || before.low == "on") {
			c.say(t, t, "fr.et", "est")
			return true
		}
		if before.low == "c'" || before.low == "il" && !wordsBefore[c.prev(k, 2).low] && next.low != "" && !next.l.name && !personOfWordHas(next.low) && !setOf("lui le la les moi toi eux son sa")[next.low] {
			c.say(t, t, "fr.et", "est")
			return true
		}
	case "est":
		if setOf("bonjour bienvenue merci bravo félicitations")[before.low] && !next.l.ppas && next.low != "" && !setOf("un une le la pas très")[next.low] {
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
		if setOf("ils elles")[before.low] || pl && (n.ppas || n.adj) || before.l.n == plural && before.l.onlyNominal() && (n.tool || n.adverb || pl) && !wordsBefore[next.low] && next.low != "" {
			c.say(t, t, "fr.son", "sont")
			return true
		}
		if before.l.n == plural && before.l.onlyNominal() && setOf("à en dans sur disponibles là ici pas tous très")[next.low] {
			c.say(t, t, "fr.son", "sont")
			return true
		}
	case "sont":
		n := next.l
		if (setOf("avec dans pour de par sans chez à sur sous")[before.low]) && before.joined || setOf("avec dans pour de par sans chez sur sous")[before.low] {
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
		if setOf("ils elles")[before.low] && next.low != "" && !setOf("ne n'")[next.low] {
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
		if before.l.n == plural && before.l.onlyNominal() && determiners[c.prev(k, 2).low] && (determiners[next.low] || n.ppas || setOf("été pas tous toutes bien déjà")[next.low]) && next.low != "l'" && next.low != "le" && next.low != "la" && next.low != "les" {
			c.say(t, t, "fr.on", "ont")
			return true
		}
	case "ont":
		if (setOf("qu' si quand où lorsqu' puisqu' et mais donc ici")[before.low] || t.fresh) && (next.l.persons&4 != 0 && next.l.finite && !next.l.ppas || setOf("vous nous se s' va est a y en ne n'")[next.low]) {
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
	return l.noun && l.n&plural != 0 && setOf("les des ces mes tes ses nos vos leurs plusieurs quelques")[c.get(k-1).low]
}

func personOfWordHas(low string) bool { return personOfWord[low] != 0 }

// rulePeu: peu, peut, peux; quand, quant; près, prêt; sur, sûr.
func (c *clause) rulePeu(k int, t *term) bool {
	before, next := c.prev(k, 1), c.next(k, 1)
	put := func(s string) bool { c.say(t, t, "fr.confused", s); return true }
	switch t.low {
	case "peu":
		switch {
		case setOf("il elle on ça cela")[before.low] && (next.l.infinitive || before.low == "on" || setOf("pas être plus")[next.low]) && !wordsBefore[c.prev(k, 2).low], before.low == "qui" && next.l.infinitive, before.l.noun && next.l.infinitive && determiners[c.prev(k, 2).low]:
			return put("peut")
		case before.low == "je" || before.low == "tu":
			return put("peux")
		}
	case "peut":
		switch {
		case before.low == "un" && c.prev(k, 2).low != "l'", setOf("très trop si assez")[before.low]:
			return put("peu")
		case before.low == "" && next.low == "de":
			return put("peu")
		}
	case "peux":
		if before.low == "un" {
			return put("peu")
		}
	case "quand":
		if next.low == "à" && !c.next(k, 2).num && (setOf("moi toi lui elle nous vous eux elles la l' leur notre votre ce cette ces savoir")[c.next(k, 2).low]) || next.low == "au" || next.low == "aux" {
			c.say(t, t, "fr.confused", "quant")
			return true
		}
	case "près":
		if (etre[before.low] || before.l.noun && etre[c.prev(k, 2).low] || setOf("fin toujours")[before.low]) && next.low == "à" && (c.next(k, 2).l.infinitive || setOf("vous nous le la les l'")[c.next(k, 2).low] && c.next(k, 3).l.infinitive) {
			return put("prêt")
		}
	case "sur":
		if next.low == "et" && c.next(k, 2).low == "certain" {
			return put("sûr")
		}
		if etre[before.low] && (setOf("que qu' de d'")[next.low] || t.end3) || before.low == "bien" && (t.end3 || setOf("que qu' !")[next.low]) || setOf("suis es")[before.low] && next.low == "" {
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
		if next.low == "de" && setOf("prix question")[c.next(k, 2).low] {
			return put("hors")
		}
	case "davantage", "d'":
		if t.low == "d'" && setOf("avantage")[next.low] && (c.next(k, 2).low == "" || setOf("de d' que sur pour à en")[c.next(k, 2).low]) && !setOf("pas plus peu beaucoup trop tant autant assez moins")[before.low] {
			c.say(t, next, "fr.confused", "davantage")
			return true
		}
	case "mes":
		if setOf("je j' tu il on c' ça pas cela aussi si comme surtout nous vous")[next.low] && next.low != "aussi" {
			return put("mais")
		}
	case "quelle", "quelles":
		n := next.l
		if before.low != "" && n.finite && !n.nominal() && !n.tool && !n.adverb && !etre[next.low] && n.persons&(4|32) != 0 && before.joined && !setOf("de à pour dans sur par avec")[before.low] {
			c.say(t, t, "fr.confused", "qu'"+strings.TrimPrefix(t.low, "qu"))
			return true
		}
	case "appel":
		if setOf("m' s' t'")[before.low] {
			return put("appelle")
		}
	case "faite", "dite":
		if before.low == "vous" && c.prev(k, 2).low != "à" {
			return put(t.low + "s")
		}
		if t.first && t.low == "faite" && setOf("attention nous vous le la les une un vos de")[next.low] {
			return put("faites")
		}
	case "fêtes":
		if before.low == "vous" || t.first && setOf("attention")[next.low] {
			return put("faites")
		}
	}
	return false
}

// ruleSmall: la and là at the end of a clause, leur before a verb.
func (c *clause) ruleSmall(k int, t *term) bool {
	before := c.prev(k, 1)
	if t.low == "la" && t.end3 && t.joined && (etre[before.low] || setOf("par voilà bientôt toujours déjà reste restez restons")[before.low]) && !setOf("la")[before.low] {
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
	if !setOf("tout tous toute toutes")[t.low] {
		return false
	}
	det, noun := c.next(k, 1), c.next(k, 2)
	many := setOf("les des ces mes tes ses nos vos leurs ceux celles")[det.low]
	one := setOf("le la l' ce cet cette mon ma ton ta son sa notre votre leur")[det.low]
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
	case one && (t.low == "tout" || t.low == "tous") && female && setOf("la cette ma ta sa")[det.low]:
		want = "toute"
	case t.low == "tous" && setOf("simplement nouveau neuf petit")[det.low]:
		want = "tout"
	}
	if want == "" || want == t.low {
		return false
	}
	c.say(t, t, "fr.tout", want)
	return true
}
