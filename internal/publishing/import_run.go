package publishing

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// CarryImport brings a file in: every row of it, in one transaction, or none.
// A run that was cut half-way leaves nothing, and the next one begins again; a
// second run of what is in does nothing. The job of ImportKind calls it, and
// the command line. An order that cannot be carried out says so on the import
// and ends.
func (s *Service) CarryImport(ctx context.Context, job ImportJob) (err error) {
	defer fault.Wrap(&err, "carry import")
	imp, err := loadImport(ctx, s.DB, job.Brand, job.Import)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || imp.State != ImportQueued {
		return err
	}
	a := imp.actor()
	err = s.carry(ctx, a, imp)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return s.refuseImport(ctx, imp, err)
	}
	if err != nil && s.DB.Now().Sub(imp.Ordered) > gaveUp {
		s.Log.Error("import given up", "brand", imp.Brand, "import", imp.ID, "error", err)
		return s.refuseImport(ctx, imp, fault.New(fault.Invalid, "import.gave_up"))
	}
	return err
}

// gaveUp is how long an import that cannot be written is tried.
const gaveUp = time.Hour

// Reconcile finds the imports and the pictures that were ordered and have no
// job: rows are the truth, the queue may lose one. Safe to repeat.
func (s *Service) Reconcile(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "reconcile planning")
	imports, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (j ImportJob, err error) { return j, r.Scan(&j.Brand, &j.Import) },
		`SELECT brand, id FROM post_import WHERE state = 'queued' ORDER BY id LIMIT 500`)
	if err != nil {
		return err
	}
	waits, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (j PicturesJob, err error) { return j, r.Scan(&j.Brand, &j.Post) },
		`SELECT brand, post FROM post_wait w WHERE NOT EXISTS (SELECT 1 FROM post_picture x WHERE x.post = w.post AND x.problem <> '') ORDER BY since, post LIMIT 500`)
	if err != nil || len(imports)+len(waits) == 0 {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		for _, j := range imports {
			if err := s.later(ctx, tx, ImportKind, j); err != nil {
				return err
			}
		}
		for _, j := range waits {
			if err := s.later(ctx, tx, PicturesKind, j); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) carry(ctx context.Context, a team.Actor, imp Import) error {
	l, err := s.readImport(ctx, a, imp)
	if err != nil {
		return err
	}
	// An hour that passed while it waited is a bad row like any other; what was
	// seen and accepted is what comes in, or nothing does.
	was := imp.Report
	if l.report.Schedule != was.Schedule || l.report.Drafts != was.Drafts || len(l.report.Questions) > 0 || !samePlaces(l.report.Places, was.Places) {
		return fault.New(fault.Conflict, "import.moved_on").With("schedule", l.report.Schedule).With("was", was.Schedule)
	}
	told := s.DB.Now()
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE post_import SET state = 'done', report = ?, done_at = ? WHERE brand = ? AND id = ? AND state = 'queued'`,
			sqldb.JSON[ImportReport]{V: l.report}, sqldb.At(tx.Now), imp.Brand, imp.ID)
		if err != nil || n == 0 {
			return err // another node was faster
		}
		for i := range l.rows {
			if err := s.bring(ctx, tx, a, imp, &l.rows[i]); err != nil {
				return err
			}
			// How far it is; nothing of it stands before the end.
			if now := s.DB.Now(); i%25 == 0 && (now.Sub(told) > 200*time.Millisecond || now.Before(told)) {
				told = now
				s.tellImport(imp, i+1, len(l.rows))
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM post_import_piece WHERE import = ?`, imp.ID); err != nil {
			return err
		}
		tx.AfterCommit(func() {
			s.tellImport(imp, 0, 0)
			s.Tell("brand:"+string(imp.Brand), "post", nil)
		})
		return s.recordImport(ctx, tx, a, imp, ActImported, map[string]any{"name": imp.Name, "profile": l.report.Reading.Shape.Profile,
			"posts": len(l.rows), "scheduled": l.report.Schedule, "bad": l.report.Bad})
	})
	if err == nil {
		s.wake()
	}
	return err
}

// samePlaces tells whether every name of the file still means the same channels.
func samePlaces(now, was []ImportPlace) bool {
	return slices.EqualFunc(now, was, func(x, y ImportPlace) bool { return x.Key == y.Key && slices.Equal(x.Channels, y.Channels) })
}

// tellImport says how far an import is; of 0: that it is at its end.
func (s *Service) tellImport(imp Import, done, of int) {
	kind := "import-progress"
	if of == 0 {
		kind = "import"
	}
	s.Tell("brand:"+string(imp.Brand), kind, map[string]any{"import": imp.ID, "done": done, "of": of})
}

// ImportPictures counts the pictures of an import that are on their way, and
// those that will not come.
func (s *Service) ImportPictures(ctx context.Context, a team.Actor, b id.Brand, imp ImportID) (coming, lost int, err error) {
	defer fault.Wrap(&err, "pictures of import")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return 0, 0, err
	}
	err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var problem string
		err := r.Scan(&problem)
		if problem == "" {
			coming++
		} else {
			lost++
		}
		return err
	}, `SELECT p.problem FROM post_picture p JOIN post_imported i ON i.post = p.post WHERE p.brand = ? AND i.import = ?`, b, imp)
	return coming, lost, err
}

