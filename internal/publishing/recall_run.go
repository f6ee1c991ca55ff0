package publishing

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// openLeg writes the intent of one publication's recall and stops what waits of
// it. It reads the row again: between the plan and the decision it may have
// left. ok is false when there is nothing to do.
func (s *Service) openLeg(ctx context.Context, tx *sqldb.Tx, a team.Actor, c Recall, it RecallItem) (l RecallLeg, ok bool, err error) {
	pub, err := loadPublication(ctx, tx, c.Brand, it.Publication)
	if err != nil {
		return l, false, err
	}
	if held, err := openLegOf(ctx, tx, c.Brand, pub.ID); err != nil || held {
		return l, false, err
	}
	if pub.State != it.State { // it moved on since the plan: what it does is what the row says now
		presence, ch, derr := s.Channels.Presence(ctx, c.Brand, pub.Channel)
		it.Does, it.Why = doesTo(c.Kind, pub, door0{presence, ch, derr})
		if it.Does == DoesEdit && it.content == nil {
			return l, false, nil
		}
	}
	if it.Does == DoesNone {
		return l, false, nil
	}
	l = RecallLeg{ID: id.New[RecallLegID](), Recall: c.ID, Brand: c.Brand, Post: pub.Post, Title: it.Title, Publication: pub.ID, Channel: pub.Channel,
		State: RecallWaiting, Was: pub.State, Original: pub.Content, Parts: pub.Sent, URL: pub.URL, NextAt: tx.Now}
	set, args := `recalled = TRUE`, []any{}
	switch it.Does {
	case DoesCannot:
		l.State, l.Problem, l.NextAt, l.Ended, set = RecallCannot, it.Why, time.Time{}, tx.Now, ``
	case DoesEdit:
		l.Content, set = it.content, ``
	case DoesStop:
		l.State, l.NextAt, l.Ended = RecallStopped, time.Time{}, tx.Now
		set, args = `state = 'failed', problem = ?, next_at = NULL`, []any{problemRecalled}
	case DoesWait:
		l.Problem = it.Why
	default:
		if pub.State.Waiting() && pub.State != Failed { // a thread between two of its parts
			set, args = `recalled = TRUE, state = 'failed', problem = ?, next_at = NULL`, []any{problemRecalled}
		}
	}
	if set != "" {
		n, err := tx.Exec(ctx, `UPDATE publication SET `+set+`, version = version + 1 WHERE brand = ? AND id = ? AND version = ?`, append(args, c.Brand, pub.ID, pub.Version)...)
		if err = one(n, err, errLeaving); err != nil {
			return l, false, err
		}
		if pub.State == Unknown { // looked up at once
			if _, err := tx.Exec(ctx, `UPDATE publication SET next_at = ? WHERE brand = ? AND id = ? AND state = 'unknown'`, sqldb.At(tx.Now), c.Brand, pub.ID); err != nil {
				return l, false, err
			}
		}
	}
	return l, true, addSteps(ctx, tx, pub.ID, Step{What: StepRecalled, Who: string(a.Person), Problem: l.Problem,
		Detail: map[string]any{"recall": c.ID, "kind": c.Kind, "reason": c.Reason, "receipt": l.State}})
}

// problemRecalled is why what a recall stopped did not leave.
const problemRecalled = "publishing.recalled"

// recaller does what recalls ask of the networks. Deleting what is gone, and
// putting the same words twice, change nothing: a call of which nobody knows
// the end is made again, and its answer is the look.
func (l *Ledger) recaller(ctx context.Context) {
	for ctx.Err() == nil {
		got, err := l.claimLegs(ctx, 64)
		if err != nil && ctx.Err() == nil {
			l.Log.Error("recall", "error", err)
		}
		for _, leg := range got {
			l.running.Go(func() { l.recall(context.WithoutCancel(ctx), leg) })
		}
		if len(got) < 64 {
			pause(ctx, 300*time.Millisecond)
		}
	}
}

