package exchange

import (
	"bufio"
	"io"
	"strings"
)

// delimiters are tried in this order; the first wins a tie.
var delimiters = []rune{',', ';', '\t', '|'}

// delimiterOf chooses the separator under which the lines agree best. A header
// that one of the tools writes decides at once.
func delimiterOf(text string) rune {
	if first, _, _ := strings.Cut(text, "\n"); strings.HasPrefix(strings.ToLower(first), "sep=") && len(strings.TrimSpace(first)) >= 5 {
		return []rune(first)[4]
	}
	best, bestScore := ',', 0.0
	for _, d := range delimiters {
		c := &cutter{r: bufio.NewReader(strings.NewReader(text)), delimiter: d, line: 1}
		widths, rows, whole := map[int]int{}, 0, 0
		score := 0.0
		for rows < 100 {
			r, err := c.next()
			if err != nil {
				break
			}
			if r.empty() {
				continue
			}
			if rows == 0 {
				score += 10 * float64(knownHeaders(r.Cells))
				if isDate(r.Cells) {
					score += 35 // a cell that is a date and nothing else is no accident
				}
			}
			rows++
			widths[len(r.Cells)]++
			whole = max(whole, len(r.Cells))
		}
		common, many := 1, 0
		for w, n := range widths {
			if n > many || n == many && w > common {
				common, many = w, n
			}
		}
		if common > 1 && rows > 0 {
			score += float64(many) / float64(rows) * (1 + float64(min(common, 20))/100)
		}
		if score > bestScore {
			best, bestScore = d, score
		}
	}
	return best
}

// cutter cuts a text into records: RFC 4180, and what people and Excel make of
// it (a quote in the middle of an unquoted cell, blanks before a quote, lone
// CR at the end of a line).
type cutter struct {
	r         *bufio.Reader
	delimiter rune
	line      int
}

// next gives the next record; io.EOF at the end.
func (c *cutter) next() (Record, error) {
	rec := Record{Line: c.line}
	var cell strings.Builder
	quoted, wasQuoted, any := false, false, false
	end := func() {
		if len(rec.Cells) < maxColumns {
			rec.Cells = append(rec.Cells, cell.String())
		}
		cell.Reset()
		wasQuoted = false
	}
	for {
		r, _, err := c.r.ReadRune()
		if err != nil && err != io.EOF {
			return rec, err
		}
		if err == io.EOF {
			if !any {
				return rec, io.EOF
			}
			if quoted {
				rec.Fault = &Fault{Line: rec.Line, Key: "exchange.quote", Value: excerpt(cell.String())}
			}
			end()
			return rec, nil
		}
		any = true
		if cell.Len() > maxCell {
			rec.Fault = &Fault{Line: rec.Line, Key: "exchange.cell", Value: excerpt(cell.String())}
			cell.Reset()
		}
		switch {
		case quoted && r == '"':
			switch next := c.peek(); {
			case next == '"':
				_, _, _ = c.r.ReadRune()
				cell.WriteByte('"')
			case next == c.delimiter || next == '\n' || next == '\r' || next == 0:
				quoted = false
			default:
				cell.WriteByte('"') // a quote that nobody doubled
			}
		case quoted:
			if r == '\n' {
				c.line++
			}
			cell.WriteRune(r)
		case r == '"' && !wasQuoted && strings.TrimSpace(cell.String()) == "":
			cell.Reset()
			quoted, wasQuoted = true, true
		case r == c.delimiter:
			end()
		case r == '\n' || r == '\r':
			if r == '\r' && c.peek() == '\n' {
				_, _, _ = c.r.ReadRune()
			}
			c.line++
			end()
			return rec, nil
		default:
			cell.WriteRune(r)
		}
	}
}

// peek is the rune that comes; 0 at the end. The delimiters are ASCII, and only
// ASCII is asked for.
func (c *cutter) peek() rune {
	b, err := c.r.Peek(1)
	if err != nil {
		return 0
	}
	return rune(b[0])
}

func excerpt(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}
