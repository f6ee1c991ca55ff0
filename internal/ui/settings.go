package ui

import "vigie/internal/team"

// SettingsTab is one place of a brand's settings. The places belong to different
// faces; Config.Settings, in the order of the page, makes them one. Its label is
// the message "ui.settings.<Key>".
type SettingsTab struct {
	Key string
	// Path follows /b/<brand>: "/settings/channels".
	Path  string
	Needs team.Permission
}

// SettingsTabs are the places of a brand's settings that the person may enter,
// for Tabs. current is the key of the page shown.
func (r *Request) SettingsTabs(current string) []Choice {
	var out []Choice
	for _, t := range r.mux.cfg.Settings {
		if r.Brand.ID != "" && r.May(t.Needs) {
			out = append(out, Choice{Label: r.T("ui.settings." + t.Key), Href: "/b/" + string(r.Brand.ID) + t.Path, Current: t.Key == current})
		}
	}
	return out
}
