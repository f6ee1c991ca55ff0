package charter

import (
	"strings"

	"vigie/internal/base/textkit"
)

// Paid relations. Source: French law 2023-451 of 9 June 2023, article 5, as
// amended by ordinance 2024-978 (in force since 8 November 2024): the
// commercial intent is shown by « Publicité » or « Collaboration commerciale »,
// or by an equivalent mention suited to the format, clear and legible during
// the whole promotion; it may be plain from the context. What is equivalent or
// plain no program can know: this rule warns, and never blocks.

// labels are mentions that say it plainly, in French and in English.
var labels = []string{
	"publicité", "collaboration commerciale", "partenariat commercial", "partenariat rémunéré", "communication commerciale", "contenu sponsorisé",
	"publication sponsorisée", "post sponsorisé", "article sponsorisé",
	"advertisement", "paid partnership", "commercial collaboration", "paid collaboration", "sponsored content", "sponsored post", "advertising",
}

// weak are words that hint at it and that many readers do not understand.
var weak = []string{"ad", "pub", "sponsored", "sponso", "sponsorisé", "sponsorisée", "partenariat", "partenaire", "collab", "collaboration", "gifted", "offert", "ambassadrice", "ambassadeur", "sp"}

// signs are what makes one think that a relation is paid, when the rule has no
// words of its own.
var signs = []string{
	"en partenariat avec", "en collaboration avec", "offert par", "offerte par", "offerts par", "offertes par", "invité par", "invitée par", "invités par", "invitées par",
	"sponsorisé par", "sponsorisée par", "code promo", "lien affilié", "liens affiliés", "produit offert", "produits offerts", "cadeau de la marque",
	"in partnership with", "in collaboration with", "sponsored by", "gifted by", "courtesy of", "affiliate link", "affiliate links", "promo code", "discount code",
}

// Fold is how many graphemes most applications show before « plus ».
const Fold = 125

func relations(own []string) []Term {
	if len(own) > 0 {
		return terms(own)
	}
	return terms(signs)
}

func (rule *ready) disclosure(r *reading) {
	s := rule.Spec
	concerned := false
	for _, l := range r.Labels {
		for _, o := range s.Labels {
			concerned = concerned || textkit.Fold(l) == textkit.Fold(o)
		}
	}
	for _, c := range s.Campaigns {
		concerned = concerned || r.Campaign != "" && c == r.Campaign
	}
	var at place
	for i, p := range r.parts {
		if hits := rule.terms.find(p.text, p.words, 1); len(hits) > 0 && at.end == 0 {
			at, concerned = place{i, hits[0].start, hits[0].end}, true
		}
	}
	var hint place
	for i, p := range r.parts {
		for _, e := range textkit.Of(textkit.Tag, p.entities) {
			for _, w := range weak {
				if textkit.Fold(e.Name) == textkit.Fold(w) && hint.end == 0 {
					hint, concerned = place{i, e.Start, e.End}, true
				}
			}
		}
	}
	if !concerned || len(r.parts) == 0 {
		return
	}
	within := s.Within
	if within <= 0 {
		within = Fold
	}
	all := strings.Builder{}
	for _, p := range r.parts {
		all.WriteString(p.text + "\n")
	}
	whole, seen := spaces(textkit.Fold(all.String())), spaces(textkit.Fold(head(r.parts[0].text, within)))
	said, visible := false, false
	for _, l := range append(append([]string{}, labels...), s.Mentions...) {
		f := spaces(textkit.Fold(l))
		for _, form := range []string{f, strings.ReplaceAll(f, " ", "")} { // as words, and as a tag
			said, visible = said || contains(whole, form), visible || contains(seen, form)
		}
	}
	add := []string{"Publicité", "Collaboration commerciale"}
	switch {
	case visible:
	case said:
		r.say(rule, "disclosure_low", at.part, at.start, at.end, "n", within)
	case hint.end > 0:
		r.say(rule, "disclosure_weak", hint.part, hint.start, hint.end).Say = add
	default:
		r.say(rule, "disclosure", at.part, at.start, at.end).Add = add
	}
}
