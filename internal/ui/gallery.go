package ui

import (
	"net/http"
	"net/url"

	"vigie/internal/base/fault"
)

// gallery is every component in every state, for screenshots and checks.
func (m *Mux) gallery(w http.ResponseWriter, r *Request) error {
	f := &Form{values: url.Values{"zone": {"Europe/Parys"}, "nom": {"Biscuiterie Kerlann"}, "relire": {"1"}, "nuit": {"1"}}}
	f.Refused(r, fault.New(fault.Invalid, "clock.zone").With("zone", "Europe/Parys").At("zone"))
	f.Refused(r, fault.New(fault.Conflict, ""))
	return Page(w, r, Frame{Title: "Composants", Sub: "référence", Active: "settings",
		Keys: []Key{{Keys: "F", Label: "filtrer", Click: "main .btn--quiet"}}}, gallery(r.Loc.Now(), f))
}
