package today

import (
	"context"
	"encoding/json"
	"slices"

	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/logbook"
	"vigie/internal/team"
)

// ShownNight are the lines of the night that the page shows.
const ShownNight = 8

// acts are those of the logbook that make a line of the night. What left is
// read from the ledger, which knows the posts' titles.
var acts = map[string]What{
	"publication.failed": NotLeft, "publication.missed": NotLeft, "publication.unknown": Doubt, "publication.resolved": Cleared,
	"freeze.opened": Froze, "freeze.lifted": Thawed, "channel.signed_out": SignedOut, "channel.connected": Connected,
	"channel.reconnected": Connected, "post.scheduled": Planned,
}

// night adds what moved in a brand while nobody looked.
func (s *Service) night(ctx context.Context, a team.Actor, b brand.Brand, d *Day) error {
	sent, err := s.Posts.Sent(ctx, a, b.ID, d.NightFrom, d.NightTo, 100)
	if err != nil {
		return err
	}
	titles := map[id.Post]string{}
	for _, x := range sent {
		titles[x.Post] = x.Title
		i := slices.IndexFunc(d.Night, func(h Happening) bool { return h.Post == x.Post })
		if i < 0 {
			d.Night = append(d.Night, Happening{At: x.At, Brand: b.ID, What: Left, Title: x.Title, Post: x.Post})
			i = len(d.Night) - 1
		}
		h := &d.Night[i]
		h.Channels = append(h.Channels, x.Channel)
		if late := x.At.Sub(x.DueAt); late >= lateAfter {
			h.What, h.Late = LeftLate, max(h.Late, late)
		}
	}
	if !a.May(b.ID, team.SeeLogbook) {
		return nil
	}
	for _, t := range d.Troubles {
		titles[t.Post] = t.Title
	}
	var begins []string
	for act := range acts {
		begins = append(begins, act)
	}
	slices.Sort(begins)
	list, err := s.Logbook.Acts(ctx, b.ID, d.NightFrom, d.NightTo, begins, 200)
	if err != nil {
		return err
	}
	for _, r := range list {
		s.happened(r, b.ID, a, titles, d)
	}
	return nil
}

// happened makes a line of an act, or joins it to one that says the same.
func (s *Service) happened(r logbook.Record, b id.Brand, a team.Actor, titles map[id.Post]string, d *Day) {
	var data struct {
		Imported bool       `json:"imported"`
		Post     id.Post    `json:"post"`
		Channel  id.Channel `json:"channel"`
	}
	if err := json.Unmarshal(r.Data, &data); err != nil || data.Imported {
		return // what an import tells did not happen that night
	}
	h := Happening{At: r.At, Brand: b, What: acts[r.Act], Post: data.Post, Title: titles[data.Post]}
	if r.Actor.Kind == logbook.Person {
		h.Who = id.Person(r.Actor.ID)
	}
	switch {
	case h.What == "" || h.Who != "" && h.Who == a.Person:
		return // her own doing is no news to her
	case r.Subject.Kind == "channel":
		data.Channel = id.Channel(r.Subject.ID)
	case h.What == Planned:
		h.Post, h.Title = "", ""
		if i := slices.IndexFunc(d.Night, func(o Happening) bool { return o.What == Planned && o.Who == h.Who && o.Brand == b }); i >= 0 {
			d.Night[i].N++
			return
		}
		h.N = 1
	case h.Post != "" && h.Title == "":
		return // settled since and long gone: the ledger has the story
	}
	if data.Channel != "" {
		h.Channels = []id.Channel{data.Channel}
	}
	d.Night = append(d.Night, h)
}
