package channel_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

func TestASignInGoesStepByStepAndEndsWithAChannel(t *testing.T) {
	each(t, func(s *stage) {
		in, err := s.room.Begin(s.Context(), s.claire, s.brand, "toy", "")
		s.ok(err)
		if in.Step.ID != "server" || len(in.Step.Fields) != 1 {
			s.Fatalf("%+v", in.Step)
		}
		s.is(s.refused(in, nil), fault.Invalid, "network.toy.server")
		in, err = s.room.Answer(s.Context(), s.claire, s.brand, in.ID, map[string]string{"server": "toy.example"})
		s.ok(err)
		// The page is opened again later: the step is where it was.
		in, err = s.room.Resume(s.Context(), s.claire, s.brand, in.ID)
		s.ok(err)
		if in.Step.Open == "" || in.Step.ID != "code" {
			s.Fatalf("%+v", in.Step)
		}
		// What the network refuses are the answers, not Claire's session here.
		err = s.refused(in, map[string]string{"code": "bad"})
		s.is(err, fault.Invalid, "network.toy.code")
		if f := fault.As(err).Field; f != "code" {
			s.Errorf("at %q", f)
		}
		s.is(s.refused(in, map[string]string{"code": "away"}), fault.Transient, "network.unreachable")
		in, err = s.room.Answer(s.Context(), s.claire, s.brand, in.ID, map[string]string{"code": "good"})
		s.ok(err)
		c := in.Channel
		if in.Step.ID != network.Done || c.Handle != "kerlann" || c.Health != channel.Working || c.Capabilities.Text.Max != 500 || c.Title != "Toy" || c.Short != "To" {
			s.Errorf("%+v", c)
		}
		// It is over: neither read nor answered again.
		_, err = s.room.Resume(s.Context(), s.claire, s.brand, in.ID)
		s.is(err, fault.NotFound, "channel.signin_ended")
		list, err := s.room.List(s.Context(), s.claire, s.brand)
		s.ok(err)
		if len(list) != 1 || list[0].ID != c.ID {
			s.Errorf("%+v", list)
		}
		if got := s.acts(); !slices.Equal(got, []string{channel.ActConnected}) {
			s.Errorf("acts %v", got)
		}
	})
}

func TestThePracticeNetworkIsConnectedByTheSameSteps(t *testing.T) {
	each(t, func(s *stage) {
		in, err := s.room.Begin(s.Context(), s.claire, s.brand, "practice", "")
		s.ok(err)
		s.is(s.refused(in, map[string]string{"handle": "É!"}), fault.Invalid, "network.practice.handle.form")
		in, err = s.room.Answer(s.Context(), s.claire, s.brand, in.ID, map[string]string{"handle": "kerlann", "name": "Biscuiterie Kerlann"})
		s.ok(err)
		if !in.Channel.Simulated || in.Channel.Name != "Biscuiterie Kerlann" {
			s.Errorf("%+v", in.Channel)
		}
		p, _, err := s.room.Presence(s.Context(), s.brand, in.Channel.ID)
		s.ok(err)
		r, err := p.Publish(s.Context(), network.Intent{Key: "k", Made: s.now(), Text: "Bonjour"})
		s.ok(err)
		if !strings.HasPrefix(r.URL, "/practice/kerlann/") {
			s.Errorf("%+v", r)
		}
	})
}

