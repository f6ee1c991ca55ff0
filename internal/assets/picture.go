package assets

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"vigie/internal/base/fault"
)

// maxMemory bounds what unpacking one picture takes, in bytes.
const maxMemory = 640 << 20

// header is what a file announces before anything is unpacked.
type header struct {
	kind          string
	width, height int
	memory        int64 // an upper bound of what unpacking takes
	moves         bool
	cmyk          bool
}

// readHeader tells the type and the size of a picture and refuses bombs. It
// unpacks nothing. Errors: invalid with the key of the reason, or the
// reader's own.
func readHeader(r io.ReadSeeker) (h header, err error) {
	b := make([]byte, head)
	n, err := io.ReadFull(r, b)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return h, err
	}
	kind, problem := sniff(b[:n])
	if problem != "" {
		return h, refuse(problem)
	}
	h.kind = kind
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return h, err
	}
	src := bufio.NewReaderSize(r, 64<<10)
	var cfg image.Config
	perPixel := int64(4)
	switch kind {
	case typeJPEG:
		var sof byte
		if sof, err = findSOF(src); err != nil {
			return h, broken(err)
		}
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return h, err
		}
		cfg, err = jpeg.DecodeConfig(bufio.NewReader(r))
		h.cmyk = cfg.ColorModel == color.CMYKModel
		perPixel = 3
		if h.cmyk {
			perPixel = 8 // the four planes, and their conversion
		}
		if sof == 0xc2 { // progressive: the coefficients of every block are kept, four bytes each
			perPixel *= 5
		}
	case typePNG:
		cfg, err = png.DecodeConfig(src)
		if cfg.ColorModel == color.NRGBA64Model || cfg.ColorModel == color.RGBA64Model {
			perPixel = 8
		}
	case typeGIF:
		cfg, err = gif.DecodeConfig(src)
		perPixel = 5 // one byte a pixel, and the canvas it is drawn on
	case typeWebP:
		return webpHeader(r)
	}
	if err != nil {
		return h, broken(err)
	}
	h.width, h.height = cfg.Width, cfg.Height
	if kind == typeGIF {
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return h, err
		}
		h.moves = gifMoves(bufio.NewReader(r))
	}
	return h, h.weigh(perPixel)
}

// weigh refuses what would not fit into memory.
func (h *header) weigh(perPixel int64) error {
	pixels := int64(h.width) * int64(h.height)
	h.memory = pixels * perPixel
	if h.width <= 0 || h.height <= 0 {
		return refuse("assets.refused.broken")
	}
	if pixels > MaxPixels || h.memory > maxMemory {
		return refuse("assets.refused.pixels").With("mp", MaxPixels/1_000_000)
	}
	return nil
}

// broken says that the content cannot be read, unless it was the disk or the
// clock that failed.
func broken(err error) error {
	var f *fault.Error
	if errors.As(err, &f) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return refuse("assets.refused.broken").Because(err)
}

// findSOF reads a JPEG's segments up to its frame and returns the frame's
// marker: C0 baseline, C2 progressive…
func findSOF(r *bufio.Reader) (byte, error) {
	var two [2]byte
	if _, err := io.ReadFull(r, two[:]); err != nil {
		return 0, err
	}
	for range 10_000 {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != 0xff {
			continue // the decoder passes over rubbish too
		}
		for b == 0xff {
			if b, err = r.ReadByte(); err != nil {
				return 0, err
			}
		}
		switch {
		case b == 0, b == 1, b >= 0xd0 && b <= 0xd8:
			continue
		case b >= 0xc0 && b <= 0xcf && b != 0xc4 && b != 0xc8 && b != 0xcc:
			return b, nil
		case b == 0xd9, b == 0xda:
			return 0, errors.New("jpeg: no frame")
		}
		if _, err := io.ReadFull(r, two[:]); err != nil {
			return 0, err
		}
		if n := int(binary.BigEndian.Uint16(two[:])) - 2; n > 0 {
			if _, err := r.Discard(n); err != nil {
				return 0, err
			}
		}
	}
	return 0, errors.New("jpeg: no frame")
}

// gifMoves tells whether a GIF has a second picture, without unpacking any.
func gifMoves(r *bufio.Reader) bool {
	var b [13]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return false
	}
	table := func(flags byte) bool {
		if flags&0x80 == 0 {
			return true
		}
		_, err := r.Discard(3 << (flags&7 + 1))
		return err == nil
	}
	blocks := func() bool {
		for {
			n, err := r.ReadByte()
			if err != nil || n == 0 {
				return err == nil
			}
			if _, err := r.Discard(int(n)); err != nil {
				return false
			}
		}
	}
	if !table(b[10]) {
		return false
	}
	for pictures := 0; ; {
		kind, err := r.ReadByte()
		if err != nil {
			return false
		}
		switch kind {
		case 0x21:
			if _, err := r.Discard(1); err != nil || !blocks() {
				return false
			}
		case 0x2c:
			if pictures++; pictures == 2 {
				return true
			}
			if _, err := io.ReadFull(r, b[:9]); err != nil || !table(b[8]) {
				return false
			}
			if _, err := r.Discard(1); err != nil || !blocks() {
				return false
			}
		default:
			return false
		}
	}
}

