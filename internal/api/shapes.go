package api

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
)

// InBrand is the path of an operation in a brand; embed it into the input.
type InBrand struct {
	Brand id.Brand `path:"brand" format:"uuid" doc:"The brand" example:"01931c1e-0000-7000-8000-000000000001"`
}

// Paged is the input of a list; embed it.
type Paged struct {
	Cursor string `query:"cursor" maxLength:"500" doc:"next of the answer before; empty: from the start"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most"`
}

// List is the body of an answer that is read by cursor.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"Cursor of what follows; absent at the end"`
}

// ListOf never says null for an empty list.
func ListOf[T any](items []T, next string) List[T] {
	if items == nil {
		items = []T{}
	}
	return List[T]{Items: items, Next: next}
}

// Out wraps a body, as huma wants it.
type Out[T any] struct{ Body T }

// OutSecret is Out for a body that holds a key shown once: the answer is not
// kept for repetitions, which get its status alone.
type OutSecret[T any] struct {
	Kept string `header:"Idempotency-Kept" doc:"no: the answer holds a secret, a repeated request gets none"`
	Body T
}

// Secret answers with a body that is not kept.
func Secret[T any](body T) *OutSecret[T] { return &OutSecret[T]{Kept: "no", Body: body} }

// OutVersioned is Out with the version as ETag.
type OutVersioned[T any] struct {
	ETag string `header:"ETag" doc:"Version, for If-Match"`
	Body T
}

// Versioned answers with a body and its version.
func Versioned[T any](body T, version int64) *OutVersioned[T] {
	return &OutVersioned[T]{ETag: ETag(version), Body: body}
}

// IfMatch is the input of a change that must not overwrite another's; embed it.
type IfMatch struct {
	IfMatch string `header:"If-Match" doc:"ETag of the version this change was made from" example:"\"3\""`
}

// Version reads the version; 0 when none was given (the change is made to
// whatever is there, if the verb allows it). Errors are invalid.
func (m IfMatch) Version() (int64, error) {
	s := strings.Trim(strings.TrimPrefix(strings.TrimSpace(m.IfMatch), "W/"), `"`)
	if s == "" || s == "*" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Invalid, "api.version").At("header.If-Match")
	}
	return n, nil
}

// ETag writes a version.
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// Cursor makes an opaque cursor of the last row's sort keys.
func Cursor(parts ...string) string {
	b, err := json.Marshal(parts)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// ReadCursor reads n parts back; an empty cursor gives nil. Errors are invalid.
func ReadCursor(s string, n int) ([]string, error) {
	if s == "" {
		return nil, nil
	}
	var parts []string
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(b, &parts) != nil || len(parts) != n {
		return nil, fault.New(fault.Invalid, "api.cursor").At("query.cursor")
	}
	return parts, nil
}
