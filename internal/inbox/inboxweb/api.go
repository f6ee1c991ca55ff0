package inboxweb

import (
	"context"
	"time"

	"vigie/internal/api"
	"vigie/internal/base/id"
	"vigie/internal/inbox"
	"vigie/internal/network"
	"vigie/internal/team"
)

type (
	// TalkIn is the path of an operation on a conversation.
	TalkIn struct {
		api.InBrand
		Conversation inbox.ConversationID `path:"conversation" format:"uuid"`
	}
	talksIn struct {
		api.InBrand
		api.Paged
		State    inbox.State      `query:"state" enum:"open,waiting,done,snoozed" doc:"Only those; absent: all"`
		Channel  id.Channel       `query:"channel" maxLength:"40"`
		Kind     network.ItemKind `query:"kind" enum:"comment,reply,mention,quote,direct,mail"`
		Assignee string           `query:"assignee" maxLength:"40" doc:"A person's id, me, or none"`
		Unread   bool             `query:"unread" doc:"Those you have not read"`
		Language string           `query:"language" maxLength:"35" example:"en"`
		Text     string           `query:"text" maxLength:"200" doc:"Words in any message; accents and case do not count, the last word may be a beginning"`
	}
	readIn struct {
		TalkIn
		Before time.Time `query:"before" doc:"Messages before this hour"`
	}
	deed struct {
		State  inbox.State `json:"state,omitempty" enum:"open,waiting,done,snoozed"`
		Until  *time.Time  `json:"until,omitempty" doc:"When a snoozed one comes back"`
		Assign string      `json:"assign,omitempty" maxLength:"40" doc:"A person's id, me, or none"`
	}
	doIn struct {
		TalkIn
		Body deed
	}
	doManyIn struct {
		api.InBrand
		Body struct {
			deed
			Conversations []inbox.ConversationID `json:"conversations" minItems:"1" maxItems:"200"`
		}
	}
	undoIn struct {
		api.InBrand
		Change inbox.ChangeID `path:"change" format:"uuid"`
	}
	undone struct {
		N int `json:"n" doc:"How many conversations are as they were before"`
	}
	markIn struct {
		TalkIn
		Body struct {
			Until *time.Time `json:"until,omitempty" doc:"Until when you have read; absent: until now"`
			Not   bool       `json:"not,omitempty" doc:"You have not read it"`
		}
	}
	noteIn struct {
		TalkIn
		Body struct {
			Note string `json:"note" minLength:"1" maxLength:"4000"`
		}
	}
	unnoteIn struct {
		api.InBrand
		Note inbox.NoteID `path:"note" format:"uuid"`
	}
	replyWords struct {
		Message inbox.MessageID `json:"message,omitempty" maxLength:"40" doc:"What is answered; absent: the last that was said to us"`
		Text    string          `json:"text" maxLength:"20000"`
		Media   []id.Media      `json:"media,omitempty" maxItems:"10"`
		Private bool            `json:"private,omitempty" doc:"To its author alone, where the network has that"`
		Seen    *time.Time      `json:"seen,omitempty" doc:"What was said until then is known to you: a colleague's answer since is a conflict"`
		Anyway  bool            `json:"anyway,omitempty" doc:"Answer although a colleague did"`
		Saved   string          `json:"saved,omitempty" maxLength:"40" doc:"The saved answer it began from, which then counts as used"`
		Then    inbox.State     `json:"then,omitempty" enum:"done,waiting,open" doc:"What becomes of the conversation; absent: done"`
	}
	replyIn struct {
		TalkIn
		Body replyWords
	}
	replied struct {
		Answer id.Post `json:"answer" doc:"The post that carries it: its publication says whether it arrived"`
	}
	proposeIn struct {
		TalkIn
		Find string `query:"find" maxLength:"200" doc:"Words to search for; absent: what was last said to us"`
	}
	takeBackIn struct {
		TalkIn
		Answer id.Post `path:"reply" format:"uuid"`
	}
	talks = api.Out[api.List[inbox.Conversation]]
)

