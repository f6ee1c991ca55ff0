package practice

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// EventKind is what somebody of the public does with a post.
type EventKind string

const (
	Like      EventKind = "like"
	Share     EventKind = "share"
	Answer    EventKind = "answer"
	Complaint EventKind = "complaint"
)

// Event is one thing that somebody of the public did.
type Event struct {
	ID      string // unique, the same at every replay
	At      time.Time
	Kind    EventKind
	Person  Person
	Account string // whose post
	Post    string // its ID
	Text    string // of an answer or a complaint
}

// Person is somebody of the public. They are invented; any likeness is chance.
type Person struct {
	Handle, Name string
	Lang         string // fr or en
	Temper       Temper
}

// Temper is how somebody takes things.
type Temper string

const (
	Warm     Temper = "warm"     // likes nearly everything, says so
	Curious  Temper = "curious"  // asks how and why
	Handy    Temper = "handy"    // asks when, where, how much
	Grumpy   Temper = "grumpy"   // complains, sometimes rightly
	Precise  Temper = "precise"  // sees every spelling fault
	Teasing  Temper = "teasing"  // jokes, on the edge
	Faithful Temper = "faithful" // has been there from the start
)

// Public lists the twelve.
func Public() []Person {
	return slices.Clone(public)
}

var public = []Person{
	{"maelle.k", "Maëlle Kerbrat", "fr", Warm},
	{"yann_lg", "Yann Le Goff", "fr", Curious},
	{"sophie.aubert", "Sophie Aubert", "fr", Handy},
	{"t.bonnard", "Thierry Bonnard", "fr", Grumpy},
	{"gpommier", "Gérard Pommier", "fr", Precise},
	{"ines_b", "Inès Belkacem", "fr", Teasing},
	{"nadia.rousseau", "Nadia Rousseau", "fr", Faithful},
	{"ollie_grant", "Oliver Grant", "en", Warm},
	{"priya.nair", "Priya Nair", "en", Curious},
	{"chloeb", "Chloe Bennett", "en", Handy},
	{"hank.miller", "Hank Miller", "en", Grumpy},
	{"tom_oleary", "Tom O’Leary", "en", Teasing},
}

// How likely, out of a hundred, somebody of a temper likes, shares, and speaks;
// and whether what they say is a complaint.
var habits = map[Temper]struct {
	like, share, speak int
	complains          bool
}{
	Warm:     {85, 30, 35, false},
	Curious:  {40, 10, 30, false},
	Handy:    {25, 5, 25, false},
	Grumpy:   {5, 1, 22, true},
	Precise:  {15, 0, 12, true},
	Teasing:  {30, 15, 20, false},
	Faithful: {75, 40, 25, false},
}

var lines = map[string]map[Temper][]string{
	"fr": {
		Warm:     {"Ah, merci, voilà qui fait plaisir !", "J’adore, vivement la suite.", "Bravo à toute l’équipe !", "Toujours un bonheur de vous lire."},
		Curious:  {"Comment faites-vous, au juste ?", "Et d’où vient l’idée ?", "Peut-on en savoir plus ?", "C’est une première pour vous ?"},
		Handy:    {"C’est ouvert le dimanche ?", "Quel est le prix, s’il vous plaît ?", "Peut-on le trouver à Rennes ?", "Jusqu’à quand ?"},
		Grumpy:   {"Deux semaines que j’attends une réponse à mon message. Deux semaines.", "C’était mieux avant, et moins cher.", "Encore de la publicité.", "Ma commande est arrivée cassée et personne ne répond."},
		Precise:  {"Sauf erreur, il manque un accord dans votre phrase.", "On écrit « à l’envi », pas « à l’envie ». Sinon, très bien.", "Une source pour ce chiffre ?"},
		Teasing:  {"Le stagiaire a repris le clavier ?", "Dites-nous tout : qui a choisi la photo ?", "J’en reprendrais bien, c’est mon médecin qui hésite."},
		Faithful: {"Fidèle depuis le début, et ça ne change pas.", "Je l’ai déjà fait lire à toute la famille.", "On se voit là-bas, comme chaque année !"},
	},
	"en": {
		Warm:    {"This made my day, thank you!", "Love it, can’t wait for more.", "Well done, all of you!"},
		Curious: {"How did you come up with this?", "Is there a longer story behind it?", "Could you tell us more?"},
		Handy:   {"Do you ship to Ireland?", "How much is it?", "Until when, please?"},
		Grumpy:  {"Still waiting for an answer to my mail. Two weeks now.", "It was better before, and cheaper.", "Mine broke after a day and nobody answers."},
		Teasing: {"Did the intern write this one?", "I would, but my doctor has opinions.", "Who picked that picture? Asking for a friend."},
	},
}

