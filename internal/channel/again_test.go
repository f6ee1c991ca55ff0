package channel_test

import (
	"context"
	"slices"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// A refusal of the token of before says nothing of the one that a reconnection
// has just brought.
func TestALateRefusalOfAnOldTokenLeavesTheReconnectedChannel(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		_, before, err := s.room.Presence(s.Context(), s.brand, c.ID)
		s.ok(err)
		s.signIn(s.claire, c.ID)
		mark := func(ch channel.Channel) {
			s.ok(s.db.Write(s.Context(), func(tx *sqldb.Tx) error {
				return s.room.MarkSignedOut(s.Context(), tx, ch, "network.signed_out")
			}))
		}
		mark(before)
		if got := s.get(c.ID); got.Health != channel.Working || s.count(channel.ActSignedOut) != 0 {
			s.Errorf("the fresh token counts as refused: %s", got.Health)
		}
		_, now, err := s.room.Presence(s.Context(), s.brand, c.ID)
		s.ok(err)
		mark(now)
		if got := s.get(c.ID); got.Health != channel.SignedOut {
			s.Errorf("its own refusal does not count: %s", got.Health)
		}
	})
}

// A token that the network renewed in passing is the channel's own.
func TestARefusalAfterARefreshCounts(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		s.toy.set(func(t *toy) { t.fresh = "token-two" })
		s.probe(c.ID)
		s.toy.set(func(t *toy) { t.refuse = refusal })
		if got := s.probe(c.ID); got.Health != channel.SignedOut {
			s.Errorf("%s", got.Health)
		}
	})
}

// The same account can be connected again while it works, on the practice
// network too, whose handles belong to whoever took them.
func TestAWorkingPracticeChannelCanBeConnectedAgain(t *testing.T) {
	each(t, func(s *stage) {
		c := s.practice("kerlann")
		again := func(reconnects channel.Channel, handle string) (channel.SignIn, error) {
			in, err := s.room.Begin(s.Context(), s.yann, s.brand, "practice", reconnects.ID)
			s.ok(err)
			if want := reconnects.Handle; in.Step.Fields[0].Default != want {
				s.Errorf("the handle's field says %q, want %q", in.Step.Fields[0].Default, want)
			}
			return s.room.Answer(s.Context(), s.yann, s.brand, in.ID, map[string]string{"handle": handle, "name": "Biscuiterie"})
		}
		for _, of := range []channel.Channel{c, {}} { // by its page, and as if it were new
			in, err := again(of, "kerlann")
			s.ok(err)
			if in.Channel.ID != c.ID || in.Channel.Name != "Biscuiterie" || in.Channel.Health != channel.Working {
				s.Errorf("%+v", in.Channel)
			}
			p, _, err := s.room.Presence(s.Context(), s.brand, c.ID)
			s.ok(err)
			_, err = p.Publish(s.Context(), network.Intent{Key: string(of.ID) + "k", Made: s.now(), Text: "Bonjour"})
			s.ok(err)
		}
		_, err := again(c, "somebody-else")
		s.is(err, fault.Conflict, "channel.other_account")
		// Signed out there, it comes back as before.
		s.ok(s.world.SignOut(s.Context(), "kerlann"))
		_, err = again(c, "kerlann")
		s.ok(err)
		// Who holds nothing of it does not get it.
		d := practiceDriver(s)
		step, err := d.Begin(s.Context())
		s.ok(err)
		_, err = d.Next(s.Context(), step, map[string]string{"handle": "kerlann"})
		s.is(err, fault.Invalid, "network.practice.handle.taken")
	})
}

// The practice network's name is a word: everybody reads it in her language.
func TestANetworksNameIsInTheLanguageOfWhoReads(t *testing.T) {
	each(t, func(s *stage) {
		c := s.practice("kerlann")
		catalog, err := i18n.New()
		s.ok(err)
		for lang, want := range map[string]string{"fr": "Exercice", "en": "Practice", "": "Practice"} {
			ctx := context.Background()
			if lang != "" {
				ctx = i18n.With(ctx, catalog.For(lang))
			}
			got, err := s.room.Get(ctx, s.claire, s.brand, c.ID)
			s.ok(err)
			list, err := s.room.List(ctx, s.claire, s.brand)
			s.ok(err)
			if got.Title != want || list[0].Title != want {
				s.Errorf("%q: %q, %q", lang, got.Title, list[0].Title)
			}
		}
	})
}

// Channels of one account are twins, across brands and after their removal.
func TestTwinsAreTheChannelsOfOneAccount(t *testing.T) {
	each(t, func(s *stage) {
		c := s.signIn(s.claire, "")
		s.practice("kerlann") // another network, the same name
		other := id.New[id.Brand]()
		a := team.Actor{Person: s.claire.Person, Roles: map[id.Brand]team.Role{other: team.Owner}}
		twin, err := s.room.Connect(s.Context(), a, other, "toy", network.Profile{Ref: c.Ref, Handle: c.Handle}, network.Credentials{Data: map[string]string{"token": "x"}})
		s.ok(err)
		s.ok(s.room.Remove(s.Context(), a, other, twin.ID))
		got, err := s.room.Twins(s.Context(), s.db, s.brand, c.ID)
		s.ok(err)
		want := []id.Channel{c.ID, twin.ID}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			s.Errorf("%v, want %v", got, want)
		}
		if got, err := s.room.Twins(s.Context(), s.db, other, c.ID); err != nil || len(got) != 0 {
			s.Errorf("by another brand's name: %v %v", got, err)
		}
	})
}
