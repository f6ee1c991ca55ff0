package assets

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

func names(list []Media) (out []string) {
	for _, m := range list {
		out = append(out, m.Name)
	}
	return out
}

func TestMediaAreFoundByWordsFoldersTagsAndShape(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		wide, tall, even := st.add("quai.jpg", jpegOf(photo(90, 40))), st.add("phare.jpg", jpegOf(photo(40, 90))), st.add("carré.jpg", jpegOf(photo(60, 60)))
		folder := " Noël / Vitrine /"
		st.ok(st.s.File(ctx, ines, kerlann, []id.Media{wide.ID, tall.ID}, Filing{Folder: &folder, Add: []string{"#Été", "mer", "ETE"}}))
		st.under(even.ID, Licence{Kind: Press, Holder: "Agence du Ponant"})
		list := func(f Filter) []string {
			st.Helper()
			p, err := st.s.List(ctx, ines, kerlann, f, "", 10)
			st.ok(err)
			return names(p.Media)
		}
		for why, c := range map[string]struct {
			f    Filter
			want []string
		}{
			"landscape":            {Filter{Shape: Landscape}, []string{"quai.jpg"}},
			"portrait":             {Filter{Shape: Portrait}, []string{"phare.jpg"}},
			"square":               {Filter{Shape: Square}, []string{"carré.jpg"}},
			"the folder above":     {Filter{Folder: "Noël"}, []string{"phare.jpg", "quai.jpg"}},
			"half a folder's name": {Filter{Folder: "Noël/Vit"}, nil},
			"a tag, accents aside": {Filter{Tag: "ete"}, []string{"phare.jpg", "quai.jpg"}},
			"a tag as a word":      {Filter{Text: "MER"}, []string{"phare.jpg", "quai.jpg"}},
			"the beginning":        {Filter{Text: "pon"}, []string{"carré.jpg"}},
			"words and a shape":    {Filter{Text: "vitrine", Shape: Portrait}, []string{"phare.jpg"}},
		} {
			if got := list(c.f); !slices.Equal(got, c.want) {
				st.Errorf("%s: %v, want %v", why, got, c.want)
			}
		}
		folders, tags, err := st.s.Shelves(ctx, ines, kerlann)
		if err != nil || !cmp.Equal(folders, []Counted{{"Noël/Vitrine", 2}}) || !cmp.Equal(tags, []Counted{{"ete", 2}, {"mer", 2}}) {
			st.Errorf("%v %v %v", folders, tags, err)
		}
		st.ok(st.s.File(ctx, ines, kerlann, []id.Media{wide.ID}, Filing{Remove: []string{"été"}}))
		if got := list(Filter{Tag: "été"}); !slices.Equal(got, []string{"phare.jpg"}) {
			st.Error(got)
		}
		// All or none: one media of another brand, and nothing happens.
		other, err := st.s.Add(ctx, yann, sobo, "x.jpg", bytes.NewReader(jpegOf(photo(20, 20))))
		st.ok(err)
		if err := st.s.File(ctx, yann, kerlann, []id.Media{tall.ID, other.Media.ID}, Filing{Add: []string{"volé"}}); !fault.Is(err, fault.NotFound) {
			st.Error(err)
		}
		if got := list(Filter{Tag: "volé"}); len(got) > 0 {
			st.Error(got)
		}
		st.posts.used = map[id.Media]int{wide.ID: 1}
		if got := list(Filter{Used: true}); !slices.Equal(got, []string{"quai.jpg"}) {
			st.Error(got)
		}
		if got := list(Filter{Unused: true}); !slices.Equal(got, []string{"carré.jpg", "phare.jpg"}) {
			st.Error(got)
		}
	})
}

