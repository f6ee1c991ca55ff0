// Package textkit knows what a text of a community manager is made of: what a
// reader calls one character, where a link, a mention or a tag begins and ends,
// where a sentence ends in French and in English, and where a long text may be
// cut into the parts of a thread.
//
// It owns the cleaning of every text at the edge (Clean), the one definition of
// links, mentions and tags that counters, facets and splits share (the same
// patterns run in the browser), and the folding used by searches. It never
// knows a network: limits and rules of counting come from its callers.
package textkit
