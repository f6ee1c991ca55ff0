package publishingweb

import (
	"context"

	"vigie/internal/api"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

type (
	listIdeasIn struct {
		api.InBrand
		State    string      `query:"state" enum:"idea,write,aside,written"`
		Label    string      `query:"label" maxLength:"60"`
		Campaign id.Campaign `query:"campaign" format:"uuid"`
		Text     string      `query:"q" maxLength:"200" doc:"In words, note, link and labels, whatever the accents"`
	}
	// IdeaWords are what an idea says. It is exported for huma.
	IdeaWords struct {
		Words    *string      `json:"words,omitempty" maxLength:"500" doc:"One line"`
		Note     *string      `json:"note,omitempty" doc:"For the team; goes into no post"`
		Link     *string      `json:"link,omitempty" maxLength:"2000"`
		Labels   *[]string    `json:"labels,omitempty" maxItems:"20"`
		Campaign *id.Campaign `json:"campaign,omitempty" doc:"Empty: none"`
	}
	addIdeaIn struct {
		api.InBrand
		Body struct {
			IdeaWords
			State string `json:"state,omitempty" enum:"idea,write,aside"`
		}
	}
	// IdeaIn is the path of an operation on an idea. It is exported for huma.
	IdeaIn struct {
		api.InBrand
		Idea publishing.IdeaID `path:"idea" format:"uuid"`
	}
	changeIdeaIn struct {
		IdeaIn
		Body struct {
			IdeaWords
			Version int64 `json:"version" doc:"The one that the change was made from"`
		}
	}
	moveIdeaIn struct {
		IdeaIn
		Body struct {
			State string            `json:"state" enum:"idea,write,aside,written"`
			Above publishing.IdeaID `json:"above,omitempty" doc:"The idea it is put above; empty: at the end"`
		}
	}
	writeIdeaIn struct {
		IdeaIn
		Body struct {
			Template publishing.TemplateID `json:"template,omitempty"`
		} `required:"false"`
	}
	// TemplateIn is the path of an operation on a template. It is exported for huma.
	TemplateIn struct {
		api.InBrand
		Template publishing.TemplateID `path:"template" format:"uuid"`
	}
	makeTemplateIn struct {
		api.InBrand
		Body struct {
			Post id.Post `json:"post" format:"uuid" doc:"What it says is kept"`
			Name string  `json:"name" minLength:"1" maxLength:"100"`
		}
	}
	changeTemplateIn struct {
		TemplateIn
		Body struct {
			Version  int64        `json:"version" doc:"The one that the change was made from"`
			Name     string       `json:"name" minLength:"1" maxLength:"100"`
			Text     *string      `json:"text,omitempty"`
			Labels   *[]string    `json:"labels,omitempty" maxItems:"20"`
			Campaign *id.Campaign `json:"campaign,omitempty"`
		}
	}
	bulkIn struct {
		api.InBrand
		Body struct {
			Posts  []id.Post        `json:"posts" minItems:"1" maxItems:"200"`
			Change publishing.Bulk  `json:"change"`
			Seen   map[string]int64 `json:"seen,omitempty" doc:"Versions by post, as a look gave them: what was saved since is left"`
			Look   bool             `json:"look,omitempty" doc:"Say what it would do, and do nothing"`
		}
	}
	// BulkOut is what a change would do (plan), or did (done).
	BulkOut struct {
		Plan []publishing.BulkItem `json:"plan,omitempty"`
		Done *publishing.BulkDone  `json:"done,omitempty"`
	}
	// BulkIDIn is the path of an operation on a change. It is exported for huma.
	BulkIDIn struct {
		api.InBrand
		Bulk publishing.BulkID `path:"bulk" format:"uuid"`
	}
)

func (b IdeaWords) edit() publishing.IdeaEdit {
	return publishing.IdeaEdit{Words: b.Words, Note: b.Note, Link: b.Link, Labels: b.Labels, Campaign: b.Campaign}
}

func (f *Face) ideasAPI(r *api.Registry) {
	const group, all, one = "Ideas", planPath + "/ideas", planPath + "/ideas/{idea}"
	drafts, write := api.In(team.SeeDrafts), api.In(team.WritePosts)
	type out = api.Out[publishing.Idea]
	api.Register(r, api.Op{ID: "list-ideas", Method: "GET", Path: all, Guard: drafts, Group: group, Summary: "List ideas, in the order of the board", Description: "At most 1,000. An idea is no post: nothing of it leaves before a post is made of it."},
		func(ctx context.Context, c api.Call, in *listIdeasIn) (*api.Out[api.List[publishing.Idea]], error) {
			list, err := f.Room.Ideas(ctx, c.Actor, c.Brand, publishing.IdeaFilter{State: publishing.IdeaState(in.State), Label: in.Label, Campaign: in.Campaign, Text: in.Text})
			return &api.Out[api.List[publishing.Idea]]{Body: api.ListOf(list, "")}, err
		})
	api.Register(r, api.Op{ID: "add-idea", Method: "POST", Path: all, Guard: write, Group: group, Status: 201, Summary: "Drop an idea"},
		func(ctx context.Context, c api.Call, in *addIdeaIn) (*out, error) {
			v, err := f.Room.AddIdea(ctx, c.Actor, c.Brand, publishing.IdeaState(in.Body.State), in.Body.edit())
			return &out{Body: v}, err
		})
	api.Register(r, api.Op{ID: "get-idea", Method: "GET", Path: one, Guard: drafts, Group: group, Summary: "Read an idea"},
		func(ctx context.Context, c api.Call, in *IdeaIn) (*out, error) {
			v, err := f.Room.Idea(ctx, c.Actor, c.Brand, in.Idea)
			return &out{Body: v}, err
		})
	api.Register(r, api.Op{ID: "change-idea", Method: "PATCH", Path: one, Guard: write, Group: group, Summary: "Change an idea", Description: "What is left out stays."},
		func(ctx context.Context, c api.Call, in *changeIdeaIn) (*out, error) {
			v, err := f.Room.ChangeIdea(ctx, c.Actor, c.Brand, in.Idea, in.Body.Version, in.Body.edit())
			return &out{Body: v}, err
		})
	api.Register(r, api.Op{ID: "move-idea", Method: "POST", Path: one + "/move", Guard: write, Group: group, Status: 204, Summary: "Put an idea elsewhere on the board"},
		func(ctx context.Context, c api.Call, in *moveIdeaIn) (*struct{}, error) {
			_, err := f.Room.MoveIdea(ctx, c.Actor, c.Brand, in.Idea, publishing.IdeaState(in.Body.State), in.Body.Above)
			return nil, err
		})
	api.Register(r, api.Op{ID: "remove-idea", Method: "DELETE", Path: one, Guard: write, Group: group, Summary: "Take an idea off the board", Description: "It can be taken back for thirty days. Safe to repeat."},
		func(ctx context.Context, c api.Call, in *IdeaIn) (*struct{}, error) {
			return nil, f.Room.RemoveIdea(ctx, c.Actor, c.Brand, in.Idea)
		})
	api.Register(r, api.Op{ID: "restore-idea", Method: "POST", Path: one + "/restore", Guard: write, Group: group, Status: 204, Summary: "Take a removed idea back"},
		func(ctx context.Context, c api.Call, in *IdeaIn) (*struct{}, error) {
			return nil, f.Room.RestoreIdea(ctx, c.Actor, c.Brand, in.Idea)
		})
	api.Register(r, api.Op{ID: "write-idea", Method: "POST", Path: one + "/post", Guard: write, Group: group, Status: 201, Summary: "Make a post of an idea", Description: "A draft that says the idea's words, on all channels, or begins with a template. The idea leaves the board and names the post."},
		func(ctx context.Context, c api.Call, in *writeIdeaIn) (*api.Out[publishing.Post], error) {
			p, err := f.Room.WriteIdea(ctx, c.Actor, c.Brand, in.Idea, in.Body.Template)
			return &api.Out[publishing.Post]{Body: p}, err
		})
	f.templatesAPI(r, drafts, write)
}

func (f *Face) templatesAPI(r *api.Registry, drafts, write api.Guard) {
	const group, all, one = "Templates", planPath + "/templates", planPath + "/templates/{template}"
	type out = api.Out[publishing.Template]
	api.Register(r, api.Op{ID: "list-templates", Method: "GET", Path: all, Guard: drafts, Group: group, Summary: "List templates, by name"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[api.List[publishing.Template]], error) {
			list, err := f.Room.Templates(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[publishing.Template]]{Body: api.ListOf(list, "")}, err
		})
	api.Register(r, api.Op{ID: "make-template", Method: "POST", Path: all, Guard: write, Group: group, Status: 201, Summary: "Keep what a post says as a template"},
		func(ctx context.Context, c api.Call, in *makeTemplateIn) (*out, error) {
			v, err := f.Room.MakeTemplate(ctx, c.Actor, c.Brand, in.Body.Post, in.Body.Name)
			return &out{Body: v}, err
		})
	api.Register(r, api.Op{ID: "get-template", Method: "GET", Path: one, Guard: drafts, Group: group, Summary: "Read a template"},
		func(ctx context.Context, c api.Call, in *TemplateIn) (*out, error) {
			v, err := f.Room.Template(ctx, c.Actor, c.Brand, in.Template)
			return &out{Body: v}, err
		})
	api.Register(r, api.Op{ID: "change-template", Method: "PUT", Path: one, Guard: write, Group: group, Summary: "Change a template", Description: "Posts made of it stay as they are."},
		func(ctx context.Context, c api.Call, in *changeTemplateIn) (*out, error) {
			v, err := f.Room.ChangeTemplate(ctx, c.Actor, c.Brand, in.Template, in.Body.Version, in.Body.Name, publishing.Edit{Text: in.Body.Text, Labels: in.Body.Labels, Campaign: in.Body.Campaign})
			return &out{Body: v}, err
		})
	api.Register(r, api.Op{ID: "remove-template", Method: "DELETE", Path: one, Guard: write, Group: group, Summary: "Take a template away", Description: "It can be taken back for thirty days. Safe to repeat."},
		func(ctx context.Context, c api.Call, in *TemplateIn) (*struct{}, error) {
			return nil, f.Room.RemoveTemplate(ctx, c.Actor, c.Brand, in.Template)
		})
	api.Register(r, api.Op{ID: "restore-template", Method: "POST", Path: one + "/restore", Guard: write, Group: group, Status: 204, Summary: "Take a removed template back"},
		func(ctx context.Context, c api.Call, in *TemplateIn) (*struct{}, error) {
			return nil, f.Room.RestoreTemplate(ctx, c.Actor, c.Brand, in.Template)
		})
	api.Register(r, api.Op{ID: "use-template", Method: "POST", Path: one + "/post", Guard: write, Group: group, Status: 201, Summary: "Make a draft of a template", Description: "Channels and media that the brand has no more are left out."},
		func(ctx context.Context, c api.Call, in *TemplateIn) (*api.Out[publishing.Post], error) {
			p, err := f.Room.UseTemplate(ctx, c.Actor, c.Brand, in.Template)
			return &api.Out[publishing.Post]{Body: p}, err
		})
}

func (f *Face) bulkAPI(r *api.Registry) {
	const group, all, one = "Many posts", planPath + "/bulk", planPath + "/bulk/{bulk}"
	write := api.In(team.WritePosts)
	api.Register(r, api.Op{ID: "edit-many-posts", Method: "POST", Path: all, Guard: write, Group: group, Status: 200, Summary: "Change labels, campaign, channels or words of many posts",
		Description: "In one transaction. What is scheduled is scheduled anew at its hour with the new words, and whoever approved the old ones is asked again. What has left, is leaving or would not fit is left and named. `look` says all that and does nothing."},
		func(ctx context.Context, c api.Call, in *bulkIn) (*api.Out[BulkOut], error) {
			if in.Body.Look {
				plan, err := f.Room.PlanBulk(ctx, c.Actor, c.Brand, in.Body.Posts, in.Body.Change)
				return &api.Out[BulkOut]{Body: BulkOut{Plan: plan}}, err
			}
			var seen map[id.Post]int64
			if in.Body.Seen != nil {
				seen = map[id.Post]int64{}
				for p, v := range in.Body.Seen {
					seen[id.Post(p)] = v
				}
			}
			done, err := f.Room.EditMany(ctx, c.Actor, c.Brand, in.Body.Posts, in.Body.Change, seen)
			return &api.Out[BulkOut]{Body: BulkOut{Done: &done}}, err
		})
	api.Register(r, api.Op{ID: "get-bulk-edit", Method: "GET", Path: one, Guard: write, Group: group, Summary: "Read a change made to many posts"},
		func(ctx context.Context, c api.Call, in *BulkIDIn) (*api.Out[publishing.BulkDone], error) {
			done, err := f.Room.BulkEdit(ctx, c.Actor, c.Brand, in.Bulk)
			return &api.Out[publishing.BulkDone]{Body: done}, err
		})
	api.Register(r, api.Op{ID: "undo-bulk-edit", Method: "POST", Path: one + "/undo", Guard: write, Group: group, Status: 200, Summary: "Give the posts of a change back what they said",
		Description: "Those that were saved, moved or binned since, and those that left, stay: `kept` names them."},
		func(ctx context.Context, c api.Call, in *BulkIDIn) (*api.Out[publishing.BulkDone], error) {
			done, err := f.Room.UndoBulk(ctx, c.Actor, c.Brand, in.Bulk)
			return &api.Out[publishing.BulkDone]{Body: done}, err
		})
}
