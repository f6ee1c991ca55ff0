package fetch

import (
	"net"
	"testing"
)

// A mail server is dialled through the same guard as a page: not behind the
// firewall, and on the ports of mail alone.
func TestWhatIsNotTheWebIsDialledThroughTheGuard(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := (Config{}).Dialer(993)(t.Context(), "tcp", l.Addr().String()); !Refused(err) {
		t.Errorf("this machine was reached: %v", err)
	}
	for address, why := range map[string]string{"10.0.0.7:993": "a private network", "169.254.169.254:993": "the machine's own secrets", "192.0.2.1:22": "documentation"} {
		if _, err := (Config{}).Dialer(993)(t.Context(), "tcp", address); !Refused(err) {
			t.Errorf("%s was reached: %v", why, err)
		}
	}
	g := newGuard(nil)
	g.ports = []uint16{993}
	if err := g.control("tcp", "9.9.9.9:993", nil); err != nil {
		t.Errorf("a public mail server: %v", err)
	}
	if err := g.control("tcp", "9.9.9.9:22", nil); !Refused(err) {
		t.Errorf("a port that nobody asked for: %v", err)
	}
	c, err := (Config{AllowPrivate: Loopback}).Dialer(993)(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}
