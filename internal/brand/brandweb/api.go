package brandweb

import (
	"context"
	"time"

	"vigie/internal/api"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/team"
)

type (
	settings struct {
		Name     string `json:"name" example:"Maison Legrand" maxLength:"200"`
		About    string `json:"about,omitempty" example:"biscuit maker" maxLength:"200"`
		Monogram string `json:"monogram,omitempty" doc:"One to three letters; empty: taken from the name"`
		Colour   string `json:"colour,omitempty" example:"#b4512b" doc:"#rrggbb; empty: of the palette"`
		Language string `json:"language,omitempty" doc:"BCP 47, of what it publishes; fr when empty"`
		Zone     string `json:"zone,omitempty" doc:"IANA; Europe/Paris when empty"`
		Week     *int   `json:"week,omitempty" minimum:"0" maximum:"6" doc:"First day: 0 is Sunday, 1 Monday (the default)"`
	}
	makeIn struct{ Body settings }
	editIn struct {
		api.InBrand
		api.IfMatch
		Body settings
	}
	archiveIn struct {
		api.InBrand
		Body struct {
			Name string `json:"name" doc:"The brand's own name, typed again"`
		}
	}
	archivedPath struct {
		Archived id.Brand `path:"archived" format:"uuid"`
	}
)

func (s settings) input() brand.Input {
	in := brand.Input{Name: s.Name, About: s.About, Monogram: s.Monogram, Colour: s.Colour, Language: s.Language, Zone: s.Zone, Week: time.Monday}
	if s.Week != nil {
		in.Week = time.Weekday(*s.Week)
	}
	return in
}

// API registers the operations.
func (f *Face) API(r *api.Registry) {
	const group = "Brands"
	type list = api.Out[api.List[brand.Brand]]
	api.Register(r, api.Op{ID: "list-brands", Method: "GET", Path: "/api/v1/brands", Guard: api.SignedIn, Group: group, Summary: "The brands in which you have a role"},
		func(ctx context.Context, c api.Call, _ *struct{}) (*list, error) {
			all, err := f.brands.List(ctx, c.Actor)
			return &list{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "make-brand", Method: "POST", Path: "/api/v1/brands", Guard: api.Admin, Group: group, Status: 201, Summary: "Make a brand; you become its owner"},
		func(ctx context.Context, c api.Call, in *makeIn) (*api.OutVersioned[brand.Brand], error) {
			b, err := f.brands.Make(ctx, c.Actor, in.Body.input())
			if err != nil {
				return nil, err
			}
			return api.Versioned(b, b.Version), nil
		})
	api.Register(r, api.Op{ID: "get-brand", Method: "GET", Path: "/api/v1/brands/{brand}", Guard: api.In(team.SeeBrand), Group: group, Summary: "Read a brand"},
		func(ctx context.Context, c api.Call, in *api.InBrand) (*api.OutVersioned[brand.Brand], error) {
			b, err := f.brands.Get(ctx, c.Actor, c.Brand)
			if err != nil {
				return nil, err
			}
			return api.Versioned(b, b.Version), nil
		})
	api.Register(r, api.Op{ID: "edit-brand", Method: "PUT", Path: "/api/v1/brands/{brand}", Guard: api.In(team.EditBrand), Group: group, Summary: "Change a brand's settings", Description: "What is left out or empty stays, except about. Needs If-Match: the later save never silently wins (409 otherwise)."},
		func(ctx context.Context, c api.Call, in *editIn) (*api.OutVersioned[brand.Brand], error) {
			v, err := in.Version()
			if err != nil {
				return nil, err
			}
			set := in.Body.input()
			if in.Body.Week == nil {
				now, err := f.brands.Get(ctx, c.Actor, c.Brand)
				if err != nil {
					return nil, err
				}
				set.Week = now.Week
			}
			b, err := f.brands.Edit(ctx, c.Actor, c.Brand, v, set)
			if err != nil {
				return nil, err
			}
			return api.Versioned(b, b.Version), nil
		})
	api.Register(r, api.Op{ID: "archive-brand", Method: "POST", Path: "/api/v1/brands/{brand}/archive", Guard: api.In(team.RemoveBrand), Group: group, Summary: "Put a brand away", Description: "Nothing leaves any more and nobody sees it; its owners can bring it back whole."},
		func(ctx context.Context, c api.Call, in *archiveIn) (*struct{}, error) {
			return nil, f.brands.Archive(ctx, c.Actor, c.Brand, in.Body.Name)
		})
	api.Register(r, api.Op{ID: "list-archived-brands", Method: "GET", Path: "/api/v1/archived-brands", Guard: api.SignedIn, Group: group, Summary: "The archived brands you own"},
		func(ctx context.Context, c api.Call, _ *struct{}) (*list, error) {
			all, err := f.brands.Archived(ctx, c.Actor)
			return &list{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "restore-brand", Method: "POST", Path: "/api/v1/archived-brands/{archived}/restore", Guard: api.SignedIn, Group: group, Summary: "Bring an archived brand back"},
		func(ctx context.Context, c api.Call, in *archivedPath) (*struct{}, error) {
			return nil, f.brands.Restore(ctx, c.Actor, in.Archived)
		})
}
