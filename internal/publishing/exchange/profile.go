package exchange

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
)

// Profile names a shape of table. Stored with imports; never renamed.
type Profile string

const (
	Vigie       Profile = "vigie"
	Buffer      Profile = "buffer"
	Hootsuite   Profile = "hootsuite" // no header: hour, words, link
	Sprout      Profile = "sprout"
	Agorapulse  Profile = "agorapulse"
	Metricool   Profile = "metricool"
	SocialPilot Profile = "socialpilot" // no header
	SocialBee   Profile = "socialbee"
	HighLevel   Profile = "highlevel"
	Ayrshare    Profile = "ayrshare"
	Free        Profile = "free" // somebody's own columns
)

// Field is what a column holds. Stored with imports; never renamed.
type Field string

const (
	None         Field = ""
	Title        Field = "title"
	Text         Field = "text"
	When         Field = "when" // day and hour
	Day          Field = "day"
	Hour         Field = "hour"
	Zone         Field = "zone"
	Channel      Field = "channel" // names of networks or accounts
	Flag         Field = "flag"    // yes: goes to the column's network
	Media        Field = "media"
	Alt          Field = "alt"
	Link         Field = "link"
	Labels       Field = "labels"
	FirstComment Field = "first_comment"
	Draft        Field = "draft"
	Status       Field = "status" // draft, scheduled…
	Info         Field = "info"   // ours, of no use on the way back: the address of what was published
)

// Fields lists what a person may say that a column holds.
func Fields() []Field {
	return []Field{None, Text, Title, When, Day, Hour, Channel, Media, Alt, Link, Labels, FirstComment, Draft, Status}
}

// Column is one column of a table and what it holds.
type Column struct {
	Header string `json:"header"` // as the file has it; "A", "B"… without a header
	Field  Field  `json:"field"`
	// Network bounds the column to one: a text of its own, or a flag.
	Network string `json:"network,omitempty"`
	Handle  string `json:"handle,omitempty"`
	// Filled counts the cells that hold something.
	Filled int `json:"filled"`
}

// Shape is how a table is to be read.
type Shape struct {
	Profile Profile  `json:"profile"`
	Headed  bool     `json:"headed"` // the first row names the columns
	Columns []Column `json:"columns"`
}

// fingerprints are the headers that one tool alone writes, as plain does them.
var fingerprints = []struct {
	profile Profile
	headers []string
}{
	{Vigie, []string{"vigieid"}},
	{Metricool, []string{"text", "date", "time", "draft", "pictureurl1"}},
	{Buffer, []string{"text", "imageurl", "tags", "postingtime"}},
	{Sprout, []string{"date", "time24hr", "messagetext"}},
	{Agorapulse, []string{"postcontent", "postlink"}},
	{HighLevel, []string{"postatspecifictime", "content"}},
	{SocialBee, []string{"text", "imageurls", "postatspecifictime"}},
	{Ayrshare, []string{"post", "platforms", "scheduledate"}},
	{Hootsuite, []string{"date", "time", "message", "socialprofile"}},
}

// words name fields as people and tools call them, as plain does them.
var fieldWords = func() map[string]Field {
	out := map[string]Field{}
	for field, list := range map[Field]string{
		Text:         "text texte message messagetext messages postcontent content contenu post posts caption legende copy body corps publication postcopy posttext textedupost textedelapublication description messagecontent",
		Title:        "title titre name nom intitule internaltitle titreinterne sujet",
		When:         "postingtime scheduledate scheduledat scheduledatetime publishat publishdatetime datetime dateheure dateetheure datetimes datehour postatspecifictime dateandtime scheduledtimestamp datedeprogrammation programmation scheduled publicationdatetime dateetheuredepublication postdatetime",
		Day:          "date day jour scheduledday publishdate publicationdate datedepublication datepublication scheduleddate postdate datedudepot dateprevue",
		Hour:         "time heure hour horaire time24hr scheduledtime posttime heuredepublication publishtime hr",
		Zone:         "zone timezone fuseau fuseauhoraire tz",
		Channel:      "channel channels canal canaux profile profiles socialprofile socialprofiles profil profils account accounts accountid compte comptes platforms platform plateforme plateformes network networks reseau reseaux socialnetwork reseausocial reseauxsociaux page pages",
		Media:        "imageurl imageurls image images pictureurl picture pictures mediaurl mediaurls media medias photo photos visuel visuels videourl videourls video gifurl gifurls urlimage urldelimage lienimage imagelink",
		Alt:          "alttext alttexts alt alternativetext textealternatif imagealt imagealttext alttextpicture textealternatifs altimage",
		Link:         "link url lien postlink ogmetaurl ogmetaurlurl website lienarticle liens links",
		Labels:       "tags labels etiquettes etiquette libelles label tag category categories categorie campagne campaign",
		FirstComment: "firstcomment firstcommenttext premiercommentaire comment1",
		Draft:        "draft brouillon isdraft saveasdraft",
		Status:       "status statut etat state poststatus",
		Info:         "vigieid publication1",
	} {
		for _, w := range strings.Fields(list) {
			out[w] = field
		}
	}
	return out
}()

