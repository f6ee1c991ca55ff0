package channel

import (
	"context"
	"encoding/json"
	"net/url"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// SignIn is a sign-in under way: one step to answer, or done with its channel.
type SignIn struct {
	ID      string       `json:"id"`
	Brand   id.Brand     `json:"brand"`
	Network network.Kind `json:"network"`
	// Reconnects is the channel whose account this must turn out to be.
	Reconnects id.Channel   `json:"reconnects,omitempty"`
	Step       network.Step `json:"step"`
	// Channel is set when the step is network.Done.
	Channel Channel `json:"channel,omitzero"`
}

// A sign-in that nobody finished is forgotten after this time: it may hold an
// application secret.
const signInLife = time.Hour

// Begin starts signing in to a network for a brand. With reconnects, the
// account must turn out to be the one of that channel. It calls no network.
func (s *Service) Begin(ctx context.Context, a team.Actor, b id.Brand, kind network.Kind, reconnects id.Channel) (_ SignIn, err error) {
	defer fault.Wrap(&err, "begin sign-in")
	if err := a.Require(b, team.ManageChannels); err != nil {
		return SignIn{}, err
	}
	known := map[string]string{}
	if reconnects != "" {
		c, _, err := s.one(ctx, s.DB, b, reconnects)
		if err != nil {
			return SignIn{}, err
		}
		if !c.Removed.IsZero() {
			return SignIn{}, errRemoved.With("handle", c.Handle)
		}
		kind, known = c.Network, map[string]string{"handle": c.Handle, "server": c.Server}
	}
	d, err := s.driver(kind)
	if err != nil {
		return SignIn{}, err
	}
	step, err := s.firstStep(ctx, d, b, reconnects)
	if err != nil {
		return SignIn{}, err
	}
	for i, f := range step.Fields {
		if v := known[f.Name]; v != "" {
			step.Fields[i].Default = v // it must be that account: no need to type it
		}
	}
	in := SignIn{ID: string(id.New[id.Token]()), Brand: b, Network: kind, Reconnects: reconnects, Step: step}
	return in, s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM channel_signin WHERE expires_at < ?`, sqldb.At(tx.Now)); err != nil {
			return err
		}
		return s.saveStep(ctx, tx, a, in)
	})
}

// firstStep begins a sign-in; a network that knows its accounts again by what
// the brand holds already (that of the channel to reconnect, or any) is told.
func (s *Service) firstStep(ctx context.Context, d network.Driver, b id.Brand, reconnects id.Channel) (network.Step, error) {
	again, ok := d.(network.Returner)
	revise, revises := d.(network.Reviser)
	revises = revises && reconnects != ""
	if !ok && !revises {
		return d.Begin(ctx)
	}
	rows, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (row [2]string, err error) { return row, r.Scan(&row[0], &row[1]) },
		`SELECT id, credentials FROM channel WHERE brand = ? AND network = ? AND removed_at IS NULL AND (? = '' OR id = ?) ORDER BY made_at, id`,
		b, d.Facts().Kind, reconnects, reconnects)
	if err != nil {
		return network.Step{}, err
	}
	var held []network.Credentials
	for _, row := range rows {
		var cred network.Credentials
		plain, err := s.Seal.Open("channel", row[0], row[1])
		if err != nil || json.Unmarshal(plain, &cred) != nil {
			continue // a sign-in is the way out of credentials that cannot be read
		}
		held = append(held, cred)
	}
	if !revises {
		return again.Return(ctx, held)
	}
	if len(held) == 0 {
		return network.Step{}, fault.New(fault.Internal, "").Becausef("the made-up network of channel %s cannot be read", reconnects)
	}
	return revise.Revise(ctx, held[0])
}

// Resume returns a sign-in under way. Errors: not_found when it ended, or is
// another person's.
func (s *Service) Resume(ctx context.Context, a team.Actor, b id.Brand, signIn string) (_ SignIn, err error) {
	defer fault.Wrap(&err, "resume sign-in")
	if err := a.Require(b, team.ManageChannels); err != nil {
		return SignIn{}, err
	}
	return s.loadStep(ctx, a, `brand = ? AND id = ?`, b, signIn)
}

// Returned finds the sign-in that an authorisation page sends the person back
// to: state is what the page's address said. It is the person's own and in a
// brand whose channels she still manages; anything else is not_found.
func (s *Service) Returned(ctx context.Context, a team.Actor, state string) (_ SignIn, err error) {
	defer fault.Wrap(&err, "return to sign-in")
	if state == "" || a.Person == "" {
		return SignIn{}, errStale
	}
	in, err := s.loadStep(ctx, a, `returns = ?`, state)
	if err != nil {
		return SignIn{}, err
	}
	if !a.May(in.Brand, team.ManageChannels) {
		return SignIn{}, errStale
	}
	return in, nil
}

// Answer takes the answers to the present step. On success the step has moved
// on; when it is done, the channel stands (a second sign-in of the same account
// renews its credentials instead of making a double). Errors leave the step as
// it was, to be answered again: invalid (the network does not take the answers;
// Field says which), conflict (another account than the one to reconnect),
// transient (it could not be reached), too_many.
func (s *Service) Answer(ctx context.Context, a team.Actor, b id.Brand, signIn string, answers map[string]string) (_ SignIn, err error) {
	defer fault.Wrap(&err, "answer sign-in")
	in, err := s.Resume(ctx, a, b, signIn)
	if err != nil {
		return SignIn{}, err
	}
	d, err := s.driver(in.Network)
	if err != nil {
		return SignIn{}, err
	}
	next, err := d.Next(ctx, in.Step, answers)
	if err != nil {
		return in, refusedAnswers(err)
	}
	in.Step = next
	if next.ID != network.Done {
		return in, s.DB.Write(ctx, func(tx *sqldb.Tx) error { return s.saveStep(ctx, tx, a, in) })
	}
	c, cred, err := s.describe(ctx, d, b, next)
	if err != nil {
		return in, refusedAnswers(err)
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.connect(ctx, tx, a, &c, cred, in.Reconnects); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM channel_signin WHERE brand = ? AND id = ?`, b, in.ID)
		return err
	})
	if err != nil {
		return in, err
	}
	s.forget(c.ID)
	s.tell(b)
	in.Channel, err = s.Get(ctx, a, b, c.ID)
	return in, err
}