func TestASignInIsThePersonsOwnAndEnds(t *testing.T) {
	each(t, func(s *stage) {
		in, err := s.room.Begin(s.Context(), s.claire, s.brand, "toy", "")
		s.ok(err)
		in, err = s.room.Answer(s.Context(), s.claire, s.brand, in.ID, map[string]string{"server": "toy.example"})
		s.ok(err)
		elsewhere := id.New[id.Brand]()
		twice := s.claire
		twice.Roles = map[id.Brand]team.Role{s.brand: team.Owner, elsewhere: team.Owner}
		for name, err := range map[string]error{
			"another person resumes":    second(s.room.Resume(s.Context(), s.yann, s.brand, in.ID)),
			"another person answers":    second(s.room.Answer(s.Context(), s.yann, s.brand, in.ID, map[string]string{"code": "good"})),
			"another person comes back": second(s.room.Returned(s.Context(), s.yann, "state-of-toy.example")),
			"another brand":             second(s.room.Resume(s.Context(), twice, elsewhere, in.ID)),
			"another state":             second(s.room.Returned(s.Context(), s.claire, "state-of-evil.example")),
			"no state":                  second(s.room.Returned(s.Context(), s.claire, "")),
			"no sign-in":                second(s.room.Resume(s.Context(), s.claire, s.brand, "nothing")),
		} {
			if fault.Of(err) != fault.NotFound {
				s.Errorf("%s: %v", name, err)
			}
		}
		// She who may no longer manage channels cannot end what she began.
		fired := s.claire
		fired.Roles = map[id.Brand]team.Role{s.brand: team.Analyst}
		s.is(second(s.room.Returned(s.Context(), fired, "state-of-toy.example")), fault.NotFound, "")
		// By the authorisation page she comes back to her own.
		back, err := s.room.Returned(s.Context(), s.claire, "state-of-toy.example")
		s.ok(err)
		if back.ID != in.ID || back.Brand != s.brand || back.Step.State["client_secret"] == "" {
			s.Errorf("%+v", back)
		}
		s.pass(time.Hour + time.Second)
		s.is(second(s.room.Resume(s.Context(), s.claire, s.brand, in.ID)), fault.NotFound, "channel.signin_ended")
		s.is(second(s.room.Returned(s.Context(), s.claire, "state-of-toy.example")), fault.NotFound, "channel.signin_ended")
		// The next one to begin sweeps what holds an old secret.
		second(s.room.Begin(s.Context(), s.claire, s.brand, "toy", ""))
		n, err := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM channel_signin`)
		s.ok(err)
		if n != 1 {
			s.Errorf("%d sign-ins are kept", n)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestTheSameAccountTwiceIsOneChannel(t *testing.T) {
	each(t, func(s *stage) {
		first := s.signIn(s.claire, "")
		s.toy.set(func(t *toy) { t.max = 1000 })
		again := s.signIn(s.yann, "")
		if again.ID != first.ID || again.Capabilities.Text.Max != 1000 {
			s.Errorf("%s then %s, %d characters", first.ID, again.ID, again.Capabilities.Text.Max)
		}
		if got := s.acts(); !slices.Equal(got, []string{channel.ActConnected, channel.ActReconnected}) {
			s.Errorf("acts %v", got)
		}
		// Another brand may hold the same account: that is another channel.
		other := id.New[id.Brand]()
		a := team.Actor{Person: s.claire.Person, Roles: map[id.Brand]team.Role{other: team.Owner}}
		c, err := s.room.Connect(s.Context(), a, other, "toy", network.Profile{Ref: "kerlann", Handle: "kerlann"}, network.Credentials{Data: map[string]string{"token": "x"}})
		s.ok(err)
		if c.ID == first.ID {
			s.Error("two brands share a channel")
		}
	})
}

func TestReconnectingNeedsTheSameAccount(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		s.toy.set(func(t *toy) { t.who = "somebody" })
		in, err := s.room.Begin(s.Context(), s.claire, s.brand, "", c.ID)
		s.ok(err)
		if in.Network != "toy" || in.Reconnects != c.ID {
			s.Errorf("%+v", in)
		}
		in, err = s.room.Answer(s.Context(), s.claire, s.brand, in.ID, map[string]string{"server": "toy.example"})
		s.ok(err)
		s.is(s.refused(in, map[string]string{"code": "good"}), fault.Conflict, "channel.other_account")
		if list, _ := s.room.List(s.Context(), s.claire, s.brand); len(list) != 1 {
			s.Errorf("%d channels", len(list))
		}
		s.toy.set(func(t *toy) { t.who = "kerlann" })
		if again := s.signIn(s.claire, c.ID); again.ID != c.ID || again.Health != channel.Working {
			s.Errorf("%+v", again)
		}
		s.ok(s.room.Remove(s.Context(), s.claire, s.brand, c.ID))
		_, err = s.room.Begin(s.Context(), s.claire, s.brand, "", c.ID)
		s.is(err, fault.NotFound, "channel.removed")
	})
}

// S: a stolen database opens no account. Every column of every table is looked
// through, and on SQLite the very bytes of the files.
func TestNoSecretStandsInTheDatabase(t *testing.T) {
	each(t, func(s *stage) {
		in, err := s.room.Begin(s.Context(), s.claire, s.brand, "toy", "")
		s.ok(err)
		_, err = s.room.Answer(s.Context(), s.claire, s.brand, in.ID, map[string]string{"server": "toy.example"})
		s.ok(err)
		c := s.signIn(s.claire, "")
		s.toy.set(func(t *toy) { t.fresh = "token-two" })
		_, err = s.room.Probe(s.Context(), s.claire, s.brand, c.ID)
		s.ok(err)
		secrets := []string{"token-one", "token-two", "the app's secret"}
		for _, query := range []string{`SELECT * FROM channel`, `SELECT * FROM channel_signin`} {
			rows, err := s.db.Query(s.Context(), query)
			s.ok(err)
			cols, err := rows.Columns()
			s.ok(err)
			n := 0
			for ; rows.Next(); n++ {
				vals, ptrs := make([]any, len(cols)), make([]any, len(cols))
				for i := range vals {
					ptrs[i] = &vals[i]
				}
				s.ok(rows.Scan(ptrs...))
				for i, v := range vals {
					text, _ := v.(string)
					for _, word := range secrets {
						if strings.Contains(text, word) {
							s.Errorf("%s holds %q in clear", cols[i], word)
						}
					}
				}
			}
			rows.Close()
			if n == 0 {
				s.Errorf("%s: nothing to look at", query)
			}
		}
		if s.db.Dialect() != sqldb.SQLite {
			return
		}
		files, err := filepath.Glob(s.db.URL() + "*")
		s.ok(err)
		for _, f := range files {
			b, err := os.ReadFile(f)
			s.ok(err)
			for _, word := range secrets {
				if bytes.Contains(b, []byte(word)) {
					s.Errorf("%s holds %q", filepath.Base(f), word)
				}
			}
		}
		if len(files) == 0 {
			s.Error("no file was looked at")
		}
	})
}
