package channel_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

var (
	refusal = &network.Error{Fault: fault.New(fault.SignedOut, "network.signed_out"), Outcome: network.Refused}
	silence = &network.Error{Fault: fault.New(fault.Transient, "network.unreachable"), Outcome: network.NotSent}
)

func (s *stage) probe(c id.Channel) channel.Channel {
	s.Helper()
	ch, err := s.room.Probe(s.Context(), s.claire, s.brand, c)
	s.ok(err)
	return ch
}

func TestAProbeReadsTheAccountAgain(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		s.pass(2 * time.Hour)
		s.toy.set(func(t *toy) { t.max, t.expires = 1000, s.now().Add(90*24*time.Hour) })
		got := s.probe(c.ID)
		if got.Health != channel.Working || got.Capabilities.Text.Max != 1000 || !got.Checked.Equal(s.now()) || got.Expires.IsZero() {
			s.Errorf("%+v", got)
		}
	})
}

func TestARefusedTokenIsMarkedOnce(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		s.toy.set(func(t *toy) { t.refuse = refusal })
		for range 3 {
			if got := s.probe(c.ID); got.Health != channel.SignedOut || got.Problem != "network.signed_out" {
				s.Errorf("%s %s", got.Health, got.Problem)
			}
			s.pass(time.Minute)
		}
		if n := s.count(channel.ActSignedOut); n != 1 {
			s.Errorf("said %d times", n)
		}
		if got := s.get(c.ID); s.now().Sub(got.Checked) != time.Minute {
			s.Errorf("last checked at %s, it is %s", got.Checked, s.now())
		}
		// No answer does not make it any better.
		s.toy.set(func(t *toy) { t.refuse = silence })
		if got := s.probe(c.ID); got.Health != channel.SignedOut || got.Problem != "network.signed_out" {
			s.Errorf("%s %s", got.Health, got.Problem)
		}
		s.toy.set(func(t *toy) { t.refuse = nil })
		if got := s.probe(c.ID); got.Health != channel.Working || got.Problem != "" {
			s.Errorf("%s %s", got.Health, got.Problem)
		}
	})
}

func TestASilentNetworkLeavesWhatWasKnown(t *testing.T) {
	each(t, func(s *stage) {
		end := s.now().Add(60 * 24 * time.Hour)
		s.toy.set(func(t *toy) { t.expires = end })
		c := s.signIn(s.claire, "")
		s.pass(25 * time.Hour)
		s.toy.set(func(t *toy) { t.refuse, t.who, t.max = silence, "somebody", 1 })
		got := s.probe(c.ID)
		if got.Health != channel.Doubtful || got.Problem != "network.unreachable" || !got.Checked.Equal(s.now()) {
			s.Errorf("%+v", got)
		}
		if got.Handle != "kerlann" || got.Capabilities.Text.Max != 500 || !got.Expires.Equal(end) {
			s.Errorf("what was known is gone: %+v", got)
		}
		if len(s.acts()) != 1 {
			s.Errorf("acts %v", s.acts())
		}
	})
}

func TestTheOneWhoLeavesSaysNothingAboutTheNetwork(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		if _, err := s.room.Probe(ctx, s.claire, s.brand, c.ID); err == nil {
			s.Error("no error")
		}
		if got := s.get(c.ID); got.Health != channel.Working {
			s.Errorf("%s", got.Health)
		}
	})
}

// A token's end is told at fourteen, seven and one day, once each.
func TestTheEndOfATokenIsToldThreeTimes(t *testing.T) {
	each(t, func(s *stage) {
		s.toy.set(func(t *toy) { t.expires = s.now().Add(20 * 24 * time.Hour) })
		c := s.signIn(s.claire, "")
		var told []int
		for day := range 20 {
			for range 2 {
				got := s.probe(c.ID)
				if want := day > 6; (got.Health == channel.Expiring) != want {
					s.Errorf("day %d: %s", day, got.Health)
				}
			}
			if n := s.count(channel.ActExpiring); n > len(told) {
				told = append(told, day)
			}
			s.pass(24 * time.Hour)
		}
		if !slices.Equal(told, []int{7, 13, 19}) && !slices.Equal(told, []int{6, 13, 19}) {
			s.Errorf("told on days %v", told)
		}
		// A new token starts over.
		s.toy.set(func(t *toy) { t.expires = s.now().Add(10 * 24 * time.Hour) })
		s.signIn(s.claire, c.ID)
		s.probe(c.ID)
		if n := s.count(channel.ActExpiring); n != 4 {
			s.Errorf("told %d times", n)
		}
	})
}

