// Package feedcomments reads the comments of a blog that gives only a feed of
// them (RSS or Atom).
//
// It owns the conditional reading (ETag, Last-Modified, Retry-After, a feed that
// is gone), names for comments that stay, and edits told by what changed. It is
// read-only: a feed cannot be answered, so every item has the address where to
// answer. It knows no more of the past than the feed still holds, and makes no
// HTML.
package feedcomments
