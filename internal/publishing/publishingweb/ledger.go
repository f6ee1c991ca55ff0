package publishingweb

import "vigie/internal/ui"

func (f *Face) ledgerRoutes() []ui.Route { return nil }
