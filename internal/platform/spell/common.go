package spell

import "strings"

// commonOf are words so frequent that a mistake probably meant them.
func commonOf(lang string) map[string]bool {
	if strings.HasPrefix(lang, "fr") {
		return commonFrench
	}
	return commonEnglish
}

// oneOf tells whether a word stands in a short list, words between spaces.
func oneOf(w, list string) bool {
	for at := 0; w != ""; {
		i := strings.Index(list[at:], w)
		if i < 0 {
			return false
		}
		i += at
		end := i + len(w)
		if (i == 0 || list[i-1] == ' ') && (end == len(list) || list[end] == ' ') {
			return true
		}
		at = i + 1
	}
	return false
}

func setOf(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

var commonFrench = setOf(`le la les un une des du de au aux et ou où mais donc car ni or que qui quoi dont ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs
je tu il elle on nous vous ils elles me te se lui y en ne pas plus jamais rien tout toute tous toutes très trop bien mal peu beaucoup aussi encore déjà toujours souvent parfois hier demain aujourd'hui
à dans sur sous avec sans pour par chez entre vers avant après pendant depuis jusque contre comme si quand comment pourquoi combien parce fait est sont été être avoir a as ai avons avez ont était étaient sera seront
faire dire voir savoir pouvoir vouloir aller venir prendre mettre donner trouver parler aimer passer croire demander rester répondre entendre penser arriver connaître devenir sentir sembler tenir comprendre rendre attendre sortir vivre entrer
jour jours semaine mois année an ans heure heures temps fois vie monde homme femme enfant enfants ami amis gens chose choses maison pays ville rue travail équipe client clients produit produits service nouveau nouvelle nouveaux nouvelles grand grande petit petite bon bonne beau belle beaux premier première dernier dernière autre autres même
merci bonjour bonsoir bienvenue événement événements découvrir découvrez rendez-vous rejoignez venez nombreux soirée concert atelier gratuit offre offres promotion collection magasin boutique site lien photo photos vidéo article abonnés parmi malgré bientôt plaisir succès accueil cadeau qualité langage développement apparemment évidemment également vraiment surtout certain certaine plusieurs chaque quelque quelques professionnel professionnelle intéressant différent nécessaire possible prochain prochaine meilleur meilleure deux trois quatre cinq six sept huit neuf dix onze douze
cher chère reçu reçue rapport projet projets histoire recevoir recommander occasion accès adresse appel appeler apporter ensemble l'équipe d'accord c'est j'ai n'est qu'il s'il d'un d'une l'on exemple`)

var commonEnglish = setOf(`the be to of and a in that have i it for not on with he as you do at this but his by from they we say her she or an will my one all would there their what so up out if about who get which go me when make can like time no just him know take people into year your good some could them see other than then now look only come its over think also back after use two how our work first well way even new want because any these give day most us is are was were been being has had did does done very much many more
receive received believe definitely separate separately until tomorrow tonight beginning business calendar committee different environment experience friend friends government immediately interesting knowledge necessary occasion occasionally occurred possible probably really recommend restaurant schedule successful surprise through together weird welcome which writing customer customers product event team thanks thank please available accommodate address achieve across apparently argument believe bizarre colour color favourite favorite centre center finally happened independent library neighbour neighbor noticeable persistent possession preferred publicly recommend reference relevant tomorrow tongue truly unfortunately wherever i'm don't can't it's won't that's you're we're they're`)
