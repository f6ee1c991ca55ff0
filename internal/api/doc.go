// Package api is the door for other programs: the same verbs as the pages,
// under /api/v1/, described by OpenAPI 3.1.
//
// It owns the registry of operations with their guards, the shape of errors
// (RFC 9457), cursors, versions (ETag, If-Match), repeated requests
// (Idempotency-Key), the limit on rate, and the pages that document all of it
// from the machine's own disk. It knows no room: faces register operations.
// It never decides who somebody is; the Authenticator does.
package api
