package publishingweb

import (
	"context"
	"time"

	"vigie/internal/api"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

type (
	ledgerIn struct {
		api.InBrand
		api.Paged
		State   []string   `query:"state" enum:"planned,pending,due,sending,handed,sent,failed,unknown,frozen,withdrawn"`
		Channel id.Channel `query:"channel" format:"uuid"`
		From    time.Time  `query:"from" doc:"Due from this instant"`
		To      time.Time  `query:"to" doc:"Due before this instant"`
	}
	// PublicationIn is the path of an operation on a publication.
	PublicationIn struct {
		api.InBrand
		Publication id.Publication `path:"publication" format:"uuid"`
	}
	settleIn struct {
		PublicationIn
		Body struct {
			Sent bool   `json:"sent" doc:"true: it is on the network. false: it is not, and it is sent again"`
			URL  string `json:"url,omitempty" maxLength:"2000" doc:"Its address there, when you have it"`
		}
	}
	told struct {
		Publication publishing.Publication `json:"publication"`
		Steps       []publishing.Step      `json:"steps" doc:"Its whole story, oldest first"`
	}
	toldOut    = api.Out[told]
	ledgerRows = api.Out[api.List[publishing.PublicationRow]]
)

func (f *Face) ledgerAPI(r *api.Registry) {
	const group, all = "Publications", "/api/v1/brands/{brand}/publications"
	const one = all + "/{publication}"
	see, publish := api.In(team.SeePlanning), api.In(team.PublishPosts)
	api.Register(r, api.Op{ID: "list-publications", Method: "GET", Path: all, Guard: see, Group: group, Summary: "List publications by their hour, latest first"},
		func(ctx context.Context, c api.Call, in *ledgerIn) (*ledgerRows, error) {
			filter := publishing.PublicationFilter{Channel: in.Channel, From: in.From, To: in.To}
			for _, s := range in.State {
				filter.States = append(filter.States, publishing.State(s))
			}
			page, err := f.Room.Ledger(ctx, c.Actor, c.Brand, filter, in.Cursor, in.Limit)
			return &ledgerRows{Body: api.ListOf(page.Items, page.Next)}, err
		})
	api.Register(r, api.Op{ID: "get-publication", Method: "GET", Path: one, Guard: see, Group: group, Summary: "Read a publication with every step of its story"},
		func(ctx context.Context, c api.Call, in *PublicationIn) (*toldOut, error) {
			p, steps, err := f.Room.Publication(ctx, c.Actor, c.Brand, in.Publication)
			if steps == nil {
				steps = []publishing.Step{}
			}
			return &toldOut{Body: told{p, steps}}, err
		})
	api.Register(r, api.Op{ID: "retry-publication", Method: "POST", Path: one + "/retry", Guard: publish, Group: group, Summary: "Send again what failed, on this channel alone"},
		func(ctx context.Context, c api.Call, in *PublicationIn) (*struct{}, error) {
			return nil, f.Room.Retry(ctx, c.Actor, c.Brand, in.Publication)
		})
	api.Register(r, api.Op{ID: "settle-publication", Method: "POST", Path: one + "/settle", Guard: publish, Group: group, Summary: "Say whether a publication in doubt is on the network"},
		func(ctx context.Context, c api.Call, in *settleIn) (*struct{}, error) {
			if in.Body.Sent {
				return nil, f.Room.SettleSent(ctx, c.Actor, c.Brand, in.Publication, in.Body.URL)
			}
			return nil, f.Room.SettleNotSent(ctx, c.Actor, c.Brand, in.Publication)
		})
	api.Register(r, api.Op{ID: "withdraw-publication", Method: "POST", Path: one + "/withdraw", Guard: publish, Group: group, Summary: "Take a publication off its network", Description: "Last part of a thread first. Cannot be undone."},
		func(ctx context.Context, c api.Call, in *PublicationIn) (*struct{}, error) {
			return nil, f.Room.Withdraw(ctx, c.Actor, c.Brand, in.Publication)
		})
}
