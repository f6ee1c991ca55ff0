package app_test

import (
	"context"
	"testing"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// neighbour opens a second node on the same PostgreSQL, with a data directory of
// its own and the same key, as on another machine.
func neighbour(h *house) *house {
	h.Helper()
	c := h.config
	c.Data = h.TempDir()
	return build(h.T, c)
}

const key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

func twoNodes(t *testing.T) (one, two *house) {
	t.Helper()
	c := configFor(t, sqldb.Postgres)
	c.SecretKey = key
	one = build(t, c)
	two = neighbour(one)
	one.start()
	two.start()
	// The bridge between them listens from here on: what one tells, two hears.
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	heard := two.Hub.Subscribe(ctx, "knock")
	for {
		one.Hub.Tell("knock", "knock", nil)
		select {
		case <-heard:
			return one, two
		case <-ctx.Done():
			t.Fatal("the nodes never met")
		default:
			_ = one.rows(`SELECT COUNT(*) FROM node`) // a turn for the others
		}
	}
}

// T4: with two nodes on one database a post leaves once, whoever planned it,
// and the pages of both are told.
func TestTwoNodesSendAPostOnceAndTellBothNodesPages(t *testing.T) {
	one, two := twoNodes(t)
	me := team.Program("test")
	b := one.brand("Kerlann", "")
	ch := one.channel(me, b, "kerlann", "Kerlann")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	heard := two.Hub.Subscribe(ctx, "brand:"+string(b))
	var posts []id.Post
	for range 20 {
		posts = append(posts, one.plan(me, one.draft(me, b, "", "Une seule fois.", ch.ID), publishing.When{Now: true}).ID)
	}
	if _, open := <-heard; !open {
		t.Fatal("the second node's pages were told nothing")
	}
	for i, p := range posts {
		pub := []*house{one, two}[i%2].sent(b, p)
		if pub.Attempts != 1 {
			t.Errorf("%d attempts", pub.Attempts)
		}
	}
	if n := one.rows(`SELECT COUNT(*) FROM publication_step WHERE what = 'attempt'`); n != int64(len(posts)) {
		t.Errorf("%d attempts for %d posts", n, len(posts))
	}
	if n := one.rows(`SELECT COUNT(*) FROM node`); n != 2 {
		t.Errorf("%d nodes", n)
	}
}

// P1: a role withdrawn on one node ends what she hears from the other.
func TestARoleWithdrawnOnOneNodeEndsTheStreamOnTheOther(t *testing.T) {
	one, two := twoNodes(t)
	b := one.brand("Kerlann", "")
	claire := one.join("Claire", false, map[id.Brand]team.Role{b: team.Owner})
	yann := one.join("Yann", false, map[id.Brand]team.Role{b: team.Community})
	listening := two.listen(two.server(), yann.session)
	one.ok(one.Team.RemoveMember(t.Context(), claire.actor, b, yann.id))
	listening.closes(two, "a role withdrawn on the other node")
}