// A search goes through its pages without losing or repeating one.
func TestASearchIsPagedToItsEnd(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		for i := range 7 {
			st.add("vague"+string(rune('a'+i))+" quai.png", pngOf(photo(20+i, 20)))
		}
		for _, f := range []Filter{{Text: "quai"}, {}} {
			seen := map[string]bool{}
			cursor := ""
			for pages := 0; pages < 10; pages++ {
				p, err := st.s.List(st.Context(), ines, kerlann, f, cursor, 3)
				st.ok(err)
				for _, m := range p.Media {
					if seen[m.Name] {
						st.Errorf("%s twice", m.Name)
					}
					seen[m.Name] = true
				}
				if cursor = p.Next; cursor == "" {
					break
				}
			}
			if len(seen) != 7 {
				st.Errorf("%+v: %d of 7", f, len(seen))
			}
		}
		if _, err := st.s.List(st.Context(), ines, kerlann, Filter{Text: "quai"}, "rubbish!", 3); !fault.Is(err, fault.Invalid) {
			st.Error(err)
		}
	})
}

func TestWhatAnOlderVersionTookInBecomesFindable(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		m := st.add("phare.jpg", jpegOf(scene(300, 200, 0)))
		_, err := st.db.Exec(ctx, `UPDATE media SET shelved = 0, look = '', shape = '' WHERE brand = ?`, kerlann)
		st.ok(err)
		st.ok(st.db.Write(ctx, func(tx *sqldb.Tx) error { return (&Service{}).forgetWords(ctx, tx, m.ID) }))
		st.ok(st.s.Shelve(ctx))
		st.ok(st.s.Shelve(ctx))
		p, err := st.s.List(ctx, ines, kerlann, Filter{Text: "phare", Shape: Landscape}, "", 5)
		if err != nil || len(p.Media) != 1 || p.Media[0].look == "" || p.Media[0].look != m.look {
			st.Errorf("%+v %v", p, err)
		}
	})
}

// scene is a picture that another one can look like: hills of light.
func scene(w, h, seed int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			fx, fy := float64(x)/float64(w), float64(y)/float64(h)
			v := 128 + 100*wave(fx*(3+float64(seed))+fy*2)*wave(fy*(4-float64(seed%3))-fx)
			img.SetNRGBA(x, y, color.NRGBA{uint8(v), uint8(255 - v), uint8(v / 2), 255})
		}
	}
	return img
}

func wave(f float64) float64 { // a triangle, between -1 and 1
	f -= float64(int(f))
	if f < 0 {
		f++
	}
	if f < .5 {
		return 4*f - 1
	}
	return 3 - 4*f
}

func TestMediaThatLookTheSameAreFoundByTheirContent(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		first := st.add("original.jpg", jpegOf(scene(400, 300, 0)))
		st.add("autre.jpg", jpegOf(scene(400, 300, 2)))
		st.add("plein.png", pngOf(image.NewNRGBA(image.Rect(0, 0, 40, 30))))
		st.add("vide.png", pngOf(image.NewNRGBA(image.Rect(0, 0, 80, 60))))
		small, err := scale(ctx, scene(400, 300, 0), 160, 120)
		st.ok(err)
		copied := st.add("copie.png", pngOf(small))
		pairs, err := st.s.Duplicates(ctx, ines, kerlann, 10)
		st.ok(err)
		if len(pairs) != 1 || pairs[0].First.ID != first.ID || pairs[0].Second.ID != copied.ID {
			st.Fatalf("%+v", pairs)
		}
		twins, err := st.s.TwinsOf(ctx, ines, kerlann, copied.ID)
		if err != nil || !slices.Equal(names(twins), []string{"original.jpg"}) {
			st.Errorf("%v %v", names(twins), err)
		}
		for range 2 {
			st.ok(st.s.TellApart(ctx, ines, kerlann, copied.ID, first.ID))
		}
		if pairs, err = st.s.Duplicates(ctx, ines, kerlann, 10); err != nil || len(pairs) > 0 {
			st.Errorf("told apart, and still %v %v", pairs, err)
		}
	})
}

