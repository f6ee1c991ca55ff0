package approval

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

const (
	// MindEvery is how often Mind is called.
	MindEvery = time.Minute
	// settleFor is how long a submission rests before its readers are written
	// to: ten posts submitted in a row are one letter.
	settleFor = 5 * time.Minute
	mindMost  = 2000
)

// MailKind is the kind of job that sends this room's letters.
const MailKind = "approval.mail"

// MailJob is one letter to one reader about everything she has not been told of.
type MailJob struct {
	Letter id.Token `json:"letter"`
}

// Mind does what is due by itself: it writes to those whose turn it is, reminds
// them when the deadline passes, and lets go what a policy says leaves without
// an answer. The program calls it every minute; safe to repeat, on several
// nodes at once.
func (s *Service) Mind(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "mind what waits for approval")
	list, err := sqldb.List(ctx, s.DB, scanRound, `SELECT `+roundColumns+` FROM approval_round WHERE closed_at IS NULL AND state IN ('waiting', 'at_client') ORDER BY planned_at LIMIT ?`, mindMost)
	if err != nil {
		return err
	}
	byBrand := map[id.Brand][]Round{}
	for _, r := range list {
		byBrand[r.Brand] = append(byBrand[r.Brand], r)
	}
	for b, all := range byBrand {
		if err := s.mindBrand(ctx, b, all); err != nil {
			s.Log.Error("reminders", "brand", b, "error", err) // the other brands go on
		}
	}
	return nil
}

func (s *Service) mindBrand(ctx context.Context, b id.Brand, all []Round) error {
	policies, err := loadPolicies(ctx, s.DB, b)
	if err != nil {
		return err
	}
	_, zone, err := s.Brand(ctx, s.DB, b)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil // put away
		}
		return err
	}
	now := s.DB.Now()
	for _, r := range all {
		// Who says nothing agrees to a content, never to any of several.
		if r.Choice == "" && !r.Due.IsZero() && !now.Before(r.Due) {
			if err := s.tacit(ctx, b, r, policies); err != nil {
				return err
			}
		}
	}
	if policies[""].quiet(now, zone) {
		return nil
	}
	if err := withItems(ctx, s.DB, all); err != nil {
		return err
	}
	people, err := s.People(ctx, b)
	if err != nil {
		return err
	}
	links, err := sqldb.List(ctx, s.DB, scanLink, `SELECT `+linkColumns+` FROM approval_link WHERE brand = ? AND revoked_at IS NULL AND ends_at > ?`, b, sqldb.At(now))
	if err != nil {
		return err
	}
	due := map[string][]owed{}
	for _, r := range all {
		if now.Sub(r.Made) < settleFor && r.At.After(now.Add(time.Hour)) {
			continue
		}
		late := !r.Due.IsZero() && !now.Before(r.Due) && slices.ContainsFunc(r.Items, func(it Item) bool { return it.Asked && of(policies, it.Channel).Past == Remind })
		for _, who := range r.turn(policies, people, links) {
			due[who] = append(due[who], owed{r.ID, "ask"})
			if late {
				due[who] = append(due[who], owed{r.ID, "remind"})
			}
		}
	}
	for who, list := range due {
		if err := s.owe(ctx, b, who, list); err != nil {
			return err
		}
	}
	return nil
}

// owed is a reason to write to a reader.
type owed struct {
	round RoundID
	kind  string
}

// quiet tells whether no letter is sent now.
func (p Policy) quiet(now time.Time, zone string) bool {
	w, err := clock.At(now, zone)
	if err != nil || len(w.Local) < 16 || p.QuietFrom == p.QuietTo {
		return false
	}
	at := w.Local[11:16]
	if p.QuietFrom < p.QuietTo {
		return at >= p.QuietFrom && at < p.QuietTo
	}
	return at >= p.QuietFrom || at < p.QuietTo
}

