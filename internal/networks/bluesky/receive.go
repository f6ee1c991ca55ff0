package bluesky

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// The network lists notifications newest first, by the time their author gives
// (never later than when the network had them), in pages that end between two
// milliseconds: what shares the last one of a page falls through. So nothing is
// read "since a time": each reading takes the newest page and goes down until it
// meets what it has told before, which the cursor remembers.
// Seen in app.bsky.notification.listNotifications of @atproto/bsky 0.0.280.
const (
	notificationPage = 100 // the most that the network gives
	pagesACall       = 8   // and the most that one Receive reads of them
	watched          = 60  // posts that are looked after for their deletion
)

// notification is one entry of the list.
type notification struct {
	postView
	Reason        string `json:"reason"`
	ReasonSubject string `json:"reasonSubject"`
}

// id is short, and the same whenever it is listed.
func (n notification) id() string { return short8(n.URI + "|" + n.CID + "|" + n.Reason) }

// speaks tells whether it is somebody's words.
func (n notification) speaks() bool {
	switch n.Reason {
	case "reply", "mention", "quote":
		return strings.Contains(n.URI, "/"+postCollection+"/")
	}
	return false
}

// listed is one page of the list.
type listed struct {
	Notifications []notification
	Cursor        string
}

func (a *account) notifications(ctx context.Context, limit int, cursor string) (listed, error) {
	// priority: whatever the person set for her app, we hear everybody.
	q := url.Values{"limit": {strconv.Itoa(limit)}, "priority": {"false"}}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	var got listed
	_, err := a.get(ctx, "app.bsky.notification.listNotifications", q, &got)
	if cursor != "" && fault.Is(err, fault.Invalid) {
		return got, errCursor(err)
	}
	return got, signedOut(err)
}

// below reads the page under a cursor, together with what shares its
// millisecond: the network would leave it out.
func (a *account) below(ctx context.Context, cursor string) (listed, error) {
	t, err := time.Parse(time.RFC3339Nano, cursor)
	if err != nil {
		return a.notifications(ctx, notificationPage, cursor)
	}
	got, err := a.notifications(ctx, notificationPage, t.Add(time.Millisecond).UTC().Format("2006-01-02T15:04:05.000Z"))
	if err != nil || got.Cursor != cursor {
		return got, err
	}
	return a.notifications(ctx, notificationPage, cursor) // a whole page of one millisecond: no way on but this
}

// Receive is network.Receiver's. It tells replies, mentions and quotes, those
// of them that were deleted since, and how the account's posts count after each
// like and repost.
func (a *account) Receive(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "bluesky: receive")
	at, err := a.placeOf(from)
	if err != nil {
		return b, err
	}
	var page listed
	var fresh []notification
	read := map[string]bool{}
	for n := 0; ; n++ {
		if at.Down == "" {
			page, err = a.notifications(ctx, notificationPage, "")
		} else {
			page, err = a.below(ctx, at.Down)
		}
		if err != nil {
			return b, err
		}
		if from == "" {
			b.Next = a.begin(page).cursor()
			return b, nil
		}
		if at.Down == "" {
			at.Top = at.Top[:0]
			for _, x := range page.Notifications {
				at.Top = append(at.Top, x.id())
			}
		}
		met := page.Cursor == ""
		for _, x := range page.Notifications {
			switch {
			case slices.Contains(at.Seen, x.id()) || x.IndexedAt < at.Bottom:
				met = true
			case !read[x.id()]:
				fresh = append(fresh, x)
			}
			read[x.id()] = true
		}
		if met || page.Cursor == at.Down {
			at.Down = ""
			break
		}
		if at.Down = page.Cursor; n+1 == pagesACall {
			b.More = true
			break
		}
	}
	slices.Reverse(fresh)
	if b.Items, err = a.spoken(ctx, fresh); err != nil {
		return b, err
	}
	if !b.More {
		gone, err := a.missing(ctx, &at, page, read)
		if err != nil {
			return b, err
		}
		b.Items = append(b.Items, gone...)
		at.Seen, at.Top = at.Top, nil
	}
	at.watch(b.Items)
	if b.Counts, err = a.counted(ctx, fresh); err != nil {
		return b, err
	}
	b.Next = at.cursor()
	return b, nil
}

