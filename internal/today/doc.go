// Package today is the page of the day: what leaves, what failed, what must be
// checked, what waits for somebody, what moved in the night, over one brand or
// all of a person's.
//
// It owns no table: it declares the small sources it reads, which other rooms
// satisfy and app wires, and puts what they say in one order. It changes
// nothing; every remedy it names is another room's verb. It shows only what
// exists.
package today
