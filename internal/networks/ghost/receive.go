package ghost

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

const (
	readPage = 100
	// again is how far each reading goes back behind the last: what was being
	// written then is seen by it. What is told twice is known by its Version.
	again = 5 * time.Second
)

// cursor is a place in the comments: the second up to which all was told, and
// the newest hundred, whose deletions are watched ("g1 1795200000 6b00… 6aff…",
// newest first): Ghost lists no deleted comment.
type cursor struct {
	from  int64
	known []string
}

func parse(c network.Cursor) (cursor, error) {
	bad := fault.New(fault.Invalid, "network.ghost.cursor").At("cursor")
	words := strings.Fields(string(c))
	if len(words) < 2 || words[0] != "g1" {
		return cursor{}, bad
	}
	from, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil || from < 0 {
		return cursor{}, bad
	}
	for _, id := range words[2:] {
		if !objectID.MatchString(id) {
			return cursor{}, bad
		}
	}
	return cursor{from, words[2:]}, nil
}

func (c cursor) String() network.Cursor {
	return network.Cursor(strings.TrimSpace("g1 " + strconv.FormatInt(c.from, 10) + " " + strings.Join(c.known, " ")))
}

func second(unix int64) string { return time.Unix(unix, 0).UTC().Format("2006-01-02 15:04:05") }

// Receive tells the comments of the whole blog that came, or were edited,
// hidden or shown since from, oldest change first, and which of the newest
// hundred were deleted.
func (a *account) Receive(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "ghost: receive")
	if from == "" {
		newest, now, err := a.comments(ctx, "", "created_at desc,id desc", readPage, 1)
		if err != nil {
			return b, err
		}
		b.Next = cursor{now.Add(-again).Unix(), ids(newest.Comments)}.String()
		return b, nil
	}
	at, err := parse(from)
	if err != nil {
		return b, err
	}
	some, until, more, err := a.window(ctx, at.from)
	if err != nil {
		return b, err
	}
	for _, c := range some {
		b.Items = append(b.Items, a.item(c))
	}
	if more {
		b.Next, b.More = cursor{until, at.known}.String(), true
		return b, nil
	}
	newest, gone, err := a.watch(ctx, at.known)
	if err != nil {
		return b, err
	}
	b.Items = append(b.Items, gone...)
	b.Next = cursor{until, newest}.String()
	return b, nil
}

func ids(all []comment) (out []string) {
	for _, c := range all {
		out = append(out, c.ID)
	}
	return out
}

// window reads what changed from a second on, a page at most unless one second
// holds more. Ghost does not tell when a comment changed, so a stretch that is
// too full is halved until it fits: no page can shift while it is read.
func (a *account) window(ctx context.Context, from int64) (all []comment, until int64, more bool, err error) {
	const order = "updated_at asc,id asc"
	got, now, err := a.comments(ctx, "updated_at:>='"+second(from)+"'", order, readPage, 1)
	if err != nil {
		return nil, 0, false, err
	}
	if got.Meta.Pagination.Total <= readPage {
		return got.Comments, max(from, now.Add(-again).Unix()), false, nil
	}
	for until = now.Unix() + 1; until > from+1; {
		half := from + (until-from)/2
		got, _, err = a.comments(ctx, between(from, half), order, readPage, 1)
		if err != nil {
			return nil, 0, false, err
		}
		until = half
		if got.Meta.Pagination.Total <= readPage {
			return got.Comments, until, true, nil
		}
	}
	until = from + 1
	for page := 1; page == 1 || page <= got.Meta.Pagination.Pages; page++ {
		if got, _, err = a.comments(ctx, between(from, until), "id asc", readPage, page); err != nil {
			return nil, 0, false, err
		}
		all = append(all, got.Comments...)
	}
	return all, until, true, nil
}

func between(from, until int64) string {
	return fmt.Sprintf("updated_at:>='%s'+updated_at:<'%s'", second(from), second(until))
}

// watch compares the newest with those of the last time: which are gone.
func (a *account) watch(ctx context.Context, known []string) (newest []string, gone []network.Item, err error) {
	got, _, err := a.comments(ctx, "", "created_at desc,id desc", readPage, 1)
	if err != nil {
		return nil, nil, err
	}
	newest = ids(got.Comments)
	// What is older than the oldest that both know was pushed out by what came.
	seen := known
	if got.Meta.Pagination.Total > len(newest) {
		both := 0
		for i, id := range known {
			if slices.Contains(newest, id) {
				both = i
			}
		}
		seen = known[:min(both, len(known))]
	}
	for _, id := range seen {
		if slices.Contains(newest, id) {
			continue
		}
		c, err := a.one(ctx, id)
		switch {
		case err == nil && c.Status != "deleted":
			continue // it moved in the order
		case err != nil && !fault.Is(err, fault.NotFound):
			return nil, nil, err
		}
		gone = append(gone, network.Item{Ref: ref("comment", id), Kind: network.Comment, Version: "gone", Gone: true})
	}
	return newest, gone, nil
}

// History tells the comments before, newest first, by pages counted from the
// first comment, which stay as new ones come.
func (a *account) History(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "ghost: history")
	page := -1
	if from != "" {
		n, ok := strings.CutPrefix(string(from), "h1 ")
		if page, err = strconv.Atoi(n); !ok || err != nil || page < 0 {
			return b, fault.New(fault.Invalid, "network.ghost.cursor").At("cursor")
		}
	}
	if page == 0 {
		return network.Batch{Next: from}, nil
	}
	const order = "created_at asc,id asc"
	if page < 0 {
		got, _, err := a.comments(ctx, "", order, readPage, 1)
		if err != nil {
			return b, err
		}
		page = max(1, got.Meta.Pagination.Pages)
	}
	got, _, err := a.comments(ctx, "", order, readPage, page)
	if err != nil {
		return b, err
	}
	for _, c := range slices.Backward(got.Comments) {
		b.Items = append(b.Items, a.item(c))
	}
	b.Next, b.More = network.Cursor("h1 "+strconv.Itoa(page-1)), page > 1
	return b, nil
}
