package teamweb

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"vigie/internal/team"
)

const deviceYear = 365 * 24 * time.Hour

// name gives a cookie its name: the __Host- prefix makes browsers refuse one
// that was set by a neighbouring host or without https.
func (f *Face) name(short string) string {
	if f.HTTPS {
		return "__Host-vigie_" + short
	}
	return "vigie_" + short
}

func (f *Face) set(w http.ResponseWriter, short, value string, life time.Duration) {
	c := &http.Cookie{Name: f.name(short), Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: f.HTTPS, MaxAge: int(life / time.Second)}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func (f *Face) cookie(r *http.Request, short string) string {
	c, err := r.Cookie(f.name(short))
	if err != nil {
		return ""
	}
	return c.Value
}

func (f *Face) session(r *http.Request) string { return f.cookie(r, "session") }
func (f *Face) forget(w http.ResponseWriter)   { f.set(w, "session", "", 0) }
func (f *Face) remember(w http.ResponseWriter, device string) {
	f.set(w, "device", device, deviceYear)
}

// entered gives the browser what it keeps after somebody signed in.
func (f *Face) entered(w http.ResponseWriter, e team.Entry) {
	f.set(w, "session", e.Session, time.Until(e.Ends).Round(time.Second))
	f.remember(w, e.Device)
}

// From says where a request comes from. Behind a trusted proxy the address is
// the last one of X-Forwarded-For that no trusted proxy has: whatever stands
// before it was written by the visitor.
func (f *Face) From(r *http.Request) team.From {
	from := team.From{Agent: r.UserAgent(), Device: f.cookie(r, "device")}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	from.IP, _ = netip.ParseAddr(host) // none: the budget of those without
	if !f.trusts(from.IP) {
		return from
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		ip, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		from.IP = ip
		if !f.trusts(ip) {
			break
		}
	}
	return from
}

func (f *Face) trusts(ip netip.Addr) bool {
	ip = ip.Unmap()
	for _, p := range f.Proxies {
		if ip.IsValid() && p.Contains(ip) {
			return true
		}
	}
	return false
}
