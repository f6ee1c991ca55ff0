package publishing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing/exchange"
	"vigie/internal/team"
)

func (s *stage) open(file string) Import {
	s.Helper()
	imp, err := s.room.OpenImport(s.Context(), s.claire, s.brand, "planning.csv", strings.NewReader(file))
	if err != nil {
		s.Fatal(err)
	}
	return imp
}

func (s *stage) set(imp Import, set ImportSettings) Import {
	s.Helper()
	imp, err := s.room.SetImport(s.Context(), s.claire, s.brand, imp.ID, set)
	if err != nil {
		s.Fatal(err)
	}
	return imp
}

// carryIn orders an import and brings it in.
func (s *stage) carryIn(imp Import, take Accept) Import {
	s.Helper()
	if _, err := s.room.RunImport(s.Context(), s.claire, s.brand, imp.ID, take); err != nil {
		s.Fatal(err)
	}
	if err := s.room.CarryImport(s.Context(), ImportJob{s.brand, imp.ID}); err != nil {
		s.Fatal(err)
	}
	imp, err := s.room.GetImport(s.Context(), s.claire, s.brand, imp.ID)
	if err != nil {
		s.Fatal(err)
	}
	return imp
}

func (s *stage) all() []Row {
	s.Helper()
	var out []Row
	for from := ""; ; {
		page, err := s.room.Posts(s.Context(), s.claire, s.brand, Filter{}, from, MaxPage)
		if err != nil {
			s.Fatal(err)
		}
		if out = append(out, page.Items...); page.Next == "" {
			return out
		}
		from = page.Next
	}
}

// day is a day some weeks ahead, as a file writes it.
func (s *stage) day(n int) string { return s.in(time.Duration(n) * 24 * time.Hour).Wall.Local[:10] }

func keys(all []exchange.Fault) (out []string) {
	for _, f := range all {
		out = append(out, fmt.Sprintf("%d %s %q %s", f.Line, f.Column, f.Value, f.Key))
	}
	return out
}

// P3: every bad row is named with its line, its column, its value and why; and
// a dry run brings nothing in.
func TestADryRunNamesEveryBadRowAndBringsNothingIn(t *testing.T) {
	each(t, func(s *stage) {
		long := strings.Repeat("mot ", 100)
		imp := s.open("date;heure;texte;canal;image;Board\n" +
			s.day(3) + ";09:00;Bonjour;wire:kerlann0;;x\n" +
			"demain;09:00;Quand ?;wire:kerlann0;;\n" +
			s.day(3) + ";25h00;Quelle heure ?;wire:kerlann0;;\n" +
			s.day(3) + ";10:00;" + long + ";kerlann1;;\n" +
			s.day(-3) + ";10:00;Hier;kerlann1;;\n" +
			s.day(3) + ";11:00;;kerlann1;;\n" +
			s.day(3) + ";12:00;Image;kerlann1;pas une adresse;\n" +
			";;Un jour;kerlann1;;\n")
		got := strings.Join(keys(imp.Report.Faults), "\n")
		want := strings.Join([]string{
			`3 date "demain" exchange.date`, `3 heure "" exchange.hour_alone`, `4 heure "25h00" exchange.hour`, `5  "" import.does_not_fit`,
			`6  "" import.past`, `7 texte "" exchange.no_words`, `8 image "pas" exchange.address`}, "\n")
		if !strings.HasPrefix(got, strings.Split(want, "\n")[0]) || !strings.Contains(got, "import.does_not_fit") || !strings.Contains(got, "import.past") || !strings.Contains(got, "exchange.no_words") || !strings.Contains(got, `"25h00"`) {
			s.Errorf("%s", got)
		}
		r := imp.Report
		if r.Schedule != 1 || r.Drafts != 2 || r.Bad != 5 || len(r.Questions) != 0 {
			s.Errorf("%d scheduled, %d drafts, %d bad, %v", r.Schedule, r.Drafts, r.Bad, r.Questions)
		}
		if len(r.Reading.Unused) != 1 || r.Reading.Unused[0].Header != "Board" {
			s.Errorf("unused: %+v", r.Reading.Unused)
		}
		if n := len(s.all()); n != 0 {
			s.Errorf("%d posts came in", n)
		}
		if _, err := s.room.RunImport(s.Context(), s.claire, s.brand, imp.ID, Accept{}); fault.Of(err) != fault.Invalid {
			s.Errorf("bad rows that nobody accepted: %v", err)
		}
		s.set(imp, ImportSettings{Past: AsDraft})
		if imp, _ = s.room.GetImport(s.Context(), s.claire, s.brand, imp.ID); imp.Report.Drafts != 3 || imp.Report.Bad != 4 {
			s.Errorf("past hours as drafts: %+v", imp.Report)
		}
		imp = s.carryIn(imp, Accept{Bad: true})
		if imp.State != ImportDone || len(s.all()) != 4 {
			s.Fatalf("%s, %d posts", imp.State, len(s.all()))
		}
		for _, p := range s.all() {
			if p.Badge == Scheduled && p.Title == "Bonjour" {
				_, line, extra, err := s.room.ImportOf(s.Context(), s.claire, s.brand, p.ID)
				if err != nil || line != 2 || extra["Board"] != "x" {
					s.Errorf("line %d, %v, %v", line, extra, err)
				}
			}
		}
	})
}

