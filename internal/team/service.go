package team

import (
	"context"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
)

// Recorder writes acts in the logbook; *logbook.Book does.
type Recorder interface {
	Record(ctx context.Context, tx *sqldb.Tx, e logbook.Entry) error
}

// Config is what the verbs need. Tell, Later and BrandName may be nil: nothing
// is told live, no mail leaves, brands have no name in mails.
type Config struct {
	DB   *sqldb.DB
	Book Recorder
	Box  *secret.Box
	// Later enqueues a job in the transaction; the kind is MailKind.
	Later func(ctx context.Context, tx *sqldb.Tx, kind string, args any) error
	// BrandName tells what a brand is called.
	BrandName func(ctx context.Context, q sqldb.Q, brand id.Brand) (string, error)
	// Tell says on the live topics that something changed; called after commit.
	Tell func(topic, kind string, data any)
	// Words speaks in mails; Address is the instance's own, without a slash at
	// its end: "https://vigie.example".
	Words   *i18n.Catalog
	Address string
	// Post hands a mail to the outside; nil when no mail host is set up.
	Post mail.Sender
	// Now is the clock of the budgets and of what expires; nil means the
	// database's.
	Now clock.Now
	// Cost of a password; zero means UsualCost. Tests take less.
	Cost Cost
}

// Service is the verbs about people. Its zero value is not useful; use New. It
// is safe for use by many goroutines.
type Service struct {
	db        *sqldb.DB
	book      Recorder
	box       *secret.Box
	later     func(ctx context.Context, tx *sqldb.Tx, kind string, args any) error
	brandName func(ctx context.Context, q sqldb.Q, brand id.Brand) (string, error)
	tell      func(topic, kind string, data any)
	words     *i18n.Catalog
	address   string
	post      mail.Sender
	now       clock.Now
	vault     *vault
	guard     *guard
}

// New returns the verbs.
func New(c Config) *Service {
	s := &Service{db: c.DB, book: c.Book, box: c.Box, later: c.Later, brandName: c.BrandName, tell: c.Tell, words: c.Words,
		address: c.Address, post: c.Post, now: c.Now, vault: newVault(c.Cost)}
	if s.now == nil {
		s.now = c.DB.Now
	}
	if s.tell == nil {
		s.tell = func(string, string, any) {}
	}
	if s.later == nil {
		s.later = func(context.Context, *sqldb.Tx, string, any) error { return nil }
	}
	if s.brandName == nil {
		s.brandName = func(context.Context, sqldb.Q, id.Brand) (string, error) { return "", nil }
	}
	s.guard = newGuard(s.now)
	return s
}

// SendsMail tells whether invitations and resets can leave by mail.
func (s *Service) SendsMail() bool { return s.post != nil }

// ActorOf loads a person's roles as they are now. Anybody disabled or unknown
// is signed_out.
func (s *Service) ActorOf(ctx context.Context, person id.Person) (_ Actor, err error) {
	defer fault.Wrap(&err, "load actor")
	p, err := s.personByID(ctx, s.db, person)
	if err != nil || p.Disabled {
		return Actor{}, signedOut(err)
	}
	return s.actor(ctx, p)
}

func (s *Service) actor(ctx context.Context, p Person) (Actor, error) {
	roles, err := rolesOf(ctx, s.db, p.ID)
	return Actor{Person: p.ID, Admin: p.Admin, Roles: roles}, err
}

// signedOut hides why somebody is not let in, unless the database is at fault.
func signedOut(err error) error {
	if err == nil || fault.Is(err, fault.NotFound) {
		return fault.New(fault.SignedOut, "").Because(err)
	}
	return err
}

// self returns the person who acts for herself in a browser. API tokens are
// refused: whoever finds one must not be able to turn it into an account.
func self(actor Actor) (id.Person, error) {
	switch {
	case actor.Person == "":
		return "", fault.New(fault.SignedOut, "")
	case actor.Token != "":
		return "", fault.New(fault.Forbidden, "team.token_may_not")
	}
	return actor.Person, nil
}

func personTopic(p id.Person) string { return "person:" + string(p) }
func brandTopic(b id.Brand) string   { return "brand:" + string(b) }

const day = 24 * time.Hour
