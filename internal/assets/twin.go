package assets

import (
	"context"
	"fmt"
	"image"
	"math/bits"
	"strconv"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// near enough: of 128 bits, how many may differ between two that look the same.
// Another quality or size moves two or three; another picture some sixty.
const maxApart = 10

// lookOf is what a picture looks like from afar: whether it grows lighter from
// one ninth to the next, across and down (dHash, 64 bits each). A picture
// without anything to tell from afar has none (empty).
func lookOf(img *image.NRGBA) string {
	const n = 8
	across, down := gray(img, n+1, n), gray(img, n, n+1)
	var h, v uint64
	for y := range n {
		for x := range n {
			h, v = h<<1, v<<1
			if across[y*(n+1)+x+1] > across[y*(n+1)+x]+1 {
				h |= 1
			}
			if down[(y+1)*n+x] > down[y*n+x]+1 {
				v |= 1
			}
		}
	}
	if bits.OnesCount64(h)+bits.OnesCount64(v) < 12 {
		return "" // plain, or nearly: all such look the same
	}
	return fmt.Sprintf("%016x%016x", h, v)
}

// gray is the mean lightness of each cell of a grid; what is clear is white.
func gray(img *image.NRGBA, cols, rows int) []float64 {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := make([]float64, cols*rows)
	for r := range rows {
		for c := range cols {
			x0, x1 := c*w/cols, max(c*w/cols+1, (c+1)*w/cols)
			y0, y1 := r*h/rows, max(r*h/rows+1, (r+1)*h/rows)
			var sum float64
			for y := y0; y < min(y1, h); y++ {
				for x := x0; x < min(x1, w); x++ {
					p := img.Pix[y*img.Stride+x*4:]
					a := float64(p[3]) / 255
					sum += (.299*float64(p[0])+.587*float64(p[1])+.114*float64(p[2]))*a + 255*(1-a)
				}
			}
			if n := (min(x1, w) - x0) * (min(y1, h) - y0); n > 0 {
				out[r*cols+c] = sum / float64(n)
			}
		}
	}
	return out
}

// apart counts the bits in which two looks differ; 128 when one has none.
func apart(a, b string) int {
	if len(a) != 32 || len(b) != 32 {
		return 128
	}
	n := 0
	for i := 0; i < 32; i += 16 {
		x, e1 := strconv.ParseUint(a[i:i+16], 16, 64)
		y, e2 := strconv.ParseUint(b[i:i+16], 16, 64)
		if e1 != nil || e2 != nil {
			return 128
		}
		n += bits.OnesCount64(x ^ y)
	}
	return n
}

// lookAgain computes the look of a media from its small rendition.
func (s *Service) lookAgain(ctx context.Context, m Media) (string, error) {
	x, err := loadRendition(ctx, s.DB, m.Brand, m.ID, Thumb)
	if err != nil {
		return "", err
	}
	give, err := s.take(ctx)
	if err != nil {
		return "", err
	}
	defer give()
	r, err := s.Files.Open(ctx, x.file)
	if err != nil {
		return "", missing(err)
	}
	defer r.Close()
	img, _, err := read(ctx, r)
	if err != nil {
		return "", err
	}
	small, err := scale(ctx, img, img.Bounds().Dx(), img.Bounds().Dy())
	if err != nil {
		return "", err
	}
	return lookOf(small), nil
}

type twin struct {
	id       id.Media
	distance int
}

// near lists the media of the brand that look like this one, at most fifty.
func (s *Service) near(ctx context.Context, m Media) (out []twin, err error) {
	if m.look == "" {
		return nil, nil
	}
	err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var t twin
		var look string
		var w, h int
		if err := r.Scan(&t.id, &look, &w, &h); err != nil {
			return err
		}
		// A crop is another picture: proportions within a twentieth.
		if t.distance = apart(look, m.look); t.distance <= maxApart && len(out) < 50 && 20*abs(w*m.Height-h*m.Width) <= w*m.Height {
			out = append(out, t)
		}
		return nil
	}, `SELECT id, look, width, height FROM media WHERE brand = ? AND id <> ? AND look <> '' AND binned_at IS NULL AND newer = ''`, m.Brand, m.ID)
	return out, err
}

