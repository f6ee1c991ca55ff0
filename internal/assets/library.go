package assets

import (
	"context"
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Filter narrows a list; its zero value is the whole library.
type Filter struct {
	Text   string // words in name, texts, credit, caption, tags, folder, holder; the last one as a beginning
	Type   string // "image/png"
	NoAlt  bool   // only those whose alternative text is missing
	Unused bool   // only those that no post shows
	Used   bool   // only those that one shows
	Usable bool   // without those that were refused
	Binned bool   // the bin instead of the library
	Right  RightState
	Shape  Shape
	Folder string // this folder and those in it
	Tag    string
}

// Page is one page of a list.
type Page struct {
	Media []Media
	Next  string // cursor; empty at the end
}

var errCursor = fault.New(fault.Invalid, "api.cursor").At("cursor")

func cursorOf(m Media) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(m.Made.UnixMilli(), 10) + " " + string(m.ID)))
}

func readCursor(s string) (int64, string, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return 0, "", errCursor
	}
	ms, key, ok := strings.Cut(string(b), " ")
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || !ok || !id.Valid(key) {
		return 0, "", errCursor
	}
	return n, key, nil
}

// maxLooked bounds how many rows one page of the filter Unused looks through;
// a page may then be short and still have a next one.
const maxLooked = 2000

// List lists media, the latest first. limit is held between 1 and 200. Errors:
// invalid (a foreign cursor).
func (s *Service) List(ctx context.Context, a team.Actor, b id.Brand, f Filter, cursor string, limit int) (_ Page, err error) {
	defer fault.Wrap(&err, "list media")
	if err := a.Require(b, team.SeeMedia); err != nil {
		return Page{}, err
	}
	limit = min(max(limit, 1), 200)
	read := s.list
	if len(search.Words(f.Text)) > 0 {
		read = s.found
	}
	out := Page{Media: []Media{}}
	for looked := 0; ; {
		some, err := read(ctx, b, f, cursor, limit)
		if err != nil {
			return out, err
		}
		looked += some.looked
		kept, err := s.unused(ctx, b, f, some.media)
		if err != nil {
			return out, err
		}
		for _, m := range kept {
			if len(out.Media) == limit {
				return out, nil
			}
			out.Media, out.Next = append(out.Media, m), some.after[m.ID]
		}
		if cursor = some.next; cursor == "" {
			out.Next = ""
			return out, nil
		}
		if looked >= maxLooked {
			out.Next = cursor
			return out, nil
		}
	}
}

// stretch is a part of a list as it was read, with where to go on after each
// of its media and after all of it (empty: the end).
type stretch struct {
	media  []Media
	after  map[id.Media]string
	next   string
	looked int
}

func (s *Service) unused(ctx context.Context, b id.Brand, f Filter, list []Media) ([]Media, error) {
	if !f.Unused && !f.Used || s.Posts == nil || len(list) == 0 {
		return list, nil
	}
	used, err := s.Posts.CountUses(ctx, b, idsOf(list))
	if err != nil {
		return nil, err
	}
	var out []Media
	for _, m := range list {
		if (used[m.ID] > 0) == f.Used {
			out = append(out, m)
		}
	}
	return out, nil
}

func idsOf(list []Media) []id.Media {
	out := make([]id.Media, len(list))
	for i, m := range list {
		out[i] = m.ID
	}
	return out
}

// where is what a filter asks of the rows.
func (f Filter) where(b id.Brand, now time.Time) (string, []any) {
	where, args := "brand = ?", []any{b}
	add := func(cond string, v ...any) { where += " AND " + cond; args = append(args, v...) }
	if f.Binned {
		add("binned_at IS NOT NULL")
	} else {
		add("binned_at IS NULL AND newer = ''")
	}
	if f.Type != "" {
		add("type = ?", f.Type)
	}
	if f.NoAlt {
		add("alt = '' AND state = ?", Ready)
	}
	if f.Usable {
		add("state <> ?", Refused)
	}
	if f.Shape != "" {
		add("shape = ?", f.Shape)
	}
	if f.Folder != "" {
		add("(folder = ? OR substr(folder, 1, ?) = ?)", f.Folder, int64(len([]rune(f.Folder))+1), f.Folder+"/")
	}
	if f.Tag != "" {
		add("EXISTS (SELECT 1 FROM media_tag t WHERE t.brand = media.brand AND t.tag = ? AND t.media = media.id)", foldTag(f.Tag))
	}
	if f.Right != "" {
		at, soon := sqldb.At(now), sqldb.At(now.Add(Soon))
		const consent, licence = "EXISTS (SELECT 1 FROM media_consent c WHERE c.media = media.id AND ", "EXISTS (SELECT 1 FROM media_licence l WHERE l.media = media.id"
		add("CASE WHEN "+consent+"c.ends_at <= ? AND c.withdrawn_day <> '') THEN 'withdrawn' WHEN "+consent+"c.ends_at <= ?) OR "+licence+" AND l.ends_at <= ?) THEN 'ended' WHEN "+
			licence+" AND l.begins_at > ?) THEN 'later' WHEN "+consent+"c.ends_at <= ?) OR "+licence+" AND l.ends_at <= ?) THEN 'soon' WHEN NOT "+
			licence+") THEN 'unknown' ELSE 'open' END = ?", at, at, at, at, soon, soon, string(f.Right))
	}
	return where, args
}

