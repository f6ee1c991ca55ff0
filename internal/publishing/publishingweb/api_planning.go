package publishingweb

import (
	"context"
	"time"

	"vigie/internal/api"
	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

type (
	calendarIn struct {
		api.InBrand
		From       time.Time   `query:"from" required:"true" doc:"First instant" example:"2026-11-09T00:00:00+01:00"`
		To         time.Time   `query:"to" required:"true" doc:"First instant after" example:"2026-11-16T00:00:00+01:00"`
		Badge      []string    `query:"badge" doc:"States of the publication; none for posts that are not scheduled" enum:"none,scheduled,pending,sending,sent,unknown,failed,partial,frozen,withdrawn"`
		Validation []string    `query:"validation" doc:"States of the validation" maxItems:"20"`
		Channel    id.Channel  `query:"channel" format:"uuid"`
		Campaign   id.Campaign `query:"campaign" format:"uuid"`
		Label      string      `query:"label" maxLength:"60"`
		Author     id.Person   `query:"author" format:"uuid"`
	}
	calendarOut struct {
		Items []publishing.Row `json:"items"`
		More  bool             `json:"more" doc:"There are more posts than one calendar holds: ask for fewer days"`
	}
	moveItem struct {
		Post id.Post `json:"post" format:"uuid"`
		To   string  `json:"to" doc:"Hour on the brand's wall" example:"2026-11-10T12:15"`
		Zone string  `json:"zone,omitempty" doc:"IANA zone of to; the brand's when left out"`
	}
	movesIn struct {
		api.InBrand
		Body struct {
			Moves []moveItem `json:"moves" minItems:"1" maxItems:"200" doc:"All are done, or none"`
		}
	}
	slotsIn struct {
		api.InBrand
		Channel id.Channel `query:"channel" format:"uuid" doc:"Of one channel only"`
	}
	addSlotIn struct {
		api.InBrand
		Body struct {
			Channel id.Channel `json:"channel" format:"uuid"`
			Weekday int        `json:"weekday" minimum:"0" maximum:"6" doc:"0 is Sunday"`
			Local   string     `json:"local" example:"09:00" doc:"Hour on the brand's wall"`
		}
	}
	slotIn struct {
		api.InBrand
		Slot string `path:"slot" format:"uuid"`
	}
	freeIn struct {
		api.InBrand
		From    time.Time    `query:"from" doc:"Now when left out"`
		To      time.Time    `query:"to" doc:"Four weeks after from when left out"`
		Channel []id.Channel `query:"channel" doc:"Of these channels only" maxItems:"100"`
	}
	campaignIn struct {
		api.InBrand
		Campaign id.Campaign `path:"campaign" format:"uuid"`
	}
	campaignBody struct {
		Name   string `json:"name" maxLength:"400" example:"Coffret de Noël"`
		Colour string `json:"colour,omitempty" doc:"#rrggbb; empty: the brand's" example:"#b4512b"`
		From   string `json:"from" doc:"First day" example:"2026-11-09"`
		To     string `json:"to" doc:"Last day, included" example:"2026-11-22"`
	}
	makeCampaignIn struct {
		api.InBrand
		Body campaignBody
	}
	editCampaignIn struct {
		api.InBrand
		Campaign id.Campaign `path:"campaign" format:"uuid"`
		Body     campaignBody
	}
	freezeBody struct {
		Reason string `json:"reason" maxLength:"2000" doc:"Everybody in the brand reads it"`
	}
	freezeIn struct {
		api.InBrand
		Body freezeBody
	}
	freezeAllIn struct{ Body freezeBody }
)

func (b campaignBody) campaign(c id.Campaign) publishing.Campaign {
	return publishing.Campaign{ID: c, Name: b.Name, Colour: b.Colour, From: b.From, To: b.To}
}

const (
	calendarGroup = "Calendar"
	planPath      = "/api/v1/brands/{brand}"
)

// planningAPI registers the calendar, the slots, the campaigns and the freeze.
func (f *Face) planningAPI(r *api.Registry) {
	see, write, publish := api.In(team.SeePlanning), api.In(team.WritePosts), api.In(team.PublishPosts)
	api.Register(r, api.Op{ID: "read-calendar", Method: "GET", Path: planPath + "/calendar", Guard: see, Group: calendarGroup, Summary: "The posts whose hour lies between two instants", Description: "In the order of their hours, at most 5,000."},
		f.apiCalendar)
	api.Register(r, api.Op{ID: "move-posts", Method: "POST", Path: planPath + "/moves", Guard: write, Group: calendarGroup, Status: 200, Summary: "Give posts other hours, all or none",
		Description: "What is scheduled moves with its content untouched; a draft's wish moves. An hour in the past is refused (422), what is leaving or has left is a conflict (409). `fit` says `gap` or `twice` on the nights the clocks change. Moving each post back to `from` undoes it."},
		func(ctx context.Context, c api.Call, in *movesIn) (*api.Out[api.List[publishing.Moved]], error) {
			moves := make([]publishing.Move, len(in.Body.Moves))
			for i, m := range in.Body.Moves {
				moves[i] = publishing.Move{Post: m.Post, To: clock.Wall{Local: m.To, Zone: m.Zone}}
			}
			out, err := f.Room.MoveTo(ctx, c.Actor, c.Brand, moves...)
			return &api.Out[api.List[publishing.Moved]]{Body: api.ListOf(out, "")}, err
		})
	api.Register(r, api.Op{ID: "list-labels", Method: "GET", Path: planPath + "/labels", Guard: see, Group: calendarGroup, Summary: "The labels in use"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[api.List[string]], error) {
			out, err := f.Room.Labels(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[string]]{Body: api.ListOf(out, "")}, err
		})
	f.slotsAPI(r, see, publish)
	f.campaignsAPI(r, see, write)
	f.freezeAPI(r, see)
}

func (f *Face) apiCalendar(ctx context.Context, c api.Call, in *calendarIn) (*api.Out[calendarOut], error) {
	w := publishing.Filter{Channel: in.Channel, Campaign: in.Campaign, Label: in.Label, Author: in.Author}
	for _, b := range in.Badge {
		if b == noBadge {
			b = ""
		}
		w.Badges = append(w.Badges, publishing.Badge(b))
	}
	for _, v := range in.Validation {
		w.Validation = append(w.Validation, publishing.Validation(v))
	}
	rows, more, err := f.Room.Calendar(ctx, c.Actor, c.Brand, in.From, in.To, w)
	if rows == nil {
		rows = []publishing.Row{}
	}
	return &api.Out[calendarOut]{Body: calendarOut{rows, more}}, err
}

func (f *Face) slotsAPI(r *api.Registry, see, publish api.Guard) {
	api.Register(r, api.Op{ID: "list-slots", Method: "GET", Path: planPath + "/slots", Guard: see, Group: calendarGroup, Summary: "The hours of the week at which channels like to publish"},
		func(ctx context.Context, c api.Call, in *slotsIn) (*api.Out[api.List[publishing.Slot]], error) {
			all, err := f.Room.Slots(ctx, c.Actor, c.Brand)
			var out []publishing.Slot
			for _, s := range all {
				if in.Channel == "" || s.Channel == in.Channel {
					out = append(out, s)
				}
			}
			return &api.Out[api.List[publishing.Slot]]{Body: api.ListOf(out, "")}, err
		})
	api.Register(r, api.Op{ID: "add-slot", Method: "POST", Path: planPath + "/slots", Guard: publish, Group: calendarGroup, Status: 201, Summary: "Give a channel an hour of the week", Description: "The same hour twice is one slot."},
		func(ctx context.Context, c api.Call, in *addSlotIn) (*api.Out[publishing.Slot], error) {
			s, err := f.Room.AddSlot(ctx, c.Actor, c.Brand, in.Body.Channel, time.Weekday(in.Body.Weekday), in.Body.Local)
			return &api.Out[publishing.Slot]{Body: s}, err
		})
	api.Register(r, api.Op{ID: "remove-slot", Method: "DELETE", Path: planPath + "/slots/{slot}", Guard: publish, Group: calendarGroup, Summary: "Take an hour away", Description: "Posts already planned at it stay. Safe to repeat."},
		func(ctx context.Context, c api.Call, in *slotIn) (*struct{}, error) {
			return nil, f.Room.RemoveSlot(ctx, c.Actor, c.Brand, in.Slot)
		})
	api.Register(r, api.Op{ID: "list-free-slots", Method: "GET", Path: planPath + "/slots/free", Guard: see, Group: calendarGroup, Summary: "The slots at which nothing is planned yet", Description: "In the order of time; an hour that the clocks skip is left out. At most a year."},
		func(ctx context.Context, c api.Call, in *freeIn) (*api.Out[api.List[publishing.Free]], error) {
			if in.From.IsZero() {
				in.From = clock.System()
			}
			if in.To.IsZero() {
				in.To = in.From.AddDate(0, 0, 28)
			}
			if in.To.Sub(in.From) > 366*24*time.Hour {
				return nil, fault.New(fault.Invalid, "").At("query.to")
			}
			all, err := f.Room.FreeSlots(ctx, c.Actor, c.Brand, in.From, in.To)
			var out []publishing.Free
			for _, s := range all {
				for _, ch := range in.Channel {
					if s.Slot.Channel == ch {
						out = append(out, s)
					}
				}
				if len(in.Channel) == 0 {
					out = append(out, s)
				}
			}
			return &api.Out[api.List[publishing.Free]]{Body: api.ListOf(out, "")}, err
		})
}

func (f *Face) campaignsAPI(r *api.Registry, see, write api.Guard) {
	api.Register(r, api.Op{ID: "list-campaigns", Method: "GET", Path: planPath + "/campaigns", Guard: see, Group: calendarGroup, Summary: "The brand's campaigns, by first day"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[api.List[publishing.Campaign]], error) {
			out, err := f.Room.Campaigns(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[publishing.Campaign]]{Body: api.ListOf(out, "")}, err
		})
	api.Register(r, api.Op{ID: "make-campaign", Method: "POST", Path: planPath + "/campaigns", Guard: write, Group: calendarGroup, Status: 201, Summary: "Make a campaign"},
		func(ctx context.Context, c api.Call, in *makeCampaignIn) (*api.Out[publishing.Campaign], error) {
			out, err := f.Room.SaveCampaign(ctx, c.Actor, c.Brand, in.Body.campaign(""))
			return &api.Out[publishing.Campaign]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "edit-campaign", Method: "PUT", Path: planPath + "/campaigns/{campaign}", Guard: write, Group: calendarGroup, Summary: "Change a campaign"},
		func(ctx context.Context, c api.Call, in *editCampaignIn) (*api.Out[publishing.Campaign], error) {
			out, err := f.Room.SaveCampaign(ctx, c.Actor, c.Brand, in.Body.campaign(in.Campaign))
			return &api.Out[publishing.Campaign]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "remove-campaign", Method: "DELETE", Path: planPath + "/campaigns/{campaign}", Guard: write, Group: calendarGroup, Summary: "End a campaign", Description: "Its posts stay, without it. Safe to repeat."},
		func(ctx context.Context, c api.Call, in *campaignIn) (*struct{}, error) {
			return nil, f.Room.RemoveCampaign(ctx, c.Actor, c.Brand, in.Campaign)
		})
}

func (f *Face) freezeAPI(r *api.Registry, see api.Guard) {
	type freezes = api.Out[api.List[publishing.Freeze]]
	freeze := api.In(team.Freeze)
	list := func(ctx context.Context, a team.Actor, b id.Brand) (*freezes, error) {
		out, err := f.Room.Freezes(ctx, a, b)
		return &freezes{Body: api.ListOf(out, "")}, err
	}
	stop := func(ctx context.Context, a team.Actor, b id.Brand, reason string) (*api.Out[publishing.Frost], error) {
		out, err := f.Room.Freeze(ctx, a, b, reason)
		if out.Leaving == nil {
			out.Leaving = []id.Publication{}
		}
		return &api.Out[publishing.Frost]{Body: out}, err
	}
	lift := func(ctx context.Context, a team.Actor, b id.Brand) (*api.Out[publishing.Thawed], error) {
		out, err := f.Room.Thaw(ctx, a, b)
		if out.Missed == nil {
			out.Missed = []id.Publication{}
		}
		return &api.Out[publishing.Thawed]{Body: out}, err
	}
	api.Register(r, api.Op{ID: "get-freeze", Method: "GET", Path: planPath + "/freeze", Guard: see, Group: calendarGroup, Summary: "The freezes that hold a brand: its own and the one for all"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*freezes, error) {
			return list(ctx, c.Actor, c.Brand)
		})
	api.Register(r, api.Op{ID: "freeze-brand", Method: "POST", Path: planPath + "/freeze", Guard: freeze, Group: calendarGroup, Status: 200, Summary: "Hold everything scheduled in a brand",
		Description: "When it answers, nothing leaves any more. `leaving` were already with their network and cannot be called back. A frozen brand is a conflict."},
		func(ctx context.Context, c api.Call, in *freezeIn) (*api.Out[publishing.Frost], error) {
			return stop(ctx, c.Actor, c.Brand, in.Body.Reason)
		})
	api.Register(r, api.Op{ID: "thaw-brand", Method: "DELETE", Path: planPath + "/freeze", Guard: freeze, Group: calendarGroup, Status: 200, Summary: "Lift a brand's freeze",
		Description: "What is still to come leaves at its hour. `missed` stay held until somebody gives them another hour or sends them. Safe to repeat."},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[publishing.Thawed], error) {
			return lift(ctx, c.Actor, c.Brand)
		})
	api.Register(r, api.Op{ID: "get-freeze-of-all", Method: "GET", Path: "/api/v1/freeze", Guard: api.Admin, Group: calendarGroup, Summary: "The freeze of all brands"},
		func(ctx context.Context, c api.Call, _ *struct{}) (*freezes, error) {
			return list(ctx, c.Actor, publishing.AllBrands)
		})
	api.Register(r, api.Op{ID: "freeze-all", Method: "POST", Path: "/api/v1/freeze", Guard: api.Admin, Group: calendarGroup, Status: 200, Summary: "Hold everything scheduled in all brands"},
		func(ctx context.Context, c api.Call, in *freezeAllIn) (*api.Out[publishing.Frost], error) {
			return stop(ctx, c.Actor, publishing.AllBrands, in.Body.Reason)
		})
	api.Register(r, api.Op{ID: "thaw-all", Method: "DELETE", Path: "/api/v1/freeze", Guard: api.Admin, Group: calendarGroup, Status: 200, Summary: "Lift the freeze of all brands"},
		func(ctx context.Context, c api.Call, _ *struct{}) (*api.Out[publishing.Thawed], error) {
			return lift(ctx, c.Actor, publishing.AllBrands)
		})
}
