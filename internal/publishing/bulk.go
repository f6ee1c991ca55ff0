package publishing

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// BulkID names one change made to many posts.
type BulkID string

// Bulk is what is changed in many posts at once. Zero fields change nothing.
type Bulk struct {
	// Find is replaced by With in the texts of the post and of its channels.
	Find string `json:"find,omitempty"`
	With string `json:"with,omitempty"`
	// Exact: capitals count. Whole: only whole words. Titles: in the title, too;
	// Alts: in the alternative texts of the pictures, too.
	Exact  bool `json:"exact,omitempty"`
	Whole  bool `json:"whole,omitempty"`
	Titles bool `json:"titles,omitempty"`
	Alts   bool `json:"alts,omitempty"`

	AddLabels    []string     `json:"add_labels,omitempty"`
	DropLabels   []string     `json:"drop_labels,omitempty"`
	Campaign     *id.Campaign `json:"campaign,omitempty"` // empty: none
	AddChannels  []id.Channel `json:"add_channels,omitempty"`
	DropChannels []id.Channel `json:"drop_channels,omitempty"`
}

// MaxBulk bounds the posts of one change.
const MaxBulk = 200

// BulkItem is what a change does to one post.
type BulkItem struct {
	Post       id.Post    `json:"post"`
	Version    int64      `json:"version"`
	Title      string     `json:"title"`
	Planned    clock.Wall `json:"planned"`
	At         time.Time  `json:"at,omitzero"`
	Badge      Badge      `json:"badge"`
	Validation Validation `json:"validation"`
	// Texts are the places whose words change.
	Texts    []BulkText   `json:"texts"`
	Labels   []string     `json:"labels"` // as they will be
	Added    []string     `json:"added_labels"`
	Dropped  []string     `json:"dropped_labels"`
	Campaign *id.Campaign `json:"campaign,omitempty"` // when it changes
	Channels []id.Channel `json:"channels"`           // as they will be
	// Joined and Parted are the channels that come and go.
	Joined []id.Channel `json:"joined_channels"`
	Parted []id.Channel `json:"parted_channels"`
	// Content says that something of what leaves changes: whoever approved it is
	// asked again.
	Content bool `json:"content"`
	// Renews says that it is scheduled anew, at its own hour; Waits that what is
	// scheduled stays as it is until somebody schedules it again.
	Renews bool `json:"renews"`
	Waits  bool `json:"waits"`
	// Left is the key of why it is left as it is; empty: it changes.
	Left   string         `json:"left,omitempty"`
	Values map[string]any `json:"values,omitempty"`

	before, after Post
	edit          Edit
	rendered      []Rendered
}

// BulkText is a place whose words change.
type BulkText struct {
	Place   string     `json:"place" enum:"text,variant,title,alt"`
	Channel id.Channel `json:"channel,omitempty"` // of a variant, or of its picture
	Media   id.Media   `json:"media,omitempty"`   // of an alternative text
	Before  string     `json:"before"`
	After   string     `json:"after"`
	Cuts    []Cut      `json:"-"`
}

// Why a post is left as it is. Message keys.
const (
	leftSame    = "bulk.left.same"
	leftBinned  = "bulk.left.binned"
	leftGone    = "bulk.left.gone"
	leftLeaving = "bulk.left.leaving"
	leftPast    = "bulk.left.past"
	leftNowhere = "bulk.left.nowhere"
	leftChanged = "bulk.left.changed"
	leftBlocked = "publishing.blocked"
)

var (
	errBulkMany  = fault.New(fault.Invalid, "bulk.too_many").At("post").With("max", MaxBulk)
	errBulkNone  = fault.New(fault.Invalid, "bulk.no_posts").At("post")
	errBulkEmpty = fault.New(fault.Invalid, "bulk.nothing")
)

// Nothing tells whether a change says nothing at all.
func (c Bulk) Nothing() bool {
	return c.Find == "" && len(c.AddLabels)+len(c.DropLabels)+len(c.AddChannels)+len(c.DropChannels) == 0 && c.Campaign == nil
}

