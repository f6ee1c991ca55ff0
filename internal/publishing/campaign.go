package publishing

import (
	"context"
	"regexp"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Campaign is a stretch of days with a name, drawn as a band on the calendar.
type Campaign struct {
	ID     id.Campaign `json:"id"`
	Name   string      `json:"name"`
	Colour string      `json:"colour"` // "#rrggbb"; empty: the brand's
	From   string      `json:"from"`   // first day, "2026-11-09", on the brand's wall
	To     string      `json:"to"`     // last day, included
}

var (
	errCampaignName = fault.New(fault.Invalid, "publishing.campaign_name").At("name")
	errCampaignDays = fault.New(fault.Invalid, "publishing.campaign_days").At("to")
	errColour       = fault.New(fault.Invalid, "publishing.colour").At("colour")
	colourForm      = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

// Campaigns lists the brand's campaigns, by first day.
func (s *Service) Campaigns(ctx context.Context, a team.Actor, b id.Brand) (_ []Campaign, err error) {
	defer fault.Wrap(&err, "list campaigns")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (c Campaign, err error) {
		return c, r.Scan(&c.ID, &c.Name, &c.Colour, &c.From, &c.To)
	}, `SELECT id, name, colour, from_day, to_day FROM campaign WHERE brand = ? AND removed_at IS NULL ORDER BY from_day, id`, b)
}

// SaveCampaign makes a campaign, or changes it when c.ID is set. Errors:
// invalid, not_found.
func (s *Service) SaveCampaign(ctx context.Context, a team.Actor, b id.Brand, c Campaign) (_ Campaign, err error) {
	defer fault.Wrap(&err, "save campaign")
	if err := a.Require(b, team.WritePosts); err != nil {
		return c, err
	}
	if c.Name, err = clean(strings.TrimSpace(c.Name), 100, "name"); err != nil || c.Name == "" {
		return c, errCampaignName
	}
	from, ferr := time.Parse("2006-01-02", c.From)
	to, terr := time.Parse("2006-01-02", c.To)
	if ferr != nil || terr != nil || to.Before(from) || to.Sub(from) > 400*24*time.Hour {
		return c, errCampaignDays
	}
	if c.Colour != "" && !colourForm.MatchString(c.Colour) {
		return c, errColour
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		tx.AfterCommit(func() { s.Tell("brand:"+string(b), "campaigns", nil) })
		if c.ID == "" {
			c.ID = id.New[id.Campaign]()
			_, err := tx.Exec(ctx, `INSERT INTO campaign (id, brand, name, colour, from_day, to_day, made_at, removed_at) VALUES (?,?,?,?,?,?,?,NULL)`,
				c.ID, b, c.Name, c.Colour, c.From, c.To, sqldb.At(tx.Now))
			if err != nil {
				return err
			}
			return s.planned(ctx, tx, a, b, ActCampaignSaved, "campaign", string(c.ID), map[string]any{"name": c.Name, "from": c.From, "to": c.To})
		}
		n, err := tx.Exec(ctx, `UPDATE campaign SET name = ?, colour = ?, from_day = ?, to_day = ? WHERE brand = ? AND id = ? AND removed_at IS NULL`,
			c.Name, c.Colour, c.From, c.To, b, c.ID)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "")
		}
		if err != nil {
			return err
		}
		return s.planned(ctx, tx, a, b, ActCampaignSaved, "campaign", string(c.ID), map[string]any{"name": c.Name, "from": c.From, "to": c.To})
	})
	return c, err
}

// RemoveCampaign ends a campaign; its posts stay, without it. Errors:
// not_found (it is gone already, or another brand's).
func (s *Service) RemoveCampaign(ctx context.Context, a team.Actor, b id.Brand, c id.Campaign) (err error) {
	defer fault.Wrap(&err, "remove campaign")
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		tx.AfterCommit(func() { s.Tell("brand:"+string(b), "campaigns", nil) })
		if _, err := tx.Exec(ctx, `UPDATE post SET campaign = '' WHERE brand = ? AND campaign = ?`, b, c); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE campaign SET removed_at = ? WHERE brand = ? AND id = ? AND removed_at IS NULL`, sqldb.At(tx.Now), b, c)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "")
		}
		return s.planned(ctx, tx, a, b, ActCampaignRemoved, "campaign", string(c), nil)
	})
}

// Labels lists the labels in use in a brand, alphabetically.
func (s *Service) Labels(ctx context.Context, a team.Actor, b id.Brand) (_ []string, err error) {
	defer fault.Wrap(&err, "list labels")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	return sqldb.Values[string](ctx, s.DB, `SELECT DISTINCT label FROM post_label WHERE brand = ? ORDER BY label LIMIT 500`, b)
}

// Uses lists the posts that show a media, latest hour first.
func (s *Service) Uses(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (_ []Row, err error) {
	defer fault.Wrap(&err, "uses of a media")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	where, args := Filter{}.where(b, a)
	return s.rows(ctx, Filter{}, `SELECT `+rowColumns+` FROM post WHERE `+where+` AND id IN (SELECT post FROM post_media WHERE brand = ? AND media = ?) ORDER BY at DESC, id LIMIT 200`,
		append(args, b, m)...)
}
