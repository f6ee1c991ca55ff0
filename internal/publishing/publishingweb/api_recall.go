package publishingweb

import (
	"context"

	"vigie/internal/api"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

type (
	recallsIn struct {
		api.InBrand
		api.Paged
		Post id.Post `query:"post" format:"uuid" doc:"Only those of this post"`
	}
	recallIn struct {
		api.InBrand
		Recall publishing.RecallID `path:"recall" format:"uuid"`
	}
	recallHandIn struct {
		recallIn
		Leg publishing.RecallLegID `path:"leg" format:"uuid"`
	}
	recallPlanIn struct {
		api.InBrand
		Kind  string    `query:"kind" enum:"withdraw,correct" default:"withdraw"`
		Post  []id.Post `query:"post,explode" maxItems:"500"`
		Media id.Media  `query:"media" format:"uuid" doc:"Every post that shows this picture"`
	}
	recallOrderIn struct {
		api.InBrand
		Body struct {
			Kind   string    `json:"kind" enum:"withdraw,correct" doc:"withdraw: off every network, and what waits is stopped. correct: the words that the post has by now, where a network can edit"`
			Reason string    `json:"reason" minLength:"1" maxLength:"500"`
			Posts  []id.Post `json:"posts,omitempty" maxItems:"500"`
			Media  id.Media  `json:"media,omitempty" format:"uuid" doc:"Every post that shows this picture"`
		}
	}
	recallOut   = api.Out[publishing.Recall]
	recallsOut  = api.Out[api.List[publishing.Recall]]
	recallItems = api.Out[api.List[publishing.RecallItem]]
)

func (f *Face) recallAPI(r *api.Registry) {
	const group, all = "Recalls", "/api/v1/brands/{brand}/recalls"
	see, publish := api.In(team.SeePlanning), api.In(team.PublishPosts)
	api.Register(r, api.Op{ID: "list-recalls", Method: "GET", Path: all, Guard: see, Group: group, Summary: "List recalls with their receipts, latest first"},
		func(ctx context.Context, c api.Call, in *recallsIn) (*recallsOut, error) {
			page, err := f.Room.Recalls(ctx, c.Actor, c.Brand, in.Post, in.Cursor, in.Limit)
			return &recallsOut{Body: api.ListOf(page.Items, page.Next)}, err
		})
	api.Register(r, api.Op{ID: "plan-recall", Method: "GET", Path: "/api/v1/brands/{brand}/recall-plan", Guard: publish, Group: group, Summary: "What a recall would do on each network", Description: "Nothing is written and no network is called."},
		func(ctx context.Context, c api.Call, in *recallPlanIn) (*recallItems, error) {
			items, err := f.Room.RecallPlan(ctx, c.Actor, c.Brand, publishing.RecallOrder{Kind: publishing.RecallKind(in.Kind), Posts: in.Post, Media: in.Media})
			return &recallItems{Body: api.ListOf(items, "")}, err
		})
	api.Register(r, api.Op{ID: "recall-posts", Method: "POST", Path: all, Guard: publish, Group: group, Summary: "Take posts back, or correct them, on every network", Description: "The calls are made in the background: read the recall for its receipts."},
		func(ctx context.Context, c api.Call, in *recallOrderIn) (*recallOut, error) {
			out, err := f.Room.Recall(ctx, c.Actor, c.Brand, publishing.RecallOrder{Kind: publishing.RecallKind(in.Body.Kind), Reason: in.Body.Reason, Posts: in.Body.Posts, Media: in.Body.Media})
			return &recallOut{Body: out}, err
		})
	api.Register(r, api.Op{ID: "get-recall", Method: "GET", Path: all + "/{recall}", Guard: see, Group: group, Summary: "Read a recall with its receipts"},
		func(ctx context.Context, c api.Call, in *recallIn) (*recallOut, error) {
			out, err := f.Room.GetRecall(ctx, c.Actor, c.Brand, in.Recall)
			return &recallOut{Body: out}, err
		})
	api.Register(r, api.Op{ID: "recall-by-hand", Method: "POST", Path: all + "/{recall}/legs/{leg}/by-hand", Guard: publish, Group: group, Summary: "Say that it was done on the network by hand"},
		func(ctx context.Context, c api.Call, in *recallHandIn) (*struct{}, error) {
			return nil, f.Room.DoneByHand(ctx, c.Actor, c.Brand, in.Recall, in.Leg)
		})
}
