package app

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/publishing"
)

// noLibrary stands where the library is wired once it exists: posts without
// media work, a media is not found.
type noLibrary struct{}

func (noLibrary) Describe(context.Context, id.Brand, []id.Media) (map[id.Media]publishing.MediaInfo, error) {
	return nil, nil
}

func (noLibrary) Fit(context.Context, id.Brand, id.Media, network.ImageRule) (network.Upload, error) {
	return network.Upload{}, fault.New(fault.NotFound, "")
}

func (a *App) media() publishing.Media { return noLibrary{} }
