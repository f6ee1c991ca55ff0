package ui

import (
	"regexp"

	"github.com/a-h/templ"
)

// Style is a style attribute of custom properties only ("--now:.5"): data for
// the style sheets. The text must be made by the program, never by a person.
func Style(css string) templ.Attributes { return templ.Attributes{"style": css} }

var colour = regexp.MustCompile(`^(#[0-9a-fA-F]{3,8}|oklch\([0-9. %]+\))$`)

// BrandStyle sets the brand's colour on a block; a colour that is none is left
// out, and the sea shows through.
func BrandStyle(c string) templ.Attributes {
	if !colour.MatchString(c) {
		return templ.Attributes{}
	}
	return Style("--brand:" + c)
}

// NetStyle sets the colour of a network that somebody made up; a colour that is
// none is left out.
func NetStyle(c string) templ.Attributes {
	if !colour.MatchString(c) {
		return templ.Attributes{}
	}
	return Style("--net:" + c)
}

func current(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-current": "page"}
	}
	return templ.Attributes{}
}

func (v view) theme() templ.Attributes {
	if t := v.r.Person.Theme; t == "light" || t == "dark" {
		return templ.Attributes{"data-theme": t}
	}
	return templ.Attributes{}
}
