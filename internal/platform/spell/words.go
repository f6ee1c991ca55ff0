package spell

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// words reports the words that no dictionary knows.
func words(p *page, d *dictionary, o Options, add func(Mistake)) {
	budget := 60 // suggestions cost a thousand look-ups each: a text gets that many
	for i, t := range p.list {
		if t.is != word {
			continue
		}
		s := p.of(t)
		if strings.ContainsAny(s, "_") || strings.ContainsFunc(s, unicode.IsDigit) && !strings.ContainsAny(s, "-'’") {
			continue // identifiers, models, "covid19"
		}
		if strings.IndexFunc(s, foreignScript) >= 0 {
			continue
		}
		if afterNumber(p, i) && units[s] {
			continue
		}
		p.judge(i, t.start, s, d, o, &budget, add)
	}
}

// judge looks at one word and reports the part of it that is wrong.
func (p *page) judge(i, start int, s string, d *dictionary, o Options, budget *int, add func(Mistake)) {
	if p.knows(d, s, o.Words) || spoken[p.lang].knows(s) {
		return
	}
	t := p.at(i)
	// After an elision only what follows is in question.
	if head, rest, ok := elided(p.lang, s); ok {
		if d.right(rest, o.Words) && (vowel(rest) || o.Words.knows(rest)) {
			return
		}
		if !d.right(rest, o.Words) {
			start, s = start+len(head), rest
		}
	}
	// Of "rendez-vou", of "mainn-d'œuvre", the part that is unknown.
	if parts := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '‐' }); len(parts) > 1 {
		bad, at, pos := -1, 0, 0
		for n, part := range parts {
			pos += strings.Index(s[pos:], part)
			if !d.right(part, o.Words) && !suffixParts[strings.ToLower(part)] {
				if bad >= 0 {
					bad = len(parts)
					break
				}
				bad, at = n, pos
			}
			pos += len(part)
		}
		switch {
		case bad < 0:
			return
		case bad < len(parts) && utf8.RuneCountInString(parts[bad]) > 1:
			start, s = start+at, parts[bad]
		}
	}
	if t.excused(p, s) {
		return
	}
	m := Mistake{Start: start, End: start + len(s), Kind: Spelling, Rule: "word", Key: "spell.word", Values: map[string]any{"word": s}}
	most := o.Suggestions
	if most == 0 {
		most = 5
	}
	// A capital in the middle of a sentence is a name, unless a word is near.
	name := !t.first && !t.alone && caseOf(s) == title
	if (most > 0 || name) && *budget > 0 {
		*budget--
		list := d.suggest(s, o.Words)
		if name && (len(list) == 0 || list[0].cost > 0.75) {
			return
		}
		for n, c := range list {
			if n == most {
				break
			}
			m.Suggestions = append(m.Suggestions, c.word)
		}
	}
	add(m)
}

// right is correct, or a word of the house, or an inclusive form of a known one.
func (d *dictionary) right(s string, brand *Words) bool {
	if len(s) > maxWord {
		return false
	}
	s = strings.ReplaceAll(s, "\u00ad", "")
	if brand.knows(s) || brand.knows(straight(s)) {
		return true
	}
	if d.correct(s, brand) {
		return true
	}
	if low, ok := strings.CutSuffix(strings.ReplaceAll(s, "’", "'"), "'s"); ok && brand.knows(low) {
		return true
	}
	if strings.ContainsAny(s, "·•") {
		parts := strings.FieldsFunc(s, func(r rune) bool { return r == '·' || r == '•' })
		if len(parts) > 1 && (d.correct(parts[0], brand) || d.correct(parts[0]+parts[1], brand)) {
			return true
		}
	}
	return false
}

// excused tells what is unknown and yet nobody's mistake: acronyms and mixed
// case in a sentence (SNCF, YouTube), drawn-out letters are not.
func (t token) excused(p *page, s string) bool {
	n := utf8.RuneCountInString(s)
	if n == 1 {
		return true
	}
	if t.alone {
		return false
	}
	switch caseOf(s) {
	case capital:
		return n <= 5 || onomatopoeia(strings.ToLower(s))
	case mixed:
		return true
	}
	return onomatopoeia(strings.ToLower(s))
}

