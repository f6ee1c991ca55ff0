package example

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
)

//go:embed posts/*.txt
var postFiles embed.FS

// entry is one post of a brand, in one language. The files of posts read:
//
//	@ <day> <hour> <channels> [m=picture] [s=outcome] [v=reading] [draft]
//	t: title in French | title in English
//	l: labels, French | labels, English
//	c: campaign
//	r: what a reader answered in French | in English
//	<fr>  …text…  <en>  …text…   and <fr b> for the words of channel b alone
//
// Days count from today; "@ ago 47 a" is 47 minutes before now, "@ none a" a
// draft without an hour.
type entry struct {
	day      int
	hour     string // "08:30"; empty: no hour
	ago      int    // minutes, instead of a day and an hour
	channels []int
	picture  string
	outcome  publishing.State // of a past post that did not go as planned
	partly   bool             // the outcome is that of the last channel alone
	draft    bool
	reading  string // how far its readers are; empty: all of them said yes
	remark   string
	title    string
	labels   []string
	campaign string
	text     string
	variants map[int]string
}

// outcomes are how a past post may have gone wrong, by the word of the files.
var outcomes = map[string]publishing.State{"failed": publishing.Failed, "partial": publishing.Failed, "unknown": publishing.Unknown, "missed": publishing.Frozen}

// readings are how far the readers of a post to come may be, by the word of the
// files: nobody answered; the client is asked; the last who was asked wants
// text, or none; a comma was changed after all had said yes; other versions,
// which stand in the place of an answer, with " // " between, are to be chosen
// from.
var readings = []string{"waiting", "client", "changes", "refused", "stale", "choice"}

// load reads a brand's posts in a language ("fr", otherwise English), with its
// typography.
func load(brand, lang string) ([]entry, error) {
	raw, err := postFiles.ReadFile("posts/" + brand + ".txt")
	if err != nil {
		return nil, err
	}
	side := 1
	if lang == "fr" {
		side = 0
	}
	var out []entry
	var block string
	texts := map[string]*strings.Builder{}
	flush := func() {
		if len(out) == 0 {
			return
		}
		e := &out[len(out)-1]
		for key, b := range texts {
			l, where, alone := strings.Cut(key, " ")
			if (l == "fr") != (side == 0) {
				continue
			}
			text := i18n.Typo(lang, strings.TrimSpace(b.String()))
			if !alone {
				e.text = text
				continue
			}
			e.variants[int(where[0]-'a')] = text
		}
		block, texts = "", map[string]*strings.Builder{}
	}
	for n, line := range strings.Split(string(raw), "\n") {
		head, rest, _ := strings.Cut(line, " ")
		switch {
		case head == "@":
			flush()
			e, err := parseHead(rest)
			if err != nil {
				return nil, fmt.Errorf("%s.txt:%d: %w", brand, n+1, err)
			}
			out = append(out, e)
		case len(out) == 0: // the file's own comment
		case strings.HasPrefix(line, "<") && strings.HasSuffix(line, ">"):
			block = strings.Trim(line, "<>")
			texts[block] = &strings.Builder{}
		case block != "":
			texts[block].WriteString(line + "\n")
		case head == "t:":
			out[len(out)-1].title = i18n.Typo(lang, pick(rest, side))
		case head == "l:":
			for _, l := range strings.Split(pick(rest, side), ",") {
				out[len(out)-1].labels = append(out[len(out)-1].labels, i18n.Typo(lang, strings.TrimSpace(l)))
			}
		case head == "r:":
			out[len(out)-1].remark = i18n.Typo(lang, pick(rest, side))
		case head == "c:":
			out[len(out)-1].campaign = rest
		case line != "":
			return nil, fmt.Errorf("%s.txt:%d: %q", brand, n+1, line)
		}
	}
	flush()
	return out, nil
}

func pick(both string, side int) string {
	parts := strings.Split(both, " | ")
	return strings.TrimSpace(parts[min(side, len(parts)-1)])
}

func parseHead(s string) (entry, error) {
	e := entry{variants: map[int]string{}}
	f := strings.Fields(s)
	if len(f) < 2 {
		return e, fmt.Errorf("%q says too little", s)
	}
	var err error
	channels := f[1]
	switch f[0] {
	case "none":
		f = f[2:]
	case "ago":
		if len(f) < 3 {
			return e, fmt.Errorf("%q says too little", s)
		}
		e.ago, err = strconv.Atoi(f[1])
		channels, f = f[2], f[3:]
	default:
		if len(f) < 3 {
			return e, fmt.Errorf("%q says too little", s)
		}
		e.day, err = strconv.Atoi(f[0])
		e.hour, channels, f = f[1], f[2], f[3:]
	}
	if err != nil {
		return e, err
	}
	for _, c := range channels {
		e.channels = append(e.channels, int(c-'a'))
	}
	for _, w := range f {
		switch key, value, _ := strings.Cut(w, "="); key {
		case "m":
			e.picture = value
		case "s":
			if e.outcome = outcomes[value]; e.outcome == "" {
				return e, fmt.Errorf("no outcome %q", value)
			}
			e.partly = value == "partial"
		case "v":
			if !slices.Contains(readings, value) {
				return e, fmt.Errorf("no reading %q", value)
			}
			e.reading = value
		case "draft":
			e.draft = true
		default:
			return e, fmt.Errorf("%q is no word of these files", w)
		}
	}
	if slices.ContainsFunc(e.channels, func(c int) bool { return c < 0 || c > 2 }) {
		return e, fmt.Errorf("channels %q", channels)
	}
	return e, nil
}
