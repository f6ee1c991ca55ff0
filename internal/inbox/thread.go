package inbox

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

// ThreadKind is the job that reads the thread around a message whose parent is
// nowhere.
const ThreadKind = "inbox.thread"

// ThreadArgs names the message.
type ThreadArgs struct {
	Brand   id.Brand
	Message MessageID
}

// maxThread is how many items of a thread are asked for.
const maxThread = 100

// ReadThread reads the thread around a message and keeps it; the job ThreadKind
// calls it. Safe to repeat. Errors: transient.
func (s *Service) ReadThread(ctx context.Context, in ThreadArgs) (err error) {
	defer fault.Wrap(&err, "read thread")
	var c id.Channel
	var ref network.Ref
	err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error { return r.Scan(&c, &ref) },
		`SELECT channel, ref FROM message WHERE brand = ? AND id = ? AND gone_at IS NULL`, in.Brand, in.Message)
	if err != nil || ref == "" {
		return err
	}
	p, ch, err := s.Channels.Presence(ctx, in.Brand, c)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil // the channel is gone, or its brand
	case err != nil:
		return err
	case !p.Can(network.Threading):
		return nil
	}
	items, err := p.Thread(ctx, ref, maxThread)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.SignedOut) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.Take(ctx, ch, network.Batch{Items: items}, Around, Hold{})
	return err
}
