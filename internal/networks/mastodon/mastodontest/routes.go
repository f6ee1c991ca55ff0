package mastodontest

import "net/http"

const page = "max_id since_id min_id limit "

// table is every route there is. A path that is not here is a complaint.
func (s *Server) table() *http.ServeMux {
	m := http.NewServeMux()
	on := func(pattern, scope, params string, h func(*request) (any, error)) {
		m.HandleFunc(pattern, s.api(scope, params, h))
	}
	on("POST /api/v1/apps", "", "client_name redirect_uris scopes website", (*request).createApp)
	on("GET /api/v1/apps/verify_credentials", "token", "", (*request).verifyApp)
	m.HandleFunc("GET /oauth/authorize", s.authorizePage)
	m.HandleFunc("POST /oauth/authorize", s.authorizeYes)
	on("POST /oauth/token", "", "grant_type client_id client_secret redirect_uri code scope username password code_verifier", (*request).giveToken)
	on("POST /oauth/revoke", "", "client_id client_secret token", (*request).revoke)

	on("GET /.well-known/nodeinfo", "", "", (*request).nodeinfoLinks)
	on("GET /.well-known/webfinger", "", "resource", (*request).webfinger)
	on("GET /nodeinfo/2.0", "", "", (*request).nodeinfo)
	on("GET /api/v1/instance", "", "", (*request).instanceV1)
	on("GET /api/v2/instance", "", "", (*request).instanceV2)

	on("GET /api/v1/accounts/verify_credentials", "read:accounts", "", (*request).verifyAccount)
	on("GET /api/v1/accounts/lookup", "", "acct", (*request).lookup)
	on("GET /api/v1/accounts/{id}", "", "", (*request).account)
	on("GET /api/v1/accounts/{id}/statuses", "", page+"only_media exclude_replies exclude_reblogs pinned tagged", (*request).accountStatuses)

	on("POST /api/v1/media", "write:media", "file description focus thumbnail", (*request).mediaV1)
	on("POST /api/v2/media", "write:media", "file description focus thumbnail", (*request).mediaV2)
	on("GET /api/v1/media/{id}", "write:media", "", (*request).mediaGet)
	on("PUT /api/v1/media/{id}", "write:media", "file description focus thumbnail", (*request).mediaPut)

	const post = "status media_ids in_reply_to_id sensitive spoiler_text visibility language"
	on("POST /api/v1/statuses", "write:statuses", post+" scheduled_at poll content_type", (*request).createStatus)
	on("GET /api/v1/statuses/{id}", "", "", (*request).getStatus)
	on("PUT /api/v1/statuses/{id}", "write:statuses", post+" poll media_attributes content_type", (*request).editStatus)
	on("DELETE /api/v1/statuses/{id}", "write:statuses", "delete_media", (*request).deleteStatus)
	on("GET /api/v1/statuses/{id}/context", "", "", (*request).context)
	on("GET /api/v1/statuses/{id}/source", "read:statuses", "", (*request).source)
	on("POST /api/v1/statuses/{id}/favourite", "write:favourites", "", (*request).favourite)
	on("POST /api/v1/statuses/{id}/unfavourite", "write:favourites", "", (*request).unfavourite)
	on("POST /api/v1/statuses/{id}/reblog", "write:statuses", "visibility", (*request).reblog)

	on("GET /api/v1/timelines/home", "read:statuses", page+"local", (*request).home)
	on("GET /api/v1/timelines/public", "", page+"local remote only_media", (*request).public)
	on("GET /api/v1/notifications", "read:notifications", page+"types exclude_types account_id include_filtered", (*request).notifications)
	on("GET /api/v1/conversations", "read:statuses", page, (*request).conversations)
	on("GET /api/v1/streaming/health", "", "", (*request).streamHealth)
	m.HandleFunc("GET /api/v1/streaming/user", s.stream)
	m.HandleFunc("GET /api/v1/streaming", s.socket)

	m.HandleFunc("GET /media_files/{id}", s.mediaFile)
	m.HandleFunc("GET /avatar.png", s.avatar)
	m.HandleFunc("GET /{at}/{id}", s.statusPage)
	m.HandleFunc("GET /{at}", s.personPage)
	m.HandleFunc("GET /{$}", s.frontPage)
	s.control(m)
	m.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.complain(r, "unknown route")
		reply(w, 404, map[string]any{"error": "Record not found"})
	})
	return m
}