// refusedAnswers is what a network's refusal means here: not that the person is
// signed out of Vigie or may not, but that her answers do not do. Only the
// network's own sentence is kept.
func refusedAnswers(err error) error {
	e := fault.As(err)
	switch e.Kind {
	case fault.SignedOut, fault.Forbidden, fault.Unsupported, fault.NotFound:
	default:
		return err
	}
	out := errRefused
	if e.Key != "" {
		out = fault.New(fault.Invalid, e.Key)
	}
	for k, v := range e.Values {
		out = out.With(k, v)
	}
	return out.At(e.Field).Because(err)
}

// describe reads, outside of any transaction, what the channel's row holds. The
// credentials come back as the network left them: asking may renew them.
func (s *Service) describe(ctx context.Context, d network.Driver, b id.Brand, done network.Step) (Channel, network.Credentials, error) {
	p, cred := done.Profile, done.Credentials
	c := Channel{ID: id.New[id.Channel](), Brand: b, Network: d.Facts().Kind, Ref: p.Ref, Handle: p.Handle, Name: p.Name,
		Avatar: p.Avatar, URL: p.URL, Server: p.Server, Expires: p.Expires, Health: Working,
		Title: p.Network.Title, Short: p.Network.Short, Colour: p.Network.Colour}
	var mu sync.Mutex
	acc, err := d.Open(cred, func(_ context.Context, fresh network.Credentials) error {
		mu.Lock()
		defer mu.Unlock()
		cred = fresh
		return nil
	})
	if err != nil {
		return c, cred, err
	}
	c.Capabilities, err = acc.Capabilities(ctx)
	c.Capabilities.AsOf = s.DB.Now()
	mu.Lock()
	defer mu.Unlock()
	return c, cred, err
}

