package feedcomments

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
	"golang.org/x/net/html/charset"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
	"vigie/internal/platform/fetch"
	"vigie/internal/platform/markup"
)

const (
	maxFeed  = 8 << 20
	maxItems = 500
	maxWords = 100 << 10
)

var (
	errAway    = fault.New(fault.Transient, "network.unreachable")
	errPrivate = fault.New(fault.Invalid, "network.feedcomments.private").At(fieldFeed)
	errServer  = fault.New(fault.Transient, "network.server")
	errTooMany = fault.New(fault.TooMany, "network.too_many")
	errClosed  = fault.New(fault.SignedOut, "network.feedcomments.closed")
	errLost    = fault.New(fault.NotFound, "network.feedcomments.not_found").At(fieldFeed)
	errHuge    = fault.New(fault.Transient, "network.huge")
)

// marks are what a server gives to ask "since then?" with.
type marks struct{ ETag, Modified string }

// page is a feed as it was read.
type page struct {
	feed  *gofeed.Feed
	marks marks
	same  bool // nothing changed since the marks
}

func refusal(f *fault.Error, status int) error {
	return &network.Error{Fault: f, Outcome: network.Refused, Status: status}
}

// get reads the feed, if it changed since m.
func (a *account) get(ctx context.Context, m marks) (p page, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.feed, nil)
	if err != nil {
		return p, errAddress.Because(err)
	}
	req.Header.Set("User-Agent", a.d.UserAgent)
	req.Header.Set("Accept", "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1")
	if m.ETag != "" {
		req.Header.Set("If-None-Match", m.ETag)
	}
	if m.Modified != "" {
		req.Header.Set("If-Modified-Since", m.Modified)
	}
	res, err := a.d.HTTP.Do(req)
	if err != nil {
		var ue *url.Error // it repeats the address
		if errors.As(err, &ue) {
			err = ue.Err
		}
		if fetch.Refused(err) {
			return p, refusal(errPrivate.Because(err), 0)
		}
		return p, &network.Error{Fault: errAway.Because(err), Outcome: network.NotSent}
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusNotModified && m != (marks{}) {
		return page{marks: m, same: true}, nil
	}
	if res.StatusCode != http.StatusOK {
		return p, refused(res, a.d.Now())
	}
	body, err := fetch.ReadAll(res.Body, maxFeed)
	if fetch.TooBig(err) {
		return p, refusal(errHuge.Because(err), res.StatusCode)
	}
	if err != nil {
		return p, &network.Error{Fault: fault.New(fault.Transient, "network.cut").Because(err), Outcome: network.NotSent}
	}
	if p.feed, err = parse(body, res.Header.Get("Content-Type")); err != nil {
		return p, refusal(errNoFeed.Because(err), res.StatusCode)
	}
	p.marks = marks{mark(res.Header.Get("ETag")), mark(res.Header.Get("Last-Modified"))}
	return p, nil
}

// mark is a header's value that can be kept in a cursor and sent back.
func mark(s string) string {
	if len(s) > 200 || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	return s
}

// refused explains an answer that is no feed.
func refused(res *http.Response, now time.Time) error {
	var f *fault.Error
	switch s := res.StatusCode; {
	case s == http.StatusGone:
		f = errEnded
	case s == http.StatusNotFound:
		f = errLost
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		f = errClosed
	case s == http.StatusTooManyRequests:
		f = errTooMany.After(wait(res.Header.Get("Retry-After"), now, 10*time.Minute))
	case s >= 500, s == http.StatusRequestTimeout:
		f = errServer.After(wait(res.Header.Get("Retry-After"), now, 0))
	default:
		f = errNoFeed
	}
	return refusal(f.Because(fmt.Errorf("HTTP %d", res.StatusCode)), res.StatusCode)
}

// wait reads Retry-After, up to a day.
func wait(s string, now time.Time, otherwise time.Duration) time.Duration {
	d := otherwise
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil {
		d = time.Duration(n) * time.Second
	} else if t, err := http.ParseTime(s); err == nil {
		d = t.Sub(now)
	}
	return min(max(d, 0), 24*time.Hour)
}

