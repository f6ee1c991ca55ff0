package publishingweb

import (
	"net/http"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// campaignsView is the list of campaigns with the form of a new one, or the
// form of one campaign.
type campaignsView struct {
	base   string
	tabs   []ui.Choice
	form   *ui.Form
	list   []campaignLine
	one    publishing.Campaign // being edited; zero for a new one
	edit   bool
	colour string // the brand's
}

type campaignLine struct {
	publishing.Campaign
	Days string
	Over bool
	Seen string // the calendar with this campaign alone
}

func (f *Face) campaigns(w http.ResponseWriter, r *ui.Request) error {
	return f.campaignsPage(w, r, nil)
}

func (f *Face) campaignsPage(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	all, err := f.Room.Campaigns(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	v := f.campaignsView(r, form)
	today := r.Loc.Now().In(r.Loc.Zone).Format(dayLayout)
	for _, k := range all {
		l := campaignLine{Campaign: k, Days: campaignDays(r, k), Over: k.To < today, Seen: v.base + "/calendar?view=month&date=" + k.From + "&campaign=" + string(k.ID)}
		v.list = append(v.list, l)
	}
	fr := ui.Frame{Title: r.T("publishing.campaigns.title"), Sub: r.Brand.Name, Active: "settings"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, campaignsPage(v))
}

// campaignDays writes the days of a campaign.
func campaignDays(r *ui.Request, k publishing.Campaign) string {
	c := cal{zone: r.Loc.Zone}
	from, ferr := time.Parse(dayLayout, k.From)
	to, terr := time.Parse(dayLayout, k.To)
	if ferr != nil || terr != nil {
		return ""
	}
	return r.Loc.Range(c.noon(from), c.noon(to))
}

func (f *Face) campaignsView(r *ui.Request, form *ui.Form) campaignsView {
	return campaignsView{base: "/b/" + string(r.Brand.ID), tabs: r.SettingsTabs("campaigns"), form: form, edit: r.May(team.WritePosts), colour: r.Brand.Colour}
}

// campaign is the form of one campaign.
func (f *Face) campaign(w http.ResponseWriter, r *ui.Request) error {
	k, err := f.campaignOf(r)
	if err != nil {
		return err
	}
	return f.campaignPage(w, r, k, nil)
}

func (f *Face) campaignPage(w http.ResponseWriter, r *ui.Request, k publishing.Campaign, form *ui.Form) error {
	v := f.campaignsView(r, form)
	v.one = k
	fr := ui.Frame{Title: k.Name, Sub: r.T("publishing.campaigns.title"), Active: "settings"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, campaignPage(v))
}

// campaignOf is the campaign of the path.
func (f *Face) campaignOf(r *ui.Request) (publishing.Campaign, error) {
	want, err := ui.PathID[id.Campaign](r, "campaign")
	if err != nil {
		return publishing.Campaign{}, err
	}
	all, err := f.Room.Campaigns(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return publishing.Campaign{}, err
	}
	for _, k := range all {
		if k.ID == want {
			return k, nil
		}
	}
	return publishing.Campaign{}, fault.New(fault.NotFound, "")
}

// saveCampaign makes a campaign, or changes the one of the path.
func (f *Face) saveCampaign(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	k := publishing.Campaign{}
	if r.PathValue("campaign") != "" {
		if k, err = f.campaignOf(r); err != nil {
			return err
		}
	}
	before := k
	k.Name, k.Colour, k.From, k.To = form.Get("name"), form.Get("colour"), form.Get("from"), form.Get("to")
	if k.To == "" {
		k.To = k.From
	}
	saved, err := f.Room.SaveCampaign(r.Context(), r.Actor, r.Brand.ID, k)
	if err != nil && form.Refused(r, err) {
		if k.ID != "" {
			return f.campaignPage(w, r, before, form)
		}
		return f.campaignsPage(w, r, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("publishing.campaigns.saved", "name", saved.Name)})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/settings/campaigns")
}

func (f *Face) removeCampaign(w http.ResponseWriter, r *ui.Request) error {
	k, err := f.campaignOf(r)
	if err != nil {
		return err
	}
	if err := f.Room.RemoveCampaign(r.Context(), r.Actor, r.Brand.ID, k.ID); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("publishing.campaigns.removed", "name", k.Name)})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/settings/campaigns")
}
