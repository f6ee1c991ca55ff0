// Package networktest is the one acceptance suite of all networks: whatever a
// driver claims in its capabilities and promises by the door's contracts is
// tried here, on a fresh world for each case.
//
// A network's own test hands Run a function that opens a Stage: its driver, an
// observer of what really stands on the network, and the answers of a sign-in.
// The suite sits on the wire between the two and cuts it, hangs it and puts
// hostile answers on it, so a fake (and a real server) needs no knobs for that.
// The package also has a kit for strict fakes: what they do not know fails the
// test. It never speaks to the outside; it never sleeps.
package networktest
