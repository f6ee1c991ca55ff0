package assets

import (
	"context"
	"image"
	"image/draw"
	"math"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Crop is the proportions in which a media is shown on a network; the crop
// keeps the media's point of interest as near to its middle as the edges let it.
type Crop struct {
	Network network.Kind `json:"network"`
	Ratio   string       `json:"ratio"` // one of Ratios
}

// Ratios are the proportions one can ask for, width:height.
func Ratios() []string {
	return []string{"1:1", "4:5", "3:4", "2:3", "9:16", "5:4", "4:3", "3:2", "16:9", "2:1"}
}

var errRatio = fault.New(fault.Invalid, "assets.ratio").At("ratio")

func ratioOf(s string) (w, h int, ok bool) {
	a, b, found := strings.Cut(s, ":")
	w, e1 := strconv.Atoi(a)
	h, e2 := strconv.Atoi(b)
	return w, h, found && e1 == nil && e2 == nil && w > 0 && h > 0
}

// SetCrop asks for proportions on a network; an empty ratio shows the whole
// picture again. What waits to leave with the media keeps the part it was
// planned with; the post says that its picture changed, and who read it is asked
// again. Errors: invalid, not_found.
func (s *Service) SetCrop(ctx context.Context, a team.Actor, b id.Brand, m id.Media, c Crop) (err error) {
	defer fault.Wrap(&err, "crop media")
	if err := a.Require(b, team.AddMedia); err != nil {
		return err
	}
	if c.Ratio != "" && !slices.Contains(Ratios(), c.Ratio) || c.Network == "" || len(c.Network) > 40 {
		return errRatio
	}
	mark, err := s.shownOtherwise(ctx, a, b, m)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := loadMedia(ctx, tx, b, m); err != nil {
			return err
		}
		had, err := loadCrops(ctx, tx, b, m)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(had, func(o Crop) bool { return o.Network == c.Network })
		if i < 0 && c.Ratio == "" || i >= 0 && had[i] == c {
			return nil
		}
		if c.Ratio == "" {
			_, err = tx.Exec(ctx, `DELETE FROM media_crop WHERE brand = ? AND media = ? AND network = ?`, b, m, c.Network)
		} else {
			err = saveCrop(ctx, tx, b, m, c)
		}
		if err != nil {
			return err
		}
		s.changed(tx, b, m)
		if err := s.record(ctx, tx, a, b, m, ActCropped, cropped{string(c.Network), c.Ratio}); err != nil {
			return err
		}
		return mark(tx)
	})
}

// shownOtherwise readies what tells those who show a media that it shows
// something else.
func (s *Service) shownOtherwise(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (mark func(*sqldb.Tx) error, err error) {
	if s.Posts == nil {
		return func(*sqldb.Tx) error { return nil }, nil
	}
	return s.Posts.PictureChanging(ctx, a, b, m)
}

// Cuts says, of each media, which part of it is shown on the networks that have
// a crop; the others show the whole. Media of another brand are left out.
func (s *Service) Cuts(ctx context.Context, q sqldb.Q, b id.Brand, list []id.Media) (_ map[id.Media]map[network.Kind]network.Cut, err error) {
	defer fault.Wrap(&err, "read crops")
	out := map[id.Media]map[network.Kind]network.Cut{}
	if len(list) == 0 {
		return out, nil
	}
	known, err := loadMany(ctx, q, b, list)
	if err != nil {
		return nil, err
	}
	for _, m := range known {
		crops, err := loadCrops(ctx, q, b, m.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range crops {
			if m.Width <= 0 || m.Height <= 0 {
				continue // not read yet: it is not planned before it is
			}
			if out[m.ID] == nil {
				out[m.ID] = map[network.Kind]network.Cut{}
			}
			out[m.ID][c.Network] = network.NewCut(c.Ratio, frame(m.Width, m.Height, c.Ratio, m.Focus), m.Width, m.Height)
		}
	}
	return out, nil
}

func loadCrops(ctx context.Context, q sqldb.Q, b id.Brand, m id.Media) ([]Crop, error) {
	return sqldb.List(ctx, q, func(r sqldb.Scanner) (c Crop, err error) { return c, r.Scan(&c.Network, &c.Ratio) },
		`SELECT network, ratio FROM media_crop WHERE brand = ? AND media = ? ORDER BY network`, b, m)
}

func saveCrop(ctx context.Context, tx *sqldb.Tx, b id.Brand, m id.Media, c Crop) error {
	_, err := tx.Exec(ctx, `INSERT INTO media_crop (brand, media, network, ratio) VALUES (?,?,?,?) ON CONFLICT (media, network) DO UPDATE SET ratio = excluded.ratio`, b, m, c.Network, c.Ratio)
	return err
}

// frame is the part of a picture of w × h, as one looks at it, that has the
// proportions and holds the point as near to its middle as the edges allow.
func frame(w, h int, ratio string, focus *Point) image.Rectangle {
	whole := image.Rect(0, 0, w, h)
	rw, rh, ok := ratioOf(ratio)
	if !ok || w <= 0 || h <= 0 {
		return whole
	}
	cw, ch := w, int(math.Round(float64(w)*float64(rh)/float64(rw)))
	if ch > h {
		cw, ch = int(math.Round(float64(h)*float64(rw)/float64(rh))), h
	}
	cw, ch = min(max(cw, 1), w), min(max(ch, 1), h)
	p := Point{.5, .5}
	if focus != nil {
		p = *focus
	}
	x := min(max(int(math.Round(p.X*float64(w)))-cw/2, 0), w-cw)
	y := min(max(int(math.Round(p.Y*float64(h)))-ch/2, 0), h-ch)
	return image.Rect(x, y, x+cw, y+ch)
}

// cropped cuts a picture that is not turned yet to a frame given as one looks
// at it.
func cropTo(img image.Image, r image.Rectangle, orientation int) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if orientation >= 2 && orientation <= 8 {
		r = unturn(r, w, h, orientation)
	}
	r = r.Add(b.Min).Intersect(b)
	if r == b || r.Empty() {
		return img
	}
	if part, ok := img.(interface {
		SubImage(image.Rectangle) image.Image
	}); ok {
		return part.SubImage(r)
	}
	out := image.NewNRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(out, out.Rect, img, r.Min, draw.Src)
	return out
}

// unturn finds where a rectangle of the turned picture lies in the file, whose
// picture is w × h.
func unturn(r image.Rectangle, w, h, orientation int) image.Rectangle {
	at := func(x, y int) image.Point { // corners, not pixels
		switch orientation {
		case 2:
			x = w - x
		case 3:
			x, y = w-x, h-y
		case 4:
			y = h - y
		case 5:
			x, y = y, x
		case 6:
			x, y = y, h-x
		case 7:
			x, y = w-y, h-x
		case 8:
			x, y = w-y, x
		}
		return image.Pt(x, y)
	}
	return image.Rectangle{at(r.Min.X, r.Min.Y), at(r.Max.X, r.Max.Y)}.Canon()
}

// Frame is the part of a media that is shown in proportions (one of Ratios;
// anything else is the whole), as one looks at it.
func Frame(m Media, ratio string) image.Rectangle { return frame(m.Width, m.Height, ratio, m.Focus) }
