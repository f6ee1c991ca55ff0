package network

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"vigie/internal/base/fault"
)

// Severity says what a problem does to a post.
type Severity string

const (
	Block Severity = "block" // the network would refuse it; so do we
	Warn  Severity = "warn"  // it may leave, and should not like this
)

// Problem is what stands between a draft and a network, as data: the page
// shows it beside the field, Presence refuses on the first that blocks.
type Problem struct {
	Severity Severity       `json:"severity"`
	Key      string         `json:"key"` // of the sentence: network.check.…
	Values   map[string]any `json:"values,omitempty"`
	// Field is where: text, warning, visibility, languages, sensitive, thread,
	// media, or media[2], parts[1].text with the index counted from 0.
	Field string `json:"field"`
}

// Draft is a post before it leaves: what the composer holds for one channel.
type Draft struct {
	// Parts are the texts of a thread, one for a simple post.
	Parts   []string
	Media   []DraftMedia // of the first part
	Options Options
	// Answer: it answers somebody.
	Answer bool
	// Article, where set, stands in the place of Parts and Media.
	Article *Article
}

// DraftMedia is what is known of a picture before it is uploaded. Zero values
// are unknown and are not checked.
type DraftMedia struct {
	Type          string
	Bytes         int64
	Width, Height int
	Alt           string
}

// Check compares a draft with what an account can do. The blocking problems
// come first; no problem at all is nil.
func Check(d Draft, c Capabilities) []Problem {
	var out []Problem
	add := func(s Severity, key, field string, values ...any) {
		p := Problem{Severity: s, Key: "network.check." + key, Field: field}
		for i := 0; i+1 < len(values); i += 2 {
			if p.Values == nil {
				p.Values = map[string]any{}
			}
			p.Values[values[i].(string)] = values[i+1]
		}
		out = append(out, p)
	}
	if d.Article != nil {
		checkArticle(d.Article, c, add)
	} else {
		checkTexts(d, c, add)
		checkMedia(d.Media, c.Images, add)
		if c.Article.NeedsTitle && !d.Answer {
			add(Warn, "article_untitled", "text")
		}
	}
	checkOptions(d.Options, c, add)
	if d.Answer && !c.Answer.Able {
		add(Block, "no_answer", "answer")
	}
	if !d.Answer && c.AnswersOnly {
		add(Block, "answers_only", "channel")
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return rank(a) - rank(b) })
	return out
}

func rank(p Problem) int {
	if p.Severity == Block {
		return 0
	}
	return 1
}

type adder func(s Severity, key, field string, values ...any)

func checkTexts(d Draft, c Capabilities, add adder) {
	if len(d.Parts) > max(1, c.Thread.Max) {
		key := "too_many_parts"
		if c.Thread.Max <= 1 {
			key = "no_thread"
		}
		add(Block, key, "thread", "n", len(d.Parts), "max", max(1, c.Thread.Max))
	}
	if len(d.Parts) == 0 {
		d.Parts = []string{""}
	}
	for i, text := range d.Parts {
		field := "text"
		if len(d.Parts) > 1 {
			field = index("parts", i) + ".text"
		}
		if strings.TrimSpace(text) == "" && (i > 0 || c.Text.Required || len(d.Media) == 0) {
			if i == 0 && len(d.Media) > 0 {
				add(Block, "text_required", field)
			} else {
				add(Block, "empty", field)
			}
			continue
		}
		t := Count(text, d.Options.ContentWarning, c.Text)
		units, bytes := t.Excess()
		if units > 0 {
			add(Block, "text_too_long", field, "n", units, "used", t.Used, "max", t.Max)
		} else if bytes > 0 {
			add(Block, "text_too_heavy", field, "n", bytes, "used", t.Bytes, "max", t.MaxBytes)
		}
	}
}

