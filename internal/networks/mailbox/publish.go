package mailbox

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	netmail "net/mail"

	imap "github.com/emersion/go-imap/v2"
	gomail "github.com/wneessen/go-mail"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

var (
	errPosts  = fault.New(fault.Unsupported, "network.check.answers_only").At("channel")
	errBounce = fault.New(fault.Invalid, "network.mailbox.bounce").At("parent")
	errSelf   = fault.New(fault.Invalid, "network.mailbox.own_address").At("parent")
	errLoop   = fault.New(fault.TooMany, "network.mailbox.loop").At("parent")
)

// Publish sends an answer, once. SMTP has no idempotency and no look, so the
// mailbox itself keeps the trace, in an order that makes "was it taken?"
// answerable after any cut:
//
//  1. the finished mail goes to Drafts, with a Message-ID that follows from the
//     intent: if that fails, nothing is sent;
//  2. SMTP;
//  3. its copy goes to Sent, and the draft goes.
//
// So a look finds it in Sent (taken), in neither (never begun, not taken), or
// only in Drafts: then the line broke around the dot that ends a mail, nobody
// can know, and a person decides, unless an answer to it arrives. An error from
// before the dot is no doubt: the draft is taken back.
func (a *account) Publish(ctx context.Context, in network.Intent) (r network.Receipt, err error) {
	defer fault.Wrap(&err, "answer")
	if !in.Answer || in.Parent == "" {
		return r, &network.Error{Fault: errPosts, Outcome: network.NotSent}
	}
	s, err := a.d.enter(ctx, a.box, nil)
	if err != nil {
		return r, unsent(err)
	}
	defer func() { s.leave() }()
	l, err := a.compose(s, in)
	if err != nil {
		return r, unsent(said(a.box.imap, err))
	}
	r = network.Receipt{Ref: network.Ref(l.id), At: l.at, Final: true, Root: l.root}
	f, done, err := s.drafted(l)
	if err != nil {
		return network.Receipt{}, unsent(said(a.box.imap, err))
	}
	if done { // an earlier attempt went through to its end
		return r, nil
	}
	p, err := a.d.submit(ctx, a.box)
	if err == nil {
		defer p.drop()
		r.Request, err = p.deliver(a.box.smtp, a.box.address, l.to, l.mail)
	}
	if err != nil {
		if network.OutcomeOf(err) != network.Unknown {
			_ = s.discard(f.drafts, l.id) // it would only say that there is a doubt
		}
		return network.Receipt{}, err
	}
	_ = p.c.Quit()
	// It is sent, whatever happens to its copy.
	if there, err := s.has(f.sent, l.id); err != nil || there || s.append(f.sent, l.mail, imap.FlagSeen) == nil {
		_ = s.discard(f.drafts, l.id)
	}
	return r, nil
}

// unsent is an error of what stands before the sending.
func unsent(err error) error {
	e := &network.Error{Fault: fault.As(err), Outcome: network.NotSent}
	if n, ok := err.(*network.Error); ok && n.Outcome == network.Refused {
		return n
	}
	return e
}

// outgoing is an answer, finished.
type outgoing struct {
	id   string // with its brackets
	to   string
	mail []byte
	at   time.Time
	root network.Ref
}

