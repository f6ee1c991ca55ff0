package charter

import (
	"bytes"
	"encoding/json"

	"vigie/internal/network"
)

// file is a charter on its way between brands.
type file struct {
	Vigie string `json:"vigie"` // fileForm
	Rules []Rule `json:"rules"`
}

const fileForm = "charter/1"

// MaxFile bounds a charter's file, in bytes.
const MaxFile = 8 << 20

// Export writes rules as a file: names, settings, no id.
func Export(rules []Rule) ([]byte, error) {
	f := file{Vigie: fileForm, Rules: make([]Rule, len(rules))}
	copy(f.Rules, rules)
	for i := range f.Rules {
		f.Rules[i].ID, f.Rules[i].Version, f.Rules[i].Spec.Campaigns = "", 0, nil // they name things of this brand
	}
	return json.MarshalIndent(f, "", "  ")
}

// ReadFile reads what Export wrote. Errors: invalid.
func ReadFile(b []byte) ([]Rule, error) {
	if len(b) > MaxFile {
		return nil, errFile.With("rule", "").With("why", "charter.file_big")
	}
	var f file
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil || f.Vigie != fileForm {
		return nil, errFile.With("rule", "").With("why", "charter.file_form").Because(err)
	}
	return f.Rules, nil
}

// Starter is a charter to begin with.
type Starter string

const (
	StartVous Starter = "vous" // a French brand that says vous
	StartTu   Starter = "tu"   // a French brand that says tu
	StartEN   Starter = "en"   // an English brand
)

// Starters lists them.
func Starters() []Starter { return []Starter{StartVous, StartTu, StartEN} }

// Rules are the rules of a starter; nil for one that is not. They warn: a brand
// decides itself what stops it.
func (s Starter) Rules() []Rule {
	warn := func(name, why string, k Kind, spec Spec) Rule {
		return Rule{Name: name, Why: why, Kind: k, Severity: network.Warn, Scope: Both, On: true, Spec: spec}
	}
	fr := []Rule{
		warn("Mots usés", "On dit ce que l’on fait plutôt que de se décrire.", Avoid, Spec{Inflect: true, Terms: []Term{
			{Text: "incontournable"}, {Text: "authentique"}, {Text: "révolutionnaire"}, {Text: "exceptionnel"}, {Text: "unique en son genre"}, {Text: "n’hésitez pas à"}, {Text: "n’hésite pas à"}, {Text: "au jour d’aujourd’hui", Say: "aujourd’hui"}}}),
		warn("Anglicismes", "Le mot français est compris de tous.", Avoid, Spec{Terms: []Term{
			{Text: "challenge", Say: "défi"}, {Text: "feedback", Say: "retour"}, {Text: "deadline", Say: "échéance"}, {Text: "newsletter", Say: "lettre d’information"}, {Text: "digital", Say: "numérique"}, {Text: "asap", Say: "dès que possible"}}}),
		warn("Ponctuation calme", "Un seul point d’exclamation se lit, trois se crient.", Tone, Spec{Exclamations: 1, Questions: -1, Ellipses: 1, Doubled: true}),
		warn("Émojis", "Trois au plus : au-delà, les lecteurs d’écran épuisent qui écoute.", Emoji, Spec{Max: 3}),
		warn("Mots-dièse", "Trois au plus.", Tags, Spec{Max: 3}),
		warn("Capitales", "Un mot en capitales se lit comme un cri, et lettre à lettre par certains lecteurs d’écran.", Capitals, Spec{Min: 4, Max: 0, Allowed: []string{"SNCF", "INSEE", "UNESCO", "RGPD"}}),
		warn("Relation rémunérée", "La loi du 9 juin 2023 demande que l’intention commerciale soit annoncée : « Publicité », « Collaboration commerciale » ou une mention équivalente, visible d’emblée.", Disclosure, Spec{Within: Fold, Labels: []string{"partenariat", "influence", "collaboration"}}),
		warn("Ni blague ni promotion tard le soir", "Personne ne répond la nuit si cela tourne mal.", Hours, Spec{From: "22:00", Until: "07:00", Words: []string{"blague", "humour", "promo", "promotion", "solde", "soldes"}}),
	}
	switch s {
	case StartVous:
		return append([]Rule{warn("Vouvoiement", "La marque dit vous à tout le monde.", Address, Spec{Choice: "vous"})}, fr...)
	case StartTu:
		return append([]Rule{warn("Tutoiement", "La marque dit tu à celles et ceux qui la suivent.", Address, Spec{Choice: "tu"})}, fr...)
	case StartEN:
		return []Rule{
			warn("Worn words", "We say what we do rather than how wonderful it is.", Avoid, Spec{Terms: []Term{
				{Text: "leverage", Say: "use"}, {Text: "utilize", Say: "use"}, {Text: "cutting-edge"}, {Text: "game changer"}, {Text: "world-class"}, {Text: "synergy"}, {Text: "reach out", Say: "write"}, {Text: "best-in-class"}}}),
			warn("Calm punctuation", "One exclamation mark is read, three are shouted.", Tone, Spec{Exclamations: 1, Questions: -1, Ellipses: 1, Doubled: true}),
			warn("Emoji", "Three at most: screen readers say each of them.", Emoji, Spec{Max: 3}),
			warn("Hashtags", "Three at most.", Tags, Spec{Max: 3}),
			warn("Capitals", "A word in capitals is read as a shout, and letter by letter by some screen readers.", Capitals, Spec{Min: 4, Max: 0, Allowed: []string{"UNESCO", "NATO", "GDPR"}}),
			warn("Paid relations", "Commercial intent is announced at once: “Advertisement”, “Paid partnership” or an equivalent mention.", Disclosure, Spec{Within: Fold, Labels: []string{"partnership", "influence"}}),
		}
	}
	return nil
}
