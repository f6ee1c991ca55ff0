package publishingweb

import (
	"context"
	"time"

	"vigie/internal/api"
	"vigie/internal/base/fault"
	"vigie/internal/base/holidays"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

type (
	categoryIn struct {
		api.InBrand
		Category publishing.CategoryID `path:"category" format:"uuid"`
	}
	categoryBody struct {
		Name   string `json:"name" maxLength:"60" example:"Conseils"`
		Colour string `json:"colour,omitempty" doc:"#rrggbb; empty: the brand's" example:"#1f6f8b"`
		Weight int    `json:"weight" minimum:"0" maximum:"20" doc:"Its share of the slots open to all, beside the weights of the others; 0: its own slots only"`
		Paused bool   `json:"paused,omitempty" doc:"No free slot is its turn; what is planned stays. The operation pause holds it"`
	}
	makeCategoryIn struct {
		api.InBrand
		Body categoryBody
	}
	editCategoryIn struct {
		api.InBrand
		Category publishing.CategoryID `path:"category" format:"uuid"`
		Body     categoryBody
	}
	giveSlotIn struct {
		api.InBrand
		Slot string `path:"slot" format:"uuid"`
		Body struct {
			Category publishing.CategoryID `json:"category" doc:"Empty: open to all"`
		}
	}
	queuesIn struct {
		api.InBrand
		Days int `query:"days" default:"28" minimum:"1" maximum:"182"`
	}
	orderIn struct {
		api.InBrand
		Body struct {
			Posts []id.Post `json:"posts" minItems:"2" maxItems:"200" doc:"In the order in which they shall leave"`
		}
	}
	marksIn struct {
		api.InBrand
		Body publishing.Marks
	}
	daysIn struct {
		api.InBrand
		From string `query:"from" required:"true" format:"date" example:"2026-11-01"`
		To   string `query:"to" required:"true" format:"date" doc:"Included; at most 400 days later" example:"2026-11-30"`
	}
	markedDay struct {
		Day  string `json:"day" example:"2026-11-11"`
		Kind string `json:"kind" enum:"public,local,sensitive,silent,minded" doc:"local: in Alsace and Moselle; silent: nothing leaves"`
		Name string `json:"name" example:"Armistice de 1918"`
	}
	schoolBreak struct {
		Key  string `json:"key" enum:"autumn,christmas,winter,spring,summer"`
		From string `json:"from" doc:"First day without school"`
		To   string `json:"to" doc:"Last day"`
		Zone string `json:"zone" doc:"Empty: all of them"`
	}
	daysOut struct {
		Days   []markedDay   `json:"days"`
		School []schoolBreak `json:"school"`
		// What the table knows.
		SchoolFrom    string `json:"school_from" doc:"Nothing is known before"`
		SchoolChecked string `json:"school_checked" doc:"Later dates were not compared with the published order"`
		SchoolUntil   string `json:"school_until" doc:"Nothing is known after: an empty list says nothing there"`
	}
)

func (b categoryBody) category(c publishing.CategoryID) publishing.Category {
	return publishing.Category{ID: c, Name: b.Name, Colour: b.Colour, Weight: b.Weight, Paused: b.Paused}
}

// queueAPI registers the categories, the queues and the marked days.
func (f *Face) queueAPI(r *api.Registry) {
	see, drafts, publish := api.In(team.SeePlanning), api.In(team.SeeDrafts), api.In(team.PublishPosts)
	one := planPath + "/categories/{category}"
	api.Register(r, api.Op{ID: "list-categories", Method: "GET", Path: planPath + "/categories", Guard: see, Group: calendarGroup, Summary: "What a brand speaks of, and its share of the open slots"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[api.List[publishing.Category]], error) {
			out, err := f.Room.Categories(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[publishing.Category]]{Body: api.ListOf(out, "")}, err
		})
	api.Register(r, api.Op{ID: "make-category", Method: "POST", Path: planPath + "/categories", Guard: publish, Group: calendarGroup, Status: 201, Summary: "Make a category"},
		func(ctx context.Context, c api.Call, in *makeCategoryIn) (*api.Out[publishing.Category], error) {
			out, err := f.Room.SaveCategory(ctx, c.Actor, c.Brand, in.Body.category(""))
			return &api.Out[publishing.Category]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "edit-category", Method: "PUT", Path: one, Guard: publish, Group: calendarGroup, Summary: "Change a category, pause it or let it go on"},
		func(ctx context.Context, c api.Call, in *editCategoryIn) (*api.Out[publishing.Category], error) {
			out, err := f.Room.SaveCategory(ctx, c.Actor, c.Brand, in.Body.category(in.Category))
			return &api.Out[publishing.Category]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "remove-category", Method: "DELETE", Path: one, Guard: publish, Group: calendarGroup, Summary: "End a category", Description: "Its posts stay, without it; its slots are open to all. Safe to repeat."},
		func(ctx context.Context, c api.Call, in *categoryIn) (*struct{}, error) {
			return nil, f.Room.RemoveCategory(ctx, c.Actor, c.Brand, in.Category)
		})
	f.pauseAPI(r, one)
	api.Register(r, api.Op{ID: "give-slot", Method: "PUT", Path: planPath + "/slots/{slot}", Guard: publish, Group: calendarGroup, Summary: "Give a slot to a category, or to all"},
		func(ctx context.Context, c api.Call, in *giveSlotIn) (*api.Out[publishing.Slot], error) {
			out, err := f.Room.GiveSlot(ctx, c.Actor, c.Brand, in.Slot, in.Body.Category)
			return &api.Out[publishing.Slot]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "read-queues", Method: "GET", Path: planPath + "/queues", Guard: drafts, Group: calendarGroup, Summary: "What leaves next of each category, and the hours that wait for it",
		Description: "The last one is of no category. Slots open to all are shared by a smooth weighted round-robin counted over what is planned: the same inputs always give the same turns."},
		func(ctx context.Context, c api.Call, in *queuesIn) (*api.Out[api.List[publishing.Queue]], error) {
			out, err := f.Room.Queues(ctx, c.Actor, c.Brand, in.Days)
			return &api.Out[api.List[publishing.Queue]]{Body: api.ListOf(out, "")}, err
		})
	api.Register(r, api.Op{ID: "reorder-queue", Method: "POST", Path: planPath + "/queues/order", Guard: publish, Group: calendarGroup, Status: 200, Summary: "Give posts of a category each other's hours, all or none"},
		func(ctx context.Context, c api.Call, in *orderIn) (*api.Out[api.List[publishing.Moved]], error) {
			out, err := f.Room.Reorder(ctx, c.Actor, c.Brand, in.Body.Posts)
			return &api.Out[api.List[publishing.Moved]]{Body: api.ListOf(out, "")}, err
		})
	api.Register(r, api.Op{ID: "get-marks", Method: "GET", Path: planPath + "/calendar/marks", Guard: see, Group: calendarGroup, Summary: "Which days the calendar draws"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[publishing.Marks], error) {
			out, err := f.Room.CalendarMarks(ctx, c.Actor, c.Brand)
			return &api.Out[publishing.Marks]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "set-marks", Method: "PUT", Path: planPath + "/calendar/marks", Guard: publish, Group: calendarGroup, Summary: "Choose the days that the calendar draws, for everybody in the brand"},
		func(ctx context.Context, c api.Call, in *marksIn) (*api.Out[publishing.Marks], error) {
			out, err := f.Room.SetMarks(ctx, c.Actor, c.Brand, in.Body)
			return &api.Out[publishing.Marks]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "list-marked-days", Method: "GET", Path: planPath + "/calendar/days", Guard: see, Group: calendarGroup, Summary: "Holidays, commemorations, school holidays and the brand's silent days",
		Description: "All that Vigie knows, whatever the calendar draws. Names are in the caller's language."}, f.apiDays)
}

func (f *Face) apiDays(ctx context.Context, c api.Call, in *daysIn) (*api.Out[daysOut], error) {
	from, ferr := time.Parse(dayLayout, in.From)
	to, terr := time.Parse(dayLayout, in.To)
	if ferr != nil || terr != nil || to.Before(from) || to.Sub(from) > 400*24*time.Hour {
		return nil, fault.New(fault.Invalid, "").At("query.to")
	}
	k := &cal{loc: c.Loc, marks: publishing.Marks{Public: true, Local: true, Sensitive: true, Own: true}}
	if f.Silent != nil {
		var err error
		if k.silent, err = f.Silent(ctx, c.Actor, c.Brand); err != nil {
			return nil, err
		}
	}
	out := daysOut{Days: []markedDay{}, School: []schoolBreak{}, SchoolFrom: holidays.SchoolFrom, SchoolChecked: holidays.SchoolChecked, SchoolUntil: holidays.SchoolUntil}
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		for _, m := range k.marksOn(day) {
			out.Days = append(out.Days, markedDay{day.Format(dayLayout), m.Kind, m.Text})
		}
	}
	for _, b := range holidays.School(in.From, in.To) {
		out.School = append(out.School, schoolBreak(b))
	}
	return &api.Out[daysOut]{Body: out}, nil
}
