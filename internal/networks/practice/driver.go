package practice

import (
	"context"
	"regexp"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

// Kind is the network's.
const Kind network.Kind = "practice"

// Driver is the practice network as the door sees it.
type Driver struct{ world *World }

var (
	_ network.Driver   = (*Driver)(nil)
	_ network.Returner = (*Driver)(nil)
)

// New returns the driver of a world.
func New(w *World) *Driver { return &Driver{world: w} }

// Facts are honest: nobody outside reads what is posted here.
func (d *Driver) Facts() network.Facts {
	return network.Facts{
		Kind: Kind, Title: "Practice", Titles: map[string]string{"fr": "Exercice"}, Short: "Ex", Since: "0.1", API: "none, it is inside Vigie",
		Price: "network.free", Tried: "simulated", Simulated: true, Typical: Typical(),
	}
}

// Typical is what every account of the world can do. The figures resemble the
// usual microblogs, so that what one learns here holds there.
func Typical() network.Capabilities {
	return network.Capabilities{
		Text: network.TextRule{Max: 500, Unit: network.Graphemes, URL: 23},
		Images: network.ImageRule{Max: 4, MaxBytes: 8 << 20, MaxPixels: 33_177_600, MaxSide: 8192, AltMax: 1500,
			Types: []string{"image/jpeg", "image/png", "image/webp", "image/gif"}},
		Thread:         network.ThreadRule{Max: 25},
		Answer:         network.AnswerRule{Able: true},
		Edit:           true,
		Delete:         true,
		ContentWarning: true,
		Sensitive:      true,
		Visibilities:   []string{"public", "followers"},
		Languages:      3,
		Receives: network.ReceiveRule{Kinds: []network.ItemKind{network.Comment, network.Reply, network.Mention, network.Quote, network.Direct},
			Counts: true, Edits: true, Deletions: true, History: true, Threads: true, React: true, Live: "its own process"},
		Source: "chosen by Vigie", Read: "2026-11-20",
	}
}

// Begin asks for a handle.
func (d *Driver) Begin(context.Context) (network.Step, error) {
	return network.Step{ID: "handle", Fields: []network.Field{
		{Name: "handle", Type: "text"},
		{Name: "name", Type: "text", Optional: true},
	}}, nil
}

// Return is network.Returner's: whoever holds an account's token may take its
// handle again.
func (d *Driver) Return(ctx context.Context, held []network.Credentials) (network.Step, error) {
	s, err := d.Begin(ctx)
	if err != nil {
		return s, err
	}
	s.State = map[string]string{}
	for _, c := range held {
		s.State["held/"+c.Data["handle"]] = c.Data["token"]
	}
	return s, nil
}

var handleForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9_\-]{0,28}[a-z0-9])?$`)

// Next takes the handle. A handle that is signed in belongs to whoever took it
// (invalid) unless she holds its token (Return); one that the network signed
// out may come back.
func (d *Driver) Next(ctx context.Context, s network.Step, answers map[string]string) (_ network.Step, err error) {
	defer fault.Wrap(&err, "practice: sign in")
	if s.ID != "handle" {
		return s, fault.New(fault.Invalid, "network.step").With("step", s.ID)
	}
	handle := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(answers["handle"]), "@"))
	if !handleForm.MatchString(handle) {
		return s, fault.New(fault.Invalid, "network.practice.handle.form").At("handle")
	}
	name, _ := textkit.Clean(strings.TrimSpace(answers["name"]))
	if textkit.Graphemes(name) > 60 {
		return s, fault.New(fault.Invalid, "network.practice.name.long").At("name")
	}
	w := d.world
	token := nonce()
	if err := w.catchUp(ctx); err != nil {
		return s, fault.New(fault.Transient, "network.server").Because(err)
	}
	if held := s.State["held/"+handle]; held != "" && w.signedIn(handle, secretOf(held)) {
		token = held // it stays signed in, and whoever else uses it too
	}
	if err := w.write(ctx, record{Do: "join", Handle: handle, Name: name, Token: secretOf(token)}); err != nil {
		return s, err
	}
	w.mu.Lock()
	a := w.accounts[handle]
	mine := a != nil && a.token == secretOf(token)
	var who network.Profile
	if mine {
		who = profile(a.Profile)
	}
	w.mu.Unlock()
	if !mine {
		return s, fault.New(fault.Invalid, "network.practice.handle.taken").At("handle").With("handle", handle)
	}
	return network.Step{
		ID:          network.Done,
		Profile:     who,
		Credentials: network.Credentials{Data: map[string]string{"handle": handle, "token": token}},
	}, nil
}

// signedIn tells whether an account's token is this one.
func (w *World) signedIn(handle, secret string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.accounts[handle]
	return a != nil && a.token != "" && a.token == secret
}

// Open makes an account; its credentials never change.
func (d *Driver) Open(c network.Credentials, _ func(context.Context, network.Credentials) error) (network.Account, error) {
	if c.Data["handle"] == "" || c.Data["token"] == "" {
		return nil, fault.New(fault.SignedOut, "network.signed_out")
	}
	return &Account{world: d.world, handle: c.Data["handle"], secret: secretOf(c.Data["token"])}, nil
}

func profile(p Profile) network.Profile {
	name := p.Name
	if name == "" {
		name = p.Handle
	}
	return network.Profile{Ref: network.Ref(p.Handle), Handle: p.Handle, Name: name, URL: "/practice/" + p.Handle}
}

// wait is half of the network's latency.
func (w *World) wait(ctx context.Context) error {
	if w.cfg.Latency < 0 {
		return ctx.Err()
	}
	t := time.NewTimer(w.cfg.Latency / 2)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
