package mastodon

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

var (
	errNotReady  = fault.New(fault.Transient, "network.mastodon.processing")
	errAttached  = fault.New(fault.Conflict, "network.mastodon.attached")
	errNoParent  = fault.New(fault.NotFound, "network.mastodon.no_parent")
	errNoReceipt = fault.New(fault.Transient, "network.nonsense")
)

// outgoing is POST /api/v1/statuses. Nothing empty is sent: null breaks Pleroma.
type outgoing struct {
	Status     string   `json:"status,omitempty"`
	MediaIDs   []string `json:"media_ids,omitempty"`
	InReplyTo  string   `json:"in_reply_to_id,omitempty"`
	Sensitive  bool     `json:"sensitive,omitempty"`
	Spoiler    string   `json:"spoiler_text,omitempty"`
	Visibility string   `json:"visibility,omitempty"`
	Language   string   `json:"language,omitempty"`
}

// Publish sends one post or one part of a thread, once. Errors carry their
// outcome; after unknown, Find is the only safe next call, since a server may
// ignore the Idempotency-Key that goes with every attempt.
func (a *account) Publish(ctx context.Context, in network.Intent) (r network.Receipt, err error) {
	defer fault.Wrap(&err, "publish")
	out := outgoing{
		Status: in.Text, InReplyTo: string(in.Parent), Sensitive: in.Options.Sensitive,
		Spoiler: in.Options.ContentWarning, Visibility: in.Options.Visibility,
	}
	if len(in.Options.Languages) > 0 {
		out.Language = language(in.Options.Languages[0])
	}
	for _, m := range in.Media {
		out.MediaIDs = append(out.MediaIDs, string(m.Ref))
	}
	if err := a.addressed(ctx, in, &out); err != nil {
		return r, err
	}
	var got status
	res, err := a.wire.Do(ctx, wire.Call{
		Method: http.MethodPost, Path: "/api/v1/statuses", JSON: out, Writes: true, Into: &got,
		Header: http.Header{"Idempotency-Key": {in.Key}},
	})
	if err != nil {
		return r, refusedPost(err, out)
	}
	if got.ID == "" {
		return r, &network.Error{
			Fault: errNoReceipt.Becausef("a post without an id"), Outcome: network.Unknown,
			Status: res.Status, Request: res.Request, Answer: short(string(res.Body)),
		}
	}
	r = receipt(got)
	r.Request = res.Request
	return r, nil
}

func receipt(s status) network.Receipt {
	r := network.Receipt{Ref: network.Ref(s.ID), At: s.CreatedAt.UTC()}
	if s.URL != nil {
		r.URL = *s.URL
	}
	// The post stands as soon as it has its answer; only a permalink may lack.
	r.Final = r.URL != ""
	return r
}

// refusedPost puts right what a status alone says wrongly.
func refusedPost(err error, out outgoing) error {
	var e *network.Error
	if !errors.As(err, &e) || e.Status < 400 || e.Status >= 500 {
		return err
	}
	c := *e
	switch {
	case e.Status == http.StatusNotFound && out.InReplyTo != "":
		c.Fault = errNoParent.Because(e.Fault)
	case (e.Status == 400 || e.Status == 422) && len(out.MediaIDs) > 0 && namesMedia(e.Answer, out.MediaIDs):
		// Our own media hangs on a post already: most likely the one that an
		// earlier attempt of this very intent made. Look before believing the
		// refusal. GoToSocial answers 400, Mastodon since 4.3 422.
		c.Fault, c.Outcome = errAttached.Because(e.Fault), network.Unknown
	case e.Status == 422 && len(out.MediaIDs) > 0 && strings.Contains(e.Answer, "finished processing"):
		c.Fault = errNotReady.Because(e.Fault)
	default:
		return err
	}
	return &c
}

