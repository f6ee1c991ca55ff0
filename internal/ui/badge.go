package ui

// Badge is a state as its badge shows it, for those who draw it smaller than
// Validation and Publication do: a month's chip. Its word is the message
// "ui.val.<Key>" or "ui.pub.<Key>".
type Badge struct {
	Key    string
	Icon   string
	Signal Signal
}

// ValidationBadge is the badge of a validation state.
func ValidationBadge(state string) Badge {
	b := validation(state)
	return Badge{b.key, b.icon, b.signal}
}

// PublicationBadge is the badge of a publication state.
func PublicationBadge(state string) Badge {
	b := publication(state)
	return Badge{b.key, b.icon, b.signal}
}
