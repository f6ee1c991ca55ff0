package app

import (
	"context"

	"vigie/internal/answers"
	"vigie/internal/answers/answersweb"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// buildAnswers makes the room of saved answers and positions.
func (a *App) buildAnswers() {
	a.Answers = answers.New(answers.Needs{DB: a.DB, Book: a.Book, Brand: brand.Load, Tell: a.Hub.Tell,
		People: func(ctx context.Context, b id.Brand) ([]team.Member, error) {
			return a.Team.People(ctx, team.Program("answers"), b)
		},
		Channels: func(ctx context.Context, b id.Brand) ([]channel.Channel, error) {
			return a.Channels.List(ctx, team.Program("answers"), b)
		},
		Media: func(ctx context.Context, actor team.Actor, b id.Brand, m id.Media) error {
			_, err := a.Assets.Get(ctx, actor, b, m)
			return err
		},
		Posts: a.unsentWith,
	})
}

func (a *App) answersFace() face {
	return answersweb.New(answersweb.Config{Room: a.Answers, Networks: a.Channels.Networks, Names: a.names})
}

// unsentMost bounds how many posts are read for the words of a position.
const unsentMost = 100

// unsentWith lists what is not sent yet and holds the words of a text, on some
// channel.
func (a *App) unsentWith(ctx context.Context, actor team.Actor, b id.Brand, text string) ([]answers.Post, error) {
	page, err := a.Publishing.Posts(ctx, actor, b, publishing.Filter{Text: text, Badges: []publishing.Badge{publishing.NoBadge, publishing.Scheduled, publishing.Awaiting, publishing.OnHold}}, "", unsentMost)
	if err != nil {
		return nil, err
	}
	var out []answers.Post
	for _, row := range page.Items {
		p, err := a.Publishing.Get(ctx, actor, b, row.ID)
		if err != nil {
			return nil, err
		}
		one := answers.Post{ID: p.ID, Title: p.Title, At: p.At, Texts: []string{p.Text}}
		for _, v := range p.Variants {
			if v.Text != nil {
				one.Texts = append(one.Texts, *v.Text)
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// positionEyes are the positions as publishing asks them: the exact words of
// one that is over on the day the post leaves.
type positionEyes struct{ *App }

// Examine implements publishing.Examiner.
func (e positionEyes) Examine(ctx context.Context, q sqldb.Q, s publishing.Subject) ([]publishing.Finding, error) {
	at, language := s.At, ""
	if at.IsZero() {
		at = e.DB.Now()
	}
	if l := s.Content.Options.Languages; len(l) > 0 {
		language = l[0]
	}
	parts := make([]string, len(s.Content.Parts))
	for i, p := range s.Content.Parts {
		parts[i] = p.Text
	}
	found, err := e.Answers.Look(ctx, q, s.Brand, at, language, parts, s.Leaving)
	out := make([]publishing.Finding, 0, len(found))
	for _, f := range found {
		out = append(out, positionFinding(s.Brand, f))
	}
	if s.Content.To == nil {
		return out, err
	}
	// An answer never leaves with a blank of a saved answer in it.
	for i, text := range parts {
		for _, at := range answers.BlanksAt(text) {
			out = append(out, publishing.Finding{Rule: "answers.blank", Severity: network.Block, Part: i, Start: at[0], End: at[1], Key: "answers.find.blank", Values: map[string]any{"words": text[at[0]:at[1]]}})
		}
	}
	return out, err
}

func positionFinding(b id.Brand, f answers.Finding) publishing.Finding {
	out := publishing.Finding{Rule: "position.old", Severity: f.Severity, Part: f.Part, Start: f.Start, End: f.End, Key: f.Key,
		Values: map[string]any{"words": f.Words, "subject": f.Subject, "until": f.Until}}
	if f.Say != "" {
		out.Remedy = &publishing.Remedy{Do: "replace", Key: "charter.do.replace", With: []string{f.Say}}
	} else {
		out.Remedy = &publishing.Remedy{Do: "link", Key: "answers.do.see", Href: "/b/" + string(b) + "/positions/" + string(f.Position)}
	}
	return out
}
