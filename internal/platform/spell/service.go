package spell

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"vigie/internal/base/fault"
)

// Post sends one form to an address and gives back the status and the body, at
// most a few hundred kilobytes of it. Who wires the house gives it: this
// package does not speak HTTP.
type Post func(ctx context.Context, address, contentType string, body []byte) (status int, answer []byte, err error)

// Service is a program for grammar that the owner of the house runs:
// LanguageTool (…/v2/check) or Grammalecte (…/gc_text/fr). nil is no service:
// every method does nothing. It is safe for many goroutines.
type Service struct {
	address     string
	grammalecte bool
	post        Post

	mu      sync.Mutex
	stopped bool
	answers map[asked][]Mistake
	order   []asked
	busy    map[asked]bool
	rest    time.Time // after a failure, nobody is asked until then
	wait    sync.WaitGroup
	ctx     context.Context
	cancel  context.CancelFunc
}

type asked struct{ lang, text string }

const (
	serviceTime = 5 * time.Second  // for one text
	servicePast = 30 * time.Second // how long a service that failed is left alone
	serviceKept = 64               // answers
	serviceBusy = 4                // questions at a time
	serviceText = 40_000           // bytes; a longer text is not sent
)

var (
	errService = fault.New(fault.Transient, "spell.remote_failed")
	errAddress = fault.New(fault.Invalid, "spell.remote_url")
)

// NewService readies the service at an address: that of its API, or its root
// for LanguageTool ("http://127.0.0.1:8081"). Errors are invalid (not an
// address of the web). Nothing is asked yet.
func NewService(address string, post Post) (*Service, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errAddress.At("grammar")
	}
	s := &Service{post: post, answers: map[asked][]Mistake{}, busy: map[asked]bool{}}
	s.grammalecte = strings.Contains(u.Path, "gc_text")
	if !s.grammalecte && !strings.HasSuffix(u.Path, "/check") {
		u = u.JoinPath("v2", "check")
	}
	s.address = u.String()
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Check asks the service about a text and waits, five seconds at most. Errors
// are transient: the service did not answer, or not what it should.
func (s *Service) Check(ctx context.Context, lang, text string) (_ []Mistake, err error) {
	lang = Lang(lang)
	if s == nil || lang == "" || text == "" || len(text) > serviceText || !utf8.ValidString(text) || s.grammalecte && lang != French {
		return nil, nil
	}
	defer fault.Wrap(&err, "ask for grammar")
	ctx, cancel := context.WithTimeout(ctx, serviceTime)
	defer cancel()
	form := url.Values{"text": {text}}
	if !s.grammalecte {
		form.Set("language", map[string]string{French: "fr", British: "en-GB", American: "en-US"}[lang])
	}
	status, answer, err := s.post(ctx, s.address, "application/x-www-form-urlencoded", []byte(form.Encode()))
	if err != nil {
		return nil, errService.Because(err)
	}
	if status != 200 {
		return nil, errService.Becausef("status %d", status)
	}
	var found []Mistake
	if s.grammalecte {
		found, err = readGrammalecte(answer, text)
	} else {
		found, err = readLanguageTool(answer, text)
	}
	if err != nil {
		return nil, errService.Because(err)
	}
	return outside(lang, text, found), nil
}

// Ahead gives what the service has said of this very text, and has it asked
// behind the caller's back if it has not: the next look will know. It never
// waits, so that it may stand where nobody may (a transaction, typing).
func (s *Service) Ahead(lang, text string) []Mistake {
	if s == nil {
		return nil
	}
	q := asked{Lang(lang), text}
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.answers[q]; ok {
		return found
	}
	if s.stopped || s.busy[q] || len(s.busy) >= serviceBusy || time.Now().Before(s.rest) || len(text) > serviceText || q.lang == "" {
		return nil
	}
	s.busy[q] = true
	s.wait.Add(1)
	go func() {
		defer s.wait.Done()
		found, err := s.Check(s.ctx, lang, text)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.busy, q)
		if err != nil {
			s.rest = time.Now().Add(servicePast)
			return
		}
		s.answers[q] = found
		if s.order = append(s.order, q); len(s.order) > serviceKept {
			delete(s.answers, s.order[0])
			s.order = s.order[1:]
		}
	}()
	return nil
}

