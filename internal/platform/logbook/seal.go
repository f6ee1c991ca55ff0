package logbook

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

const (
	sealerName = "sealer"
	sealEvery  = time.Minute
	// blockSize bounds the entries of one block.
	blockSize = 1000
)

// block is a closed run of a brand's entries.
type block struct {
	Brand       id.Brand
	Number      int64 // from 1
	First, Last int64 // numbers of its first and last entry
	Entries     int64
	Leaves      []byte // the hash of each entry, 32 bytes each, in order: says where a break is
	Previous    string
	Hash        string
	SealedAt    int64
}

// leaf is the hash of all that an entry says, and of its number.
func leaf(r Record, personal string) []byte {
	h := sha256.New()
	number(h, r.Seq)
	number(h, r.At.UnixMilli())
	for _, s := range []string{string(r.ID), string(r.Brand), string(r.Actor.Kind), r.Actor.ID, string(r.Actor.Token), r.Act,
		r.Subject.Kind, r.Subject.ID, string(r.Data), personal} {
		text(h, s)
	}
	return h.Sum(nil)
}

func (b block) digest() string {
	h := sha256.New()
	text(h, "vigie logbook 1")
	text(h, string(b.Brand))
	for _, n := range []int64{b.Number, b.First, b.Last, b.Entries, b.SealedAt} {
		number(h, n)
	}
	text(h, string(b.Leaves))
	text(h, b.Previous)
	return hex.EncodeToString(h.Sum(nil))
}

type writer interface{ Write([]byte) (int, error) }

func number(h writer, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// text is preceded by its length, so that no two lists of texts read the same.
func text(h writer, s string) {
	number(h, int64(len(s)))
	h.Write([]byte(s))
}

func (b *Book) sealAlong(ctx context.Context) {
	t := time.NewTicker(cmpOr(b.SealEvery, sealEvery))
	defer t.Stop()
	var tail tail
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := b.seal(ctx, &tail); err != nil && ctx.Err() == nil {
			b.Log.ErrorContext(ctx, "the logbook was not sealed", slog.Any("error", err))
		}
	}
}

// Seal closes into blocks all entries that are committed, except those behind
// a gap. The background does it every SealEvery; it is safe to repeat and safe
// on several nodes.
func (b *Book) Seal(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "seal logbook")
	return b.seal(ctx, &tail{})
}

// seal reads and hashes outside of any transaction: entries never change. A
// block's number is its claim: of two nodes, the second finds it taken.
func (b *Book) seal(ctx context.Context, t *tail) error {
	place, err := b.place(ctx, b.db, sealerName)
	if err != nil {
		return err
	}
	for {
		list, hashes, upto, _, err := t.next(ctx, b.db, place, blockSize)
		if err != nil || upto == place {
			return err
		}
		per := map[id.Brand]*block{}
		var order []*block
		for i, r := range list {
			bl := per[r.Brand]
			if bl == nil {
				bl = &block{Brand: r.Brand}
				per[r.Brand], order = bl, append(order, bl)
			}
			bl.add(r, hashes[i])
		}
		for _, bl := range order {
			if err := b.closeBlock(ctx, bl, place); err != nil {
				return err
			}
		}
		if _, err := b.db.Exec(ctx, `UPDATE act_cursor SET seq = ? WHERE reader = ? AND seq < ?`, upto, sealerName, upto); err != nil {
			return err
		}
		place = upto
	}
}

func (b *block) add(r Record, personal string) {
	if b.Entries == 0 {
		b.First = r.Seq
	}
	b.Last, b.Entries = r.Seq, b.Entries+1
	b.Leaves = append(b.Leaves, leaf(r, personal)...)
}

const blockColumns = `brand, number, first_seq, last_seq, entries, leaves, previous, hash, sealed_at`

func scanBlock(s sqldb.Scanner) (b block, err error) {
	err = s.Scan((*string)(&b.Brand), &b.Number, &b.First, &b.Last, &b.Entries, &b.Leaves, &b.Previous, &b.Hash, &b.SealedAt)
	return b, err
}

// closeBlock appends a block to its brand's chain. Entries that another node
// has sealed since are left out.
func (b *Book) closeBlock(ctx context.Context, bl *block, place int64) error {
	for {
		last, err := sqldb.One(ctx, b.db, scanBlock, `SELECT `+blockColumns+` FROM act_block WHERE brand = ? ORDER BY number DESC LIMIT 1`, string(bl.Brand))
		if err != nil && !sqldb.IsNoRow(err) {
			return err
		}
		if last.Last >= bl.Last {
			return nil
		}
		if last.Last >= bl.First { // crashed between blocks and place, or two nodes: read again what is left
			if bl, err = b.rest(ctx, bl.Brand, last.Last, bl.Last); err != nil {
				return err
			}
		}
		bl.Number, bl.Previous, bl.SealedAt = last.Number+1, last.Hash, b.db.Now().UnixMilli()
		bl.Hash = bl.digest()
		_, err = b.db.Exec(ctx, `INSERT INTO act_block (`+blockColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			string(bl.Brand), bl.Number, bl.First, bl.Last, bl.Entries, bl.Leaves, bl.Previous, bl.Hash, bl.SealedAt)
		if !fault.Is(err, fault.Conflict) {
			return err
		}
	}
}

func (b *Book) rest(ctx context.Context, brand id.Brand, after, upto int64) (*block, error) {
	out := &block{Brand: brand}
	err := sqldb.Each(ctx, b.db, func(s sqldb.Scanner) error {
		r, hash, err := scanHashed(s)
		if err == nil {
			out.add(r, hash)
		}
		return err
	}, `SELECT `+columns+from+` WHERE a.brand = ? AND a.seq > ? AND a.seq <= ? ORDER BY a.seq`, string(brand), after, upto)
	return out, err
}

// Head is the end of a brand's chain. Kept outside of the database (a printed
// report, a backup), it shows that no block was cut off the end since.
type Head struct {
	Number int64
	Hash   string
	At     time.Time
}

// Head returns the end of a brand's chain; zero when nothing is sealed yet.
func (b *Book) Head(ctx context.Context, brand id.Brand) (Head, error) {
	last, err := sqldb.One(ctx, b.db, scanBlock, `SELECT `+blockColumns+` FROM act_block WHERE brand = ? ORDER BY number DESC LIMIT 1`, string(brand))
	if sqldb.IsNoRow(err) {
		return Head{}, nil
	}
	return Head{Number: last.Number, Hash: last.Hash, At: time.UnixMilli(last.SealedAt).UTC()}, err
}

func (b block) leaf(i int) []byte {
	return b.Leaves[i*sha256.Size : (i+1)*sha256.Size]
}
