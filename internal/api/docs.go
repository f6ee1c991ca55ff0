package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/a-h/templ"
	"github.com/danielgtaylor/huma/v2"

	"vigie/internal/base/fault"
	"vigie/internal/platform/i18n"
)

// group is one heading of the documentation.
type group struct {
	Name string
	Ops  []docOp
}

type docOp struct {
	Op
	Params []docParam
	Body   []docParam
	Answer []docParam
	Status string
	Curl   string
}

type docParam struct {
	Name, In, Type, Text string
	Required             bool
	Depth                int
}

func (r *Registry) docs(w http.ResponseWriter, req *http.Request) {
	host := "https://" + req.Host
	if req.TLS == nil && req.Header.Get("X-Forwarded-Proto") != "https" {
		host = "http://" + req.Host
	}
	r.render(w, req, docsPage(r.groups(host)))
}

func (r *Registry) errorDocs(w http.ResponseWriter, req *http.Request) {
	var rows []errorDoc
	loc := callOf(req.Context()).Loc
	for _, k := range fault.Kinds() {
		err := fault.New(k, "")
		rows = append(rows, errorDoc{Number: fault.Number(err), Status: fault.HTTPStatus(err), Key: fault.MessageKey(err),
			Title: loc.T("api.kind." + string(k)), Text: loc.Fault(err), Retry: fault.Retry(err)})
	}
	r.render(w, req, errorsPage(rows))
}

type errorDoc struct {
	Number, Status   int
	Key, Title, Text string
	Retry            bool
}

func (r *Registry) render(w http.ResponseWriter, req *http.Request, c templ.Component) {
	var b bytes.Buffer
	loc := callOf(req.Context()).Loc
	if err := c.Render(i18n.With(req.Context(), loc), &b); err != nil {
		r.cfg.Log.Error("api docs", "err", err)
		writeProblem(w, req, loc, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", loc.Lang)
	_, _ = w.Write(b.Bytes()) // the reader has left
}

// groups lists the operations by heading, in the order they were registered.
func (r *Registry) groups(host string) []group {
	var out []group
	for _, op := range r.ops {
		if op.Hidden {
			continue
		}
		i := slices.IndexFunc(out, func(g group) bool { return g.Name == op.Group })
		if i < 0 {
			out = append(out, group{Name: op.Group})
			i = len(out) - 1
		}
		out[i].Ops = append(out[i].Ops, r.describe(op, host))
	}
	return out
}

func (r *Registry) operation(op Op) *huma.Operation {
	item := r.huma.OpenAPI().Paths[op.Path]
	if item == nil {
		return nil
	}
	switch op.Method {
	case http.MethodGet:
		return item.Get
	case http.MethodPost:
		return item.Post
	case http.MethodPut:
		return item.Put
	case http.MethodPatch:
		return item.Patch
	case http.MethodDelete:
		return item.Delete
	}
	return nil
}

func (r *Registry) describe(op Op, host string) docOp {
	d := docOp{Op: op}
	o := r.operation(op)
	if o == nil {
		return d
	}
	for _, p := range o.Parameters {
		d.Params = append(d.Params, docParam{Name: p.Name, In: p.In, Type: typeOf(p.Schema), Text: p.Description, Required: p.Required})
	}
	var example any
	if o.RequestBody != nil {
		for _, m := range o.RequestBody.Content {
			d.Body = r.fields(m.Schema, 0, nil)
			example = r.example(m.Schema, 0)
		}
	}
	codes := make([]string, 0, len(o.Responses))
	for code := range o.Responses {
		codes = append(codes, code)
	}
	sort.Strings(codes)
	if len(codes) > 0 {
		d.Status = codes[0]
		for _, m := range o.Responses[codes[0]].Content {
			d.Answer = r.fields(m.Schema, 0, nil)
		}
	}
	d.Curl = curl(op, host, example)
	return d
}

func typeOf(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	t := s.Type
	if s.Ref != "" {
		t = s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	}
	if s.Type == huma.TypeArray {
		t = typeOf(s.Items) + "[]"
	}
	if s.Format != "" {
		t += " (" + s.Format + ")"
	}
	if len(s.Enum) > 0 {
		var words []string
		for _, e := range s.Enum {
			b, err := json.Marshal(e)
			if err == nil {
				words = append(words, strings.Trim(string(b), `"`))
			}
		}
		t += ": " + strings.Join(words, " | ")
	}
	return t
}

func (r *Registry) resolve(s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = r.huma.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// fields lists a schema's properties, those of its objects indented.
func (r *Registry) fields(s *huma.Schema, depth int, seen []*huma.Schema) []docParam {
	s = r.resolve(s)
	if s != nil && s.Type == huma.TypeArray {
		s = r.resolve(s.Items)
	}
	if s == nil || depth > 4 || slices.Contains(seen, s) {
		return nil
	}
	seen = append(seen, s)
	names := make([]string, 0, len(s.Properties))
	for n := range s.Properties {
		names = append(names, n)
	}
	sort.Strings(names)
	var out []docParam
	for _, n := range names {
		p := s.Properties[n]
		text := p.Description
		if rp := r.resolve(p); text == "" && rp != nil {
			text = rp.Description
		}
		out = append(out, docParam{Name: n, Type: typeOf(p), Text: text, Required: slices.Contains(s.Required, n), Depth: depth})
		out = append(out, r.fields(p, depth+1, seen)...)
	}
	return out
}

// example makes a body to show: the examples of the tags, or something of the
// right kind.
func (r *Registry) example(s *huma.Schema, depth int) any {
	s = r.resolve(s)
	if s == nil || depth > 4 {
		return nil
	}
	if len(s.Examples) > 0 {
		return s.Examples[0]
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	switch s.Type {
	case huma.TypeObject:
		out := map[string]any{}
		for n, p := range s.Properties {
			if slices.Contains(s.Required, n) || len(r.resolve(p).Examples) > 0 {
				out[n] = r.example(p, depth+1)
			}
		}
		return out
	case huma.TypeArray:
		return []any{r.example(s.Items, depth+1)}
	case huma.TypeInteger, huma.TypeNumber:
		return 1
	case huma.TypeBoolean:
		return true
	}
	if s.Format == "date-time" {
		return "2026-11-10T11:15:00Z"
	}
	return "…"
}

func curl(op Op, host string, body any) string {
	var b strings.Builder
	b.WriteString("curl")
	if op.Method != http.MethodGet {
		b.WriteString(" -X " + op.Method)
	}
	b.WriteString(" '" + host + op.Path + "'")
	if op.Guard.kind != "public" {
		b.WriteString(" \\\n  -H 'Authorization: Bearer vg_…'")
	}
	if op.Method == http.MethodPost {
		b.WriteString(" \\\n  -H 'Idempotency-Key: 7c1f0e52-a'")
	}
	if body != nil {
		var j bytes.Buffer
		e := json.NewEncoder(&j)
		e.SetEscapeHTML(false)
		if e.Encode(body) == nil {
			b.WriteString(" \\\n  -H 'Content-Type: application/json' \\\n  -d '" + strings.ReplaceAll(strings.TrimSpace(j.String()), "'", `'\''`) + "'")
		}
	}
	return b.String()
}

// anchor is a heading's id.
func anchor(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' {
			return c
		}
		if c >= 'A' && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return '-'
	}, s)
}