// Pulse lets time pass until now: it returns what the public did since the last
// pulse, oldest first, and that is then part of the world. Who reacts to what,
// how and when is fixed by the post itself, so a replay tells the same story.
// Posts that were deleted meanwhile get no more reactions.
func (w *World) Pulse(ctx context.Context, now time.Time) ([]Event, error) {
	if err := w.catchUp(ctx); err != nil {
		return nil, err
	}
	var out []Event
	seen := map[string]int{}
	w.mu.Lock()
	for _, a := range w.accounts {
		for _, p := range a.posts {
			if p.done || !p.Deleted.IsZero() && now.Sub(p.At) > 2*lastReaction {
				continue
			}
			plan := reactions(*p)
			n := len(p.Events)
			for n < len(plan) && !plan[n].At.After(now) && (p.Deleted.IsZero() || plan[n].At.Before(p.Deleted)) {
				out = append(out, plan[n])
				n++
			}
			p.done = n == len(plan)
			if n > len(p.Events) {
				seen[string(p.Ref())] = n
			}
		}
	}
	w.mu.Unlock()
	if len(seen) == 0 {
		return nil, nil
	}
	slices.SortFunc(out, earlier)
	return out, w.write(ctx, record{Do: "pulse", Seen: seen})
}

func earlier(x, y Event) int {
	if c := x.At.Compare(y.At); c != 0 {
		return c
	}
	return strings.Compare(x.ID, y.ID)
}

// lastReaction is how long after a post somebody may still react.
const lastReaction = 26 * time.Hour

// reactions is everything the public will do with a post, oldest first.
func reactions(p Post) []Event {
	if p.answers != nil {
		return thanks(p)
	}
	if p.Private {
		return nil
	}
	lang := "fr"
	if len(p.Options.Languages) > 0 && strings.HasPrefix(p.Options.Languages[0], "en") {
		lang = "en"
	}
	var out []Event
	for _, who := range public {
		dice := roll(p.Account + "/" + p.ID + "/" + who.Handle)
		h := habits[who.Temper]
		share := 100
		if who.Lang != lang {
			share = 15 // few follow a brand in another tongue
		}
		if p.Parent != "" {
			share /= 3 // and few react to every part of a thread
		}
		add := func(kind EventKind, chance int, within time.Duration, text string) {
			if dice(100) >= chance*share/100 {
				return
			}
			// Most come early: the product of two rolls leans to the left.
			after := time.Minute + time.Duration(float64(within)*float64(dice(1000))/1000*float64(dice(1000))/1000)
			out = append(out, Event{
				ID: p.Account + "/" + p.ID + "/" + who.Handle + "/" + string(kind),
				At: p.At.Add(after).Truncate(time.Second), Kind: kind, Person: who, Account: p.Account, Post: p.ID, Text: text,
			})
		}
		add(Like, h.like, lastReaction-time.Hour, "")
		add(Share, h.share, 8*time.Hour, "")
		said := lines[who.Lang][who.Temper]
		kind := Answer
		if h.complains {
			kind = Complaint
		}
		add(kind, h.speak, 12*time.Hour, said[dice(len(said))])
	}
	slices.SortFunc(out, earlier)
	return out
}

// replies is what people say to an answer that they got.
var replies = map[string]map[Temper][]string{
	"fr": {
		Warm:     {"Merci beaucoup pour votre réponse !", "C’est parfait, merci !"},
		Curious:  {"Merci. Et cela marche aussi pour les commandes en ligne ?", "Intéressant, je ne savais pas."},
		Handy:    {"Merci, c’est noté.", "D’accord. Et le samedi ?"},
		Grumpy:   {"Ça ne répond pas à ma question.", "Bon. J’attends de voir."},
		Precise:  {"Merci de la correction.", "Soit. Il restait pourtant une faute."},
		Teasing:  {"Ah, il y a donc quelqu’un !", "Bien joué."},
		Faithful: {"Merci, à très bientôt !"},
	},
	"en": {
		Warm:    {"Thank you so much for answering!", "Perfect, thanks!"},
		Curious: {"Thanks. Does that hold for online orders too?", "Interesting, I didn’t know."},
		Handy:   {"Thanks, noted.", "All right. And on Saturdays?"},
		Grumpy:  {"That doesn’t answer my question.", "Fine. I’ll wait and see."},
		Teasing: {"So there is somebody in there!", "Well played."},
	},
}

// thanks is what somebody does with the answer that she got: she may like it,
// and may answer in her turn. Only the people of the script say no more.
func thanks(p Post) []Event {
	who := p.answers.Person
	said := replies[who.Lang][who.Temper]
	dice := roll(p.Account + "/" + p.ID + "/" + who.Handle)
	var out []Event
	add := func(kind EventKind, chance int, within time.Duration, text string) {
		if dice(100) >= chance {
			return
		}
		after := time.Minute + time.Duration(float64(within)*float64(dice(1000))/1000)
		out = append(out, Event{
			ID: p.Account + "/" + p.ID + "/" + who.Handle + "/" + string(kind),
			At: p.At.Add(after).Truncate(time.Second), Kind: kind, Person: who, Account: p.Account, Post: p.ID, Text: text,
		})
	}
	if !p.Private {
		add(Like, 60, 3*time.Hour, "")
	}
	if len(said) > 0 {
		kind := Answer
		if who.Temper == Grumpy {
			kind = Complaint
		}
		add(kind, 45, 2*time.Hour, said[dice(len(said))])
	}
	slices.SortFunc(out, earlier)
	return out
}

// roll returns dice that always fall the same way for a seed.
func roll(seed string) func(sides int) int {
	n := uint64(0)
	return func(sides int) int {
		n++
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], n)
		sum := sha256.Sum256(append([]byte(seed), b[:]...))
		return int(binary.BigEndian.Uint64(sum[:8]) % uint64(sides))
	}
}
