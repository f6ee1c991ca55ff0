package spell

import "strings"

// faulty are sequences of words that are always wrong, and what is meant. "*"
// stands for any one word.
var faulty = phraseTable(`
malgré que|bien que
malgré qu'|bien qu'
au jour d' aujourd'hui|aujourd'hui
comme même|quand même
quant même|quand même
voir même|voire même
soit disant|soi-disant
il faut mieux|il vaut mieux
faut mieux|vaut mieux
en faite|en fait
c' est à dire|c'est-à-dire
c' est a dire|c'est-à-dire
tout-à-fait|tout à fait
tout-de-suite|tout de suite
parce-que|parce que
est-ce-que|est-ce que
s'il-vous-plaît|s'il vous plaît
s'il-vous-plait|s'il vous plaît
peut être que|peut-être que
peut être qu'|peut-être qu'
plus pire|pire
plus mieux|mieux
plus meilleur|meilleur
plus meilleure|meilleure
plus meilleurs|meilleurs
moins pire|moins mauvais
monter en haut|monter
descendre en bas|descendre
sortir dehors|sortir
prévoir à l' avance|prévoir
puis ensuite|puis
car en effet|car
pallier à|pallier
palier à|pallier
pallier aux|pallier les
au coiffeur|chez le coiffeur
au médecin|chez le médecin
ce que j' ai besoin|ce dont j'ai besoin
ce que vous avez besoin|ce dont vous avez besoin
ce que tu as besoin|ce dont tu as besoin
ce que nous avons besoin|ce dont nous avons besoin
c' est de ça dont|c'est ce dont
jusqu' à tant que|jusqu'à ce que
quelque soit|quel que soit
quelque soient|quels que soient
quelques soient|quelles que soient
quelques soit|quel que soit
quelques chose|quelque chose
quelques choses|quelque chose
quelque un|quelqu'un
quelques uns|quelques-uns
quelques unes|quelques-unes
chacun d' entres|chacun d'entre
d' entres nous|d'entre nous
d' entres vous|d'entre vous
week end|week-end
week ends|week-ends
un rendez vous|un rendez-vous
le rendez vous|le rendez-vous
votre rendez vous|votre rendez-vous
vos rendez vous|vos rendez-vous
notre rendez vous|notre rendez-vous
nos rendez vous|nos rendez-vous
ce rendez vous|ce rendez-vous
mon rendez vous|mon rendez-vous
de rendez vous|de rendez-vous
après midi|après-midi
cet après midi|cet après-midi
grand mère|grand-mère
grand père|grand-père
celle ci|celle-ci
y a t il|y a-t-il
a t il|a-t-il
a t elle|a-t-elle
a t on|a-t-on
va t il|va-t-il
va t elle|va-t-elle
va t on|va-t-on
qu' est ce que|qu'est-ce que
qu' est ce qu'|qu'est-ce qu'
qu' est ce qui|qu'est-ce qui
tous le monde|tout le monde
tout les|tous les
il y à|il y a
il y as|il y a
il ni a|il n'y a
je m' excuse|je vous prie de m'excuser
croivent|croient
de par le fait|par le fait
au final|finalement
de suite après|juste après
si j' aurais|si j'avais
joyeuse noël|joyeux Noël
bonne noël|joyeux Noël
bonne année et bonne santé a tous|bonne année et bonne santé à tous
bon appétit a tous|bon appétit à tous
sans soucis|sans souci
pas de soucis|pas de souci
aucun soucis|aucun souci
en terme de|en termes de
en tous cas|en tout cas
dans tout les cas|dans tous les cas
a fortiori|a fortiori
vis à vis|vis-à-vis
par ce que|parce que
par contres|par contre
au quel|auquel
a la quelle|à laquelle
pour les quels|pour lesquels
dans le quel|dans lequel
dans la quelle|dans laquelle
le quel|lequel
la quelle|laquelle
les quels|lesquels
les quelles|lesquelles
rien avoir|rien à voir
pas rien à|pas grand-chose à
tel que vous pouvez|comme vous pouvez
de le faire par vous même|de le faire par vous-même
d' ors et déjà|d'ores et déjà
d' hors et déjà|d'ores et déjà
d' or et déjà|d'ores et déjà
à l' instar que|à l'instar de
tant qu' à faire|tant qu'à faire
à cause que|parce que
du à|dû à
suite a|suite à
grâce a|grâce à
face a|face à
quant a|quant à
par rapport a|par rapport à
il s' avère vrai|il se révèle vrai
fond de commerces|fonds de commerce
mettre à jours|mettre à jour
mise à jours|mise à jour
toujours à jours|toujours à jour
autant pour moi|au temps pour moi
ci joint|ci-joint
ci jointe|ci-jointe
ci dessous|ci-dessous
ci dessus|ci-dessus
ci après|ci-après
là dessus|là-dessus
là dedans|là-dedans
au dessus|au-dessus
au dessous|au-dessous
au delà|au-delà
savoir faire unique|savoir-faire unique
notre savoir faire|notre savoir-faire
leur savoir faire|leur savoir-faire
un savoir faire|un savoir-faire
chef d' œuvres|chefs-d'œuvre
petit déjeuners|petits déjeuners
porte monnaie|porte-monnaie
bouche à oreilles|bouche-à-oreille
compte rendus|comptes rendus
code promos|codes promo
hauts parleurs|haut-parleurs
chiffre d' affaire|chiffre d'affaires
chef d' entreprises|chef d'entreprise
remise en mains propre|remise en main propre
à toute et à tous|à toutes et à tous
toute et tous|toutes et tous
tous et toute|tous et toutes
faire parti|faire partie
fait parti|fait partie
font parti|font partie
fais parti|fais partie
faites parti|faites partie
faisons parti|faisons partie
prendre parti de|tirer parti de
tirer partie|tirer parti
mettre a disposition|mettre à disposition
mise a disposition|mise à disposition
mise a jour|mise à jour
a jour|à jour
tout a fait|tout à fait
tout a coup|tout à coup
tout a l'heure|tout à l'heure
petit a petit|petit à petit
pas a pas|pas à pas
fait maison par nos soin|fait maison par nos soins
par nos soin|par nos soins
par ses soin|par ses soins
bon courages|bon courage
beaucoup plus mieux|beaucoup mieux
à bientot|à bientôt
en vente des maintenant|en vente dès maintenant
des maintenant|dès maintenant
des aujourd'hui|dès aujourd'hui
des demain|dès demain
des que|dès que
des qu'|dès qu'
des à présent|dès à présent
des lundi|dès lundi
des mardi|dès mardi
des mercredi|dès mercredi
des jeudi|dès jeudi
des vendredi|dès vendredi
des samedi|dès samedi
des dimanche|dès dimanche
près de chez vous tous|près de chez vous
se sera|ce sera
se serait|ce serait
s' en est trop|c'en est trop
sa y est|ça y est
ça y ait|ça y est
ont y va|on y va
on c'|on s'
vous été|vous étiez
vous avez était|vous avez été
j' ai était|j'ai été
a était|a été
ont était|ont été
avons était|avons été
avez était|avez été
il à été|il a été
à été|a été
à eu|a eu
cette été|cet été
ce été|cet été
cet année|cette année
cet semaine|cette semaine
fait plaisirs|fait plaisir
dés maintenant|dès maintenant
dés aujourd'hui|dès aujourd'hui
dés demain|dès demain
dés que|dès que
dés lundi|dès lundi
dés samedi|dès samedi
quand est-il de|qu'en est-il de
quand est-il|qu'en est-il
n' hésiter pas|n'hésitez pas
n' hésité pas|n'hésitez pas
n' hésitais pas|n'hésitez pas
hésiter pas à|hésitez pas à
aller y|allez-y
allez y|allez-y
vas y|vas-y
`)

