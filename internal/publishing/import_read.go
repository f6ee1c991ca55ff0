package publishing

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing/exchange"
	"vigie/internal/team"
)

// The fates of a row.
const (
	fateSchedule = "schedule"
	fateDraft    = "draft"
	fateBad      = "bad"
	fateSkip     = "skip"
)

// importLoad is a file read as its settings say, ready to come in.
type importLoad struct {
	report ImportReport
	rows   []readyRow
}

// readyRow is one post of a file.
type readyRow struct {
	line     int
	fate     string
	post     Post
	rendered []Rendered
	when     When
	pictures []exchange.Picture
	extra    map[string]string
}

// importReader turns rows into posts.
type importReader struct {
	*Service
	ctx      context.Context
	actor    team.Actor
	imp      Import
	zone     string
	now      time.Time
	channels []channel.Channel
	places   map[string][]id.Channel
	twins    map[string]string // what a text and its hour look like → the post that has them
	free     []Free
	load     importLoad
}

// readImport reads a file and prepares its posts; it writes nothing.
func (s *Service) readImport(ctx context.Context, a team.Actor, imp Import) (*importLoad, error) {
	file, err := exchange.Open(openPieces(ctx, s.DB, imp))
	if err != nil {
		return nil, err
	}
	reading, err := surveyed(file, imp.Settings)
	if err != nil {
		return nil, err
	}
	r := &importReader{Service: s, ctx: ctx, actor: a, imp: imp, now: s.DB.Now()}
	if r.zone, err = s.Zone(ctx, s.DB, imp.Brand); err != nil {
		return nil, err
	}
	if r.channels, err = s.Channels.List(ctx, a, imp.Brand); err != nil {
		return nil, err
	}
	r.channels = channel.ForPosts(r.channels)
	r.load.report = ImportReport{File: fileOf(file), Reading: reading, Faults: []exchange.Fault{}, Questions: []ImportQuestion{}, Places: []ImportPlace{}, Sample: []ImportRow{}}
	r.place(reading)
	if reading.Order == exchange.Unsure && reading.Dates.Ask() {
		r.ask(ImportQuestion{Key: "import.ask_order", Sample: reading.Dates.Sample})
		if reading.Order = reading.Dates.Order; reading.Order == exchange.Unsure {
			reading.Order = exchange.DayFirst // to go on looking; nothing comes in before the answer
		}
	}
	if !slices.ContainsFunc(reading.Shape.Columns, func(c exchange.Column) bool { return c.Field == exchange.Text || c.Field == exchange.Media }) {
		r.ask(ImportQuestion{Key: "import.ask_text"})
	}
	if r.twins, err = s.twinsOf(ctx, imp.Brand); err != nil {
		return nil, err
	}
	if imp.Settings.NoHour == NextSlot { // what has no category takes no hour of one
		if r.free, err = s.FreeSlots(ctx, a, imp.Brand, r.now.Add(5*time.Minute), r.now.AddDate(1, 0, 0)); err != nil {
			return nil, err
		}
		r.free = slices.DeleteFunc(r.free, func(f Free) bool { return f.Slot.Category != "" })
	}
	if err := reading.Each(file, r.row); err != nil {
		return nil, err
	}
	if err := r.again(); err != nil {
		return nil, err
	}
	return &r.load, nil
}

func fileOf(f *exchange.File) ImportFile {
	out := ImportFile{Kind: f.Kind, Encoding: f.Encoding, Sheet: f.Sheet, Others: f.Others, Strays: f.Strays}
	if f.Delimiter != 0 {
		out.Delimiter = string(f.Delimiter)
	}
	return out
}

