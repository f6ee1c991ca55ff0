package publishing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing/exchange"
	"vigie/internal/team"
)

// ImportID names a file of posts on its way in.
type ImportID string

// ImportState is where an import stands. Stored; never renamed.
type ImportState string

const (
	ImportOpen    ImportState = "open"    // looked at, nothing is in
	ImportQueued  ImportState = "queued"  // ordered; comes in in one piece or not at all
	ImportDone    ImportState = "done"    // in
	ImportRefused ImportState = "refused" // the order could not be carried out; Problem says why
	ImportUndone  ImportState = "undone"  // taken back
)

// ImportKind is the job that carries an import out; its arguments are ImportJob.
const ImportKind = "publishing.import"

// ImportJob names the import to carry out.
type ImportJob struct {
	Brand  id.Brand `json:"brand"`
	Import ImportID `json:"import"`
}

// What to do with rows that say too little.
const (
	AsDraft  = "draft"  // keep them as drafts
	NextSlot = "slot"   // without an hour: the next free slot of their channels
	Refuse   = "refuse" // leave them out and say so
)

// ImportSettings are the answers to what a file leaves open. The zero value
// takes what was recognised, makes drafts of rows without an hour, and leaves
// out rows whose hour has passed.
type ImportSettings struct {
	// Fields replaces what columns hold, by their place; nil: as recognised.
	Fields []exchange.Field `json:"fields,omitempty"`
	// Headless says that the first line is a row like the others.
	Headless *bool          `json:"headless,omitempty"`
	Order    exchange.Order `json:"order,omitempty"`
	// Places says which channels a name in the file means, by the name's key;
	// an empty list leaves the name aside.
	Places map[string][]id.Channel `json:"places,omitempty"`
	// Everywhere are the channels of rows that name none.
	Everywhere []id.Channel `json:"everywhere,omitempty"`
	NoHour     string       `json:"no_hour,omitempty"`    // AsDraft (also when empty) or NextSlot
	Past       string       `json:"past,omitempty"`       // Refuse (also when empty) or AsDraft
	Drafts     bool         `json:"drafts,omitempty"`     // everything comes in as a draft
	SkipTwins  bool         `json:"skip_twins,omitempty"` // leave out what stands on the calendar already
}

// Import is a file of posts and what became of it.
type Import struct {
	ID       ImportID       `json:"id"`
	Brand    id.Brand       `json:"brand"`
	Name     string         `json:"name"`
	Bytes    int64          `json:"bytes"`
	State    ImportState    `json:"state"`
	Settings ImportSettings `json:"settings"`
	Report   ImportReport   `json:"report"`
	Person   id.Person      `json:"person"`
	Problem  string         `json:"problem,omitempty"`
	Made     time.Time      `json:"made"`
	Ordered  time.Time      `json:"ordered,omitzero"`
	Done     time.Time      `json:"done,omitzero"`
	Undone   time.Time      `json:"undone,omitzero"`

	hash string
	role team.Role
}

// ImportReport is what a dry run found, and what an import did.
type ImportReport struct {
	File     ImportFile       `json:"file"`
	Reading  exchange.Reading `json:"reading"`
	Schedule int              `json:"schedule"` // rows that are scheduled
	Drafts   int              `json:"drafts"`   // rows that come in as drafts
	Bad      int              `json:"bad"`      // rows that do not come in
	Skipped  int              `json:"skipped"`  // rows left out because they are there already
	Pictures int              `json:"pictures"` // pictures to fetch
	Warned   int              `json:"warned"`   // rows that come in with something to look at
	// Faults names every bad row, at most MaxFaults of them; More counts the
	// others.
	Faults []exchange.Fault `json:"faults"`
	More   int              `json:"more,omitempty"`
	// Questions are what must be answered before anything comes in.
	Questions []ImportQuestion `json:"questions"`
	// Places says what each name of the file was taken for.
	Places []ImportPlace `json:"places"`
	// Again names the import that brought in this very file.
	Again ImportID  `json:"again,omitempty"`
	When  time.Time `json:"again_at,omitzero"`
	// Sample are the first rows as they would come in.
	Sample []ImportRow `json:"sample"`
	// Left are posts of an undone import that had left already.
	Left int `json:"left,omitempty"`
	// Taken are posts that an undo put into the bin.
	Taken int `json:"taken,omitempty"`
}

