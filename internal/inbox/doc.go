// Package inbox is the Boîte: what people say to a brand on all its channels,
// each conversation once and whole, with what became of it.
//
// It owns the conversations, their messages with the earlier words of edited
// ones, who speaks as each network knows her, the notes of the team, who read
// what, and how far each channel was read. It reads the networks in the
// background through the door and asks publishing to answer: it never sends by
// itself, never decides who may speak, and never shows a message's markup.
//
// Items arrive at least once and are kept exactly once: a page of items, the
// place in the network's list after it and the acts are one transaction, and an
// item is known again by its reference and version, so that any cursor can be
// read again.
package inbox
