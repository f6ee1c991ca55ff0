package app

import (
	"context"
	"strings"
	"time"

	"vigie/internal/assets"
	"vigie/internal/assets/assetsweb"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/today"
)

func (s shows) Shown(ctx context.Context, q sqldb.Q, b id.Brand, list []id.Media) (map[id.Media]int64, error) {
	return s.Publishing.ShownCount(ctx, q, b, list)
}

func (s shows) Taken(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post, c id.Channel, list []id.Media, leaving bool) (map[id.Media]int64, error) {
	return s.Publishing.TakenCount(ctx, q, b, post, c, list, leaving)
}

func (s shows) PictureChanging(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (func(*sqldb.Tx) error, error) {
	return s.Publishing.PictureChanging(ctx, a, b, m)
}

func (s shows) OnLine(ctx context.Context, b id.Brand, list []id.Media, limit int) ([]assets.Standing, error) {
	rows, err := s.Publishing.OnLineWith(ctx, b, list, limit)
	if err != nil {
		return nil, err
	}
	out := make([]assets.Standing, len(rows))
	for i, r := range rows {
		out[i] = assets.Standing{Media: r.Media, Publication: r.Publication, Post: r.Post, Title: r.Title, Channel: r.Channel, Sent: r.SentAt, URL: r.URL}
	}
	return out, nil
}

func (s shows) Coming(ctx context.Context, b id.Brand, list []id.Media, from time.Time, limit int) ([]assets.Coming, error) {
	rows, err := s.Publishing.ComingWith(ctx, b, list, from, limit)
	if err != nil {
		return nil, err
	}
	out := make([]assets.Coming, len(rows))
	for i, r := range rows {
		out[i] = assets.Coming(r)
	}
	return out, nil
}

// brandName is what a brand is called; not_found once it is put away.
func brandName(ctx context.Context, q sqldb.Q, b id.Brand) (string, error) {
	got, err := brand.Load(ctx, q, b)
	return got.Name, err
}

// rightLetters is how the media room writes to people before a right ends.
func (a *App) rightLetters() (*assets.Letters, error) {
	sender, err := a.sender()
	if err != nil {
		return nil, err
	}
	return &assets.Letters{Answerable: a.answerable, Reach: a.reach, Words: a.Words, Mail: sender,
		Brand: func(ctx context.Context, q sqldb.Q, b id.Brand) (string, string, error) {
			got, err := brand.Load(ctx, q, b)
			return got.Name, got.Zone, err
		},
		Channel: func(ctx context.Context, b id.Brand, c id.Channel) string {
			got, err := a.Channels.Get(ctx, team.Program("assets"), b, c)
			if err != nil {
				return ""
			}
			return got.Title + " @" + got.Handle
		},
		Link: a.whole}, nil
}

// rights is the media room as publishing asks it before something leaves.
type rights struct{ *App }

func (r rights) Examine(ctx context.Context, q sqldb.Q, s publishing.Subject) ([]publishing.Finding, error) {
	refs := s.Content.Media()
	if len(refs) == 0 {
		return nil, nil
	}
	d := assets.Departure{Brand: s.Brand, Post: s.Post, Channel: s.Channel.ID, Network: s.Channel.Network, Title: s.Channel.Title,
		Text: s.Content.Text(), At: s.At, Zone: s.Zone, Sees: s.Sees, Leaving: s.Leaving}
	for _, m := range refs {
		d.Media = append(d.Media, m.ID)
	}
	against, err := r.Assets.Examine(ctx, q, d)
	if err != nil {
		return nil, err
	}
	out := make([]publishing.Finding, len(against))
	for i, o := range against {
		f := publishing.Finding{Rule: o.Rule, Severity: network.Warn, Media: o.Media, Key: o.Key, Values: o.Values,
			Remedy: &publishing.Remedy{Do: "link", Key: "assets.rights.see", Href: "/b/" + string(s.Brand) + "/media/" + string(o.Media) + "/rights"}}
		if o.Block {
			f.Severity = network.Block
		}
		if o.Rule == "rights.newer" {
			f.Remedy.Href = strings.TrimSuffix(f.Remedy.Href, "/rights")
		}
		if o.Add != "" {
			f.Part = len(s.Content.Parts) - 1
			f.Remedy = &publishing.Remedy{Do: "insert", Key: "assets.rights.add_credit", With: []string{o.Add}}
		}
		out[i] = f
	}
	return out, nil
}

// libraryFace is the media library with what it shows of other rooms.
func (a *App) libraryFace() face {
	return assetsweb.New(assetsweb.Config{Room: a.Assets, Who: a.called, Networks: a.Channels.Networks(), Channels: a.Channels.List,
		Recall: func(b id.Brand, p id.Post, m id.Media) string {
			if p != "" {
				return "/b/" + string(b) + "/recalls/new?post=" + string(p)
			}
			return "/b/" + string(b) + "/recalls/new?media=" + string(m)
		},
		Brand: func(ctx context.Context, actor team.Actor, b id.Brand) string {
			got, err := a.Brands.Get(ctx, actor, b)
			if err != nil {
				return ""
			}
			return got.Name
		},
		History: func(ctx context.Context, b id.Brand, m id.Media) ([]logbook.Record, error) {
			return a.Book.ListSubject(ctx, a.DB, b, logbook.Subject{Kind: "media", ID: string(m)})
		}})
}

// pastRights counts what stands on line past the right of its picture.
func (a *App) pastRights(ctx context.Context, actor team.Actor, b id.Brand) (int, error) {
	list, err := a.Assets.OnLinePastRight(ctx, actor, b)
	return len(list), err
}

// endingRights says what rights end within thirty days, and how many posts are
// planned past their end.
func (a *App) endingRights(ctx context.Context, actor team.Actor, b id.Brand) (today.Ending, error) {
	out := today.Ending{Brand: b}
	list, err := a.Assets.EndingWithin(ctx, actor, b, 30)
	if err != nil || len(list) == 0 {
		return out, err
	}
	out.N, out.Name, out.Day = len(list), list[0].Name, list[0].Day
	coming, err := a.Assets.PlannedPast(ctx, actor, b, 30)
	posts := map[id.Post]bool{}
	for _, c := range coming {
		posts[c.Post] = true
	}
	out.Planned = len(posts)
	return out, err
}