// Stop ends the questions under way and waits for them.
func (s *Service) Stop() {
	if s == nil {
		return
	}
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.cancel()
	s.wait.Wait()
}

// Merge adds what a service found to what Check found, where Check said nothing.
func Merge(own, more []Mistake) []Mistake {
	if len(more) == 0 {
		return own
	}
	out := append(make([]Mistake, 0, len(own)+len(more)), own...)
	for _, m := range more {
		clash := false
		for _, o := range own {
			clash = clash || m.Start < o.End && o.Start < m.End
		}
		if !clash {
			out = append(out, m)
		}
	}
	return tidy(out)
}

// outside drops what a service says of addresses, handles and code, and of
// what this package sees to itself.
func outside(lang, text string, found []Mistake) []Mistake {
	p := cut(lang, text)
	out := found[:0]
	for _, m := range found {
		ok := m.Start >= 0 && m.End > m.Start && m.End <= len(text) && len(out) < 500
		for _, t := range p.list {
			if ok && t.is == skip && t.start < m.End && m.Start < t.end {
				ok = false
			}
		}
		if ok {
			out = append(out, m)
		}
	}
	return out
}

func remote(start, end int, rule, message string, suggestions []string) Mistake {
	if len(suggestions) > 5 {
		suggestions = suggestions[:5]
	}
	if len(message) > 400 {
		message = strings.ToValidUTF8(message[:400], "") + "…"
	}
	return Mistake{Start: start, End: end, Kind: Grammar, Rule: "remote." + rule, Key: "spell.remote", Values: map[string]any{"message": message}, Suggestions: suggestions}
}

func readLanguageTool(answer []byte, text string) ([]Mistake, error) {
	var a struct {
		Matches *[]struct {
			Message        string
			Offset, Length int
			Replacements   []struct{ Value string }
			Rule           struct {
				ID        string
				IssueType string
				Category  struct{ ID string }
			}
		}
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return nil, err
	}
	if a.Matches == nil {
		return nil, fmt.Errorf("no matches in the answer")
	}
	at := places(text, true)
	var out []Mistake
	for _, m := range *a.Matches {
		if m.Rule.IssueType == "misspelling" || m.Rule.Category.ID == "TYPOGRAPHY" || m.Length <= 0 || m.Offset < 0 || m.Length > len(at) || m.Offset+m.Length >= len(at) {
			continue
		}
		var instead []string
		for _, r := range m.Replacements {
			instead = append(instead, r.Value)
		}
		out = append(out, remote(at[m.Offset], at[m.Offset+m.Length], m.Rule.ID, m.Message, instead))
	}
	return out, nil
}

func readGrammalecte(answer []byte, text string) ([]Mistake, error) {
	var a struct {
		Data *[]struct {
			IParagraph     int
			LGrammarErrors []struct {
				NStart, NEnd                      int
				SRuleID, SMessage, SType, SLineID string
				ASuggestions                      []string
			}
		}
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return nil, err
	}
	if a.Data == nil {
		return nil, fmt.Errorf("no data in the answer")
	}
	lines := strings.SplitAfter(text, "\n")
	begin := make([]int, len(lines)+1)
	for i, l := range lines {
		begin[i+1] = begin[i] + len(l)
	}
	var out []Mistake
	for _, d := range *a.Data {
		if d.IParagraph < 1 || d.IParagraph > len(lines) {
			continue
		}
		at := places(lines[d.IParagraph-1], false)
		for _, m := range d.LGrammarErrors {
			// Spaces, quotes, apostrophes: ours.
			if strings.HasPrefix(m.SType, "esp") || m.SType == "typo" || m.SType == "apos" || m.SType == "nbsp" || m.SType == "unit" || m.SType == "num" || m.NStart < 0 || m.NEnd <= m.NStart || m.NEnd >= len(at) {
				continue
			}
			from := begin[d.IParagraph-1]
			out = append(out, remote(from+at[m.NStart], from+at[m.NEnd], m.SRuleID, m.SMessage, m.ASuggestions))
		}
	}
	return out, nil
}

// places are the bytes at which the characters of a text begin, one more for
// its end; in UTF-16 a character beyond the first plane counts for two.
func places(text string, utf16 bool) []int {
	out := make([]int, 0, len(text)+1)
	for i, r := range text {
		out = append(out, i)
		if utf16 && r > 0xffff {
			out = append(out, i)
		}
	}
	return append(out, len(text))
}
