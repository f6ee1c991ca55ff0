package all

import "vigie/internal/networks/mailbox"

// Ports are those below 1024, beside the web's, that networks dial.
func Ports() []uint16 { return mailbox.Ports() }
