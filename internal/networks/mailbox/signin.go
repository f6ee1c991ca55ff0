package mailbox

import (
	"cmp"
	"context"
	"maps"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

// The steps of a sign-in: address → servers → done.
const (
	stepAddress = "address"
	stepServers = "servers"
)

var (
	errAddress  = fault.New(fault.Invalid, "network.mailbox.bad_address").At(fieldAddress)
	errHost     = fault.New(fault.Invalid, "network.mailbox.bad_host")
	errPort     = fault.New(fault.Invalid, "network.mailbox.bad_port")
	errSecurity = fault.New(fault.Invalid, "network.mailbox.bad_security")
	errNoPass   = fault.New(fault.Invalid, "network.mailbox.no_password").At(fieldPassword)
)

// Begin asks for the address.
func (d *driver) Begin(context.Context) (network.Step, error) {
	return network.Step{ID: stepAddress, Fields: []network.Field{
		{Name: fieldAddress, Type: "text"},
		{Name: fieldName, Type: "text", Optional: true},
	}}, nil
}

// Revise shows the servers of a mailbox that is connected; the password is
// asked again, or kept when the field stays empty.
func (d *driver) Revise(_ context.Context, held network.Credentials) (network.Step, error) {
	b, err := read(held.Data)
	if err != nil {
		return network.Step{}, err
	}
	s := servers(b, map[string]string{fieldAddress: b.address, "held": b.password})
	s.Fields = append([]network.Field{{Name: fieldName, Type: "text", Default: b.name, Optional: true}}, s.Fields...)
	for i, f := range s.Fields {
		if f.Name == fieldPassword {
			s.Fields[i].Optional = true
		}
	}
	return s, nil
}

// servers asks how the mailbox is reached, with what is known or guessed.
func servers(b box, state map[string]string) network.Step {
	choices := []string{byTLS, bySTARTTLS, byNothing}
	return network.Step{ID: stepServers, State: state, Fields: []network.Field{
		{Name: fieldUser, Type: "text", Default: b.user},
		{Name: fieldPassword, Type: "password"},
		{Name: fieldIMAP, Type: "text", Default: b.imap.host},
		{Name: fieldIMAPPort, Type: "number", Default: strconv.Itoa(b.imap.port)},
		{Name: fieldIMAPTLS, Type: "choice", Choices: choices, Default: b.imap.tls},
		{Name: fieldSMTP, Type: "text", Default: b.smtp.host},
		{Name: fieldSMTPPort, Type: "number", Default: strconv.Itoa(b.smtp.port)},
		{Name: fieldSMTPTLS, Type: "choice", Choices: choices, Default: b.smtp.tls},
	}}
}

// Next takes the answers to a step. Both servers are spoken to, and signed in
// to, before anything is kept; no mail is sent. Errors: invalid and signed_out,
// at the field; transient.
func (d *driver) Next(ctx context.Context, s network.Step, answers map[string]string) (next network.Step, err error) {
	defer fault.Wrap(&err, "sign in")
	switch s.ID {
	case stepAddress:
		address := mailAddress(answers[fieldAddress])
		if address == "" {
			return next, errAddress.With("given", shown(answers[fieldAddress]))
		}
		return servers(guessed(address), map[string]string{fieldAddress: address, fieldName: line(answers[fieldName])}), nil
	case stepServers:
		all := maps.Clone(answers)
		if all == nil {
			all = map[string]string{}
		}
		all[fieldAddress] = s.State[fieldAddress]
		if _, ok := answers[fieldName]; !ok {
			all[fieldName] = s.State[fieldName]
		}
		if all[fieldPassword] == "" {
			all[fieldPassword] = s.State["held"]
		}
		b, err := read(all)
		if err != nil {
			return next, err
		}
		if b.password == "" {
			return next, errNoPass
		}
		if err := d.try(ctx, b); err != nil {
			return next, err
		}
		return network.Step{ID: network.Done, Profile: b.profile(), Credentials: b.credentials()}, nil
	}
	return next, fault.New(fault.Invalid, "network.step").With("step", s.ID)
}

// try speaks to both servers as the account would.
func (d *driver) try(ctx context.Context, b box) error {
	s, err := d.enter(ctx, b, nil)
	if err != nil {
		return atField(err, fieldIMAP)
	}
	defer s.leave()
	if _, err := s.examine(inbox); err != nil {
		return atField(err, fieldIMAP)
	}
	if err := d.trySMTP(ctx, b); err != nil {
		return atField(err, fieldSMTP)
	}
	return nil
}

// atField says which of the two servers an error is about.
func atField(err error, host string) error {
	e := fault.As(err)
	if e.Field != "" {
		return err
	}
	return e.At(host)
}

func read(answers map[string]string) (b box, err error) {
	b.address = mailAddress(answers[fieldAddress])
	if b.address == "" {
		return b, errAddress.With("given", shown(answers[fieldAddress]))
	}
	b.name = line(answers[fieldName])
	b.user, b.password = cmp.Or(strings.TrimSpace(answers[fieldUser]), b.address), answers[fieldPassword]
	if strings.ContainsAny(b.user+b.password, "\r\n\x00") {
		return b, errNoPass
	}
	if b.imap, err = readServer(answers, fieldIMAP, fieldIMAPPort, fieldIMAPTLS, 993, 143); err != nil {
		return b, err
	}
	b.smtp, err = readServer(answers, fieldSMTP, fieldSMTPPort, fieldSMTPTLS, 465, 587)
	return b, err
}

func readServer(answers map[string]string, host, port, security string, closed, open int) (s server, err error) {
	s.host = strings.ToLower(strings.Trim(strings.TrimSuffix(line(answers[host]), "."), "[]"))
	if s.host == "" || strings.ContainsAny(s.host, " /@") {
		return s, errHost.At(host).With("given", shown(answers[host]))
	}
	if ascii, err := idna.Lookup.ToASCII(s.host); err == nil {
		s.host = ascii
	}
	switch s.tls = line(answers[security]); s.tls {
	case "":
		s.tls = byTLS
	case byTLS, bySTARTTLS, byNothing:
	default:
		return s, errSecurity.At(security)
	}
	given := line(answers[port])
	if given == "" {
		s.port = open
		if s.tls == byTLS {
			s.port = closed
		}
		return s, nil
	}
	if s.port, err = strconv.Atoi(given); err != nil || s.port < 1 || s.port > 65535 {
		return s, errPort.At(port).With("given", shown(given))
	}
	return s, nil
}

// mailAddress is an address as it is kept, or "".
func mailAddress(given string) string {
	a := cleanAddress(line(given))
	if a == "" {
		return ""
	}
	ascii, err := idna.Lookup.ToASCII(domain(a))
	if err != nil || !strings.Contains(ascii, ".") && ascii != "localhost" {
		return ""
	}
	return a[:strings.LastIndexByte(a, '@')+1] + ascii
}

// line is an answer on one line.
func line(s string) string {
	s, _ = textkit.Clean(s)
	return strings.Join(strings.Fields(s), " ")
}

func shown(s string) string { return textkit.Excerpt(line(s), 80) }
