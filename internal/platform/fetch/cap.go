package fetch

import (
	"errors"
	"io"

	"vigie/internal/base/fault"
)

var errTooBig = fault.New(fault.Invalid, "fetch.too_big")

// TooBig tells whether err says that a cap was passed.
func TooBig(err error) bool { return errors.Is(err, errTooBig) }

// Cap reads at most max bytes of r and fails (invalid, see TooBig) when there
// is one more: a cut document must not pass for a whole one. Bodies of Go's
// client are unpacked already, so the cap counts what a zip bomb becomes.
func Cap(r io.Reader, max int64) io.Reader { return &capped{r: r, left: max, max: max} }

type capped struct {
	r         io.Reader
	left, max int64
}

// Read implements io.Reader.
func (c *capped) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if c.left < 0 {
		return 0, errTooBig.With("max", c.max)
	}
	if int64(len(p)) > c.left+1 { // one more, to tell the end from the cut
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if int64(n) > c.left {
		n = int(c.left)
		c.left = -1
		return n, errTooBig.With("max", c.max)
	}
	c.left -= int64(n)
	return n, err
}

// ReadAll reads the whole of r, up to max bytes; more is invalid (TooBig).
func ReadAll(r io.Reader, max int64) ([]byte, error) {
	b, err := io.ReadAll(Cap(r, max))
	if err != nil {
		return nil, err
	}
	return b, nil
}
