package answers

// What this room writes in the logbook. Names and JSON are API: other rooms
// read them, and they never change once stored. The subject is "answer",
// "position" or "brand".
const (
	ActSaved     = "answer.saved"       // {title, version}
	ActArchived  = "answer.archived"    // {title}
	ActRestored  = "answer.restored"    // {title}
	ActReviewed  = "answer.reviewed"    // {title}: read again, and still right
	ActUsed      = "answer.used"        // {count, for}: so many times by now; for: the conversation, may be empty
	ActImported  = "answer.imported"    // {made, changed}
	ActSettings  = "answer.settings"    // {months, stale, variables}
	ActWritten   = "position.written"   // {subject, number}: a wording, not approved yet
	ActApproved  = "position.approved"  // {subject, number, from, until, own}
	ActWithdrawn = "position.withdrawn" // {subject}
	ActReopened  = "position.reopened"  // {subject}
)