// compose finds the mail that is answered and writes the answer. The same
// intent always makes the same bytes.
func (a *account) compose(s *session, in network.Intent) (o outgoing, err error) {
	at, err := s.locate(in.Parent)
	if err != nil {
		return o, err
	}
	h := at.header
	kind, _, _ := media(h.get("content-type"))
	l := letter{header: h, report: kind == "multipart/report"}
	if !at.sent && undeliverable(l) {
		return o, refusal(errBounce, "")
	}
	to := recipient(at, in.Options.Elsewhere)
	if to.email == "" || lowered(to.email) == lowered(a.box.address) {
		return o, refusal(errSelf, "")
	}
	if err := a.noLoop(s, to.email, !at.sent && automatic(l), a.number(in)); err != nil {
		return o, err
	}
	o.id, o.to, o.at = a.number(in), to.email, in.Made.UTC()
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(&netmail.Address{Name: a.box.name, Address: a.box.address})
	m.ToMailAddress(&netmail.Address{Name: strings.ReplaceAll(to.name, `\`, " "), Address: to.email})
	subject, _ := bare(h.words("subject"))
	m.Subject(strings.TrimSpace("Re: " + subject))
	m.SetDateWithValue(o.at)
	m.SetMessageIDWithValue(strings.Trim(o.id, "<>"))
	if id := h.id(); id != "" {
		m.SetGenHeader(gomail.HeaderInReplyTo, id)
		refs := slices.DeleteFunc(ids(h.get("references")), func(x string) bool { return x == id })
		if len(refs) == 0 {
			refs = ids(h.get("in-reply-to"))[:min(1, len(ids(h.get("in-reply-to"))))]
		}
		if len(refs) > 20 { // the first names the thread, the last the place
			refs = append(refs[:1:1], refs[len(refs)-19:]...)
		}
		m.SetGenHeader(gomail.HeaderReferences, strings.Join(append(refs, id), " "))
		if o.root = network.Ref(id); len(refs) > 0 {
			o.root = network.Ref(refs[0])
		}
	}
	if len(in.Options.Languages) > 0 {
		m.SetGenHeader(gomail.HeaderContentLang, in.Options.Languages[0])
	}
	m.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(in.Text, "\n", "\r\n"))
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return o, fault.New(fault.Invalid, "network.mailbox.unwritable").Because(err)
	}
	o.mail = b.Bytes()
	return o, nil
}

// number is the Message-ID of an intent.
func (a *account) number(in network.Intent) string {
	return "<vigie." + digest(a.box.address, in.Key)[:32] + "@" + domain(a.box.address) + ">"
}

// recipient is who gets the answer: the author, or where she asks answers to go
// when that is a house of hers, or a person said so. An answer to our own mail
// goes to whom that went.
func recipient(at located, elsewhere bool) person {
	first := func(name string) person {
		if all := people(at.header.get(name)); len(all) > 0 {
			return all[0]
		}
		return person{}
	}
	if at.sent {
		return first("to")
	}
	from, reply := first("from"), first("reply-to")
	if reply.email != "" && (elsewhere || kin(from.email, reply.email)) {
		return reply
	}
	return from
}

const (
	// An address gets no more than so many answers in an hour: two programs that
	// answer each other would not stop.
	maxHourly = 20
	// One that a program writes from gets one a day.
	maxAutomatic = 1
)

// noLoop counts what was sent to an address lately, but for this very answer.
func (a *account) noLoop(s *session, to string, program bool, id string) error {
	f, err := s.folders()
	if err != nil || f.sent == "" {
		return err
	}
	now := a.d.Now()
	most, span := maxHourly, time.Hour
	if program {
		most, span = maxAutomatic, 24*time.Hour
	}
	found, err := s.search(f.sent, imap.SearchCriteria{Since: now.Add(-span - 24*time.Hour), Header: []imap.SearchCriteriaHeaderField{{Key: "To", Value: to}}})
	if err != nil || len(found) < most {
		return err
	}
	found = found[max(0, len(found)-100):]
	var set imap.UIDSet
	set.AddNum(found...)
	got, err := s.c.Fetch(set, &imap.FetchOptions{UID: true, InternalDate: true}).Collect()
	if err != nil {
		return err
	}
	n := 0
	for _, m := range got {
		if now.Sub(m.InternalDate) < span {
			n++
		}
	}
	if n < most {
		return nil
	}
	if there, err := s.has(f.sent, id); err != nil || there {
		return err
	}
	return refusal(errLoop.With("address", to).With("n", n).After(span/4), "")
}
