package charter

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"vigie/internal/base/textkit"
)

func (rule *ready) require(r *reading) {
	_, ok := rule.concerns(r)
	if !ok || len(r.parts) == 0 {
		return
	}
	s := rule.Spec
	all := make([]string, len(r.parts))
	for i, p := range r.parts {
		all[i] = p.text
	}
	text := strings.Join(all, "\n\n")
	switch within := max(s.Within, 0); s.Where {
	case "start":
		if within == 0 {
			within = 100
		}
		text = head(text, within)
	case "end":
		if within == 0 {
			within = 200
		}
		text = tail(text, within)
	}
	text = spaces(textkit.Fold(text))
	for _, m := range s.Mentions {
		if f := spaces(textkit.Fold(m)); contains(text, f) {
			return
		}
	}
	f := r.say(rule, "require"+map[string]string{"": "", "start": "_start", "end": "_end"}[s.Where], 0, 0, 0, "mention", s.Mentions[0])
	f.Add = s.Mentions[:min(len(s.Mentions), 5)]
}

func spaces(s string) string { return strings.Join(strings.Fields(s), " ") }

// contains is strings.Contains for whole words.
func contains(s, what string) bool {
	for at := 0; what != ""; {
		i := strings.Index(s[at:], what)
		if i < 0 {
			return false
		}
		if whole(s, at+i, at+i+len(what)) {
			return true
		}
		at += i + len(what)
	}
	return false
}

// head is the first graphemes of a text.
func head(s string, n int) string {
	for at := range textkit.EachGrapheme(s) {
		if n == 0 {
			return s[:at]
		}
		n--
	}
	return s
}

func tail(s string, n int) string {
	var at []int
	for i := range textkit.EachGrapheme(s) {
		at = append(at, i)
	}
	if len(at) <= n {
		return s
	}
	return s[at[len(at)-n]:]
}

func (rule *ready) address(r *reading) {
	tu := rule.Spec.Choice == "vous" // then tu is what breaks it
	for i, p := range r.parts {
		for j, w := range p.words {
			if tu && isTu(p, j) || !tu && isVous(p, j) {
				r.say(rule, "address_"+rule.Spec.Choice, i, w.start, w.end)
			}
		}
	}
}

var (
	tuWords   = set("tu te toi tes tien tienne tiens tiennes")
	tuVerbs   = set("découvre viens profite clique participe gagne partage rejoins retrouve raconte commente abonne inscris dis suis suit envoie choisis réserve télécharge essaie teste regarde imagine prépare pense oublie rends ajoute like vote devine craque fonce pars prends fais va")
	vousWords = set("vous votre vos vôtre vôtres")
	ezNames   = set("chez assez nez rez raz riez cortez")
	// Words before "ton" and "ta" that make them nouns: "le ton", "un ton".
	tonNames = set("le un du ce au bon même quel leur notre votre son mon d de en haut bas")
)

func set(s string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		out[w] = true
	}
	return out
}

func isTu(p part, j int) bool {
	w, prev := p.words[j], ""
	if j > 0 {
		prev = p.words[j-1].lower
	}
	after, _ := utf8.DecodeRuneInString(p.text[w.end:])
	before, _ := utf8.DecodeLastRuneInString(p.text[:w.start])
	switch {
	case w.lower == "tiens" && first(p, j): // "Tiens, …" says nothing to anybody
		return false
	case tuWords[w.lower]:
		return !(w.lower == "te" && w.caps) && !(w.lower == "tu" && prev == "qu")
	case w.lower == "ton", w.lower == "ta":
		return !tonNames[prev] && (after == ' ' || after == '\u00a0' || after == '\u202f')
	case w.lower == "t":
		return (after == '\'' || after == '’') && before != '-'
	case tuVerbs[w.lower]:
		return first(p, j)
	}
	return false
}

func isVous(p part, j int) bool {
	w := p.words[j]
	before, _ := utf8.DecodeLastRuneInString(p.text[:w.start])
	switch {
	case w.lower == "vous" && before == '-' && j > 0 && p.words[j-1].lower == "rendez":
		return false
	case vousWords[w.lower]:
		return true
	case strings.HasSuffix(w.lower, "ez") && len(w.lower) > 3 && !ezNames[w.lower]:
		return first(p, j) && !(w.lower == "rendez" && strings.HasPrefix(p.text[w.end:], "-vous"))
	}
	return false
}

