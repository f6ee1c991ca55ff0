package bluesky

import (
	"encoding/json"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

const postCollection = "app.bsky.feed.post"

// strong names one version of a record: a reply must say both halves.
type strong struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

// ref is the opaque form: "at://did:plc:…/app.bsky.feed.post/3k…|bafy…".
func (s strong) ref() network.Ref { return network.Ref(s.URI + "|" + s.CID) }

func strongOf(r network.Ref) (strong, error) {
	uri, cid, ok := strings.Cut(string(r), "|")
	if !ok || !strings.HasPrefix(uri, "at://") || cid == "" || strings.Count(uri, "/") != 4 {
		return strong{}, fault.New(fault.Invalid, "network.bluesky.ref").Becausef("not a record: %q", r)
	}
	return strong{URI: uri, CID: cid}, nil
}

// parts are the account, the collection and the key of a record.
func (s strong) parts() (repo, collection, rkey string) {
	p := strings.Split(strings.TrimPrefix(s.URI, "at://"), "/")
	return p[0], p[1], p[2]
}

// blob is an uploaded file as records name it; kept whole as the Ref.
type blob struct {
	Type string `json:"$type"`
	Ref  struct {
		Link string `json:"$link"`
	} `json:"ref"`
	MimeType string `json:"mimeType"`
	Size     int64  `json:"size"`
}

func (b blob) ref() network.Ref {
	j, _ := json.Marshal(b) // strings and a number: cannot fail
	return network.Ref(j)
}

func blobOf(r network.Ref) (blob, error) {
	var b blob
	if err := json.Unmarshal([]byte(r), &b); err != nil || b.Type != "blob" || b.Ref.Link == "" {
		return blob{}, fault.New(fault.Invalid, "network.bluesky.ref").Becausef("not an uploaded file: %q", r)
	}
	return b, nil
}
