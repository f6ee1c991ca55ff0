// Package bluesky speaks to Bluesky: it puts a community manager's posts, with
// their pictures, links, mentions and tags, into her account's repository on an
// AT Protocol server (a PDS), and looks there when an answer got lost.
//
// It owns the form of a post record, its facets in bytes, the session of an
// account and the key of every record. That key is chosen here, from the intent:
// the same intent has the same key at every attempt, a write that meets a record
// never replaces it, so a post cannot double, and looking for it is one read.
//
// It never keeps a password (only the session made of it), never makes a session
// to send a post, and never sends twice: the one call that is made again is one
// the server refused because the session had ended.
package bluesky
