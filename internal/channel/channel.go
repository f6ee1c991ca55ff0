package channel

import (
	"embed"
	"io/fs"
	"slices"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Schema is the tables of this package.
var Schema = sqldb.Schema{Room: "channel", Files: must(fs.Sub(schemaFiles, "schema"))}

func must(f fs.FS, err error) fs.FS {
	if err != nil {
		panic(err)
	}
	return f
}

// Health says whether a channel's token works. Stored; never renamed.
type Health string

const (
	Working   Health = "working"
	Expiring  Health = "expiring"   // works, ends within two weeks
	SignedOut Health = "signed_out" // refused: reconnect
	Doubtful  Health = "doubtful"   // the last probes could not reach the network
)

// Channel is one account of a brand on one network.
type Channel struct {
	ID           id.Channel           `json:"id"`
	Brand        id.Brand             `json:"brand"`
	Network      network.Kind         `json:"network"`
	Ref          network.Ref          `json:"-"`
	Handle       string               `json:"handle"`
	Name         string               `json:"name"`
	Avatar       string               `json:"avatar"`
	URL          string               `json:"url"`
	Server       string               `json:"server"`
	Health       Health               `json:"health"`
	Problem      string               `json:"problem,omitempty"` // message key of what is wrong
	Checked      time.Time            `json:"checked,omitzero"`
	Expires      time.Time            `json:"expires,omitzero"`
	Capabilities network.Capabilities `json:"capabilities"`
	Made         time.Time            `json:"made"`
	Removed      time.Time            `json:"removed,omitzero"`
	// Facts of the network, for its name and its two letters.
	Title     string `json:"title"`
	Short     string `json:"short"`
	Simulated bool   `json:"simulated,omitempty"`
	// Colour is that of a network that somebody made up.
	Colour string `json:"colour,omitempty"`
	// People are told when a post is to be published by hand; nobody named:
	// those who answer for the brand.
	People []id.Person `json:"people,omitempty"`

	held int64 // version of the credentials that whoever reads this works with
}

// Acts this package writes in the logbook. Names and JSON are API.
const (
	ActConnected   = "channel.connected"
	ActReconnected = "channel.reconnected"
	ActRemoved     = "channel.removed"
	ActSignedOut   = "channel.signed_out"
	ActExpiring    = "channel.expiring"
	ActTold        = "channel.told" // other people are told when something is to be published by hand
)

// ByHand tells whether a person publishes there, because the network has no
// usable API.
func (c Channel) ByHand() bool { return c.Capabilities.Hand != nil }

// ForPosts tells whether posts of the planning can leave by it; a mailbox only
// answers.
func (c Channel) ForPosts() bool { return !c.Capabilities.AnswersOnly }

// ForPosts are the channels of a list by which posts of the planning can leave.
func ForPosts(all []Channel) []Channel {
	return slices.DeleteFunc(slices.Clone(all), func(c Channel) bool { return !c.ForPosts() })
}

// Key is the channel's id, for lists of ids.
func (c Channel) Key() id.Channel { return c.ID }
