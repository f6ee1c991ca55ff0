package app

import (
	"context"
	"strconv"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// handTold is the job that finds out who publishes by hand, and has a letter
// written to each. It is added in the transaction that hands over.
type handTold struct {
	Brand       id.Brand       `json:"brand"`
	Publication id.Publication `json:"publication"`
	Attempt     int            `json:"attempt"`
	Late        bool           `json:"late,omitempty"`
}

// handMail is the job of one letter. It may be sent a second time only when the
// program dies between the mail server's answer and the end of the job; its
// number is the same, so that mail programs show it once.
type handMail struct {
	Brand       id.Brand       `json:"brand"`
	Publication id.Publication `json:"publication"`
	Attempt     int            `json:"attempt"`
	Late        bool           `json:"late,omitempty"`
	Person      id.Person      `json:"person"`
}

const (
	handToldKind = "app.hand_told"
	handMailKind = "app.hand_mail"
)

func (a *App) declareHands() {
	jobs.Handle(a.Jobs, handToldKind, jobs.Options{}, a.tellHands)
	jobs.Handle(a.Jobs, handMailKind, jobs.Options{}, a.sendHand)
}

func (a *App) handed(ctx context.Context, tx *sqldb.Tx, h publishing.Hand) error {
	return a.Jobs.Enqueue(ctx, tx, handToldKind, handTold{Brand: h.Brand, Publication: h.Publication, Attempt: h.Attempt, Late: h.Late})
}

// hands are those who publish by hand on a channel: the people it names that
// may still publish for the brand; none left: those who answer for it.
func (a *App) hands(ctx context.Context, b id.Brand, named []id.Person) ([]id.Person, error) {
	all, err := a.Team.People(ctx, team.Program("hands"), b)
	if err != nil {
		return nil, err
	}
	var out []id.Person
	for _, p := range named {
		for _, m := range all {
			if m.Person == p && !m.Disabled && m.Role.May(team.PublishPosts) {
				out = append(out, p)
			}
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	return a.answerable(ctx, b)
}

// tellHands adds a letter for each. A job that is run again adds none twice
// while the first still waits; all of them are one transaction.
func (a *App) tellHands(ctx context.Context, job handTold) (err error) {
	defer fault.Wrap(&err, "tell who publishes by hand")
	pub, waits, err := a.inHand(ctx, job.Brand, job.Publication, job.Attempt)
	if err != nil || !waits {
		return err
	}
	ch, err := a.Channels.Get(ctx, team.Program("hands"), job.Brand, pub.Channel)
	if err != nil {
		return err
	}
	to, err := a.hands(ctx, job.Brand, ch.People)
	if err != nil {
		return err
	}
	return a.DB.Write(ctx, func(tx *sqldb.Tx) error {
		for _, p := range to {
			if err := a.Jobs.Enqueue(ctx, tx, handMailKind, handMail{Brand: job.Brand, Publication: job.Publication, Attempt: job.Attempt, Late: job.Late, Person: p}, jobs.Unique()); err != nil {
				return err
			}
		}
		tx.AfterCommit(func() {
			for _, p := range to {
				a.Hub.Tell("person:"+string(p), "hand", map[string]any{"publication": job.Publication, "late": job.Late})
			}
		})
		return nil
	})
}

// inHand tells whether what a letter is about still waits for a person: the
// same handing over, in a brand that is not archived.
func (a *App) inHand(ctx context.Context, b id.Brand, p id.Publication, attempt int) (publishing.Publication, bool, error) {
	pub, _, err := a.Publishing.Publication(ctx, team.Program("hands"), b, p)
	if fault.Is(err, fault.NotFound) {
		return pub, false, nil
	}
	if err != nil || pub.State != publishing.Handed || pub.Attempts != attempt {
		return pub, false, err
	}
	gone, err := away(ctx, a.DB, b)
	return pub, !gone, err
}

// sendHand writes the letter in the person's language. It says nothing of the
// post: her page does, behind her sign-in. Safe to repeat.
func (a *App) sendHand(ctx context.Context, job handMail) (err error) {
	defer fault.Wrap(&err, "tell of a post to publish by hand")
	pub, waits, err := a.inHand(ctx, job.Brand, job.Publication, job.Attempt)
	if err != nil || !waits {
		return err
	}
	to, language, err := a.reach(ctx, job.Person)
	if err != nil || to.Email == "" {
		return err
	}
	program := team.Program("hands")
	br, err := a.Brands.Get(ctx, program, job.Brand)
	if err != nil {
		return err
	}
	ch, err := a.Channels.Get(ctx, program, job.Brand, pub.Channel)
	if err != nil {
		return err
	}
	sender, err := a.sender()
	if err != nil {
		return err
	}
	loc := a.Words.For(language).In(br.Zone)
	what, number := "now", string(job.Publication)+"."+strconv.Itoa(job.Attempt)+"."+string(job.Person)
	if job.Late {
		what, number = "late", number+".late"
	}
	values := []any{"brand", br.Name, "network", ch.Title, "when", loc.DateTime(pub.DueAt),
		"link", a.Config.PublicURL() + "/b/" + string(job.Brand) + "/by-hand/" + string(job.Publication)}
	return sender.Send(ctx, mail.Message{ID: number, To: to, Language: loc.Lang, Subject: loc.T("app.hand."+what+".subject", values...), Text: loc.T("app.hand."+what+".text", values...)})
}
