package wordpress

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/markup"
)

const (
	lookPage = 50
	lookMost = 10 // 500 posts changed since an intent are more than any blog's
	// margin covers what the clocks' comparison cannot see: times there count
	// in seconds, and a proxy may have written the Date.
	margin = time.Minute
)

// Find looks for the post that carries the intent's marker, in any state, the
// trash included, among what was changed since the intent. It reads the posts
// themselves and no search, which plug-ins replace.
//
// Not finding it is Sure when the list was read down to what is older than the
// intent, and Config.Settle has passed since (PHP goes on with a request whose
// caller went away). Safe is never true: nothing keeps a second post from being
// made. Safe to repeat.
func (a *account) Find(ctx context.Context, in network.Intent) (f network.Finding, err error) {
	defer fault.Wrap(&err, "wordpress: find")
	if in.Answer {
		return a.findAnswer(ctx, in)
	}
	mark := marker(in.Key)
	var from time.Time
	readBack := false
	for page := 1; page <= lookMost && !readBack; page++ {
		var all []post
		res, err := a.call(ctx, http.MethodGet, "/wp/v2/posts", url.Values{
			"context": {"edit"}, "status": {"publish,future,draft,pending,private,trash"}, "orderby": {"modified"}, "order": {"desc"},
			"per_page": {strconv.Itoa(lookPage)}, "page": {strconv.Itoa(page)}, "_fields": {postFields},
		}, nil, &all)
		if err != nil {
			return f, err
		}
		if page == 1 {
			from = earliest(in.Made, a.d.Now(), res.Header.Get("Date"))
		}
		for _, p := range all {
			if strings.Contains(p.Content.Raw, mark) {
				return network.Finding{Taken: true, Receipt: receipt(p)}, nil
			}
		}
		n := len(all)
		last, _ := strconv.Atoi(res.Header.Get("X-WP-TotalPages"))
		readBack = n == 0 || page >= last || stamp(all[n-1].Modified).Before(from)
	}
	f.Sure = readBack && a.settled(in)
	return f, nil
}

// settled tells whether a request of the intent can no longer be on its way.
// An intent from the future: a clock went back, and nobody is sure.
func (a *account) settled(in network.Intent) bool {
	now := a.d.Now()
	return !in.Made.After(now.Add(margin)) && (a.d.Settle < 0 || now.Sub(in.Made) >= a.d.Settle)
}

// earliest is when, by the site's clock, the intent's post can have been made.
// A site ahead of us does not move it forward: a wider window errs towards
// "taken", never towards a second post.
func earliest(made, now time.Time, date string) time.Time {
	from := made
	if server, err := http.ParseTime(date); err == nil {
		if skew := server.Sub(now); skew < 0 {
			from = from.Add(skew)
		}
	}
	return from.Add(-margin)
}

// findAnswer looks for our answer under what it answers. WordPress itself
// refuses the same words twice by the same person in the same place, so equal
// words since the intent are the intent's.
func (a *account) findAnswer(ctx context.Context, in network.Intent) (f network.Finding, err error) {
	me, err := a.self(ctx)
	if err != nil {
		return f, err
	}
	on, under, err := a.place(ctx, in)
	if fault.Is(err, fault.NotFound) {
		return network.Finding{Sure: a.settled(in)}, nil // nothing stands under what is gone
	}
	if err != nil {
		return f, err
	}
	want := strings.Join(strings.Fields(in.Text), " ")
	var all []comment
	res, err := a.call(ctx, http.MethodGet, "/wp/v2/comments", url.Values{
		"context": {"edit"}, "status": {"any"}, "post": {strconv.Itoa(on)}, "parent": {strconv.Itoa(under)}, "author": {strconv.Itoa(me)},
		"orderby": {"id"}, "order": {"desc"}, "per_page": {"100"}, "_fields": {commentFields},
	}, nil, &all)
	if err != nil {
		return f, err
	}
	from := earliest(in.Made, a.d.Now(), res.Header.Get("Date"))
	for _, c := range all {
		if !stamp(c.Date).Before(from) && strings.Join(strings.Fields(markup.Text(c.Content.Raw)), " ") == want {
			return network.Finding{Taken: true, Receipt: c.receipt()}, nil
		}
	}
	readBack := len(all) < 100 || stamp(all[len(all)-1].Date).Before(from)
	f.Sure = readBack && a.settled(in)
	return f, nil
}
