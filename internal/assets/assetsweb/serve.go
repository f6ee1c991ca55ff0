package assetsweb

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/ui"
)

// serve answers with a rendition of ours. The file that was sent never leaves.
func (f *Face) serve(rule string) func(w http.ResponseWriter, r *ui.Request) error {
	return func(w http.ResponseWriter, r *ui.Request) error {
		m, err := ui.PathID[id.Media](r, "media")
		if err != nil {
			return err
		}
		file, err := f.Room.Open(r.Context(), r.Actor, r.Brand.ID, m, rule)
		if err != nil {
			return err
		}
		defer file.Body.Close()
		h := w.Header()
		h.Set("Content-Type", file.Type)
		h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": file.Name}))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		// Asked again each time, so that who loses her role loses the picture;
		// 304 costs no transfer.
		h.Set("Cache-Control", "private, no-cache")
		h.Set("ETag", file.ETag)
		http.ServeContent(w, r.Request, "", time.Time{}, file.Body)
		return nil
	}
}

func wantsJSON(r *ui.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// answer sends JSON to one of our scripts.
func answer(w http.ResponseWriter, status int, v any) error {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader has left: nobody to tell
	return nil
}
