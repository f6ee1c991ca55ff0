package mailbox

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// person is somebody in a header.
type person struct{ name, email string }

// people reads a list of addresses. An address is only what stands in the last
// pair of angle brackets, or alone: a name that looks like another address is a
// name.
func people(value string) []person {
	var out []person
	for _, one := range entries(value) {
		if p := readPerson(one); p.email != "" {
			out = append(out, p)
		}
		if len(out) == 100 {
			break
		}
	}
	return out
}

// entries cuts a list at its commas, outside of quotes, comments and brackets.
func entries(s string) []string {
	var out []string
	var quoted bool
	comment, angle, from := 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"' && comment == 0:
			quoted = !quoted
		case quoted:
		case c == '(':
			comment++
		case c == ')' && comment > 0:
			comment--
		case comment > 0:
		case c == '<':
			angle++
		case c == '>' && angle > 0:
			angle--
		case (c == ',' || c == ';') && angle == 0:
			out = append(out, s[from:i])
			from = i + 1
		case c == ':' && angle == 0 && !strings.ContainsAny(s[from:i], "@<"):
			from = i + 1 // the name of a group
		}
	}
	return append(out, s[min(from, len(s)):])
}

func readPerson(s string) person {
	s = strings.TrimSpace(s)
	var p person
	if open := strings.LastIndexByte(s, '<'); open >= 0 {
		p.name = s[:open]
		p.email, _, _ = strings.Cut(s[open+1:], ">")
	} else if before, comment, ok := strings.Cut(s, "("); ok {
		p.email, p.name = before, strings.TrimSuffix(comment, ")")
	} else {
		p.email = s
	}
	p.email = cleanAddress(p.email)
	name := strings.TrimSpace(p.name)
	if len(name) > 1 && name[0] == '"' && name[len(name)-1] == '"' {
		name = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(name[1 : len(name)-1])
	}
	if p.name = decodeWords(name); len(p.name) > 200 {
		p.name = strings.ToValidUTF8(p.name[:200], "")
	}
	return p
}

// cleanAddress is an address that can be written to, or "". Its domain is in
// small letters.
func cleanAddress(s string) string {
	s = strings.TrimSpace(s)
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || len(s) > 254 {
		return ""
	}
	for _, c := range s {
		if c <= ' ' || c == 0x7f || strings.ContainsRune(`<>(),;:"\[]`, c) || c > 0x7f && (c < 0xa0 || c == '\u2028' || c == '\u2029' || c == '\ufffd') {
			return ""
		}
	}
	if strings.Count(s, "@") > 1 {
		return ""
	}
	return s[:at+1] + strings.ToLower(s[at+1:])
}

func domain(email string) string { return strings.ToLower(email[strings.LastIndexByte(email, '@')+1:]) }

// kin tells two addresses whose domains have one owner: the same domain that
// can be bought, so that two customers of one host are strangers.
func kin(a, b string) bool {
	x, y := domain(a), domain(b)
	if x == y {
		return freeHost(x) == "" || strings.EqualFold(a, b)
	}
	px, err1 := publicsuffix.EffectiveTLDPlusOne(x)
	py, err2 := publicsuffix.EffectiveTLDPlusOne(y)
	return err1 == nil && err2 == nil && px == py && freeHost(px) == ""
}

// freeHost tells the domains at which strangers live next to each other.
func freeHost(domain string) string {
	switch domain {
	case "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.fr", "live.com", "live.fr", "outlook.fr", "msn.com", "yahoo.com", "yahoo.fr", "ymail.com",
		"icloud.com", "me.com", "mac.com", "aol.com", "gmx.com", "gmx.net", "gmx.de", "gmx.fr", "web.de", "mail.com", "proton.me", "protonmail.com", "pm.me", "tutanota.com",
		"orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "neuf.fr", "laposte.net", "bbox.fr", "numericable.fr", "mail.ru", "yandex.ru", "yandex.com", "zoho.com", "fastmail.com", "hey.com":
		return domain
	}
	return ""
}
