package assets

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Letters is what it takes to write to those who answer for a brand.
type Letters struct {
	// Answerable are those who answer for a brand, today.
	Answerable func(ctx context.Context, b id.Brand) ([]id.Person, error)
	// Reach says how to write to a person, and in which language; an empty
	// address: there is no way.
	Reach func(ctx context.Context, p id.Person) (mail.Address, string, error)
	// Brand is the name and the zone of a brand; not_found once it is put away.
	Brand func(ctx context.Context, q sqldb.Q, b id.Brand) (name, zone string, err error)
	// Channel names a channel; empty: it is gone.
	Channel func(ctx context.Context, b id.Brand, c id.Channel) string
	// Link makes an address that a letter can hold of a path.
	Link  func(path string) string
	Words *i18n.Catalog
	Mail  mail.Sender
}

// listed bounds the posts that a letter lists under one picture, and the
// pictures: the page has them all.
const (
	listedPosts = 10
	listedMedia = 30
)

// SendWarning sends the letter of a job, in the person's language, at a decent
// hour. What is no more true by then (the right was renewed, the person no
// longer answers for the brand) is not written about. Safe to repeat: the
// letter has one name, by which mailboxes drop a second copy.
func (s *Service) SendWarning(ctx context.Context, j WarnJob) (err error) {
	defer fault.Wrap(&err, "send letter before a right ends")
	list, open, err := s.stillDue(ctx, j)
	if err != nil || !open {
		return err
	}
	name, zone, err := s.Letters.Brand(ctx, s.DB, j.Brand)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	gone := err != nil
	people, err := s.Letters.Answerable(ctx, j.Brand)
	if err != nil {
		return err
	}
	to, language, err := s.Letters.Reach(ctx, j.Person)
	if err != nil {
		return err
	}
	if gone || len(list) == 0 || to.Email == "" || !slices.Contains(people, j.Person) {
		return s.letterDone(ctx, j, nil)
	}
	if wait := untilDecent(s.DB.Now(), zone); wait > 0 {
		return jobs.Later(wait)
	}
	loc := s.Letters.Words.For(language).In(zone).At(s.DB.Now)
	text, err := s.letter(ctx, loc, j.Brand, zone, list)
	if err != nil {
		return err
	}
	values := []any{"n", len(list), "brand", name, "name", to.Name, "list", text, "link", s.Letters.Link("/b/" + string(j.Brand) + "/media/rights")}
	if err := s.Letters.Mail.Send(ctx, mail.Message{ID: string(j.Letter), To: to, Language: loc.Lang,
		Subject: loc.T("assets.mail.ending.subject", values...), Text: loc.T("assets.mail.ending.text", values...)}); err != nil {
		return err
	}
	return s.letterDone(ctx, j, list)
}

// letterDone closes a letter; what it told stands in the logbook.
func (s *Service) letterDone(ctx context.Context, j WarnJob, told []deadline) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE media_warning SET sent_at = ? WHERE brand = ? AND person = ? AND letter = ? AND sent_at IS NULL`, sqldb.At(tx.Now), j.Brand, j.Person, j.Letter)
		if err != nil || n == 0 {
			return err
		}
		for _, d := range told {
			if err := s.Book.Record(ctx, tx, logbook.Entry{Brand: j.Brand, Actor: team.Program("assets").Signs(), Act: ActWarned,
				Subject: logbook.Subject{Kind: "media", ID: string(d.Media)}, Data: rightWarned{d.Day, string(d.About), j.Person}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// letter lists what ends, with what is planned past it and what is on line.
func (s *Service) letter(ctx context.Context, loc *i18n.Loc, b id.Brand, zone string, list []deadline) (string, error) {
	ends := map[id.Media]time.Time{}
	var media []id.Media
	for _, d := range list {
		if at, had := ends[d.Media]; !had || d.Ends.Before(at) {
			ends[d.Media] = d.Ends
		}
		if !slices.Contains(media, d.Media) {
			media = append(media, d.Media)
		}
	}
	coming, err := s.comingPast(ctx, b, ends)
	if err != nil {
		return "", err
	}
	var standing []Standing
	if s.Posts != nil {
		if standing, err = s.Posts.OnLine(ctx, b, media, MaxStanding); err != nil {
			return "", err
		}
	}
	var out strings.Builder
	for i, d := range list {
		if i == listedMedia {
			out.WriteString(loc.T("assets.mail.more", "n", len(list)-i) + "\n")
			break
		}
		key := "assets.mail.ending.licence"
		if d.About != "" {
			key = "assets.mail.ending." + string(d.Kind)
		}
		out.WriteString("- " + loc.T(key, "name", d.Name, "day", d.Day, "zone", d.Zone, "left", left(loc, daysLeft(s.DB.Now(), d.Ends, zone))) + "\n")
		var planned, stands []string
		for _, c := range coming {
			if c.Media == d.Media {
				planned = append(planned, s.line(ctx, loc, b, c.Title, loc.DateTime(c.At), c.Channel, "/b/"+string(b)+"/posts/"+string(c.Post)))
			}
		}
		for _, o := range standing {
			if o.Media == d.Media {
				link := o.URL
				if link == "" {
					link = "/b/" + string(b) + "/publications/" + string(o.Publication)
				}
				stands = append(stands, s.line(ctx, loc, b, o.Title, "", o.Channel, link))
			}
		}
		for _, part := range []struct {
			key  string
			list []string
		}{{"planned", planned}, {"on_line", stands}} {
			if len(part.list) == 0 {
				out.WriteString("  " + loc.T("assets.mail."+part.key+"_none") + "\n")
				continue
			}
			out.WriteString("  " + loc.T("assets.mail."+part.key, "n", len(part.list)) + "\n")
			for k, line := range part.list {
				if k == listedPosts {
					out.WriteString("    " + loc.T("assets.mail.more", "n", len(part.list)-k) + "\n")
					break
				}
				out.WriteString("    " + line + "\n")
			}
		}
	}
	return strings.TrimRight(out.String(), "\n"), nil
}

func left(loc *i18n.Loc, days int) string {
	if days <= 0 {
		return loc.T("assets.mail.left_today")
	}
	return loc.T("assets.mail.left", "n", days)
}

// line is one post in a letter.
func (s *Service) line(ctx context.Context, loc *i18n.Loc, b id.Brand, title, when string, c id.Channel, link string) string {
	if title == "" {
		title = loc.T("assets.untitled")
	}
	parts := []string{title}
	if when != "" {
		parts = append(parts, when)
	}
	if c != "" {
		if name := s.Letters.Channel(ctx, b, c); name != "" {
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, ", ") + "\n      " + s.Letters.Link(link)
}