// MaxFaults bounds the faults that a report names one by one.
const MaxFaults = 1000

// ImportFile is what was guessed of the file.
type ImportFile struct {
	Kind      exchange.Kind `json:"kind"`
	Encoding  string        `json:"encoding,omitempty"`
	Delimiter string        `json:"delimiter,omitempty"`
	Sheet     string        `json:"sheet,omitempty"`
	Others    []string      `json:"other_sheets,omitempty"`
	Strays    []int         `json:"stray_lines,omitempty"`
}

// ImportQuestion is something that a person must say.
type ImportQuestion struct {
	Key    string          `json:"key"` // import.ask_order, import.ask_place, import.ask_channels, import.ask_text
	Target exchange.Target `json:"target,omitzero"`
	Sample string          `json:"sample,omitempty"`
}

// ImportPlace is a name of the file and what it is taken for.
type ImportPlace struct {
	Target   exchange.Target `json:"target"`
	Key      string          `json:"key"`
	Channels []id.Channel    `json:"channels"`
	// Sure says that the name is a channel's own, or was answered.
	Sure bool `json:"sure"`
}

// ImportRow is a row as it would come in.
type ImportRow struct {
	Line     int               `json:"line"`
	Text     string            `json:"text"`
	Local    string            `json:"local,omitempty"`
	Channels []id.Channel      `json:"channels,omitempty"`
	Pictures int               `json:"pictures,omitempty"`
	Fate     string            `json:"fate"` // schedule, draft, bad, skip
	Extra    map[string]string `json:"extra,omitempty"`
}

// ActImported and ActImportUndone are written about a whole import.
const (
	ActImported     = "import.done"   // {name, profile, posts, scheduled, bad}; subject "import"
	ActImportUndone = "import.undone" // {taken, left}; subject "import"
)

var (
	errNoImport   = fault.New(fault.NotFound, "")
	errImportDone = fault.New(fault.Conflict, "import.not_open")
	errQuestions  = fault.New(fault.Invalid, "import.questions")
	errBadRows    = fault.New(fault.Invalid, "import.bad_rows")
	errAgain      = fault.New(fault.Conflict, "import.again")
	errNothing    = fault.New(fault.Invalid, "import.nothing")
)

// pieceBytes is the size of the pieces in which a file is kept.
const pieceBytes = 1 << 20

// OpenImport takes a file in to look at it; nothing of it becomes a post. The
// report of the dry run comes with it. Errors: invalid (no table, too big).
func (s *Service) OpenImport(ctx context.Context, a team.Actor, b id.Brand, name string, r io.Reader) (_ Import, err error) {
	defer fault.Wrap(&err, "open import")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Import{}, err
	}
	name, _ = textkit.Clean(name)
	imp := Import{ID: id.New[ImportID](), Brand: b, Name: textkit.Excerpt(name, 120), State: ImportOpen, Person: a.Person, role: a.Roles[b]}
	// The pieces are written as they come: a file of fifty megabytes never
	// stands in memory. One that turns out to be no table is forgotten again.
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		imp.Made = tx.Now
		return insertImport(ctx, tx, imp)
	})
	if err != nil {
		return imp, err
	}
	if err = s.takePieces(ctx, &imp, r); err == nil {
		imp, err = s.dryRun(ctx, a, imp)
	}
	if err != nil {
		return imp, errors.Join(err, s.forgetImport(context.WithoutCancel(ctx), b, imp.ID))
	}
	return imp, nil
}