// webpHeader reads the size from the frame itself: the container may say
// another one, and it is the frame's that is allocated.
func webpHeader(r io.ReadSeeker) (h header, err error) {
	h.kind = typeWebP
	if _, err := r.Seek(12, io.SeekStart); err != nil {
		return h, err
	}
	src := bufio.NewReader(r)
	for range 1000 {
		var b [8]byte
		if _, err := io.ReadFull(src, b[:]); err != nil {
			return h, broken(err)
		}
		size := int64(binary.LittleEndian.Uint32(b[4:]))
		frame, _ := src.Peek(10)
		switch string(b[:4]) {
		case "VP8X":
			if len(frame) == 10 && frame[0]&0x02 != 0 {
				return h, refuse("assets.refused.animated")
			}
			if len(frame) == 10 {
				h.size(1+(int(frame[4])|int(frame[5])<<8|int(frame[6])<<16), 1+(int(frame[7])|int(frame[8])<<8|int(frame[9])<<16))
			}
		case "ANIM", "ANMF":
			return h, refuse("assets.refused.animated")
		case "VP8 ":
			if len(frame) < 10 || string(frame[3:6]) != "\x9d\x01\x2a" {
				return h, refuse("assets.refused.broken")
			}
			h.size(int(binary.LittleEndian.Uint16(frame[6:]))&0x3fff, int(binary.LittleEndian.Uint16(frame[8:]))&0x3fff)
			return h, h.weigh(3)
		case "VP8L":
			if len(frame) < 5 || frame[0] != 0x2f {
				return h, refuse("assets.refused.broken")
			}
			bits := binary.LittleEndian.Uint32(frame[1:])
			h.size(int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1)
			return h, h.weigh(6)
		}
		skip := size + size&1
		if skip > MaxBytes {
			return h, refuse("assets.refused.broken")
		}
		if _, err := src.Discard(int(skip)); err != nil {
			return h, broken(err)
		}
	}
	return h, refuse("assets.refused.broken")
}

func (h *header) size(w, ht int) { h.width, h.height = max(h.width, w), max(h.height, ht) }

// unpack decodes the first picture of a file whose header was weighed. A
// decoder's panic on hostile content is the file's fault, not ours.
func unpack(ctx context.Context, r io.ReadSeeker, h header) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = refuse("assets.refused.broken").Becausef("decoder: %v", p)
		}
	}()
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	src := bufio.NewReaderSize(&heeding{ctx: ctx, r: r}, 256<<10)
	switch h.kind {
	case typeJPEG:
		img, err = jpeg.Decode(src)
	case typePNG:
		img, err = png.Decode(src)
	case typeGIF:
		img, err = gif.Decode(src) // the first picture only
		if err == nil && img.Bounds() != image.Rect(0, 0, h.width, h.height) {
			canvas := image.NewNRGBA(image.Rect(0, 0, h.width, h.height))
			draw.Draw(canvas, img.Bounds(), img, img.Bounds().Min, draw.Over)
			img = canvas
		}
	case typeWebP:
		img, err = webp.Decode(src)
	}
	if err != nil {
		return nil, broken(err)
	}
	if b := img.Bounds(); int64(b.Dx())*int64(b.Dy()) > MaxPixels || b.Empty() {
		return nil, refuse("assets.refused.broken")
	}
	return img, nil
}

// heeding stops reading when the job's time is over.
type heeding struct {
	ctx context.Context
	r   io.Reader
}

func (h *heeding) Read(p []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	return h.r.Read(p)
}

// opaque tells whether nothing shines through.
func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

var errOver = errors.New("over the limit")

// capped is a buffer that refuses to grow over a limit; 0 is none.
type capped struct {
	bytes.Buffer
	limit int64
}

func (c *capped) Write(p []byte) (int, error) {
	if c.limit > 0 && int64(c.Len()+len(p)) > c.limit {
		return 0, errOver
	}
	return c.Buffer.Write(p)
}

// encode writes a picture as JPEG or PNG with the profile of its colours.
// Errors: errOver when it is larger than limit.
func encode(img *image.NRGBA, kind string, quality int, profile []byte, limit int64) ([]byte, error) {
	w := &capped{limit: limit}
	var err error
	if kind == typePNG {
		var out image.Image = img
		e := png.Encoder{CompressionLevel: png.DefaultCompression}
		err = e.Encode(&pngWriter{w: w, profile: profile}, out)
	} else {
		err = jpeg.Encode(&jpegWriter{w: w, profile: profile}, onWhite(img), &jpeg.Options{Quality: quality})
	}
	if err != nil {
		return nil, err
	}
	return w.Bytes(), nil
}

// onWhite is the picture as JPEG can hold it: what shines through is paper.
func onWhite(img *image.NRGBA) image.Image {
	if img.Opaque() {
		return img
	}
	out := image.NewNRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Over)
	return out
}
