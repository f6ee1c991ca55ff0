// Package wordpress puts articles and short texts on a WordPress blog of one's
// own, and brings the comments of its readers home, over the REST API that
// every WordPress since 5.6 carries, as the person of an application password.
//
// It owns how a site is found from its address, what the site's own roles let
// the person do, the form of a post (its marker, by which a post whose answer
// got lost is surely found again), the making of missing categories and tags,
// and the place in the comments. WordPress has no idempotency, no edit
// collisions and no push: looks, comparisons before writing, and readings stand
// in their place, and each says where it cannot be sure.
//
// It keeps no row, never sends twice by itself, never deletes for good (only to
// the trash), and never approves or hides a comment.
package wordpress
