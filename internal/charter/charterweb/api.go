package charterweb

import (
	"context"
	"time"

	"vigie/internal/api"
	"vigie/internal/charter"
	"vigie/internal/network"
	"vigie/internal/team"
)

type (
	// RuleIn is the path of an operation on a rule.
	RuleIn struct {
		api.InBrand
		Rule charter.RuleID `path:"rule" format:"uuid"`
	}
	ruleWords struct {
		Name     string           `json:"name" maxLength:"120"`
		Why      string           `json:"why,omitempty" maxLength:"600" doc:"Shown to whoever breaks it"`
		Kind     charter.Kind     `json:"kind" enum:"avoid,require,address,tone,emoji,tags,links,capitals,inclusive,length,hours,pattern,disclosure"`
		Severity network.Severity `json:"severity" enum:"warn,block"`
		Scope    charter.Scope    `json:"scope,omitempty" enum:"both,posts,answers"`
		Networks []network.Kind   `json:"networks,omitempty" maxItems:"50" doc:"None: all"`
		On       bool             `json:"on"`
		Spec     charter.Spec     `json:"spec" doc:"What the kind looks for"`
	}
	makeRuleIn struct {
		api.InBrand
		Body ruleWords
	}
	editRuleIn struct {
		RuleIn
		api.IfMatch
		Body ruleWords
	}
	oneText struct {
		Text    string       `json:"text" maxLength:"200000"`
		Network network.Kind `json:"network,omitempty" maxLength:"40"`
		Answer  bool         `json:"answer,omitempty" doc:"It answers somebody, and is no post"`
		Labels  []string     `json:"labels,omitempty" maxItems:"20"`
		At      *time.Time   `json:"at,omitempty" doc:"When it would leave"`
	}
	checkIn struct {
		api.InBrand
		Body oneText
	}
	pastIn struct {
		api.InBrand
		Body ruleWords
	}
	pastOut struct {
		Read  int             `json:"read" doc:"How many publications were read"`
		Items []charter.Fired `json:"items"`
	}
	bringIn struct {
		api.InBrand
		Body struct {
			Rules   []ruleWords `json:"rules" maxItems:"200"`
			Replace bool        `json:"replace,omitempty" doc:"In the place of all there are"`
		}
	}
	wordIn struct {
		api.InBrand
		Body struct {
			Words []string `json:"words" maxItems:"10000"`
		}
	}
	dropWordIn struct {
		api.InBrand
		Word string `query:"word" required:"true" maxLength:"200"`
	}
	dayWords struct {
		Name     string           `json:"name" maxLength:"120"`
		Why      string           `json:"why,omitempty" maxLength:"600"`
		From     string           `json:"from" example:"2026-11-13"`
		To       string           `json:"to,omitempty" doc:"Last day, included; from when left out"`
		Yearly   bool             `json:"yearly,omitempty"`
		Severity network.Severity `json:"severity" enum:"warn,block"`
	}
	makeDayIn struct {
		api.InBrand
		Body dayWords
	}
	// DayIn is the path of an operation on a day.
	DayIn struct {
		api.InBrand
		Day charter.DayID `path:"silent" format:"uuid"`
	}
	versionIn struct {
		api.InBrand
		Body struct {
			Version int64 `json:"version" minimum:"1"`
		}
	}
	ruleRows = api.Out[api.List[charter.Rule]]
	oneRule  = api.OutVersioned[charter.Rule]
	foundOut = api.Out[api.List[charter.Finding]]
)

func (w ruleWords) rule() charter.Rule {
	return charter.Rule{Name: w.Name, Why: w.Why, Kind: w.Kind, Severity: w.Severity, Scope: w.Scope, Networks: w.Networks, On: w.On, Spec: w.Spec}
}

func ruleOut(r charter.Rule, err error) (*oneRule, error) {
	if err != nil {
		return nil, err
	}
	return api.Versioned(r, r.Version), nil
}