func (s *Service) takePieces(ctx context.Context, imp *Import, r io.Reader) error {
	sum := sha256.New()
	buf := make([]byte, pieceBytes)
	for seq := 0; ; seq++ {
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			sum.Write(buf[:n])
			if imp.Bytes += int64(n); imp.Bytes > exchange.MaxBytes {
				return fault.New(fault.Invalid, "exchange.too_big").With("max", exchange.MaxBytes)
			}
			werr := s.DB.Write(ctx, func(tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO post_import_piece (import, seq, data) VALUES (?,?,?)`, imp.ID, seq, buf[:n])
				return err
			})
			if werr != nil {
				return werr
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return err
		}
	}
	imp.hash = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// SetImport answers what a file left open and looks at it again. Errors:
// conflict (it is in already), not_found.
func (s *Service) SetImport(ctx context.Context, a team.Actor, b id.Brand, imp ImportID, set ImportSettings) (_ Import, err error) {
	defer fault.Wrap(&err, "set import")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Import{}, err
	}
	got, err := loadImport(ctx, s.DB, b, imp)
	if err != nil {
		return got, err
	}
	if got.State != ImportOpen && got.State != ImportRefused {
		return got, errImportDone
	}
	got.State, got.Problem, got.Settings = ImportOpen, "", set
	return s.dryRun(ctx, a, got)
}

// GetImport reads an import. Errors: not_found.
func (s *Service) GetImport(ctx context.Context, a team.Actor, b id.Brand, imp ImportID) (_ Import, err error) {
	defer fault.Wrap(&err, "read import")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return Import{}, err
	}
	return loadImport(ctx, s.DB, b, imp)
}

// Imports lists a brand's imports, the latest first, at most a hundred.
func (s *Service) Imports(ctx context.Context, a team.Actor, b id.Brand) (_ []Import, err error) {
	defer fault.Wrap(&err, "list imports")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, scanImport, `SELECT `+importColumns+` FROM post_import WHERE brand = ? ORDER BY made_at DESC, id DESC LIMIT 100`, b)
}

// dryRun reads the whole file as the settings say, keeps the report, and
// changes nothing else.
func (s *Service) dryRun(ctx context.Context, a team.Actor, imp Import) (Import, error) {
	l, err := s.readImport(ctx, a, imp)
	if err != nil {
		return imp, err
	}
	imp.Report = l.report
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE post_import SET hash = ?, bytes = ?, state = ?, settings = ?, report = ?, problem = '' WHERE brand = ? AND id = ? AND state IN ('open', 'refused')`,
			imp.hash, imp.Bytes, imp.State, sqldb.JSON[ImportSettings]{V: imp.Settings}, sqldb.JSON[ImportReport]{V: imp.Report}, imp.Brand, imp.ID)
		if err == nil && n == 0 {
			return errImportDone
		}
		return err
	})
	return imp, err
}

// Accept says what of a report a person has seen and takes.
type Accept struct {
	Bad   bool `json:"skip_bad"` // bad rows stay out, the others come in
	Again bool `json:"again"`    // this very file came in before
}

