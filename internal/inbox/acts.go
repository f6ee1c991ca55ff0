package inbox

// What this room writes in the logbook. Names and JSON are API: other rooms
// read them, and they never change once stored. The subject is "message" for
// the first group, "conversation" for the second, "channel" for the third. No
// act holds what somebody wrote.
const (
	ActReceived = "message.received" // {conversation, channel, kind, private, automatic}
	ActEdited   = "message.edited"   // {conversation, channel}: by its author
	ActGone     = "message.gone"     // {conversation, channel}: deleted there

	ActState    = "conversation.state"    // {from, to, until}
	ActAssigned = "conversation.assigned" // {from, to}
	ActNoted    = "conversation.noted"    // {note}
	ActUnnoted  = "conversation.unnoted"  // {note}
	ActJoined   = "conversation.joined"   // {from, into}: two turned out to be one
	ActAnswered = "conversation.answered" // {message, answer, private}: handed to publishing

	ActRecalled  = "inbox.recalled" // {items}: a page of what was said before the connection
	ActReadWhole = "inbox.whole"    // {items}: all of it was read
)
