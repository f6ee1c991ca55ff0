package mailbox

import (
	"regexp"
	"strings"
)

// fold parts a mail's own words from what it repeats of earlier mails at its
// end and from the signature. Answers written between the lines of a quote stay
// with the words. Nothing is lost: what is left out of own is in the others.
func fold(text string, reply bool) (own, quoted, signature string) {
	lines := strings.Split(text, "\n")
	at := quoteStart(lines)
	body, tail := lines[:at], lines[at:]
	sign := len(body)
	for i := len(body) - 1; i >= 0 && len(body)-i <= 40; i-- {
		if s := body[i]; s == "-- " || s == "--" || s == "—" || phone.MatchString(s) {
			sign = i
			if s == "-- " {
				break
			}
		}
	}
	own = join(body[:sign])
	if sign < len(body) {
		signature = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(join(body[sign:]), "-- "), "--"), "—")
		signature = strings.Trim(signature, "\n")
	}
	quoted = join(tail)
	if own == "" && !reply { // a mail that was passed on without a word
		return text, "", ""
	}
	return own, quoted, signature
}

func join(lines []string) string {
	return strings.Trim(strings.TrimRight(strings.Join(lines, "\n"), " \n"), "\n")
}

var (
	// phone is what telephones write below.
	phone = regexp.MustCompile(`(?i)^(envoyé (de mon|depuis mon|depuis l)|sent from my |sent from outlook|obtenir outlook pour|get outlook for|télécharger outlook|von meinem .* gesendet)`)
	// introduces is the line above a quote: "Le 3 mai, Maëlle <m@…> a écrit :".
	introduces = regexp.MustCompile(`(?i)^(>\s*)*(on\b.*\bwrote\s*:|le\b.*\ba écrit\s*:|am\b.*\bschrieb\b.*:|el\b.*\bescribió\s*:|il\b.*\bha scritto\s*:|em\b.*\bescreveu\s*:|op\b.*\bschreef\b.*:|.{0,200}<[^>\s]+@[^>\s]+>.{0,40}\s(wrote|a écrit|schrieb)\s*:)\s*$`)
	// original is the line with which other programs begin a quote.
	original = regexp.MustCompile(`(?i)^\s*-{2,}\s*(original message|message d['’]origine|message transféré|forwarded message|message original|ursprüngliche nachricht|mensaje original)\s*-{2,}\s*$`)
	// outlook is the head that Outlook puts above what it repeats.
	outlook = regexp.MustCompile(`(?i)^\*?(de|from|von)\s?:\*?\s.*`)
	sent    = regexp.MustCompile(`(?i)^\*?(envoyé|date|sent|gesendet)\s?:\*?\s`)
	begins  = regexp.MustCompile(`(?i)^(on|le|am|el|il|em|op)\b`)
	ruler   = regexp.MustCompile(`^_{10,}$`)
)

// quoteStart is the line where what is repeated begins: from there to the end
// there are no words of the mail's own.
func quoteStart(lines []string) int {
	// Where a program says so, everything below is repeated.
	for i, line := range lines {
		s := strings.TrimSpace(line)
		if original.MatchString(s) {
			return i
		}
		if outlook.MatchString(s) {
			for _, next := range lines[i+1 : min(i+4, len(lines))] {
				if sent.MatchString(strings.TrimSpace(next)) {
					if i > 0 && ruler.MatchString(strings.TrimSpace(lines[i-1])) {
						i--
					}
					return i
				}
			}
		}
	}
	end := len(lines)
	for end > 0 && strings.TrimSpace(lines[end-1]) == "" {
		end--
	}
	at := end
	for at > 0 && (strings.HasPrefix(lines[at-1], ">") || strings.TrimSpace(lines[at-1]) == "") {
		at--
	}
	for at < end && !strings.HasPrefix(lines[at], ">") {
		at++
	}
	if at == end { // no quote at the end; somebody may repeat without marks
		for i, line := range lines {
			if introduces.MatchString(strings.TrimSpace(line)) && len(line) < 400 {
				return i
			}
			if begins.MatchString(line) && i+1 < len(lines) && introduces.MatchString(strings.TrimSpace(line)+" "+strings.TrimSpace(lines[i+1])) && len(line) < 200 {
				return i
			}
		}
		return len(lines)
	}
	// The line that introduces it goes with it, also when it was broken in two
	// or three.
	found := at
	for up := at - 1; up >= 0 && at-up <= 5; up-- {
		switch s := strings.TrimSpace(strings.Join(lines[up:at], " ")); {
		case !introduces.MatchString(s):
		case begins.MatchString(strings.TrimSpace(lines[up])):
			return up
		case found == at:
			found = up
		}
	}
	return found
}
