package assisted

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
)

const (
	maxName    = 60
	maxText    = 100_000
	maxImages  = 20
	maxLink    = 500
	maxAddress = 1000
	maxAfter   = 24 * 60 // minutes
)

// sample stands for the words where an address is tried.
const sample = "vigie"

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// read makes a network of the answers. Errors: invalid, at the field.
func read(answers map[string]string) (m Made, err error) {
	line := func(field string) (string, error) {
		s, _ := textkit.Clean(answers[field])
		s = strings.Join(strings.Fields(s), " ")
		if textkit.Graphemes(s) > maxName {
			return "", fault.New(fault.Invalid, "network.assisted.long").At(field).With("max", maxName)
		}
		return s, nil
	}
	if m.Name, err = line(fieldName); err != nil {
		return m, err
	}
	if m.Name == "" || !strings.ContainsFunc(m.Name, unicode.IsLetter) {
		return m, fault.New(fault.Invalid, "network.assisted.name.missing").At(fieldName)
	}
	if m.Account, err = line(fieldAccount); err != nil {
		return m, err
	}
	m.Account = strings.TrimLeft(m.Account, "@")
	number := func(field string, least, most int) (int, error) {
		s := strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1 // "63 206", as people write it
			}
			return r
		}, answers[field])
		if s == "" {
			return 0, nil
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return 0, fault.New(fault.Invalid, "network.assisted.number").At(field).With("min", least).With("max", most)
		}
		return n, nil
	}
	if m.Text, err = number(fieldText, 1, maxText); err != nil {
		return m, err
	}
	if m.Link, err = number(fieldLink, 1, maxLink); err != nil {
		return m, err
	}
	if m.Images, err = number(fieldImages, 0, maxImages); err != nil {
		return m, err
	}
	after, err := number(fieldAfter, 5, maxAfter)
	if err != nil {
		return m, err
	}
	if after == 0 {
		after = 30
	}
	m.After = time.Duration(after) * time.Minute
	m.Colour = strings.ToLower(strings.TrimSpace(answers[fieldColour]))
	if m.Colour == "" {
		m.Colour = "#1d4e6b"
	}
	if !colour.MatchString(m.Colour) {
		return m, fault.New(fault.Invalid, "network.assisted.colour.form").At(fieldColour)
	}
	m.Open = strings.TrimSpace(answers[fieldOpen])
	if m.Open != "" && !address(m.Open) {
		return m, fault.New(fault.Invalid, "network.assisted.open.form").At(fieldOpen)
	}
	return m, nil
}

// address tells whether a page's address can be opened: http or https, with no
// place for anything but the words, and those after the host.
func address(s string) bool {
	if len(s) > maxAddress {
		return false
	}
	tried := strings.ReplaceAll(s, "{text}", sample)
	u, err := url.Parse(tried)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.ContainsAny(tried, "{}\\ \t\r\n") {
		return false
	}
	plain, err := url.Parse(strings.ReplaceAll(s, "{text}", ""))
	return err == nil && plain.Host == u.Host
}

// short is the two letters of a badge: the initials of two words, or the
// beginning of one.
func short(name string) string {
	var letters []rune
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if r := []rune(word); len(letters) == 0 || unicode.IsUpper(r[0]) || len(r) > 3 { // not "des", "de", "of"
			letters = append(letters, unicode.ToUpper(r[0]))
		}
	}
	if len(letters) == 0 {
		return "As"
	}
	if len(letters) >= 2 {
		return string(letters[:2])
	}
	for _, r := range name {
		if unicode.IsLetter(r) && unicode.ToUpper(r) != letters[0] {
			return string(letters[0]) + string(unicode.ToLower(r))
		}
	}
	return string(letters)
}

// handleOf is how an account is called that has no name of its own: pages put
// an @ before it, so it has no spaces.
func handleOf(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), "_"))
}
