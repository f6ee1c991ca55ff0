package spell

import (
	"slices"
	"testing"
	"time"
)

// P7: the word that was meant is among the first suggestions.
func TestSuggestsWhatWasMeant(t *testing.T) {
	for lang, list := range map[string][][2]string{
		French:   {{"evenement", "événement"}, {"bonjout", "bonjour"}, {"acceuil", "accueil"}, {"langague", "langage"}, {"apartement", "appartement"}, {"fenomene", "phénomène"}, {"dévelopement", "développement"}, {"parmis", "parmi"}, {"malgrés", "malgré"}, {"biensur", "bien sur"}, {"enfait", "en fait"}, {"conection", "connexion"}, {"proffesionel", "professionnel"}, {"interressant", "intéressant"}, {"aujourdhui", "aujourd’hui"}, {"jai", "j’ai"}, {"rendezvous", "rendez-vous"}, {"ortographe", "orthographe"}, {"Noel", "Noël"}, {"vetements", "vêtements"}, {"toujour", "toujours"}, {"addresse", "adresse"}, {"cadeaus", "cadeaux"}, {"chevals", "chevaux"}, {"découvrire", "découvrir"}, {"magazin", "magasin"}, {"recu", "reçu"}, {"ca", "ça"}, {"deja", "déjà"}, {"tres", "très"}, {"entousiasme", "enthousiasme"}, {"quatres", "quatre"}, {"éxagérer", "exagérer"}, {"apercu", "aperçu"}, {"accuillir", "accueillir"}, {"echantillion", "échantillon"}},
		British:  {{"recieve", "receive"}, {"definately", "definitely"}, {"teh", "the"}, {"seperate", "separate"}, {"tommorow", "tomorrow"}, {"accomodate", "accommodate"}, {"color", "colour"}, {"wich", "which"}, {"dont", "don't"}, {"untill", "until"}, {"occured", "occurred"}, {"freind", "friend"}},
		American: {{"recieve", "receive"}, {"colour", "color"}, {"seperate", "separate"}, {"calender", "calendar"}, {"goverment", "government"}, {"alot", "a lot"}, {"neccessary", "necessary"}},
	} {
		d, done := borrow(lang)
		first, third := 0, 0
		began := time.Now()
		for _, c := range list {
			got := d.suggest(c[0], nil)
			i := slices.IndexFunc(got, func(g candidate) bool { return g.word == c[1] })
			switch {
			case i == 0:
				first++
				fallthrough
			case i > 0 && i < 3:
				third++
			}
			if i != 0 {
				t.Logf("%s: %q is suggestion %d for %q: %v", lang, c[1], i, c[0], got)
			}
		}
		t.Logf("%s: of %d: %d first, %d in three, %v each", lang, len(list), first, third, time.Since(began)/time.Duration(len(list)))
		if third < len(list)*9/10 || first < len(list)*3/4 {
			t.Errorf("%s: of %d mistakes only %d were understood at once and %d in three", lang, len(list), first, third)
		}
		done()
	}
}
