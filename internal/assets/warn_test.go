package assets

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// postman keeps the letters he is given, as often as he is.
type postman struct {
	mu     sync.Mutex
	sent   []mail.Message
	closed bool // the mail server does not answer
}

func (p *postman) Send(_ context.Context, m mail.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return fault.New(fault.Transient, "mail.folder")
	}
	p.sent = append(p.sent, m)
	return nil
}

// take empties the bag.
func (p *postman) take() (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.sent {
		out = append(out, m.Language+" "+m.To.Email+"\n"+m.Subject+"\n"+m.Text)
	}
	p.sent = nil
	return out
}

// responsible gives the brand two people who answer for it, one in each language.
func (st *stage) responsible() (*postman, *[]id.Person) {
	st.Helper()
	words, err := i18n.New(os.DirFS("assetsweb"))
	st.ok(err)
	p := &postman{}
	people := &[]id.Person{ines.Person, yann.Person}
	*st.s.Letters = Letters{Mail: p, Words: words,
		Answerable: func(context.Context, id.Brand) ([]id.Person, error) { return *people, nil },
		Reach: func(_ context.Context, who id.Person) (mail.Address, string, error) {
			if who == ines.Person {
				return mail.Address{Name: "Inès", Email: "ines@kerlann.example"}, "fr", nil
			}
			return mail.Address{Name: "Yann", Email: "yann@kerlann.example"}, "en", nil
		},
		Brand: func(_ context.Context, _ sqldb.Q, b id.Brand) (string, string, error) {
			return "Kerlann", "America/Martinique", nil
		},
		Channel: func(context.Context, id.Brand, id.Channel) string { return "Mastodon @kerlann" },
		Link: func(path string) string {
			if strings.HasPrefix(path, "/") {
				return "https://vigie.example" + path
			}
			return path
		}}
	return p, people
}

// plainSpaces reads a letter as one without typography would.
var plainSpaces = strings.NewReplacer("\u00a0", " ", "\u202f", " ")

// round lets the program make its round and send what is owed.
func (st *stage) round() {
	st.Helper()
	st.ok(st.s.Warn(st.Context()))
	jobs, err := sqldb.List(st.Context(), st.db, func(r sqldb.Scanner) (j WarnJob, err error) { return j, r.Scan(&j.Brand, &j.Person, &j.Letter) },
		`SELECT DISTINCT brand, person, letter FROM media_warning WHERE sent_at IS NULL`)
	st.ok(err)
	for _, j := range jobs {
		_ = st.s.SendWarning(st.Context(), j) // what fails is tried again in the next round, as a job is
	}
}

// A1: those who answer for a brand are written to thirty days, seven days and
// one day before a right ends: once each, at a decent hour of the brand's zone,
// in their language, with what is planned past it and what is on line.
func TestThoseWhoAnswerAreWrittenToBeforeARightEnds(t *testing.T) {
	each(t, func(t *stage, c *hands) {
		at := func(text string) { // of the brand: four hours behind
			when, err := time.ParseInLocation("2006-01-02 15:04", text, time.FixedZone("", -4*3600))
			t.ok(err)
			c.mu.Lock()
			c.at = when.UTC()
			c.mu.Unlock()
		}
		at("2027-01-10 10:00")
		bag, _ := t.responsible()
		m, plain := t.add("quai.png", pngOf(photo(64, 48))), t.add("port.png", pngOf(photo(80, 48)))
		_, err := t.s.SaveLicence(t.Context(), ines, kerlann, m.ID, 0, Licence{Kind: Stock, To: "2027-03-31", Zone: "America/Martinique"})
		t.ok(err)
		_, err = t.s.SaveLicence(t.Context(), ines, kerlann, plain.ID, 0, Licence{Kind: Own, Zone: "America/Martinique"})
		t.ok(err)
		end := time.Date(2027, 4, 1, 4, 0, 0, 0, time.UTC)
		t.posts.coming = []Coming{{Media: m.ID, Post: "p1", Title: "Avant", At: end.Add(-time.Hour)}, {Media: m.ID, Post: "p2", Title: "Les sablés d’avril", At: end.Add(time.Hour), Channel: "c"}}
		t.posts.onLine = []Standing{{Media: m.ID, Title: "Le vieux quai", Channel: "c", URL: "https://kerlann.example/1"}}
		for _, quiet := range []string{"2027-01-10 10:00", "2027-02-28 23:00", "2027-03-01 07:59", "2027-03-01 19:00"} {
			at(quiet)
			if t.round(); len(bag.take()) > 0 {
				t.Errorf("a letter at %s", quiet)
			}
		}
		for _, day := range []struct{ at, fr, en string }{
			{"2027-03-01 08:00", "dans 30 jours", "in 30 days"},
			{"2027-03-24 18:59", "dans 7 jours", "in 7 days"},
			{"2027-03-30 12:00", "dans 1 jour", "in 1 day"},
		} {
			at(day.at)
			t.round()
			t.round()
			t.s = New(t.s.Needs) // after a restart
			t.round()
			got := bag.take()
			if len(got) != 2 {
				t.Fatalf("%s: %d letters: %s", day.at, len(got), got)
			}
			all := strings.Join(got, "\n")
			for _, want := range []string{"fr ines@kerlann.example", "en yann@kerlann.example", "Bonjour Inès", "Hello Yann", day.fr, day.en, "« quai.png »", "Les sablés d’avril, ", "Mastodon @kerlann",
				"https://vigie.example/b/" + string(kerlann) + "/posts/p2", "Le vieux quai", "https://kerlann.example/1", "Kerlann : un droit d’image finit bientôt"} {
				if !strings.Contains(plainSpaces.Replace(all), want) {
					t.Errorf("%s: %q is missing in\n%s", day.at, want, all)
				}
			}
			if strings.Contains(all, "Avant") || strings.Contains(all, "port.png") {
				t.Errorf("%s: what is not concerned is listed:\n%s", day.at, all)
			}
		}
		n := 0
		for _, act := range t.acts(m.ID) {
			if act == ActWarned {
				n++
			}
		}
		if n != 6 {
			t.Errorf("the logbook has %d letters", n)
		}
		at("2027-03-31 12:00")
		if t.round(); len(bag.take()) > 0 {
			t.Error("a fourth letter")
		}
	})
}