type phrase struct {
	rest []string
	good string
}

func phraseTable(s string) map[string][]phrase {
	m := map[string][]phrase{}
	for line := range strings.Lines(s) {
		bad, good, ok := strings.Cut(strings.TrimSpace(line), "|")
		if !ok || bad == good {
			continue
		}
		f := strings.Fields(bad)
		m[f[0]] = append(m[f[0]], phrase{f[1:], good})
	}
	return m
}

// phrases reports a sequence that is always wrong.
func (c *clause) phrases(k int) bool {
	t := c.get(k)
	for _, ph := range faulty[t.low] {
		last, ok := t, true
		for j, w := range ph.rest {
			next := c.next(k, j+1)
			if next.low != w || next.properly() {
				ok = false
				break
			}
			last = next
		}
		if !ok || !allowedPhrase(c, k, ph) {
			continue
		}
		c.say(t, last, "fr.phrase", ph.good)
		return true
	}
	return false
}

// allowedPhrase keeps what is only wrong in some places.
func allowedPhrase(c *clause, k int, ph phrase) bool {
	t := c.get(k)
	after := c.next(k, len(ph.rest)+1)
	before := c.prev(k, 1)
	switch t.low {
	case "peut":
		return t.fresh
	case "après":
		return oneOf(before.low, "cet cette l' un") || after.end3
	case "du":
		// "du à" is right before nothing but a debt: "dû à".
		return before.l.ppas || etre[before.low]
	case "à":
		return !oneOf(before.low, "l'") && (ph.good != "a été" || !oneOf(before.low, "jusqu' l' d' un"))
	case "le", "la", "les":
		return after.low != "" && !before.l.finite
	case "par":
		return len(ph.rest) < 2 || ph.good != "parce que" || wordsSubj[after.low]
	case "a":
		return len(ph.rest) == 1 && ph.good != "à jour" || !wordsIl[before.low]
	case "se":
		return !wordsIl[before.low] && before.low != "ne" && !(after.l.ppas && before.l.noun)
	case "autant", "je", "au", "tous", "en":
		return ph.good != "finalement" && ph.good != "je vous prie de m'excuser"
	case "vous":
		return t.fresh
	case "voir":
		return true
	case "aller":
		return t.first
	case "des":
		return true
	}
	return true
}
