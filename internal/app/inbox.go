package app

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/inbox"
	"vigie/internal/network"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/today"
)

// buildInbox makes the Boîte and what reads the networks for it.
func (a *App) buildInbox(box *secret.Box) {
	a.Inbox = inbox.New(inbox.Needs{DB: a.DB, Book: a.Book, Channels: a.Channels, Seal: box, Posts: inboxPosts{a.Publishing}, Answers: inboxAnswers{a.Publishing}, Shelf: inboxShelf{a},
		Away: away, Answerable: a.canAnswer, Later: a.later, Tell: a.Hub.Tell, Log: a.Log})
	a.Readers = inbox.NewReaders(a.Inbox, inbox.ReadersConfig{Alone: a.Config.SQLite()})
	a.Book.Read(logbook.Reader{Name: "inbox.spoken", Acts: []string{inbox.SentAct}, Handle: a.Inbox.ReadSent})
}

func (a *App) declareInbox() {
	jobs.Handle(a.Jobs, inbox.PastKind, jobs.Options{Queue: "inbox"}, a.Inbox.ReadPast)
	jobs.Handle(a.Jobs, inbox.ThreadKind, jobs.Options{Queue: "inbox", Attempts: 8}, a.Inbox.ReadThread)
	a.Jobs.Reconcile("inbox.reconcile", a.Inbox.Reconcile)
	a.Jobs.Every("inbox.tidy", inboxTidy, a.Inbox.Tidy)
}

// canAnswer lists those to whom a conversation can be given.
func (a *App) canAnswer(ctx context.Context, b id.Brand) ([]id.Person, error) {
	all, err := a.Team.People(ctx, team.Program("inbox"), b)
	if err != nil {
		return nil, err
	}
	var out []id.Person
	for _, m := range all {
		if m.Role.May(team.AnswerPeople) {
			out = append(out, m.Person)
		}
	}
	return out, nil
}

// toAnswer counts, for the rail, the conversations that are open.
func (a *App) toAnswer(ctx context.Context, actor team.Actor, b brand.Brand) int {
	n, err := a.Inbox.Count(ctx, actor, b.ID, railMost)
	if err != nil {
		return 0 // the page itself says what is wrong
	}
	return n
}

// inboxTidy is how often gestures that are past taking back are forgotten.
const inboxTidy = time.Hour

// railMost is what the rail counts to.
const railMost = 1000

// inboxPosts is publishing as the inbox asks what we said.
type inboxPosts struct{ *publishing.Service }

func (p inboxPosts) Published(ctx context.Context, q sqldb.Q, b id.Brand, pub id.Publication) (inbox.Published, error) {
	x, about, err := p.Service.Published(ctx, q, b, pub)
	if err != nil {
		return inbox.Published{}, err
	}
	out := inbox.Published{Channel: x.Channel, Post: x.Post, Answer: about != ""}
	for i, sent := range x.Sent {
		part := inbox.Part{Ref: sent.Ref, URL: sent.URL, At: sent.At}
		if i < len(x.Content.Parts) {
			part.Text = x.Content.Parts[i].Text
			for _, m := range x.Content.Parts[i].Media[:min(1, len(x.Content.Parts[i].Media))] {
				if out.Media == "" {
					out.Media, out.Alt = m.ID, m.Alt
				}
			}
		}
		out.Parts = append(out.Parts, part)
	}
	return out, nil
}

// inboxAnswers is publishing as the inbox answers people: the same ledger.
type inboxAnswers struct{ *publishing.Service }

func (p inboxAnswers) reply(ctx context.Context, a team.Actor, b id.Brand, in inbox.Answer) (publishing.Reply, network.AnswerRule, error) {
	ch, err := p.Channels.Get(ctx, a, b, in.Channel)
	if err != nil {
		return publishing.Reply{}, network.AnswerRule{}, err
	}
	rule := ch.Capabilities.Answer
	r := publishing.Reply{ID: in.ID, Channel: in.Channel, Thread: publishing.Thread{About: string(in.Conversation), Parent: in.Parent, Root: in.Root}, Title: "@" + in.Whom,
		Mention: in.Whom, Text: in.Text, After: in.Undo, Still: in.Still}
	if in.Private {
		r.Options.Visibility = rule.Private
	}
	if in.Language != "" && ch.Capabilities.Languages > 0 {
		r.Options.Languages = []string{in.Language} // one answers people in theirs, and is read for its spelling in it
	}
	for _, m := range in.Media {
		r.Media = append(r.Media, publishing.MediaRef{ID: m})
	}
	return r, rule, nil
}

