// Package preflight is the last look before a departure that no rule of a brand
// has to ask for: the same words said already, the wrong account, a date that
// has passed, an open freeze, a picture without words. Everything here warns;
// what stops a post is for the charter, the rights and the networks to say.
//
// It stands inside of publishing because it reads what publishing keeps (the
// publications of a channel, its freezes), and beside it because nothing leaves
// through it. It owns no table, and keeps in memory only short prints of what
// each channel said lately.
package preflight