// surveyed recognises the file, then does as the settings say.
func surveyed(f *exchange.File, set ImportSettings) (exchange.Reading, error) {
	var shape *exchange.Shape
	if set.Headless != nil || len(set.Fields) > 0 {
		first, err := f.First(30)
		if err != nil {
			return exchange.Reading{}, err
		}
		s := exchange.Detect(first)
		if set.Headless != nil {
			s.Headed = !*set.Headless
		}
		for i, field := range set.Fields {
			for len(s.Columns) <= i && i < 500 {
				s.Columns = append(s.Columns, exchange.Column{})
			}
			if i >= len(s.Columns) {
				break
			}
			if c := &s.Columns[i]; c.Field != field {
				c.Field, c.Network, c.Handle = field, "", ""
				s.Profile = exchange.Free
			}
		}
		shape = &s
	}
	r, err := exchange.Survey(f, shape)
	r.Order = set.Order
	return r, err
}

func (r *importReader) ask(q ImportQuestion) {
	r.load.report.Questions = append(r.load.report.Questions, q)
}

// place finds the channels that the names of the file mean.
func (r *importReader) place(reading exchange.Reading) {
	r.places = map[string][]id.Channel{}
	targets := slices.Clone(reading.Targets)
	for _, c := range reading.Shape.Columns {
		if c.Field == exchange.Text && c.Network != "" {
			t := exchange.Target{Name: c.Header, Network: c.Network, Handle: c.Handle}
			if !slices.ContainsFunc(targets, func(o exchange.Target) bool { return o.Key() == t.Key() }) {
				targets = append(targets, t)
			}
		}
	}
	for _, t := range targets {
		p := ImportPlace{Target: t, Key: t.Key(), Channels: []id.Channel{}}
		if said, ok := r.imp.Settings.Places[t.Key()]; ok {
			p.Sure = true
			for _, c := range said {
				if r.channel(c) != nil {
					p.Channels = append(p.Channels, c)
				}
			}
		} else if found := r.meant(t); found != "" {
			p.Sure, p.Channels = true, []id.Channel{found}
		} else {
			r.ask(ImportQuestion{Key: "import.ask_place", Target: t})
		}
		r.places[t.Key()] = p.Channels
		r.load.report.Places = append(r.load.report.Places, p)
	}
}

// meant is the one channel that a name means; empty when none or several. An
// account's handle goes before what it calls itself, which two may share.
func (r *importReader) meant(t exchange.Target) id.Channel {
	handle := textkit.Fold(t.Handle)
	if handle == "" {
		return r.only(t.Network, func(channel.Channel) bool { return true })
	}
	byHandle := r.only(t.Network, func(c channel.Channel) bool {
		own := textkit.Fold(strings.TrimPrefix(c.Handle, "@"))
		return handle == own || handle == own+"@"+c.Server || handle == string(c.ID)
	})
	if byHandle != "" {
		return byHandle
	}
	return r.only(t.Network, func(c channel.Channel) bool { return handle == textkit.Fold(c.Name) })
}

// only is the one channel of a network that is so; empty when none or several.
func (r *importReader) only(network string, is func(channel.Channel) bool) (found id.Channel) {
	n := 0
	for _, c := range r.channels {
		if (network == "" || network == string(c.Network)) && is(c) {
			found = c.ID
			n++
		}
	}
	if n != 1 {
		return ""
	}
	return found
}

func (r *importReader) channel(c id.Channel) *channel.Channel {
	i := slices.IndexFunc(r.channels, func(o channel.Channel) bool { return o.ID == c })
	if i < 0 {
		return nil
	}
	return &r.channels[i]
}

func (r *importReader) fault(f exchange.Fault) {
	if len(r.load.report.Faults) >= MaxFaults {
		r.load.report.More++
		return
	}
	r.load.report.Faults = append(r.load.report.Faults, f)
}

