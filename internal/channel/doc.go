// Package channel is the account a brand holds on one network, and the desk at
// the door: rooms ask it for a *network.Presence and never see a token.
//
// It owns the channels of every brand, their sealed credentials, the steps of
// signing in (the same for page, API and command line), the capabilities as
// last read, and the health of tokens: probed daily, warned about before they
// end, marked with a remedy when a network refuses them. It publishes nothing.
//
// It stands on a floor of its own, above the networks and below the rooms:
// every room that speaks or listens needs it, and a room may not import a room.
package channel