// P3: a thousand posts come in from a spreadsheet, all in one transaction.
func TestAThousandRowsComeInAtOnce(t *testing.T) {
	each(t, func(s *stage) {
		rows := 1000
		if s.db.Dialect() == sqldb.Postgres {
			rows = 150 // the same statements, each over a connection
		}
		var b strings.Builder
		b.WriteString("Text,Image URL,Tags,Posting Time\n")
		for i := range rows {
			fmt.Fprintf(&b, "\"Ligne %d, avec des mots\",,\"four, pain\",%s %02d:%02d\n", i, s.day(2+i/200), i%24, i/24%60)
		}
		told := 0
		s.room.Tell = func(_, kind string, _ any) {
			if strings.HasPrefix(kind, "import") {
				told++
			}
		}
		start := time.Now()
		imp := s.open(b.String())
		if imp.Report.Reading.Shape.Profile != exchange.Buffer || len(imp.Report.Questions) != 1 {
			s.Fatalf("%s %+v", imp.Report.Reading.Shape.Profile, imp.Report.Questions)
		}
		imp = s.set(imp, ImportSettings{Everywhere: s.chans})
		dry := time.Since(start)
		start = time.Now()
		imp = s.carryIn(imp, Accept{})
		s.Logf("looked at in %v, brought in in %v, %d words of progress", dry, time.Since(start), told)
		if imp.State != ImportDone || imp.Report.Schedule != rows {
			s.Fatalf("%s %s: %+v", imp.State, imp.Problem, imp.Report.Faults)
		}
		if n, err := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM publication WHERE state = 'planned'`); err != nil || n != int64(2*rows) {
			s.Errorf("%d publications, %v", n, err)
		}
		if told < 2 {
			s.Errorf("progress was told %d times", told)
		}
		again := s.open(b.String())
		if again.Report.Again != imp.ID {
			s.Error("the same file twice went unseen")
		}
		again = s.set(again, ImportSettings{Everywhere: s.chans, SkipTwins: true})
		if again.Report.Skipped != rows || again.Report.Schedule != 0 {
			s.Errorf("twins: %d left out", again.Report.Skipped)
		}
		undone, err := s.room.UndoImport(s.Context(), s.claire, s.brand, imp.ID)
		if err != nil || undone.Report.Taken != rows || undone.Report.Left != 0 || len(s.all()) != 0 {
			s.Errorf("%v: %d taken back, %d stay", err, undone.Report.Taken, len(s.all()))
		}
	})
}

// breaking is a gate that fails at one post.
type breaking struct{ after, asked int }

func (b *breaking) Ask(_ context.Context, _ *sqldb.Tx, _ team.Actor, q Question) (Answer, error) {
	if b.asked++; b.asked == b.after {
		return Answer{}, errors.New("cut")
	}
	return Answer{Cleared: map[id.Channel]bool{}, Validation: ToReview}, nil
}

// P3, P5: what is cut half-way leaves nothing; what comes in waits for its
// approval like everything else.
func TestAnImportCutHalfWayLeavesNothing(t *testing.T) {
	each(t, func(s *stage) {
		gate := &breaking{after: 30}
		s.room.Gate = gate
		var b strings.Builder
		b.WriteString("text,date,channel\n")
		for i := range 60 {
			fmt.Fprintf(&b, "Ligne %d,%s 10:%02d,kerlann0\n", i, s.day(4), i)
		}
		imp := s.open(b.String())
		if _, err := s.room.RunImport(s.Context(), s.claire, s.brand, imp.ID, Accept{}); err != nil {
			s.Fatal(err)
		}
		if err := s.room.CarryImport(s.Context(), ImportJob{s.brand, imp.ID}); err == nil {
			s.Fatal("nothing was cut")
		}
		for _, table := range []string{"post", "publication", "variant", "post_imported"} {
			if n, err := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM `+table); err != nil || n != 0 {
				s.Errorf("%d rows of %s stand, %v", n, table, err)
			}
		}
		if err := s.room.CarryImport(s.Context(), ImportJob{s.brand, imp.ID}); err != nil {
			s.Fatal(err)
		}
		if err := s.room.CarryImport(s.Context(), ImportJob{s.brand, imp.ID}); err != nil {
			s.Fatal(err)
		}
		if n, _ := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM publication WHERE state = 'pending'`); n != 60 {
			s.Errorf("%d of 60 wait for their approval", n)
		}
	})
}

// P3: a channel that went away, or changed its name, between the order and the
// work stops the import: its rows never come in without the place that was
// accepted.
func TestAnImportWhoseChannelWentAwayComesInNowhere(t *testing.T) {
	each(t, func(s *stage) {
		imp := s.open("text,date,channel\nUn," + s.day(4) + " 10:00,kerlann0\nDeux," + s.day(4) + " 11:00,kerlann0\n")
		if _, err := s.room.RunImport(s.Context(), s.claire, s.brand, imp.ID, Accept{}); err != nil {
			s.Fatal(err)
		}
		c := s.door.channels[s.chans[0]]
		c.Handle = "autre"
		s.door.channels[s.chans[0]] = c
		if err := s.room.CarryImport(s.Context(), ImportJob{s.brand, imp.ID}); err != nil {
			s.Fatal(err)
		}
		imp, err := s.room.GetImport(s.Context(), s.claire, s.brand, imp.ID)
		if err != nil || imp.State != ImportRefused || imp.Problem != "import.moved_on" || len(s.all()) != 0 {
			s.Errorf("%v: %s %s, %d posts", err, imp.State, imp.Problem, len(s.all()))
		}
	})
}

func TestUndoLeavesWhatHasLeft(t *testing.T) {
	each(t, func(s *stage) {
		imp := s.open("text,date,channel\nUn," + s.day(4) + " 10:00,kerlann0\nDeux," + s.day(4) + " 11:00,kerlann0\n")
		imp = s.carryIn(imp, Accept{})
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'sent', next_at = NULL, sent_at = due_at WHERE local_time LIKE '%10:00'`); err != nil {
			s.Fatal(err)
		}
		for range 2 {
			undone, err := s.room.UndoImport(s.Context(), s.claire, s.brand, imp.ID)
			if err != nil || undone.Report.Left != 1 || undone.Report.Taken != 1 || undone.State != ImportUndone {
				s.Fatalf("%v %+v", err, undone)
			}
		}
		if rest := s.all(); len(rest) != 1 || rest[0].Title != "Un" {
			s.Errorf("%+v", rest)
		}
		stranger := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{id.New[id.Brand](): team.Owner}}
		if _, err := s.room.GetImport(s.Context(), stranger, s.brand, imp.ID); fault.Of(err) != fault.NotFound {
			s.Error(err)
		}
		other := id.New[id.Brand]()
		stranger.Roles[other] = team.Owner
		if _, err := s.room.UndoImport(s.Context(), stranger, other, imp.ID); fault.Of(err) != fault.NotFound {
			s.Error(err)
		}
	})
}

