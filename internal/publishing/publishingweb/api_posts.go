package publishingweb

import (
	"context"

	"vigie/internal/api"
	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

type (
	postsIn struct {
		api.InBrand
		api.Paged
		Q          string      `query:"q" maxLength:"200" doc:"Words looked for in titles and texts, accents and case folded"`
		Badge      []string    `query:"badge" enum:"scheduled,pending,sending,sent,unknown,failed,partial,frozen,withdrawn" doc:"Where the publication stands"`
		Validation []string    `query:"validation" maxItems:"20" doc:"draft, approved…"`
		Channel    id.Channel  `query:"channel" format:"uuid"`
		Campaign   id.Campaign `query:"campaign" format:"uuid"`
		Label      string      `query:"label" maxLength:"60"`
		Author     id.Person   `query:"author" format:"uuid"`
		Unplanned  bool        `query:"unplanned" doc:"Only posts without an hour"`
		Binned     bool        `query:"binned" doc:"What lies in the bin instead"`
	}
	// words are what a person writes; what is left out stays as it is.
	postWords struct {
		Title    *string                `json:"title,omitempty" maxLength:"200" doc:"For the team; never leaves"`
		Text     *string                `json:"text,omitempty" doc:"A line --- begins the next part of a thread"`
		Media    *[]publishing.MediaRef `json:"media,omitempty" maxItems:"20"`
		Options  *network.Options       `json:"options,omitempty"`
		Campaign *id.Campaign           `json:"campaign,omitempty" doc:"Empty: of none"`
		Category *publishing.CategoryID `json:"category,omitempty" doc:"Whose turn a free slot must be for it; empty: of none"`
		Labels   *[]string              `json:"labels,omitempty" maxItems:"20"`
		Variants *[]variantWords        `json:"variants,omitempty" doc:"The channels it goes to; replaces the list" maxItems:"200"`
	}
	variantWords struct {
		Channel id.Channel             `json:"channel" format:"uuid"`
		Text    *string                `json:"text,omitempty" doc:"Left out: the post's"`
		Media   *[]publishing.MediaRef `json:"media,omitempty" doc:"Left out: the post's" maxItems:"20"`
		Options *network.Options       `json:"options,omitempty" doc:"Left out: the post's, as far as the network has them"`
		Split   bool                   `json:"split,omitempty" doc:"Cut what is too long into a thread"`
	}
	makePostIn struct {
		api.InBrand
		Body postWords
	}
	// PostIn is the path of an operation on a post. It is exported for huma,
	// which reads the fields of no other embedded type.
	PostIn struct {
		api.InBrand
		Post id.Post `path:"post" format:"uuid"`
	}
	editPostIn struct {
		PostIn
		api.IfMatch
		Body postWords
	}
	previewIn struct {
		PostIn
		Body *postWords `required:"false"`
	}
	scheduleIn struct {
		PostIn
		api.IfMatch
		Body struct {
			Local string `json:"local,omitempty" example:"2026-11-10T12:15" doc:"Hour on the brand's wall; left out with now or slot"`
			Zone  string `json:"zone,omitempty" doc:"IANA zone of local; the brand's when left out"`
			Now   bool   `json:"now,omitempty" doc:"Leaves at once"`
			Slot  bool   `json:"slot,omitempty" doc:"Takes the next free slot of its channels and its category"`
		}
	}
	versionedPost = api.OutVersioned[publishing.Post]
	postRows      = api.Out[api.List[publishing.Row]]
	planning      = api.Out[publishing.Planning]
	renderedPost  = api.Out[api.List[publishing.Rendered]]
	publications  = api.Out[api.List[publishing.Publication]]
)

func (w postWords) edit() publishing.Edit {
	e := publishing.Edit{Title: w.Title, Text: w.Text, Media: w.Media, Options: w.Options, Campaign: w.Campaign, Category: w.Category, Labels: w.Labels}
	if w.Variants != nil {
		all := make([]publishing.Variant, len(*w.Variants))
		for i, v := range *w.Variants {
			all[i] = publishing.Variant{Channel: v.Channel, Text: v.Text, Media: v.Media, Options: v.Options, Split: v.Split}
		}
		e.Variants = &all
	}
	return e
}

// over is the post as it would be with these words, for a preview.
func (w postWords) over(p publishing.Post) publishing.Post {
	e := w.edit()
	if e.Text != nil {
		p.Text = lines(*e.Text)
	}
	if e.Media != nil {
		p.Media = *e.Media
	}
	if e.Options != nil {
		p.Options = *e.Options
	}
	if e.Variants != nil {
		p.Variants = *e.Variants
	}
	return p
}

func postOut(p publishing.Post, err error) (*versionedPost, error) {
	if err != nil {
		return nil, err
	}
	return api.Versioned(p, p.Version), nil
}

// current is the version a change is made from: the one named, else the one
// that is there.
func (f *Face) current(ctx context.Context, c api.Call, post id.Post, m api.IfMatch) (int64, error) {
	v, err := m.Version()
	if err != nil || v != 0 {
		return v, err
	}
	p, err := f.Room.Get(ctx, c.Actor, c.Brand, post)
	return p.Version, err
}

func (f *Face) postsAPI(r *api.Registry) {
	const group, posts = "Posts", "/api/v1/brands/{brand}/posts"
	const post = posts + "/{post}"
	see, write, publish := api.In(team.SeePlanning), api.In(team.WritePosts), api.In(team.PublishPosts)
	api.Register(r, api.Op{ID: "list-posts", Method: "GET", Path: posts, Guard: see, Group: group, Summary: "List posts, last edited first"},
		func(ctx context.Context, c api.Call, in *postsIn) (*postRows, error) {
			filter := publishing.Filter{Text: in.Q, Channel: in.Channel, Campaign: in.Campaign, Label: in.Label, Author: in.Author, Unplanned: in.Unplanned, Binned: in.Binned}
			for _, b := range in.Badge {
				filter.Badges = append(filter.Badges, publishing.Badge(b))
			}
			for _, v := range in.Validation {
				filter.Validation = append(filter.Validation, publishing.Validation(v))
			}
			page, err := f.Room.Posts(ctx, c.Actor, c.Brand, filter, in.Cursor, in.Limit)
			return &postRows{Body: api.ListOf(page.Items, page.Next)}, err
		})
	api.Register(r, api.Op{ID: "make-post", Method: "POST", Path: posts, Guard: write, Group: group, Status: 201, MaxBody: maxForm, Summary: "Make a draft"},
		func(ctx context.Context, c api.Call, in *makePostIn) (*versionedPost, error) {
			return postOut(f.Room.Create(ctx, c.Actor, c.Brand, in.Body.edit()))
		})
	api.Register(r, api.Op{ID: "get-post", Method: "GET", Path: post, Guard: see, Group: group, Summary: "Read a post with its variants"},
		func(ctx context.Context, c api.Call, in *PostIn) (*versionedPost, error) {
			return postOut(f.Room.Get(ctx, c.Actor, c.Brand, in.Post))
		})
	api.Register(r, api.Op{ID: "edit-post", Method: "PATCH", Path: post, Guard: write, Group: group, MaxBody: maxForm, Summary: "Change a post's words",
		Description: "What is left out stays. With If-Match a save that somebody else's came before is 409 and writes nothing. What is scheduled leaves as it was scheduled until the schedule is renewed: `changed` says so."},
		func(ctx context.Context, c api.Call, in *editPostIn) (*versionedPost, error) {
			v, err := f.current(ctx, c, in.Post, in.IfMatch)
			if err != nil {
				return nil, err
			}
			return postOut(f.Room.Save(ctx, c.Actor, c.Brand, in.Post, v, in.Body.edit()))
		})
	api.Register(r, api.Op{ID: "bin-post", Method: "DELETE", Path: post, Guard: write, Group: group, Summary: "Move a post to the bin", Description: "Stays there thirty days. What has left stays on its networks."},
		func(ctx context.Context, c api.Call, in *PostIn) (*struct{}, error) {
			return nil, f.Room.Bin(ctx, c.Actor, c.Brand, in.Post)
		})
	api.Register(r, api.Op{ID: "restore-post", Method: "POST", Path: post + "/restore", Guard: write, Group: group, Summary: "Take a post out of the bin, as a draft"},
		func(ctx context.Context, c api.Call, in *PostIn) (*struct{}, error) {
			return nil, f.Room.Unbin(ctx, c.Actor, c.Brand, in.Post)
		})
	api.Register(r, api.Op{ID: "duplicate-post", Method: "POST", Path: post + "/duplicate", Guard: write, Group: group, Status: 201, Summary: "Make a draft with the same words, media and channels"},
		func(ctx context.Context, c api.Call, in *PostIn) (*versionedPost, error) {
			return postOut(f.Room.Duplicate(ctx, c.Actor, c.Brand, in.Post))
		})
	api.Register(r, api.Op{ID: "preview-post", Method: "POST", Path: post + "/preview", Guard: see, Group: group, MaxBody: maxForm, Summary: "What would leave on each channel, counted and checked",
		Description: "With a body, as the post would be with those words; nothing is kept."},
		func(ctx context.Context, c api.Call, in *previewIn) (*renderedPost, error) {
			p, err := f.Room.Get(ctx, c.Actor, c.Brand, in.Post)
			if err != nil {
				return nil, err
			}
			if in.Body != nil {
				p = in.Body.over(p)
			}
			made, err := f.Room.Preview(ctx, c.Actor, p)
			return &renderedPost{Body: api.ListOf(made, "")}, err
		})
	f.findingsAPI(r)
	api.Register(r, api.Op{ID: "schedule-post", Method: "POST", Path: post + "/schedule", Guard: publish, Group: group, Summary: "Schedule a post with exactly what it says now, or publish it",
		Description: "One publication per channel. On a post already scheduled it renews what waits. `fit` is gap or twice on the nights the clocks change."},
		func(ctx context.Context, c api.Call, in *scheduleIn) (*planning, error) {
			v, err := f.current(ctx, c, in.Post, in.IfMatch)
			if err != nil {
				return nil, err
			}
			when := publishing.When{Wall: clock.Wall{Local: in.Body.Local, Zone: in.Body.Zone}, Now: in.Body.Now}
			if in.Body.Slot {
				done, err := f.Room.Enqueue(ctx, c.Actor, c.Brand, in.Post, v)
				return &planning{Body: done}, err
			}
			if !when.Now && when.Wall.Local == "" {
				return nil, fault.New(fault.Invalid, "publishing.no_hour").At("body.local")
			}
			done, err := f.Room.Schedule(ctx, c.Actor, c.Brand, in.Post, v, when)
			return &planning{Body: done}, err
		})
	api.Register(r, api.Op{ID: "unschedule-post", Method: "POST", Path: post + "/unschedule", Guard: publish, Group: group, Summary: "Take a post back to a draft"},
		func(ctx context.Context, c api.Call, in *PostIn) (*struct{}, error) {
			return nil, f.Room.Unschedule(ctx, c.Actor, c.Brand, in.Post)
		})
	api.Register(r, api.Op{ID: "clear-hour-of-post", Method: "DELETE", Path: post + "/hour", Guard: write, Group: group, Summary: "Take a post's hour away", Description: "What is scheduled becomes a draft again."},
		func(ctx context.Context, c api.Call, in *PostIn) (*struct{}, error) {
			return nil, f.Room.ClearHour(ctx, c.Actor, c.Brand, in.Post)
		})
	api.Register(r, api.Op{ID: "list-publications-of-post", Method: "GET", Path: post + "/publications", Guard: see, Group: group, Summary: "A post's publications, one per channel"},
		func(ctx context.Context, c api.Call, in *PostIn) (*publications, error) {
			all, err := f.Room.Publications(ctx, c.Actor, c.Brand, in.Post)
			return &publications{Body: api.ListOf(all, "")}, err
		})
}
