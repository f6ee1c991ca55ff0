package network

import (
	"fmt"
	"image"
)

// Cut is the part of a picture that leaves, as one looks at it: its proportions,
// its place and size in pixels, and the size of the whole. It stands in what is
// planned and in what is decided, so that another crop is another content. The
// zero value is the whole picture.
type Cut string

// NewCut says which part of a picture of w × h leaves.
func NewCut(ratio string, part image.Rectangle, w, h int) Cut {
	return Cut(fmt.Sprintf("%s %d,%d %dx%d of %dx%d", ratio, part.Min.X, part.Min.Y, part.Dx(), part.Dy(), w, h))
}

// Part reads a cut back; ok is false for the whole picture and for what is no
// cut inside of a picture.
func (c Cut) Part() (ratio string, part image.Rectangle, w, h int, ok bool) {
	var x, y, pw, ph int
	if _, err := fmt.Sscanf(string(c), "%s %d,%d %dx%d of %dx%d", &ratio, &x, &y, &pw, &ph, &w, &h); err != nil {
		return "", image.Rectangle{}, 0, 0, false
	}
	part = image.Rect(x, y, x+pw, y+ph)
	return ratio, part, w, h, pw > 0 && ph > 0 && part.In(image.Rect(0, 0, w, h))
}
