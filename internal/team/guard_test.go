package team

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"vigie/internal/base/fault"
)

func at(ip string) From { return From{IP: netip.MustParseAddr(ip)} }

// A flood of made-up accounts and addresses takes no more memory than agreed,
// and does not wash away what is known of an account under siege.
func TestTheBudgetsAreBoundedAndKeepTheSiege(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	g := newGuard(func() time.Time { return now })
	g.max = 800
	for i := range 5000 {
		now = now.Add(10 * time.Millisecond)
		ip := netip.AddrFrom4([4]byte{203, 0, byte(i / 256), byte(i)}).String()
		_, _ = g.admitSignIn(fmt.Sprintf("flood%d@x.test", i), at(ip), false)
		if i%10 == 0 {
			_, _ = g.admitSignIn("claire@x.test", at(ip), false)
		}
		if len(g.budgets) > g.max {
			t.Fatalf("%d budgets", len(g.budgets))
		}
	}
	if b := g.budgets["account claire@x.test"]; b == nil || b.failures < siegeAfter {
		t.Errorf("the siege was forgotten: %+v", b)
	}
}

func TestVisitorsOfOneHomeShareABudgetInIPv6(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true}, {"2001:db8:1:2::1", "2001:db8:1:3::1", false}, {"::ffff:192.0.2.1", "192.0.2.1", true}, {"192.0.2.1", "192.0.2.2", false}} {
		if got := at(c.a).prefix() == at(c.b).prefix(); got != c.same {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
	if n := at("2001:db8:1:2::1").network(); n != "2001:db8:1::/48" {
		t.Errorf("the list of sessions shows %s", n)
	}
	if n := (From{}).network(); n != "" {
		t.Errorf("no address shows as %q", n)
	}
}

// A flood of sign-ins waits in its own lane: the memory it takes is bounded,
// and browsers that are known pass beside it.
func TestAFloodOfSignInsNeitherTakesTheMemoryNorTheDoor(t *testing.T) {
	v := newVault(Cost{Memory: 64, Passes: 1, Lanes: 1})
	hash, err := v.hash(t.Context(), "trois goélands au large")
	if err != nil {
		t.Fatal(err)
	}
	var leave []func()
	for range cap(v.unknown.slots) { // every place is taken
		l, err := v.unknown.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	ctx, stop := context.WithCancel(t.Context())
	errs := make(chan error)
	const flood = 3 * maxWaiting
	for range flood {
		go func() { _, _, err := v.check(ctx, false, "x", hash); errs <- err }()
	}
	refused := 0
	for range flood - maxWaiting { // those beyond the queue are told at once
		if err := <-errs; fault.Is(err, fault.TooMany) {
			refused++
		}
	}
	if refused != flood-maxWaiting {
		t.Errorf("%d of %d were turned away", refused, flood)
	}
	if same, _, err := v.check(t.Context(), true, "trois goélands au large", hash); !same || err != nil {
		t.Errorf("a known browser behind a flood: %v %v", same, err)
	}
	stop()
	for range maxWaiting { // whoever hangs up leaves the queue
		<-errs
	}
	for _, l := range leave {
		l()
	}
	if same, _, err := v.check(t.Context(), false, "trois goélands au large", hash); !same || err != nil {
		t.Errorf("after the flood: %v %v", same, err)
	}
}

func TestBrokenHashesOpenNothing(t *testing.T) {
	v := newVault(Cost{Memory: 64, Passes: 1, Lanes: 1})
	for _, h := range []string{"x", "$argon2id$v=19$m=64,t=0,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA", "$argon2id$v=18$m=64,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=64,t=1,p=1$AAAA$"} {
		if same, _, err := v.check(t.Context(), false, "", h); same || !fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v %v", h, same, err)
		}
	}
	for _, pw := range []string{"", "nobody has this one"} { // nobody's hash opens with nothing, not even with the decoy's own words
		if same, _, err := v.check(t.Context(), false, pw, ""); same || err != nil {
			t.Errorf("%q: %v %v", pw, same, err)
		}
	}
}

// The cost of the real thing is OWASP's, and the decoy costs the same.
func TestTheUsualCostIsTheRecommendedOne(t *testing.T) {
	if UsualCost != (Cost{Memory: 19456, Passes: 2, Lanes: 1}) {
		t.Errorf("%+v", UsualCost)
	}
	cost, _, _, err := parsePHC(newVault(UsualCost).decoy)
	if err != nil || cost != UsualCost {
		t.Errorf("%+v %v", cost, err)
	}
}
