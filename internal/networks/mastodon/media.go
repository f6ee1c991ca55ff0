package mastodon

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

var (
	errProcessing = fault.New(fault.Transient, "network.mastodon.processing")
	errBroken     = fault.New(fault.Invalid, "network.mastodon.media_refused")
)

// processing bounds the wait for a media that the server works on.
const processing = 60

// Upload hands a media over and waits, within bounds, until it may be shown: a
// server of this family refuses a post whose media is not ready. A media that
// is not ready in time is transient, too large or of a wrong type invalid.
// Safe to repeat: what no post shows is forgotten by the server after a day,
// so an error is never unknown.
func (a *account) Upload(ctx context.Context, m network.Upload) (ref network.Ref, err error) {
	defer fault.Wrap(&err, "upload")
	body, ctype, length, err := form(m)
	if err != nil {
		return "", err
	}
	var got attachment
	res, err := a.wire.Do(ctx, wire.Call{
		Method: http.MethodPost, Path: "/api/v2/media", Body: body, Type: ctype, Length: length, Writes: true, Into: &got,
	})
	if f := fault.As(err); f != nil && f.Kind == fault.NotFound { // servers before 3.1.3 have v1 only; the body may be spent
		err = fault.New(fault.Unsupported, "network.mastodon.too_old").Because(err)
	}
	if err != nil {
		return "", harmless(err)
	}
	if got.ID == "" {
		return "", harmless(fault.New(fault.Transient, "network.nonsense").Becausef("a media without an id"))
	}
	if res.Status == http.StatusAccepted {
		if err := a.wait(ctx, got.ID); err != nil {
			return "", harmless(err)
		}
	}
	return network.Ref(got.ID), nil
}

// wait asks until the server has processed the media: 206 while it works, 200
// when done, 422 when it gave up.
func (a *account) wait(ctx context.Context, id string) error {
	for range processing {
		tick := time.NewTimer(a.d.Poll)
		select {
		case <-ctx.Done():
			tick.Stop()
			return errProcessing.After(time.Minute).Because(ctx.Err())
		case <-tick.C:
		}
		var got attachment
		res, err := a.wire.Do(ctx, wire.Call{Method: http.MethodGet, Path: "/api/v1/media/" + url.PathEscape(id), Into: &got})
		switch {
		case err != nil && fault.Is(err, fault.Invalid):
			return errBroken.Because(err)
		case err != nil && fault.Retry(err) && !fault.Is(err, fault.TooMany):
			continue // one bad answer while waiting changes nothing
		case err != nil:
			return err
		case res.Status == http.StatusOK:
			return nil
		}
	}
	return errProcessing.After(time.Minute).Becausef("still processed after %d looks", processing)
}

// harmless gives an upload's error the outcome that a repetition may rely on.
func harmless(err error) error {
	var e *network.Error
	if !errors.As(err, &e) {
		return &network.Error{Fault: fault.As(err), Outcome: network.NotSent}
	}
	if e.Outcome == network.Refused && error(e) == err {
		return err
	}
	c := *e
	c.Fault = fault.As(err)
	if c.Outcome == network.Unknown {
		c.Outcome = network.NotSent
	}
	return &c
}

// form is the multipart body: description first, so that a server that reads
// as it comes knows it, then the file, streamed, with the length of the whole
// where the media's own is known.
func form(m network.Upload) (body io.Reader, ctype string, length int64, err error) {
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	if m.Alt != "" {
		if err := w.WriteField("description", m.Alt); err != nil {
			return nil, "", 0, err
		}
	}
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="file"; filename="%s"`, fileName(m)))
	h.Set("Content-Type", m.Type)
	if _, err := w.CreatePart(h); err != nil {
		return nil, "", 0, err
	}
	tail := "\r\n--" + w.Boundary() + "--\r\n"
	if m.Bytes > 0 {
		length = int64(head.Len()) + m.Bytes + int64(len(tail))
	}
	return io.MultiReader(&head, m.Body, strings.NewReader(tail)), w.FormDataContentType(), length, nil
}

// fileName is plain ASCII: names travel into logs and headers of strangers,
// and say more about a person than a server must know.
func fileName(m network.Upload) string {
	ext := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}
	return "media" + cmp.Or(ext[m.Type], ".bin")
}