// StartRecalls begins, in place of Start, the part that recalls and nothing that
// could make a post leave: for a command that ends. Stop ends it.
func (l *Ledger) StartRecalls(ctx context.Context) error {
	if err := l.join(ctx); err != nil {
		return err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	for _, loop := range []func(context.Context){l.recaller, l.heart} {
		l.loops.Go(func() { loop(run) })
	}
	l.results.start()
	return nil
}

const (
	legsDue  = `state = 'waiting' AND next_at <= ?`
	legsLost = `state = 'calling' AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = recall_leg.node)`
)

// claimLegs writes down which legs this node is about to call for, those that a
// dead node left among them.
func (l *Ledger) claimLegs(ctx context.Context, limit int) (out []RecallLeg, err error) {
	n, err := sqldb.Value[int64](ctx, l.DB, `SELECT COUNT(*) FROM (SELECT 1 FROM recall_leg WHERE `+legsDue+` UNION ALL SELECT 1 FROM recall_leg WHERE `+legsLost+`) AS due`, sqldb.At(l.DB.Now()))
	if err != nil || n == 0 {
		return nil, err // the usual case costs no write
	}
	err = l.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE recall_leg SET state = 'waiting', next_at = ? WHERE `+legsLost, sqldb.At(tx.Now)); err != nil {
			return err
		}
		out, err = sqldb.List(ctx, tx, scanLeg, `UPDATE recall_leg SET state = 'calling', node = ?, attempts = attempts + 1, next_at = NULL
			WHERE id IN (SELECT id FROM recall_leg WHERE `+legsDue+` ORDER BY next_at LIMIT ?`+tx.SkipLocked()+`) RETURNING `+legColumns, l.node, sqldb.At(tx.Now), limit)
		return err
	})
	return out, err
}

// recall makes the calls of one leg and writes its receipt, or when to try
// again.
func (l *Ledger) recall(ctx context.Context, leg RecallLeg) {
	end, step, err := l.callLeg(ctx, leg)
	werr := l.write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		if err != nil {
			return l.legFailed(ctx, tx, leg, step, err)
		}
		if end == "" {
			return l.later(ctx, tx, leg, time.Second, leg.Problem, nil)
		}
		n, err := tx.Exec(ctx, `UPDATE recall_leg SET state = ?, next_at = NULL, problem = '', detail = 'null', ended_at = ? WHERE brand = ? AND id = ? AND state = 'calling' AND node = ?`,
			end, sqldb.At(tx.Now), leg.Brand, leg.ID, l.node)
		if err != nil || n == 0 {
			return err // a person did it by hand, or another node
		}
		return l.receipt(ctx, tx, leg, end, step)
	})
	if werr != nil {
		// Called for again, which changes nothing there; by the next node if
		// this one is stopping.
		l.Log.Error("recall not written", "leg", leg.ID, "error", werr)
		if _, err := l.DB.Exec(ctx, `UPDATE recall_leg SET state = 'waiting', next_at = ? WHERE brand = ? AND id = ? AND state = 'calling' AND node = ?`,
			sqldb.At(l.DB.Now().Add(30*time.Second)), leg.Brand, leg.ID, l.node); err != nil {
			l.Log.Error("recall not put back", "leg", leg.ID, "error", err)
		}
	}
}

// callLeg asks the network; no state and no error: it is not known yet what
// stands there.
func (l *Ledger) callLeg(ctx context.Context, leg RecallLeg) (end RecallState, step Step, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fault.New(fault.Internal, "network.broken").Becausef("panic: %v\n%s", v, debug.Stack())
		}
	}()
	pub, err := loadPublication(ctx, l.DB, leg.Brand, leg.Publication)
	if err != nil {
		return "", step, err
	}
	switch {
	case pub.State == Sending || pub.State == Unknown:
		return "", step, nil
	case pub.State == Withdrawn:
		return RecallDeleted, step, nil
	case len(pub.Sent) == 0:
		return RecallStopped, step, nil
	}
	began := time.Now()
	presence, _, err := l.Channels.Presence(ctx, leg.Brand, leg.Channel)
	if err != nil {
		return "", step, err
	}
	if leg.Content == nil {
		err = deleteParts(ctx, presence, pub.Sent)
		step.Took = time.Since(began)
		return RecallDeleted, step, err
	}
	fresh := pub
	fresh.Content = *leg.Content
	for i := range fresh.Content.Parts {
		if i >= len(pub.Sent) || fresh.Content.Parts[i].Text == leg.Original.Parts[i].Text && fresh.Content.Options.ContentWarning == leg.Original.Options.ContentWarning {
			continue
		}
		if _, err = presence.Edit(ctx, pub.Sent[i].Ref, fresh.intent(i, pub.Attempted)); err != nil {
			break
		}
	}
	step.Took = time.Since(began)
	return RecallCorrected, step, err
}

// deleteParts takes a thread off its network, last part first. What is gone
// already is success, so it is safe to repeat after an error.
func deleteParts(ctx context.Context, presence *network.Presence, parts []SentPart) error {
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i].Ref == "" {
			return fault.New(fault.Unsupported, "publishing.recall.cannot.unnamed")
		}
		if err := presence.Delete(ctx, parts[i].Ref); err != nil {
			return err
		}
	}
	return nil
}

// legFailed writes down what the network answered: to be tried again, or left
// to a person.
func (l *Ledger) legFailed(ctx context.Context, tx *sqldb.Tx, leg RecallLeg, step Step, err error) error {
	f := fault.As(err)
	step.What, step.Problem, step.Detail = StepRecallFailed, fault.MessageKey(err), f.Values
	var ne *network.Error
	if errors.As(err, &ne) {
		step.Request, step.Status, step.Answer = ne.Request, ne.Status, ne.Answer
	}
	there, rerr := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM publication WHERE brand = ? AND id = ?`, leg.Brand, leg.Publication)
	if rerr != nil {
		return rerr
	}
	if there > 0 && (leg.Attempts <= 12 || leg.Problem != step.Problem) { // the story has enough lines that say the same
		if err := addSteps(ctx, tx, leg.Publication, step); err != nil {
			return err
		}
	}
	switch f.Kind {
	case fault.SignedOut:
		if _, ch, perr := l.Channels.Presence(ctx, leg.Brand, leg.Channel); perr == nil {
			if err := l.Channels.MarkSignedOut(ctx, tx, ch, step.Problem); err != nil {
				return err
			}
		}
		return l.later(ctx, tx, leg, time.Minute, step.Problem, f.Values) // until somebody connects it again
	case fault.Transient, fault.TooMany, fault.Internal, fault.Conflict:
		return l.later(ctx, tx, leg, max(f.RetryAfter, tryAfter(leg.Attempts)), step.Problem, f.Values)
	}
	n, werr := tx.Exec(ctx, `UPDATE recall_leg SET state = 'cannot', next_at = NULL, problem = ?, detail = ?, ended_at = ? WHERE brand = ? AND id = ? AND state = 'calling' AND node = ?`,
		step.Problem, sqldb.JSON[map[string]any]{V: f.Values}, sqldb.At(tx.Now), leg.Brand, leg.ID, l.node)
	if werr != nil || n == 0 {
		return werr
	}
	return l.receipt(ctx, tx, leg, RecallCannot, Step{})
}

