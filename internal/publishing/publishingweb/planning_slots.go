package publishingweb

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// slotsAhead is how far the next free hour is looked for.
const slotsAhead = 56 // days

// slotsView is the week of each channel.
type slotsView struct {
	base  string
	tabs  []ui.Choice
	form  *ui.Form
	days  []slotHead
	lines []slotLine
	all   []channel.Channel
	cats  []publishing.Category
	edit  bool
}

type slotHead struct {
	Day         time.Weekday
	Short, Long string
}

type slotLine struct {
	Channel channel.Channel
	Cells   [][]publishing.Slot // one a weekday, in the order of the heads
	Next    string              // the next free hour, in words
	NextAt  string              // the composer at it
}

func (f *Face) slots(w http.ResponseWriter, r *ui.Request) error { return f.slotsPage(w, r, nil) }

func (f *Face) slotsPage(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	ctx, b := r.Context(), r.Brand.ID
	all, err := f.Channels.List(ctx, r.Actor, b)
	if err != nil {
		return err
	}
	all = channel.ForPosts(all)
	slots, err := f.Room.Slots(ctx, r.Actor, b)
	if err != nil {
		return err
	}
	cats, err := f.Room.Categories(ctx, r.Actor, b)
	if err != nil {
		return err
	}
	now := r.Loc.Now()
	free, err := f.Room.FreeSlots(ctx, r.Actor, b, now, now.AddDate(0, 0, slotsAhead))
	if err != nil {
		return err
	}
	v := slotsView{base: "/b/" + string(b), tabs: r.SettingsTabs("slots"), form: form, all: all, cats: cats, edit: r.May(team.PublishPosts)}
	for i := range 7 {
		d := (r.Brand.Week + time.Weekday(i)) % 7
		v.days = append(v.days, slotHead{d, r.Loc.ShortWeekday(d), r.Loc.Weekday(d)})
	}
	for _, ch := range all {
		l := slotLine{Channel: ch, Cells: make([][]publishing.Slot, 7)}
		for _, s := range slots {
			if s.Channel == ch.ID {
				at := (int(s.Weekday) - int(r.Brand.Week) + 7) % 7
				l.Cells[at] = append(l.Cells[at], s)
			}
		}
		for _, s := range free {
			if s.Slot.Channel == ch.ID {
				l.Next = r.Loc.When(s.At)
				l.NextAt = v.base + "/posts/new?" + url.Values{"at": {s.Wall.Local}, "channel": {string(ch.ID)}}.Encode()
				break
			}
		}
		v.lines = append(v.lines, l)
	}
	fr := ui.Frame{Title: r.T("publishing.slots.title"), Sub: r.Brand.Name, Active: "settings"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, slotsPage(v))
}

// addSlots gives one channel or all of them an hour on one or more weekdays.
func (f *Face) addSlots(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	n, err := f.addSlotsOf(r, form)
	if err != nil && form.Refused(r, err) {
		return f.slotsPage(w, r, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("publishing.slots.added", "n", n)})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/settings/slots")
}

func (f *Face) addSlotsOf(r *ui.Request, form *ui.Form) (int, error) {
	ctx, b := r.Context(), r.Brand.ID
	channels := []id.Channel{id.Channel(form.Get("channel"))}
	if channels[0] == "" {
		all, err := f.Channels.List(ctx, r.Actor, b)
		if err != nil {
			return 0, err
		}
		channels = nil
		for _, ch := range channel.ForPosts(all) {
			channels = append(channels, ch.ID)
		}
	} else if !id.Valid(string(channels[0])) {
		return 0, fault.New(fault.NotFound, "")
	}
	days := form.All("day")
	if len(days) == 0 || len(days) > 7 {
		return 0, fault.New(fault.Invalid, "publishing.slots.needs_day").At("day")
	}
	n := 0
	for _, d := range days {
		day, err := strconv.Atoi(d)
		if err != nil || day < 0 || day > 6 {
			return n, fault.New(fault.Invalid, "publishing.slots.needs_day").At("day")
		}
		for _, ch := range channels {
			s, err := f.Room.AddSlot(ctx, r.Actor, b, ch, time.Weekday(day), form.Get("local"))
			if c := publishing.CategoryID(form.Get("category")); err == nil && c != s.Category {
				_, err = f.Room.GiveSlot(ctx, r.Actor, b, s.ID, c)
			}
			if err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// removeSlot takes an hour away; the undo gives it back.
func (f *Face) removeSlot(w http.ResponseWriter, r *ui.Request) error {
	ctx, b := r.Context(), r.Brand.ID
	all, err := f.Room.Slots(ctx, r.Actor, b)
	if err != nil {
		return err
	}
	back := ""
	for _, s := range all {
		if s.ID == r.PathValue("slot") {
			back = "/b/" + string(b) + "/settings/slots?" + url.Values{"channel": {string(s.Channel)}, "day": {strconv.Itoa(int(s.Weekday))}, "local": {s.Local}, "category": {string(s.Category)}}.Encode()
		}
	}
	if back == "" {
		return fault.New(fault.NotFound, "")
	}
	if err := f.Room.RemoveSlot(ctx, r.Actor, b, r.PathValue("slot")); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("publishing.slots.removed"), Undo: back})
	return ui.Redirect(w, r, "/b/"+string(b)+"/settings/slots")
}
