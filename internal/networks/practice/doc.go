// Package practice is a network inside Vigie: it takes posts, shows them on a
// page of Vigie, and has a small public that likes, answers and complains by a
// script. It serves the example agency, drills, tests and whoever wants to try
// before connecting a real account. Everything about it says that it is
// simulated, and it never reaches anybody.
//
// It owns its world as an append-only list of records behind a small Store: a
// post is on the network when its record is durable, and only then is the
// answer given, so that a crash in between tells the truth about Vigie. It
// doubles like a network that knows no idempotency: an intent sent twice
// stands twice, for tests to see.
package practice
