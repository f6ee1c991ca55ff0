package mailbox

import "strings"

// hosts are where the great providers keep the mail of a domain: IMAP, SMTP.
// Every one of them is closed from the first byte, at 993 and 465, but for those
// of STARTTLS. Source: their help pages, read 2026-11.
var hosts = map[string][2]string{
	"gmail.com": {"imap.gmail.com", "smtp.gmail.com"}, "googlemail.com": {"imap.gmail.com", "smtp.gmail.com"},
	"outlook.com": {"outlook.office365.com", "smtp-mail.outlook.com"}, "hotmail.com": {"outlook.office365.com", "smtp-mail.outlook.com"},
	"hotmail.fr": {"outlook.office365.com", "smtp-mail.outlook.com"}, "live.com": {"outlook.office365.com", "smtp-mail.outlook.com"},
	"outlook.fr": {"outlook.office365.com", "smtp-mail.outlook.com"}, "live.fr": {"outlook.office365.com", "smtp-mail.outlook.com"},
	"yahoo.com": {"imap.mail.yahoo.com", "smtp.mail.yahoo.com"}, "yahoo.fr": {"imap.mail.yahoo.com", "smtp.mail.yahoo.com"},
	"icloud.com": {"imap.mail.me.com", "smtp.mail.me.com"}, "me.com": {"imap.mail.me.com", "smtp.mail.me.com"},
	"orange.fr": {"imap.orange.fr", "smtp.orange.fr"}, "wanadoo.fr": {"imap.orange.fr", "smtp.orange.fr"},
	"free.fr": {"imap.free.fr", "smtp.free.fr"}, "sfr.fr": {"imap.sfr.fr", "smtp.sfr.fr"}, "laposte.net": {"imap.laposte.net", "smtp.laposte.net"},
	"gmx.com": {"imap.gmx.com", "mail.gmx.com"}, "gmx.fr": {"imap.gmx.com", "mail.gmx.com"}, "gmx.net": {"imap.gmx.net", "mail.gmx.net"},
	"fastmail.com": {"imap.fastmail.com", "smtp.fastmail.com"}, "zoho.com": {"imap.zoho.com", "smtp.zoho.com"},
}

// guessed is how a mailbox is most likely reached, for a person to correct. It
// makes no call.
func guessed(address string) box {
	at := domain(address)
	b := box{address: address, user: address, imap: server{"imap." + at, 993, byTLS}, smtp: server{"smtp." + at, 465, byTLS}}
	if h, ok := hosts[at]; ok {
		b.imap.host, b.smtp.host = h[0], h[1]
	}
	switch b.smtp.host {
	case "smtp-mail.outlook.com", "smtp.mail.me.com":
		b.smtp.port, b.smtp.tls = 587, bySTARTTLS
	}
	if at == "localhost" || strings.HasSuffix(at, ".localhost") {
		b.imap, b.smtp = server{at, 143, byNothing}, server{at, 25, byNothing}
	}
	return b
}
