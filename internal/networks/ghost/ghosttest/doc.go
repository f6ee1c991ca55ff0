// Package ghosttest is a Ghost blog for tests: a strict stand-in that knows
// only what the connector asks and fails the test on anything else, with the
// blog's own ways (no deleted comment in a list, collisions, two levels of
// answers).
//
// It owns no rule of its own: what it does was seen on the real blog of
// test/peers/ghost, on which the same stories run.
package ghosttest