func abs(n int) int { return max(n, -n) }

// keepTwins writes that media look like this one; pairs stand once, the older
// id first, and one that a person told apart stays apart.
func keepTwins(ctx context.Context, tx *sqldb.Tx, b id.Brand, m id.Media, list []twin) error {
	for _, t := range list {
		one, two := t.id, m
		if one > two {
			one, two = two, one
		}
		if _, err := tx.Exec(ctx, `INSERT INTO media_twin (brand, media, other, distance, apart) SELECT ?, id, ?, ?, FALSE FROM media WHERE brand = ? AND id = ? ON CONFLICT (media, other) DO NOTHING`,
			b, two, t.distance, b, one); err != nil {
			return err
		}
	}
	return nil
}

// Twins are two media that look the same.
type Twins struct {
	First, Second Media
	// Distance is in how many of 128 places they differ.
	Distance int
}

// TwinsOf lists what looks like a media; Duplicates lists all pairs of the
// brand, at most limit. What lies in the bin, versions that were replaced and
// pairs that a person told apart are left out.
func (s *Service) TwinsOf(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (_ []Media, err error) {
	defer fault.Wrap(&err, "twins of media")
	if err := a.Require(b, team.SeeMedia); err != nil {
		return nil, err
	}
	pairs, err := s.twins(ctx, b, "(t.media = ? OR t.other = ?)", 50, m, m)
	var out []Media
	for _, p := range pairs {
		if p.First.ID == m {
			p.First = p.Second
		}
		out = append(out, p.First)
	}
	return out, err
}

// Duplicates: see TwinsOf.
func (s *Service) Duplicates(ctx context.Context, a team.Actor, b id.Brand, limit int) (_ []Twins, err error) {
	defer fault.Wrap(&err, "list duplicates")
	if err := a.Require(b, team.SeeMedia); err != nil {
		return nil, err
	}
	return s.twins(ctx, b, "TRUE", min(max(limit, 1), 200))
}

func (s *Service) twins(ctx context.Context, b id.Brand, cond string, limit int, args ...any) ([]Twins, error) {
	type pair struct {
		a, b id.Media
		n    int
	}
	rows, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (p pair, err error) { return p, r.Scan(&p.a, &p.b, &p.n) },
		`SELECT t.media, t.other, t.distance FROM media_twin t JOIN media x ON x.id = t.media JOIN media y ON y.id = t.other
		WHERE t.brand = ? AND NOT t.apart AND x.binned_at IS NULL AND y.binned_at IS NULL AND x.newer = '' AND y.newer = ''
		AND (x.family = '' OR x.family <> y.family) AND `+cond+` ORDER BY t.distance, t.media DESC, t.other DESC LIMIT ?`, append(append([]any{b}, args...), limit)...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var names []id.Media
	for _, p := range rows {
		names = append(names, p.a, p.b)
	}
	known, err := loadMany(ctx, s.DB, b, names)
	if err != nil {
		return nil, err
	}
	by := map[id.Media]Media{}
	for _, m := range known {
		by[m.ID] = m
	}
	var out []Twins
	for _, p := range rows {
		out = append(out, Twins{by[p.a], by[p.b], p.n})
	}
	return out, nil
}

// TellApart notes that two media that look the same are not: they are not shown
// as duplicates any more. Safe to repeat. Errors: not_found.
func (s *Service) TellApart(ctx context.Context, a team.Actor, b id.Brand, m, other id.Media) (err error) {
	defer fault.Wrap(&err, "tell media apart")
	if err := a.Require(b, team.AddMedia); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		known, err := loadMany(ctx, tx, b, []id.Media{m, other})
		if err != nil {
			return err
		}
		if len(known) != 2 {
			return errUnknown
		}
		n, err := tx.Exec(ctx, `UPDATE media_twin SET apart = TRUE WHERE brand = ? AND NOT apart AND (media = ? AND other = ? OR media = ? AND other = ?)`, b, m, other, other, m)
		if err != nil || n == 0 {
			return err
		}
		s.changed(tx, b, m)
		return s.record(ctx, tx, a, b, m, ActTwins, toldApart{other})
	})
}
