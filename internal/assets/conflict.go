package assets

import "strings"

// Conflict is where a file says something else than a person did, or than
// nobody did yet.
type Conflict struct {
	// Field is "credit", "holder", "to", "ai", "credit_needed", "model" or
	// "property".
	Field string `json:"field"`
	// File and Record are what each says; Record is empty when nobody said
	// anything.
	File   string `json:"file"`
	Record string `json:"record"`
}

// Conflicts compares what the file of a media says with what people entered.
func Conflicts(m Media, r Rights) (out []Conflict) {
	f, l := m.Facts, r.Licence
	add := func(field, file, record string) {
		if file != "" {
			out = append(out, Conflict{field, file, record})
		}
	}
	if f.Expires != l.To {
		add("to", f.Expires, l.To)
	}
	if l.Known() {
		if f.Credit != "" && l.Credit != "" && !credits(l.Credit, f.Credit) && !credits(f.Credit, l.Credit) {
			add("credit", f.Credit, l.Credit)
		}
		if owner := f.Licensor; l.Holder != "" && owner != "" && !credits(owner, l.Holder) && !credits(l.Holder, owner) {
			add("holder", owner, l.Holder)
		} else if f.Licensor == "" && l.Holder != "" && f.Copyright != "" && !credits(f.Copyright+" "+f.Creator+" "+f.Credit+" "+f.Source, l.Holder) {
			add("holder", f.Copyright, l.Holder)
		}
		if f.AI != AIUnsaid && l.AI != f.AI && (l.AI != AIUnsaid || f.AI != AINone) {
			add("ai", string(f.AI), string(l.AI))
		}
		if f.CreditAsked && !l.CreditNeeded {
			add("credit_needed", "yes", "no")
		}
	}
	for _, k := range []struct {
		kind ConsentKind
		file string
	}{{Model, f.ModelRelease}, {Property, f.PropertyRelease}} {
		if k.file == "" || k.file == "not_needed" {
			continue
		}
		var have []string
		for _, c := range r.Consents {
			if c.Kind == k.kind {
				have = append(have, c.Who)
			}
		}
		if k.file == "all" && len(have) == 0 || k.file != "all" && len(have) > 0 || k.file == "none" {
			add(string(k.kind), k.file, strings.Join(have, ", "))
		}
	}
	return out
}
