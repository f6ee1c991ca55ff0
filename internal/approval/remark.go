package approval

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// RemarkID names a remark.
type RemarkID string

// Remark is what a reader writes in the margin: about the whole, a passage of
// the words, or a point of a picture.
type Remark struct {
	ID      RemarkID   `json:"id"`
	Post    id.Post    `json:"post"`
	Round   RoundID    `json:"round"`
	Channel id.Channel `json:"channel,omitempty"` // empty: all of them
	Part    int        `json:"part"`
	// Start and End are bytes in the part's text; the same: no passage. Quote
	// is the passage as it stood.
	Start int    `json:"start"`
	End   int    `json:"end"`
	Quote string `json:"quote,omitempty"`
	// Media, X and Y are a point of a picture, from 0 to 1.
	Media id.Media `json:"media,omitempty"`
	X     float64  `json:"x,omitempty"`
	Y     float64  `json:"y,omitempty"`
	Words string   `json:"words"`
	// Instead is the suggestion: words to stand in Quote's place; nil: none.
	Instead *string `json:"instead,omitempty"`
	// Internal keeps it from the client.
	Internal bool      `json:"internal"`
	ReplyTo  RemarkID  `json:"reply_to,omitempty"`
	Person   id.Person `json:"person,omitempty"`
	Link     LinkID    `json:"link,omitempty"`
	At       time.Time `json:"at"`
	Settled  time.Time `json:"settled,omitzero"`
	Accepted bool      `json:"accepted"`
}

var (
	errRemark  = fault.New(fault.Invalid, "approval.remark").At("words")
	errPlace   = fault.New(fault.Invalid, "approval.place").At("quote")
	errSettled = fault.New(fault.Conflict, "approval.settled")
)

// NewRemark is a remark about to be written.
type NewRemark struct {
	Post     id.Post
	Round    RoundID
	Channel  id.Channel
	Part     int
	Start    int
	End      int
	Quote    string // the passage: at Start to End, or, without them, where it stands first
	Media    id.Media
	X, Y     float64
	Words    string
	Instead  *string
	Internal bool
	ReplyTo  RemarkID
}

