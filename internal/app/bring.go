package app

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"vigie/internal/assets"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/fetch"
	"vigie/internal/team"
)

// bringWithin bounds one picture's way, from the call to its last byte.
const bringWithin = 45 * time.Second

// bring gives publishing the way to fetch a picture by its address into the
// library: through the guarded client, up to what the library takes.
func (a *App) bring() (func(ctx context.Context, actor team.Actor, b id.Brand, address string) (id.Media, error), error) {
	private, err := a.Config.private()
	if err != nil {
		return nil, err
	}
	client := fetch.New(fetch.Config{AllowPrivate: private, UserAgent: userAgent()})
	a.closers = append(a.closers, func() error { client.CloseIdleConnections(); return nil })
	return func(ctx context.Context, actor team.Actor, b id.Brand, address string) (id.Media, error) {
		ctx, cancel := context.WithTimeout(ctx, bringWithin)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return "", fault.New(fault.Invalid, "app.picture.refused").Because(err)
		}
		req.Header.Set("Accept", "image/*")
		res, err := client.Do(req)
		if fetch.Refused(err) {
			return "", fault.New(fault.Invalid, "app.picture.refused").Because(err)
		}
		if err != nil {
			return "", fault.New(fault.Transient, "publishing.picture_unreachable").Because(err)
		}
		defer res.Body.Close()
		if key, kind := pictureAnswer(res); key != "" {
			return "", fault.New(kind, key).With("status", res.StatusCode)
		}
		added, err := a.Assets.Add(ctx, actor, b, pictureName(req.URL), fetch.Cap(res.Body, assets.MaxBytes))
		if fetch.TooBig(err) {
			return "", fault.New(fault.Invalid, "app.picture.heavy").Because(err)
		}
		if err != nil && fault.Of(err) == fault.Internal {
			return "", fault.New(fault.Transient, "publishing.picture_unreachable").Because(err) // the line broke off
		}
		return added.Media.ID, err
	}, nil
}

// pictureAnswer says what is wrong with an answer; nothing when it may be a
// picture.
func pictureAnswer(res *http.Response) (key string, kind fault.Kind) {
	switch c := res.StatusCode; {
	case c == http.StatusTooManyRequests || c >= 500:
		return "publishing.picture_unreachable", fault.Transient
	case c == http.StatusUnauthorized || c == http.StatusForbidden:
		return "app.picture.closed", fault.Invalid
	case c != http.StatusOK:
		return "app.picture.missing", fault.Invalid
	}
	if t := res.Header.Get("Content-Type"); strings.HasPrefix(t, "text/") || strings.HasPrefix(t, "application/json") {
		return "app.picture.page", fault.Invalid
	}
	return "", ""
}

// pictureName is what the library calls it.
func pictureName(u *url.URL) string {
	if name := path.Base(u.Path); name != "/" && name != "." {
		return name
	}
	return u.Host
}
