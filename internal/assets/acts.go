package assets

import (
	"context"

	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// What this room writes in the logbook. Names and JSON are API. The subject is
// "media". Names and alt texts of media are content of the brand, not personal
// data; the file's own credit, which names a person, is not written.
const (
	ActAdded    = "assets.added"    // {name, bytes}
	ActReady    = "assets.ready"    // {type, width, height, place_removed}
	ActRefused  = "assets.refused"  // {problem}
	ActEdited   = "assets.edited"   // {changed, version}
	ActBinned   = "assets.binned"   // {version}
	ActUnbinned = "assets.unbinned" // {version}
	ActErased   = "assets.erased"   // {name}: after its days in the bin
)

type (
	added struct {
		Name  string `json:"name"`
		Bytes int64  `json:"bytes"`
	}
	prepared struct {
		Type   string `json:"type"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
		Place  bool   `json:"place_removed,omitempty"`
	}
	refused struct {
		Problem string `json:"problem"`
	}
	edited struct {
		Changed []string `json:"changed"`
		Version int64    `json:"version"`
	}
	versioned struct {
		Version int64 `json:"version"`
	}
	erased struct {
		Name string `json:"name"`
	}
)

func (s *Service) record(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, m id.Media, act string, data any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: act,
		Subject: logbook.Subject{Kind: "media", ID: string(m)}, Data: data})
}
