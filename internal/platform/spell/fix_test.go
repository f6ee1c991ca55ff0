package spell

import "testing"

// P7: French typography is corrected as a whole, and a second time changes nothing.
func TestFixFrench(t *testing.T) {
	for in, want := range map[string]string{
		"Bonjour!":                      "Bonjour\u202f!",
		"Bonjour !":                     "Bonjour\u202f!",
		"Vraiment?!":                    "Vraiment\u202f?!",
		"Au menu: soupe; pain.":         "Au menu\u00a0: soupe\u202f; pain.",
		`Il a dit "oui" hier.`:          "Il a dit «\u202foui\u202f» hier.",
		"«Oui»":                         "«\u202fOui\u202f»",
		"« Oui »":                       "«\u202fOui\u202f»",
		"l'eau d'ici":                   "l’eau d’ici",
		"Attendez...":                   "Attendez…",
		"des fruits, etc...":            "des fruits, etc.",
		"Etat de l'Eglise":              "État de l’Église",
		"A Paris, on rit.":              "À Paris, on rit.",
		"A bientôt !":                   "À bientôt\u202f!",
		"Ca va":                         "Ça va",
		"le coeur de ma soeur":          "le cœur de ma sœur",
		"la 2ème fois, le 1er, la 1ère": "la 2e fois, le 1er, la 1re",
		"au XXème siècle":               "au XXe siècle",
		"à 12h30 ou 14h":                "à 12\u00a0h\u00a030 ou 14\u00a0h",
		"10000 abonnés, 75001 Paris":    "10\u202f000 abonnés, 75001 Paris",
		"20% de remise, 10€":            "20\u202f% de remise, 10\u202f€",
		"un  mot , deux":                "un mot, deux",
		"ouvert( ou presque )":          "ouvert(ou presque)",
		// What is nobody's text stays.
		"https://ex.fr/a?b=c:d;e!f et http://a.fr/l'eau": "https://ex.fr/a?b=c:d;e!f et http://a.fr/l'eau",
		"`a ? b : c` et @l'atelier":                      "`a ? b : c` et @l'atelier",
		"#coeur @coeur.soeur coeur@soeur.fr":             "#coeur @coeur.soeur coeur@soeur.fr",
		":) ;) :-( 12:30 :tada: <3":                      ":) ;) :-( 12:30 :tada: <3",
		"https://vigie.example/12h30":                    "https://vigie.example/12h30",
		"Déjà bien\u202f: «\u202fl’eau\u202f»\u202f!":    "Déjà bien\u202f: «\u202fl’eau\u202f»\u202f!",
		"<b>Oui</b> {prenom} &nbsp;":                     "<b>Oui</b> {prenom} &nbsp;",
	} {
		if got, _ := Fix("fr", in); got != want {
			t.Errorf("Fix(%q)\n got %q\nwant %q", in, got, want)
		} else if again, changes := Fix("fr", got); again != got {
			t.Errorf("Fix twice(%q) = %q %v", in, again, changes)
		}
	}
}

func TestFixEnglish(t *testing.T) {
	for in, want := range map[string]string{
		`He said "yes" and didn't go...`: "He said “yes” and didn’t go…",
		"two  spaces , here .":           "two spaces, here.",
		"Hello !":                        "Hello!",
		"https://a.com/it's":             "https://a.com/it's",
	} {
		if got, _ := Fix("en-GB", in); got != want {
			t.Errorf("Fix(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}