// first tells whether a word begins its sentence.
func first(p part, j int) bool {
	for at := p.words[j].start; at > 0; {
		r, n := utf8.DecodeLastRuneInString(p.text[:at])
		at -= n
		switch {
		case r == '\n', r == '.', r == '!', r == '?', r == ':', r == '…':
			return true
		case unicode.IsLetter(r), unicode.IsDigit(r), r == ',', r == ';', r == '\'', r == '’', r == '-':
			return false
		}
	}
	return true
}

var (
	runRE      = regexp.MustCompile(`[!?]{2,}|\.{4,}|…[.…]+`)
	exclaimRE  = regexp.MustCompile(`!+`)
	questionRE = regexp.MustCompile(`\?+`)
	ellipsisRE = regexp.MustCompile(`…|\.{3,}`)
)

func (rule *ready) tone(r *reading) {
	s := rule.Spec
	if s.Doubled {
		for i, p := range r.parts {
			for _, at := range outside(p, runRE.FindAllStringIndex(p.text, maxOfRule)) {
				run := p.text[at[0]:at[1]]
				now := "…"
				if run[0] == '!' || run[0] == '?' {
					now = "!"
					if strings.Contains(run, "?") {
						now = "?"
					}
				}
				r.say(rule, "doubled", i, at[0], at[1]).Say = []string{now}
			}
		}
	}
	for _, one := range []struct {
		re  *regexp.Regexp
		max int
		key string
	}{{exclaimRE, s.Exclamations, "exclamations"}, {questionRE, s.Questions, "questions"}, {ellipsisRE, s.Ellipses, "ellipses"}} {
		if one.max < 0 {
			continue
		}
		n := 0
		for i, p := range r.parts {
			for _, at := range outside(p, one.re.FindAllStringIndex(p.text, one.max+maxOfRule)) {
				if n++; n > one.max {
					r.say(rule, one.key, i, at[0], at[1], "n", one.max)
				}
			}
		}
	}
}

// outside leaves out what stands in links and handles.
func outside(p part, all [][]int) [][]int {
	return slices.DeleteFunc(all, func(at []int) bool {
		return slices.ContainsFunc(p.skip, func(s [2]int) bool { return s[0] < at[1] && at[0] < s[1] })
	})
}

func (rule *ready) emoji(r *reading) {
	s, n := rule.Spec, 0
	for i, p := range r.parts {
		if ascii(p.text) {
			continue
		}
		for at, g := range textkit.EachGrapheme(p.text) {
			if !isEmoji(g) {
				continue
			}
			n++
			switch {
			case slices.ContainsFunc(s.Forbidden, func(o string) bool { return sameEmoji(o, g) }):
				r.say(rule, "emoji_forbidden", i, at, at+len(g)).Say = []string{""}
			case len(s.Allowed) > 0 && !slices.ContainsFunc(s.Allowed, func(o string) bool { return sameEmoji(o, g) }):
				r.say(rule, "emoji_not_allowed", i, at, at+len(g), "allowed", strings.Join(s.Allowed, " ")).Say = []string{""}
			case s.Max >= 0 && n > s.Max:
				r.say(rule, "emoji_max", i, at, at+len(g), "n", s.Max).Say = []string{""}
			}
		}
	}
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// sameEmoji compares without what chooses a drawing or a skin.
func sameEmoji(a, b string) bool {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == 0xFE0F || r == 0xFE0E || r >= 0x1F3FB && r <= 0x1F3FF {
				return -1
			}
			return r
		}, s)
	}
	return plain(a) == plain(b)
}

// isEmoji tells whether a grapheme is drawn as an emoji: the blocks that are
// drawn so by themselves, and signs that a selector asks to be.
func isEmoji(g string) bool {
	r, n := utf8.DecodeRuneInString(g)
	switch {
	case r >= 0x1F1E6 && r <= 0x1F1FF, r >= 0x1F300 && r <= 0x1FAFF, r == 0x1F004, r == 0x1F0CF, r >= 0x1F18E && r <= 0x1F19A, r >= 0x1F201 && r <= 0x1F251:
		return true
	case r >= 0x2600 && r <= 0x27BF, r >= 0x231A && r <= 0x23FF, r >= 0x2B05 && r <= 0x2B55:
		return true
	}
	return n < len(g) && strings.ContainsRune(g, 0xFE0F)
}

