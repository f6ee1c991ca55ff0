package app_test

import (
	"testing"

	"vigie/internal/approval"
	"vigie/internal/assets"
	"vigie/internal/base/id"
	"vigie/internal/networks/practice"
	"vigie/internal/publishing"
)

// P5: cropping the picture of an approved post, in the real library, ends its
// approval; what leaves once it was read again is the part that was read.
func TestACropInTheLibraryEndsTheApproval(t *testing.T) {
	each(t, func(h *house) {
		d := newDesk(h)
		ctx := d.Context()
		rule := approval.Default(d.b)
		rule.Steps, rule.Own = []approval.Step{{}}, true
		d.ok(d.Approval.SetPolicy(ctx, d.me.actor, rule))
		approve := func(p id.Post) {
			d.Helper()
			f, err := d.Approval.Read(ctx, approval.Reader{Actor: d.me.actor}, d.b, p, true)
			d.ok(err)
			d.ok(d.Approval.Decide(ctx, approval.Reader{Actor: d.me.actor}, d.b, approval.Say{Post: p, Round: f.ID, Verdict: approval.Approve}))
		}
		p := d.plan(d.me.actor, d.shows("Le quai ce matin.", d.one), d.tomorrow())
		approve(p.ID)
		if got := d.state(p, d.one); got.State != publishing.Planned {
			t.Fatal(got.State)
		}
		d.ok(d.Assets.SetCrop(ctx, d.me.actor, d.b, d.picture, assets.Crop{Network: practice.Kind, Ratio: "4:5"}))
		f, err := d.Approval.Read(ctx, approval.Reader{Actor: d.me.actor}, d.b, p.ID, true)
		d.ok(err)
		if got := d.state(p, d.one); got.State != publishing.Pending || f.Open || f.Why != "picture" {
			t.Fatalf("%s, open %v, %q", got.State, f.Open, f.Why)
		}
		// The point of interest moves the crop, so it is another part again.
		now, err := d.Publishing.Get(ctx, d.me.actor, d.b, p.ID)
		d.ok(err)
		d.plan(d.me.actor, now, d.tomorrow())
		approve(p.ID)
		m, err := d.Assets.Get(ctx, d.me.actor, d.b, d.picture)
		d.ok(err)
		_, err = d.Assets.EditMeta(ctx, d.me.actor, d.b, d.picture, 0, assets.Meta{Name: m.Name, Alt: m.Alt, Focus: &assets.Point{X: 1, Y: 1}})
		d.ok(err)
		if got := d.state(p, d.one); got.State != publishing.Pending {
			t.Fatal(got.State)
		}
		// Read again, it leaves with the part that was read.
		d.start()
		now, err = d.Publishing.Get(ctx, d.me.actor, d.b, p.ID)
		d.ok(err)
		d.plan(d.me.actor, now, publishing.When{Now: true})
		approve(p.ID)
		sent := d.sent(d.b, p.ID)
		if ratio, part, w, _, ok := sent.Content.Media()[0].Cut.Part(); !ok || ratio != "4:5" || part.Max.X != w {
			t.Errorf("it left with %q", sent.Content.Media()[0].Cut)
		}
	})
}
