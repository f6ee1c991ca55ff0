package publishingweb

import (
	"bytes"
	"context"
	"errors"
	"mime/multipart"
	"slices"

	"vigie/internal/api"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/publishing/exchange"
	"vigie/internal/team"
)

type (
	// ImportIn is the path of an operation on an import. It is exported for
	// huma, which reads the fields of no other embedded type.
	ImportIn struct {
		api.InBrand
		Import publishing.ImportID `path:"import" format:"uuid"`
	}
	importFileIn struct {
		api.InBrand
		RawBody multipart.Form
	}
	importSetIn struct {
		ImportIn
		Body struct {
			Fields     []string                `json:"fields,omitempty" doc:"What each column holds, by its place; empty for none" enum:"text,title,when,day,hour,channel,media,alt,link,labels,first_comment,draft,status," maxItems:"500"`
			Headless   *bool                   `json:"headless,omitempty" doc:"The first line is a post"`
			Order      string                  `json:"order,omitempty" enum:"dmy,mdy" doc:"Which of two small numbers is the day"`
			Places     map[string][]id.Channel `json:"places,omitempty" doc:"Channels that a name of the file means, by the key of the place in the report; an empty list leaves it aside"`
			Everywhere []id.Channel            `json:"everywhere,omitempty" doc:"Channels of rows that name none" maxItems:"200"`
			NoHour     string                  `json:"no_hour,omitempty" enum:"draft,slot"`
			Past       string                  `json:"past,omitempty" enum:"refuse,draft"`
			Drafts     bool                    `json:"drafts,omitempty" doc:"Everything comes in as drafts"`
			SkipTwins  bool                    `json:"skip_twins,omitempty" doc:"Leave out what stands on the calendar already"`
		}
	}
	importRunIn struct {
		ImportIn
		Body struct {
			SkipBad bool `json:"skip_bad,omitempty" doc:"Bad rows stay out, the others come in"`
			Again   bool `json:"again,omitempty" doc:"This very file came in before"`
		} `required:"false"`
	}
	exportIn struct {
		api.InBrand
		Format    string `query:"format" enum:"csv,xlsx,buffer,hootsuite,metricool" default:"csv"`
		From      string `query:"from" doc:"First day on the brand's wall" example:"2026-11-01"`
		To        string `query:"to" doc:"Last day, included" example:"2026-11-30"`
		Unplanned bool   `query:"unplanned" doc:"With drafts that have no hour"`
	}
	fileOut struct {
		ContentType string `header:"Content-Type"`
		Disposition string `header:"Content-Disposition"`
		Lost        string `header:"Vigie-Left-Out" doc:"Fields that the format has no room for"`
		Body        []byte
	}
	oneImport = api.Out[publishing.Import]
	imports   = api.Out[api.List[publishing.Import]]
)

func importOut(imp publishing.Import, err error) (*oneImport, error) {
	if err != nil {
		return nil, err
	}
	return &oneImport{Body: imp}, nil
}

