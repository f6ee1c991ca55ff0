package answers

import (
	"context"
	"strings"
	"sync"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/sqldb"
)

// shelf is all that a brand has prepared, made ready; what it was made from is
// asked again after a moment, so that another node's change counts within it.
type shelf struct {
	version   int64
	setting   AnswerSetting
	answers   []*kept // by title
	by        map[AnswerID]*kept
	positions []*Position
	pos       map[PositionID]*Position
	at        time.Time

	mu    sync.Mutex
	olds  map[string]finder // of the phrases that are over, by day
	index *index
	// stales are the answers that rest on what is over, of the day last asked.
	stales map[string]map[AnswerID]*Stale
}

// kept is an answer with what is looked for in it.
type kept struct {
	Answer
	sort string
	hay  string
}

// believed is how long a shelf is believed without asking the database: what
// leaves in one second asks for it ten thousand times.
const believed = 200 * time.Millisecond

// maxShelves bounds how many brands stand ready.
const maxShelves = 200

func (s *Service) drop(b id.Brand) {
	s.mu.Lock()
	delete(s.made, b)
	s.mu.Unlock()
}

func (s *Service) shelf(ctx context.Context, q sqldb.Q, b id.Brand) (*shelf, error) {
	s.mu.Lock()
	had := s.made[b]
	fresh := had != nil && time.Since(had.at) < believed
	s.mu.Unlock()
	if fresh {
		return had, nil
	}
	at := time.Now()
	version, setting, err := loadShelf(ctx, q, b)
	if err != nil {
		return nil, err
	}
	if had != nil && had.version == version {
		s.mu.Lock()
		had.at = at
		s.mu.Unlock()
		return had, nil
	}
	now := &shelf{version: version, setting: setting, at: at, by: map[AnswerID]*kept{}, pos: map[PositionID]*Position{}, olds: map[string]finder{}}
	if version > 0 {
		if err := now.load(ctx, q, b); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.made) >= maxShelves {
		clear(s.made)
	}
	s.made[b] = now
	return now, nil
}

func (h *shelf) load(ctx context.Context, q sqldb.Q, b id.Brand) error {
	all, err := loadAnswers(ctx, q, b)
	if err != nil {
		return err
	}
	for _, a := range all {
		k := &kept{Answer: a, sort: textkit.Fold(a.Title) + "\x00" + string(a.ID)}
		hay := []string{a.Title, a.Question, a.Folder}
		hay = append(hay, a.Labels...)
		for _, t := range a.Texts {
			hay = append(hay, t.Text)
		}
		k.hay = textkit.Fold(strings.Join(hay, "\n"))
		h.by[a.ID] = k
		h.answers = append(h.answers, k)
	}
	sortKept(h.answers)
	if h.positions, err = loadPositions(ctx, q, b); err != nil {
		return err
	}
	for _, p := range h.positions {
		h.pos[p.ID] = p
	}
	return nil
}

// old is what finds the words of the positions that are over on a day.
func (h *shelf) old(day string) finder {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f, ok := h.olds[day]; ok {
		return f
	}
	if len(h.olds) > 100 {
		clear(h.olds)
	}
	f := finder{}
	for _, p := range h.positions {
		now := p.On(day)
		for _, w := range p.over(day) {
			for _, words := range w.Phrases {
				want := phraseOf(words)
				if now == nil || !now.uses(want) {
					f.add(phrase{want, p, w})
				}
			}
		}
	}
	h.olds[day] = f
	return f
}

// uses tells whether a wording itself says a phrase: then it is not an old one.
func (w *Wording) uses(want []string) bool {
	for _, p := range w.Phrases {
		if holds(p, want) {
			return true
		}
	}
	for _, t := range w.Texts {
		if holds(t.Say, want) {
			return true
		}
	}
	return false
}

// day is the day of a brand at an instant.
func (s *Service) day(ctx context.Context, q sqldb.Q, b id.Brand, at time.Time) (string, error) {
	br, err := s.Brand(ctx, q, b)
	if err != nil {
		return "", err
	}
	return dayIn(br.Zone, at)
}

func dayIn(zone string, at time.Time) (string, error) {
	loc, err := clock.Zone(zone)
	if err != nil {
		return "", err
	}
	return at.In(loc).Format(time.DateOnly), nil
}

// changed tells open pages, and this process, that something is not as they
// know it.
func (s *Service) changed(tx *sqldb.Tx, b id.Brand) {
	tx.AfterCommit(func() {
		s.drop(b)
		s.Tell("brand:"+string(b), "answers", nil)
	})
}