// list reads one stretch of the latest first.
func (s *Service) list(ctx context.Context, b id.Brand, f Filter, cursor string, limit int) (out stretch, err error) {
	where, args := f.where(b, s.DB.Now())
	if cursor != "" {
		ms, key, err := readCursor(cursor)
		if err != nil {
			return out, err
		}
		where += " AND (made_at < ? OR made_at = ? AND id < ?)"
		args = append(args, ms, ms, key)
	}
	out.media, err = sqldb.List(ctx, s.DB, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE `+where+` ORDER BY made_at DESC, id DESC LIMIT ?`, append(args, limit+1)...)
	out.looked, out.after = len(out.media), map[id.Media]string{}
	if len(out.media) > limit {
		out.media = out.media[:limit]
		out.next = cursorOf(out.media[limit-1])
	}
	for _, m := range out.media {
		out.after[m.ID] = cursorOf(m)
	}
	return out, err
}

// searchKind names media to the search.
const searchKind = "media"

// found reads one stretch of those that hold the words, the latest written
// first.
func (s *Service) found(ctx context.Context, b id.Brand, f Filter, cursor string, limit int) (out stretch, err error) {
	hits, err := search.Find(ctx, s.DB, b, searchKind, cut(f.Text, 200), cursor, limit+1)
	if err != nil || len(hits) == 0 {
		return out, err
	}
	out.looked, out.after = len(hits), map[id.Media]string{}
	if len(hits) > limit {
		hits = hits[:limit]
		out.next = hits[limit-1].Cursor()
	}
	where, args := f.where(b, s.DB.Now())
	names := make([]any, len(hits))
	for i, h := range hits {
		names[i] = h.ID
	}
	rows, err := sqldb.List(ctx, s.DB, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE `+where+` AND id IN `+sqldb.Marks(len(names)), append(args, names...)...)
	if err != nil {
		return out, err
	}
	by := make(map[string]Media, len(rows))
	for _, m := range rows {
		by[string(m.ID)] = m
	}
	for _, h := range hits {
		if m, ok := by[h.ID]; ok {
			out.media = append(out.media, m)
			out.after[m.ID] = h.Cursor()
		}
	}
	return out, nil
}