// A1: a letter that could not leave leaves later, once; what is no more true by
// then is not written about, and who answers for the brand no longer is not
// written to.
func TestALetterSaysOnlyWhatIsStillTrue(t *testing.T) {
	each(t, func(t *stage, c *hands) {
		c.mu.Lock()
		c.at = time.Date(2027, 3, 10, 15, 0, 0, 0, time.UTC)
		c.mu.Unlock()
		bag, people := t.responsible()
		m, n := t.add("quai.png", pngOf(photo(64, 48))), t.add("port.png", pngOf(photo(80, 48)))
		l, err := t.s.SaveLicence(t.Context(), ines, kerlann, m.ID, 0, Licence{Kind: Stock, To: "2027-03-20"})
		t.ok(err)
		consent, err := t.s.SaveConsent(t.Context(), ines, kerlann, n.ID, Consent{Kind: Model, Who: "Nolwenn", Until: "2027-03-21"})
		t.ok(err)
		bag.closed = true
		t.round() // the server is down: it is owed
		bag.closed = false
		*people = []id.Person{ines.Person} // Yann was given another work
		l.To = "2028-03-20"
		_, err = t.s.SaveLicence(t.Context(), ines, kerlann, m.ID, l.Version, l)
		t.ok(err)
		t.round()
		t.round()
		got := bag.take()
		if len(got) != 1 || strings.Contains(got[0], "quai") || !strings.Contains(got[0], "port") || !strings.Contains(got[0], "l’accord d’une personne") || strings.Contains(got[0], "Nolwenn") {
			t.Fatalf("%d letters: %s", len(got), got)
		}
		// What ends sooner than was thought is told of anew.
		l, err = t.s.SaveLicence(t.Context(), ines, kerlann, m.ID, l.Version+1, Licence{Kind: Stock, To: "2027-03-15"})
		t.ok(err)
		if t.round(); len(bag.take()) != 1 {
			t.Error("a nearer end is not told")
		}
		_, err = t.s.WithdrawConsent(t.Context(), ines, kerlann, n.ID, consent.ID, "")
		t.ok(err)
		_, err = t.s.Bin(t.Context(), ines, kerlann, m.ID)
		t.ok(err)
		c.add(4 * 24 * time.Hour)
		if t.round(); len(bag.take()) != 0 {
			t.Error("a letter about what is withdrawn or in the bin")
		}
	})
}

// P4: no brand is told of another's rights.
func TestPlannedPastIsForThoseWhoSeeDrafts(t *testing.T) {
	each(t, func(t *stage, c *hands) {
		m := t.add("quai.png", pngOf(photo(64, 48)))
		_, err := t.s.SaveLicence(t.Context(), ines, kerlann, m.ID, 0, Licence{Kind: Stock, To: c.now().AddDate(0, 0, 5).Format(time.DateOnly)})
		t.ok(err)
		t.posts.coming = []Coming{{Media: m.ID, Post: "p", At: c.now().AddDate(0, 0, 9)}}
		got, err := t.s.PlannedPast(t.Context(), ines, kerlann, 30)
		if err != nil || len(got) != 1 {
			t.Errorf("%v %v", got, err)
		}
		for _, a := range []team.Actor{client, stranger} {
			if _, err := t.s.PlannedPast(t.Context(), a, kerlann, 30); err == nil {
				t.Errorf("%v may read what is planned", a)
			}
		}
	})
}

// The count of days and the decent hour follow the brand's clock, through the
// nights on which it changes.
func TestDaysAndHoursAreTheBrandsOwn(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2027, 4, 1, 0, 0, 0, 0, paris)
	for _, c := range []struct {
		now  time.Time
		left int
		wait time.Duration
	}{
		{time.Date(2027, 3, 31, 18, 59, 0, 0, paris), 0, 0},
		{time.Date(2027, 3, 30, 8, 0, 0, 0, paris), 1, 0},
		{time.Date(2027, 3, 27, 20, 0, 0, 0, paris), 4, 11 * time.Hour}, // the night has 23 hours
		{time.Date(2027, 3, 1, 0, 0, 0, 0, paris), 30, 8 * time.Hour},
		{time.Date(2027, 2, 28, 23, 59, 0, 0, paris), 31, 8*time.Hour + time.Minute},
	} {
		if got := daysLeft(c.now, end, "Europe/Paris"); got != c.left {
			t.Errorf("%s: %d days left", c.now, got)
		}
		if got := untilDecent(c.now, "Europe/Paris"); got != c.wait {
			t.Errorf("%s: wait %s", c.now, got)
		}
	}
	for left, want := range map[int]int{31: 0, 30: 30, 8: 30, 7: 7, 2: 7, 1: 1, 0: 1} {
		if got := warning(left); got != want {
			t.Errorf("with %d days left: %d", left, got)
		}
	}
}
