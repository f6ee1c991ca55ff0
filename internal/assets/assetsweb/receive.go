package assetsweb

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"vigie/internal/assets"
	"vigie/internal/base/fault"
	"vigie/internal/platform/files"
	"vigie/internal/ui"
)

// Bounds of a plain form.
const (
	maxFiles = 20
	maxForm  = 4*assets.MaxBytes + 1<<20
)

// received is what one form became.
type received struct {
	Items []Item `json:"items"`
	Error string `json:"error,omitempty"` // of the first file that was not taken
	err   error
	lost  int
}

// receive takes a plain form (without JavaScript), or one file pasted by a
// script. Files are read as they come and never held in memory. One that is
// refused does not lose the others.
func (f *Face) receive(w http.ResponseWriter, r *ui.Request) error {
	got, err := f.readParts(r)
	if err != nil {
		return err
	}
	if len(got.Items) == 0 && got.err == nil {
		got.err = fault.New(fault.Invalid, "assets.none_chosen").At("file")
	}
	if len(got.Items) == 0 {
		return got.err
	}
	if wantsJSON(r) {
		if got.err != nil {
			got.Error = r.Loc.Fault(got.err)
		}
		return answer(w, http.StatusCreated, got)
	}
	t := ui.Toast{Text: r.T("assets.received", "n", len(got.Items))}
	if got.err != nil {
		t = ui.Toast{Text: r.T("assets.received_some", "n", got.lost, "why", r.Loc.Fault(got.err)), Signal: "alert"}
	}
	ui.Say(r, t)
	if len(got.Items) == 1 && got.err == nil {
		return ui.Redirect(w, r, got.Items[0].Href)
	}
	return ui.Redirect(w, r, page(r.Brand.ID))
}

func (f *Face) readParts(r *ui.Request) (got received, err error) {
	mr, err := r.MultipartReader()
	if err != nil {
		return got, fault.New(fault.Invalid, "assets.none_chosen").At("file").Because(err)
	}
	for range maxFiles {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return got, brokenOff(err)
		}
		if part.FormName() != "file" || part.FileName() == "" {
			part.Close()
			continue
		}
		add, err := f.Room.Add(r.Context(), r.Actor, r.Brand.ID, part.FileName(), part)
		part.Close()
		if err != nil && fault.Of(err) != fault.Invalid {
			return got, brokenOff(err)
		}
		if err != nil {
			got.lost++
			if got.err == nil {
				got.err = err
			}
			continue
		}
		it := item(r.Loc, add.Media)
		it.Existing = add.Existing
		got.Items = append(got.Items, it)
	}
	return got, nil
}

// brokenOff says that the sender stopped, unless it is a trouble with a name
// (too much at once, disk full).
func brokenOff(err error) error {
	var large *http.MaxBytesError
	var known *fault.Error
	if errors.As(err, &large) || errors.As(err, &known) {
		return err
	}
	return fault.New(fault.Invalid, "assets.cut").At("file").Because(err)
}

// progress is where an upload stands, for media.js.
type progress struct {
	ID     files.UploadID `json:"id"`
	Offset int64          `json:"offset"`
	Bytes  int64          `json:"bytes"`
	Chunk  int64          `json:"chunk"`
}

func (f *Face) begin(w http.ResponseWriter, r *ui.Request) error {
	var in struct {
		Name  string `json:"name"`
		Bytes int64  `json:"bytes"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return fault.New(fault.Invalid, "").Because(err)
	}
	p, err := f.Room.BeginUpload(r.Context(), r.Actor, r.Brand.ID, in.Name, in.Bytes)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, progress{p.ID, p.Offset, p.Bytes, assets.Chunk})
}

func (f *Face) where(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.Room.Upload(r.Context(), r.Actor, r.Brand.ID, upload(r))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, progress{p.ID, p.Offset, p.Bytes, assets.Chunk})
}

func upload(r *ui.Request) files.UploadID { return files.UploadID(r.PathValue("upload")) }

// append takes one piece at Upload-Offset. 409 carries the offset to go on from
// in the same header.
func (f *Face) append(w http.ResponseWriter, r *ui.Request) error {
	offset, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 {
		return fault.New(fault.Invalid, "assets.offset").At("Upload-Offset")
	}
	at, err := f.Room.AppendUpload(r.Context(), r.Actor, r.Brand.ID, upload(r), offset, r.Body)
	if err != nil {
		if right, ok := fault.As(err).Values["offset"].(int64); ok {
			w.Header().Set("Upload-Offset", strconv.FormatInt(right, 10))
		}
		return brokenOff(err)
	}
	w.Header().Set("Upload-Offset", strconv.FormatInt(at, 10))
	return answer(w, http.StatusOK, map[string]int64{"offset": at})
}

func (f *Face) finish(w http.ResponseWriter, r *ui.Request) error {
	add, err := f.Room.FinishUpload(r.Context(), r.Actor, r.Brand.ID, upload(r))
	if err != nil {
		return err
	}
	it := item(r.Loc, add.Media)
	it.Existing = add.Existing
	return answer(w, http.StatusCreated, it)
}

func (f *Face) abandon(w http.ResponseWriter, r *ui.Request) error {
	if err := f.Room.AbandonUpload(r.Context(), r.Actor, r.Brand.ID, upload(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (f *Face) state(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, item(r.Loc, m))
}
