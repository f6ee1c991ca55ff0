package assisted

import (
	"context"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
)

// Kind is the network's.
const Kind network.Kind = "assisted"

// Driver is every made-up network as the door sees it.
type Driver struct{}

var (
	_ network.Driver  = Driver{}
	_ network.Reviser = Driver{}
)

// New returns the driver.
func New() Driver { return Driver{} }

// Facts are honest: nothing leaves by itself.
func (Driver) Facts() network.Facts {
	return network.Facts{
		Kind: Kind, Title: "Assisted network", Titles: map[string]string{"fr": "Réseau assisté"}, Short: "As", Since: "0.2",
		API: "none, a person publishes", Price: "network.free", Tried: "by hand", Typical: capabilities(Made{Text: 2000, Images: 4, After: 30 * time.Minute}),
	}
}

// Made is a network as a person made it up.
type Made struct {
	Name, Account, Colour, Open string
	Text, Images, Link          int // 0: no limit, no picture, a link counts as written
	After                       time.Duration
}

// capabilities are what the composer counts by.
func capabilities(m Made) network.Capabilities {
	c := network.Capabilities{
		Text:      network.TextRule{Max: m.Text, Unit: network.Graphemes, URL: m.Link},
		Languages: 1,
		Hand:      &network.HandRule{Open: m.Open, After: m.After},
		Source:    "whoever made the network up", Read: "in the channel",
	}
	if m.Images > 0 {
		c.Images = network.ImageRule{Max: m.Images, MaxBytes: 8 << 20, MaxPixels: 33_177_600, MaxSide: 8192, AltMax: 1500,
			Types: []string{"image/jpeg", "image/png", "image/gif"}}
	}
	return c
}

const step = "network"

// The names of the answers; their words stand in the messages.
const (
	fieldName    = "name"
	fieldAccount = "account"
	fieldText    = "text"
	fieldImages  = "images"
	fieldLink    = "link"
	fieldOpen    = "open"
	fieldColour  = "colour"
	fieldAfter   = "after"
)

// Begin asks what the network is.
func (Driver) Begin(context.Context) (network.Step, error) {
	return network.Step{ID: step, Fields: []network.Field{
		{Name: fieldName, Type: "text"},
		{Name: fieldAccount, Type: "text", Optional: true},
		{Name: fieldText, Type: "number", Optional: true},
		{Name: fieldLink, Type: "number", Optional: true},
		{Name: fieldImages, Type: "number", Default: "4"},
		{Name: fieldOpen, Type: "text", Optional: true},
		{Name: fieldColour, Type: "color", Default: "#1d4e6b"},
		{Name: fieldAfter, Type: "number", Default: "30"},
	}}, nil
}

// Revise is network.Reviser's.
func (d Driver) Revise(ctx context.Context, held network.Credentials) (network.Step, error) {
	s, err := d.Begin(ctx)
	if err != nil {
		return s, err
	}
	for i, f := range s.Fields {
		s.Fields[i].Default = held.Data[f.Name]
	}
	s.State = map[string]string{"ref": held.Data["ref"]}
	return s, nil
}

// Next reads the answers. Errors: invalid, at the field.
func (Driver) Next(_ context.Context, s network.Step, answers map[string]string) (_ network.Step, err error) {
	defer fault.Wrap(&err, "assisted: sign in")
	if s.ID != step {
		return s, fault.New(fault.Invalid, "network.step").With("step", s.ID)
	}
	m, err := read(answers)
	if err != nil {
		return s, err
	}
	ref := s.State["ref"]
	if ref == "" {
		ref = string(id.New[id.Token]())
	}
	return network.Step{ID: network.Done, Profile: m.profile(ref), Credentials: m.credentials(ref)}, nil
}

// Open makes an account; its credentials are the network itself.
func (Driver) Open(c network.Credentials, _ func(context.Context, network.Credentials) error) (network.Account, error) {
	m, err := read(c.Data)
	if err != nil || c.Data["ref"] == "" {
		return nil, fault.New(fault.SignedOut, "network.signed_out").Because(err)
	}
	return &Account{made: m, ref: c.Data["ref"]}, nil
}

func (m Made) credentials(ref string) network.Credentials {
	return network.Credentials{Data: map[string]string{
		"ref": ref, fieldName: m.Name, fieldAccount: m.Account, fieldText: count(m.Text), fieldImages: strconv.Itoa(m.Images), fieldLink: count(m.Link),
		fieldOpen: m.Open, fieldColour: m.Colour, fieldAfter: strconv.Itoa(int(m.After / time.Minute)),
	}}
}

// count writes a number that may be left out.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// profile is the account as pages show it.
func (m Made) profile(ref string) network.Profile {
	p := network.Profile{Ref: network.Ref(ref), Handle: m.Account, Name: m.Account, Network: network.MadeUp{Title: m.Name, Short: short(m.Name), Colour: m.Colour}}
	if p.Handle == "" {
		p.Handle, p.Name = handleOf(m.Name), m.Name
	}
	if m.Open != "" && !strings.Contains(m.Open, "{") {
		p.URL = m.Open
	}
	return p
}
