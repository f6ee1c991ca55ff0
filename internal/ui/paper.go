package ui

import (
	"net/http"

	"github.com/a-h/templ"
)

// Paper answers with a page for somebody outside of the house: the body draws
// everything, its <main id="contenu"> included, in the colour of a brand. It
// works by links and forms alone; a script that body brings only adds to it. status 0
// means 200.
func Paper(w http.ResponseWriter, r *Request, status int, title, colour string, body templ.Component) error {
	v := view{r: r, f: Frame{Title: title, Bare: true}}
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	return Fragment(w, r, status, paper(v, colour, body))
}
