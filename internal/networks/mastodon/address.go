package mastodon

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
)

var errAddress = fault.New(fault.Invalid, "network.mastodon.address").At("server")

// address reads what a person gives for her server: "mastodon.example",
// "https://mastodon.example/@kerlann", "@kerlann@mastodon.example". It gives
// the base address and the name of the account, if there was one. Plain http
// is only taken for this machine and private networks, where a token cannot be
// overheard from outside: people in the middle read everything else. A name
// without a point is one of those only when its scheme was written: alone it is
// a slip.
func address(s string) (base, user string, err error) {
	s, _ = textkit.Clean(s)
	s = strings.ToLower(strings.TrimSpace(s))
	scheme, rest, explicit := strings.Cut(s, "://")
	if !explicit {
		scheme, rest = "https", s
		// An @ that comes first or has a name before it: an account, not a path.
		if name, host, ok := strings.Cut(strings.TrimPrefix(s, "@"), "@"); ok && !strings.Contains(name, "/") {
			user, rest = name, host
		}
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil || u.Host == "" || u.User != nil || scheme != "https" && scheme != "http" {
		return "", "", errAddress.With("given", s)
	}
	if name, ok := strings.CutPrefix(u.Path, "/@"); ok && user == "" {
		user, _, _ = strings.Cut(name, "/")
	}
	host := strings.TrimSuffix(u.Hostname(), ".")
	if host == "" || strings.ContainsAny(host, " _,;") || !near(host) && (scheme == "http" || !strings.Contains(host, ".")) && !(explicit && local(host)) {
		return "", "", errAddress.With("given", s)
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" && !(p == "443" && scheme == "https") {
		host = net.JoinHostPort(strings.Trim(host, "[]"), p)
	}
	return scheme + "://" + host, user, nil
}

// local is true for names that no public server can have.
func local(host string) bool {
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal") || strings.HasSuffix(host, ".home.arpa")
}

// near is true for this machine and private networks. Whether they may be
// called at all is the decision of the transport, not of the address.
func near(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".onion") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.IsLoopback() || ip.IsPrivate())
}
