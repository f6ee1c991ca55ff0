package inbox

import (
	"vigie/internal/network"
)

// place is where an item belongs.
type place struct {
	// spoken: it is a post of ours, and no part of a conversation.
	spoken bool
	// under is our own post that it stands under.
	under network.Ref
	// refs name its conversation: whatever names one of them is in the same.
	refs []network.Ref
}

// placeOf says where an item belongs. What people write under a post of ours
// begins a conversation of its own for each of them: a post that two hundred
// people answer is two hundred conversations. Everything else belongs to its
// thread. ours tells the references of posts by which we speak first; the answer
// depends on the item and on them alone, never on what came before it.
func placeOf(it network.Item, ours func(network.Ref) bool) place {
	alone := it.Parent == "" && (it.Root == "" || it.Root == it.Ref)
	switch {
	case ours(it.Ref), it.Own && alone && public(it.Kind):
		return place{spoken: true}
	case it.Own && it.Parent != "" && ours(it.Parent) && public(it.Kind) && !it.Private:
		return place{spoken: true} // the next part of what we said
	}
	if it.Own && it.Parent != "" {
		return place{refs: some(it.Ref, it.Parent)} // where what it answers is
	}
	comment := it.Kind == network.Comment
	first := it.Parent
	if first == "" {
		first = it.Root
	}
	switch {
	case it.Kind == network.Quote:
		p := place{refs: some(it.Ref)}
		if first != "" && (ours(first) || comment) {
			p.under = first
		}
		return p
	case first != "" && ours(first):
		return place{under: first, refs: some(it.Ref)}
	case comment && first != "" && (first == it.Root || it.Root == ""):
		return place{under: first, refs: some(it.Ref)}
	case comment && it.Root != "", it.Root != "" && ours(it.Root):
		return place{under: it.Root, refs: some(it.Ref, it.Parent)}
	}
	if it.Parent != "" && it.Parent != it.Root && public(it.Kind) {
		// The root may be a post of ours that nobody told us of: two threads under
		// it are two conversations. What is between is read, and joins them.
		return place{refs: some(it.Ref, it.Parent)}
	}
	return place{refs: some(it.Ref, it.Parent, it.Root)}
}

// public tells the kinds whose first utterance stands for everybody to see.
func public(k network.ItemKind) bool { return k != network.Direct && k != network.Mail }

// some are the references that are there, each once.
func some(refs ...network.Ref) []network.Ref {
	var out []network.Ref
	for _, r := range refs {
		dup := false
		for _, o := range out {
			dup = dup || o == r
		}
		if r != "" && !dup {
			out = append(out, r)
		}
	}
	return out
}

// calls tells whether an item asks something of us: what opens a conversation.
func calls(it network.Item) bool {
	return !it.Own && !it.Gone && it.Kind != network.Context && !it.Automatic && it.Held != "spam" && it.Held != "trash"
}
