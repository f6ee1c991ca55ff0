package exchange

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Item is one post on its way into a file: a Row, and what only our own shape
// has room for.
type Item struct {
	Row
	ID    string
	State string // draft, scheduled, sent…
	URL   string // of what was published
}

// Format is a shape and a kind of file that Write knows.
type Format struct {
	Key     string
	Profile Profile
	Kind    Kind
}

// Formats lists what Write can make.
func Formats() []Format {
	return []Format{{"csv", Vigie, CSV}, {"xlsx", Vigie, XLSX}, {"buffer", Buffer, CSV}, {"hootsuite", Hootsuite, CSV}, {"metricool", Metricool, CSV}}
}

// FormatOf finds a format by its key.
func FormatOf(key string) (Format, bool) {
	i := slices.IndexFunc(Formats(), func(f Format) bool { return f.Key == key })
	if i < 0 {
		return Format{}, false
	}
	return Formats()[i], true
}

// MIME is the type under which a browser is given the file, and its ending.
func (f Format) MIME() (mime, ending string) {
	if f.Kind == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"
	}
	return "text/csv; charset=utf-8", "csv"
}

// Write writes a table. Cells that a spreadsheet would run are guarded. Shapes
// without room for something leave it out: Loss says what.
func Write(w io.Writer, f Format, items []Item) error {
	rows := table(f.Profile, items)
	for _, r := range rows {
		for i := range r {
			r[i] = Guard(r[i])
		}
	}
	if f.Kind == XLSX {
		return writeWorkbook(w, rows)
	}
	if f.Profile == Vigie {
		// Excel reads a CSV as UTF-8 only behind this mark.
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
	}
	c := csv.NewWriter(w)
	c.UseCRLF = false
	if err := c.WriteAll(rows); err != nil {
		return err
	}
	return c.Error()
}

func writeWorkbook(w io.Writer, rows [][]string) error {
	book := excelize.NewFile()
	defer book.Close()
	s, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	for i, r := range rows {
		cells := make([]any, len(r))
		for n, c := range r {
			cells[n] = c
		}
		if err := s.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return err
		}
	}
	if err := s.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}

// Loss lists what a shape cannot carry of the items: fields that are in use.
func Loss(p Profile, items []Item) (lost []Field) {
	room := map[Profile][]Field{
		Buffer: {Text, When, Media, Labels}, Hootsuite: {Text, When, Link},
		Metricool: {Text, When, Media, Alt, Draft, FirstComment, Flag},
	}[p]
	if p == Vigie {
		return nil
	}
	uses := func(f Field) bool {
		return slices.ContainsFunc(items, func(i Item) bool {
			switch f {
			case Title:
				return i.Title != ""
			case Media:
				return len(i.outside()) < len(i.Pictures) || len(i.Pictures) > 0 && !slices.Contains(room, Media)
			case Alt:
				return slices.ContainsFunc(i.Pictures, func(p Picture) bool { return p.Alt != "" })
			case Labels:
				return len(i.Labels) > 0
			case Draft:
				return i.Draft
			case Channel:
				return len(i.Own) > 0
			case FirstComment:
				return i.FirstComment != ""
			}
			return false
		})
	}
	for _, f := range []Field{Title, Channel, Media, Alt, Labels, Draft, FirstComment} {
		if (f == Media || !slices.Contains(room, f)) && uses(f) {
			lost = append(lost, f)
		}
	}
	return lost
}

func table(p Profile, items []Item) [][]string {
	switch p {
	case Buffer:
		return bufferTable(items)
	case Hootsuite:
		return hootsuiteTable(items)
	case Metricool:
		return metricoolTable(items)
	}
	return ownTable(items)
}

// ownTable is our own shape: every column that Survey reads back, and a column
// for each account that says it in its own words.
func ownTable(items []Item) [][]string {
	var own []Target
	for _, i := range items {
		for _, o := range i.Own {
			if !slices.ContainsFunc(own, func(t Target) bool { return t.Key() == o.Target.Key() }) {
				own = append(own, o.Target)
			}
		}
	}
	head := []string{"vigie_id", "status", "date", "time", "zone", "channels", "title", "text", "media", "alt", "link", "labels", "first_comment", "url"}
	for _, t := range own {
		head = append(head, "text:"+t.Network+":"+t.Handle)
	}
	out := [][]string{head}
	for _, i := range items {
		date, hour := split(i.Local)
		var places, urls, alts []string
		for _, t := range i.Targets {
			places = append(places, t.Network+":"+t.Handle)
		}
		for _, p := range i.Pictures {
			urls, alts = append(urls, p.URL), append(alts, p.Alt)
		}
		state := i.State
		if i.Draft {
			state = "draft"
		}
		row := []string{i.ID, state, date, hour, i.Zone, strings.Join(places, ", "), i.Title, i.Text, strings.Join(urls, " "), joinAlts(alts), i.Link, strings.Join(i.Labels, ", "), i.FirstComment, i.URL}
		for _, t := range own {
			text := ""
			for _, o := range i.Own {
				if o.Target.Key() == t.Key() {
					text = o.Text
				}
			}
			row = append(row, text)
		}
		out = append(out, row)
	}
	return out
}

