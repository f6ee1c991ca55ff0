package sqldb

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Time is an instant as both engines keep it: milliseconds since 1970 in a
// BIGINT, NULL for the zero time. One type for both sorts, compares and pages
// alike and needs no words of either engine.
type Time struct{ time.Time }

// At makes a Time, cut to the millisecond.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Millisecond)}
}

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UnixMilli(), nil
}

// Scan implements sql.Scanner.
func (t *Time) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		t.Time = time.Time{}
	case int64:
		t.Time = time.UnixMilli(v).UTC()
	default:
		return fmt.Errorf("sqldb: %T is not a time", v)
	}
	return nil
}