// Answer is publishing's Reply.
func (p inboxAnswers) Answer(ctx context.Context, a team.Actor, b id.Brand, in inbox.Answer) (id.Post, error) {
	r, _, err := p.reply(ctx, a, b, in)
	if err != nil {
		return "", err
	}
	out, err := p.Service.Reply(ctx, a, b, r)
	return out.Post.ID, err
}

// Look is publishing's PreviewReply.
func (p inboxAnswers) Look(ctx context.Context, a team.Actor, b id.Brand, in inbox.Answer) (inbox.Seen, error) {
	r, rule, err := p.reply(ctx, a, b, in)
	if err != nil {
		return inbox.Seen{}, err
	}
	seen := inbox.Seen{Able: rule.Able, Private: rule.Private != "", Problems: []inbox.Trouble{}}
	shown, found, err := p.PreviewReply(ctx, a, b, r)
	if err != nil {
		return seen, err
	}
	seen.Text = shown.Content.Text()
	for _, c := range shown.Counts[:min(1, len(shown.Counts))] {
		seen.Count, seen.Most = c.Used, c.Max
	}
	for _, x := range shown.Problems {
		seen.Problems = append(seen.Problems, inbox.Trouble{Key: x.Key, Values: x.Values, Stops: x.Severity == network.Block})
	}
	for _, x := range found {
		seen.Problems = append(seen.Problems, inbox.Trouble{Key: x.Key, Values: x.Values, Why: x.Why, Stops: x.Severity == network.Block})
	}
	for _, x := range seen.Problems {
		seen.Stops = seen.Stops || x.Stops
	}
	return seen, nil
}

// Answers is publishing's Replies.
func (p inboxAnswers) Answers(ctx context.Context, a team.Actor, b id.Brand, about inbox.ConversationID) ([]inbox.Said, error) {
	all, err := p.Replies(ctx, a, b, string(about))
	if err != nil {
		return nil, err
	}
	out := make([]inbox.Said, len(all))
	for i, x := range all {
		one := inbox.Said{ID: x.Post.ID, Person: x.Post.Author, Text: x.Post.Text, At: x.Post.Made, State: string(x.Publication.State), Problem: x.Publication.Problem, URL: x.Publication.URL}
		if x.Publication.State.Waiting() {
			one.Leaves = x.Publication.DueAt
		}
		for _, part := range x.Publication.Sent {
			one.Refs = append(one.Refs, part.Ref)
		}
		out[i] = one
	}
	return out, nil
}

// TakeBack is publishing's.
func (p inboxAnswers) TakeBack(ctx context.Context, a team.Actor, b id.Brand, answer id.Post) (string, error) {
	post, err := p.Service.TakeBack(ctx, a, b, answer)
	return post.Text, err
}

var _ inbox.Answerer = inboxAnswers{}

// talkOf reads a topic "conversation:<id>" that the actor may hear.
func (a *App) talkOf(ctx context.Context, actor team.Actor, talk inbox.ConversationID) error {
	for _, b := range actor.Brands() {
		if a.Inbox.There(ctx, actor, b, talk) == nil {
			return nil
		}
	}
	return fault.New(fault.NotFound, "")
}

// tellChannels lets pages know of channels, and the readers too: one that was
// just connected is heard at once.
func (a *App) tellChannels(topic, kind string, data any) {
	a.Hub.Tell(topic, kind, data)
	if a.Readers != nil {
		a.Readers.Knock("")
	}
}

// asked tells the page of the day who waits for an answer.
func (a *App) asked(ctx context.Context, actor team.Actor, b id.Brand, limit int) ([]today.Asker, int, error) {
	n, err := a.Inbox.Count(ctx, actor, b, railMost)
	if err != nil || n == 0 {
		return nil, 0, err
	}
	due, err := a.Inbox.Due(ctx, actor, b, limit)
	var out []today.Asker
	for _, c := range due {
		out = append(out, today.Asker{Conversation: string(c.ID), Channel: c.Channel, Name: c.Name, Words: c.Excerpt, Since: c.Unanswered})
	}
	return out, n, err
}
