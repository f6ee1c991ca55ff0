package publishing

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing/exchange"
	"vigie/internal/team"
)

// PicturesKind is the job that fetches the pictures a post names by their
// address; its arguments are PicturesJob.
const PicturesKind = "publishing.pictures"

// PicturesJob names the post whose pictures are fetched.
type PicturesJob struct {
	Brand id.Brand `json:"brand"`
	Post  id.Post  `json:"post"`
}

// Awaited is a picture on its way into a post.
type Awaited struct {
	ID      string   `json:"id"`
	URL     string   `json:"url"`
	Alt     string   `json:"alt,omitempty"`
	Media   id.Media `json:"media,omitempty"`   // set once the library has it
	Problem string   `json:"problem,omitempty"` // message key of why it will not come
}

// Waiting is a post that waits for its pictures.
type Waiting struct {
	Pictures []Awaited `json:"pictures"`
	// Schedule says that it is scheduled as soon as they are there.
	Schedule bool `json:"schedule"`
}

// Failed tells whether some picture will not come.
func (w Waiting) Failed() bool {
	return slices.ContainsFunc(w.Pictures, func(p Awaited) bool { return p.Problem != "" })
}

// pictureTries bounds how long one waits for a server that does not answer.
const pictureTries = 8 * time.Hour

// await notes the pictures that a post waits for; nothing leaves before.
func (s *Service) await(ctx context.Context, tx *sqldb.Tx, a team.Actor, p Post, all []exchange.Picture, schedule bool) error {
	if _, err := tx.Exec(ctx, `INSERT INTO post_wait (post, brand, schedule, person, role, since) VALUES (?,?,?,?,?,?)`, p.ID, p.Brand, schedule, a.Person, a.Roles[p.Brand], sqldb.At(tx.Now)); err != nil {
		return err
	}
	for i, one := range all {
		alt, err := clean(one.Alt, 20_000, "media")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO post_picture (id, brand, post, place, url, alt, media, problem) VALUES (?,?,?,?,?,?,'','')`, id.New[string](), p.Brand, p.ID, i, one.URL, alt); err != nil {
			return err
		}
	}
	return s.later(ctx, tx, PicturesKind, PicturesJob{Brand: p.Brand, Post: p.ID})
}

func awaited(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) ([]Awaited, error) {
	return sqldb.List(ctx, q, func(r sqldb.Scanner) (p Awaited, err error) {
		return p, r.Scan(&p.ID, &p.URL, &p.Alt, &p.Media, &p.Problem)
	}, `SELECT id, url, alt, media, problem FROM post_picture WHERE brand = ? AND post = ? ORDER BY place`, b, post)
}

// WaitingPictures tells what a post waits for; nil when for nothing.
func (s *Service) WaitingPictures(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (_ *Waiting, err error) {
	defer fault.Wrap(&err, "pictures of post")
	if _, err := s.Get(ctx, a, b, post); err != nil {
		return nil, err
	}
	flags, err := sqldb.Values[bool](ctx, s.DB, `SELECT schedule FROM post_wait WHERE brand = ? AND post = ?`, b, post)
	if err != nil || len(flags) == 0 {
		return nil, err
	}
	w := &Waiting{Schedule: flags[0]}
	if w.Pictures, err = awaited(ctx, s.DB, b, post); len(w.Pictures) == 0 {
		return nil, err
	}
	return w, err
}

// pictureProblems stop a post that waits for its pictures, whoever schedules
// it: it never leaves without them unless somebody says so.
func (s *Service) pictureProblems(ctx context.Context, p Post) ([]network.Problem, error) {
	if p.ID == "" {
		return nil, nil
	}
	n, err := sqldb.Values[bool](ctx, s.DB, `SELECT EXISTS (SELECT 1 FROM post_picture x WHERE x.post = w.post AND x.problem <> '') FROM post_wait w
		WHERE w.brand = ? AND w.post = ? AND EXISTS (SELECT 1 FROM post_picture y WHERE y.post = w.post)`, p.Brand, p.ID)
	if err != nil || len(n) == 0 {
		return nil, err
	}
	key := "publishing.picture_coming"
	if n[0] {
		key = "publishing.picture_failed"
	}
	return []network.Problem{{Severity: network.Block, Key: key, Field: "media"}}, nil
}

// WithoutPictures lets a post go without the pictures that did not come; those
// that did stay. It schedules nothing. Safe to repeat.
func (s *Service) WithoutPictures(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (err error) {
	defer fault.Wrap(&err, "go without pictures")
	return s.each(ctx, a, b, []id.Post{post}, func(tx *sqldb.Tx, p Post) error {
		if _, err := tx.Exec(ctx, `DELETE FROM post_wait WHERE brand = ? AND post = ?`, b, post); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM post_picture WHERE brand = ? AND post = ?`, b, post); err != nil {
			return err
		}
		return s.put(ctx, tx, a, p, ActSaved)
	})
}

