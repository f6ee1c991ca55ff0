package publishing

import "slices"

// State is where a publication stands. Stored; never renamed.
type State string

const (
	// Planned: waits for its hour.
	Planned State = "planned"
	// Pending: it has its hour and nobody cleared its content for it yet: the
	// claim never looks at it. Shown as "à valider".
	Pending State = "pending"
	// Due: its hour has come and it waits for its turn: the account's pace, or
	// another try of something that surely did not leave.
	Due State = "due"
	// Sending: an attempt is written down and under way on some node.
	Sending State = "sending"
	// Handed: a person is to publish it, because its network has no usable API;
	// only her word moves it on.
	Handed State = "handed"
	// Sent: the network has it.
	Sent State = "sent"
	// Failed: it did not leave and will not by itself; Problem says why.
	Failed State = "failed"
	// Unknown: an attempt of which nobody knows the end; being looked up.
	// Shown as "à vérifier".
	Unknown State = "unknown"
	// Frozen: held by a freeze, or because its hour passed during one.
	Frozen State = "frozen"
	// Withdrawn: it was sent and then taken back.
	Withdrawn State = "withdrawn"
)

// States lists all states.
func States() []State {
	return []State{Planned, Pending, Due, Sending, Handed, Sent, Failed, Unknown, Frozen, Withdrawn}
}

// moves is the only way from one state to another. The statements that move
// rows name the states they start from; the tests of this room record every
// move a row makes and compare it with this table.
var moves = map[State][]State{
	// A network's receipt that comes late wins over whatever was concluded
	// meanwhile: hence Sent from every state that waits or doubts.
	Planned: {Pending, Due, Sending, Sent, Failed, Frozen},
	// To Withdrawn from what waits: the parts of a thread that had left are
	// taken back.
	Due: {Pending, Planned, Sending, Sent, Failed, Frozen, Withdrawn},
	// Pending → Frozen: cleared during a freeze, or after its hour.
	Pending: {Planned, Frozen, Failed, Sent, Withdrawn},
	// Sending → Due: surely not taken, or a part of a thread left and the next
	// waits its turn. Sending → Frozen: a freeze found it before the call.
	Sending: {Handed, Sent, Failed, Unknown, Due, Frozen},
	// Handed → Failed: she says that she did not, or it is recalled.
	Handed:  {Sent, Failed},
	Unknown: {Sent, Due, Failed, Frozen},
	Failed:  {Due, Planned, Frozen, Sent, Withdrawn},
	Frozen:  {Pending, Planned, Due, Failed, Sent, Withdrawn},
	Sent:    {Withdrawn},
	// Withdrawn is the end.
	Withdrawn: {},
}

// Can tells whether a publication may move from s to next.
func (s State) Can(next State) bool { return slices.Contains(moves[s], next) }

// Waiting tells whether a publication in this state has not begun to leave: it
// can still be moved, changed or taken off the calendar.
func (s State) Waiting() bool {
	return s == Planned || s == Pending || s == Due || s == Frozen || s == Failed
}

// Badge is the publication badge of a whole post: its publications together.
type Badge string

const (
	NoBadge    Badge = ""          // nothing scheduled
	Scheduled  Badge = "scheduled" // programmé
	Awaiting   Badge = "pending"   // en attente de validation
	InProgress Badge = "sending"   // en cours
	WithPerson Badge = "handed"    // à publier à la main
	Published  Badge = "sent"      // publié
	ToCheck    Badge = "unknown"   // à vérifier
	AllFailed  Badge = "failed"    // échec
	Partial    Badge = "partial"   // partiel
	OnHold     Badge = "frozen"    // gelé
	TakenBack  Badge = "withdrawn" // retiré
)

// Badges lists the badges, in the order of a legend.
func Badges() []Badge {
	return []Badge{Scheduled, Awaiting, InProgress, WithPerson, Published, ToCheck, AllFailed, Partial, OnHold, TakenBack}
}

// BadgeOf sums up the states of a post's publications. What somebody must look
// at comes first: doubt, then a failure, then a hold.
func BadgeOf(states []State) Badge {
	n := map[State]int{}
	for _, s := range states {
		n[s]++
	}
	gone := n[Sent] + n[Withdrawn]
	switch {
	case len(states) == 0:
		return NoBadge
	case n[Unknown] > 0:
		return ToCheck
	case n[Failed] > 0 && gone+n[Sending]+n[Handed] > 0:
		return Partial
	case n[Failed] == len(states):
		return AllFailed
	case n[Failed] > 0:
		return Partial
	case n[Handed] > 0:
		return WithPerson
	case n[Frozen] > 0:
		return OnHold
	case n[Pending] > 0:
		return Awaiting
	case n[Sending] > 0 || gone > 0 && n[Planned]+n[Due] > 0 || n[Due] > 0:
		return InProgress
	case n[Planned] > 0:
		return Scheduled
	case n[Sent] > 0:
		return Published
	default:
		return TakenBack
	}
}

// Validation is the other badge of a post: whether its words were accepted.
// The approval room decides all but the first two.
type Validation string

const (
	Draft    Validation = "draft"     // brouillon
	ToReview Validation = "waiting"   // à valider
	AtClient Validation = "at_client" // chez le client
	Changes  Validation = "changes"   // modifications demandées
	Refused  Validation = "refused"   // refusé
	Approved Validation = "approved"  // validé
	Outdated Validation = "stale"     // périmé: edited since
)