// PlanBulk says what a change would do to each of the posts, and writes
// nothing. Errors: invalid (nothing to change, too many posts, a text that is no
// label), not_found.
func (s *Service) PlanBulk(ctx context.Context, a team.Actor, b id.Brand, posts []id.Post, c Bulk) (_ []BulkItem, err error) {
	defer fault.Wrap(&err, "plan bulk edit")
	if err := a.Require(b, team.WritePosts); err != nil {
		return nil, err
	}
	switch {
	case len(posts) == 0:
		return nil, errBulkNone
	case len(posts) > MaxBulk:
		return nil, errBulkMany
	case c.Nothing():
		return nil, errBulkEmpty
	}
	if c.Find, err = clean(c.Find, 2000, "find"); err != nil {
		return nil, err
	}
	if c.With, err = clean(c.With, 10_000, "with"); err != nil {
		return nil, err
	}
	if c.AddLabels, err = cleanLabels(c.AddLabels); err != nil {
		return nil, err
	}
	if c.Campaign != nil {
		if err := campaignStands(ctx, s.DB, b, *c.Campaign); err != nil {
			return nil, err
		}
	}
	known, err := s.Channels.List(ctx, a, b)
	if err != nil {
		return nil, err
	}
	for _, ch := range c.AddChannels {
		if !slices.ContainsFunc(known, func(k channel.Channel) bool { return k.ID == ch }) {
			return nil, errChannel.At("channel")
		}
	}
	var out []BulkItem
	for i, post := range posts {
		if slices.Contains(posts[:i], post) {
			continue
		}
		p, err := s.Get(ctx, a, b, post)
		if err != nil {
			return nil, err
		}
		it, err := s.planBulkOne(ctx, a, p, c, known)
		if err != nil {
			return nil, err
		}
		out = append(out, it)
	}
	return out, nil
}

// planBulkOne says what a change does to one post.
func (s *Service) planBulkOne(ctx context.Context, a team.Actor, p Post, c Bulk, known []channel.Channel) (BulkItem, error) {
	it := itemOf(p)
	it.edit = c.edit(p, &it)
	err := s.planEdit(ctx, a, &it, known)
	return it, err
}

func itemOf(p Post) BulkItem {
	return BulkItem{Post: p.ID, Version: p.Version, Title: titleOf(p.Title, p.Text), Planned: p.Planned, At: p.At, Badge: p.Badge, Validation: p.Validation,
		Labels: p.Labels, Channels: p.channels(), Texts: []BulkText{}, Added: []string{}, Dropped: []string{}, Joined: []id.Channel{}, Parted: []id.Channel{}, before: p}
}

// planEdit says what becomes of one post when it is given it.edit.
func (s *Service) planEdit(ctx context.Context, a team.Actor, it *BulkItem, known []channel.Channel) error {
	p := it.before
	leave := func(why string, values map[string]any) error {
		it.Left, it.Values = why, values
		return nil
	}
	if !p.Binned.IsZero() {
		return leave(leftBinned, nil)
	}
	after := p
	e := it.edit
	e.Campaign = nil // asked about before
	if err := s.apply(ctx, nil, &after, e, append(channelIDs(known), p.channels()...)); err != nil {
		if f := fault.As(err); fault.Is(err, fault.Invalid) {
			return leave(f.Key, f.Values)
		}
		return err
	}
	if it.edit.Campaign != nil {
		after.Campaign = *it.edit.Campaign
	}
	it.after, it.Labels, it.Channels, it.Content = after, after.Labels, after.channels(), saysElse(p, after)
	if !it.Content && p.Title == after.Title && slices.Equal(p.Labels, after.Labels) && p.Campaign == after.Campaign {
		return leave(leftSame, nil)
	}
	if !it.Content {
		return nil
	}
	pubs, err := loadPublications(ctx, s.DB, p.Brand, p.ID)
	if err != nil {
		return err
	}
	if why := begun(pubs); why != "" {
		return leave(why, nil)
	}
	if len(pubs) == 0 {
		return nil
	}
	if len(after.Variants) == 0 {
		return leave(leftNowhere, nil)
	}
	if !a.May(p.Brand, team.PublishPosts) || p.Changed {
		it.Waits = true
		return nil
	}
	if p.At.Before(s.DB.Now()) {
		return leave(leftPast, nil)
	}
	it.rendered, err = s.Preview(ctx, a, after)
	if fault.Is(err, fault.NotFound) {
		return leave(leftNowhere, nil) // a channel that is gone for good
	}
	if err != nil {
		return err
	}
	for _, r := range it.rendered {
		if f := network.Blocking(r.Problems); f != nil {
			return leave(leftBlocked, map[string]any{"channel": r.Channel.Handle, "problem": f.Key, "values": f.Values})
		}
	}
	if err := s.mayLeave(ctx, a, after, it.rendered, When{Wall: p.Planned}); err != nil {
		if f := fault.As(err); fault.Is(err, fault.Invalid) {
			return leave(f.Key, f.Values)
		}
		return err
	}
	it.Renews = true
	return nil
}

// begun says why what leaves of a post can no more change; empty: it can.
func begun(pubs []Publication) string {
	for _, o := range pubs {
		switch {
		case o.State == Sending || o.State == Unknown:
			return leftLeaving
		case !o.State.Waiting() || len(o.Sent) > 0:
			return leftGone
		}
	}
	return ""
}

// saysElse tells whether something of what leaves differs between two posts.
func saysElse(p, q Post) bool {
	if p.Text != q.Text || !slices.Equal(p.Media, q.Media) || !reflect.DeepEqual(p.Options, q.Options) || len(p.Variants) != len(q.Variants) {
		return true
	}
	byChannel := func(x, y Variant) int { return cmp.Compare(x.Channel, y.Channel) }
	v, w := slices.SortedFunc(slices.Values(p.Variants), byChannel), slices.SortedFunc(slices.Values(q.Variants), byChannel)
	for i := range v {
		x, y := v[i], w[i]
		x.ID, y.ID = "", ""
		if !reflect.DeepEqual(x, y) {
			return true
		}
	}
	return false
}

