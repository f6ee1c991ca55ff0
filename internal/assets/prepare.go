package assets

import (
	"bytes"
	"context"
	"image"
	"io"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// The renditions for our own pages.
const (
	Thumb = "thumb" // 320 px
	View  = "view"  // 1600 px
)

var ownSizes = []struct {
	rule string
	side int
}{{View, 1600}, {Thumb, 320}}

// maxTries is how often a file may end the program before it is refused.
const maxTries = 5

// prepare reads a media that arrived: what it is, what it says, and its
// renditions for the pages. It is safe to repeat.
func (s *Service) prepare(ctx context.Context, j Job) (err error) {
	defer fault.Wrap(&err, "prepare media")
	m, err := loadMedia(ctx, s.DB, j.Brand, j.Media)
	if fault.Is(err, fault.NotFound) || err == nil && m.State != Working {
		return nil
	}
	if err != nil {
		return err
	}
	give, err := s.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	if m.tries >= maxTries {
		return s.refused(ctx, m, "assets.refused.broken")
	}
	if err := countTry(ctx, s.DB, j.Brand, j.Media); err != nil {
		return err
	}
	made, err := s.develop(ctx, &m)
	if e := fault.As(err); e != nil && e.Kind == fault.Invalid {
		s.Log.Info("media refused", "media", m.ID, "why", err)
		return s.refused(ctx, m, e.Key)
	}
	if err != nil {
		return err
	}
	near, err := s.near(ctx, m)
	if err != nil {
		return err
	}
	return s.settle(ctx, m, Ready, func(tx *sqldb.Tx, now *Media) error {
		now.Problem, now.Type, now.Width, now.Height, now.Facts, now.look = "", m.Type, m.Width, m.Height, m.Facts, m.look
		if now.Alt == "" {
			now.Alt = m.Alt // what the file says of itself; nobody wrote another
		}
		if err := s.reshelve(ctx, tx, *now); err != nil {
			return err
		}
		if err := keepTwins(ctx, tx, m.Brand, m.ID, near); err != nil {
			return err
		}
		for _, x := range made {
			if err := keepRendition(ctx, tx, m.Brand, m.ID, x); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, team.Program("assets"), m.Brand, m.ID, ActReady, prepared{m.Type, m.Width, m.Height, m.Facts.Place})
	})
}

func (s *Service) refused(ctx context.Context, m Media, problem string) error {
	return s.settle(ctx, m, Refused, func(tx *sqldb.Tx, now *Media) error {
		now.Problem = problem
		return s.record(ctx, tx, team.Program("assets"), m.Brand, m.ID, ActRefused, refused{problem})
	})
}

// settle writes the outcome onto the row as it is now: somebody may have named
// or binned the media meanwhile.
func (s *Service) settle(ctx context.Context, m Media, to State, change func(tx *sqldb.Tx, now *Media) error) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		now, err := loadMedia(ctx, tx, m.Brand, m.ID)
		if fault.Is(err, fault.NotFound) || err == nil && !now.State.may(to) {
			return nil
		}
		if err != nil {
			return err
		}
		now.State = to
		if err := change(tx, &now); err != nil {
			return err
		}
		s.changed(tx, m.Brand, m.ID)
		return updateMedia(ctx, tx, &now)
	})
}

// develop fills m with what its file says and makes the renditions of the
// pages; nothing is written but files. Errors: invalid with the reason for
// which the file will never do, or trouble of ours.
func (s *Service) develop(ctx context.Context, m *Media) ([]rendition, error) {
	r, err := s.Files.Open(ctx, m.file)
	if err != nil {
		return nil, missing(err)
	}
	defer r.Close()
	img, h, err := read(ctx, r)
	if err != nil {
		return nil, err
	}
	t := readTags(r, h.kind)
	m.Type = h.kind
	m.Facts = Facts{Credit: t.credit, Caption: t.caption, Place: t.place, Moves: h.moves, CMYK: h.cmyk, Turned: t.orientation, Told: t.Told}
	if !h.cmyk {
		m.Facts.Profile = readProfile(r, h.kind)
	}
	m.Alt = t.alt
	b := img.Bounds()
	m.Width, m.Height = b.Dx(), b.Dy()
	if t.orientation >= 5 {
		m.Width, m.Height = m.Height, m.Width
	}
	var made []rendition
	for _, own := range ownSizes {
		w, ht := inside(b.Dx(), b.Dy(), own.side, 0)
		small, err := scale(ctx, img, w, ht)
		if err != nil {
			return nil, err
		}
		img, b = small, small.Bounds() // the smaller one is made of the larger
		x, err := s.store(ctx, own.rule, turn(small, t.orientation), m.Facts.Profile)
		if err != nil {
			return nil, err
		}
		made = append(made, x)
	}
	m.look = lookOf(turn(img.(*image.NRGBA), t.orientation))
	return made, nil
}

// read weighs and unpacks a file.
func read(ctx context.Context, r io.ReadSeeker) (image.Image, header, error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, h, err
	}
	img, err := unpack(ctx, r, h)
	return img, h, err
}

// missing says that a file of ours is not where it was put.
func missing(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Internal, "files.missing").Because(err)
	}
	return err
}

// store keeps a picture for the pages: PNG when something shines through.
func (s *Service) store(ctx context.Context, rule string, img *image.NRGBA, profile []byte) (x rendition, err error) {
	kind := typeJPEG
	if !opaque(img) {
		kind = typePNG
	}
	b, err := encode(img, kind, 84, profile, 0)
	if err != nil {
		return x, err
	}
	return s.put(ctx, rule, "", kind, img.Rect.Dx(), img.Rect.Dy(), b)
}

func (s *Service) put(ctx context.Context, rule, wish, kind string, w, h int, b []byte) (x rendition, err error) {
	st, err := s.Files.Put(ctx, bytes.NewReader(b))
	if err != nil {
		return x, err
	}
	return rendition{Rule: rule, Wish: wish, Type: kind, Bytes: st.Bytes, Width: w, Height: h, file: st.Key}, nil
}

// Served is a rendition as our pages show it.
type Served struct {
	Type  string
	Bytes int64
	Name  string // for whoever saves it
	// ETag changes with the content.
	ETag string
	Body io.ReadSeekCloser
}

// Open reads a rendition for our pages (Thumb or View); the caller closes
// Body. A media that is not ready, or another brand's, is not_found.
func (s *Service) Open(ctx context.Context, a team.Actor, b id.Brand, m id.Media, rule string) (_ Served, err error) {
	defer fault.Wrap(&err, "open media")
	if err := a.Require(b, team.SeeMedia); err != nil {
		return Served{}, err
	}
	if rule != Thumb && rule != View {
		return Served{}, errUnknown
	}
	got, err := loadMedia(ctx, s.DB, b, m)
	if err != nil {
		return Served{}, err
	}
	x, err := loadRendition(ctx, s.DB, b, m, rule)
	if sqldb.IsNoRow(err) {
		return Served{}, errUnknown
	}
	if err != nil {
		return Served{}, err
	}
	body, err := s.Files.Open(ctx, x.file)
	if err != nil {
		return Served{}, missing(err)
	}
	return Served{Type: x.Type, Bytes: x.Bytes, Name: fileName(got.Name, x.Type), ETag: `"` + rule + "-" + x.file[:20] + `"`, Body: body}, nil
}
