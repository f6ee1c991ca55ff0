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
	"vigie/internal/charter/charterweb"
	"vigie/internal/inbox/inboxweb"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/publishing/publishingweb"
	"vigie/internal/team"
	"vigie/internal/team/teamweb"
	"vigie/internal/today/todayweb"
	"vigie/internal/ui"
)

//go:embed fr.json en.json
var wordFiles embed.FS

// words are the program's own: what it says before any room does.
var words fs.FS = wordFiles

// faces lists every room's pages and operations.
func (a *App) faces(people *teamweb.Face) []face {
	return []face{people, a.approvalFace(), charterweb.New(charterweb.Config{Room: a.Charter, Networks: a.Channels.Networks, Names: a.names}), a.answersFace(), brandweb.New(a.Brands), a.channelFace(), a.libraryFace(), publishingweb.New(publishingweb.Config{Room: a.Publishing, Channels: a.Channels,
		Brand: a.Brands.Get, Names: a.names, Tell: a.Hub.Tell, Reads: a.reads, WasRead: a.wasRead, Choosing: a.choosing, Silent: a.silentDays, URL: a.Config.PublicURL()}), todayweb.New(a.day()),
		inboxweb.New(inboxweb.Config{Room: a.Inbox, Channels: a.Channels, Names: a.names, Answerable: a.canAnswer})}
}

func (a *App) channelFace() face {
	return channelweb.New(channelweb.Config{Room: a.Channels, Waiting: a.Publishing.WaitingFor, People: a.Team.People, World: a.World,
		Callback: a.Config.PublicURL() + channelweb.CallbackPath})
}

// settings lists the tabs of a brand's settings, whichever face has the page.
func settings() []ui.SettingsTab {
	return []ui.SettingsTab{
		{Key: "settings", Path: "/settings", Needs: team.SeeBrand},
		{Key: "people", Path: "/people", Needs: team.SeePeople},
		{Key: "channels", Path: "/settings/channels", Needs: team.SeePlanning},
		{Key: "approval", Path: "/settings/approval", Needs: team.SeeDrafts},
		{Key: "charter", Path: "/charter", Needs: team.SeePlanning},
		{Key: "answers", Path: "/answers", Needs: team.AnswerPeople},
		{Key: "slots", Path: "/settings/slots", Needs: team.SeePlanning},
		{Key: "campaigns", Path: "/settings/campaigns", Needs: team.SeePlanning},
		{Key: "feeds", Path: "/settings/feeds", Needs: team.Export},
		{Key: "freeze", Path: "/settings/freeze", Needs: team.SeePlanning},
	}
}

// example is the example agency that a guest looks round.
func (a *App) example() teamweb.Example {
	return example.New(example.Needs{DB: a.DB, Book: a.Book, Team: a.Team, Brands: a.Brands, Channels: a.Channels, Assets: a.Assets,
		Publishing: a.Publishing, Charter: a.Charter, Answers: a.Answers, Approval: a.Approval, Inbox: a.Inbox, World: a.World, Log: a.Log})
}

// sections lists the rail, in UI.md's order; a room that does not exist yet has
// no line.
func (a *App) sections() []ui.Section {
	kept := &counted{hub: a.Hub, now: a.DB.Now, kept: map[countKey]count{}}
	return []ui.Section{
		{Key: "today", Icon: "jour", Letter: "T", Needs: team.SeePlanning, Path: func(b brand.Brand) string { return "/b/" + string(b.ID) + "/today" }, Count: kept.of("today", a.dueToday(a.day()))},
		{Key: "calendar", Icon: "calendrier", Letter: "C", Needs: team.SeePlanning, Path: func(b brand.Brand) string { return "/b/" + string(b.ID) + "/calendar" }},
		{Key: "inbox", Icon: "boite", Letter: "B", Needs: team.SeeInbox, Path: func(b brand.Brand) string { return "/b/" + string(b.ID) + "/inbox" }, Count: kept.of("inbox", a.toAnswer)},
		{Key: "review", Icon: "okrond", Letter: "V", Needs: team.Review, Path: func(b brand.Brand) string { return "/b/" + string(b.ID) + "/review" }, Count: kept.of("review", a.toReview)},
		{Key: "media", Icon: "media", Letter: "M", Needs: team.SeeMedia, Path: func(b brand.Brand) string { return "/b/" + string(b.ID) + "/media" }},
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

// frozen says who holds what leaves, since when and why (R3 of a crisis: nobody
// has to ask whether it is really stopped).
func (a *App) frozen(ctx context.Context, b brand.Brand, f publishing.Freeze) ui.Notice {
	loc := i18n.From(ctx)
	key := "app.band.frozen"
	if f.Brand == publishing.AllBrands {
		key = "app.band.frozen_all"
	}
	text := loc.T(key, "since", loc.When(f.Since), "by", a.called(ctx, f.By))
	if f.Reason != "" {
		text += " " + f.Reason
	}
	return ui.Notice{Text: text, Link: loc.T("app.band.see"), Href: "/b/" + string(b.ID) + "/settings/freeze", Topic: "brand:" + string(b.ID)}
}

// called is a person's name where she is not asked for by one of her brands;
// the program itself has none.
func (a *App) called(ctx context.Context, p id.Person) string {
	all, err := a.Team.Persons(ctx, team.Program("names"))
	if err == nil {
		for _, who := range all {
			if who.ID == p {
				return who.Name
			}
		}
	}
	return i18n.From(ctx).T("app.program")
}

// find answers the palette: the brand's posts in which the words stand, the
// latest edited first.
func (a *App) find(ctx context.Context, actor team.Actor, b brand.Brand, text string) []ui.Hit {
	page, err := a.Publishing.Posts(ctx, actor, b.ID, publishing.Filter{Text: text}, "", palettePosts)
	if err != nil {
		return nil // the places it also shows stand without
	}
	loc := i18n.From(ctx)
	var out []ui.Hit
	for _, p := range page.Items {
		h := ui.Hit{Group: loc.T("app.posts"), Text: p.Title, Icon: "calendrier", Href: "/b/" + string(b.ID) + "/posts/" + string(p.ID)}
		if h.Text == "" {
			h.Text = loc.T("app.untitled")
		}
		if !p.At.IsZero() {
			h.Note = loc.In(b.Zone).When(p.At)
		}
		out = append(out, h)
	}
	return out
}

// palettePosts is how many posts the palette shows for what was typed.
const palettePosts = 8

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
