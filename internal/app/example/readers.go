package example

import (
	"context"
	"strings"
	"time"

	"vigie/internal/approval"
	"vigie/internal/assets"
	"vigie/internal/base/id"
	"vigie/internal/charter"
	"vigie/internal/network"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// rule writes the brand's charter and says who reads what leaves.
func (s *site) rule(ctx context.Context) error {
	fr := s.lang == "fr"
	start := s.tone
	if !fr {
		start = charter.StartEN
	}
	rules := start.Rules()
	for _, r := range s.house.rules {
		one := charter.Rule{Name: r.name, Why: r.why, Kind: charter.Avoid, Severity: network.Warn, Scope: charter.Both, On: true, Spec: charter.Spec{Terms: r.terms, Inflect: true}}
		if fr {
			one.Name, one.Why, one.Spec.Terms = r.nameFR, r.whyFR, r.termsFR
		}
		if r.block {
			one.Severity = network.Block
		}
		rules = append([]charter.Rule{one}, rules...)
	}
	if err := s.Charter.Bring(ctx, s.actor, s.brand, rules, true); err != nil {
		return err
	}
	if err := s.Charter.Learn(ctx, s.actor, s.brand, s.house.words...); err != nil {
		return err
	}
	if len(s.readers) == 0 {
		return nil
	}
	p := approval.Default(s.brand)
	p.Own = true // the guest is alone: what she reads, she wrote
	for _, who := range s.readers {
		if who == "client" {
			p.Steps = append(p.Steps, approval.Step{Client: true})
		} else {
			p.Steps = append(p.Steps, approval.Step{People: []id.Person{s.actor.Person}})
		}
	}
	if err := s.Approval.SetPolicy(ctx, s.actor, p); err != nil || s.client == "" {
		return err
	}
	link, _, err := s.Approval.MakeLink(ctx, s.actor, s.brand, approval.NewLink{Name: s.client, Language: s.lang, Days: 60})
	s.link = &link
	return err
}

// license says under what right the pictures stand.
func (s *site) license(ctx context.Context) error {
	fr := s.lang == "fr"
	day := func(n int) string {
		if n == 0 {
			return ""
		}
		return s.day(n).Format(time.DateOnly)
	}
	for _, r := range s.rights {
		l := assets.Licence{Kind: r.kind, Holder: r.holder, From: day(r.from), To: day(r.to), Price: r.price, Invoice: r.invoice, Note: r.note, Uses: r.uses, Credit: r.credit, AI: assets.AINone}
		if r.price > 0 {
			l.Currency = "EUR"
		}
		scope := r.scope
		if fr {
			l.Note, scope = r.noteFR, r.scopeFR
		}
		m := s.media[r.picture].ID
		if _, err := s.Assets.SaveLicence(ctx, s.actor, s.brand, m, 0, l); err != nil {
			return err
		}
		if r.model == "" {
			continue
		}
		if _, err := s.Assets.SaveConsent(ctx, s.actor, s.brand, m, assets.Consent{Kind: assets.Model, Who: r.model, Scope: scope, Signed: day(-200)}); err != nil {
			return err
		}
	}
	return nil
}

// propose offers other versions of a planned post, with the same pictures.
func (s *site) propose(ctx context.Context, e entry, p publishing.Post) error {
	now, err := s.Approval.Offering(ctx, s.actor, s.brand, p.ID)
	if err != nil {
		return err
	}
	o := approval.Offer{Post: p.ID, Version: now.Version}
	for text := range strings.SplitSeq(e.remark, " // ") {
		o.Others = append(o.Others, approval.Saying{Text: text, Media: now.Saying.Media})
	}
	_, err = s.Approval.Propose(ctx, s.actor, s.brand, o)
	return err
}

// read lets the readers of a planned post answer, as far as its entry says.
func (s *site) read(ctx context.Context, e entry, p publishing.Post) error {
	if e.reading == "choice" {
		return s.propose(ctx, e, p)
	}
	readers := make([]approval.Reader, len(s.readers))
	for i, who := range s.readers {
		if who == "client" {
			readers[i] = approval.Reader{Link: s.link}
		} else {
			readers[i] = approval.Reader{Actor: s.actor}
		}
	}
	verdicts := map[string]approval.Verdict{"changes": approval.Change, "refused": approval.Refuse}
	for i, r := range readers {
		if e.reading == "waiting" || e.reading == "client" && s.readers[i] == "client" {
			return nil
		}
		say := approval.Say{Post: p.ID, Verdict: approval.Approve}
		if v := verdicts[e.reading]; v != "" && i == len(readers)-1 {
			say.Verdict, say.Words = v, e.remark
		}
		file, err := s.Approval.Read(ctx, approval.Reader{Actor: team.Program("example")}, s.brand, p.ID, false)
		if err != nil {
			return err
		}
		say.Round = file.ID
		if err := s.Approval.Decide(ctx, r, s.brand, say); err != nil {
			return err
		}
	}
	if e.reading != "stale" || len(readers) == 0 {
		return nil
	}
	now, err := s.Publishing.Get(ctx, s.actor, s.brand, p.ID)
	if err != nil {
		return err
	}
	text := now.Text + "\n\n" + e.remark
	_, err = s.Publishing.Save(ctx, s.actor, s.brand, p.ID, now.Version, publishing.Edit{Text: &text})
	return err
}