// edit is what a change makes of one post; what the item shows of it is filled
// in.
func (c Bulk) edit(p Post, it *BulkItem) (e Edit) {
	if c.Find != "" {
		c.words(p, it, &e)
	}
	if len(c.AddLabels)+len(c.DropLabels) > 0 {
		var next []string
		for _, l := range p.Labels {
			if hasLabel(c.DropLabels, l) && !hasLabel(c.AddLabels, l) {
				it.Dropped = append(it.Dropped, l)
				continue
			}
			next = append(next, l)
		}
		for _, l := range c.AddLabels {
			if !hasLabel(next, l) {
				next, it.Added = append(next, l), append(it.Added, l)
			}
		}
		e.Labels = &next
	}
	if c.Campaign != nil && *c.Campaign != p.Campaign {
		e.Campaign, it.Campaign = c.Campaign, c.Campaign
	}
	if len(c.AddChannels)+len(c.DropChannels) > 0 {
		from := p.Variants
		if e.Variants != nil {
			from = *e.Variants
		}
		var next []Variant
		for _, v := range from {
			if slices.Contains(c.DropChannels, v.Channel) && !slices.Contains(c.AddChannels, v.Channel) {
				it.Parted = append(it.Parted, v.Channel)
				continue
			}
			next = append(next, v)
		}
		for _, ch := range c.AddChannels {
			if !slices.ContainsFunc(next, func(v Variant) bool { return v.Channel == ch }) {
				next, it.Joined = append(next, Variant{Channel: ch}), append(it.Joined, ch)
			}
		}
		e.Variants = &next
	}
	return e
}

// words replaces in the texts of a post.
func (c Bulk) words(p Post, it *BulkItem, e *Edit) {
	replacedOf := func(place string, ch id.Channel, m id.Media, text string) *string {
		after, cuts := c.replace(text)
		if after == text {
			return nil
		}
		it.Texts = append(it.Texts, BulkText{Place: place, Channel: ch, Media: m, Before: text, After: after, Cuts: cuts})
		return &after
	}
	replaced := func(place string, ch id.Channel, text string) *string { return replacedOf(place, ch, "", text) }
	// alts replaces in the alternative texts of a list; nil: nothing changes.
	alts := func(ch id.Channel, list []MediaRef) *[]MediaRef {
		next, any := slices.Clone(list), false
		for i, m := range next {
			if t := replacedOf("alt", ch, m.ID, m.Alt); t != nil {
				next[i].Alt, any = *t, true
			}
		}
		if !any {
			return nil
		}
		return &next
	}
	if c.Titles {
		e.Title = replaced("title", "", p.Title)
	}
	e.Text = replaced("text", "", p.Text)
	if c.Alts {
		e.Media = alts("", p.Media)
	}
	next := slices.Clone(p.Variants)
	for i, v := range next {
		if v.Text != nil {
			if t := replaced("variant", v.Channel, *v.Text); t != nil {
				next[i].Text, e.Variants = t, &next
			}
		}
		if c.Alts && v.Media != nil {
			if m := alts(v.Channel, *v.Media); m != nil {
				next[i].Media, e.Variants = m, &next
			}
		}
	}
}

func hasLabel(labels []string, l string) bool {
	return slices.ContainsFunc(labels, func(o string) bool { return textkit.Fold(o) == textkit.Fold(l) })
}

// restore is what gives a post back what it said before.
func (m Model) restore() Edit {
	return Edit{Title: &m.Title, Text: &m.Text, Media: &m.Media, Options: &m.Options, Campaign: &m.Campaign, Labels: &m.Labels, Variants: &m.Variants}
}

// bulkTries is how often a change that found a post leaving looks anew.
const bulkTries = 3

// conflicting runs fn again while it meets somebody else's change.
func conflicting(fn func() error) (err error) {
	for range bulkTries {
		if err = fn(); !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return err
}

// give writes one item: the words, and their schedule where it is renewed.
func (s *Service) give(ctx context.Context, tx *sqldb.Tx, a team.Actor, it *BulkItem, known []channel.Channel) (Post, error) {
	b := it.before.Brand
	p, err := s.saveIn(ctx, tx, a, b, it.Post, it.Version, it.edit, known, it.Renews)
	if err != nil || !it.Content {
		return p, err
	}
	pubs, err := loadPublications(ctx, tx, b, it.Post)
	if err != nil {
		return p, err
	}
	if begun(pubs) != "" {
		return p, errLeaving // at this moment: the plan is made anew
	}
	if it.Renews {
		_, err = s.scheduleIn(ctx, tx, a, &p, it.rendered, When{Wall: p.Planned})
	}
	return p, err
}
