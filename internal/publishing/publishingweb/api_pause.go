package publishingweb

import (
	"context"

	"vigie/internal/api"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

type (
	pauseIn struct {
		api.InBrand
		Category publishing.CategoryID `path:"category" format:"uuid"`
		Body     struct {
			Hold bool `json:"hold" doc:"What is planned is held too, until the category goes on"`
		}
	}
	pauseOut struct {
		Held int `json:"held" doc:"Posts that this pause holds now"`
	}
	resumeIn struct {
		api.InBrand
		Category publishing.CategoryID `path:"category" format:"uuid"`
		Body     struct {
			Late publishing.Late `json:"late,omitempty" enum:"slots,drafts" doc:"What becomes of held posts whose hour has passed: the next free slots, or drafts. Asked for when there are any"`
		}
	}
	evergreenIn struct {
		api.InBrand
		Category publishing.CategoryID `path:"category" format:"uuid"`
		Body     struct {
			On    bool `json:"on"`
			After int  `json:"after" minimum:"1" maximum:"3650" doc:"Days since a post was last said" example:"90"`
			Times int  `json:"times" minimum:"1" maximum:"50" doc:"How often a post is said again at most" example:"3"`
		}
	}
)

// pauseAPI registers the pause of a category, what it holds, and its evergreen.
func (f *Face) pauseAPI(r *api.Registry, one string) {
	see, publish := api.In(team.SeePlanning), api.In(team.PublishPosts)
	api.Register(r, api.Op{ID: "get-hold", Method: "GET", Path: one + "/hold", Guard: see, Group: calendarGroup, Summary: "How many posts a pause would hold, or holds"},
		func(ctx context.Context, c api.Call, in *categoryIn) (*api.Out[publishing.Hold], error) {
			out, err := f.Room.HoldOf(ctx, c.Actor, c.Brand, in.Category)
			return &api.Out[publishing.Hold]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "pause-category", Method: "POST", Path: one + "/pause", Guard: publish, Group: calendarGroup, Status: 200, Summary: "Pause a category, and hold what is planned of it", Description: "Safe to repeat. `resume-category` undoes it."},
		func(ctx context.Context, c api.Call, in *pauseIn) (*api.Out[pauseOut], error) {
			n, err := f.Room.PauseCategory(ctx, c.Actor, c.Brand, in.Category, in.Body.Hold)
			return &api.Out[pauseOut]{Body: pauseOut{n}}, err
		})
	api.Register(r, api.Op{ID: "resume-category", Method: "POST", Path: one + "/resume", Guard: publish, Group: calendarGroup, Status: 200, Summary: "Let a category go on, with what its pause held", Description: "What is still to come leaves at its hour, if it is approved. Safe to repeat."},
		func(ctx context.Context, c api.Call, in *resumeIn) (*api.Out[publishing.Resumed], error) {
			out, err := f.Room.ResumeCategory(ctx, c.Actor, c.Brand, in.Category, in.Body.Late)
			return &api.Out[publishing.Resumed]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "set-evergreen", Method: "PUT", Path: one + "/evergreen", Guard: publish, Group: calendarGroup, Summary: "Let a category begin again when its queue is empty",
		Description: "The posts published longest ago come first; each repetition is a post of its own, with its own approval, at the next free slots of the category. What was withdrawn, binned, or names days that are over is left out."},
		func(ctx context.Context, c api.Call, in *evergreenIn) (*api.Out[publishing.Category], error) {
			out, err := f.Room.SetEvergreen(ctx, c.Actor, c.Brand, in.Category, publishing.Evergreen{On: in.Body.On, After: in.Body.After, Times: in.Body.Times})
			return &api.Out[publishing.Category]{Body: out}, err
		})
}