// A row with pictures waits for them: it never leaves without, unless somebody
// says so.
func TestARowWaitsForItsPictures(t *testing.T) {
	each(t, func(s *stage) {
		good, answer := id.New[id.Media](), fault.New(fault.Transient, "away")
		s.room.Bring = func(_ context.Context, _ team.Actor, _ id.Brand, url string) (id.Media, error) {
			if strings.Contains(url, "gone") {
				return "", fault.New(fault.Invalid, "publishing.picture_missing")
			}
			if answer != nil {
				return "", answer
			}
			return good, nil
		}
		imp := s.open("text,date,channel,image,alt\nUn," + s.day(4) + " 10:00,kerlann0,https://a.example/1.jpg,un four\nDeux," + s.day(4) + " 11:00,kerlann0,https://a.example/gone.jpg,\n")
		s.carryIn(imp, Accept{})
		post := func(title string) Post {
			for _, r := range s.all() {
				if r.Title == title {
					p, err := s.room.Get(s.Context(), s.claire, s.brand, r.ID)
					if err != nil {
						s.Fatal(err)
					}
					return p
				}
			}
			s.Fatal("no post " + title)
			return Post{}
		}
		un, deux := post("Un"), post("Deux")
		blocked := func(p Post, key string) {
			s.Helper()
			_, err := s.room.Schedule(s.Context(), s.claire, s.brand, p.ID, p.Version, When{Wall: p.Planned})
			if f := fault.As(err); f == nil || f.Values["problem"] != key {
				s.Errorf("scheduled without its picture: %v", err)
			}
		}
		fetch := func(p Post) error { return s.room.FetchPictures(s.Context(), PicturesJob{s.brand, p.ID}) }
		if err := fetch(un); fault.Of(err) != fault.Transient {
			s.Errorf("a server that is away: %v", err)
		}
		blocked(un, "publishing.picture_coming")
		answer = nil
		s.media[good] = MediaInfo{ID: good}
		if err := fetch(un); err == nil || !strings.HasPrefix(err.Error(), "later") && !strings.Contains(err.Error(), "later") {
			s.Errorf("the library has not read it: %v", err)
		}
		s.media[good] = MediaInfo{ID: good, Ready: true}
		if err := fetch(un); err != nil {
			s.Fatal(err)
		}
		if err := fetch(un); err != nil {
			s.Fatal(err)
		}
		if un = post("Un"); un.Badge != Scheduled || len(un.Media) != 1 || un.Media[0] != (MediaRef{ID: good, Alt: "un four"}) {
			s.Errorf("%+v", un)
		}
		if err := fetch(deux); err != nil {
			s.Fatal(err)
		}
		blocked(deux, "publishing.picture_failed")
		w, err := s.room.WaitingPictures(s.Context(), s.claire, s.brand, deux.ID)
		if err != nil || w == nil || !w.Failed() || !w.Schedule || w.Pictures[0].Problem != "publishing.picture_missing" {
			s.Errorf("%+v %v", w, err)
		}
		if err := s.room.WithoutPictures(s.Context(), s.claire, s.brand, deux.ID); err != nil {
			s.Fatal(err)
		}
		if deux = post("Deux"); deux.Badge != NoBadge {
			s.Error("it was scheduled by itself")
		}
		s.schedule(deux, When{Wall: deux.Planned})
	})
}

