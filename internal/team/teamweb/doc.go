// Package teamweb is how people meet team: the first page of an instance,
// signing in and out, a forgotten password, invitations, one's own profile, the
// people of a brand and of the instance, in the browser and through the API.
//
// It owns the two cookies (the session, and the browser's own name for the
// budgets of tries) and the answer to "who asks?" for every page. It decides
// nothing: every form ends in a verb of team.
package teamweb