func TestTheDailyProbeTriesWhatNobodyTried(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		gone := s.practice("gone")
		s.ok(s.room.Remove(s.Context(), s.claire, s.brand, gone.ID))
		out := s.practice("out")
		s.ok(s.world.SignOut(s.Context(), "out"))
		s.ok(s.room.ProbeDue(s.Context()))
		if s.toy.lastToken() != "" {
			s.Error("probed although it was just connected")
		}
		s.pass(channel.ProbeEvery + time.Minute)
		s.ok(s.room.ProbeDue(s.Context()))
		if got := s.get(c.ID); !got.Checked.Equal(s.now()) || got.Health != channel.Working {
			s.Errorf("%+v", got)
		}
		if got := s.get(out.ID); got.Health != channel.SignedOut {
			s.Errorf("%s", got.Health)
		}
		// One that is signed out is not asked every hour for ever.
		before := len(s.toy.used)
		s.pass(time.Hour)
		s.ok(s.room.ProbeDue(s.Context()))
		if got := s.get(out.ID); got.Checked.Equal(s.now()) || len(s.toy.used) != before {
			s.Error("asked again within the day")
		}
	})
}

func (s *stage) practice(handle string) channel.Channel {
	s.Helper()
	in, err := s.room.Begin(s.Context(), s.claire, s.brand, "practice", "")
	s.ok(err)
	in, err = s.room.Answer(s.Context(), s.claire, s.brand, in.ID, map[string]string{"handle": handle})
	s.ok(err)
	return in.Channel
}

func TestARemovedChannelLosesItsKeysAndKeepsItsPast(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		for range 2 { // safe to repeat
			s.ok(s.room.Remove(s.Context(), s.claire, s.brand, c.ID))
		}
		if len(s.removed) != 1 || s.removed[0].ID != c.ID {
			s.Errorf("those who wait for it were told %d times", len(s.removed))
		}
		kept, err := sqldb.Value[string](s.Context(), s.db, `SELECT credentials FROM channel WHERE brand = ? AND id = ?`, s.brand, c.ID)
		s.ok(err)
		if kept != "" {
			s.Error("its credentials are still there")
		}
		if list, _ := s.room.List(s.Context(), s.claire, s.brand); len(list) != 0 {
			s.Errorf("%+v", list)
		}
		if got := s.get(c.ID); got.Handle != "kerlann" || got.Removed.IsZero() {
			s.Errorf("its past is gone: %+v", got)
		}
		_, _, err = s.room.Presence(s.Context(), s.brand, c.ID)
		s.is(err, fault.NotFound, "channel.removed")
		_, err = s.room.Probe(s.Context(), s.claire, s.brand, c.ID)
		s.is(err, fault.NotFound, "channel.removed")
		if got := s.acts(); !slices.Equal(got, []string{channel.ActConnected, channel.ActRemoved}) {
			s.Errorf("acts %v", got)
		}
		// The same account may come back, as another channel.
		if again := s.signIn(s.claire, ""); again.ID == c.ID {
			s.Error("the removed channel rose again")
		}
	})
}

func TestFreshCredentialsAreKeptAndOldOnesNeverOverNewOnes(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		s.probe(c.ID)
		s.toy.set(func(t *toy) { t.fresh = "token-two" })
		s.probe(c.ID) // hands out token-two in passing
		old, _, err := s.room.Presence(s.Context(), s.brand, c.ID)
		s.ok(err)
		s.probe(c.ID)
		if got := s.toy.lastToken(); got != "token-two" {
			s.Errorf("works with %q", got)
		}
		// Another node opens the newest, and the first learns what the other got.
		other := s.node(sqldbtest.Again(s, s.db, sqldbtest.Now(s.now)))
		s.toy.set(func(t *toy) { t.fresh = "token-three" })
		_, err = other.Probe(s.Context(), s.claire, s.brand, c.ID)
		s.ok(err)
		s.probe(c.ID)
		if got := s.toy.lastToken(); got != "token-three" {
			s.Errorf("the first node works with %q", got)
		}
		// After a sign-in by hand the new credentials serve at once, and an
		// account still in somebody's hands overwrites nothing.
		s.signIn(s.claire, c.ID)
		s.toy.set(func(t *toy) { t.fresh = "token-stale" })
		_, err = old.WhoAmI(s.Context())
		s.ok(err)
		s.probe(c.ID)
		if got := s.toy.lastToken(); got != "token-one" {
			s.Errorf("works with %q after the new sign-in", got)
		}
		_, err = s.node(s.db).Probe(s.Context(), s.claire, s.brand, c.ID)
		s.ok(err)
		if got := s.toy.lastToken(); got != "token-one" {
			s.Errorf("a new process works with %q", got)
		}
	})
}

