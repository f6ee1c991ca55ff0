package ui

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/base/fault"
)

// Form is what was entered and what is wrong with it. A nil *Form is an empty
// form, so that a page draws the same way the first time.
type Form struct {
	values  url.Values
	errors  map[string]string
	general string
}

// ReadForm reads a posted form (urlencoded or multipart up to the route's
// bound). Errors are invalid.
func ReadForm(r *Request) (*Form, error) {
	err := r.ParseForm()
	if err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		err = r.ParseMultipartForm(8 << 20)
	}
	if err != nil {
		if tooLarge(err) {
			return nil, err
		}
		return nil, fault.New(fault.Invalid, "").Because(err)
	}
	return &Form{values: r.Form}, nil
}

// Get is what was entered; empty when nothing was.
func (f *Form) Get(name string) string {
	if f == nil {
		return ""
	}
	return f.values.Get(name)
}

// All is every value entered under a name.
func (f *Form) All(name string) []string {
	if f == nil {
		return nil
	}
	return f.values[name]
}

// On tells whether a box was checked.
func (f *Form) On(name string) bool { return f.Get(name) != "" }

// Int reads a whole number; what is none is invalid at its field.
func (f *Form) Int(name string) (int, error) {
	n, err := strconv.Atoi(f.Get(name))
	if err != nil {
		return 0, fault.New(fault.Invalid, "ui.number").At(name).Because(err)
	}
	return n, nil
}

// Value is what was entered, or the given value before anything was.
func (f *Form) Value(name, before string) string {
	if f == nil || f.values == nil {
		return before
	}
	if v, ok := f.values[name]; ok {
		return v[0]
	}
	return before
}

// Checked is whether a box is checked, or the given state before the form was
// sent.
func (f *Form) Checked(name string, before bool) bool {
	if f == nil || f.values == nil {
		return before
	}
	return f.On(name)
}

// Refused keeps an error that the person can correct (invalid, conflict, and
// too_many) in the form, at its field, and says true: draw the form again with
// status 422. Any other error is the caller's to return.
func (f *Form) Refused(r *Request, err error) bool {
	e := fault.As(err)
	if e == nil || e.Kind != fault.Invalid && e.Kind != fault.Conflict && e.Kind != fault.TooMany {
		return false
	}
	if f.errors == nil {
		f.errors = map[string]string{}
	}
	if e.Field != "" {
		f.errors[e.Field] = r.Loc.Fault(err)
	} else {
		f.general = r.Loc.Fault(err)
	}
	return true
}

// Error is what is wrong with a field; empty when nothing is.
func (f *Form) Error(name string) string {
	if f == nil {
		return ""
	}
	return f.errors[name]
}

// General is what is wrong with the form as a whole.
func (f *Form) General() string {
	if f == nil {
		return ""
	}
	return f.general
}

// Option is one line of a select or one radio.
type Option struct{ Value, Label string }

// FieldOpt describes a field.
type FieldOpt struct {
	Form     *Form
	Name     string
	Label    string
	Help     string
	Optional string // a word after the label
	Type     string // as <input>, or "textarea", "select"; empty is text
	Value    string // before anything was entered
	Options  []Option
	Rows     int
	Required bool
	Auto     string // autocomplete
	ID       string // when one page has two fields of the same name
	Attrs    templ.Attributes
}

func (f FieldOpt) id() string {
	if f.ID != "" {
		return f.ID
	}
	return "f-" + f.Name
}

func (f FieldOpt) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f FieldOpt) rows() string { return strconv.Itoa(max(3, f.Rows)) }

func (f FieldOpt) value() string { return f.Form.Value(f.Name, f.Value) }

// shown never sends a password back.
func (f FieldOpt) shown() string {
	if f.Type == "password" {
		return ""
	}
	return f.value()
}

func (f FieldOpt) failure() string { return f.Form.Error(f.Name) }

func (f FieldOpt) attrs() templ.Attributes {
	a := templ.Attributes{}
	for k, v := range f.Attrs {
		a[k] = v
	}
	if f.Required {
		a["required"] = true
	}
	if f.Auto != "" {
		a["autocomplete"] = f.Auto
	}
	described := ""
	if f.failure() != "" {
		a["aria-invalid"] = "true"
		described = f.id() + "-e"
	}
	if f.Help != "" {
		if described != "" {
			described += " "
		}
		described += f.id() + "-h"
	}
	if described != "" {
		a["aria-describedby"] = described
	}
	return a
}
