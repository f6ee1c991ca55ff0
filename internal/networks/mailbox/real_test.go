package mailbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// I2, on a real mail server: the answer that a real Dovecot keeps in Sent is the
// one that a real SMTP server took. VIGIE_PEER_SMTP is where, VIGIE_PEER_MAILDEV
// its REST face.
func TestARealServerTakesTheAnswer(t *testing.T) {
	smtp, rest := os.Getenv("VIGIE_PEER_SMTP"), os.Getenv("VIGIE_PEER_MAILDEV")
	if smtp == "" || rest == "" {
		t.Skip("no VIGIE_PEER_SMTP and VIGIE_PEER_MAILDEV: not tried on a real server")
	}
	each(t, func(t *testing.T, s *stage) {
		s.account.box.smtp = at(smtp)
		it := s.one(question)
		in := s.answer(fmt.Sprint("real ", time.Now().UnixNano()), it.Ref, "Oui, « bien sûr ».\n.un point")
		r, err := s.account.Publish(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.Get(rest + "/email")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var all []struct {
			Subject, Text string
			Headers       map[string]any
			To            []struct{ Address string }
		}
		if err := json.NewDecoder(res.Body).Decode(&all); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, m := range all {
			if m.Headers["message-id"] != string(r.Ref) {
				continue
			}
			n++
			if m.Subject != "Re: Livrez-vous à Brest ?" || strings.TrimSpace(m.Text) != in.Text || len(m.To) != 1 || m.To[0].Address != "maelle@pays.example" || m.Headers["in-reply-to"] != "<q@pays.example>" {
				t.Errorf("%+v", m)
			}
		}
		if n != 1 {
			t.Errorf("%d of %d mails are it", n, len(all))
		}
		if sent := s.holds("Sent"); len(sent) != 1 || sent[0] != string(r.Ref) {
			t.Errorf("Sent: %v", sent)
		}
	})
}
