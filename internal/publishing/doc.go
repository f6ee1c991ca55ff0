// Package publishing is what a brand says and when it leaves: posts with one
// variant per channel, the calendar they stand on, and the ledger that sends
// each of them once.
//
// It owns posts, variants, campaigns, slots, freezes and publications, with the
// publication's table of states. The rule under everything: what is about to
// be sent is written down before the call, one attempt is made, and an attempt
// nobody can vouch for is looked up on the network, never blindly repeated.
//
// It never speaks to a network by itself (channel hands it a Presence), never
// touches a media's bytes (it declares what it needs of the library), and never
// sends what is edited but not yet scheduled: a publication carries the exact
// content it will send.
package publishing
