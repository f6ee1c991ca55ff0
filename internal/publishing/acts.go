package publishing

// What this room writes in the logbook. Names and JSON are API: other rooms
// read them, and they never change once stored. Subjects are "post" for the
// first group and "publication" for the second.
const (
	ActCreated     = "post.created"     // {version}
	ActSaved       = "post.saved"       // {version}
	ActPicture     = "post.picture"     // {version, media}: a picture of what waits is shown otherwise by now
	ActBinned      = "post.binned"      // {version}
	ActUnbinned    = "post.unbinned"    // {version}
	ActScheduled   = "post.scheduled"   // {version, local, zone, at, channels: [{channel, hash}]}
	ActMoved       = "post.moved"       // {version, from, local, zone, at}
	ActUnscheduled = "post.unscheduled" // {version}
	ActAnswered    = "reply.planned"    // {version, about, channel, hash, at}: somebody is answered
	ActTakenBack   = "reply.taken_back" // {version}
	ActFrozen      = "freeze.opened"    // {reason, held, leaving}; subject "freeze"
	ActThawed      = "freeze.lifted"    // {freed, missed}; subject "freeze"

	ActSlotAdded       = "slot.added"         // {channel, weekday, local}; subject "slot"
	ActSlotRemoved     = "slot.removed"       // subject "slot"
	ActSlotGiven       = "slot.given"         // {category}; subject "slot"
	ActCategorySaved   = "category.saved"     // {name, weight, paused}; subject "category"
	ActCategoryRemoved = "category.removed"   // subject "category"
	ActCategoryPaused  = "category.paused"    // {name, held}; subject "category"
	ActCategoryResumed = "category.resumed"   // {name, freed, late, as}; subject "category"
	ActEvergreenSet    = "category.evergreen" // {name, on, after, times}; subject "category"
	ActMarksSet        = "calendar.marked"    // {public, local, sensitive, own, zones}; subject "calendar"
	ActCampaignSaved   = "campaign.saved"     // {name, from, to}; subject "campaign"
	ActCampaignRemoved = "campaign.removed"   // subject "campaign"

	ActSent      = "publication.sent"      // {post, channel, network, parts, url, hash, late_ms}; by_hand where a person did it
	ActFailed    = "publication.failed"    // {post, channel, problem}
	ActDoubt     = "publication.unknown"   // {post, channel, problem}
	ActResolved  = "publication.resolved"  // {post, channel, taken}
	ActSettled   = "publication.settled"   // {post, channel, sent}: a person decided
	ActRetried   = "publication.retried"   // {post, channel}
	ActMissed    = "publication.missed"    // {post, channel}
	ActRezoned   = "publication.rezoned"   // {post, channel, local, zone, from, at}: its zone has new rules
	ActWithdrawn = "publication.withdrawn" // {post, channel}
	ActCorrected = "publication.corrected" // {post, channel, recall}: the network shows other words
	ActRecalled  = "recall.begun"          // {kind, reason, media, posts, publications, told}; subject "recall"
	ActHanded    = "publication.handed"    // {post, channel, network}: a person is to publish it
	ActHandLate  = "publication.hand_late" // {post, channel}: she has not said that she did
	ActOverdue   = "watchdog.overdue"      // {count}: subject "instance"
	// {publications, told}; subject "recall": what was left to a hand is still open
	ActRecallReminded = "recall.reminded"
)
