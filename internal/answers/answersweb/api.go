package answersweb

import (
	"context"

	"vigie/internal/answers"
	"vigie/internal/api"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/team"
)

type (
	// AnswerIn is the path of an operation on a saved answer.
	AnswerIn struct {
		api.InBrand
		Answer answers.AnswerID `path:"answer" format:"uuid"`
	}
	// PositionIn is the path of an operation on a position.
	PositionIn struct {
		api.InBrand
		Position answers.PositionID `path:"position" format:"uuid"`
	}
	answerWords struct {
		Title    string             `json:"title" maxLength:"120"`
		Question string             `json:"question,omitempty" maxLength:"500" doc:"What people ask, as they write it"`
		Folder   string             `json:"folder,omitempty" maxLength:"60"`
		Labels   []string           `json:"labels,omitempty" maxItems:"10"`
		Texts    []answers.Text     `json:"texts" minItems:"1" maxItems:"30" doc:"One a language and network; blanks stand in braces"`
		Media    []id.Media         `json:"media,omitempty" maxItems:"10"`
		Position answers.PositionID `json:"position,omitempty" doc:"What it rests on"`
	}
	listIn struct {
		api.InBrand
		api.Paged
		Text     string             `query:"q" maxLength:"200"`
		Folder   string             `query:"folder" maxLength:"60"`
		Label    string             `query:"label" maxLength:"60"`
		Language string             `query:"language" maxLength:"20"`
		Position answers.PositionID `query:"position" maxLength:"40"`
		Only     string             `query:"only" enum:"archived,stale,review" doc:"Only those"`
	}
	makeIn struct {
		api.InBrand
		Body answerWords
	}
	editIn struct {
		AnswerIn
		api.IfMatch
		Body answerWords
	}
	messageIn struct {
		api.InBrand
		Body struct {
			Text     string       `json:"text" maxLength:"20000" doc:"What somebody wrote"`
			Language string       `json:"language,omitempty" maxLength:"20"`
			Network  network.Kind `json:"network,omitempty" maxLength:"60"`
			Limit    int          `json:"limit,omitempty" minimum:"0" maximum:"20"`
		}
	}
	fillWords struct {
		Language string            `json:"language,omitempty" maxLength:"20"`
		Network  network.Kind      `json:"network,omitempty" maxLength:"60"`
		Values   map[string]string `json:"values,omitempty" doc:"Blanks by their names: first_name, name, signature, and any other"`
		For      string            `json:"for,omitempty" maxLength:"100" doc:"The conversation, for the logbook"`
	}
	fillIn struct {
		AnswerIn
		Body fillWords
	}
	fileIn struct {
		api.InBrand
		Body struct {
			CSV string `json:"csv" maxLength:"8388608" doc:"A row a text: title, question, folder, labels, language, network, text"`
			Dry bool   `json:"dry,omitempty" doc:"Say what it would do, and do nothing"`
		}
	}
	settingIn struct {
		api.InBrand
		Body answers.AnswerSetting
	}
	subjectsIn struct {
		api.InBrand
		Text string `query:"q" maxLength:"200"`
	}
	makePositionIn struct {
		api.InBrand
		Body answers.NewWording
	}
	editPositionIn struct {
		PositionIn
		api.IfMatch
		Body answers.NewWording
	}
	approveIn struct {
		PositionIn
		Body struct {
			Number  int64 `json:"number" minimum:"1" doc:"Of the wording"`
			Version int64 `json:"version" minimum:"1" doc:"Of the position, as it was read"`
		}
	}
	oneAnswer   = api.OutVersioned[answers.Saved]
	onePosition = api.OutVersioned[answers.Stood]
)

func (w answerWords) answer() answers.Answer {
	return answers.Answer{Title: w.Title, Question: w.Question, Folder: w.Folder, Labels: w.Labels, Texts: w.Texts, Media: w.Media, Position: w.Position}
}

func (f *Face) saved(ctx context.Context, c api.Call, a answers.Answer) (*oneAnswer, error) {
	a, err := f.Room.Save(ctx, c.Actor, c.Brand, a)
	if err != nil {
		return nil, err
	}
	row, err := f.Room.Get(ctx, c.Actor, c.Brand, a.ID)
	if err != nil {
		return nil, err
	}
	return api.Versioned(row, row.Version), nil
}

