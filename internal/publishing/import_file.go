package publishing

import (
	"context"
	"errors"
	"io"

	"vigie/internal/platform/sqldb"
)

// pieces reads an import's file out of the database, one piece in memory.
type pieces struct {
	ctx  context.Context
	q    sqldb.Q
	imp  ImportID
	size int64
	at   int64
	seq  int64 // of the piece in hand; -1: none
	data []byte
}

func openPieces(ctx context.Context, q sqldb.Q, imp Import) *pieces {
	return &pieces{ctx: ctx, q: q, imp: imp.ID, size: imp.Bytes, seq: -1}
}

// Read implements io.Reader.
func (p *pieces) Read(b []byte) (int, error) {
	if p.at >= p.size {
		return 0, io.EOF
	}
	if seq := p.at / pieceBytes; seq != p.seq {
		data, err := sqldb.Value[[]byte](p.ctx, p.q, `SELECT data FROM post_import_piece WHERE import = ? AND seq = ?`, p.imp, seq)
		if err != nil {
			return 0, err
		}
		p.seq, p.data = seq, data
	}
	off := p.at - p.seq*pieceBytes
	if off >= int64(len(p.data)) {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(b, p.data[off:])
	p.at += int64(n)
	return n, nil
}

var errSeek = errors.New("publishing: seek before the beginning")

// Seek implements io.Seeker.
func (p *pieces) Seek(off int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		off += p.at
	case io.SeekEnd:
		off += p.size
	}
	if off < 0 {
		return 0, errSeek
	}
	p.at = off
	return off, nil
}
