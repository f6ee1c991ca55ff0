package wordpress

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

const (
	readPage = 100
	// watched is how many of the newest comments are watched for changes: a
	// comment carries no time of its last change there, so that what changed is
	// seen only by comparing.
	watched = 100
)

// cursor is a place in the comments: the newest that was told, and what the
// last hundred looked like ("w1 412 411.cd34… 412.ab12…#5e1f…").
type cursor struct {
	high  int
	known map[int]string
}

func parse(c network.Cursor) (cursor, error) {
	bad := fault.New(fault.Invalid, "network.wordpress.cursor").At("cursor")
	said, sum, _ := strings.Cut(string(c), "#")
	if sum != check(said) {
		return cursor{}, bad
	}
	words := strings.Fields(said)
	if len(words) < 2 || words[0] != "w1" {
		return cursor{}, bad
	}
	out := cursor{known: map[int]string{}}
	var err error
	if out.high, err = strconv.Atoi(words[1]); err != nil || out.high < 0 {
		return cursor{}, bad
	}
	for _, w := range words[2:] {
		n, v, ok := strings.Cut(w, ".")
		id, err := strconv.Atoi(n)
		if !ok || err != nil {
			return cursor{}, bad
		}
		out.known[id] = v
	}
	return out, nil
}

func (c cursor) String() network.Cursor {
	var b strings.Builder
	b.WriteString("w1 " + strconv.Itoa(c.high))
	ids := slices.Sorted(maps.Keys(c.known))
	for _, id := range ids[max(0, len(ids)-watched):] {
		b.WriteString(" " + strconv.Itoa(id) + "." + c.known[id])
	}
	return network.Cursor(b.String() + "#" + check(b.String()))
}

// check tells a cursor that was cut or sewn together.
func check(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// Receive tells the comments of the whole site since from, oldest first, with
// what the moderators hold back, and what changed or went away among the last
// hundred. Older changes are seen when their thread is read.
func (a *account) Receive(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "wordpress: receive")
	at := cursor{known: map[int]string{}}
	if from != "" {
		if at, err = parse(from); err != nil {
			return b, err
		}
	}
	me, err := a.self(ctx)
	if err != nil {
		return b, err
	}
	newest, total, err := a.comments(ctx, url.Values{"orderby": {"id"}, "order": {"desc"}, "per_page": {strconv.Itoa(readPage)}})
	if err != nil {
		return b, err
	}
	slices.Reverse(newest)
	if from == "" {
		for _, c := range newest {
			at.high, at.known[c.ID] = max(at.high, c.ID), c.version()
		}
		b.Next = at.String()
		return b, nil
	}
	if len(newest) > 0 && newest[0].ID > at.high && total > len(newest) {
		return a.behind(ctx, at, me, total)
	}
	next := cursor{high: at.high, known: map[int]string{}}
	stands := map[int]bool{}
	for _, c := range newest {
		stands[c.ID], next.known[c.ID] = true, c.version()
		next.high = max(next.high, c.ID)
		before, watched := at.known[c.ID]
		if c.ID > at.high || watched && before != c.version() {
			b.Items = append(b.Items, c.item(me))
		}
	}
	// What was among them and is not: deleted for good. The page goes down to
	// its first, or to the beginning.
	for _, id := range slices.Sorted(maps.Keys(at.known)) {
		whole := total <= len(newest) || id >= newest[0].ID
		if !stands[id] && whole {
			b.Items = append(b.Items, network.Item{Ref: ref("comment", id), Kind: network.Comment, Version: "gone", Gone: true})
		}
	}
	b.Next = next.String()
	return b, nil
}

// behind reads the oldest page that was not told yet, after a storm or a long
// silence. Places are counted from the first comment, which stay as new ones come.
func (a *account) behind(ctx context.Context, at cursor, me, total int) (b network.Batch, err error) {
	// The place after the last told one, by halving: numbers only grow.
	low, high := 0, total
	for low < high {
		mid := (low + high) / 2
		one, _, err := a.comments(ctx, url.Values{"orderby": {"id"}, "order": {"asc"}, "per_page": {"1"}, "offset": {strconv.Itoa(mid)}})
		if err != nil {
			return b, err
		}
		if len(one) == 0 || one[0].ID > at.high {
			high = mid
		} else {
			low = mid + 1
		}
	}
	some, total, err := a.comments(ctx, url.Values{
		"orderby": {"id"}, "order": {"asc"}, "per_page": {strconv.Itoa(readPage)}, "offset": {strconv.Itoa(max(0, low-1))},
	})
	if err != nil {
		return b, err
	}
	next := cursor{high: at.high, known: at.known}
	for i, c := range some {
		if i == 0 && low > 0 && c.ID > at.high {
			// One was deleted meanwhile and places moved: the next reading looks anew.
			return network.Batch{Next: at.String(), More: true}, nil
		}
		if c.ID > at.high {
			b.Items = append(b.Items, c.item(me))
			next.high, next.known[c.ID] = c.ID, c.version()
		}
	}
	b.Next, b.More = next.String(), max(0, low-1)+len(some) < total
	return b, nil
}

// History tells the comments before, newest first. Its place is counted from
// the first comment: one deleted meanwhile makes another told again, and none missed.
func (a *account) History(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "wordpress: history")
	me, err := a.self(ctx)
	if err != nil {
		return b, err
	}
	left := -1
	if from != "" {
		n, ok := strings.CutPrefix(string(from), "h1 ")
		if left, err = strconv.Atoi(n); !ok || err != nil || left < 0 {
			return b, fault.New(fault.Invalid, "network.wordpress.cursor").At("cursor")
		}
	}
	if left == 0 {
		return network.Batch{Next: from}, nil
	}
	if left < 0 {
		_, total, err := a.comments(ctx, url.Values{"per_page": {"1"}})
		if err != nil {
			return b, err
		}
		left = total
	}
	first := max(0, left-readPage)
	if left > 0 {
		some, _, err := a.comments(ctx, url.Values{
			"orderby": {"id"}, "order": {"asc"}, "per_page": {strconv.Itoa(left - first)}, "offset": {strconv.Itoa(first)},
		})
		if err != nil {
			return b, err
		}
		for _, c := range slices.Backward(some) {
			b.Items = append(b.Items, c.item(me))
		}
	}
	b.Next, b.More = network.Cursor("h1 "+strconv.Itoa(first)), first > 0
	return b, nil
}