// onomatopoeia takes hahaha, mdrrr, ouiiii, pfff: a vowel or the last letter
// three times, or a syllable three times.
func onomatopoeia(s string) bool {
	var last rune
	run := 0
	for i, r := range s {
		if r == last {
			if run++; run >= 3 && (strings.ContainsRune("aeiouyéèàû", r) || i+utf8.RuneLen(r) == len(s)) {
				return true
			}
		} else {
			last, run = r, 1
		}
	}
	return len(s) >= 6 && len(s)%2 == 0 && strings.Count(s, s[:2]) == len(s)/2
}

var elisions = map[string]bool{"l": true, "d": true, "j": true, "m": true, "t": true, "s": true, "n": true, "c": true, "qu": true, "jusqu": true, "lorsqu": true, "puisqu": true, "quoiqu": true, "presqu": true, "quelqu": true, "ç": true}

// elided cuts "l'" off a French word.
func elided(lang, s string) (head, rest string, ok bool) {
	if lang != French {
		return "", s, false
	}
	i := strings.IndexAny(s, "'’")
	if i <= 0 || !elisions[strings.ToLower(s[:i])] {
		return "", s, false
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	return s[:i+n], s[i+n:], s[i+n:] != ""
}

func vowel(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("aeiouyhœæ", plain(r)) || r == 'œ' || r == 'Œ'
}

// suffixParts stand after a hyphen and nowhere else.
var suffixParts = map[string]bool{"t": true, "ce": true, "là": true, "ci": true, "je": true, "tu": true, "il": true, "elle": true, "on": true, "nous": true, "vous": true, "ils": true, "elles": true, "moi": true, "toi": true, "lui": true, "leur": true, "y": true, "en": true, "le": true, "la": true, "les": true}

func foreignScript(r rune) bool {
	return r > 0x24f && unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r)
}

func afterNumber(p *page, i int) bool {
	if p.at(i-1).is == number {
		return true
	}
	return p.at(i-1).is == space && p.at(i-2).is == number
}

var units = func() map[string]bool {
	m := map[string]bool{}
	for _, u := range strings.Fields("km m cm mm kg g mg l cl ml dl h min s ms ko mo go to kb mb gb tb Ko Mo Go To Kb Mb Gb Tb kWh kW W V A Hz GHz MHz dB px pt ha hab k K M Md kcal cal °C cv ch bpm rpm fps dpi ppm am pm AM PM ft in lb oz mph kmh sqm yd th st nd rd ans pers HT TTC") {
		m[u] = true
	}
	return m
}()

// spoken are words of the networks that every reader of a post knows and no
// dictionary of ours has yet.
var spoken = map[string]*Words{
	French:   NewWords(strings.Fields("mdr ptdr lol jpp tkt stp svp asap community manager managers management story stories reel reels feed follower followers hashtag hashtags like likes post posts live lives newsletter newsletters goodies brunchs afterwork afterworks upcycling handmade giveaway unboxing tuto tutos influenceur influenceurs influenceuse influenceuses tweet tweets retweet streaming podcast podcasts webinaire webinaires webinar e-commerce insta cosy bowl smoothie smoothies coworking crowdfunding fooding co-working replay replays teaser teasers spoiler spoilers vlog vlogs selfie selfies emoji emojis smiley swipe scroll scroller liker likez liké likée followez follow unfollow repost reposter stream streamer streamers bio merch outfit look looks shop shopping store click collect drive food truck foodtruck foodtrucks pitch startup startups afterworks burger burgers bagel cookie cookies cheesecake brownie brownies tote bag sneakers vintage flash sale sales black friday boost booster digital digitale digitaux digitales cashback mood feat best-seller best-sellers sold out save date made in coming soon save-the-date dispo dispos perso persos conf confs déco promo promos expo expos resto restos apéro apéros ciné anniv dimanchissime")),
	British:  NewWords(strings.Fields("lol omg hashtag hashtags unfollow podcast podcasts emoji emojis selfie selfies influencer influencers livestream vlog vlogs insta giveaway giveaways unboxing repost reposted reel reels tiktok merch")),
	American: NewWords(strings.Fields("lol omg hashtag hashtags unfollow podcast podcasts emoji emojis selfie selfies influencer influencers livestream vlog vlogs insta giveaway giveaways unboxing repost reposted reel reels tiktok merch")),
}
