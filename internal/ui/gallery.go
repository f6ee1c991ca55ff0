package ui

import "net/http"

// gallery is every component in every state, for screenshots and checks.
func (m *Mux) gallery(w http.ResponseWriter, r *Request) error {
	return Page(w, r, Frame{Title: "Composants", Sub: "référence"}, gallery())
}
