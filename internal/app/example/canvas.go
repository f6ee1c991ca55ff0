package example

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strconv"
	"sync"

	"golang.org/x/image/vector"
)

// The size of the pictures, in pixels.
const (
	width  = 960
	height = 720
)

// canvas is a sheet on which flat shapes are laid, the last on top.
type canvas struct{ img *image.RGBA }

func sheet(colour string) canvas {
	c := canvas{image.NewRGBA(image.Rect(0, 0, width, height))}
	draw.Draw(c.img, c.img.Rect, image.NewUniform(ink(colour)), image.Point{}, draw.Src)
	return c
}

// ink reads "#rrggbb" or "#rrggbbaa"; the colours are this package's own.
func ink(s string) color.NRGBA {
	if len(s) == 7 {
		s += "ff"
	}
	v, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		panic("example: " + s + " is no colour")
	}
	return color.NRGBA{uint8(v >> 24), uint8(v >> 16), uint8(v >> 8), uint8(v)}
}

// lay fills a closed path; only the pixels around it are looked at.
func (c canvas) lay(colour string, x0, y0, x1, y1 float64, path func(z *vector.Rasterizer, ox, oy float32)) {
	box := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))).Intersect(c.img.Rect)
	if box.Empty() {
		return
	}
	z := vector.NewRasterizer(box.Dx(), box.Dy())
	path(z, float32(box.Min.X), float32(box.Min.Y))
	z.Draw(c.img, box, image.NewUniform(ink(colour)), image.Point{})
}

// poly fills a polygon given by x, y, x, y…
func (c canvas) poly(colour string, p ...float64) {
	x0, y0, x1, y1 := p[0], p[1], p[0], p[1]
	for i := 0; i < len(p); i += 2 {
		x0, y0, x1, y1 = min(x0, p[i]), min(y0, p[i+1]), max(x1, p[i]), max(y1, p[i+1])
	}
	c.lay(colour, x0, y0, x1, y1, func(z *vector.Rasterizer, ox, oy float32) {
		z.MoveTo(float32(p[0])-ox, float32(p[1])-oy)
		for i := 2; i < len(p); i += 2 {
			z.LineTo(float32(p[i])-ox, float32(p[i+1])-oy)
		}
		z.ClosePath()
	})
}

func (c canvas) rect(colour string, x, y, w, h float64) {
	c.poly(colour, x, y, x+w, y, x+w, y+h, x, y+h)
}

// oval fills an ellipse around a point.
func (c canvas) oval(colour string, cx, cy, rx, ry float64) {
	const k = 0.5522847498 // a quarter of a circle as one cubic
	c.lay(colour, cx-rx, cy-ry, cx+rx, cy+ry, func(z *vector.Rasterizer, ox, oy float32) {
		x, y, a, b := float32(cx)-ox, float32(cy)-oy, float32(rx), float32(ry)
		z.MoveTo(x+a, y)
		z.CubeTo(x+a, y+k*b, x+k*a, y+b, x, y+b)
		z.CubeTo(x-k*a, y+b, x-a, y+k*b, x-a, y)
		z.CubeTo(x-a, y-k*b, x-k*a, y-b, x, y-b)
		z.CubeTo(x+k*a, y-b, x+a, y-k*b, x+a, y)
		z.ClosePath()
	})
}

func (c canvas) disc(colour string, x, y, r float64) { c.oval(colour, x, y, r, r) }

// slab is a rectangle with round corners.
func (c canvas) slab(colour string, x, y, w, h, r float64) {
	c.rect(colour, x+r, y, w-2*r, h)
	c.rect(colour, x, y+r, w, h-2*r)
	for _, p := range [][2]float64{{x + r, y + r}, {x + w - r, y + r}, {x + r, y + h - r}, {x + w - r, y + h - r}} {
		c.disc(colour, p[0], p[1], r)
	}
}

// waves lays a sea whose surface is at y.
func (c canvas) waves(colour string, y, swell, length, shift float64) {
	p := []float64{0, height}
	for x := 0.0; x <= width; x += 8 {
		p = append(p, x, y+swell*math.Sin((x+shift)*2*math.Pi/length))
	}
	c.poly(colour, append(p, width, height)...)
}

// biscuit is round, with a rim of teeth and a few holes.
func (c canvas) biscuit(x, y, r float64) {
	c.oval("#00000022", x+r*.06, y+r*.14, r*1.02, r)
	for i := range 18 {
		a := float64(i) * math.Pi / 9
		c.disc("#d69a4e", x+r*.9*math.Cos(a), y+r*.9*math.Sin(a), r*.16)
	}
	c.disc("#d69a4e", x, y, r*.95)
	c.disc("#e6b46a", x, y, r*.82)
	for i := range 6 {
		a := float64(i)*math.Pi/3 + .3
		c.disc("#b97a34", x+r*.42*math.Cos(a), y+r*.42*math.Sin(a), r*.06)
	}
	c.disc("#b97a34", x, y, r*.06)
}

// files keeps each picture once drawn: every agency shows the same ones.
var files sync.Map // key → []byte

// file is the picture of a key as a PNG.
func file(key string) ([]byte, error) {
	if b, ok := files.Load(key); ok {
		return b.([]byte), nil
	}
	b, err := drawings[key]().encode()
	if err == nil {
		files.Store(key, b)
	}
	return b, err
}

func (c canvas) encode() ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	err := e.Encode(&b, c.img)
	return b.Bytes(), err
}