func TestANewVersionTakesThePlaceAndKeepsTheOld(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		m := st.add("affiche.jpg", jpegOf(photo(90, 60)))
		m, err := st.s.EditMeta(ctx, ines, kerlann, m.ID, 0, Meta{Name: m.Name, Alt: "L’affiche"})
		st.ok(err)
		folder := "Affiches"
		st.ok(st.s.File(ctx, ines, kerlann, []id.Media{m.ID}, Filing{Folder: &folder, Add: []string{"été"}}))
		st.under(m.ID, Licence{Kind: Commissioned, Holder: "Maël", To: "2030-01-01"})
		c, err := st.s.SaveConsent(ctx, ines, kerlann, m.ID, Consent{Kind: Model, Who: "Nolwenn"})
		st.ok(err)
		_, err = st.s.AddDocument(ctx, ines, kerlann, m.ID, c.ID, "accord.pdf", bytes.NewReader([]byte("%PDF-1.4")))
		st.ok(err)
		next, err := st.s.Renew(ctx, yann, kerlann, m.ID, "affiche-2.jpg", bytes.NewReader(jpegOf(photo(91, 60))))
		st.ok(err)
		st.ok(st.q.Drain(ctx))
		next, err = st.s.Get(ctx, ines, kerlann, next.ID)
		st.ok(err)
		if next.State != Ready || next.Width != 91 || next.Name != "affiche.jpg" || next.Alt != "L’affiche" || next.Folder != folder || !slices.Equal(next.Tags, []string{"été"}) || next.Number != 2 {
			st.Errorf("%+v", next)
		}
		r, err := st.s.Rights(ctx, ines, kerlann, next.ID)
		if err != nil || r.Licence.Holder != "Maël" || len(r.Consents) != 1 || len(r.Documents) != 1 || r.Documents[0].About != r.Consents[0].ID || r.Consents[0].ID == c.ID {
			st.Errorf("%+v %v", r, err)
		}
		p, err := st.s.List(ctx, ines, kerlann, Filter{}, "", 10)
		if err != nil || len(p.Media) != 1 || p.Media[0].ID != next.ID {
			st.Errorf("the library shows %v %v", names(p.Media), err)
		}
		all, err := st.s.Versions(ctx, ines, kerlann, m.ID)
		if err != nil || len(all) != 2 || all[0].ID != next.ID || all[1].Newer != next.ID {
			st.Errorf("%+v %v", all, err)
		}
		if got := st.against(Departure{Media: []id.Media{m.ID, next.ID}}); !slices.Equal(got, []string{"newer"}) {
			st.Errorf("a post with the old one says %v", got)
		}
		if _, err := st.s.Fit(ctx, kerlann, m.ID, jpegOnly); err != nil { // a post that was written with it
			st.Errorf("the old version is gone: %v", err)
		}
		if _, err := st.s.Renew(ctx, ines, kerlann, m.ID, "x", bytes.NewReader(jpegOf(photo(92, 60)))); !errors.Is(err, errVersionOld) {
			st.Error(err)
		}
		if _, err := st.s.Renew(ctx, ines, kerlann, next.ID, "x", bytes.NewReader(jpegOf(photo(90, 60)))); !errors.Is(err, errVersionSame) {
			st.Error(err)
		}
	})
}

