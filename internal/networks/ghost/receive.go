package ghost

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
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
	// keep is how much of what was told in these seconds is remembered; in a
	// storm beyond it, some is told twice.
	keep = 500
)

// cursor is a place in the comments: the second up to which all was told, the
// newest hundred, whose deletions are watched (Ghost lists no deleted comment),
// and what was told of the seconds that are read again
// ("g1 1795200000 6b01… 6b00… 6b01….5d2e…#7c0a…").
type cursor struct {
	from  int64
	known []string          // newest first
	told  map[string]string // versions by number
}

func parse(c network.Cursor) (cursor, error) {
	bad := fault.New(fault.Invalid, "network.ghost.cursor").At("cursor")
	said, sum, _ := strings.Cut(string(c), "#")
	words := strings.Fields(said)
	if sum != check(said) || len(words) < 2 || words[0] != "g1" {
		return cursor{}, bad
	}
	out := cursor{told: map[string]string{}}
	var err error
	if out.from, err = strconv.ParseInt(words[1], 10, 64); err != nil || out.from < 0 {
		return cursor{}, bad
	}
	for _, w := range words[2:] {
		id, version, told := strings.Cut(w, ".")
		if !objectID.MatchString(id) {
			return cursor{}, bad
		}
		if told {
			out.told[id] = version
		} else {
			out.known = append(out.known, id)
		}
	}
	return out, nil
}

func (c cursor) String() network.Cursor {
	words := append([]string{"g1", strconv.FormatInt(c.from, 10)}, c.known...)
	told := slices.Sorted(maps.Keys(c.told))
	for _, id := range told[max(0, len(told)-keep):] {
		words = append(words, id+"."+c.told[id])
	}
	s := strings.Join(words, " ")
	return network.Cursor(s + "#" + check(s))
}

// check tells a cursor that was cut or sewn together.
func check(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

func second(unix int64) string { return time.Unix(unix, 0).UTC().Format("2006-01-02 15:04:05") }

// Receive tells the comments of the whole blog that came, or were edited,
// hidden or shown since from, oldest change first, and which of the newest
// hundred were deleted.
func (a *account) Receive(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "ghost: receive")
	if from == "" {
		// Now: what changes in the seconds that are read again is told.
		newest, now, err := a.comments(ctx, "", "created_at desc,id desc", readPage, 1)
		if err != nil {
			return b, err
		}
		b.Next = cursor{now.Add(-again).Unix(), ids(newest.Comments), versions(newest.Comments)}.String()
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
		if at.told[c.ID] != c.version() {
			b.Items = append(b.Items, a.item(c))
		}
	}
	if more {
		b.Next, b.More = cursor{until, at.known, at.told}.String(), true
		return b, nil
	}
	newest, gone, err := a.watch(ctx, at.known)
	if err != nil {
		return b, err
	}
	b.Items = append(b.Items, gone...)
	b.Next = cursor{until, newest, versions(some)}.String()
	return b, nil
}

func versions(all []comment) map[string]string {
	out := map[string]string{}
	for _, c := range all {
		out[c.ID] = c.version()
	}
	return out
}

func ids(all []comment) (out []string) {
	for _, c := range all {
		out = append(out, c.ID)
	}
	return out
}

// window reads what changed from a second on: all of it where a page holds it.
// Else a stretch of seconds that are over, halved until a page holds it (Ghost
// does not tell when a comment changed, and no page may shift while it is
// read), and at last the seconds that still move, by as many pages as they have.
func (a *account) window(ctx context.Context, from int64) (all []comment, until int64, more bool, err error) {
	const order = "updated_at asc,id asc"
	got, now, err := a.comments(ctx, "updated_at:>='"+second(from)+"'", order, readPage, 1)
	if err != nil {
		return nil, 0, false, err
	}
	over := now.Add(-again).Unix()
	if got.Meta.Pagination.Total <= readPage {
		return got.Comments, max(from, over), false, nil
	}
	if from >= over {
		all, err = a.pages(ctx, "updated_at:>='"+second(from)+"'")
		return all, from, false, err
	}
	for until = over; ; {
		got, _, err = a.comments(ctx, between(from, until), order, readPage, 1)
		if err != nil {
			return nil, 0, false, err
		}
		if got.Meta.Pagination.Total <= readPage {
			return got.Comments, until, true, nil
		}
		if until == from+1 {
			all, err = a.pages(ctx, between(from, until))
			return all, until, true, err
		}
		until = from + (until-from)/2
	}
}

// pages reads a stretch of few seconds whole.
func (a *account) pages(ctx context.Context, filter string) (all []comment, err error) {
	for page, last := 1, 1; page <= last; page++ {
		got, _, err := a.comments(ctx, filter, "id asc", readPage, page)
		if err != nil {
			return nil, err
		}
		all, last = append(all, got.Comments...), got.Meta.Pagination.Pages
	}
	return all, nil
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