// row prepares one row of the file.
func (r *importReader) row(row exchange.Row) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	out := readyRow{line: row.Line, fate: fateSchedule, pictures: row.Pictures, extra: row.Extra}
	bad := func(key string, values map[string]any) {
		out.fate = fateBad
		row.Faults = append(row.Faults, exchange.Fault{Line: row.Line, Key: key, Values: values})
	}
	mild := func(column, value, key string, values map[string]any) {
		row.Faults = append(row.Faults, exchange.Fault{Line: row.Line, Column: column, Value: value, Key: key, Values: values, Mild: true})
	}
	if row.Bad() {
		out.fate = fateBad
	}
	if row.Draft || r.imp.Settings.Drafts {
		out.fate = worse(out.fate, fateDraft)
	}
	r.words(row, &out, bad, mild)
	if out.fate != fateBad {
		r.hour(&row, &out, bad, mild)
	}
	if out.fate != fateBad {
		if err := r.look(row, &out, mild); err != nil {
			return err
		}
	}
	r.count(row, out)
	return nil
}

// worse is the lesser of two fates.
func worse(a, b string) string {
	order := []string{fateSchedule, fateDraft, fateSkip, fateBad}
	if slices.Index(order, a) > slices.Index(order, b) {
		return a
	}
	return b
}

// words makes the post of a row: texts, labels, channels.
func (r *importReader) words(row exchange.Row, out *readyRow, bad func(string, map[string]any), mild func(string, string, string, map[string]any)) {
	p := Post{ID: id.New[id.Post](), Brand: r.imp.Brand, Validation: Draft, Author: r.actor.Person, Editor: r.actor.Person, Version: 1}
	var err error
	refuse := func(err error) {
		f := fault.As(err)
		bad(f.Key, f.Values)
	}
	if p.Title, err = clean(strings.ReplaceAll(row.Title, "\n", " "), MaxTitle, "title"); err != nil {
		refuse(err)
	}
	if p.Text, err = clean(withLink(row.Text, row.Link), MaxText, "text"); err != nil {
		refuse(err)
	}
	if p.Labels, err = cleanLabels(row.Labels); err != nil {
		refuse(err)
	}
	if len(row.Pictures) > MaxMedia {
		bad("publishing.media", map[string]any{"max": MaxMedia})
	}
	out.pictures = nil
	for _, one := range row.Pictures {
		if known, ok := strings.CutPrefix(one.URL, exchange.Library); ok {
			p.Media = append(p.Media, MediaRef{ID: id.Media(known), Alt: one.Alt})
		} else {
			out.pictures = append(out.pictures, one)
		}
	}
	if p.Media, err = cleanMedia(p.Media); err != nil {
		refuse(err)
	}
	own := map[id.Channel]string{}
	for _, o := range row.Own {
		for _, c := range r.places[o.Target.Key()] {
			own[c] = withLink(o.Text, row.Link)
		}
	}
	unsaid := false // a first comment that a network has no place for
	for _, c := range r.goes(row) {
		ch := r.channel(c)
		v := Variant{ID: id.New[id.Variant](), Channel: c}
		text, has := own[c]
		if !has {
			text = p.Text
		}
		if row.FirstComment != "" && ch.Capabilities.Thread.Max > 1 {
			text, has = text+"\n"+PartLine+"\n"+row.FirstComment, true
		} else if row.FirstComment != "" {
			unsaid = true
		}
		if has {
			if text, err = clean(text, MaxText, "text"); err != nil {
				refuse(err)
			}
			v.Text = &text
		}
		p.Variants = append(p.Variants, v)
	}
	if row.FirstComment != "" && (unsaid || len(p.Variants) == 0) {
		if out.extra == nil {
			out.extra = map[string]string{}
		}
		out.extra["first comment"] = row.FirstComment
		mild("", "", "import.no_comment", nil)
	}
	out.post = p
}

func withLink(text, link string) string {
	if link == "" || strings.Contains(text, link) {
		return text
	}
	return strings.TrimSpace(text + "\n\n" + link)
}

