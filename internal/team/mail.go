package team

import (
	"context"
	"net/url"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/sqldb"
)

// MailKind is the kind of job that sends the mails of this package.
const MailKind = "team.mail"

// MailJob says which mail; exactly one field is set. It holds no secret: the
// link is unsealed when the mail is made.
type MailJob struct {
	Reset      ResetID      `json:"reset,omitempty"`
	Invitation InvitationID `json:"invitation,omitempty"`
	Changed    id.Person    `json:"changed,omitempty"` // her password was changed: she is told
}

// SendMail does a MailJob. What is over by now (used, withdrawn, ended) is not
// sent; safe to repeat. Errors are those of the Sender.
func (s *Service) SendMail(ctx context.Context, job MailJob) (err error) {
	defer fault.Wrap(&err, "send mail")
	if s.post == nil {
		return nil // said where one asks: SendsMail
	}
	switch {
	case job.Reset != "":
		return s.sendReset(ctx, job.Reset)
	case job.Invitation != "":
		return s.sendInvitation(ctx, job.Invitation)
	case job.Changed != "":
		return s.sendChanged(ctx, job.Changed)
	}
	return nil
}

func (s *Service) sendReset(ctx context.Context, reset ResetID) error {
	var sealed string
	var ends sqldb.Time
	p, err := sqldb.One(ctx, s.db, func(r sqldb.Scanner) (Person, error) { return scanPerson(r, &sealed, &ends) },
		`SELECT `+personColumns+`, r.sealed, r.expires_at FROM person_reset r JOIN person p ON p.id = r.person
		WHERE r.id = ? AND r.used_at IS NULL AND r.sealed <> '' AND r.expires_at > ?`, string(reset), sqldb.At(s.now()))
	if sqldb.IsNoRow(err) {
		return nil
	}
	if err != nil {
		return err
	}
	token, err := s.box.Open("team.reset", string(reset), sealed)
	if err != nil {
		return err
	}
	if err := s.send(ctx, mail.Address{Name: p.Name, Email: p.Email}, p.Language, p.Zone, "team.mail.reset.", string(reset),
		"name", p.Name, "link", s.address+"/reset/"+url.PathEscape(string(token)), "ends", ends.Time); err != nil {
		return err
	}
	_, err = s.db.Exec(ctx, `UPDATE person_reset SET sealed = '' WHERE id = ?`, string(reset))
	return err
}

func (s *Service) sendInvitation(ctx context.Context, inv InvitationID) error {
	var sealed, language string
	i, err := sqldb.One(ctx, s.db, func(r sqldb.Scanner) (i Invitation, err error) {
		var made, ends sqldb.Time
		err = r.Scan(&i.ID, &i.Brand, &i.Role, &i.Admin, &i.Email, &i.inviter, &i.InviterName, &made, &ends, &sealed, &language)
		i.Made, i.Ends = made.Time, ends.Time
		return i, err
	}, `SELECT `+inviteColumns+`, i.sealed, i.language`+openInvitation+` AND i.id = ? AND i.sealed <> '' AND i.email <> ''`, sqldb.At(s.now()), string(inv))
	if sqldb.IsNoRow(err) {
		return nil
	}
	if err != nil {
		return err
	}
	token, err := s.box.Open("team.invitation", string(inv), sealed)
	if err != nil {
		return err
	}
	key := "team.mail.invite_in."
	name := ""
	if i.Brand != "" {
		key = "team.mail.invite."
		if name, err = s.brandName(ctx, s.db, i.Brand); err != nil {
			if fault.Is(err, fault.NotFound) {
				return nil
			}
			return err
		}
	}
	role := ""
	if i.Role != "" {
		role = s.words.For(language).T("team.role." + string(i.Role))
	}
	inviter := i.InviterName
	if inviter == "" {
		inviter = "Vigie"
	}
	if err := s.send(ctx, mail.Address{Email: i.Email}, language, "Europe/Paris", key, string(inv), "inviter", inviter, "brand", name, "role", role,
		"link", s.address+"/invitation/"+url.PathEscape(string(token)), "ends", i.Ends); err != nil {
		return err
	}
	_, err = s.db.Exec(ctx, `UPDATE invitation SET sealed = '' WHERE id = ?`, string(inv))
	return err
}

func (s *Service) sendChanged(ctx context.Context, person id.Person) error {
	p, err := s.personByID(ctx, s.db, person)
	if err != nil || p.Email == "" {
		return err
	}
	return s.send(ctx, mail.Address{Name: p.Name, Email: p.Email}, p.Language, p.Zone, "team.mail.changed.", "", "name", p.Name, "link", s.address+"/forgotten")
}

// send writes the letter in the person's language: the texts are
// "<key>subject" and "<key>text". letter names it, so that a mailbox drops a
// second copy.
func (s *Service) send(ctx context.Context, to mail.Address, language, zone, key, letter string, values ...any) error {
	loc := s.words.For(language).In(zone)
	for i, v := range values {
		if t, ok := v.(time.Time); ok {
			values[i] = loc.DateTime(t)
		}
	}
	return s.post.Send(ctx, mail.Message{ID: letter, To: to, Language: loc.Lang, Subject: loc.T(key+"subject", values...), Text: loc.T(key+"text", values...)})
}
