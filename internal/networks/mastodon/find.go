package mastodon

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

const (
	pageSize = 40 // the most that servers give
	pageMax  = 10 // 400 posts since an intent are more than anybody's pace
	// margin covers what the clocks' comparison cannot see: a Date header has
	// no fractions, and a proxy may have written it.
	margin = 10 * time.Second
	// sources is how many posts are asked for their plain text when their HTML
	// does not tell.
	sources = 5
)

// Find looks at the account's own last posts for the intent.
//
// A post is the intent's when it came after the intent (by the server's clock),
// answers the same parent, carries the same media or as many, and says the same
// once the server's rewriting is taken away. A post that shows one of the
// intent's media is the intent's whatever it says: a media hangs on one post
// only. Among several the oldest is taken.
//
// Not finding it is Sure only when both hold:
//   - the list was read down to posts older than the intent, or to its end;
//   - Config.Settle has passed since the intent: until then the request may
//     wait in a queue of the server and land after this look. A caller who
//     attempts the same intent again later must wait as long by itself.
//
// Safe is never true: nothing this API offers keeps a second post from being
// made on every server. Safe to repeat.
func (a *account) Find(ctx context.Context, in network.Intent) (f network.Finding, err error) {
	defer fault.Wrap(&err, "find")
	self, err := a.self(ctx)
	if err != nil {
		return f, err
	}
	q := url.Values{"exclude_reblogs": {"true"}, "limit": {"40"}}
	var from time.Time // the earliest the post can be, by the server's clock
	var maybe []status
	readBack := false
	for page := 0; page < pageMax && !readBack; page++ {
		var list []status
		res, err := a.wire.Do(ctx, wire.Call{
			Method: http.MethodGet, Path: "/api/v1/accounts/" + url.PathEscape(self) + "/statuses", Query: q, Into: &list,
		})
		if err != nil {
			return f, err
		}
		if page == 0 {
			from = earliest(in.Made, a.d.Now(), res.Header.Get("Date"))
		}
		if len(list) == 0 {
			readBack = true
			break
		}
		for _, s := range list {
			if s.Reblog != nil || s.CreatedAt.Before(from) {
				continue
			}
			if same, close := match(in, s); same {
				f = network.Finding{Taken: true, Receipt: receipt(s)} // older ones overwrite
			} else if close {
				maybe = append(maybe, s)
			}
		}
		readBack = list[len(list)-1].CreatedAt.Before(from)
		q.Set("max_id", next(res.Header.Get("Link"), list[len(list)-1].ID))
	}
	if f.Taken {
		return f, nil
	}
	if s, ok, err := a.bySource(ctx, in, maybe); err != nil {
		return f, err
	} else if ok {
		return network.Finding{Taken: true, Receipt: receipt(s)}, nil
	}
	now := a.d.Now()
	// An intent from the future: the clock went back since, and the comparison
	// above may have looked in the wrong hour. Nobody is sure then.
	steady := !in.Made.After(now.Add(margin))
	f.Sure = readBack && steady && (a.d.Settle < 0 || now.Sub(in.Made) >= a.d.Settle)
	return f, nil
}

// earliest is when, by the server's clock, the intent's post can have been
// made. A server behind us moves it back. A server ahead of us does not move
// it forward: our own clock may have been set back since the intent, and a
// wider window errs towards "taken", never towards a second post.
func earliest(made, now time.Time, date string) time.Time {
	from := made
	if server, err := http.ParseTime(date); err == nil {
		if skew := server.Sub(now); skew < 0 {
			from = from.Add(skew)
		}
	}
	return from.Add(-margin)
}

// next is the max_id of the Link to the next page, or else the last id seen.
func next(link, last string) string {
	for part := range strings.SplitSeq(link, ",") {
		addr, params, ok := strings.Cut(part, ";")
		if !ok || !strings.Contains(params, `rel="next"`) {
			continue
		}
		if u, err := url.Parse(strings.Trim(strings.TrimSpace(addr), "<>")); err == nil && u.Query().Get("max_id") != "" {
			return u.Query().Get("max_id")
		}
	}
	return last
}

// match compares a post with an intent. close is true when everything but the
// text agrees, so that the plain text is worth asking for.
func match(in network.Intent, s status) (same, close bool) {
	parent := ""
	if s.InReplyToID != nil {
		parent = *s.InReplyToID
	}
	if parent != string(in.Parent) || len(s.Media) != len(in.Media) {
		return false, false
	}
	for _, m := range in.Media {
		for _, have := range s.Media {
			if string(m.Ref) == have.ID {
				return true, true
			}
		}
	}
	text, warning := said(in)
	if canon(fromHTML(s.SpoilerText)) != warning && canon(s.SpoilerText) != warning {
		return false, false
	}
	have := fromHTML(s.Content)
	return canon(have) == text || in.Parent != "" && canon(unaddressed(have)) == canon(unaddressed(in.Text)), true
}

// said is what a server keeps of an intent's words, in canonical form: a
// warning without a text becomes the text (PostStatusService).
func said(in network.Intent) (text, warning string) {
	text, warning = canon(in.Text), canon(in.Options.ContentWarning)
	if text == "" && warning != "" {
		return warning, ""
	}
	return text, warning
}

// bySource asks for the plain text of the posts that agree in all but their
// HTML: a server may have read Markdown in it, or changed emoji.
func (a *account) bySource(ctx context.Context, in network.Intent, maybe []status) (status, bool, error) {
	want, _ := said(in)
	if len(maybe) > sources {
		maybe = maybe[len(maybe)-sources:] // the oldest are nearest to the intent
	}
	for i := len(maybe) - 1; i >= 0; i-- {
		var src struct {
			Text string `json:"text"`
		}
		_, err := a.wire.Do(ctx, wire.Call{Method: http.MethodGet, Path: "/api/v1/statuses/" + url.PathEscape(maybe[i].ID) + "/source", Into: &src})
		if err != nil && !absent(err) {
			return status{}, false, err
		}
		if err == nil && (canon(src.Text) == want || in.Parent != "" && canon(unaddressed(src.Text)) == canon(unaddressed(in.Text))) {
			return maybe[i], true, nil
		}
	}
	return status{}, false, nil
}
