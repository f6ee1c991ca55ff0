package mastodontest

import (
	"strings"
	"time"
)

var imageTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp"}

const (
	matrix = 33177600
	altMax = 1500
)

func (q *request) reserved() int {
	if q.s.o.GoToSocial {
		return 25 // said, and not applied: see countable
	}
	return 23
}

func (q *request) configuration() map[string]any {
	o := q.s.o
	m := map[string]any{
		"statuses": map[string]any{
			"max_characters": o.MaxChars, "max_media_attachments": o.MaxMedia, "characters_reserved_per_url": q.reserved(),
		},
		"media_attachments": map[string]any{
			"supported_mime_types": append([]string{"video/mp4", "audio/mpeg"}, imageTypes...),
			"image_size_limit":     o.ImageBytes, "image_matrix_limit": matrix,
			"video_size_limit": 103809024, "video_frame_rate_limit": 120, "video_matrix_limit": 8294400,
			"description_limit": altMax,
		},
		"polls": map[string]any{"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2629746},
	}
	m["accounts"] = map[string]any{"max_featured_tags": 10}
	return m
}

func (q *request) instanceV1() (any, error) {
	return map[string]any{
		"uri": q.domain(), "title": "A strict fake", "short_description": "For tests", "description": "For tests", "email": "",
		"version": q.s.o.Version, "urls": map[string]any{"streaming_api": q.stream()},
		"stats":     map[string]any{"user_count": 1, "status_count": 1, "domain_count": 1},
		"thumbnail": q.base() + "/avatar.png", "languages": []string{"en"}, "registrations": false, "approval_required": false,
		"invites_enabled": false, "configuration": q.configuration(), "contact_account": nil, "rules": []any{},
	}, nil
}

func (q *request) instanceV2() (any, error) {
	if q.s.o.NoV2 {
		return nil, no(404, "Record not found")
	}
	c := q.configuration()
	c["urls"] = map[string]any{"streaming": q.stream()}
	source := "https://github.com/mastodon/mastodon"
	if q.s.o.GoToSocial {
		source = "https://codeberg.org/superseriousbusiness/gotosocial"
	}
	return map[string]any{
		"domain": q.domain(), "title": "A strict fake", "version": q.s.o.Version, "source_url": source,
		"description": "For tests", "usage": map[string]any{"users": map[string]any{"active_month": 1}},
		"thumbnail": map[string]any{"url": q.base() + "/avatar.png"}, "languages": []string{"en"}, "configuration": c,
		"registrations": map[string]any{"enabled": false, "approval_required": false, "message": nil},
		"contact":       map[string]any{"email": "", "account": nil}, "rules": []any{}, "api_versions": map[string]any{"mastodon": 2},
	}, nil
}

func (q *request) nodeinfoLinks() (any, error) {
	return map[string]any{"links": []any{map[string]any{
		"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": q.base() + "/nodeinfo/2.0",
	}}}, nil
}

func (q *request) nodeinfo() (any, error) {
	name := "mastodon"
	if q.s.o.GoToSocial {
		name = "gotosocial"
	}
	return map[string]any{
		"version": "2.0", "software": map[string]any{"name": name, "version": q.s.o.Version}, "protocols": []string{"activitypub"},
		"services": map[string]any{"inbound": []any{}, "outbound": []any{}}, "openRegistrations": false,
		"usage": map[string]any{"users": map[string]any{"total": 1}, "localPosts": 1}, "metadata": map[string]any{},
	}, nil
}

func (q *request) webfinger() (any, error) {
	name, ok := strings.CutPrefix(q.str("resource"), "acct:")
	user, _, _ := strings.Cut(name, "@")
	a := q.called(user)
	if !ok || a == nil {
		return nil, no(404, "Record not found")
	}
	return map[string]any{"subject": "acct:" + user + "@" + q.domain(), "links": []any{
		map[string]any{"rel": "self", "type": "application/activity+json", "href": q.base() + "/users/" + user},
	}}, nil
}

func (q *request) called(user string) *Account {
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	for _, a := range q.s.accounts {
		if strings.EqualFold(a.Username, user) {
			return a
		}
	}
	return nil
}

func (q *request) lookup() (any, error) {
	user, domain, ok := strings.Cut(q.str("acct"), "@")
	if a := q.called(user); a != nil && (!ok || domain == q.domain()) {
		return q.person(a), nil
	}
	return nil, no(404, "Record not found")
}

func (q *request) account() (any, error) {
	q.s.mu.Lock()
	a := q.s.accounts[q.r.PathValue("id")]
	q.s.mu.Unlock()
	if a == nil {
		return nil, no(404, "Record not found")
	}
	return q.person(a), nil
}

func (q *request) verifyAccount() (any, error) {
	p := q.person(q.who)
	p["source"] = map[string]any{
		"privacy": q.who.Privacy, "sensitive": false, "language": nil, "note": "", "fields": []any{},
		"follow_requests_count": 0,
	}
	p["role"] = map[string]any{"id": "-99", "name": "", "permissions": "0", "color": "", "highlighted": false}
	return p, nil
}

func (q *request) person(a *Account) map[string]any {
	url := q.base() + "/@" + a.Username
	return map[string]any{
		"id": a.ID, "username": a.Username, "acct": a.Username, "display_name": a.Name, "locked": false, "bot": a.Bot,
		"discoverable": nil, "group": false, "created_at": stamp(a.Created), "note": "<p></p>", "url": url, "uri": q.base() + "/users/" + a.Username,
		"avatar": q.base() + "/avatar.png", "avatar_static": q.base() + "/avatar.png",
		"header": q.base() + "/avatar.png", "header_static": q.base() + "/avatar.png",
		"followers_count": 0, "following_count": 0, "statuses_count": 0, "last_status_at": nil, "emojis": []any{}, "fields": []any{},
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
