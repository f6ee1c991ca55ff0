package publishing

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// TemplateID names a template.
type TemplateID string

// Template is a post to begin others with: what it says, where, under which
// labels. A post made of it is its own at once; a change of the template
// changes none.
type Template struct {
	ID      TemplateID `json:"id"`
	Brand   id.Brand   `json:"brand"`
	Name    string     `json:"name"`
	Model   Model      `json:"model"`
	Person  id.Person  `json:"person"`
	Made    time.Time  `json:"made"`
	Edited  time.Time  `json:"edited"`
	Version int64      `json:"version"`
	Removed time.Time  `json:"removed,omitzero"`
}

// MaxTemplates bounds the templates of a brand.
const MaxTemplates = 200

// Acts of templates; subject "template".
const (
	ActTemplateSaved    = "template.saved" // {name}
	ActTemplateRemoved  = "template.removed"
	ActTemplateRestored = "template.restored"
)

var (
	errTemplateName = fault.New(fault.Invalid, "templates.name").At("name")
	errTemplateMany = fault.New(fault.Invalid, "templates.too_many").With("max", MaxTemplates)
)

// Templates lists a brand's templates, by name.
func (s *Service) Templates(ctx context.Context, a team.Actor, b id.Brand) (_ []Template, err error) {
	defer fault.Wrap(&err, "list templates")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return nil, err
	}
	out, err := sqldb.List(ctx, s.DB, scanTemplate, `SELECT `+templateColumns+` FROM post_template WHERE brand = ? AND removed_at IS NULL ORDER BY id LIMIT ?`, b, MaxTemplates)
	slices.SortStableFunc(out, func(x, y Template) int { return strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)) })
	return out, err
}

// Template reads one that was not removed. Errors: not_found.
func (s *Service) Template(ctx context.Context, a team.Actor, b id.Brand, t TemplateID) (_ Template, err error) {
	defer fault.Wrap(&err, "read template")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return Template{}, err
	}
	return liveTemplate(ctx, s.DB, b, t)
}

