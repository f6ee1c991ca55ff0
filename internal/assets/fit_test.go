package assets

import (
	"bytes"
	"image"
	"image/color"
	"io"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

var jpegOnly = network.ImageRule{Max: 1, Types: []string{"image/jpeg"}}

func (st *stage) fit(m id.Media, rule network.ImageRule) (network.Upload, []byte) {
	st.Helper()
	up, err := st.s.Fit(st.Context(), kerlann, m, rule)
	st.ok(err)
	defer up.Body.(io.Closer).Close()
	b, err := io.ReadAll(up.Body)
	st.ok(err)
	cfg, kind, err := image.DecodeConfig(bytes.NewReader(b))
	st.ok(err)
	if "image/"+kind != up.Type || cfg.Width != up.Width || cfg.Height != up.Height || up.Bytes != int64(len(b)) {
		st.Errorf("%s %d × %d is said to be %+v", kind, cfg.Width, cfg.Height, up)
	}
	return up, b
}

func TestPicturesLeaveWithinEachNetworksRule(t *testing.T) { // P2
	each(t, func(st *stage, _ *hands) {
		m := st.add("quai.jpeg", segment(jpegOf(photo(1200, 800)), 1, exif(6)))
		_, err := st.s.EditMeta(st.Context(), ines, kerlann, m.ID, 0, Meta{Name: "quai.jpeg", Alt: "Le quai"})
		st.ok(err)
		for name, rule := range map[string]network.ImageRule{
			"any":        {Max: 4, Types: []string{"image/png", "image/jpeg", "image/webp"}},
			"weight":     {Max: 4, Types: []string{"image/jpeg"}, MaxBytes: 60_000},
			"side":       {Max: 4, Types: []string{"image/jpeg"}, MaxSide: 500},
			"pixels":     {Max: 4, Types: []string{"image/jpeg"}, MaxPixels: 300_000},
			"everything": {Max: 1, Types: []string{"image/jpeg"}, MaxBytes: 20_000, MaxSide: 900, MaxPixels: 400_000},
			"png only":   {Max: 1, Types: []string{"image/png"}, MaxBytes: 200_000},
		} {
			up, b := st.fit(m.ID, rule)
			switch {
			case rule.MaxBytes > 0 && up.Bytes > rule.MaxBytes, rule.MaxSide > 0 && max(up.Width, up.Height) > rule.MaxSide,
				rule.MaxPixels > 0 && int64(up.Width*up.Height) > rule.MaxPixels:
				st.Errorf("%s: %+v", name, up)
			case up.Width >= up.Height:
				st.Errorf("%s: not turned", name)
			case up.Alt != "Le quai" || up.Name != "quai"+endings[up.Type]:
				st.Errorf("%s: %+v", name, up)
			case readTags(bytes.NewReader(b), up.Type).place || bytes.Contains(b, []byte("Exif")):
				st.Errorf("%s: the place leaves with it", name)
			}
			_, again := st.fit(m.ID, rule)
			if !bytes.Equal(again, b) {
				st.Errorf("%s: a retry sends other bytes", name)
			}
			// Made anew, it is the same too.
			_, err := st.db.Exec(st.Context(), `DELETE FROM rendition WHERE brand = ? AND rule NOT IN ('thumb', 'view')`, kerlann)
			st.ok(err)
			if _, anew := st.fit(m.ID, rule); !bytes.Equal(anew, b) {
				st.Errorf("%s: not deterministic", name)
			}
		}
		if full, _ := st.fit(m.ID, jpegOnly); full.Width != 800 || full.Height != 1200 {
			st.Errorf("%+v", full)
		}
	})
}

func TestADrawingStaysClearWhereTheNetworkTakesIt(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		logo := image.NewNRGBA(image.Rect(0, 0, 200, 100))
		logo.SetNRGBA(3, 3, color.NRGBA{0, 0, 200, 255})
		m := st.add("logo.png", pngOf(logo))
		if up, _ := st.fit(m.ID, network.ImageRule{Max: 1, Types: []string{"image/jpeg", "image/png"}}); up.Type != typePNG {
			st.Errorf("%+v", up)
		}
		up, b := st.fit(m.ID, jpegOnly)
		img, _, err := image.Decode(bytes.NewReader(b))
		st.ok(err)
		if r, g, bl, _ := img.At(150, 80).RGBA(); up.Type != typeJPEG || r>>8 < 250 || g>>8 < 250 || bl>>8 < 250 {
			st.Error("what shines through must become white, not black")
		}
	})
}

func TestWhatCannotFitSaysWhy(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		got, err := st.s.Add(ctx, ines, kerlann, "x.jpg", bytes.NewReader(jpegOf(photo(300, 200))))
		st.ok(err)
		if _, err := st.s.Fit(ctx, kerlann, got.Media.ID, jpegOnly); fault.Of(err) != fault.Transient {
			st.Errorf("still being read: %v", err)
		}
		st.ok(st.q.Drain(ctx))
		for key, rule := range map[string]network.ImageRule{
			"assets.no_pictures": {},
			"assets.no_type":     {Max: 1, Types: []string{"image/avif"}},
			"assets.cannot_fit":  {Max: 1, Types: []string{"image/jpeg"}, MaxBytes: 100},
		} {
			if _, err := st.s.Fit(ctx, kerlann, got.Media.ID, rule); fault.As(err) == nil || fault.As(err).Key != key {
				st.Errorf("%s: %v", key, err)
			}
		}
		bad := st.add("x.pdf", []byte("%PDF-1"))
		if _, err := st.s.Fit(ctx, kerlann, bad.ID, jpegOnly); fault.As(err) == nil || fault.As(err).Key != "assets.refused.pdf" {
			st.Error(err)
		}
	})
}

func TestRenditionsAreMadeAheadOfTheHour(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		m := st.add("x.jpg", jpegOf(photo(300, 200)))
		small := network.ImageRule{Max: 1, Types: []string{"image/jpeg"}, MaxSide: 100}
		for range 2 {
			st.ok(st.db.Write(ctx, func(tx *sqldb.Tx) error {
				return st.s.Prepare(ctx, tx, kerlann, []id.Media{m.ID, id.New[id.Media]()}, jpegOnly, small, network.ImageRule{})
			}))
		}
		st.ok(st.q.Drain(ctx))
		n, err := sqldb.Value[int64](ctx, st.db, `SELECT COUNT(*) FROM rendition WHERE brand = ? AND media = ? AND file <> ''`, kerlann, m.ID)
		if err != nil || n != 4 { // two of ours, two of theirs
			st.Errorf("%d %v", n, err)
		}
		// The original may be gone: what was made is what leaves.
		st.ok(st.store.Remove(ctx, m.file))
		if up, _ := st.fit(m.ID, small); up.Width != 100 {
			st.Errorf("%+v", up)
		}
	})
}
