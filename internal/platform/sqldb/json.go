package sqldb

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// JSON keeps a value nobody filters by in a TEXT column. The zero value of T
// is written as its JSON, never as NULL.
type JSON[T any] struct{ V T }

// Value implements driver.Valuer.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	return string(b), err
}

// Scan implements sql.Scanner.
func (j *JSON[T]) Scan(v any) error {
	var zero T
	j.V = zero
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		if v == "" || v == "null" || v == "[]" {
			return nil // the usual values of ten thousand rows, without a parser
		}
		return json.Unmarshal([]byte(v), &j.V)
	case []byte:
		if len(v) == 0 {
			return nil
		}
		return json.Unmarshal(v, &j.V)
	}
	return fmt.Errorf("sqldb: %T is not JSON", v)
}
