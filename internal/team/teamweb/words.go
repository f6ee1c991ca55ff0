package teamweb

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/brand"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// commonZones are offered while one types a zone; any IANA name is taken.
var commonZones = []string{"Europe/Paris", "Europe/Brussels", "Europe/Zurich", "Europe/Luxembourg", "Europe/London", "Europe/Dublin", "Europe/Lisbon",
	"Europe/Madrid", "Europe/Rome", "Europe/Berlin", "Europe/Amsterdam", "Europe/Vienna", "Europe/Copenhagen", "Europe/Stockholm", "Europe/Oslo", "Europe/Helsinki",
	"Europe/Warsaw", "Europe/Prague", "Europe/Bucharest", "Europe/Athens", "Europe/Istanbul", "Africa/Casablanca", "Africa/Algiers", "Africa/Tunis", "Africa/Dakar",
	"Africa/Abidjan", "Africa/Kinshasa", "Indian/Reunion", "Indian/Mayotte", "America/Martinique", "America/Guadeloupe", "America/Cayenne", "America/Montreal",
	"America/Toronto", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore",
	"Asia/Hong_Kong", "Asia/Tokyo", "Asia/Seoul", "Australia/Sydney", "Pacific/Auckland", "Pacific/Noumea", "Pacific/Tahiti", "UTC"}

// languageOptions names each language in itself.
func languageOptions() []ui.Option {
	return []ui.Option{{Value: "fr", Label: "Français"}, {Value: "en", Label: "English"}}
}

func themeOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, t := range team.Themes() {
		out = append(out, ui.Option{Value: string(t), Label: i18n.T(ctx, "team.theme."+string(t))})
	}
	return out
}

func roleName(ctx context.Context, r team.Role) string { return i18n.T(ctx, "team.role."+string(r)) }
func roleHelp(ctx context.Context, r team.Role) string {
	return i18n.T(ctx, "team.role_help."+string(r))
}

func roleOptions(ctx context.Context, roles []team.Role) []ui.Option {
	var out []ui.Option
	for _, r := range roles {
		out = append(out, ui.Option{Value: string(r), Label: roleName(ctx, r) + " – " + roleHelp(ctx, r)})
	}
	return out
}

func scopeNames(ctx context.Context, scopes []team.Permission) string {
	var out []string
	for _, p := range scopes {
		out = append(out, i18n.T(ctx, "team.permission."+string(p)))
	}
	return strings.Join(out, ", ")
}

func brandOptions(ctx context.Context, brands []brand.Brand) []ui.Option {
	out := []ui.Option{{Value: "", Label: i18n.T(ctx, "team.token.all_brands")}}
	for _, b := range brands {
		out = append(out, ui.Option{Value: string(b.ID), Label: b.Name})
	}
	return out
}

// chosen tells whether a scope is ticked: those one entered, and at first the
// one that reads the planning.
func chosen(form *ui.Form, p team.Permission) bool {
	if form == nil {
		return p == team.SeePlanning
	}
	return slices.Contains(form.All("scopes"), string(p))
}

func inviter(inv team.Invited) string {
	if inv.InviterName == "" {
		return "Vigie"
	}
	return inv.InviterName
}

// browser names a browser and its system from what it says of itself; what is
// not recognised is called so.
func browser(ctx context.Context, agent string) string {
	pick := func(list [][2]string) string {
		for _, x := range list {
			if strings.Contains(agent, x[0]) {
				return x[1]
			}
		}
		return ""
	}
	// The order matters: each of them also claims to be some of the next.
	b := pick([][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Vivaldi", "Vivaldi"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl", "curl"}})
	s := pick([][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}})
	switch {
	case b == "":
		return i18n.T(ctx, "team.session.unknown")
	case s == "":
		return b
	}
	return i18n.T(ctx, "team.session.on", "browser", b, "system", s)
}
