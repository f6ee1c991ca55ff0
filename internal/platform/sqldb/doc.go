// Package sqldb holds Vigie's rows: one SQLite file by default, PostgreSQL when
// several nodes share the work, one SQL text for both.
//
// It owns the two connection pools, the transaction with its fixed time and its
// after-commit hooks, the migrations of every room, the time type and the
// translation of driver errors into kinds. It never knows a table of a room and
// never hides a transaction in a context.
//
// Rules for the SQL of the rooms: `?` placeholders; BIGINT milliseconds through
// Time; TEXT, BIGINT, BOOLEAN, DOUBLE PRECISION and BYTEA as types (SQLite takes
// these names as they are); ON CONFLICT and RETURNING as both engines spell
// them; columns listed, never `SELECT *`; every statement of a room names the
// brand.
package sqldb
