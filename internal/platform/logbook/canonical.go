package logbook

import (
	"bytes"
	"encoding/json"
)

// canonical writes a value as JSON with sorted keys and no escapes for HTML,
// so that the same facts always have the same bytes. nil is an empty object.
func canonical(v any) ([]byte, error) {
	if v == nil {
		return []byte("{}"), nil
	}
	first, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(first))
	d.UseNumber() // an id above 2^53 stays what it is
	var free any
	if err := d.Decode(&free); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(free); err != nil { // maps are written with sorted keys
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
