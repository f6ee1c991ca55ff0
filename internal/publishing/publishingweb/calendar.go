package publishingweb

import "vigie/internal/ui"

func (f *Face) calendarRoutes() []ui.Route { return nil }
