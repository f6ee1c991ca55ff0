package example_test

import (
	"context"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/app"
	"vigie/internal/app/example"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

type house struct {
	*testing.T
	*app.App
	agency *example.Agency
	data   string
}

func each(t *testing.T, test func(h *house)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			db := sqldbtest.Open(t, d, app.Schemas(), sqldbtest.Prepared("jobs", jobs.Migrate))
			data := t.TempDir()
			a, err := app.Build(t.Context(), app.Config{Data: data, Database: db.URL(), Addr: "127.0.0.1:0", Practice: -1}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { a.Close() })
			test(&house{T: t, App: a, data: data, agency: example.New(example.Needs{DB: a.DB, Book: a.Book, Team: a.Team, Brands: a.Brands,
				Channels: a.Channels, Assets: a.Assets, Publishing: a.Publishing, Charter: a.Charter, Answers: a.Answers, Approval: a.Approval, Inbox: a.Inbox, World: a.World})})
		})
	}
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) guest() team.Actor {
	h.Helper()
	e, err := h.Team.Guest(h.Context(), "Visiteuse", "fr", "Europe/Paris", team.From{IP: netip.MustParseAddr("198.51.100.7")})
	h.ok(err)
	return h.reload(team.Actor{Person: e.Person.ID})
}

func (h *house) reload(a team.Actor) team.Actor {
	h.Helper()
	a, err := h.Team.ActorOf(h.Context(), a.Person)
	h.ok(err)
	return a
}

func (h *house) posts(a team.Actor, b id.Brand) (out []publishing.Row) {
	h.Helper()
	for from := ""; ; {
		p, err := h.Publishing.Posts(h.Context(), a, b, publishing.Filter{}, from, 100)
		h.ok(err)
		out = append(out, p.Items...)
		if from = p.Next; from == "" {
			return out
		}
	}
}

// ruled holds P5, P6, A1: the pages of approval, charter and rights show
// something. One brand has carte blanche, in one a manager reads, in one the
// client reads last by a private link, and posts stand at every point of it.
func (h *house) ruled(claire team.Actor) {
	h.Helper()
	ctx := h.Context()
	validations, ways := map[publishing.Validation]int{}, map[string]int{}
	var links, mine, soon, past, blocking int
	for _, b := range claire.Brands() {
		own, _, err := h.Approval.Policies(ctx, claire, b)
		h.ok(err)
		way := ""
		for _, st := range own.Steps {
			way += map[bool]string{true: "client ", false: "house "}[st.Client]
		}
		ways[way]++
		for _, p := range h.posts(claire, b) {
			if p.Badge != publishing.NoBadge {
				validations[p.Validation]++
			}
		}
		l, err := h.Approval.Links(ctx, claire, b)
		h.ok(err)
		links += len(l)
		mine += h.Approval.Waits(ctx, claire, b)
		rules, _, err := h.Charter.Rules(ctx, claire, b)
		h.ok(err)
		if len(rules) < 6 {
			h.Errorf("%d rules", len(rules))
		}
		for _, r := range rules {
			if r.Severity == network.Block {
				blocking++
			}
		}
		ending, err := h.Assets.EndingWithin(ctx, claire, b, 30)
		h.ok(err)
		standing, err := h.Assets.OnLinePastRight(ctx, claire, b)
		h.ok(err)
		soon, past = soon+len(ending), past+len(standing)
	}
	for _, want := range []publishing.Validation{publishing.Approved, publishing.ToReview, publishing.AtClient, publishing.Changes, publishing.Refused, publishing.Outdated} {
		if validations[want] == 0 {
			h.Errorf("no post is %q: %v", want, validations)
		}
	}
	if ways[""] != 1 || ways["house "] != 1 || ways["house client "] != 1 || links != 1 {
		h.Errorf("read by %v, %d links", ways, links)
	}
	if mine < 2 || soon == 0 || past == 0 || blocking < 3 {
		h.Errorf("%d to read, %d rights end soon, %d on line past theirs, %d rules stop", mine, soon, past, blocking)
	}
}