func TestNamesOfTheFileAreAskedOnce(t *testing.T) {
	each(t, func(s *stage) {
		imp := s.open("text,date,profile\nUn," + s.day(4) + " 10:00,La page\nDeux," + s.day(4) + " 11:00,La page\nTrois," + s.day(4) + " 12:00,@kerlann1\n")
		if q := imp.Report.Questions; len(q) != 1 || q[0].Key != "import.ask_place" || q[0].Target.Name != "La page" {
			s.Fatalf("%+v", q)
		}
		if _, err := s.room.RunImport(s.Context(), s.claire, s.brand, imp.ID, Accept{}); fault.Of(err) != fault.Invalid {
			s.Error("it came in with a question open")
		}
		imp = s.set(imp, ImportSettings{Places: map[string][]id.Channel{imp.Report.Questions[0].Target.Key(): {s.chans[0]}}})
		if len(imp.Report.Questions) != 0 || imp.Report.Schedule != 3 {
			s.Fatalf("%+v", imp.Report)
		}
		s.carryIn(imp, Accept{})
		n := map[id.Channel]int{}
		for _, r := range s.all() {
			for _, c := range r.Channels {
				n[c]++
			}
		}
		if n[s.chans[0]] != 2 || n[s.chans[1]] != 1 {
			s.Errorf("%v", n)
		}
	})
}

