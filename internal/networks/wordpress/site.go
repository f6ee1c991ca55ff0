package wordpress

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// cleanSite accepts what people type for a blog: "kerlann.example",
// "https://kerlann.example/blog/". Plain http is for this machine only.
func cleanSite(s string) (string, error) {
	s = strings.TrimRight(strings.TrimSpace(s), "/")
	if s == "" {
		return "", fault.New(fault.Invalid, "network.wordpress.site.missing").At(fieldSite)
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || !safe(u) {
		return "", fault.New(fault.Invalid, "network.wordpress.site.bad").At(fieldSite)
	}
	// People copy the address of the page that they are on.
	path := u.Path
	for _, cut := range []string{"/wp-admin", "/wp-login.php", "/wp-json", "/index.php"} {
		if i := strings.Index(path, cut); i >= 0 {
			path = path[:i]
		}
	}
	return u.Scheme + "://" + strings.ToLower(u.Host) + path, nil
}

// safe tells whether a password may go there.
func safe(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && local)
}

// index is what a site says of itself at the root of its API.
type index struct {
	Name       string   `json:"name"`
	Home       string   `json:"home"`
	Namespaces []string `json:"namespaces"`
	// Authentication is an object, or an empty list where there is none.
	Authentication any `json:"authentication"`
}

// discover finds the root of a site's API: by the Link of its home page, by the
// <link> in it, at /wp-json/, and by ?rest_route=, which needs no rewriting.
// Source: developer.wordpress.org/rest-api/using-the-rest-api/discovery.
func (d *driver) discover(ctx context.Context, address string) (home, root string, err error) {
	w := d.client()
	w.Header.Set("Accept", "text/html")
	res, err := w.Do(ctx, wire.Call{Method: http.MethodGet, Path: address + "/"})
	var e *network.Error
	switch {
	case err == nil:
	case errors.As(err, &e) && e.Status == 0 && e.Fault.Key == "network.unreachable":
		return "", "", at(err, fieldSite, fault.Transient, "network.wordpress.unreachable")
	case errors.As(err, &e) && e.Status == 0:
		return "", "", err
	}
	var roots []string
	if r := linked(res.Header, res.Body); r != "" {
		if u, err := url.Parse(r); err == nil && safe(u) {
			roots = append(roots, r)
		}
	}
	roots = append(roots, address+"/wp-json/", address+"/?rest_route=/")
	w = d.client()
	var first error
	for _, root := range roots {
		var said index
		path, q := under(root, "/")
		_, err := w.Do(ctx, wire.Call{Method: http.MethodGet, Path: path, Query: q, Into: &said})
		switch {
		case err != nil && first == nil:
			first = err
		case err == nil && said.Home != "" && len(said.Namespaces) > 0:
			if auth, _ := said.Authentication.(map[string]any); auth["application-passwords"] == nil {
				return "", "", fault.New(fault.Invalid, "network.wordpress.passwords_off").At(fieldPassword)
			}
			return strings.TrimRight(said.Home, "/"), root, nil
		}
	}
	if errors.As(first, &e) {
		switch {
		case e.Fault.Key == "network.wordpress.blocked", e.Fault.Key == "network.wordpress.rest_off", e.Status == 401, e.Status == 403:
			return "", "", at(first, fieldSite, fault.Invalid, "network.wordpress.rest_off")
		case e.Status >= 500:
			return "", "", first
		}
	}
	return "", "", fault.New(fault.Invalid, "network.wordpress.not_wordpress").At(fieldSite).Because(first)
}

var linkTag = regexp.MustCompile(`(?i)<link[^>]*rel=["']https://api\.w\.org/["'][^>]*>`)
var hrefOf = regexp.MustCompile(`(?i)href=["']([^"']+)["']`)

// linked is the root that a home page names.
func linked(h http.Header, body []byte) string {
	for _, v := range h.Values("Link") {
		for part := range strings.SplitSeq(v, ",") {
			addr, params, ok := strings.Cut(part, ";")
			if ok && strings.Contains(params, `https://api.w.org/`) {
				return strings.Trim(strings.TrimSpace(addr), "<>")
			}
		}
	}
	if m := hrefOf.FindSubmatch(linkTag.Find(body)); m != nil {
		return strings.ReplaceAll(string(m[1]), "&amp;", "&")
	}
	return ""
}

// under is where a route stands under a root, pretty ("…/wp-json/") or plain
// ("…/?rest_route=/").
func under(root, route string) (path string, q url.Values) {
	q = url.Values{}
	u, err := url.Parse(root)
	if err != nil || !u.Query().Has("rest_route") {
		return strings.TrimRight(root, "/") + route, q
	}
	q = u.Query()
	q.Set("rest_route", strings.TrimRight(q.Get("rest_route"), "/")+route)
	u.RawQuery = ""
	return u.String(), q
}

// at puts an error on the field of the sign-in that it is about.
func at(err error, field string, kind fault.Kind, key string) error {
	var e *network.Error
	if !errors.As(err, &e) {
		return err
	}
	c := *e
	c.Fault = fault.New(kind, key).At(field).Because(e.Fault)
	return &c
}

// signInError says what a refused first call means there.
func signInError(err error) error {
	var e *network.Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case e.Fault.Kind == fault.SignedOut:
		return at(err, fieldPassword, fault.SignedOut, "network.wordpress.wrong_password")
	case e.Fault.Key == "network.nonsense":
		return at(err, fieldSite, fault.Invalid, "network.wordpress.not_wordpress")
	case e.Fault.Kind == fault.Forbidden, e.Fault.Kind == fault.NotFound:
		return at(err, fieldSite, fault.Invalid, "network.wordpress.rest_off")
	}
	return err
}
