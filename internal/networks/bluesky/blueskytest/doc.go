// Package blueskytest is a strict Bluesky server of our own, for the cases that
// the real one (test/peers/bluesky) cannot be brought to: answers that get lost
// after the post was taken, sessions that end in the middle, nonsense, silence.
//
// It owns its people, sessions, files and records, in memory. It is pedantic
// where the real one shrugs: an unknown method, parameter, field or header, a
// facet that cuts a letter, a missing User-Agent is a complaint that fails the
// test. What it answers was compared with the real one. It knows no AppView and
// is no server for people.
package blueskytest
