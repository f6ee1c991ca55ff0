package mastodontest

import (
	"bytes"
	"image"
	_ "image/gif" // what a server of this kind reads
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	_ "golang.org/x/image/webp"
)

func (q *request) takeMedia(polls int) (*Media, error) {
	if q.file == nil {
		return nil, no(422, "Validation failed: File can't be blank")
	}
	if q.params["file"] == nil {
		q.s.complain(q.r, "the file does not come as «file»")
	}
	// The type is what the bytes are: a name or a header can lie.
	kind := http.DetectContentType(q.file)
	if !slices.Contains(imageTypes, kind) {
		return nil, no(422, "Validation failed: File content type is invalid, File is invalid")
	}
	if q.ftype != "" && kind != q.ftype {
		q.s.complain(q.r, "the file is %s and says %s", kind, q.ftype)
	}
	if int64(len(q.file)) > q.s.o.ImageBytes {
		return nil, no(422, "Validation failed: File size must be less than %d bytes", q.s.o.ImageBytes)
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(q.file))
	if err != nil {
		return nil, no(422, "Validation failed: File could not be processed")
	}
	if c.Width*c.Height > matrix {
		return nil, no(422, "Validation failed: File %dx%d images are not supported", c.Width, c.Height)
	}
	alt := q.str("description")
	if utf8.RuneCountInString(alt) > altMax {
		return nil, no(422, "Validation failed: Description is too long (maximum is %d characters)", altMax)
	}
	s := q.s
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Media{
		ID: s.nextID(), Account: q.who.ID, Type: kind, Alt: alt, Width: c.Width, Height: c.Height, Created: s.now(),
		Polls: polls, bytes: q.file,
	}
	s.media[m.ID] = m
	s.writeMedia(m)
	s.write("media", m)
	return m, nil
}

func (q *request) mediaV1() (any, error) {
	m, err := q.takeMedia(0)
	if err != nil {
		return nil, err
	}
	return q.attachment(m), nil
}

func (q *request) mediaV2() (any, error) {
	m, err := q.takeMedia(q.s.o.MediaPolls)
	if err != nil {
		return nil, err
	}
	if m.Polls > 0 {
		return status{202, q.attachment(m)}, nil
	}
	return q.attachment(m), nil
}

// ownMedia is a media of the caller that no post shows yet.
func (q *request) ownMedia() *Media {
	m := q.s.media[q.r.PathValue("id")]
	if m == nil || m.Account != q.who.ID || m.Status != "" {
		return nil
	}
	return m
}

func (q *request) mediaGet() (any, error) {
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	m := q.ownMedia()
	if m == nil {
		return nil, no(404, "Record not found")
	}
	if m.Polls > 0 {
		m.Polls--
		if m.Polls > 0 {
			return status{206, q.attachment(m)}, nil
		}
	}
	return q.attachment(m), nil
}

func (q *request) mediaPut() (any, error) {
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	m := q.ownMedia()
	if m == nil {
		return nil, no(404, "Record not found")
	}
	m.Alt = q.str("description")
	q.s.write("media", m)
	return q.attachment(m), nil
}

func (q *request) attachment(m *Media) map[string]any {
	url := any(q.base() + "/media_files/" + m.ID)
	if m.Polls > 0 {
		url = nil
	}
	kind, _, _ := strings.Cut(m.Type, "/")
	size := map[string]any{"width": m.Width, "height": m.Height, "size": "", "aspect": float64(m.Width) / float64(max(m.Height, 1))}
	return map[string]any{
		"id": m.ID, "type": kind, "url": url, "preview_url": url, "remote_url": nil, "text_url": nil,
		"meta": map[string]any{"original": size, "small": size}, "description": nullable(m.Alt), "blurhash": "UeKUpMxuo~R%0000~qWB_3t7M{t7",
	}
}

func (s *Server) mediaFile(w http.ResponseWriter, r *http.Request) {
	m, b := s.MediaOf(r.PathValue("id"))
	if b == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", m.Type)
	_, _ = w.Write(b)
}
