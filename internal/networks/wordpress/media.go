package wordpress

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
	"strconv"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// Upload puts a picture with its alternative text into the site's media
// library. WordPress forgets none: one that no post shows stays there, so a
// repetition leaves a second file and doubles no post. Its outcome is never
// unknown.
func (a *account) Upload(ctx context.Context, m network.Upload) (r network.Ref, err error) {
	defer fault.Wrap(&err, "wordpress: upload")
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	if m.Alt != "" {
		if err := w.WriteField("alt_text", m.Alt); err != nil {
			return "", left(err, network.NotSent)
		}
	}
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="file"; filename="%s"`, fileName(m)))
	h.Set("Content-Type", m.Type)
	if _, err := w.CreatePart(h); err != nil {
		return "", left(err, network.NotSent)
	}
	tail, length := "\r\n--"+w.Boundary()+"--\r\n", int64(0)
	if m.Bytes > 0 {
		length = int64(head.Len()) + m.Bytes + int64(len(tail))
	}
	path, q := under(a.root, "/wp/v2/media")
	q["_fields"] = []string{"id,source_url"}
	var got struct {
		ID  int    `json:"id"`
		URL string `json:"source_url"`
	}
	_, err = a.wire.Do(ctx, wire.Call{
		Method: http.MethodPost, Path: path, Query: q, Writes: true, Into: &got,
		Body: io.MultiReader(&head, m.Body, strings.NewReader(tail)), Type: w.FormDataContentType(), Length: length,
	})
	if err == nil && (got.ID == 0 || got.URL == "") {
		err = fault.New(fault.Transient, "network.nonsense").Becausef("a picture without a number")
	}
	if err != nil {
		return "", left(err, network.NotSent)
	}
	return network.Ref(strconv.Itoa(got.ID) + "|" + got.URL), nil
}

// picture reads a reference that Upload made.
func picture(r network.Ref) (id int, src string, err error) {
	n, src, ok := strings.Cut(string(r), "|")
	id, bad := strconv.Atoi(n)
	if u, e := url.Parse(src); !ok || bad != nil || e != nil || u.Host == "" {
		return 0, "", foreign(r)
	}
	return id, src, nil
}

// fileName is plain: it becomes a public address, and says no more than needed.
func fileName(m network.Upload) string {
	ext := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}
	return "image" + cmp.Or(ext[m.Type], ".bin")
}
