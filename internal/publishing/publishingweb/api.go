package publishingweb

import "vigie/internal/api"

func (f *Face) postsAPI(r *api.Registry)    {}
func (f *Face) planningAPI(r *api.Registry) {}
func (f *Face) ledgerAPI(r *api.Registry)   {}
