package app

import (
	"context"
	"strings"

	"vigie/internal/assets"
	"vigie/internal/assets/assetsweb"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
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

// rights is the media room as publishing asks it before something leaves.
type rights struct{ *App }

func (r rights) Examine(ctx context.Context, q sqldb.Q, s publishing.Subject) ([]publishing.Finding, error) {
	refs := s.Content.Media()
	if len(refs) == 0 {
		return nil, nil
	}
	d := assets.Departure{Brand: s.Brand, Post: s.Post, Channel: s.Channel.ID, Network: s.Channel.Network, Title: s.Channel.Title,
		Text: s.Content.Text(), At: s.At, Zone: s.Zone, Leaving: s.Leaving}
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
