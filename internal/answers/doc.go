// Package answers keeps what a brand has prepared to say: saved answers (a FAQ
// whose texts vary by language and by network, with blanks that are filled for
// one person) and positions (éléments de langage: what we say on a subject,
// what we do not say, from when until when, approved by somebody else than its
// author, every version kept).
//
// It owns both, their versions, how often a saved answer was used and when it
// was last read again, the brand's own variables, and the engine that finds the
// best saved answer for what somebody writes: our own, in memory, without any
// service outside.
//
// It never sends anything, never decides which answer a person gives, and never
// changes a text by itself: what rests on a position that is over is flagged,
// or refused where the brand's setting says so, and mended by a person.
package answers