// goes lists the channels of a row.
func (r *importReader) goes(row exchange.Row) (out []id.Channel) {
	add := func(list []id.Channel) {
		for _, c := range list {
			if !slices.Contains(out, c) && r.channel(c) != nil {
				out = append(out, c)
			}
		}
	}
	for _, t := range row.Targets {
		add(r.places[t.Key()])
	}
	for _, o := range row.Own {
		if len(row.Targets) == 0 {
			add(r.places[o.Target.Key()])
		}
	}
	if len(row.Targets) > 0 || len(out) > 0 {
		return out
	}
	switch {
	case len(r.imp.Settings.Everywhere) > 0:
		add(r.imp.Settings.Everywhere)
	case len(r.channels) == 1:
		add([]id.Channel{r.channels[0].ID})
	case len(r.channels) > 1 && r.imp.Settings.Everywhere == nil:
		if !slices.ContainsFunc(r.load.report.Questions, func(q ImportQuestion) bool { return q.Key == "import.ask_channels" }) {
			r.ask(ImportQuestion{Key: "import.ask_channels"})
		}
	}
	return out
}

// openPlace tells whether it is still to be said where the row goes.
func (r *importReader) openPlace(row exchange.Row) bool {
	return slices.ContainsFunc(r.load.report.Questions, func(q ImportQuestion) bool {
		return q.Key == "import.ask_channels" && len(row.Targets) == 0 ||
			q.Key == "import.ask_place" && slices.ContainsFunc(row.Targets, func(t exchange.Target) bool { return t.Key() == q.Target.Key() })
	})
}

// hour settles when the row's post leaves.
func (r *importReader) hour(row *exchange.Row, out *readyRow, bad func(string, map[string]any), mild func(string, string, string, map[string]any)) {
	w := clock.Wall{Local: row.Local, Zone: row.Zone}
	if w.Zone == "" {
		w.Zone = r.zone
	}
	switch {
	case !row.At.IsZero():
		w, _ = clock.At(row.At, r.zone)
	case row.Local == "" || row.NoHour:
		if r.imp.Settings.NoHour == NextSlot && out.fate == fateSchedule {
			free, ok := r.slot(out.post, row.Local, w.Zone)
			if !ok {
				out.fate = fateDraft
				mild("", "", "import.no_slot", nil)
				break
			}
			w = free.Wall
		} else {
			out.fate = worse(out.fate, fateDraft)
			if row.NoHour {
				w.Local = row.Local[:len("2006-01-02")] + "T09:00"
				mild("", row.Local[:len("2006-01-02")], "import.day_only", nil)
			}
		}
	}
	if out.post.Planned = w; w.Local == "" {
		return
	}
	at, fit, err := w.Instant()
	if err != nil {
		bad("exchange.date", nil)
		return
	}
	out.post.At, out.when = at, When{Wall: w}
	switch {
	case at.After(r.now.Add(Horizon)):
		bad("publishing.too_far", map[string]any{"local": w.Local})
	case at.Before(r.now.Add(-time.Minute)) && out.fate == fateSchedule:
		if r.imp.Settings.Past == AsDraft {
			out.fate = fateDraft
			mild("", strings.Replace(w.Local, "T", " ", 1), "import.past_draft", nil)
		} else {
			out.fate = fateBad
			row.Faults = append(row.Faults, exchange.Fault{Line: row.Line, Value: strings.Replace(w.Local, "T", " ", 1), Key: "import.past"})
		}
	case fit != clock.Exact:
		mild("", strings.Replace(w.Local, "T", " ", 1), "import."+string(fit), nil)
	}
}

// slot takes the next free slot of the post's channels, not before a day.
func (r *importReader) slot(p Post, day, zone string) (Free, bool) {
	for i, f := range r.free {
		if day != "" && f.Wall.Local[:10] < day[:10] {
			continue
		}
		if slices.Contains(p.channels(), f.Slot.Channel) {
			// Other channels of the post have the same hour taken by it too.
			r.free = slices.DeleteFunc(slices.Delete(slices.Clone(r.free), i, i+1), func(o Free) bool {
				return o.At.Equal(f.At) && slices.Contains(p.channels(), o.Slot.Channel)
			})
			return f, true
		}
	}
	return Free{}, false
}

