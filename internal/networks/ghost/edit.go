package ghost

import (
	"context"
	"net/http"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// Edit replaces the words of a post. Where in.Version is given and somebody
// changed the post since, nothing is written: conflict, with what stands. What
// changes between the reading and the writing is refused by Ghost itself (409),
// within the second that its clock counts in. An answer cannot be edited: the
// Admin API has no way to.
func (a *account) Edit(ctx context.Context, target network.Ref, in network.Intent) (r network.Receipt, err error) {
	defer fault.Wrap(&err, "ghost: edit")
	if _, ok := number(target, "comment"); ok {
		return r, &network.Error{Fault: fault.New(fault.Unsupported, "network.ghost.no_comment_edit"), Outcome: network.NotSent}
	}
	id, ok := number(target, "post")
	if !ok {
		return r, foreign(target)
	}
	old, err := a.post(ctx, id)
	if err != nil {
		return r, left(err, network.Refused)
	}
	if in.Version != "" && newer(old.version(), in.Version) {
		return r, &network.Error{Fault: errCollision, Outcome: network.Refused, Theirs: old.theirs()}
	}
	body, err := a.body(in, &old)
	if err != nil {
		return r, err
	}
	body["updated_at"] = old.Updated
	var got posts
	_, err = a.write(ctx, http.MethodPut, "/posts/"+id+"/", outHTML, map[string]any{"posts": []any{body}}, &got)
	if fault.Is(err, fault.Conflict) {
		stale := left(err, network.Refused).(*network.Error)
		if now, err := a.post(ctx, id); err == nil {
			stale.Theirs = now.theirs()
		}
		return r, stale
	}
	if err != nil {
		return r, err
	}
	return first(got).receipt(), nil
}

func (a *account) post(ctx context.Context, id string) (post, error) {
	var got posts
	if _, err := a.get(ctx, "/posts/"+id+"/", asHTML, &got); err != nil {
		return post{}, err
	}
	if len(got.Posts) == 0 {
		return post{}, &network.Error{Fault: errGone, Outcome: network.Refused}
	}
	return got.Posts[0], nil
}

// newer compares what was changed, not when: saving a post again as it was is
// no collision.
func newer(stands, known string) bool {
	_, a, _ := strings.Cut(stands, "/")
	_, b, _ := strings.Cut(known, "/")
	return a != b
}

func (p post) theirs() *network.Theirs {
	t := &network.Theirs{Version: p.version(), Article: network.Article{
		Title: p.Title, HTML: p.HTML, Excerpt: p.Excerpt, Slug: p.Slug, SEOTitle: p.MetaTitle, SEODescription: p.MetaWords, Canonical: p.Canonical,
		Status: network.StatusPublished,
	}}
	for _, tag := range p.Tags {
		t.Article.Tags = append(t.Article.Tags, tag.Name)
	}
	if len(p.Authors) > 0 {
		t.Article.Author = p.Authors[0].ID
	}
	if p.Status != "published" {
		t.Article.Status = network.StatusDraft
	}
	return t
}

// Delete takes a post off the blog: it becomes a draft, which a person can
// publish again, with what was said under it; Ghost's own deletion would lose
// both for good. An answer of ours is deleted as a member's own would be.
// What is gone already is success.
func (a *account) Delete(ctx context.Context, target network.Ref) (err error) {
	defer fault.Wrap(&err, "ghost: delete")
	gone := func(err error) bool { return fault.Is(err, fault.NotFound) && fault.As(err).Key == errGone.Key }
	if id, ok := number(target, "comment"); ok {
		_, err := a.write(ctx, http.MethodPut, "/comments/"+id+"/", nil, map[string]any{"comments": []any{map[string]any{"id": id, "status": "deleted"}}}, nil)
		if gone(err) {
			return nil
		}
		return err
	}
	id, ok := number(target, "post")
	if !ok {
		return foreign(target)
	}
	p, err := a.post(ctx, id)
	if gone(err) || err == nil && p.Status == "draft" {
		return nil
	}
	if err != nil {
		return left(err, network.NotSent)
	}
	_, err = a.write(ctx, http.MethodPut, "/posts/"+id+"/", nil, map[string]any{"posts": []any{map[string]any{"status": "draft", "updated_at": p.Updated}}}, nil)
	return err
}
