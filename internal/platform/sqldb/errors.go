package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"vigie/internal/base/fault"
)

var (
	errUnique = fault.New(fault.Conflict, "db.exists")
	errLinked = fault.New(fault.Conflict, "db.linked")
	errBusy   = fault.New(fault.Transient, "db.busy").After(time.Second)
	errFull   = fault.New(fault.Transient, "db.full").After(time.Minute)
	errGone   = fault.New(fault.Transient, "db.gone").After(time.Second)
)

// Fault translates an error of a driver that a library met on this package's
// connections (the job queue); nil stays nil, and a fault stays as it is.
func Fault(err error) error { return asFault(err) }

// asFault is the only place that knows the drivers' codes.
func asFault(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	// A context that ends rolls the transaction back behind its user's back.
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sql.ErrTxDone) {
		return fault.New(fault.Transient, "").Because(err)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return errNoRow
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch code := lite.Code(); {
		case code == lib.SQLITE_CONSTRAINT_UNIQUE || code == lib.SQLITE_CONSTRAINT_PRIMARYKEY:
			return errUnique.Because(err)
		case code == lib.SQLITE_CONSTRAINT_FOREIGNKEY:
			return errLinked.Because(err)
		case code&0xff == lib.SQLITE_BUSY || code&0xff == lib.SQLITE_LOCKED:
			return errBusy.Because(err)
		case code&0xff == lib.SQLITE_FULL, code&0xff == lib.SQLITE_IOERR, code&0xff == lib.SQLITE_READONLY, code&0xff == lib.SQLITE_CANTOPEN:
			return errFull.Because(err)
		case code&0xff == lib.SQLITE_INTERRUPT:
			return fault.New(fault.Transient, "").Because(err)
		}
		return fault.New(fault.Internal, "").Because(err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch {
		case pg.Code == "23505":
			return errUnique.Because(err)
		case pg.Code == "23503":
			return errLinked.Because(err)
		case pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "55P03":
			return errBusy.Because(err)
		case strings.HasPrefix(pg.Code, "53"):
			return errFull.Because(err)
		case strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "57P"):
			return errGone.Because(err)
		}
		return fault.New(fault.Internal, "").Because(err)
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || pgconn.Timeout(err) {
		return errGone.Because(err)
	}
	return fault.New(fault.Internal, "").Because(err)
}
