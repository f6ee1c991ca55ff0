package assetsweb

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"

	"vigie/internal/api"
	"vigie/internal/assets"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/files"
	"vigie/internal/team"
)

const group = "Media"

// OneMedia is the path of an operation on a media.
type OneMedia struct {
	api.InBrand
	Media id.Media `path:"media" format:"uuid" doc:"The media"`
}

// OneUpload is the path of an operation on an upload.
type OneUpload struct {
	api.InBrand
	Upload string `path:"upload" maxLength:"100" doc:"The upload, as begun"`
}

// Sent is where an upload stands.
type Sent struct {
	ID     string `json:"id"`
	Offset int64  `json:"offset" doc:"The next piece starts here"`
	Bytes  int64  `json:"bytes" doc:"The whole length"`
	Chunk  int64  `json:"chunk" doc:"A good size for a piece"`
}

func sent(p assets.Progress) *api.Out[Sent] {
	return &api.Out[Sent]{Body: Sent{string(p.ID), p.Offset, p.Bytes, assets.Chunk}}
}

// API registers the operations.
func (f *Face) API(r *api.Registry) {
	see, add := api.In(team.SeeMedia), api.In(team.AddMedia)
	const media, uploads = "/api/v1/brands/{brand}/media", "/api/v1/brands/{brand}/uploads"

	api.Register(r, api.Op{ID: "list-media", Method: "GET", Path: media, Guard: see, Group: group, Summary: "List media", Description: "The latest first."}, f.apiList)
	api.Register(r, api.Op{ID: "get-media", Method: "GET", Path: media + "/{media}", Guard: see, Group: group, Summary: "Get one media"},
		func(ctx context.Context, c api.Call, in *OneMedia) (*api.OutVersioned[Item], error) {
			return versioned(c)(f.Room.Get(ctx, c.Actor, c.Brand, in.Media))
		})
	api.Register(r, api.Op{ID: "upload-media", Method: "POST", Path: media, Guard: add, Group: group, Summary: "Upload a whole file", Status: 201, MaxBody: assets.MaxBytes + 1<<20,
		Description: "One file as multipart/form-data, field `file`. It is read in the background: `state` is `working` until then. A file that the brand has already is that media, with `existing`."}, f.apiUpload)
	api.Register(r, api.Op{ID: "edit-media", Method: "PATCH", Path: media + "/{media}", Guard: add, Group: group, Summary: "Change name, alternative text, focus",
		Description: "What is absent stays. With If-Match, a later save never silently wins."}, f.apiEdit)
	api.Register(r, api.Op{ID: "bin-media", Method: "DELETE", Path: media + "/{media}", Guard: add, Group: group, Summary: "Put a media into the bin",
		Description: "It is erased after thirty days, unless a post shows it. Safe to repeat."},
		func(ctx context.Context, c api.Call, in *OneMedia) (*api.OutVersioned[Item], error) {
			return versioned(c)(f.Room.Bin(ctx, c.Actor, c.Brand, in.Media))
		})
	api.Register(r, api.Op{ID: "restore-media", Method: "POST", Path: media + "/{media}/restore", Guard: add, Group: group, Summary: "Take a media out of the bin"},
		func(ctx context.Context, c api.Call, in *OneMedia) (*api.OutVersioned[Item], error) {
			return versioned(c)(f.Room.Unbin(ctx, c.Actor, c.Brand, in.Media))
		})

	f.apiRights(r)
	api.Register(r, api.Op{ID: "begin-upload", Method: "POST", Path: uploads, Guard: add, Group: group, Summary: "Begin a resumable upload", Status: 201,
		Description: "Then send the pieces in order with `append-upload` and end with `finish-upload`. An upload that nobody goes on with is forgotten after two days."},
		func(ctx context.Context, c api.Call, in *struct {
			api.InBrand
			Body struct {
				Name  string `json:"name" maxLength:"1000" doc:"The file's name" example:"fournee.jpg"`
				Bytes int64  `json:"bytes" minimum:"1" doc:"Its whole length" example:"2400000"`
			}
		}) (*api.Out[Sent], error) {
			p, err := f.Room.BeginUpload(ctx, c.Actor, c.Brand, in.Body.Name, in.Body.Bytes)
			if err != nil {
				return nil, err
			}
			return sent(p), nil
		})
	api.Register(r, api.Op{ID: "get-upload", Method: "GET", Path: uploads + "/{upload}", Guard: add, Group: group, Summary: "Where an upload stands"},
		func(ctx context.Context, c api.Call, in *OneUpload) (*api.Out[Sent], error) {
			p, err := f.Room.Upload(ctx, c.Actor, c.Brand, files.UploadID(in.Upload))
			if err != nil {
				return nil, err
			}
			return sent(p), nil
		})
	api.Register(r, api.Op{ID: "append-upload", Method: "PATCH", Path: uploads + "/{upload}", Guard: add, Group: group, Summary: "Send the next piece", MaxBody: assets.MaxChunk,
		Description: "The bytes as they are, at most 8 MiB. 409 when the offset is not the upload's own: ask where it stands."},
		func(ctx context.Context, c api.Call, in *struct {
			OneUpload
			Offset  int64  `header:"Upload-Offset" required:"true" minimum:"0" doc:"Where this piece starts"`
			RawBody []byte `contentType:"application/octet-stream"`
		}) (*api.Out[Sent], error) {
			up := files.UploadID(in.Upload)
			if _, err := f.Room.AppendUpload(ctx, c.Actor, c.Brand, up, in.Offset, bytes.NewReader(in.RawBody)); err != nil {
				return nil, err
			}
			p, err := f.Room.Upload(ctx, c.Actor, c.Brand, up)
			if err != nil {
				return nil, err
			}
			return sent(p), nil
		})
	api.Register(r, api.Op{ID: "finish-upload", Method: "POST", Path: uploads + "/{upload}/finish", Guard: add, Group: group, Summary: "Make a complete upload a media", Status: 201, Description: "Safe to repeat."},
		func(ctx context.Context, c api.Call, in *OneUpload) (*api.OutVersioned[Item], error) {
			return taken(c)(f.Room.FinishUpload(ctx, c.Actor, c.Brand, files.UploadID(in.Upload)))
		})
	api.Register(r, api.Op{ID: "abandon-upload", Method: "DELETE", Path: uploads + "/{upload}", Guard: add, Group: group, Summary: "Forget an upload"},
		func(ctx context.Context, c api.Call, in *OneUpload) (*struct{}, error) {
			return nil, f.Room.AbandonUpload(ctx, c.Actor, c.Brand, files.UploadID(in.Upload))
		})
}

