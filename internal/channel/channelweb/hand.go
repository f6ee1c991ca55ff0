package channelweb

import (
	"net/http"
	"slices"

	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// hands are the people of the brand who may publish on a channel by hand; nil
// where nobody does, or whoever looks may not say who.
func (f *Face) hands(r *ui.Request, c channel.Channel) ([]team.Member, error) {
	if f.People == nil || !c.ByHand() || !r.May(team.ManageChannels) || !r.May(team.SeePeople) {
		return nil, nil
	}
	all, err := f.People(r.Context(), r.Actor, c.Brand)
	return slices.DeleteFunc(all, func(m team.Member) bool { return m.Disabled || !m.Role.May(team.PublishPosts) }), err
}

// people keeps who is told when something is to be published by hand.
func (f *Face) people(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	c, err := f.one(r)
	if err != nil {
		return err
	}
	known, err := f.hands(r, c)
	if err != nil {
		return err
	}
	var named []id.Person
	for _, m := range known {
		if form.On("p-" + string(m.Person)) {
			named = append(named, m.Person)
		}
	}
	if err := f.room.SetPeople(r.Context(), r.Actor, r.Brand.ID, c.ID, named); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("channel.hand.saved")})
	return ui.Redirect(w, r, of(c))
}
