package ghost

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// Upload hands a picture over; its alternative text goes into the post. Ghost
// keeps what no post shows: a repetition leaves a second file and doubles no
// post. Its outcome is never unknown.
func (a *account) Upload(ctx context.Context, m network.Upload) (r network.Ref, err error) {
	defer fault.Wrap(&err, "ghost: upload")
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	if err := w.WriteField("purpose", "image"); err != nil {
		return "", left(err, network.NotSent)
	}
	ext := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="file"; filename="image%s"`, cmp.Or(ext[m.Type], ".bin")))
	h.Set("Content-Type", m.Type)
	if _, err := w.CreatePart(h); err != nil {
		return "", left(err, network.NotSent)
	}
	tail, length := "\r\n--"+w.Boundary()+"--\r\n", int64(0)
	if m.Bytes > 0 {
		length = int64(head.Len()) + m.Bytes + int64(len(tail))
	}
	var got struct {
		Images []struct{ URL string }
	}
	_, err = a.do(ctx, wire.Call{
		Method: http.MethodPost, Path: "/images/upload/", Writes: true, Into: &got,
		Body: io.MultiReader(&head, m.Body, strings.NewReader(tail)), Type: w.FormDataContentType(), Length: length,
	})
	if err == nil && (len(got.Images) == 0 || got.Images[0].URL == "") {
		err = fault.New(fault.Transient, "network.nonsense").Becausef("a picture without an address")
	}
	if err != nil {
		return "", left(err, network.NotSent)
	}
	return network.Ref(got.Images[0].URL), nil
}

// picture makes sure that a reference is one that Upload made.
func picture(r network.Ref) error {
	if u, err := url.Parse(string(r)); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return foreign(r)
	}
	return nil
}
