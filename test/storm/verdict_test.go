package storm

import (
	"strings"
	"testing"
)

func TestTheVerdictSeesWhatIsLostDoubledOrToldWrong(t *testing.T) {
	online := map[string][]Post{"bluesky": {
		{ID: "1", Text: "storm-1 bonjour"}, {ID: "2", Text: "storm-2 bonjour"}, {ID: "3", Text: "storm-2 bonjour"},
		{ID: "4", Text: "storm-4 bonjour"}, {ID: "5", Text: "storm-11 bonjour"},
		{ID: "6", Text: "storm-20 bonjour", Parent: "1"}, {ID: "7", Text: "storm-21 bonjour", Parent: "4"}, {ID: "8", Text: "storm-22 bonjour"},
		{ID: "9", Text: "storm-23 bonjour", Pictures: 1},
	}}
	for _, c := range []struct {
		promise Promise
		wrong   string
	}{
		{Promise{Marker: "storm-1", State: "sent"}, ""},
		{Promise{Marker: "storm-2", State: "sent"}, "doubled"},
		{Promise{Marker: "storm-3", State: "sent"}, "lost"},
		{Promise{Marker: "storm-4", State: "failed"}, "told failed"},
		{Promise{Marker: "storm-5", State: "failed"}, ""},
		{Promise{Marker: "storm-6", State: "unknown"}, ""},
		{Promise{Marker: "storm-7", State: "sending"}, "never came to an end"},
		{Promise{Marker: "storm-11", State: "unknown"}, ""},
		{Promise{Marker: "storm-20", State: "sent", After: "storm-1"}, ""},
		{Promise{Marker: "storm-21", State: "sent", After: "storm-1"}, "does not follow"},
		{Promise{Marker: "storm-22", State: "sent", After: "storm-1"}, "does not follow"},
		{Promise{Marker: "storm-20", State: "sent"}, "does not follow"},
		{Promise{Marker: "storm-1", State: "sent", Pictures: 1}, "0 pictures of 1"},
		{Promise{Marker: "storm-23", State: "sent", Pictures: 1}, ""},
	} {
		c.promise.Network = "bluesky"
		v := Judge([]Promise{c.promise}, online)
		got := strings.Join(v.Wrong, "; ")
		if (c.wrong == "") != (got == "") || !strings.Contains(got, c.wrong) {
			t.Errorf("%+v: %q; want %q", c.promise, got, c.wrong)
		}
		if v.Sent+v.Shown+len(v.Wrong) != 1 {
			t.Errorf("%s is counted %d times", c.promise.Marker, v.Sent+v.Shown+len(v.Wrong))
		}
	}
}

// Of a thread that was interrupted, what is told as sent must be there, and
// what comes after the doubt must not.
func TestAThreadIsPromisedPartByPart(t *testing.T) {
	d := draft{marker: "orage", parts: 3}
	for _, c := range []struct {
		s    Standing
		want string
	}{
		{Standing{State: "sent", Parts: 3}, "sent sent sent"},
		{Standing{State: "failed", Parts: 1}, "sent failed failed"},
		{Standing{State: "unknown", Parts: 1}, "sent unknown failed"},
		{Standing{State: "due", Parts: 0}, "due failed failed"},
	} {
		var got []string
		for _, p := range d.promises("practice", c.s) {
			got = append(got, p.State)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v, want %s", c.s, got, c.want)
		}
	}
}
