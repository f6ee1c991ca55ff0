package mailbox

import "strings"

// automatic tells a mail that a program wrote and that no program may answer:
// RFC 3834 and what programs really write in its place.
func automatic(l letter) bool {
	h := l.header
	low := func(name string) string { return strings.ToLower(h.get(name)) }
	if auto, _, _ := strings.Cut(low("auto-submitted"), ";"); auto != "" && strings.TrimSpace(auto) != "no" {
		return true
	}
	for _, name := range []string{"x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-response", "x-failed-recipients", "list-id", "list-unsubscribe", "feedback-id"} {
		if h.has(name) {
			return true
		}
	}
	switch low("precedence") {
	case "bulk", "list", "junk", "auto_reply", "auto-reply":
		return true
	}
	if s := low("x-auto-response-suppress"); strings.Contains(s, "all") || strings.Contains(s, "oof") || strings.Contains(s, "autoreply") {
		return true
	}
	if undeliverable(l) {
		return true
	}
	user := ""
	if from := people(h.get("from")); len(from) > 0 {
		user, _, _ = strings.Cut(strings.ToLower(from[0].email), "@")
	}
	switch strings.NewReplacer("-", "", "_", "", ".", "").Replace(user) {
	case "noreply", "donotreply", "nepasrepondre", "nepasrépondre", "notification", "notifications":
		return true
	}
	return false
}

// undeliverable tells a mail that nobody can be answered on: a bounce, or one
// without a way back.
func undeliverable(l letter) bool {
	if l.report || l.header.has("return-path") && strings.Trim(l.header.get("return-path"), "<> ") == "" {
		return true
	}
	from := people(l.header.get("from"))
	if len(from) == 0 {
		return true
	}
	user, _, _ := strings.Cut(strings.ToLower(from[0].email), "@")
	return user == "mailer-daemon" || user == "postmaster"
}
