package publishing

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// RecallKind is what a recall does. Stored; never renamed.
type RecallKind string

const (
	// TakeBack deletes what is published and stops what still waits.
	TakeBack RecallKind = "withdraw"
	// Correct puts the words that the post has by now in the place of those
	// that are published, where a network can; what waits is not touched.
	Correct RecallKind = "correct"
)

// RecallState is where one publication of a recall stands. Stored; never
// renamed. The last five are receipts.
type RecallState string

const (
	RecallWaiting   RecallState = "waiting"   // for its turn, for the network, or until nobody doubts any more
	RecallCalling   RecallState = "calling"   // its call is under way on some node
	RecallDeleted   RecallState = "deleted"   // it is gone from the network
	RecallCorrected RecallState = "corrected" // the network shows the new words
	RecallStopped   RecallState = "stopped"   // it had not left, and does not
	RecallCannot    RecallState = "cannot"    // the network or its refusal leaves it to a person
	RecallByHand    RecallState = "by_hand"   // a person says that she did it there
)

// Ended tells whether the state is a receipt.
func (s RecallState) Ended() bool { return s != RecallWaiting && s != RecallCalling }

// Identifiers of the nouns of this file.
type (
	RecallID    string
	RecallLegID string
)

// Recall is one gesture over everything that some posts put on the networks.
type Recall struct {
	ID     RecallID   `json:"id"`
	Brand  id.Brand   `json:"brand"`
	Kind   RecallKind `json:"kind"`
	Reason string     `json:"reason"`
	// Media is the picture because of which; empty when posts were named.
	Media id.Media    `json:"media,omitempty"`
	By    id.Person   `json:"by"`
	Told  []id.Person `json:"told"` // who was told when it began
	Made  time.Time   `json:"made"`
	Ended time.Time   `json:"ended,omitzero"` // when the last receipt came
	Legs  []RecallLeg `json:"legs"`
}

// RecallLeg is one publication of a recall, and in the end its receipt.
type RecallLeg struct {
	ID          RecallLegID    `json:"id"`
	Recall      RecallID       `json:"recall"`
	Brand       id.Brand       `json:"brand"`
	Post        id.Post        `json:"post"`
	Title       string         `json:"title"`
	Publication id.Publication `json:"publication"`
	Channel     id.Channel     `json:"channel"`
	State       RecallState    `json:"state"`
	Was         State          `json:"was"` // of the publication, when the recall began
	// Original is what was published, for the record; Content what it was
	// corrected to.
	Original Content  `json:"original"`
	Content  *Content `json:"content,omitempty"`
	// Parts are what stood on the network when the recall began.
	Parts    []SentPart     `json:"parts"`
	URL      string         `json:"url,omitempty"`
	Problem  string         `json:"problem,omitempty"` // message key: why it waits, or cannot
	Detail   map[string]any `json:"detail,omitempty"`
	Attempts int            `json:"attempts"`
	NextAt   time.Time      `json:"next_at,omitzero"`
	Ended    time.Time      `json:"ended,omitzero"`
	Who      id.Person      `json:"who,omitempty"` // who did it by hand

	node string
}

// RecallOrder is what a person asks for: posts by name, or all that show a
// media.
type RecallOrder struct {
	Kind   RecallKind
	Reason string
	Posts  []id.Post
	Media  id.Media
}

const (
	// MaxRecall is how many posts one recall may name.
	MaxRecall = 500
	// MaxReason is how long its reason may be, in characters.
	MaxReason = 500
)

var (
	errNoReason   = fault.New(fault.Invalid, "publishing.recall.reason").At("reason")
	errRecallKind = fault.New(fault.Invalid, "publishing.recall.kind").At("kind")
	errRecallMany = fault.New(fault.Invalid, "publishing.recall.many").At("posts").With("max", MaxRecall)
	errNoRecall   = fault.New(fault.Conflict, "publishing.recall.nothing")
	errUncleared  = fault.New(fault.Conflict, "publishing.recall.uncleared")
	errByHand     = fault.New(fault.Conflict, "publishing.recall.by_hand")
)

