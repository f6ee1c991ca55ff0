package reading_test

import (
	"testing"
	"time"

	"vigie/internal/approval"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/publishing"
)

const (
	left  = network.Cut("1:1 0,0 100x100 of 200x100")
	right = network.Cut("1:1 100,0 100x100 of 200x100")
)

// P5: a picture that shows another part of itself is another content, whatever
// its name.
func TestAnotherCropAfterTheApprovalStopsThePost(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"))
		d, m := h.pictured("Les sablés sont là.")
		p := h.submit(d.ID, h.in(time.Hour)).ID
		h.ok(h.says(h.by("mona"), p, approval.Approve, ""))
		h.states(p, publishing.Planned)

		h.crop(m, left)
		h.states(p, publishing.Pending)
		h.validation(p, publishing.Outdated)
		f, err := h.rooms.Read(h.ctx, h.by("mona"), h.brand, p, true)
		h.ok(err)
		if f.Open || f.Why != "picture" || !h.get(p).Changed {
			t.Errorf("ended by %q, open %v: the picture changed", f.Why, f.Open)
		}
		h.clock.pass(2 * time.Hour)
		if h.nodes[0].ClaimOnly(h.ctx, 10) == nil {
			t.Fatal("it left with another part of its picture")
		}

		// What is submitted now names the part, and says what changed.
		h.submit(p, h.in(time.Hour))
		f, err = h.rooms.Read(h.ctx, h.by("mona"), h.brand, p, true)
		h.ok(err)
		c := f.Items[0].Channel
		if got := f.Items[0].Content.Pictures()[0].Cut; got != left || f.Pictured(c) != "cut" {
			t.Errorf("cut %q, changed %q", got, f.Pictured(c))
		}
		h.ok(h.says(h.by("mona"), p, approval.Approve, ""))
		h.clock.pass(2 * time.Hour)
		h.ok(h.nodes[0].ClaimOnly(h.ctx, 2))
		for _, x := range h.pubs(p) {
			if x.State != publishing.Sending || x.Content.Media()[0].Cut != left {
				t.Errorf("%s with %+v", x.State, x.Content.Media())
			}
		}
	})
}

// A decision on a picture does not come back for another part of it, once the
// post was off the calendar; for the very same part it does.
func TestAnotherCropWhileOffTheCalendarIsReadAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"))
		d, m := h.pictured("Les sablés sont là.")
		p := h.submit(d.ID, h.in(time.Hour)).ID
		h.ok(h.says(h.by("mona"), p, approval.Approve, ""))
		h.ok(h.posts.Unschedule(h.ctx, h.people["claire"], h.brand, p))
		h.crop(m, right)
		h.submit(p, h.in(time.Hour))
		h.states(p, publishing.Pending)
		h.crop(m, "")
		h.submit(p, h.in(time.Hour))
		h.states(p, publishing.Planned)
		h.crop(m, left)
		h.states(p, publishing.Pending)
		h.crop(m, "") // taken back: that very content was decided on
		h.states(p, publishing.Planned)
	})
}

// A new version is a media of its own: putting it in the place of the old one is
// read again.
func TestANewVersionOfThePictureIsReadAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rule(h.only("mona"))
		d, _ := h.pictured("Les sablés sont là.")
		p := h.submit(d.ID, h.in(time.Hour)).ID
		_, err := h.rooms.Read(h.ctx, h.by("mona"), h.brand, p, true)
		h.ok(err)
		h.ok(h.says(h.by("mona"), p, approval.Approve, ""))
		h.picture(p, id.New[id.Media]())
		h.states(p, publishing.Pending)
		h.submit(p, h.in(time.Hour))
		f, err := h.rooms.Read(h.ctx, h.by("mona"), h.brand, p, true)
		h.ok(err)
		if got := f.Pictured(f.Items[0].Channel); got != "other" {
			t.Error(got)
		}
	})
}

// Under carte blanche nobody is asked: what was planned leaves as planned, with
// the part of the picture it was planned with, and the post says it changed.
func TestUnderCarteBlancheWhatWasPlannedKeepsItsPicture(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d, m := h.pictured("Les sablés sont là.")
		p := h.submit(d.ID, h.in(time.Hour)).ID
		h.crop(m, right)
		h.states(p, publishing.Planned)
		if !h.get(p).Changed || h.pubs(p)[0].Content.Media()[0].Cut != "" {
			t.Errorf("%+v", h.pubs(p)[0].Content.Media())
		}
	})
}
