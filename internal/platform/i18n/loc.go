package i18n

import (
	"context"
	"fmt"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
)

// Loc is a language, a zone and a clock: all that is needed to say something
// to a person. Loc values are read-only; In returns a copy.
type Loc struct {
	Lang string
	Zone *time.Location
	Now  clock.Now
	c    *Catalog
}

// For returns the locale of a language (French for one Vigie does not speak),
// in UTC.
func (c *Catalog) For(lang string) *Loc {
	if _, ok := c.langs[lang]; !ok {
		lang = Default
	}
	return &Loc{Lang: lang, Zone: time.UTC, Now: clock.System, c: c}
}

// In returns the locale with the hours of another zone; an unknown name
// changes nothing.
func (l *Loc) In(zone string) *Loc {
	z, err := clock.Zone(zone)
	if err != nil {
		return l
	}
	c := *l
	c.Zone = z
	return &c
}

// At returns the locale with another clock, which tests fix.
func (l *Loc) At(now clock.Now) *Loc { c := *l; c.Now = now; return &c }

// T returns the message of the key, with pairs of names and values for its
// places: T("<key>", "n", 3, "network", "Mastodon"). Numbers are written
// as the language writes them; "n" chooses the plural form. A key without a
// message is returned as it is.
func (l *Loc) T(key string, pairs ...any) string {
	m, ok := l.c.langs[l.Lang][key]
	if !ok {
		return key
	}
	text := m.other
	if m.one != "" {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == "n" && l.One(pairs[i+1]) {
				text = m.one
			}
		}
	}
	return fill(text, func(name string) (string, bool) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return l.Value(pairs[i+1]), true
			}
		}
		return "", false
	})
}

// Has tells whether the key has a message.
func (l *Loc) Has(key string) bool { return l.c.Has(l.Lang, key) }

// Value writes a value as the language does: numbers, moments, the rest as Go.
func (l *Loc) Value(v any) string {
	switch v := v.(type) {
	case string:
		if len(v) == len(time.DateOnly) && v[4] == '-' && v[7] == '-' { // a day, as it survives being kept as JSON
			if d, err := time.Parse(time.DateOnly, v); err == nil {
				return l.onDay(d)
			}
		}
		return v
	case int:
		return l.Number(float64(v), 0)
	case int64:
		return l.Number(float64(v), 0)
	case int32:
		return l.Number(float64(v), 0)
	case float64:
		return l.Number(v, 2)
	case time.Time:
		return l.DateTime(v)
	case time.Duration:
		return l.Span(v)
	case nil:
		return ""
	}
	return fmt.Sprint(v)
}

// onDay writes a day that is of no zone: the date it names, wherever one reads.
func (l *Loc) onDay(d time.Time) string {
	c := *l
	c.Zone = time.UTC
	return c.LongDate(d)
}

// One tells whether a count takes the singular: 0 and 1 in French (and 1.5),
// only 1 in English (CLDR).
func (l *Loc) One(n any) bool {
	var f float64
	switch v := n.(type) {
	case int:
		f = float64(v)
	case int64:
		f = float64(v)
	case int32:
		f = float64(v)
	case float64:
		f = v
	default:
		return false
	}
	if f < 0 {
		f = -f
	}
	if l.Lang == "fr" {
		return f < 2
	}
	return f == 1
}

// Fault says an error to the person: its own sentence, or the general one of
// its kind. Never the cause.
func (l *Loc) Fault(err error) string {
	if err == nil {
		return ""
	}
	e := fault.As(err)
	key := fault.MessageKey(err)
	if !l.Has(key) {
		key = fault.MessageKey(fault.New(e.Kind, ""))
	}
	pairs := make([]any, 0, 2*len(e.Values))
	for k, v := range e.Values {
		pairs = append(pairs, k, v)
	}
	if e.RetryAfter > 0 {
		pairs = append(pairs, "wait", l.Span(e.RetryAfter))
	}
	return l.T(key, pairs...)
}

type inContext struct{}

var fallback = Must().For(Default)

// With returns a context that carries the locale, for templates.
func With(ctx context.Context, l *Loc) context.Context {
	return context.WithValue(ctx, inContext{}, l)
}

// From returns the locale of the context; French with only the general
// messages when there is none.
func From(ctx context.Context) *Loc {
	if l, ok := ctx.Value(inContext{}).(*Loc); ok {
		return l
	}
	return fallback
}

// Language is the language of the context's locale; empty when there is none,
// as in a job or on the command line.
func Language(ctx context.Context) string {
	if l, ok := ctx.Value(inContext{}).(*Loc); ok {
		return l.Lang
	}
	return ""
}

// T is From(ctx).T: what templates call.
func T(ctx context.Context, key string, pairs ...any) string { return From(ctx).T(key, pairs...) }
