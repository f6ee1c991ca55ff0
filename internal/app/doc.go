// Package app is the only one that knows every room: it builds them, wires what
// one needs of another, and lists the schemas, routes, jobs and readers of the
// logbook.
//
// It owns the configuration of the program and the order of its start and stop.
// It holds no rule of the job: what two rooms must agree on belongs to one of
// them, or to the hall.
package app