func checkMedia(all []DraftMedia, r ImageRule, add adder) {
	if r.Max == 0 && len(all) > 0 {
		add(Block, "no_images", "media", "n", len(all))
		return
	}
	if len(all) > r.Max {
		add(Block, "too_many_images", "media", "n", len(all), "max", r.Max)
	}
	for i, m := range all {
		field := index("media", i)
		if m.Type != "" && !slices.Contains(r.Types, m.Type) {
			add(Block, "image_type", field, "type", m.Type, "types", strings.Join(r.Types, ", "))
		}
		if r.MaxBytes > 0 && m.Bytes > r.MaxBytes {
			add(Block, "image_bytes", field, "bytes", m.Bytes, "max", r.MaxBytes, "mb", tenths(m.Bytes, 1<<20), "max_mb", tenths(r.MaxBytes, 1<<20))
		}
		if px := int64(m.Width) * int64(m.Height); r.MaxPixels > 0 && px > r.MaxPixels {
			add(Block, "image_pixels", field, "pixels", px, "max", r.MaxPixels, "mp", tenths(px, 1e6), "max_mp", tenths(r.MaxPixels, 1e6))
		}
		if side := max(m.Width, m.Height); r.MaxSide > 0 && side > r.MaxSide {
			add(Block, "image_side", field, "side", side, "max", r.MaxSide)
		}
		alt := utf8.RuneCountInString(m.Alt)
		switch {
		case alt > 0 && r.AltMax == 0:
			add(Warn, "alt_unsupported", field+".alt")
		case alt > r.AltMax:
			add(Block, "alt_too_long", field+".alt", "n", alt-r.AltMax, "used", alt, "max", r.AltMax)
		case strings.TrimSpace(m.Alt) == "" && r.AltMax > 0:
			add(Warn, "alt_missing", field+".alt")
		}
	}
}

// tenths is n in units, to one decimal: what a person reads.
func tenths(n, unit int64) float64 { return math.Round(float64(n)*10/float64(unit)) / 10 }

func checkOptions(o Options, c Capabilities, add adder) {
	if o.ContentWarning != "" && !c.ContentWarning {
		add(Block, "no_warning", "warning")
	}
	if o.Sensitive && !c.Sensitive {
		add(Block, "no_sensitive", "sensitive")
	}
	if o.Visibility != "" && !slices.Contains(c.Visibilities, o.Visibility) {
		add(Block, "visibility", "visibility", "visibility", o.Visibility)
	}
	if n := len(o.Languages); n > c.Languages {
		key := "too_many_languages"
		if c.Languages == 0 {
			key = "no_languages"
		}
		add(Block, key, "languages", "n", n, "max", c.Languages)
	}
}

// Blocking returns the first problem that blocks as a fault of kind invalid
// (unsupported where the network lacks the thing altogether), or nil.
func Blocking(ps []Problem) *fault.Error {
	for _, p := range ps {
		if p.Severity != Block {
			continue
		}
		kind := fault.Invalid
		switch p.Key {
		case "network.check.no_thread", "network.check.no_images", "network.check.no_warning", "network.check.no_sensitive", "network.check.no_languages", "network.check.visibility", "network.check.no_article", "network.check.answers_only":
			kind = fault.Unsupported
		}
		f := fault.New(kind, p.Key).At(p.Field)
		for k, v := range p.Values {
			f = f.With(k, v)
		}
		return f
	}
	return nil
}

// CheckKeys lists every sentence that Check can say, for the message files.
func CheckKeys() []string {
	keys := []string{
		"empty", "text_required", "text_too_long", "text_too_heavy", "too_many_parts", "no_thread",
		"too_many_images", "no_images", "image_type", "image_bytes", "image_pixels", "image_side",
		"alt_too_long", "alt_missing", "alt_unsupported",
		"no_warning", "no_sensitive", "visibility", "too_many_languages", "no_languages", "answers_only",
		"no_article", "article_title", "article_empty", "article_too_long", "article_lacks",
		"article_category", "article_author", "article_status", "article_untitled",
	}
	for i, k := range keys {
		keys[i] = "network.check." + k
	}
	return keys
}

func index(name string, i int) string {
	return name + "[" + strconv.Itoa(i) + "]"
}