func person(c api.Call, s string) id.Person {
	if s == "me" {
		return c.Actor.Person
	}
	return id.Person(s)
}

func (d deed) of(c api.Call) inbox.Deed {
	out := inbox.Deed{State: d.State, Assign: person(c, d.Assign)}
	if d.Until != nil {
		out.Until = *d.Until
	}
	return out
}

func (w replyWords) reply() inbox.Reply {
	in := inbox.Reply{To: w.Message, Text: w.Text, Media: w.Media, Private: w.Private, Saved: w.Saved, Anyway: w.Anyway, Then: w.Then}
	if w.Seen != nil {
		in.Seen = *w.Seen
	}
	return in
}

// API registers the operations.
func (f *Face) API(r *api.Registry) {
	const group, at = "Inbox", "/api/v1/brands/{brand}/inbox"
	const one = at + "/conversations/{conversation}"
	see, answer := api.In(team.SeeInbox), api.In(team.AnswerPeople)
	api.Register(r, api.Op{ID: "list-conversations", Method: "GET", Path: at + "/conversations", Guard: see, Group: group, Summary: "List and search conversations, the latest first"},
		func(ctx context.Context, c api.Call, in *talksIn) (*talks, error) {
			page, err := f.Room.List(ctx, c.Actor, c.Brand, inbox.Filter{State: in.State, Channel: in.Channel, Kind: in.Kind, Assignee: person(c, in.Assignee), Unread: in.Unread, Language: in.Language, Text: in.Text}, in.Cursor, in.Limit)
			return &talks{Body: api.ListOf(page.Items, page.Next)}, err
		})
	api.Register(r, api.Op{ID: "read-conversation", Method: "GET", Path: one, Guard: see, Group: group, Summary: "A conversation with its messages, notes and answers on their way"},
		func(ctx context.Context, c api.Call, in *readIn) (*api.Out[inbox.Thread], error) {
			t, err := f.Room.Read(ctx, c.Actor, c.Brand, in.Conversation, in.Before)
			if err != nil {
				return nil, err
			}
			return &api.Out[inbox.Thread]{Body: whole(t)}, nil
		})
	api.Register(r, api.Op{ID: "change-conversation", Method: "POST", Path: one + "/changes", Guard: answer, Group: group, Summary: "Change a conversation's state, or whose it is"},
		func(ctx context.Context, c api.Call, in *doIn) (*api.Out[inbox.Change], error) {
			out, err := f.Room.Do(ctx, c.Actor, c.Brand, []inbox.ConversationID{in.Conversation}, in.Body.of(c))
			return &api.Out[inbox.Change]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "change-conversations", Method: "POST", Path: at + "/changes", Guard: answer, Group: group, Summary: "Change several conversations together, all or none"},
		func(ctx context.Context, c api.Call, in *doManyIn) (*api.Out[inbox.Change], error) {
			out, err := f.Room.Do(ctx, c.Actor, c.Brand, in.Body.Conversations, in.Body.of(c))
			return &api.Out[inbox.Change]{Body: out}, err
		})
	api.Register(r, api.Op{ID: "undo-conversation-change", Method: "POST", Path: at + "/changes/{change}/undo", Guard: answer, Group: group, Summary: "Take one of your changes back, within the hour"},
		func(ctx context.Context, c api.Call, in *undoIn) (*api.Out[undone], error) {
			n, err := f.Room.Undo(ctx, c.Actor, c.Brand, in.Change)
			return &api.Out[undone]{Body: undone{n}}, err
		})
	api.Register(r, api.Op{ID: "mark-conversation-read", Method: "POST", Path: one + "/read", Guard: see, Group: group, Summary: "Say how far you have read"},
		func(ctx context.Context, c api.Call, in *markIn) (*struct{}, error) {
			until := time.Now().UTC()
			if in.Body.Until != nil && in.Body.Until.Before(until) {
				until = *in.Body.Until
			}
			if in.Body.Not {
				until = time.Time{}
			}
			return nil, f.Room.MarkRead(ctx, c.Actor, c.Brand, []inbox.ConversationID{in.Conversation}, until)
		})
	api.Register(r, api.Op{ID: "note-conversation", Method: "POST", Path: one + "/notes", Guard: answer, Group: group, Summary: "Write a note for the team"},
		func(ctx context.Context, c api.Call, in *noteIn) (*api.Out[inbox.Note], error) {
			n, err := f.Room.AddNote(ctx, c.Actor, c.Brand, in.Conversation, in.Body.Note)
			return &api.Out[inbox.Note]{Body: n}, err
		})
	api.Register(r, api.Op{ID: "remove-note", Method: "DELETE", Path: at + "/notes/{note}", Guard: answer, Group: group, Summary: "Remove a note"},
		func(ctx context.Context, c api.Call, in *unnoteIn) (*struct{}, error) {
			return nil, f.Room.RemoveNote(ctx, c.Actor, c.Brand, in.Note)
		})
	api.Register(r, api.Op{ID: "propose-answers", Method: "GET", Path: one + "/proposals", Guard: answer, Group: group, Summary: "Saved answers that may serve, filled for who is answered"},
		func(ctx context.Context, c api.Call, in *proposeIn) (*api.Out[api.List[inbox.Proposal]], error) {
			all, err := f.Room.Propose(ctx, c.Actor, c.Brand, in.Conversation, in.Find)
			return &api.Out[api.List[inbox.Proposal]]{Body: api.List[inbox.Proposal]{Items: all}}, err
		})
	api.Register(r, api.Op{ID: "preview-answer", Method: "POST", Path: one + "/answers/preview", Guard: answer, Group: group, Summary: "An answer as it would leave: its length and what stands in its way"},
		func(ctx context.Context, c api.Call, in *replyIn) (*api.Out[inbox.Seen], error) {
			seen, err := f.Room.Preview(ctx, c.Actor, c.Brand, in.Conversation, in.Body.reply())
			return &api.Out[inbox.Seen]{Body: seen}, err
		})
	api.Register(r, api.Op{ID: "answer-conversation", Method: "POST", Path: one + "/answers", Guard: answer, Group: group, Summary: "Answer a message; it leaves after ten seconds, once"},
		func(ctx context.Context, c api.Call, in *replyIn) (*api.Out[replied], error) {
			post, err := f.Room.Reply(ctx, c.Actor, c.Brand, in.Conversation, in.Body.reply())
			return &api.Out[replied]{Body: replied{post}}, err
		})
	api.Register(r, api.Op{ID: "take-answer-back", Method: "POST", Path: one + "/answers/{reply}/take-back", Guard: answer, Group: group, Summary: "Stop an answer that has not left"},
		func(ctx context.Context, c api.Call, in *takeBackIn) (*struct{}, error) {
			return nil, f.Room.TakeBack(ctx, c.Actor, c.Brand, in.Conversation, in.Answer)
		})
	api.Register(r, api.Op{ID: "list-listening", Method: "GET", Path: at + "/channels", Guard: see, Group: group, Summary: "How the reading of each channel stands"},
		func(ctx context.Context, c api.Call, _ *api.InBrand) (*api.Out[api.List[inbox.Listening]], error) {
			all, err := f.Room.Listens(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[inbox.Listening]]{Body: api.ListOf(all, "")}, err
		})
}

// whole never says null for an empty list.
func whole(t inbox.Thread) inbox.Thread {
	if t.Messages == nil {
		t.Messages = []inbox.Message{}
	}
	if t.Said == nil {
		t.Said = []inbox.Said{}
	}
	if t.Notes == nil {
		t.Notes = []inbox.Note{}
	}
	if t.Others == nil {
		t.Others = []inbox.Conversation{}
	}
	return t
}
