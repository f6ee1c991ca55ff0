package assets

import (
	"context"
	"image"
	"image/draw"
	"math"
)

// strip is how many lines are converted at once.
const strip = 16

// scale makes a smaller picture (never a larger one) by the Catmull-Rom filter,
// line by line: it needs a few lines of memory beside the two pictures, however
// large the first is. The result is the same on every machine and every run.
func scale(ctx context.Context, src image.Image, w, h int) (*image.NRGBA, error) {
	sb := src.Bounds()
	cols, rows := weights(sb.Dx(), w), weights(sb.Dy(), h)
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	line := image.NewRGBA(image.Rect(0, 0, sb.Dx(), strip)) // premultiplied: what is invisible has no colour
	narrow := make([]float32, w*4)
	open := map[int][]float32{} // lines of the result that are being summed
	first := 0
	for y0 := 0; y0 < sb.Dy(); y0 += strip {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(strip, sb.Dy()-y0)
		draw.Draw(line, image.Rect(0, 0, sb.Dx(), n), src, image.Pt(sb.Min.X, sb.Min.Y+y0), draw.Src)
		for y := y0; y < y0+n; y++ {
			narrowLine(narrow, line.Pix[(y-y0)*line.Stride:], cols)
			for j := first; j < h && rows[j].from <= y; j++ {
				k := y - rows[j].from
				if k >= len(rows[j].w) {
					continue
				}
				sum := open[j]
				if sum == nil {
					sum = make([]float32, w*4)
					open[j] = sum
				}
				f := rows[j].w[k]
				for i, v := range narrow {
					sum[i] += f * v
				}
				if k == len(rows[j].w)-1 {
					writeLine(out.Pix[j*out.Stride:], sum)
					delete(open, j)
					first = j + 1
				}
			}
		}
	}
	return out, nil
}

// taps are the pixels that make one pixel of the result.
type taps struct {
	from int
	w    []float32
}

// weights computes the taps of one direction, from n pixels to m.
func weights(n, m int) []taps {
	out := make([]taps, m)
	ratio := float64(n) / float64(m)
	width := max(ratio, 1)
	for i := range out {
		centre := (float64(i)+.5)*ratio - .5
		from := max(0, int(math.Ceil(centre-2*width)))
		to := min(n-1, int(math.Floor(centre+2*width)))
		t := taps{from: from}
		var sum float64
		ws := make([]float64, 0, to-from+1)
		for x := from; x <= to; x++ {
			v := catmullRom(math.Abs(float64(x)-centre) / width)
			ws = append(ws, v)
			sum += v
		}
		for _, v := range ws {
			t.w = append(t.w, float32(v/sum))
		}
		out[i] = t
	}
	return out
}

func catmullRom(t float64) float64 {
	switch {
	case t < 1:
		return (1.5*t-2.5)*t*t + 1
	case t < 2:
		return ((-.5*t+2.5)*t-4)*t + 2
	}
	return 0
}

func narrowLine(dst []float32, pix []uint8, cols []taps) {
	for x, c := range cols {
		var r, g, b, a float32
		p := pix[c.from*4:]
		for _, f := range c.w {
			r += f * float32(p[0])
			g += f * float32(p[1])
			b += f * float32(p[2])
			a += f * float32(p[3])
			p = p[4:]
		}
		d := dst[x*4 : x*4+4 : x*4+4]
		d[0], d[1], d[2], d[3] = r, g, b, a
	}
}

func writeLine(pix []uint8, sum []float32) {
	for i := 0; i < len(sum); i += 4 {
		a := sum[i+3]
		if a < .5 {
			continue // transparent
		}
		f := 255 / a
		if a >= 254.5 {
			f, a = 1, 255
		}
		pix[i], pix[i+1], pix[i+2], pix[i+3] = round(sum[i]*f), round(sum[i+1]*f), round(sum[i+2]*f), round(a)
	}
}

func round(v float32) uint8 { return uint8(min(max(v+.5, 0), 255)) }

// turn applies an EXIF orientation (2 to 8) to a picture.
func turn(img *image.NRGBA, orientation int) *image.NRGBA {
	if orientation < 2 || orientation > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	ow, oh := w, h
	if orientation >= 5 {
		ow, oh = h, w
	}
	out := image.NewNRGBA(image.Rect(0, 0, ow, oh))
	for y := range oh {
		for x := range ow {
			sx, sy := x, y
			switch orientation {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			copy(out.Pix[y*out.Stride+x*4:][:4], img.Pix[sy*img.Stride+sx*4:][:4])
		}
	}
	return out
}

// inside returns the largest size with the proportions of w × h that is within
// a side and a number of pixels (0: no limit), never larger than w × h.
func inside(w, h, side int, pixels int64) (int, int) {
	f := 1.0
	if side > 0 {
		f = min(f, float64(side)/float64(max(w, h)))
	}
	if pixels > 0 {
		f = min(f, math.Sqrt(float64(pixels)/(float64(w)*float64(h))))
	}
	ow, oh := max(1, int(math.Round(float64(w)*f))), max(1, int(math.Round(float64(h)*f)))
	for pixels > 0 && int64(ow)*int64(oh) > pixels && ow+oh > 2 { // rounding
		if ow >= oh {
			ow--
		} else {
			oh--
		}
	}
	return ow, oh
}
