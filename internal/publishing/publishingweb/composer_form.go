package publishingweb

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
	"vigie/internal/publishing"
)

// The composer's form holds a whole post. Fields of a channel carry its id
// after a point: "text.<channel>". The same form is what a browser without
// JavaScript sends, what is saved as one types, and what the page keeps while
// the connection is lost.

// draftOf reads a form into the part of a post that a person writes.
func draftOf(v url.Values) publishing.Post {
	p := publishing.Post{
		Title:    strings.TrimSpace(oneLine(v.Get("title"))),
		Text:     lines(v.Get("text")),
		Options:  optionsOf(v, ""),
		Media:    mediaOf(v, ""),
		Campaign: id.Campaign(v.Get("campaign")),
		Category: publishing.CategoryID(v.Get("category")),
		Labels:   labelsOf(v["labels"]),
	}
	for _, c := range v["channel"] {
		if !id.Valid(c) || slices.ContainsFunc(p.Variants, func(o publishing.Variant) bool { return string(o.Channel) == c }) {
			continue
		}
		one := publishing.Variant{Channel: id.Channel(c), Split: v.Get("split."+c) != ""}
		if v.Get("own."+c) != "" {
			text := lines(v.Get("text." + c))
			one.Text = &text
		}
		if v.Get("ownmedia."+c) != "" {
			media := mediaOf(v, "."+c)
			one.Media = &media
		}
		if v.Get("ownoptions."+c) != "" {
			options := optionsOf(v, "."+c)
			one.Options = &options
		}
		p.Variants = append(p.Variants, one)
	}
	return p
}

// lines makes a text comparable with what is kept: browsers send CR LF.
func lines(s string) string {
	s, _ = textkit.Clean(s)
	return s
}

func oneLine(s string) string { return strings.ReplaceAll(lines(s), "\n", " ") }

func optionsOf(v url.Values, of string) network.Options {
	o := network.Options{
		ContentWarning: strings.TrimSpace(oneLine(v.Get("warning" + of))),
		Sensitive:      v.Get("sensitive"+of) != "",
		Visibility:     v.Get("visibility" + of),
	}
	for _, l := range strings.FieldsFunc(v.Get("languages"+of), func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		if !slices.Contains(o.Languages, l) && len(l) <= 35 {
			o.Languages = append(o.Languages, l)
		}
	}
	return o
}

func mediaOf(v url.Values, of string) []publishing.MediaRef {
	out := []publishing.MediaRef{}
	for _, m := range v["media"+of] {
		if id.Valid(m) && !slices.ContainsFunc(out, func(o publishing.MediaRef) bool { return string(o.ID) == m }) {
			out = append(out, publishing.MediaRef{ID: id.Media(m), Alt: strings.TrimSpace(lines(v.Get("alt" + of + "." + m)))})
		}
	}
	return out
}

func labelsOf(all []string) []string {
	var out []string
	for _, one := range all {
		for l := range strings.SplitSeq(one, ",") {
			if l = strings.Join(strings.Fields(oneLine(l)), " "); l != "" && !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}

// formOf writes a post as its form: what another window needs to know when two
// people write at once.
func formOf(p publishing.Post) url.Values {
	v := url.Values{}
	v.Set("title", p.Title)
	v.Set("text", p.Text)
	v.Set("campaign", string(p.Campaign))
	v.Set("category", string(p.Category))
	v.Set("labels", strings.Join(p.Labels, ", "))
	putOptions(v, "", p.Options)
	putMedia(v, "", p.Media)
	for _, one := range p.Variants {
		c := string(one.Channel)
		v.Add("channel", c)
		if one.Split {
			v.Set("split."+c, "1")
		}
		if one.Text != nil {
			v.Set("own."+c, "1")
			v.Set("text."+c, *one.Text)
		}
		if one.Media != nil {
			v.Set("ownmedia."+c, "1")
			putMedia(v, "."+c, *one.Media)
		}
		if one.Options != nil {
			v.Set("ownoptions."+c, "1")
			putOptions(v, "."+c, *one.Options)
		}
	}
	return v
}

func putOptions(v url.Values, of string, o network.Options) {
	v.Set("warning"+of, o.ContentWarning)
	if o.Sensitive {
		v.Set("sensitive"+of, "1")
	}
	v.Set("visibility"+of, o.Visibility)
	v.Set("languages"+of, strings.Join(o.Languages, ", "))
}

func putMedia(v url.Values, of string, list []publishing.MediaRef) {
	for _, m := range list {
		v.Add("media"+of, string(m.ID))
		v.Set("alt"+of+"."+string(m.ID), m.Alt)
	}
}

// editOf is the save that makes a post what the form says.
func editOf(d publishing.Post, took time.Duration) publishing.Edit {
	if d.Labels == nil {
		d.Labels = []string{}
	}
	if d.Variants == nil {
		d.Variants = []publishing.Variant{}
	}
	return publishing.Edit{Title: &d.Title, Text: &d.Text, Media: &d.Media, Options: &d.Options, Campaign: &d.Campaign, Category: &d.Category,
		Labels: &d.Labels, Variants: &d.Variants, Took: took}
}

// same tells whether a save of d would change nothing of p.
func same(p, d publishing.Post) bool { return reflect.DeepEqual(written(p), written(d)) }

func written(p publishing.Post) url.Values {
	v := formOf(p)
	for key := range v {
		if v.Get(key) == "" {
			v.Del(key) // absent and empty say the same
		}
	}
	return v
}

// fixed applies one of the ways out that a note under a preview offers:
// "split:<channel>", "own:<channel>", "drop:<channel>".
func fixed(d publishing.Post, fix string) publishing.Post {
	how, c, _ := strings.Cut(fix, ":")
	i := slices.IndexFunc(d.Variants, func(v publishing.Variant) bool { return string(v.Channel) == c })
	if i < 0 {
		return d
	}
	switch how {
	case "split":
		d.Variants[i].Split = true
	case "own":
		if d.Variants[i].Text == nil {
			text := d.Text
			d.Variants[i].Text = &text
		}
	case "drop":
		d.Variants = slices.Delete(d.Variants, i, i+1)
	}
	return d
}

// tookOf is the time spent writing since the last save, in seconds. A page
// cannot claim more than an hour at once.
func tookOf(v url.Values) time.Duration {
	n, err := strconv.Atoi(v.Get("took"))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, 3600)) * time.Second
}
