package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// recallMail is the job that tells one person of one recall. Ids only: the
// letter is made when it is sent.
type recallMail struct {
	Brand  id.Brand            `json:"brand"`
	Recall publishing.RecallID `json:"recall"`
	Person id.Person           `json:"person"`
	// Letter names a second letter; empty for the first.
	Letter id.Token `json:"letter,omitempty"`
}

const recallMailKind = "app.recall_mail"

// answerable are those who answer for a brand: its owners and managers.
func (a *App) answerable(ctx context.Context, b id.Brand) ([]id.Person, error) {
	all, err := a.Team.People(ctx, team.Program("recall"), b)
	var out []id.Person
	for _, m := range all {
		if !m.Disabled && (m.Role == team.Owner || m.Role == team.Manager) {
			out = append(out, m.Person)
		}
	}
	return out, err
}

// alert has a letter written to each of those a recall names.
func (a *App) alert(ctx context.Context, tx *sqldb.Tx, r publishing.Recall) error {
	for _, p := range r.Told {
		if err := a.Jobs.Enqueue(ctx, tx, recallMailKind, recallMail{Brand: r.Brand, Recall: r.ID, Person: p}); err != nil {
			return err
		}
	}
	return nil
}

// remind has a second letter written about what a recall left to a hand.
func (a *App) remind(ctx context.Context, tx *sqldb.Tx, r publishing.Recall) error {
	for _, p := range r.Told {
		if err := a.Jobs.Enqueue(ctx, tx, recallMailKind, recallMail{Brand: r.Brand, Recall: r.ID, Person: p, Letter: id.New[id.Token]()}); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) declareRecall() {
	jobs.Handle(a.Jobs, recallMailKind, jobs.Options{}, a.sendRecall)
	a.Jobs.Every("publishing.recalls", publishing.RemindEvery, a.Publishing.RemindRecalls)
}

// stillOpen leaves of a recall what was left to a hand and nobody has closed;
// none too for a person who has no role in the brand any more.
func (a *App) stillOpen(ctx context.Context, job recallMail, legs []publishing.RecallLeg) ([]publishing.RecallLeg, error) {
	all, err := a.Team.People(ctx, team.Program("recall"), job.Brand)
	if err != nil || !slices.ContainsFunc(all, func(m team.Member) bool { return m.Person == job.Person && !m.Disabled && m.Role.May(team.SeePlanning) }) {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(legs), func(l publishing.RecallLeg) bool {
		return l.State != publishing.RecallCannot
	}), nil
}

// sendRecall writes the letter in the person's language. What is gone by now,
// the person or the brand, is not written about. Safe to repeat.
func (a *App) sendRecall(ctx context.Context, job recallMail) (err error) {
	defer fault.Wrap(&err, "tell of a recall")
	to, language, err := a.reach(ctx, job.Person)
	if err != nil || to.Email == "" {
		return err
	}
	program := team.Program("recall")
	r, err := a.Publishing.GetRecall(ctx, program, job.Brand, job.Recall)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	name, kind := string(job.Recall)+"."+string(job.Person), string(r.Kind)
	if job.Letter != "" {
		if r.Legs, err = a.stillOpen(ctx, job, r.Legs); err != nil || len(r.Legs) == 0 {
			return err
		}
		name, kind = string(job.Letter), "reminder"
	}
	br, err := a.Brands.Get(ctx, program, job.Brand)
	if err != nil {
		return err
	}
	loc := a.Words.For(language).In(br.Zone)
	by := loc.T("app.program")
	if who, _, err := a.reach(ctx, r.By); err == nil && who.Name != "" {
		by = who.Name
	}
	values := []any{"n", len(r.Legs), "brand", br.Name, "by", by, "when", loc.DateTime(r.Made), "reason", r.Reason, "what", a.recalledTitles(ctx, loc, r),
		"link", a.Config.PublicURL() + "/b/" + string(job.Brand) + "/recalls/" + string(job.Recall)}
	sender, err := a.sender()
	if err != nil {
		return err
	}
	key := "app.recall." + kind
	return sender.Send(ctx, mail.Message{ID: name, To: to, Language: loc.Lang,
		Subject: loc.T(key+".subject", values...), Text: loc.T(key+".text", values...)})
}

// recalledTitles are lines, one a publication: title and network.
func (a *App) recalledTitles(ctx context.Context, loc *i18n.Loc, r publishing.Recall) string {
	ctx = i18n.With(ctx, loc)
	var lines []string
	for _, l := range r.Legs {
		title, where := l.Title, ""
		if title == "" {
			title = loc.T("app.untitled")
		}
		if ch, err := a.Channels.Get(ctx, team.Program("recall"), r.Brand, l.Channel); err == nil {
			where = ", " + ch.Title + " @" + ch.Handle
		}
		line := "- " + title + where
		if l.URL != "" {
			line += "\n  " + a.whole(l.URL)
		}
		if lines = append(lines, line); len(lines) == 30 {
			break // the page has them all
		}
	}
	return strings.Join(lines, "\n")
}

// whole makes a link of the practice network, which is ours, one that a letter
// can hold.
func (a *App) whole(link string) string {
	if strings.HasPrefix(link, "/") {
		return a.Config.PublicURL() + link
	}
	return link
}

// RecallNow follows a recall to its end, or until ctx ends: for the command
// line. It makes the calls itself when no other Vigie holds the file; else the
// one that serves does. Nothing else is sent by it.
func (a *App) RecallNow(ctx context.Context, r publishing.Recall) (_ publishing.Recall, err error) {
	defer fault.Wrap(&err, "follow recall")
	alone := a.takeLock() == nil
	if alone {
		if err := a.Ledger.StartRecalls(ctx); err != nil {
			return r, err
		}
		defer func() {
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			err = errors.Join(err, a.Ledger.Stop(stop))
		}()
	}
	for r.Ended.IsZero() {
		select {
		case <-ctx.Done():
			return r, nil
		case <-time.After(200 * time.Millisecond):
		}
		if r, err = a.Publishing.GetRecall(context.WithoutCancel(ctx), team.Program("recall"), r.Brand, r.ID); err != nil {
			return r, err
		}
	}
	return r, nil
}
