package example

import (
	"context"

	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
)

// notion is an idea on a brand's board.
type notion struct {
	state          publishing.IdeaState
	fr, en         string
	noteFR, note   string
	labelFR, label string
	campaign       string
}

// notions are the ideas of each brand, the last noted first.
var notions = map[string][]notion{
	"kerlann": {
		{state: publishing.IdeaNew, fr: "Le beurre salé, et pourquoi à cet endroit-là", en: "Salted butter, and why here of all places", noteFR: "Yann a l’histoire du sel. Le filmer devant le pétrin, pas devant le logo.", note: "Yann has the story of the salt. Film him at the kneading trough, not before the logo.", labelFR: "coulisses", label: "behind the scenes"},
		{state: publishing.IdeaNew, fr: "Votre plus vieille boîte en fer : racontez-la", en: "Your oldest tin: tell us about it", labelFR: "question", label: "question"},
		{state: publishing.IdeaNew, fr: "Que faire des palets cassés ? Trois recettes", en: "What to do with broken biscuits? Three recipes", labelFR: "recette", label: "recipe"},
		{state: publishing.IdeaToWrite, fr: "Le ruban du coffret, noué à la main", en: "The ribbon of the box, tied by hand", campaign: "noel", labelFR: "coulisses", label: "behind the scenes"},
		{state: publishing.IdeaToWrite, fr: "Derniers jours pour commander avant les fêtes", en: "Last days to order before the holidays", campaign: "noel"},
		{state: publishing.IdeaAside, fr: "Visite de l’atelier en direct", en: "A live visit of the workshop", noteFR: "Pas avant que le nouveau four soit monté.", note: "Not before the new oven stands."},
	},
	"ombrefeu": {
		{state: publishing.IdeaNew, fr: "Le bruit de la marée : comment on l’a enregistré", en: "The sound of the tide: how we recorded it"},
		{state: publishing.IdeaToWrite, fr: "Ce qu’on a coupé du jeu", en: "What we cut from the game", campaign: "ys"},
	},
	"courrier": {
		{state: publishing.IdeaNew, fr: "Les ponts d’avant, en cartes postales", en: "The bridges of old, on postcards", campaign: "pont"},
	},
}

// note fills the board of ideas and keeps one draft as a template.
func (s *site) note(ctx context.Context) error {
	list := notions[s.file]
	for i := range list {
		n := list[len(list)-1-i] // the last one stands on top
		words, note, label := n.en, n.note, n.label
		if s.lang == "fr" {
			words, note, label = n.fr, n.noteFR, n.labelFR
		}
		words, note = i18n.Typo(s.lang, words), i18n.Typo(s.lang, note)
		e := publishing.IdeaEdit{Words: &words, Note: &note}
		if label != "" {
			e.Labels = &[]string{label}
		}
		if c, ok := s.campaign[n.campaign]; ok {
			e.Campaign = &c
		}
		if _, err := s.Publishing.AddIdea(ctx, s.actor, s.brand, n.state, e); err != nil {
			return err
		}
	}
	page, err := s.Publishing.Posts(ctx, s.actor, s.brand, publishing.Filter{Unplanned: true}, "", 1)
	if err != nil || len(page.Items) == 0 {
		return err
	}
	_, err = s.Publishing.MakeTemplate(ctx, s.actor, s.brand, page.Items[0].ID, page.Items[0].Title)
	return err
}
