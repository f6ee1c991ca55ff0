// Package approval is how a brand's words are read by somebody else before they
// leave: who reads them, in what order, what they answered, and the client's own
// page by private link.
//
// It owns the policies, the rounds (what was submitted, exactly), the decisions,
// the remarks in the margin, the private links and the reminders. A decision
// names the hash of each content it was given for and the hour that was shown
// with it: any change of words, picture or hour beyond the tolerance is another
// content, and nobody has decided on that one yet.
//
// It never sends, moves or edits a post: publishing asks it what may leave, in
// its own transactions, and is told when the answer changes.
package approval
