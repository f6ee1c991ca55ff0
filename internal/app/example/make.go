package example

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
)

// connect signs the accounts in on the practice network.
func (s *site) connect(ctx context.Context) error {
	s.channels = make([]channel.Channel, len(s.house.channels))
	var all errgroup.Group
	for i, acc := range s.house.channels {
		all.Go(func() error {
			step, err := s.join(ctx, acc)
			if err != nil {
				return err
			}
			if i == s.expiring {
				step.Profile.Expires = s.now.Add(6 * 24 * time.Hour)
			}
			s.channels[i], err = s.Channels.Connect(ctx, s.actor, s.brand, practice.Kind, step.Profile, step.Credentials)
			return err
		})
	}
	return all.Wait()
}

// join takes the account's handle, or one beside it when another guest has it.
func (s *site) join(ctx context.Context, acc account) (network.Step, error) {
	d := practice.New(s.World)
	others, err := s.World.Accounts(ctx)
	if err != nil {
		return network.Step{}, err
	}
	tail := strings.ReplaceAll(string(s.brand), "-", "")
	tail = tail[len(tail)-5:]
	for _, handle := range []string{acc.handle, acc.handle + "_" + tail} {
		// One that is signed out could be taken, and is somebody's all the same.
		if slices.ContainsFunc(others, func(p practice.Profile) bool { return p.Handle == handle }) {
			continue
		}
		var step network.Step
		step, err = d.Next(ctx, network.Step{ID: "handle"}, map[string]string{"handle": handle, "name": acc.name})
		if !fault.Is(err, fault.Invalid) {
			return step, err
		}
	}
	return network.Step{}, fault.New(fault.Conflict, "network.practice.handle.taken").With("handle", acc.handle).Because(err)
}

// paint draws the pictures and puts them into the library.
func (s *site) paint(ctx context.Context) error {
	for _, p := range s.pictures {
		name, alt := p.en, p.alt
		if s.lang == "fr" {
			name, alt = p.fr, p.altFR
		}
		body, err := file(p.key)
		if err != nil {
			return err
		}
		m, err := s.Assets.AddReady(ctx, s.actor, s.brand, name+".png", alt, bytes.NewReader(body))
		if err != nil {
			return err
		}
		s.media[p.key] = m
	}
	return nil
}

// hand gives the pictures of the past to the accounts that showed them.
func (s *site) hand(ctx context.Context) error {
	var all errgroup.Group
	for _, p := range s.pictures {
		refs := make([]network.Ref, len(s.channels))
		s.refs[p.key] = refs
		for i, c := range s.channels {
			all.Go(func() error {
				body, err := file(p.key)
				if err != nil {
					return err
				}
				door, _, err := s.Channels.Presence(ctx, s.brand, c.ID)
				if err != nil {
					return err
				}
				m := s.media[p.key]
				refs[i], err = door.Upload(ctx, network.Upload{Type: "image/png", Bytes: int64(len(body)), Width: width, Height: height, Alt: m.Alt, Name: m.Name, Body: bytes.NewReader(body)})
				return err
			})
		}
	}
	return all.Wait()
}

// plan makes the campaigns and the slots.
func (s *site) plan(ctx context.Context) error {
	for _, c := range s.campaigns {
		name := c.en
		if s.lang == "fr" {
			name = c.fr
		}
		made, err := s.Publishing.SaveCampaign(ctx, s.actor, s.brand, publishing.Campaign{Name: name, Colour: c.colour, From: s.day(c.from).Format(time.DateOnly), To: s.day(c.to).Format(time.DateOnly)})
		if err != nil {
			return err
		}
		s.campaign[c.key] = made.ID
	}
	for i, k := range []struct {
		fr, en, colour string
	}{{"Coulisses", "Behind the scenes", "#1f6f8b"}, {"Nouveautés", "What is new", "#2e7046"}} {
		name := k.en
		if s.lang == "fr" {
			name = k.fr
		}
		made, err := s.Publishing.SaveCategory(ctx, s.actor, s.brand, publishing.Category{Name: name, Colour: k.colour, Weight: 2 - i})
		if err != nil {
			return err
		}
		s.categories = append(s.categories, made.ID)
	}
	for _, slot := range s.slots {
		var day int
		var local string
		if _, err := fmt.Sscan(slot, &day, &local); err != nil {
			return err
		}
		if _, err := s.Publishing.AddSlot(ctx, s.actor, s.brand, s.channels[0].ID, time.Weekday(day%7), local); err != nil {
			return err
		}
	}
	return nil
}

// day is midnight, so many days from today.
func (s *site) day(n int) time.Time { return clock.Midnight(s.now, s.zone).AddDate(0, 0, n) }

// at is the instant of an entry; zero for none.
func (s *site) at(e entry) (time.Time, error) {
	if e.ago > 0 {
		return s.now.Add(-time.Duration(e.ago) * time.Minute).Truncate(5 * time.Minute), nil
	}
	if e.hour == "" {
		return time.Time{}, nil
	}
	t, _, err := clock.Wall{Local: s.day(e.day).Format(time.DateOnly) + "T" + e.hour, Zone: s.zone.String()}.Instant()
	return t, err
}

// soon is how near an hour may lie and still be in the future when all of the
// agency stands.
const soon = 2 * time.Minute

