// Package i18n puts Vigie's words into the person's language: French first,
// English complete.
//
// It owns the message files' format and their merging, plurals, dates, hours,
// numbers, sizes and lists of both languages, French typography (P7 has the
// rules for what people write; here they hold for what Vigie writes), and the
// choice of a language. It owns no page and no sentence of a room: each face
// embeds its own fr.json and en.json. It never fails: a message that is
// missing shows its key, and a test keeps that from happening.
package i18n
