package mastodon_test

import (
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/networks/mastodon/mastodontest"
)

// P8: other words, the same pictures; what is gone cannot be edited.
func TestAnEditKeepsThePictures(t *testing.T) {
	d := open(t, mastodontest.Options{Domain: "mastodon.example"})
	ref, err := d.upload(t.Context(), "un bol", pixels(t))
	if err != nil {
		t.Fatal(err)
	}
	in := intent("À 12 euros")
	in.Media = []network.Media{{Ref: ref, Alt: "un bol", Type: "image/png"}}
	r, err := d.publish(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	in.Text = "À 14 euros"
	if _, err := d.acc.(network.Editor).Edit(t.Context(), r.Ref, in); err != nil {
		t.Fatal(err)
	}
	all := d.Statuses("claire")
	if len(all) != 1 || all[0].Text != "À 14 euros" || len(all[0].Media) != 1 || all[0].Media[0] != string(ref) {
		t.Errorf("%+v", all)
	}
	if err := d.acc.(network.Deleter).Delete(t.Context(), r.Ref); err != nil {
		t.Fatal(err)
	}
	if _, err := d.acc.(network.Editor).Edit(t.Context(), r.Ref, in); fault.Of(err) != fault.NotFound || network.OutcomeOf(err) == network.Unknown {
		t.Errorf("%v, %s", err, network.OutcomeOf(err))
	}
	if c := d.Complaints(); len(c) > 0 {
		t.Error(c)
	}
}
