package browser

import (
	"regexp"
	"slices"
	"strings"
)

// State is what a page is looked at in.
type State string

const (
	// First: nobody has an account yet.
	First State = "first"
	// Full: the example agency, a month of posts.
	Full State = "full"
	// Empty: a new account with one new brand.
	Empty State = "empty"
	// Broken: what a page says when something is wrong.
	Broken State = "broken"
	// Outside: there are accounts, and nobody is signed in.
	Outside State = "outside"
)

// States is all of them, in the order of a walk.
var States = []State{First, Outside, Empty, Full, Broken}

// Page is one page a person can look at. The list is the only one: the
// accessibility test, the pictures and the crawl all walk it.
type Page struct {
	// Name is the name of the picture.
	Name string
	// Path may hold {brackets}: such a page is reached by the first link of
	// that form seen on a page before it.
	Path string
	// States say where it stands; a page is looked at once in each.
	States []State
	// Do happens on the page before it is looked at: opening a dialog, sending
	// a form that is refused.
	Do func(*Person)
	// Status is what the page answers when it is not 200.
	Status int
}

// In says whether the page is looked at in this state.
func (p Page) In(s State) bool { return slices.Contains(p.States, s) }

// Pattern matches the addresses of this page, query aside.
func (p Page) Pattern() *regexp.Regexp {
	path, _, _ := strings.Cut(p.Path, "?")
	return regexp.MustCompile("^" + bracket.ReplaceAllString(regexp.QuoteMeta(path), `([^/?]+)`) + "$")
}

var bracket = regexp.MustCompile(`\\\{[a-z]+\\\}`)

// Find gives the address to open: its path when it has no brackets, or only
// that of a brand seen in a link; otherwise the first of the links that is such
// a page. The query of the table is added.
func (p Page) Find(links []string) (string, bool) {
	path, query, _ := strings.Cut(p.Path, "?")
	if rest, ok := strings.CutPrefix(path, "/b/{brand}/"); ok && !strings.Contains(rest, "{") {
		i := slices.IndexFunc(links, func(l string) bool { return strings.HasPrefix(l, "/b/") })
		if i < 0 {
			return "", false
		}
		brand, _, _ := strings.Cut(strings.TrimPrefix(links[i], "/b/"), "/")
		path = "/b/" + brand + "/" + rest
	}
	if strings.Contains(path, "{") {
		pattern := p.Pattern()
		i := slices.IndexFunc(links, func(l string) bool {
			at, _, _ := strings.Cut(l, "?")
			return pattern.MatchString(at) && !known(at, p)
		})
		if i < 0 {
			return "", false
		}
		path, _, _ = strings.Cut(links[i], "?")
	}
	if query != "" {
		path += "?" + query
	}
	return path, true
}

// known says whether an address is that of another page of the table, spelled
// out: /b/x/posts/new is no post called “new”.
func known(address string, but Page) bool {
	return slices.ContainsFunc(Pages, func(p Page) bool {
		return p.Path != but.Path && strings.Count(p.Path, "{") < strings.Count(but.Path, "{") && p.Pattern().MatchString(address)
	})
}

var (
	first   = []State{First}
	outside = []State{Outside}
	inside  = []State{Full, Empty}
	full    = []State{Full}
	broken  = []State{Broken}
)

