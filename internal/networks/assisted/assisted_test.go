package assisted

import (
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

func answers(more ...string) map[string]string {
	out := map[string]string{"name": "Forum des brasseurs", "text": "1 200", "images": "3", "colour": "#8A3B12", "after": "45", "link": "23", "open": "https://forum.example/new?text={text}"}
	for i := 0; i+1 < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

// made walks through the sign-in.
func made(t *testing.T, a map[string]string) (network.Step, error) {
	t.Helper()
	s, err := New().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return New().Next(t.Context(), s, a)
}

// P10: a made-up network is usable in a minute with no code.
func TestANetworkIsWhatItsMakerSays(t *testing.T) {
	s, err := made(t, answers())
	if err != nil || s.ID != network.Done {
		t.Fatal(err)
	}
	if p := s.Profile; p.Network != (network.MadeUp{Title: "Forum des brasseurs", Short: "FB", Colour: "#8a3b12"}) || p.Handle != "forum_des_brasseurs" || p.Ref == "" {
		t.Errorf("%+v", p)
	}
	acc, err := New().Open(s.Credentials, nil)
	if err != nil {
		t.Fatal(err)
	}
	door := network.NewPresence(Kind, acc, network.PresenceConfig{})
	c, err := door.Capabilities(t.Context())
	if err != nil || c.Text.Max != 1200 || c.Text.Unit != network.Graphemes || c.Text.URL != 23 || c.Images.Max != 3 || c.Hand == nil || c.Hand.After != 45*time.Minute || c.Hand.Open != "https://forum.example/new?text={text}" {
		t.Errorf("%+v %v", c, err)
	}
	// Nothing is ever said to be published, taken or taken back.
	r, err := door.Publish(t.Context(), network.Intent{Key: "k/0", Text: "Bonjour"})
	if err != nil || !r.ByHand || r.Final || r.URL != "" || r.Ref == "" {
		t.Errorf("%+v %v", r, err)
	}
	if f, err := door.Find(t.Context(), network.Intent{Key: "k/0"}); err != nil || f.Taken || !f.Sure || !f.Safe {
		t.Errorf("%+v %v", f, err)
	}
	for _, f := range []network.Feature{network.Confirming, network.Editing, network.Deleting} {
		if door.Can(f) {
			t.Errorf("it claims to %s", f)
		}
	}
	// Its limits hold, at n and n+1.
	for n, ok := range map[int]bool{1200: true, 1201: false} {
		if _, err := door.Publish(t.Context(), network.Intent{Key: "k/1", Text: strings.Repeat("é", n)}); (err == nil) != ok {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func TestANetworkThatCannotBeIsRefusedAtItsField(t *testing.T) {
	for _, c := range [][3]string{
		{"name", " ", "network.assisted.name.missing"}, {"name", "???", "network.assisted.name.missing"}, {"name", strings.Repeat("a", 61), "network.assisted.long"},
		{"text", "0", "network.assisted.number"}, {"text", "beaucoup", "network.assisted.number"}, {"text", "100001", "network.assisted.number"},
		{"images", "-1", "network.assisted.number"}, {"images", "21", "network.assisted.number"}, {"after", "4", "network.assisted.number"}, {"after", "1441", "network.assisted.number"},
		{"colour", "rouge", "network.assisted.colour.form"}, {"colour", "#12345", "network.assisted.colour.form"},
		{"open", "forum.example", "network.assisted.open.form"}, {"open", "javascript:alert(1)", "network.assisted.open.form"}, {"open", "https://{text}/", "network.assisted.open.form"},
		{"open", "https://forum.example/{texte}", "network.assisted.open.form"}, {"open", "https://a:b@forum.example/", "network.assisted.open.form"}, {"open", "https://forum.example/" + strings.Repeat("a", 1000), "network.assisted.open.form"},
	} {
		_, err := made(t, answers(c[0], c[1]))
		if !fault.Is(err, fault.Invalid) || fault.As(err).Field != c[0] || fault.MessageKey(err) != c[2] {
			t.Errorf("%s %q: %v at %q", c[0], c[1], err, fault.As(err).Field)
		}
	}
	// What may be left out.
	if _, err := made(t, map[string]string{"name": "Intranet", "images": "0"}); err != nil {
		t.Error(err)
	}
}

func TestChangingANetworkKeepsItsAccount(t *testing.T) {
	s, err := made(t, answers())
	if err != nil {
		t.Fatal(err)
	}
	again, err := New().Revise(t.Context(), s.Credentials)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for _, f := range again.Fields {
		known[f.Name] = f.Default
	}
	if known["name"] != "Forum des brasseurs" || known["text"] != "1200" || known["after"] != "45" {
		t.Errorf("%v", known)
	}
	known["name"] = "LinkedIn"
	done, err := New().Next(t.Context(), again, known)
	if err != nil || done.Profile.Ref != s.Profile.Ref || done.Profile.Network.Short != "Li" {
		t.Errorf("%+v %v", done.Profile, err)
	}
	if other, err := made(t, answers()); err != nil || other.Profile.Ref == s.Profile.Ref {
		t.Error("two made-up networks are one account")
	}
}
