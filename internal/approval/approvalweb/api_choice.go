package approvalweb

import (
	"context"

	"vigie/internal/api"
	"vigie/internal/approval"
	"vigie/internal/base/id"
)

type offerIn struct {
	PostIn
	Body struct {
		Version int64             `json:"version,omitempty" doc:"The post's, as it was read; without it, whatever it is"`
		Local   string            `json:"local,omitempty" doc:"The hour on the brand's wall: 2026-11-20T09:00; without it, the one it has"`
		Words   string            `json:"words,omitempty" maxLength:"10000" doc:"For who chooses"`
		Others  []approval.Saying `json:"others" minItems:"1" maxItems:"4" doc:"The versions beside what the post says now"`
	}
}

type pickIn struct {
	PostIn
	Body struct {
		Round approval.RoundID `json:"round" doc:"The round that asks to choose, as the reading of the post gives it"`
		N     int              `json:"n" minimum:"1" maximum:"5" doc:"The version chosen; 1 is what the post said"`
		Words string           `json:"words,omitempty" maxLength:"10000"`
	}
}

// choiceOut is where the reading of a post stands after a choice.
type choiceOut struct {
	Post  id.Post        `json:"post"`
	State approval.State `json:"state"`
}

func (f *Face) choiceAPI(r *api.Registry, read, plan api.Guard) {
	const versions = apiPath + "/posts/{post}/versions"
	api.Register(r, api.Op{ID: "propose-versions", Method: "POST", Path: versions, Guard: plan, Group: heading, Status: 201, Summary: "Propose several versions of a post, of which a reader chooses one",
		Description: "Until one is chosen, or they are withdrawn, nothing of the post leaves, under any rule. Versions proposed before are replaced. The post keeps its channels and their options."},
		func(ctx context.Context, c api.Call, in *offerIn) (*api.Out[approval.Choice], error) {
			b := in.Body
			out, err := f.Room.Propose(ctx, c.Actor, c.Brand, approval.Offer{Post: in.Post, Version: b.Version, Local: b.Local, Words: b.Words, Others: b.Others})
			return &api.Out[approval.Choice]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "choose-version", Method: "POST", Path: versions + "/choice", Guard: read, Group: heading, Summary: "Choose a version",
		Description: "It becomes what the post says, planned at the hour that was shown, and the choice is the caller's approval of it. Whoever reads after the caller is then asked about it alone."},
		func(ctx context.Context, c api.Call, in *pickIn) (*api.Out[choiceOut], error) {
			who := approval.Reader{Actor: c.Actor}
			if err := f.Room.Choose(ctx, who, c.Brand, approval.Pick{Post: in.Post, Round: in.Body.Round, Candidate: in.Body.N, Words: in.Body.Words}); err != nil {
				return nil, err
			}
			file, err := f.Room.Read(ctx, who, c.Brand, in.Post, false)
			return &api.Out[choiceOut]{Body: choiceOut{in.Post, file.Stands()}}, err
		})
	api.Register(r, api.Op{ID: "withdraw-versions", Method: "DELETE", Path: versions, Guard: plan, Group: heading, Summary: "Withdraw the versions proposed", Description: "The post keeps its own words and follows the brand's rule."},
		func(ctx context.Context, c api.Call, in *PostIn) (*struct{}, error) {
			return nil, f.Room.Withdraw(ctx, c.Actor, c.Brand, in.Post)
		})
}