// networks as headers and cells call them, as plain does them.
var networks = map[string]string{
	"facebook": "facebook", "fb": "facebook", "facebookpage": "facebook", "instagram": "instagram", "ig": "instagram", "insta": "instagram",
	"twitter": "x", "twitterx": "x", "x": "x", "xtwitter": "x", "linkedin": "linkedin", "linkedinpage": "linkedin", "gbp": "gbp", "gmb": "gbp", "googlebusiness": "gbp", "googlebusinessprofile": "gbp",
	"googlemybusiness": "gbp", "pinterest": "pinterest", "tiktok": "tiktok", "youtube": "youtube", "threads": "threads", "bluesky": "bluesky",
	"bsky": "bluesky", "mastodon": "mastodon", "telegram": "telegram", "reddit": "reddit", "wordpress": "wordpress", "practice": "practice",
}

// NetworkOf names the network that a word means; empty when it means none.
func NetworkOf(word string) string { return networks[plain(word)] }

// plain is a header without what people vary: case, accents, spaces, signs.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, textkit.Fold(s))
}

// bare is a header without what a template explains in it: "Media URL(s)",
// "postAtSpecificTime (YYYY-MM-DD HH:mm:ss)", "Date - Intl. format or prompt".
func bare(header string) string {
	header = plural.ReplaceAllString(header, "s")
	header = remark.ReplaceAllString(header, "")
	before, _, _ := strings.Cut(header, " - ")
	return plain(before)
}

// knownHeaders counts the cells that are names of columns.
func knownHeaders(cells []string) (n int) {
	for _, c := range cells {
		if fieldOf(c).Field != None {
			n++
		}
	}
	return n
}

var (
	numbered = regexp.MustCompile(`^(.*?)(\d{1,2})$`)
	plural   = regexp.MustCompile(`\([sx]\)`)
	remark   = regexp.MustCompile(`[(\[].*?[)\]]`)
	ownText  = regexp.MustCompile(`^text:([a-z0-9_-]+):(.+)$`)
)

