package team

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
)

// Theme is how a person wants her pages lit.
type Theme string

const (
	System Theme = "system" // as her machine does
	Light  Theme = "light"
	Dark   Theme = "dark"
)

// Themes lists the themes, the usual one first.
func Themes() []Theme { return []Theme{System, Light, Dark} }

// Languages lists the languages of the pages (BCP 47), French first.
func Languages() []string { return []string{"fr", "en"} }

// Person is somebody of the instance. Her password is never part of it.
type Person struct {
	ID       id.Person `json:"id"`
	Name     string    `json:"name"`
	Email    string    `json:"email"` // as she writes it; empty for a guest
	Language string    `json:"language"`
	Zone     string    `json:"zone"` // IANA
	Theme    Theme     `json:"theme"`
	Keyboard bool      `json:"keyboard"` // single-key commands are on
	Measure  bool      `json:"measure"`  // the time she spends is measured, for her alone
	Admin    bool      `json:"admin"`
	Guest    bool      `json:"guest"` // looks round the example; has no password
	Disabled bool      `json:"disabled"`
	Made     time.Time `json:"made"`
	Version  int64     `json:"version"` // of her profile, for edits that must not overwrite
}

const (
	maxName  = 80  // characters
	maxEmail = 254 // bytes, RFC 5321 4.5.3.1.3
)

// cleanName trims and checks what a person or a token is called.
func cleanName(s string) (string, error) {
	s = norm.NFC.String(strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " "))
	s = strings.Map(func(r rune) rune {
		// Controls and the marks that turn the reading direction would let a
		// name rewrite the sentence it stands in.
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
	switch {
	case s == "":
		return "", fault.New(fault.Invalid, "team.name_empty").At("name")
	case utf8.RuneCountInString(s) > maxName:
		return "", fault.New(fault.Invalid, "team.name_long").At("name").With("max", maxName)
	}
	return s, nil
}

var errEmail = fault.New(fault.Invalid, "team.email").At("email")

// cleanEmail checks an address and returns it as written and folded. Two
// addresses that fold alike are the same person: the part before the @ is
// folded too, since no mail host of today tells upper from lower case.
func cleanEmail(s string) (shown, key string, err error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxEmail || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", "", errEmail
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s { // a display name or a comment is no address
		return "", "", errEmail.Because(err)
	}
	at := strings.LastIndexByte(s, '@')
	if domain := s[at+1:]; strings.HasPrefix(domain, "[") || strings.HasSuffix(domain, ".") {
		return "", "", errEmail
	}
	return s, foldEmail(s), nil
}

func foldEmail(s string) string {
	return norm.NFKC.String(strings.ToLower(norm.NFC.String(strings.TrimSpace(s))))
}

func cleanLanguage(s string) (string, error) {
	for _, l := range Languages() {
		if s == l {
			return l, nil
		}
	}
	return "", fault.New(fault.Invalid, "team.language").At("language").With("language", s)
}

func cleanZone(s string) (string, error) {
	if _, err := clock.Zone(s); err != nil {
		return "", fault.As(err).At("zone")
	}
	return s, nil
}

func cleanTheme(t Theme) (Theme, error) {
	for _, known := range Themes() {
		if t == known {
			return t, nil
		}
	}
	return "", fault.New(fault.Invalid, "team.theme").At("theme")
}
