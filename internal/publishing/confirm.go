package publishing

import (
	"context"
	"time"

	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

const confirmAfter = 2 * time.Second

// confirmer follows what was sent but not final: media still processed, a
// permalink not known yet. It is apart from sending, so that nothing here can
// make a post leave twice.
func (l *Ledger) confirmer(ctx context.Context) {
	for ctx.Err() == nil {
		due, err := sqldb.List(ctx, l.DB, scanPublication, `SELECT `+publicationColumns+` FROM publication WHERE confirm AND next_at <= ? ORDER BY next_at LIMIT 50`, sqldb.At(l.DB.Now()))
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
	part := p.Sent[0]
	got := network.Receipt{Ref: part.Ref, URL: part.URL, At: part.At, Root: part.Root}
	if err == nil {
		got, err = presence.Confirm(ctx, got)
	}
	werr := l.DB.Write(ctx, func(tx *sqldb.Tx) error {
		age := tx.Now.Sub(p.SentAt)
		open := (err != nil || !got.Final) && age < confirmFor
		next := sqldb.At(tx.Now.Add(min(10*time.Minute, max(confirmAfter, age/2))))
		if !open {
			next = sqldb.Time{}
		}
		known := p.URL
		if err == nil && got.URL != "" {
			p.Sent[0].URL, p.URL = got.URL, got.URL
		}
		if _, err := tx.Exec(ctx, `UPDATE publication SET confirm = ?, next_at = ?, url = ?, sent = ?, version = version + 1 WHERE brand = ? AND id = ? AND confirm AND state = 'sent'`,
			open, next, p.URL, sqldb.JSON[[]SentPart]{V: p.Sent}, p.Brand, p.ID); err != nil {
			return err
		}
		if open && known == p.URL {
			return nil
		}
		l.changed(tx, p.Brand, p.Post)
		return addSteps(ctx, tx, p.ID, Step{What: StepConfirmed, Node: l.node, Detail: map[string]any{"url": p.URL, "final": err == nil && got.Final}})
	})
	if werr != nil && ctx.Err() == nil {
		l.Log.Error("confirm", "publication", p.ID, "error", werr)
	}
}
