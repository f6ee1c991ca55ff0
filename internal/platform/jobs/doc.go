// Package jobs does work in the background, once it is certain that it must be
// done: a job is added in the transaction that makes it necessary, survives a
// crash, is tried again when the outside fails, and is shared between nodes.
//
// It owns the queue (River underneath, on both engines, replaceable), the
// decision between trying again and giving up, the periodic work and the search
// for jobs whose program died. It never publishes a post at its hour (the rows
// of publishing are their own queue), never holds content (arguments are ids)
// and never promises that a job runs only once: every job can be repeated.
package jobs
