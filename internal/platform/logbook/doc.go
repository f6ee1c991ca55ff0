// Package logbook is the journal de bord: every act of a person or of the
// program, in order per subject, written in the transaction that changes the
// state. It is the audit trail, and the raw matter of the day's page, the
// crisis timeline, the handover and "what is it for?".
//
// It owns the entries, their personal data kept beside the chain (so that a
// person can be erased without breaking it), the durable cursors of the
// readers, and the sealer that closes entries into hash-chained blocks per
// brand in the background, so that no writer waits and a break shows. It never
// interprets an act: names and JSON of acts belong to the rooms and are API.
package logbook
