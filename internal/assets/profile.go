package assets

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// maxProfile bounds an ICC profile: those of screens and cameras are small,
// and a JPEG segment holds no more.
const maxProfile = 60 << 10

// readProfile finds the ICC profile of a picture's colours, for a picture of
// RGB: Go's decoders pass over it, and without it a photograph made for a wide
// screen turns pale. nil when there is none worth keeping.
func readProfile(r io.ReadSeeker, kind string) []byte {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil
	}
	var p []byte
	switch kind {
	case typeJPEG:
		p = jpegProfile(bufio.NewReader(r))
	case typePNG:
		p = pngProfile(bufio.NewReader(r))
	}
	// An ICC profile has its colour space at byte 16 and "acsp" at 36.
	if len(p) < 128 || len(p) > maxProfile || string(p[16:20]) != "RGB " || string(p[36:40]) != "acsp" {
		return nil
	}
	return p
}

const iccName = "ICC_PROFILE\x00"

func jpegProfile(r *bufio.Reader) []byte {
	if _, err := r.Discard(2); err != nil {
		return nil
	}
	for range 1000 {
		var b [4]byte
		if _, err := io.ReadFull(r, b[:]); err != nil || b[0] != 0xff || b[1] == 0xda {
			return nil
		}
		n := int(binary.BigEndian.Uint16(b[2:])) - 2
		if n < 0 {
			return nil
		}
		if b[1] == 0xe2 && n > len(iccName)+2 {
			seg := make([]byte, n)
			if _, err := io.ReadFull(r, seg); err != nil {
				return nil
			}
			// In several parts it is a printer's, hundreds of kilobytes.
			if bytes.HasPrefix(seg, []byte(iccName)) {
				if seg[len(iccName)] == 1 && seg[len(iccName)+1] == 1 {
					return seg[len(iccName)+2:]
				}
				return nil
			}
			continue
		}
		if _, err := r.Discard(n); err != nil {
			return nil
		}
	}
	return nil
}

func pngProfile(r *bufio.Reader) []byte {
	if _, err := r.Discard(8); err != nil {
		return nil
	}
	for range 1000 {
		var b [8]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return nil
		}
		n := int64(binary.BigEndian.Uint32(b[:4]))
		switch string(b[4:]) {
		case "IDAT", "IEND":
			return nil
		case "iCCP":
			if n > maxProfile {
				return nil
			}
			c := make([]byte, n)
			if _, err := io.ReadFull(r, c); err != nil {
				return nil
			}
			_, rest, ok := bytes.Cut(c, []byte{0})
			if !ok || len(rest) < 2 {
				return nil
			}
			z, err := zlib.NewReader(bytes.NewReader(rest[1:]))
			if err != nil {
				return nil
			}
			defer z.Close()
			p, err := io.ReadAll(io.LimitReader(z, maxProfile+1)) // a bomb stops here
			if err != nil {
				return nil
			}
			return p
		}
		if n > MaxBytes {
			return nil
		}
		if _, err := r.Discard(int(n) + 4); err != nil {
			return nil
		}
	}
	return nil
}

// jpegWriter puts the profile after the first two bytes of a JPEG.
type jpegWriter struct {
	w       io.Writer
	profile []byte
	started int
}

func (j *jpegWriter) Write(p []byte) (int, error) {
	if len(j.profile) == 0 || j.started >= 2 {
		return j.w.Write(p)
	}
	n := min(2-j.started, len(p))
	if _, err := j.w.Write(p[:n]); err != nil {
		return 0, err
	}
	if j.started += n; j.started < 2 {
		return n, nil
	}
	seg := []byte{0xff, 0xe2, 0, 0}
	binary.BigEndian.PutUint16(seg[2:], uint16(2+len(iccName)+2+len(j.profile)))
	seg = append(append(append(seg, iccName...), 1, 1), j.profile...)
	if _, err := j.w.Write(seg); err != nil {
		return n, err
	}
	m, err := j.w.Write(p[n:])
	return n + m, err
}

// pngWriter puts the profile after the first chunk of a PNG (8 bytes of
// signature, 25 of IHDR).
type pngWriter struct {
	w       io.Writer
	profile []byte
	started int
}

const pngStart = 33

func (g *pngWriter) Write(p []byte) (int, error) {
	if len(g.profile) == 0 || g.started >= pngStart {
		return g.w.Write(p)
	}
	n := min(pngStart-g.started, len(p))
	if _, err := g.w.Write(p[:n]); err != nil {
		return 0, err
	}
	if g.started += n; g.started < pngStart {
		return n, nil
	}
	var packed bytes.Buffer
	packed.WriteString("iCCPicc\x00\x00")
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(g.profile) // into memory
	_ = z.Close()
	var frame [4]byte
	binary.BigEndian.PutUint32(frame[:], uint32(packed.Len()-4))
	chunk := append(frame[:], packed.Bytes()...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(packed.Bytes()))
	if _, err := g.w.Write(chunk); err != nil {
		return n, err
	}
	m, err := g.w.Write(p[n:])
	return n + m, err
}