// look examines what would leave, as the composer does, and looks for twins.
func (r *importReader) look(row exchange.Row, out *readyRow, mild func(string, string, string, map[string]any)) error {
	sign := twinSign(out.post)
	if other, ok := r.twins[sign]; ok && strings.TrimSpace(out.post.Text) != "" {
		key := "import.twin"
		if strings.HasPrefix(other, "line:") {
			key = "import.twin_line"
		}
		mild("", "", key, map[string]any{"line": strings.TrimPrefix(other, "line:")})
		if r.imp.Settings.SkipTwins {
			out.fate = fateSkip
			return nil
		}
	} else {
		r.twins[sign] = "line:" + strconv.Itoa(row.Line)
	}
	if out.fate == fateSchedule && len(out.post.Variants) == 0 && !r.openPlace(row) {
		out.fate = fateDraft
		mild("", "", "import.nowhere", nil)
	}
	if len(out.post.Variants) == 0 {
		return nil
	}
	rendered, err := r.Preview(r.ctx, r.actor, out.post)
	if err != nil {
		return err
	}
	out.rendered = rendered
	for _, one := range rendered {
		stop := firstBlock(one.Problems, len(out.pictures) > 0)
		if stop == nil {
			found, err := r.examine(r.ctx, r.subject(out.post, one.Channel, one.Content, r.actor.Brands()))
			if err != nil {
				return err
			}
			if f := Stopping(found); f != nil {
				stop = &network.Problem{Key: f.Key, Values: f.Values}
			}
		}
		if stop != nil {
			// What does not fit comes in, to be corrected, and leaves nothing.
			out.fate = worse(out.fate, fateDraft)
			mild("", "", "import.does_not_fit", map[string]any{"channel": one.Channel.Handle, "problem": stop.Key, "values": stop.Values})
		}
	}
	return nil
}

// firstBlock is what stands in the way; words that are missing are no matter
// while pictures are on their way.
func firstBlock(all []network.Problem, pictured bool) *network.Problem {
	for i := range all {
		if all[i].Severity == network.Block && !(pictured && strings.HasSuffix(all[i].Key, "empty")) {
			return &all[i]
		}
	}
	return nil
}

func (r *importReader) count(row exchange.Row, out readyRow) {
	rep := &r.load.report
	for _, f := range row.Faults {
		r.fault(f)
	}
	switch out.fate {
	case fateSchedule:
		rep.Schedule++
	case fateDraft:
		rep.Drafts++
	case fateSkip:
		rep.Skipped++
	default:
		rep.Bad++
	}
	if out.fate == fateSchedule || out.fate == fateDraft {
		rep.Pictures += len(out.pictures)
		r.load.rows = append(r.load.rows, out)
		if len(row.Faults) > 0 {
			rep.Warned++
		}
	}
	if len(rep.Sample) < 20 {
		rep.Sample = append(rep.Sample, ImportRow{Line: row.Line, Text: textkit.Excerpt(out.post.Text, 160), Local: out.post.Planned.Local, Channels: out.post.channels(),
			Pictures: len(out.pictures), Fate: out.fate, Extra: out.extra})
	}
}

// again looks for the same file among what came in before.
func (r *importReader) again() error {
	type before struct {
		id ImportID
		at sqldb.Time
	}
	all, err := sqldb.List(r.ctx, r.DB, func(s sqldb.Scanner) (b before, err error) { return b, s.Scan(&b.id, &b.at) },
		`SELECT id, done_at FROM post_import WHERE brand = ? AND hash = ? AND state = 'done' AND id <> ? ORDER BY done_at DESC LIMIT 1`, r.imp.Brand, r.imp.hash, r.imp.ID)
	if err == nil && len(all) > 0 {
		r.load.report.Again, r.load.report.When = all[0].id, all[0].at.Time
	}
	return err
}
