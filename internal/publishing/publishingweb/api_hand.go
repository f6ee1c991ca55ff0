package publishingweb

import (
	"context"

	"vigie/internal/api"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

type (
	handList struct {
		api.InBrand
		Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
	}
	handDoneIn struct {
		PublicationIn
		Body struct {
			URL string `json:"url,omitempty" maxLength:"2000" doc:"Its address on the network, http or https. It may come later, in a second call"`
		}
	}
	handNotIn struct {
		PublicationIn
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"Why it is not published; at most three hundred characters as people see them"`
		}
	}
)

func (f *Face) handAPI(r *api.Registry) {
	const group, one = "Publications", "/api/v1/brands/{brand}/publications/{publication}"
	publish := api.In(team.PublishPosts)
	api.Register(r, api.Op{ID: "list-by-hand", Method: "GET", Path: "/api/v1/brands/{brand}/by-hand", Guard: publish, Group: group, Summary: "List what is to be published by hand now",
		Description: "On networks without a usable API. Oldest hour first; `late` says that nobody answered in time."},
		func(ctx context.Context, c api.Call, in *handList) (*api.Out[api.List[publishing.InHand]], error) {
			all, err := f.Room.InHands(ctx, c.Actor, c.Brand, in.Limit)
			return &api.Out[api.List[publishing.InHand]]{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "confirm-by-hand", Method: "POST", Path: one + "/by-hand/done", Guard: publish, Group: group, Summary: "Say that you published it by hand", Description: "Safe to repeat: a second word changes nothing but a link that was not known yet."},
		func(ctx context.Context, c api.Call, in *handDoneIn) (*struct{}, error) {
			return nil, f.Room.PublishedByHand(ctx, c.Actor, c.Brand, in.Publication, in.Body.URL)
		})
	api.Register(r, api.Op{ID: "refuse-by-hand", Method: "POST", Path: one + "/by-hand/not-done", Guard: publish, Group: group, Summary: "Say that it is not published, and why", Description: "It fails with the reason, and may be tried again. Safe to repeat."},
		func(ctx context.Context, c api.Call, in *handNotIn) (*struct{}, error) {
			return nil, f.Room.NotPublishedByHand(ctx, c.Actor, c.Brand, in.Publication, in.Body.Reason)
		})
}
