package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/charter"
	"vigie/internal/network"
	"vigie/internal/platform/fetch"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
)

// visitWithin bounds one look at where a link leads.
const visitWithin = 15 * time.Second

// visitor is how links are looked at: through the guarded client, without
// reading what answers.
func (a *App) visitor() (charter.Visitor, error) {
	private, err := a.Config.private()
	if err != nil {
		return nil, err
	}
	client := fetch.New(fetch.Config{AllowPrivate: private, UserAgent: userAgent()})
	a.closers = append(a.closers, func() error { client.CloseIdleConnections(); return nil })
	return func(ctx context.Context, address string) (v charter.Visit, err error) {
		ctx, cancel := context.WithTimeout(ctx, visitWithin)
		defer cancel()
		for _, method := range []string{http.MethodHead, http.MethodGet} {
			req, rerr := http.NewRequestWithContext(ctx, method, address, nil)
			if rerr != nil {
				return v, fault.New(fault.NotFound, "").Because(rerr)
			}
			res, rerr := client.Do(req)
			if rerr != nil {
				err = rerr
				continue
			}
			res.Body.Close()
			v, err = charter.Visit{Status: res.StatusCode, Leads: res.Request.URL.String()}, nil
			if res.StatusCode < 400 {
				break // some sites know no HEAD: anything else is asked again
			}
		}
		var dns *net.DNSError
		if err != nil && (fetch.Refused(err) || errors.As(err, &dns) && dns.IsNotFound) {
			return v, fault.New(fault.NotFound, "").Because(err) // nobody outside will reach it
		}
		return v, err
	}, nil
}

// linkEyes says which links are dead, or lead elsewhere, from what the
// background found: it calls nobody.
type linkEyes struct{ *App }

// Examine implements publishing.Examiner.
func (e linkEyes) Examine(ctx context.Context, q sqldb.Q, s publishing.Subject) ([]publishing.Finding, error) {
	if s.Leaving {
		return nil, nil
	}
	var out []publishing.Finding
	for i, p := range s.Content.Parts {
		all := textkit.Of(textkit.Link, textkit.Entities(p.Text))
		for _, l := range all[:min(len(all), 20)] {
			// What stands at the very end is perhaps still being typed.
			ask := l.End < len(p.Text) || !s.At.IsZero()
			known, err := e.Charter.Links(ctx, q, s.Brand, []string{l.URL}, ask)
			if err != nil {
				return nil, err
			}
			for _, k := range known {
				f := publishing.Finding{Rule: "preflight.link", Severity: network.Warn, Part: i, Start: l.Start, End: l.End, Values: map[string]any{"status": k.Status}}
				switch k.State {
				case charter.LinkDead:
					f.Key = "preflight.link.dead"
				case charter.LinkMoved:
					f.Key, f.Values["host"] = "preflight.link.moved", hostOf(k.Leads)
					f.Remedy = &publishing.Remedy{Do: "replace", Key: "charter.do.replace", With: []string{k.Leads}}
				default:
					continue
				}
				out = append(out, f)
			}
		}
	}
	return out, nil
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}