// MakeTemplate keeps what a post says as a template. Its hour stays behind.
// Errors: invalid (no name, too many), not_found.
func (s *Service) MakeTemplate(ctx context.Context, a team.Actor, b id.Brand, post id.Post, name string) (_ Template, err error) {
	defer fault.Wrap(&err, "make template")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Template{}, err
	}
	p, err := s.Get(ctx, a, b, post)
	if err != nil {
		return Template{}, err
	}
	v := Template{ID: id.New[TemplateID](), Brand: b, Model: modelOf(p), Person: a.Person, Version: 1}
	if v.Name, err = templateName(name); err != nil {
		return Template{}, err
	}
	err = s.templates(ctx, b, func(tx *sqldb.Tx) error {
		n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM post_template WHERE brand = ? AND removed_at IS NULL`, b)
		if err != nil {
			return err
		}
		if n >= MaxTemplates {
			return errTemplateMany
		}
		v.Made, v.Edited = tx.Now, tx.Now
		if _, err := tx.Exec(ctx, `INSERT INTO post_template (`+templateColumns+`) VALUES (?,?,?,?,?,?,?,?,NULL)`, v.ID, b, v.Name, sqldb.JSON[Model]{V: v.Model}, v.Person, sqldb.At(v.Made), sqldb.At(v.Edited), v.Version); err != nil {
			return err
		}
		return s.recordTemplate(ctx, tx, a, v, ActTemplateSaved, map[string]any{"name": v.Name})
	})
	return v, err
}

// ChangeTemplate gives a template another name, or other words. Posts made of it
// stay as they are. Errors: invalid, not_found, conflict.
func (s *Service) ChangeTemplate(ctx context.Context, a team.Actor, b id.Brand, t TemplateID, version int64, name string, e Edit) (_ Template, err error) {
	defer fault.Wrap(&err, "change template")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Template{}, err
	}
	known, err := s.Channels.List(ctx, a, b)
	if err != nil {
		return Template{}, err
	}
	var v Template
	err = s.templates(ctx, b, func(tx *sqldb.Tx) error {
		if v, err = liveTemplate(ctx, tx, b, t); err != nil {
			return err
		}
		if v.Version != version {
			return errChanged.With("version", v.Version)
		}
		if v.Name, err = templateName(name); err != nil {
			return err
		}
		p := Post{Brand: b}
		v.Model.onto(&p)
		if err := s.apply(ctx, tx, &p, e, append(channelIDs(known), p.channels()...)); err != nil {
			return err
		}
		v.Model, v.Edited, v.Version = modelOf(p), tx.Now, version+1
		n, err := tx.Exec(ctx, `UPDATE post_template SET name = ?, model = ?, edited_at = ?, version = ? WHERE brand = ? AND id = ? AND version = ?`, v.Name, sqldb.JSON[Model]{V: v.Model}, sqldb.At(v.Edited), v.Version, b, t, version)
		if err != nil {
			return err
		}
		if n == 0 {
			return errChanged
		}
		return s.recordTemplate(ctx, tx, a, v, ActTemplateSaved, map[string]any{"name": v.Name})
	})
	return v, err
}

// RemoveTemplate takes a template away; it can be taken back for RemovedKept.
// Errors: not_found. Safe to repeat.
func (s *Service) RemoveTemplate(ctx context.Context, a team.Actor, b id.Brand, t TemplateID) (err error) {
	defer fault.Wrap(&err, "remove template")
	return s.setTemplateRemoved(ctx, a, b, t, true)
}

// RestoreTemplate takes a removed template back. Errors: not_found. Safe to repeat.
func (s *Service) RestoreTemplate(ctx context.Context, a team.Actor, b id.Brand, t TemplateID) (err error) {
	defer fault.Wrap(&err, "restore template")
	return s.setTemplateRemoved(ctx, a, b, t, false)
}

func (s *Service) setTemplateRemoved(ctx context.Context, a team.Actor, b id.Brand, t TemplateID, removed bool) error {
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	return s.templates(ctx, b, func(tx *sqldb.Tx) error {
		v, err := loadTemplate(ctx, tx, b, t)
		if err != nil || v.Removed.IsZero() != removed {
			return err
		}
		act, at := ActTemplateRestored, sqldb.Time{}
		if removed {
			act, at = ActTemplateRemoved, sqldb.At(tx.Now)
		}
		if _, err := tx.Exec(ctx, `UPDATE post_template SET removed_at = ?, version = version + 1 WHERE brand = ? AND id = ?`, at, b, t); err != nil {
			return err
		}
		return s.recordTemplate(ctx, tx, a, v, act, nil)
	})
}

// UseTemplate makes a draft of a template, without an hour. Channels and media
// that the brand has no more are left out. Errors: not_found.
func (s *Service) UseTemplate(ctx context.Context, a team.Actor, b id.Brand, t TemplateID) (_ Post, err error) {
	defer fault.Wrap(&err, "use template")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Post{}, err
	}
	known, err := s.Channels.List(ctx, a, b)
	if err != nil {
		return Post{}, err
	}
	m, err := s.usable(ctx, a, b, t, known)
	if err != nil {
		return Post{}, err
	}
	p := Post{ID: id.New[id.Post](), Brand: b, Validation: Draft, Author: a.Person, Editor: a.Person, Version: 1}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		return s.createIn(ctx, tx, a, &p, m, map[string]any{"template": t})
	})
	return p, err
}

// usable is a template's model as far as the brand still has its channels,
// media and campaign.
func (s *Service) usable(ctx context.Context, a team.Actor, b id.Brand, t TemplateID, known []channel.Channel) (Model, error) {
	v, err := s.Template(ctx, a, b, t)
	if err != nil {
		return Model{}, err
	}
	m := v.Model
	m.Variants = slices.DeleteFunc(slices.Clone(m.Variants), func(one Variant) bool {
		return !slices.ContainsFunc(known, func(c channel.Channel) bool { return c.ID == one.Channel })
	})
	var media []id.Media
	for _, one := range m.media() {
		media = append(media, one.ID)
	}
	if len(media) > 0 {
		there, err := s.Media.Describe(ctx, b, media)
		if err != nil {
			return Model{}, err
		}
		gone := func(r MediaRef) bool { _, ok := there[r.ID]; return !ok }
		m.Media = slices.DeleteFunc(slices.Clone(m.Media), gone)
		for i, one := range m.Variants {
			if one.Media != nil {
				kept := slices.DeleteFunc(slices.Clone(*one.Media), gone)
				m.Variants[i].Media = &kept
			}
		}
	}
	if campaignStands(ctx, s.DB, b, m.Campaign) != nil {
		m.Campaign = ""
	}
	return m, nil
}

// media lists the media of a model and of its variants.
func (m Model) media() []MediaRef {
	out := slices.Clone(m.Media)
	for _, v := range m.Variants {
		if v.Media != nil {
			out = append(out, *v.Media...)
		}
	}
	return out
}

func templateName(name string) (string, error) {
	name, err := clean(strings.Join(strings.Fields(name), " "), 100, "name")
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", errTemplateName
	}
	return name, nil
}

func (s *Service) templates(ctx context.Context, b id.Brand, fn func(tx *sqldb.Tx) error) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		tx.AfterCommit(func() { s.Tell("brand:"+string(b), "templates", nil) })
		return fn(tx)
	})
}

func (s *Service) recordTemplate(ctx context.Context, tx *sqldb.Tx, a team.Actor, v Template, act string, data map[string]any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: v.Brand, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: "template", ID: string(v.ID)}, Data: data})
}

const templateColumns = `id, brand, name, model, person, made_at, edited_at, version, removed_at`

func scanTemplate(r sqldb.Scanner) (v Template, err error) {
	var model sqldb.JSON[Model]
	var made, edited, removed sqldb.Time
	err = r.Scan(&v.ID, &v.Brand, &v.Name, &model, &v.Person, &made, &edited, &v.Version, &removed)
	v.Model, v.Made, v.Edited, v.Removed = model.V, made.Time, edited.Time, removed.Time
	return v, err
}

func loadTemplate(ctx context.Context, q sqldb.Q, b id.Brand, t TemplateID) (Template, error) {
	return sqldb.One(ctx, q, scanTemplate, `SELECT `+templateColumns+` FROM post_template WHERE brand = ? AND id = ?`, b, t)
}

func liveTemplate(ctx context.Context, q sqldb.Q, b id.Brand, t TemplateID) (Template, error) {
	v, err := loadTemplate(ctx, q, b, t)
	if err == nil && !v.Removed.IsZero() {
		return v, fault.New(fault.NotFound, "")
	}
	return v, err
}
