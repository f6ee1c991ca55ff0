package fetch

import (
	"context"
	"net"
	"time"
)

// Dialer returns the way out for what is not the web (mail servers), with the
// same guard on addresses, asked at the moment of dialling. Ports below 1024 are
// reached only when they are listed; on the private networks of the
// configuration every port is. Refusals are invalid (see Refused).
func (c Config) Dialer(ports ...uint16) func(ctx context.Context, network, address string) (net.Conn, error) {
	g := newGuard(c.AllowPrivate)
	g.ports = ports
	d := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Resolver: c.Resolver, Control: g.control}
	return d.DialContext
}
