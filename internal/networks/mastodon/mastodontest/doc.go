// Package mastodontest is a strict Mastodon of our own: it behaves (accounts,
// apps, tokens, media that take time, statuses validated as Mastodon validates
// them, idempotency kept or ignored) and it is pedantic where the real one
// shrugs: an unknown route, parameter or header, or a missing User-Agent, is a
// complaint that fails the test.
//
// It owns its people and posts, in memory and, when asked, in a file written
// before each answer, so that what it took survives whoever asked. It was
// written from the public documentation of the API and is kept honest by
// third-party clients run against it. It federates with nobody and never
// becomes a server for people.
package mastodontest