// E1: somebody who has nothing of her own sees a full house, and every link of
// its past leads to a post that stands.
func TestTheAgencyHasAMonthBehindItAndWeeksAhead(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		claire := h.guest()
		h.ok(h.agency.Start(ctx, claire, "fr"))
		claire = h.reload(claire)
		brands, err := h.Brands.List(ctx, claire)
		h.ok(err)
		if len(brands) != 3 {
			h.Fatalf("%d brands", len(brands))
		}
		badges, drafts, health := map[publishing.Badge]int{}, 0, map[channel.Health]int{}
		for _, b := range brands {
			list := h.posts(claire, b.ID)
			if !b.Example || len(list) < 25 || len(list) > 35 {
				h.Errorf("%s: example %v, %d posts", b.Name, b.Example, len(list))
			}
			for _, p := range list {
				badges[p.Badge]++
				if p.At.IsZero() {
					drafts++
				}
			}
			channels, err := h.Channels.List(ctx, claire, b.ID)
			h.ok(err)
			for _, c := range channels {
				health[c.Health]++
			}
			page, err := h.Publishing.Ledger(ctx, claire, b.ID, publishing.PublicationFilter{States: []publishing.State{publishing.Sent}}, "", 200)
			h.ok(err)
			for _, p := range page.Items {
				handle, post, _ := strings.Cut(strings.TrimPrefix(p.URL, "/practice/"), "/")
				if _, err := h.World.Post(ctx, handle, post); err != nil {
					h.Errorf("%s: %s leads nowhere", p.Title, p.URL)
				}
			}
			broken, err := h.Book.Verify(ctx, b.ID)
			h.ok(err)
			if len(broken.Breaks) > 0 {
				h.Error(broken)
			}
		}
		for _, want := range []publishing.Badge{publishing.Published, publishing.Scheduled, publishing.ToCheck, publishing.AllFailed, publishing.Partial, publishing.OnHold, publishing.NoBadge} {
			if badges[want] == 0 {
				h.Errorf("no post is %q", want)
			}
		}
		h.ruled(claire)
		if drafts < 4 || health[channel.SignedOut] != 1 || health[channel.Expiring] != 1 {
			h.Errorf("%d drafts without an hour, channels %v", drafts, health)
		}
	})
}

func TestStartingAgainChangesNothingAndAnInterruptedStartIsMadeAnew(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		claire := h.guest()
		h.ok(h.agency.Start(ctx, claire, "en"))
		before := h.reload(claire)
		h.ruled(before)
		h.ok(h.agency.Start(ctx, claire, "en"))
		after := h.reload(claire)
		for b := range before.Roles {
			if after.Roles[b] != team.Owner {
				h.Error("another brand")
			}
		}
		// One that stopped halfway has brands and not all of their posts.
		half := before.Brands()[0]
		_, err := h.DB.Exec(ctx, `DELETE FROM post WHERE brand = ?`, half)
		h.ok(err)
		h.ok(h.agency.Start(ctx, claire, "en"))
		whole := h.reload(claire)
		if len(whole.Roles) != 3 || whole.Roles[half] != "" {
			h.Errorf("%v", whole.Roles)
		}
	})
}

// Two guests at once have each their own, and one's end is not the other's.
func TestTwoGuestsDoNotMeet(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		one, two := h.guest(), h.guest()
		h.ok(h.agency.Start(ctx, one, "fr"))
		h.ok(h.agency.Start(ctx, two, "en"))
		h.ok(h.agency.Remove(ctx, h.reload(one)))
		two = h.reload(two)
		if len(two.Roles) != 3 || len(h.reload(one).Roles) != 0 {
			h.Fatalf("%v and %v", h.reload(one).Roles, two.Roles)
		}
		for b := range two.Roles {
			channels, err := h.Channels.List(ctx, two, b)
			h.ok(err)
			for _, c := range channels {
				if posts, err := h.World.Posts(ctx, c.Handle); err != nil || len(posts) == 0 {
					h.Errorf("@%s has %d posts left: %v", c.Handle, len(posts), err)
				}
			}
		}
	})
}