// API registers the operations.
func (f *Face) API(r *api.Registry) {
	const group, at = "Charter", "/api/v1/brands/{brand}/charter"
	see, write, edit := api.In(team.SeePlanning), api.In(team.WritePosts), api.In(team.EditBrand)
	api.Register(r, api.Op{ID: "list-rules", Method: "GET", Path: at + "/rules", Guard: see, Group: group, Summary: "The rules of a brand's charter, in their order"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*ruleRows, error) {
			all, _, err := f.Room.Rules(ctx, c.Actor, c.Brand)
			return &ruleRows{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "make-rule", Method: "POST", Path: at + "/rules", Guard: edit, Group: group, Status: 201, MaxBody: maxForm, Summary: "Add a rule", Description: "It holds at once, for drafts and for what is scheduled."},
		func(ctx context.Context, c api.Call, in *makeRuleIn) (*oneRule, error) {
			return ruleOut(f.Room.Save(ctx, c.Actor, c.Brand, in.Body.rule()))
		})
	api.Register(r, api.Op{ID: "bring-rules", Method: "POST", Path: at + "/import", Guard: edit, Group: group, MaxBody: maxForm, Summary: "Add many rules, or put them in the place of all", Description: "One that is not fit refuses the whole."},
		func(ctx context.Context, c api.Call, in *bringIn) (*struct{}, error) {
			rules := make([]charter.Rule, len(in.Body.Rules))
			for i, w := range in.Body.Rules {
				rules[i] = w.rule()
			}
			return nil, f.Room.Bring(ctx, c.Actor, c.Brand, rules, in.Body.Replace)
		})
	api.Register(r, api.Op{ID: "get-rule", Method: "GET", Path: at + "/rules/{rule}", Guard: see, Group: group, Summary: "Read a rule"},
		func(ctx context.Context, c api.Call, in *RuleIn) (*oneRule, error) {
			return ruleOut(f.Room.Rule(ctx, c.Actor, c.Brand, in.Rule))
		})
	api.Register(r, api.Op{ID: "edit-rule", Method: "PUT", Path: at + "/rules/{rule}", Guard: edit, Group: group, MaxBody: maxForm, Summary: "Change a rule", Description: "With If-Match the later save never silently wins (409)."},
		func(ctx context.Context, c api.Call, in *editRuleIn) (*oneRule, error) {
			was, err := f.Room.Rule(ctx, c.Actor, c.Brand, in.Rule)
			if err != nil {
				return nil, err
			}
			next := in.Body.rule()
			next.ID, next.Version = was.ID, was.Version
			if v, err := in.IfMatch.Version(); err != nil {
				return nil, err
			} else if v != 0 {
				next.Version = v
			}
			return ruleOut(f.Room.Save(ctx, c.Actor, c.Brand, next))
		})
	api.Register(r, api.Op{ID: "remove-rule", Method: "DELETE", Path: at + "/rules/{rule}", Guard: edit, Group: group, Summary: "Take a rule out"},
		func(ctx context.Context, c api.Call, in *RuleIn) (*struct{}, error) {
			return nil, f.Room.Remove(ctx, c.Actor, c.Brand, in.Rule)
		})
	api.Register(r, api.Op{ID: "check-text", Method: "POST", Path: at + "/check", Guard: see, Group: group, MaxBody: maxForm, Summary: "Try a text on the charter", Description: "Places are bytes of the text. Nothing is kept."},
		func(ctx context.Context, c api.Call, in *checkIn) (*foundOut, error) {
			t := charter.Text{Parts: []string{in.Body.Text}, Network: in.Body.Network, Answer: in.Body.Answer, Labels: in.Body.Labels}
			if in.Body.At != nil {
				t.Local = *in.Body.At
			}
			found, err := f.Room.Try(ctx, c.Actor, c.Brand, t)
			return &foundOut{Body: api.ListOf(found, "")}, err
		})
	api.Register(r, api.Op{ID: "try-rule-on-past", Method: "POST", Path: at + "/past", Guard: edit, Group: group, MaxBody: maxForm, Summary: "Run a rule over the last quarter's publications", Description: "Nothing is kept."},
		func(ctx context.Context, c api.Call, in *pastIn) (*api.Out[pastOut], error) {
			now := time.Now()
			fired, read, err := f.Room.OverPast(ctx, c.Actor, c.Brand, in.Body.rule(), now.AddDate(0, -3, 0), now)
			if fired == nil {
				fired = []charter.Fired{}
			}
			return &api.Out[pastOut]{Body: pastOut{read, fired}}, err
		})
	api.Register(r, api.Op{ID: "list-charter-versions", Method: "GET", Path: at + "/versions", Guard: see, Group: group, Summary: "The last versions of a charter"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[api.List[charter.Version]], error) {
			all, err := f.Room.Versions(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[charter.Version]]{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "restore-charter", Method: "POST", Path: at + "/restore", Guard: edit, Group: group, Summary: "Make the charter what it was at a version"},
		func(ctx context.Context, c api.Call, in *versionIn) (*struct{}, error) {
			return nil, f.Room.Restore(ctx, c.Actor, c.Brand, in.Body.Version)
		})
	api.Register(r, api.Op{ID: "list-words", Method: "GET", Path: at + "/words", Guard: see, Group: group, Summary: "The brand's dictionary"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[api.List[string]], error) {
			all, err := f.Room.Words(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[string]]{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "add-words", Method: "POST", Path: at + "/words", Guard: write, Group: group, Summary: "Add words to the dictionary"},
		func(ctx context.Context, c api.Call, in *wordIn) (*struct{}, error) {
			return nil, f.Room.Learn(ctx, c.Actor, c.Brand, in.Body.Words...)
		})
	api.Register(r, api.Op{ID: "remove-word", Method: "DELETE", Path: at + "/words", Guard: write, Group: group, Summary: "Take a word out of the dictionary"},
		func(ctx context.Context, c api.Call, in *dropWordIn) (*struct{}, error) {
			return nil, f.Room.Unlearn(ctx, c.Actor, c.Brand, in.Word)
		})
	api.Register(r, api.Op{ID: "list-silent-days", Method: "GET", Path: at + "/days", Guard: see, Group: group, Summary: "The days on which the brand keeps silent, or minds what it says"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[api.List[charter.Day]], error) {
			all, err := f.Room.Days(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[charter.Day]]{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "add-silent-day", Method: "POST", Path: at + "/days", Guard: edit, Group: group, Status: 201, Summary: "Add a stretch of days"},
		func(ctx context.Context, c api.Call, in *makeDayIn) (*api.Out[charter.Day], error) {
			w := in.Body
			d, err := f.Room.SaveDay(ctx, c.Actor, c.Brand, charter.Day{Name: w.Name, Why: w.Why, From: w.From, To: w.To, Yearly: w.Yearly, Severity: w.Severity})
			return &api.Out[charter.Day]{Body: d}, err
		})
	api.Register(r, api.Op{ID: "remove-silent-day", Method: "DELETE", Path: at + "/days/{silent}", Guard: edit, Group: group, Summary: "Take a stretch of days away"},
		func(ctx context.Context, c api.Call, in *DayIn) (*struct{}, error) {
			return nil, f.Room.RemoveDay(ctx, c.Actor, c.Brand, in.Day)
		})
}