// RetryPictures tries once more those that did not come.
func (s *Service) RetryPictures(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (err error) {
	defer fault.Wrap(&err, "fetch pictures again")
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE post_picture SET problem = '' WHERE brand = ? AND post = ? AND problem <> ''`, b, post)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "")
		}
		if _, err := tx.Exec(ctx, `UPDATE post_wait SET since = ? WHERE brand = ? AND post = ?`, sqldb.At(tx.Now), b, post); err != nil {
			return err
		}
		s.changed(tx, b, post)
		return s.later(ctx, tx, PicturesKind, PicturesJob{Brand: b, Post: post})
	})
}

// FetchPictures brings the pictures of one post into the library, puts them
// into the post when all are ready, and schedules it if that was wanted. The
// job of PicturesKind calls it; it can be repeated.
func (s *Service) FetchPictures(ctx context.Context, job PicturesJob) (err error) {
	defer fault.Wrap(&err, "fetch pictures")
	w, err := sqldb.List(ctx, s.DB, scanWait, `SELECT schedule, person, role, since FROM post_wait WHERE brand = ? AND post = ?`, job.Brand, job.Post)
	if err != nil || len(w) == 0 {
		return err
	}
	a := w[0].actor(job.Brand)
	p, err := loadPost(ctx, s.DB, job.Brand, job.Post)
	if err != nil || !p.Binned.IsZero() {
		return err
	}
	all, err := awaited(ctx, s.DB, job.Brand, job.Post)
	if err != nil {
		return err
	}
	late := s.DB.Now().Sub(w[0].since.Time) > pictureTries
	var soon error
	for i := range all {
		if all[i].Media != "" || all[i].Problem != "" {
			continue
		}
		got, err := s.bringPicture(ctx, a, job.Brand, all[i])
		switch {
		case err == nil:
			all[i].Media = got
		case fault.Is(err, fault.Transient) && !late:
			soon = err
			continue
		default:
			if all[i].Problem = fault.As(err).Key; all[i].Problem == "" {
				all[i].Problem = "publishing.picture_unreachable"
			}
		}
		if err := s.notePicture(ctx, job, all[i]); err != nil {
			return err
		}
	}
	if soon != nil {
		return soon
	}
	return s.placePictures(ctx, a, p, all, w[0].schedule)
}

func (s *Service) bringPicture(ctx context.Context, a team.Actor, b id.Brand, p Awaited) (id.Media, error) {
	if s.Bring == nil {
		return "", fault.New(fault.Unsupported, "publishing.picture_unreachable")
	}
	return s.Bring(ctx, a, b, p.URL)
}

func (s *Service) notePicture(ctx context.Context, job PicturesJob, p Awaited) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		s.changed(tx, job.Brand, job.Post)
		_, err := tx.Exec(ctx, `UPDATE post_picture SET media = ?, problem = ? WHERE brand = ? AND id = ?`, p.Media, p.Problem, job.Brand, p.ID)
		return err
	})
}

// placePictures puts what the library has read into the post. A picture that
// the library refuses is said on the post, which then waits for a person.
func (s *Service) placePictures(ctx context.Context, a team.Actor, p Post, all []Awaited, schedule bool) error {
	job := PicturesJob{Brand: p.Brand, Post: p.ID}
	var ids []id.Media
	for _, one := range all {
		if one.Media != "" {
			ids = append(ids, one.Media)
		}
	}
	known, err := s.Media.Describe(ctx, p.Brand, ids)
	if err != nil {
		return err
	}
	refs := slices.Clone(p.Media)
	for _, one := range all {
		if one.Problem != "" {
			return nil // somebody must look at it
		}
		info, ok := known[one.Media]
		switch {
		case ok && info.Problem != "":
			one.Problem = info.Problem
		case !ok:
			one.Problem = "publishing.media_gone"
		case !info.Ready:
			return jobs.Later(2 * time.Second)
		}
		if one.Problem != "" {
			return s.notePicture(ctx, job, one)
		}
		if !slices.ContainsFunc(refs, func(m MediaRef) bool { return m.ID == one.Media }) {
			alt := one.Alt
			if alt == "" {
				alt = info.Alt
			}
			refs = append(refs, MediaRef{ID: one.Media, Alt: alt})
		}
	}
	if len(all) > 0 {
		if p, err = s.takePictures(ctx, a, p, refs); err != nil {
			return err
		}
	}
	return s.scheduleWaiting(ctx, a, p, schedule)
}

// takePictures writes the pictures into the post; from here on it waits only to
// be scheduled.
func (s *Service) takePictures(ctx context.Context, a team.Actor, p Post, refs []MediaRef) (Post, error) {
	err := s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := enter(ctx, tx, p.Brand, p.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM post_picture WHERE brand = ? AND post = ?`, p.Brand, p.ID); err != nil {
			return err
		}
		now, err := loadPost(ctx, tx, p.Brand, p.ID)
		if err != nil {
			return err
		}
		from := now.Version
		if now.Version++; now.Badge != NoBadge {
			now.Changed = true
		}
		now.Media, now.Edited = refs, tx.Now
		if err := updatePost(ctx, tx, now, from); err != nil {
			return err
		}
		if err := index(ctx, tx, now); err != nil {
			return err
		}
		p = now
		s.changed(tx, p.Brand, p.ID)
		return s.record(ctx, tx, a, p, ActSaved, nil, 0)
	})
	return p, err
}

