package app

import (
	"context"

	"vigie/internal/assets"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// library is the media room as publishing asks it.
type library struct{ *assets.Service }

func (l library) Describe(ctx context.Context, b id.Brand, list []id.Media) (map[id.Media]publishing.MediaInfo, error) {
	known, err := l.Service.Describe(ctx, b, list)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Media]publishing.MediaInfo, len(known))
	for m, i := range known {
		out[m] = publishing.MediaInfo{ID: i.ID, Name: i.Name, Type: i.Type, Bytes: i.Bytes, Width: i.Width, Height: i.Height, Alt: i.Alt, Ready: i.Ready, Problem: i.Problem}
	}
	return out, nil
}

func (l library) Prepare(ctx context.Context, tx *sqldb.Tx, b id.Brand, list []id.Media, rules ...network.ImageRule) error {
	return l.Service.Prepare(ctx, tx, b, list, rules...)
}

// shows is publishing as the media room asks it: where a picture stands.
type shows struct{ *App }

func (s shows) Uses(ctx context.Context, a team.Actor, b id.Brand, m id.Media) ([]assets.Use, error) {
	rows, err := s.Publishing.Uses(ctx, a, b, m)
	if err != nil {
		return nil, err
	}
	out := make([]assets.Use, len(rows))
	for i, r := range rows {
		out[i] = assets.Use{Post: r.ID, Title: r.Title, At: r.At, Badge: string(r.Badge)}
	}
	templates, err := s.Publishing.TemplatesWith(ctx, a, b, m)
	for _, t := range templates {
		out = append(out, assets.Use{Title: t.Name, Template: string(t.ID)})
	}
	return out, err
}

func (s shows) CountUses(ctx context.Context, b id.Brand, list []id.Media) (map[id.Media]int, error) {
	return s.Publishing.CountUses(ctx, b, list)
}
