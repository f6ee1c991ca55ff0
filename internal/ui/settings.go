package ui

import "vigie/internal/team"

// SettingsTabs are the places of a brand's settings that the person may enter:
// the brand itself, its people, its channels. Their pages belong to different
// faces; this list makes them one place. current is "settings", "people" or
// "channels".
func (r *Request) SettingsTabs(current string) []Choice {
	var out []Choice
	for _, t := range []struct {
		key   string
		needs team.Permission
	}{{"settings", team.SeeBrand}, {"people", team.SeePeople}, {"channels", team.SeePlanning}} {
		if r.May(t.needs) {
			out = append(out, Choice{Label: r.T("ui.settings." + t.key), Href: "/b/" + string(r.Brand.ID) + "/" + t.key, Current: t.key == current})
		}
	}
	return out
}
