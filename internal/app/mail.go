package app

import (
	"context"
	"path/filepath"

	"vigie/internal/brand"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

func (a *App) buildTeam(box *secret.Box) error {
	sender, err := a.sender()
	if err != nil {
		return err
	}
	a.Team = team.New(team.Config{DB: a.DB, Book: a.Book, Box: box, BrandName: brand.Name, Tell: a.tellTeam, Words: a.Words, Address: a.Config.PublicURL(),
		Later: func(ctx context.Context, tx *sqldb.Tx, kind string, args any) error {
			return a.Jobs.Enqueue(ctx, tx, kind, args)
		},
		Post: sender})
	return nil
}

// sender is the mail server, or a folder of letters where there is none.
func (a *App) sender() (mail.Sender, error) {
	if a.Config.Mail != "" {
		c, err := mail.ParseURL(a.Config.Mail)
		if err != nil {
			return nil, err
		}
		return mail.NewSMTP(c)
	}
	return mail.NewFolder(filepath.Join(a.Config.Data, "mail"), mail.Address{Name: "Vigie", Email: "vigie@localhost"}, nil)
}

// tellTeam tells what changed about people. A role or a session that ended
// closes open streams at once, on every node: until their next heartbeat they
// would go on hearing the brand.
func (a *App) tellTeam(topic, kind string, data any) {
	a.Hub.Tell(topic, kind, data)
	if kind == "role.changed" || kind == "session.ended" {
		a.Hub.Recheck()
	}
}