// P3: what is taken out in our own shape, and taken back, comes in again as it
// was: words, hours, places, pictures, drafts.
func TestWhatIsTakenOutComesInAgain(t *testing.T) {
	each(t, func(s *stage) {
		pic := id.New[id.Media]()
		s.media[pic] = MediaInfo{ID: pic, Ready: true}
		own, title, labels := "=2+2, dit autrement", "Titre; \"cité\"", []string{"four", "pain"}
		text := "@tous, l’été :\n\n- un\n- deux"
		p, err := s.room.Create(s.Context(), s.claire, s.brand, Edit{Title: &title, Text: &text, Labels: &labels, Media: &[]MediaRef{{ID: pic, Alt: "un four"}},
			Variants: &[]Variant{{Channel: s.chans[0]}, {Channel: s.chans[1], Text: &own}}})
		if err != nil {
			s.Fatal(err)
		}
		p = s.schedule(p, s.in(100*time.Hour))
		s.draft("Sans heure")
		for _, key := range []string{"csv", "xlsx"} {
			format, _ := exchange.FormatOf(key)
			items, err := s.room.Export(s.Context(), s.claire, s.brand, Extract{Unplanned: true}, format)
			if err != nil || len(items) != 2 {
				s.Fatal(len(items), err)
			}
			var b strings.Builder
			if err := exchange.Write(&b, format, items); err != nil {
				s.Fatal(err)
			}
			was := s.all()
			for _, r := range was {
				if err := s.room.Bin(s.Context(), s.claire, s.brand, r.ID); err != nil {
					s.Fatal(err)
				}
			}
			imp := s.open(b.String())
			if len(imp.Report.Questions) > 0 || imp.Report.Bad > 0 || len(imp.Report.Reading.Unused) > 0 {
				s.Fatalf("%+v", imp.Report)
			}
			s.carryIn(imp, Accept{Again: true})
			now := s.all()
			if len(now) != 2 {
				s.Fatal(len(now))
			}
			for _, r := range now {
				q, err := s.room.Get(s.Context(), s.claire, s.brand, r.ID)
				if err != nil {
					s.Fatal(err)
				}
				if q.Text == "Sans heure" {
					if q.Badge != NoBadge || q.Planned.Local != "" {
						s.Errorf("%+v", q)
					}
					continue
				}
				if q.Text != p.Text || q.Title != p.Title || q.Planned != p.Planned || q.Badge != Scheduled || len(q.Media) != 1 || q.Media[0] != p.Media[0] ||
					len(q.Variants) != 2 || q.Variants[1].Text == nil || *q.Variants[1].Text != own || strings.Join(q.Labels, ",") != "four,pain" {
					s.Errorf("%s: %+v", key, q)
				}
			}
		}
		for _, e := range []Extract{{From: "2026-13-01"}, {From: "2026-11-02", To: "2026-11-01"}} {
			if _, err := s.room.Export(s.Context(), s.claire, s.brand, e, exchange.Format{}); fault.Of(err) != fault.Invalid {
				s.Errorf("%v: %v", e, err)
			}
		}
		client := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.brand: team.Client}}
		if _, err := s.room.Export(s.Context(), client, s.brand, Extract{}, exchange.Format{}); fault.Of(err) != fault.Forbidden {
			s.Error(err)
		}
	})
}