// spoken makes items of the notifications that are somebody's words. Pictures
// are not in the list: posts that have some are read again.
func (a *account) spoken(ctx context.Context, list []notification) (items []network.Item, err error) {
	var more []string
	for _, x := range list {
		if x.speaks() && len(x.Record.Embed) > 0 {
			more = append(more, x.URI)
		}
	}
	views, err := a.views(ctx, more)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		if !x.speaks() {
			continue
		}
		v := x.postView
		if seen, ok := views[x.URI]; ok && seen.CID == x.CID {
			v.Embed = seen.Embed
		}
		it := a.item(v)
		if it.Kind == network.Context { // deep in a thread of ours that its record does not name
			it.Kind = map[string]network.ItemKind{"reply": network.Reply, "quote": network.Quote, "mention": network.Mention}[x.Reason]
		}
		items = append(items, it)
	}
	return items, nil
}

// missing finds the posts told before that the list no longer has although it
// reaches to them, and asks whether they are deleted: the list also leaves out
// who was muted since.
func (a *account) missing(ctx context.Context, at *place, last listed, read map[string]bool) (gone []network.Item, err error) {
	reach := ""
	if last.Cursor != "" && len(last.Notifications) > 0 {
		reach = last.Notifications[len(last.Notifications)-1].IndexedAt
	}
	var ask []string
	for _, w := range at.Posts {
		if !slices.ContainsFunc([]string{"reply", "mention", "quote"}, func(reason string) bool { return read[short8(w.Ref+"|"+reason)] }) && w.At > reach {
			uri, _, _ := strings.Cut(w.Ref, "|")
			ask = append(ask, uri)
		}
	}
	if len(ask) == 0 {
		return nil, nil
	}
	views, err := a.views(ctx, ask)
	if err != nil {
		return nil, err
	}
	at.Posts = slices.DeleteFunc(at.Posts, func(w watch) bool {
		uri, _, _ := strings.Cut(w.Ref, "|")
		if !slices.Contains(ask, uri) {
			return false
		}
		if _, stands := views[uri]; !stands {
			gone = append(gone, network.Item{Ref: network.Ref(w.Ref), Version: "gone", Gone: true})
		}
		return true // either way there is nothing more to learn from the list
	})
	return gone, nil
}

// counted reads how the account's posts count that somebody reacted to.
func (a *account) counted(ctx context.Context, list []notification) (out []network.Counts, err error) {
	var uris []string
	for _, x := range list {
		if s := x.ReasonSubject; strings.HasPrefix(s, "at://"+a.did()+"/"+postCollection+"/") && !slices.Contains(uris, s) {
			uris = append(uris, s)
		}
	}
	views, err := a.views(ctx, uris)
	if err != nil {
		return nil, err
	}
	for _, uri := range uris {
		if v, ok := views[uri]; ok {
			out = append(out, network.Counts{Ref: v.ref(), Likes: v.Likes, Shares: v.Reposts, Replies: v.Replies, Quotes: v.Quotes})
		}
	}
	return out, nil
}

// History is network.Historian's: the list from its newest entry down.
func (a *account) History(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "bluesky: history")
	var page listed
	if from == "" {
		page, err = a.notifications(ctx, notificationPage, "")
	} else {
		down, ok := strings.CutPrefix(string(from), "h"+short8(a.did())+".")
		if !ok || down == "" || len(down) > 1000 {
			return b, errCursor(nil)
		}
		page, err = a.below(ctx, down)
	}
	if err != nil {
		return b, err
	}
	if b.Items, err = a.spoken(ctx, page.Notifications); err != nil {
		return b, err
	}
	if b.Counts, err = a.counted(ctx, page.Notifications); err != nil {
		return b, err
	}
	b.More = page.Cursor != ""
	b.Next = network.Cursor("h" + short8(a.did()) + "." + page.Cursor)
	return b, nil
}
