package answers

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/search"
	"vigie/internal/team"
)

// Nearest is a saved answer that may be the right one, and why.
type Nearest struct {
	Saved
	Score float64 `json:"score"`
	// Words of the message that it was found by, the weightiest first.
	Words []string `json:"words"`
	// Text is what it says in the message's language on that network, with its
	// blanks.
	Text Text `json:"text"`
	// Other: it has no text in that language.
	Other bool `json:"other_language"`
}

// What the parts of an answer weigh, and the constants of BM25.
const (
	ofQuestion = 3.0
	ofTitle    = 2.0
	ofLabel    = 1.5
	ofText     = 1.0
	ofConcept  = .5 // a word that people use for another
	k1         = 1.2
	lean       = .6  // how much a long answer counts less
	enough     = 1.2 // below it nothing is suggested
	maxQuery   = 60  // words of a message that are read
)

// index finds saved answers by the words of a message. Apart from used, which
// the shelf's lock guards, it never changes.
type index struct {
	docs  []*kept
	size  []float64
	mean  float64
	terms map[string][]posting
	used  map[AnswerID]int64
}

type posting struct {
	doc int32
	tf  float64
}

func newIndex(all []*kept) *index {
	x := &index{terms: map[string][]posting{}, used: make(map[AnswerID]int64, len(all))}
	for _, k := range all {
		if !k.Archived.IsZero() {
			continue
		}
		doc, tf := int32(len(x.docs)), map[string]float64{}
		size := 0.0
		put := func(text, language string, weight float64) {
			for _, w := range search.Words(text) {
				if small[w] || len(w) < 2 {
					continue
				}
				size++
				for _, lang := range languagesOf(language) {
					st := stem(lang, w)
					tf[st] = math.Max(tf[st], 0) + weight/float64(len(languagesOf(language)))
					if c := concepts[st]; c != "" {
						tf["~"+c] += weight / float64(len(languagesOf(language)))
					}
				}
			}
		}
		put(k.Question, "", ofQuestion)
		put(k.Title, "", ofTitle)
		for _, l := range k.Labels {
			put(l, "", ofLabel)
		}
		seen := map[string]bool{}
		for _, t := range k.Texts {
			if !seen[t.Language] { // one text a language: networks repeat it
				seen[t.Language] = true
				put(t.Text, primary(t.Language), ofText)
			}
		}
		for st, n := range tf {
			x.terms[st] = append(x.terms[st], posting{doc, n})
		}
		x.docs, x.size = append(x.docs, k), append(x.size, size)
		x.mean += size
		x.used[k.ID] = k.Uses
	}
	if len(x.docs) > 0 {
		x.mean /= float64(len(x.docs))
	}
	return x
}

// languagesOf are the languages whose endings are taken off: of a question or a
// title nobody says which it is.
func languagesOf(language string) []string {
	switch language {
	case "":
		return []string{"fr", "en"}
	case "en":
		return []string{"en"}
	}
	return []string{"fr"}
}

// hit is an answer with its score.
type hit struct {
	doc   int32
	score float64
	used  int64
}

// find scores every answer that shares a word with the message.
func (x *index) find(text, language string, most int) ([]hit, func(int32) []string) {
	type term struct {
		word, stem string
		idf, boost float64
	}
	var terms []term
	seen := map[string]bool{}
	read := 0
	for _, tok := range cut(text) {
		w, said := tok.fold, strings.ToLower(text[tok.start:tok.end])
		if small[w] || len(w) < 2 || len(w) > 60 {
			continue
		}
		if read++; read > maxQuery {
			break
		}
		for _, lang := range languagesOf(language) {
			st := stem(lang, w)
			add := func(key string, boost float64) {
				if seen[key] || len(x.terms[key]) == 0 {
					return
				}
				seen[key] = true
				n, df := float64(len(x.docs)), float64(len(x.terms[key]))
				terms = append(terms, term{said, key, math.Log(1 + (n-df+.5)/(df+.5)), boost})
			}
			add(st, 1)
			if c := concepts[st]; c != "" {
				add("~"+c, ofConcept)
			}
		}
	}
	scores := make([]float64, len(x.docs))
	var touched []int32
	for _, t := range terms {
		for _, p := range x.terms[t.stem] {
			if scores[p.doc] == 0 {
				touched = append(touched, p.doc)
			}
			scores[p.doc] += t.boost * t.idf * p.tf * (k1 + 1) / (p.tf + k1*(1-lean+lean*x.size[p.doc]/x.mean))
		}
	}
	var hits []hit
	for _, d := range touched {
		if scores[d] >= enough {
			hits = append(hits, hit{d, math.Round(scores[d]*20) / 20, x.used[x.docs[d].ID]})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.used, a.used), cmp.Compare(x.docs[a.doc].sort, x.docs[b.doc].sort))
	})
	if len(hits) > most {
		hits = hits[:most]
	}
	return hits, func(doc int32) []string {
		type weight struct {
			word string
			n    float64
		}
		var by []weight
		for _, t := range terms {
			i, ok := slices.BinarySearchFunc(x.terms[t.stem], doc, func(p posting, d int32) int { return int(p.doc - d) })
			if !ok {
				continue
			}
			n := t.boost * t.idf * x.terms[t.stem][i].tf
			if k := slices.IndexFunc(by, func(w weight) bool { return w.word == t.word }); k >= 0 {
				by[k].n += n
			} else {
				by = append(by, weight{t.word, n})
			}
		}
		slices.SortStableFunc(by, func(a, b weight) int { return cmp.Compare(b.n, a.n) })
		var out []string
		for _, w := range by[:min(5, len(by))] {
			out = append(out, w.word)
		}
		return out
	}
}

// MaxSuggestions bounds what Suggest gives.
const MaxSuggestions = 20

// Suggest lists the saved answers that come nearest to what somebody wrote,
// best first, with the words they were found by. Nothing leaves the program.
// language is that of the message, empty when nobody knows; texts in it come
// before others of the same score. Errors: not_found for strangers.
func (s *Service) Suggest(ctx context.Context, a team.Actor, b id.Brand, message, language string, on network.Kind, limit int) (_ []Nearest, err error) {
	defer fault.Wrap(&err, "suggest answers")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return nil, err
	}
	h, err := s.shelf(ctx, s.DB, b)
	if err != nil {
		return nil, err
	}
	now := s.DB.Now()
	br, err := s.Brand(ctx, s.DB, b)
	if err != nil {
		return nil, err
	}
	day, err := dayIn(br.Zone, now)
	if err != nil {
		return nil, err
	}
	if limit <= 0 || limit > MaxSuggestions {
		limit = MaxSuggestions
	}
	said := message
	if len(said) > MaxText {
		said = said[:MaxText]
	}
	h.mu.Lock()
	if h.index == nil {
		h.index = newIndex(h.answers)
	}
	hits, words := h.index.find(said, primary(language), limit)
	h.mu.Unlock()
	out := make([]Nearest, 0, len(hits))
	if language == "" {
		language = br.Language
	}
	for _, hit := range hits {
		k := h.index.docs[hit.doc]
		t, ok := k.In(language, on)
		r := Saved{Answer: k.Answer, Stale: h.staleOf(k, day), Due: h.setting.due(k.Answer, now)}
		r.Uses = hit.used
		out = append(out, Nearest{Saved: r, Score: hit.score, Words: words(hit.doc), Text: t, Other: !ok})
	}
	return out, nil
}
