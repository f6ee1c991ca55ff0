package approval

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// ChoiceID names a choice.
type ChoiceID string

// How a choice stands. Stored; never renamed.
const (
	ChoiceOpen      = "open"
	ChoiceMade      = "chosen"
	ChoiceWithdrawn = "withdrawn" // by its author, or with the post's hour
	ChoiceReplaced  = "replaced"  // by other versions
)

// A choice has at least MinCandidates versions and at most MaxCandidates.
const (
	MinCandidates = 2
	MaxCandidates = 5
)

// Choice is several versions of one post, of which a reader chooses one. While
// it is open nothing of the post leaves, whatever the rule of the brand. It
// never changes; other versions are another choice.
type Choice struct {
	ID   ChoiceID `json:"id"`
	Post id.Post  `json:"post"`
	// Words are what its author says to who chooses.
	Words string    `json:"words,omitempty"`
	By    id.Person `json:"by,omitempty"`
	Made  time.Time `json:"made"`
	State string    `json:"state" enum:"open,chosen,withdrawn,replaced"`
	// Picked is the N of the version chosen, 0 without one; Person or Link who
	// chose it.
	Picked     int         `json:"picked,omitempty"`
	Person     id.Person   `json:"person,omitempty"`
	Link       LinkID      `json:"link,omitempty"`
	Closed     time.Time   `json:"closed,omitzero"`
	Candidates []Candidate `json:"candidates"`
}

// Candidate is one version: exactly what would leave on each channel.
type Candidate struct {
	N     int    `json:"n"` // from 1; the first is what the post said
	Items []Item `json:"items"`

	saying Saying
}

// Saying is what a version says instead of the post's own words. The post keeps
// its channels and their options.
type Saying struct {
	Text  string  `json:"text"`
	Media []Media `json:"media,omitempty"`
	// Own are the channels that have words or pictures of their own; the others
	// say Text with Media.
	Own []OwnWords `json:"own,omitempty"`
}

// OwnWords are what is said on one channel only; nil follows the version.
type OwnWords struct {
	Channel id.Channel `json:"channel"`
	Text    *string    `json:"text,omitempty"`
	Media   *[]Media   `json:"media,omitempty"`
}

// hash stands for any of its versions: who says yes to it agrees that the next
// reader chooses; who says no refuses them all.
func (c ChoiceID) hash() string { return "choice:" + string(c) }

// Candidate returns the version n.
func (c *Choice) Candidate(n int) (Candidate, bool) {
	if c == nil {
		return Candidate{}, false
	}
	i := slices.IndexFunc(c.Candidates, func(x Candidate) bool { return x.N == n })
	if i < 0 {
		return Candidate{}, false
	}
	return c.Candidates[i], true
}

// says tells whether the first version, which the post's rows carry meanwhile,
// is still what would leave on a channel.
func (c *Choice) says(it Asked) bool {
	if c == nil || len(c.Candidates) == 0 {
		return false
	}
	return slices.ContainsFunc(c.Candidates[0].Items, func(x Item) bool { return x.Channel == it.Channel && x.Hash == it.Hash })
}

// Content is what a version says on a channel.
func (c Candidate) Content(ch id.Channel) (Content, bool) {
	for _, it := range c.Items {
		if it.Channel == ch {
			return it.Content, true
		}
	}
	return Content{}, false
}

// Saying is what it says instead of the post's own words.
func (c Candidate) Saying() Saying { return c.saying }

func (c Candidate) hashes() map[id.Channel]string {
	out := map[id.Channel]string{}
	for _, it := range c.Items {
		out[it.Channel] = it.Hash
	}
	return out
}

// key tells versions apart: the same hashes say the same.
func (c Candidate) key() string {
	var out []string
	for _, it := range c.Items {
		out = append(out, string(it.Channel)+it.Hash)
	}
	slices.Sort(out)
	return strings.Join(out, "\x00")
}

// Diff compares, by words, what two versions say on a channel; nil: the same.
// other says that they have too little in common for a comparison to be read.
func (c Candidate) Diff(from Candidate, ch id.Channel) (all []Diff, other bool) {
	was, _ := from.Content(ch)
	is, _ := c.Content(ch)
	if was.text() == is.text() {
		return nil, false
	}
	all = Compare(was.text(), is.text())
	same := 0
	for _, d := range all {
		if d.Op == "same" {
			same += len(strings.TrimSpace(d.Text))
		}
	}
	return all, 5*same < 2*max(len(was.text()), len(is.text()))
}

