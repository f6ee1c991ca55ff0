package publishingweb

import (
	"vigie/internal/api"
	"vigie/internal/ui"
)

func (f *Face) composerRoutes() []ui.Route  { return nil }
func (f *Face) calendarRoutes() []ui.Route  { return nil }
func (f *Face) ledgerRoutes() []ui.Route    { return nil }
func (f *Face) postsAPI(r *api.Registry)    {}
func (f *Face) planningAPI(r *api.Registry) {}
func (f *Face) ledgerAPI(r *api.Registry)   {}