func (rule *ready) tags(r *reading) {
	s, n := rule.Spec, 0
	var had []string
	for i, p := range r.parts {
		for _, e := range textkit.Of(textkit.Tag, p.entities) {
			n++
			had = append(had, textkit.Fold(e.Name))
			is := func(o string) bool { return textkit.Fold(strings.TrimPrefix(o, "#")) == textkit.Fold(e.Name) }
			switch {
			case slices.ContainsFunc(s.Forbidden, is):
				r.say(rule, "tag_forbidden", i, e.Start, e.End).Say = []string{""}
			case len(s.Allowed) > 0 && !slices.ContainsFunc(s.Allowed, is):
				r.say(rule, "tag_not_allowed", i, e.Start, e.End)
			case s.Max >= 0 && n > s.Max:
				r.say(rule, "tags_max", i, e.Start, e.End, "n", s.Max).Say = []string{""}
			}
		}
	}
	for _, o := range s.Needed {
		if !slices.Contains(had, textkit.Fold(strings.TrimPrefix(o, "#"))) {
			tag := "#" + strings.TrimPrefix(o, "#")
			r.say(rule, "tag_needed", 0, 0, 0, "tag", tag).Add = []string{tag}
		}
	}
	if s.Min > 0 && n < s.Min {
		r.say(rule, "tags_min", 0, 0, 0, "n", s.Min, "has", n)
	}
}

func (rule *ready) links(r *reading) {
	s, n := rule.Spec, 0
	for i, p := range r.parts {
		for _, e := range textkit.Of(textkit.Link, p.entities) {
			n++
			u, err := url.Parse(e.URL)
			if err != nil {
				continue
			}
			host := strings.ToLower(u.Hostname())
			switch {
			case within(host, s.Forbidden):
				r.say(rule, "host_forbidden", i, e.Start, e.End, "host", host)
			case len(s.Allowed) > 0 && !within(host, s.Allowed):
				r.say(rule, "host_not_allowed", i, e.Start, e.End, "host", host)
			case s.Max >= 0 && n > s.Max:
				r.say(rule, "links_max", i, e.Start, e.End, "n", s.Max)
			}
			if len(s.Needed) > 0 && (len(s.Hosts) == 0 || within(host, s.Hosts)) {
				q := u.Query()
				var missing []string
				for _, k := range s.Needed {
					if q.Get(k) == "" {
						missing = append(missing, k)
					}
				}
				if len(missing) > 0 {
					r.say(rule, "utm", i, e.Start, e.End, "missing", strings.Join(missing, ", "))
				}
			}
		}
	}
	if s.Min > 0 && n < s.Min {
		r.say(rule, "links_min", 0, 0, 0, "n", s.Min, "has", n)
	}
}

// within tells whether a host is one of a list, or under one.
func within(host string, all []string) bool {
	return slices.ContainsFunc(all, func(o string) bool {
		o = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(o)), "https://"), "http://")
		o, _, _ = strings.Cut(o, "/")
		return host == o || strings.HasSuffix(host, "."+strings.TrimPrefix(o, "www.")) || host == "www."+o
	})
}

func (rule *ready) capitals(r *reading) {
	s, n := rule.Spec, 0
	letters := s.Min
	if letters <= 0 {
		letters = 4
	}
	allowed := map[string]bool{}
	for _, w := range s.Allowed {
		allowed[strings.ToLower(w)] = true
	}
	for i, p := range r.parts {
		tags := textkit.Of(textkit.Tag, p.entities)
		for _, w := range p.words {
			if !w.caps || utf8.RuneCountInString(w.lower) < letters || allowed[w.lower] ||
				slices.ContainsFunc(tags, func(e textkit.Entity) bool { return e.Start <= w.start && w.end <= e.End }) {
				continue
			}
			if n++; n > max(s.Max, 0) {
				r.say(rule, "capitals", i, w.start, w.end, "n", max(s.Max, 0)).Say = []string{w.lower}
			}
		}
	}
}

var (
	medianRE = regexp.MustCompile(`\p{L}+(?:[·•‧⋅∙][\p{L}]+)+`)
	// A full stop or a bracket in the middle of a word, before a feminine ending.
	dottedRE = regexp.MustCompile(`\p{L}{2,}(?:\.(?:e|es|ne|nes|le|les|te|tes|se|ses|rice|rices|euse|euses|trice|trices|ère|ères|ive|ives)(?:\.s)?|\((?:e|es|ne|nes|rice|rices|euse|euses|trice|trices|ère|ères|ive|ives)\)s?)`)
)