// Pages is every page of Vigie, in an order in which the links to a page are
// seen before it.
var Pages = []Page{
	{Name: "welcome", Path: "/welcome", States: first},
	{Name: "sign-in", Path: "/sign-in", States: outside},
	{Name: "forgotten", Path: "/forgotten", States: outside},
	{Name: "client-refused", Path: "/v/nothing-that-anybody-ever-made", States: outside, Status: 404},
	{Name: "reset-refused", Path: "/reset/nothing", States: outside, Status: 404},
	{Name: "invitation-refused", Path: "/invitation/nothing", States: outside, Status: 404},
	{Name: "sign-in-refused", Path: "/sign-in", States: outside, Do: func(p *Person) {
		p.Tolerate("status of 4")
		p.Submit("/sign-in", map[string]string{"email": Email, "password": "not hers at all"})
	}},

	{Name: "home", Path: "/", States: inside},
	{Name: "api-docs", Path: "/api/v1/docs", States: full},
	{Name: "api-errors", Path: "/docs/errors", States: full},
	{Name: "more", Path: "/more", States: inside},
	{Name: "search", Path: "/search", States: inside},
	{Name: "brands", Path: "/brands", States: inside},
	{Name: "brand-new", Path: "/brands/new", States: inside},
	{Name: "example", Path: "/example", States: full},
	{Name: "profile", Path: "/profile", States: inside},
	{Name: "security", Path: "/profile/security", States: inside},
	{Name: "tokens", Path: "/profile/tokens", States: inside},
	{Name: "instance-people", Path: "/people", States: inside},
	{Name: "today", Path: "/b/{brand}/today", States: inside},
	{Name: "calendar-month", Path: "/b/{brand}/calendar?view=month", States: inside},
	{Name: "calendar-week", Path: "/b/{brand}/calendar?view=week", States: inside},
	{Name: "calendar-list", Path: "/b/{brand}/calendar?view=list", States: inside},
	{Name: "calendar-board", Path: "/b/{brand}/calendar?view=kanban", States: inside},
	{Name: "inbox", Path: "/b/{brand}/inbox", States: inside},
	{Name: "inbox-all", Path: "/b/{brand}/inbox?state=all", States: full},
	{Name: "inbox-none", Path: "/b/{brand}/inbox?q=xylophone", States: full},
	{Name: "conversation", Path: "/b/{brand}/inbox/{conversation}", States: full},
	{Name: "posts", Path: "/b/{brand}/posts", States: inside},
	{Name: "post-new", Path: "/b/{brand}/posts/new", States: inside},
	{Name: "import", Path: "/b/{brand}/posts/import", States: inside},
	{Name: "import-refused", Path: "/b/{brand}/posts/import", States: full, Do: importRefused},
	{Name: "import-report", Path: "/b/{brand}/posts/import", States: full, Do: importReported},
	{Name: "import-one", Path: "/b/{brand}/imports/{import}", States: full},
	{Name: "export", Path: "/b/{brand}/export", States: inside},
	{Name: "series", Path: "/b/{brand}/series", States: inside},
	{Name: "ideas", Path: "/b/{brand}/ideas", States: inside},
	{Name: "idea", Path: "/b/{brand}/ideas/{idea}", States: full},
	{Name: "templates", Path: "/b/{brand}/templates", States: inside},
	{Name: "template", Path: "/b/{brand}/templates/{template}", States: full},
	{Name: "bulk", Path: "/b/{brand}/bulk", States: inside},
	{Name: "bulk-asked", Path: "/b/{brand}/calendar?view=list", States: full, Do: bulkAsked},
	{Name: "post", Path: "/b/{brand}/posts/{post}", States: full},
	{Name: "post-template", Path: "/b/{brand}/posts/{post}/template", States: full},
	{Name: "post-repeat", Path: "/b/{brand}/posts/{post}/repeat", States: full},
	{Name: "posts-bin", Path: "/b/{brand}/posts?view=bin", States: inside},
	{Name: "publications", Path: "/b/{brand}/publications", States: inside},
	{Name: "publications-failed", Path: "/b/{brand}/publications?state=failed", States: inside},
	{Name: "publication", Path: "/b/{brand}/publications/{publication}", States: full},
	{Name: "publications-sent", Path: "/b/{brand}/publications?state=sent", States: full},
	{Name: "people", Path: "/b/{brand}/people", States: inside},
	{Name: "settings", Path: "/b/{brand}/settings", States: inside},
	{Name: "channels", Path: "/b/{brand}/settings/channels", States: inside},
	{Name: "channel-connect", Path: "/b/{brand}/settings/channels/new", States: inside},
	{Name: "channel-step", Path: "/b/{brand}/settings/channels/new", States: []State{Empty}, Do: func(p *Person) { p.Submit(p.Path(), nil) }},
	{Name: "channel", Path: "/b/{brand}/settings/channels/{channel}", States: full},
	{Name: "channel-remove", Path: "/b/{brand}/settings/channels/{channel}/remove", States: full},
	{Name: "practice-account", Path: "/practice/{account}", States: full},
	{Name: "practice-post", Path: "/practice/{account}/{post}", States: full},
	{Name: "media", Path: "/b/{brand}/media", States: inside},
	{Name: "media-one", Path: "/b/{brand}/media/{media}", States: full},
	{Name: "media-rights", Path: "/b/{brand}/media/rights", States: inside},
	{Name: "media-duplicates", Path: "/b/{brand}/media/duplicates", States: inside},
	{Name: "media-one-rights", Path: "/b/{brand}/media/{media}/rights", States: full},
	{Name: "media-filters", Path: "/b/{brand}/media?right=unknown&shape=landscape", States: full},
	{Name: "media-bin", Path: "/b/{brand}/media?show=bin", States: full},
	{Name: "today-all", Path: "/today", States: full},
	{Name: "charter", Path: "/b/{brand}/charter", States: inside},
	{Name: "charter-rule", Path: "/b/{brand}/charter/{rule}", States: full},
	{Name: "charter-new", Path: "/b/{brand}/charter/new?kind=disclosure", States: inside},
	{Name: "charter-bench", Path: "/b/{brand}/charter/bench", States: inside},
	{Name: "charter-days", Path: "/b/{brand}/charter/days", States: inside},
	{Name: "charter-words", Path: "/b/{brand}/charter/words", States: inside},
	{Name: "charter-versions", Path: "/b/{brand}/charter/versions", States: inside},
	{Name: "answers", Path: "/b/{brand}/answers", States: inside},
	{Name: "answer", Path: "/b/{brand}/answers/{answer}", States: full},
	{Name: "answer-new", Path: "/b/{brand}/answers/new", States: inside},
	{Name: "answer-edit", Path: "/b/{brand}/answers/{answer}/edit", States: full},
	{Name: "answers-stale", Path: "/b/{brand}/answers?only=stale", States: full},
	{Name: "answers-suggest", Path: "/b/{brand}/answers/suggest?text=colis+parcel+livraison+delivery", States: inside},
	{Name: "answers-settings", Path: "/b/{brand}/answers/settings", States: inside},
	{Name: "positions", Path: "/b/{brand}/positions", States: inside},
	{Name: "position", Path: "/b/{brand}/positions/{position}", States: full},
	{Name: "position-new", Path: "/b/{brand}/positions/new", States: inside},
	{Name: "position-edit", Path: "/b/{brand}/positions/{position}/edit", States: full},
	{Name: "slots", Path: "/b/{brand}/settings/slots", States: inside},
	{Name: "categories", Path: "/b/{brand}/settings/categories", States: inside},
	{Name: "category", Path: "/b/{brand}/settings/categories/{category}", States: full},
	{Name: "category-pause", Path: "/b/{brand}/settings/categories/{category}/pause", States: full},
	{Name: "queue", Path: "/b/{brand}/queue", States: inside},
	{Name: "calendar-holidays", Path: "/b/{brand}/calendar?view=month&date=2027-02-10", States: full},
	{Name: "calendar-unknown", Path: "/b/{brand}/calendar?view=list&date=2027-07-14", States: full},
	{Name: "review", Path: "/b/{brand}/review", States: inside},
	{Name: "approval-rules", Path: "/b/{brand}/settings/approval", States: inside},
	{Name: "campaigns", Path: "/b/{brand}/settings/campaigns", States: inside},
	{Name: "campaign", Path: "/b/{brand}/settings/campaigns/{campaign}", States: full},
	{Name: "feeds", Path: "/b/{brand}/settings/feeds", States: inside},
	{Name: "freeze", Path: "/b/{brand}/settings/freeze", States: inside},
	{Name: "freeze-all", Path: "/freeze", States: inside},
	{Name: "review-asked", Path: "/b/{brand}/review?asked=1", States: full, Do: everythingIsRead},
	{Name: "review-one", Path: "/b/{brand}/review/{post}", States: full},
	{Name: "versions-choice", Path: "/b/{brand}/review?asked=3", States: full, Do: versionsAsked},
	{Name: "versions", Path: "/b/{brand}/review/{post}/versions", States: full},
	{Name: "versions-client", Path: "/b/{brand}/review?asked=2", States: full, Do: versionsAtTheClient},
	{Name: "by-hand-today", Path: "/b/{brand}/today", States: full, Do: putInHands},
	{Name: "by-hand", Path: "/b/{brand}/by-hand/{publication}", States: full},
	{Name: "by-hand-list", Path: "/b/{brand}/publications?state=handed", States: inside},
	{Name: "by-hand-network", Path: "/b/{brand}/settings/channels/new", States: []State{Empty}, Do: func(p *Person) { p.Submit(p.Path(), map[string]string{"network": "assisted"}) }},
	// Last: what is recalled is no longer where the links of before lead.
	{Name: "recall-ask", Path: "/b/{brand}/recalls/new", States: full, Do: recallAsked},
	{Name: "recall-done", Path: "/b/{brand}/recalls/new", States: full, Do: recalled},
	{Name: "recalls", Path: "/b/{brand}/recalls", States: inside},
	{Name: "recall", Path: "/b/{brand}/recalls/{recall}", States: full},

	{Name: "not-found", Path: "/b/nothing/here", States: broken, Status: 404},
	{Name: "profile-refused", Path: "/profile", States: broken, Do: func(p *Person) {
		p.Tolerate("status of 4")
		p.Submit("/profile", map[string]string{"name": "", "zone": "Mars/Olympus"})
	}},
}