// bring makes the post of one row.
func (s *Service) bring(ctx context.Context, tx *sqldb.Tx, a team.Actor, imp Import, row *readyRow) error {
	p := row.post
	p.Made, p.Edited = tx.Now, tx.Now
	insert := insertPost
	if row.fate == fateSchedule && len(row.pictures) == 0 {
		insert = insertBare // scheduling writes the sides
	}
	if err := insert(ctx, tx, p); err != nil {
		return err
	}
	if err := index(ctx, tx, p); err != nil {
		return err
	}
	if err := s.record(ctx, tx, a, p, ActCreated, map[string]any{"import": imp.ID, "line": row.line}, 0); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO post_imported (import, post, line, extra) VALUES (?,?,?,?)`, imp.ID, p.ID, row.line, sqldb.JSON[map[string]string]{V: row.extra}); err != nil {
		return err
	}
	if len(row.pictures) > 0 {
		return s.await(ctx, tx, a, p, row.pictures, row.fate == fateSchedule)
	}
	if row.fate != fateSchedule {
		return nil
	}
	// An hour that the clocks skip or show twice was named by the dry run.
	_, err := s.scheduleIn(ctx, tx, a, &p, row.rendered, row.when)
	return err
}

// refuseImport says on the import why it could not come in.
func (s *Service) refuseImport(ctx context.Context, imp Import, why error) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		tx.AfterCommit(func() { s.tellImport(imp, 0, 0) })
		_, err := tx.Exec(ctx, `UPDATE post_import SET state = 'refused', problem = ? WHERE brand = ? AND id = ? AND state = 'queued'`, fault.As(why).Key, imp.Brand, imp.ID)
		return err
	})
}

// UndoImport takes an import back: what has not left goes into the bin, what
// has left stays and is counted. Safe to repeat. Errors: conflict (it never
// came in), not_found.
func (s *Service) UndoImport(ctx context.Context, a team.Actor, b id.Brand, imp ImportID) (_ Import, err error) {
	defer fault.Wrap(&err, "undo import")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Import{}, err
	}
	got, err := loadImport(ctx, s.DB, b, imp)
	if err != nil {
		return got, err
	}
	if got.State == ImportUndone {
		return got, nil
	}
	if got.State != ImportDone {
		return got, errImportDone
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		got.Report.Left, got.Report.Taken = 0, 0
		posts, err := sqldb.Values[id.Post](ctx, tx, `SELECT post FROM post_imported WHERE import = ? ORDER BY line`, imp)
		if err != nil {
			return err
		}
		for _, post := range posts {
			left, err := s.takeBack(ctx, tx, a, b, post)
			if err != nil {
				return err
			}
			if left {
				got.Report.Left++
			} else {
				got.Report.Taken++
			}
		}
		got.State, got.Undone = ImportUndone, tx.Now
		n, err := tx.Exec(ctx, `UPDATE post_import SET state = 'undone', report = ?, undone_at = ? WHERE brand = ? AND id = ? AND state = 'done'`, sqldb.JSON[ImportReport]{V: got.Report}, sqldb.At(tx.Now), b, imp)
		if err != nil {
			return err
		}
		if n == 0 {
			return errChanged
		}
		tx.AfterCommit(func() { s.tellImport(got, 0, 0) })
		return s.recordImport(ctx, tx, a, got, ActImportUndone, map[string]any{"taken": got.Report.Taken, "left": got.Report.Left})
	})
	if err == nil {
		s.wake()
	}
	return got, err
}

// takeBack bins one post of an import, unless something of it has left.
func (s *Service) takeBack(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, post id.Post) (left bool, err error) {
	if err := enter(ctx, tx, b, post); err != nil {
		return false, err
	}
	p, err := loadPost(ctx, tx, b, post)
	if err != nil || !p.Binned.IsZero() {
		return false, err
	}
	pubs, err := loadPublications(ctx, tx, b, post)
	if err != nil {
		return false, err
	}
	for _, o := range pubs {
		if !o.State.Waiting() || len(o.Sent) > 0 {
			return true, nil
		}
	}
	if err := s.takeOff(ctx, tx, a, &p); err != nil {
		if fault.Is(err, fault.Conflict) {
			return true, nil // it began to leave at this moment
		}
		return false, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM post_wait WHERE brand = ? AND post = ?`, b, post); err != nil {
		return false, err
	}
	p.Binned = tx.Now
	return false, s.put(ctx, tx, a, p, ActBinned)
}

// ImportOf tells which import a post came from, on which line, and what of the
// line nobody knew. Errors: not_found.
func (s *Service) ImportOf(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (imp ImportID, line int, extra map[string]string, err error) {
	defer fault.Wrap(&err, "origin of post")
	if _, err := s.Get(ctx, a, b, post); err != nil {
		return "", 0, nil, err
	}
	type origin struct {
		imp   ImportID
		line  int
		extra sqldb.JSON[map[string]string]
	}
	o, err := sqldb.One(ctx, s.DB, func(r sqldb.Scanner) (o origin, err error) { return o, r.Scan(&o.imp, &o.line, &o.extra) },
		`SELECT i.import, i.line, i.extra FROM post_imported i JOIN post_import f ON f.id = i.import WHERE f.brand = ? AND i.post = ?`, b, post)
	return o.imp, o.line, o.extra.V, err
}
