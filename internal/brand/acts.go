package brand

import (
	"context"

	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// The acts of brand and their JSON. Both are API: a field is added, never
// renamed.
type (
	// brand.made
	made struct {
		Name     string `json:"name"`
		Language string `json:"language"`
		Zone     string `json:"zone"`
		Example  bool   `json:"example,omitempty"`
	}
	// brand.edited
	edited struct {
		Changed []string `json:"changed"`
		Version int64    `json:"version"`
	}
	// brand.archived and brand.restored carry {}.
)

func (s *Service) record(ctx context.Context, tx *sqldb.Tx, actor team.Actor, brand id.Brand, act string, data any) error {
	return s.book.Record(ctx, tx, logbook.Entry{Brand: brand, Actor: actor.Signs(), Act: act,
		Subject: logbook.Subject{Kind: "brand", ID: string(brand)}, Data: data})
}
