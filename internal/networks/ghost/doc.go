// Package ghost puts articles and short texts on a Ghost blog of one's own, and
// brings the comments of its members home, over the Admin API, with the key of
// a custom integration.
//
// It owns the token made of that key for every call, the form of a post (its
// marker, by which a post whose answer got lost is surely found again), and the
// place in the comments. Ghost knows edit collisions (409); it has no
// idempotency, and its deletions are for good: taking back makes a draft of a
// post, so that its text and what readers said under it stay.
//
// It keeps no row, never sends twice by itself, sends no newsletter, and hides
// no comment. An answer is signed by a member of the blog, named when the
// channel is connected; without one, nothing is answered. Ghost tells nobody
// by mail of an answer that comes this way.
package ghost
