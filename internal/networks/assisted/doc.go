// Package assisted is any network without a usable API, made up on the spot by
// a person: its name, its limits, its colour and the page to publish on. What
// is sent there lies in a person's hands until she says that it stands there,
// with its link, or that it does not.
//
// It owns no state and makes no call: an account is what the sign-in's answers
// say, and publishing answers "handed to a person". Who that is, how she is
// told and what she answers are publishing's and the program's. It never claims
// that anything was published.
package assisted
