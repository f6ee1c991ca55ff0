package example

import (
	"context"
	"time"

	"vigie/internal/networks/practice"
)

// spoken is what somebody says to a brand of the agency, some minutes ago.
type spoken struct {
	key     string
	who     int // of practice.Public
	minutes int
	private bool
	fr, en  string
}

// speaking is what the public says by itself, beside its comments on posts: the
// inbox has its mentions, a private complaint and somebody who reads no French.
var speaking = []spoken{
	{"hours", 2, 35, false, "Bonjour, serez-vous ouverts dimanche matin ? Nous passons par là en famille.", "Hello, will you be open on Sunday morning? We are passing by with the family."},
	{"abroad", 8, 70, false, "Hello from Cork! A friend told me about you. Is there anything in English I could read?", "Hello from Cork! A friend told me about you. Where should I begin?"},
	{"complaint", 3, 95, true, "Troisième message. Ma commande 48 217 est arrivée abîmée le 28 et personne ne me répond. Je voudrais seulement que quelqu’un me lise.", "Third message. My order 48 217 arrived damaged on the 28th and nobody answers. I only want somebody to read me."},
	{"thanks", 6, 180, false, "Merci pour votre accueil hier, les enfants en parlent encore !", "Thank you for yesterday, the children still talk about it!"},
}

// speak has people of the public write to the brand's first channel.
func (s *site) speak(ctx context.Context) error {
	people := practice.Public()
	for _, l := range speaking {
		text := l.en
		if s.lang == "fr" {
			text = l.fr
		}
		who := people[l.who]
		if who.Lang = s.lang; l.fr[:5] == "Hello" {
			who.Lang = "en" // whoever reads
		}
		_, err := s.World.Say(ctx, practice.Line{Account: s.channels[0].Handle, Person: who, Private: l.private, Text: text, At: s.now.Add(-time.Duration(l.minutes) * time.Minute), Key: "example-" + l.key})
		if err != nil {
			return err
		}
	}
	return nil
}
