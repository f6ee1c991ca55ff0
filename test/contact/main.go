// Program contact puts the pictures of ./check shots side by side, so that
// somebody looks at all of them: one sheet per page and state, with both widths,
// both themes and both languages on it.
//
// It reads files called NAME--STATE--LANGUAGE--WIDTH--THEME.png and writes
// sheets/NAME--STATE.png beside them, and one index.html that shows them all.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// A desk is shown at a third of its size, a phone at half of it, no longer than
// this: the top of a page says more than its length.
const (
	tallest = 640
	gap     = 12
	label   = 18
)

func main() {
	dir := flag.String("dir", "shots", "where the pictures are")
	flag.Parse()
	n, err := Sheets(*dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "contact:", err)
		os.Exit(1)
	}
	fmt.Printf("note: %d contact sheets in %s\n", n, filepath.Join(*dir, "sheets"))
}

// Sheets makes the sheets of a directory and says how many. Safe to repeat.
func Sheets(dir string) (int, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*--*--*--*--*.png"))
	if err != nil {
		return 0, err
	}
	groups := map[string][]string{}
	for _, f := range files {
		part := strings.Split(filepath.Base(f), "--")
		key := part[0] + "--" + part[1]
		groups[key] = append(groups[key], f)
	}
	if err := os.MkdirAll(filepath.Join(dir, "sheets"), 0o755); err != nil {
		return 0, err
	}
	var index strings.Builder
	index.WriteString("<!doctype html><meta charset=utf-8><title>Vigie, every page</title><style>body{font:14px system-ui;margin:24px;background:#8883}img{max-width:100%}</style>\n")
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		name := key + ".png"
		if err := sheet(filepath.Join(dir, "sheets", name), groups[key]); err != nil {
			return 0, fmt.Errorf("%s: %w", key, err)
		}
		fmt.Fprintf(&index, "<h2>%s</h2><img src=%q loading=lazy>\n", html.EscapeString(strings.ReplaceAll(key, "--", ", ")), "sheets/"+name)
	}
	return len(groups), os.WriteFile(filepath.Join(dir, "index.html"), []byte(index.String()), 0o644)
}

// look is one picture: LANGUAGE--WIDTH--THEME of its name.
type look struct {
	img             image.Image
	language, theme string
	width           int
}

// sheet lays one page out: a row per language, wide before narrow, light
// before dark.
func sheet(path string, files []string) error {
	rows := map[string][]look{}
	for _, f := range files {
		part := strings.Split(strings.TrimSuffix(filepath.Base(f), ".png"), "--")
		width, err := strconv.Atoi(part[3])
		if err != nil {
			return err
		}
		img, err := small(f, width)
		if err != nil {
			return err
		}
		rows[part[2]] = append(rows[part[2]], look{img, part[2], part[4], width})
	}
	width, height := gap, gap
	for _, row := range rows {
		slices.SortFunc(row, func(a, b look) int { return cmp.Or(b.width-a.width, strings.Compare(b.theme, a.theme)) })
		w, h := gap, 0
		for _, l := range row {
			w += l.img.Bounds().Dx() + gap
			h = max(h, l.img.Bounds().Dy())
		}
		width, height = max(width, w), height+label+h+gap
	}
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.RGBA{0x80, 0x88, 0x90, 0xff}), image.Point{}, draw.Src)
	y := gap
	languages := slices.Sorted(maps.Keys(rows))
	slices.Reverse(languages) // French first
	for _, language := range languages {
		x, h := gap, 0
		for _, l := range rows[language] {
			pen := font.Drawer{Dst: out, Src: image.White, Face: basicfont.Face7x13, Dot: fixed.P(x, y+12)}
			pen.DrawString(fmt.Sprintf("%s %d %s", l.language, l.width, l.theme))
			draw.Draw(out, l.img.Bounds().Add(image.Pt(x, y+label)), l.img, image.Point{}, draw.Src)
			x += l.img.Bounds().Dx() + gap
			h = max(h, l.img.Bounds().Dy())
		}
		y += label + h + gap
	}
	return write(path, out)
}

func small(path string, width int) (image.Image, error) {
	scale := 3
	if width < 600 {
		scale = 2
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		return nil, err
	}
	from := img.Bounds()
	from.Max.Y = min(from.Max.Y, from.Min.Y+tallest*scale)
	to := image.NewRGBA(image.Rect(0, 0, from.Dx()/scale, from.Dy()/scale))
	draw.CatmullRom.Scale(to, to.Bounds(), img, from, draw.Src, nil)
	return to, nil
}

func write(path string, img image.Image) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(f, img); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