func (l *Ledger) later(ctx context.Context, tx *sqldb.Tx, leg RecallLeg, wait time.Duration, problem string, detail map[string]any) error {
	_, err := tx.Exec(ctx, `UPDATE recall_leg SET state = 'waiting', next_at = ?, problem = ?, detail = ? WHERE brand = ? AND id = ? AND state = 'calling' AND node = ?`,
		sqldb.At(tx.Now.Add(wait)), problem, sqldb.JSON[map[string]any]{V: detail}, leg.Brand, leg.ID, l.node)
	if err == nil && problem != leg.Problem {
		tx.AfterCommit(func() { l.Tell("brand:"+string(leg.Brand), "recall", map[string]any{"recall": leg.Recall}) })
	}
	return err
}

// receipt makes of a leg's end what the publication and its post show, and
// closes the recall after its last one.
func (s *Service) receipt(ctx context.Context, tx *sqldb.Tx, leg RecallLeg, end RecallState, step Step) error {
	if step.Who == "" { // it is done in the name of whoever asked for it
		who, err := sqldb.Value[string](ctx, tx, `SELECT by_person FROM recall WHERE brand = ? AND id = ?`, leg.Brand, leg.Recall)
		if err != nil {
			return err
		}
		step.Who = who
	}
	act, set, args := "", `recalled = FALSE`, []any{}
	switch end {
	case RecallDeleted, RecallByHand:
		if leg.Content != nil {
			break // corrected by hand: what stands there is hers to know
		}
		step.What, act = StepWithdrawn, ActWithdrawn
		set = `recalled = FALSE, state = 'withdrawn', confirm = FALSE, next_at = NULL, problem = '', detail = 'null'`
	case RecallCorrected:
		step.What, act = StepCorrected, ActCorrected
		set, args = `recalled = FALSE, hash = ?, cleared = ?`, []any{leg.Content.Hash(), leg.Content.Hash()}
	case RecallStopped:
		// A departure in doubt that turned out not to be there.
		set, args = `recalled = FALSE, state = 'failed', problem = ?, next_at = NULL`, []any{problemRecalled}
	}
	if _, err := tx.Exec(ctx, `UPDATE publication SET `+set+`, version = version + 1 WHERE brand = ? AND id = ? AND state <> 'withdrawn'`, append(args, leg.Brand, leg.Publication)...); err != nil {
		return err
	}
	if end == RecallCorrected {
		if err := saveContent(ctx, tx, Publication{ID: leg.Publication, Brand: leg.Brand, Content: *leg.Content}); err != nil {
			return err
		}
	}
	if step.What != "" {
		step.Detail = map[string]any{"recall": leg.Recall}
		if err := addSteps(ctx, tx, leg.Publication, step); err != nil {
			return err
		}
	}
	if err := refreshBadge(ctx, tx, leg.Brand, leg.Post); err != nil {
		return err
	}
	s.changed(tx, leg.Brand, leg.Post)
	tx.AfterCommit(func() { s.Tell("brand:"+string(leg.Brand), "recall", map[string]any{"recall": leg.Recall}) })
	if act != "" {
		signs := team.Program("clock").Signs()
		if step.Who != "" {
			signs = team.Actor{Person: id.Person(step.Who)}.Signs()
		}
		data := map[string]any{"post": leg.Post, "channel": leg.Channel, "recall": leg.Recall}
		if err := s.Book.Record(ctx, tx, logbook.Entry{Brand: leg.Brand, Actor: signs, Act: act, Subject: logbook.Subject{Kind: "publication", ID: string(leg.Publication)}, Data: data}); err != nil {
			return err
		}
	}
	return endRecall(ctx, tx, s, leg.Recall, leg.Brand)
}
