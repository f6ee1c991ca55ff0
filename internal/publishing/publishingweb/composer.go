package publishingweb

import "vigie/internal/ui"

func (f *Face) composerRoutes() []ui.Route { return nil }
