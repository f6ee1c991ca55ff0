package wordpress

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/markup"
)

// Edit replaces the words of a post or of an answer. Where in.Version is given,
// what stands is read first: if somebody changed it since, nothing is written
// (conflict, with what stands). A change in the instant between the reading and
// the writing is not seen: WordPress has no lock for it.
func (a *account) Edit(ctx context.Context, target network.Ref, in network.Intent) (r network.Receipt, err error) {
	defer fault.Wrap(&err, "wordpress: edit")
	if n, ok := number(target, "comment"); ok {
		var c comment
		_, err := a.call(ctx, http.MethodPost, "/wp/v2/comments/"+strconv.Itoa(n), url.Values{"_fields": {commentFields}},
			map[string]any{"content": spoken(in.Text)}, &c)
		if err != nil {
			return r, err
		}
		return c.receipt(), nil
	}
	n, ok := number(target, "post")
	if !ok {
		return r, foreign(target)
	}
	route, fields := "/wp/v2/posts/"+strconv.Itoa(n), url.Values{"_fields": {postFields}}
	var old, p post
	if _, err := a.call(ctx, http.MethodGet, route, url.Values{"context": {"edit"}, "_fields": {postFields}}, nil, &old); err != nil {
		return r, left(err, network.Refused)
	}
	if old.Status == "trash" {
		return r, &network.Error{Fault: errGone, Outcome: network.Refused}
	}
	if in.Version != "" && newer(old.version(), in.Version) {
		return r, &network.Error{Fault: errCollision, Outcome: network.Refused, Theirs: old.theirs()}
	}
	body, err := a.body(ctx, in, &old)
	if err != nil {
		return r, left(err, network.NotSent)
	}
	if _, err := a.call(ctx, http.MethodPost, route, fields, body, &p); err != nil {
		return r, err
	}
	return receipt(p), nil
}

// newer compares what was changed, not when: saving a post again as it was is
// no collision.
func newer(stands, known string) bool {
	_, a, _ := strings.Cut(stands, "/")
	_, b, _ := strings.Cut(known, "/")
	return a != b
}

func (p post) theirs() *network.Theirs {
	body := markerRE.ReplaceAllString(p.Content.Raw, "")
	body = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(body), strings.TrimSpace(openHTML)), strings.TrimSpace(closeHTML)))
	t := &network.Theirs{Version: p.version(), Article: network.Article{
		Title: markup.Plain(p.Title.Raw), HTML: body, Excerpt: markup.Plain(p.Excerpt.Raw), Slug: p.Slug,
		Author: strconv.Itoa(p.Author), Status: network.StatusPublished,
	}}
	if p.Status != "publish" {
		t.Article.Status = network.StatusDraft
	}
	return t
}

// Delete moves a post, or an answer of ours, to the trash, where a person can
// still bring it back. What is there already, or gone, is success.
func (a *account) Delete(ctx context.Context, target network.Ref) (err error) {
	defer fault.Wrap(&err, "wordpress: delete")
	route := ""
	if n, ok := number(target, "post"); ok {
		route = "/wp/v2/posts/" + strconv.Itoa(n)
	} else if n, ok := number(target, "comment"); ok {
		route = "/wp/v2/comments/" + strconv.Itoa(n)
	} else {
		return foreign(target)
	}
	_, err = a.call(ctx, http.MethodDelete, route, url.Values{"_fields": {"id,status"}}, nil, nil)
	if fault.Is(err, fault.NotFound) && fault.As(err).Key == errGone.Key {
		return nil
	}
	return err
}