func versioned(c api.Call) func(assets.Media, error) (*api.OutVersioned[Item], error) {
	return func(m assets.Media, err error) (*api.OutVersioned[Item], error) {
		if err != nil {
			return nil, err
		}
		return api.Versioned(item(c.Loc, m), m.Version), nil
	}
}

func taken(c api.Call) func(assets.Added, error) (*api.OutVersioned[Item], error) {
	return func(a assets.Added, err error) (*api.OutVersioned[Item], error) {
		if err != nil {
			return nil, err
		}
		it := item(c.Loc, a.Media)
		it.Existing = a.Existing
		return api.Versioned(it, a.Media.Version), nil
	}
}

func (f *Face) apiList(ctx context.Context, c api.Call, in *struct {
	api.InBrand
	api.Paged
	Q    string `query:"q" maxLength:"200" doc:"Words in name, alternative text, credit and caption"`
	Show string `query:"show" enum:",alt,used,unused,bin" doc:"alt: without alternative text; used, unused: shown by some post, by none; bin: what lies in the bin"`
	Type string `query:"type" enum:",image/jpeg,image/png,image/gif,image/webp"`

	Right  string `query:"right" enum:",unknown,open,soon,later,ended,withdrawn" doc:"Where the right to show it stands"`
	Shape  string `query:"shape" enum:",landscape,portrait,square"`
	Folder string `query:"folder" maxLength:"200" doc:"This folder and those in it"`
	Tag    string `query:"tag" maxLength:"60"`
}) (*api.Out[api.List[Item]], error) {
	q := query{q: in.Q, show: in.Show, kind: in.Type, right: in.Right, shape: in.Shape, folder: in.Folder, tag: in.Tag}
	p, err := f.Room.List(ctx, c.Actor, c.Brand, q.filter(), in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	items := make([]Item, len(p.Media))
	for i, m := range p.Media {
		items[i] = item(c.Loc, m)
	}
	return &api.Out[api.List[Item]]{Body: api.ListOf(items, p.Next)}, nil
}

func (f *Face) apiUpload(ctx context.Context, c api.Call, in *struct {
	api.InBrand
	RawBody multipart.Form
}) (_ *api.OutVersioned[Item], err error) {
	defer func() { err = errors.Join(err, in.RawBody.RemoveAll()) }()
	list := in.RawBody.File["file"]
	if len(list) != 1 {
		return nil, fault.New(fault.Invalid, "assets.none_chosen").At("body.file")
	}
	part, err := list[0].Open()
	if err != nil {
		return nil, err
	}
	defer part.Close()
	return taken(c)(f.Room.Add(ctx, c.Actor, c.Brand, list[0].Filename, io.Reader(part)))
}

func (f *Face) apiEdit(ctx context.Context, c api.Call, in *struct {
	OneMedia
	api.IfMatch
	Body struct {
		Name  *string       `json:"name,omitempty" minLength:"1" maxLength:"200"`
		Alt   *string       `json:"alt,omitempty" maxLength:"2000" doc:"What those who do not see it read" example:"Des sablés sur une plaque"`
		Focus *assets.Point `json:"focus,omitempty" doc:"The point that a crop must keep, 0 to 1 from the left and the top"`
	}
}) (*api.OutVersioned[Item], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	m, err := f.Room.Get(ctx, c.Actor, c.Brand, in.Media)
	if err != nil {
		return nil, err
	}
	meta := assets.Meta{Name: m.Name, Alt: m.Alt, Focus: m.Focus}
	if in.Body.Name != nil {
		meta.Name = *in.Body.Name
	}
	if in.Body.Alt != nil {
		meta.Alt = *in.Body.Alt
	}
	if in.Body.Focus != nil {
		meta.Focus = in.Body.Focus
	}
	if version == 0 {
		version = m.Version // what is absent is as it was read
	}
	return versioned(c)(f.Room.EditMeta(ctx, c.Actor, c.Brand, m.ID, version, meta))
}