// Pictured tells whether two versions show the same pictures on a channel.
func (c Candidate) Pictured(from Candidate, ch id.Channel) bool {
	was, _ := from.Content(ch)
	is, _ := c.Content(ch)
	return slices.Equal(was.Pictures(), is.Pictures())
}

const choiceColumns = `id, post, words, by_person, made_at, state, picked, person, link, closed_at`

func scanChoice(r sqldb.Scanner) (c Choice, err error) {
	var made, closed sqldb.Time
	err = r.Scan(&c.ID, &c.Post, &c.Words, &c.By, &made, &c.State, &c.Picked, &c.Person, &c.Link, &closed)
	c.Made, c.Closed = made.Time, closed.Time
	return c, err
}

func withCandidates(ctx context.Context, q sqldb.Q, b id.Brand, list []Choice) error {
	for i := range list {
		err := sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
			var c Candidate
			var saying sqldb.JSON[Saying]
			var items sqldb.JSON[[]Item]
			err := r.Scan(&c.N, &saying, &items)
			c.saying, c.Items = saying.V, items.V
			list[i].Candidates = append(list[i].Candidates, c)
			return err
		}, `SELECT n, saying, items FROM approval_candidate WHERE brand = ? AND choice = ? ORDER BY n`, b, list[i].ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// openChoice is the choice that a post waits for; nil: none.
func openChoice(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) (*Choice, error) {
	c, err := sqldb.One(ctx, q, scanChoice, `SELECT `+choiceColumns+` FROM approval_choice WHERE brand = ? AND post = ? AND closed_at IS NULL`, b, post)
	if sqldb.IsNoRow(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	one := []Choice{c}
	err = withCandidates(ctx, q, b, one)
	return &one[0], err
}

// choices are all those of a post, the first first.
func choices(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) ([]Choice, error) {
	out, err := sqldb.List(ctx, q, scanChoice, `SELECT `+choiceColumns+` FROM approval_choice WHERE brand = ? AND post = ? ORDER BY id`, b, post)
	if err != nil {
		return nil, err
	}
	return out, withCandidates(ctx, q, b, out)
}

func insertChoice(ctx context.Context, tx *sqldb.Tx, b id.Brand, c Choice) error {
	if _, err := tx.Exec(ctx, `INSERT INTO approval_choice (brand, `+choiceColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?)`,
		b, c.ID, c.Post, c.Words, c.By, sqldb.At(c.Made), c.State, c.Picked, c.Person, c.Link, sqldb.Time{}); err != nil {
		return err
	}
	for _, x := range c.Candidates {
		if _, err := tx.Exec(ctx, `INSERT INTO approval_candidate (choice, brand, n, saying, items) VALUES (?,?,?,?,?)`,
			c.ID, b, x.N, sqldb.JSON[Saying]{V: x.saying}, sqldb.JSON[[]Item]{V: x.Items}); err != nil {
			return err
		}
	}
	return nil
}

// closeChoice ends an open choice; it reports whether it was open.
func closeChoice(ctx context.Context, tx *sqldb.Tx, b id.Brand, c ChoiceID, state string, picked int, who Reader) (bool, error) {
	var link LinkID
	if who.Link != nil {
		link = who.Link.ID
	}
	n, err := tx.Exec(ctx, `UPDATE approval_choice SET state = ?, picked = ?, person = ?, link = ?, closed_at = ? WHERE brand = ? AND id = ? AND closed_at IS NULL`,
		state, picked, who.Actor.Person, link, sqldb.At(tx.Now), b, c)
	return n > 0, err
}

// rule is what a channel's rule asks of a round. A choice is always somebody's:
// under carte blanche, whoever of the house may review makes it.
func (r Round) rule(all map[id.Channel]Policy, c id.Channel) Policy {
	p := of(all, c)
	if r.Choice != "" && p.Free() {
		p.Steps, p.Own = []Step{{}}, true
	}
	return p
}
