package ghost_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"vigie/internal/network"
	"vigie/internal/network/markup"
	"vigie/internal/network/networktest"
	"vigie/internal/networks/ghost"
)

// standingPost is a post as a blog shows it to a reader of its source.
type standingPost struct {
	ID     string `json:"id"`
	HTML   string `json:"html"`
	Status string `json:"status"`
}

var (
	figure = regexp.MustCompile(`(?s)<figure.*?</figure>`)
	altOf  = regexp.MustCompile(`alt="([^"]*)"`)
)

func (p standingPost) standing() networktest.Standing {
	s := networktest.Standing{Ref: network.Ref("post/" + p.ID)}
	for _, f := range figure.FindAllString(p.HTML, -1) {
		s.Alts = append(s.Alts, markup.Plain(altOf.FindStringSubmatch(f)[1]))
	}
	s.Text = strings.TrimSpace(markup.Text(figure.ReplaceAllString(p.HTML, "")))
	return s
}

func config(c *http.Client) ghost.Config {
	return ghost.Config{HTTP: c, UserAgent: "Vigie-test/1", Settle: -1}
}

// start serves for the length of a test.
func start(t testing.TB, h http.Handler) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}