// Get reads one. Errors: not_found.
func (s *Service) Get(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (_ Media, err error) {
	defer fault.Wrap(&err, "get media")
	if err := a.Require(b, team.SeeMedia); err != nil {
		return Media{}, err
	}
	return loadMedia(ctx, s.DB, b, m)
}

// Uses lists the posts that show a media and that the actor may see.
func (s *Service) Uses(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (_ []Use, err error) {
	defer fault.Wrap(&err, "uses of a media")
	if _, err := s.Get(ctx, a, b, m); err != nil {
		return nil, err
	}
	if s.Posts == nil || !a.May(b, team.SeePlanning) {
		return nil, nil
	}
	return s.Posts.Uses(ctx, a, b, m)
}

// Meta is what a person writes about a media.
type Meta struct {
	Name  string
	Alt   string
	Focus *Point // nil: the middle
}

// EditMeta changes what is written about the media that was read at the
// version; 0 means whatever is there. A save that comes after somebody else's
// is refused with conflict, whose values name the current "version" and what
// differs ("changed"): the later save never silently wins. Other errors are
// invalid and not_found.
func (s *Service) EditMeta(ctx context.Context, a team.Actor, b id.Brand, m id.Media, version int64, in Meta) (_ Media, err error) {
	defer fault.Wrap(&err, "edit media")
	if err := a.Require(b, team.AddMedia); err != nil {
		return Media{}, err
	}
	if in.Name = oneLine(in.Name, MaxName); in.Name == "" {
		return Media{}, errName
	}
	if in.Alt = lines(in.Alt, MaxAlt+1); len([]rune(in.Alt)) > MaxAlt {
		return Media{}, errAlt
	}
	if p := in.Focus; p != nil && !(within(p.X) && within(p.Y)) {
		return Media{}, errFocus
	}
	mark, err := s.shownOtherwise(ctx, a, b, m)
	if err != nil {
		return Media{}, err
	}
	var got Media
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		var err error
		if got, err = loadMedia(ctx, tx, b, m); err != nil {
			return err
		}
		what := differs(got, in)
		if len(what) == 0 { // saying the same twice is no quarrel
			return nil
		}
		if version != 0 && version != got.Version {
			return errChanged.With("version", got.Version).With("changed", what)
		}
		got.Name, got.Alt, got.Focus, got.Edited = in.Name, in.Alt, in.Focus, tx.Now
		if err := updateMedia(ctx, tx, &got); err != nil {
			return err
		}
		if err := s.reshelve(ctx, tx, got); err != nil {
			return err
		}
		s.changed(tx, b, m)
		if err := s.record(ctx, tx, a, b, m, ActEdited, edited{what, got.Version}); err != nil {
			return err
		}
		if slices.Contains(what, "focus") { // a crop follows it
			return mark(tx)
		}
		return nil
	})
	return got, err
}

func within(f float64) bool { return !math.IsNaN(f) && f >= 0 && f <= 1 }

func differs(m Media, in Meta) (what []string) {
	if m.Name != in.Name {
		what = append(what, "name")
	}
	if m.Alt != in.Alt {
		what = append(what, "alt")
	}
	if (m.Focus == nil) != (in.Focus == nil) || m.Focus != nil && *m.Focus != *in.Focus {
		what = append(what, "focus")
	}
	return what
}

// Bin puts a media into the bin, where it stays for InBin. Posts that show it
// keep it, for as long as they do. Safe to repeat.
func (s *Service) Bin(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (_ Media, err error) {
	defer fault.Wrap(&err, "bin media")
	return s.bin(ctx, a, b, m, true)
}

// Unbin takes a media back out of the bin; safe to repeat.
func (s *Service) Unbin(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (_ Media, err error) {
	defer fault.Wrap(&err, "unbin media")
	return s.bin(ctx, a, b, m, false)
}

func (s *Service) bin(ctx context.Context, a team.Actor, b id.Brand, m id.Media, in bool) (got Media, err error) {
	if err := a.Require(b, team.AddMedia); err != nil {
		return got, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if got, err = loadMedia(ctx, tx, b, m); err != nil {
			return err
		}
		if got.Binned.IsZero() != in {
			return nil
		}
		act := ActUnbinned
		got.Binned = time.Time{}
		if in {
			act, got.Binned = ActBinned, tx.Now
		}
		if err := updateMedia(ctx, tx, &got); err != nil {
			return err
		}
		s.changed(tx, b, m)
		return s.record(ctx, tx, a, b, m, act, versioned{got.Version})
	})
	return got, err
}

// Info is what the checks of a post need to know of a media.
type Info struct {
	ID            id.Media
	Name          string
	Type          string
	Bytes         int64
	Width, Height int
	Alt           string
	// Ready is false while it is worked on and when it was refused; Problem
	// then says why.
	Ready   bool
	Problem string
	Binned  bool
}

// Describe returns what the library knows; a media of another brand or none at
// all is missing from the answer. It asks no actor: rooms that already know
// they may call it.
func (s *Service) Describe(ctx context.Context, b id.Brand, list []id.Media) (_ map[id.Media]Info, err error) {
	defer fault.Wrap(&err, "describe media")
	rows, err := loadMany(ctx, s.DB, b, list)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Media]Info, len(rows))
	for _, m := range rows {
		out[m.ID] = Info{ID: m.ID, Name: m.Name, Type: m.Type, Bytes: m.Bytes, Width: m.Width, Height: m.Height, Alt: m.Alt,
			Ready: m.State == Ready, Problem: m.Problem, Binned: !m.Binned.IsZero()}
	}
	return out, nil
}
