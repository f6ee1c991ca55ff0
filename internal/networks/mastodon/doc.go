// Package mastodon publishes on any server that speaks the Mastodon API:
// Mastodon, GoToSocial, Pleroma and their relatives.
//
// It owns the sign-in (address, authorisation code or access token), the limits
// read from the server itself, media with their alternative text, posts and
// threads, and the look that tells whether an intent was taken. The
// Idempotency-Key is sent with every post and never trusted: GoToSocial ignores
// it and Mastodon forgets it after an hour. It keeps no row, sends nothing
// twice by itself, and never follows a server to another one with a token.
package mastodon