// namesMedia recognises "already attached" in any language: the answer names
// one of our media. The English words stand in where it does not.
func namesMedia(answer string, ids []string) bool {
	if strings.Contains(answer, "already attached") {
		return true
	}
	return slices.ContainsFunc(ids, func(id string) bool { return id != "" && strings.Contains(answer, id) })
}

// language is the ISO 639 code that this API takes; of the regions it knows
// only those of Chinese.
func language(tag string) string {
	base, rest, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	base = strings.ToLower(base)
	if base == "zh" && len(rest) == 2 {
		return base + "-" + strings.ToUpper(rest)
	}
	return base
}

// Confirm asks for the permalink of a post that had none yet. A post that is
// gone is not_found. Safe to repeat.
func (a *account) Confirm(ctx context.Context, r network.Receipt) (_ network.Receipt, err error) {
	defer fault.Wrap(&err, "confirm")
	var got status
	res, err := a.wire.Do(ctx, wire.Call{Method: http.MethodGet, Path: "/api/v1/statuses/" + url.PathEscape(string(r.Ref)), Into: &got})
	if err != nil {
		return r, err
	}
	if got.ID != string(r.Ref) {
		return r, errNoReceipt.Becausef("asked for post %s, got %q", r.Ref, got.ID)
	}
	out := receipt(got)
	out.Root, out.Request = r.Root, r.Request
	if out.Request == "" {
		out.Request = res.Request
	}
	return out, nil
}

// revision is PUT /api/v1/statuses/:id. The whole of the post goes: what is
// missing is taken off, pictures too.
type revision struct {
	Status    string   `json:"status"`
	MediaIDs  []string `json:"media_ids,omitempty"`
	Sensitive bool     `json:"sensitive,omitempty"`
	Spoiler   string   `json:"spoiler_text,omitempty"`
	Language  string   `json:"language,omitempty"`
}

// Edit puts other words in the place of a post's; its pictures stay, so the post
// is read first. Repeating it changes nothing more. A post that is gone is
// not_found, a server that edits none unsupported.
func (a *account) Edit(ctx context.Context, ref network.Ref, in network.Intent) (r network.Receipt, err error) {
	defer fault.Wrap(&err, "edit")
	path := "/api/v1/statuses/" + url.PathEscape(string(ref))
	var now status
	if _, err := a.wire.Do(ctx, wire.Call{Method: http.MethodGet, Path: path, Into: &now}); err != nil {
		var e *network.Error
		if errors.As(err, &e) {
			c := *e
			c.Outcome = network.NotSent // nothing was changed yet
			return r, &c
		}
		return r, err
	}
	out := revision{Status: in.Text, Sensitive: in.Options.Sensitive, Spoiler: in.Options.ContentWarning}
	if len(in.Options.Languages) > 0 {
		out.Language = language(in.Options.Languages[0])
	}
	for _, m := range now.Media {
		out.MediaIDs = append(out.MediaIDs, m.ID)
	}
	var got status
	res, err := a.wire.Do(ctx, wire.Call{Method: http.MethodPut, Path: path, JSON: out, Writes: true, Into: &got})
	if err != nil {
		var e *network.Error
		if errors.As(err, &e) && e.Status == http.StatusMethodNotAllowed {
			c := *e
			c.Fault = fault.New(fault.Unsupported, "network.mastodon.no_edit").Because(e.Fault)
			return r, &c
		}
		return r, err
	}
	if got.ID != string(ref) {
		return r, errNoReceipt.Becausef("edited post %s, got %q", ref, got.ID)
	}
	r = receipt(got)
	r.Request = res.Request
	return r, nil
}

// Delete withdraws a post; one that is gone already is success.
func (a *account) Delete(ctx context.Context, ref network.Ref) (err error) {
	defer fault.Wrap(&err, "delete")
	_, err = a.wire.Do(ctx, wire.Call{Method: http.MethodDelete, Path: "/api/v1/statuses/" + url.PathEscape(string(ref)), Writes: true})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