// E2: in one gesture nothing of it is left: no row of any table names a brand
// of it, no account, no file.
func TestRemovingLeavesNothing(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		claire := h.guest()
		own, err := h.Brands.MakeExample(ctx, team.Program("test"), "", brand.Input{Name: "Autre"})
		h.ok(err)
		h.ok(h.agency.Start(ctx, claire, "fr"))
		h.ok(h.Book.Seal(ctx))
		claire = h.reload(claire)
		brands := claire.Brands()
		tables := h.tables()
		if len(tables) < 15 {
			h.Fatalf("only %v are looked at", tables)
		}
		if n := h.rows(tables, brands); n < 300 {
			h.Fatalf("%d rows name the brands before", n)
		}
		h.ok(h.agency.Remove(ctx, claire))
		h.ok(h.agency.Remove(ctx, claire))
		for _, table := range tables {
			if n := h.rows([]string{table}, brands); n > 0 {
				h.Errorf("%s: %d rows still name them", table, n)
			}
		}
		if accounts, err := h.World.Accounts(ctx); err != nil || len(accounts) > 0 {
			h.Errorf("%v %v", accounts, err)
		}
		if n := h.rows(tables, []id.Brand{own.ID}); n == 0 {
			h.Error("another brand went too")
		}
		if _, err := h.Files.Collect(ctx, time.Now().Add(time.Hour), func(ctx context.Context, key string) (bool, error) {
			n, err := sqldb.Value[int64](ctx, h.DB, `SELECT (SELECT COUNT(*) FROM media WHERE file = ?) + (SELECT COUNT(*) FROM rendition WHERE file = ?)`, key, key)
			return n > 0, err
		}); err != nil {
			h.Fatal(err)
		}
		_ = filepath.WalkDir(filepath.Join(h.data, "files"), func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && len(d.Name()) >= 60 {
				h.Errorf("%s is left", d.Name())
			}
			return err
		})
	})
}

// What is no example is not forgotten, whoever asks.
func TestABrandThatIsNoExampleIsNeverDeleted(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		admin, err := h.Team.AddPerson(ctx, team.Program("test"), team.NewPerson{Name: "Inès", Email: "ines@agence.test", Password: "trois goélands au large"}, true)
		h.ok(err)
		b, err := h.Brands.Make(ctx, h.reload(team.Actor{Person: admin.ID}), brand.Input{Name: "Maison Legrand"})
		h.ok(err)
		actor := h.reload(team.Actor{Person: admin.ID})
		h.ok(h.agency.Start(ctx, actor, "fr"))
		h.ok(h.agency.Remove(ctx, actor))
		if _, err := h.Brands.Get(ctx, actor, b.ID); err != nil {
			h.Error(err)
		}
		err = h.DB.Write(ctx, func(tx *sqldb.Tx) error { return h.Brands.Forget(ctx, tx, b.ID) })
		if !fault.Is(err, fault.Forbidden) {
			h.Error(err)
		}
		for name, forget := range map[string]func(context.Context, *sqldb.Tx, id.Brand) error{"logbook": h.Book.Forget, "team": h.Team.Forget,
			"publishing": h.Publishing.Forget, "assets": h.Assets.Forget, "channel": h.Channels.Forget} {
			if err := h.DB.Write(ctx, func(tx *sqldb.Tx) error { return forget(ctx, tx, "") }); err == nil {
				h.Errorf("%s forgets the instance", name)
			}
		}
	})
}

// tables are those with a column named brand.
func (h *house) tables() []string {
	h.Helper()
	query := `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'brand'`
	if h.DB.Dialect() == sqldb.Postgres {
		query = `SELECT table_name FROM information_schema.columns WHERE column_name = 'brand' AND table_schema = current_schema()`
	}
	out, err := sqldb.Values[string](h.Context(), h.DB, query)
	h.ok(err)
	slices.Sort(out)
	return append(out, "brand")
}

func (h *house) rows(tables []string, brands []id.Brand) (n int64) {
	h.Helper()
	for _, t := range tables {
		column := "brand"
		if t == "brand" {
			column = "id"
		}
		k, err := sqldb.Value[int64](h.Context(), h.DB, `SELECT COUNT(*) FROM `+t+` WHERE `+column+` IN `+sqldb.Marks(len(brands)), sqldb.Args(brands)...)
		h.ok(err)
		n += k
	}
	return n
}
