package mastodon

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// family is how a server counts and behaves, where the API does not say.
type family string

const (
	familyMastodon   family = "mastodon"
	familyGoToSocial family = "gotosocial"
	familyPleroma    family = "pleroma"
)

func (i instance) family() family {
	v := strings.ToLower(i.Version + " " + i.SourceURL)
	switch {
	case strings.Contains(v, "gotosocial"):
		return familyGoToSocial
	case strings.Contains(v, "compatible;"): // "2.7.2 (compatible; Pleroma 2.5.0)"
		return familyPleroma
	}
	return familyMastodon
}

// domain is what stands after the @ of the server's own people.
func (i instance) domain() string {
	d := cmp.Or(i.Domain, i.URI)
	if _, rest, ok := strings.Cut(d, "://"); ok {
		d = rest
	}
	d, _, _ = strings.Cut(d, "/")
	return d
}

// readInstance asks a server for itself: v2, or v1 where there is no v2.
// A server that answers neither in this API's form is invalid, key
// network.mastodon.not_a_server.
func readInstance(ctx context.Context, c *wire.Client) (i instance, path string, err error) {
	for _, path = range []string{"/api/v2/instance", "/api/v1/instance"} {
		i = instance{}
		_, err = c.Do(ctx, wire.Call{Method: http.MethodGet, Path: path, Into: &i})
		if err == nil && i.Version != "" && i.domain() != "" {
			return i, path, nil
		}
		if err != nil && !absent(err) {
			return i, "", err
		}
	}
	return i, "", errNotAServer.Because(err)
}

var errNotAServer = fault.New(fault.Invalid, "network.mastodon.not_a_server").At("server")

// absent is true when the server is there and has no such thing.
func absent(err error) bool {
	f := fault.As(err)
	switch f.Key {
	case "network.nonsense", "network.redirect", "network.huge":
		return true
	}
	switch f.Kind {
	case fault.NotFound, fault.Invalid, fault.Unsupported, fault.Forbidden, fault.SignedOut:
		return true
	}
	return false
}

// What we can make out of a picture; the server may take fewer.
var imageTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp"}

// threadMax is ours: the network has no limit, its readers have.
const threadMax = 30

// typical is an unchanged Mastodon.
func typical() network.Capabilities {
	c := capabilities(instance{Version: "4.3.0"}, "public")
	c.Source, c.Read = "docs.joinmastodon.org/entities/Instance, docs.joinmastodon.org/api/rate-limits", "2026-11-20"
	return c
}

// capabilities are the limits that the server states, with Mastodon's own
// where it says nothing.
func capabilities(i instance, privacy string) network.Capabilities {
	st, me := i.Configuration.Statuses, i.Configuration.Media
	text := network.TextRule{Max: cmp.Or(st.MaxCharacters, i.MaxToot, 500), Unit: network.Graphemes, WarningCounts: true}
	switch i.family() {
	case familyMastodon:
		// app/validators/status_length_validator.rb: graphemes, links at the
		// stated length, mentions without their server.
		text.URL, text.MentionLocal = 23, true
		if st.PerURL != nil {
			text.URL = *st.PerURL
		}
	case familyGoToSocial:
		// States characters_reserved_per_url and counts every code point all
		// the same. Counting as it stands is never too short, there or elsewhere.
		text.Unit = network.Runes
	}
	types := imageTypes
	if len(me.Types) > 0 {
		types = slices.DeleteFunc(slices.Clone(imageTypes), func(t string) bool { return !slices.Contains(me.Types, t) })
	}
	visible := []string{"public", "unlisted", "private", "direct"}
	if at := slices.Index(visible, privacy); at > 0 {
		visible = append([]string{privacy}, slices.Delete(visible, at, at+1)...)
	}
	return network.Capabilities{
		Text: text,
		Images: network.ImageRule{
			Max:      cmp.Or(st.MaxMedia, i.MaxMedia, 4),
			MaxBytes: cmp.Or(me.ImageBytes, i.UploadLimit, 16<<20), MaxPixels: cmp.Or(me.ImageMatrix, 33177600),
			Types: types, AltMax: cmp.Or(me.AltLimit, i.AltLimit, 1500),
		},
		Thread: network.ThreadRule{Max: threadMax},
		Answer: network.AnswerRule{Able: true, Mention: true, Private: "direct"},
		// PUT since Mastodon 3.5; a server that has it not answers so, and a
		// person is told.
		Edit: true, Delete: true, ContentWarning: true, Sensitive: true, Visibilities: visible, Languages: 1,
		Receives: network.ReceiveRule{Kinds: []network.ItemKind{network.Reply, network.Mention, network.Quote, network.Direct},
			Counts: true, Edits: true, Deletions: true, History: true, Threads: true, React: true, Live: "WebSocket"},
		// Mastodon: 300 posts in 3 hours (app/lib/rate_limiter.rb).
		Pace: network.PaceRule{Posts: 300, Per: 3 * time.Hour},
	}
}
