package publishingweb

import (
	"context"

	"vigie/internal/api"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

type (
	makeSeriesIn struct {
		PostIn
		Body struct {
			Rule     string `json:"rule" maxLength:"300" example:"FREQ=WEEKLY;BYDAY=MO,TH" doc:"RRULE of RFC 5545: FREQ (DAILY, WEEKLY, MONTHLY), INTERVAL, BYDAY, BYMONTHDAY, COUNT or UNTIL; anything else is refused"`
			Schedule bool   `json:"schedule,omitempty" doc:"Each occurrence is scheduled; else it is a draft"`
		}
	}
	// SeriesIn is the path of an operation on a series. It is exported for huma.
	SeriesIn struct {
		api.InBrand
		Series publishing.SeriesID `path:"series" format:"uuid"`
	}
	endSeriesIn struct {
		SeriesIn
		Body struct {
			Bin bool `json:"bin,omitempty" doc:"What waits of it goes into the bin"`
		} `required:"false"`
	}
	// Count is how many posts a gesture changed.
	Count struct {
		Posts int `json:"posts"`
	}
	feedIn struct {
		api.InBrand
		Body struct {
			Name   string `json:"name" minLength:"1" maxLength:"100" doc:"For whom"`
			Detail string `json:"detail" enum:"full,private"`
		}
	}
	// FeedIn is the path of an operation on a feed. It is exported for huma.
	FeedIn struct {
		api.InBrand
		Feed publishing.FeedID `path:"feed" format:"uuid"`
	}
	// Address is a feed with its secret address, told once.
	Address struct {
		publishing.Feed
		Address string `json:"address" doc:"Shown once"`
	}
)

func (f *Face) recurAPI(r *api.Registry) {
	const group, post = "Repeating posts", "/api/v1/brands/{brand}/posts/{post}/series"
	const series = "/api/v1/brands/{brand}/series"
	drafts, write := api.In(team.SeeDrafts), api.In(team.WritePosts)
	api.Register(r, api.Op{ID: "list-series", Method: "GET", Path: series, Guard: drafts, Group: group, Summary: "List posts that come back"},
		func(ctx context.Context, c api.Call, in *struct{ api.InBrand }) (*api.Out[api.List[publishing.Series]], error) {
			all, err := f.Room.AllSeries(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[publishing.Series]]{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "list-occurrences", Method: "GET", Path: series + "/{series}", Guard: drafts, Group: group, Summary: "The posts of a series"},
		func(ctx context.Context, c api.Call, in *SeriesIn) (*api.Out[api.List[publishing.Occurrence]], error) {
			all, err := f.Room.Occurrences(ctx, c.Actor, c.Brand, in.Series)
			return &api.Out[api.List[publishing.Occurrence]]{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "make-series", Method: "POST", Path: post, Guard: write, Group: group, Status: 201, Summary: "Let a post come back",
		Description: "The post is the first; the others are posts of their own, made eight weeks ahead at the same hour of the brand's wall, each with its own approval. A guard stops what would flood: `state` is stopped then."},
		func(ctx context.Context, c api.Call, in *makeSeriesIn) (*api.Out[publishing.Series], error) {
			v, err := f.Room.MakeSeries(ctx, c.Actor, c.Brand, in.Post, in.Body.Rule, in.Body.Schedule)
			return &api.Out[publishing.Series]{Body: v}, err
		})
	api.Register(r, api.Op{ID: "change-following", Method: "POST", Path: post + "/following", Guard: write, Group: group, Summary: "Give the following what this one says, and its hour"},
		func(ctx context.Context, c api.Call, in *PostIn) (*api.Out[Count], error) {
			n, err := f.Room.ChangeFollowing(ctx, c.Actor, c.Brand, in.Post)
			return &api.Out[Count]{Body: Count{n}}, err
		})
	api.Register(r, api.Op{ID: "end-series", Method: "POST", Path: series + "/{series}/end", Guard: write, Group: group, Summary: "Stop a series"},
		func(ctx context.Context, c api.Call, in *endSeriesIn) (*api.Out[Count], error) {
			n, err := f.Room.EndSeries(ctx, c.Actor, c.Brand, in.Series, in.Body.Bin)
			return &api.Out[Count]{Body: Count{n}}, err
		})
	f.feedsAPI(r)
}

func (f *Face) feedsAPI(r *api.Registry) {
	const group, feeds = "Calendar feeds", "/api/v1/brands/{brand}/feeds"
	export := api.In(team.Export)
	told := func(feed publishing.Feed, token string) *api.Out[Address] {
		return &api.Out[Address]{Body: Address{feed, f.feedAddress(token)}}
	}
	api.Register(r, api.Op{ID: "list-feeds", Method: "GET", Path: feeds, Guard: export, Group: group, Summary: "List the secret addresses of a brand's calendar"},
		func(ctx context.Context, c api.Call, in *struct{ api.InBrand }) (*api.Out[api.List[publishing.Feed]], error) {
			all, err := f.Room.Feeds(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[publishing.Feed]]{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "make-feed", Method: "POST", Path: feeds, Guard: export, Group: group, Status: 201, Summary: "Give the calendar a secret address"},
		func(ctx context.Context, c api.Call, in *feedIn) (*api.Out[Address], error) {
			feed, token, err := f.Room.MakeFeed(ctx, c.Actor, c.Brand, in.Body.Name, in.Body.Detail)
			return told(feed, token), err
		})
	api.Register(r, api.Op{ID: "renew-feed", Method: "POST", Path: feeds + "/{feed}/renew", Guard: export, Group: group, Summary: "Another address for the same; the old one ends"},
		func(ctx context.Context, c api.Call, in *FeedIn) (*api.Out[Address], error) {
			token, err := f.Room.RenewFeed(ctx, c.Actor, c.Brand, in.Feed)
			return told(publishing.Feed{ID: in.Feed}, token), err
		})
	api.Register(r, api.Op{ID: "revoke-feed", Method: "DELETE", Path: feeds + "/{feed}", Guard: export, Group: group, Summary: "End an address"},
		func(ctx context.Context, c api.Call, in *FeedIn) (*struct{}, error) {
			return nil, f.Room.RevokeFeed(ctx, c.Actor, c.Brand, in.Feed)
		})
}