// turn lists the readers whose turn it is.
func (r Round) turn(policies map[id.Channel]Policy, people []team.Member, links []Link) []string {
	var out []string
	add := func(key string) {
		if !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	for _, it := range r.Items {
		p := r.rule(policies, it.Channel)
		if !it.Asked || r.Step >= len(p.Steps) {
			continue
		}
		st := p.Steps[r.Step]
		for _, m := range people {
			switch {
			case m.Disabled || !m.Role.May(team.Review) || !p.Own && slices.Contains(r.writers(), m.Person):
			case st.Client && m.Role == team.Client,
				!st.Client && len(st.People) > 0 && slices.Contains(st.People, m.Person),
				!st.Client && len(st.People) == 0 && (m.Role == team.Owner || m.Role == team.Manager):
				add(string(m.Person))
			}
		}
		for _, l := range links {
			if st.Client && l.Email != "" && l.covers(r) {
				add("link:" + string(l.ID))
			}
		}
	}
	return out
}

// owe notes what a reader is to be told, once for each reason, and has one
// letter sent about all that is new.
func (s *Service) owe(ctx context.Context, b id.Brand, reader string, list []owed) error {
	told := map[owed]bool{}
	err := sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var o owed
		err := r.Scan(&o.round, &o.kind)
		told[o] = true
		return err
	}, `SELECT l.round, l.kind FROM approval_letter l JOIN approval_round r ON r.id = l.round WHERE l.brand = ? AND l.reader = ? AND r.closed_at IS NULL`, b, reader)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(o owed) bool { return told[o] })
	if len(list) == 0 {
		return nil // the usual case costs no write
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		var first id.Token
		for _, o := range list {
			key := id.New[id.Token]()
			n, err := tx.Exec(ctx, `INSERT INTO approval_letter (id, brand, round, reader, kind, made_at) VALUES (?,?,?,?,?,?) ON CONFLICT (round, reader, kind) DO NOTHING`,
				key, b, o.round, reader, o.kind, sqldb.At(tx.Now))
			if err != nil {
				return err
			}
			if n > 0 && first == "" {
				first = key
			}
		}
		if first == "" {
			return nil
		}
		return s.Later(ctx, tx, MailKind, MailJob{first})
	})
}

// SendMail sends the letter of a job and, with it, everything else that its
// reader has not been told in this brand. Safe to repeat.
func (s *Service) SendMail(ctx context.Context, job MailJob) (err error) {
	defer fault.Wrap(&err, "send a letter about approval")
	type one struct {
		brand  id.Brand
		reader string
	}
	l, err := sqldb.One(ctx, s.DB, func(r sqldb.Scanner) (l one, err error) { return l, r.Scan(&l.brand, &l.reader) },
		`SELECT brand, reader FROM approval_letter WHERE id = ? AND sent_at IS NULL`, job.Letter)
	if sqldb.IsNoRow(err) {
		return nil
	}
	if err != nil {
		return err
	}
	var keys []string
	var titles []line
	remind := false
	err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var key, kind string
		var one line
		var open bool
		if err := r.Scan(&key, &kind, &one.title, &one.versions, &open); err != nil {
			return err
		}
		keys = append(keys, key)
		if open && !slices.Contains(titles, one) {
			titles = append(titles, one)
			remind = remind || kind == "remind"
		}
		return nil
	}, `SELECT l.id, l.kind, r.title, (SELECT COUNT(*) FROM approval_candidate c WHERE c.brand = l.brand AND c.choice = r.choice), r.closed_at IS NULL AND r.state IN ('waiting', 'at_client') FROM approval_letter l JOIN approval_round r ON r.id = l.round
		WHERE l.brand = ? AND l.reader = ? AND l.sent_at IS NULL ORDER BY r.planned_at`, l.brand, l.reader)
	if err != nil {
		return err
	}
	if len(titles) > 0 && s.Mail != nil {
		if err := s.write(ctx, l.brand, l.reader, string(job.Letter), titles, remind); err != nil {
			return err
		}
	}
	_, err = s.DB.Exec(ctx, `UPDATE approval_letter SET sent_at = ? WHERE brand = ? AND id IN `+sqldb.Marks(len(keys)), append([]any{sqldb.At(s.DB.Now()), l.brand}, sqldb.Args(keys)...)...)
	return err
}

// line is a post in a letter; versions is how many there are to choose from, 0
// when there is one to approve.
type line struct {
	title    string
	versions int
}

// shown is how many titles a letter lists.
const shown = 12

