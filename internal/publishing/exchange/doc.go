// Package exchange reads and writes the files in which plannings travel: CSV,
// XLSX and ODS in the shapes of Buffer, Hootsuite, Sprout, Agorapulse, Metricool,
// SocialPilot, SocialBee, Ayrshare, our own, and any other table whose columns
// somebody names.
//
// It owns the guessing (separator, encoding, header, day before month) and says
// what it guessed, the many ways to write a date, and the guard against cells
// that a spreadsheet would run. It knows no brand, no channel and no database:
// a row comes out as what the file says, with the faults of the row beside it,
// and nothing of a file is dropped without being listed.
package exchange