// parse reads a feed in whatever charset it says, and drops what XML forbids and
// blogs send all the same.
func parse(body []byte, contentType string) (*gofeed.Feed, error) {
	if !bytes.Contains(body[:min(len(body), 200)], []byte("encoding=")) {
		if r, err := charset.NewReader(bytes.NewReader(body), contentType); err == nil {
			if b, err := io.ReadAll(io.LimitReader(r, 4*maxFeed)); err == nil {
				body = b
			}
		}
	}
	// Byte by byte: they are not yet letters.
	body = slices.DeleteFunc(body, func(c byte) bool { return c < ' ' && c != '\n' && c != '\t' && c != '\r' && c != 0x1b })
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err == nil && feed == nil {
		err = io.ErrUnexpectedEOF
	}
	return feed, err
}

// items are the comments of a feed, the oldest first.
func (a *account) items(feed *gofeed.Feed) []network.Item {
	var out []network.Item
	seen := map[network.Ref]bool{}
	for _, e := range feed.Items[:min(len(feed.Items), maxItems)] {
		it := a.item(feed, e)
		if seen[it.Ref] || it.Text == "" && it.URL == "" {
			continue
		}
		seen[it.Ref] = true
		out = append(out, it)
	}
	slices.SortStableFunc(out, func(x, y network.Item) int { return x.At.Compare(y.At) })
	return out
}

func (a *account) item(feed *gofeed.Feed, e *gofeed.Item) network.Item {
	body := e.Content
	if body == "" {
		body = e.Description
	}
	text, cut := markup.Text(strings.NewReader(body), maxWords)
	it := network.Item{Kind: network.Comment, Text: plain(text), Broken: cut, URL: a.link(e.Link), Subject: subject(e), Language: short(feed.Language, 35)}
	name := ""
	if e.Author != nil {
		name = short(e.Author.Name, 200)
	}
	if name == "" && len(e.Authors) > 0 && e.Authors[0] != nil {
		name = short(e.Authors[0].Name, 200)
	}
	// A feed knows nobody by more than a name: two of one name on one blog are one.
	it.Author = network.Author{Handle: name, Name: name}
	if name != "" {
		it.Author.Ref = network.Ref("name:" + textkit.Fold(name))
	}
	if e.PublishedParsed != nil {
		it.At = e.PublishedParsed.UTC()
	} else if e.UpdatedParsed != nil {
		it.At = e.UpdatedParsed.UTC()
	}
	it.Version = digest(it.Text, it.Author.Name, it.Subject)[:16]
	switch id := short(e.GUID, 500); {
	case id != "":
		it.Ref = network.Ref(id)
	case it.URL != "":
		it.Ref = network.Ref(it.URL)
	default: // neither: an edit is then another comment
		it.Ref = network.Ref("sha256:" + digest(it.Text, it.Author.Name, it.At.String())[:32])
	}
	it.Parent = answered(e.Extensions)
	return it
}

// answered reads thr:in-reply-to (RFC 4685), which WordPress writes.
func answered(all ext.Extensions) network.Ref {
	for _, e := range all["thr"]["in-reply-to"] {
		if ref := short(e.Attrs["ref"], 500); ref != "" {
			return network.Ref(ref)
		}
	}
	return ""
}

// subject is the article a comment stands under, as far as its title says.
func subject(e *gofeed.Item) string {
	s, _ := markup.Text(strings.NewReader(e.Title), 1000)
	return short(s, 300)
}

// link is an address of the web that a page may show.
func (a *account) link(s string) string {
	base, err := url.Parse(a.feed)
	if err != nil {
		return ""
	}
	u, err := base.Parse(strings.TrimSpace(s))
	if err != nil || s == "" || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(s) > 2000 {
		return ""
	}
	return u.String()
}

func plain(s string) string { s, _ = textkit.Clean(s); return strings.TrimSpace(s) }

func short(s string, max int) string {
	s = strings.Join(strings.Fields(plain(s)), " ")
	return markup.Cut(s, max)
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
