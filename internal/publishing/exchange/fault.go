package exchange

// Fault is what is wrong with one cell, or with a whole row.
type Fault struct {
	Line   int            `json:"line"`
	Column string         `json:"column,omitempty"` // as the header calls it
	Value  string         `json:"value,omitempty"`  // the beginning of what stands there
	Key    string         `json:"key"`              // message key of the reason
	Values map[string]any `json:"values,omitempty"`
	// Mild faults are told and let the row in.
	Mild bool `json:"mild,omitempty"`
}
