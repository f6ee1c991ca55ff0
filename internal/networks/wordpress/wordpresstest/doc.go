// Package wordpresstest is a WordPress blog for tests: a strict stand-in that
// knows only what the connector asks and fails the test on anything else, with
// the site's own refusals (trash, duplicates, closed comments, roles).
//
// It owns no rule of its own: what it does was seen on the real site of
// test/peers/wordpress, on which the same stories run.
package wordpresstest
