package wordpress_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"vigie/internal/network"
	"vigie/internal/network/markup"
	"vigie/internal/network/networktest"
)

// standingPost is a post as a site shows it to a reader of its source.
type standingPost struct {
	ID      int `json:"id"`
	Content struct {
		Raw string `json:"raw"`
	} `json:"content"`
}

var (
	figure = regexp.MustCompile(`(?s)<figure.*?</figure>`)
	altOf  = regexp.MustCompile(`alt="([^"]*)"`)
)

func (p standingPost) standing() networktest.Standing {
	s := networktest.Standing{Ref: network.Ref("post/" + strconv.Itoa(p.ID))}
	for _, f := range figure.FindAllString(p.Content.Raw, -1) {
		s.Alts = append(s.Alts, markup.Plain(altOf.FindStringSubmatch(f)[1]))
	}
	s.Text = strings.TrimSpace(markup.Text(figure.ReplaceAllString(p.Content.Raw, "")))
	return s
}

// start serves for the length of a test.
func start(t testing.TB, h http.Handler) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}
