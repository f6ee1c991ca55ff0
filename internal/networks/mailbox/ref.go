package mailbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	"vigie/internal/network"
)

// A reference is the mail's own Message-ID, which is the same in every folder,
// after every move and on every server: "<x@y>". One that came a second time on
// another mail gets a print behind it: "<x@y>#0123456789ab". A mail without one
// that can be used is named by the day it came and its print: "day:2026-11-20:…".

var messageID = regexp.MustCompile(`<([^<>\s\x00-\x20\x7f-\xff]{1,250})>`)

// ids are the message ids in a header, in order.
func ids(value string) []string {
	var out []string
	if len(value) > 64<<10 {
		value = value[:32<<10] + " " + value[len(value)-(32<<10):]
	}
	for _, m := range messageID.FindAllStringSubmatch(value, 1000) {
		out = append(out, "<"+m[1]+">")
	}
	return out
}

// id is the mail's own, or "".
func (h header) id() string {
	if all := ids(h.get("message-id")); len(all) > 0 {
		return all[0]
	}
	return ""
}

// print tells two mails of one Message-ID apart: who says to have written them,
// when and about what.
func (h header) print() string {
	return digest(h.get("message-id"), h.get("from"), h.get("date"), h.get("subject"))[:12]
}

// whole is a print of the whole header.
func (h header) whole() string {
	all := make([]string, 0, 2*len(h))
	for _, f := range h {
		all = append(all, f.name, f.value)
	}
	return digest(all...)[:24]
}

func digest(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func dayRef(when time.Time, print string) network.Ref {
	return network.Ref("day:" + when.UTC().Format(time.DateOnly) + ":" + print)
}

// refID is the Message-ID inside of a reference, or "".
func refID(ref network.Ref) string {
	id, _, _ := strings.Cut(string(ref), ">")
	if all := ids(id + ">"); len(all) == 1 {
		return all[0]
	}
	return ""
}
