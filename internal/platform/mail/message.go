// Package mail sends what must reach somebody who does not look at Vigie: an
// invitation, a forgotten password, a post that waits for its reader.
//
// It owns the form of a letter, the way to a mail server and, where there is
// none, the folder in which letters are kept to be read. It makes one attempt:
// the queue is that of platform/jobs. It never decides whom to write to, never
// translates, and never lets a value become a second header.
package mail

import (
	"context"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
)

// Address is a person's mailbox. Name may be empty.
type Address struct {
	Name  string
	Email string
}

// Attachment travels with a letter.
type Attachment struct {
	Name string // "rendez-vous.ics"
	Type string // "text/calendar; charset=utf-8"
	Body []byte
}

// Message is a letter to one person.
type Message struct {
	// ID makes sending safe to repeat: the same ID has the same Message-ID, by
	// which mailboxes drop the second copy. Use the id of the row that asks for
	// the letter. Empty means a fresh one.
	ID      string
	To      Address
	ReplyTo Address // optional
	Subject string
	Text    string // always present: some read only this
	HTML    string // optional, the same in a nicer dress
	// Language of the text ("fr"), for screen readers and translators.
	Language string
	// ListUnsubscribe is an https address that takes one POST and ends this
	// kind of letter (RFC 8058); "" for letters one cannot refuse.
	ListUnsubscribe string
	Attachments     []Attachment
}

// Sender delivers letters, one attempt a call. Errors are invalid (the letter
// or the address is no good: do not try again), signed_out (the mail server
// refuses our name or password) or transient (try again).
type Sender interface {
	Send(ctx context.Context, m Message) error
}

var (
	_ Sender = (*SMTP)(nil)
	_ Sender = (*Folder)(nil)
)

var (
	errAddress = fault.New(fault.Invalid, "mail.address")
	errHeader  = fault.New(fault.Invalid, "mail.header") // a line break or a control character where one line is meant
	errEmpty   = fault.New(fault.Invalid, "mail.empty")
)

// Clean returns the address in the form in which it is sent, or why it cannot
// be one: one mailbox, no display name, an international domain in its ASCII
// form. Errors are invalid.
func Clean(email string) (string, error) {
	email = strings.TrimSpace(email)
	if len(email) > 254 || !oneLine(email) {
		return "", errAddress.With("address", short(email))
	}
	a, err := netmail.ParseAddress("<" + email + ">")
	if err != nil || a.Name != "" {
		return "", errAddress.With("address", short(email))
	}
	at := strings.LastIndexByte(a.Address, '@')
	// Quoted names before the @ are lawful, used by nobody and a way to slip
	// something into a command.
	if strings.ContainsAny(a.Address[:at], " \"(),:;<>[\\]@") {
		return "", errAddress.With("address", short(email))
	}
	domain, err := idna.Lookup.ToASCII(a.Address[at+1:])
	if err != nil || domain == "" {
		return "", errAddress.With("address", short(email))
	}
	return a.Address[:at+1] + strings.ToLower(domain), nil
}

func short(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "�")); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) && !strings.ContainsAny(s, "\u2028\u2029")
}

// compose checks the letter and spells it for the wire.
func (m Message) compose(from Address, now time.Time) (*gomail.Msg, error) {
	for field, value := range map[string]string{
		"subject": m.Subject, "to": m.To.Name, "reply_to": m.ReplyTo.Name, "from": from.Name,
		"language": m.Language, "list_unsubscribe": m.ListUnsubscribe, "id": m.ID,
	} {
		if !oneLine(value) {
			return nil, errHeader.At(field)
		}
	}
	if strings.TrimSpace(m.Subject) == "" {
		return nil, errEmpty.At("subject")
	}
	if strings.TrimSpace(m.Text) == "" {
		return nil, errEmpty.At("text")
	}
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	fromAddr, err := mailbox(from, "from")
	if err != nil {
		return nil, err
	}
	to, err := mailbox(m.To, "to")
	if err != nil {
		return nil, err
	}
	out.FromMailAddress(fromAddr)
	out.ToMailAddress(to)
	if m.ReplyTo.Email != "" {
		reply, err := mailbox(m.ReplyTo, "reply_to")
		if err != nil {
			return nil, err
		}
		out.ReplyToMailAddress(reply)
	}
	out.Subject(m.Subject)
	out.SetDateWithValue(now)
	mid, err := messageID(m.ID, fromAddr.Address)
	if err != nil {
		return nil, err
	}
	out.SetMessageIDWithValue(mid)
	// Holiday notes must not answer a program (RFC 3834, section 5).
	out.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Language != "" {
		out.SetGenHeader(gomail.HeaderContentLang, m.Language)
	}
	if m.ListUnsubscribe != "" {
		u, err := url.Parse(m.ListUnsubscribe)
		if err != nil || u.Host == "" || strings.ContainsAny(m.ListUnsubscribe, "<> ") {
			return nil, errHeader.At("list_unsubscribe")
		}
		if u.Scheme != "https" { // a laptop without a certificate: named, not promised
			out.SetListUnsubscribe(u.String())
		} else if err := out.SetListUnsubscribeOneClick(u.String()); err != nil {
			return nil, errHeader.At("list_unsubscribe").Because(err)
		}
	}
	out.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		out.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	for i, a := range m.Attachments {
		if !oneLine(a.Name) || !oneLine(a.Type) || a.Name == "" {
			return nil, errHeader.At(fmt.Sprintf("attachments.%d", i))
		}
		opts := []gomail.FileOption{}
		if a.Type != "" {
			opts = append(opts, gomail.WithFileContentType(gomail.ContentType(a.Type)))
		}
		if err := out.AttachReader(a.Name, strings.NewReader(string(a.Body)), opts...); err != nil {
			return nil, fault.New(fault.Internal, "").Because(err)
		}
	}
	return out, nil
}

func mailbox(a Address, field string) (*netmail.Address, error) {
	email, err := Clean(a.Email)
	if err != nil {
		return nil, fault.As(err).At(field)
	}
	// net/mail writes a backslash into an encoded word, and then cannot read its
	// own letter; nobody is called by one.
	return &netmail.Address{Name: strings.TrimSpace(strings.ReplaceAll(a.Name, `\`, " ")), Address: email}, nil
}

// messageID is stable for an id; its right side is ours by right.
func messageID(of, from string) (string, error) {
	if of == "" {
		of = id.New[string]()
	}
	if strings.Trim(of, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+") != "" || len(of) > 120 ||
		strings.HasPrefix(of, ".") || strings.Contains(of, "..") || strings.HasSuffix(of, ".") {
		return "", errHeader.At("id")
	}
	return of + from[strings.LastIndexByte(from, '@'):], nil
}