func (s *Service) connect(ctx context.Context, tx *sqldb.Tx, a team.Actor, c *Channel, cred network.Credentials, reconnects id.Channel) error {
	act := ActConnected
	known, err := s.byAccount(ctx, tx, c.Brand, c.Network, c.Ref)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil {
		c.ID, act = known.ID, ActReconnected
	}
	if reconnects != "" && c.ID != reconnects {
		return errOther.With("handle", c.Handle)
	}
	sealed, err := s.seal(c.ID, cred)
	if err != nil {
		return err
	}
	c.Made, c.Checked = tx.Now, tx.Now
	if c.ByHand() && a.Person != "" {
		c.People = []id.Person{a.Person} // who made the network up, until somebody else is named
	}
	if act == ActConnected {
		err = s.insert(ctx, tx, *c, sealed)
	} else {
		err = s.reconnect(ctx, tx, *c, sealed)
	}
	if err != nil {
		return err
	}
	return s.Book.Record(ctx, tx, s.entry(a.Signs(), *c, act))
}

// Connect adds a channel from credentials that need no person's answers: the
// example agency's, an import's. The same account twice renews it.
func (s *Service) Connect(ctx context.Context, a team.Actor, b id.Brand, kind network.Kind, p network.Profile, cred network.Credentials) (_ Channel, err error) {
	defer fault.Wrap(&err, "connect channel")
	if err := a.Require(b, team.ManageChannels); err != nil {
		return Channel{}, err
	}
	d, err := s.driver(kind)
	if err != nil {
		return Channel{}, err
	}
	c, cred, err := s.describe(ctx, d, b, network.Step{Profile: p, Credentials: cred})
	if err != nil {
		return c, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error { return s.connect(ctx, tx, a, &c, cred, "") })
	if err != nil {
		return c, err
	}
	s.forget(c.ID)
	s.tell(b)
	return s.Get(ctx, a, b, c.ID)
}

func (s *Service) saveStep(ctx context.Context, tx *sqldb.Tx, a team.Actor, in SignIn) error {
	state, err := json.Marshal(in.Step.State)
	if err != nil {
		return fault.New(fault.Internal, "").Because(err)
	}
	sealed, err := s.Seal.Seal("signin", in.ID, state)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO channel_signin (id, brand, person, network, reconnects, step, sealed, expires_at, returns) VALUES (?,?,?,?,?,?,?,?,?)
		ON CONFLICT (id) DO UPDATE SET step = excluded.step, sealed = excluded.sealed, returns = excluded.returns`,
		in.ID, in.Brand, a.Person, in.Network, in.Reconnects, sqldb.JSON[network.Step]{V: in.Step}, sealed, sqldb.At(tx.Now.Add(signInLife)), returns(in.Step))
	return err
}

// returns is what an authorisation page will say when it sends the person back:
// the state in its address, which OAuth hands through unchanged.
func returns(step network.Step) string {
	u, err := url.Parse(step.Open)
	if err != nil {
		return ""
	}
	return u.Query().Get("state")
}

// loadStep reads a living sign-in of the actor's own.
func (s *Service) loadStep(ctx context.Context, a team.Actor, where string, args ...any) (SignIn, error) {
	var in SignIn
	var step sqldb.JSON[network.Step]
	sealed, err := sqldb.One(ctx, s.DB, func(r sqldb.Scanner) (sealed string, err error) {
		return sealed, r.Scan(&in.ID, &in.Brand, &in.Network, &in.Reconnects, &step, &sealed)
	}, `SELECT id, brand, network, reconnects, step, sealed FROM channel_signin WHERE person = ? AND expires_at > ? AND `+where,
		append([]any{a.Person, sqldb.At(s.DB.Now())}, args...)...)
	if sqldb.IsNoRow(err) {
		return in, errStale
	}
	if err != nil {
		return in, err
	}
	in.Step = step.V
	plain, err := s.Seal.Open("signin", in.ID, sealed)
	if err != nil {
		return in, err
	}
	if err := json.Unmarshal(plain, &in.Step.State); err != nil {
		return in, fault.New(fault.Internal, "").Because(err)
	}
	return in, nil
}