func stood(p answers.Stood, err error) (*onePosition, error) {
	if err != nil {
		return nil, err
	}
	return api.Versioned(p, p.Version), nil
}

// API registers the operations.
func (f *Face) API(r *api.Registry) {
	f.answersAPI(r)
	f.positionsAPI(r)
}

func (f *Face) answersAPI(r *api.Registry) {
	const group, at, one = "Saved answers", "/api/v1/brands/{brand}/answers", "/api/v1/brands/{brand}/answers/{answer}"
	read, write, manage := api.In(team.AnswerPeople), api.In(team.WritePosts), api.In(team.EditBrand)
	api.Register(r, api.Op{ID: "list-answers", Method: "GET", Path: at, Guard: read, Group: group, Summary: "Saved answers, by title"},
		func(ctx context.Context, c api.Call, in *listIn) (*api.Out[api.List[answers.Saved]], error) {
			after, err := api.ReadCursor(in.Cursor, 1)
			if err != nil {
				return nil, err
			}
			from := answers.AnswerID("")
			if after != nil {
				from = answers.AnswerID(after[0])
			}
			rows, more, err := f.Room.List(ctx, c.Actor, c.Brand, answers.Filter{Text: in.Text, Folder: in.Folder, Label: in.Label, Language: in.Language, Position: in.Position, Only: in.Only}, from, in.Limit)
			if err != nil {
				return nil, err
			}
			next := ""
			if more {
				next = api.Cursor(string(rows[len(rows)-1].ID))
			}
			return &api.Out[api.List[answers.Saved]]{Body: api.ListOf(rows, next)}, nil
		})
	api.Register(r, api.Op{ID: "make-answer", Method: "POST", Path: at, Guard: write, Group: group, Status: 201, MaxBody: maxForm, Summary: "Save an answer"},
		func(ctx context.Context, c api.Call, in *makeIn) (*oneAnswer, error) {
			return f.saved(ctx, c, in.Body.answer())
		})
	api.Register(r, api.Op{ID: "suggest-answers", Method: "POST", Path: at + "/suggest", Guard: read, Group: group, Summary: "The saved answers nearest to a message", Description: "Best first, with the words they were found by. Nothing leaves the program and nothing is kept."},
		func(ctx context.Context, c api.Call, in *messageIn) (*api.Out[api.List[answers.Nearest]], error) {
			found, err := f.Room.Suggest(ctx, c.Actor, c.Brand, in.Body.Text, in.Body.Language, in.Body.Network, in.Body.Limit)
			return &api.Out[api.List[answers.Nearest]]{Body: api.ListOf(found, "")}, err
		})
	api.Register(r, api.Op{ID: "import-answers", Method: "POST", Path: at + "/import", Guard: write, Group: group, MaxBody: maxFile, Summary: "Bring in saved answers from CSV", Description: "All or none; one whose title is there is changed."},
		func(ctx context.Context, c api.Call, in *fileIn) (*api.Out[answers.Brought], error) {
			done, err := f.Room.BringFile(ctx, c.Actor, c.Brand, []byte(in.Body.CSV), in.Body.Dry)
			return &api.Out[answers.Brought]{Body: done}, err
		})
	api.Register(r, api.Op{ID: "get-answer-settings", Method: "GET", Path: at + "/settings", Guard: read, Group: group, Summary: "How a brand keeps its saved answers"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[answers.AnswerSetting], error) {
			set, err := f.Room.Setting(ctx, c.Actor, c.Brand)
			return &api.Out[answers.AnswerSetting]{Body: set}, err
		})
	api.Register(r, api.Op{ID: "set-answer-settings", Method: "PUT", Path: at + "/settings", Guard: manage, Group: group, Summary: "Say how a brand keeps its saved answers"},
		func(ctx context.Context, c api.Call, in *settingIn) (*api.Out[answers.AnswerSetting], error) {
			set, err := f.Room.Set(ctx, c.Actor, c.Brand, in.Body)
			return &api.Out[answers.AnswerSetting]{Body: set}, err
		})
	api.Register(r, api.Op{ID: "get-answer", Method: "GET", Path: one, Guard: read, Group: group, Summary: "Read a saved answer"},
		func(ctx context.Context, c api.Call, in *AnswerIn) (*oneAnswer, error) {
			row, err := f.Room.Get(ctx, c.Actor, c.Brand, in.Answer)
			if err != nil {
				return nil, err
			}
			return api.Versioned(row, row.Version), nil
		})
	api.Register(r, api.Op{ID: "edit-answer", Method: "PUT", Path: one, Guard: write, Group: group, MaxBody: maxForm, Summary: "Change a saved answer", Description: "With If-Match the later save never silently wins (409)."},
		func(ctx context.Context, c api.Call, in *editIn) (*oneAnswer, error) {
			was, err := f.Room.Get(ctx, c.Actor, c.Brand, in.Answer)
			if err != nil {
				return nil, err
			}
			next := in.Body.answer()
			next.ID, next.Version = was.ID, was.Version
			if v, err := in.IfMatch.Version(); err != nil {
				return nil, err
			} else if v != 0 {
				next.Version = v
			}
			return f.saved(ctx, c, next)
		})
	for _, o := range []struct {
		id, method, path, summary string
		guard                     api.Guard
		do                        func(context.Context, team.Actor, id.Brand, answers.AnswerID) error
	}{
		{"archive-answer", "DELETE", one, "Archive a saved answer", manage, f.Room.Archive},
		{"restore-answer", "POST", one + "/restore", "Bring an archived answer back", manage, f.Room.Restore},
		{"review-answer", "POST", one + "/reviewed", "Say that an answer was read again and is still right", write, f.Room.Reviewed},
	} {
		api.Register(r, api.Op{ID: o.id, Method: o.method, Path: o.path, Guard: o.guard, Group: group, Summary: o.summary},
			func(ctx context.Context, c api.Call, in *AnswerIn) (*struct{}, error) {
				return nil, o.do(ctx, c.Actor, c.Brand, in.Answer)
			})
	}
	api.Register(r, api.Op{ID: "list-answer-versions", Method: "GET", Path: one + "/versions", Guard: read, Group: group, Summary: "The last versions of a saved answer"},
		func(ctx context.Context, c api.Call, in *AnswerIn) (*api.Out[api.List[answers.Edition]], error) {
			all, err := f.Room.Versions(ctx, c.Actor, c.Brand, in.Answer)
			return &api.Out[api.List[answers.Edition]]{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "list-answer-lengths", Method: "GET", Path: one + "/lengths", Guard: read, Group: group, Summary: "How long a saved answer is on each channel of the brand"},
		func(ctx context.Context, c api.Call, in *AnswerIn) (*api.Out[api.List[answers.Fit]], error) {
			row, err := f.Room.Get(ctx, c.Actor, c.Brand, in.Answer)
			if err != nil {
				return nil, err
			}
			all, err := f.Room.Lengths(ctx, c.Actor, c.Brand, row.Answer)
			return &api.Out[api.List[answers.Fit]]{Body: api.ListOf(all, "")}, err
		})
	fill := func(w fillWords) answers.Want {
		return answers.Want{Language: w.Language, Network: w.Network, Values: w.Values, For: w.For}
	}
	api.Register(r, api.Op{ID: "fill-answer", Method: "POST", Path: one + "/fill", Guard: read, Group: group, Summary: "Fill the blanks of a saved answer", Description: "Nothing is counted. missing lists the blanks left."},
		func(ctx context.Context, c api.Call, in *fillIn) (*api.Out[answers.Filled], error) {
			out, err := f.Room.Fill(ctx, c.Actor, c.Brand, in.Answer, fill(in.Body))
			return &api.Out[answers.Filled]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "use-answer", Method: "POST", Path: one + "/use", Guard: read, Group: group, Summary: "Fill a saved answer for somebody, and count it", Description: "409 when it rests on a position that is over and the brand blocks that."},
		func(ctx context.Context, c api.Call, in *fillIn) (*api.Out[answers.Filled], error) {
			out, err := f.Room.Use(ctx, c.Actor, c.Brand, in.Answer, fill(in.Body))
			return &api.Out[answers.Filled]{Body: out}, err
		})
}

func (f *Face) positionsAPI(r *api.Registry) {
	const group, at, one = "Positions", "/api/v1/brands/{brand}/positions", "/api/v1/brands/{brand}/positions/{position}"
	read, write, manage := api.In(team.AnswerPeople), api.In(team.WritePosts), api.In(team.EditBrand)
	api.Register(r, api.Op{ID: "list-positions", Method: "GET", Path: at, Guard: read, Group: group, Summary: "Positions: in force, coming, to approve, ended"},
		func(ctx context.Context, c api.Call, in *subjectsIn) (*api.Out[api.List[answers.Stood]], error) {
			all, err := f.Room.Positions(ctx, c.Actor, c.Brand, in.Text)
			return &api.Out[api.List[answers.Stood]]{Body: api.ListOf(all, "")}, err
		})
	api.Register(r, api.Op{ID: "make-position", Method: "POST", Path: at, Guard: write, Group: group, Status: 201, MaxBody: maxForm, Summary: "Write a position", Description: "It holds once somebody else approved it."},
		func(ctx context.Context, c api.Call, in *makePositionIn) (*onePosition, error) {
			return stood(f.Room.Write(ctx, c.Actor, c.Brand, "", 0, in.Body))
		})
	api.Register(r, api.Op{ID: "get-position", Method: "GET", Path: one, Guard: read, Group: group, Summary: "Read a position with all its wordings"},
		func(ctx context.Context, c api.Call, in *PositionIn) (*onePosition, error) {
			return stood(f.Room.Position(ctx, c.Actor, c.Brand, in.Position))
		})
	api.Register(r, api.Op{ID: "edit-position", Method: "PUT", Path: one, Guard: write, Group: group, MaxBody: maxForm, Summary: "Write a position's next wording", Description: "Over its draft, or as a new version that takes the place of the old one at its date."},
		func(ctx context.Context, c api.Call, in *editPositionIn) (*onePosition, error) {
			v, err := in.IfMatch.Version()
			if err != nil {
				return nil, err
			}
			if in.Position == "" {
				return nil, fault.New(fault.NotFound, "")
			}
			return stood(f.Room.Write(ctx, c.Actor, c.Brand, in.Position, v, in.Body))
		})
	api.Register(r, api.Op{ID: "approve-position", Method: "POST", Path: one + "/approve", Guard: api.In(team.Review), Group: group, Summary: "Approve a wording", Description: "Not one's own, unless nobody else could (409)."},
		func(ctx context.Context, c api.Call, in *approveIn) (*onePosition, error) {
			return stood(f.Room.Approve(ctx, c.Actor, c.Brand, in.Position, in.Body.Number, in.Body.Version))
		})
	for _, o := range []struct {
		id, method, path, summary string
		do                        func(context.Context, team.Actor, id.Brand, answers.PositionID) error
	}{
		{"withdraw-position", "DELETE", one, "End a position at once", f.Room.Withdraw},
		{"reopen-position", "POST", one + "/reopen", "Take the withdrawal of a position back", f.Room.Reopen},
	} {
		api.Register(r, api.Op{ID: o.id, Method: o.method, Path: o.path, Guard: manage, Group: group, Summary: o.summary},
			func(ctx context.Context, c api.Call, in *PositionIn) (*struct{}, error) {
				return nil, o.do(ctx, c.Actor, c.Brand, in.Position)
			})
	}
	api.Register(r, api.Op{ID: "list-resting", Method: "GET", Path: one + "/rests", Guard: read, Group: group, Summary: "What rests on a position: saved answers, drafts, scheduled posts"},
		func(ctx context.Context, c api.Call, in *PositionIn) (*api.Out[answers.Resting], error) {
			out, err := f.Room.RestsOn(ctx, c.Actor, c.Brand, in.Position)
			return &api.Out[answers.Resting]{Body: out}, err
		})
}
