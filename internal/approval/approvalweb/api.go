package approvalweb

import (
	"context"
	"time"

	"vigie/internal/api"
	"vigie/internal/approval"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/team"
)

const apiPath = "/api/v1/brands/{brand}/approval"

const heading = "Approval"

type queueIn struct {
	api.InBrand
	All bool `query:"all" doc:"With what is decided and still to leave"`
}

// PostIn names a post: exported, or the fields of what embeds it are not read.
type PostIn struct {
	api.InBrand
	Post id.Post `path:"post"`
}

type decideIn struct {
	PostIn
	Body struct {
		Round    approval.RoundID `json:"round" doc:"The version that was read, as the reading of the post gives it"`
		Verdict  approval.Verdict `json:"verdict" enum:"approve,changes,refuse"`
		Words    string           `json:"words,omitempty" maxLength:"10000" doc:"What to change, or why not"`
		Other    string           `json:"proposes,omitempty" doc:"Another hour on the brand's wall: 2026-11-20T09:00"`
		Channels []id.Channel     `json:"channels,omitempty" maxItems:"200" doc:"Bounds the answer; none for all that are asked about"`
	}
}

type manyIn struct {
	api.InBrand
	Body struct {
		Posts []struct {
			Post  id.Post          `json:"post"`
			Round approval.RoundID `json:"round"`
		} `json:"posts" minItems:"1" maxItems:"500"`
	}
}

// oneOut is what became of one of many.
type oneOut struct {
	Post     id.Post `json:"post"`
	Approved bool    `json:"approved"`
	Problem  string  `json:"problem,omitempty"`
}

type remindOut struct {
	Readers int `json:"readers" doc:"How many are written to, or were within the hour"`
}

type policyOut struct {
	Channel      id.Channel      `json:"channel,omitempty" doc:"Empty for the brand's own rule"`
	Steps        []approval.Step `json:"steps" doc:"In order; any reader of a step is enough; none for carte blanche"`
	Own          bool            `json:"own" doc:"Whether somebody may approve what she wrote"`
	ToleranceMin int             `json:"tolerance_min" minimum:"0" doc:"How far the hour may move before a decision is void, in minutes"`
	DeadlineMin  int             `json:"deadline_min" minimum:"0" doc:"How long before its hour a decision is due, in minutes"`
	Past         approval.Past   `json:"past" enum:"hold,remind,leave" doc:"What happens to what nobody decided on by then"`
	QuietFrom    string          `json:"quiet_from"`
	QuietTo      string          `json:"quiet_to"`
}

func outOf(p approval.Policy) policyOut {
	return policyOut{p.Channel, append([]approval.Step{}, p.Steps...), p.Own, int(p.Tolerance / time.Minute), int(p.Deadline / time.Minute), p.Past, p.QuietFrom, p.QuietTo}
}

type policyIn struct {
	api.InBrand
	Body policyOut
}

type dropIn struct {
	api.InBrand
	Channel id.Channel `path:"channel"`
}

type linkIn struct {
	api.InBrand
	Body struct {
		Name     string `json:"name" maxLength:"120"`
		Email    string `json:"email,omitempty"`
		Language string `json:"language,omitempty" enum:"fr,en"`
		PIN      string `json:"pin,omitempty" doc:"Four to eight digits"`
		From     string `json:"from,omitempty" doc:"First day it shows: 2026-11-16"`
		To       string `json:"to,omitempty"`
		Days     int    `json:"days,omitempty" doc:"How long it lives; thirty when none is given"`
	}
}

// linkOut is a link with its address, which is given once.
type linkOut struct {
	approval.Link
	Address string `json:"address"`
}

type oneLinkIn struct {
	api.InBrand
	Link approval.LinkID `path:"link"`
}

func (f *Face) approvalAPI(r *api.Registry) {
	read, rule, plan := api.In(team.Review), api.In(team.EditBrand), api.In(team.PublishPosts)
	api.Register(r, api.Op{ID: "list-reviews", Method: "GET", Path: apiPath + "/queue", Guard: read, Group: heading, Summary: "What waits for approval, by hour"},
		func(ctx context.Context, c api.Call, in *queueIn) (*api.Out[api.List[approval.Entry]], error) {
			out, err := f.Room.Queue(ctx, approval.Reader{Actor: c.Actor}, c.Brand, in.All)
			return &api.Out[api.List[approval.Entry]]{Body: api.ListOf(out, "")}, err
		})
	api.Register(r, api.Op{ID: "approve-many", Method: "POST", Path: apiPath + "/queue", Guard: read, Group: heading, Summary: "Approve many versions in one go", Description: "Each is its own decision: one that is over, or not the caller's turn, leaves the others approved and is named."},
		func(ctx context.Context, c api.Call, in *manyIn) (*api.Out[api.List[oneOut]], error) {
			var list []approval.One
			for _, x := range in.Body.Posts {
				list = append(list, approval.One{Post: x.Post, Round: x.Round})
			}
			all, err := f.Room.ApproveAll(ctx, approval.Reader{Actor: c.Actor}, c.Brand, list)
			var out []oneOut
			for _, o := range all {
				x := oneOut{Post: o.Post, Approved: o.Err == nil}
				if o.Err != nil {
					x.Problem = fault.MessageKey(o.Err)
				}
				out = append(out, x)
			}
			return &api.Out[api.List[oneOut]]{Body: api.ListOf(out, "")}, err
		})
	api.Register(r, api.Op{ID: "read-review", Method: "GET", Path: apiPath + "/posts/{post}", Guard: read, Group: heading, Summary: "The reading of a post: its versions, decisions and remarks"},
		func(ctx context.Context, c api.Call, in *PostIn) (*api.Out[approval.File], error) {
			out, err := f.Room.Read(ctx, approval.Reader{Actor: c.Actor}, c.Brand, in.Post, false)
			return &api.Out[approval.File]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "decide-review", Method: "POST", Path: apiPath + "/posts/{post}/decision", Guard: read, Group: heading, Summary: "Approve, ask for changes, or refuse", Description: "The decision is of the exact version named: when the post says something else by then, it is a conflict and nothing is decided."},
		func(ctx context.Context, c api.Call, in *decideIn) (*struct{}, error) {
			return nil, f.Room.Decide(ctx, approval.Reader{Actor: c.Actor}, c.Brand, approval.Say{Post: in.Post, Round: in.Body.Round, Verdict: in.Body.Verdict, Words: in.Body.Words, Other: in.Body.Other, Channels: in.Body.Channels})
		})
	f.choiceAPI(r, read, plan)
	api.Register(r, api.Op{ID: "remind-review", Method: "POST", Path: apiPath + "/posts/{post}/remind", Guard: plan, Group: heading, Summary: "Write again to those whose turn it is", Description: "Each is written to once an hour at most, and not in the hours in which no letter is sent."},
		func(ctx context.Context, c api.Call, in *PostIn) (*api.Out[remindOut], error) {
			n, err := f.Room.Remind(ctx, c.Actor, c.Brand, in.Post)
			return &api.Out[remindOut]{Body: remindOut{n}}, err
		})
	f.rulesAPI(r, api.In(team.SeeDrafts), rule)
	f.linksAPI(r, api.In(team.SeeDrafts), plan)
}