// write makes the posts: what has been in one transaction, what comes one by
// one, the drafts without an hour last.
func (s *site) write(ctx context.Context) error {
	entries, err := load(s.file, s.lang)
	if err != nil {
		return err
	}
	var past []publishing.Past
	var ahead []entry
	for _, e := range entries {
		at, err := s.at(e)
		if err != nil {
			return err
		}
		if e.draft || at.After(s.now) {
			ahead = append(ahead, e)
			continue
		}
		past = append(past, publishing.Past{Edit: s.edit(e), At: at})
	}
	if err := s.send(ctx, entries, past); err != nil {
		return err
	}
	if _, err := s.Publishing.Record(ctx, s.actor, s.brand, past...); err != nil {
		return err
	}
	for _, unplanned := range []bool{false, true} {
		for _, e := range ahead {
			if (e.hour == "") == unplanned {
				if err := s.ahead(ctx, e); err != nil {
					return fmt.Errorf("%s: %w", e.title, err)
				}
			}
		}
	}
	return nil
}

// send puts on the practice network what the past says it took.
func (s *site) send(ctx context.Context, entries []entry, past []publishing.Past) error {
	var all errgroup.Group
	all.SetLimit(32)
	i := 0
	for _, e := range entries {
		if i == len(past) || *past[i].Title != e.title {
			continue
		}
		p := &past[i]
		i++
		p.Places = make([]publishing.Place, len(e.channels))
		for k, c := range e.channels {
			p.Places[k].Channel = s.channels[c].ID
			if e.outcome != "" && (!e.partly || k == len(e.channels)-1) {
				p.Places[k].State, p.Places[k].Problem = e.outcome, problems[e.outcome]
				if e.partly {
					p.Places[k].Problem = "network.too_large"
				}
				continue
			}
			all.Go(func() error { return s.import1(ctx, e, *p, c, &p.Places[k]) })
		}
	}
	return all.Wait()
}

// problems say why a post of the past did not go as planned.
var problems = map[publishing.State]string{publishing.Failed: "network.refused", publishing.Unknown: "network.cut", publishing.Frozen: "publishing.missed_frozen"}

// import1 puts a past post on one account, part by part.
func (s *site) import1(ctx context.Context, e entry, p publishing.Past, c int, place *publishing.Place) error {
	ch := s.channels[c]
	text := e.text
	if own, ok := e.variants[c]; ok {
		text = own
	}
	content := publishing.Render(publishing.Post{Text: text, Options: *p.Options}, publishing.Variant{Channel: ch.ID}, ch.Capabilities)
	key := id.New[id.Publication]()
	for n, part := range content.Parts {
		in := network.Intent{Key: fmt.Sprintf("%s:%d", key, n), Made: p.At, Text: part.Text, Options: content.Options}
		if n == 0 && e.picture != "" {
			m := s.media[e.picture]
			in.Media = []network.Media{{Ref: s.refs[e.picture][c], Alt: m.Alt, Width: width, Height: height, Type: "image/png"}}
		}
		if n > 0 {
			in.Parent, in.Root = place.Sent[n-1].Ref, place.Sent[0].Ref
		}
		r, err := s.World.Import(ctx, ch.Handle, p.At.Add(time.Duration(n)*2*time.Second), in)
		if err != nil {
			return err
		}
		place.Sent = append(place.Sent, publishing.SentPart{Ref: r.Ref, Root: r.Root, URL: r.URL, At: r.At})
	}
	return nil
}

// edit is what an entry says, as the composer would save it.
func (s *site) edit(e entry) publishing.Edit {
	opts := network.Options{Languages: []string{s.lang}}
	out := publishing.Edit{Title: &e.title, Text: &e.text, Labels: &e.labels, Options: &opts}
	if len(s.categories) > 0 && e.campaign == "" {
		out.Category = &s.categories[len(e.text)%len(s.categories)]
	}
	if e.campaign != "" {
		c := s.campaign[e.campaign]
		out.Campaign = &c
	}
	if e.picture != "" {
		m := s.media[e.picture]
		out.Media = &[]publishing.MediaRef{{ID: m.ID, Alt: m.Alt}}
	}
	var vs []publishing.Variant
	for _, c := range e.channels {
		v := publishing.Variant{Channel: s.channels[c].ID}
		if own, ok := e.variants[c]; ok {
			v.Text = &own
		}
		vs = append(vs, v)
	}
	out.Variants = &vs
	return out
}

// ahead makes a draft, or schedules a post.
func (s *site) ahead(ctx context.Context, e entry) error {
	p, err := s.Publishing.Create(ctx, s.actor, s.brand, s.edit(e))
	if err != nil || e.hour == "" {
		return err
	}
	at, err := s.at(e)
	if err != nil {
		return err
	}
	if at.Before(s.DB.Now().Add(soon)) {
		at = s.DB.Now().Add(soon + time.Minute)
	}
	w, err := clock.At(at, s.zone.String())
	if err != nil {
		return err
	}
	if e.draft {
		_, err = s.Publishing.PlanDraft(ctx, s.actor, s.brand, p.ID, w)
		return err
	}
	planned, err := s.Publishing.Schedule(ctx, s.actor, s.brand, p.ID, p.Version, publishing.When{Wall: w})
	if err != nil {
		return err
	}
	return s.read(ctx, e, planned.Post)
}

// trouble lets one access end soon and ends another, so that one sees how that
// looks and is mended.
func (s *site) trouble(ctx context.Context) error {
	if s.expiring >= 0 {
		if _, err := s.Channels.Probe(ctx, s.actor, s.brand, s.channels[s.expiring].ID); err != nil {
			return err
		}
	}
	if s.signedOut < 0 {
		return nil
	}
	c := s.channels[s.signedOut]
	if err := s.World.SignOut(ctx, c.Handle); err != nil {
		return err
	}
	c, err := s.Channels.Get(ctx, s.actor, s.brand, c.ID)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		return s.Channels.MarkSignedOut(ctx, tx, c, "network.signed_out")
	})
}
