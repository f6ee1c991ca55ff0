package publishing

import (
	"encoding/json"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// P7: what was published before Vigie stands in the calendar and the ledger as
// it ended; nothing of it leaves again, and its acts say where they come from.
func TestThePastIsRecordedAsItEnded(t *testing.T) {
	each(t, func(s *stage) {
		yann := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.brand: team.Manager}}
		at := s.db.Now().Add(-26 * time.Hour)
		text := "Un\n---\nDeux"
		sent := []SentPart{{Ref: "r1", URL: "https://net.example/r1", At: at}, {Ref: "r2", URL: "https://net.example/r2", At: at.Add(time.Second)}}
		past := Past{Edit: Edit{Text: &text}, At: at, Places: []Place{{Channel: s.chans[0], Sent: sent}, {Channel: s.chans[1], State: Failed, Problem: "network.server"}}}
		if _, err := s.room.Record(s.Context(), s.claire, s.brand, past); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a community manager rewrites the past: %v", err)
		}
		if _, err := s.room.Record(s.Context(), team.Actor{Person: yann.Person}, s.brand, past); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger: %v", err)
		}
		list, err := s.room.Record(s.Context(), yann, s.brand, past)
		if err != nil {
			t.Fatal(err)
		}
		s.ledger(LedgerConfig{Alone: true})
		rows, _, err := s.room.Calendar(s.Context(), yann, s.brand, at.Add(-time.Hour), at.Add(time.Hour), Filter{})
		if err != nil || len(rows) != 1 || rows[0].Badge != Partial || rows[0].Validation != Approved {
			t.Fatalf("%+v %v", rows, err)
		}
		pubs := s.pubs(list[0])
		if len(pubs) != 2 || pubs[0].URL != sent[0].URL || !pubs[0].SentAt.Equal(at.Truncate(time.Millisecond)) || len(pubs[0].Content.Parts) != 2 || pubs[1].Problem != "network.server" {
			t.Errorf("%+v", pubs)
		}
		if s.wire.calls != 0 {
			t.Errorf("%d calls", s.wire.calls)
		}
		acts, _, err := s.book.List(s.Context(), s.db, s.brand, logbook.Filter{}, "", 10)
		if err != nil || len(acts) != 3 {
			t.Fatal(acts, err)
		}
		for _, a := range acts {
			var d struct{ Imported bool }
			if err := json.Unmarshal(a.Data, &d); err != nil || !d.Imported {
				t.Errorf("%s: %s", a.Act, a.Data)
			}
		}
		hits, err := search.Find(s.Context(), s.db, s.brand, searchKind, "deux", "", 5)
		if err != nil || len(hits) != 1 {
			t.Error(hits, err)
		}
	})
}

func TestAPastThatCannotBeIsRefusedWhole(t *testing.T) {
	each(t, func(s *stage) {
		a := team.Program("import")
		text := "Un"
		good := Past{Edit: Edit{Text: &text}, At: s.db.Now().Add(-time.Hour), Places: []Place{{Channel: s.chans[0], State: Unknown, Problem: "network.cut"}}}
		for name, change := range map[string]func(*Past){
			"in the future":          func(p *Past) { p.At = s.db.Now().Add(time.Hour) },
			"nowhere":                func(p *Past) { p.Places = nil },
			"on a foreign channel":   func(p *Past) { p.Places = []Place{{Channel: id.New[id.Channel]()}} },
			"sent without its parts": func(p *Past) { p.Places = []Place{{Channel: s.chans[0]}} },
			"still on its way":       func(p *Past) { p.Places = []Place{{Channel: s.chans[0], State: Sending}} },
		} {
			bad := good
			change(&bad)
			if _, err := s.room.Record(s.Context(), a, s.brand, good, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n, err := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM post`); n != 0 || err != nil {
			t.Error(n, err)
		}
	})
}

// A doubt of before has no intent to look for: it waits for a person.
func TestADoubtOfThePastIsAPersonsToSettle(t *testing.T) {
	each(t, func(s *stage) {
		text := "Un"
		list, err := s.room.Record(s.Context(), team.Program("import"), s.brand, Past{Edit: Edit{Text: &text}, At: s.db.Now().Add(-time.Hour),
			Places: []Place{{Channel: s.chans[0], State: Unknown, Problem: "network.cut"}}})
		if err != nil {
			t.Fatal(err)
		}
		l := s.ledger(LedgerConfig{Alone: true})
		if due, err := l.claimLooks(s.Context(), 10); err != nil || len(due) != 0 {
			t.Errorf("it is looked up: %v %v", due, err)
		}
		if err := s.room.SettleSent(s.Context(), s.claire, s.brand, s.pubs(list[0])[0].ID, "https://net.example/1"); err != nil || s.state(list[0]) != Sent {
			t.Errorf("%v %s", err, s.state(list[0]))
		}
	})
}
