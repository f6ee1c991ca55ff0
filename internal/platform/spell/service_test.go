package spell

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
)

// languageTool is a strict stand-in: it answers only what the real one's
// documentation of POST /v2/check allows, and counts in UTF-16 as Java does.
func languageTool(t *testing.T, asked *int) Post {
	return func(_ context.Context, address, kind string, body []byte) (int, []byte, error) {
		*asked++
		if address != "http://127.0.0.1:8081/v2/check" || kind != "application/x-www-form-urlencoded" {
			t.Errorf("asked %s as %s", address, kind)
			return 400, nil, nil
		}
		form, err := url.ParseQuery(string(body))
		if err != nil || form.Get("text") == "" || form.Get("language") != "fr" || len(form) != 2 {
			t.Errorf("form %q", body)
			return 400, []byte("Error: Missing arguments"), nil
		}
		units := func(s string) int { return len(utf16.Encode([]rune(s))) }
		type match map[string]any
		matches := []match{}
		for _, bad := range []string{"joue.", "vigie.example"} {
			head, _, ok := strings.Cut(form.Get("text"), bad)
			if ok {
				matches = append(matches, match{"message": "Accord.", "offset": units(head), "length": units(strings.TrimSuffix(bad, ".")), "replacements": []match{{"value": "jouent"}}, "rule": match{"id": "ACCORD", "issueType": "grammar", "category": match{"id": "GRAMMAR"}}})
			}
		}
		matches = append(matches, match{"message": "Hors du texte.", "offset": 100000, "length": 5, "rule": match{"id": "X"}})
		answer, _ := json.Marshal(match{"matches": matches})
		return 200, answer, nil
	}
}

// P7: a grammar program of the house is asked by its own rules; what it says of
// addresses, or of places that are not in the text, is dropped.
func TestLanguageToolIsRead(t *testing.T) {
	asked := 0
	s, err := NewService("http://127.0.0.1:8081", languageTool(t, &asked))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	text := "🎉🎉 Les enfants qui joue. https://vigie.example"
	found, err := s.Check(t.Context(), "fr", text)
	if err != nil || len(found) != 1 {
		t.Fatalf("%v %v", found, err)
	}
	m := found[0]
	if text[m.Start:m.End] != "joue" || m.Key != "spell.remote" || m.Values["message"] != "Accord." || m.Suggestions[0] != "jouent" {
		t.Errorf("%+v is about %q", m, text[m.Start:m.End])
	}
}

// The composer never waits: the first look asks, a later one knows.
func TestAheadAsksOnceBehindTheCaller(t *testing.T) {
	asked := 0
	s, _ := NewService("http://127.0.0.1:8081", languageTool(t, &asked))
	if got := s.Ahead("fr", "Ils joue."); got != nil {
		t.Errorf("knew before asking: %v", got)
	}
	s.wait.Wait()
	if got := s.Ahead("fr", "Ils joue."); len(got) != 1 || asked != 1 {
		t.Errorf("%v after %d questions", got, asked)
	}
	s.Stop()
	s.Ahead("fr", "Autre joue.")
	if asked != 1 {
		t.Error("asked after Stop")
	}
}

func TestAServiceThatFailsIsLeftAlone(t *testing.T) {
	asked := 0
	for name, post := range map[string]Post{
		"down": func(context.Context, string, string, []byte) (int, []byte, error) {
			asked++
			return 0, nil, errors.New("refused")
		},
		"teapot": func(context.Context, string, string, []byte) (int, []byte, error) { asked++; return 418, nil, nil },
		"nonsense": func(context.Context, string, string, []byte) (int, []byte, error) {
			asked++
			return 200, []byte("<html>"), nil
		},
		"other": func(context.Context, string, string, []byte) (int, []byte, error) {
			asked++
			return 200, []byte("{}"), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			asked = 0
			s, _ := NewService("http://127.0.0.1:8081/v2/check", post)
			defer s.Stop()
			if _, err := s.Check(t.Context(), "fr", "Bonjour."); !errors.Is(err, errService) {
				t.Errorf("%v", err)
			}
			s.Ahead("fr", "Un.")
			s.wait.Wait()
			s.Ahead("fr", "Deux.")
			s.wait.Wait()
			if asked != 2 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
	if _, err := NewService("file:///etc/passwd", nil); !errors.Is(err, errAddress) {
		t.Errorf("a file is no service: %v", err)
	}
	var none *Service
	if got := none.Ahead("fr", "x"); got != nil {
		t.Error(got)
	}
	none.Stop()
}

// As grammalecte-server 2.1.2 answers: characters per paragraph.
func TestGrammalecteIsRead(t *testing.T) {
	s, _ := NewService("http://127.0.0.1:8080/gc_text/fr", func(_ context.Context, address, _ string, body []byte) (int, []byte, error) {
		if address != "http://127.0.0.1:8080/gc_text/fr" || !strings.HasPrefix(string(body), "text=") {
			t.Errorf("asked %s %s", address, body)
		}
		return 200, []byte(`{"program":"grammalecte-fr","version":"2.1.2","lang":"fr","error":"","data":[
{"iParagraph":2,"lGrammarErrors":[{"nStart":6,"nEnd":12,"sLineId":"#25307","sRuleId":"g3__gn_les_1m__b3_a1_1","sType":"gn","sMessage":"Accord de nombre erroné.","aSuggestions":["clients"],"URL":""},{"nStart":1,"nEnd":2,"sType":"esp","sRuleId":"e"},{"nStart":5,"nEnd":9999,"sType":"gn","sRuleId":"e"}],"lSpellingErrors":[]}]}`), nil
	})
	defer s.Stop()
	text := "Été.\n🎉 Les client."
	found, err := s.Check(t.Context(), "fr", text)
	if err != nil || len(found) != 1 || text[found[0].Start:found[0].End] != "client" {
		t.Fatalf("%+v %v", found, err)
	}
	if got, _ := s.Check(t.Context(), "en-GB", "Hello."); got != nil {
		t.Error("Grammalecte knows French alone")
	}
}

func TestMergeKeepsOursWhereBothSpeak(t *testing.T) {
	got := Merge([]Mistake{{Start: 5, End: 9, Rule: "own"}}, []Mistake{{Start: 7, End: 12, Rule: "theirs"}, {Start: 0, End: 3, Rule: "theirs"}})
	if len(got) != 2 || got[0].Start != 0 || got[1].Rule != "own" {
		t.Errorf("%+v", got)
	}
}
