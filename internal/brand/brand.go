package brand

import (
	"time"

	"vigie/internal/base/id"
)

// Brand is one tenant.
type Brand struct {
	ID       id.Brand     `json:"id"`
	Name     string       `json:"name"`
	About    string       `json:"about"`    // a word or two under the name: "biscuiterie"
	Monogram string       `json:"monogram"` // one to three letters
	Colour   string       `json:"colour"`   // CSS colour, "#b4512b"
	Language string       `json:"language"` // BCP 47, of what it publishes: "fr"
	Zone     string       `json:"zone"`     // IANA, of its calendar
	Week     time.Weekday `json:"week"`     // first day of its week
	Example  bool         `json:"example"`  // part of the example agency
	Made     time.Time    `json:"made"`
	Version  int64        `json:"version"`           // of its settings, for edits that must not overwrite
	Archived time.Time    `json:"archived,omitzero"` // zero: in use
}
