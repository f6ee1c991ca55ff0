package assets

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vigie/internal/base/fault"
)

func TestAPhotographIsTurnedAndLosesItsPlace(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		file := segment(segment(jpegOf(photo(2000, 1000)), 1, xmp), 1, exif(6))
		m := st.add(`C:\photos\fournée.jpg`, file)
		if m.State != Ready || m.Type != typeJPEG || m.Width != 1000 || m.Height != 2000 || m.Name != "fournée.jpg" {
			st.Fatalf("%+v", m)
		}
		if !m.Facts.Place || m.Facts.Turned != 6 || m.Facts.Credit != "Maël Kerouédan / Agence Ouest" || m.Facts.Caption != "La fournée de six heures" || m.Alt != "Des sablés sur une plaque" {
			st.Errorf("%+v %q", m.Facts, m.Alt)
		}
		for rule, side := range map[string]int{Thumb: 320, View: 1600} {
			b, f := st.open(m.ID, rule)
			img, err := jpeg.Decode(bytes.NewReader(b))
			st.ok(err)
			if img.Bounds().Dx() != side/2 || img.Bounds().Dy() != side || f.Type != typeJPEG || f.Bytes != int64(len(b)) {
				st.Errorf("%s: %v %s", rule, img.Bounds(), f.Type)
			}
			// Held so (6), what was left is on top.
			if r, _, bl, _ := img.At(side/4, side/8).RGBA(); r < bl {
				st.Errorf("%s: turned the wrong way", rule)
			}
			if bytes.Contains(b, []byte("Exif")) || bytes.Contains(b, []byte("Agence")) || readTags(bytes.NewReader(b), typeJPEG) != (told{}) {
				st.Errorf("%s: still says where and by whom", rule)
			}
		}
		if got := strings.Join(st.acts(m.ID), " "); got != "assets.added assets.ready" {
			st.Error(got)
		}
		if !slices.Contains(st.told, "brand:"+string(kerlann)+" media") {
			st.Error("open pages are not told")
		}
	})
}

func TestWhatShinesThroughStaysClear(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		logo := image.NewNRGBA(image.Rect(0, 0, 900, 600))
		logo.SetNRGBA(450, 300, color.NRGBA{0, 0, 200, 255})
		m := st.add("logo.png", pngOf(logo))
		b, f := st.open(m.ID, View)
		img, err := png.Decode(bytes.NewReader(b))
		st.ok(err)
		if f.Type != typePNG || f.Name != "logo.png" || img.Bounds().Dx() != 900 {
			st.Errorf("%+v %v", f, img.Bounds())
		}
		if _, _, _, a := img.At(0, 0).RGBA(); a != 0 {
			st.Error("the ground was filled")
		}
	})
}

