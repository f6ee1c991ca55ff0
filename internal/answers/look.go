package answers

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

// Finding is a place of a text that says what a position said once.
type Finding struct {
	Position PositionID       `json:"position"`
	Subject  string           `json:"subject"`
	Number   int64            `json:"number"` // of the wording that is over
	Severity network.Severity `json:"severity"`
	Part     int              `json:"part"`
	Start    int              `json:"start"` // bytes of the part
	End      int              `json:"end"`
	Words    string           `json:"words"`
	// Key is of the sentence: answers.find.superseded, ended or withdrawn.
	Key string `json:"key"`
	// Until is the last day of the old wording; empty: it was withdrawn.
	Until string `json:"until,omitempty"`
	// Say is what is said now, in the language asked for; empty: nothing is.
	Say string `json:"say,omitempty"`
}

// maxFindings bounds what one look says.
const maxFindings = 50

// Look finds, in what would leave on a day, the exact words of positions that
// are over by then. It asks the database at most every fifth of a second.
func (s *Service) Look(ctx context.Context, q sqldb.Q, b id.Brand, at time.Time, language string, parts []string, onlyBlocking bool) (_ []Finding, err error) {
	defer fault.Wrap(&err, "look for old positions")
	h, err := s.shelf(ctx, q, b)
	if err != nil || len(h.positions) == 0 || onlyBlocking && h.setting.Stale != network.Block {
		return nil, err
	}
	br, err := s.Brand(ctx, q, b)
	if err != nil {
		return nil, err
	}
	day, err := dayIn(br.Zone, at)
	if err != nil {
		return nil, err
	}
	if language == "" {
		language = br.Language
	}
	return h.look(day, language, parts), nil
}

func (h *shelf) look(day, language string, parts []string) []Finding {
	var out []Finding
	old := h.old(day)
	for i, text := range parts {
		for _, f := range old.find(text, maxFindings-len(out)) {
			one := Finding{Position: f.position.ID, Subject: f.position.Subject, Number: f.wording.Number, Severity: h.setting.Stale, Part: i, Start: f.start, End: f.end, Words: text[f.start:f.end]}
			one.Key, one.Until, one.Say = f.position.why(f.wording, day, language)
			out = append(out, one)
		}
	}
	return out
}

// why says why a wording cannot be used on a day, and what is said instead.
func (p *Position) why(w *Wording, day, language string) (key, until, say string) {
	if !p.Withdrawn.IsZero() {
		return "answers.find.withdrawn", "", ""
	}
	until = p.ended(w)
	if now := p.On(day); now != nil {
		return "answers.find.superseded", until, now.In(language).Say
	}
	return "answers.find.ended", until, ""
}

// Stale says that a saved answer rests on what is over.
type Stale struct {
	Answer   AnswerID         `json:"answer"`
	Position PositionID       `json:"position"`
	Subject  string           `json:"subject"`
	Severity network.Severity `json:"severity"`
	// Why is "superseded" (there is a later wording), "ended", "withdrawn",
	// "draft" (nobody approved any), or "words" (its own text says the old
	// words of a position).
	Why   string `json:"why"`
	Until string `json:"until,omitempty"` // last day of what it rests on
	Words string `json:"words,omitempty"`
	Say   string `json:"say,omitempty"` // what is said now
}

// Stale tells which of the answers rest on a position that is over, or say its
// old words; without ids, of all that are not archived. Whoever asks has seen
// that the actor may.
func (s *Service) Stale(ctx context.Context, b id.Brand, ids ...AnswerID) (_ map[AnswerID]Stale, err error) {
	defer fault.Wrap(&err, "look for stale answers")
	h, err := s.shelf(ctx, s.DB, b)
	if err != nil {
		return nil, err
	}
	day, err := s.day(ctx, s.DB, b, s.DB.Now())
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		for _, k := range h.answers {
			if k.Archived.IsZero() {
				ids = append(ids, k.ID)
			}
		}
	}
	out := map[AnswerID]Stale{}
	for _, key := range ids {
		if k := h.by[key]; k != nil {
			if st := h.staleOf(k, day); st != nil {
				out[key] = *st
			}
		}
	}
	return out, nil
}

// staleOf is stale of a kept answer, found once a day.
func (h *shelf) staleOf(k *kept, day string) *Stale {
	if len(h.positions) == 0 {
		return nil
	}
	h.mu.Lock()
	all, ok := h.stales[day]
	h.mu.Unlock()
	if !ok {
		all = map[AnswerID]*Stale{}
		for _, o := range h.answers {
			if st := h.stale(&o.Answer, day); st != nil {
				all[o.ID] = st
			}
		}
		h.mu.Lock()
		h.stales = map[string]map[AnswerID]*Stale{day: all}
		h.mu.Unlock()
	}
	return all[k.ID]
}

func (h *shelf) stale(a *Answer, day string) *Stale {
	if len(h.positions) == 0 {
		return nil
	}
	language := ""
	if len(a.Texts) > 0 {
		language = a.Texts[0].Language
	}
	if p := h.pos[a.Position]; p != nil {
		st := &Stale{Answer: a.ID, Position: p.ID, Subject: p.Subject, Severity: h.setting.Stale}
		now := p.On(day)
		switch {
		case now != nil && now.Number == a.RestsOn:
			st = nil
		case now != nil:
			st.Why, st.Say = "superseded", now.In(language).Say
			if w := p.wording(a.RestsOn); w != nil && w.From > day {
				st = nil // it is written for what comes
			} else if w != nil {
				st.Until = p.ended(w)
			}
		case !p.Withdrawn.IsZero():
			st.Why = "withdrawn"
		case p.Standing(day) == Coming:
			st = nil
		case p.Standing(day) == Drafted:
			st.Why = "draft"
		default:
			st.Why, st.Until = "ended", p.ended(p.begun(day))
		}
		if st != nil {
			return st
		}
	}
	for _, t := range a.Texts {
		if f := h.look(day, t.Language, []string{t.Text}); len(f) > 0 {
			return &Stale{Answer: a.ID, Position: f[0].Position, Subject: f[0].Subject, Severity: f[0].Severity, Why: "words", Until: f[0].Until, Words: f[0].Words, Say: f[0].Say}
		}
	}
	return nil
}