// joinAlts keeps one cell for all pictures; a bar within words becomes a slash.
func joinAlts(alts []string) string {
	if strings.Join(alts, "") == "" {
		return ""
	}
	if len(alts) == 1 {
		return alts[0]
	}
	for i := range alts {
		alts[i] = strings.ReplaceAll(alts[i], "|", "/")
	}
	return strings.Join(alts, " | ")
}

func split(local string) (date, hour string) {
	date, hour, _ = strings.Cut(local, "T")
	return date, hour
}

// bufferTable: one row a post; Buffer takes one channel a file.
func bufferTable(items []Item) [][]string {
	out := [][]string{{"Text", "Image URL", "Tags", "Posting Time"}}
	for _, i := range items {
		date, hour := split(i.Local)
		image := ""
		if out := i.outside(); len(out) > 0 {
			image = out[0].URL
		}
		out = append(out, []string{i.words(), image, strings.Join(i.Labels, ","), strings.TrimSpace(date + " " + hour)})
	}
	return out
}

// hootsuiteTable: hour, words, link, and no header; what has no hour cannot be
// said in it.
func hootsuiteTable(items []Item) [][]string {
	var out [][]string
	for _, i := range items {
		date, hour := split(i.Local)
		if len(date) != 10 {
			continue
		}
		out = append(out, []string{date[5:7] + "/" + date[8:] + "/" + date[:4] + " " + hour, i.Text, i.Link})
	}
	return out
}

// MetricoolHeader is the header of Metricool's table of 2026, in its order, as
// public exporters write it; a few of its columns about music are not public.
func MetricoolHeader() []string {
	h := []string{"Text", "Date", "Time", "Draft", "Facebook", "Twitter/X", "LinkedIn", "GBP", "Instagram", "Pinterest", "TikTok", "Youtube", "Threads", "Bluesky"}
	for n := 1; n <= 10; n++ {
		h = append(h, fmt.Sprintf("Picture Url %d", n))
	}
	for n := 1; n <= 10; n++ {
		h = append(h, fmt.Sprintf("Alt text picture %d", n))
	}
	return append(h, "Document title", "Shortener", "Video Thumbnail Url", "Video Cover Frame", "Twitter/X Can reply", "Twitter/X Type",
		"Twitter/X Poll Duration minutes", "Twitter/X Poll Option 1", "Twitter/X Poll Option 2", "Twitter/X Poll Option 3", "Twitter/X Poll Option 4",
		"Pinterest Board", "Pinterest Pin Title", "Pinterest Pin Link", "Pinterest Pin New Format", "Instagram Post Type", "Instagram Show Reel On Feed",
		"Youtube Video Title", "Youtube Video Type", "Youtube Video Privacy", "Youtube video for kids", "Youtube Video Category", "Youtube Video Tags", "Youtube playlist",
		"GBP Post Type", "Facebook Post Type", "Facebook Title", "First Comment Text", "TikTok Title", "TikTok disable comments", "TikTok disable duet", "TikTok disable stitch",
		"TikTok Post Privacy", "TikTok Branded Content", "TikTok Your Brand", "TikTok Auto Add Music", "TikTok Photo Cover Index", "TikTok music id", "TikTok music title", "TikTok is AI generated content",
		"LinkedIn Type", "LinkedIn Poll Question", "LinkedIn Poll Option 1", "LinkedIn Poll Option 2", "LinkedIn Poll Option 3", "LinkedIn Poll Option 4", "LinkedIn Poll Duration",
		"LinkedIn Show link preview", "LinkedIn Images as Carousel", "Threads Reply Control", "Threads Is Spoiler", "Threads Post Type")
}

func metricoolTable(items []Item) [][]string {
	head := MetricoolHeader()
	at := map[string]int{}
	for i, h := range head {
		at[h] = i
	}
	flags := []string{"Facebook", "Twitter/X", "LinkedIn", "GBP", "Instagram", "Pinterest", "TikTok", "Youtube", "Threads", "Bluesky"}
	out := [][]string{head}
	for _, i := range items {
		row := make([]string, len(head))
		date, hour := split(i.Local)
		row[at["Text"]], row[at["Date"]] = i.words(), date
		if hour != "" {
			row[at["Time"]] = hour + ":00"
		}
		row[at["Draft"]] = strings.ToUpper(strconv.FormatBool(i.Draft || i.Local == ""))
		for _, f := range flags {
			goes := slices.ContainsFunc(i.Targets, func(t Target) bool { return t.Network == NetworkOf(f) })
			row[at[f]] = strings.ToUpper(strconv.FormatBool(goes))
		}
		for n, p := range i.outside() {
			if n < 10 {
				row[at[fmt.Sprintf("Picture Url %d", n+1)]] = p.URL
				row[at[fmt.Sprintf("Alt text picture %d", n+1)]] = p.Alt
			}
		}
		row[at["First Comment Text"]] = i.FirstComment
		out = append(out, row)
	}
	return out
}

// words are the text with the link, for shapes that have no column for it.
func (i Item) words() string {
	if i.Link == "" || strings.Contains(i.Text, i.Link) {
		return i.Text
	}
	return strings.TrimSpace(i.Text + "\n\n" + i.Link)
}

// outside are the pictures that another tool can fetch.
func (i Item) outside() (out []Picture) {
	for _, p := range i.Pictures {
		if !strings.HasPrefix(p.URL, Library) {
			out = append(out, p)
		}
	}
	return out
}
