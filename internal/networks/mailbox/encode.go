package mailbox

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"strings"
)

// transfer undoes a Content-Transfer-Encoding as far as it can be undone. It
// fails only when r does.
func transfer(r io.Reader, name string) *undone {
	u := &undone{}
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "base64":
		u.Reader = &unbase{r: bufio.NewReaderSize(r, 32<<10), u: u}
	case "quoted-printable":
		u.Reader = &unquote{r: bufio.NewReaderSize(r, 32<<10), u: u}
	case "", "7bit", "8bit", "binary":
		u.Reader = r
	default: // uuencode and inventions
		u.Reader, u.broken = r, true
	}
	return u
}

// undone is what transfer reads; broken is known at its end.
type undone struct {
	io.Reader
	broken bool
}

// unbase reads base64 past everything that is none.
type unbase struct {
	r    *bufio.Reader
	u    *undone
	quad [4]byte
	n    int
	end  bool
	rest []byte
	buf  [3]byte
}

func (d *unbase) Read(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		if len(d.rest) > 0 {
			n := copy(p[done:], d.rest)
			d.rest = d.rest[n:]
			done += n
			continue
		}
		c, err := d.r.ReadByte()
		if err != nil {
			if err == io.EOF && d.n > 1 && !d.end { // cut short: what is there
				d.u.broken = true
				d.flush()
				continue
			}
			if d.n == 1 {
				d.u.broken = true
				d.n = 0
			}
			if done > 0 {
				return done, nil
			}
			return 0, err
		}
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			if d.end { // a second text after the end of the first: some programs paste them
				d.end = false
			}
			d.quad[d.n] = c
			if d.n++; d.n == 4 {
				d.flush()
			}
		case c == '=':
			if d.n > 1 {
				d.flush()
			}
			d.n, d.end = 0, true
		case c == '\r', c == '\n', c == ' ', c == '\t':
		default:
			d.u.broken = true
		}
	}
	return done, nil
}

func (d *unbase) flush() {
	n, _ := base64.RawStdEncoding.Decode(d.buf[:], d.quad[:d.n])
	d.rest, d.n = d.buf[:n], 0
}

// unquote reads quoted-printable; what is no code stands as it is written.
type unquote struct {
	r    *bufio.Reader
	u    *undone
	rest []byte
}

func (d *unquote) Read(p []byte) (int, error) {
	for len(d.rest) == 0 {
		line, err := d.r.ReadSlice('\n')
		if len(line) == 0 && err != nil {
			return 0, err
		}
		if err == bufio.ErrBufferFull {
			// Not across a code: the last two bytes may begin one.
			if i := bytes.LastIndexByte(line[len(line)-2:], '='); i >= 0 {
				hold := bytes.Clone(line[len(line)-2+i:])
				line = bytes.Clone(line[:len(line)-2+i])
				d.r = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(hold), d.r), 32<<10)
			}
			d.rest = d.decode(line, false)
			continue
		}
		d.rest = d.decode(line, true)
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// decode undoes one line; whole says that its end is the line's.
func (d *unquote) decode(line []byte, whole bool) []byte {
	out := make([]byte, 0, len(line))
	if whole {
		body := bytes.TrimRight(line, " \t\r\n")
		if bytes.HasSuffix(body, []byte("=")) {
			line = body[:len(body)-1] // a soft line break
		}
	}
	for i := 0; i < len(line); i++ {
		if line[i] != '=' {
			out = append(out, line[i])
			continue
		}
		if i+2 < len(line) {
			hi, ok1 := hexDigit(line[i+1])
			lo, ok2 := hexDigit(line[i+2])
			if ok1 && ok2 {
				out = append(out, hi<<4|lo)
				i += 2
				continue
			}
		}
		d.u.broken = true
		out = append(out, '=')
	}
	return out
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}
