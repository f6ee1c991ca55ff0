// Package network is the only door to the outside: what every network has in
// common, so that a room speaks to Mastodon and to Bluesky in one language.
//
// An Account is small (who am I, what can I do); everything else is an optional
// interface of one method. Callers never hold an Account: they hold a *Presence,
// which checks capability and limits, keeps the pace, times out, classifies what
// went wrong, logs and counts, once for all networks. Capabilities and limits
// are data with their source and date.
//
// The package owns the words of the door: references, intents, receipts,
// outcomes, sign-in steps. It keeps no row, knows no brand, and never sends
// twice: one call, one attempt; whether to try again is the caller's decision,
// taken from the Outcome of the error and from a look (Finder) at the network.
package network