// scheduleWaiting schedules what waited for its pictures. What cannot be (its
// hour has passed, it does not fit) stays a draft, and the logbook says why.
func (s *Service) scheduleWaiting(ctx context.Context, a team.Actor, p Post, schedule bool) error {
	var why error
	if schedule && p.Badge == NoBadge && p.Planned.Local != "" {
		_, why = s.Schedule(ctx, a, p.Brand, p.ID, p.Version, When{Wall: p.Planned})
		if why != nil && !fault.Is(why, fault.Invalid) && !fault.Is(why, fault.Conflict) {
			return why
		}
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM post_wait WHERE brand = ? AND post = ?`, p.Brand, p.ID); err != nil || why == nil {
			return err
		}
		s.changed(tx, p.Brand, p.ID)
		return s.record(ctx, tx, a, p, ActNotScheduled, map[string]any{"problem": fault.As(why).Key}, 0)
	})
}

// ActNotScheduled says that a post could not be scheduled when its pictures had
// come. {version, problem}
const ActNotScheduled = "post.not_scheduled"

type wait struct {
	schedule bool
	person   id.Person
	role     team.Role
	since    sqldb.Time
}

func scanWait(r sqldb.Scanner) (w wait, err error) {
	return w, r.Scan(&w.schedule, &w.person, &w.role, &w.since)
}

func (w wait) actor(b id.Brand) team.Actor {
	if w.person == "" {
		return team.Program("importer")
	}
	return team.Actor{Person: w.person, Roles: map[id.Brand]team.Role{b: w.role}}
}