func TestANetworksCropKeepsThePointOfInterest(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		m := st.add("quai.jpg", jpegOf(photo(200, 100))) // left red, right blue
		fitted := func(on network.Kind) (image.Image, network.Upload) {
			st.Helper()
			cuts, err := st.s.Cuts(ctx, st.s.DB, kerlann, []id.Media{m.ID})
			st.ok(err)
			r := jpegOnly
			r.Cut = cuts[m.ID][on]
			up, err := st.s.Fit(ctx, kerlann, m.ID, r)
			st.ok(err)
			defer up.Body.(io.Closer).Close()
			img, _, err := image.Decode(up.Body)
			st.ok(err)
			return img, up
		}
		if _, up := fitted(bluesky); up.Width != 200 || up.Height != 100 {
			st.Errorf("%d × %d", up.Width, up.Height)
		}
		st.ok(st.s.SetCrop(ctx, ines, kerlann, m.ID, Crop{bluesky, "1:1"}))
		red := func(img image.Image, x int) bool { r, _, b, _ := img.At(x, 50).RGBA(); return r > b }
		img, up := fitted(bluesky)
		if up.Width != 100 || up.Height != 100 || !red(img, 10) || red(img, 90) {
			st.Errorf("the middle of it: %d × %d", up.Width, up.Height)
		}
		_, err := st.s.EditMeta(ctx, ines, kerlann, m.ID, 0, Meta{Name: m.Name, Focus: &Point{1, .5}})
		st.ok(err)
		if img, up = fitted(bluesky); up.Width != 100 || red(img, 10) || red(img, 90) {
			st.Error("the right of it was asked for")
		}
		if _, up = fitted(mastodon); up.Width != 200 {
			st.Errorf("another network is not cropped: %d", up.Width)
		}
		// What waits with it is told each time; a name alone is no matter to it.
		was := st.posts.marked
		st.ok(st.s.SetCrop(ctx, ines, kerlann, m.ID, Crop{bluesky, "4:5"}))
		_, err = st.s.EditMeta(ctx, ines, kerlann, m.ID, 0, Meta{Name: m.Name, Focus: &Point{0, 0}})
		st.ok(err)
		_, err = st.s.EditMeta(ctx, ines, kerlann, m.ID, 0, Meta{Name: "quai au soir.jpg", Focus: &Point{0, 0}})
		st.ok(err)
		if n := st.posts.marked - was; n != 2 {
			st.Errorf("told %d times, want 2", n)
		}
		// A content of before still leaves with the part it names, and one that
		// names a part of another picture does not.
		old := jpegOnly
		old.Cut = network.NewCut("1:1", image.Rect(100, 0, 200, 100), 200, 100)
		up2, err := st.s.Fit(ctx, kerlann, m.ID, old)
		st.ok(err)
		up2.Body.(io.Closer).Close()
		if up2.Width != 100 || up2.Height != 100 {
			st.Errorf("%d × %d", up2.Width, up2.Height)
		}
		old.Cut = network.NewCut("1:1", image.Rect(0, 0, 50, 50), 60, 50)
		if _, err := st.s.Fit(ctx, kerlann, m.ID, old); !errors.Is(err, errRatio) {
			st.Error(err)
		}
		if err := st.s.SetCrop(ctx, ines, kerlann, m.ID, Crop{bluesky, "7:3"}); !errors.Is(err, errRatio) {
			st.Error(err)
		}
	})
}

// Whatever the picture and however it is turned, a frame lies inside of it, has
// its proportions to a pixel, and a crop of the file is what one sees of it.
func TestAFrameIsInsideAndTurnsWithThePicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 60).Draw(t, "w"), rapid.IntRange(1, 60).Draw(t, "h")
		turned := rapid.IntRange(1, 8).Draw(t, "turned")
		ratio := rapid.SampledFrom(Ratios()).Draw(t, "ratio")
		focus := &Point{rapid.Float64Range(0, 1).Draw(t, "x"), rapid.Float64Range(0, 1).Draw(t, "y")}
		src := image.NewNRGBA(image.Rect(0, 0, w, h))
		for i := range src.Pix {
			src.Pix[i] = uint8(i * 7)
		}
		seen := turn(src, turned)
		r := frame(seen.Rect.Dx(), seen.Rect.Dy(), ratio, focus)
		if r.Empty() || !r.In(seen.Rect) {
			t.Fatalf("%v of %v", r, seen.Rect)
		}
		part := cropTo(src, r, turned)
		small, err := scale(context.Background(), part, part.Bounds().Dx(), part.Bounds().Dy())
		if err != nil {
			t.Fatal(err)
		}
		got := turn(small, turned)
		if got.Rect.Dx() != r.Dx() || got.Rect.Dy() != r.Dy() {
			t.Fatalf("%v, want %v", got.Rect, r)
		}
		a, b := got.NRGBAAt(0, 0), seen.NRGBAAt(r.Min.X, r.Min.Y)
		if b.A > 200 && (near8(a.R, b.R) > 12 || near8(a.G, b.G) > 12) {
			t.Fatalf("the corner is %v, want %v", a, b)
		}
	})
}

func near8(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
