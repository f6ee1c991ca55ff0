package spell

import "strings"

// opens tells whether the article at k begins a subject: nothing before it
// could make the noun a complement.
func (c *clause) opens(k int) bool {
	t := &c.t[k]
	if before := c.prev(k, 1); before.first && oneOf(before.low, "tout toute tous toutes") {
		return true
	}
	return t.first || oneOf(c.prev(k, 1).low, "que qu' si quand car mais lorsque puisque comme") && c.prev(k, 1).low != ""
}

// ruleSubject: the verb agrees with the noun that opens the sentence.
func (c *clause) ruleSubject(k int, t *term) bool {
	many := oneOf(t.low, "les des ces mes tes ses nos vos leurs plusieurs quelques certains certaines")
	one := oneOf(t.low, "un une le la l' ce cet cette mon ma ton ta son sa chaque notre votre")
	if !many && !one || !c.opens(k) {
		return false
	}
	noun := c.next(k, 1)
	if !noun.l.noun || noun.l.tool || noun.l.adverb || noun.low == "" || quantity[noun.low] || noun.properly() {
		return false
	}
	if many && noun.l.n&plural == 0 || one && noun.l.n&singular == 0 {
		return false
	}
	by := 2
	verb := c.next(k, by)
	clitics := 0
	for oneOf(verb.low, "ne n' me m' te t' se s' nous vous y en lui leur") && by < 6 {
		by, clitics = by+1, clitics+1
		verb = c.next(k, by)
	}
	l := verb.l
	if !l.finite || l.tool && !oneOf(verb.low, "est a sont ont") || l.adverb || verb.properly() || l.infinitive || l.ppre {
		return false
	}
	// A word that may qualify the noun is not surely its verb, unless pronouns lead it.
	if l.nominal() && clitics == 0 && !oneOf(verb.low, "est a sont ont") {
		after := c.next(k, by+1).low
		if !many || !l.noun || l.adj || l.ppas || l.n != singular || l.persons&32 != 0 || !oneOf(after, "nos vos notre votre le les l' un une mon ma mes ce cet cette à pendant jusqu' bientôt") {
			return false
		}
	}
	if l.nominal() && c.next(k, by-1).low == "en" {
		return false // "en cours", "en sens inverse"
	}
	mask := uint8(4)
	if many {
		mask = 32
	}
	if l.persons&mask != 0 || l.persons&(8|16) != 0 && (clitics > 0 || l.nominal()) {
		return false
	}
	if clitics > 0 && oneOf(c.next(k, 2).low, "nous vous") && l.persons&(4|32) == 0 {
		return false
	}
	if t.low == "l'" && noun.low == "on" {
		return false
	}
	list := c.kin(verb.low, personOf(mask, l))
	if verb.low == "est" && many {
		list = []string{"sont"}
	} else if verb.low == "a" && many {
		list = []string{"ont"}
	}
	if len(list) == 0 {
		return false
	}
	c.say(verb, verb, "fr.person", list...)
	return true
}

var states = setOf("est sont sera seront était étaient serait seraient reste restent semble semblent devient deviennent")