func (s *Service) write(ctx context.Context, b id.Brand, reader, letter string, titles []line, remind bool) error {
	name, zone, err := s.Brand(ctx, s.DB, b)
	if err != nil {
		return nil //nolint:nilerr // put away: nobody is asked any more
	}
	var to mail.Address
	var language, where string
	if key, ok := strings.CutPrefix(reader, "link:"); ok {
		link, err := sqldb.One(ctx, s.DB, scanLink, `SELECT `+linkColumns+` FROM approval_link WHERE brand = ? AND id = ? AND revoked_at IS NULL AND ends_at > ?`, b, key, sqldb.At(s.DB.Now()))
		if sqldb.IsNoRow(err) {
			return nil
		}
		if err != nil {
			return err
		}
		token, err := s.Seal.Open(sealPurpose, key, link.sealed)
		if err != nil {
			return err
		}
		to, language, where = mail.Address{Name: link.Name, Email: link.Email}, link.Language, s.addressOf(string(token))
	} else {
		if to, language, err = s.Reach(ctx, id.Person(reader)); err != nil || to.Email == "" {
			return err
		}
		where = s.Address + "/b/" + string(b) + "/review"
	}
	loc := s.Words.For(language).In(zone)
	kind := "ask"
	if remind {
		kind = "remind"
	}
	var lines strings.Builder
	for i, t := range titles {
		if i == shown {
			lines.WriteString("…\n")
			break
		}
		lines.WriteString("- " + t.title)
		if t.versions > 0 {
			lines.WriteString(" " + loc.T("approval.mail.versions", "n", t.versions))
		}
		lines.WriteString("\n")
	}
	return s.Mail.Send(ctx, mail.Message{ID: letter, To: to, Language: loc.Lang, Subject: loc.T("approval.mail."+kind+".subject", "n", len(titles), "brand", name),
		Text: loc.T("approval.mail."+kind+".text", "n", len(titles), "brand", name, "name", to.Name, "list", lines.String(), "link", where)})
}

// tacit lets go, where the policy says so, what nobody answered about by its
// deadline. What somebody asked to change or refused stays.
func (s *Service) tacit(ctx context.Context, b id.Brand, r Round, policies map[id.Channel]Policy) error {
	if !slices.ContainsFunc(slices.Collect(maps.Values(policies)), func(p Policy) bool { return p.Past == Leave && !p.Free() }) {
		return nil
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.Posts.HoldPost(ctx, tx, b, r.Post); err != nil {
			return err
		}
		round, err := openRound(ctx, tx, b, r.Post)
		if err != nil || round == nil || round.ID != r.ID || round.Choice != "" || round.State != Waiting && round.State != AtClient {
			return err
		}
		policies, err := loadPolicies(ctx, tx, b)
		if err != nil {
			return err
		}
		before, err := loadDecisions(ctx, tx, b, r.Post)
		if err != nil {
			return err
		}
		gesture := string(id.New[id.Token]())
		var named []map[string]any
		for _, it := range round.Items {
			p := of(policies, it.Channel)
			if !it.Asked || p.Past != Leave || tx.Now.Before(round.At.Add(-p.Deadline)) {
				continue
			}
			if st := p.judge(before, Asked{Channel: it.Channel, Hash: it.Hash, Planned: round.Planned, At: round.At}); st.cleared || st.state != Waiting && st.state != AtClient {
				continue
			}
			if err := insertDecision(ctx, tx, b, Decision{ID: string(id.New[id.Token]()), Post: r.Post, Round: round.ID, Gesture: gesture, Channel: it.Channel, Hash: it.Hash,
				Planned: round.Planned, At: round.At, Verdict: Tacit, Given: tx.Now}); err != nil {
				return err
			}
			named = append(named, map[string]any{"channel": it.Channel, "hash": it.Hash})
		}
		if len(named) == 0 {
			return nil
		}
		who := team.Program("approval")
		if err := s.record(ctx, tx, who.Signs(), b, ActTacit, r.Post, map[string]any{"round": round.ID, "n": round.N, "channels": named}, nil); err != nil {
			return err
		}
		return s.Posts.Recheck(ctx, tx, who, b, r.Post)
	})
}
