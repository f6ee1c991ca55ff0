package assets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	"path"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/sqldb"
)

// recipe is the version of what fit does; another one makes other renditions.
const recipe = "2"

// maxSide bounds what is sent to a network that names no bound: no network
// shows more.
const maxSide = 4096

// minSide is where making a picture smaller stops helping.
const minSide = 48

// wish is the part of a network's rule on which the bytes depend.
type wish struct {
	Recipe    string   `json:"recipe"`
	Types     []string `json:"types"`
	MaxBytes  int64    `json:"max_bytes"`
	MaxPixels int64    `json:"max_pixels"`
	MaxSide   int      `json:"max_side"`
	// Cut is the part that leaves, as the content that was decided on says.
	Cut network.Cut `json:"cut,omitempty"`
}

// wishOf reads a rule; its hash names the rendition.
func wishOf(r network.ImageRule) (w wish, text, hash string, err error) {
	if r.Max < 1 {
		return w, "", "", fault.New(fault.Unsupported, "assets.no_pictures")
	}
	w = wish{Recipe: recipe, MaxBytes: max(r.MaxBytes, 0), MaxPixels: max(r.MaxPixels, 0), MaxSide: maxSide}
	if r.MaxSide > 0 {
		w.MaxSide = min(w.MaxSide, r.MaxSide)
	}
	for _, t := range r.Types {
		if t = strings.ToLower(strings.TrimSpace(t)); t == typeJPEG || t == typePNG {
			w.Types = append(w.Types, t)
		}
	}
	if len(r.Types) == 0 {
		w.Types = []string{typeJPEG, typePNG}
	}
	if len(w.Types) == 0 {
		return w, "", "", errNoType.With("types", strings.Join(r.Types, ", "))
	}
	if w.Cut = r.Cut; r.Cut != "" {
		if _, _, _, _, ok := r.Cut.Part(); !ok {
			return w, "", "", errRatio
		}
	}
	slices.Sort(w.Types)
	w.Types = slices.Compact(w.Types)
	b, err := json.Marshal(w)
	if err != nil {
		return w, "", "", err
	}
	sum := sha256.Sum256(b)
	return w, string(b), hex.EncodeToString(sum[:12]), nil
}

// Prepare wishes for renditions of media within the rules of the networks they
// will go to, so that they are made before the hour comes. It writes the
// wishes and their jobs in the caller's transaction; media that are not of the
// brand are passed over, and so are rules without a picture. Safe to repeat.
func (s *Service) Prepare(ctx context.Context, tx *sqldb.Tx, b id.Brand, list []id.Media, rules ...network.ImageRule) (err error) {
	defer fault.Wrap(&err, "prepare renditions")
	if len(list) == 0 || len(rules) == 0 {
		return nil
	}
	known, err := loadMany(ctx, tx, b, list)
	if err != nil {
		return err
	}
	for _, m := range known {
		if m.State == Refused {
			continue
		}
		for _, r := range rules {
			_, text, hash, err := wishOf(r)
			if err != nil {
				continue // Fit will say so, with its reason
			}
			x, err := loadRendition(ctx, tx, b, m.ID, hash)
			if err == nil && x.file != "" {
				continue
			}
			if err != nil && !sqldb.IsNoRow(err) {
				return err
			}
			if err := wishRendition(ctx, tx, b, m.ID, hash, text); err != nil {
				return err
			}
			if err := s.Jobs.Enqueue(ctx, tx, KindFit, Job{Brand: b, Media: m.ID, Rule: hash}, jobs.Unique()); err != nil {
				return err
			}
		}
	}
	return nil
}

// fitWish is the job behind Prepare.
func (s *Service) fitWish(ctx context.Context, j Job) (err error) {
	defer fault.Wrap(&err, "fit media ahead")
	m, err := loadMedia(ctx, s.DB, j.Brand, j.Media)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if m.State == Working {
		return jobs.Later(5 * time.Second)
	}
	x, err := loadRendition(ctx, s.DB, j.Brand, j.Media, j.Rule)
	if sqldb.IsNoRow(err) || err == nil && x.file != "" || m.State == Refused {
		return nil
	}
	if err != nil {
		return err
	}
	var w wish
	if err := json.Unmarshal([]byte(x.Wish), &w); err != nil {
		return fault.New(fault.Internal, "").Because(err)
	}
	_, err = s.rendition(ctx, m, w, x.Wish, j.Rule)
	return err
}