func (f *Face) exchangeAPI(r *api.Registry) {
	const group, base = "Import and export", "/api/v1/brands/{brand}/imports"
	const one = base + "/{import}"
	write, export := api.In(team.WritePosts), api.In(team.Export)
	api.Register(r, api.Op{ID: "list-imports", Method: "GET", Path: base, Guard: write, Group: group, Summary: "List imports, the latest first"},
		func(ctx context.Context, c api.Call, in *struct{ api.InBrand }) (*imports, error) {
			all, err := f.Room.Imports(ctx, c.Actor, c.Brand)
			return &imports{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "open-import", Method: "POST", Path: base, Guard: write, Group: group, Status: 201, MaxBody: exchange.MaxBytes + 1<<20, Summary: "Look at a file: a dry run",
		Description: "One CSV, XLSX or ODS as multipart/form-data, field `file`. Nothing comes in: `report` names every bad row with its line, column, value and reason, and `questions` what must be answered before."},
		func(ctx context.Context, c api.Call, in *importFileIn) (_ *oneImport, err error) {
			defer func() { err = errors.Join(err, in.RawBody.RemoveAll()) }()
			list := in.RawBody.File["file"]
			if len(list) != 1 {
				return nil, fault.New(fault.Invalid, "import.no_file").At("body.file")
			}
			part, err := list[0].Open()
			if err != nil {
				return nil, err
			}
			defer part.Close()
			return importOut(f.Room.OpenImport(ctx, c.Actor, c.Brand, list[0].Filename, part))
		})
	api.Register(r, api.Op{ID: "get-import", Method: "GET", Path: one, Guard: write, Group: group, Summary: "Read an import and its report"},
		func(ctx context.Context, c api.Call, in *ImportIn) (*oneImport, error) {
			return importOut(f.Room.GetImport(ctx, c.Actor, c.Brand, in.Import))
		})
	api.Register(r, api.Op{ID: "set-import", Method: "PUT", Path: one, Guard: write, Group: group, Summary: "Answer what a file leaves open, and look again"},
		func(ctx context.Context, c api.Call, in *importSetIn) (*oneImport, error) {
			if _, err := f.Room.GetImport(ctx, c.Actor, c.Brand, in.Import); err != nil {
				return nil, err
			}
			b := in.Body
			set := publishing.ImportSettings{Headless: b.Headless, Order: exchange.Order(b.Order), Places: b.Places, Everywhere: b.Everywhere, NoHour: b.NoHour, Past: b.Past, Drafts: b.Drafts, SkipTwins: b.SkipTwins}
			for _, field := range b.Fields {
				if !slices.Contains(exchange.Fields(), exchange.Field(field)) {
					return nil, fault.New(fault.Invalid, "import.ask_text").At("body.fields")
				}
				set.Fields = append(set.Fields, exchange.Field(field))
			}
			return importOut(f.Room.SetImport(ctx, c.Actor, c.Brand, in.Import, set))
		})
	api.Register(r, api.Op{ID: "run-import", Method: "POST", Path: one + "/run", Guard: write, Group: group, Status: 202, Summary: "Bring a file in, whole or not at all",
		Description: "In the background: `state` is queued, then done or refused. Scheduling needs the right to publish."},
		func(ctx context.Context, c api.Call, in *importRunIn) (*oneImport, error) {
			return importOut(f.Room.RunImport(ctx, c.Actor, c.Brand, in.Import, publishing.Accept{Bad: in.Body.SkipBad, Again: in.Body.Again}))
		})
	api.Register(r, api.Op{ID: "undo-import", Method: "POST", Path: one + "/undo", Guard: write, Group: group, Summary: "Take an import back",
		Description: "What has not left goes into the bin (`report.taken`); what has left stays (`report.left`)."},
		func(ctx context.Context, c api.Call, in *ImportIn) (*oneImport, error) {
			return importOut(f.Room.UndoImport(ctx, c.Actor, c.Brand, in.Import))
		})
	api.Register(r, api.Op{ID: "drop-import", Method: "DELETE", Path: one, Guard: write, Group: group, Summary: "Forget a file that is not in"},
		func(ctx context.Context, c api.Call, in *ImportIn) (*struct{}, error) {
			return nil, f.Room.DropImport(ctx, c.Actor, c.Brand, in.Import)
		})
	api.Register(r, api.Op{ID: "export-posts", Method: "GET", Path: "/api/v1/brands/{brand}/export", Guard: export, Group: group, Summary: "The posts of a period in a file"},
		func(ctx context.Context, c api.Call, in *exportIn) (*fileOut, error) {
			format, ok := exchange.FormatOf(in.Format)
			if !ok {
				return nil, errFormat
			}
			items, err := f.Room.Export(ctx, c.Actor, c.Brand, publishing.Extract{From: in.From, To: in.To, Unplanned: in.Unplanned}, format)
			if err != nil {
				return nil, err
			}
			var b bytes.Buffer
			if err := exchange.Write(&b, format, items); err != nil {
				return nil, err
			}
			mime, ending := format.MIME()
			out := &fileOut{ContentType: mime, Disposition: `attachment; filename="vigie-` + format.Key + "." + ending + `"`, Body: b.Bytes()}
			for i, lost := range exchange.Loss(format.Profile, items) {
				if i > 0 {
					out.Lost += ", "
				}
				out.Lost += string(lost)
			}
			return out, nil
		})
}
