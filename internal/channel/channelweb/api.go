package channelweb

import (
	"context"

	"vigie/internal/api"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/team"
)

type (
	inChannel struct {
		api.InBrand
		Channel id.Channel `path:"channel" format:"uuid" doc:"The channel"`
	}
	inSignIn struct {
		api.InBrand
		SignIn string `path:"signin" format:"uuid" doc:"The sign-in under way"`
	}
	beginIn struct {
		api.InBrand
		Body struct {
			Network    network.Kind `json:"network,omitempty" example:"mastodon" doc:"Kind of a network; left out when an account is connected again"`
			Reconnects id.Channel   `json:"reconnects,omitempty" format:"uuid" doc:"The channel whose account is connected again"`
		}
	}
	answerIn struct {
		api.InBrand
		SignIn string `path:"signin" format:"uuid" doc:"The sign-in under way"`
		Body   struct {
			Answers map[string]string `json:"answers" doc:"By the names of the step's fields. Networks with an authorisation page also take callback, in the first step: the address it sends the person back to with code and state. Without it the page shows a code."`
		}
	}
	peopleIn struct {
		inChannel
		Body struct {
			People []id.Person `json:"people" maxItems:"20" doc:"Ids of people of the brand; none: those who answer for it"`
		}
	}
	// facts is network.Facts as programs read it.
	facts struct {
		Kind         network.Kind         `json:"kind" example:"mastodon"`
		Title        string               `json:"title"`
		Short        string               `json:"short"`
		Since        string               `json:"since" doc:"Version of Vigie that brought it"`
		API          string               `json:"api" doc:"Version that is spoken"`
		Price        string               `json:"price" doc:"network.free, or what the owner asks"`
		Tried        string               `json:"tried" doc:"To be read literally"`
		Sources      []string             `json:"sources"`
		Simulated    bool                 `json:"simulated" doc:"It reaches nobody outside of Vigie"`
		Capabilities network.Capabilities `json:"capabilities" doc:"The usual ones; an account's own stand in its channel"`
	}
)

// API registers the operations.
func (f *Face) API(r *api.Registry) {
	const group, in = "Channels", "/api/v1/brands/{brand}/channels"
	see, probe, manage := api.In(team.SeePlanning), api.In(team.PublishPosts), api.In(team.ManageChannels)
	type (
		one    = api.Out[channel.Channel]
		signIn = api.Out[channel.SignIn]
	)
	api.Register(r, api.Op{ID: "list-networks", Method: "GET", Path: "/api/v1/networks", Guard: api.SignedIn, Group: group, Summary: "The networks one can connect to"},
		func(context.Context, api.Call, *struct{}) (*api.Out[api.List[facts]], error) {
			var out []facts
			for _, n := range f.room.Networks() {
				out = append(out, facts{n.Kind, n.Title, n.Short, n.Since, n.API, n.Price, n.Tried, append([]string{}, n.Sources...), n.Simulated, n.Typical})
			}
			return &api.Out[api.List[facts]]{Body: api.ListOf(out, "")}, nil
		})
	api.Register(r, api.Op{ID: "list-channels", Method: "GET", Path: in, Guard: see, Group: group, Summary: "A brand's channels, with their health"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[api.List[channel.Channel]], error) {
			all, err := f.room.List(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[channel.Channel]]{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "get-channel", Method: "GET", Path: in + "/{channel}", Guard: see, Group: group, Summary: "Read a channel, removed ones included"},
		func(ctx context.Context, c api.Call, i *inChannel) (*one, error) {
			ch, err := f.room.Get(ctx, c.Actor, c.Brand, i.Channel)
			return &one{Body: ch}, err
		})
	api.Register(r, api.Op{ID: "probe-channel", Method: "POST", Path: in + "/{channel}/probe", Guard: probe, Group: group, Summary: "Try a channel's token now",
		Description: "A refused token or a silent network is no error of this call: read `health` and `problem`."},
		func(ctx context.Context, c api.Call, i *inChannel) (*one, error) {
			ch, err := f.room.Probe(ctx, c.Actor, c.Brand, i.Channel)
			return &one{Body: ch}, err
		})
	api.Register(r, api.Op{ID: "remove-channel", Method: "DELETE", Path: in + "/{channel}", Guard: manage, Group: group, Summary: "Remove a channel",
		Description: "Its credentials are destroyed, what waits for it is held, what was published stays on record. Safe to repeat."},
		func(ctx context.Context, c api.Call, i *inChannel) (*struct{}, error) {
			return nil, f.room.Remove(ctx, c.Actor, c.Brand, i.Channel)
		})
	api.Register(r, api.Op{ID: "set-channel-people", Method: "PUT", Path: in + "/{channel}/people", Guard: manage, Group: group, Summary: "Say who is told when something is to be published by hand",
		Description: "For networks without a usable API. Whether they still have a role is asked when they are told."},
		func(ctx context.Context, c api.Call, i *peopleIn) (*struct{}, error) {
			return nil, f.room.SetPeople(ctx, c.Actor, c.Brand, i.Channel, i.Body.People)
		})
	api.Register(r, api.Op{ID: "begin-channel-sign-in", Method: "POST", Path: in + "/sign-in", Guard: manage, Group: group, Status: 201, Summary: "Begin to connect an account",
		Description: "Answer step after step until `step.id` is `done`. A sign-in that nobody ends is forgotten after an hour."},
		func(ctx context.Context, c api.Call, i *beginIn) (*signIn, error) {
			s, err := f.room.Begin(ctx, c.Actor, c.Brand, i.Body.Network, i.Body.Reconnects)
			return &signIn{Body: s}, err
		})
	api.Register(r, api.Op{ID: "get-channel-sign-in", Method: "GET", Path: in + "/sign-in/{signin}", Guard: manage, Group: group, Summary: "Read your sign-in under way"},
		func(ctx context.Context, c api.Call, i *inSignIn) (*signIn, error) {
			s, err := f.room.Resume(ctx, c.Actor, c.Brand, i.SignIn)
			return &signIn{Body: s}, err
		})
	api.Register(r, api.Op{ID: "answer-channel-sign-in", Method: "POST", Path: in + "/sign-in/{signin}/answers", Guard: manage, Group: group, Summary: "Answer the present step",
		Description: "On an error the step stays as it was. When it is done, `channel` is there."},
		func(ctx context.Context, c api.Call, i *answerIn) (*signIn, error) {
			s, err := f.room.Answer(ctx, c.Actor, c.Brand, i.SignIn, i.Body.Answers)
			s.Step.Profile = network.Profile{} // the channel says it
			return &signIn{Body: s}, err
		})
}