// Fit gives a media within a network's rule, re-encoded without what the file
// said of its maker and its place. The first answer for a rule is kept: a
// retry sends the same bytes. The caller closes Body (an io.Closer). Errors:
// not_found; transient (still being read: wait); invalid (refused, or no size
// fits); unsupported (the network takes no type we make).
func (s *Service) Fit(ctx context.Context, b id.Brand, m id.Media, rule network.ImageRule) (_ network.Upload, err error) {
	defer fault.Wrap(&err, "fit media")
	w, text, hash, err := wishOf(rule)
	if err != nil {
		return network.Upload{}, err
	}
	got, err := loadMedia(ctx, s.DB, b, m)
	if err != nil {
		return network.Upload{}, err
	}
	switch got.State {
	case Working:
		return network.Upload{}, errWorking
	case Refused:
		return network.Upload{}, refuse(got.Problem)
	}
	x, err := s.rendition(ctx, got, w, text, hash)
	if err != nil {
		return network.Upload{}, err
	}
	body, err := s.Files.Open(ctx, x.file)
	if err != nil {
		return network.Upload{}, missing(err)
	}
	return network.Upload{Type: x.Type, Bytes: x.Bytes, Width: x.Width, Height: x.Height, Alt: got.Alt, Name: fileName(got.Name, x.Type), Body: body}, nil
}

// rendition returns the file for a rule, making it if it is missing.
func (s *Service) rendition(ctx context.Context, m Media, w wish, text, hash string) (rendition, error) {
	x, err := loadRendition(ctx, s.DB, m.Brand, m.ID, hash)
	if err == nil && x.file != "" || err != nil && !sqldb.IsNoRow(err) {
		return x, err
	}
	give, err := s.take(ctx)
	if err != nil {
		return x, err
	}
	defer give()
	// Somebody may have made it while we waited.
	if x, err = loadRendition(ctx, s.DB, m.Brand, m.ID, hash); err == nil && x.file != "" || err != nil && !sqldb.IsNoRow(err) {
		return x, err
	}
	r, err := s.Files.Open(ctx, m.file)
	if err != nil {
		return x, missing(err)
	}
	defer r.Close()
	img, h, err := read(ctx, r)
	if err != nil {
		return x, err
	}
	out, err := fit(ctx, img, h, m, w)
	if err != nil {
		return x, err
	}
	x, err = s.put(ctx, hash, text, out.kind, out.w, out.h, out.b)
	if err != nil {
		return x, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := keepRendition(ctx, tx, m.Brand, m.ID, x); err != nil {
			return err
		}
		x, err = loadRendition(ctx, tx, m.Brand, m.ID, hash) // another node's, if it was faster
		return err
	})
	return x, err
}

type fitted struct {
	kind string
	w, h int
	b    []byte
}

// qualities are tried in order before the picture is made smaller.
var qualities = []int{90, 84, 78, 70, 62}

// fit re-encodes a picture within a wish: first quality, then size.
func fit(ctx context.Context, img image.Image, h header, m Media, w wish) (fitted, error) {
	if w.Cut != "" {
		_, part, pw, ph, ok := w.Cut.Part()
		if !ok || pw != m.Width || ph != m.Height {
			return fitted{}, errRatio.Becausef("cut %q of a picture of %d × %d", w.Cut, m.Width, m.Height)
		}
		img = cropTo(img, part, m.Facts.Turned)
	}
	sb := img.Bounds()
	clear := !opaque(img)
	may := func(t string) bool { return slices.Contains(w.Types, t) }
	// Drawings stay sharp and what shines through stays clear, as PNG; the rest
	// are photographs.
	kind := typeJPEG
	if may(typePNG) && (clear || h.kind == typePNG || h.kind == typeGIF) || !may(typeJPEG) {
		kind = typePNG
	}
	for cw, ch := inside(sb.Dx(), sb.Dy(), w.MaxSide, w.MaxPixels); ; cw, ch = max(1, cw*4/5), max(1, ch*4/5) {
		small, err := scale(ctx, img, cw, ch)
		if err != nil {
			return fitted{}, err
		}
		small = turn(small, m.Facts.Turned)
		ow, oh := small.Rect.Dx(), small.Rect.Dy()
		if kind == typePNG {
			b, err := encode(small, typePNG, 0, m.Facts.Profile, w.MaxBytes)
			if err == nil {
				return fitted{typePNG, ow, oh, b}, nil
			}
			if !errors.Is(err, errOver) {
				return fitted{}, err
			}
			if !clear && may(typeJPEG) {
				kind = typeJPEG
			}
		}
		if kind == typeJPEG {
			for _, q := range qualities {
				b, err := encode(small, typeJPEG, q, m.Facts.Profile, w.MaxBytes)
				if err == nil {
					return fitted{typeJPEG, ow, oh, b}, nil
				}
				if !errors.Is(err, errOver) {
					return fitted{}, err
				}
			}
		}
		if max(cw, ch) <= minSide {
			return fitted{}, errNoFit.With("kb", w.MaxBytes>>10)
		}
	}
}

var endings = map[string]string{typeJPEG: ".jpg", typePNG: ".png", typeGIF: ".gif", typeWebP: ".webp"}

// fileName is the media's name with the ending of what it became.
func fileName(name, kind string) string {
	if e := strings.ToLower(path.Ext(name)); e == ".jpeg" || e == ".jpg" || e == ".png" || e == ".gif" || e == ".webp" {
		name = name[:len(name)-len(e)]
	}
	return name + endings[kind]
}
