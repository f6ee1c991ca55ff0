package app

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"vigie/internal/app/example"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/brand/brandweb"
	"vigie/internal/channel/channelweb"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/publishing/publishingweb"
	"vigie/internal/team"
	"vigie/internal/team/teamweb"
	"vigie/internal/ui"
)

//go:embed fr.json en.json
var wordFiles embed.FS

// words are the program's own: what it says before any room does.
var words fs.FS = wordFiles

// faces lists every room's pages and operations.
func (a *App) faces(people *teamweb.Face) []face {
	return []face{people, brandweb.New(a.Brands), a.channelFace(), publishingweb.New(publishingweb.Config{Room: a.Publishing, Channels: a.Channels,
		Brand: a.Brands.Get, Names: a.names, Tell: a.Hub.Tell})}
}

func (a *App) channelFace() face {
	return channelweb.New(channelweb.Config{Room: a.Channels, Waiting: a.Publishing.WaitingFor, World: a.World,
		Callback: a.Config.PublicURL() + channelweb.CallbackPath})
}

// settings lists the tabs of a brand's settings, whichever face has the page.
func settings() []ui.SettingsTab {
	return []ui.SettingsTab{
		{Key: "settings", Path: "/settings", Needs: team.SeeBrand},
		{Key: "people", Path: "/people", Needs: team.SeePeople},
		{Key: "channels", Path: "/settings/channels", Needs: team.SeePlanning},
		{Key: "slots", Path: "/settings/slots", Needs: team.SeePlanning},
		{Key: "campaigns", Path: "/settings/campaigns", Needs: team.SeePlanning},
		{Key: "freeze", Path: "/settings/freeze", Needs: team.SeePlanning},
	}
}

// example is the example agency that a guest looks round.
func (a *App) example() teamweb.Example {
	return example.New(example.Needs{DB: a.DB, Book: a.Book, Team: a.Team, Brands: a.Brands, Channels: a.Channels, Assets: a.Assets,
		Publishing: a.Publishing, World: a.World, Log: a.Log})
}

// sections lists the rail, in UI.md's order; a room that does not exist yet has
// no line.
func (a *App) sections() []ui.Section {
	return []ui.Section{
		{Key: "settings", Icon: "reglages", Foot: true, Needs: team.SeeBrand, Path: func(b brand.Brand) string { return "/b/" + string(b.ID) + "/settings" }},
	}
}

// home sends "/" to the first page that has something to say.
func (a *App) home() []ui.Route {
	return []ui.Route{{Method: "GET", Path: "/{$}", Guard: ui.Public, Handle: func(w http.ResponseWriter, r *ui.Request) error {
		if !r.SignedIn() {
			first, err := a.Team.FirstRun(r.Context())
			if err != nil {
				return err
			}
			if first {
				return ui.Redirect(w, r, "/welcome")
			}
			return ui.Redirect(w, r, "/sign-in")
		}
		if b := r.Shown(); b.ID != "" {
			return ui.Redirect(w, r, "/b/"+string(b.ID)+"/today")
		}
		return ui.Redirect(w, r, "/brands")
	}}}
}

// notices are the bands across the top: what is frozen, by whom and why.
func (a *App) notices(ctx context.Context, actor team.Actor, b brand.Brand) []ui.Notice {
	all, err := a.Publishing.Freezes(ctx, actor, b.ID)
	if err != nil {
		return nil
	}
	var out []ui.Notice
	for _, f := range all {
		out = append(out, a.frozen(ctx, b, f))
	}
	return out
}

func (a *App) frozen(ctx context.Context, b brand.Brand, f publishing.Freeze) ui.Notice {
	return ui.Notice{Text: f.Reason, Href: "/b/" + string(b.ID) + "/settings/freeze", Topic: "brand:" + string(b.ID)}
}

// find answers the palette.
func (a *App) find(ctx context.Context, actor team.Actor, b brand.Brand, text string) []ui.Hit {
	return nil
}

func (a *App) ping(ctx context.Context) error {
	_, err := sqldb.Value[int64](ctx, a.DB, `SELECT 1`)
	return err
}

// names tells what the people of a brand are called.
func (a *App) names(ctx context.Context, actor team.Actor, b id.Brand) (map[id.Person]string, error) {
	all, err := a.Team.People(ctx, actor, b)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Person]string, len(all))
	for _, m := range all {
		out[m.Person] = m.Name
	}
	return out, nil
}
