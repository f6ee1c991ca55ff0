package inboxweb

import (
	"net/url"
	"strings"

	"vigie/internal/inbox"
	"vigie/internal/ui"
)

// propose reads the saved answers that may serve, and puts the one that was
// chosen (?use=) after what is written already.
func (f *Face) propose(r *ui.Request, v *view) error {
	if !v.answers {
		return nil
	}
	q := r.URL.Query()
	v.find = cut(strings.TrimSpace(q.Get("find")), 200)
	var err error
	if v.proposals, err = f.Room.ProposeIn(r.Context(), r.Actor, r.Brand.ID, *v.talk, v.find); err != nil {
		return err
	}
	for _, p := range v.proposals {
		if p.ID == q.Get("use") && !p.Blocked {
			v.saved = p.ID
			if v.talk.Draft = strings.TrimSpace(v.talk.Draft); !strings.Contains(v.talk.Draft, p.Text) {
				v.talk.Draft = strings.TrimSpace(v.talk.Draft + "\n\n" + p.Text)
			}
			v.find = ""
		}
	}
	return nil
}

// useLink is this conversation with a saved answer in its box.
func (v *view) useLink(p inbox.Proposal) string {
	q := v.filter.query()
	q.Set("use", p.ID)
	if v.find != "" {
		q.Set("find", v.find)
	}
	return pathOf(v.r.Brand.ID, v.talk.ID) + "?" + url.Values(q).Encode() + "#reponse"
}