// Recall begins to take back, or to correct, everything that the posts put on
// their networks: in one transaction the intent of each, the stop of what still
// waits, and the word to those who answer for the brand. The ledger does the
// calls, in parallel. What a recall holds already is not taken twice. Errors:
// invalid (no reason, too many posts), not_found, conflict (nothing to recall;
// a correction that nobody has approved, or that the charter stops).
func (s *Service) Recall(ctx context.Context, a team.Actor, b id.Brand, o RecallOrder) (_ Recall, err error) {
	defer fault.Wrap(&err, "recall")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return Recall{}, err
	}
	if o.Reason = strings.TrimSpace(plain(o.Reason, 4*MaxReason)); o.Reason == "" || utf8.RuneCountInString(o.Reason) > MaxReason {
		return Recall{}, errNoReason
	}
	for tries := 0; ; tries++ {
		out, err := s.recall(ctx, a, b, o)
		if errors.Is(err, errLeaving) && tries < 5 {
			continue // something left at this very moment: it is part of it now
		}
		if err != nil {
			return Recall{}, err
		}
		s.wake()
		return s.GetRecall(ctx, a, b, out.ID)
	}
}

func (s *Service) recall(ctx context.Context, a team.Actor, b id.Brand, o RecallOrder) (Recall, error) {
	plan, err := s.RecallPlan(ctx, a, b, o)
	if err != nil {
		return Recall{}, err
	}
	if err := s.examineCorrections(ctx, a, plan); err != nil {
		return Recall{}, err
	}
	out := Recall{ID: id.New[RecallID](), Brand: b, Kind: o.Kind, Reason: o.Reason, Media: o.Media, By: a.Person}
	if s.Answerable != nil {
		all, err := s.Answerable(ctx, b)
		if err != nil {
			return Recall{}, err
		}
		out.Told = slices.DeleteFunc(all, func(p id.Person) bool { return p == a.Person }) // she knows
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		out.Made, out.Legs = tx.Now, nil
		var planned []RecallLeg
		for _, item := range plan {
			leg, ok, err := s.openLeg(ctx, tx, a, out, item)
			if err != nil {
				return err
			}
			if ok {
				planned = append(planned, leg)
			}
		}
		if len(planned) == 0 {
			return errNoRecall
		}
		out.Legs = planned
		if s.Alert != nil {
			if err := s.Alert(ctx, tx, out); err != nil {
				return err
			}
		}
		if err := insertRecall(ctx, tx, out); err != nil {
			return err
		}
		if err := s.clearCorrections(ctx, tx, a, out); err != nil {
			return err
		}
		for _, post := range postsOf(planned) {
			if err := refreshBadge(ctx, tx, b, post); err != nil {
				return err
			}
			s.changed(tx, b, post)
		}
		tx.AfterCommit(func() {
			s.Tell("brand:"+string(b), "recall", map[string]any{"recall": out.ID})
			for _, p := range out.Told {
				s.Tell("person:"+string(p), "recall", map[string]any{"recall": out.ID, "brand": b})
			}
		})
		if err := s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActRecalled, Subject: logbook.Subject{Kind: "recall", ID: string(out.ID)},
			Data: map[string]any{"kind": out.Kind, "reason": out.Reason, "media": out.Media, "posts": postsOf(planned), "publications": len(planned), "told": out.Told}}); err != nil {
			return err
		}
		return endRecall(ctx, tx, s, out.ID, b)
	})
	return out, err
}

func postsOf(legs []RecallLeg) []id.Post {
	var out []id.Post
	for _, l := range legs {
		if !slices.Contains(out, l.Post) {
			out = append(out, l.Post)
		}
	}
	slices.Sort(out) // one order for all: no deadlock
	return out
}

// DoneByHand is a person's word that she did on the network what Vigie could
// not. Safe to repeat. Errors: not_found, conflict (it is under way, or has
// another receipt).
func (s *Service) DoneByHand(ctx context.Context, a team.Actor, b id.Brand, recall RecallID, leg RecallLegID) (err error) {
	defer fault.Wrap(&err, "recall by hand")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		l, err := loadLeg(ctx, tx, b, leg)
		if err != nil {
			return err
		}
		if l.Recall != recall {
			return fault.New(fault.NotFound, "")
		}
		if l.State == RecallByHand {
			return nil
		}
		n, err := tx.Exec(ctx, `UPDATE recall_leg SET state = 'by_hand', who = ?, ended_at = ?, next_at = NULL WHERE brand = ? AND id = ? AND state IN ('waiting', 'cannot')`, a.Person, sqldb.At(tx.Now), b, leg)
		if err = one(n, err, errByHand); err != nil {
			return err
		}
		return s.receipt(ctx, tx, l, RecallByHand, Step{Who: string(a.Person)})
	})
}