// T4: whatever is called .jpg and is none ends with a sentence, and nothing is
// unpacked that does not fit.
func TestWhatIsNoPictureOrABombIsRefusedWithItsReason(t *testing.T) {
	whole := jpegOf(photo(800, 600))
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"svg.png":        {[]byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "assets.refused.svg"},
		"pdf.jpg":        {[]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"), "assets.refused.pdf"},
		"iphone.jpg":     {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "assets.refused.heic"},
		"new.avif":       {[]byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf"), "assets.refused.avif"},
		"film.jpg":       {[]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"), "assets.refused.video"},
		"brief.docx":     {[]byte("PK\x03\x04\x14\x00"), "assets.refused.document"},
		"page.jpg":       {[]byte("<!DOCTYPE html><html><body>404"), "assets.refused.page"},
		"text.png":       {[]byte("bonjour"), "assets.refused.unknown"},
		"cut.jpg":        {whole[:len(whole)/2], "assets.refused.broken"},
		"head.jpg":       {whole[:30], "assets.refused.broken"},
		"cut.png":        {pngOf(photo(200, 200))[:900], "assets.refused.broken"},
		"bomb.png":       {hugePNG(50_000, 50_000, 8, 2), "assets.refused.pixels"},
		"deep.png":       {hugePNG(9_900, 9_900, 16, 6), "assets.refused.pixels"}, // 98 MP, eight bytes each
		"zero.png":       {hugePNG(0, 5, 8, 2), "assets.refused.broken"},
		"bomb.jpg":       {hugeJPEG(65_000, 65_000, 0xc0), "assets.refused.pixels"},
		"slow.jpg":       {hugeJPEG(9_000, 9_000, 0xc2), "assets.refused.pixels"}, // progressive: fifteen bytes each
		"liar.jpg":       {hugeJPEG(9_000, 9_000, 0xc0), "assets.refused.broken"}, // announces more than it holds
		"liar.webp":      {riff("VP8X", "\x00\x00\x00\x00\x09\x00\x00\x09\x00\x00", "VP8 ", "\x00\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f"), "assets.refused.pixels"},
		"animated.webp":  {riff("VP8X", "\x02\x00\x00\x00\x09\x00\x00\x09\x00\x00", "ANIM", "\x00\x00\x00\x00\x00\x00"), "assets.refused.animated"},
		"empty.webp":     {riff(), "assets.refused.broken"},
		"scanner.jpg":    {[]byte("II*\x00\x08\x00\x00\x00"), "assets.refused.format"},
		"gif-of-one.gif": {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00;"), "assets.refused.pixels"},
	} {
		_, _, err := read(t.Context(), bytes.NewReader(c.file))
		if fault.Of(err) != fault.Invalid || fault.As(err).Key != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	each(t, func(st *stage, _ *hands) {
		m := st.add("devis.jpg", []byte("%PDF-1.7\n"))
		if m.State != Refused || m.Problem != "assets.refused.pdf" || m.NeedsAlt() {
			st.Errorf("%+v", m)
		}
		if _, err := st.s.Open(st.Context(), ines, kerlann, m.ID, View); !fault.Is(err, fault.NotFound) {
			st.Error(err)
		}
		if got := strings.Join(st.acts(m.ID), " "); got != "assets.added assets.refused" {
			st.Error(got)
		}
		// Sent again after an update of the program, it is looked at again.
		again, err := st.s.Add(st.Context(), ines, kerlann, "devis.jpg", strings.NewReader("%PDF-1.7\n"))
		if err != nil || !again.Existing || again.Media.ID != m.ID || again.Media.State != Working {
			st.Errorf("%+v %v", again, err)
		}
	})
}

func TestAnimationsKeepTheirFirstPicture(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		m := st.add("chat.gif", animation(3000))
		if m.State != Ready || !m.Facts.Moves || m.Width != 20 {
			st.Errorf("%+v", m)
		}
		if one := st.add("un.gif", animation(1)); one.Facts.Moves {
			st.Error("one picture does not move")
		}
	})
}

// Files of other programs: the decoders read them, colours stay.
func TestPicturesOfOtherPrograms(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("no go command: the pictures of its sources are not found")
	}
	dir := filepath.Join(strings.TrimSpace(string(root)), "src", "image", "testdata")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("this Go has no sources beside it")
	}
	for _, name := range []string{"video-001.cmyk.jpeg", "video-001.progressive.jpeg", "video-001.rgb.jpeg", "video-001.gif", "video-001.q50.410.jpeg"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		img, h, err := read(t.Context(), bytes.NewReader(b))
		if err != nil || h.cmyk != strings.Contains(name, "cmyk") {
			t.Errorf("%s: %v %+v", name, err, h)
			continue
		}
		same := "video-001.png"
		if h.cmyk {
			same = "video-001.cmyk.png"
		}
		want, err := os.ReadFile(filepath.Join(dir, same))
		if err != nil {
			t.Fatal(err)
		}
		ref, _, err := read(t.Context(), bytes.NewReader(want))
		if err != nil {
			t.Fatal(err)
		}
		small, err := scale(t.Context(), img, 40, 30)
		if err != nil {
			t.Fatal(err)
		}
		other, err := scale(t.Context(), ref, 40, 30)
		if err != nil {
			t.Fatal(err)
		}
		if d := distance(small, other); d > 14 {
			t.Errorf("%s: colours are off by %.1f", name, d)
		}
	}
}

func distance(a, b *image.NRGBA) float64 {
	sum := 0.0
	for i := range a.Pix {
		d := float64(a.Pix[i]) - float64(b.Pix[i])
		sum += max(d, -d)
	}
	return sum / float64(len(a.Pix))
}

func TestAWebPIsTakenIn(t *testing.T) {
	// One clear pixel, lossless.
	b := riff("VP8L", "\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")
	img, h, err := read(t.Context(), bytes.NewReader(b))
	if err != nil || h.kind != typeWebP || img.Bounds().Dx() != 1 || opaque(img) {
		t.Errorf("%v %+v", err, h)
	}
}

func TestEveryOrientationShowsTheSamePicture(t *testing.T) {
	// The picture as one should see it, and how a camera stores it per
	// orientation (EXIF 2.32, 4.6.4 A).
	seen := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	for i := range 6 {
		seen.SetNRGBA(i%3, i/3, color.NRGBA{uint8(40 * i), 0, 0, 255})
	}
	stored := map[int][][]int{1: {{0, 1, 2}, {3, 4, 5}}, 2: {{2, 1, 0}, {5, 4, 3}}, 3: {{5, 4, 3}, {2, 1, 0}}, 4: {{3, 4, 5}, {0, 1, 2}},
		5: {{0, 3}, {1, 4}, {2, 5}}, 6: {{2, 5}, {1, 4}, {0, 3}}, 7: {{5, 2}, {4, 1}, {3, 0}}, 8: {{3, 0}, {4, 1}, {5, 2}}}
	for o, lines := range stored {
		img := image.NewNRGBA(image.Rect(0, 0, len(lines[0]), len(lines)))
		for y, l := range lines {
			for x, v := range l {
				img.SetNRGBA(x, y, color.NRGBA{uint8(40 * v), 0, 0, 255})
			}
		}
		if got := turn(img, o); got.Rect != seen.Rect || !bytes.Equal(got.Pix, seen.Pix) {
			t.Errorf("orientation %d", o)
		}
	}
}