// fieldOf guesses what a column of this name holds.
func fieldOf(header string) Column {
	c := Column{Header: strings.TrimSpace(header)}
	if g := ownText.FindStringSubmatch(c.Header); g != nil {
		c.Field, c.Network, c.Handle = Text, g[1], g[2]
		return c
	}
	p := plain(header)
	if f, ok := fieldWords[p]; ok {
		c.Field = f
		return c
	}
	if g := numbered.FindStringSubmatch(p); g != nil {
		if f := fieldWords[g[1]]; f == Media || f == Alt {
			c.Field = f
			return c
		}
	}
	if n, ok := networks[p]; ok {
		c.Field, c.Network = Flag, n
		return c
	}
	// "Texte Facebook", "LinkedIn caption"
	words := strings.FieldsFunc(textkit.Fold(header), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 2 {
		for i, w := range words {
			if n, ok := networks[w]; ok && fieldWords[words[1-i]] == Text {
				c.Field, c.Network = Text, n
				return c
			}
		}
	}
	if f, ok := fieldWords[bare(header)]; ok {
		c.Field = f
	} else if n, ok := networks[bare(header)]; ok {
		c.Field, c.Network = Flag, n
	}
	return c
}

// Detect recognises the shape of a table by its first rows.
func Detect(first []Record) Shape {
	if len(first) == 0 {
		return Shape{Profile: Free}
	}
	head := first[0].Cells
	s := Shape{Profile: Free, Headed: true}
	var names []string
	for _, h := range head {
		names = append(names, plain(h), bare(h))
		s.Columns = append(s.Columns, fieldOf(h))
	}
	for _, p := range fingerprints {
		if !slices.ContainsFunc(p.headers, func(h string) bool { return !slices.Contains(names, h) }) {
			s.Profile = p.profile
			s.fit()
			return s
		}
	}
	if known := knownHeaders(head); known >= 2 || known == 1 && !isDate(head) {
		s.fit()
		return s
	}
	return positional(first)
}

func isDate(cells []string) bool {
	return slices.ContainsFunc(cells, func(c string) bool { m, ok := parse(c, false); return ok && m.hasDay })
}

// positional guesses by what stands where, for tables without a header.
func positional(first []Record) Shape {
	width, dates, urls, longest := 0, map[int]int{}, map[int]int{}, map[int]int{}
	for _, r := range first {
		width = max(width, len(r.Cells))
		for i, c := range r.Cells {
			if m, ok := parse(c, false); ok && m.hasDay {
				dates[i]++
			} else if allURLs(c) {
				urls[i]++
			} else {
				longest[i] += len(c)
			}
		}
	}
	s := Shape{Profile: Free}
	for i := range width {
		s.Columns = append(s.Columns, Column{Header: letter(i)})
	}
	most := func(m map[int]int, skip func(int) bool) int {
		best := -1
		for i := range width {
			if m[i] > 0 && !skip(i) && (best < 0 || m[i] > m[best]) {
				best = i
			}
		}
		return best
	}
	when := most(dates, func(int) bool { return false })
	text := most(longest, func(i int) bool { return i == when })
	switch {
	case when == 0 && (text == 1 || width >= 2 && text < 0) && width <= 3:
		s.Profile = Hootsuite
		for i, f := range []Field{When, Text, Link}[:width] {
			s.Columns[i].Field = f
		}
		return s
	case when == 2 && width >= 3 && width <= 7 && dates[0] == 0 && urls[0] == 0 && longest[0] > 0 && longest[1] == 0:
		s.Profile = SocialPilot
		for i, f := range []Field{Text, Media, When, Channel, FirstComment, Labels, Link}[:width] {
			s.Columns[i].Field = f
		}
		return s
	}
	for i := range width {
		switch {
		case i == when:
			s.Columns[i].Field = When
		case i == text:
			s.Columns[i].Field = Text
		case urls[i] > 0:
			s.Columns[i].Field = Link
		}
	}
	return s
}

// fit settles what depends on the other columns: a day beside no hour may hold
// both, a second column of words is none, and a tool's own habits.
func (s *Shape) fit() {
	seen := map[string]bool{}
	for i := range s.Columns {
		c := &s.Columns[i]
		single := c.Field == Text || c.Field == Title || c.Field == When || c.Field == Day || c.Field == Hour || c.Field == Zone || c.Field == Status || c.Field == Draft || c.Field == FirstComment
		key := string(c.Field) + "|" + c.Network + "|" + c.Handle
		if single && seen[key] {
			c.Field, c.Network = None, ""
			continue
		}
		seen[key] = true
		if s.Profile == Vigie && plain(c.Header) == "url" {
			c.Field = Info
		}
		if s.Profile == Metricool && c.Field == Title {
			c.Field = None
		}
	}
	if seen["day||"] && !seen["hour||"] && !seen["when||"] {
		for i := range s.Columns {
			if s.Columns[i].Field == Day {
				s.Columns[i].Field = When
			}
		}
	}
}

// letter names a column as a spreadsheet does.
func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letter(i/26-1) + string(rune('A'+i%26))
}

func allURLs(s string) bool {
	parts := splitURLs(s)
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(p string) bool { return !isURL(p) })
}

// Library begins the address of a picture that the library has: what our own
// export writes, and what only the same brand can read back.
const Library = "vigie:"

func isURL(s string) bool {
	return strings.HasPrefix(s, Library) && id.Valid(s[len(Library):]) || (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && len(s) > 10 && !strings.ContainsAny(s, " \t\n")
}

// splitURLs cuts a cell that may hold several addresses. A comma may be part of
// one: it cuts only where an address begins after it.
func splitURLs(s string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == ';' || r == '|' }) {
		for {
			i := strings.Index(p, ",http")
			if i < 0 {
				break
			}
			out, p = append(out, p[:i]), p[i+1:]
		}
		if p = strings.Trim(p, ","); p != "" {
			out = append(out, p)
		}
	}
	return out
}
