// Package example is the example agency: three brands of three trades with a
// month behind them and three weeks ahead, for somebody who looks round before
// she has anything of her own.
//
// It owns their names, words and pictures (drawn here, no file of anybody's).
// All that it makes goes through the verbs of the rooms, and what it tells of
// the past stands on the practice network for good: every link leads
// somewhere. Nothing of it ever leaves this program, and it disappears whole in
// one gesture.
package example