// Remark writes in the margin of a round. Errors: conflict (the round is over),
// invalid, not_found.
func (s *Service) Remark(ctx context.Context, r Reader, b id.Brand, in NewRemark) (_ Remark, err error) {
	defer fault.Wrap(&err, "remark")
	if err := s.mayRead(ctx, r, b); err != nil {
		return Remark{}, err
	}
	words, _ := textkit.Clean(in.Words)
	words = strings.TrimSpace(words)
	if len(words) > maxWords || words == "" && in.Instead == nil {
		return Remark{}, errRemark
	}
	if in.Instead != nil {
		clean, _ := textkit.Clean(*in.Instead)
		if len(clean) > maxWords {
			return Remark{}, errRemark
		}
		in.Instead = &clean
	}
	out := Remark{ID: id.New[RemarkID](), Post: in.Post, Round: in.Round, Channel: in.Channel, Part: in.Part, Words: words, Instead: in.Instead,
		Internal: in.Internal && !r.client(b), ReplyTo: in.ReplyTo}
	if r.Link != nil {
		out.Link = r.Link.ID
	} else {
		out.Person = r.Actor.Person
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if r.Link != nil {
			now, err := liveLink(ctx, tx, b, r.Link.ID)
			if err != nil {
				return err
			}
			r.Link = &now
		}
		round, err := openRound(ctx, tx, b, in.Post)
		if err != nil {
			return err
		}
		if round == nil || round.ID != in.Round {
			return s.gone(ctx, tx, r, b, Say{Post: in.Post, Round: in.Round}, round)
		}
		policies, err := loadPolicies(ctx, tx, b)
		if err != nil {
			return err
		}
		all, err := loadDecisions(ctx, tx, b, in.Post)
		if err != nil {
			return err
		}
		if !r.sees(*round, policies, all) {
			return fault.New(fault.NotFound, "")
		}
		if round.Choice != "" {
			c, err := openChoice(ctx, tx, b, in.Post)
			if err != nil {
				return err
			}
			for i := 1; c != nil && i < len(c.Candidates); i++ {
				round.Items = append(round.Items, c.Candidates[i].Items...)
			}
		}
		if err := out.place(*round, in); err != nil {
			return err
		}
		if in.ReplyTo != "" {
			n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM approval_remark WHERE brand = ? AND post = ? AND id = ?`, b, in.Post, in.ReplyTo)
			if err != nil || n == 0 {
				return errPlace.Because(err)
			}
		}
		out.At = tx.Now
		if _, err := tx.Exec(ctx, `INSERT INTO approval_remark (brand, `+remarkColumns+`, settled_by) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,'')`,
			b, out.ID, out.Post, out.Round, out.Channel, out.Part, out.Start, out.End, out.Quote, out.Media, out.X, out.Y, out.Words, out.Instead,
			out.Internal, out.ReplyTo, out.Person, out.Link, sqldb.At(out.At), sqldb.Time{}, false); err != nil {
			return err
		}
		s.changed(tx, b, in.Post)
		return s.record(ctx, tx, r.signs(), b, ActRemarked, in.Post, map[string]any{"round": round.ID, "remark": out.ID, "channel": out.Channel, "suggestion": out.Instead != nil},
			map[string]any{"words": out.Words})
	})
	return out, err
}

// place checks that what the remark points at is there.
func (m *Remark) place(round Round, in NewRemark) error {
	quote := strings.TrimSpace(strings.ReplaceAll(in.Quote, "\r\n", "\n"))
	if in.Media == "" && quote == "" && in.Start == in.End {
		if in.Instead != nil {
			return errPlace // a suggestion stands in the place of something
		}
		return nil
	}
	for _, it := range round.Items {
		if in.Channel != "" && it.Channel != in.Channel {
			continue
		}
		if in.Media != "" {
			if !slices.ContainsFunc(it.Content.Pictures(), func(p Media) bool { return p.ID == in.Media }) {
				continue
			}
			if !within(in.X) || !within(in.Y) {
				return errPlace
			}
			m.Media, m.X, m.Y = in.Media, in.X, in.Y
			return nil
		}
		for n, part := range it.Content.Parts {
			if n == in.Part && in.Start >= 0 && in.Start < in.End && in.End <= len(part.Text) {
				there := part.Text[in.Start:in.End]
				if utf8.ValidString(there) && (quote == "" || quote == strings.TrimSpace(there)) {
					m.Part, m.Start, m.End, m.Quote = n, in.Start, in.End, there
					return nil
				}
			}
			if quote == "" {
				continue
			}
			if at := strings.Index(part.Text, quote); at >= 0 {
				m.Part, m.Start, m.End, m.Quote = n, at, at+len(quote), quote
				return nil
			}
		}
	}
	return errPlace
}

func within(f float64) bool { return !math.IsNaN(f) && f >= 0 && f <= 1 }

// Settle closes a remark; with accept its suggestion is put in the words first,
// which makes another version to be read. Errors: conflict (settled already;
// the words are not there any more), not_found.
func (s *Service) Settle(ctx context.Context, a team.Actor, b id.Brand, key RemarkID, accept bool) (err error) {
	defer fault.Wrap(&err, "settle remark")
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	m, err := sqldb.One(ctx, s.DB, scanRemark, `SELECT `+remarkColumns+` FROM approval_remark WHERE brand = ? AND id = ?`, b, key)
	if err != nil {
		return err
	}
	if !m.Settled.IsZero() {
		return errSettled
	}
	accept = accept && m.Instead != nil
	if accept {
		if err := s.Posts.Replace(ctx, a, b, m.Post, m.Channel, m.Quote, *m.Instead); err != nil {
			return err
		}
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE approval_remark SET settled_at = ?, settled_by = ?, accepted = ? WHERE brand = ? AND id = ? AND settled_at IS NULL`,
			sqldb.At(tx.Now), a.Person, accept, b, key)
		if err != nil {
			return err
		}
		if n == 0 {
			return errSettled
		}
		s.changed(tx, b, m.Post)
		return s.record(ctx, tx, a.Signs(), b, ActSettled, m.Post, map[string]any{"remark": key, "accepted": accept}, nil)
	})
}

const remarkColumns = `id, post, round, channel, part, from_byte, to_byte, quote, media, x, y, words, instead, internal, reply_to, person, link, at, settled_at, accepted`

func scanRemark(r sqldb.Scanner) (m Remark, err error) {
	var at, settled sqldb.Time
	err = r.Scan(&m.ID, &m.Post, &m.Round, &m.Channel, &m.Part, &m.Start, &m.End, &m.Quote, &m.Media, &m.X, &m.Y, &m.Words, &m.Instead, &m.Internal, &m.ReplyTo,
		&m.Person, &m.Link, &at, &settled, &m.Accepted)
	m.At, m.Settled = at.Time, settled.Time
	return m, err
}

func loadRemarks(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) ([]Remark, error) {
	return sqldb.List(ctx, q, scanRemark, `SELECT `+remarkColumns+` FROM approval_remark WHERE brand = ? AND post = ? ORDER BY id`, b, post)
}
