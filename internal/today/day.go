package today

import (
	"time"

	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
)

// Day is the page of the day, over one brand or several.
type Day struct {
	// From and To are the day's midnights in its zone: a day of 23 or 25 hours
	// twice a year.
	From   time.Time     `json:"from"`
	To     time.Time     `json:"to"`
	Now    time.Time     `json:"now"`
	Zone   string        `json:"zone"`
	Brands []brand.Brand `json:"-"`
	// Leaves are the posts of the day, by hour: those gone and those to come.
	Leaves []Post `json:"leaves"`
	// Troubles are what did not go as planned these two weeks, one for each
	// channel, latest first.
	Troubles []Trouble `json:"troubles"`
	// Hands are what is to be published by hand now, oldest hour first.
	Hands []Hand `json:"hands"`
	// Accesses are the channels that are signed out or soon will be, the most
	// pressing first.
	Accesses []channel.Channel `json:"accesses"`
	// Past counts the publications that stand on line past the right to show
	// one of their media, by brand.
	Past []Past `json:"past_rights"`
	// Endings are the rights that end within thirty days, by brand.
	Endings []Ending `json:"ending_rights"`
	// Asked are those who wait for an answer, by brand.
	Asked []Asked `json:"asked"`
	// Drafts wait for somebody: those wished for the soonest hour first, then
	// the longest untouched. Waiting counts them all, up to MaxDrafts.
	Drafts  []Post   `json:"drafts"`
	Waiting int      `json:"waiting"`
	Freezes []Frozen `json:"freezes"`
	// Night is what moved while nobody looked, oldest first.
	Night     []Happening `json:"night"`
	NightFrom time.Time   `json:"night_from"`
	NightTo   time.Time   `json:"night_to"`
	// First is what a new brand begins with; nil once all of it is done, or
	// over several brands.
	First *First `json:"first,omitempty"`
	// Needs counts what waits for a person's hand.
	Needs int `json:"needs"`

	Channels map[id.Channel]channel.Channel `json:"-"`
	Names    map[id.Person]string           `json:"-"`
}

// Past is how many publications of a brand stand on line past their right.
type Past struct {
	Brand id.Brand `json:"brand"`
	N     int      `json:"n"`
}

// Ending is what rights of a brand end within thirty days.
type Ending struct {
	Brand id.Brand `json:"brand"`
	N     int      `json:"n"` // media
	// Name and Day are of the one that ends first: its last day, 2006-01-02.
	Name string `json:"name"`
	Day  string `json:"day"`
	// Planned counts the posts that are to leave with one of them once its
	// right has ended.
	Planned int `json:"planned"`
}

// Asked is who waits for an answer of a brand.
type Asked struct {
	Brand id.Brand `json:"brand"`
	N     int      `json:"n"` // conversations; counted to a thousand
	// First are those who wait longest.
	First []Asker `json:"first"`
}

// Asker is somebody who waits for an answer.
type Asker struct {
	Conversation string     `json:"conversation"`
	Channel      id.Channel `json:"channel"`
	Name         string     `json:"name"`
	Words        string     `json:"words"`
	Since        time.Time  `json:"since"`
}

// Frozen is a freeze and the brand it holds.
type Frozen struct {
	Brand id.Brand `json:"brand"`
	Freeze
}

// First are the first steps of a brand.
type First struct {
	Channel bool `json:"channel"` // an account is connected
	Post    bool `json:"post"`    // a first post is written
	Team    bool `json:"team"`    // somebody else is there
}

// Done tells whether nothing of it is left to do.
func (f First) Done() bool { return f.Channel && f.Post && f.Team }

// Happening is one line of the night.
type Happening struct {
	At    time.Time `json:"at"`
	Brand id.Brand  `json:"brand"`
	// What is one of the kinds below.
	What  What    `json:"what"`
	Title string  `json:"title,omitempty"`
	Post  id.Post `json:"post,omitempty"`
	// Channels it was about.
	Channels []id.Channel `json:"channels,omitempty"`
	Who      id.Person    `json:"who,omitempty"` // who did it; empty: the program
	// Late is by how much a post left after its hour.
	Late time.Duration `json:"late,omitempty"`
	N    int           `json:"n,omitempty"`
}

// What names a happening. It is part of the API.
type What string

const (
	Left      What = "left"       // a post left, on Channels
	LeftLate  What = "left_late"  // more than two minutes after its hour
	NotLeft   What = "not_left"   // it failed or was missed
	Doubt     What = "doubt"      // nobody knows whether it left
	Cleared   What = "cleared"    // a doubt was cleared up by a look
	Froze     What = "froze"      // somebody held everything
	Thawed    What = "thawed"     // somebody let it go again
	SignedOut What = "signed_out" // a network ended an access
	Connected What = "connected"  // an account was connected
	Planned   What = "planned"    // somebody scheduled N posts
)

// lateAfter is when a post is late for those who read of it.
const lateAfter = 2 * time.Minute