func TestScalingKeepsEvennessAndSize(t *testing.T) {
	flat := image.NewNRGBA(image.Rect(0, 0, 101, 67))
	for i := range flat.Pix {
		flat.Pix[i] = []uint8{10, 120, 240, 255}[i%4]
	}
	for _, size := range [][2]int{{101, 67}, {50, 33}, {7, 3}, {1, 1}} {
		out, err := scale(t.Context(), flat, size[0], size[1])
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range out.Pix {
			if v != []uint8{10, 120, 240, 255}[i%4] {
				t.Fatalf("%v: %d at %d", size, v, i)
			}
		}
	}
	if out, err := scale(t.Context(), photo(40, 30), 40, 30); err != nil || !bytes.Equal(out.Pix, photo(40, 30).Pix) {
		t.Error("the same size is the same picture")
	}
	for _, c := range [][5]int{{8000, 6000, 2000, 0, 2000}, {8000, 6000, 0, 12_000_000, 4000}, {100, 50, 2000, 0, 100}, {10_000, 1, 320, 0, 320}} {
		if w, h := inside(c[0], c[1], c[2], int64(c[3])); w != c[4] || h < 1 || c[3] > 0 && w*h > c[3] {
			t.Errorf("%v: %d × %d", c, w, h)
		}
	}
}

func TestColourProfilesStayWithTheirColours(t *testing.T) {
	profile := make([]byte, 200)
	copy(profile[16:], "RGB ")
	copy(profile[36:], "acsp")
	for kind, decode := range map[string]func([]byte) error{
		typeJPEG: func(b []byte) error { _, err := jpeg.Decode(bytes.NewReader(b)); return err },
		typePNG:  func(b []byte) error { _, err := png.Decode(bytes.NewReader(b)); return err },
	} {
		b, err := encode(photo(20, 20), kind, 80, profile, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := decode(b); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if got := readProfile(bytes.NewReader(b), kind); !bytes.Equal(got, profile) {
			t.Errorf("%s: %d bytes came back", kind, len(got))
		}
	}
	if readProfile(bytes.NewReader(segment(jpegOf(photo(9, 9)), 2, iccName+"\x01\x01"+strings.Repeat("x", 500))), typeJPEG) != nil {
		t.Error("what is no profile was kept")
	}
}

func TestHostileBytesNeverPanic(t *testing.T) {
	files := [][]byte{segment(segment(jpegOf(photo(60, 40)), 1, xmp), 1, exif(3)), pngOf(photo(60, 40)), animation(3), riff("VP8L", "\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")}
	for n, f := range files {
		for i := 0; i < len(f); i += 1 + len(f)/150 {
			b := slices.Clone(f)
			b[i] ^= 0xff
			for _, part := range [][]byte{b, b[:i]} {
				_, h, err := read(t.Context(), bytes.NewReader(part))
				if err != nil && fault.Of(err) != fault.Invalid {
					t.Fatalf("file %d at %d: %v", n, i, err)
				}
				readTags(bytes.NewReader(part), h.kind)
				readProfile(bytes.NewReader(part), h.kind)
			}
		}
	}
}

func TestAFileThatEndsTheProgramIsNotTriedForEver(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		got, err := st.s.Add(st.Context(), ines, kerlann, "x.png", bytes.NewReader(pngOf(photo(9, 9))))
		st.ok(err)
		for range maxTries {
			st.ok(countTry(st.Context(), st.db, kerlann, got.Media.ID))
		}
		st.ok(st.q.Drain(st.Context()))
		if m, err := st.s.Get(st.Context(), ines, kerlann, got.Media.ID); err != nil || m.State != Refused {
			st.Errorf("%+v %v", m, err)
		}
	})
}

func TestAMediaWhoseJobWasLostIsPreparedAllTheSame(t *testing.T) {
	each(t, func(st *stage, c *hands) {
		got, err := st.s.Add(st.Context(), ines, kerlann, "x.png", bytes.NewReader(pngOf(photo(9, 9))))
		st.ok(err)
		_, err = st.db.Exec(st.Context(), `DELETE FROM river_job`)
		st.ok(err)
		c.add(patience + 1e9)
		st.ok(st.q.RunNow(st.Context(), "assets.working"))
		st.ok(st.q.Drain(st.Context()))
		if m, err := st.s.Get(st.Context(), ines, kerlann, got.Media.ID); err != nil || m.State != Ready {
			st.Errorf("%+v %v", m, err)
		}
	})
}

func TestStatesMoveAsTheTableSays(t *testing.T) {
	for _, c := range []struct {
		from, to State
		may      bool
	}{{Working, Ready, true}, {Working, Refused, true}, {Refused, Working, true}, {Ready, Working, false}, {Ready, Refused, false}, {Refused, Ready, false}, {Working, Working, false}} {
		if c.from.may(c.to) != c.may {
			t.Errorf("%s to %s", c.from, c.to)
		}
	}
}