// ruleAttribute: elle est contente, les places sont limitées.
func (c *clause) ruleAttribute(k int, t *term) bool {
	if !states[t.low] && !oneOf(t.low, "sommes") {
		return false
	}
	subj := c.prev(k, 1)
	if c.manifest(k, t) {
		return true
	}
	var g gender
	n := singular
	switch {
	case wordsBefore[c.prev(k, 2).low] || c.prev(k, 2).low == "et" || c.prev(k, 2).low == "ou":
		if subj.low == "elle" || subj.low == "elles" {
			return false
		}
		fallthrough
	default:
		switch subj.low {
		case "elle":
			g = feminine
		case "il":
			g = masculine
		case "elles":
			g, n = feminine, plural
		case "ils":
			g, n = masculine, plural
		case "nous":
			if t.low != "sommes" || !c.get(k-1).fresh && !oneOf(c.prev(k, 2).low, "que car et mais") {
				return false
			}
			g, n = masculine|feminine, plural
		default:
			det := c.prev(k, 2)
			left := c.prev(k, 3)
			if !subj.l.noun || subj.l.tool || subj.properly() || quantity[subj.low] || apart[subj.low] || wordsBefore[left.low] || between[left.low] || oneOf(left.low, "et ou que dont où comme ni") || left.l.noun && left.l.onlyNominal() || left.l.finite && left.low != "" {
				return false
			}
			many := oneOf(det.low, "les ces mes tes ses nos vos leurs")
			if !many && !oneOf(det.low, "le la l' un une ce cet cette mon ma ton ta son sa notre votre") {
				return false
			}
			g = subj.l.g
			if d := detGender(det.low); g&d != 0 {
				g &= d
			}
			if many {
				n = plural
			}
			if many && subj.l.n&plural == 0 || !many && subj.l.n&singular == 0 {
				return false
			}
		}
	}
	if n == plural && oneOf(t.low, "est sera était serait reste semble devient") || n == singular && !oneOf(t.low, "est sera était serait reste semble devient") {
		return false
	}
	adj := c.next(k, 1)
	for by := 2; (oneOf(adj.low, "très trop déjà toujours vraiment maintenant aussi encore désormais entièrement enfin plus moins si pas jamais bien totalement")) && by < 4; by++ {
		adj = c.next(k, by)
	}
	l := adj.l
	if !l.adj && !l.ppas || l.tool || l.adverb || l.infinitive || l.name || adj.properly() || apart[adj.low] || l.noun && !l.ppas && !l.adj || strings.ContainsAny(adj.low, "-·") {
		return false
	}
	// "elle est professeur", "la porte est orange": a noun does not agree.
	if l.noun && !l.ppas && !(l.adj && l.n&n != 0 && personOfWord[subj.low] == 0) && !oneOf(adj.low, "content contente contents contentes gratuit gratuite gratuits gratuites ouvert ouverte ouverts ouvertes prêt prête prêts prêtes petit petite grand grande nouveau nouvelle nombreux parfait parfaite complet complète seul seule jeune actif active sportif sportive public publique amoureux amoureuse") {
		return false
	}
	if l.g&g != 0 && l.n&n != 0 {
		return false
	}
	want := g
	if want == masculine|feminine {
		want = l.g
	}
	list := c.kin(adj.low, nominalOf(want, n))
	if len(list) == 0 {
		return false
	}
	c.say(adj, adj, "fr.agree", list[0])
	return true
}

// ruleReceived: "nous avons reçus": after avoir, the participle does not agree
// with the subject.
func (c *clause) ruleReceived(k int, t *term) bool {
	if !avoir[t.low] || t.low == "eu" {
		return false
	}
	subj := c.prev(k, 1)
	first := k > 0 && (c.t[k-1].first || c.t[k-1].fresh && !c.t[k-1].joined)
	if !wordsSubj[subj.low] || !first {
		return false
	}
	part := c.next(k, 1)
	if between[part.low] {
		part = c.next(k, 2)
	}
	l := part.l
	if !l.ppas || l.g&masculine != 0 && l.n&singular != 0 || l.adverb || l.tool || part.properly() || c.next(k, 1).low == "tous" {
		return false
	}
	list := c.kin(part.low, participleOf)
	if len(list) == 0 {
		return false
	}
	c.say(part, part, "fr.participle", list[0])
	return true
}

// manifest: whatever the subject, "sont" never takes a singular, "est" hardly
// a plural.
func (c *clause) manifest(k int, t *term) bool {
	many := oneOf(t.low, "sont étaient seront seraient restent semblent deviennent")
	if !many {
		return false
	}
	adj := c.next(k, 1)
	if oneOf(adj.low, "très trop déjà toujours vraiment maintenant désormais entièrement") {
		adj = c.next(k, 2)
	}
	l := adj.l
	if !l.adj && !l.ppas || l.n != singular || l.noun && !l.ppas && !oneOf(adj.low, "gratuit gratuite content contente ouvert ouverte prêt prête petit petite grand grande nouveau nouvelle parfait parfaite complet complète seul seule actif active public publique") || l.adverb || l.tool || l.name || l.infinitive || adj.properly() || apart[adj.low] {
		return false
	}
	g := l.g
	switch subj := c.prev(k, 1); subj.low {
	case "ils":
		g = masculine
	case "elles":
		g = feminine
	default:
		if c.manyOf(k-1) && subj.l.g != masculine|feminine {
			g = subj.l.g
		}
	}
	list := c.kin(adj.low, nominalOf(g, plural))
	if len(list) == 0 {
		return false
	}
	c.say(adj, adj, "fr.agree", list[0])
	return true
}