func (f *Face) rulesAPI(r *api.Registry, see, rule api.Guard) {
	api.Register(r, api.Op{ID: "list-approval-policies", Method: "GET", Path: apiPath + "/policies", Guard: see, Group: heading, Summary: "Who reads what: the brand's rule, then those of channels"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[api.List[policyOut]], error) {
			own, more, err := f.Room.Policies(ctx, c.Actor, c.Brand)
			out := []policyOut{outOf(own)}
			for _, p := range more {
				out = append(out, outOf(p))
			}
			return &api.Out[api.List[policyOut]]{Body: api.ListOf(out, "")}, err
		})
	api.Register(r, api.Op{ID: "set-approval-policy", Method: "PUT", Path: apiPath + "/policies", Guard: rule, Group: heading, Summary: "Change who reads", Description: "It holds at once, for what is planned already too."},
		func(ctx context.Context, c api.Call, in *policyIn) (*struct{}, error) {
			b := in.Body
			return nil, f.Room.SetPolicy(ctx, c.Actor, approval.Policy{Brand: c.Brand, Channel: b.Channel, Steps: b.Steps, Own: b.Own, Tolerance: time.Duration(b.ToleranceMin) * time.Minute,
				Deadline: time.Duration(b.DeadlineMin) * time.Minute, Past: b.Past, QuietFrom: b.QuietFrom, QuietTo: b.QuietTo})
		})
	api.Register(r, api.Op{ID: "drop-approval-policy", Method: "DELETE", Path: apiPath + "/policies/{channel}", Guard: rule, Group: heading, Summary: "Let a channel follow the brand's rule", Description: "Safe to repeat."},
		func(ctx context.Context, c api.Call, in *dropIn) (*struct{}, error) {
			return nil, f.Room.DropPolicy(ctx, c.Actor, c.Brand, in.Channel)
		})
}

func (f *Face) linksAPI(r *api.Registry, see, plan api.Guard) {
	api.Register(r, api.Op{ID: "list-approval-links", Method: "GET", Path: apiPath + "/links", Guard: see, Group: heading, Summary: "The client's private links, without their addresses"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[api.List[approval.Link]], error) {
			out, err := f.Room.Links(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[approval.Link]]{Body: api.ListOf(out, "")}, err
		})
	api.Register(r, api.Op{ID: "make-approval-link", Method: "POST", Path: apiPath + "/links", Guard: plan, Group: heading, Status: 201, Summary: "Make one person's private link", Description: "The address is given once."},
		func(ctx context.Context, c api.Call, in *linkIn) (*api.Out[linkOut], error) {
			b := in.Body
			l, address, err := f.Room.MakeLink(ctx, c.Actor, c.Brand, approval.NewLink{Name: b.Name, Email: b.Email, Language: b.Language, PIN: b.PIN, From: b.From, To: b.To, Days: b.Days})
			return &api.Out[linkOut]{Body: linkOut{l, address}}, err
		})
	api.Register(r, api.Op{ID: "renew-approval-link", Method: "POST", Path: apiPath + "/links/{link}/renew", Guard: plan, Group: heading, Summary: "Give a link another address and another month", Description: "The former address stops at once."},
		func(ctx context.Context, c api.Call, in *oneLinkIn) (*api.Out[linkOut], error) {
			l, address, err := f.Room.RenewLink(ctx, c.Actor, c.Brand, in.Link, 0)
			return &api.Out[linkOut]{Body: linkOut{l, address}}, err
		})
	api.Register(r, api.Op{ID: "revoke-approval-link", Method: "DELETE", Path: apiPath + "/links/{link}", Guard: plan, Group: heading, Summary: "End a link at once", Description: "What its holder answered stands. Safe to repeat."},
		func(ctx context.Context, c api.Call, in *oneLinkIn) (*struct{}, error) {
			return nil, f.Room.RevokeLink(ctx, c.Actor, c.Brand, in.Link)
		})
}
