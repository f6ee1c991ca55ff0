package app

import (
	"bytes"
	"context"
	"net/http"
	"net/netip"
	"time"

	"vigie/internal/platform/fetch"
	"vigie/internal/platform/spell"
)

// maxGrammar is how much of an answer about grammar is read.
const maxGrammar = 1 << 20

// Grammar readies the grammar program that the configuration names; nil when
// it names none. It may live on a private address, as a program of the house
// does: its client knows no other way than this one, and follows no redirect
// to another. Errors are invalid.
func Grammar(c Config) (*spell.Service, error) {
	if c.Grammar == "" {
		return nil, nil
	}
	private := append([]netip.Prefix{}, fetch.Loopback...)
	for _, s := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"} {
		private = append(private, netip.MustParsePrefix(s))
	}
	client := fetch.New(fetch.Config{AllowPrivate: private, HeaderTimeout: 5 * time.Second})
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return spell.NewService(c.Grammar, func(ctx context.Context, address, kind string, body []byte) (int, []byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			return 0, nil, err
		}
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Accept", "application/json")
		res, err := client.Do(req)
		if err != nil {
			return 0, nil, err
		}
		defer res.Body.Close()
		answer, err := fetch.ReadAll(res.Body, maxGrammar)
		return res.StatusCode, answer, err
	})
}
