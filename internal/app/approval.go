package app

import (
	"context"
	"time"

	"vigie/internal/app/reading"
	"vigie/internal/approval"
	"vigie/internal/approval/approvalweb"
	"vigie/internal/assets"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// buildApproval makes the room that reads what leaves.
func (a *App) buildApproval(box *secret.Box) error {
	sender, err := a.sender()
	if err != nil {
		return err
	}
	a.Approval = approval.New(approval.Needs{DB: a.DB, Book: a.Book, Posts: reading.Posts{Room: a.Publishing}, Seal: box, Mail: sender, Words: a.Words, Address: a.Config.PublicURL(), Tell: a.Hub.Tell, Log: a.Log,
		People: func(ctx context.Context, b id.Brand) ([]team.Member, error) {
			return a.Team.People(ctx, team.Program("approval"), b)
		},
		Channel: func(ctx context.Context, b id.Brand, c id.Channel) error {
			_, err := a.Channels.Get(ctx, team.Program("approval"), b, c)
			return err
		},
		Brand: func(ctx context.Context, q sqldb.Q, b id.Brand) (string, string, error) {
			br, err := brand.Load(ctx, q, b)
			return br.Name, br.Zone, err
		},
		Reach: a.reach,
		Later: func(ctx context.Context, tx *sqldb.Tx, kind string, args any) error {
			return a.Jobs.Enqueue(ctx, tx, kind, args)
		},
	})
	return nil
}

func (a *App) declareApproval() {
	jobs.Handle(a.Jobs, approval.MailKind, jobs.Options{}, a.Approval.SendMail)
	a.Jobs.Every("approval.mind", approval.MindEvery, a.Approval.Mind)
}

// reach says how to write to a person of the instance.
func (a *App) reach(ctx context.Context, p id.Person) (mail.Address, string, error) {
	all, err := a.Team.Persons(ctx, team.Program("approval"))
	if err != nil {
		return mail.Address{}, "", err
	}
	for _, who := range all {
		if who.ID == p {
			return mail.Address{Name: who.Name, Email: who.Email}, who.Language, nil
		}
	}
	return mail.Address{}, "", nil
}

func (a *App) approvalFace() face {
	return approvalweb.New(approvalweb.Config{Room: a.Approval, Channels: a.Channels, Brand: a.Brands.Get, Names: a.names, People: a.Team.People, Words: a.Words, HTTPS: a.Config.HTTPS(),
		Library: func(ctx context.Context, actor team.Actor, b id.Brand) ([]approvalweb.Thumb, error) {
			page, err := a.Assets.List(ctx, actor, b, assets.Filter{}, "", 24)
			var out []approvalweb.Thumb
			for _, m := range page.Media {
				if m.State == assets.Ready {
					out = append(out, approvalweb.Thumb{ID: m.ID, Name: m.Name, Alt: m.Alt})
				}
			}
			return out, err
		},
		Examine: func(ctx context.Context, actor team.Actor, b id.Brand, post id.Post, at time.Time, items []approval.Item) ([]approvalweb.Finding, error) {
			all, err := reading.Posts{Room: a.Publishing}.Examine(ctx, actor, b, post, at, items)
			var out []approvalweb.Finding
			for _, x := range all {
				out = append(out, approvalweb.Finding(x))
			}
			return out, err
		},
		Picture: func(ctx context.Context, b id.Brand, m id.Media) (approvalweb.Picture, error) {
			x, err := a.Assets.Open(ctx, team.Program("approval"), b, m, assets.View)
			return approvalweb.Picture{Type: x.Type, Name: x.Name, ETag: x.ETag, Body: x.Body}, err
		}})
}

// toReview counts, for the rail, what a person is asked to read.
func (a *App) toReview(ctx context.Context, actor team.Actor, b brand.Brand) int {
	return a.Approval.Waits(ctx, actor, b.ID)
}

// wasRead tells, for the composer, whether a post has a reading to show.
func (a *App) wasRead(ctx context.Context, b id.Brand, post id.Post) bool {
	yes, err := a.Approval.Asked(ctx, team.Program("approval"), b, post)
	return err == nil && yes
}

// choosing tells, for the composer, whether versions of a post are to be chosen
// from.
func (a *App) choosing(ctx context.Context, b id.Brand, post id.Post) bool {
	yes, err := a.Approval.Choosing(ctx, team.Program("approval"), b, post)
	return err == nil && yes
}

// reads tells, for the composer, on which channels somebody reads first.
func (a *App) reads(ctx context.Context, b id.Brand) func(id.Channel) bool {
	own, more, err := a.Approval.Policies(ctx, team.Program("approval"), b)
	return func(c id.Channel) bool {
		p, ok := more[c]
		if !ok {
			p = own
		}
		return err == nil && !p.Free()
	}
}