func TestOneSessionServesAllCallsOfAnAccount(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		before := len(s.toy.accounts)
		for range 5 {
			s.probe(c.ID)
		}
		if n := len(s.toy.accounts) - before; n != 1 {
			s.Errorf("opened %d times", n)
		}
	})
}

func TestWhatANetworkSaysOfItsLimitsIsKept(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		p, _, err := s.room.Presence(s.Context(), s.brand, c.ID)
		s.ok(err)
		s.toy.set(func(t *toy) { t.max = 300 })
		caps, err := p.Capabilities(s.Context())
		s.ok(err)
		if caps.Text.Max != 500 {
			s.Error("what was read at the sign-in is asked again")
		}
		s.pass(2 * time.Hour)
		_, err = p.Capabilities(s.Context())
		s.ok(err)
		if got := s.get(c.ID).Capabilities.Text.Max; got != 300 {
			s.Errorf("the composer still counts to %d", got)
		}
	})
}

// Brands are walls: a stranger learns nothing, a reader changes nothing.
func TestEveryVerbAsksWhoMay(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		in, err := s.room.Begin(s.Context(), s.claire, s.brand, "toy", "")
		s.ok(err)
		ctx := s.Context()
		verbs := map[string]struct {
			reads bool
			do    func(a team.Actor, b id.Brand) error
		}{
			"list":      {true, func(a team.Actor, b id.Brand) error { return second(s.room.List(ctx, a, b)) }},
			"get":       {true, func(a team.Actor, b id.Brand) error { return second(s.room.Get(ctx, a, b, c.ID)) }},
			"begin":     {false, func(a team.Actor, b id.Brand) error { return second(s.room.Begin(ctx, a, b, "toy", "")) }},
			"reconnect": {false, func(a team.Actor, b id.Brand) error { return second(s.room.Begin(ctx, a, b, "", c.ID)) }},
			"resume":    {false, func(a team.Actor, b id.Brand) error { return second(s.room.Resume(ctx, a, b, in.ID)) }},
			"answer":    {false, func(a team.Actor, b id.Brand) error { return second(s.room.Answer(ctx, a, b, in.ID, nil)) }},
			"connect": {false, func(a team.Actor, b id.Brand) error {
				return second(s.room.Connect(ctx, a, b, "toy", network.Profile{Ref: "x"}, network.Credentials{}))
			}},
			"probe":  {false, func(a team.Actor, b id.Brand) error { return second(s.room.Probe(ctx, a, b, c.ID)) }},
			"remove": {false, func(a team.Actor, b id.Brand) error { return s.room.Remove(ctx, a, b, c.ID) }},
		}
		elsewhere := id.New[id.Brand]()
		neighbour := team.Actor{Person: id.New[id.Person](), Admin: true, Roles: map[id.Brand]team.Role{elsewhere: team.Owner}}
		for name, v := range verbs {
			if err := v.do(neighbour, s.brand); !fault.Is(err, fault.NotFound) {
				s.Errorf("%s by a stranger: %v", name, err)
			}
			for _, r := range []team.Role{team.Client, team.Analyst, team.Moderator} {
				err := v.do(s.member(r), s.brand)
				if v.reads && err != nil || !v.reads && !fault.Is(err, fault.Forbidden) {
					s.Errorf("%s by %s: %v", name, r, err)
				}
			}
			// Through her own brand she reaches nothing of this one.
			if name != "list" && name != "begin" && name != "connect" {
				if err := v.do(neighbour, elsewhere); !fault.Is(err, fault.NotFound) {
					s.Errorf("%s through another brand: %v", name, err)
				}
			}
		}
		if list, err := s.room.List(ctx, neighbour, elsewhere); err != nil || len(list) != 0 {
			s.Errorf("%v %v", list, err)
		}
		if _, _, err := s.room.Presence(ctx, elsewhere, c.ID); !fault.Is(err, fault.NotFound) {
			s.Errorf("presence through another brand: %v", err)
		}
		if got := s.get(c.ID); !got.Removed.IsZero() {
			s.Error("it was removed")
		}
	})
}
