package publishing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"vigie/internal/base/id"
	"vigie/internal/network"
)

// MediaRef is a media in a post, with the words for those who do not see it.
type MediaRef struct {
	ID  id.Media `json:"id"`
	Alt string   `json:"alt"`
	// Cut is the part that leaves, in a content; a post's own media have none.
	// The file behind an id never changes, so that both name every pixel.
	Cut network.Cut `json:"cut,omitempty"`
}

// Part is one utterance: the whole post, or one step of a thread.
type Part struct {
	Text  string     `json:"text"`
	Media []MediaRef `json:"media,omitempty"`
}

// Content is exactly what leaves on one channel. It is copied into the
// publication when the post is scheduled, so that nothing half written can
// leave, and so that a decision can name it.
type Content struct {
	Parts   []Part          `json:"parts"`
	Options network.Options `json:"options"`
	// To is what it answers on the network, nil for what speaks by itself. It is
	// part of the hash: the same words under another message are another answer.
	To *To `json:"to,omitempty"`
}

// To is the place of an answer in a network's own references.
type To struct {
	Parent network.Ref `json:"parent"`
	Root   network.Ref `json:"root,omitempty"`
}

// Hash names the content: any change of text, media, alternative text, order or
// option gives another. It does not include the date.
func (c Content) Hash() string {
	// encoding/json writes struct fields in their order: this form is stable.
	b, err := json.Marshal(c)
	if err != nil {
		panic("publishing: content is plain data: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Text is the whole of the content's words, parts separated by an empty line.
func (c Content) Text() string {
	out := ""
	for i, p := range c.Parts {
		if i > 0 {
			out += "\n\n"
		}
		out += p.Text
	}
	return out
}

// Media lists the media of all parts, in order.
func (c Content) Media() []MediaRef {
	var out []MediaRef
	for _, p := range c.Parts {
		out = append(out, p.Media...)
	}
	return out
}
