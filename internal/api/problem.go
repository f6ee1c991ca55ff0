package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"vigie/internal/base/fault"
	"vigie/internal/platform/i18n"
)

// Problem is an error as programs read it (RFC 9457).
type Problem struct {
	Type   string `json:"type" doc:"Where the number is explained, on this server" example:"/docs/errors#1000"`
	Title  string `json:"title" doc:"The kind of error, in the caller's language"`
	Status int    `json:"status"`
	Detail string `json:"detail" doc:"What happened, what was kept, what to do, in the caller's language"`
	// Number is stable; programs decide by it.
	Number     int          `json:"number" doc:"Stable: decide by it" example:"1000"`
	Key        string       `json:"key" doc:"Stable name of the sentence" example:"fault.invalid"`
	Errors     []FieldError `json:"errors,omitempty" doc:"What is wrong, field by field"`
	RetryAfter int64        `json:"retry_after,omitempty" doc:"Seconds to wait at least"`
}

// FieldError is one thing wrong with the input.
type FieldError struct {
	Field   string `json:"field" example:"body.title"`
	Message string `json:"message"`
}

// Error implements error, for huma.
func (p *Problem) Error() string { return fmt.Sprintf("%d %s", p.Number, p.Key) }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func problem(_ context.Context, loc *i18n.Loc, err error) *Problem {
	e := fault.As(err)
	p := &Problem{
		Status: fault.HTTPStatus(err), Number: fault.Number(err), Key: fault.MessageKey(err),
		Title: loc.T("api.kind." + string(e.Kind)), Detail: loc.Fault(err), RetryAfter: int64(e.RetryAfter.Seconds()),
	}
	p.Type = fmt.Sprintf("/docs/errors#%d", p.Number)
	if e.Field != "" {
		p.Errors = []FieldError{{Field: e.Field, Message: p.Detail}}
	}
	return p
}

func writeProblem(w http.ResponseWriter, r *http.Request, loc *i18n.Loc, err error) {
	p := problem(r.Context(), loc, err)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", loc.Lang)
	if p.RetryAfter > 0 {
		h.Set("Retry-After", fmt.Sprint(p.RetryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the reader has left
}

// kindOf turns the statuses of huma's own refusals back into kinds.
func kindOf(status int) fault.Kind {
	for _, k := range fault.Kinds() {
		if fault.HTTPStatus(fault.New(k, "")) == status {
			return k
		}
	}
	if status >= 500 {
		return fault.Internal
	}
	return fault.Invalid
}

var speak sync.Once

// speakProblems makes huma's own refusals (a missing field, a broken body)
// problems of ours. huma keeps this in package variables; every registry sets
// the same.
func speakProblems() {
	speak.Do(func() {
		plain := func(loc *i18n.Loc, status int, errs ...error) huma.StatusError {
			p := problem(context.Background(), loc, fault.New(kindOf(status), ""))
			p.Status = status
			for _, err := range errs {
				if d, ok := err.(huma.ErrorDetailer); ok {
					p.Errors = append(p.Errors, FieldError{Field: d.ErrorDetail().Location, Message: d.ErrorDetail().Message})
				}
			}
			return p
		}
		huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
			return plain(i18n.From(context.Background()), status, errs...)
		}
		huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
			loc := i18n.From(context.Background())
			if ctx != nil {
				if c := callOf(ctx.Context()); c != nil {
					loc = c.Loc
				}
			}
			return plain(loc, status, errs...)
		}
	})
}
