package publishing

import (
	"context"
	"slices"
	"time"

	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

const confirmAfter = 2 * time.Second

const confirmable = `SELECT ` + publicationColumns + ` FROM publication WHERE confirm AND next_at <= ? ORDER BY next_at LIMIT 50`

// confirmer follows what was sent but not final: media still processed, a
// permalink not known yet. It is apart from sending, so that nothing here can
// make a post leave twice.
func (l *Ledger) confirmer(ctx context.Context) {
	for ctx.Err() == nil {
		due, err := sqldb.List(ctx, l.DB, scanPublication, confirmable, sqldb.At(l.DB.Now()))
		if err != nil && ctx.Err() == nil {
			l.Log.Error("confirm", "error", err)
		}
		for _, p := range due {
			l.confirm(ctx, p)
		}
		pause(ctx, time.Second)
	}
}

// confirmFor is how long a receipt is followed; what is not final by then is
// what it is.
const confirmFor = 6 * time.Hour

func (l *Ledger) confirm(ctx context.Context, p Publication) {
	presence, _, err := l.Channels.Presence(ctx, p.Brand, p.Channel)
	known := slices.Clone(p.Sent)
	for i, part := range p.Sent {
		if err != nil || !part.Open {
			continue
		}
		var got network.Receipt
		got, err = presence.Confirm(ctx, network.Receipt{Ref: part.Ref, URL: part.URL, At: part.At, Root: part.Root})
		if err == nil {
			if fresh := partOf(got, part.At); fresh.URL != "" {
				p.Sent[i].URL = fresh.URL
			}
			p.Sent[i].Open = !got.Final
		}
	}
	werr := l.DB.Write(ctx, func(tx *sqldb.Tx) error {
		// By our own clock: the network's may be years off.
		age := tx.Now.Sub(p.Attempted)
		follow := open(p.Sent) && age < confirmFor
		next := sqldb.At(tx.Now.Add(min(10*time.Minute, max(confirmAfter, age/2))))
		if !follow {
			next = sqldb.Time{}
		}
		n, err := tx.Exec(ctx, `UPDATE publication SET confirm = ?, next_at = ?, url = ?, sent = ?, version = version + 1 WHERE brand = ? AND id = ? AND version = ? AND confirm AND state = 'sent'`,
			follow, next, p.Sent[0].URL, sqldb.JSON[[]SentPart]{V: p.Sent}, p.Brand, p.ID, p.Version)
		if err != nil || n == 0 {
			return err // another node was first, or it was withdrawn
		}
		if follow && slices.Equal(known, p.Sent) {
			return nil
		}
		l.changed(tx, p.Brand, p.Post)
		return addSteps(ctx, tx, p.ID, Step{What: StepConfirmed, Node: l.node, Detail: map[string]any{"url": p.Sent[0].URL, "final": !open(p.Sent)}})
	})
	if werr != nil && ctx.Err() == nil {
		l.Log.Error("confirm", "publication", p.ID, "error", werr)
	}
}
