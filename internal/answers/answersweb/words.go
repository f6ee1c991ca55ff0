package answersweb

import (
	"net/url"
	"regexp"
	"strings"

	"vigie/internal/answers"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/ui"
)

// piece is a stretch of a text: a blank, or words.
type piece struct {
	text  string
	blank bool
}

var blankRE = regexp.MustCompile(`\{[\p{L}][^{}]{0,39}\}`)

// blanks cuts a text at its blanks.
func blanks(text string) []piece {
	var out []piece
	at := 0
	for _, m := range blankRE.FindAllStringIndex(text, -1) {
		if len(answers.Blanks(text[m[0]:m[1]])) == 0 {
			continue
		}
		if m[0] > at {
			out = append(out, piece{text[at:m[0]], false})
		}
		out = append(out, piece{text[m[0]:m[1]], true})
		at = m[1]
	}
	if at < len(text) {
		out = append(out, piece{text[at:], false})
	}
	return out
}

// languageName is what a language is called; one that has no name is its code.
func languageName(r *ui.Request, code string) string {
	if key := "answers.language." + code; r.Loc.Has(key) {
		return r.T(key)
	}
	return code
}

func languageOptions(r *ui.Request) []ui.Option {
	var out []ui.Option
	for _, l := range languages(r) {
		out = append(out, ui.Option{Value: l, Label: languageName(r, l)})
	}
	return out
}

func netOptions(r *ui.Request, nets []network.Facts) []ui.Option {
	out := []ui.Option{{Label: r.T("answers.everywhere")}}
	for _, n := range nets {
		out = append(out, ui.Option{Value: string(n.Kind), Label: n.Title})
	}
	return out
}

func netTitle(all []network.Facts, k network.Kind) string {
	for _, n := range all {
		if n.Kind == k {
			return n.Title
		}
	}
	return string(k)
}

func queried(path, name, value string) string {
	return path + "?" + url.Values{name: {value}}.Encode()
}

func joined(labels []string) string   { return strings.Join(labels, ", ") }
func onLines(phrases []string) string { return strings.Join(phrases, "\n") }

// flat is a version of an answer as one text, for what changed.
func flat(k answers.Kept) string {
	parts := []string{k.Title}
	if k.Question != "" {
		parts = append(parts, k.Question)
	}
	for _, t := range k.Texts {
		head := t.Language
		if t.Network != "" {
			head += ", " + string(t.Network)
		}
		parts = append(parts, head+" — "+t.Text)
	}
	return strings.Join(parts, "\n")
}

func names(v positionView, people []id.Person) []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = v.name(p)
	}
	return out
}

// titled is a post's title; one without has a word for it.
func titled(r *ui.Request, title string) string {
	if title == "" {
		return r.T("positions.untitled")
	}
	return title
}

// example shows how blanks are written, in the person's language.
func example(r *ui.Request) string {
	if r.Loc.Lang == "fr" {
		return "{prénom}, {marque}"
	}
	return "{first_name}, {brand}"
}
