// Package team is the people of an instance: who they are, how they sign in,
// and what each may do in each brand.
//
// It owns persons, roles, invitations, sessions, password resets and API
// tokens, and the one table of what a role may do. It never knows a room's
// nouns: rooms ask Actor.May with one of the permissions listed here. An Actor
// is a parameter of every verb, never a value in a context: a job has no
// request.
package team
