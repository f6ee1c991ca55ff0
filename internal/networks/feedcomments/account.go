package feedcomments

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// account is one feed. It keeps nothing: what it knows of the last reading is in
// the cursor.
type account struct {
	d    *driver
	feed string
	ref  string
}

var (
	_ network.Receiver  = (*account)(nil)
	_ network.Historian = (*account)(nil)
)

// WhoAmI reads the feed, and says whose it is.
func (a *account) WhoAmI(ctx context.Context) (p network.Profile, err error) {
	defer fault.Wrap(&err, "who am I")
	got, err := a.get(ctx, marks{})
	if err != nil {
		return p, err
	}
	u, err := url.Parse(a.feed)
	if err != nil {
		return p, errAddress.Because(err)
	}
	title := short(got.feed.Title, 200)
	if title == "" {
		title = u.Host
	}
	return network.Profile{Ref: network.Ref(a.ref), Handle: u.Host, Name: title, URL: a.link(got.feed.Link), Server: u.Scheme + "://" + u.Host}, nil
}

// Capabilities makes no call.
func (a *account) Capabilities(context.Context) (network.Capabilities, error) {
	c := typical()
	c.AsOf = a.d.Now()
	return c, nil
}

var errCursor = fault.New(fault.Invalid, "network.cursor").At("cursor")

// seen is a cursor: what the feed held when it was read last, as short prints of
// every comment and its content, and the marks to ask again with.
type seen struct {
	Marks marks    `json:"m"`
	Had   []string `json:"h"`
}

func (s seen) cursor() (network.Cursor, error) {
	b, err := json.Marshal(s)
	return network.Cursor("f1." + base64.RawURLEncoding.EncodeToString(b)), err
}

func readCursor(c network.Cursor) (s seen, err error) {
	bad := refusal(errCursor, 0)
	if len(c) < 3 || c[:3] != "f1." {
		return s, bad
	}
	b, err := base64.RawURLEncoding.DecodeString(string(c[3:]))
	if err != nil || json.Unmarshal(b, &s) != nil {
		return s, bad
	}
	return s, nil
}

// Receive tells the comments that are new in the feed, or changed, since from.
// One that fell out at its end was not deleted: nothing is told of it. Errors:
// signed_out when the feed is gone for good or closed, too_many, transient.
func (a *account) Receive(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "receive")
	var had seen
	if from != "" {
		if had, err = readCursor(from); err != nil {
			return b, err
		}
	}
	got, err := a.get(ctx, had.Marks)
	if err != nil {
		return b, err
	}
	if got.same {
		b.Next = from
		return b, nil
	}
	now := seen{Marks: got.marks}
	for _, it := range a.items(got.feed) {
		print := digest(string(it.Ref), it.Version)[:12]
		if now.Had = append(now.Had, print); from != "" && !slices.Contains(had.Had, print) {
			b.Items = append(b.Items, it)
		}
	}
	b.Next, err = now.cursor()
	return b, err
}

// History is what the feed still holds, the newest first; there is no more.
func (a *account) History(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "read history")
	if from != "" && from != "end" {
		return b, refusal(errCursor, 0)
	}
	if b.Next = "end"; from == "end" {
		return b, nil
	}
	got, err := a.get(ctx, marks{})
	if err != nil {
		return b, err
	}
	b.Items = a.items(got.feed)
	slices.Reverse(b.Items)
	return b, nil
}