// RunImport orders an import: it comes in in the background, whole or not at
// all. Scheduling asks for the right to publish. Errors: invalid (questions
// without answers, bad rows that nobody accepted, nothing to bring in),
// conflict (the file came in before and nobody said again; not open any more).
func (s *Service) RunImport(ctx context.Context, a team.Actor, b id.Brand, imp ImportID, take Accept) (_ Import, err error) {
	defer fault.Wrap(&err, "run import")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Import{}, err
	}
	got, err := loadImport(ctx, s.DB, b, imp)
	if err != nil {
		return got, err
	}
	if got.State != ImportOpen && got.State != ImportRefused {
		return got, errImportDone
	}
	if got.Report.Schedule > 0 {
		if err := a.Require(b, team.PublishPosts); err != nil {
			return got, err
		}
	}
	if err := got.Report.Stops(take); err != nil {
		return got, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE post_import SET state = 'queued', problem = '', person = ?, role = ?, ordered_at = ? WHERE brand = ? AND id = ? AND state IN ('open', 'refused')`, a.Person, a.Roles[b], sqldb.At(tx.Now), b, imp)
		if err != nil {
			return err
		}
		if n == 0 {
			return errImportDone
		}
		tx.AfterCommit(func() { s.Tell("brand:"+string(b), "import", map[string]any{"import": imp}) })
		return s.later(ctx, tx, ImportKind, ImportJob{Brand: b, Import: imp})
	})
	got.State = ImportQueued
	return got, err
}

// Stops is what stands in the way of an order; nil when nothing does.
func (r ImportReport) Stops(take Accept) error {
	switch {
	case len(r.Questions) > 0:
		return errQuestions.With("n", len(r.Questions))
	case r.Schedule+r.Drafts == 0:
		return errNothing
	case r.Bad > 0 && !take.Bad:
		return errBadRows.With("n", r.Bad)
	case r.Again != "" && !take.Again:
		return errAgain.With("when", r.When)
	}
	return nil
}

// DropImport forgets a file that is not in. Errors: not_found.
func (s *Service) DropImport(ctx context.Context, a team.Actor, b id.Brand, imp ImportID) (err error) {
	defer fault.Wrap(&err, "drop import")
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	if _, err := loadImport(ctx, s.DB, b, imp); err != nil {
		return err
	}
	return s.forgetImport(ctx, b, imp)
}

func (s *Service) forgetImport(ctx context.Context, b id.Brand, imp ImportID) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM post_import WHERE brand = ? AND id = ? AND state IN ('open', 'refused')`, b, imp)
		return err
	})
}

// importKept is how long a file waits to be brought in.
const importKept = 7 * 24 * time.Hour

// ForgetImports forgets files that nobody brought in for a week. The daily job
// calls it.
func (s *Service) ForgetImports(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM post_import WHERE made_at < ? AND state IN ('open', 'refused')`, sqldb.At(tx.Now.Add(-importKept)))
		return err
	})
}

func (s *Service) recordImport(ctx context.Context, tx *sqldb.Tx, a team.Actor, imp Import, act string, data map[string]any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: imp.Brand, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: "import", ID: string(imp.ID)}, Data: data})
}

// actor is who ordered the import, with the role of that moment.
func (i Import) actor() team.Actor {
	if i.Person == "" {
		return team.Program("importer")
	}
	return team.Actor{Person: i.Person, Roles: map[id.Brand]team.Role{i.Brand: i.role}}
}

const importColumns = `id, brand, name, hash, bytes, state, settings, report, person, role, problem, made_at, ordered_at, done_at, undone_at`

func scanImport(r sqldb.Scanner) (i Import, err error) {
	var set sqldb.JSON[ImportSettings]
	var report sqldb.JSON[ImportReport]
	var made, ordered, done, undone sqldb.Time
	err = r.Scan(&i.ID, &i.Brand, &i.Name, &i.hash, &i.Bytes, &i.State, &set, &report, &i.Person, &i.role, &i.Problem, &made, &ordered, &done, &undone)
	i.Settings, i.Report, i.Made, i.Ordered, i.Done, i.Undone = set.V, report.V, made.Time, ordered.Time, done.Time, undone.Time
	return i, err
}

func loadImport(ctx context.Context, q sqldb.Q, b id.Brand, imp ImportID) (Import, error) {
	i, err := sqldb.One(ctx, q, scanImport, `SELECT `+importColumns+` FROM post_import WHERE brand = ? AND id = ?`, b, imp)
	if sqldb.IsNoRow(err) {
		return i, errNoImport
	}
	return i, err
}

func insertImport(ctx context.Context, tx *sqldb.Tx, i Import) error {
	_, err := tx.Exec(ctx, `INSERT INTO post_import (`+importColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		i.ID, i.Brand, i.Name, i.hash, i.Bytes, i.State, sqldb.JSON[ImportSettings]{V: i.Settings}, sqldb.JSON[ImportReport]{V: i.Report},
		i.Person, i.role, i.Problem, sqldb.At(i.Made), sqldb.At(i.Ordered), sqldb.At(i.Done), sqldb.At(i.Undone))
	return err
}
