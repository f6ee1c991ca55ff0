package bluesky

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// facet marks a piece of the text, in bytes of UTF-8, half open.
type facet struct {
	Index    byteSlice `json:"index"`
	Features []feature `json:"features"`
}

type byteSlice struct {
	Start int `json:"byteStart"`
	End   int `json:"byteEnd"`
}

type feature struct {
	Type string `json:"$type"`
	URI  string `json:"uri,omitempty"`
	DID  string `json:"did,omitempty"`
	Tag  string `json:"tag,omitempty"`
}

// Limits of app.bsky.richtext.facet#tag; a longer one stays plain text.
const (
	tagGraphemes = 64
	tagBytes     = 640
)

// facets finds what can be pressed in a text. A mention of nobody stays plain
// text; when the network does not say whether somebody is there, the post does
// not leave without its mention, since that could not be repaired.
func (a *account) facets(ctx context.Context, text string) ([]facet, error) {
	var out []facet
	known := map[string]string{}
	for _, e := range textkit.Entities(text) {
		var f feature
		switch e.Kind {
		case textkit.Link:
			f = feature{Type: "app.bsky.richtext.facet#link", URI: e.URL}
		case textkit.Tag:
			if textkit.Graphemes(e.Name) > tagGraphemes || len(e.Name) > tagBytes {
				continue
			}
			f = feature{Type: "app.bsky.richtext.facet#tag", Tag: e.Name}
		case textkit.Mention:
			handle := strings.ToLower(e.User)
			if e.Domain != "" || !strings.Contains(handle, ".") {
				continue // @user or @user@server: not a handle of this network
			}
			did, asked := known[handle]
			if !asked {
				var err error
				if did, err = a.resolve(ctx, handle); err != nil {
					return nil, err
				}
				known[handle] = did
			}
			if did == "" {
				continue
			}
			f = feature{Type: "app.bsky.richtext.facet#mention", DID: did}
		default:
			continue
		}
		out = append(out, facet{Index: byteSlice{e.Start, e.End}, Features: []feature{f}})
	}
	return out, nil
}

// resolve gives the DID behind a handle, or "" when the network answers that
// there is none.
func (a *account) resolve(ctx context.Context, handle string) (string, error) {
	var got struct {
		DID string `json:"did"`
	}
	_, err := a.session.client.Do(ctx, wire.Call{
		Method: http.MethodGet, Path: "/xrpc/com.atproto.identity.resolveHandle",
		Query: url.Values{"handle": {handle}}, Into: &got,
	})
	var e *network.Error
	if errors.As(err, &e) && e.Status >= 400 && e.Status < 500 && e.Fault.Kind != fault.TooMany {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(got.DID, "did:") {
		return "", nil
	}
	return got.DID, nil
}
