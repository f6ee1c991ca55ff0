package logbook

import (
	"context"
	"fmt"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// BreakKind says how the kept logbook differs from what was sealed.
type BreakKind string

const (
	Changed      BreakKind = "changed"  // an entry says something else
	Removed      BreakKind = "removed"  // an entry is gone
	Inserted     BreakKind = "inserted" // an entry came in among sealed ones
	Moved        BreakKind = "moved"    // an entry stands at another place
	PersonalData BreakKind = "personal" // personal data is not what was recorded
	BrokenBlock  BreakKind = "block"    // a block was changed or removed, or its link is broken
)

// Break is one difference and its place.
type Break struct {
	Kind  BreakKind
	Block int64 // number of the block; 0 for entries not sealed yet
	// Seq is the entry's number; for a removed one, the number of the entry
	// before it (0 at the beginning).
	Seq int64
	Act id.Act // empty for a removed entry and for a block
}

func (b Break) String() string {
	if b.Kind == Removed {
		return fmt.Sprintf("block %d: an entry after %d is removed", b.Block, b.Seq)
	}
	return fmt.Sprintf("block %d: entry %d %s is %s", b.Block, b.Seq, b.Act, b.Kind)
}

// Report is what Verify found.
type Report struct {
	Brand    id.Brand
	Blocks   int64
	Entries  int64 // sealed entries read
	Unsealed int64 // too young to be protected
	Erased   int64 // sealed entries whose personal data was erased, rightly
	Head     Head
	Breaks   []Break
}

// OK tells whether nothing was touched.
func (r Report) OK() bool { return len(r.Breaks) == 0 }

// maxBreaks bounds a report: who rewrites everything needs no full list.
const maxBreaks = 1000

func (r *Report) found(b Break) {
	if len(r.Breaks) < maxBreaks {
		r.Breaks = append(r.Breaks, b)
	}
}

// kept is an entry as it stands in the database now.
type kept struct {
	Record
	hash  string // of its personal data, as recorded
	leaf  string
	wrong bool // its personal data does not have that hash
}

// Verify reads a brand's chain from its beginning and compares it with the
// entries. It holds no lock and may run while others write. What it cannot see
// alone is a chain cut at its end together with its entries: compare Head with
// one kept elsewhere.
func (b *Book) Verify(ctx context.Context, brand id.Brand) (_ Report, err error) {
	defer fault.Wrap(&err, "verify logbook")
	report := Report{Brand: brand}
	// Before the blocks: whatever is below this was in a block by then.
	place, err := b.place(ctx, b.db, sealerName)
	if err != nil {
		return report, err
	}
	var prev block
	for {
		// One at a time: a block and its entries are read once and let go.
		bl, err := sqldb.One(ctx, b.db, scanBlock, `SELECT `+blockColumns+` FROM act_block WHERE brand = ? AND number > ? ORDER BY number LIMIT 1`, string(brand), prev.Number)
		if sqldb.IsNoRow(err) {
			break
		}
		if err != nil {
			return report, err
		}
		if err := b.verifyBlock(ctx, prev, bl, &report); err != nil {
			return report, err
		}
		prev = bl
	}
	report.Head = Head{Number: prev.Number, Hash: prev.Hash}
	if prev.Number > 0 {
		report.Head.At = time.UnixMilli(prev.SealedAt).UTC()
	}
	return report, b.verifyRest(ctx, prev, place, &report)
}

func (b *Book) verifyBlock(ctx context.Context, prev, bl block, report *Report) error {
	report.Blocks++
	linked := bl.Number == prev.Number+1 && bl.Previous == prev.Hash && bl.First > prev.Last
	if !linked || bl.Hash != bl.digest() || bl.Entries*32 != int64(len(bl.Leaves)) {
		report.found(Break{Kind: BrokenBlock, Block: bl.Number, Seq: bl.First})
	}
	first := bl.First
	if linked {
		first = prev.Last + 1 // nothing may stand between two blocks
	}
	list, err := b.entries(ctx, bl.Brand, first, bl.Last)
	if err != nil {
		return err
	}
	for _, e := range list {
		report.Entries++
		if e.Erased {
			report.Erased++
		}
		if e.wrong {
			report.found(Break{Kind: PersonalData, Block: bl.Number, Seq: e.Seq, Act: e.ID})
		}
	}
	compare(bl, list, prev.Last, report)
	return nil
}

// verifyRest looks at what follows the last block.
func (b *Book) verifyRest(ctx context.Context, last block, place int64, report *Report) error {
	after := last.Last
	for {
		list, err := b.entriesLimit(ctx, report.Brand, after+1, 1<<62, blockSize)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, e := range list {
			report.Unsealed++
			if e.Seq <= place { // was in a block once
				report.found(Break{Kind: BrokenBlock, Block: last.Number + 1, Seq: e.Seq, Act: e.ID})
			}
			if e.wrong {
				report.found(Break{Kind: PersonalData, Seq: e.Seq, Act: e.ID})
			}
		}
		after = list[len(list)-1].Seq
	}
}

func (b *Book) entries(ctx context.Context, brand id.Brand, first, last int64) ([]kept, error) {
	return b.entriesLimit(ctx, brand, first, last, 1<<40)
}

func (b *Book) entriesLimit(ctx context.Context, brand id.Brand, first, last int64, limit int64) ([]kept, error) {
	return sqldb.List(ctx, b.db, func(s sqldb.Scanner) (k kept, err error) {
		var salt []byte
		k.Record, k.hash, err = scanHashed(s, &salt)
		k.leaf = string(leaf(k.Record, k.hash))
		k.wrong = k.Record.Personal != nil && personalHash(salt, k.Record.Personal) != k.hash
		return k, err
	}, `SELECT `+columns+`, p.salt`+from+` WHERE a.brand = ? AND a.seq >= ? AND a.seq <= ? ORDER BY a.seq LIMIT ?`, string(brand), first, last, limit)
}

// compare finds the entries that stand as sealed, and explains what is left
// between two of them: as many entries as sealed hashes were changed, further
// entries came in, further hashes lost theirs.
func compare(bl block, list []kept, before int64, report *Report) {
	sealed := map[string]int{}
	n := len(bl.Leaves) / 32
	for i := range n {
		sealed[string(bl.leaf(i))] = i
	}
	var odd []int
	at := 0 // sealed hashes explained so far
	last := before
	settle := func(upto int) {
		missing := upto - at
		for k, i := range odd {
			kind := Inserted
			if k < missing {
				kind = Changed
			}
			if moved(sealed, list, i) {
				kind = Moved
			}
			report.found(Break{Kind: kind, Block: bl.Number, Seq: list[i].Seq, Act: list[i].ID})
			last = list[i].Seq
		}
		for range missing - len(odd) {
			report.found(Break{Kind: Removed, Block: bl.Number, Seq: last})
		}
		odd = odd[:0]
	}
	for i, e := range list {
		place, ok := sealed[e.leaf]
		if !ok || place < at {
			odd = append(odd, i)
			continue
		}
		settle(place)
		at, last = place+1, e.Seq
	}
	settle(n)
}

// moved tells whether the entry stood in this block under the number of a
// neighbour.
func moved(sealed map[string]int, list []kept, i int) bool {
	const near = 50
	r := list[i].Record
	for j := max(0, i-near); j < min(len(list), i+near+1); j++ {
		r.Seq = list[j].Seq
		if _, ok := sealed[string(leaf(r, list[i].hash))]; ok && j != i {
			return true
		}
	}
	return false
}