func (rule *ready) inclusive(r *reading) {
	for i, p := range r.parts {
		if rule.Spec.Choice == "never" {
			for _, re := range []*regexp.Regexp{medianRE, dottedRE} {
				for _, at := range outside(p, re.FindAllStringIndex(p.text, maxOfRule)) {
					if whole(p.text, at[0], at[1]) {
						r.say(rule, "inclusive_never", i, at[0], at[1])
					}
				}
			}
			continue
		}
		for _, h := range rule.terms.find(p.text, p.words, maxOfRule) {
			// "clients" of "client·es" is the word already.
			if after, _ := utf8.DecodeRuneInString(p.text[h.end:]); strings.ContainsRune("·•‧⋅∙", after) {
				continue
			}
			r.say(rule, "inclusive_always", i, h.start, h.end, "say", h.term.Say).Say = []string{like(p.text[h.start:h.end], h.term.Say)}
		}
	}
}

// people are the plurals that name persons most often, with their inclusive
// form (a radical, a median point, the ending of both).
func people() []Term {
	var out []Term
	for pair := range strings.FieldsSeq("clients=client·es abonnés=abonné·es étudiants=étudiant·es salariés=salarié·es employés=employé·es habitants=habitant·es participants=participant·es passionnés=passionné·es invités=invité·es inscrits=inscrit·es gagnants=gagnant·es adhérents=adhérent·es candidats=candidat·es amis=ami·es artisans=artisan·es commerçants=commerçant·es Français=Français·es parisiens=parisien·nes musiciens=musicien·nes citoyens=citoyen·nes techniciens=technicien·nes collaborateurs=collaborateur·ices lecteurs=lecteur·ices visiteurs=visiteur·euses utilisateurs=utilisateur·ices spectateurs=spectateur·ices créateurs=créateur·ices acteurs=acteur·ices consommateurs=consommateur·ices producteurs=producteur·ices auditeurs=auditeur·ices joueurs=joueur·euses voyageurs=voyageur·euses coureurs=coureur·euses danseurs=danseur·euses vendeurs=vendeur·euses chercheurs=chercheur·euses sportifs=sportif·ves créatifs=créatif·ves amoureux=amoureux·ses curieux=curieux·ses heureux=heureux·ses") {
		from, to, _ := strings.Cut(pair, "=")
		out = append(out, Term{Text: from, Say: to})
	}
	return out
}

func (rule *ready) length(r *reading) {
	s, total := rule.Spec, 0
	for i, p := range r.parts {
		total += textkit.Graphemes(p.text)
		if s.Sentence > 0 {
			for _, sentence := range sentences(p) {
				if n := sentence[2]; n > s.Sentence {
					r.say(rule, "sentence", i, sentence[0], sentence[1], "has", n, "n", s.Sentence)
				}
			}
		}
	}
	switch {
	case s.Max > 0 && total > s.Max:
		r.say(rule, "too_long", 0, 0, 0, "has", total, "n", s.Max)
	case s.Min > 0 && total < s.Min:
		r.say(rule, "too_short", 0, 0, 0, "has", total, "n", s.Min)
	}
}

// sentences are start, end and number of words of each.
func sentences(p part) (out [][3]int) {
	for i, w := range p.words {
		if i == 0 || first(p, i) && !strings.Contains(":", before(p.text, w.start)) {
			out = append(out, [3]int{w.start, w.end, 1})
			continue
		}
		last := &out[len(out)-1]
		last[1], last[2] = w.end, last[2]+1
	}
	return out
}

// before is the last sign before a place, spaces aside.
func before(s string, at int) string {
	t := strings.TrimRightFunc(s[:at], unicode.IsSpace)
	if r, n := utf8.DecodeLastRuneInString(t); n > 0 {
		return string(r)
	}
	return "."
}

func (rule *ready) hours(r *reading) {
	if r.Local.IsZero() {
		return
	}
	places, ok := rule.concerns(r)
	if !ok {
		return
	}
	s, now := rule.Spec, r.Local.Format("15:04")
	closed := slices.Contains(s.Days, int(r.Local.Weekday()))
	if s.From != "" {
		if s.From < s.Until {
			closed = closed || now >= s.From && now < s.Until
		} else {
			closed = closed || now >= s.From || now < s.Until
		}
	}
	if !closed {
		return
	}
	if len(places) == 0 {
		places = []place{{}}
	}
	for _, at := range places {
		r.say(rule, "hours", at.part, at.start, at.end, "hour", now)
	}
}

// hostOf is the site of an address, without www.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}
