// Package mailbox makes a brand's mail address a channel: mail comes in by IMAP
// and answers leave by SMTP.
//
// It owns the sign-in (both servers tried before anything is kept), the reading
// of mail as strangers really write it (broken MIME, lying charsets, thirty
// megabytes), threads by Message-ID, what is quoted and signed apart from what
// is said, and the answer that leaves once: a draft in Drafts before SMTP, the
// copy in Sent after it, so that a look can tell (see Publish). It never writes
// to anybody first, never answers a bounce, marks nothing read, deletes no mail
// but its own drafts, and loads nothing that a mail asks to load.
package mailbox
